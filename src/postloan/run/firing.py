"""How often every signal of a pack fires on a book, also those that are switched off.

A signal that fires on a fifth of the book warns of nothing, which is better seen before it is switched on.
The report says of each how many it could measure and fired on, by severity, and how many customers would be
warned who are not warned today; and of the book how many customers have each colour, and how many of them by
combination alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from postloan import facts, signals, warnings
from postloan.book.schema import TABLES
from postloan.engine import Engine, Table, open_engine
from postloan.engine import verbs as v
from postloan.errors import RunError
from postloan.facts import FACTS
from postloan.policy import pack as packs
from postloan.policy.pack import Policy
from postloan.results import SEVERITIES
from postloan.run import files, kept
from postloan.run.inputs import admit
from postloan.run.progress import Progress, Silent
from postloan.run.reading import last_run, results_of
from postloan.run.tables import read_table

LIMIT = "firing_share_limit"
"""Parameter: the share of the subjects measured from which a signal is marked as firing too often."""

_COMBINED = ("two_orange", "three_yellow")
"""Rules of the table `colour` by which milder signals together give a worse colour."""


@dataclass(frozen=True)
class _Day:
    as_of: date
    facts: dict[str, Table]
    feeds: frozenset[str]
    source: str


def firing(
    pack: str,
    source: str,
    as_of: date | None = None,
    *,
    threads: int | None = None,
    memory: str = "4GiB",
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Give how often each signal of a pack fires.

    Args:
        pack: a shipped pack's name, or a pack's folder.
        source: a store, whose kept facts of the day are read, or a book, whose facts are computed.
        as_of: the day; of a store the last one by default.
        threads: how many threads to use; all cores when None.
        memory: the most memory to use, such as `4GiB`.
        progress: whom to tell how far it is.

    Returns:
        `{pack, as_of, source, limit, signals: [...], colours: {...}}`. Each signal has code, family, subject,
        on, subjects, measured, fired, share (of those measured, null where none was), by_severity, customers,
        new_customers (without any signal that is on), missing, and too_often.

    Raises RunError `day_needed` for a book without a day, and what opening a book or store raises.
    """
    told = progress or Silent()
    loaded = packs.load(pack)
    with open_engine(threads=threads, memory=memory) as engine:
        day = _day(engine, loaded, source, as_of, told)
        policy = loaded.as_of(day.as_of)
        told.stage("signals", 2, 3)
        everything = {one.code for one in policy.signals if not one.waits_for}
        watching = _watching(policy, everything)
        customers = day.facts["facts_customer"]
        # A customer who owes nothing is nobody to warn of, and would water the shares down.
        day.facts["facts_customer"] = customers.filter(customers.has_open_loan)
        found = signals.evaluate(engine, day.facts, watching, None, day.as_of, day.feeds)
        told.stage("warnings", 3, 3)
        document = {
            "pack": policy.version,
            "as_of": day.as_of,
            "source": day.source,
            "limit": Decimal(str(policy.parameter(LIMIT))),
            "signals": _signals(engine, policy, found),
            "colours": {
                "as_it_is": _colours(engine, day, policy, found["signal"], _on(policy)),
                "all_on": _colours(engine, day, policy, found["signal"], everything),
            },
        }
        told.end()
        return document


def _watching(policy: Policy, codes: Collection[str]) -> Policy:
    """Give the policy with those signals and no other, all of them on."""
    watched = {
        code: replace(dated, value=replace(dated.value, enabled=True))
        for code, dated in policy.in_force["signal"].items()
        if code in codes
    }
    return replace(policy, in_force={**policy.in_force, "signal": watched})


def _day(engine: Engine, loaded: packs.Pack, source: str, as_of: date | None, told: Progress) -> _Day:
    path = Path(source)
    told.stage("facts", 1, 3)
    if (path / "ledger").is_dir():
        row = last_run(engine, path, as_of)
        folder = results_of(engine, path, row).folder
        paths = sorted(folder.glob("facts_*.parquet"))
        tables = {path.stem: read_table(engine, path) for path in paths}
        book = kept.kept_book(engine, folder, row.as_of)
        if not tables or book is None:
            raise RunError(
                "facts_not_kept",
                f"the facts of {row.as_of.isoformat()} are no longer kept",
                where=str(folder),
                mend="choose a later --as-of, or give the book instead of the store",
            )
        return _Day(row.as_of, _complete(tables), book.feeds, "store")
    if as_of is None:
        raise RunError(
            "day_needed",
            "a book is looked at as it was known on a day, and none was given",
            where=source,
            mend="add --as-of 2026-06-30; a store would have its last day",
        )
    policy = loaded.as_of(as_of)
    folder = files.empty_folder(engine.scratch / "gate")
    opened = admit(engine, source, policy, folder).book(engine, as_of)
    made = facts.compute(engine, opened, policy, None, as_of)
    return _Day(
        as_of, {name: engine.materialise(table, name) for name, table in made.items()}, opened.feeds, "book"
    )


