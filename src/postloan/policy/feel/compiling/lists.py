"""Lists of a bounded length, whose items may be absent on some rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from postloan.engine import Column, exact
from postloan.engine import verbs as v
from postloan.policy.feel.compiling import comparing, logic
from postloan.policy.feel.compiling import numbers as num
from postloan.policy.feel.compiling import quantities as qty
from postloan.policy.feel.compiling.values import (
    NULL,
    Item,
    ListValue,
    RangeValue,
    Scalar,
    Value,
    constant,
    describe,
    is_constant,
    is_null_constant,
    number,
    of_constant,
    truth,
)

if TYPE_CHECKING:
    from postloan.policy.feel.compiling.core import Compiler


def items(compiler: Compiler, source: Value, what: str, *, downwards: bool = False) -> Sequence[Item]:
    """Give the items of a list, none where it is null, or those of a range of constants."""
    from postloan.policy.feel.compiling.core import MOST_ITEMS

    if isinstance(source, ListValue):
        found: Sequence[Item] = source.items
        if source.absent is not None:
            found = [Item(item.value, logic.both(item.present, ~source.absent)) for item in found]
    elif isinstance(source, RangeValue):
        found = _span(compiler, source, downwards=downwards)
    else:
        raise compiler.refuse(f"{what} with {describe(source)}")
    if len(found) > MOST_ITEMS:
        raise compiler.refuse(f"{what} over more than {MOST_ITEMS} items")
    return found


def _span(compiler: Compiler, source: RangeValue, *, downwards: bool) -> list[Item]:
    from postloan.policy.feel.parts import items_of

    if not is_constant(source):
        raise compiler.refuse("A range whose ends depend on the row, taken as a list,")
    found = items_of(constant(source), downwards=downwards)
    if found is None:
        raise compiler.refuse("A range without numbers or days, taken as a list,")
    return [Item(of_constant(item, compiler.where)) for item in found]


def ones(found: Sequence[Item]) -> num.Number:
    """Count items, as a number."""
    fixed = sum(item.present is None for item in found)
    zero, one = v.literal(0, "integer"), v.literal(1, "integer")
    columns = [item.present.ifelse(one, zero) for item in found if item.present is not None]
    if not columns:
        return num.of_constant(Decimal(fixed), "")
    total = logic.folded(columns, lambda a, b: a + b)
    return num.whole(total + fixed if fixed else total, 4)


def at(base: ListValue, position: Scalar, compiler: Compiler) -> Value:
    """Give the item at a constant position, counted from 1, or from the end if negative; null outside."""
    if position.constant != int(position.constant) or position.constant == 0:
        return NULL
    wanted = int(position.constant)
    if base.is_fixed:
        index = wanted - 1 if wanted > 0 else len(base.items) + wanted
        return base.items[index].value if 0 <= index < len(base.items) else NULL
    ordered = base.items if wanted > 0 else base.items[::-1]
    return _nth(compiler, ordered, num.of_constant(Decimal(abs(wanted)), ""))


def _nth(compiler: Compiler, ordered: Sequence[Item], wanted: num.Number) -> Value:
    found: Value = NULL
    for index in range(len(ordered) - 1, -1, -1):
        present = ordered[index].present
        count = (
            num.compare("=", ones(ordered[: index + 1]), wanted)
            if not _all_fixed(ordered[: index + 1])
            else v.literal(wanted.constant == index + 1, "boolean")
        )
        met = logic.both(present, count)
        assert met is not None
        found = compiler.choice(met, ordered[index].value, found)
    return found


def _all_fixed(found: Sequence[Item]) -> bool:
    return all(item.present is None for item in found)


def there(item: Item, value: Scalar) -> Scalar:
    """Give a truth value about an item; false where the item is absent."""
    return value if item.present is None else logic.conjunction([truth(item.present), value])


def contains(compiler: Compiler, source: Value, wanted: Value) -> Scalar:
    """Tell whether an item equals a value; never null."""
    met = []
    for item in items(compiler, source, "`list contains`"):
        same = logic.is_true(_same(compiler, item.value, wanted))
        met.append(there(item, logic.of(same) if isinstance(same, bool) else truth(same)))
    return logic.disjunction(met)


def _same(compiler: Compiler, a: Value, b: Value) -> Scalar:
    if (
        isinstance(a, Scalar)
        and isinstance(b, Scalar)
        and a.kind != b.kind
        and "null" not in (a.kind, b.kind)
    ):
        # Values of two kinds are equal where both are null, and nowhere else true.
        return logic.conjunction([compiler.is_null(a), compiler.is_null(b)])
    return comparing.equal(compiler, a, b)


def any_null(compiler: Compiler, found: Sequence[Item]) -> Scalar:
    """Tell whether an item that is there is null."""
    return logic.disjunction([there(item, compiler.is_null(item.value)) for item in found])


def total(compiler: Compiler, source: Value) -> Value:
    """Add up numbers; null over nothing or where one is null."""
    found = items(compiler, source, "`sum`")
    if not found or any(is_null_constant(item.value) and item.present is None for item in found):
        return NULL
    parts = []
    for item in found:
        if is_null_constant(item.value):
            continue
        value = compiler.scalar(item.value, "`sum`")
        if value.number is None:
            raise compiler.refuse("`sum` of anything but numbers")
        parts.append(
            value.number if item.present is None else qty.choose(item.present, value.number, qty.ZERO)
        )
    added = _sum(parts, compiler.where) if parts else qty.ZERO
    return _unless_null(compiler, found, number(added))


def _sum(parts: Sequence[qty.Quantity], where: str) -> qty.Quantity:
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return qty.add("+", _sum(parts[:middle], where), _sum(parts[middle:], where), where)


def _unless_null(compiler: Compiler, found: Sequence[Item], value: Value) -> Value:
    """Give null where nothing is there, or something that is null."""
    gone = [any_null(compiler, found)]
    if not any(item.present is None for item in found):
        gone.append(logic.negation(logic.disjunction([truth(item.present) for item in found])))
    missing = logic.disjunction(gone)
    if missing.is_constant:
        return NULL if missing.constant else value
    return compiler.only_if(~missing.column, value)


def product(compiler: Compiler, source: Value) -> Value:
    """Multiply numbers; null over nothing or where one is null."""
    found = items(compiler, source, "`product`")
    if not found or any(is_null_constant(item.value) and item.present is None for item in found):
        return NULL
    made: qty.Quantity = qty.ONE
    for item in found:
        value = NULL if is_null_constant(item.value) else compiler.scalar(item.value, "`product`")
        if value.number is None:
            raise compiler.refuse(f"`product` of {describe(value)}")
        factor = value.number if item.present is None else qty.choose(item.present, value.number, qty.ONE)
        made = qty.multiply(made, factor, compiler.where)
    return _unless_null(compiler, found, number(made))


def mean(compiler: Compiler, source: Value) -> Value:
    """Give the mean of numbers; null over nothing or where one is null."""
    found = items(compiler, source, "`mean`")
    added = total(compiler, source)
    if is_null_constant(added):
        return NULL
    assert isinstance(added, Scalar)
    assert added.number is not None
    return number(qty.divide(added.number, ones(found), compiler.where))


def extreme(compiler: Compiler, function: str, source: Value) -> Value:
    """Give the least or greatest item; null over nothing or where one is null."""
    found = items(compiler, source, f"`{function}`")
    if not found or any(is_null_constant(item.value) and item.present is None for item in found):
        return NULL
    known = [item for item in found if not is_null_constant(item.value)]
    values = [compiler.scalar(item.value, f"`{function}`") for item in known]
    kinds = {value.kind for value in values}
    if len(kinds) != 1 or kinds & {"boolean", "time", "datetime"}:
        raise compiler.refuse(f"`{function}` of {' and '.join(sorted(kinds)) or 'nulls alone'}")
    choose: Callable[..., Column] = v.least if function == "min" else v.greatest
    if kinds == {"number"}:
        numbers = [value.number for value in values]
        if not all(isinstance(one, num.Number) for one in numbers):
            return _unless_null(compiler, found, _extreme_ratio(compiler, function, found))
        columns, kind = num.common(numbers)  # type: ignore[arg-type]
        none = v.null("integer") if kind.is_whole else exact.null(kind.width, kind.places)
        best = choose(*_present(known, columns, none))
        return _unless_null(compiler, found, number(replace(kind, column=best)))
    none = compiler.null_of(kinds.pop())
    best = choose(*_present(known, [compiler.raw(value) for value in values], none))
    return _unless_null(compiler, found, Scalar(values[0].kind, best))


def _present(found: Sequence[Item], columns: Sequence[Column], none: Column) -> list[Column]:
    """Give columns with null where the item is absent, which the least and greatest pass over."""
    return [
        column if item.present is None else v.when([(item.present, column)], none)
        for item, column in zip(found, columns, strict=True)
    ]


def _extreme_ratio(compiler: Compiler, function: str, found: Sequence[Item]) -> Value:
    if not _all_fixed(found):
        raise compiler.refuse(f"`{function}` of quotients of which some may be absent")
    sign, best = "<" if function == "min" else ">", found[0].value
    for item in found[1:]:
        better = comparing.compare(compiler, sign, item.value, best)
        best = compiler.choice(logic.column(better), item.value, best)
    return best


def truths(compiler: Compiler, function: str, source: Value) -> Scalar:
    """Give `all` or `any` of truth values."""
    results = []
    for item in items(compiler, source, f"`{function}`"):
        met = compiler.truth(item.value, f"`{function}`")
        if item.present is not None and function == "all":
            met = logic.disjunction([truth(~item.present), met])
        results.append(met if function == "all" else there(item, met))
    return logic.conjunction(results) if function == "all" else logic.disjunction(results)


def flat(source: Value) -> list[Item]:
    """Give the items of lists within lists, in order."""
    if not isinstance(source, ListValue):
        return [Item(source)]
    found = []
    for item in source.items:
        inner = flat(item.value)
        found += [Item(one.value, logic.both(item.present, one.present)) for one in inner]
    return found


def distinct(compiler: Compiler, source: Sequence[Item]) -> ListValue:
    """Give each value once, where it first stands."""
    kept: list[Item] = []
    for item in source:
        before = logic.disjunction(
            [there(other, _never_null(_same(compiler, other.value, item.value))) for other in kept]
        )
        if before.is_constant:
            if before.constant is not True:
                kept.append(item)
        else:
            kept.append(Item(item.value, logic.both(item.present, ~before.column)))
    return ListValue(tuple(kept))


def _never_null(value: Scalar) -> Scalar:
    found = logic.is_true(value)
    return logic.of(found) if isinstance(found, bool) else truth(found)


def listed(value: Value) -> Sequence[Item]:
    """Give a list's items, or a single value as one item."""
    return value.items if isinstance(value, ListValue) else [Item(value)]


def whole(value: Value) -> int | None:
    """Give a constant whole number; None for everything else."""
    found: Any = value.constant if isinstance(value, Scalar) and value.is_constant else None
    return int(found) if isinstance(found, Decimal) and found == int(found) else None
