"""FEEL, the expression language of DMN: parsed, type-checked, interpreted by row, compiled to columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postloan.policy.feel.bounds import bound
from postloan.policy.feel.check import check, check_unary, merge
from postloan.policy.feel.interpreter import interpret, interpret_unary
from postloan.policy.feel.nodes import Node, UnaryTests, names
from postloan.policy.feel.parser import parse_expression, parse_unary

if TYPE_CHECKING:
    from postloan.policy.feel.compiler import compile_expression, compile_unary

__all__ = [
    "Node",
    "UnaryTests",
    "bound",
    "check",
    "check_unary",
    "compile_expression",
    "compile_unary",
    "interpret",
    "interpret_unary",
    "merge",
    "names",
    "parse_expression",
    "parse_unary",
]


def __getattr__(name: str) -> Any:
    """Load the compiler, and with it the engine, only when it is asked for."""
    if name in ("compile_expression", "compile_unary"):
        from postloan.policy.feel import compiler

        return getattr(compiler, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
