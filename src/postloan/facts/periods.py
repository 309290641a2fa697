"""Periods of the law in columns: when one ends, what makes it run anew, and what stops it.

A period does not count the day of its event; one of months or years ends on the day of that number, or on the
month's last where it has none, and moves to the next working day where its last day is a day off
(Civil Code art. 200 to 203; the pack says of each clock whether it moves).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from postloan.book.snapshot import Book
from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v
from postloan.facts.context import standing
from postloan.policy.calendar import Calendar
from postloan.policy.clock_entries import PROOFS, Clock, Span
from postloan.policy.pack import Policy

_MONDAY = date(1, 1, 1)
"""A Monday before every date of a book, from which days of the week are counted."""

_SATURDAY, _SUNDAY, _WEEK = 5, 6, 7

NOTICES = ("demand", "acknowledgement", "acceleration", "suit", "claim_on_guarantor")
"""Kinds of notice that can move a period."""


@dataclass(frozen=True)
class Ground:
    """What clocks are computed from: the book and the policy of a day, and the open loans of the bank's own.

    Args:
        engine: the engine that computes.
        book: the book as of the day.
        policy: the policy in force on the day.
        as_of: the business date.
        loans: columns id, customer_id, contract_id and matures_on.
    """

    engine: Engine
    book: Book
    policy: Policy
    as_of: date
    loans: Table

    @property
    def day(self) -> Column:
        """Give the business date as a constant column."""
        return v.literal(self.as_of, "date")

    @property
    def clocks(self) -> Mapping[str, Clock]:
        """Give the clocks of the pack by kind."""
        return self.policy.clocks

    @cached_property
    def _moved(self) -> Table:
        """Give the days of known years whose next working day is not that of the week alone."""
        rows = [{"_off": day, "_next": next_} for day, next_ in moved_days(self.policy.calendar)]
        return self.engine.from_rows(rows, [Field("_off", "date"), Field("_next", "date")], "days_off")

    def last_day(self, rows: Table, name: str, clock: Clock) -> Table:
        """Move a column of last days to the next working day, where the clock says so."""
        if clock.last_day == "as_is":
            return rows
        rows = rows.left_join(self._moved, rows[name] == self._moved["_off"])
        of_week = v.modulo(v.days_between(rows[name], v.literal(_MONDAY, "date")), _number(_WEEK))
        ahead = v.when(
            [
                (of_week == _SATURDAY, v.add_days(rows[name], 2)),
                (of_week == _SUNDAY, v.add_days(rows[name], 1)),
            ],
            rows[name],
        )
        return rows.mutate(**{name: v.coalesce(rows["_next"], ahead)}).drop("_off", "_next")

    def ends(self, rows: Table, start: str, name: str, clock: Clock) -> Table:
        """Add the last day of a clock's period that starts with the event of a column; null for a null."""
        if clock.within is None:
            raise ValueError(f"the clock {clock.kind} has no length")
        return self.last_day(rows.mutate(**{name: later(rows[start], clock.within)}), name, clock)

    def proven(self, rows: Table, clock: Clock) -> Column:
        """Tell of rows of `notice` whether the proof that the clock asks for is there."""
        if not clock.proof:
            return v.literal(True, "boolean")
        found = v.literal(False, "boolean")
        for column in clock.proof:
            found = found | (rows[column].notnull() & (rows[column] != ""))
        return found

    def proof_is_kept(self, clock: Clock) -> bool:
        """Tell whether the book has a column in which the proof of a notice could stand."""
        return not clock.proof or any(self.book.has_column("notice", column) for column in PROOFS)


def moved_days(calendar: Calendar) -> list[tuple[date, date]]:
    """Give the days of the calendar's known years that weekends alone would move otherwise, and to when."""
    found = []
    for year in sorted(calendar.years):
        day = date(year, 1, 1)
        while day.year == year:
            ahead = {_SATURDAY: 2, _SUNDAY: 1}.get(day.weekday(), 0)
            working = calendar.add_business(day, 0)
            if working != day + timedelta(days=ahead):
                found.append((day, working))
            day += timedelta(days=1)
    return found


def later(start: Column, span: Span, *, back: bool = False) -> Column:
    """Give the day that a length of time after a day (before it, if `back`) leads to."""
    sign = -1 if back else 1
    if span.months:
        return v.add_months(start, sign * span.months)
    return v.add_days(start, sign * span.days)


