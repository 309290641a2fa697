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
    whole = _whole_division(top, bottom, spark=spark)
    size = (
        f"CASE WHEN {whole} >= 999999999999 THEN CAST({RATIO_LIMIT} AS DECIMAL(18,6)) ELSE {millionths} END"
    )
    return f"CASE WHEN b = 0 THEN NULL ELSE CAST({sign} * {size} AS DECIMAL(18,6)) END"


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
    Function("pl_modulo", _TWO_INTEGERS, "BIGINT", "CASE WHEN b = 0 THEN NULL ELSE CAST(a % b AS BIGINT) END"),
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
        # The exact product has twelve places; halves go away from zero on both engines.
        "CAST(CAST(a AS DECIMAL(18,6)) * CAST(b AS DECIMAL(18,6)) AS DECIMAL(18,6))",
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
        "pl_add_days",
        (("d", "DATE"), ("n", "BIGINT")),
        "DATE",
        "CAST(d AS DATE) + CAST(n AS INTEGER)",
        "date_add(d, CAST(n AS INT))",
    ),
    Function(
        "pl_add_months",
        (("d", "DATE"), ("n", "BIGINT")),
        "DATE",
        "CAST(CAST(d AS DATE) + to_months(CAST(n AS INTEGER)) AS DATE)",
        "add_months(d, CAST(n AS INT))",
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
        "pl_join_sorted",
        (("a", "ARRAY<STRING>"), ("separator", "STRING")),
        "STRING",
        "array_to_string(list_sort(a), separator)",
        "array_join(array_sort(a), separator)",
    ),
    Function(
        "pl_join_ranked",
        (("a", "ARRAY<STRING>"), ("separator", "STRING")),
        "STRING",
        # Each text carries a rank of twelve characters in front, which is cut off after sorting.
        "array_to_string([substr(CAST(x AS VARCHAR), 13) for x in list_sort(a)], separator)",
        "array_join(transform(array_sort(a), x -> substr(x, 13)), separator)",
    ),
    Function(
        "pl_rank_text",
        (("n", "BIGINT"), ("s", "STRING")),
        "STRING",
        "lpad(CAST(n AS VARCHAR), 12, '0') || s",
        "concat(lpad(CAST(n AS STRING), 12, '0'), s)",
    ),
    Function(
        "pl_json_text",
        (("s", "STRING"),),
        "STRING",
        r"""'"' || replace(replace(replace(replace(replace(s, '\', '\\'), '"', '\"'), chr(10), '\n'), chr(13), '\r'), chr(9), '\t') || '"'""",
        r"""concat('"', replace(replace(replace(replace(replace(s, '\\', '\\\\'), '"', '\\"'), char(10), '\\n'), char(13), '\\r'), char(9), '\\t'), '"')""",
    ),
)