def _complete(tables: dict[str, Table]) -> dict[str, Table]:
    """Add what an earlier version's result did not keep: such facts are not known."""
    found = {}
    for name, table in tables.items():
        subject = name.removeprefix("facts_")
        lacking = {
            one.column: v.null(one.kind)
            for one in FACTS.values()
            if one.subject == subject and one.column not in table.columns
        }
        found[name] = table.mutate(**lacking) if lacking else table
    return found


def _signals(engine: Engine, policy: Policy, found: dict[str, Table]) -> list[dict[str, Any]]:
    rows = found["signal"]
    on = _of(rows, _on(policy))
    warned = on.filter(on.customer_id.notnull()).select(_warned="customer_id").distinct()
    named = rows.filter(rows.customer_id.notnull()).select("code", "customer_id").distinct()
    fresh = named.anti_join(warned, named.customer_id == warned["_warned"])
    fired = {
        str(row["code"]): row
        for row in engine.rows(
            rows.group_by("code").aggregate(
                fired=rows.count(), **{name: v.count_if(rows.severity == name) for name in SEVERITIES}
            )
        )
    }
    customers = _by_code(engine, named)
    new = _by_code(engine, fresh)
    limit = Decimal(str(policy.parameter(LIMIT)))
    coverage = {str(row["code"]): row for row in engine.rows(found["signal_coverage"])}
    listed = []
    for one in policy.signals:
        counted, told = fired.get(one.code, {}), coverage.get(one.code)
        measured = int(told["subjects"] - told["not_measurable"]) if told else 0
        count = int(counted.get("fired", 0))
        share = (Decimal(count) / measured).quantize(Decimal("0.000001")) if measured else None
        listed.append(
            {
                "code": one.code,
                "name": dict(one.name),
                "family": one.family,
                "subject": one.subject,
                "on": one.enabled,
                "subjects": int(told["subjects"]) if told else 0,
                "measured": measured,
                "fired": count,
                "share": share,
                "by_severity": {name: int(counted.get(name, 0)) for name in SEVERITIES},
                "customers": customers.get(one.code, 0),
                "new_customers": new.get(one.code, 0),
                "missing": list(one.waits_for) or _missing(told),
                "too_often": share is not None and share >= limit,
            }
        )
    return listed


def _missing(told: dict[str, Any] | None) -> list[str]:
    """Give the tables, or else the facts, for want of which a signal could not be told of some."""
    names: list[str] = json.loads(told["missing"]) if told else []
    tables = [name for name in names if name in TABLES]
    return tables or names


def _by_code(engine: Engine, rows: Table) -> dict[str, int]:
    counted = engine.rows(rows.group_by("code").aggregate(n=rows.count()))
    return {str(row["code"]): int(row["n"]) for row in counted}


def _on(policy: Policy) -> set[str]:
    return {one.code for one in policy.signals if one.enabled}


def _of(rows: Table, codes: Collection[str]) -> Table:
    return rows.filter(rows.code.isin(tuple(sorted(codes)))) if codes else rows.limit(0)


def _colours(
    engine: Engine, day: _Day, policy: Policy, rows: Table, codes: Collection[str]
) -> dict[str, int]:
    """Count customers by the colour that those signals give, and who have it by combination alone."""
    own = {"signal": engine.materialise(_of(rows, codes), "signals_counted")}
    watching = _watching(policy, codes)
    warned = warnings.evaluate(engine, day.facts, own, watching, None, day.as_of)["warning"]
    counted = warned.aggregate(
        **{name: v.count_if(warned.colour == name) for name in SEVERITIES},
        by_combination=v.count_if(warned.rule_id.isin(_COMBINED)),
    )
    (found,) = engine.rows(counted)
    return {name: int(number) for name, number in found.items()}