def run(ground: Ground, clock: Clock, starts: Table, causes: Table, stops: Table | None = None) -> Table:
    """Let a clock run from its start, anew from each cause that came in time, and stop in its last part.

    A cause after the end changes nothing, unless it is one that revives; a suit stops the time until its end.

    Args:
        ground: the book and the policy.
        clock: the clock.
        starts: id and start_on, the day of the event that starts it, not null.
        causes: id, on, until (the day from which the period runs anew) and kind, one of the clock's restarts.
        stops: id, began_on and ended_on (null while it lasts); None where nothing can stop it.

    Returns:
        id, start_on, interrupted_on (the last cause in time), ends_on, and is_stopped, true while something
        stops it; ends_on is then the day on which it would end otherwise.
    """
    points = _points(clock, starts, causes)
    points = _reached(ground, clock, points)
    sums = points.group_by("id").aggregate(
        start_on=points.start_on.min(),
        _from=v.max_if(points["_reach"], points["_counts"]),
        interrupted_on=v.max_if(points.on, points["_counts"] & ~points["_is_start"]),
    )
    sums = ground.ends(sums, "_from", "ends_on", clock)
    sums = _capped(ground, clock, sums)
    sums = ground.engine.materialise(
        sums.select("id", "start_on", "interrupted_on", "ends_on"), f"{clock.kind}_runs"
    )
    if stops is None or clock.suspended is None:
        return sums.mutate(is_stopped=v.literal(False, "boolean"))
    return _stopped(ground, clock, sums, stops)


def _points(clock: Clock, starts: Table, causes: Table) -> Table:
    """Give the days of each clock from which it may run: its start and its causes, one row a day."""
    yes, no = v.literal(True, "boolean"), v.literal(False, "boolean")
    causes = causes.filter(causes.kind.isin(clock.restarts)).rename(_of="id")
    causes = starts.inner_join(causes, starts["id"] == causes["_of"])
    causes = causes.filter(causes.until >= causes.start_on)
    revives = causes.kind.isin(clock.revives) if clock.revives else no
    moved = causes.select(
        "id",
        "start_on",
        on=v.greatest(causes.on, causes.start_on),
        until="until",
        _revives=revives,
        _is_start=no,
    )
    first = starts.select("id", "start_on", on="start_on", until="start_on", _revives=yes, _is_start=yes)
    both = first.union(moved)
    return both.group_by("id", "start_on", "on").aggregate(
        until=both.until.max(), _revives=both["_revives"].max(), _is_start=both["_is_start"].max()
    )


def _reached(ground: Ground, clock: Clock, points: Table) -> Table:
    """Add until when the clock has run anew by each day, and whether that day counts.

    From a day that revives the clock on, days count until the first that came after its end; a suit that is
    open on such a day stops the time from then on, whenever it was filed.
    """
    epoch, order = v.literal(_MONDAY, "date"), [(points.on, "asc")]
    turns = v.running_sum(_one_if(points["_revives"]), partition=[points["id"]], order=order)
    points = points.mutate(_turn=turns, _minus=_number(0) - v.days_between(points.until, epoch))
    last = points.group_by(_of="id").aggregate(_last=points["_turn"].max())
    points = points.inner_join(last, points["id"] == last["_of"])
    least = v.least_from_here(points["_minus"], partition=[points["id"]], order=[(points.on, "desc")])
    points = points.mutate(_reach=v.add_days(epoch, _number(0) - least))
    points = ground.ends(points, "_reach", "_limit", clock)
    points = points.mutate(
        _before=v.lag(points["_limit"], partition=[points["id"]], order=[(points.on, "asc")])
    )
    late = (points.on > points["_before"]).fill_null(False) & ~points["_revives"]
    points = points.mutate(_late=_one_if(late))
    breaks = v.running_sum(
        points["_late"], partition=[points["id"], points["_turn"]], order=[(points.on, "asc")]
    )
    points = points.mutate(_breaks=breaks)
    return points.mutate(_counts=(points["_breaks"] == 0) & (points["_turn"] == points["_last"]))


def _stopped(ground: Ground, clock: Clock, sums: Table, stops: Table) -> Table:
    """Let what stood in the way in the last part of a period leave as much time after it as the pack says."""
    stop = clock.suspended
    if stop is None:
        return sums
    stops = stops.rename(_of="id")
    pairs = sums.inner_join(stops, sums["id"] == stops["_of"])
    pairs = pairs.mutate(
        _part=later(pairs.ends_on, stop.within_last, back=True), _freed=later(pairs.ended_on, stop.leaves)
    )
    in_part = pairs.ended_on.isnull() | (pairs.ended_on >= pairs["_part"])
    pairs = pairs.filter((pairs.began_on <= pairs.ends_on) & in_part)
    pairs = ground.last_day(pairs, "_freed", clock)
    lasts = pairs.ended_on.isnull() & (pairs["_part"] <= ground.day)
    found = pairs.group_by(_of="id").aggregate(_freed=pairs["_freed"].max(), _lasting=v.count_if(lasts))
    rows = sums.left_join(found, sums["id"] == found["_of"])
    rows = rows.mutate(ends_on=v.greatest(rows.ends_on, rows["_freed"]))
    rows = _capped(ground, clock, rows)
    stopped = (rows["_lasting"] > 0).fill_null(False)
    return rows.select("id", "start_on", "interrupted_on", "ends_on", is_stopped=stopped)


def _capped(ground: Ground, clock: Clock, rows: Table) -> Table:
    """Hold the last day at the longest time from the start."""
    if clock.at_most is None:
        return rows
    rows = rows.mutate(_most=later(rows.start_on, clock.at_most))
    rows = ground.last_day(rows, "_most", clock)
    return rows.mutate(ends_on=v.least(rows.ends_on, rows["_most"]))


