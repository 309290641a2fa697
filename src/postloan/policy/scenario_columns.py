"""Cases of tables on the compiled path, many rows at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from postloan.engine import Engine, Field
from postloan.policy.cases import facts_read
from postloan.policy.checked import CheckedTable
from postloan.policy.entries import Signal
from postloan.policy.evaluation import Evaluation
from postloan.policy.names import column_name

States = Callable[[Engine, Signal, Sequence[Mapping[str, object]], Collection[str], date], list[str]]
"""Gives the state of a signal for each row: engine, signal, rows, absent feeds, business date."""

_KEY = "case_number"
_COLUMN_KINDS = {"number": "decimal", "any": "string"}


class OnColumns:
    """The compiled path on one engine.

    Args:
        engine: computes.
        states: the compiled path of signals, which a later stage gives.
    """

    def __init__(self, engine: Engine, states: States) -> None:
        self.engine = engine
        self.states = states

    def table(
        self,
        checked: CheckedTable,
        kinds: Mapping[str, str],
        rows: Sequence[Mapping[str, object]],
        as_of: date,
    ) -> list[list[dict[str, Any]]]:
        """Give the answer of a table for each row, as `decide` does."""
        names = facts_read(checked, kinds)
        fields = [Field(_KEY, "integer")]
        fields += [Field(column_name(name), _COLUMN_KINDS.get(kind, kind)) for name, kind in names.items()]  # type: ignore[arg-type]
        made = [
            {_KEY: number, **{column_name(name): row.get(name) for name in names}}
            for number, row in enumerate(rows)
        ]
        frame = self.engine.from_rows(made, fields, f"cases_{len(made)}")
        answers: list[list[dict[str, Any]]] = [[] for _ in rows]
        found = self.engine.rows(Evaluation(checked, self.engine, frame, [_KEY], as_of).run())
        for row in sorted(found, key=lambda one: one.get("rule_order") or 0):
            answers[row.pop(_KEY)].append(_plain(row))
        return answers

    def signal(
        self, signal: Signal, rows: Sequence[Mapping[str, object]], absent: Collection[str], as_of: date
    ) -> list[str]:
        """Give the state of a signal for each row."""
        return self.states(self.engine, signal, rows, absent, as_of)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row as the interpreter does: the list of rules is text in columns."""
    return {**row, "rule_ids": json.loads(row["rule_ids"])} if "rule_ids" in row else row
