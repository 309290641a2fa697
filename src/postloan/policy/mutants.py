"""Every small change of a table, a signal or a date that its cases should notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from postloan.policy import changes, feel
from postloan.policy.case_words import say
from postloan.policy.checked import CheckedInput, CheckedOutput, CheckedTable, validate
from postloan.policy.entries import Grade, Signal
from postloan.policy.feel import nodes as n
from postloan.policy.in_force import Dated
from postloan.policy.model import AGGREGATIONS
from postloan.policy.spelling import spell

Kinds = Mapping[str, str]


@dataclass(frozen=True)
class Mutant:
    """A change: of what kind, where, and what became what."""

    kind: str
    place: str
    before: str
    after: str


@dataclass(frozen=True)
class TableMutant(Mutant):
    """A changed table.

    Args:
        checked: the table with the change.
        cell: the input and the rule whose cell is changed, by position.
        removed: the rule that is taken out, by position.
        about: the rules of which one holds on every row that is decided otherwise, as a mask; 0 if unknown.
    """

    checked: CheckedTable
    about: int
    cell: tuple[int, int] | None = None
    removed: int | None = None


@dataclass(frozen=True)
class SignalMutant(Mutant):
    """A changed signal."""

    signal: Signal


@dataclass(frozen=True)
class DateMutant(Mutant):
    """A table or signal that begins or ends a day earlier or later: its versions with the change."""

    versions: tuple[Dated, ...]
    day: date


def of_table(checked: CheckedTable, kinds: Kinds, env: Kinds) -> Iterator[TableMutant]:
    """Give every mutant of a table but those of its dates.

    Args:
        checked: the table.
        kinds: kinds of column of the facts.
        env: their FEEL kinds.
    """
    everything = _all(checked)
    answers_without_rule = checked.has_default or bool(checked.table.aggregation)
    for i, item in enumerate(checked.inputs):
        yield from _cells(checked, i, item, kinds)
        if item.required:
            inputs = _put(checked.inputs, i, replace(item, required=False))
            changed = replace(checked, inputs=inputs)
            about = 0 if answers_without_rule else everything
            yield TableMutant("required", f"input {item.text}", "required", "not required", changed, about)
    for i, output in enumerate(checked.outputs):
        yield from _outputs(checked, i, output, kinds)
    for position, rule in enumerate(checked.table.rules):
        yield TableMutant(
            "rule", f"rule {rule.id}", "there", "removed", checked, 1 << position, removed=position
        )
    yield from _orders(checked, env)
    for sign in AGGREGATIONS if checked.table.aggregation else ():
        if sign != checked.table.aggregation and _adds_up(checked, sign):
            changed = replace(checked, table=replace(checked.table, aggregation=sign))
            was = f"C{checked.table.aggregation}"
            yield TableMutant("aggregation", "hit policy", was, f"C{sign}", changed, 0)


def _all(checked: CheckedTable) -> int:
    return (1 << len(checked.table.rules)) - 1


def _put(items: Sequence[Any], position: int, item: Any) -> tuple[Any, ...]:
    return (*items[:position], item, *items[position + 1 :])


def _adds_up(checked: CheckedTable, sign: str) -> bool:
    kind = checked.outputs[0].kind
    return sign == "#" or kind == "number" or (sign != "+" and kind in ("string", "date"))


def _cells(checked: CheckedTable, i: int, item: CheckedInput, kinds: Kinds) -> Iterator[TableMutant]:
    kind = kinds.get(item.text, "decimal")
    values = column_values(checked, i)
    for position, cell in enumerate(item.cells):
        rule = checked.table.rules[position]
        for what, changed in changes.of_cell(cell, kind, values, kinds):
            inputs = _put(checked.inputs, i, replace(item, cells=_put(item.cells, position, changed)))
            yield TableMutant(
                what,
                f"rule {rule.id}, input {item.text}",
                spell(cell),
                spell(changed),
                replace(checked, inputs=inputs),
                1 << position,
                cell=(i, position),
            )


def column_values(checked: CheckedTable, i: int) -> tuple[n.Constant, ...]:
    """Give the values that a cell of an input may list: those allowed, or those that stand in its column."""
    item = checked.inputs[i]
    literals = [
        part.value
        for cell in item.cells
        for part in cell.tests
        if isinstance(part, n.Literal) and isinstance(part.value, str)
    ]
    values: list[n.Constant] = [*literals]
    if item.kind == "boolean":
        values = [True, False]
    elif item.kind == "string" and checked.table.inputs[i].allowed:
        values = [*_allowed(checked, i), *literals]
    return tuple(dict.fromkeys([*values, *([] if item.required else [None])]))


def _allowed(checked: CheckedTable, i: int) -> list[n.Constant]:
    tests = feel.parse_unary(checked.table.inputs[i].allowed)
    return [test.value for test in tests.tests if isinstance(test, n.Literal)]


def _outputs(checked: CheckedTable, i: int, output: CheckedOutput, kinds: Kinds) -> Iterator[TableMutant]:
    among = [cell.value for cell in output.cells if isinstance(cell, n.Literal)]
    among = list(dict.fromkeys([*output.values, *among]))
    for position, cell in enumerate(output.cells):
        place = f"rule {checked.table.rules[position].id}, output {output.name}"
        for changed in _conclusions(cell, among, kinds):
            outputs = _put(checked.outputs, i, replace(output, cells=_put(output.cells, position, changed)))
            made = replace(checked, outputs=outputs)
            yield TableMutant("output", place, spell(cell), spell(changed), made, 1 << position)
    if checked.table.outputs[i].default:
        for changed in _conclusions(n.Literal(output.default), among, kinds):
            made = replace(
                checked, outputs=_put(checked.outputs, i, replace(output, default=_value(changed)))
            )
            place = f"default of {output.name}"
            yield TableMutant("output", place, say(output.default), spell(changed), made, 0)


def _value(node: n.Node) -> n.Constant:
    return node.value if isinstance(node, n.Literal) else None


def _conclusions(cell: n.Node, among: Sequence[n.Constant], kinds: Kinds) -> Iterator[n.Node]:
    """Give what a conclusion may wrongly be: a number one unit off, another word, nothing or something."""
    if not isinstance(cell, n.Literal):
        yield n.Literal(None)
        yield from (changed for _, changed in changes.of_node(cell, "decimal", kinds))
        return
    moved = changes.neighbours(cell.value, "decimal")
    if not moved:
        instead = changes.other(cell.value, among)
        moved = () if instead is None else (instead,)
    yield from (n.Literal(value) for value in moved)


def _orders(checked: CheckedTable, env: Kinds) -> Iterator[TableMutant]:
    """Give each two neighbours that change places: rules of FIRST, values of PRIORITY and OUTPUT ORDER."""
    rules = checked.table.rules
    if checked.table.hit_policy == "F":
        for a in range(len(rules) - 1):
            ranks = list(range(len(rules)))
            ranks[a], ranks[a + 1] = a + 1, a
            place = f"rules {rules[a].id} and {rules[a + 1].id}"
            made = replace(checked, ranks=tuple(ranks))
            yield TableMutant("order", place, "in this order", "the other way round", made, 3 << a)
    if checked.table.hit_policy not in "PO":
        return
    for i, output in enumerate(checked.outputs):
        for a in range(len(output.values) - 1):
            values = [spell(n.Literal(value)) for value in output.values]
            values[a], values[a + 1] = values[a + 1], values[a]
            item = replace(checked.table.outputs[i], values=",".join(values))
            table = replace(checked.table, outputs=_put(checked.table.outputs, i, item))
            place = f"values {values[a + 1]} and {values[a]} of {output.name}"
            made = validate(table, env)
            yield TableMutant("order", place, "in this order", "the other way round", made, _all(checked))


def of_signal(signal: Signal, kinds: Kinds) -> Iterator[SignalMutant]:
    """Give every mutant of a signal but those of its dates."""
    kind = kinds.get(signal.fact, "decimal")
    values: tuple[n.Constant, ...] = (True, False) if kind == "boolean" else ()
    for position, grade in enumerate(signal.grades):
        place = f"grade {grade.colour}"
        for what, tests in changes.of_cell(grade.tests, kind, values, kinds):
            text = spell(tests)
            made = replace(signal, grades=_put(signal.grades, position, Grade(grade.colour, text, tests)))
            yield SignalMutant(what, place, grade.text, text, made)
        rest = (*signal.grades[:position], *signal.grades[position + 1 :])
        yield SignalMutant("rule", place, "there", "removed", replace(signal, grades=rest))
    if signal.when is not None:
        for what, guard in changes.of_guard(signal.when, kinds):
            made = replace(signal, when=guard)
            yield SignalMutant(what, "guard", spell(signal.when), spell(guard), made)
        yield SignalMutant("logic", "guard", spell(signal.when), "none", replace(signal, when=None))
    for feed in signal.needs:
        needs = tuple(one for one in signal.needs if one != feed)
        yield SignalMutant("required", f"needs {feed}", "there", "removed", replace(signal, needs=needs))
    yield from _peers(signal)


def _peers(signal: Signal) -> Iterator[SignalMutant]:
    if signal.peer is None:
        return
    for limit in changes.neighbours(signal.peer.limit, "decimal"):
        if isinstance(limit, Decimal):
            made = replace(signal, peer=replace(signal.peer, limit=limit))
            yield SignalMutant("threshold", "peer limit", say(signal.peer.limit), say(limit), made)
    side = "high" if signal.peer.side == "low" else "low"
    made = replace(signal, peer=replace(signal.peer, side=side))
    yield SignalMutant("value", "peer side", signal.peer.side, side, made)
    yield SignalMutant("rule", "peer", "there", "removed", replace(signal, peer=None))


def of_dates(versions: tuple[Dated, ...], version: Dated) -> Iterator[DateMutant]:
    """Give the mutants of a version that begins, or ends, a day earlier or later.

    Args:
        versions: all versions of the table or signal.
        version: the one to change.
    """
    for name in ("effective_from", "effective_until"):
        day: date | None = getattr(version, name)
        for days in (-1, 1) if day is not None else ():
            moved = day + timedelta(days=days) if day is not None else None
            change: dict[str, Any] = {name: moved}
            made = replace(version, **change)
            others = tuple(made if one == version else one for one in versions)
            noticed = min(day, moved) if day is not None and moved is not None else version.effective_from
            noticed += timedelta(days=1 if name == "effective_until" else 0)
            yield DateMutant("date", name, str(day), str(moved), others, noticed)
