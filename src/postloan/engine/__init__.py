"""The one place that knows DuckDB and Spark: typed tables, verbs that agree on both, files in and out."""

import postloan.engine.repairs  # noqa: F401 - mends Ibis on import
from postloan.engine import exact, feel_verbs, verbs
from postloan.engine.schema import Field, Kind, TableSchema
from postloan.engine.session import Engine, open_engine
from postloan.engine.types import Column, Table

__all__ = [
    "Column",
    "Engine",
    "Field",
    "Kind",
    "Table",
    "TableSchema",
    "exact",
    "feel_verbs",
    "open_engine",
    "verbs",
]
