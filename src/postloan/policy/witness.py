"""Looks for a row that a table or signal and its mutant decide differently, or shows that there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import islice, product
from math import prod
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import cases, feel, pieces, signal_row, trial
from postloan.policy.cases import Case
from postloan.policy.checked import CheckedTable
from postloan.policy.deciding import conclude
from postloan.policy.entries import Signal
from postloan.policy.feel import nodes as n
from postloan.policy.mutants import SignalMutant, TableMutant, column_values
from postloan.policy.names import FEEL_KINDS

GUESSES = 5_000
"""Rows that are tried where constants do not tell all values apart."""

LIMIT = 200_000
"""Rows looked at before it is left open whether there is one."""

Kinds = Mapping[str, str]


@dataclass(frozen=True)
class Witness:
    """A row that is decided differently: what is given, what follows, and what the mutant makes of it."""

    given: Mapping[str, object]
    before: Any
    after: Any


@dataclass(frozen=True)
class Search:
    """What a search found: a witness, that there is none, or neither within the limit."""

    witness: Witness | None = None
    is_equivalent: bool = False


def of_table(checked: CheckedTable, mutant: TableMutant, kinds: Kinds, day: date) -> Search:
    """Look for a row that a table and its mutant decide differently."""
    if trial.gives_several(checked) and _concludes_nothing(checked, mutant):
        return Search(is_equivalent=True)
    found = _TableSearch(checked, mutant, kinds, day).search()
    return found if found.witness or found.is_equivalent else Search(_guess(checked, mutant, kinds, day))


def _guess(checked: CheckedTable, mutant: TableMutant, kinds: Kinds, day: date) -> Witness | None:
    """Try the table's constants on every fact that it reads, where it does more than compare with them."""
    facts = cases.facts_read(checked, kinds)
    nodes = [item.node for one in (checked, mutant.checked) for item in one.inputs]
    nodes += [cell for one in (checked, mutant.checked) for item in one.inputs for cell in item.cells]
    constants = [part.value for node in nodes for part in n.walk(node) if isinstance(part, n.Literal)]
    kept = -1 if mutant.removed is None else ~(1 << mutant.removed)
    choices = [pieces.guesses(constants, name, kind) for name, kind in facts.items()]
    for values in islice(product(*choices), GUESSES):
        given = dict(zip(facts, values, strict=True))
        row = Case("", "table", checked.table.id, day, given, frozenset(), (), "", None)
        was, becomes = trial.hold(row, checked), trial.hold(row, mutant.checked)
        before = trial.answer(was, checked, was.mask)
        after = trial.answer(becomes, mutant.checked, becomes.mask & kept)
        if not _alike(before, after):
            return Witness(given, before, after)
    return None


def _concludes_nothing(checked: CheckedTable, mutant: TableMutant) -> bool:
    """Tell whether the rules that a mutant is about conclude nothing, before and after."""
    if mutant.about == 0:
        return False
    outputs = (*checked.outputs, *mutant.checked.outputs)
    cells = (item.cells[rule] for rule in trial.rules_in(mutant.about) for item in outputs)
    return all(isinstance(cell, n.Literal) and cell.value is None for cell in cells)


