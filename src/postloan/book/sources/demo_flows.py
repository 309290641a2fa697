"""Schedules, payments, month ends, margins and visits of the generated book."""

from __future__ import annotations

from datetime import date, timedelta

from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v

_LONGEST = 60
_HARVEST_MONTH = 10


def _int(value: int) -> Column:
    return v.literal(value, "integer")


def _day(value: date) -> Column:
    return v.literal(value, "date")


def _text(value: str) -> Column:
    return v.literal(value, "string")


def _harvest(disbursed_on: Column) -> Column:
    """Give 15 October, at least six months after the money was paid out."""
    start = v.month_start(v.add_months(disbursed_on, 6))
    wait = v.modulo(_int(_HARVEST_MONTH + 12) - v.month(start), _int(12))
    return v.add_days(v.add_months(start, wait), 14)


def _matures_on(plan: Table) -> Column:
    """Give the last agreed day: of a bill six months on, of a seasonal loan the harvest, of a card none."""
    return v.when(
        [
            (plan.product == _text("card"), v.null("date")),
            (plan.product == _text("bill"), v.add_months(plan.disbursed_on, 6)),
            (plan.product == _text("micro"), _harvest(plan.disbursed_on)),
        ],
        v.add_months(plan.disbursed_on, plan.term),
    )


def loans(plan: Table, as_of: date) -> Table:
    """Give the exposures; what was repaid in full by `as_of` is closed a week after it matured."""
    bill = plan.product == _text("bill")
    ended = v.add_days(_matures_on(plan), 7)
    whole = (plan.missed == _int(0)) & (plan.behaviour != _text("partial")) & (ended <= _day(as_of))
    return plan.select(
        loan_id=plan.loan_id,
        contract_id=plan.contract_id,
        customer_id=plan.customer_id,
        exposure_kind=bill.ifelse(_text("acceptance"), _text("loan")),
        amount=v.money(plan.amount),
        currency=_text("CNY"),
        rate=v.ratio(plan.basis_points, _int(10_000)),
        disbursed_on=plan.disbursed_on,
        matures_on=_matures_on(plan),
        repayment_method=plan.repayment_method,
        closed_on=whole.ifelse(ended, v.null("date")),
        close_reason=whole.ifelse(_text("repaid"), v.null("string")),
        known_on=plan.disbursed_on,
    )


def instalments(plan: Table, engine: Engine, as_of: date) -> Table:
    """Give each due with its parts in cents, its payment, and whether that was made by `as_of` (`met`)."""
    numbers = [{"step": step} for step in range(_LONGEST)]
    steps = engine.from_rows(numbers, [Field("step", "integer")], "steps")
    due = plan.filter(plan.term > _int(0)).cross_join(steps)
    due = due.filter(due.step < due.term)
    last = due.step == due.term - _int(1)
    seasonal = due.product == _text("micro")
    equal = v.integer_divide(due.amount, due.term)
    bullet = due.product == _text("trade")
    owed = bullet.ifelse(due.amount, due.amount - equal * due.step)
    months = seasonal.ifelse(_int(9), _int(1))
    due = due.mutate(
        due_on=seasonal.ifelse(
            _harvest(due.disbursed_on), v.add_months(due.disbursed_on, due.step + _int(1))
        ),
        principal=v.when([(last, bullet.ifelse(due.amount, owed)), (bullet, _int(0))], equal),
        interest=v.integer_divide(owed * due.basis_points * months, _int(120_000)),
        # Whole months since the grant are the instalments due by now.
        passed=seasonal.ifelse(_int(1), v.months_between(_day(as_of), due.disbursed_on)),
    )
    due = due.mutate(
        paid_on=v.add_days(due.due_on, _delay(due)),
        paid=v.integer_divide((due.principal + due.interest) * _share(due), _int(100)),
    )
    met = (due.step < due.passed - due.missed) & (due.paid_on <= _day(as_of))
    return due.mutate(met=met)


def _delay(due: Table) -> Column:
    """Give days late: small delays on every other instalment, a technical one on the latest."""
    small = (due.behaviour == _text("small_delays")) & (v.modulo(due.step + due.chance, _int(2)) == _int(0))
    technical = (due.behaviour == _text("technical")) & (due.step == due.passed - _int(1))
    days = v.modulo(due.step * _int(3) + due.chance, _int(7)) + _int(1)
    return v.when([(small, days), (technical, _int(5))], _int(0))


