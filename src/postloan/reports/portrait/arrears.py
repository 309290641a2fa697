"""Days past due of every loan at every month end, and the first day on which each was in default.

By the schedule an instalment is late from its due date until the payment that met it (`facts.schedule.met`);
so the days past due of any past day follow from two dates an instalment, and no run of that day is needed.
Where the bank's record of the month states days they stand, unless the schedule is worse by more than the
pack's `dpd_gap` (contract). The schedule is that which is in force now: arrears that a new schedule removed
are seen in the records only.
"""

from __future__ import annotations

from functools import cached_property

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import schedule
from postloan.facts.context import standing
from postloan.reports.portrait.view import View, month_of, whole

BUCKETS = ("0", "1_30", "31_60", "61_90", "over_90")
"""Buckets of days past due, as banks tell arrears."""

_STARTS = (1, 31, 61, 91)
DEFAULT_DAYS = 90
"""A loan is in default on the first day more than 90 days past due (contract, `outcomes`; Basel)."""

CLOSED, WRITTEN_OFF = 5, 6
STATES = (*BUCKETS, "closed", "written_off")
"""What became of a loan by the next month end; a place in it is the number that tables hold."""


class Arrears:
    """Arrears of the loans of a view, each table computed once."""

    def __init__(self, view: View) -> None:
        self._view = view

    @property
    def _has_schedule(self) -> bool:
        return self._view.book.has("due") and self._view.book.has("payment")

    @property
    def can_tell(self) -> bool:
        """Tell whether the book can say anything of arrears."""
        stated = self._view.book.has_column("position", "days_past_due")
        return self._has_schedule or stated or self._stated("days_past_due_principal")

    def _stated(self, column: str) -> bool:
        return self._view.book.has_column("position", column)

    @cached_property
    def _late(self) -> Table:
        """Give the instalments met after their date or not at all: loan_id, due_on, met_on."""
        context = self._view.context
        context.give("loans", self._view.loans)
        context.keep("payments", schedule.payments(context))
        rows = schedule.met(context, schedule.instalments(context))
        late = ~rows.is_nothing & (rows.met_on.isnull() | (rows.met_on > rows.due_on))
        return context.keep("late", rows.filter(late).select("loan_id", "due_on", "met_on"))

    @cached_property
    def _records(self) -> Table:
        """Give the bank's records that state days past due: loan_id, on_date, days."""
        rows = self._view.book.table("position")
        days = v.greatest(rows.days_past_due, rows.days_past_due_principal, rows.days_past_due_interest)
        rows = rows.select("loan_id", "on_date", days=days)
        return rows.filter(rows.days.notnull())

    @cached_property
    def known(self) -> Table:
        """Give the loans whose arrears can be told, with the day of default: those of the view's loans.

        Columns: those of `View.loans`, has_schedule, default_on (null where there was none by the day).
        """
        loans = self._view.loans
        rows = loans.mutate(has_schedule=v.literal(False, "boolean"), _default=v.null("date"))
        stated = self._records.group_by(_stated=self._records.loan_id).aggregate(
            _record_on=v.min_if(self._records.on_date, self._records.days > DEFAULT_DAYS)
        )
        if self._has_schedule:
            due = self._view.book.table("due").select(_due="loan_id").distinct()
            rows = loans.left_join(due, loans["id"] == due["_due"])
            rows = rows.mutate(has_schedule=rows["_due"].notnull()).drop("_due")
            rows = rows.left_join(self._defaults, rows["id"] == self._defaults["_of"]).drop("_of")
        rows = rows.left_join(stated, rows["id"] == stated["_stated"])
        rows = rows.filter(rows.has_schedule | rows["_stated"].notnull())
        lost = rows.is_written_off.ifelse(rows.closed_on, v.null("date"))
        first = v.least(rows["_default"], rows["_record_on"], lost)
        return self._view.context.keep("known", rows.select(*loans.columns, "has_schedule", default_on=first))

    @cached_property
    def _defaults(self) -> Table:
        """Give the first day of default by the schedule: columns _of (the loan), _default."""
        loans = self._view.loans.select(_loan="id", closed_on="closed_on")
        rows = self._late.inner_join(loans, self._late.loan_id == loans["_loan"])
        day = v.add_days(rows.due_on, DEFAULT_DAYS + 1)
        unpaid = rows.met_on.isnull() | (rows.met_on > day)
        open_then = rows.closed_on.isnull() | (rows.closed_on > day)
        reached = unpaid & open_then & (day <= self._view.context.day)
        return rows.group_by(_of=rows.loan_id).aggregate(_default=v.min_if(day, reached))

    @cached_property
    def states(self) -> Table:
        """Give each loan on the books at each month end of which its days can be told.

        Columns: id, month, amount (cents, as granted), bucket (a place in `BUCKETS`).
        """
        grid = self.known.cross_join(self._view.calendar)
        on_books = grid.closed_on.isnull() | (grid.closed_on > grid.ends_on)
        grid = grid.filter((grid.disbursed_on <= grid.ends_on) & on_books)
        grid = self._with_schedule(grid.select("id", "month", "has_schedule", "amount"))
        stated = self._stated_days()
        grid = grid.left_join(stated, (grid["id"] == stated["_p"]) & (grid.month == stated["_pm"]))
        days = _combined(grid["_scheduled"], grid["_recorded"], self._gap())
        grid = grid.select("id", "month", "amount", days=days)
        grid = grid.filter(grid.days.notnull())
        bucket = v.steps(grid.days, _STARTS, range(len(BUCKETS)), 0)
        return self._view.context.keep("states", grid.select("id", "month", "amount", bucket=bucket))

    def _with_schedule(self, grid: Table) -> Table:
        """Add `_scheduled`, the days past due by the schedule; null without one."""
        nothing = v.null("integer")
        if not self._has_schedule:
            return grid.mutate(_scheduled=nothing)
        spells = self._spells()
        grid = grid.left_join(spells, (grid["id"] == spells["_l"]) & (grid.month == spells["_m"]))
        return grid.mutate(_scheduled=grid.has_schedule.ifelse(grid["_days"].fill_null(0), nothing))

    def _gap(self) -> int:
        return self._view.context.whole("dpd_gap")

    def _spells(self) -> Table:
        """Give the days past due by the schedule where there are any: columns _l, _m, _days."""
        late, calendar = self._late, self._view.calendar
        rows = late.cross_join(calendar)
        rows = rows.filter(
            (rows.due_on < rows.ends_on) & (rows.met_on.isnull() | (rows.met_on > rows.ends_on))
        )
        sums = rows.group_by(_l=rows.loan_id, _m=rows.month).aggregate(
            _oldest=rows.due_on.min(), _end=rows.ends_on.max()
        )
        return sums.select("_l", "_m", _days=v.days_between(sums["_end"], sums["_oldest"]))

    def _stated_days(self) -> Table:
        """Give the days of the month's last record, carried to its end unless something was paid since.

        Columns: _p, _pm, _recorded.
        """
        calendar = self._view.calendar
        rows = self._records
        rows = rows.mutate(_pm=v.month_index(rows.on_date))
        rows = rows.inner_join(calendar, rows["_pm"] == calendar.month)
        order = [(rows.on_date, "desc")]
        rows = rows.mutate(_turn=v.row_number(partition=[rows.loan_id, rows["_pm"]], order=order))
        last = rows.filter(rows["_turn"] == 1)
        paid = self._view.book.table("payment")
        paid = paid.filter(paid.amount > 0)
        paid = paid.group_by(_payer=paid.loan_id, _paid_in=v.month_index(paid.paid_on)).aggregate(
            _paid_on=paid.paid_on.max()
        )
        same = (last.loan_id == paid["_payer"]) & (last["_pm"] == paid["_paid_in"])
        last = last.left_join(paid, same)
        untouched = last["_paid_on"].isnull() | (last["_paid_on"] <= last.on_date)
        carried = last.days + v.days_between(last.ends_on, last.on_date)
        days = ((last.days > 0) & untouched).ifelse(carried, last.days)
        return last.select("_pm", _p="loan_id", _recorded=days)

    @cached_property
    def balances(self) -> Table:
        """Give the principal outstanding at the last month end: columns bucket, balance (cents).

        It is that of the bank's record of the month; else the amount less what was paid beyond interest and
        fees due by then, which is what `loan.balance_amt` of a run comes to.
        """
        book, end = self._view.book, self._view.ends[-1]
        payment, due, day = book.table("payment"), book.table("due"), v.literal(end, "date")
        payment = standing(payment.filter(payment.paid_on <= day), "payment_id")
        paid = payment.group_by(_payer=payment.loan_id).aggregate(_paid=v.total(payment.amount))
        due = due.filter(due.due_on <= day)
        other = due.interest.fill_null(0) + due.fees.fill_null(0)
        charged = due.group_by(_owes=due.loan_id).aggregate(_other=v.total(other))
        rows = self.states.filter(self.states.month == whole(month_of(end)))
        rows = rows.left_join(paid, rows["id"] == paid["_payer"])
        rows = rows.left_join(charged, rows["id"] == charged["_owes"])
        record = self._last_balances(day)
        rows = rows.left_join(record, rows["id"] == record["_held"])
        repaid = v.greatest(rows["_paid"].fill_null(0) - rows["_other"].fill_null(0), whole(0))
        balance = v.coalesce(rows["_balance"], rows.amount - repaid)
        return rows.select("bucket", balance=v.greatest(balance, whole(0)))

    def _last_balances(self, day: Column) -> Table:
        """Give what the last record of the month that ends on the day says is owed: _held, _balance."""
        rows = self._view.book.table("position")
        rows = rows.filter((v.month_start(rows.on_date) == v.month_start(day)) & (rows.on_date <= day))
        turn = v.row_number(partition=[rows.loan_id], order=[(rows.on_date, "desc")])
        rows = rows.mutate(_turn=turn)
        return rows.filter(rows["_turn"] == 1).select(_held="loan_id", _balance="balance")

    @cached_property
    def rolls(self) -> Table:
        """Give how many loans went from bucket to state from one month end to the next: was, then, rows."""
        states, last = self.states, whole(month_of(self._view.ends[-1]))
        before = states.filter(states.month < last)
        after = states.select(_after="id", _month=states.month - 1, _then="bucket")
        rows = before.left_join(after, (before["id"] == after["_after"]) & (before.month == after["_month"]))
        ends = self.known.select("closed_on", "is_written_off", _end="id")
        rows = rows.inner_join(ends, rows["id"] == ends["_end"])
        is_closed = rows.closed_on.notnull() & (v.month_index(rows.closed_on) <= rows.month + 1)
        closed = v.when(
            [(is_closed & rows.is_written_off, whole(WRITTEN_OFF)), (is_closed, whole(CLOSED))],
            v.null("integer"),
        )
        rows = rows.select(was="bucket", then=v.coalesce(rows["_then"], closed))
        rows = rows.filter(rows.then.notnull())
        return rows.group_by(["was", "then"]).aggregate(rows=rows.count())


def _combined(scheduled: Column, recorded: Column, gap: int) -> Column:
    """Give the bank's record, or the schedule where that is worse by more than the gap or stands alone."""
    is_worse = scheduled > recorded + gap
    return v.when([(recorded.isnull(), scheduled), (is_worse, scheduled)], recorded)
