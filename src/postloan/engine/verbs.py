"""Verbs on columns that give the same value on DuckDB and on Spark.

Whatever the engines disagree on has its verb here; everything else a stage may call on a column is
listed in `allowed.py`. Nulls sort last; sums of integers stay integers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

import ibis
import ibis.expr.datatypes as dt

from postloan.engine.declaring import declare
from postloan.engine.functions import FUNCTIONS
from postloan.engine.schema import Kind
from postloan.engine.steps import Steps
from postloan.engine.types import FILE_TYPES, Column

Order = Sequence[tuple[Column, str]]

_F = declare(FUNCTIONS)


def literal(value: object, kind: Kind) -> Column:
    """Give a constant column of that kind; `money` takes a Decimal in currency units."""
    if isinstance(value, float):
        raise TypeError("a float is not exact: give a Decimal, an int or a string")
    if kind in ("money", "decimal") and value is not None:
        value = Decimal(str(value))
    return ibis.literal(value, type=FILE_TYPES[kind])


def null(kind: Kind) -> Column:
    """Give a null column of that kind."""
    return ibis.null(FILE_TYPES[kind])


def when(branches: Sequence[tuple[Column, Column]], otherwise: Column) -> Column:
    """Give the value of the first branch whose condition is true, else `otherwise`."""
    if not branches:
        return otherwise
    return ibis.cases(*branches, else_=otherwise)


def steps(column: Column, starts: Sequence[object], values: Sequence[int], nothing: int) -> Column:
    """Give a step function of a column: an integer for each stretch of its values.

    Args:
        column: integers, decimals or dates.
        starts: constants of the column's kind, ascending; each opens a stretch that it belongs to.
        values: one integer a stretch, one more than starts; the first holds below all of them.
        nothing: the value for a null.
    """
    return Steps(column, tuple(starts), tuple(values), nothing).to_expr()


def bit_and(a: Column, b: Column) -> Column:
    """Give the bits that two integers share."""
    return a & b


def bit_count(column: Column) -> Column:
    """Count the bits that are set in an integer, 64 in -1."""
    return _F["pl_bit_count"](column)


def lowest_bit(column: Column) -> Column:
    """Give the place of the lowest bit that is set, from 0; null where the integer is not above 0."""
    return _F["pl_lowest_bit"](column)


def coalesce(*columns: Column) -> Column:
    """Give the first value that is not null."""
    return ibis.coalesce(*columns)


def greatest(*columns: Column) -> Column:
    """Give the largest value, nulls ignored; null where all are null."""
    if len(columns) == 1:  # Spark wants two
        return columns[0]
    return ibis.greatest(*columns)


def least(*columns: Column) -> Column:
    """Give the smallest value, nulls ignored; null where all are null."""
    if len(columns) == 1:  # Spark wants two
        return columns[0]
    return ibis.least(*columns)


def ratio(numerator: Column, denominator: Column) -> Column:
    """Give the exact ratio of two integers as DECIMAL(18,6), halves away from zero.

    Null where the divisor is 0 or either is null; held at ±999999999999.999999 beyond the type.
    """
    return _F["pl_ratio"](numerator, denominator)


def integer_divide(a: Column, b: Column) -> Column:
    """Give the whole part of a/b, towards zero; null where b is 0."""
    return _F["pl_integer_divide"](a, b)


def modulo(a: Column, b: Column) -> Column:
    """Give the remainder of a/b with the sign of a; null where b is 0."""
    return _F["pl_modulo"](a, b)


def product(a: Column, b: Column) -> Column:
    """Give the product of two decimals rounded to DECIMAL(18,6), halves away from zero."""
    return _F["pl_product"](a, b)


def difference(a: Column, b: Column) -> Column:
    """Give a - b of two decimals as DECIMAL(18,6)."""
    return _F["pl_difference"](a, b)


def convert(amount: Column, rate: Column) -> Column:
    """Give integer cents times a rate as integer cents, halves away from zero."""
    return _F["pl_convert"](amount, rate)


def cents(column: Column) -> Column:
    """Give money in DECIMAL(18,2) as integer cents."""
    return _F["pl_cents"](column)


def money(column: Column) -> Column:
    """Give integer cents as money in DECIMAL(18,2)."""
    return _F["pl_money"](column)


def exact(column: Column, kind: Literal["money", "decimal", "integer"]) -> Column:
    """Give a number of whatever type a file holds as that kind; halves away from zero, NaN is null.

    `integer` gives money as integer cents.
    """
    places = 6 if kind == "decimal" else 2
    if column.type().is_floating():
        whole = _F["pl_whole_double"](column.cast("float64"), 10**places)
        if kind == "integer":
            return whole
        return money(whole) if kind == "money" else _F["pl_millionths"](whole)
    target = FILE_TYPES["decimal" if kind == "decimal" else "money"]
    found = column if column.type() == dt.dtype(target) else column.cast(target)
    return cents(found) if kind == "integer" else found


def decimal(column: Column) -> Column:
    """Give an integer as DECIMAL(18,6)."""
    return _F["pl_decimal"](column)


def add_days(day: Column, days: Column | int) -> Column:
    """Give the date that many days later, held at 0001-01-01 and 9999-12-31."""
    return _F["pl_add_days"](day, days)


def add_months(day: Column, months: Column | int) -> Column:
    """Give the same day that many months later, or the month's last day where it has no such day.

    Held at 0001-01-01 and 9999-12-31.
    """
    return _F["pl_add_months"](day, months)


def days_between(later: Column, earlier: Column) -> Column:
    """Give the days from the earlier to the later date; negative where they are reversed."""
    return _F["pl_days_between"](later, earlier)


def months_between(later: Column, earlier: Column) -> Column:
    """Give the whole months n for which `add_months(earlier, n)` is not after `later`."""
    return _F["pl_months_between"](later, earlier)


def month_index(day: Column) -> Column:
    """Give year x 12 + month - 1, so that neighbouring months differ by 1."""
    return _F["pl_month_index"](day)


def month_start(day: Column) -> Column:
    """Give the first day of the date's month."""
    return _F["pl_month_start"](day)


