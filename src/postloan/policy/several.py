"""Answers of tables in which several rules may hold for a row: listed one by one, or made into one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from postloan.engine import Column, Field, Table
from postloan.engine import verbs as v
from postloan.policy.outcomes import Outcomes
from postloan.policy.words import BITS

_PART = 16
"""Bits of a word that are looked up together where there is only one: they make few patterns."""

_MILLION = 1_000_000


@dataclass(frozen=True)
class Part:
    """Some bits of one word, which are looked up together."""

    number: int
    word: str
    mask: int


@dataclass(frozen=True)
class Several:
    """The rules that rows meet, and what follows from them."""

    outcomes: Outcomes
    keys: Sequence[str]
    names: Sequence[str]
    are_joined: bool = False

    @property
    def ranks(self) -> Sequence[int]:
        """Give each rule's place, which is its bit too."""
        return self.outcomes.checked.ranks

    @property
    def parts(self) -> list[Part]:
        """Give the bits of all rules in parts, lowest first."""
        rules = len(self.ranks)
        if len(self.names) > 1:
            return [Part(i, name, 2**BITS - 1) for i, name in enumerate(self.names)]
        count = max(1, -(-rules // _PART))
        return [Part(i, self.names[0], (2**_PART - 1 << _PART * i) & (2**BITS - 1)) for i in range(count)]

    def answer(self, words: Table) -> Table:
        """Give the answers of rows that carry their words."""
        engine = self.outcomes.engine
        held = engine.hold(words, "words", as_written=self.are_joined)
        if self.outcomes.checked.table.aggregation:
            return self.aggregated(held)
        return self.listed(held)

    def patterns(self, held: Table, part: Part, columns: Sequence[str]) -> Table:
        """Give the rows that meet rules of a part: columns, number of the part, its bits."""
        bits = held[part.word]
        if len(self.parts) > len(self.names):
            bits = v.bit_and(bits, v.literal(part.mask, "integer"))
        rows = held.filter(bits != 0)
        return rows.select(*columns, part=v.literal(part.number, "integer"), bits=bits)

    def all_patterns(self, held: Table, columns: Sequence[str]) -> Table:
        """Give the rows that meet rules, one for each part that they meet rules of."""
        return _union([self.patterns(held, part, columns) for part in self.parts])

    def hits(self, held: Table) -> Table:
        """Give one row for each pattern of bits and each rule in it."""
        found = self.all_patterns(held, []).distinct().rename(hit_part="part", hit_bits="bits")
        look_up = self.look_up()
        pairs = found.inner_join(look_up, found["hit_part"] == look_up["hit_of"])
        return pairs.filter(v.bit_and(pairs["hit_bits"], pairs["hit_bit"]) != 0)

    def look_up(self) -> Table:
        """Give one row a rule: its part, bit, place and constant outputs; `hit_scaled` is what sums add."""
        fields = [Field(name, "integer") for name in ("hit_of", "hit_bit", "hit_place", "hit_scaled")]
        fields += [Field("hit_rule", "string"), *self.outcomes.fields]
        rows = []
        for rule, place in enumerate(self.ranks):
            word, bit = divmod(place, BITS)
            constants = self.outcomes.constants(rule)
            row: dict[str, Any] = {
                "hit_of": word if len(self.names) > 1 else place // _PART,
                "hit_bit": 2**bit,
                "hit_place": place,
                "hit_rule": self.outcomes.checked.table.rules[rule].id,
                "hit_scaled": int(constants[0] * _MILLION) if self.is_scaled(constants[0]) else None,
            }
            rows.append(row | self.outcomes.row(constants))
        return self.outcomes.engine.from_rows(rows, fields, "rules")

    def is_scaled(self, value: object) -> bool:
        """Tell whether a value is added up in millionths."""
        return self.outcomes.checked.table.aggregation == "+" and value is not None

    def listed(self, held: Table) -> Table:
        """Give one row for each row and rule that it meets."""
        columns = [name for name in held.columns if name not in {*self.names, "input_missing"}]
        hits = self.outcomes.engine.hold(self.hits(held), "hits")
        rows = self.all_patterns(held, columns)
        rows = rows.inner_join(hits, [rows["part"] == hits["hit_part"], rows["bits"] == hits["hit_bits"]])
        answer: dict[str, Column] = {key: rows[key] for key in self.keys}
        answer["rule_id"] = rows["hit_rule"]
        answer["rule_order"] = rows["hit_place"] + 1
        answer |= self.outcomes.outputs(rows, dict(enumerate(self.ranks)))
        return rows.select(**answer)

    def aggregated(self, held: Table) -> Table:
        """Give each row's sum, least, greatest or count, and the rules that made it."""
        hits = self.hits(held)
        grouped = hits.group_by(["hit_part", "hit_bits"]).aggregate(
            value=self.aggregate(hits), ids=v.join_text(v.json_text(hits["hit_rule"]), rank=hits["hit_place"])
        )
        grouped = self.outcomes.engine.hold(grouped, "hits")
        rows, values, ids = held, [], []
        for part in self.parts:
            renamed = {f"{name}_{part.number}": name for name in ("value", "ids", "hit_bits")}
            own = grouped.filter(grouped["hit_part"] == part.number).drop("hit_part").rename(renamed)
            bits = rows[part.word]
            if len(self.parts) > len(self.names):
                bits = v.bit_and(bits, v.literal(part.mask, "integer"))
            rows = rows.left_join(own, bits == own[f"hit_bits_{part.number}"])
        for part in self.parts:
            values.append(rows[f"value_{part.number}"])
            known = v.concat(",", rows[f"ids_{part.number}"])
            ids.append(v.coalesce(known, v.literal("", "string")))
        item = self.outcomes.checked.outputs[0]
        keys = {key: rows[key] for key in self.keys}
        value = self.with_default(rows, self.combined(values))
        return rows.select(**keys, **{item.name: value, "rule_ids": v.json_parts(*ids)})

    def aggregate(self, hits: Table) -> Column:
        """Give the aggregate of the one output over a pattern's rules; sums of decimals in millionths."""
        match self.outcomes.checked.table.aggregation:
            case "+":
                return v.total(hits["out_0"] if self.is_whole() else hits["hit_scaled"])
            case "<":
                return hits["out_0"].min()
            case ">":
                return hits["out_0"].max()
        return v.count_if(hits["hit_rule"].notnull())

    def combined(self, values: Sequence[Column]) -> Column:
        """Give the aggregate over all rules from those of the parts."""
        match self.outcomes.checked.table.aggregation:
            case "<":
                return v.least(*values)
            case ">":
                return v.greatest(*values)
        zero = v.literal(0, "integer")
        total = reduce(lambda a, b: a + b, [v.coalesce(value, zero) for value in values])
        total = v.when([(v.coalesce(*values).notnull(), total)], v.null("integer"))
        if self.is_whole() or self.outcomes.checked.table.aggregation == "#":
            return total
        return v.ratio(total, v.literal(_MILLION, "integer"))

    def is_whole(self) -> bool:
        """Tell whether the one output is a whole number in every rule."""
        return self.outcomes.fields[0].kind == "integer"

    def with_default(self, rows: Table, value: Column) -> Column:
        """Give the default where there is no value, unless a required input is null."""
        item, kind = self.outcomes.checked.outputs[0], self.outcomes.fields[0].kind
        counts = self.outcomes.checked.table.aggregation == "#"
        if not counts and item.default is None:
            return value
        kind = "integer" if counts else kind
        default = 0 if item.default is None else item.default
        value = v.coalesce(value, v.literal(int(default) if kind == "integer" else default, kind))
        if "input_missing" not in rows.columns:
            return value
        return v.when([(rows["input_missing"], v.null(kind))], value)


def _union(tables: Sequence[Table]) -> Table:
    """Put tables below each other in pairs of pairs: in a row, dozens of them would nest too deep."""
    if len(tables) == 1:
        return tables[0]
    half = len(tables) // 2
    return _union(tables[:half]).union(_union(tables[half:]))
