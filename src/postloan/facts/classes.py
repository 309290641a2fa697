"""Classes of loans as people and earlier runs put them, in the five levels."""

from __future__ import annotations

from datetime import date

from postloan.engine import Column, Field, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context
from postloan.results import FIVE_LEVELS

NON_PERFORMING = FIVE_LEVELS[2:]
"""Substandard and worse."""


def five_levels(context: Context, rows: Table) -> Table:
    """Add `five` to decisions: the five-level class stated, else that of the scheme's level."""
    levels = [
        {"_scheme": scheme.id, "_code": level.level_code, "_five": level.five_level}
        for scheme in context.policy.schemes
        for level in scheme.levels
    ]
    fields = [Field(name, "string") for name in ("_scheme", "_code", "_five")]
    known = context.engine.from_rows(levels, fields, "scheme_levels")
    same = [rows.scheme_id == known["_scheme"], rows.level_code == known["_code"]]
    rows = rows.left_join(known, same)
    five = v.coalesce(rows.five_level, rows["_five"])
    is_class = five.isin(FIVE_LEVELS)
    return rows.mutate(five=is_class.ifelse(five, v.null("string"))).drop("_scheme", "_code", "_five")


def rank(five: Column) -> Column:
    """Give the place of a five-level class, 0 best; null for none."""
    places = [(five == name, v.literal(place, "integer")) for place, name in enumerate(FIVE_LEVELS)]
    return v.when(places, v.null("integer"))


def decided(context: Context, then: date) -> Table:
    """Give the class of each loan by its last determination or approval up to a day.

    Columns: loan_id, five, decided_on.
    """
    rows = context.book.table("class_decision")
    rows = rows.filter((rows.decided_on <= v.literal(then, "date")) & (rows.kind != "initial"))
    order = [(rows.decided_on, "desc"), (rows.kind, "asc")]  # of one day the approval comes first
    ranked = rows.mutate(_rank=v.row_number(partition=[rows.loan_id], order=order))
    return five_levels(context, ranked.filter(ranked["_rank"] == 1)).select("loan_id", "five", "decided_on")


def current(context: Context) -> Table | None:
    """Give the class of each loan by the last run, else as decided: loan_id, five; None without either.

    What people decided since the last run counts at once where it is worse. A better decision counts when a
    run has found that nothing stands against it.
    """
    by_people = decided(context, context.as_of) if context.book.has("class_decision") else None
    if context.prior is None or "loan_state" not in context.prior.tables:
        return None if by_people is None else by_people.select("loan_id", "five")
    state = context.prior.tables["loan_state"]
    ran = state.filter(state.five_level.isin(FIVE_LEVELS)).select("loan_id", five="five_level")
    if by_people is None:
        return ran
    since = by_people.decided_on > v.literal(context.prior.as_of, "date")
    by_people = by_people.select(_of="loan_id", _five="five", _since=since)
    both = by_people.left_join(ran, by_people["_of"] == ran.loan_id)
    worse = both["_since"] & (rank(both["_five"]) > rank(both.five)).fill_null(False)
    both = both.select(loan_id="_of", five=(worse | both.five.isnull()).ifelse(both["_five"], both.five))
    return both.union(ran.anti_join(both, ran.loan_id == both.loan_id))
