"""When a customer's signal was last told to people: what suppression looks back on."""

from __future__ import annotations

from collections.abc import Sequence

from postloan.engine import Engine, Field, Table
from postloan.engine import verbs as v
from postloan.results import SEVERITIES, Prior

ON = "last_fired_on_"
"""With a code behind it: the date of the customer's last notice of that signal."""

RANK = "last_fired_rank_"
"""With a code behind it: the severity of that notice, 1 red to 4 blue."""


def last_fired(engine: Engine, prior: Prior | None, codes: Sequence[str]) -> Table:
    """Give each customer's last notice before the day by code of signal.

    A notice is a row of `signal` in state `fired`; a suppressed one was not told. What the last run did not
    tell itself, it had from its own `facts_customer`, so the dates are carried from run to run (contract.md,
    What flows back).

    Columns: id (customer_id), then for each code `last_fired_on_<code>` (date) and `last_fired_rank_<code>`
    (integer), null where there was none. Customers without any may be absent.
    """
    parts = [part for part in (_told(prior, codes), _carried(prior, codes)) if part is not None]
    if not parts:
        return engine.from_rows([], _fields(codes), "last_fired")
    if len(parts) == 1:
        return parts[0]
    told, carried = parts
    told = told.rename(_told="id", **{f"_{name}": name for name in told.columns if name != "id"})
    joined = carried.left_join(told, carried["id"] == told["_told"])
    newest = {name: v.coalesce(joined[f"_{name}"], joined[name]) for name in carried.columns if name != "id"}
    return joined.select("id", **newest)


def _fields(codes: Sequence[str]) -> list[Field]:
    fields = [Field("id", "string")]
    for code in codes:
        fields += [Field(f"{ON}{code}", "date"), Field(f"{RANK}{code}", "integer")]
    return fields


def _told(prior: Prior | None, codes: Sequence[str]) -> Table | None:
    """Give the notices of the last run itself."""
    if prior is None or "signal" not in prior.tables:
        return None
    rows = prior.tables["signal"]
    rows = rows.filter((rows.state == "fired") & rows.customer_id.notnull())
    ranks = [
        (rows.severity == severity, v.literal(rank, "integer"))
        for rank, severity in enumerate(SEVERITIES, start=1)
    ]
    rows = rows.mutate(_rank=v.when(ranks, v.null("integer")), _on=v.literal(prior.as_of, "date"))
    columns = {}
    for code in codes:
        columns[f"{ON}{code}"] = v.max_if(rows["_on"], rows.code == code)
        columns[f"{RANK}{code}"] = v.min_if(rows["_rank"], rows.code == code)
    return rows.group_by(id=rows.customer_id).aggregate(**columns)


def _carried(prior: Prior | None, codes: Sequence[str]) -> Table | None:
    """Give the notices that the last run knew of, one row for each of its customers."""
    if prior is None or "facts_customer" not in prior.tables:
        return None
    rows = prior.tables["facts_customer"]
    columns = {}
    for code in codes:
        for name, kind in ((f"{ON}{code}", "date"), (f"{RANK}{code}", "integer")):
            columns[name] = rows[name] if name in rows.columns else v.null(kind)  # type: ignore[arg-type]
    return rows.select("id", **columns)
