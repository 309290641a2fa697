"""Decision tables: validated, then run over columns, over one row, or explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from postloan.engine import Column, Engine, Table
from postloan.policy import deciding
from postloan.policy.checked import CheckedTable, null_handling_findings, validate
from postloan.policy.deciding import Condition, RuleTrace
from postloan.policy.evaluation import Evaluation
from postloan.policy.model import DecisionTable, Input, Output, Rule

__all__ = [
    "CheckedTable",
    "CompiledTable",
    "Condition",
    "DecisionTable",
    "Input",
    "Output",
    "Rule",
    "RuleTrace",
    "compile",
    "null_handling_findings",
    "validate",
]


@dataclass(frozen=True)
class CompiledTable:
    """A validated table on one business date."""

    checked: CheckedTable
    as_of: date

    @property
    def table(self) -> DecisionTable:
        """Give the table as written."""
        return self.checked.table

    def evaluate(self, engine: Engine, frame: Table, keys: Sequence[str]) -> Table:
        """Run the table over a frame.

        Args:
            engine: the session that the frame is of.
            frame: one row a subject; the FEEL name `a.b` is its column `a__b`.
            keys: the frame's columns that name a subject; they are carried into the answer.

        Returns:
            U A F P: one row a subject: keys, rule_id (null if no rule held), one column an output,
            null or the default if no rule held. C R O: one row a rule that held: keys, rule_id,
            rule_order (from 1), outputs. C+ C< C> C#: one row a subject: keys, the output, rule_ids
            (JSON list). Number outputs are whole if every cell is a whole constant, else DECIMAL(18,6).
            Where a required input is null no rule holds, and no default is taken: see `missing`.

        Raises:
            PolicyError: `unique_conflict` or `any_conflict` naming rules and one subject; `feel_refused`
            naming a cell that cannot be compiled.
        """
        return Evaluation(self.checked, engine, frame, keys, self.as_of).run()

    def missing(self, engine: Engine, frame: Table) -> Column:
        """Give a truth column of the frame: a required input is null, so the answer is not measurable."""
        return Evaluation(self.checked, engine, frame, (), self.as_of).missing()

    def decide(self, values: Mapping[str, object]) -> list[dict[str, Any]]:
        """Give the answer for one row, as `evaluate` does but without keys, by the interpreter."""
        return deciding.decide(self.checked, values, self.as_of)

    def explain(self, values: Mapping[str, object]) -> list[RuleTrace]:
        """Hold every rule against one row, for people."""
        return deciding.explain(self.checked, values, self.as_of)


def compile(  # noqa: A001 - the word that readers of a table expect
    table: DecisionTable, env: Mapping[str, str], as_of: date, where: str = ""
) -> CompiledTable:
    """Validate a table for a business date.

    Args:
        table: the table as written.
        env: FEEL kinds (number, string, boolean, date) of the names that its expressions may use.
        as_of: the business date, which `today()` and `now()` give.
        where: the place that errors name; the table's own by default.

    Raises:
        PolicyError: naming the cell that is ill-typed, cannot be read, or uses what is not provided.
    """
    return CompiledTable(validate(table, env, where), as_of)
