"""Household events and what was heard in the village: who reads them, and what everyone else reads instead.

Branch heads and risk departments read them of the institutions at and below which they hold the role,
customer managers of their own customers. To everyone else the rows are there, without what they say; who
needs them gives a reason, and the audit keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from postloan.console.people.models import Institution
from postloan.console.people.rights import MANAGER, SENSITIVE_ROLES, Scope
from postloan.console.publishing.models import Publication, Signal
from postloan.console.words import policy_of

KINDS = frozenset(
    {
        "illness",
        "accident",
        "died",
        "divorced",
        "household_split",
        "bad_habit",
        "moved_away",
        "conduct_changed",
        "village_grade_lowered",
    }
)
"""Kinds of events that tell of a household, wherever they come from."""

VILLAGE = "village"
"""The source of what was heard in the village, sensitive whatever it tells."""

_FACTS = (*KINDS, "is_bad_habit", "is_conduct_change", "village_")
"""How the names of facts begin that are made of such events."""

HIDDEN = ("kind", "value", "source", "severity", "verified_by", "proof_ref", "event_id")
"""What a masked event does not say: all but that there is one, of whom and when."""


@dataclass(frozen=True)
class Sight:
    """Whose sensitive rows a person reads without asking."""

    places: frozenset[str]
    managers: frozenset[str]

    def sees(self, institution_id: str | None, manager_id: str | None) -> bool:
        """Tell whether those of a customer of this institution and manager are read."""
        return institution_id in self.places or manager_id in self.managers


def sight_of(scope: Scope) -> Sight:
    """Work out whose sensitive rows a person reads; one query at most."""
    roots = {place for role, place in scope.held if role in SENSITIVE_ROLES - {MANAGER}}
    tree = dict(Institution.objects.values_list("pk", "path")) if roots else {}
    places = frozenset(place for place, path in tree.items() if not roots.isdisjoint(path.split("/")))
    return Sight(places, scope.acting_for if MANAGER in scope.roles else frozenset())


def is_sensitive(event: Mapping[str, Any]) -> bool:
    """Tell whether a row of `event` is sensitive."""
    return event["kind"] in KINDS or event["source"] == VILLAGE


def masked(event: Mapping[str, Any]) -> dict[str, Any]:
    """Give an event without what it says, marked `is_masked`."""
    return {**{name: None if name in HIDDEN else value for name, value in event.items()}, "is_masked": True}


@lru_cache(maxsize=8)
def _codes(version: str, day: Any) -> frozenset[str]:
    found = set()
    for signal in policy_of(version, day).signals:
        names = {signal.fact.partition(".")[2], *(name.partition(".")[2] for name in signal.inputs())}
        if any(name.startswith(_FACTS) for name in names):
            found.add(signal.code)
    return frozenset(found)


def sensitive_codes(run: Publication | None) -> frozenset[str]:
    """Give the codes of signals that are made of sensitive events."""
    return _codes(run.policy_version, run.as_of) if run else frozenset()


def open_signals(signals: Iterable[Signal], run: Publication | None, *, sees: bool) -> list[Signal]:
    """Give the signals that may be told."""
    hidden = frozenset() if sees else sensitive_codes(run)
    return [one for one in signals if one.code not in hidden]


def open_reasons(
    reasons: Sequence[Mapping[str, Any]], run: Publication | None, *, sees: bool
) -> list[Mapping[str, Any]]:
    """Give the reasons of a warning that may be told."""
    hidden = frozenset() if sees else sensitive_codes(run)
    return [one for one in reasons if one["code"] not in hidden]
