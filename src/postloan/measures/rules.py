"""The pack's tables that ask for measures, compiled for one day.

A table asks for measures with their deadlines if it has the output `visit`; a bank adds its own tables as it
likes. Beside them stand the table of inspection intervals and that of what changes an interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from postloan.classification import environment
from postloan.classification.inputs import names_read
from postloan.engine import Engine, Field, Table
from postloan.errors import PolicyError
from postloan.measures.inputs import DERIVED, OFF_SITE
from postloan.policy import table as tables
from postloan.policy.feel import nodes as n
from postloan.policy.pack import Policy
from postloan.policy.table import CompiledTable
from postloan.policy.warned import is_of_warnings, warned_names

INTERVAL, MODIFIER = "inspection_interval", "inspection_modifier"

STEPS = "visit"
"""The output that tables with steps have and no other: the kind of visit that completes a measure."""


@dataclass(frozen=True)
class MeasureTables:
    """Tables of measures by name: those with steps, the intervals, and what changes them."""

    steps: Mapping[str, CompiledTable]
    interval: CompiledTable
    modifier: CompiledTable

    def all(self) -> tuple[CompiledTable, ...]:
        """Give every table."""
        return (*self.steps.values(), self.interval, self.modifier)

    def names(self) -> set[str]:
        """Give the names that the tables read."""
        return names_read(table.table for table in self.all())

    def codes(self) -> set[str]:
        """Give every code of a measure that a table asks for or blocks."""
        return self.asked() | {code for _, code in self._blocks()}

    def asked(self) -> set[str]:
        """Give every code of a measure that a table asks for."""
        found = {OFF_SITE}
        for table in (*self.steps.values(), self.interval):
            found |= {code for _, code in _listed(table, "measure")}
        return found

    def bases(self) -> set[str]:
        """Give every day that a deadline counts from."""
        return {base for table in self.steps.values() for _, base in _listed(table, "from_date")}

    def blocks(self, engine: Engine) -> Table:
        """Give what each rule blocks: rule_id, blocked (a code of a measure)."""
        rows = [{"rule_id": rule, "blocked": code} for rule, code in self._blocks()]
        return engine.from_rows(rows, [Field("rule_id", "string"), Field("blocked", "string")], "blocks")

    def _blocks(self) -> Iterator[tuple[str, str]]:
        for table in self.steps.values():
            yield from _listed(table, "blocks")


def read(policy: Policy, as_of: date) -> MeasureTables:
    """Compile the tables of measures that are in force.

    Raises PolicyError of a table that cannot be used, and `unknown_signal` where one names a signal or
    family that the pack has not.
    """
    known = warned_names({signal.code: signal.family for signal in policy.signals})
    steps = {name: _compiled(policy, name, known, as_of) for name in policy.tables_with(STEPS)}
    return MeasureTables(
        steps, _compiled(policy, INTERVAL, known, as_of), _compiled(policy, MODIFIER, known, as_of)
    )


def table_names(policy: Policy) -> list[str]:
    """Give the names of the tables of measures: those with steps, then those of inspections."""
    return [*policy.tables_with(STEPS), INTERVAL, MODIFIER]


def _compiled(policy: Policy, name: str, known: Mapping[str, str], as_of: date) -> CompiledTable:
    table = policy.table(name)
    warned = {one for one in names_read([table]) if is_of_warnings(one)}
    unknown = sorted(warned - known.keys())
    if unknown:
        raise PolicyError(
            "unknown_signal",
            f"The table asks for {', '.join(unknown)}, which the pack has not.",
            where=table.where or f"{policy.id}/tables/{name}",
            mend="Name a signal by its code, such as signal.GUA08, or a family, such as family.fraud.",
        )
    return tables.compile(table, environment(DERIVED) | dict.fromkeys(warned, "boolean"), as_of)


def _listed(table: CompiledTable, output: str) -> Iterator[tuple[str, str]]:
    """Give (rule, code) for each code that the constants of an output name, parted by commas."""
    for item in table.checked.outputs:
        if item.name != output:
            continue
        for rule, cell in zip(table.table.rules, item.cells, strict=True):
            text = str(cell.value or "") if isinstance(cell, n.Literal) else ""
            yield from ((rule.id, code.strip()) for code in text.split(",") if code.strip())


def outputs(table: CompiledTable) -> list[str]:
    """Give the names of a table's outputs that a row carries: all but what it blocks."""
    return [item.name for item in table.checked.outputs if item.name != "blocks"]


def has(table: CompiledTable, output: str) -> bool:
    """Tell whether a table has an output of that name."""
    return any(item.name == output for item in table.checked.outputs)
