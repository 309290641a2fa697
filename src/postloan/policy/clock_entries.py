"""The legal clocks of a pack, read from clocks.yaml: how long each runs, and what moves it.

The engine knows how each kind of clock is counted; every length, article and list of causes is the pack's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from postloan.policy.entries import Provenance
from postloan.policy.entry_reader import Reader

STATUSES = ("V", "V*", "K", "P")
"""Verified in the law's text, verified with a reservation, known from practice, proposed."""

LAST_DAYS = ("next_working_day", "as_is")
"""Whether a period that ends on a day off ends on the next working day."""

STARTS = ("last_instalment", "oldest_unpaid")
"""From what the limitation of a debt in instalments counts."""

CAUSES = ("demand", "acknowledgement", "acceleration", "suit", "claim_on_guarantor", "payment")
"""What can make a period run anew: kinds of notice, and a payment by the debtor."""

PROOFS = ("receipt", "document_ref")
"""Columns of a notice of which one must be filled for it to count."""


@dataclass(frozen=True)
class Span:
    """A length of time: months (a year has twelve) or days; one of the two is 0."""

    months: int = 0
    days: int = 0

    def words(self, lang: str = "en") -> str:
        """Give it as people say it."""
        for count, one, zh in (
            (self.months // 12 if self.months % 12 == 0 else 0, "year", "年"),
            (self.months, "month", "个月"),
            (self.days, "day", "日"),
        ):
            if count:
                return f"{count}{zh}" if lang == "zh" else f"{count} {one}{'' if count == 1 else 's'}"
        return "0日" if lang == "zh" else "0 days"


@dataclass(frozen=True, kw_only=True)
class Suspension:
    """What stops a period in its last part, by which events, and how much is left once it is over."""

    begins: tuple[str, ...]
    ends: tuple[str, ...]
    within_last: Span
    leaves: Span


@dataclass(frozen=True, kw_only=True)
class Clock(Provenance):
    """A period that the law or a contract sets, and what comes of letting it pass.

    Args:
        kind: which rule of the engine counts it; a pack has one clock of each kind in force.
        name: its name by language.
        consequence: what is lost when it ends, by language.
        within: its length from the day that starts it; None where the book states its last day.
        last_day: whether it ends on the next working day where its last day is a day off.
        counts_from: from what a debt in instalments counts.
        restarts: what makes it run anew; of a guarantor, what concerns himself.
        revives: what makes it run anew even once it has ended.
        proof: columns of a notice of which one must be filled for it to count; none needed where empty.
        at_most: the longest time from the start, whatever made it run anew.
        suspended: what stops it in its last part.
        applies_to: whom or what it is for (kinds of customer or of security); all where empty.
        after: time after the payout before which a security counts as agreed from the start.
    """

    kind: str
    name: Mapping[str, str]
    consequence: Mapping[str, str]
    within: Span | None = None
    last_day: str = "as_is"
    counts_from: str = "last_instalment"
    restarts: tuple[str, ...] = ()
    revives: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()
    at_most: Span | None = None
    suspended: Suspension | None = None
    applies_to: tuple[str, ...] = ()
    after: Span | None = None


_RUNS_ANEW = ("restarts", "revives", "proof", "at_most", "suspended")

KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "debt_limitation": (("within", "last_day", "counts_from", "restarts"), _RUNS_ANEW),
    "guarantee_period": (("within", "last_day"), ("proof",)),
    "guarantee_limitation": (("within", "last_day", "restarts"), _RUNS_ANEW),
    "security_exercise": ((), ("applies_to",)),
    "enforcement_application": (("within", "last_day"), _RUNS_ANEW),
    "preservation": (("within", "last_day"), ()),
    "payment_order": (("within", "last_day"), ()),
    "bankruptcy_claim": ((), ("after",)),
    "clawback_security": (("within",), ("after", "applies_to")),
    "clawback_payment": (("within",), ("applies_to",)),
    "taken_over_asset": (("within", "last_day"), ()),
    "security_registration": ((), ("applies_to",)),
    "bureau_consent": ((), ("applies_to",)),
    "negative_record": (("within",), ("applies_to",)),
}
"""Every kind of clock that the engine counts, with the keys that it needs and those that it may have."""

_MEANING = ("within", "last_day", "counts_from", "applies_to", "after", *_RUNS_ANEW)


