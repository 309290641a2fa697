"""Values that a model is given: as FEEL knows them, of the kind and among the values that it declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.feel import kinds as k
from postloan.policy.feel import nodes as n
from postloan.policy.feel.types_of_values import conforms
from postloan.policy.feel.values import CONTEXT, Interval, kind_of, normalise, written
from postloan.policy.graph import InputData, Model
from postloan.policy.item_definitions import Allowed

_ANY_DAY = date(2000, 1, 1)
"""Allowed values are constants; what they would say of today is not asked."""


def accepted(model: Model, inputs: Mapping[str, object]) -> dict[str, Any]:
    """Give the values of all inputs, and of the decisions that are given; see `graph.accept`."""
    for name in inputs:
        if name not in model.inputs and name not in model.decisions:
            raise _error(
                model,
                "unknown_input",
                f"The model has no input `{name}`.",
                name,
                f"It has: {', '.join(sorted(model.inputs))}.",
            )
    values: dict[str, Any] = dict.fromkeys(model.inputs)
    for name, value in inputs.items():
        declared = model.inputs[name] if name in model.inputs else InputData(name, model.decisions[name].kind)
        values[name] = _value(model, declared, value)
    return values


def kinds_of_inputs(model: Model, given: Mapping[str, object]) -> dict[str, k.Kind]:
    """Give the kinds of all inputs, and of the decisions that are given; see `graph.kinds_for`."""
    values = accepted(model, given)
    declared = {name: one.kind for name, one in model.inputs.items()}
    declared |= {name: model.decisions[name].kind for name in given if name in model.decisions}
    return {
        name: _narrowed(kind, values[name], f"{model.where}, input {name}") for name, kind in declared.items()
    }


def _narrowed(kind: k.Kind, value: object, where: str) -> k.Kind:
    """Give the declared kind, and that of the value where none is declared."""
    if kind in ("any", k.CONTEXT) or (k.is_list(kind) and k.item_of(kind) == "any"):
        return kind if value is None else kind_of(value, where)
    return kind


def _value(model: Model, declared: InputData, value: object) -> object:
    try:
        found = normalise(_moments(value))
    except TypeError as error:
        raise _error(
            model, "input_kind", "A number is a float, which is not exact.", declared.name, "Give a Decimal."
        ) from error
    if not _is_exact(found):
        raise _error(
            model, "input_kind", "A number has more than 34 digits, or no end.", declared.name, "Round it."
        )
    found = _converted(found, declared.kind)
    if found is not None and not conforms(found, declared.kind):
        raise _error(
            model,
            "input_kind",
            f"`{declared.name}` is {_shown(found)}, declared a {declared.kind}.",
            declared.name,
        )
    place = ", ".join(filter(None, (model.where, f"input {declared.name}")))
    refuse_outside(declared.name, declared.allowed, found, place, "input_not_allowed")
    return found


def _is_exact(value: object) -> bool:
    """Tell whether decimal128 holds every number within."""
    if isinstance(value, Decimal):
        return value.is_finite() and value == CONTEXT.plus(value)
    inner = value if isinstance(value, list) else value.values() if isinstance(value, Mapping) else ()
    return all(map(_is_exact, inner))


def _moments(value: object) -> object:
    """Give moments of Python as those of FEEL, within lists and contexts too."""
    if isinstance(value, datetime):
        return n.Moment(value)
    if isinstance(value, list):
        return [_moments(item) for item in value]
    return {name: _moments(item) for name, item in value.items()} if isinstance(value, dict) else value


def _converted(value: object, kind: k.Kind) -> object:
    """Make a list of a single value and the other way round, as the standard converts them."""
    if k.is_list(kind) and value is not None and not isinstance(value, list):
        return [value]
    single = isinstance(value, list) and len(value) == 1
    return value[0] if single and not k.is_list(kind) and kind != "any" else value  # type: ignore[index]


def refuse_outside(
    name: str, allowed: Iterable[Allowed], value: object, where: str, code: str = "value_not_allowed"
) -> None:
    """Refuse a value that is not among those that its item definition allows; null is no value.

    Raises:
        PolicyError: of the code that is asked for, naming the part of the value.
    """
    for rule in allowed:
        node = feel.parse_unary(rule.tests, where=f"{where}, allowed values")
        for one in _at(value, rule.path, whole=rule.whole):
            if one is not None and not feel.interpret_unary(node, one, {}, _ANY_DAY):
                path = ".".join((name, *rule.path))
                raise PolicyError(
                    code,
                    f"`{path}` is {_shown(one)}, which is not among its values.",
                    where=where,
                    mend=f"Allowed: {rule.tests}.",
                )


def _at(value: object, path: tuple[str, ...], *, whole: bool) -> Iterator[object]:
    if isinstance(value, list) and (path or not whole):
        for item in value:
            yield from _at(item, path, whole=whole)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        yield from _at(value.get(path[0]), path[1:], whole=whole)


def _shown(value: object) -> str:
    text = written(value) if not isinstance(value, Interval) else "a range"
    return text if len(text) < 80 else f"{text[:77]}…"


def _error(model: Model, code: str, message: str, name: str, mend: str = "") -> PolicyError:
    return PolicyError(
        code, message, where=", ".join(filter(None, (model.where, f"input {name}"))), mend=mend
    )
