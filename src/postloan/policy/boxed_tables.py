"""Decision tables as expressions: their kind, and their answer as a value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.checked import CheckedTable, validate
from postloan.policy.deciding import decide
from postloan.policy.feel import kinds as k
from postloan.policy.feel import nodes as n
from postloan.policy.model import DecisionTable


def settle(node: n.Table, env: Mapping[str, k.Kind], where: str = "") -> k.Kind:
    """Check a boxed table where it stands, keep it checked in its node, and give the kind of its answer.

    Raises:
        PolicyError: as `validate`.
    """
    table = node.table
    assert isinstance(table, DecisionTable)
    checked = validate(table, env, table.where or where, boxed=True)
    node.settle(checked)
    if table.aggregation == "#":
        return "number"
    kinds = {item.name: item.kind for item in checked.outputs}
    kind = next(iter(kinds.values())) if len(kinds) == 1 else k.context_of(kinds)
    return k.list_of(kind) if _lists(checked) else kind


def answer(node: n.Table, values: Mapping[str, object], as_of: date) -> object:
    """Give a table's value for one row: one output as itself, several as a context, listed hits as a list.

    No hit without a default is null. So are hits that contradict the hit policy, and an input that is not
    among its values: the standard has null there.

    Raises:
        PolicyError: if the table has not been checked; `feel_refused` where a table that lists its hits has
            none but a default, of which the standard does not say whether it is the list or an item.
    """
    checked = node.checked
    if not isinstance(checked, CheckedTable):
        raise PolicyError("feel_refused", "The decision table has not been checked.")
    if not _allowed(checked, values, as_of):
        return None
    try:
        rows = decide(checked, values, as_of)
    except PolicyError as error:
        if error.code in ("unique_conflict", "any_conflict"):
            return None
        raise
    if _lists(checked):
        if not rows and checked.has_default:
            raise checked.refuse(
                "feel_refused",
                "No rule holds, and the standard does not say what a default means where hits are listed.",
                mend="Add a rule for the rest, or choose a single hit.",
            )
        return [_outputs(checked, row) for row in rows]
    if not checked.table.aggregation and rows[0]["rule_id"] is None and not checked.has_default:
        return None
    return _outputs(checked, rows[0])


def _allowed(checked: CheckedTable, values: Mapping[str, object], as_of: date) -> bool:
    """Tell whether all inputs that are there are among the values that they can have."""
    for item in checked.inputs:
        if not item.allowed.is_any:
            found = feel.interpret(item.node, values, as_of)
            if found is not None and not feel.interpret_unary(item.allowed, found, values, as_of):
                return False
    return True


def _lists(checked: CheckedTable) -> bool:
    return checked.table.hit_policy in "CRO" and not checked.table.aggregation


def _outputs(checked: CheckedTable, row: Mapping[str, Any]) -> object:
    found = {item.name: row[item.name] for item in checked.outputs}
    return next(iter(found.values())) if len(found) == 1 else found