def _share(due: Table) -> Column:
    """Give the per cent of the instalment that is paid: 80 of the latest two where payment is partial."""
    partial = (due.behaviour == _text("partial")) & (due.step >= due.passed - _int(2))
    return partial.ifelse(_int(80), _int(100))


def dues(paid: Table) -> Table:
    """Give the schedules; a technical delay carries its cause and proof."""
    technical = (paid.behaviour == _text("technical")) & (paid.step == paid.passed - _int(1))
    return paid.select(
        loan_id=paid.loan_id,
        due_on=paid.due_on,
        principal=v.money(paid.principal),
        interest=v.money(paid.interest),
        cause_unpaid=technical.ifelse(_text("technical"), v.null("string")),
        proof_ref=technical.ifelse(_text("counter log"), v.null("string")),
        known_on=paid.disbursed_on,
    )


def payments(paid: Table, positions: Table) -> Table:
    """Give the payments of instalments, and of cards at their month ends."""
    met = paid.filter(paid.met)
    of_dues = met.select(
        payment_id=v.concat("P", met.loan_id, "-", v.text(met.step)),
        loan_id=met.loan_id,
        paid_on=met.paid_on,
        amount=v.money(met.paid),
        payer_account_id=met.account_id,
        payer_customer_id=met.customer_id,
    )
    card = positions.filter(positions.back >= positions.missed)
    of_cards = card.select(
        payment_id=v.concat("P", card.loan_id, "-", v.text(card.back)),
        loan_id=card.loan_id,
        paid_on=card.on_date,
        amount=v.money(v.integer_divide(card.balance, _int(10))),
        payer_account_id=card.account_id,
        payer_customer_id=card.customer_id,
    )
    return of_dues.union(of_cards)


def positions(plan: Table, engine: Engine, as_of: date, months: int) -> Table:
    """Give the month ends of cards in cents; some stand at their limit, a few above it."""
    ends, day = [], as_of + timedelta(days=1)
    for back in range(months):
        day = day.replace(day=1) - timedelta(days=1)
        ends.append({"back": back, "on_date": day})
    calendar = engine.from_rows(ends, [Field("back", "integer"), Field("on_date", "date")], "month_ends")
    card = plan.filter(plan.product == _text("card")).cross_join(calendar)
    card = card.filter(card.on_date >= card.disbursed_on)
    used = v.when(
        [(card.spare >= _int(980), _int(104)), (card.spare >= _int(900), _int(97))],
        v.modulo(card.spare + card.back, _int(60)) + _int(15),
    )
    return card.mutate(
        balance=v.integer_divide(card.amount * used, _int(100)),
        late=v.greatest(v.least(card.missed, _int(months)) - card.back, _int(0)) * _int(30),
    )


def card_positions(card: Table) -> Table:
    """Give the month ends as positions."""
    return card.select(
        loan_id=card.loan_id,
        on_date=card.on_date,
        balance=v.money(card.balance),
        limit_amount=v.money(card.amount),
        days_past_due=card.late,
    )


def margins(plan: Table) -> Table:
    """Give the margin of acceptances: 30 % asked, of every tenth only 20 % paid in."""
    bill = plan.filter(plan.product == _text("bill"))
    paid_in = (bill.spare < _int(100)).ifelse(_int(20), _int(30))
    return bill.select(
        loan_id=bill.loan_id,
        on_date=bill.disbursed_on,
        required=v.money(v.integer_divide(bill.amount * _int(30), _int(100))),
        deposited=v.money(v.integer_divide(bill.amount * paid_in, _int(100))),
    )


def advances(plan: Table, as_of: date) -> Table:
    """Give what the bank paid on acceptances whose customer did not."""
    bill = plan.filter((plan.product == _text("bill")) & (plan.missed > _int(0)))
    bill = bill.filter(_matures_on(bill) <= _day(as_of))
    return bill.select(
        loan_id=bill.loan_id,
        advanced_on=_matures_on(bill),
        amount=v.money(v.integer_divide(bill.amount * _int(60), _int(100))),
    )


def visits(plan: Table, as_of: date) -> Table:
    """Give a first inspection ten days after the grant for every third loan."""
    seen = plan.filter(v.modulo(plan.number, _int(3)) == _int(0))
    day = v.add_days(seen.disbursed_on, 10)
    seen = seen.mutate(visited_on=day).filter(day <= _day(as_of))
    return seen.select(
        visit_id=v.concat("V", seen.loan_id),
        customer_id=seen.customer_id,
        loan_id=seen.loan_id,
        kind=_text("IN1"),
        visited_on=seen.visited_on,
        staff_id=seen.manager_id,
        result=_text("ok"),
    )
