"""What is judged: the openings of warnings, the colours they reach, and the outcomes they are held against.

An alert has customer_id, opened_on, colour, owner_id, first_bad_on, first_dpd30_on and is_right; one of a
colour reached has no owner, and opened_on is the day on which it was reached. An outcome
has outcome (a number), customer_id, loan_id, bad_on, dpd30_on, amount in cents, cause and visible_from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from postloan.engine import Column, Engine, Field, Table, TableSchema
from postloan.engine import verbs as v
from postloan.results import LOAN_STATE, SEVERITIES, WARNING
from postloan.run.judging.span import Runs, Span, united


def only(schema: TableSchema, *names: str) -> TableSchema:
    """Give a result's schema with some of its columns."""
    return TableSchema(schema.name, tuple(schema.field(name) for name in names), ())


_OPENED = only(
    WARNING,
    "as_of",
    "subject_kind",
    "subject_id",
    "customer_id",
    "colour",
    "episode_id",
    "opened_on",
    "owner_id",
)
_BALANCE = only(LOAN_STATE, "as_of", "loan_id", "customer_id", "balance")


def is_within(column: Column, span: Span) -> Column:
    """Tell whether a date lies in the span."""
    return (column >= v.literal(span.start, "date")) & (column <= v.literal(span.end, "date"))


def alerts(runs: Runs, span: Span, bad: Table) -> Table:
    """Give one row a warning of a customer that opened in the span.

    Its colour and owner are those of the first run that shows it; customers bad by then are left out.
    """
    rows = runs.table(span.days, _OPENED)
    rows = rows.filter(rows.subject_kind == "customer")
    if span.is_only_run:  # nothing tells when they opened, so all count as opened in it
        rows = rows.mutate(opened_on=rows.as_of)
    rows = rows.filter(is_within(rows.opened_on, span))
    order = [(rows.as_of, "asc")]
    rows = rows.mutate(seen=v.row_number(partition=[rows.subject_id, rows.episode_id], order=order))
    rows = rows.filter(rows.seen == 1).select(
        customer_id="subject_id", opened_on="opened_on", colour="colour", owner_id="owner_id"
    )
    return marked(runs.engine, rows, bad, span, "alerts")


def reached(runs: Runs, span: Span, bad: Table) -> Table:
    """Give one row a colour and warning of a customer that first stood at it, or at a worse one, in the span.

    So a warning that opens yellow and becomes orange, then red, has a row of each, on three days, and one
    that opens red has all four on the day it opened; what drops and rises again within an episode has no
    second. Runs before the span are read too, since what was reached then is nothing new; an episode older
    than the store counts as having stood from its opening on at the colour of the first run.
    """
    rows = runs.table([*span.earlier, *span.days], _OPENED)
    rows = rows.filter(rows.subject_kind == "customer")
    key = [rows.subject_id, rows.episode_id]
    rows = rows.mutate(_seen=v.row_number(partition=key, order=[(rows.as_of, "asc")]))
    # As in `alerts`: at what the first run shows of an episode it stood from its opening on.
    on = rows.as_of if span.is_only_run else (rows["_seen"] == 1).ifelse(rows.opened_on, rows.as_of)
    rows = runs.engine.materialise(rows.mutate(_on=on), "standing")
    told = []
    for place, colour in enumerate(SEVERITIES, 1):
        worse = rows.filter(rows.colour.isin(SEVERITIES[:place]))
        first = worse.group_by(customer_id=worse.subject_id, episode_id=worse.episode_id)
        firsts = first.aggregate(opened_on=worse["_on"].min())
        told.append(firsts.mutate(colour=v.literal(colour, "string")))
    found = united(told)
    found = found.filter(is_within(found.opened_on, span)).drop("episode_id")
    return marked(runs.engine, found, bad, span, "alerts_reached")


def openings(runs: Runs, held: Table, days: Sequence[date], span: Span, bad: Table, name: str) -> Table:
    """Give the alerts of a rule: the days on which it holds of a customer and did not on the run before.

    Args:
        runs: the store's tables.
        held: customer_id and as_of, a row for each day on which the rule holds.
        days: the days on which it could be told, in order; the last one before the span among them.
        span: the days looked at.
        bad: the outcomes.
        name: names the alerts.
    """
    held = runs.engine.materialise(held, f"{name}_held")
    order = [{"day": day, "before": before} for before, day in zip([None, *days], days, strict=False)]
    steps = runs.engine.from_rows(order, [Field("day", "date"), Field("before", "date")], f"{name}_days")
    earlier = held.select(_customer="customer_id", _on="as_of")
    rows = held.inner_join(steps, held.as_of == steps.day)
    rows = rows.anti_join(earlier, [rows.customer_id == earlier["_customer"], rows.before == earlier["_on"]])
    rows = rows.select(customer_id="customer_id", opened_on="as_of")
    return marked(runs.engine, rows.filter(is_within(rows.opened_on, span)), bad, span, name)


def marked(engine: Engine, rows: Table, bad: Table, span: Span, name: str) -> Table:
    """Add what came of each alert's customer; those who were bad when it opened are left out."""
    first = bad.group_by(_customer=bad.customer_id).aggregate(
        first_bad_on=bad.bad_on.min(), first_dpd30_on=bad.dpd30_on.min()
    )
    rows = rows.left_join(first, rows.customer_id == first["_customer"]).drop("_customer")
    rows = rows.filter(rows.first_bad_on.isnull() | (rows.first_bad_on > rows.opened_on))
    within = v.days_between(rows.first_bad_on, rows.opened_on) <= span.horizon
    return engine.materialise(rows.mutate(is_right=within.fill_null(False)), name)


def with_amount(runs: Runs, bad: Table, span: Span) -> Table:
    """Fill the amount of an outcome: as given, else the balance of loan or customer in the run before."""
    loans = runs.table(span.days, _BALANCE)
    loans = loans.select(_owner="customer_id", _loan="loan_id", _on="as_of", _balance="balance")
    pairs = bad.inner_join(loans, bad.customer_id == loans["_owner"])
    meant = pairs.loan_id.isnull() | (pairs.loan_id == pairs["_loan"])
    pairs = pairs.filter(meant & (pairs["_on"] < pairs.bad_on))
    sums = pairs.group_by(_outcome=pairs.outcome, _day=pairs["_on"]).aggregate(
        _sum=v.total(pairs["_balance"])
    )
    sums = sums.mutate(_place=v.row_number(partition=[sums["_outcome"]], order=[(sums["_day"], "desc")]))
    latest = sums.filter(sums["_place"] == 1).select("_outcome", "_sum")
    rows = bad.left_join(latest, bad.outcome == latest["_outcome"])
    rows = rows.mutate(amount=v.coalesce(rows.amount, rows["_sum"])).drop("_outcome", "_sum")
    return runs.engine.materialise(rows, "outcomes")


def in_span(engine: Engine, bad: Table, span: Span) -> Table:
    """Give the outcomes of the span; whoever was bad when it began could not be foretold in it."""
    before = bad.group_by(_customer=bad.customer_id).aggregate(_first=bad.bad_on.min())
    rows = bad.left_join(before, bad.customer_id == before["_customer"]).drop("_customer")
    start, end = v.literal(span.start, "date"), v.literal(span.end, "date")
    rows = rows.filter((rows.bad_on <= end) & (rows["_first"] > start)).drop("_first")
    return engine.materialise(rows, "outcomes_in_span")
