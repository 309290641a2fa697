"""Cases of the verbs, methods and operators on columns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from postloan.engine import Table
from postloan.engine import verbs as v
from tests.parity.case import case


def _one(value: int) -> Any:
    return v.literal(value, "integer")


@case("small")
def operators_on_integers(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        plus=t.i + t.j,
        minus=t.i - t.j,
        times=t.i * t.j,
        negative=-t.i,
        shifted=t.i + 1,
        turned=1 - t.i,
        same=t.i == t.j,
        other=t.i != t.j,
        less=t.i < t.j,
        most=t.i <= t.j,
        more=t.i > t.j,
        least=t.i >= t.j,
        over=t.i > 2,
        within=t.i.between(-1, t.j),
    )


@case("truth")
def operators_on_truth(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        both=t.a & t.b,
        either=t.a | t.b,
        neither=~(t.a | t.b),
        no=~t.a,
        same=t.a == t.b,
        unlike=(~t.a) != t.b,
        known=t.a.notnull() & t.b.isnull(),
        chosen=t.a.ifelse(1, 2),
        nested=t.a.ifelse(t.b, ~t.b).fill_null(False),
    )


@case("amounts")
def operators_on_money(t: Table, o: Table) -> Table:
    zero = v.literal("0.00", "money")
    return t.select(
        "k",
        same=t.m == t.o,
        less=t.m < t.o,
        most=t.m <= t.o,
        positive=t.m > zero,
        within=t.m.between(zero, t.o),
        member=t.m.isin([v.literal("0.01", "money"), t.o]),
        full=t.m.fill_null(t.o),
        nothing=t.m.nullif(t.o),
        chosen=(t.m > t.o).ifelse(t.m, zero),
        top=v.greatest(t.m, t.o),
        bottom=v.least(t.m, t.o, zero),
    )


@case("rates")
def operators_on_rates(t: Table, o: Table) -> Table:
    return t.select("k", same=t.p == t.q, less=t.p < t.q, full=t.p.fill_null(v.literal("0.1", "decimal")))


@case("days")
def operators_on_days(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        same=t.d == t.e,
        less=t.d < t.e,
        most=t.d <= t.e,
        within=t.d.between(v.literal("1900-01-01", "date"), t.e),
        known=t.d.notnull(),
        nothing=t.d.nullif(t.e),
        full=t.d.fill_null(t.e),
        top=v.greatest(t.d, t.e),
        bottom=v.least(t.d, t.e),
    )


@case("times")
def moments(t: Table, o: Table) -> Table:
    return t.select(
        "k", moment=v.moment(t.t), since=v.moment(t.t) - v.moment(t.u), none=v.moment(v.null("timestamp"))
    )


@case("texts")
def operators_on_texts(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        same=t.s == t.t,
        less=t.s < t.t,
        most=t.s <= t.t,
        within=t.s.between("a", t.t),
        length=t.s.length(),
        holds=t.s.contains(t.t),
        begins=t.s.startswith(t.t),
        percent=t.s.contains("%"),
        dot=t.s.startswith("."),
        slash=t.s.contains("\\"),
        nothing=t.s.contains(""),
        first=v.least(t.s, t.t),
        last=v.greatest(t.s, t.t),
        full=t.s.fill_null(t.t),
        gone=t.s.nullif(""),
    )


@case("texts")
def membership(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        some=t.s.isin(["a", "", "张三", "\\", "'"]),
        none=t.s.notin(["a", "", '"', "\n", "\x01"]),
        with_null=t.s.isin(["a", None]),
        without_null=t.s.notin(["a", None]),
        empty=t.s.isin([]),
        others=t.s.isin([t.t, "b"]),
    )


@case("texts")
def membership_in_a_table(t: Table, o: Table) -> Table:
    return t.filter(t.s.isin(o.s) | t.t.notin(o.filter(o.s.notnull()).s))


@case("texts")
def texts_as_literals(t: Table, o: Table) -> Table:
    odd = ("it's", "\\", "\\n", "a\nb", "\t", "\u3000", "\U0001f600", '"', "`", "%", "${x}", "--", "{{}}", "")
    return t.limit(1).select("k", **{f"c{i}": v.literal(text, "string") for i, text in enumerate(odd)})


@case("small")
def literals_and_nulls(t: Table, o: Table) -> Table:
    return t.limit(1).select(
        "k",
        whole=v.literal(2**62, "integer"),
        money=v.literal("-9999999999999999.99", "money"),
        share=v.literal("0.000001", "decimal"),
        old=v.literal("1899-12-31", "date"),
        yes=v.literal(True, "boolean"),
        no_whole=v.null("integer"),
        no_money=v.null("money"),
        no_share=v.null("decimal"),
        no_text=v.null("string"),
        no_day=v.null("date"),
        no_truth=v.null("boolean"),
        no_time=v.null("timestamp"),
        empty=v.literal(None, "date"),
    )


@case("small")
def branches(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        found=v.when([(t.i > t.j, t.i), (t.i == 0, t.j)], _one(99)),
        nothing=v.when([(t.i > 0, v.literal("a", "string"))], v.null("string")),
        other=v.when([], t.i),
        first=v.coalesce(t.i, t.j, _one(5)),
        alone=v.coalesce(t.i),
        top=v.greatest(t.i, t.j),
        bottom=v.least(t.i, t.j, _one(3)),
        same=v.greatest(t.i),
        also=v.least(t.i),
    )


@case("large")
def largest_integers(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        less=t.i < t.j,
        top=v.greatest(t.i, t.j),
        text=v.text(t.i),
        share=v.ratio(t.i, t.j),
        rest=v.modulo(t.i, t.j),
        nothing=t.i.nullif(t.j),
    )


@case("small")
def divisions(t: Table, o: Table) -> Table:
    return t.select("k", share=v.ratio(t.i, t.j), whole=v.integer_divide(t.i, t.j), rest=v.modulo(t.i, t.j))


@case("rates")
def products(t: Table, o: Table) -> Table:
    return t.select("k", times=v.product(t.p, t.q), less=v.difference(t.p, t.q))


@case("rate_limits")
def limits_of_rates(t: Table, o: Table) -> Table:
    one = v.literal("1.000000", "decimal")
    zero = v.literal("0", "decimal")
    return t.select(
        "k",
        same=v.product(t.p, one),
        less=v.difference(t.p, zero),
        text=v.text(t.p),
        top=v.greatest(t.p, t.q),
    )


@case("cents_and_rates")
def conversions(t: Table, o: Table) -> Table:
    return t.select(
        "k", cents=v.convert(t.x, t.n), money=v.money(t.x), share=v.decimal(v.integer_divide(t.x, _one(10)))
    )


@case("amounts")
def money_and_cents(t: Table, o: Table) -> Table:
    there = v.cents(t.m)
    within = v.greatest(v.literal("-99.99", "money"), v.least(t.m, v.literal("9.99", "money")))
    return t.select(
        "k",
        cents=there,
        money=v.money(there),
        exact=v.exact(t.m, "integer"),
        wider=v.exact(within, "decimal"),
        text=v.text(t.m),
    )


@case("days")
def between_days(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        days=v.days_between(t.d, t.e),
        months=v.months_between(t.d, t.e),
        index=v.month_index(t.d),
        start=v.month_start(t.d),
        year=v.year(t.d),
        month=v.month(t.d),
        day=v.day_of_month(t.d),
        text=v.text(t.d),
    )


@case("days_and_counts")
def later_days(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        day=v.add_days(t.x, t.n),
        month=v.add_months(t.x, t.n),
        one=v.add_months(t.x, 1),
        back=v.add_days(t.x, -1),
        year=v.text(v.add_months(t.x, 12 * 10_000)),
    )


@case("texts")
def texts_joined(t: Table, o: Table) -> Table:
    return t.select("k", both=v.concat(t.s, "-", t.t), alone=v.concat(t.s), json=v.json_text(t.s))


@case("truth")
def texts_of_truth(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        text=v.text(t.a),
        json=v.json_object(
            {
                "b": v.text(t.b),
                "a": v.json_text(v.text(t.a)),
                'q"\\': v.text(v.literal("0.000000", "decimal")),
                "中": v.json_text(v.null("string")),
            }
        ),
    )


@case("rates")
def texts_of_rates(t: Table, o: Table) -> Table:
    return t.select("k", text=v.text(t.p), day=v.text(v.literal("0001-01-01", "date")))


@case("large")
def bits(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        both=v.bit_and(t.i, t.j),
        count=v.bit_count(t.i),
        low=v.lowest_bit(t.i),
        none=v.bit_and(t.i, _one(0)),
    )


@case("large")
def steps_of_integers(t: Table, o: Table) -> Table:
    return t.select(
        "k",
        step=v.steps(t.i, [-(2**31), 0, 3, 2**53 + 1, 2**63 - 1], [0, 1, 2, 2**62 - 1, 4, 5], -1),
        none=v.steps(t.i, [], [7], 8),
        same=v.steps(t.i, [1], [7, 8], 7),
    )


@case("days")
def steps_of_days(t: Table, o: Table) -> Table:
    starts = [dt.date(1, 1, 2), dt.date(1970, 1, 1), dt.date(2024, 2, 29), dt.date(9999, 12, 31)]
    return t.select("k", step=v.steps(t.d, starts, [0, 1, 2, 3, 4], 9))


@case("amounts")
def steps_of_money(t: Table, o: Table) -> Table:
    starts = [Decimal("-0.01"), Decimal("0.05"), Decimal("9999999999999999.99")]
    return t.select("k", step=v.steps(t.m, starts, [0, 1, 2, 3], 9))


@case("rates")
def steps_of_rates(t: Table, o: Table) -> Table:
    starts = [Decimal("-0.000001"), Decimal("0.000005"), Decimal("0.5")]
    return t.select("k", step=v.steps(t.p, starts, [0, 1, 2, 3], 9))


@case("texts")
def parts_of_a_json_list(t: Table, o: Table) -> Table:
    part = v.coalesce(v.concat(",", v.json_text(t.s)), v.literal("", "string"))
    return t.select("k", some=v.json_parts(part, part), none=v.json_parts(v.literal("", "string")))
