"""What the verbs on numbers, dates and groups mean, by hand, on both engines: not only that they agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.errors import PostloanError
from tests.parity.by_hand import LEAST, LIMIT, MOST, check, day, each, table


def test_a_ratio_is_exact_and_rounds_halves_away_from_zero(engine: Engine) -> None:
    cases = [
        ((1, 3), Decimal("0.333333")),
        ((2, 3), Decimal("0.666667")),
        ((-2, 3), Decimal("-0.666667")),
        ((1, 2_000_000), Decimal("0.000001")),  # half a millionth
        ((-1, 2_000_000), Decimal("-0.000001")),
        ((3, -2_000_000), Decimal("-0.000002")),  # one and a half
        ((-5, -2_000_000), Decimal("0.000003")),
        ((1, 2_000_001), Decimal("0.000000")),  # just under a half
        ((0, -7), Decimal("0.000000")),
        ((7, 7), Decimal("1.000000")),
        ((5, 0), None),
        ((0, 0), None),
        ((None, 5), None),
        ((5, None), None),
        ((999_999_999_999, 1), Decimal("999999999999.000000")),
        ((1_999_999_999_999, 2), Decimal("999999999999.500000")),
        ((10**12, 1), LIMIT),
        ((-(10**12), 1), -LIMIT),
        ((10**18, 1_000_000), LIMIT),
        ((MOST, 1), LIMIT),
        ((LEAST, 1), -LIMIT),
        ((LEAST, -1), LIMIT),
        ((MOST, MOST), Decimal("1.000000")),
        ((LEAST, MOST), Decimal("-1.000000")),
        ((1, LEAST), Decimal("0.000000")),
        ((MOST, 10**7), Decimal("922337203685.477581")),
    ]
    check(engine, v.ratio, ["integer", "integer"], cases)


def test_whole_division_goes_towards_zero(engine: Engine) -> None:
    pairs: list[tuple[Sequence[object], object]] = [
        ((7, 2), 3),
        ((-7, 2), -3),
        ((7, -2), -3),
        ((0, 5), 0),
        ((5, 0), None),
        ((None, 1), None),
        ((LEAST, 1), LEAST),
    ]
    check(engine, v.integer_divide, ["integer", "integer"], pairs)


def test_a_remainder_has_the_sign_of_the_dividend(engine: Engine) -> None:
    pairs: list[tuple[Sequence[object], object]] = [
        ((7, 2), 1),
        ((-7, 2), -1),
        ((7, -2), 1),
        ((5, 0), None),
        ((None, 2), None),
        ((LEAST, -1), 0),
        ((None, -1), None),
    ]
    check(engine, v.modulo, ["integer", "integer"], pairs)


def test_products_of_decimals(engine: Engine) -> None:
    cases = [
        ((Decimal("0.0005"), Decimal("0.001")), Decimal("0.000001")),  # half a millionth
        ((Decimal("-0.0005"), Decimal("0.001")), Decimal("-0.000001")),
        ((Decimal("0.000499"), Decimal("0.001")), Decimal("0.000000")),
        ((Decimal("1000000"), Decimal("999999.999999")), Decimal("999999999999")),
        ((LIMIT, Decimal("-1")), -LIMIT),
        ((None, Decimal("1")), None),
    ]
    check(engine, v.product, ["decimal", "decimal"], cases)
    check(
        engine,
        v.difference,
        ["decimal", "decimal"],
        [((Decimal("0.1"), Decimal("0.3")), Decimal("-0.2")), ((None, Decimal(1)), None)],
    )


def test_a_converted_amount_rounds_halves_away_from_zero(engine: Engine) -> None:
    cases = [
        ((1, Decimal("0.5")), 1),
        ((-1, Decimal("0.5")), -1),
        ((1, Decimal("0.499999")), 0),
        ((3, Decimal("1.5")), 5),
        ((-3, Decimal("1.5")), -5),
        ((10_000, Decimal("7.24")), 72_400),
        ((MOST, Decimal("1")), MOST),
        ((5, None), None),
    ]
    check(engine, v.convert, ["integer", "decimal"], cases)


def test_money_and_cents_are_each_other_s_reverse(engine: Engine) -> None:
    cases = [
        ((Decimal("0.01"),), 1),
        ((Decimal("-0.01"),), -1),
        ((Decimal("9999999999999999.99"),), 999_999_999_999_999_999),
        ((Decimal("-9999999999999999.99"),), -999_999_999_999_999_999),
        ((None,), None),
    ]
    check(engine, v.cents, ["money"], cases)
    check(engine, v.money, ["integer"], [((cents,), amount) for (amount,), cents in cases])
    check(
        engine, v.decimal, ["integer"], [((-(10**12) + 1,), Decimal("-999999999999")), ((0,), Decimal("0"))]
    )


def test_months_are_clamped_to_the_end_of_the_month(engine: Engine) -> None:
    cases = [
        ((day("2024-01-31"), 1), day("2024-02-29")),
        ((day("2023-01-31"), 1), day("2023-02-28")),
        ((day("2023-03-31"), -1), day("2023-02-28")),
        ((day("2024-02-29"), 12), day("2025-02-28")),
        ((day("2024-02-29"), -48), day("2020-02-29")),
        ((day("2024-02-29"), 1), day("2024-03-29")),  # no jump to the month's end
        ((day("1900-01-29"), 1), day("1900-02-28")),  # 1900 was no leap year
        ((day("2200-12-31"), 2), day("2201-02-28")),
        ((day("1582-10-04"), 0), day("1582-10-04")),
        ((day("9999-12-30"), 1), day("9999-12-31")),  # the calendar ends
        ((day("0001-01-15"), -1), day("0001-01-01")),
        ((day("2024-01-31"), MOST), day("9999-12-31")),
        ((None, 1), None),
        ((day("2024-01-31"), None), None),
    ]
    check(engine, v.add_months, ["date", "integer"], cases)


def test_days_are_added_within_the_calendar(engine: Engine) -> None:
    cases = [
        ((day("2024-02-28"), 1), day("2024-02-29")),
        ((day("1900-02-28"), 1), day("1900-03-01")),
        ((day("1899-12-31"), 1), day("1900-01-01")),
        ((day("1582-10-04"), 1), day("1582-10-05")),  # the Gregorian calendar reaches back
        ((day("9999-12-31"), 0), day("9999-12-31")),
        ((day("9999-12-31"), 1), day("9999-12-31")),
        ((day("0001-01-01"), -1), day("0001-01-01")),
        ((day("2000-01-01"), LEAST), day("0001-01-01")),
        ((None, MOST), None),
        ((day("2000-01-01"), None), None),
    ]
    check(engine, v.add_days, ["date", "integer"], cases)


def test_days_and_months_between(engine: Engine) -> None:
    def both(later: Any, earlier: Any) -> Any:
        return v.concat(
            v.text(v.days_between(later, earlier)), "d ", v.text(v.months_between(later, earlier)), "m"
        )

    cases: list[tuple[Sequence[object], object]] = [
        ((day("2024-02-29"), day("2024-01-31")), "29d 1m"),  # 31 January + 1 month is 29 February
        ((day("2024-02-28"), day("2024-01-31")), "28d 0m"),
        ((day("2024-03-30"), day("2024-01-31")), "59d 1m"),
        ((day("2024-03-31"), day("2024-01-31")), "60d 2m"),
        ((day("2025-02-28"), day("2024-02-29")), "365d 12m"),
        ((day("2024-01-30"), day("2024-01-31")), "-1d -1m"),
        ((day("2024-01-31"), day("2024-02-29")), "-29d -1m"),  # 29 February - 1 month is 29 January
        ((day("2023-12-29"), day("2024-02-29")), "-62d -2m"),
        ((day("1900-03-01"), day("1900-02-28")), "1d 0m"),
        ((day("2024-01-31"), day("2024-01-31")), "0d 0m"),
        ((day("9999-12-31"), day("0001-01-01")), "3652058d 119987m"),
        ((None, day("2024-01-31")), None),
    ]
    check(engine, both, ["date", "date"], cases)


def test_parts_of_a_date(engine: Engine) -> None:
    t = table(engine, ["date"], [(day("1899-12-31"),), (day("2024-02-29"),), (None,)])
    found = engine.rows(
        t.select(
            "k",
            y=v.year(t.a),
            m=v.month(t.a),
            d=v.day_of_month(t.a),
            s=v.month_start(t.a),
            i=v.month_index(t.a),
        ).order_by("k")
    )
    assert [tuple(row.values())[1:] for row in found] == [
        (1899, 12, 31, day("1899-12-01"), 22_799),
        (2024, 2, 29, day("2024-02-01"), 24_289),
        (None, None, None, None, None),
    ]


def test_greatest_and_least_pass_over_nulls(engine: Engine) -> None:
    rows = [((1, 2), 2), ((None, -2), -2), ((3, None), 3), ((None, None), None)]
    check(engine, v.greatest, ["integer", "integer"], rows)
    rows = [((1, 2), 1), ((None, -2), -2), ((3, None), 3), ((None, None), None)]
    check(engine, v.least, ["integer", "integer"], rows)
    check(engine, v.concat, ["string", "string"], [(("a", ""), "a"), (("a", None), None)])


def test_aggregates_over_nothing_and_over_nulls(engine: Engine) -> None:
    t = table(engine, ["integer", "string", "boolean"], [(None, None, None), (None, None, None)])

    def summary(rows: Table) -> list[dict[str, Any]]:
        return engine.rows(
            rows.aggregate(
                total=v.total(rows.a),
                total_if=v.total_if(rows.a, rows.c),
                count_if=v.count_if(rows.c),
                max_if=v.max_if(rows.b, rows.c),
                text=v.join_text(rows.b),
                ranked=v.join_text(rows.b, rank=rows.a),
                json=v.json_list(rows.b),
            )
        )

    nothing = {
        "total": None,
        "total_if": 0,
        "count_if": 0,
        "max_if": None,
        "text": None,
        "ranked": None,
        "json": "[]",
    }
    assert summary(t.filter(t.k < 0)) == [nothing]
    assert summary(t) == [nothing]


def test_windows_put_nulls_last_and_count_null_partitions(engine: Engine) -> None:
    rows = [("x", 3), ("x", None), ("x", -1), (None, 4), (None, None)]
    t = table(engine, ["string", "integer"], rows)
    order = [(t.b, "desc"), (t.k, "asc")]
    found = engine.rows(
        t.select(
            "k",
            n=v.row_number(partition=[t.a], order=order),
            run=v.running_sum(t.b, partition=[t.a], order=order),
            all=v.sum_over(t.b, partition=[t.a]),
            size=v.count_over(partition=[t.a]),
            last=v.lag(t.b, partition=[t.a], order=order),
            next=v.lead(t.b, partition=[t.a], order=order),
            low=v.least_from_here(t.b, partition=[t.a], order=order),
        ).order_by("k")
    )
    assert [tuple(row.values())[1:] for row in found] == [
        (1, 3, 2, 3, None, -1, -1),
        (3, 2, 2, 3, -1, None, None),
        (2, 2, 2, 3, 3, None, -1),
        (1, 4, 4, 2, None, None, 4),
        (2, 4, 4, 2, 4, None, None),
    ]


def test_membership_follows_sql(engine: Engine) -> None:
    found = each(engine, lambda a: a.isin(["x", None]), ["string"], [("x",), ("y",), (None,)])
    assert found == [True, None, None]
    found = each(engine, lambda a: a.notin(["x"]), ["string"], [("x",), ("y",), (None,)])
    assert found == [False, True, None]


REFUSED: dict[str, Callable[[Any], Any]] = {
    "plus": lambda a: a + 1,
    "times": lambda a: a * 2,
    "negative": lambda a: -(0 - a) + a,
    "divide": lambda a: v.integer_divide(-a - 1, v.literal(-1, "integer")),
    "money": v.money,
    "decimal": v.decimal,
    "product": lambda a: v.product(v.literal("999999999999", "decimal"), v.decimal(a - a + 2)),
    "convert": lambda a: v.convert(a, v.literal("2", "decimal")),
    "total": v.total,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_alike(engine: Engine, name: str) -> None:
    t = table(engine, ["integer"], [(MOST,), (MOST,)])
    value = REFUSED[name](t.a)
    asked = t.aggregate(x=value) if name == "total" else t.select(x=value)
    with pytest.raises(PostloanError) as refused:
        engine.rows(asked)
    assert refused.value.code == "out_of_range"


def test_bits(engine: Engine) -> None:
    cases = [
        ((0,), None),
        ((1,), 0),
        ((6,), 1),
        ((2**62,), 62),
        ((-1,), None),
        ((LEAST,), None),
        ((None,), None),
    ]
    check(engine, v.lowest_bit, ["integer"], cases)
    check(
        engine, v.bit_count, ["integer"], [((0,), 0), ((6,), 2), ((-1,), 64), ((MOST,), 63), ((None,), None)]
    )
    check(
        engine, v.bit_and, ["integer", "integer"], [((6, 3), 2), ((-1, 5), 5), ((4, 3), 0), ((None, 1), None)]
    )


def test_a_moment_counts_microseconds(engine: Engine) -> None:
    cases = {"1970-01-01T00:00:00.000001": 1, "1970-01-02": 86_400_000_000, "1969-12-31T23:59:59": -1_000_000}
    times = [((dt.datetime.fromisoformat(text),), value) for text, value in cases.items()]
    check(engine, v.moment, ["timestamp"], [*times, ((None,), None)])


def test_steps_open_at_their_start(engine: Engine) -> None:
    cases = [((2,), 10), ((3,), 20), ((4,), 20), ((5,), 30), ((None,), 99), ((LEAST,), 10), ((MOST,), 30)]
    check(engine, lambda a: v.steps(a, [3, 5], [10, 20, 30], 99), ["integer"], cases)
    check(engine, lambda a: v.steps(a, [], [10], 99), ["integer"], [((1,), 10), ((None,), 99)])


def test_a_json_list_of_parts(engine: Engine) -> None:
    cases = [
        (("", ""), "[]"),
        ((',"a"', ""), '["a"]'),
        (("", ',"b"'), '["b"]'),
        ((',"a"', ',"b","c"'), '["a","b","c"]'),
    ]
    check(engine, v.json_parts, ["string", "string"], cases)
