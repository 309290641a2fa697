"""Rows of the decision tables that hold, in one shape: what is due, counted from when, and why.

Columns: loan_id, customer_id, measure, rule_id, base_on, days, day_kind, cap_base_on, cap_days (a second
limit in working days, null without one), starts_on (done since then counts as completed; null: never),
last_on (the last inspection of that kind, null for steps), visit (the kind of visit that completes it, or
empty), holds (once told, the deadline does not move back), kind (step, on_site or off_site), facts (JSON).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import reduce

from postloan.classification import environment
from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v
from postloan.errors import PolicyError
from postloan.measures.inputs import DERIVED, OFF_SITE
from postloan.policy import column_name, feel
from postloan.policy import table as tables
from postloan.policy.feel import nodes as n
from postloan.policy.pack import Policy
from postloan.policy.table import CompiledTable

STEPS = ("after_payout", "dunning", "response")
"""Tables that give measures with their deadlines."""

INTERVAL, MODIFIER = "inspection_interval", "inspection_modifier"
TABLES = (*STEPS, INTERVAL, MODIFIER)

_COLUMNS = (
    "loan_id",
    "customer_id",
    "measure",
    "rule_id",
    "base_on",
    "days",
    "day_kind",
    "cap_base_on",
    "cap_days",
    "starts_on",
    "last_on",
    "visit",
    "holds",
    "kind",
    "facts",
)
_LONG_AGO = date(1900, 1, 1)
_HOLDING = ("colour_since", "oldest_unpaid_on")
"""What a deadline may count from that moves on when things get better, as the deadline must not."""


def compiled(policy: Policy, name: str, as_of: date) -> CompiledTable:
    """Give a table of the pack, checked for the names that measures may read."""
    return tables.compile(policy.table(name), environment(DERIVED), as_of)


def steps(engine: Engine, policy: Policy, loans: Table, as_of: date) -> Table:
    """Give the rows that hold of the tables with steps."""
    parts = [_step(engine, compiled(policy, name, as_of), loans, as_of) for name in STEPS]
    return reduce(lambda a, b: a.union(b), parts)


def _step(engine: Engine, table: CompiledTable, loans: Table, as_of: date) -> Table:
    hits = table.evaluate(engine, loans, ["subject_id"])
    hits = hits.filter(hits.measure.notnull())
    hits = hits.select(_hit="subject_id", rule_id="rule_id", **{name: name for name in _outputs(table)})
    hits = hits.inner_join(loans, hits["_hit"] == loans.subject_id)
    unpaid_since = v.add_days(v.literal(as_of, "date"), 0 - hits["loan__claim_days"])
    places = {
        "disbursed_on": hits.watched_from,
        "oldest_unpaid_on": unpaid_since,
        "colour_since": hits.colour_since,
        "matures_on": hits["loan__matures_on"],
    }
    starts = {
        "oldest_unpaid_on": unpaid_since,
        "colour_since": hits.colour_since,
        "matures_on": hits.colour_since,
        "opened_on": v.literal(_LONG_AGO, "date"),
    }
    row = {
        "loan_id": hits.subject_id,
        "base_on": _chosen(hits.from_date, places),
        "cap_base_on": v.null("date"),
        "cap_days": v.null("integer"),
        "starts_on": _chosen(hits.from_date, starts),
        "last_on": v.null("date"),
        "holds": hits.from_date.isin(_HOLDING),
        "kind": v.literal("step", "string"),
        "facts": _facts(table, hits),
    }
    return hits.select(**{name: row[name] if name in row else hits[name] for name in _COLUMNS})


def _outputs(table: CompiledTable) -> list[str]:
    return [item.name for item in table.checked.outputs if item.name != "blocks"]


def _chosen(name: Column, places: dict[str, Column]) -> Column:
    return v.when([(name == key, column) for key, column in places.items()], v.null("date"))


def _facts(table: CompiledTable, rows: Table) -> Column:
    """Give the facts that a table tested, as a JSON object."""
    values = {}
    for item in table.checked.inputs:
        column = rows[column_name(item.text)]
        values[item.text] = v.json_text(column) if item.kind == "string" else v.text(column)
    return v.json_object(values)


def inspections(engine: Engine, policy: Policy, loans: Table, as_of: date) -> tuple[Table, Table]:
    """Give the next inspections on and off site, and the modifiers that changed their intervals.

    The interval is that of the table, times the factors that hold, cut to whole days (towards the shorter),
    at least 1 and at most the least limit that holds. A limit in working days counts from the later of
    the last inspection and the day of the colour.

    Returns:
        The rows in the shape of this module, and (loan_id, measure, rule_id) of the modifiers.
    """
    table, modifier = compiled(policy, INTERVAL, as_of), compiled(policy, MODIFIER, as_of)
    found = table.evaluate(engine, loans, ["subject_id"])
    found = found.filter(found.rule_id.notnull())
    found = found.select(_hit="subject_id", rule_id="rule_id", **{name: name for name in _outputs(table)})
    factors = _factors(modifier)
    held = modifier.evaluate(engine, loans, ["subject_id"])
    limits = held.at_most_days.notnull() | held.at_most_working_days.notnull()
    held = engine.materialise(held.filter(held.factor.notnull() | limits), "modifiers")
    changes = _changes(held, factors)
    rows = found.inner_join(loans, found["_hit"] == loans.subject_id)
    rows = rows.left_join(changes, rows.subject_id == changes["_changed"])
    sites = [
        _site(rows, table, factors, "on_site", rows.measure, rows.onsite_days, rows.on_site_on),
        _site(
            rows,
            table,
            factors,
            "off_site",
            v.literal(OFF_SITE, "string"),
            rows.offsite_days,
            rows.off_site_on,
        ),
    ]
    both = sites[0].union(sites[1])
    codes = both.select("loan_id", "measure").distinct()
    pairs = codes.inner_join(held, codes.loan_id == held.subject_id)
    return both, pairs.select("loan_id", "measure", "rule_id")


def _factors(modifier: CompiledTable) -> dict[str, int]:
    """Give the factor of each rule in hundredths.

    Raises PolicyError `factor_not_exact` for a factor with more than two decimals, or more than six of them.
    """
    (item,) = [output for output in modifier.checked.outputs if output.name == "factor"]
    found = {}
    for rule, cell in zip(modifier.table.rules, item.cells, strict=True):
        value = cell.value if isinstance(cell, n.Literal) else None
        if value is None:
            continue
        hundredths = Decimal(str(value)) * 100
        if hundredths != int(hundredths) or hundredths <= 0:
            raise PolicyError(
                "factor_not_exact",
                f"The factor {value} is not a number above 0 with at most two decimals.",
                where=f"{modifier.checked.where}, rule {rule.id}",
            )
        found[rule.id] = int(hundredths)
    if len(found) > 6:
        raise PolicyError("factor_not_exact", "More than six factors overflow.", where=modifier.checked.where)
    return found


def _changes(held: Table, factors: dict[str, int]) -> Table:
    """Give for each loan the factors that hold, in hundredths, and the least limits."""
    hundred = v.literal(100, "integer")
    columns = {
        f"_factor_{place}": v.max_if(v.literal(factor, "integer"), held.rule_id == rule)
        for place, (rule, factor) in enumerate(factors.items())
    }
    rows = held.group_by(_changed=held.subject_id).aggregate(
        at_most_days=held.at_most_days.min(), at_most_working_days=held.at_most_working_days.min(), **columns
    )
    return rows.mutate(**{name: v.coalesce(rows[name], hundred) for name in columns})


def _site(
    rows: Table,
    table: CompiledTable,
    factors: Iterable[str],
    kind: str,
    measure: Column,
    days: Column,
    last_on: Column,
) -> Table:
    for place, _ in enumerate(factors):
        factor = v.coalesce(rows[f"_factor_{place}"], v.literal(100, "integer"))
        days = days * factor
    whole = v.integer_divide(days, v.literal(100 ** len(list(factors)), "integer"))
    whole = v.least(v.greatest(whole, v.literal(1, "integer")), rows.at_most_days)
    base = v.coalesce(last_on, rows.watched_from)
    row = {
        "loan_id": rows.subject_id,
        "measure": measure,
        "base_on": base,
        "days": whole,
        "day_kind": v.literal("calendar", "string"),
        "cap_base_on": v.greatest(base, rows.colour_since),
        "cap_days": rows.at_most_working_days,
        "starts_on": v.null("date"),
        "last_on": last_on,
        "holds": v.literal(False, "boolean"),
        "visit": v.literal("", "string"),
        "kind": v.literal(kind, "string"),
        "facts": _facts(table, rows),
    }
    return rows.select(**{name: row[name] if name in row else rows[name] for name in _COLUMNS})


def blocked_codes(engine: Engine, policy: Policy, as_of: date) -> Table:
    """Give what each rule blocks: rule_id, blocked (a code of a measure)."""
    rows = []
    for name in STEPS:
        table = compiled(policy, name, as_of)
        for output in (output for output in table.checked.outputs if output.name == "blocks"):
            for rule, cell in zip(table.table.rules, output.cells, strict=True):
                text = str(cell.value or "") if isinstance(cell, n.Literal) else ""
                rows += [
                    {"rule_id": rule.id, "blocked": code.strip()} for code in text.split(",") if code.strip()
                ]
    return engine.from_rows(rows, [Field("rule_id", "string"), Field("blocked", "string")], "blocks")


def codes_named(policy: Policy, as_of: date) -> set[str]:
    """Give every code of a measure that a table gives or blocks."""
    found = {OFF_SITE}
    for name in (*STEPS, INTERVAL):
        for output in compiled(policy, name, as_of).checked.outputs:
            if output.name in ("measure", "blocks"):
                texts = [str(cell.value or "") for cell in output.cells if isinstance(cell, n.Literal)]
                found |= {code.strip() for text in texts for code in text.split(",") if code.strip()}
    return found


def names(policy: Policy) -> set[str]:
    """Give the facts that the tables test."""
    return {
        name
        for table in TABLES
        for item in policy.table(table).inputs
        for name in feel.names(feel.parse_expression(item.expression))
    }
