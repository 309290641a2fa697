"""The built-in functions of FEEL: each family in a module, all of them in one list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import DivisionByZero, InvalidOperation, Overflow
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.feel.builtins import contexts, dates, lists, numbers, ranges, strings  # noqa: F401
from postloan.policy.feel.builtins.registry import FORMS, Form, fits
from postloan.policy.feel.values import CONTEXT, bounded, text

__all__ = ["CONTEXT", "FORMS", "call_builtin", "is_builtin", "refuse_unknown", "text"]


def is_builtin(name: str) -> bool:
    """Tell whether a name is a built-in function's."""
    return name in FORMS


def refuse_unknown(function: str, where: str = "") -> PolicyError:
    """Give the error for a function that is not there."""
    return PolicyError(
        "feel_refused",
        f"The function `{function}` is not provided.",
        where=where,
        mend=f"Provided: {', '.join(sorted(FORMS))}.",
    )


def call_builtin(
    function: str,
    arguments: Sequence[Any],
    names: Sequence[str] = (),
    apply: Callable[..., Any] | None = None,
) -> object:
    """Call a built-in; null where an argument is null, of a kind or of a size that it does not take.

    Args:
        function: its name.
        arguments: the values.
        names: the parameters that they are given for, if by name.
        apply: calls a function that is among the arguments.

    Raises:
        PolicyError: `feel_refused` if the function is not provided, or refuses what it is given;
            `feel_too_large` if its answer is.
    """
    if function not in FORMS:
        raise refuse_unknown(function)
    for form in FORMS[function]:
        places = form.places(len(arguments), names)
        if places is None:
            continue
        if all(fits(value, place.kind) for value, place in zip(arguments, places, strict=True)):
            if any(
                value is None and not place.takes_null and not place.optional
                for value, place in zip(arguments, places, strict=True)
            ):
                return None
            return _run(form, arguments, names, apply)
    return None


def _run(
    form: Form, arguments: Sequence[Any], names: Sequence[str], apply: Callable[..., Any] | None
) -> object:
    extra = {"apply": apply} if any(one.kind.startswith("function") for one in form.parameters) else {}
    try:
        if names:
            given = dict(zip(names, arguments, strict=True))
            ordered = [given.get(one.name) for one in form.parameters]
            while ordered and form.parameters[len(ordered) - 1].name not in given:
                ordered.pop()
            return bounded(form.run(*ordered, **extra))
        return bounded(form.run(*arguments, **extra))
    except (TypeError, AttributeError, ValueError, OverflowError, IndexError):
        return None  # an item of a kind that the function does not take, or a date that does not exist
    except (InvalidOperation, DivisionByZero, Overflow):
        return None
