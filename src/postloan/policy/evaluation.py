"""A decision table over columns.

Each rule is a bit, in the order in which rules win, so that a row's lowest bit is the rule that decides it.
What follows from the rule is looked up by its place: expressions stay shallow however many rules there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce

from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.policy import feel
from postloan.policy.checked import CheckedTable
from postloan.policy.deciding import conflict
from postloan.policy.feel.compiler import compile_expression
from postloan.policy.names import column_name
from postloan.policy.outcomes import MISSING, NONE, Outcomes, is_constant
from postloan.policy.several import Several
from postloan.policy.words import BITS, Words


class Evaluation:
    """One evaluation of one table over one frame."""

    def __init__(
        self, checked: CheckedTable, engine: Engine, frame: Table, keys: Sequence[str], as_of: date
    ) -> None:
        self.checked = checked
        self.table = checked.table
        self.engine = engine
        self.frame = frame
        self.keys = list(keys)
        self.as_of = as_of
        self.outcomes = Outcomes(checked, engine, as_of)

    def run(self) -> Table:
        """Give the table's answers; the shape depends on the hit policy, see `CompiledTable.evaluate`."""
        self.refuse_name_clash()
        self.refuse_unsupported()
        several = self.table.hit_policy in "CRO"
        words = Words(self.checked, self.engine, self.frame, self.as_of, self.places(), self.kept())
        table = words.table()
        if several:
            return Several(self.outcomes, self.keys, words.names, words.are_joined).answer(table)
        return self.single(table, words.names, are_joined=words.are_joined)

    def refuse_name_clash(self) -> None:
        """Refuse outputs that would overwrite a key or a column of the answer."""
        taken = {*self.keys, "rule_id", "rule_order", "rule_ids"}
        clash = sorted(taken & {item.name for item in self.checked.outputs})
        if clash:
            raise self.checked.refuse(
                "table_malformed", f"An output is called {', '.join(clash)}, as a key is."
            )

    def refuse_unsupported(self) -> None:
        """Refuse what the interpreter can do and columns cannot, by name."""
        computed = [item.name for item in self.checked.outputs if not is_constant(item)]
        if computed and (self.table.aggregation or self.table.hit_policy == "A"):
            raise self.checked.refuse(
                "feel_refused",
                "Computed outputs in an ANY or aggregating table cannot be compiled to columns.",
                f", output {computed[0]}",
                "Use constants, or FIRST or COLLECT without an aggregation.",
            )
        if self.checked.has_default and self.table.hit_policy in "CRO" and not self.table.aggregation:
            raise self.checked.refuse(
                "feel_refused",
                "A default in a table that gives several answers cannot be compiled to columns.",
                mend="Leave the default out: no row means that no rule held.",
            )

    def missing(self) -> Column:
        """Give whether a required input is null."""
        gone = [
            compile_expression(
                item.node, self.frame, self.as_of, f"{self.checked.where}, input {item.text}"
            ).isnull()
            for item in self.checked.inputs
            if item.required
        ]
        return reduce(lambda a, b: a | b, gone, v.literal(False, "boolean"))

    def kept(self) -> list[str]:
        """Give the frame's columns that the answer needs: keys, and what computed outputs read."""
        names = {name for item in self.checked.outputs for cell in item.cells for name in feel.names(cell)}
        candidates = {column_name(name) for name in names}
        candidates |= {column_name(name.rpartition(".")[0]) for name in names}
        return [*self.keys, *sorted((candidates & set(self.frame.columns)) - set(self.keys))]

    def order(self) -> list[int]:
        """Give the rules by bit: those that win first; for ANY those with equal outputs side by side."""
        rules = range(len(self.table.rules))
        if self.table.hit_policy != "A":
            return sorted(rules, key=lambda rule: self.checked.ranks[rule])
        return sorted(rules, key=lambda rule: (self.outcomes.sameness(rule), self.checked.ranks[rule]))

    def places(self) -> list[list[int]]:
        """Give each rule's bits; for ANY a second one from the other end, which tells the last rule met."""
        order = self.order()
        place = {rule: [i] for i, rule in enumerate(order)}
        if self.table.hit_policy == "A":
            ahead = BITS * self.words_of_any()
            for i, rule in enumerate(reversed(order)):
                place[rule].append(ahead + i)
        return [place[rule] for rule in range(len(self.table.rules))]

    def words_of_any(self) -> int:
        """Give how many words the rules of an ANY table fill once."""
        return max(1, -(-len(self.table.rules) // BITS))

    def single(self, words: Table, names: list[str], *, are_joined: bool) -> Table:
        """Give each row's winning rule and its outputs, or the defaults."""
        policy, last = self.table.hit_policy, len(self.table.rules) - 1
        half = self.words_of_any() if policy == "A" else len(names)
        decided = _first(words, names[:half])
        undecided = v.literal(NONE, "integer")
        if "input_missing" in words.columns:
            undecided = words["input_missing"].ifelse(v.literal(MISSING, "integer"), undecided)
        columns = {"decided": v.coalesce(decided, undecided)}
        if policy == "U":
            counts = [v.bit_count(words[name]) for name in names]
            columns["broken"] = reduce(lambda a, b: a + b, counts) > 1
        if policy == "A" and last > 0:
            columns["last_met"] = v.literal(last, "integer") - _first(words, names[half:])
        coded = words.select(*self.kept(), **columns)
        if len(columns) > 1 or are_joined:
            coded = self.engine.hold(coded, "decided", as_written=are_joined)
        if "last_met" in columns:
            differs = self.sameness(coded["decided"]) != self.sameness(coded["last_met"])
            coded = coded.mutate(broken=differs & coded["last_met"].notnull()).drop("last_met")
        if "broken" in coded.columns:
            self.refuse_conflicts(coded, words, names)
            coded = coded.drop("broken")
        return self.outcomes.of_single(coded, self.keys, self.order())

    def sameness(self, place: Column) -> Column:
        """Give a number for the outputs of the rule at a place: the same one for the same outputs."""
        texts = [self.outcomes.sameness(rule) for rule in self.order()]
        starts = [i for i in range(1, len(texts)) if texts[i] != texts[i - 1]]
        return v.steps(place, starts, range(len(starts) + 1), -1)

    def refuse_conflicts(self, held: Table, words: Table, names: list[str]) -> None:
        """Refuse to go on where UNIQUE or ANY is broken, naming the rules and one subject."""
        broken = held.filter(held["broken"]).select(*self.keys)
        found = self.engine.rows(broken.order_by(self.keys).limit(1) if self.keys else broken.limit(1))
        if not found:
            return
        policy, subject = self.table.hit_policy, found[0]
        rows = words.filter([_is(words[key], value) for key, value in subject.items()])
        half = names[: self.words_of_any()] if policy == "A" else names
        several = [v.bit_count(rows[name]) for name in half]
        rows = rows.filter(reduce(lambda a, b: a + b, several) > 1).select(*half).limit(1)
        (row,) = self.engine.rows(self.engine.hold(rows, "broken", as_written=True))
        met = sum(row[name] << BITS * i for i, name in enumerate(half))
        rules = [rule for i, rule in enumerate(self.order()) if met >> i & 1]
        ids = [self.table.rules[rule].id for rule in sorted(rules, key=lambda rule: self.checked.ranks[rule])]
        named = ", ".join(f"{key} {value}" for key, value in subject.items())
        raise conflict(self.checked, "unique_conflict" if policy == "U" else "any_conflict", ids, named)


def _first(words: Table, names: Sequence[str]) -> Column:
    """Give the place of the lowest bit of some words; null without one."""
    bits = [v.lowest_bit(words[name]) for name in names]
    return v.coalesce(bits[0], *(bit + BITS * i for i, bit in enumerate(bits[1:], 1)))


def _is(column: Column, value: object) -> Column:
    return column.isnull() if value is None else column == value
