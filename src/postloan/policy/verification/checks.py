"""The checks of one table: each looks for one kind of finding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from postloan.policy.checked import CheckedTable
from postloan.policy.feel import nodes as n
from postloan.policy.findings import TableFinding
from postloan.policy.verification import outcomes, wording
from postloan.policy.verification.domains import bits
from postloan.policy.verification.search import GOOD, SPLIT, Budget, Label, Search
from postloan.policy.verification.space import Box, Space

WORK_OF_GAPS = 6_000_000
WORK_OF_RULES = 2_000_000
"""Work for the gaps, and for what is asked of each rule, in sets compared: a few seconds at most."""

_NAMED = 6
"""Rules that a message names; the finding has them all."""


@dataclass
class Checks:
    """One table in its space; bits are places in the order in which rules win, 0 first."""

    checked: CheckedTable
    space: Space
    limit: int
    wide: set[str] = field(default_factory=set)
    hung: int = 0
    unseen: set[str] = field(default_factory=set)

    @cached_property
    def answers(self) -> outcomes.Answers:
        """Give what the rules answer."""
        return outcomes.answers(self.checked, self.checked.ranks)

    @cached_property
    def ids(self) -> dict[int, str]:
        """Give the id of the rule of each bit."""
        rules = self.checked.table.rules
        return {place: rule.id for place, rule in zip(self.checked.ranks, rules, strict=True)}

    @cached_property
    def empty(self) -> int:
        """Give the rules that no input meets."""
        return sum(1 << rule for rule in self.ids if not all(self.space.box_of(rule)))

    @property
    def policy(self) -> str:
        """Give the letter of the hit policy."""
        return self.checked.table.hit_policy

    def finding(
        self,
        code: str,
        message: str,
        mend: str,
        *,
        severity: str = "warning",
        rules: tuple[int, ...] = (),
        box: Box | None = None,
        columns: dict[str, str] | None = None,
        reason: str = "",
    ) -> TableFinding:
        """Make a finding; a box gives it its example."""
        names = tuple(self.ids[rule] for rule in rules)
        where = self.checked.where + (f", rule {names[0]}" if names else "")
        example = {} if box is None else self.space.example(box)
        told = wording.tests(self.space, box) if box is not None else columns or {}
        return TableFinding(severity, code, message, where, mend, names, example, told, reason)

    def gaps(self) -> Iterator[TableFinding]:
        """Find the inputs that no rule covers."""
        if self.policy not in "UAPF" or self.checked.has_default or not self.space.faithful:
            return
        budget = Budget(WORK_OF_GAPS)
        found = Search(
            self.space, _uncovered, box=self.space.attained, limit=self.limit + 1, budget=budget
        ).run()
        for text, box in self.space.unseen():
            if Search(self.space, _uncovered, box=box, limit=0, budget=budget.part()).run().cut_off:
                self.unseen.add(text)
        if not found.decided:
            if found.undecided:
                self.hung |= found.undecided
            else:
                self.wide.add("gap")
        for box, _ in found.boxes:
            where = wording.spoken(wording.tests(self.space, box))
            yield self.finding(
                "gap",
                f"No rule covers {where}.",
                "Add a rule for it, or a last rule that takes all the rest.",
                box=box,
            )

    def overlaps(self) -> Iterator[TableFinding]:
        """Find pairs of rules that one input meets and that must not both hold."""
        if self.policy not in "UAP" or not self.space.faithful:
            return
        for first in sorted(self.ids):
            if self.space.opaque >> first & 1 or self.empty >> first & 1:
                continue
            box = self.space.box_of(first)
            met = self.space.touching(box) & ~self.space.opaque
            for second in bits(self._against(first, met) >> (first + 1)):
                both = _meet(box, self.space.box_of(second + first + 1))
                seen = _meet(both, self.space.attained)
                if all(seen):
                    yield self._overlap(first, second + first + 1, seen)
                else:
                    self.unseen |= {text for text, left in self.space.unseen() if all(_meet(left, both))}

    def _against(self, first: int, met: int) -> int:
        """Give, of rules that are met together with one, those that must not be."""
        if self.policy == "U":
            return met
        other = met & ~self.answers.alike(first)
        if self.policy == "A":
            return other
        return other & self.ties[self.priority(first)]

    @cached_property
    def ties(self) -> dict[tuple[int, ...], int]:
        """Give the rules of each priority."""
        ties: dict[tuple[int, ...], int] = {}
        for rule in self.ids:
            ties[self.priority(rule)] = ties.get(self.priority(rule), 0) | 1 << rule
        return ties

    def priority(self, rule: int) -> tuple[int, ...]:
        """Give the places of a rule's outputs in the lists of output values."""
        row = self.checked.ranks.index(rule)
        given = [(item.values, item.cells[row]) for item in self.checked.outputs if item.values]
        return tuple(
            values.index(cell.value) if isinstance(cell, n.Literal) and cell.value in values else len(values)
            for values, cell in given
        )

    def _overlap(self, first: int, second: int, both: Box) -> TableFinding:
        differ = not self.answers.all_alike(1 << first | 1 << second)
        what = "and answer differently" if differ else "and answer the same"
        mend = "Make the rules exclude each other, or choose FIRST or COLLECT."
        if self.policy == "P":
            what = "with the same priority, and answer differently"
            mend = "Tell them apart in the outputs that have a list of values."
        return self.finding(
            "overlap",
            f"Rules {self.ids[first]} and {self.ids[second]} both hold for "
            f"{wording.spoken(wording.tests(self.space, both))}, {what}.",
            mend,
            severity="warning" if self.policy == "P" else "error",
            rules=(first, second),
            box=both,
            reason="differ" if differ else "same",
        )

    def unreachable(self) -> Iterator[TableFinding]:
        """Find rules with a cell that no value meets."""
        for rule in bits(self.empty):
            columns = self._contradictory(rule)
            yield self.finding(
                "unreachable",
                f"Rule {self.ids[rule]} can never hold: no value meets {wording.spoken(columns)}.",
                "Correct the cell or remove the rule.",
                rules=(rule,),
                columns=columns,
            )

    def _contradictory(self, rule: int) -> dict[str, str]:
        row = self.checked.ranks.index(rule)
        nodes = {dimension.node for dimension in self.space.dimensions if not dimension.cells[rule]}
        columns: dict[str, str] = {}
        for item, cell in zip(self.checked.inputs, self.checked.table.rules[row].tests, strict=True):
            if item.node in nodes:
                columns[item.text] = f"{columns[item.text]} and {cell}" if item.text in columns else cell
        return columns

    def shadowed(self) -> Iterator[TableFinding]:
        """Find rules that never win, because others that come first hold wherever they hold."""
        if self.policy not in "FP":
            return
        for rule, by in self.hidden.items():
            named = _some([self.ids[one] for one in by])
            before = "come first" if self.policy == "F" else "have the higher priority"
            verb = before if len(by) > 1 else f"{before.replace('come', 'comes').replace('have', 'has')}"
            yield self.finding(
                "shadowed",
                f"Rule {self.ids[rule]} never wins: wherever it holds, {named} {verb}.",
                "Move it before them, narrow them, or remove it.",
                rules=(rule, *by),
            )

    @cached_property
    def hidden(self) -> dict[int, tuple[int, ...]]:
        """Give each rule that never wins, with the rules that stand before it."""
        found: dict[int, tuple[int, ...]] = {}
        budget = Budget(WORK_OF_RULES)
        for rule in sorted(self.ids) if self.policy in "FP" else ():
            if self.empty >> rule & 1:
                continue
            box = self.space.box_of(rule)
            earlier = (1 << rule) - 1
            single = self.space.containing(box) & earlier
            if single:
                found[rule] = (next(bits(single)),)
                continue
            by = self._covered(box, self.space.touching(box) & earlier, budget)
            if by:
                found[rule] = tuple(bits(by))
        return found

    def _covered(self, box: Box, rules: int, budget: Budget) -> int:
        """Give rules that together cover a box, or 0 where they do not or it cannot be told."""
        if not rules:
            return 0
        used = 0

        def judge(may: int, must: int) -> Label:
            nonlocal used
            used |= must & -must
            return _uncovered(may, must)

        part = budget.part()
        found = Search(self.space, judge, box=box, rules=rules, limit=0, budget=part).run()
        budget.take(part)
        if part.is_spent:
            self.wide.add("shadowed")
        return used if found.decided and not found.cut_off else 0

    def redundant(self) -> Iterator[TableFinding]:
        """Find rules without which the table answers the same; all that are told may go at once."""
        hidden = sum(1 << rule for rule in self.hidden)
        left = self.space.rules & ~self.empty & ~hidden
        budget = Budget(WORK_OF_RULES)
        for rule in sorted(self.ids, reverse=True):
            judge = outcomes.without(self.answers, rule)
            if not left >> rule & 1 or self.space.opaque >> rule & 1 or judge is None:
                continue
            box, part = self.space.box_of(rule), budget.part()
            found = Search(self.space, judge, box=box, rules=left, limit=0, budget=part).run()
            budget.take(part)
            if part.is_spent:
                self.wide.add("redundant")
            if found.decided and not found.cut_off:
                left &= ~(1 << rule)
                others = self.space.touching(box) & left & self.answers.alike(rule)
                if self.policy in "FP":
                    others &= -1 << rule
                named = f" as {_some([self.ids[one] for one in bits(others)])}" if others else ""
                named = named or " as the default"
                yield self.finding(
                    "redundant",
                    f"Without rule {self.ids[rule]} the table answers the same{named} would.",
                    "Remove it, unless it is there to be read.",
                    rules=(rule, *bits(others)),
                )

    def non_discriminating(self) -> Iterator[TableFinding]:
        """Find inputs whose every cell is met by every value."""
        domains = {dimension.node: dimension.domain for dimension in self.space.dimensions}
        for item in self.checked.inputs:
            domain = domains[item.node]
            if self.checked.table.rules and all(
                cell.is_any or domain.met(cell) == domain.live for cell in item.cells
            ):
                yield self.finding(
                    "non_discriminating",
                    f"The input {item.text} decides nothing: every value meets each of its cells.",
                    "Leave the column out, unless it is to be filled in.",
                    columns={item.text: "-"},
                )

    def undecided(self) -> Iterator[TableFinding]:
        """Say what could not be decided, and why."""
        if self.space.opaque:
            rules = tuple(bits(self.space.opaque))
            yield self.finding(
                "not_decided",
                f"{_some([self.ids[rule] for rule in rules])}: cells that compare with other than constants; "
                "what hangs on them is not decided.",
                "Make the comparison a fact of its own, and test that.",
                rules=rules,
                reason="opaque",
            )
        if not self.space.faithful:
            named = ", ".join((*self.space.entangled, *self.space.doubtful))
            yield self.finding(
                "not_decided",
                f"Gaps and overlaps are not decided: the inputs {named} depend on each other, or their "
                "allowed values cannot be told.",
                "Test each fact in one column, or make what is computed a fact of its own.",
                columns=dict.fromkeys((*self.space.entangled, *self.space.doubtful), "-"),
                reason="entangled",
            )
        if self.unseen:
            named = ", ".join(sorted(self.unseen))
            yield self.finding(
                "not_decided",
                f"Gaps and overlaps are not decided where it is not known whether {named} can come to the "
                "values in question.",
                "Give the input its allowed values, or make what is computed a fact of its own.",
                columns=dict.fromkeys(sorted(self.unseen), "-"),
                reason="computed",
            )
        for kind in sorted(self.wide):
            yield self.finding(
                "not_decided",
                f"The table is too wide for an exact search of every {_KINDS[kind]}: there may be more.",
                "Split the table, or give the inputs their allowed values.",
                reason=kind,
            )


_KINDS = {"gap": "gap", "shadowed": "rule that never wins", "redundant": "redundant rule"}


def _uncovered(may: int, must: int) -> Label:
    if must:
        return GOOD
    return SPLIT if may else "gap"


def _meet(one: Box, other: Box) -> Box:
    return tuple(a & b for a, b in zip(one, other, strict=True))


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
