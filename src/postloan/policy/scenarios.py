"""Runs the scenario cases of a pack, and tells which rules and grades they reach."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from postloan.errors import PolicyError
from postloan.policy import cases, signal_row, trial
from postloan.policy.case_words import conditions_of_signal, conditions_of_table, say_answer
from postloan.policy.cases import NOT_IN_FORCE, Case, Library
from postloan.policy.checked import CheckedTable
from postloan.policy.entries import Signal
from postloan.policy.findings import Finding
from postloan.policy.in_force import Dated, Pack
from postloan.policy.signal_row import CLEAR, NOT_MEASURABLE
from postloan.policy.trial import HIT, INSUFFICIENT, NOT_HIT, Answer, Trial


@dataclass(frozen=True)
class CaseFailure(Finding):
    """A case that came out otherwise: what was expected, what came, and the conditions that decided."""

    expected: str = ""
    got: str = ""
    conditions: tuple[str, ...] = ()


@dataclass
class TableCoverage:
    """How far the cases reach into one version of a table.

    `rules` has each rule as hit, not_hit, or insufficient_data: only inputs that were null kept a case from
    it. `default` tells the same of the answer where no rule holds; None where that is no answer of its own.
    """

    name: str
    effective_from: date
    cases: int = 0
    rules: dict[str, str] = field(default_factory=dict)
    default: str | None = None

    @property
    def is_full(self) -> bool:
        """Tell whether every rule and the default are hit."""
        return all(state == HIT for state in self.rules.values()) and self.default in (None, HIT)


@dataclass
class SignalCoverage:
    """How far the cases reach into one version of a signal: each grade hit or not_hit, clear among them."""

    code: str
    effective_from: date
    cases: int = 0
    grades: dict[str, str] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Tell whether every grade is hit."""
        return all(state == HIT for state in self.grades.values())


@dataclass(frozen=True)
class ScenarioReport:
    """What came of a pack's cases: how many ran, what is wrong, and what they reach."""

    pack: str
    cases: int
    failures: list[Finding]
    tables: list[TableCoverage]
    signals: list[SignalCoverage]

    @property
    def is_covered(self) -> bool:
        """Tell whether every rule, default and grade is hit."""
        return all(one.is_full for one in self.tables) and all(one.is_full for one in self.signals)


class Columns(Protocol):
    """The compiled path: answers of many rows at once."""

    def table(
        self,
        checked: CheckedTable,
        kinds: Mapping[str, str],
        rows: Sequence[Mapping[str, object]],
        as_of: date,
    ) -> list[list[dict[str, Any]]]:
        """Give the answer of a table for each row, as `decide` does."""

    def signal(
        self, signal: Signal, rows: Sequence[Mapping[str, object]], absent: Collection[str], as_of: date
    ) -> list[str]:
        """Give the state of a signal for each row."""


def run(
    pack: Pack,
    facts: Mapping[str, str],
    as_of: date | None = None,
    *,
    tables: Collection[str] | None = None,
    signals: Collection[str] | None = None,
    columns: Columns | None = None,
) -> ScenarioReport:
    """Run the cases of a pack.

    Args:
        pack: the loaded pack.
        facts: kind of column (or FEEL kind) of each fact, as for `check_pack`.
        as_of: date of the cases that name none; by default the last on which the whole pack holds.
        tables: the tables to run; all when None. Naming tables leaves out signals, and the other way round.
        signals: the signals to run; all when None.
        columns: the compiled path, to be run beside the interpreter.

    Returns:
        The report; failures are errors of code `case_failed`, or of what makes a case unusable.
    """
    library = Library(pack, facts)
    read, failures = cases.load(library, as_of)
    wanted = [case for case in read if is_chosen(case.kind, case.key, tables, signals)]
    report = ScenarioReport(pack.id, len(wanted), failures, [], [])
    day = as_of or library.last_day()
    for version in versions_reached(pack, wanted, day):
        if not is_chosen(version.kind, version.key, tables, signals):
            continue
        own = [case for case in wanted if case.version == version and case.expect != NOT_IN_FORCE]
        if version.kind == "table":
            _run_table(report, library, version, own, columns)
        else:
            _run_signal(report, library, version, own, columns)
    for case in wanted:
        if case.expect == NOT_IN_FORCE and case.version is not None:
            got = f"in force since {case.version.effective_from.isoformat()}"
            report.failures.append(_failure(case, NOT_IN_FORCE, got, ()))
    return report


def is_chosen(kind: str, key: str, tables: Collection[str] | None, signals: Collection[str] | None) -> bool:
    """Tell whether a table or signal is among those asked for."""
    if tables is None and signals is None:
        return True
    return key in ((tables if kind == "table" else signals) or ())


def versions_reached(pack: Pack, wanted: Iterable[Case], day: date) -> list[Dated]:
    """Give every version in force on the day or reached by a case, tables first."""
    found: dict[str, Dated] = {}
    for kind in ("table", "signal"):
        for _, versions in sorted(pack.versions.get(kind, {}).items()):
            in_force = pack.in_force(versions, day)
            found |= {in_force.where: in_force} if in_force else {}
    found |= {case.version.where: case.version for case in wanted if case.version is not None}
    return sorted(found.values(), key=lambda one: (one.kind != "table", one.key, one.effective_from))


