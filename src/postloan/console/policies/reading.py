"""Packs as the console shows them: the one in force, drafts, what is checked in them; read once a content."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

from postloan import measures, warnings
from postloan.book.schema import TABLES
from postloan.book.tables.bank import ROLES
from postloan.classification import derived
from postloan.console.policies import folders
from postloan.facts import FACTS
from postloan.policy import scenarios, verification
from postloan.policy.cases import Library
from postloan.policy.cases import load as load_cases
from postloan.policy.checked import validate
from postloan.policy.checking import check_pack, environment
from postloan.policy.difference import EntryChange, compare_packs
from postloan.policy.findings import Finding, TableFinding
from postloan.policy.in_force import Pack
from postloan.policy.model import DecisionTable
from postloan.policy.pack import load
from postloan.policy.warned import warned_in

AHEAD = timedelta(days=400)
"""Every date so far ahead must resolve, as for `postloan policy check`."""


def home() -> Path:
    """Give the folder that holds the drafts, each under its id."""
    return Path(settings.STORE) / "console" / "policies"


@dataclass(frozen=True)
class Named:
    """A pack by where it is read and what it holds.

    Args:
        place: a shipped pack's name, or a folder.
        content: the hash of a folder's files; empty for a shipped pack, which changes with the program alone.
    """

    place: str
    content: str = ""

    @classmethod
    def at(cls, place: str | Path) -> Named:
        """Name a pack by a folder or by the name of a shipped one."""
        folder = Path(place)
        is_folder = (folder / "pack.yaml").is_file()
        return cls(str(folder.resolve()), folders.content_hash(folder)) if is_folder else cls(str(place))

    @property
    def base(self) -> Path | str:
        """Give what a draft that extends it is told."""
        return Path(self.place) if self.content else self.place


@lru_cache(maxsize=16)
def opened(named: Named) -> Pack:
    """Load a pack; raises PolicyError for whatever in it cannot be used."""
    return load(named.place)


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, str]:
    """Give the kind of every fact, those that later stages derive among them."""
    told = (*warnings.DERIVED, *derived.DERIVED, *measures.DERIVED)
    return {fact.name: fact.kind for fact in (*FACTS.values(), *told)}


def check(folder: Path, start: date, holds_from: date) -> list[Finding]:
    """Check a draft's folder as `postloan policy check` does, from a day to long after it is to hold.

    Raises PolicyError where it cannot even be loaded.
    """
    pack = load(folder)
    end = max(start, holds_from) + AHEAD
    return check_pack(pack, kinds(), (start, end), feeds=TABLES, roles=ROLES.split())


def plain(findings: list[Finding]) -> list[dict[str, Any]]:
    """Give findings as JSON holds them."""
    return [{**asdict(one), "example": None} for one in findings]


@lru_cache(maxsize=256)
def verified(named: Named, table: str, starts: date) -> tuple[TableFinding, ...]:
    """Give what verification finds in a version of a table; one that cannot be used raises PolicyError."""
    pack = opened(named)
    env = environment(pack, kinds())
    own = (*(pack.settings.get("variables") or {}), *warned_in(pack))
    return tuple(verification.verify(validate(version(pack, table, starts), env), never_null=own))


def version(pack: Pack, table: str, starts: date) -> DecisionTable:
    """Give the version of a table that begins on a day, of the topmost pack; raises KeyError without one."""
    found = [one for one in pack.versions["table"][table] if one.effective_from == starts]
    if not found:
        raise KeyError(starts)
    value: DecisionTable = found[-1].value
    return value


@lru_cache(maxsize=256)
def cases_of(named: Named, kind: str, key: str) -> scenarios.ScenarioReport:
    """Run the cases of a table or a signal."""
    tables, signals = ((key,), ()) if kind == "table" else ((), (key,))
    return scenarios.run(opened(named), kinds(), tables=tables, signals=signals)


@dataclass(frozen=True)
class CaseLine:
    """One case of a table or signal: what it says, where it stands, and what came of it."""

    name: str
    where: str
    passed: bool
    expected: str
    got: str


@lru_cache(maxsize=256)
def case_lines(named: Named, kind: str, key: str) -> tuple[CaseLine, ...]:
    """Run the cases of a table or a signal, and give each with what came of it, failures first."""
    report = cases_of(named, kind, key)
    failed = {one.where: one for one in report.failures if isinstance(one, scenarios.CaseFailure)}
    read, _ = load_cases(Library(opened(named), kinds()), None)
    lines = [
        CaseLine(
            case.name,
            case.where,
            case.where not in failed,
            failed[case.where].expected if case.where in failed else "",
            failed[case.where].got if case.where in failed else "",
        )
        for case in read
        if (case.kind, case.key) == (kind, key)
    ]
    return tuple(sorted(lines, key=lambda one: one.passed))


class Own(NamedTuple):
    """Something that a draft says itself: its kind and its name; `file` for what holds no dated entries."""

    kind: str
    key: str


def own(named: Named) -> list[Own]:
    """Give what a draft says itself, each once."""
    pack = opened(named)
    files = folders.documents(pack.folders[pack.id])
    entries = dict.fromkeys(Own(one.kind, one.key) for one in pack.own())
    return [*entries, *(Own("file", name) for name in files)]


@lru_cache(maxsize=32)
def difference(old: Named, new: Named) -> tuple[EntryChange, ...]:
    """Give what a draft says otherwise than the pack below it, by rule and by meaning."""
    said = own(new)
    wanted = {(one.kind, one.key) for one in said}
    # A file is compared under its name, all calendars as one; `calendar/2027.yaml`, `checklists/visit.yaml`.
    wanted |= {(_compared(one.key), "") for one in said if one.kind == "file"}
    one, other = (_only(opened(named), wanted) for named in (old, new))
    envs = [environment(opened(named), kinds()) for named in (old, new)]
    return tuple(entry for entry in compare_packs(one, other, *envs) if (entry.kind, entry.key) in wanted)


def _compared(file: str) -> str:
    return "calendar" if file.startswith("calendar/") else file.removesuffix(".yaml")


def _only(pack: Pack, wanted: Collection[tuple[str, str]]) -> Pack:
    """Give a pack with some of its entries alone: what is the same on both sides need not be compared."""
    kept = {
        kind: {key: versions for key, versions in keys.items() if (kind, key) in wanted}
        for kind, keys in pack.versions.items()
    }
    return replace(pack, versions=kept)
