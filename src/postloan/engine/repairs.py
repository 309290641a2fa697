"""Mends what Ibis writes wrongly for every engine; importing the module is enough."""

from __future__ import annotations

from typing import Any

import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import SQLGlotCompiler

_written = SQLGlotCompiler.visit_Not


def _visit_not(self: SQLGlotCompiler, op: Any, *, arg: Any) -> Any:
    """Write a negation in brackets.

    Ibis writes `(~a).isnull()` as `NOT (a) IS NULL` and `(~a) == b` as `NOT (a) = b`, which SQL reads as
    the negation of the whole.
    """
    found = _written(self, op, arg=arg)
    return found if isinstance(found, sge.Filter) else sge.paren(found, copy=False)


SQLGlotCompiler.visit_Not = _visit_not
