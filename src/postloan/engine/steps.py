"""A step function of a column as one expression.

Written with `when`, a function of hundreds of steps takes Ibis longer to build than an engine to compute.
It becomes a balanced tree of CASE, so a row is compared a few times however many steps there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.rules as rlz
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import SQLGlotCompiler
from ibis.common.typing import VarTuple


class Steps(ops.Value):  # type: ignore[misc] # Ibis has no types
    """The value of the step that a column's value stands on; `nothing` for a null."""

    arg: ops.Value
    starts: VarTuple[Any]
    values: VarTuple[int]
    nothing: int

    shape = rlz.shape_like("arg")
    dtype = dt.int64


def tree(arg: str, bounds: Sequence[str], leaf: Callable[[int], str], low: int, high: int) -> str:
    """Write a search among bounds[low:high]; a null fails every comparison and ends at leaf `low`."""
    if low == high:
        return leaf(low)
    middle = (low + high) // 2
    above, below = tree(arg, bounds, leaf, middle + 1, high), tree(arg, bounds, leaf, low, middle)
    return f"CASE WHEN {arg} >= {bounds[middle]} THEN {above} ELSE {below} END"


def constant(value: object, kind: dt.DataType) -> str:
    """Write a constant to compare a column of that type with."""
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return f"CAST('{value}' AS DECIMAL({kind.precision}, {kind.scale}))" if kind.is_decimal() else str(value)


def _whole(text: str) -> sge.Expression:
    # Text is taken as it stands: a tree of nodes would be walked and copied many times on the way.
    return sge.Cast(this=sge.Var(this=text), to=sge.DataType.build("BIGINT"))


def _visit_steps(
    self: SQLGlotCompiler, op: Steps, *, arg: Any, starts: Any, values: Any, nothing: int
) -> Any:
    tested = arg.sql(self.dialect)

    def leaf(i: int) -> str:
        if i or values[0] == nothing:
            return str(values[i])
        return f"CASE WHEN {tested} IS NULL THEN {nothing} ELSE {values[0]} END"

    bounds = [constant(start, op.arg.dtype) for start in starts]
    return _whole(tree(tested, bounds, leaf, 0, len(bounds)))


SQLGlotCompiler.visit_Steps = _visit_steps
