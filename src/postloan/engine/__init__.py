"""The one place that knows DuckDB and Spark: typed tables, verbs that agree on both, files in and out."""

from postloan.engine import verbs
from postloan.engine.schema import Field, Kind, TableSchema
from postloan.engine.session import Engine, open_engine
from postloan.engine.types import Column, Table

__all__ = ["Column", "Engine", "Field", "Kind", "Table", "TableSchema", "open_engine", "verbs"]
