"""Who must decide a class and what a decision may not do: the pack's rules, without a database.

Sources: domain/classification.md B2 (no decision goes beyond a floor), B3 U6 (a better class and a loss go
one level higher, by table `class_authority`), U7 (one step at a time) and B5 (levels of authority).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from postloan.policy.checked import CheckedTable, validate
from postloan.policy.deciding import decide
from postloan.policy.entries import Level
from postloan.policy.in_force import Policy

AUTHORITY = "class_authority"


@dataclass(frozen=True)
class Known:
    """What is known of a loan when a person decides its class.

    Args:
        scheme_id: the scheme of the loan's segment.
        standing: the code of the class that stands; None where it has none.
        machine: the code of the machine's class; None where it is not measurable.
        floor: the code of the regulatory floor; None without one.
        customer_kind: corporate, small_business, farmer or individual.
        amount_band: A1 to A5; None where it is not measurable.
    """

    scheme_id: str
    standing: str | None
    machine: str | None
    floor: str | None
    customer_kind: str | None
    amount_band: str | None


@dataclass(frozen=True)
class Demand:
    """Whose decision a class is.

    Args:
        determination: the lowest organisational level that may determine it.
        approval: the lowest level that may approve it.
        is_upgrade: whether it is better than the class that stands or than the machine's.
        is_loss: whether it says loss.
        rule_id: the row of the table; None where the table could not tell, so that the highest levels decide.
    """

    determination: int
    approval: int
    is_upgrade: bool
    is_loss: bool
    rule_id: str | None


def has_authority(policy: Policy) -> bool:
    """Tell whether the pack says who decides classes."""
    return AUTHORITY in policy.tables


def levels(policy: Policy, scheme_id: str) -> tuple[Level, ...]:
    """Give the levels of a scheme, best first."""
    return policy.scheme(scheme_id).levels


def order(policy: Policy, scheme_id: str, code: str | None) -> int | None:
    """Give the place of a level in its scheme, 1 best; None for a code that the scheme does not have."""
    return next((one.order for one in levels(policy, scheme_id) if one.level_code == code), None)


def demand(policy: Policy, known: Known, level_code: str, as_of: date) -> Demand:
    """Give who must determine and approve a class.

    Where the customer's kind or the amount band is missing, the table cannot tell; then the two highest
    levels of the pack decide, so that what is not known never makes a decision easier.
    """
    is_upgrade = _is_better(policy, known, level_code)
    is_loss = _level(policy, known.scheme_id, level_code).five_level == "loss"
    values = {
        "loan.is_decision_upgrade": is_upgrade,
        "loan.is_decision_loss": is_loss,
        "customer.kind": known.customer_kind,
        "loan.amount_band": known.amount_band,
    }
    (found,) = decide(_table(policy), values, as_of)
    determination, approval = found["determination_level"], found["approval_level"]
    if determination is None or approval is None:
        *_rest, second, highest = sorted(set(authority_levels(policy).values()))
        return Demand(second, highest, is_upgrade, is_loss, None)
    return Demand(_whole(determination), _whole(approval), is_upgrade, is_loss, found["rule_id"])


def _whole(value: Decimal | int) -> int:
    return int(value)


def _table(policy: Policy) -> CheckedTable:
    table = policy.table(AUTHORITY)
    return validate(table, {one.expression: one.kind for one in table.inputs})


def _level(policy: Policy, scheme_id: str, code: str) -> Level:
    return policy.scheme(scheme_id).level(code)


def _is_better(policy: Policy, known: Known, level_code: str) -> bool:
    wanted = _level(policy, known.scheme_id, level_code).order
    others = (order(policy, known.scheme_id, code) for code in (known.standing, known.machine))
    return any(wanted < other for other in others if other is not None)


def objections(policy: Policy, known: Known, level_code: str) -> list[str]:
    """Give what makes a class impossible however high it is approved; nothing where it may be decided.

    `unknown_level`, `beyond_floor` (better than the floor), `more_than_one_step` (U7), `normal_unmeasured`
    (normal, where the machine could not measure).
    """
    wanted = order(policy, known.scheme_id, level_code)
    if wanted is None:
        return ["unknown_level"]
    found = []
    floor = order(policy, known.scheme_id, known.floor)
    if floor is not None and wanted < floor:
        found.append("beyond_floor")
    standing = order(policy, known.scheme_id, known.standing)
    if standing is not None and standing - wanted > int(policy.parameter("upgrade_steps")):
        found.append("more_than_one_step")
    if known.machine is None and _level(policy, known.scheme_id, level_code).five_level == "normal":
        found.append("normal_unmeasured")
    return found


def needs_reason(policy: Policy, known: Known, level_code: str) -> bool:
    """Tell whether a class must be explained: any that is not the machine's, and every loss."""
    level = _level(policy, known.scheme_id, level_code)
    return level_code != known.machine or level.five_level == "loss" or _is_better(policy, known, level_code)


def authority_levels(policy: Policy) -> dict[str, int]:
    """Give the organisational level of each role that decides classes, 1 lowest."""
    return {role: int(level) for role, level in policy.parameter("authority_levels").items()}


def level_of(policy: Policy, roles: Iterable[str]) -> int:
    """Give the highest level among some roles; 0 where none of them decides classes."""
    known = authority_levels(policy)
    return max((known.get(role, 0) for role in roles), default=0)


def review_due_on(
    policy: Policy, scheme_id: str, level_code: str | None, decided_on: date | None
) -> date | None:
    """Give the day by which a class is to be decided again; None without a decision or a cycle."""
    found = next((one for one in levels(policy, scheme_id) if one.level_code == level_code), None)
    if found is None or decided_on is None or found.min_review_freq_days is None:
        return None
    return decided_on + timedelta(days=found.min_review_freq_days)


def review_cycles(policy: Policy) -> dict[tuple[str, int], list[str]]:
    """Give the levels by scheme and the days after which their decision is to be looked at again."""
    found: dict[tuple[str, int], list[str]] = {}
    for scheme in policy.schemes:
        for level in scheme.levels:
            if level.min_review_freq_days is not None:
                found.setdefault((scheme.id, level.min_review_freq_days), []).append(level.level_code)
    return found
