"""Tries the mutants of one table or signal against the cases on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import feel, mutants, signal_row, trial, witness
from postloan.policy.case_words import say
from postloan.policy.cases import NOT_IN_FORCE, Case, Library
from postloan.policy.checked import CheckedTable
from postloan.policy.entries import Signal
from postloan.policy.in_force import Dated
from postloan.policy.mutants import DateMutant, Mutant, SignalMutant, TableMutant
from postloan.policy.trial import Trial
from postloan.policy.witness import Search


@dataclass(frozen=True)
class Found:
    """A mutant that no case notices, or that nothing can notice; `add` is a case that would."""

    kind: str
    place: str
    before: str
    after: str
    where: str
    add: str = ""


@dataclass
class SubjectResult:
    """What came of the mutants of one version of a table or signal."""

    kind: str
    name: str
    effective_from: date
    mutants: int = 0
    killed: int = 0
    survived: list[Found] = field(default_factory=list)
    equivalent: list[Found] = field(default_factory=list)


def unfit(message: str, where: str) -> PolicyError:
    """Give the error for a case that fails before anything is changed."""
    mend = "Mend the cases first: `postloan policy test` lists them."
    return PolicyError("cases_fail", f"A case fails without any change: {message}", where=where, mend=mend)


class Subject(ABC):
    """One version of a table or signal with the cases on any of its versions."""

    def __init__(self, library: Library, version: Dated, own: Sequence[Case]) -> None:
        self.library = library
        self.version = version
        self.versions = library.versions(version.kind, version.key)
        self.cases = own
        self.here = [case for case in own if case.version == version and case.expect != NOT_IN_FORCE]
        self.check()

    def check(self) -> None:
        """Refuse cases that fail before anything is changed."""
        for case in self.cases:
            if not self.passes(case, case.version):
                raise unfit(case.name, case.where)

    def result(self) -> SubjectResult:
        """Try every mutant."""
        found = SubjectResult(self.version.kind, self.version.key, self.version.effective_from)
        for mutant in (*self.mutants(), *mutants.of_dates(self.versions, self.version)):
            found.mutants += 1
            noticed = self.notices_date(mutant) if isinstance(mutant, DateMutant) else self.notices(mutant)
            if noticed:
                found.killed += 1
                continue
            search = Search() if isinstance(mutant, DateMutant) else self.search(mutant)
            told = found.equivalent if search.is_equivalent else found.survived
            told.append(self.found(mutant, search))
        return found

    def found(self, mutant: Mutant, search: Search) -> Found:
        """Give what is told of a mutant that no case notices."""
        place = f"{self.version.kind} {self.version.key}, {mutant.place}"
        add = "" if search.is_equivalent else self.suggest(mutant, search)
        return Found(mutant.kind, place, mutant.before, mutant.after, self.version.where, add)

    def notices_date(self, mutant: DateMutant) -> bool:
        """Tell whether a case fails once the version begins or ends on another day."""
        for case in self.cases:
            found = self.library.pack.in_force(mutant.versions, case.as_of)
            was = case.version
            is_same = found.where == was.where if found and was else found is was
            if not is_same and not self.passes(case, found):
                return True
        return False

    def suggest(self, mutant: Mutant, search: Search) -> str:
        """Give a case that would notice, as a line of YAML."""
        head = f'case: "{mutant.place}", {self.version.kind}: {self.version.key}'
        if isinstance(mutant, DateMutant):
            in_force = self.library.pack.in_force(self.versions, mutant.day)
            expect = _expected(self.bare(in_force, mutant.day)) if in_force else NOT_IN_FORCE
            return f"{{{head}, as_of: {mutant.day.isoformat()}, expect: {expect}}}"
        if isinstance(mutant, SignalMutant) and mutant.signal.needs != self.version.value.needs:
            return f"{{{head}, without: [{mutant.place.removeprefix('needs ')}], expect: not_measurable}}"
        if search.witness is None:
            return "a case on which this matters; none was found among the values that the cells name"
        given = ", ".join(
            f"{name}: {_yaml(value)}" for name, value in search.witness.given.items() if value is not None
        )
        return f"{{{head}, given: {{{given}}}, expect: {_expected(search.witness.before)}}}"

    @abstractmethod
    def mutants(self) -> Iterator[Mutant]:
        """Give the mutants of what the version says."""

    @abstractmethod
    def passes(self, case: Case, version: Dated | None) -> bool:
        """Tell whether a case comes out as expected where a version, or none, is in force."""

    @abstractmethod
    def bare(self, version: Dated, day: date) -> Any:
        """Give what a version says where nothing is known."""

    @abstractmethod
    def notices(self, mutant: Mutant) -> bool:
        """Tell whether a case on this version fails with the mutant."""

    @abstractmethod
    def search(self, mutant: Mutant) -> Search:
        """Look for a row that is decided differently."""


class _Table(Subject):
    """A version of a table: each case is held against it once, and only the changed cell again."""

    def check(self) -> None:
        self.checked = self.library.table(self.version)
        self.trials = [trial.hold(case, self.checked) for case in self.here]
        super().check()

    def mutants(self) -> Iterator[Mutant]:
        yield from mutants.of_table(self.checked, self.library.kinds, self.library.env)

    def passes(self, case: Case, version: Dated | None) -> bool:
        if version is None or case.expect == NOT_IN_FORCE:
            return version is None and case.expect == NOT_IN_FORCE
        checked = self.library.table(version)
        held = trial.hold(case, checked)
        return self.is_expected(held, checked, held.mask)

    def bare(self, version: Dated, day: date) -> trial.Answer:
        checked = self.library.table(version)
        held = trial.hold(Case("", "table", version.key, day, {}, frozenset(), (), "", version), checked)
        return trial.answer(held, checked, held.mask)

    def is_expected(self, one: Trial, checked: CheckedTable, mask: int) -> bool:
        expect = one.case.expect if isinstance(one.case.expect, tuple) else ()
        return trial.is_expected(expect, trial.answer(one, checked, mask), checked)

    def notices(self, mutant: Mutant) -> bool:
        if not isinstance(mutant, TableMutant):
            return False
        for one in self.trials:
            mask = _changed_mask(one, mutant)
            is_same = mutant.cell is not None and mask == one.mask
            if not is_same and not self.is_expected(one, mutant.checked, mask):
                return True
        return False

    def search(self, mutant: Mutant) -> Search:
        if not isinstance(mutant, TableMutant):
            return Search()
        return witness.of_table(self.checked, mutant, self.library.kinds, self.version.effective_from)


def _changed_mask(one: Trial, mutant: TableMutant) -> int:
    """Give the rules that hold for a case once the mutant is in place; but one cell is held again."""
    if mutant.removed is not None:
        return one.mask & ~(1 << mutant.removed)
    if mutant.cell is None:
        return one.mask
    i, rule = mutant.cell
    bit = 1 << rule
    others = reduce(lambda a, b: a & b, (mask for at, mask in enumerate(one.met) if at != i), bit)
    tests = mutant.checked.inputs[i].cells[rule]
    case = one.case
    holds = others and (tests.is_any or feel.interpret_unary(tests, one.found[i], case.given, case.as_of))
    return one.mask | bit if holds else one.mask & ~bit


class _Signal(Subject):
    """A version of a signal."""

    def mutants(self) -> Iterator[Mutant]:
        yield from mutants.of_signal(self.version.value, self.library.kinds)

    def passes(self, case: Case, version: Dated | None) -> bool:
        if version is None:
            return case.expect == NOT_IN_FORCE
        return self.state(case, version.value) == case.expect

    def bare(self, version: Dated, day: date) -> str:
        return signal_row.state(version.value, {}, day, self.library.env)

    def state(self, case: Case, signal: Signal) -> str:
        return signal_row.state(signal, case.given, case.as_of, self.library.env, case.without)

    def notices(self, mutant: Mutant) -> bool:
        if not isinstance(mutant, SignalMutant):
            return False
        return any(self.state(case, mutant.signal) != case.expect for case in self.here)

    def search(self, mutant: Mutant) -> Search:
        if not isinstance(mutant, SignalMutant):
            return Search()
        day = self.version.effective_from
        return witness.of_signal(self.version.value, mutant, self.library.kinds, day)


def _yaml(value: object) -> str:
    """Give a value as it stands in a YAML case."""
    return value.isoformat() if isinstance(value, date) else say(value)


def _expected(found: Any) -> str:
    """Give an answer as the expectation of a YAML case."""
    if isinstance(found, PolicyError):
        return f"an error: {found.message}"
    if isinstance(found, str):
        return found
    rows = [
        ", ".join(f"{name}: {_yaml(value)}" for name, value in row.items() if name != "rule_order")
        for row in found
    ]
    return f"[{', '.join(f'{{{row}}}' for row in rows)}]"


def subject_of(library: Library, version: Dated, own: Sequence[Case]) -> Subject:
    """Give what tries the mutants of a version; `own` are the cases on any version of its name.

    Raises:
        PolicyError: `cases_fail` where a case fails before anything is changed.
    """
    return (_Table if version.kind == "table" else _Signal)(library, version, own)