def read_clock(raw: Any, where: str) -> Clock:
    """Read one entry of clocks.yaml.

    Raises PolicyError `pack_entry` for a key that is missing, unknown, ill-typed or not for that kind.
    """
    reader = Reader(raw, where)
    kind = reader.key("kind")
    reader.where = f"{where}, clock {kind}"
    if kind not in KINDS:
        raise reader.error(f"`{kind}` is no kind of clock.", f"Write one of {', '.join(KINDS)}.")
    needed, allowed = KINDS[kind]
    _refuse_others(reader, kind, (*needed, *allowed))
    for key in needed:
        reader.take(key, object)
    fields: dict[str, Any] = {
        "kind": kind,
        "name": _both(reader, "name"),
        "consequence": _both(reader, "consequence"),
        "within": _span(reader, "within"),
        "last_day": reader.one_of("last_day", LAST_DAYS, "as_is"),
        "counts_from": reader.one_of("counts_from", STARTS, "last_instalment"),
        "restarts": _some(reader, "restarts", CAUSES),
        "revives": _some(reader, "revives", CAUSES),
        "proof": _some(reader, "proof", PROOFS),
        "at_most": _span(reader, "at_most"),
        "suspended": _suspension(reader),
        "applies_to": reader.texts("applies_to"),
        "after": _span(reader, "after"),
    }
    stray = [cause for cause in fields["revives"] if cause not in fields["restarts"]]
    if stray:
        raise reader.error(f"`revives` names {stray[0]}, which `restarts` does not.", "Add it to `restarts`.")
    clock = Clock(**fields, **reader.provenance())
    if clock.status not in STATUSES:
        raise reader.error(f"`status` is `{clock.status}`.", f"Write one of {', '.join(STATUSES)}.")
    if not clock.reference:
        raise reader.error("`reference` is missing.", "Name the law and the article it rests on.")
    return clock


def _refuse_others(reader: Reader, kind: str, known: tuple[str, ...]) -> None:
    odd = [key for key in _MEANING if key in reader.raw and key not in known]
    if odd:
        told = f"`{odd[0]}` means nothing for a clock of kind {kind}."
        raise reader.error(told, f"Remove it; it may have {', '.join(known) or 'none of these'}.")


def _both(reader: Reader, key: str) -> dict[str, str]:
    names = reader.names(key)
    missing = [language for language in ("en", "zh") if not names.get(language)]
    if missing:
        raise reader.error(f"`{key}` has no text in {missing[0]}.", f"Write `{key}: {{en: …, zh: …}}`.")
    return names


def _some(reader: Reader, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    found = reader.texts(key)
    odd = [one for one in found if one not in allowed]
    if odd:
        raise reader.error(f"`{key}` names `{odd[0]}`.", f"Write some of {', '.join(allowed)}.")
    return found


def _span(reader: Reader, key: str) -> Span | None:
    raw = reader.take(key, Mapping, None)
    return None if raw is None else _length(raw, f"{reader.where}, {key}")


def _length(raw: Any, where: str) -> Span:
    inner = Reader(raw, where)
    years, months, days = (inner.count(unit, 0) for unit in ("years", "months", "days"))
    inner.finish()
    if [years > 0, months > 0, days > 0].count(True) != 1:
        raise inner.error("A length is one number above 0.", "Write {years: 3}, {months: 6} or {days: 30}.")
    return Span(12 * years + months, days)


def _suspension(reader: Reader) -> Suspension | None:
    raw = reader.take("suspended", Mapping, None)
    if raw is None:
        return None
    inner = Reader(raw, f"{reader.where}, suspended")
    lengths = {key: _length(inner.take(key, Mapping), f"{inner.where}, {key}") for key in _LENGTHS}
    found = Suspension(begins=inner.texts("begins"), ends=inner.texts("ends"), **lengths)
    inner.finish()
    if not found.begins or not found.ends:
        missing = "ends" if found.begins else "begins"
        raise inner.error(f"`{missing}` names no kind of event.", f"Write `{missing}: [a_kind_of_event]`.")
    if _days(found.leaves) > _days(found.within_last):
        raise inner.error(
            "`leaves` is longer than `within_last`: what does not count would prolong the time.",
            "Let it leave at most as much time as the last part is long.",
        )
    return found


def _days(span: Span) -> int:
    return 30 * span.months + span.days


_LENGTHS = ("within_last", "leaves")
