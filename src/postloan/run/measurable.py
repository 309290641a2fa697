"""The state of every signal for one subject, worked out again from the stored facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from postloan.book.schema import TABLES
from postloan.engine import Engine, Table
from postloan.facts import FACTS
from postloan.facts.frame import frame
from postloan.policy import column_name
from postloan.policy.pack import Policy
from postloan.policy.signal_row import NOT_MEASURABLE
from postloan.signals import grading
from postloan.signals import plan as plans
from postloan.signals.plan import SWITCHED_OFF, Plan


def absent_feeds(coverage: Collection[Mapping[str, Any]]) -> set[str]:
    """Give the tables that the book lacked, as `signal_coverage` names them (its `missing` as lists)."""
    return {name for row in coverage for name in row["missing"] if name in TABLES}


def states(
    engine: Engine,
    facts: Mapping[str, Table],
    policy: Policy,
    subject: str,
    absent: Collection[str],
    as_of: date,
) -> list[dict[str, Any]]:
    """Give `{code, state, missing, subject_kind}` for each signal of a kind of subject.

    Args:
        engine: computes.
        facts: `facts_<subject>`, kept to the one subject and to what it belongs to.
        policy: what is in force.
        subject: loan, customer or collateral.
        absent: tables that the book lacked.
        as_of: the business date.

    `state` is clear, not_measurable, a severity, or switched_off; `missing` names tables or facts.
    """
    feeds = set(TABLES) - set(absent)
    made = [plans.make(one, FACTS, feeds) for one in policy.signals if one.subject == subject]
    kept = {name for name in FACTS if _is_kept(name, facts)}
    ready = [item for item in made if not item.missing and item.names <= kept]
    row = _evaluated(engine, facts, subject, ready, as_of)
    found = []
    for item in made:
        told = {"code": item.code, "subject_kind": subject, "state": NOT_MEASURABLE}
        if item.missing == (SWITCHED_OFF,):
            found.append({**told, "state": SWITCHED_OFF, "missing": []})
        elif item.missing:
            found.append({**told, "missing": list(item.missing)})
        elif item not in ready:
            found.append({**told, "missing": sorted(item.names - kept)})
        elif row is not None:
            state = row[f"state_{item.code}"]
            unknown = _unknown(item, row) if state == NOT_MEASURABLE else []
            found.append({**told, "state": state, "missing": unknown})
    return found


def _is_kept(name: str, facts: Mapping[str, Table]) -> bool:
    subject, _, what = name.partition(".")
    table = facts.get(f"facts_{subject}")
    return table is not None and what in table.columns


def _evaluated(
    engine: Engine, facts: Mapping[str, Table], subject: str, ready: list[Plan], as_of: date
) -> dict[str, Any] | None:
    """Give the subject's facts and the state of each signal in one row; None where it has no facts."""
    names = {name for item in ready for name in item.names}
    wide = frame(facts, subject, names)
    wide = wide.mutate(**{f"state_{item.code}": grading.state(item, wide, as_of) for item in ready})
    rows = engine.rows(wide.limit(1))
    return rows[0] if rows else None


def _unknown(item: Plan, row: Mapping[str, Any]) -> list[str]:
    needed = (item.required | item.either).union(*(names for _, names in item.conditions))
    return sorted(name for name in needed if row[column_name(name)] is None)
