"""What follows from the rules of a table: their outputs, looked up by the place of the rule."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from postloan.engine import Column, Engine, Field, Kind, Table
from postloan.engine import verbs as v
from postloan.policy.checked import CheckedOutput, CheckedTable
from postloan.policy.feel import nodes as n
from postloan.policy.feel import numbers
from postloan.policy.feel.builtins import text
from postloan.policy.feel.compiler import compile_expression

NONE, MISSING = -1, -2
"""Places of a row that meets no rule, and of one whose required input is null."""


@dataclass(frozen=True)
class Outcomes:
    """The outputs of one table on one date."""

    checked: CheckedTable
    engine: Engine
    as_of: date

    @cached_property
    def fields(self) -> list[Field]:
        """Give the columns of a look-up that hold outputs."""
        return [Field(f"out_{i}", output_kind(item)) for i, item in enumerate(self.checked.outputs)]

    def sameness(self, rule: int) -> str:
        """Give a text that two rules share if their outputs are equal."""
        return json.dumps([_canonical(value) for value in self.constants(rule)], ensure_ascii=False)

    def constants(self, rule: int) -> list[Any]:
        """Give a rule's outputs; None for those that are computed."""
        cells = [item.cells[rule] for item in self.checked.outputs]
        return [cell.value if isinstance(cell, n.Literal) else None for cell in cells]

    def row(self, values: Sequence[Any]) -> dict[str, Any]:
        """Give outputs as a row of a look-up."""
        return {
            field.name: int(value) if field.kind == "integer" and isinstance(value, Decimal) else value
            for field, value in zip(self.fields, values, strict=True)
        }

    def of_single(self, coded: Table, keys: Sequence[str], order: Sequence[int]) -> Table:
        """Give the answers of rows that carry the place of the rule that decides them, as `decided`."""
        nothing: Mapping[str, Any] = {"hit_rule": None}
        defaults = [item.default for item in self.checked.outputs]
        rows = [
            {"hit_place": MISSING, **nothing, **self.row([None] * len(defaults))},
            {"hit_place": NONE, **nothing, **self.row(defaults)},
        ]
        for place, rule in enumerate(order):
            own = {"hit_place": place, "hit_rule": self.checked.table.rules[rule].id}
            rows.append(own | self.row(self.constants(rule)))
        fields = [Field("hit_place", "integer"), Field("hit_rule", "string"), *self.fields]
        look_up = self.engine.from_rows(rows, fields, "rules")
        found = coded.left_join(look_up, coded["decided"] == look_up["hit_place"])
        columns: dict[str, Column] = {key: found[key] for key in keys}
        columns["rule_id"] = found["hit_rule"]
        columns |= self.outputs(found, {rule: place for place, rule in enumerate(order)})
        return found.select(**columns)

    def outputs(self, rows: Table, places: Mapping[int, int]) -> dict[str, Column]:
        """Give the outputs of rows that are joined to the look-up: constants, or expressions of the row."""
        return {item.name: self.output(rows, i, places) for i, item in enumerate(self.checked.outputs)}

    def output(self, rows: Table, i: int, places: Mapping[int, int]) -> Column:
        """Give one output: the constant of the rule that hit, or its expression over the row."""
        item = self.checked.outputs[i]
        branches = []
        for rule, cell in enumerate(item.cells):
            if isinstance(cell, n.Literal):
                continue
            where = f"{self.checked.where}, rule {self.checked.table.rules[rule].id}, output {item.name}"
            value = compile_expression(cell, rows, self.as_of, where)
            if output_kind(item) == "decimal":
                value = numbers.at_scale(numbers.of_column(value, where), 6, where)
            branches.append((rows["hit_place"] == places[rule], value))
        return v.when(branches, rows[f"out_{i}"])


def output_kind(item: CheckedOutput) -> Kind:
    """Give the kind of column of an output: numbers are whole only if all its cells are whole constants."""
    if item.kind != "number":
        kinds: dict[str, Kind] = {"string": "string", "boolean": "boolean", "date": "date"}
        return kinds.get(item.kind, "string")
    constants = [cell.value for cell in item.cells if isinstance(cell, n.Literal)]
    known = [value for value in (*constants, item.default) if isinstance(value, Decimal)]
    whole = all(number == number.to_integral_value() for number in known)
    return "integer" if whole and is_constant(item) else "decimal"


def is_constant(item: CheckedOutput) -> bool:
    """Tell whether an output is a constant in every rule."""
    return all(isinstance(cell, n.Literal) for cell in item.cells)


def _canonical(value: object) -> str | None:
    if isinstance(value, Decimal):
        return text(value.normalize())
    return None if value is None else f"{type(value).__name__}:{text(value)}"
