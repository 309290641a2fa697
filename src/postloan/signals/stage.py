"""The stage: every signal in force over every subject, in one wide pass a subject, then one row a firing."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.facts import FACTS
from postloan.facts.frame import frame
from postloan.facts.notices import ON, RANK
from postloan.facts.registry import AREAS, SUBJECTS
from postloan.policy import column_name
from postloan.policy.pack import Policy
from postloan.policy.signal_row import NOT_MEASURABLE
from postloan.results import SEVERITIES, SIGNAL, SIGNAL_COVERAGE, Prior
from postloan.signals import cap, grading, plan
from postloan.signals.plan import Plan


@dataclass(frozen=True)
class _Pass:
    """One subject's signals with the materialised frame that holds their facts and states."""

    subject: str
    plans: tuple[Plan, ...]
    wide: Table


def evaluate(
    engine: Engine,
    facts: Mapping[str, Table],
    policy: Policy,
    prior: Prior | None,
    as_of: date,
    feeds: Collection[str],
) -> dict[str, Table]:
    """Evaluate every signal in force on the day.

    Args:
        engine: computes.
        facts: `facts_<subject>`, one row a subject.
        policy: what is in force on the day.
        prior: the last good run, for the first day of a firing.
        as_of: the business date.
        feeds: tables that the book has; a signal that needs another one is not measurable.

    Returns:
        `signal` (one row a firing, suppressed ones too) and `signal_coverage` (one row a signal of the pack).
        What a signal newly fires beyond its cap of the day is suppressed as `day_cap:<date>`.
    """
    plans = [plan.make(signal, FACTS, feeds) for signal in policy.signals]
    passes, firings = [], []
    for subject in SUBJECTS:
        own = tuple(item for item in plans if item.signal.subject == subject and not item.missing)
        if own and f"facts_{subject}" in facts:
            made = _Pass(subject, own, _wide(engine, facts, subject, own, as_of))
            passes.append(made)
            firings += [_firings(made, item, as_of) for item in own]
    signal = engine.materialise(_dated(engine, firings, prior, as_of), "signal")
    counts = {made.subject: _counts(engine, made) for made in passes}
    sizes = {subject: _size(engine, facts, subject) for subject in SUBJECTS}
    if prior is not None and "signal" in prior.tables:
        measured = {item.code: _measured(item, counts, sizes) for item in plans}
        signal = cap.hold(engine, signal, policy, measured, as_of)
    rows = _coverage(engine, plans, counts, sizes, signal, as_of)
    return {"signal": signal, "signal_coverage": engine.from_rows(rows, SIGNAL_COVERAGE.fields, "coverage")}


def _state_column(code: str) -> str:
    return f"state_{code}"


def _wide(
    engine: Engine, facts: Mapping[str, Table], subject: str, plans: Sequence[Plan], as_of: date
) -> Table:
    """Give one row a subject: its facts, and the state of each signal."""
    names = set().union(*(item.names for item in plans))
    names |= {f"customer.{name}" for name in _notice_columns(facts, plans)}
    table = frame(facts, subject, names)
    states = {_state_column(item.code): grading.state(item, table, as_of) for item in plans}
    return engine.materialise(table.mutate(**states), f"states_{subject}")


def _notice_columns(facts: Mapping[str, Table], plans: Sequence[Plan]) -> list[str]:
    known = set(facts["facts_customer"].columns) if "facts_customer" in facts else set()
    wanted = [f"{prefix}{item.code}" for item in plans for prefix in (ON, RANK)]
    return [name for name in wanted if name in known]


def _firings(made: _Pass, item: Plan, as_of: date) -> Table:
    """Give one signal's firings with value, thresholds, evidence and the notice that they attach to."""
    wide = made.wide
    fired = wide.filter(wide[_state_column(item.code)].isin(SEVERITIES))
    fixed, used = grading.thresholds(item, fired, as_of)
    severity = fired[_state_column(item.code)]
    noticed = _notice(item, fired, severity, as_of)
    return fired.select(
        subject_kind=v.literal(made.subject, "string"),
        subject_id=fired.subject_id,
        code=v.literal(item.code, "string"),
        customer_id=v.null("string") if made.subject in AREAS else fired.customer_id,
        state=v.when([(noticed.notnull(), v.literal("suppressed", "string"))], v.literal("fired", "string")),
        suppressed_by=noticed,
        severity=severity,
        value=v.text(fired[column_name(item.signal.fact)]),
        threshold_fixed=fixed,
        threshold_applied=used,
        evidence=grading.evidence(item, fired),
    )


