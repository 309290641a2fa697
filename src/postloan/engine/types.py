"""Names for the two things that stages handle, and the data types behind each kind of field."""

from __future__ import annotations

from typing import Any, TypeAlias

import ibis.expr.types as ir

from postloan.engine.schema import DECIMAL_TYPE, MONEY_TYPE, Kind

Table: TypeAlias = ir.Table
# Ibis gives each data type a class of its own; stages combine columns freely and the parity suite,
# not the type checker, holds them to the allowed methods.
Column: TypeAlias = Any

_MONEY = f"decimal({MONEY_TYPE[0]}, {MONEY_TYPE[1]})"
_DECIMAL = f"decimal({DECIMAL_TYPE[0]}, {DECIMAL_TYPE[1]})"

FILE_TYPES: dict[Kind, str] = {
    "string": "string",
    "integer": "int64",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "money": _MONEY,
    "decimal": _DECIMAL,
    "json": "string",
    "integer_list": "string",
}
"""The data type of each kind in files and results; `money` is integer cents inside a run."""
