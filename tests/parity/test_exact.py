"""Ratios, products and conversions against Python's exact arithmetic, in batches, on DuckDB.

Spark is held to the same functions by `test_parity.py` and `test_meaning.py`.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.engine import Engine, Field
from postloan.engine import verbs as v

WIDE = Context(prec=80, rounding=ROUND_HALF_UP)
LIMIT = 10**18 - 1

INT64 = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-1000, 1000), st.integers(-(10**12), 10**12))
RATE = st.one_of(st.integers(-LIMIT, LIMIT), st.integers(-(10**7), 10**7)).map(
    lambda units: Decimal(units).scaleb(-6, WIDE)
)
BATCH = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _half_away(value: Fraction) -> int:
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return -whole if value < 0 else whole


@BATCH
@given(st.lists(st.tuples(INT64, INT64), min_size=1, max_size=200))
def test_ratio(duckdb: Engine, rows: list[tuple[int, int]]) -> None:
    t = duckdb.from_rows(
        [{"k": k, "a": a, "b": b} for k, (a, b) in enumerate(rows)],
        [Field("k", "integer"), Field("a", "integer"), Field("b", "integer")],
        "ratios",
    )
    found = duckdb.rows(t.select("k", x=v.ratio(t.a, t.b)).order_by("k"))
    for (a, b), row in zip(rows, found, strict=True):
        if b == 0:
            assert row["x"] is None
            continue
        units = max(-LIMIT, min(LIMIT, _half_away(Fraction(a, b) * 10**6)))
        assert row["x"] == Decimal(units).scaleb(-6, WIDE), (a, b)


@BATCH
@given(st.lists(st.tuples(st.integers(-(10**15), 10**15), RATE), min_size=1, max_size=200))
def test_convert_and_product(duckdb: Engine, rows: list[tuple[int, Decimal]]) -> None:
    # Kept to what fits: what does not is refused, see test_meaning.
    kept = [(a, b) for a, b in rows if abs(a * b) < 9 * 10**18 and abs(b * b) < 10**12 - 1]
    t = duckdb.from_rows(
        [{"k": k, "a": a, "b": b} for k, (a, b) in enumerate(kept)],
        [Field("k", "integer"), Field("a", "integer"), Field("b", "decimal")],
        "amounts",
    )
    found = duckdb.rows(t.select("k", x=v.convert(t.a, t.b), y=v.product(t.b, t.b)).order_by("k"))
    for (a, b), row in zip(kept, found, strict=True):
        assert row["x"] == _half_away(Fraction(a) * Fraction(b)), (a, b)
        assert row["y"] == Decimal(_half_away(Fraction(b) ** 2 * 10**6)).scaleb(-6, WIDE), b


@BATCH
@given(st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=200))
def test_a_double_is_read_as_the_cents_that_went_into_it(duckdb: Engine, cents: list[int]) -> None:
    path = duckdb.scratch / "doubles.parquet"
    path.unlink(missing_ok=True)
    amounts = pa.array([cent / 100 for cent in cents], pa.float64())
    pq.write_table(pa.table({"k": range(len(cents)), "a": amounts}), path)
    t = duckdb.raw(path)
    found = duckdb.rows(t.select("k", x=v.exact(t.a, "integer")).order_by("k"))
    assert [row["x"] for row in found] == cents
