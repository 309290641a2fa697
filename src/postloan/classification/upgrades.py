"""Upgrades (domain: classification.md, B3): what holds, what fails, and what a decision of people may do.

A non-performing class is held until people upgrade it. The machine only proposes; U1, U2 and U4 it measures,
U3 is for people to judge, U5 lets retail claims move by days alone, U6 and U7 say who may decide and how far.
"""

from __future__ import annotations

from collections.abc import Mapping

from postloan.book.snapshot import Book
from postloan.classification.steps import Runner
from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v
from postloan.policy.pack import Policy

CONDITIONS = ("u1", "u2", "u3", "u4", "u5")
"""Conditions of an upgrade; each is holds, fails or not_measurable, null where no upgrade is in question."""

REASONS = (
    "not_approved",
    "approver_unknown",
    "decider_unknown",
    "same_person",
    "determined_too_low",
    "approved_too_low",
    "more_than_one_step",
    "within_one_cycle",
    "worsened_since",
    "u1",
    "u2",
    "u4",
    "merger",
)
"""Why a decision to upgrade does not count."""

_OF_AUTHORITY = REASONS[: REASONS.index("more_than_one_step")]
"""Those that also stand against a decision that it is a loss (U6)."""

AUTHORITY = "class_authority"


def conditions(loans: Table, book: Book, policy: Policy) -> dict[str, Column]:
    """Give the state of each condition of an upgrade out of the non-performing classes.

    Args:
        loans: the frame with `impaired_count` and `stage_unknown_count` of the debtor's claims,
        `assessed_on`,
            `assessed_npl` and `is_held` (whether an upgrade is in question).
    """
    days, owed = loans["loan__claim_days"], v.cents(loans["loan__overdue_amt"])
    since = loans["loan__paid_normally_since_on"]
    u1 = v.when(
        [
            (((days > 0) | (owed > 0)).fill_null(False), _FAILS),
            ((days == 0) & owed.fill_null(0).isin((0,)), _HOLDS),
        ],
        _UNKNOWN,
    )
    long_enough = loans["loan__upgrade_from_on"] <= loans.as_of
    fails = (u1 == "fails") | _is_early(loans, policy, loans.as_of)
    u2 = v.when([(fails, _FAILS), (long_enough, _HOLDS), (long_enough == False, _FAILS)], _UNKNOWN)  # noqa: E712
    if not book.has("due"):
        u2 = v.when([(fails, _FAILS)], _UNKNOWN)
    able = (loans.assessed_on >= since) & ~loans.assessed_npl
    u3 = v.when([(able.fill_null(False), _HOLDS)], _UNKNOWN)
    u4 = v.when(
        [(loans.impaired_count > 0, _FAILS), (loans.stage_unknown_count > 0, _UNKNOWN)],
        _HOLDS,
    )
    retail = loans["loan__is_retail"]
    u5 = v.when([(retail, _HOLDS), (retail == False, _FAILS)], _UNKNOWN)  # noqa: E712
    found = dict(zip(CONDITIONS, (u1, u2, u3, u4, u5), strict=True))
    return {name: loans.is_held.ifelse(state, v.null("string")) for name, state in found.items()}


_HOLDS, _FAILS, _UNKNOWN = (v.literal(word, "string") for word in ("holds", "fails", "not_measurable"))


def _is_early(loans: Table, policy: Policy, day: Column) -> Column:
    """Tell whether a day comes before the months of U2 have passed, which fails U2 whatever the schedule."""
    months = int(policy.parameter("upgrade_months"))
    return (v.add_months(loans["loan__paid_normally_since_on"], months) > day).fill_null(False)


def impaired(loans: Table) -> Table:
    """Count each customer's claims in stage 3 and of unknown stage: _customer, impaired_count, ….

    Args:
        loans: the frame of the bank's own risk.
    """
    stage = loans["loan__stage"]
    return loans.group_by(_customer=loans.customer_id).aggregate(
        impaired_count=v.count_if((stage == 3).fill_null(False)),
        stage_unknown_count=v.count_if(stage.isnull()),
    )


