"""What an expression answers, written as FEEL, for tests that state both by hand."""

from __future__ import annotations

from collections.abc import Mapping

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.feel.values import kind_of, normalise, written
from tests.policy.frames import AS_OF


def answer(text: str, row: Mapping[str, object] | None = None) -> str:
    """Check and evaluate an expression over a row; the kinds of its names are those of the row's values."""
    values = {name: normalise(value) for name, value in (row or {}).items()}
    env = {name: kind_of(value) if value is not None else "any" for name, value in values.items()}
    node = feel.parse_expression(text, env)
    feel.check(node, env, "here")
    return written(feel.interpret(node, values, AS_OF))


def refusal(text: str, env: Mapping[str, str] | None = None) -> str:
    """Give the code of the error with which an expression is refused, at reading, checking or evaluating."""
    try:
        node = feel.parse_expression(text, env or {}, "here")
        feel.check(node, env or {}, "here")
        feel.interpret(node, {}, AS_OF)
    except PolicyError as error:
        return error.code
    return "answered"
