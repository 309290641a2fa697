"""The functions whose meaning differs between the engines, each defined once per engine, side by side.

Every function is a SQL macro on DuckDB and a SQL function on Spark under one name, so an expression
that uses it means the same on both. Verbs in `verbs.py` are the only callers.
"""

from __future__ import annotations

from dataclasses import dataclass

RATIO_LIMIT = "999999999999.999999"
"""The largest DECIMAL(18,6); a ratio beyond it is held there instead of stopping the run."""


@dataclass(frozen=True)
class Function:
    """One function on both engines.

    Args:
        name: the name, with the prefix `pl_`.
        parameters: names and Spark types, in order.
        returns: the type in Spark's spelling.
        duckdb: the body for DuckDB.
        spark: the body for Spark; None where the text is the same.
    """

    name: str
    parameters: tuple[tuple[str, str], ...]
    returns: str
    duckdb: str
    spark: str | None = None

    def duckdb_sql(self) -> str:
        """Give the statement that defines the macro on DuckDB."""
        names = ", ".join(name for name, _ in self.parameters)
        return f"CREATE OR REPLACE TEMP MACRO {self.name}({names}) AS ({self.duckdb})"

    def spark_sql(self) -> str:
        """Give the statement that defines the function on Spark."""
        parameters = ", ".join(f"{name} {kind}" for name, kind in self.parameters)
        body = self.duckdb if self.spark is None else self.spark
        return (
            f"CREATE OR REPLACE TEMPORARY FUNCTION {self.name}({parameters}) "
            f"RETURNS {self.returns} RETURN {body}"
        )


def _whole_division(a: str, b: str, *, spark: bool) -> str:
    return f"({a} div {b})" if spark else f"({a} // {b})"


def _ratio(*, spark: bool) -> str:
    wide = "DECIMAL(38,0)" if spark else "HUGEINT"
    top, bottom = f"abs(CAST(a AS {wide}))", f"abs(CAST(b AS {wide}))"
    rounded = _whole_division(f"(2 * {top} * 1000000 + {bottom})", f"(2 * {bottom})", spark=spark)
    millionths = f"CAST(CAST({rounded} AS DECIMAL(19,0)) * CAST(0.000001 AS DECIMAL(7,6)) AS DECIMAL(18,6))"
    sign = "CASE WHEN (a < 0) <> (b < 0) THEN CAST(-1 AS DECIMAL(1,0)) ELSE CAST(1 AS DECIMAL(1,0)) END"
    # Half a millionth below 10^12 already rounds to 10^12, which the type cannot hold.
    beyond = f"2 * {top} * 1000000 + {bottom} >= 2 * {bottom} * {10**18}"
    size = f"CASE WHEN {beyond} THEN CAST({RATIO_LIMIT} AS DECIMAL(18,6)) ELSE {millionths} END"
    return f"CASE WHEN b = 0 THEN NULL ELSE CAST({sign} * {size} AS DECIMAL(18,6)) END"


def _held(later: str, furthest: str, backmost: str) -> str:
    """Give a day held inside the calendar that files and Python share, or null for a null.

    DuckDB and Spark write a year beyond 9999 differently, and Python has none.
    """
    return (
        f"CASE WHEN n > {furthest} THEN DATE '9999-12-31' WHEN n < {backmost} THEN DATE '0001-01-01' "
        f"ELSE {later} END"
    )


def _add_days(*, spark: bool) -> str:
    later = "date_add(d, try_cast(n AS INT))" if spark else "CAST(d AS DATE) + TRY_CAST(n AS INTEGER)"
    return _held(later, "pl_days_between(DATE '9999-12-31', d)", "pl_days_between(DATE '0001-01-01', d)")


def _add_months(*, spark: bool) -> str:
    later = (
        "add_months(d, try_cast(n AS INT))"
        if spark
        else "CAST(CAST(d AS DATE) + to_months(TRY_CAST(n AS INTEGER)) AS DATE)"
    )
    first, last = 12, 9999 * 12 + 11
    return _held(later, f"({last} - pl_month_index(d))", f"({first} - pl_month_index(d))")


_RARE = {code: f"\\u{code:04x}" for code in range(32)} | {8: r"\b", 12: r"\f"}
"""How JSON writes the control characters that texts hardly ever hold."""


