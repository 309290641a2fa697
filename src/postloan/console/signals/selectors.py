"""Reads of signals: the catalogue in force beside what the last run and people's verdicts say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from statistics import median

from django.core.cache import cache
from django.db.models import Count

from postloan.book.schema import TABLES
from postloan.console import words
from postloan.console.policies import reading
from postloan.console.policies.selectors import in_force, shown_on
from postloan.console.publishing.models import Coverage, Customer, Loan, Publication
from postloan.console.publishing.models import Signal as Fired
from postloan.console.signals.verdicts import verdicts
from postloan.facts import FACTS
from postloan.policy.entries import Signal
from postloan.signals.page_words import FAMILIES, UNITS

WEEKS = 4
"""Weeks over which new alerts are counted."""

NOISE_LIMIT = "firing_share_limit"
"""The parameter that says from which share of the subjects on a signal fires on too many."""

LATE_DAYS = 30
"""Days past due to which a lead time runs (success-measures.md)."""

OFF = "switched_off"
"""Why the run did not measure a signal that is switched off."""

_KEPT_SECONDS = 24 * 3600
_LEADS_OF = 1000
"""Real subjects of a signal from which its lead time is told; more say nothing else."""

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Line:
    """A signal with its figures; a figure that is not known is None.

    Args:
        signal: the signal as it stands in the pack in force.
        coverage: what the last run counted.
        measured: subjects that could be measured.
        measurable: their share of all subjects, from 0 to 1.
        rate: the share of those on which it fired or was suppressed.
        alerts: new alerts a manager and week.
        verdicts: how many verdicts there are by result.
        precision: the share of closed verdicts that say real.
        lead_days: days from the signal to being `LATE_DAYS` past due, the median of its real ones.
        led: how many real ones that is of.
        is_noisy: whether it fires on so large a share that nobody can follow it (`firing_share_limit`).
    """

    signal: Signal
    coverage: Coverage | None
    measured: int | None
    measurable: Decimal | None
    rate: Decimal | None
    alerts: Decimal | None
    verdicts: Counts
    precision: Decimal | None
    lead_days: int | None = None
    led: int = 0
    is_noisy: bool = False

    @property
    def name(self) -> str:
        """Give its name in the language of the person."""
        return said(self.signal.name)

    @property
    def is_on(self) -> bool:
        """Tell whether it is switched on and not waiting for a feed."""
        return self.signal.enabled and not self.signal.waits_for

    @property
    def reasons(self) -> list[str]:
        """Give what kept it from being measured: facts or tables that the book has not."""
        missing = self.coverage.missing if self.coverage else None
        return [one for one in (*self.signal.waits_for, *(missing or ())) if one != OFF]


def said(texts: Mapping[str, str]) -> str:
    """Give a text by language in the language of the person."""
    return texts.get("zh" if words.is_chinese() else "en") or next(iter(texts.values()), "")


def family(code: str) -> str:
    """Give the name of a family of signals."""
    return words.pick(FAMILIES.get(code, (code, code)))


def catalogue(run: Publication | None, asked: Mapping[str, str]) -> list[Line]:
    """Give the signals in force, by family and code, narrowed by `family`, `state` and `search`.

    Args:
        run: the run whose counts are shown; without one they are not known.
        asked: `state` is on, off, waiting, or never (on, and measured on nobody).
    """
    policy = reading.opened(in_force()).as_of(shown_on())
    coverage = Coverage.objects.in_bulk()
    alerts, counts, leads = _alerts(run), verdicts(run).counts, _leads(run)
    limit = Decimal(policy.parameters.get(NOISE_LIMIT, 1))
    lines = [
        _line(one, coverage, alerts, counts.get(one.code, {}), leads.get(one.code, ()), limit)
        for one in policy.signals
    ]
    order = {name: place for place, name in enumerate(policy.precedence)}
    lines.sort(key=lambda one: (order.get(one.signal.family, len(order)), one.signal.code))
    return [one for one in lines if _is_wanted(one, asked)]


def _is_wanted(line: Line, asked: Mapping[str, str]) -> bool:
    state = asked.get("state", "")
    fits = {
        "on": line.is_on,
        "off": not line.signal.enabled and not line.signal.waits_for,
        "waiting": bool(line.signal.waits_for),
        "never": line.is_on and line.measured == 0,
    }.get(state, True)
    text = asked.get("search", "").strip().lower()
    named = text in line.signal.code.lower() or any(text in one.lower() for one in line.signal.name.values())
    return fits and named and asked.get("family", line.signal.family) in ("", line.signal.family)


def _line(
    signal: Signal,
    coverage: Mapping[str, Coverage],
    alerts: Mapping[str, Decimal],
    judged: Counts,
    leads: Sequence[int],
    limit: Decimal,
) -> Line:
    counted = coverage.get(signal.code)
    off = counted is None or OFF in (counted.missing or ())
    measured = None if counted is None or off else counted.subjects - counted.not_measurable
    fired = counted.fired + counted.suppressed if counted else 0
    closed = sum(number for result, number in judged.items() if result != "open")
    rate = _share(fired, measured) if measured is not None else None
    return Line(
        signal,
        None if off else counted,
        measured,
        _share(measured, counted.subjects) if counted and measured is not None else None,
        rate,
        alerts.get(signal.code, Decimal(0)) if alerts and not off else None,
        judged,
        _share(judged.get("real", 0), closed),
        round(median(leads)) if leads else None,
        len(leads),
        rate is not None and rate >= limit,
    )


def _share(part: int, whole: int | None) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole else None


def _alerts(run: Publication | None) -> dict[str, Decimal]:
    """Give new alerts a manager and week by code: fired, opened in the last weeks and still standing."""
    if run is None:
        return {}
    key = f"signals:alerts:{run.run_id}"
    found: dict[str, Decimal] | None = cache.get(key)
    if found is None:
        since = run.as_of - timedelta(weeks=WEEKS)
        fresh = Fired.objects.filter(state="fired", opened_on__gt=since, customer_id__isnull=False)
        managers = Customer.objects.exclude(manager_id=None).values("manager_id").distinct().count()
        counted = fresh.values_list("code").annotate(Count("signal_id")).order_by()
        found = {code: Decimal(number) / (managers or 1) / WEEKS for code, number in counted}
        found.setdefault("", Decimal(0))  # that it was counted, where nothing is new
        cache.set(key, found, _KEPT_SECONDS)
    return found


@dataclass(frozen=True)
class Detail:
    """A signal with its figures, its facts and its cases."""

    line: Line
    facts: list[dict[str, str]]
    needs: list[dict[str, str]]
    cases: tuple[reading.CaseLine, ...]


def detail(code: str, run: Publication | None) -> Detail | None:
    """Give a signal with what stands behind it; None where the pack in force has none of that code."""
    found = next((one for one in catalogue(run, {}) if one.signal.code == code), None)
    if found is None:
        return None
    facts = [_fact(name) for name in sorted(found.signal.inputs()) if name in FACTS]
    needs = [{"name": name, "says": _table(name)} for name in found.signal.needs]
    return Detail(found, facts, needs, reading.case_lines(in_force(), "signal", code))


def _fact(name: str) -> dict[str, str]:
    fact = FACTS[name]
    doc = fact.zh if words.is_chinese() and fact.zh else fact.doc
    unit = words.pick(UNITS.get(fact.unit, (fact.unit, fact.unit)))
    return {"name": name, "says": doc, "unit": unit, "sources": ", ".join(fact.sources)}


def _table(name: str) -> str:
    return TABLES[name].zh if name in TABLES and words.is_chinese() else ""


def _leads(run: Publication | None) -> dict[str, list[int]]:
    """Give by code the days from a signal to being 30 days past due, of subjects with a verdict `real`.

    Only signals that still stand have their first day, and only subjects that are so late have an end; the
    day on which a loan became 30 days past due follows from its days past due on the day of the run.
    """
    real = verdicts(run).real
    if run is None or not real:
        return {}
    key = f"signals:leads:{run.run_id}:{sum(map(len, real.values()))}"
    found: dict[str, list[int]] | None = cache.get(key)
    if found is None:
        found = {}
        for code, ids in real.items():
            leads = _leads_of(code, ids[:_LEADS_OF], run)
            if leads:
                found[code] = leads
        cache.set(key, found, _KEPT_SECONDS)
    return found


def _leads_of(code: str, ids: Sequence[str], run: Publication) -> list[int]:
    fired = Fired.objects.filter(code=code, subject_id__in=ids, opened_on__isnull=False)
    opened = {(one.subject_kind, one.subject_id): one.opened_on for one in fired}
    loans = Loan.objects.filter(pk__in=[name for kind, name in opened if kind == "loan"])
    people = Customer.objects.filter(pk__in=[name for kind, name in opened if kind == "customer"])
    late = {("loan", one.pk): one.days_past_due for one in loans}
    late |= {("customer", one.pk): one.worst_dpd for one in people}
    found = []
    for key, days in late.items():
        first = opened[key]
        if days is not None and days >= LATE_DAYS and first is not None:
            found.append((run.as_of - timedelta(days=days - LATE_DAYS) - first).days)
    return found
