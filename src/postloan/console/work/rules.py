"""What the pack says about people's work: times, deciders, escalation, evidence. No Django here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from postloan.console.work.sla import WorkTime
from postloan.policy.in_force import Policy

KINDS = ("photo", "voice", "document", "visit", "call", "notice", "note")
"""Kinds of evidence."""

LABELS = ("real", "false_alarm", "too_late")
"""What a warning turned out to be, as the book's table `verdict` lists it."""

CAUSES = (
    "lost_buyer",
    "illness",
    "divorce",
    "price_fall",
    "disaster",
    "over_investment",
    "other_debts",
    "guarantee",
    "diversion",
    "fraud",
    "mismanagement",
    "forgot",
    "bank_error",
    "other",
)
"""Causes behind a warning from which the person who closes chooses; `other` is told in the finding."""

GUARDS = (
    "not_taken",
    "can_do_it",
    "reason_given",
    "wait_has_an_end",
    "not_the_doer",
    "snooze_is_short",
    "time_is_up",
    "text_given",
    "plan_is_told",
    "finding_is_told",
    "evidence_is_there",
    "label_is_told",
    "effect_is_due",
    "somebody_decides",
    "owner_decides",
    "evidence_is_complete",
    "no_longer_asked",
    "is_put_off",
    "just_taken",
    "just_given",
    "not_the_proposer",
    "three_months_clean",
)
"""Conditions by which the table of states refuses, by name."""

INSPECTIONS = {
    "M01": "IN1",
    "M02": "IN2",
    "M03": "IN3",
    "M04": "IN3",
    "M05": "IN3",
    "M07": "IN4",
    "M08": "IN9",
    "M10": "IN10",
}
"""The kind of inspection that a measure is (catalogue, F1); other visits are routine ones, IN3."""


CHECKLIST = "checklists/visit"
"""The document of a pack that lists what is looked at on a visit (catalogue, F3)."""


@dataclass(frozen=True)
class WorkRules:
    """The parameters of people's work that are in force.

    Args:
        time: working hours.
        sla: `acknowledge` and `plan` by colour, as `1d` or `3wd`.
        check_time: time for a decision on what was submitted.
        deciders: role by colour that closes a case.
        next_role: role to which work of a role is raised.
        close_needs: kinds of evidence by colour of which one must be there.
        effect_days: days after closing on which the effect is looked at.
        snooze_days: most days that work may be put off.
        plan_days: most days that a plan may run.
        clean_days: days without orange or red before a customer leaves the watch list.
        evidence_kinds: kinds that prove what a measure asks for, by its name in the pack.
        needs: names of the evidence that each measure asks for, by code.
        checklist: names by language of what is looked at on a visit, by code; empty where there is no list.
    """

    time: WorkTime
    sla: Mapping[str, Mapping[str, str]]
    check_time: str
    deciders: Mapping[str, str]
    next_role: Mapping[str, str]
    close_needs: Mapping[str, tuple[str, ...]]
    effect_days: tuple[int, ...]
    snooze_days: int
    plan_days: int
    clean_days: int
    evidence_kinds: Mapping[str, tuple[str, ...]]
    needs: Mapping[str, tuple[str, ...]]
    checklist: Mapping[str, Mapping[str, str]]

    def above(self, role: str | None) -> tuple[str, ...]:
        """Give the roles to which work of a role is raised, the nearest first."""
        found: list[str] = []
        following = self.next_role.get(role or "")
        while following is not None and following not in found:
            found.append(following)
            following = self.next_role.get(following)
        return tuple(found)

    def raised_to(self, role: str | None, steps: int) -> str | None:
        """Give the role that work of a role has reached after so many steps; the last where they run out."""
        chain = self.above(role)
        return chain[min(steps, len(chain)) - 1] if chain and steps else None

    def proofs(self, need: str) -> tuple[str, ...]:
        """Give the kinds of evidence that prove a need; a document where the pack does not say."""
        return tuple(self.evidence_kinds.get(need, ("document",)))


def read_rules(policy: Policy) -> WorkRules:
    """Read the rules of people's work from what is in force."""
    spans = tuple(
        (time.fromisoformat(begin), time.fromisoformat(end))
        for begin, end in policy.parameter("working_hours")
    )
    return WorkRules(
        time=WorkTime(policy.calendar, spans),
        sla=policy.parameter("case_sla"),
        check_time=policy.parameter("case_check_time"),
        deciders=policy.parameter("case_deciders"),
        next_role=policy.parameter("case_escalation"),
        close_needs={key: tuple(kinds) for key, kinds in policy.parameter("case_close_needs").items()},
        effect_days=tuple(policy.parameter("case_effect_days")),
        snooze_days=policy.parameter("snooze_days"),
        plan_days=policy.parameter("plan_days"),
        clean_days=policy.parameter("watch_clean_days"),
        evidence_kinds={key: tuple(kinds) for key, kinds in policy.parameter("evidence_kinds").items()},
        needs={code: one.evidence for code, one in policy.measures.items()},
        checklist={str(one["code"]): one["name"] for one in policy.pack.undated.get(CHECKLIST) or ()},
    )
