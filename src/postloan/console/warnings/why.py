"""Why a warning stands, in words: signals with their tests, the rule of the colour, what would clear it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.formats import number_format
from django.utils.translation import gettext

from postloan.console import words
from postloan.console.publishing.models import Publication, Signal
from postloan.console.publishing.models import Warning as Alert
from postloan.facts import FACTS
from postloan.policy.entries import Signal as Entry
from postloan.policy.pack import Policy
from postloan.reports.test_words import in_words

SHARES = ("fraction", "ratio")
"""Units of facts that are told in per cent."""


@dataclass(frozen=True)
class Condition:
    """A condition of a rule: what is looked at, what it asks in words, and the value where it is known."""

    label: str
    asks: str
    value: int | None


@dataclass(frozen=True)
class Told:
    """A signal as its panel tells it.

    Args:
        signal: the signal.
        value: its value in words, empty where it is not known.
        fixed: the threshold of the pack.
        applied: the threshold that held, where it moved towards peers.
        unit: the unit of the value.
        fact: what was measured.
        test: what the signal asks, in words where they are plain.
        exact: grades whose test is no plain comparison, as the pack has them.
        guard: where alone it is looked at.
        meaning, caveat, action: the pack's words.
        clears: what would end it.
    """

    signal: Signal
    value: str
    fixed: str
    applied: str
    unit: str = ""
    fact: str = ""
    test: str = ""
    exact: str = ""
    guard: str = ""
    meaning: str = ""
    caveat: str = ""
    action: str = ""
    clears: str = ""


def policy_for(run: Publication | None) -> Policy | None:
    """Give the policy of the run that is shown."""
    return words.policy_of(run.policy_version, run.as_of) if run else None


def tell(signals: Sequence[Signal], run: Publication | None) -> list[Told]:
    """Give the panels of signals."""
    policy = policy_for(run)
    entries = {one.code: one for one in policy.signals} if policy else {}
    return [_told(one, entries.get(one.code)) for one in signals]


def _told(signal: Signal, entry: Entry | None) -> Told:
    plain = [_number(text) for text in (signal.value, signal.threshold_fixed, signal.threshold_applied)]
    if entry is None or entry.fact not in FACTS:
        return Told(signal, *plain)
    fact, lang = FACTS[entry.fact], "zh" if words.is_chinese() else "en"
    percent = fact.unit in SHARES
    value, fixed, applied = (
        _worded(text, percent=percent)
        for text in (signal.value, signal.threshold_fixed, signal.threshold_applied)
    )
    plain_tests = [(one, in_words(one.text, lang, _codes(lang), percent=percent)) for one in entry.grades]
    gap, colon = ("；", "：") if lang == "zh" else ("; ", ": ")
    return Told(
        signal,
        value,
        fixed,
        applied,
        unit="" if percent else _UNITS.get(fact.unit, ("", ""))[lang == "zh"],
        fact=fact.zh if lang == "zh" and fact.zh else fact.doc,
        test=gap.join(
            f"{words.word('colour', one.colour)}{colon}{asks}" for one, asks in plain_tests if asks
        ),
        exact=gap.join(
            f"{words.word('colour', one.colour)}{colon}{one.text}" for one, asks in plain_tests if not asks
        ),
        guard=entry.when_text,
        meaning=entry.meaning.get(lang, ""),
        caveat=entry.caveat.get(lang, ""),
        action=entry.action.get(lang, ""),
        clears=_clears([(one.text, asks) for one, asks in plain_tests], lang),
    )


_UNITS = {
    "days": ("days", "天"),
    "count": ("times", "次"),
    "months": ("months", "个月"),
}
_LEVELS = {
    "normal": "class",
    "special_mention": "class",
    "substandard": "class",
    "doubtful": "class",
    "loss": "class",
}


def _number(text: str | None) -> str:
    """Give a figure with its groups and without idle zeros; any other text as it is."""
    if text is None:
        return ""
    try:
        figure = Decimal(text)
    except InvalidOperation:
        return words.word(_LEVELS[text], text) if text in _LEVELS else _truth(text)
    if not figure.is_finite():
        return text
    plain = format(figure.normalize(), "f")
    places = len(plain.partition(".")[2])
    return str(number_format(figure, decimal_pos=places, force_grouping=True))


def _truth(text: str) -> str:
    return {"true": gettext("yes"), "false": gettext("no")}.get(text, text)


def _worded(text: str | None, *, percent: bool) -> str:
    """Give a share in per cent with one place, anything else as `_number` does."""
    if not percent or text is None:
        return _number(text)
    try:
        return f"{number_format(Decimal(text) * 100, decimal_pos=1, force_grouping=True)} %"
    except InvalidOperation:
        return _number(text)


def _codes(lang: str) -> dict[str, str]:
    return {code: term[lang == "zh"] for code, term in words.TABLES["class"].items()}


def _clears(tests: Sequence[tuple[str, str | None]], lang: str) -> str:
    """Say what ends a signal: of graded bounds the mildest no longer met, else none of its tests."""
    asked = [asks for _, asks in tests if asks]
    if not asked or len(asked) < len(tests):
        return gettext("its condition no longer holds")
    if tests[-1][0].strip()[0] in "<>":
        asked = asked[-1:]
    return gettext("the value is no longer: %(test)s") % {
        "test": ("或" if lang == "zh" else " or ").join(asked)
    }


@dataclass(frozen=True)
class Rule:
    """The row of the colour table that decided: its conditions and its reference."""

    conditions: Sequence[Condition]
    reference: str


def rule_of(alert: Alert, signals: Sequence[Signal], run: Publication | None) -> Rule | None:
    """Give the row of the colour table behind a warning; None where the pack of now has no such row."""
    policy = policy_for(run)
    if policy is None or not alert.rule_id or "colour" not in policy.tables:
        return None
    table, lang = policy.table("colour"), "zh" if words.is_chinese() else "en"
    row = next((one for one in table.rules if one.id == alert.rule_id), None)
    if row is None:
        return None
    found = counted(signals, policy)
    conditions = [
        Condition(
            item.labels.get(lang) or item.label or item.expression,
            in_words(test, lang) or test,
            found.get(item.expression),
        )
        for item, test in zip(table.inputs, row.tests, strict=True)
        if test.strip() not in ("", "-")
    ]
    reference = row.annotations[0] if row.annotations else ""
    return Rule(conditions, reference if lang == "en" else "")  # notes of the pack's authors are in English


def counted(signals: Sequence[Signal], policy: Policy) -> dict[str, int]:
    """Count kinds of signal as the stage does: a kind once, at its worst; one held by the day's cap is blue.

    Families orange within the window reach back before this run and are not told from it.
    """
    worst: dict[str, str] = {}
    order = ("red", "orange", "yellow", "blue")
    for one in signals:
        held = (one.suppressed_by or "").startswith("day_cap")
        colour = "blue" if held else one.severity
        if one.code not in worst or order.index(colour) < order.index(worst[one.code]):
            worst[one.code] = colour
    family = {one.code: one.family for one in policy.signals}
    found = {f"customer.{name}_count": sum(one == name for one in worst.values()) for name in order}
    found["customer.yellow_family_count"] = len(
        {family.get(code, code) for code, colour in worst.items() if colour == "yellow"}
    )
    return found