def _run_table(
    report: ScenarioReport, library: Library, version: Dated, own: Sequence[Case], columns: Columns | None
) -> None:
    """Run the cases of one version of a table and note what they reach."""
    try:
        checked = library.table(version)
    except PolicyError as error:
        if error.where not in {one.where for one in report.failures}:
            report.failures.append(_of_error(error))
        return
    trials = [trial.hold(case, checked) for case in own]
    answers = [trial.answer(one, checked, one.mask) for one in trials]
    for one, found in zip(trials, answers, strict=True):
        if not trial.is_expected(_rows(one.case), found, checked):
            report.failures.append(_table_failure(one, found))
    report.tables.append(_table_coverage(version, checked, trials, answers))
    for day in sorted({case.as_of for case in own}) if columns else ():
        _table_columns(report, library, [one for one in trials if one.case.as_of == day], columns)


def _rows(case: Case) -> tuple[Mapping[str, object], ...]:
    return case.expect if isinstance(case.expect, tuple) else ()


def _table_columns(
    report: ScenarioReport, library: Library, trials: Sequence[Trial], columns: Columns | None
) -> None:
    """Run cases of one day on the compiled path; a case that rules contradict each other on is left out."""
    sound = [one for one in trials if not isinstance(trial.answer(one, one.checked, one.mask), PolicyError)]
    if columns is None or not sound:
        return
    checked, day = sound[0].checked, sound[0].case.as_of
    try:
        found = columns.table(checked, library.kinds, [one.case.given for one in sound], day)
    except PolicyError as error:
        report.failures.append(_of_error(error))
        return
    for one, rows in zip(sound, found, strict=True):
        kept = trial.told(checked, rows)
        if not trial.is_expected(_rows(one.case), kept, checked):
            report.failures.append(_table_failure(one, kept, "on columns "))


def _table_failure(one: Trial, found: Answer, path: str = "") -> CaseFailure:
    expected, got = say_answer(_rows(one.case)), say_answer(found, _rows(one.case))
    return _failure(one.case, expected, path + got, conditions_of_table(one, _rows(one.case), found))


def _failure(case: Case, expected: str, got: str, conditions: tuple[str, ...]) -> CaseFailure:
    message = f"{case.name}: expected {expected}; got {got}."
    mend = (
        f"Mend the case or the {case.kind} `{case.key}`. What decided: {'; '.join(conditions) or 'the date'}."
    )
    return CaseFailure("error", "case_failed", message, case.where, mend, expected, got, conditions)


def _of_error(error: PolicyError) -> Finding:
    return Finding("error", error.code, error.message, error.where, error.mend)


def _table_coverage(
    version: Dated, checked: CheckedTable, trials: Sequence[Trial], answers: Sequence[Answer]
) -> TableCoverage:
    found = TableCoverage(version.key, version.effective_from, len(trials))
    one_wins = checked.table.hit_policy in ("F", "P")
    winners = {rows[0]["rule_id"] for rows in answers if one_wins and not isinstance(rows, PolicyError)}
    for position, rule in enumerate(checked.table.rules):
        reached = [trial.reach(one, position) for one in trials]
        is_hit = rule.id in winners if one_wins else HIT in reached
        found.rules[rule.id] = HIT if is_hit else INSUFFICIENT if INSUFFICIENT in reached else NOT_HIT
    if checked.has_default:
        reached_default = any(one.mask == 0 and not trial.lacks_required(one) for one in trials)
        found.default = HIT if reached_default else NOT_HIT
    return found


def _run_signal(
    report: ScenarioReport, library: Library, version: Dated, own: Sequence[Case], columns: Columns | None
) -> None:
    """Run the cases of one version of a signal and note what they reach."""
    signal: Signal = version.value
    if signal.waits_for and not own:
        return  # there is nothing of it that a case could reach
    wanted = (*(grade.colour for grade in signal.grades), CLEAR, NOT_MEASURABLE)
    coverage = SignalCoverage(version.key, version.effective_from, len(own), dict.fromkeys(wanted, NOT_HIT))
    report.signals.append(coverage)
    for case in own:
        got = signal_row.state(signal, case.given, case.as_of, library.env, case.without)
        coverage.grades[got] = HIT
        if got != case.expect:
            report.failures.append(_failure(case, str(case.expect), got, conditions_of_signal(case, signal)))
    alike: dict[tuple[date, frozenset[str]], list[Case]] = {}
    for case in own if columns else ():
        alike.setdefault((case.as_of, case.without), []).append(case)
    for (day, absent), group in alike.items():
        _signal_columns(report, signal, group, absent, day, columns)


def _signal_columns(
    report: ScenarioReport,
    signal: Signal,
    group: Sequence[Case],
    absent: frozenset[str],
    day: date,
    columns: Columns | None,
) -> None:
    if columns is None:
        return
    try:
        states = columns.signal(signal, [case.given for case in group], absent, day)
    except PolicyError as error:
        report.failures.append(_of_error(error))
        return
    for case, got in zip(group, states, strict=True):
        if got != case.expect:
            conditions = conditions_of_signal(case, signal)
            report.failures.append(_failure(case, str(case.expect), f"on columns {got}", conditions))
