"""Built-in functions over columns; what the engines might do differently is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from postloan.engine import feel_verbs as fv
from postloan.engine import verbs as v
from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiling import comparing, lists, logic, texts
from postloan.policy.feel.compiling import numbers as num
from postloan.policy.feel.compiling import quantities as qty
from postloan.policy.feel.compiling.values import (
    NULL,
    ContextValue,
    Item,
    ListValue,
    NotConstantError,
    Scalar,
    Value,
    constant,
    describe,
    is_null_constant,
    number,
    of_constant,
    truth,
)

if TYPE_CHECKING:
    from postloan.policy.feel.compiling.core import Compiler, Scope

Handler = Callable[["Compiler", str, Sequence[Value]], Value]


def call_builtin(compiler: Compiler, function: str, arguments: Sequence[n.Node], scope: Scope) -> Value:
    """Compile the call of a built-in function."""
    if function == "is defined":
        return _is_defined(compiler, arguments, scope)
    nodes = positional(function, arguments)
    values = [compiler.value(node, scope) for node in nodes]
    folded = _folded(compiler, function, values)
    if folded is not None:
        return folded
    handler = HANDLERS.get(function)
    if handler is None:
        raise compiler.refuse(f"The function `{function}`")
    return handler(compiler, function, values)


def positional(function: str, arguments: Sequence[n.Node]) -> Sequence[n.Node]:
    """Give the arguments in order where they are named."""
    if not any(isinstance(one, n.Argument) for one in arguments):
        return arguments
    from postloan.policy.feel.builtins import FORMS

    given = {one.name: one.value for one in arguments if isinstance(one, n.Argument)}
    for form in FORMS.get(function, ()):
        if form.places(len(arguments), list(given)) is not None:
            return [given[one.name] for one in form.parameters if one.name in given]
    raise PolicyError("ill_typed", f"`{function}` has no such parameters.")


def _is_defined(compiler: Compiler, arguments: Sequence[n.Node], scope: Scope) -> Scalar:
    (node,) = arguments
    if isinstance(node, n.Name):
        return logic.negation(compiler.is_null(compiler.find(node.text, scope) or NULL))
    return logic.negation(compiler.is_null(compiler.value(node, scope)))


def _folded(compiler: Compiler, function: str, values: Sequence[Value]) -> Value | None:
    """Evaluate a call of constants, which may have come about only now."""
    from postloan.policy.feel.interpreter import interpret

    names = [f"argument {i}" for i in range(len(values))]
    try:
        given = dict(zip(names, map(constant, values), strict=True))
    except NotConstantError:
        return None
    node = n.Call(function, tuple(n.Name(name) for name in names))
    return of_constant(interpret(node, given, compiler.as_of), compiler.where)


def _numbers(compiler: Compiler, function: str, values: Sequence[Value]) -> list[qty.Quantity] | None:
    """Give arguments as numbers; None where one is the constant null."""
    if any(is_null_constant(value) for value in values):
        return None
    found = []
    for value in values:
        quantity = value.number if isinstance(value, Scalar) else None
        if quantity is None:
            raise compiler.ill_typed(f"`{function}` takes numbers, not {describe(value)}.")
        found.append(quantity)
    return found


def exact(compiler: Compiler, function: str, quantity: qty.Quantity) -> num.Number:
    """Give a number that is exact; raises PolicyError for any other."""
    if isinstance(quantity, num.Number):
        return quantity
    raise compiler.refuse(f"`{function}` of a quotient or power", "Round it first: decimal(…, 6).")


# Truth --------------------------------------------------------------------------------------------------


def _not(compiler: Compiler, _: str, values: Sequence[Value]) -> Value:
    return logic.negation(compiler.truth(values[0], "`not`"))


# Numbers ------------------------------------------------------------------------------------------------


def _abs(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    first = values[0]
    if isinstance(first, Scalar) and first.kind in ("days", "months"):
        column, zero = compiler.raw(first), v.literal(0, "integer")
        return Scalar(first.kind, v.when([(column < zero, zero - column)], column))
    found = _numbers(compiler, function, values)
    return NULL if found is None else number(qty.absolute(found[0], compiler.where))


_ROUNDING = {
    "floor": "floor",
    "ceiling": "ceiling",
    "decimal": "half_even",
    "round half up": "half_up",
    "round half down": "half_down",
    "round up": "round_up",
    "round down": "round_down",
}


def _round(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    if any(is_null_constant(value) for value in values):
        return NULL
    places = lists.whole(values[1]) if len(values) > 1 else 0
    if places is None or not 0 <= places <= num.MOST_PLACES:
        raise compiler.refuse(f"`{function}` to places that are no constant from 0 to {num.MOST_PLACES}")
    found = _numbers(compiler, function, values[:1])
    assert found is not None
    return number(qty.rounded(_ROUNDING[function], found[0], places, compiler.where))


def _modulo(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    found = _numbers(compiler, function, values)
    if found is None:
        return NULL
    a, b = (exact(compiler, function, one) for one in found)
    return number(qty.modulo(a, b))


def _parity(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    found = _numbers(compiler, function, values)
    if found is None:
        return NULL
    first = exact(compiler, function, found[0])
    if first.places:
        raise compiler.refuse(f"`{function}` of a number that may have decimal places", "Round it: floor(…).")
    left = qty.modulo(first, num.of_constant(Decimal(2), ""))
    wanted = num.of_constant(Decimal(1 if function == "odd" else 0), "")
    return truth(num.compare("=", left, wanted))


# Dates --------------------------------------------------------------------------------------------------


def _date(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    if len(values) == 1:
        first = values[0]
        if isinstance(first, Scalar) and first.kind in ("date", "null"):
            return first
        raise compiler.refuse("`date(…)` of a text that depends on the row", "Make the date a fact.")
    found = _numbers(compiler, function, values)
    if found is None:
        return NULL
    parts = [exact(compiler, function, one) for one in found]
    if not all(one.is_whole for one in parts):
        raise compiler.refuse("`date(…)` of numbers that may have decimal places", "Round them: floor(…).")
    return Scalar("date", fv.date_of(*(num.integer(one) for one in parts)))


def _date_part(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    first = values[0]
    if is_null_constant(first):
        return NULL
    if not isinstance(first, Scalar) or first.kind != "date":
        raise compiler.refuse(f"`{function}` of {describe(first)}")
    day = compiler.raw(first)
    if function == "day of year":
        return number(num.whole(fv.day_of_year(day), 3))
    if function == "week of year":
        return number(num.whole(fv.week_of_year(day), 2))
    index, words = (fv.weekday(day), _DAYS) if function == "day of week" else (v.month(day), _MONTHS)
    branches = [(index == position, v.literal(word, "string")) for position, word in enumerate(words[:-1], 1)]
    branches.append((index == len(words), v.literal(words[-1], "string")))
    return Scalar("string", v.when(branches, v.null("string")))


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def _months(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    if any(is_null_constant(value) for value in values):
        return NULL
    days = [value for value in values if isinstance(value, Scalar) and value.kind == "date"]
    if len(days) != 2:
        raise compiler.ill_typed(f"`{function}` takes two dates.")
    start, end = (compiler.raw(day) for day in days)
    return Scalar("months", fv.whole_months(start, end))


# Lists --------------------------------------------------------------------------------------------------


def _arguments(values: Sequence[Value]) -> Value:
    """Give the one list of the arguments, or the arguments as a list."""
    if len(values) == 1 and (isinstance(values[0], ListValue) or is_null_constant(values[0])):
        return values[0]
    return ListValue(tuple(Item(value) for value in values))


def _over_list(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    source = _arguments(values)
    if is_null_constant(source):
        return NULL
    if len(values) == 1 and isinstance(values[0], Scalar):  # null itself, not a list of null
        gone = compiler.is_null(values[0])
        found = _of_list(compiler, function, source)
        return found if gone.is_constant else compiler.only_if(~gone.column, found)
    if isinstance(source, ListValue) and source.absent is not None:
        return compiler.only_if(~source.absent, _of_list(compiler, function, ListValue(source.items)))
    return _of_list(compiler, function, source)


def _of_list(compiler: Compiler, function: str, source: Value) -> Value:
    match function:
        case "count":
            return number(lists.ones(lists.items(compiler, source, "`count`")))
        case "sum":
            return lists.total(compiler, source)
        case "product":
            return lists.product(compiler, source)
        case "mean":
            return lists.mean(compiler, source)
        case "min" | "max":
            return lists.extreme(compiler, function, source)
    return lists.truths(compiler, function, source)


def _list_contains(compiler: Compiler, _: str, values: Sequence[Value]) -> Value:
    if is_null_constant(values[0]):
        return NULL
    if isinstance(values[0], ListValue) and values[0].absent is not None:
        found = lists.contains(compiler, ListValue(values[0].items), values[1])
        return compiler.only_if(~values[0].absent, found)
    return lists.contains(compiler, values[0], values[1])


def _reshaped(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    taken = values if function in ("concatenate", "union") else values[:1]
    if any(is_null_constant(value) for value in taken):
        return NULL
    for value in taken:
        if not isinstance(value, ListValue):
            raise compiler.refuse(f"`{function}` of {describe(value)}")
        if value.absent is not None:
            raise compiler.refuse(f"`{function}` of a list that may be null")
    first = lists.listed(values[0])
    match function:
        case "append":
            return ListValue((*first, *(Item(value) for value in values[1:])))
        case "concatenate":
            return ListValue(tuple(item for value in values for item in lists.listed(value)))
        case "union":
            every = [item for value in values for item in lists.listed(value)]
            return lists.distinct(compiler, every)
        case "distinct values":
            return lists.distinct(compiler, first)
        case "flatten":
            return ListValue(tuple(lists.flat(values[0])))
    return ListValue(tuple(first[::-1]))  # reverse


def _fixed_list(compiler: Compiler, function: str, value: Value) -> list[Item]:
    if isinstance(value, ListValue) and not value.is_fixed:
        raise compiler.refuse(f"`{function}` of a list whose length depends on the row")
    return list(lists.listed(value))


def _cut(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    """Compile the functions that count positions."""
    if any(is_null_constant(value) for value in values[:2]):
        return NULL
    found = _fixed_list(compiler, function, values[0])
    places = [lists.whole(value) for value in values[1:]]
    position = places[0]
    if position is None or (function == "sublist" and None in places):
        raise compiler.refuse(f"`{function}` at a position that is no constant whole number")
    index = position - 1 if position > 0 else len(found) + position
    if position == 0 or not 0 <= index < len(found):
        return NULL
    if function == "remove":
        del found[index]
    elif function == "insert before":
        found.insert(index, Item(values[2]))
    elif function == "list replace":
        found[index] = Item(values[2])
    else:
        length = places[1] if len(places) > 1 else len(found) - index
        if length is None or not 0 <= length <= len(found) - index:
            return NULL
        found = found[index : index + length]
    return ListValue(tuple(found))


def _index_of(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    if is_null_constant(values[0]):
        return NULL
    found = _fixed_list(compiler, function, values[0])
    items = []
    for position, item in enumerate(found, 1):
        met = logic.is_true(comparing.equal(compiler, item.value, values[1]))
        if met is not False:
            items.append(Item(of_constant(Decimal(position), ""), logic.both(None, met)))
    return ListValue(tuple(items))


def _get_value(compiler: Compiler, _: str, values: Sequence[Value]) -> Value:
    context, key = values
    if isinstance(context, ContextValue) and isinstance(key, Scalar) and key.is_constant:
        return context.entries.get(key.constant, NULL)
    raise compiler.refuse("`get value` with a name that depends on the row")


HANDLERS: dict[str, Handler] = {
    "not": _not,
    "abs": _abs,
    **dict.fromkeys(_ROUNDING, _round),
    "modulo": _modulo,
    "odd": _parity,
    "even": _parity,
    "date": _date,
    **dict.fromkeys(("day of week", "day of year", "month of year", "week of year"), _date_part),
    "years and months duration": _months,
    **dict.fromkeys(("count", "sum", "product", "mean", "min", "max", "all", "any"), _over_list),
    "list contains": _list_contains,
    **dict.fromkeys(("append", "concatenate", "union", "distinct values", "flatten", "reverse"), _reshaped),
    **dict.fromkeys(("remove", "insert before", "list replace", "sublist"), _cut),
    "index of": _index_of,
    "get value": _get_value,
    **texts.HANDLERS,
}
"""What compiles a call of each function; a function that is not here is refused."""
