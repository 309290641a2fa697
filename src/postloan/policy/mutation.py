"""Changes a pack a little at a time and asks whether its cases notice; what they miss is untested."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from postloan.policy import cases
from postloan.policy.cases import Library
from postloan.policy.in_force import Pack
from postloan.policy.scenarios import is_chosen, versions_reached
from postloan.policy.trying import Found, SubjectResult, subject_of, unfit

__all__ = ["Found", "MutationReport", "SubjectResult", "run"]

Tell = Callable[[str, int, int], None]
"""Told before each table or signal: its name, its number, and of how many."""


@dataclass(frozen=True)
class MutationReport:
    """What came of all mutants of a pack."""

    pack: str
    subjects: list[SubjectResult]

    @property
    def mutants(self) -> int:
        """Give how many changes were tried, those without effect among them."""
        return sum(one.mutants for one in self.subjects)

    @property
    def killed(self) -> int:
        """Give how many changes a case noticed."""
        return sum(one.killed for one in self.subjects)

    @property
    def survived(self) -> int:
        """Give how many changes no case noticed."""
        return sum(len(one.survived) for one in self.subjects)

    @property
    def equivalent(self) -> int:
        """Give how many changes decide nothing otherwise."""
        return sum(len(one.equivalent) for one in self.subjects)

    @property
    def percent(self) -> Decimal:
        """Give the share that was noticed of what could be, in percent to one place, cut off."""
        could = self.killed + self.survived
        return Decimal(self.killed * 1000 // could if could else 1000) / 10


def run(
    pack: Pack,
    facts: Mapping[str, str],
    as_of: date | None = None,
    *,
    tables: Collection[str] | None = None,
    signals: Collection[str] | None = None,
    tell: Tell | None = None,
) -> MutationReport:
    """Try every mutant of a pack's tables and signals against its cases, by the interpreter.

    Args:
        pack: the loaded pack.
        facts: kind of column (or FEEL kind) of each fact.
        as_of: date of the cases that name none; by default the last on which the whole pack holds.
        tables: the tables to change; all when None. Naming some leaves out signals, and the other way round.
        signals: the signals to change; all when None.
        tell: is told how far it is.

    Raises:
        PolicyError: `cases_fail` where a case fails, or cannot be used, without any change.
    """
    library = Library(pack, facts)
    read, findings = cases.load(library, as_of)
    if findings:
        raise unfit(findings[0].message, findings[0].where)
    day = as_of or library.last_day()
    versions = [
        one for one in versions_reached(pack, read, day) if is_chosen(one.kind, one.key, tables, signals)
    ]
    subjects = []
    for number, version in enumerate(versions, 1):
        if tell:
            tell(version.key, number, len(versions))
        own = [case for case in read if (case.kind, case.key) == (version.kind, version.key)]
        subjects.append(subject_of(library, version, own).result())
    return MutationReport(pack.id, subjects)
