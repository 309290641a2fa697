"""What stages may call on tables and columns: methods that mean the same on DuckDB and on Spark.

A test reads this list and every call in the stages; the parity suite runs each entry on both engines.
"""

from __future__ import annotations

TABLE_METHODS = frozenset(
    {
        "aggregate",
        "anti_join",
        "columns",
        "cross_join",
        "count",
        "distinct",
        "drop",
        "filter",
        "group_by",
        "inner_join",
        "left_join",
        "limit",
        "mutate",
        "order_by",
        "rename",
        "schema",
        "select",
        "semi_join",
        "union",
        "view",
    }
)

COLUMN_METHODS = frozenset(
    {
        "between",
        "contains",
        "count",
        "fill_null",
        "ifelse",
        "isin",
        "isnull",
        "length",
        "max",
        "min",
        "name",
        "notin",
        "notnull",
        "nullif",
        "startswith",
        "type",
    }
)

ALLOWED = TABLE_METHODS | COLUMN_METHODS