def _notice(item: Plan, fired: Table, severity: Column, as_of: date) -> Column:
    """Give `<code>:<date>` of the customer's notice that is recent enough to silence this one, else null.

    A worse severity than that of the notice is a new kind and is told (signals.md, C0).
    """
    on = column_name(f"customer.{ON}{item.code}")
    if on not in fired.columns or not item.signal.suppress_days:
        return v.null("string")
    days = v.days_between(v.literal(as_of, "date"), fired[on])
    told = fired[column_name(f"customer.{RANK}{item.code}")]
    no_worse = (_rank(severity) >= told).fill_null(True)
    silenced = (fired[on].notnull() & (days < item.signal.suppress_days) & no_worse).fill_null(False)
    return v.when([(silenced, v.concat(f"{item.code}:", v.text(fired[on])))], v.null("string"))


def _rank(severity: Column) -> Column:
    ranks = [(severity == name, v.literal(rank, "integer")) for rank, name in enumerate(SEVERITIES, start=1)]
    return v.when(ranks, v.null("integer"))


def _dated(engine: Engine, firings: Sequence[Table], prior: Prior | None, as_of: date) -> Table:
    """Put the firings together, each with the first day on which it fired without a break."""
    if not firings:
        return engine.from_rows([], SIGNAL.fields, "no_signal")
    rows = reduce(lambda a, b: a.union(b), firings)
    today = v.literal(as_of, "date")
    opened = today
    if prior is not None and "signal" in prior.tables:
        before = prior.tables["signal"]
        before = before.select(
            _kind=before.subject_kind, _subject=before.subject_id, _code=before.code, _opened=before.opened_on
        )
        same = [
            rows.subject_kind == before["_kind"],
            rows.subject_id == before["_subject"],
            rows.code == before["_code"],
        ]
        rows = rows.left_join(before, same)
        opened = v.coalesce(rows["_opened"], today)
    return rows.mutate(as_of=today, opened_on=opened).select(*SIGNAL.columns)


def _coverage(
    engine: Engine,
    plans: Sequence[Plan],
    counts: Mapping[str, Mapping[str, Any]],
    sizes: Mapping[str, int],
    signal: Table,
    as_of: date,
) -> list[dict[str, object]]:
    """Give one row a signal of the pack; `missing` names feeds that are absent, or facts that some lack."""
    silenced = signal.group_by("code").aggregate(suppressed=v.count_if(signal.state == "suppressed"))
    suppressed = {row["code"]: row["suppressed"] for row in engine.rows(silenced)}
    rows = []
    for item in plans:
        size = sizes.get(item.signal.subject, 0)
        found = {} if item.missing else counts.get(item.signal.subject, {})
        measured = _measured(item, counts, sizes)
        firing = found.get(f"firing_{item.code}", 0) or 0
        silent = suppressed.get(item.code, 0)
        lacking = [name for name in _facts_of(item) if found.get(f"lack_{item.code}_{name}")]
        rows.append(
            {
                "as_of": as_of,
                "code": item.code,
                "subjects": size,
                "fired": firing - silent,
                "suppressed": silent,
                "clear": measured - firing,
                "not_measurable": size - measured,
                "missing": json.dumps(list(item.missing) or lacking, separators=(",", ":")),
            }
        )
    return rows


def _measured(item: Plan, counts: Mapping[str, Mapping[str, Any]], sizes: Mapping[str, int]) -> int:
    """Count the subjects for which a signal could be told."""
    subject = item.signal.subject
    size = sizes.get(subject, 0)
    found = {} if item.missing else counts.get(subject, {})
    return size - (found.get(f"unknown_{item.code}", size) or 0)


def _facts_of(item: Plan) -> list[str]:
    return sorted((item.required | item.either).union(*(needed for _, needed in item.conditions)))


def _size(engine: Engine, facts: Mapping[str, Table], subject: str) -> int:
    name = f"facts_{subject}"
    if name not in facts:
        return 0
    return int(engine.rows(facts[name].aggregate(size=facts[name].count()))[0]["size"])


def _counts(engine: Engine, made: _Pass) -> dict[str, Any]:
    """Count each signal's states, and which facts its unmeasurable subjects lack, in one pass."""
    wide, columns = made.wide, {}
    for item in made.plans:
        found = wide[_state_column(item.code)]
        unknown = found == NOT_MEASURABLE
        columns[f"unknown_{item.code}"] = v.count_if(unknown)
        columns[f"firing_{item.code}"] = v.count_if(found.isin(SEVERITIES))
        for name in _facts_of(item):
            columns[f"lack_{item.code}_{name}"] = v.count_if(unknown & grading.missing(wide, name))
    counted: dict[str, Any] = engine.rows(wide.aggregate(**columns))[0]
    return counted
