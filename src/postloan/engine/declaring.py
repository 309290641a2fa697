"""Functions of the engines as functions of columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ibis import udf

from postloan.engine.functions import Function
from postloan.engine.types import Column

_IBIS_TYPES = {
    "BIGINT": "int64",
    "DOUBLE": "float64",
    "STRING": "string",
    "DATE": "date",
    "TIMESTAMP_NTZ": "timestamp",
    "ARRAY<STRING>": "array<string>",
    "DECIMAL(18,2)": "decimal(18, 2)",
    "DECIMAL(18,6)": "decimal(18, 6)",
    "DECIMAL(38,0)": "decimal(38, 0)",
}


def declare(functions: Sequence[Function]) -> dict[str, Callable[..., Column]]:
    """Give each function by its name, to be called with columns."""
    declared: dict[str, Callable[..., Column]] = {}
    for function in functions:
        names = ", ".join(name for name, _ in function.parameters)
        stub = eval(f"lambda {names}: None")  # noqa: S307 - the names are the functions' own
        stub.__name__ = function.name
        signature = (
            tuple(_IBIS_TYPES[kind] for _, kind in function.parameters),
            _IBIS_TYPES[function.returns],
        )
        declared[function.name] = udf.scalar.builtin(stub, signature=signature)
    return declared
