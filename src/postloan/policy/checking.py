"""What `policy check` finds in a pack, ahead of the daily run that would stumble over it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import dating, feel, pack_form, parameter_range, replacing, scenarios, verification
from postloan.policy.checked import null_handling_findings, validate
from postloan.policy.entries import Measure, Scheme, Signal
from postloan.policy.findings import Finding, near
from postloan.policy.in_force import base_scheme
from postloan.policy.names import feel_kind
from postloan.policy.pack import Dated, Pack
from postloan.policy.warned import warned_in

EQUIVALENTS = "cn10a"
"""The scheme in which the levels of all others name their equivalents (contract.md, dimension L)."""

Env = Mapping[str, str]


def check_pack(
    pack: Pack,
    facts: Mapping[str, str],
    as_of_range: tuple[date, date],
    nullable: Collection[str] | None = None,
    *,
    feeds: Collection[str] = (),
    roles: Collection[str] = (),
) -> list[Finding]:
    """Check everything in a pack against the facts there are and the dates to come.

    Args:
        pack: the loaded pack.
        facts: kind of column (or FEEL kind) of each fact, and of each variable that a stage gives to
            its tables; more variables, never null, may stand under `variables` in pack.yaml.
        as_of_range: first and last date that must resolve.
        nullable: facts that may be missing; all of them when None.
        feeds: tables of a book, that signals may need; not checked if empty.
        roles: roles that measures may name; not checked if empty.

    Returns:
        Findings in the order form of the folder, what is replaced, parameters, signals, measures, tables,
        cases, dates, provenance; none if all is well; of ill-formed settings alone where there are any. Cases
        are run only where nothing before is an error, which would make them fail by the dozen.
    """
    findings = pack_form.settings(pack)
    if findings:
        return findings
    try:
        env = environment(pack, facts)
    except PolicyError as error:
        return [Finding("error", error.code, error.message, error.where, error.mend)]
    may_miss = set(facts) if nullable is None else set(nullable)
    own = (*(pack.settings.get("variables") or {}), *warned_in(pack))
    findings = pack_form.check(pack)
    findings += replacing.check(pack)
    findings += _segments(pack, env)
    findings += parameter_range.check(pack)
    for dated in _all(pack, "signal"):
        findings += _signal(dated.value, env)
        findings += _family(dated, pack)
        findings += _feeds(dated.value, feeds)
    for dated in _all(pack, "measure"):
        findings += _roles(dated.value, roles)
        findings += _asking(dated.value, pack)
    for dated in _all(pack, "scheme"):
        findings += _levels(dated.value, pack)
    for dated in _all(pack, "table"):
        findings += _caught(partial(validate, dated.value, env))
        findings += _nulls(dated, env, may_miss)
        findings += _verified(dated, env, own)
    if not any(finding.severity == "error" for finding in findings):
        findings += scenarios.run(pack, facts).failures
    findings += dating.gaps(pack, *as_of_range)
    findings += dating.provenance(pack, *as_of_range)
    return findings


def environment(pack: Pack, facts: Mapping[str, str]) -> dict[str, str]:
    """Give the FEEL kind of each name that the pack's expressions may use.

    Args:
        pack: the pack, with its own `variables`.
        facts: kind of column (or FEEL kind) of each fact.
    """
    env = {name: feel_kind(kind) for name, kind in facts.items() if kind != "timestamp"} | warned_in(pack)
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
    if signal.waits_for:
        return findings
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
        mend = f"Write `subject: {signal.fact.partition('.')[0]}`, or choose a fact of that subject."
        findings.append(Finding("error", "wrong_subject", message, signal.where, mend))
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


def _feeds(signal: Signal, feeds: Collection[str]) -> list[Finding]:
    """Find feeds that no book has: the signal would be not measurable for ever."""
    return [
        Finding(
            "error",
            "unknown_feed",
            f"No book has a table `{feed}`.",
            f"{signal.where}, needs",
            near(feed, feeds),
        )
        for feed in signal.needs
        if feeds and feed not in feeds
    ]


def _roles(measure: Measure, roles: Collection[str]) -> list[Finding]:
    """Find roles that nobody can have: what is due would have no owner."""
    named = {"owner_role": measure.owner_role, "approver_role": measure.approver_role}
    named |= {f"approver_by_band {band}": role for band, role in measure.approver_by_band.items()}
    named |= {f"approver_by_rule {rule}": role for rule, role in measure.approver_by_rule.items()}
    return [
        Finding(
            "error",
            "unknown_role",
            f"There is no role `{role}`.",
            f"{measure.where}, {key}",
            near(role, roles),
        )
        for key, role in named.items()
        if roles and role and role not in roles
    ]


def _asking(measure: Measure, pack: Pack) -> list[Finding]:
    """Find rows by which a measure names its approver and that no table has."""
    rows = {rule.id for dated in _all(pack, "table") for rule in dated.value.rules}
    return [
        Finding(
            "warning",
            "unknown_rule",
            f"No table has a row `{rule}`.",
            f"{measure.where}, approver_by_rule",
            near(rule, rows),
        )
        for rule in measure.approver_by_rule
        if rule not in rows
    ]


def _levels(scheme: Scheme, pack: Pack) -> list[Finding]:
    """Find levels whose equivalent is no level of the scheme in which all name theirs."""
    base = pack.versions.get("scheme", {}).get(EQUIVALENTS, ())
    known = [level.level_code for level in base[0].value.levels] if base else []
    return [
        Finding(
            "error",
            "unknown_level",
            f"`cn10a_equivalent` is `{level.cn10a_equivalent}`, no level of {EQUIVALENTS}.",
            f"{scheme.where}, level {level.level_code}",
            near(level.cn10a_equivalent, known),
        )
        for level in scheme.levels
        if known and level.cn10a_equivalent is not None and level.cn10a_equivalent not in known
    ]


def _segments(pack: Pack, env: Env) -> list[Finding]:
    """Find segments whose scheme the pack has not, or whose condition cannot be told true or false."""
    findings: list[Finding] = []
    schemes = sorted(pack.versions.get("scheme", {}))
    base = base_scheme(pack.settings)
    if pack.settings.get("base_scheme") is not None and base not in schemes:
        message, where = f"The pack has no scheme `{base}`.", f"{pack.id}/pack.yaml, base_scheme"
        findings.append(Finding("error", "unknown_scheme", message, where, near(base, schemes)))
    for name, segment in (pack.settings.get("segments") or {}).items():
        where = f"{pack.id}/pack.yaml, segment {name}"
        scheme, when = (
            (segment.get("scheme"), segment.get("when")) if isinstance(segment, Mapping) else (segment, "")
        )
        if scheme is not None and scheme not in schemes:
            message = f"The pack has no scheme `{scheme}`."
            findings.append(Finding("error", "unknown_scheme", message, where, near(scheme, schemes)))
        if when:
            findings += _caught(partial(_condition, str(when), env, where))
    return findings


def _condition(when: str, env: Env, where: str) -> None:
    _guard(feel.parse_expression(when, where=where), env, where)


def _family(dated: Dated, pack: Pack) -> list[Finding]:
    """Find a signal whose family has no place in the order of precedence."""
    known, family = pack.settings.get("precedence") or [], dated.value.family
    if not known or family in known:
        return []
    message = f"The family `{family}` does not stand under `precedence` of pack.yaml."
    return [Finding("error", "unknown_family", message, dated.value.where, near(family, known))]
