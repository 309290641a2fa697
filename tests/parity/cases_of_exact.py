"""Cases of exact decimals of any width, of inexact numbers, and of parts of texts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from postloan.engine import Table, exact
from postloan.engine import feel_verbs as fv
from postloan.engine import verbs as v
from tests.parity.case import case


def _wide(column: Any) -> Any:
    return exact.wide(column, 38, 0)


@case("large")
def wide_whole_numbers(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        left=fv.floor_modulo(_wide(t.i), _wide(t.j)),
        nearest=fv.rounded("half_even", _wide(t.i), _wide(t.j)),
        up=fv.rounded("round_up", _wide(t.i), _wide(t.j)),
        toward=fv.rounded("round_down", _wide(t.i), _wide(t.j)),
        ceiling=fv.rounded("ceiling", _wide(t.i), _wide(t.j)),
        floor=fv.rounded("floor", _wide(t.i), _wide(t.j)),
        half_up=fv.rounded("half_up", _wide(t.i), _wide(t.j)),
        half_down=fv.rounded("half_down", _wide(t.i), _wide(t.j)),
        alike=fv.identical(t.i, t.j),
        total=exact.add("+", _wide(t.i), _wide(t.j), 38, 0),
        back=exact.whole(fv.floor_modulo(_wide(t.i), _wide(t.j))),
        half=fv.rounded("half_even", _wide(t.i), exact.literal(Decimal(2), 38, 0)),
    )


@case("rates")
def wide_decimals(t: Table, o: Table) -> Table:
    product = exact.multiply(t.p, t.q, 34)
    return t.select(
        "k",
        sum=exact.add("+", t.p, t.q, 19, 6),
        difference=exact.add("-", exact.wide(t.p, 30, 9), exact.wide(t.q, 30, 9), 31, 9),
        product=product,
        thrice=exact.multiply(product, exact.literal(Decimal("0.01"), 2, 2), 34),
        compared=exact.wide(t.p, 34, 12) < product,
        none=exact.null(34, 12),
        text=fv.without_zeros(v.text(t.p)),
        size=fv.absolute(t.p),
        long=exact.literal(Decimal("0.1234567890123456789012345678901234"), 34, 34),
    )


@case("amounts")
def inexact_numbers(t: Table, o: Table) -> Table:
    # Powers of two, which no rounding of the library of either engine can part.
    four, two = exact.double_literal(Decimal(4)), exact.double_literal(Decimal(2))
    half = exact.double_literal(Decimal("0.5"))
    amount = exact.double(t.m.nullif(v.literal("0.00", "money")))
    return t.select(
        "k",
        power=fv.inexact("**", four, half),
        none=fv.inexact("**", -four, half),
        product=fv.inexact("*", amount, two),
        quotient=fv.inexact("/", amount, fv.inexact("*", two, two)),
        nothing=fv.inexact("/", amount, exact.double_literal(Decimal(0))),
        sum=fv.inexact("+", four, exact.double_literal(Decimal("-3.5"))),
    )


@case("texts")
def parts_of_texts(t: Table, o: Table) -> Table:
    one, two = v.literal(1, "integer"), v.literal(2, "integer")
    return t.select(
        "k",
        first=fv.part(t.s, one, one),
        rest=fv.part(t.s, two, v.literal(2**40, "integer")),
        outside=fv.part(t.s, v.literal(-1, "integer"), two),
        before=fv.before(t.s, t.t),
        after=fv.after(t.s, t.t),
        alike=fv.identical(t.s, t.t),
        twice=fv.identical(t.s == t.t, t.s < t.t),
        ends=fv.ends_with(t.s, t.t),
    )


@case("days")
def parts_of_days(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        months=fv.whole_months(t.d, t.e),
        weekday=fv.weekday(t.d),
        day=fv.day_of_year(t.d),
        week=fv.week_of_year(t.d),
        alike=fv.identical(t.d, t.e),
    )


@case("days_and_counts")
def days_inside_the_calendar(t: Table, o: Table) -> Table:
    small = v.when([((t.n < 200_000) & (t.n > -200_000), t.n)], v.null("integer"))
    month = v.when([((t.n < 40) & (t.n > -40), t.n)], v.null("integer"))
    return t.select(
        "k",
        later=fv.day_later(t.x, t.n),
        months=fv.month_later(t.x, small),
        made=fv.date_of(v.year(t.x), month, v.day_of_month(t.x)),
    )
