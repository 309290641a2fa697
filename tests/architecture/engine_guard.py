"""Stops a stage that calls an Ibis method, or uses an operator, on which the engines may differ.

The names of methods alone cannot tell `column.upper()` from `"text".upper()`; so each method that is not
allowed looks at the file it was called from, while tests run, and refuses calls from the stages.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir

from postloan.engine.allowed import ALLOWED
from tests.architecture.sources import PACKAGE, ROOT

OPERATORS = {
    f"__{side}{name}__"
    for side in ("", "r")
    for name in ("truediv", "floordiv", "mod", "pow", "lshift", "rshift")
}
_STAGES = str(PACKAGE)
_ENGINE = str(PACKAGE / "engine")


def refuse_unless_allowed(method: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a method of Ibis that stages must not call."""

    @functools.wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        caller = sys._getframe(1)
        file = caller.f_code.co_filename
        if file.startswith(_STAGES) and not file.startswith(_ENGINE):
            place = f"{file.removeprefix(str(ROOT) + '/')}:{caller.f_lineno}"
            raise AssertionError(
                f"{place}: `{method.__name__}` is not in postloan.engine.allowed: it may differ "
                "between the engines; use a verb of postloan.engine.verbs"
            )
        return method(*args, **kwargs)

    return guarded


def install() -> None:
    """Guard every method of tables and columns that is not allowed, for the rest of this process."""
    for _, kind in inspect.getmembers(ir, inspect.isclass):
        if not kind.__module__.startswith("ibis.expr.types"):
            continue
        for name, member in list(vars(kind).items()):
            watched = name in OPERATORS or not name.startswith("_")
            if watched and name not in ALLOWED and inspect.isfunction(member):
                setattr(kind, name, refuse_unless_allowed(member))