def year(day: Column) -> Column:
    """Give the year as an integer."""
    return _F["pl_year"](day)


def month(day: Column) -> Column:
    """Give the month, 1 to 12, as an integer."""
    return _F["pl_month"](day)


def day_of_month(day: Column) -> Column:
    """Give the day of the month as an integer."""
    return _F["pl_day"](day)


def moment(time: Column) -> Column:
    """Give a time as whole microseconds since 1970-01-01 00:00 on the same clock, so that times subtract."""
    return _F["pl_moment"](time)


def _ordering(order: Order) -> list[Any]:
    makers = {"asc": ibis.asc, "desc": ibis.desc}
    return [makers[direction](column, nulls_first=False) for column, direction in order]


def row_number(*, partition: Sequence[Column] = (), order: Order) -> Column:
    """Number the rows of each partition from 1 in that order; the order must leave no ties."""
    window = ibis.window(group_by=list(partition) or None, order_by=_ordering(order))
    return _F["pl_integer"](ibis.row_number().over(window)) + 1


def running_sum(column: Column, *, partition: Sequence[Column] = (), order: Order) -> Column:
    """Sum an integer column from the partition's first row up to and with this one."""
    window = ibis.window(
        group_by=list(partition) or None, order_by=_ordering(order), preceding=None, following=0
    )
    return _F["pl_integer"](column.sum().over(window))


def sum_over(column: Column, *, partition: Sequence[Column]) -> Column:
    """Sum an integer column over the whole partition, beside each row."""
    return _F["pl_integer"](column.sum().over(ibis.window(group_by=list(partition))))


def count_over(*, partition: Sequence[Column]) -> Column:
    """Count the rows of the partition, beside each row."""
    one = ibis.literal(1, type="int64")
    each = partition[0].isnull().ifelse(one, one)  # a window needs a column, and a constant is none
    return _F["pl_integer"](each.sum().over(ibis.window(group_by=list(partition))))


