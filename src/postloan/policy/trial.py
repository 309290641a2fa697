"""A case held against one version of a table, kept so that a changed cell is quickly tried again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.cases import Case
from postloan.policy.checked import CheckedTable
from postloan.policy.deciding import conclude
from postloan.policy.feel.interpreter import normalise
from postloan.policy.model import MULTI_HIT

HIT, NOT_HIT, INSUFFICIENT = "hit", "not_hit", "insufficient_data"
"""What the cases make of a rule."""

_BESIDE = {"rule_id", "rule_order"}

Answer = list[dict[str, Any]] | PolicyError
"""What a table says of a row: its rows, or that rules contradict each other."""


@dataclass(frozen=True)
class Trial:
    """A case on a table.

    Args:
        case: the case.
        checked: the version of the table.
        found: the value of each input.
        met: for each input the rules whose cell is met, as a mask, the first rule lowest.
    """

    case: Case
    checked: CheckedTable
    found: tuple[object, ...]
    met: tuple[int, ...]

    @property
    def mask(self) -> int:
        """Give the rules whose conditions are all met, required inputs aside."""
        return reduce(lambda a, b: a & b, self.met, (1 << len(self.checked.table.rules)) - 1)


def hold(case: Case, checked: CheckedTable) -> Trial:
    """Hold a case against a table."""
    values, day = case.given, case.as_of
    found = tuple(feel.interpret(item.node, values, day) for item in checked.inputs)
    met = []
    for item, value in zip(checked.inputs, found, strict=True):
        known: dict[feel.UnaryTests, bool] = {}
        mask = 0
        for rule, cell in enumerate(item.cells):
            if cell not in known:
                known[cell] = cell.is_any or feel.interpret_unary(cell, value, values, day)
            mask |= known[cell] << rule
        met.append(mask)
    return Trial(case, checked, found, tuple(met))


def answer(trial: Trial, checked: CheckedTable, mask: int) -> Answer:
    """Give what a table, the trial's own or one changed in outputs, order or needs, says of its row.

    Rules that conclude nothing are left out where several may hold: they only say that nothing follows.
    """
    values, day = trial.case.given, trial.case.as_of
    hits = [] if lacks_required(trial, checked) else rules_in(mask)
    try:
        rows = conclude(checked, hits, values, day)
    except PolicyError as error:
        return error
    return told(checked, rows)


def told(checked: CheckedTable, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the rules that conclude nothing where several may hold."""
    if not gives_several(checked):
        return rows
    return [row for row in rows if any(row[name] is not None for name in set(row) - _BESIDE)]


def lacks_required(trial: Trial, checked: CheckedTable | None = None) -> bool:
    """Tell whether an input is null without which the table, by default the trial's, is not measurable."""
    inputs = (checked or trial.checked).inputs
    return any(item.required and value is None for item, value in zip(inputs, trial.found, strict=True))


def reach(trial: Trial, rule: int) -> str:
    """Tell whether a case hits a rule, misses it, or misses it for nothing but null inputs."""
    unmet = [value for value, mask in zip(trial.found, trial.met, strict=True) if not mask >> rule & 1]
    if not unmet and not lacks_required(trial):
        return HIT
    return NOT_HIT if any(value is not None for value in unmet) else INSUFFICIENT


def rules_in(mask: int) -> list[int]:
    """Give the positions of the rules in a mask."""
    return [rule for rule in range(mask.bit_length()) if mask >> rule & 1]


def gives_several(checked: CheckedTable) -> bool:
    """Tell whether the table answers with a row for each rule that holds."""
    return checked.table.hit_policy in MULTI_HIT and not checked.table.aggregation


def is_expected(expect: Sequence[Mapping[str, object]], found: Answer, checked: CheckedTable) -> bool:
    """Tell whether an answer is what a case expects; outputs that it does not name are not compared."""
    if isinstance(found, PolicyError):
        return False
    if not expect and not gives_several(checked):
        return found[0].get("rule_id", ...) is None
    return len(expect) == len(found) and all(
        all(same(row.get(name), value) for name, value in wanted.items())
        for wanted, row in zip(expect, found, strict=True)
    )


def same(got: object, wanted: object) -> bool:
    """Tell whether two values are one; `true` is no 1."""
    got, wanted = normalise(got), normalise(wanted)
    return type(got) is type(wanted) and got == wanted
