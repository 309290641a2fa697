"""What `policy check` finds in a pack, ahead of the daily run that would stumble over it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import feel, pack_form, scenarios, verification
from postloan.policy.checked import null_handling_findings, validate
from postloan.policy.entries import Provenance, Signal
from postloan.policy.findings import Finding
from postloan.policy.names import feel_kind
from postloan.policy.pack import Dated, Pack

REVIEW_AFTER = timedelta(days=366)
"""A review older than twelve months is listed."""

Env = Mapping[str, str]


def check_pack(
    pack: Pack,
    facts: Mapping[str, str],
    as_of_range: tuple[date, date],
    nullable: Collection[str] | None = None,
) -> list[Finding]:
    """Check everything in a pack against the facts there are and the dates to come.

    Args:
        pack: the loaded pack.
        facts: kind of column (or FEEL kind) of each fact, and of each variable that a stage gives to
            its tables; more variables, never null, may stand under `variables` in pack.yaml.
        as_of_range: first and last date that must resolve.
        nullable: facts that may be missing; all of them when None.

    Returns:
        Findings in the order form of the folder, signals, tables, cases, dates, provenance; none if all is
        well. Cases are run only where nothing before is an error, which would make them fail by the dozen.
    """
    try:
        env = environment(pack, facts)
    except PolicyError as error:
        return [Finding("error", error.code, error.message, error.where, error.mend)]
    may_miss = set(facts) if nullable is None else set(nullable)
    own = tuple(pack.settings.get("variables") or {})
    findings = pack_form.check(pack)
    for dated in _all(pack, "signal"):
        findings += _signal(dated.value, env)
        findings += _family(dated, pack)
    for dated in _all(pack, "table"):
        findings += _caught(partial(validate, dated.value, env))
        findings += _nulls(dated, env, may_miss)
        findings += _verified(dated, env, own)
    if not any(finding.severity == "error" for finding in findings):
        findings += scenarios.run(pack, facts).failures
    findings += _dates(pack, *as_of_range)
    for kind in sorted(pack.versions):
        for dated in _all(pack, kind):
            findings += _provenance(dated, as_of_range[0])
    return findings


def environment(pack: Pack, facts: Mapping[str, str]) -> dict[str, str]:
    """Give the FEEL kind of each name that the pack's expressions may use.

    Args:
        pack: the pack, with its own `variables`.
        facts: kind of column (or FEEL kind) of each fact.
    """
    env = {name: feel_kind(kind) for name, kind in facts.items() if kind != "timestamp"}
    own = pack.settings.get("variables") or {}
    return env | {name: feel_kind(kind, f"{pack.id}/pack.yaml, variables") for name, kind in own.items()}


def _all(pack: Pack, kind: str) -> Iterator[Dated]:
    for _, versions in sorted(pack.versions.get(kind, {}).items()):
        yield from versions


def _caught(action: Callable[[], Any]) -> list[Finding]:
    """Run a check and give the error that it raises as a finding."""
    try:
        action()
    except PolicyError as error:
        return [Finding("error", error.code, error.message, error.where, error.mend)]
    return []


def _signal(signal: Signal, env: Env) -> list[Finding]:
    """Check that a signal's fact exists, its tests fit the fact, and its guard is true or false."""
    findings: list[Finding] = []
    fact = feel.parse_expression(signal.fact, where=signal.where)
    unknown = _caught(partial(feel.check, fact, env, signal.where))
    for grade in signal.grades if not unknown else ():
        place = f"{signal.where}, grade {grade.colour}"
        kind = feel.check(fact, env, place)
        findings += _caught(partial(feel.check_unary, grade.tests, kind, env, place))
    findings += unknown
    if signal.when is not None:
        findings += _caught(partial(_guard, signal.when, env, f"{signal.where}, when"))
    if signal.fact.partition(".")[0] != signal.subject:
        message = f"The fact `{signal.fact}` is not of the subject `{signal.subject}`."
        findings.append(Finding("error", "wrong_subject", message, signal.where))
    return findings