class _TableSearch:
    """One search: goes through the pieces of each input, the changed one first."""

    def __init__(self, checked: CheckedTable, mutant: TableMutant, kinds: Kinds, day: date) -> None:
        self.before, self.after = checked, mutant.checked
        self.mutant = mutant
        self.day = day
        self.looked = 0
        self.known: dict[int, list[tuple[object, int, int]]] = {}
        cells = [(*a.cells, *b.cells) for a, b in zip(checked.inputs, mutant.checked.inputs, strict=True)]
        self.pieces = [
            pieces.of_cells(
                dict.fromkeys(cells[i]),
                item.text,
                item.kind,
                kinds.get(item.text, "decimal"),
                column_values(checked, i) if checked.table.inputs[i].allowed else (),
            )
            for i, item in enumerate(checked.inputs)
        ]
        first = mutant.cell[0] if mutant.cell else 0
        self.order = [first, *(i for i in range(len(cells)) if i != first)]
        names = [item.text for item in checked.inputs]
        plain = all(isinstance(item.node, n.Name) for item in checked.inputs)
        facts = cases.facts_read(checked, kinds)
        self.is_plain = plain and len(set(names)) == len(names) and all(name in facts for name in names)
        self.exact = all(one.exact for one in self.pieces)

    def search(self) -> Search:
        """Go through the rows that may differ."""
        if not self.exact or not self.pieces:
            return Search()
        everything = (1 << len(self.before.table.rules)) - 1
        kept = everything if self.mutant.removed is None else everything & ~(1 << self.mutant.removed)
        for given, before, after in self.rows(0, {}, everything, everything):
            self.looked += 1
            if self.looked > LIMIT:
                return Search()
            told = _say(self.before, before, given, self.day)
            changed = _say(self.after, after & kept, given, self.day)
            if not _alike(told, changed):
                return Search(Witness(given, told, changed)) if self.is_plain else Search()
        return Search(is_equivalent=self.is_proof())

    def is_proof(self) -> bool:
        """Tell whether rows that agree on constants agree on all values.

        What outputs compute is not gone through; it cannot differ where the same rule answers for itself.
        """
        outputs = (*self.before.outputs, *self.after.outputs)
        if self.looked == 0 or all(isinstance(cell, n.Literal) for item in outputs for cell in item.cells):
            return True
        table = self.before.table
        return self.mutant.kind != "output" and not table.aggregation and table.hit_policy != "A"

    def rows(
        self, depth: int, given: dict[str, object], before: int, after: int
    ) -> Iterator[tuple[dict[str, object], int, int]]:
        """Give each combination of pieces on which a rule in question may hold, with the rules that do."""
        if depth == len(self.order):
            yield dict(given), before, after
            return
        i = self.order[depth]
        for value, was, becomes in self.masks(i):
            old, new = before & was, after & becomes
            if self.mutant.about and not (old | new) & self.mutant.about:
                continue
            if self.mutant.cell and depth == 0 and not (old ^ new) & self.mutant.about:
                continue
            yield from self.rows(depth + 1, {**given, self.before.inputs[i].text: value}, old, new)

    def masks(self, i: int) -> list[tuple[object, int, int]]:
        """Give each piece of an input with the rules whose cells it meets, before and after."""
        if i not in self.known:
            old, new = self.before.inputs[i].cells, self.after.inputs[i].cells
            self.known[i] = [
                (value, _mask(old, value, self.day), _mask(new, value, self.day))
                for value in self.pieces[i].values
            ]
        return self.known[i]


def _mask(cells: tuple[feel.UnaryTests, ...], value: object, day: date) -> int:
    known = {cell: cell.is_any or feel.interpret_unary(cell, value, {}, day) for cell in set(cells)}
    return reduce(lambda mask, at: mask | known[at[1]] << at[0], enumerate(cells), 0)


def _say(checked: CheckedTable, mask: int, given: Mapping[str, object], day: date) -> trial.Answer:
    lacking = any(item.required and given[item.text] is None for item in checked.inputs)
    try:
        rows = conclude(checked, [] if lacking else trial.rules_in(mask), given, day)
    except PolicyError as error:
        return error
    return trial.told(checked, rows)


def _alike(a: trial.Answer, b: trial.Answer) -> bool:
    if isinstance(a, PolicyError) or isinstance(b, PolicyError):
        return str(a) == str(b)
    return a == b


def of_signal(signal: Signal, mutant: SignalMutant, kinds: Kinds, day: date) -> Search:
    """Look for a row, or an absent feed, that a signal and its mutant decide differently."""
    changed = mutant.signal
    names = sorted(signal.inputs() | changed.inputs())
    typed = {name: (FEEL_KINDS.get(kinds.get(name, ""), "any"), kinds.get(name, "any")) for name in names}
    nodes: list[n.Node] = [grade.tests for one in (signal, changed) for grade in one.grades]
    nodes += [one.when for one in (signal, changed) if one.when is not None]
    found = pieces.of_facts(nodes, signal.fact, typed)
    if prod(len(one.values) for one in found.values()) > LIMIT:
        return Search()
    for values in product(*(found[name].values for name in names)):
        given = dict(zip(names, values, strict=True))
        before = signal_row.state(signal, given, day)
        after = signal_row.state(changed, given, day)
        if before != after:
            return Search(Witness(given, before, after))
    is_told = all(one.exact for one in found.values()) and mutant.signal.needs == signal.needs
    return Search(is_equivalent=is_told and signal.peer is None)
