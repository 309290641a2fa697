"""What would end a colour, in words: the row of the colour table that holds it, and what would stand then.

A signal's own exit is told beside it (`why`). Here is the rule above the signals: how many kinds or families
must go, which family still counts from an earlier day and until when, which signals count though they are
silenced, and the colour that the next row that holds would give.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext

from postloan.console import words
from postloan.console.customers.rows import BookRows
from postloan.console.policies import reading
from postloan.console.publishing.models import Publication, Signal
from postloan.console.publishing.models import Warning as Alert
from postloan.console.warnings.why import counted, policy_for
from postloan.facts.notices import ON, RANK
from postloan.policy import deciding
from postloan.policy.checked import validate
from postloan.policy.checking import environment
from postloan.policy.model import DecisionTable, Input
from postloan.policy.pack import Policy
from postloan.reports.test_words import in_words
from postloan.signals.page_words import FAMILIES

WINDOW = "combination_window_days"
"""The parameter that says for how many days a family that was orange counts on."""

FAMILY_COUNT = "customer.orange_family_count"
_ORANGE = 2
"""The rank of orange in notices: 1 red to 4 blue."""

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Exit:
    """What would end the colour of a warning.

    Args:
        conditions: what the deciding row asks, each as the sentence by which it would hold no longer; one is
            enough.
        lingering: families that count from an earlier day: name, and the last day on which they do.
        silenced: signals that count though nobody is told of them again, with why.
        then: the colour by the next row that holds, `none` where none does; empty where it is not known.
    """

    conditions: Sequence[str]
    lingering: Sequence[tuple[str, date]] = ()
    silenced: Sequence[tuple[str, str]] = ()
    then: str = ""
    window: int = field(default=0)


def exit_of(
    alert: Alert,
    signals: Sequence[Signal],
    run: Publication | None,
    facts: Facts | None,
    hidden: Collection[str] = (),
) -> Exit | None:
    """Give what would end a colour; None where the pack of now does not have the row that decided.

    Args:
        alert: the warning.
        signals: all its signals, also those that a role does not read: the colour rests on them.
        run: the run that is shown.
        facts: the customer's row of `facts_customer` of that run; None where it is not at hand.
        hidden: codes of signals that the person does not read.
    """
    policy = policy_for(run)
    if policy is None or run is None or not alert.rule_id or "colour" not in policy.tables:
        return None
    table = policy.table("colour")
    row = next((one for one in table.rules if one.id == alert.rule_id), None)
    if row is None:
        return None
    values: dict[str, Any] = dict(counted(signals, policy))
    window = int(policy.parameters.get(WINDOW, 0))
    told = _told(policy, facts, run.as_of, window)
    orange = _orange_today(signals, policy)
    values[FAMILY_COUNT] = len(orange | set(told)) if facts is not None else None
    asked = {item.expression for item, test in zip(table.inputs, row.tests, strict=True) if _asks(test)}
    open_told = _without_hidden(policy, facts, run.as_of, window, hidden)
    lingering = [(_family(name), last) for name, last in sorted(open_told.items()) if name not in orange]
    return Exit(
        [
            _no_longer(item, test, values.get(item.expression))
            for item, test in zip(table.inputs, row.tests, strict=True)
            if _asks(test)
        ],
        lingering if FAMILY_COUNT in asked else (),
        [(one.code, _why_silent(one)) for one in signals if one.suppressed_by and one.code not in hidden],
        _then(table, policy, alert.rule_id, values, run.as_of),
        window if FAMILY_COUNT in asked else 0,
    )


def _asks(test: str) -> bool:
    return test.strip() not in ("", "-")


def _no_longer(item: Input, test: str, value: int | None) -> str:
    """Say in words when a condition of the row holds no longer."""
    lang = "zh" if words.is_chinese() else "en"
    label = item.labels.get(lang) or item.label or item.expression
    asks = in_words(test, lang) or test
    if value is None:
        return gettext("%(label)s no longer %(asks)s") % {"label": label, "asks": asks}
    told = {"label": label, "asks": asks, "value": value}
    return gettext("%(label)s no longer %(asks)s (now %(value)s)") % told


def _orange_today(signals: Sequence[Signal], policy: Policy) -> set[str]:
    """Give the families that have a kind of signal that counts as orange today."""
    family = {one.code: one.family for one in policy.signals}
    worst: dict[str, str] = {}
    for code, colour in ((one.code, _counts_as(one)) for one in signals):
        if code not in worst or _ORDER.index(colour) < _ORDER.index(worst[code]):
            worst[code] = colour
    return {family[code] for code, colour in worst.items() if colour == "orange" and code in family}


_ORDER = ("red", "orange", "yellow", "blue")


def _counts_as(signal: Signal) -> str:
    held = (signal.suppressed_by or "").startswith("day_cap")
    return "blue" if held else str(signal.severity)


def _told(policy: Policy, facts: Facts | None, as_of: date, window: int) -> dict[str, date]:
    """Give by family the last day on which a notice of orange or red lets it count."""
    return _without_hidden(policy, facts, as_of, window, ())


def _without_hidden(
    policy: Policy, facts: Facts | None, as_of: date, window: int, hidden: Collection[str]
) -> dict[str, date]:
    found: dict[str, date] = {}
    for one in policy.signals if facts is not None else ():
        assert facts is not None
        on, rank = facts.get(f"{ON}{one.code}"), facts.get(f"{RANK}{one.code}")
        if one.code in hidden or on is None or rank is None or rank > _ORANGE:
            continue
        last = on + timedelta(days=window)
        if last >= as_of:
            found[one.family] = max(last, found.get(one.family, last))
    return found


def _family(code: str) -> str:
    return words.pick(FAMILIES.get(code, (code, code)))


def _why_silent(signal: Signal) -> str:
    if _counts_as(signal) == "blue" and signal.severity != "blue":
        return gettext("held by the cap of the day: counts as blue until the next run")
    return gettext("its notice is silenced, and it counts all the same")


def _then(table: DecisionTable, policy: Policy, rule_id: str, values: Facts, as_of: date) -> str:
    """Give the colour by the first row below the deciding one that holds, all counts as they are."""
    checked = validate(table, environment(policy.pack, reading.kinds()))
    traces = deciding.explain(checked, values, as_of)
    at = next(place for place, one in enumerate(traces) if one.rule_id == rule_id)
    named = next((place for place, one in enumerate(table.outputs) if one.name == "colour"), None)
    if named is None or table.hit_policy != "F":
        return ""
    for place in range(at + 1, len(traces)):
        if all(one.met for one in traces[place].conditions):
            return table.rules[place].entries[named].strip().strip('"')
    return "none"


def facts_of(rows: BookRows | None, customer_id: str | None) -> Facts | None:
    """Give the customer's row of facts of the run that is shown; None where it is not at hand."""
    return rows.facts("customer", customer_id) if rows is not None and customer_id else None