def refusals(run: Runner, loans: Table, book: Book) -> Table:
    """Add `refused` (a JSON list of `REASONS`) to loans with a decision, `[]` where none stands against it.

    Args:
        loans: the frame with orders of previous, machine and decided class and what `in_force` gives; with
        the
            states of the conditions, `is_upgrade`, `is_new_loss`, `is_crossing` (out of the non-performing
            classes) and `base_order` (the class that the decision set out from).
    """
    policy = run.policy
    roles = _roles(run.engine, policy, book)
    asked = loans.filter(loans.decided_order.notnull())
    if run.has(AUTHORITY):
        limits = run.run(AUTHORITY, asked).select(
            "determination_level", "approval_level", _limited="subject_id"
        )
        asked = asked.left_join(limits, asked.subject_id == limits["_limited"]).drop("_limited")
    else:
        asked = asked.mutate(determination_level=v.null("integer"), approval_level=v.null("integer"))
    for who in ("decider", "approver"):
        part = _levels_of(who, asked, roles)
        asked = asked.left_join(part, asked.subject_id == part["_of"]).drop("_of")
    reasons = _reasons(asked, policy)
    loss_too = asked.is_upgrade | asked.is_new_loss
    parts = [
        (is_so & (loss_too if name in _OF_AUTHORITY else asked.is_upgrade))
        .fill_null(False)
        .ifelse(v.literal(f',"{name}"', "string"), _NOTHING)
        for name, is_so in reasons.items()
    ]
    return asked.select(_asked="subject_id", refused=v.json_parts(*parts))


_NOTHING = v.literal("", "string")


def _reasons(rows: Table, policy: Policy) -> Mapping[str, Column]:
    """Tell for each reason whether it stands against an upgrade, in the order of `REASONS`."""
    decided = rows.decided_on
    cycle = v.add_days(rows.upgraded_on, int(policy.parameter("upgrade_cycle_days")))
    steps = int(policy.parameter("upgrade_steps"))
    days_only = (rows.u5 == "holds").fill_null(False)
    too_soon = (rows["loan__upgrade_from_on"] > decided).fill_null(False) | (rows.u2 == "fails")
    too_soon = too_soon | _is_early(rows, policy, decided)
    no_level = rows.approval_level.notnull()
    newly_worse = (rows.machine_order > rows.ran_machine_order) & (decided < rows.as_of)
    found = (
        rows.approver.isnull(),
        rows.approver.notnull() & rows.approver_level.isnull() & no_level,
        rows.approver.notnull() & rows.decider.isnull(),
        rows.approver == rows.decider,
        rows.decider_level.fill_null(0) < rows.determination_level,
        rows.approver_level < rows.approval_level,
        rows.base_order - rows.decided_order > steps,
        (decided < cycle) & (rows.decided_order < rows.base_order),
        (decided < rows["loan__last_worsened_on"]).fill_null(False) | newly_worse.fill_null(False),
        rows.is_crossing & (rows.u1 == "fails"),
        rows.is_crossing & ~days_only & too_soon,
        rows.is_crossing & (rows.u4 == "fails"),
        rows["customer__is_in_merger_period"].fill_null(False) & (rows["loan__is_retail"] == False),  # noqa: E712
    )
    return dict(zip(REASONS, found, strict=True))


def _levels_of(who: str, asked: Table, roles: Table) -> Table:
    """Give the level of the decider or approver on the day of the decision: _of, <who>_level."""
    pairs = asked.select("decided_on", _of="subject_id", _who=who)
    pairs = pairs.inner_join(roles, pairs["_who"] == roles.staff)
    began = pairs.since.isnull() | (pairs.since <= pairs.decided_on)
    stands = began & (pairs.until.isnull() | (pairs.until >= pairs.decided_on))
    held = pairs.filter(stands)
    return held.group_by("_of").aggregate(**{f"{who}_level": held.place.max()})


def _roles(engine: Engine, policy: Policy, book: Book) -> Table:
    """Give who holds which organisational level and when: staff, place, since, until."""
    known: Mapping[str, int] = policy.parameter("authority_levels")
    staff = book.table("staff")
    roles = staff.select("role", staff="staff_id", since="hired_on", until="left_on")
    if book.has("staff_role"):
        roles = roles.union(book.table("staff_role").select("role", "since", "until", staff="staff_id"))
    fields = [Field("known_role", "string"), Field("place", "integer")]
    ranks = engine.from_rows(
        [{"known_role": role, "place": place} for role, place in sorted(known.items())], fields, "authority"
    )
    return roles.inner_join(ranks, roles.role == ranks.known_role).select("staff", "place", "since", "until")
