"""The book of a run: its source taken through the quality gate, and what of it is known on the day."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from postloan.book.findings import Finding
from postloan.book.gate import GateResult
from postloan.book.opening import open_book
from postloan.book.schema import TABLES
from postloan.book.snapshot import Book
from postloan.engine import Engine, Table
from postloan.policy.pack import Policy
from postloan.run.files import size_of
from postloan.run.work import Record


@dataclass(frozen=True)
class Inputs:
    """A book that passed the gate.

    Args:
        passed: the clean files, the quarantine and the findings of the gate.
        record: the gate's line in the ledger.
    """

    passed: GateResult
    record: Record

    @property
    def files(self) -> list[Path]:
        """Give the clean files that the stages read."""
        return [path for paths in self.passed.paths.values() for path in paths]

    @property
    def quarantined(self) -> int:
        """Give how many rows the gate kept out."""
        return sum(sum(reasons.values()) for reasons in self.passed.quarantined.values())

    @property
    def controls_hold(self) -> bool:
        """Tell whether every control total of the source was met."""
        return all(control.holds for control in self.passed.controls)

    def book(self, engine: Engine, as_of: date) -> Book:
        """Give the book as known on the day, on that engine."""
        return Book(self.passed.paths, engine, as_of, versioned=self.passed.versioned)

    def hashed(self, engine: Engine, as_of: date) -> Mapping[str, tuple[Table, Sequence[str]]]:
        """Give the rows that a run of the day reads, each table with its key; the engine is DuckDB."""
        tables = self.book(engine, as_of).input_tables()
        return {name: (table, TABLES[name].key) for name, table in tables.items()}


def admit(engine: Engine, book: str, policy: Policy, folder: Path) -> Inputs:
    """Take a book through the gate into the folder; Parquet that is clean as it stands stays where it is.

    Raises BookError where a required table or column is missing or a file cannot be read.
    """
    began = time.perf_counter()
    passed = open_book(engine, book, folder, event_kinds=_event_kinds(policy))
    record = {
        "stage": "gate",
        "seconds": round(time.perf_counter() - began, 3),
        "rows": sum(passed.rows.values()),
        "bytes_read": size_of([path for paths in passed.paths.values() for path in paths]),
    }
    return Inputs(passed, record)


def _event_kinds(policy: Policy) -> list[str] | None:
    kinds = [str(kind["kind"] if isinstance(kind, Mapping) else kind) for kind in policy.events]
    return kinds or None


def plain_bands(engine: Engine, book: Book, policy: Policy) -> list[Finding]:
    """Tell where amounts are compared with thresholds of another currency, for want of exchange rates."""
    if book.has("fx"):
        return []
    loans = book.table("loan")
    found = engine.rows(loans.filter(loans.currency.notnull()).select("currency").distinct())
    names = sorted(str(row["currency"]) for row in found)
    if len(names) != 1 or names[0] == policy.currency:
        return []
    return [
        Finding(
            "bands_as_plain_numbers",
            "fx",
            "",
            0,
            f"amounts are in {names[0]}, thresholds in {policy.currency}, and table fx is missing: amount "
            "bands and thresholds are compared as plain numbers, not converted",
            f"add table fx with the row currency {names[0]}, on_date up to {book.as_of.isoformat()}, rate "
            f"(how many {policy.currency} one {names[0]} is), or use a pack with thresholds in {names[0]}",
        )
    ]


def unknown_levels(engine: Engine, book: Book, policy: Policy) -> list[Finding]:
    """Tell of class decisions in a scheme or level that the policy lacks: nothing can be read from them."""
    if not book.has("class_decision"):
        return []
    rows = book.table("class_decision")
    counted = rows.group_by(["scheme_id", "level_code"]).aggregate(n=rows.count())
    known = {(scheme.id, level.level_code) for scheme in policy.schemes for level in scheme.levels}
    strange = {
        f"{row['level_code']} of {row['scheme_id']}": int(row["n"])
        for row in engine.rows(counted)
        if (row["scheme_id"], row["level_code"]) not in known
    }
    if not strange:
        return []
    count, named = sum(strange.values()), ", ".join(sorted(strange)[:5])
    return [
        Finding(
            "unknown_level",
            "class_decision",
            "",
            count,
            f"{count} class decisions were left out, as the policy has no level {named}",
            "translate them in the mapping, or add the scheme to the pack with its cn10a_equivalent",
        )
    ]