def lag(column: Column, *, partition: Sequence[Column] = (), order: Order) -> Column:
    """Give the value of the row before in the partition; null on its first row."""
    return column.lag().over(ibis.window(group_by=list(partition) or None, order_by=_ordering(order)))


def lead(column: Column, *, partition: Sequence[Column] = (), order: Order) -> Column:
    """Give the value of the row after in the partition; null on its last row."""
    return column.lead().over(ibis.window(group_by=list(partition) or None, order_by=_ordering(order)))


def least_from_here(column: Column, *, partition: Sequence[Column] = (), order: Order) -> Column:
    """Give the smallest value from this row to the partition's last; nulls are passed over."""
    window = ibis.window(
        group_by=list(partition) or None, order_by=_ordering(order), preceding=0, following=None
    )
    return column.min().over(window)


def total(column: Column) -> Column:
    """Aggregate: the sum of an integer column as an integer; null over no rows or nulls alone.

    A sum beyond int64 is refused as `out_of_range`, on Spark a partial sum too.
    """
    return _F["pl_integer"](column.sum())


def total_if(column: Column, condition: Column) -> Column:
    """Aggregate: the sum of the rows that meet the condition; 0 where none does."""
    kept = condition.ifelse(column, ibis.literal(0, type="int64"))
    return _F["pl_integer"](ibis.coalesce(kept.sum(), ibis.literal(0, type="int64")))


def count_if(condition: Column) -> Column:
    """Aggregate: how many rows meet the condition; a null condition does not."""
    one, zero = ibis.literal(1, type="int64"), ibis.literal(0, type="int64")
    return _F["pl_integer"](ibis.coalesce(condition.ifelse(one, zero).sum(), zero))


def max_if(column: Column, condition: Column) -> Column:
    """Aggregate: the largest value among the rows that meet the condition; null where none does."""
    return condition.ifelse(column, ibis.null(column.type())).max()


def min_if(column: Column, condition: Column) -> Column:
    """Aggregate: the smallest value among the rows that meet the condition; null where none does."""
    return condition.ifelse(column, ibis.null(column.type())).min()


def text(column: Column) -> Column:
    """Give an integer, date, boolean or decimal as the text that results use."""
    return column.cast("string")


def concat(*columns: Column | str) -> Column:
    """Join texts into one; null where any is null."""
    parts = [ibis.literal(column) if isinstance(column, str) else column for column in columns]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + part
    return joined


def join_text(column: Column, separator: str = ",", *, rank: Column | None = None) -> Column:
    """Aggregate: join texts, nulls left out, in byte order or by an integer rank and then byte order.

    A text without a rank comes last; null where there is no text.
    """
    if rank is None:
        return _F["pl_join_sorted"](column.collect(), separator)
    return _F["pl_join_ranked"](_F["pl_rank_text"](rank, column).collect(), separator)


def json_text(column: Column) -> Column:
    """Give a text as a JSON string with its quotes; null stays null."""
    return _F["pl_json_text"](column)


def json_list(column: Column, *, rank: Column | None = None) -> Column:
    """Aggregate: JSON texts as one JSON list, in byte order or by rank; `[]` over nothing."""
    joined = ibis.coalesce(join_text(column, rank=rank), ibis.literal(""))
    return concat("[", joined, "]")


def json_parts(*columns: Column) -> Column:
    """Join parts of a JSON list into the list: each is empty, or texts with a comma in front of each."""
    return _F["pl_json_parts"](concat(*columns))


def json_object(values: Mapping[str, Column]) -> Column:
    """Give a canonical JSON object of columns that hold JSON text; keys sorted, null values as `null`."""
    parts: list[Column | str] = ["{"]
    for position, key in enumerate(sorted(values)):
        separator = "," if position else ""
        parts.append(f"{separator}{json.dumps(key, ensure_ascii=False)}:")
        parts.append(ibis.coalesce(values[key], ibis.literal("null")))
    return concat(*parts, "}")
