"""A visit step by step: which steps it has, what each one holds, and what it comes to when it is filed.

Arrival, the checklist of the pack for everybody and for the kind of customer, what was seen in words, and the
result (catalogue, F3 and F4). No Django here but the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

ANSWERS = ("yes", "no", "na", "not_checked")
"""Answers to a point of the checklist."""

TOLD: Mapping[str, Any] = {
    "seen": _("What you saw"),
    "fund_use": _("What the money was used for"),
    "capacity": _("How the next three dues will be paid"),
    "alerts": _("Alerts: cause, confirmed or false"),
    "next_step": _("Next step and day"),
}
"""What is told in words, as sections 4 to 6, 8 and 10 of a report (F4); the first is required."""

_ARRIVAL = ("happened_at", "latitude", "longitude", "second_staff_id")
_GROUPS: Mapping[str, str] = {
    "corporate": "CO",
    "small_business": "SB",
    "farmer": "FA",
    "individual": "PE",
}
GROUP_NAMES: Mapping[str, Any] = {
    "CM": _("For everybody"),
    "CO": _("Corporate"),
    "SB": _("Small business"),
    "FA": _("Farmer household"),
    "PE": _("Individual"),
    "OF": _("Off the balance sheet"),
}


@dataclass(frozen=True)
class Point:
    """A point of the checklist: its code and its names by language."""

    code: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Step:
    """A step of a visit.

    Args:
        name: arrival, the letters of a part of the checklist, told or result.
        title: its words.
        points: points of the checklist on it.
    """

    name: str
    title: Any
    points: tuple[Point, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Give the names of the fields that it saves."""
        if self.points:
            return tuple(name for one in self.points for name in (one.code, f"{one.code}-note"))
        return {"arrival": _ARRIVAL, "told": tuple(TOLD)}.get(self.name, ("visit_result",))


def steps_of(
    checklist: Mapping[str, Mapping[str, str]], customer_kind: str | None, *, is_off_sheet: bool
) -> tuple[Step, ...]:
    """Give the steps of a visit to a customer; without a checklist in the pack, those of the report alone."""
    groups = ["CM", *filter(None, [_GROUPS.get(customer_kind or "")]), *(["OF"] if is_off_sheet else [])]
    parts = []
    for group in groups:
        points = tuple(
            Point(code, names) for code, names in checklist.items() if code.startswith(f"CK-{group}")
        )
        if points:
            parts.append(Step(group, GROUP_NAMES[group], points))
    return (
        Step("arrival", _("Arrival")),
        *parts,
        Step("told", _("In your words")),
        Step("result", _("Result")),
    )


def taken(step: Step, post: Mapping[str, Any]) -> dict[str, str]:
    """Give what a form says for a step, as text; an answer that is none is left out."""
    found = {}
    for name in step.fields:
        value = str(post.get(name) or "").strip().replace("\x00", "")[:5000]
        is_answer = step.points and not name.endswith("-note")
        found[name] = "" if is_answer and value not in ANSWERS else value
    return found


def answers_of(steps: tuple[Step, ...], fields: Mapping[str, str]) -> list[dict[str, str]]:
    """Give the points that were answered or noted, in the order of the checklist."""
    found = []
    for step in steps:
        for point in step.points:
            answer, note = fields.get(point.code, ""), fields.get(f"{point.code}-note", "")
            if answer or note:
                found.append({"code": point.code, "answer": answer or "not_checked", "note": note})
    return found


def text_of(fields: Mapping[str, str]) -> str:
    """Give what was told in words as one text, each part under its name; nothing without what was seen."""
    if not fields.get("seen"):
        return ""
    colon = gettext(": ")
    return "\n".join(f"{TOLD[name]}{colon}{fields[name]}" for name in TOLD if fields.get(name))


def done(step: Step, fields: Mapping[str, str]) -> bool:
    """Tell whether a step holds what it must: all points answered, or what the report cannot be without."""
    if step.points:
        return all(fields.get(one.code) for one in step.points)
    needed = {"arrival": ("happened_at", "latitude", "longitude"), "told": ("seen",)}
    return all(fields.get(name) for name in needed.get(step.name, ("visit_result",)))
