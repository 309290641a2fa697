"""Cases of exact decimals of any width, of inexact numbers, and of parts of texts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from postloan.engine import Table, exact
from postloan.engine import verbs as v
from tests.parity.case import case


def _wide(column: Any) -> Any:
    return exact.wide(column, 38, 0)


@case("large")
def wide_whole_numbers(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        down=v.floor_divide(_wide(t.i), _wide(t.j)),
        left=v.floor_modulo(_wide(t.i), _wide(t.j)),
        nearest=v.half_even(_wide(t.i), _wide(t.j)),
        total=exact.add("+", _wide(t.i), _wide(t.j), 38, 0),
        back=exact.whole(v.floor_modulo(_wide(t.i), _wide(t.j))),
        half=v.half_even(_wide(t.i), exact.literal(Decimal(2), 38, 0)),
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
        text=v.without_zeros(v.text(t.p)),
    )


@case("amounts")
def inexact_numbers(t: Table, o: Table) -> Table:
    # Powers of two, which no rounding of the library of either engine can part.
    four, two = exact.double_literal(Decimal(4)), exact.double_literal(Decimal(2))
    half = exact.double_literal(Decimal("0.5"))
    amount = exact.double(t.m.nullif(v.literal("0.00", "money")))
    return t.select(
        "k",
        power=v.inexact("**", four, half),
        none=v.inexact("**", -four, half),
        product=v.inexact("*", amount, two),
        quotient=v.inexact("/", amount, v.inexact("*", two, two)),
        nothing=v.inexact("/", amount, exact.double_literal(Decimal(0))),
        sum=v.inexact("+", four, exact.double_literal(Decimal("-3.5"))),
    )


@case("texts")
def parts_of_texts(t: Table, o: Table) -> Table:
    one, two = v.literal(1, "integer"), v.literal(2, "integer")
    return t.select(
        "k",
        first=v.part(t.s, one, one),
        rest=v.part(t.s, two, v.literal(2**40, "integer")),
        outside=v.part(t.s, v.literal(-1, "integer"), two),
        found=v.position(t.s, t.t),
        ends=v.ends_with(t.s, t.t),
    )
