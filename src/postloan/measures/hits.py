"""Rows of the decision tables that hold, in one shape: what is due, counted from when, and why.

Columns: loan_id, customer_id, measure, rule_id, base_on, days, day_kind, cap_base_on, cap_days (a second
limit in working days, null without one), starts_on (done since then counts as completed; null: never),
last_on (the last inspection of that kind, null for steps), visit (the kind of visit that completes it, or
empty), holds (once told, the deadline does not move back), kind (step, offer, on_site or off_site), facts
(JSON), hard_stop_on and clock_id (the legal clock behind it and the day on which a right is lost, null
without one). An offer is a duty that a row makes an option.
"""

from __future__ import annotations

from datetime import date
from functools import reduce

from postloan.classification import environment
from postloan.engine import Column, Engine, Kind, Table
from postloan.engine import verbs as v
from postloan.measures.inputs import DERIVED
from postloan.measures.rules import MeasureTables, has
from postloan.policy import column_name, feel
from postloan.policy.table import CompiledTable
from postloan.policy.warned import is_of_warnings

STEP, OFFER = "step", "offer"

COLUMNS = (
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
    "hard_stop_on",
    "clock_id",
)
_LONG_AGO = date(1900, 1, 1)
_HOLDING = ("colour_since", "oldest_unpaid_on", "month_end")
"""What a deadline may count from that moves on when things get better, as the deadline must not."""


def shaped(rows: Table, values: dict[str, Column]) -> Table:
    """Give rows in the columns of this module: as given, else of the rows, else without a clock."""
    no_clock = {"hard_stop_on": v.null("date"), "clock_id": v.null("string")}
    known = {**no_clock, **values}
    return rows.select(**{name: known[name] if name in known else rows[name] for name in COLUMNS})


def steps(engine: Engine, tables: MeasureTables, loans: Table, as_of: date) -> Table:
    """Give the rows that hold of the tables with steps."""
    answers = [_answers(engine, name, table, loans) for name, table in tables.steps.items()]
    hits = reduce(lambda a, b: a.union(b), answers)
    hits = hits.inner_join(loans, hits["_hit"] == loans.subject_id)
    base = _chosen(hits.from_date, _places(hits, tables.bases(), as_of))
    counted = v.coalesce(base, v.literal(as_of, "date"))
    starts = _chosen(hits.from_date, _starts(hits, as_of))
    offered = (hits.nature == "option").fill_null(False)
    facts = [(hits["_table"] == name, facts_tested(table, hits)) for name, table in tables.steps.items()]
    return shaped(
        hits,
        {
            "loan_id": hits.subject_id,
            "base_on": base,
            "cap_base_on": v.null("date"),
            "cap_days": v.null("integer"),
            "starts_on": v.coalesce(v.add_days(counted, hits.done_from), starts),
            "last_on": v.null("date"),
            "holds": hits.from_date.isin(_HOLDING),
            "kind": v.when([(offered, v.literal(OFFER, "string"))], v.literal(STEP, "string")),
            "facts": v.when(facts, v.null("string")),
        },
    )


_ANSWER: dict[str, Kind] = {
    "measure": "string",
    "days": "integer",
    "day_kind": "string",
    "from_date": "string",
    "visit": "string",
    "done_from": "integer",
    "nature": "string",
}
"""Outputs of a table with steps; the last two it need not have."""


def _answers(engine: Engine, name: str, table: CompiledTable, loans: Table) -> Table:
    """Give the rows of one table that hold: _table, _hit, rule_id and the outputs."""
    rows = table.evaluate(engine, loans, ["subject_id"])
    rows = rows.filter(rows.measure.notnull())
    found = {output: rows[output] if has(table, output) else v.null(kind) for output, kind in _ANSWER.items()}
    return rows.select(_table=v.literal(name, "string"), _hit=rows.subject_id, rule_id=rows.rule_id, **found)


def _places(rows: Table, bases: set[str], as_of: date) -> dict[str, Column]:
    """Give the day that each word of `from_date` counts from; others count from done or opened."""
    day = v.literal(as_of, "date")

    def ahead(days: str) -> Column:
        return v.add_days(day, rows[days])

    def ago(days: str) -> Column:
        return v.add_days(day, 0 - rows[days])

    places = {
        "disbursed_on": rows.watched_from,
        "oldest_unpaid_on": ago("loan__claim_days"),
        "colour_since": rows.colour_since,
        "non_performing_since": v.coalesce(rows["loan__non_performing_since_on"], day),
        "matures_on": rows["loan__matures_on"],
        "next_due_on": rows["loan__next_due_on"],
        "advanced_on": ago("loan__advance_days"),
        "claim_deadline_on": ahead("loan__claim_deadline_left_days"),
        "judged_on": rows["loan__judgment_due_on"],
        "valued_on": ago("loan__valuation_age_days"),
        "insured_until": ago("loan__insurance_lapsed_days"),
        "registered_until": ahead("loan__registration_left_days"),
        "month_end": v.add_days(v.add_months(v.month_start(rows.class_changed_on), 1), -1),
    }
    return {name: column for name, column in places.items() if name in bases}


def _starts(rows: Table, as_of: date) -> dict[str, Column]:
    """Give the day from which what was done completes a step, where the row does not say it itself."""
    return {
        "oldest_unpaid_on": v.add_days(v.literal(as_of, "date"), 0 - rows["loan__claim_days"]),
        "colour_since": rows.colour_since,
        "matures_on": rows.colour_since,
        "opened_on": v.literal(_LONG_AGO, "date"),
        "month_end": rows.class_changed_on,
    }


def _chosen(name: Column, places: dict[str, Column]) -> Column:
    return v.when([(name == key, column) for key, column in places.items()], v.null("date"))


def facts_tested(table: CompiledTable, rows: Table) -> Column:
    """Give the facts that a table tested, as a JSON object; of warnings those that stand, as a list."""
    kinds = _tested(table)
    values = {
        name: v.json_text(rows[column_name(name)]) if kind == "string" else v.text(rows[column_name(name)])
        for name, kind in kinds.items()
        if not is_of_warnings(name)
    }
    warned = sorted(name for name in kinds if is_of_warnings(name))
    if warned:
        nothing = v.literal("", "string")
        standing = [
            v.when([(rows[column_name(name)], v.literal(f',"{name}"', "string"))], nothing) for name in warned
        ]
        values["warned"] = v.json_parts(*standing)
    return v.json_object(values)


def _tested(table: CompiledTable) -> dict[str, str]:
    """Give the kind of each name that the inputs of a table read."""
    known, found = environment(DERIVED), {}
    for item in table.checked.inputs:
        for name in sorted(feel.names(item.node)):
            found[name] = item.kind if name == item.text else known.get(name, "boolean")
    return found