def _json_text(*, spark: bool) -> str:
    def written(text: str) -> str:  # a literal; Spark reads a backslash in one as an escape
        return "'" + (text.replace("\\", "\\\\") if spark else text) + "'"

    plain = "s"
    for old, new in (("\\", "\\\\"), ('"', '\\"')):
        plain = f"replace({plain}, {written(old)}, {written(new)})"
    for code, new in ((10, r"\n"), (13, r"\r"), (9, r"\t")):
        plain = f"replace({plain}, chr({code}), {written(new)})"
    rare = plain
    for code, new in _RARE.items():
        if code not in (9, 10, 13):
            rare = f"replace({rare}, chr({code}), {written(new)})"
    controls = written(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
    found = f"s RLIKE {controls}" if spark else f"regexp_matches(s, {controls})"
    return f"""'"' || CASE WHEN {found} THEN {rare} ELSE {plain} END || '"'"""


_TWO_INTEGERS = (("a", "BIGINT"), ("b", "BIGINT"))

FUNCTIONS: tuple[Function, ...] = (
    Function("pl_integer", (("x", "BIGINT"),), "BIGINT", "CAST(x AS BIGINT)"),
    Function(
        "pl_integer_divide",
        _TWO_INTEGERS,
        "BIGINT",
        "CASE WHEN b = 0 THEN NULL ELSE CAST(a // b AS BIGINT) END",
        "CASE WHEN b = 0 THEN NULL ELSE a div b END",
    ),
    Function(
        "pl_modulo",
        _TWO_INTEGERS,
        "BIGINT",
        # DuckDB refuses the least integer % -1 as an overflow, although the remainder is 0.
        "CASE WHEN b = 0 THEN NULL WHEN b = -1 THEN a * 0 ELSE CAST(a % b AS BIGINT) END",
    ),
    Function("pl_bit_count", (("x", "BIGINT"),), "BIGINT", "CAST(bit_count(x) AS BIGINT)"),
    Function(
        "pl_lowest_bit",
        (("x", "BIGINT"),),
        "BIGINT",
        "CASE WHEN x > 0 THEN CAST(bit_count((x & -x) - 1) AS BIGINT) END",
    ),
    Function("pl_ratio", _TWO_INTEGERS, "DECIMAL(18,6)", _ratio(spark=False), _ratio(spark=True)),
    Function(
        "pl_cents",
        (("x", "DECIMAL(18,2)"),),
        "BIGINT",
        "CAST(CAST(x AS DECIMAL(20,2)) * CAST(100 AS DECIMAL(3,0)) AS BIGINT)",
    ),
    Function(
        "pl_money",
        (("x", "BIGINT"),),
        "DECIMAL(18,2)",
        "CAST(CAST(x AS DECIMAL(19,0)) * CAST(0.01 AS DECIMAL(3,2)) AS DECIMAL(18,2))",
    ),
    Function("pl_decimal", (("x", "BIGINT"),), "DECIMAL(18,6)", "CAST(x AS DECIMAL(18,6))"),
    Function(
        "pl_product",
        (("a", "DECIMAL(18,6)"), ("b", "DECIMAL(18,6)")),
        "DECIMAL(18,6)",
        # The exact product has twelve places; halves go away from zero on both engines. DuckDB multiplies
        # two decimals of 18 digits into 18 digits, which would refuse a product of 1,000,000.
        "CAST(CAST(a AS DECIMAL(19,6)) * CAST(b AS DECIMAL(19,6)) AS DECIMAL(18,6))",
    ),
    Function(
        "pl_difference",
        (("a", "DECIMAL(18,6)"), ("b", "DECIMAL(18,6)")),
        "DECIMAL(18,6)",
        "CAST(CAST(a AS DECIMAL(18,6)) - CAST(b AS DECIMAL(18,6)) AS DECIMAL(18,6))",
    ),
    Function(
        "pl_convert",
        (("x", "BIGINT"), ("rate", "DECIMAL(18,6)")),
        "BIGINT",
        "CAST(CAST(CAST(x AS DECIMAL(19,0)) * CAST(rate AS DECIMAL(18,6)) AS DECIMAL(19,0)) AS BIGINT)",
    ),
    Function(
        "pl_days_between",
        (("later", "DATE"), ("earlier", "DATE")),
        "BIGINT",
        "CAST(date_diff('day', CAST(earlier AS DATE), CAST(later AS DATE)) AS BIGINT)",
        "CAST(datediff(later, earlier) AS BIGINT)",
    ),
    Function(
        "pl_month_index",
        (("d", "DATE"),),
        "BIGINT",
        "CAST(year(d) * 12 + month(d) - 1 AS BIGINT)",
    ),
    Function(
        "pl_add_days", (("d", "DATE"), ("n", "BIGINT")), "DATE", _add_days(spark=False), _add_days(spark=True)
    ),
    Function(
        "pl_add_months",
        (("d", "DATE"), ("n", "BIGINT")),
        "DATE",
        _add_months(spark=False),
        _add_months(spark=True),
    ),
    Function(
        "pl_months_between",
        (("later", "DATE"), ("earlier", "DATE")),
        "BIGINT",
        "pl_month_index(later) - pl_month_index(earlier) - CASE WHEN pl_add_months(earlier, "
        "pl_month_index(later) - pl_month_index(earlier)) > later THEN 1 ELSE 0 END",
    ),
    Function(
        "pl_month_start",
        (("d", "DATE"),),
        "DATE",
        "CAST(date_trunc('month', d) AS DATE)",
        "CAST(trunc(d, 'MM') AS DATE)",
    ),
    Function("pl_year", (("d", "DATE"),), "BIGINT", "CAST(year(d) AS BIGINT)"),
    Function("pl_month", (("d", "DATE"),), "BIGINT", "CAST(month(d) AS BIGINT)"),
    Function("pl_day", (("d", "DATE"),), "BIGINT", "CAST(day(d) AS BIGINT)"),
    Function(
        "pl_moment",
        (("t", "TIMESTAMP_NTZ"),),
        "BIGINT",
        "CAST(epoch_us(CAST(t AS TIMESTAMP)) AS BIGINT)",
        "unix_micros(CAST(t AS TIMESTAMP_LTZ))",  # the session's zone is UTC, so the clock stays as it is
    ),
    Function(
        "pl_join_sorted",
        (("a", "ARRAY<STRING>"), ("separator", "STRING")),
        "STRING",
        # Over nothing DuckDB collects null and Spark an empty array: null on both.
        "array_to_string(list_sort(a), separator)",
        "CASE WHEN size(a) > 0 THEN array_join(array_sort(a), separator) END",
    ),
    Function(
        "pl_join_ranked",
        (("a", "ARRAY<STRING>"), ("separator", "STRING")),
        "STRING",
        # Each text carries a rank of twenty digits in front, which is cut off after sorting.
        "array_to_string([substr(CAST(x AS VARCHAR), 21) for x in list_sort(a)], separator)",
        "CASE WHEN size(a) > 0 THEN array_join(transform(array_sort(a), x -> substr(x, 21)), separator) END",
    ),
    Function(
        "pl_rank_text",
        (("n", "BIGINT"), ("s", "STRING")),
        "STRING",
        # Counted from the least integer no rank is negative; a null rank goes behind the largest.
        "coalesce(lpad(CAST(CAST(n AS HUGEINT) + 9223372036854775808 AS VARCHAR), 20, '0'), "
        "repeat('9', 20)) || s",
        "concat(coalesce(lpad(CAST(CAST(n AS DECIMAL(19,0)) + 9223372036854775808 AS STRING), 20, '0'), "
        "repeat('9', 20)), s)",
    ),
    Function("pl_json_text", (("s", "STRING"),), "STRING", _json_text(spark=False), _json_text(spark=True)),
    Function("pl_json_parts", (("s", "STRING"),), "STRING", "'[' || substr(s, 2) || ']'"),
    Function(
        "pl_whole_double",
        (("x", "DOUBLE"), ("scale", "BIGINT")),
        "BIGINT",
        # A cast of a double to a decimal rounds the shortest text on Spark and the binary value on
        # DuckDB; the steps of this one are the same IEEE operations on both. NaN is no amount.
        "CASE WHEN isnan(x) THEN NULL WHEN x < 0 THEN CAST(-floor(abs(x) * scale + 0.5::DOUBLE) AS BIGINT) "
        "ELSE CAST(floor(abs(x) * scale + 0.5::DOUBLE) AS BIGINT) END",
        "CASE WHEN isnan(x) THEN NULL WHEN x < 0 THEN CAST(-floor(abs(x) * scale + 0.5D) AS BIGINT) "
        "ELSE CAST(floor(abs(x) * scale + 0.5D) AS BIGINT) END",
    ),
    Function(
        "pl_millionths",
        (("x", "BIGINT"),),
        "DECIMAL(18,6)",
        "CAST(CAST(x AS DECIMAL(19,0)) * CAST(0.000001 AS DECIMAL(7,6)) AS DECIMAL(18,6))",
    ),
)
