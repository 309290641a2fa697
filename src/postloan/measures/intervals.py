"""The next inspections on and off site: their intervals, and what changes them (domain: measures.md, D2a)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce

from postloan.engine import Column, Engine, Kind, Table
from postloan.engine import verbs as v
from postloan.errors import PolicyError
from postloan.measures import hits, seasons
from postloan.measures.inputs import OFF_SITE
from postloan.measures.rules import MeasureTables, has, outputs
from postloan.policy.feel import nodes as n
from postloan.policy.pack import Policy
from postloan.policy.table import CompiledTable

ON_SITE_ONLY, EVERY = "on_site", "all"
"""What a modifier may leave out: inspections on site, or both kinds."""


def inspections(engine: Engine, policy: Policy, tables: MeasureTables, loans: Table) -> tuple[Table, Table]:
    """Give the next inspections on and off site, and the modifiers that changed their intervals.

    The interval is that of the table, times the factors that hold, cut to whole days (towards the shorter),
    at least 1 and at most the least limit that holds. A limit in working days counts from the later of
    the last inspection and the day of the colour. A modifier may leave a kind of inspection out. Where one
    asks for seasons, an inspection on site that would fall between two is brought forward into the one
    before, unless it would then lie before the last.

    Returns:
        The rows in the shape of `hits`, and (loan_id, measure, rule_id) of the modifiers.
    """
    table, modifier = tables.interval, tables.modifier
    found = table.evaluate(engine, loans, ["subject_id"])
    found = found.filter(found.rule_id.notnull())
    found = found.select(_hit="subject_id", rule_id="rule_id", **{name: name for name in outputs(table)})
    factors = _factors(modifier)
    held = _with_all(modifier.evaluate(engine, loans, ["subject_id"]), modifier)
    held = engine.materialise(held.filter(_says_something(held)), "modifiers")
    rows = found.inner_join(loans, found["_hit"] == loans.subject_id)
    changes = _changes(held, factors)
    rows = rows.left_join(changes, rows.subject_id == changes["_changed"])
    off_site = v.literal(OFF_SITE, "string")
    on = _planned(rows, factors, "on_site", rows.measure, rows.onsite_days, rows.on_site_on)
    off = _planned(rows, factors, "off_site", off_site, rows.offsite_days, rows.off_site_on)
    if has(modifier, "by_season"):
        on = seasons.aligned(engine, policy, on)
    both = _shaped(on, table, "on_site").union(_shaped(off, table, "off_site"))
    codes = both.select("loan_id", "measure").distinct()
    pairs = codes.inner_join(held, codes.loan_id == held.subject_id)
    return both, pairs.select("loan_id", "measure", "rule_id")


_OPTIONAL: dict[str, Kind] = {"leaves_out": "string", "by_season": "boolean"}


def _with_all(held: Table, modifier: CompiledTable) -> Table:
    """Add the outputs that a bank's table need not have."""
    return held.mutate(**{name: v.null(kind) for name, kind in _OPTIONAL.items() if not has(modifier, name)})


def _says_something(held: Table) -> Column:
    names = ("at_most_days", "at_most_working_days", *_OPTIONAL)
    return reduce(lambda a, b: a | b, (held[name].notnull() for name in names), held.factor.notnull())


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
    """Give for each loan the factors that hold, in hundredths, the least limits, and what is left out."""
    hundred = v.literal(100, "integer")
    columns = {
        f"_factor_{place}": v.max_if(v.literal(factor, "integer"), held.rule_id == rule)
        for place, (rule, factor) in enumerate(factors.items())
    }
    rows = held.group_by(_changed=held.subject_id).aggregate(
        at_most_days=held.at_most_days.min(),
        at_most_working_days=held.at_most_working_days.min(),
        _no_site=v.count_if(held.leaves_out == ON_SITE_ONLY),
        _nothing=v.count_if(held.leaves_out == EVERY),
        _seasons=v.count_if(held.by_season),
        **columns,
    )
    return rows.mutate(**{name: v.coalesce(rows[name], hundred) for name in columns})


def _planned(
    rows: Table, factors: Iterable[str], kind: str, measure: Column, days: Column, last_on: Column
) -> Table:
    """Add _measure, _base, _days and _last of one kind of inspection, without those that are left out."""
    zero = v.literal(0, "integer")
    left_out = rows["_nothing"].fill_null(zero)
    if kind == "on_site":
        left_out = left_out + rows["_no_site"].fill_null(zero)
    rows = rows.mutate(
        _measure=measure,
        _base=v.coalesce(last_on, rows.watched_from),
        _days=_interval(rows, factors, days),
        _last=last_on,
        _left_out=left_out,
    )
    return rows.filter(rows["_left_out"] == 0)


def _shaped(rows: Table, table: CompiledTable, kind: str) -> Table:
    return hits.shaped(
        rows,
        {
            "loan_id": rows.subject_id,
            "measure": rows["_measure"],
            "base_on": rows["_base"],
            "days": rows["_days"],
            "day_kind": v.literal("calendar", "string"),
            "cap_base_on": v.greatest(rows["_base"], rows.colour_since),
            "cap_days": rows.at_most_working_days,
            "starts_on": v.null("date"),
            "last_on": rows["_last"],
            "holds": v.literal(False, "boolean"),
            "visit": v.literal("", "string"),
            "kind": v.literal(kind, "string"),
            "facts": hits.facts_tested(table, rows),
        },
    )


def _interval(rows: Table, factors: Iterable[str], days: Column) -> Column:
    """Give the interval in whole days: times the factors, within the limits."""
    places = list(factors)
    for place, _ in enumerate(places):
        days = days * v.coalesce(rows[f"_factor_{place}"], v.literal(100, "integer"))
    whole = v.integer_divide(days, v.literal(100 ** len(places), "integer"))
    return v.least(v.greatest(whole, v.literal(1, "integer")), rows.at_most_days)
