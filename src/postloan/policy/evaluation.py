"""A decision table over columns.

Each rule becomes one bit; 62 bits make an integer column. Rows fall into few distinct patterns of bits,
so what follows from a pattern (which rule wins, what is collected) is worked out once a pattern and
joined back. Expressions stay shallow however many rules there are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from postloan.engine import Column, Engine, Field, Kind, Table
from postloan.engine import verbs as v
from postloan.policy import feel
from postloan.policy.checked import CheckedInput, CheckedOutput, CheckedTable
from postloan.policy.deciding import conflict
from postloan.policy.feel import nodes as n
from postloan.policy.feel.builtins import text
from postloan.policy.feel.compiler import compile_expression, compile_unary
from postloan.policy.names import column_name

RULES_A_WORD = 62
"""Bits of an int64 that are used; the sign stays clear."""

_MISSING = "pattern_missing"


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
        count = max(1, -(-len(self.table.rules) // RULES_A_WORD))
        self.words = [f"pattern_{i}" for i in range(count)]
        self.pattern = [*self.words, _MISSING]
        self.kinds = {item.name: output_kind(item) for item in checked.outputs}

    def run(self) -> Table:
        """Give the table's answers; the shape depends on the hit policy, see `CompiledTable.evaluate`."""
        self.refuse_name_clash()
        self.refuse_unsupported()
        base = self.engine.materialise(self.coded(), f"table_{_file_name(self.table.id)}")
        hits = self.engine.materialise(self.hits(base), f"hits_{_file_name(self.table.id)}")
        if self.table.aggregation:
            return self.aggregated(base, hits)
        if self.table.hit_policy in "CRO":
            return self.listed(base, hits)
        self.refuse_conflicts(base, hits)
        return self.single(base, hits)

    def refuse_name_clash(self) -> None:
        """Refuse outputs that would overwrite a key or a column of the answer."""
        taken = {*self.keys, "rule_id", "rule_order", "rule_ids"}
        clash = sorted(taken & set(self.kinds))
        if clash:
            raise self.checked.refuse(
                "table_malformed", f"An output is called {', '.join(clash)}, as a key is."
            )

    def refuse_unsupported(self) -> None:
        """Refuse what the interpreter can do and columns cannot, by name."""
        computed = [item.name for item in self.checked.outputs if not _is_constant(item)]
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

    def tested(self, item: CheckedInput) -> Column:
        """Give the column that an input tests."""
        return compile_expression(
            item.node, self.frame, self.as_of, f"{self.checked.where}, input {item.text}"
        )

    def missing(self) -> Column:
        """Give whether a required input is null."""
        gone = [self.tested(item).isnull() for item in self.checked.inputs if item.required]
        return reduce(lambda a, b: a | b, gone, v.literal(False, "boolean"))

    def coded(self) -> Table:
        """Give keys, the pattern of rules met, and the columns that computed outputs read."""
        missing, zero = self.missing(), v.literal(0, "integer")
        columns: dict[str, Column] = {key: self.frame[key] for key in self.keys}
        tested = [self.tested(item) for item in self.checked.inputs]
        memo: dict[tuple[int, n.UnaryTests], Column] = {}
        for w, word in enumerate(self.words):
            bits = []
            for rule in range(w * RULES_A_WORD, min((w + 1) * RULES_A_WORD, len(self.table.rules))):
                hit = self.hit(rule, tested, memo)
                bits.append(hit.ifelse(v.literal(2 ** (rule % RULES_A_WORD), "integer"), zero))
            columns[word] = missing.ifelse(zero, reduce(lambda a, b: a + b, bits, zero))
        columns[_MISSING] = missing.ifelse(v.literal(1, "integer"), zero)
        for name in sorted(self.read_by_outputs()):
            columns.setdefault(name, self.frame[name])
        return self.frame.select(**columns)

    def hit(self, rule: int, tested: list[Column], memo: dict[tuple[int, n.UnaryTests], Column]) -> Column:
        """Give whether a rule's conditions are all met; never null."""
        met = []
        for i, item in enumerate(self.checked.inputs):
            cell = item.cells[rule]
            if cell.is_any:
                continue
            if (i, cell) not in memo:
                where = f"{self.checked.where}, rule {self.table.rules[rule].id}, input {item.text}"
                memo[i, cell] = compile_unary(cell, tested[i], self.frame, self.as_of, where=where)
            met.append(memo[i, cell])
        return reduce(lambda a, b: a & b, met, v.literal(True, "boolean"))

    def read_by_outputs(self) -> set[str]:
        """Give the frame's columns that computed outputs read."""
        names = {name for item in self.checked.outputs for cell in item.cells for name in feel.names(cell)}
        candidates = {column_name(name) for name in names}
        candidates |= {column_name(name.rpartition(".")[0]) for name in names}
        return candidates & set(self.frame.columns)

    def look_up(self) -> Table:
        """Give one row a rule: its bit, place and constant outputs."""
        fields = [
            Field("hit_word", "integer"),
            Field("hit_bit", "integer"),
            Field("hit_rank", "integer"),
            Field("hit_rule", "string"),
            Field("hit_same", "string"),
        ]
        fields += [Field(f"out_{i}", self.kinds[item.name]) for i, item in enumerate(self.checked.outputs)]
        fields.append(Field("hit_scaled", "integer"))
        rows = [self.look_up_row(rule) for rule in range(len(self.table.rules))]
        return self.engine.from_rows(rows, fields, f"rules_{_file_name(self.table.id)}")

    def look_up_row(self, rule: int) -> dict[str, Any]:
        """Give a rule's row: `hit_same` tells equal outputs apart, `hit_scaled` is what sums add."""
        constants = [
            cell.value if isinstance(cell := item.cells[rule], n.Literal) else None
            for item in self.checked.outputs
        ]
        row: dict[str, Any] = {
            "hit_word": rule // RULES_A_WORD,
            "hit_bit": 2 ** (rule % RULES_A_WORD),
            "hit_rank": self.checked.ranks[rule],
            "hit_rule": self.table.rules[rule].id,
            "hit_same": json.dumps([_canonical(value) for value in constants], ensure_ascii=False),
        }
        for i, (item, value) in enumerate(zip(self.checked.outputs, constants, strict=True)):
            is_whole = self.kinds[item.name] == "integer"
            row[f"out_{i}"] = int(value) if is_whole and isinstance(value, Decimal) else value
        first = constants[0]
        row["hit_scaled"] = int(first * 1_000_000) if isinstance(first, Decimal) else None
        return row

    def hits(self, base: Table) -> Table:
        """Give one row for each pattern and rule in it."""
        patterns = self.engine.materialise(
            base.select(*self.pattern).distinct(), f"patterns_{_file_name(self.table.id)}"
        )
        pairs = patterns.cross_join(self.look_up())
        words = [(pairs["hit_word"] == w, pairs[word]) for w, word in enumerate(self.words)]
        bit = v.modulo(
            v.integer_divide(v.when(words, v.literal(0, "integer")), pairs["hit_bit"]),
            v.literal(2, "integer"),
        )
        return pairs.filter(bit == 1)

    def joined(self, base: Table, right: Table, *, outer: bool) -> Table:
        """Join what is known of patterns to the rows that have them."""
        renamed = right.rename({f"right_{name}": name for name in self.pattern})
        predicates = [base[name] == renamed[f"right_{name}"] for name in self.pattern]
        return base.left_join(renamed, predicates) if outer else base.inner_join(renamed, predicates)

    def refuse_conflicts(self, base: Table, hits: Table) -> None:
        """Refuse to go on where UNIQUE or ANY is broken, naming the rules and one subject."""
        policy = self.table.hit_policy
        if policy not in "UA":
            return
        grouped = hits.group_by(self.pattern).aggregate(
            hit_count=hits.count(), first=hits["hit_same"].min(), last=hits["hit_same"].max()
        )
        broken = grouped.filter(
            grouped["hit_count"] > 1 if policy == "U" else grouped["first"] != grouped["last"]
        )
        found = self.engine.rows(broken.limit(1))
        if not found:
            return
        rows = self.joined(base, broken.limit(1).select(*self.pattern), outer=False)
        subject = self.engine.rows(rows.select(*self.keys).order_by(self.keys).limit(1))[0]
        which = reduce(lambda a, b: a & b, [hits[name] == found[0][name] for name in self.pattern])
        ids = self.engine.rows(hits.filter(which).select("hit_rule", "hit_rank"))
        rules = [row["hit_rule"] for row in sorted(ids, key=lambda row: row["hit_rank"])]
        named = ", ".join(f"{key} {value}" for key, value in subject.items())
        raise conflict(self.checked, "unique_conflict" if policy == "U" else "any_conflict", rules, named)

    def single(self, base: Table, hits: Table) -> Table:
        """Give each row's winning rule and its outputs, or the defaults."""
        best = hits.group_by(self.pattern).aggregate(best=hits["hit_rank"].min())
        wide = hits.select(*self.pattern, "hit_rank", "hit_rule", *self.out_columns())
        predicates = [wide[name] == best[name] for name in self.pattern]
        chosen = wide.semi_join(best, [*predicates, wide["hit_rank"] == best["best"]])
        rows = self.joined(base, chosen, outer=True)
        columns: dict[str, Column] = {key: rows[key] for key in self.keys}
        columns["rule_id"] = rows["hit_rule"]
        defaulted = rows["hit_rank"].isnull() & (rows[_MISSING] == 0)
        for i, item in enumerate(self.checked.outputs):
            value = self.output(rows, i)
            if item.default is not None:
                value = v.when([(defaulted, self.constant(item.name, item.default))], value)
            columns[item.name] = value
        return rows.select(**columns)

    def listed(self, base: Table, hits: Table) -> Table:
        """Give one row for each row and rule that it meets."""
        wide = hits.select(*self.pattern, "hit_rank", "hit_rule", *self.out_columns())
        rows = self.joined(base, wide, outer=False)
        columns: dict[str, Column] = {key: rows[key] for key in self.keys}
        columns["rule_id"] = rows["hit_rule"]
        columns["rule_order"] = rows["hit_rank"] + 1
        for i, item in enumerate(self.checked.outputs):
            columns[item.name] = self.output(rows, i)
        return rows.select(**columns)

    def aggregated(self, base: Table, hits: Table) -> Table:
        """Give each row's sum, least, greatest or count, and the rules that made it."""
        name = self.checked.outputs[0].name
        grouped = hits.group_by(self.pattern).aggregate(
            value=self.aggregate(hits),
            hit_ids=v.json_list(v.json_text(hits["hit_rule"]), rank=hits["hit_rank"]),
        )
        rows = self.joined(base, grouped, outer=True)
        value, measured = rows["value"], rows[_MISSING] == 0
        if self.table.aggregation == "#":
            default = self.checked.outputs[0].default
            none = v.literal(0 if default is None else int(default), "integer")
            value = v.when([(measured, v.coalesce(value, none))], v.null("integer"))
        elif self.checked.outputs[0].default is not None:
            default_column = self.constant(name, self.checked.outputs[0].default)
            value = v.when([(measured, v.coalesce(value, default_column))], v.null(self.kinds[name]))
        ids = v.coalesce(rows["hit_ids"], v.literal("[]", "string"))
        keys = {key: rows[key] for key in self.keys}
        return rows.select(**keys, **{name: value, "rule_ids": ids})

    def aggregate(self, hits: Table) -> Column:
        """Give the aggregate of the one output over a pattern's rules."""
        match self.table.aggregation:
            case "+" if self.kinds[self.checked.outputs[0].name] == "integer":
                return v.total(hits["out_0"])
            case "+":
                return v.ratio(v.total(hits["hit_scaled"]), v.literal(1_000_000, "integer"))
            case "<":
                return hits["out_0"].min()
            case ">":
                return hits["out_0"].max()
        return v.count_if(hits["hit_rule"].notnull())

    def out_columns(self) -> list[str]:
        """Give the names of the look-up's output columns."""
        return [f"out_{i}" for i in range(len(self.checked.outputs))]

    def output(self, rows: Table, i: int) -> Column:
        """Give an output: the constant of the rule that hit, or its expression over the row."""
        item = self.checked.outputs[i]
        kind = self.kinds[item.name]
        branches = []
        for rule, cell in enumerate(item.cells):
            if isinstance(cell, n.Literal):
                continue
            where = f"{self.checked.where}, rule {self.table.rules[rule].id}, output {item.name}"
            value = compile_expression(cell, rows, self.as_of, where)
            if kind == "decimal":
                value = _as_decimal(value, where)
            branches.append((rows["hit_rank"] == self.checked.ranks[rule], value))
        return v.when(branches, rows[f"out_{i}"])

    def constant(self, name: str, value: Any) -> Column:
        """Give a constant of an output's kind."""
        kind = self.kinds[name]
        return v.literal(int(value) if kind == "integer" else value, kind)


def output_kind(item: CheckedOutput) -> Kind:
    """Give the kind of column of an output: numbers are whole only if all its cells are whole constants."""
    if item.kind != "number":
        kinds: dict[str, Kind] = {"string": "string", "boolean": "boolean", "date": "date"}
        return kinds.get(item.kind, "string")
    constants = [cell.value for cell in item.cells if isinstance(cell, n.Literal)]
    numbers = [value for value in (*constants, item.default) if isinstance(value, Decimal)]
    whole = all(number == number.to_integral_value() for number in numbers)
    return "integer" if whole and _is_constant(item) else "decimal"


def _is_constant(item: CheckedOutput) -> bool:
    return all(isinstance(cell, n.Literal) for cell in item.cells)


def _as_decimal(column: Column, where: str) -> Column:
    from postloan.policy.feel import numbers

    return numbers.at_scale(numbers.of_column(column, where), 6, where)


def _canonical(value: object) -> str | None:
    if isinstance(value, Decimal):
        return text(value.normalize())
    return None if value is None else f"{type(value).__name__}:{text(value)}"


def _file_name(identity: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in identity)
