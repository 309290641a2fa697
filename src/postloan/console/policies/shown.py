"""A draft as a page shows it: its way, what differs, its impact report, and what happened to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postloan import clock
from postloan.console import words
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from postloan.console.policies import changing, impact, reading, selectors, spoken, states
from postloan.console.policies.models import Draft
from postloan.policy.difference import Change, EntryChange, Outcome
from postloan.policy.difference_words import DiffWords
from postloan.policy.findings import Finding

_WAY = (
    (states.DRAFT,),
    (states.CONSULTATION,),
    (states.LEGAL_CHECK,),
    (states.JOINT_SIGNATURE, states.RISK_SIGNED, states.CREDIT_SIGNED),
    (states.SIGNED,),
    (states.EFFECTIVE,),
    (states.LOCKED,),
)


def way(draft: Draft) -> list[tuple[str, str]]:
    """Give the way of promulgation with how far the draft is: done, at, or to come."""
    at = next((place for place, several in enumerate(_WAY) if draft.state in several), -1)
    return [
        (several[0], "done" if place < at else "at" if place == at else "to_come")
        for place, several in enumerate(_WAY)
    ]


def differences(draft: Draft) -> list[dict[str, Any]]:
    """Give what a draft says otherwise than the pack that it extends, entry by entry."""
    found = reading.difference(selectors.base_of(draft), selectors.of_draft(draft))
    return [_difference(one) for one in found]


_ABOUT = frozenset(
    {
        "effective_from",
        "effective_until",
        "legal_from",
        "reviewed_on",
        "reference",
        "overrides",
        "owner",
        "status",
    }
)
"""What an entry says of itself: told once for the draft, not again with each entry."""


def _difference(entry: EntryChange) -> dict[str, Any]:
    """Give what differs of one entry, by field or rule and by meaning, as lines of text."""
    say = DiffWords("zh" if words.is_chinese() else "en")
    changes = [_line(one) for one in entry.fields if not _is_about(one)]
    meaning = entry.meaning
    if entry.kind == "calendar":
        changes = [_days(one) for one in entry.fields]
    if entry.table is not None:
        meaning = entry.table.by_meaning
        changes += [_line(one) for one in entry.table.by_rule.head if not _is_about(one)]
        for rule in entry.table.by_rule.rules:
            title = say("rule", rule.id, say(rule.what))
            changes += [(f"{title}: {one.what}", one.old or "∅", one.new or "∅") for one in rule.cells]
    found: list[tuple[str, str]] = []
    note = ""
    if meaning is not None:
        outcomes = _colours if entry.kind == "signal" else say.outcomes
        found = [(say.box(one.box), outcomes(one.old, one.new)) for one in meaning.changes]
        if not meaning.decided:
            note = say(meaning.reason, meaning.error["message"] if meaning.error else "")
        elif not meaning.changes:
            note = say("same")
    why = [one.new for one in entry.fields if one.what == "overrides"]
    return {
        "kind": entry.kind,
        "key": entry.key,
        "what": say(entry.what),
        "changes": changes,
        "meaning": found,
        "note": note,
        "why": why[0] if why else "",
    }


def _days(one: Change) -> tuple[str, str, str]:
    """Give the days that only one of two calendars has."""
    old, new = ({day for day in text.split(", ") if day} for text in (one.old, one.new))
    year, _mark, what = one.what.partition(".")
    named = {"holidays": _("days off"), "extra_workdays": _("weekend days worked")}
    gone, come = (", ".join(sorted(days)) or "∅" for days in (old - new, new - old))
    return f"{year} {named.get(what, what)}", gone, come


def _is_about(one: Change) -> bool:
    return one.what.replace(" ", "_") in _ABOUT or (one.what, one.old, one.new) == ("enabled", "", "true")


def _line(one: Change) -> tuple[str, str, str]:
    field, _mark, colour = one.what.partition(".")
    what = words.word("colour", colour) if field == "grades" else one.what
    return what, one.old or "∅", one.new or "∅"


def _colours(old: Outcome, new: Outcome) -> str:
    """Give the colours of a signal before and after, by name."""
    told = [str(one.rows[0]["colour"]) if one.state == "answer" else "none" for one in (old, new)]
    return " → ".join(words.word("colour", one) for one in told)


def finding(told: dict[str, Any]) -> dict[str, Any]:
    """Give a finding that was kept as JSON, as a page shows it."""
    return spoken.found(
        Finding(told["severity"], told["code"], told["message"], told["where"], told["mend"]), {}
    )


def report(draft: Draft) -> dict[str, Any]:
    """Give the impact report on the content as it stands, as a page shows it."""
    found = selectors.impact_of(draft)
    if found is None:
        return {"state": "none"}
    told = found.told or {}
    days = told.get("days") or []
    stale = impact.is_stale(found)
    error = impact.STOPPED if stale else found.error
    return {
        "state": "failed" if stale else found.state,
        "asked": found,
        "took": _took(found.started_at),
        "error": finding({"severity": "error", **error}) if error else None,
        "nothing": told.get("nothing_changes"),
        "total": told.get("total"),
        "as_of": [one["as_of"] for one in days],
        "moves": [
            one for one in (told.get("total") or {}).get("colour_moves", []) if one["from"] != one["to"]
        ],
        "signals": [
            one
            for one in (told.get("total") or {}).get("signals", [])
            if any(one[name] for name in ("gained", "lost", "regraded"))
        ],
        "measures": [
            one
            for one in (told.get("total") or {}).get("measures", [])
            if any(one[name] for name in ("gained", "lost", "moved"))
        ],
    }


def _took(since: datetime | None) -> str:
    """Say how long something has been at work."""
    seconds = int((clock.civil() - since).total_seconds()) if since else 0
    if seconds < 60:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    return ngettext("%(n)s minute", "%(n)s minutes", seconds // 60) % {"n": seconds // 60}


def events(draft: Draft) -> list[tuple[AuditEvent, str]]:
    """Give the last events of a draft, the newest first, each with the name of whoever acted."""
    found = list(
        AuditEvent.objects.filter(object_kind=changing.OBJECT, object_id=draft.pk).order_by("-seq")[:200]
    )
    names = Staff.objects.in_bulk({one.actor for one in found})
    system = words.word("role", "system")
    return [(one, names[one.actor].name if one.actor in names else system) for one in found]