def _guard(when: feel.Node, env: Env, place: str) -> None:
    kind = feel.check(when, env, place)
    if kind != "boolean":
        raise PolicyError("ill_typed", f"The guard is a {kind}, not true or false.", where=place)


def _nulls(dated: Dated, env: Env, may_miss: Collection[str]) -> list[Finding]:
    try:
        checked = validate(dated.value, env)
    except PolicyError:
        return []
    nullable = [item.text for item in checked.inputs if feel.names(item.node) & set(may_miss)]
    # What is missing adds nothing to a sum or a count: its rows are not met, and that is right. It may hide
    # the least or greatest of MIN and MAX, and in any other table it would fall through to a wrong row.
    if checked.table.aggregation in ("+", "#"):
        return []
    severity = "warning" if checked.table.aggregation else "error"
    return [
        Finding(severity, error.code, error.message, error.where, error.mend)
        for error in null_handling_findings(checked, nullable)
    ]


def _verified(dated: Dated, env: Env, never_null: Collection[str]) -> list[Finding]:
    """Verify a table, without what stands there to be read: a rule that tells a reason of its own."""
    try:
        checked = validate(dated.value, env)
    except PolicyError:
        return []
    notes = {rule.id: rule.annotations for rule in checked.table.rules}
    return [
        found
        for found in verification.verify(checked, never_null=never_null)
        if found.code != "redundant" or not _has_own_reason(found.rules, notes)
    ]


def _has_own_reason(rules: Sequence[str], notes: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether the first of the rules is noted otherwise than every other."""
    first = notes.get(rules[0], ()) if rules else ()
    return any(first) and all(notes.get(rule) != first for rule in rules[1:])


def _family(dated: Dated, pack: Pack) -> list[Finding]:
    """Find a signal whose family has no place in the order of precedence."""
    known, family = pack.settings.get("precedence") or [], dated.value.family
    if not known or family in known:
        return []
    close = difflib.get_close_matches(family, known, n=2)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(known)}."
    message = f"The family `{family}` does not stand under `precedence` of pack.yaml."
    return [Finding("error", "unknown_family", message, dated.value.where, hint)]


def _dates(pack: Pack, start: date, end: date) -> list[Finding]:
    """Find dates in the range on which something that the pack holds is not in force."""
    findings = []
    for kind, keys in sorted(pack.versions.items()):
        for key, versions in sorted(keys.items()):
            for day in _turning_days(versions, start, end):
                if pack.in_force(versions, day) is None:
                    message = f"No {kind} `{key}` is in force on {day.isoformat()}."
                    mend = "Date a version so that it covers the day."
                    findings.append(Finding("error", "not_in_force", message, versions[0].where, mend))
    for year in range(start.year, end.year + 1):
        if year not in pack.calendar.years:
            message = f"The calendar of {year} is not known; weekends alone count, provisionally."
            findings.append(
                Finding("warning", "calendar_provisional", message, f"{pack.id}/calendar/{year}.yaml")
            )
    return findings


def _turning_days(versions: tuple[Dated, ...], start: date, end: date) -> list[date]:
    """Give the first day and each day after an end: where a gap begins if there is one."""
    after = {version.effective_until + timedelta(days=1) for version in versions if version.effective_until}
    return sorted({start, *(day for day in after if start < day <= end)})


def _provenance(dated: Dated, today: date) -> list[Finding]:
    """List entries without owner or reference, and reviews that are missing or old."""
    entry = dated.value
    if not isinstance(entry, Provenance):
        return []
    findings = []
    lacking = [field for field in ("reference", "owner") if not getattr(entry, field)]
    if lacking:
        message = f"The {dated.kind} `{dated.key}` has no {' and no '.join(lacking)}."
        findings.append(Finding("warning", "provenance_missing", message, dated.where))
    if entry.reviewed_on is None or today - entry.reviewed_on > REVIEW_AFTER:
        last = entry.reviewed_on.isoformat() if entry.reviewed_on else "never"
        message = f"The {dated.kind} `{dated.key}` was last reviewed: {last}."
        findings.append(Finding("warning", "review_due", message, dated.where))
    return findings