def obstacles(ground: Ground, clock: Clock) -> Table | None:
    """Give what stops a clock of each open loan, by events with proof: id, began_on, ended_on.

    An obstacle ends with the first event of the pack's `ends` about the same subject after it.
    """
    if clock.suspended is None or not ground.book.has("event"):
        return None
    events = ground.book.table("event")
    events = events.filter(events.subject_kind.isin(("loan", "customer")))
    begun = events.filter(events.kind.isin(clock.suspended.begins) & events.proof_ref.notnull())
    begun = begun.select("subject_kind", "subject_id", "occurred_on")
    over = events.filter(events.kind.isin(clock.suspended.ends))
    over = over.group_by(_kind=over.subject_kind, _subject=over.subject_id, _over=over.occurred_on).aggregate(
        _n=over.count()
    )
    pairs = begun.left_join(
        over,
        [
            begun.subject_kind == over["_kind"],
            begun.subject_id == over["_subject"],
            begun.occurred_on <= over["_over"],
        ],
    )
    spans = pairs.group_by("subject_kind", "subject_id", began_on=pairs.occurred_on).aggregate(
        ended_on=pairs["_over"].min()
    )
    loans = ground.loans.select("id", "customer_id")
    own = spans.filter(spans.subject_kind == "loan")
    own = own.inner_join(loans, own.subject_id == loans["id"]).select("id", "began_on", "ended_on")
    whole = spans.filter(spans.subject_kind == "customer")
    whole = whole.inner_join(loans, whole.subject_id == loans.customer_id)
    return own.union(whole.select("id", "began_on", "ended_on"))


def notices(ground: Ground, clock: Clock) -> Table:
    """Give the proven notices to the debtor of each open loan: id, on, until and kind."""
    loans = ground.loans.select(_loan="id", _debtor="customer_id")
    rows = ground.book.table("notice")
    rows = rows.filter(rows.kind.isin(NOTICES) & ground.proven(rows, clock))
    rows = rows.inner_join(loans, rows.loan_id == loans["_loan"])
    rows = rows.filter(rows.to_customer_id.isnull() | (rows.to_customer_id == rows["_debtor"]))
    rows = rows.filter(rows.kind != "claim_on_guarantor")
    return rows.select(id="_loan", on="served_on", until="served_on", kind="kind")


def payments(ground: Ground) -> Table:
    """Give what the debtor paid on each open loan, as causes; another's payment is no consent of his."""
    loans = ground.loans.select(_loan="id", _debtor="customer_id")
    rows = standing(ground.book.table("payment"), "payment_id")
    rows = rows.filter(rows.amount > 0).inner_join(loans, rows.loan_id == loans["_loan"])
    rows = rows.filter(rows.payer_customer_id.isnull() | (rows.payer_customer_id == rows["_debtor"]))
    kind = v.literal("payment", "string")
    return rows.select(id="_loan", on="paid_on", until="paid_on", kind=kind)


def suits(ground: Ground) -> Table:
    """Give the bank's own proceedings once for each open loan that they are about.

    Columns: id (the loan), proceeding_id, kind, stage, filed_on, stage_on, effective_on, performance_due_on,
    closed_on, against (whom the bank sued), is_debtor (whether that is the borrower, not a guarantor), and
    over_on, the day on which it ended, null while it is open. A proceeding without a loan is about each of
    the customer's.
    """
    rows = ground.book.table("proceeding")
    rows = rows.filter(rows.our_role == "creditor").select("loan_id", "customer_id", *_CASE)
    loans = ground.loans.select("id", _owner="customer_id")
    own = rows.filter(rows.loan_id.notnull())
    own = own.inner_join(loans, own.loan_id == loans["id"])
    whole = rows.filter(rows.loan_id.isnull())
    whole = whole.inner_join(loans, whole.customer_id == loans["_owner"])
    both = own.union(whole)
    against = both.customer_id
    given_up = v.when(
        [(both.stage == "terminated", v.coalesce(both.stage_on, both.filed_on))], v.null("date")
    )
    return both.select(
        "id",
        *_CASE,
        against=against,
        is_debtor=against == both["_owner"],
        over_on=v.coalesce(both.closed_on, given_up),
    )


def filings(ground: Ground, cases: Table) -> Table:
    """Give proceedings as causes: id, on, until (the end, or the day where it is open) and kind."""
    until = v.greatest(v.coalesce(cases.over_on, ground.day), cases.filed_on)
    return cases.select("id", on="filed_on", until=until, kind=v.literal("suit", "string"))


_CASE = (
    "proceeding_id",
    "kind",
    "stage",
    "filed_on",
    "stage_on",
    "effective_on",
    "performance_due_on",
    "closed_on",
)


def _one_if(condition: Column) -> Column:
    return condition.ifelse(_number(1), _number(0))


def _number(value: int) -> Column:
    return v.literal(value, "integer")
