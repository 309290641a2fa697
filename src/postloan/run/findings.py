"""What of a finished run somebody should look at, beside what the quality gate found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from postloan.book.findings import Finding
from postloan.engine import Engine
from postloan.run.tables import read_table
from postloan.signals import cap

_OWNED = ("measure_due", "warning")


def of_result(engine: Engine, folder: Path) -> list[Finding]:
    """Give the findings that the result itself shows: signals held, owners, days past due, clocks."""
    return [
        *_held_signals(engine, folder),
        *(found for table in _OWNED for found in _without_owner(engine, folder, table)),
        *_days_past_due_disagree(engine, folder),
        *_clocks_not_measurable(engine, folder),
    ]


def _held_signals(engine: Engine, folder: Path) -> list[Finding]:
    rows = read_table(engine, folder / "signal.parquet")
    held = rows.filter(cap.is_held(rows))
    counted = engine.rows(held.group_by(["code"]).aggregate(n=held.count()))
    return [
        Finding(
            "signal_held",
            "signal",
            str(row["code"]),
            int(row["n"]),
            f"{row['code']} newly fired on {row['n']} subjects in a day, more than its cap: "
            "they count as blue until the next run",
            "look whether its feed or threshold is wrong; if it is, mend it or switch the signal off",
        )
        for row in sorted(counted, key=lambda row: str(row["code"]))
    ]


def _without_owner(engine: Engine, folder: Path, table: str) -> list[Finding]:
    rows = read_table(engine, folder / f"{table}.parquet")
    open_ended = rows.filter(rows.owner_id.isnull() & rows.owner_role.notnull())
    counted = engine.rows(open_ended.group_by(["owner_role"]).aggregate(n=open_ended.count()))
    return [
        Finding(
            "owner_not_found",
            table,
            "",
            int(row["n"]),
            f"{row['n']} rows of {table} fall to role {row['owner_role']}, which nobody holds",
            "give somebody the role in staff_role, at the loan's institution or above it",
        )
        for row in sorted(counted, key=lambda row: str(row["owner_role"]))
    ]


def _days_past_due_disagree(engine: Engine, folder: Path) -> list[Finding]:
    loans = read_table(engine, folder / "loan_state.parquet")
    worse = loans.filter(loans.dpd_source.isin(["worse_of_both"]))
    count = int(engine.rows(worse.aggregate(n=worse.count()))[0]["n"])
    if not count:
        return []
    return [
        Finding(
            "days_past_due_disagree",
            "position",
            "",
            count,
            f"{count} loans are further past due by their schedule than the bank's record says; "
            "the more severe was used",
            "compare due and payment with days_past_due in position",
        )
    ]


def _clocks_not_measurable(engine: Engine, folder: Path) -> list[Finding]:
    """Tell of each kind of legal clock how many run that nobody can count, and for want of what."""
    rows = read_table(engine, folder / "clock.parquet")
    rows = rows.filter(rows.state == "not_measurable").select("kind", "evidence")
    counted: dict[tuple[str, str], int] = {}
    for row in engine.rows(rows):
        lacks = ", ".join(json.loads(row["evidence"])["missing"])
        counted[row["kind"], lacks] = counted.get((row["kind"], lacks), 0) + 1
    return [
        Finding(
            "clock_not_measurable",
            "clock",
            kind,
            number,
            f"{number} clocks of kind {kind} cannot be counted for want of {lacks}: a right may be lost "
            f"unseen",
            f"bring {lacks} into the book, or look at each of them by hand",
        )
        for (kind, lacks), number in sorted(counted.items())
    ]


def of_prior(folder: Path) -> list[Finding]:
    """Tell where the result before was kept without its facts, so that what they carry is not known."""
    if (folder / "facts_customer.parquet").exists():
        return []
    return [
        Finding(
            "facts_not_kept",
            "",
            str(folder),
            0,
            f"the facts of {folder.name} were not kept, so the dates of earlier notices are not known",
            "keep facts for longer, or run from an earlier day",
        )
    ]


def later_days(days: Sequence[str]) -> Finding:
    """Tell that results of later days stand that did not read this day's."""
    return Finding(
        "later_days_stand",
        "",
        "",
        len(days),
        f"{len(days)} later days, {days[0]} to {days[-1]}, were computed before this result",
        f"run them again with --from {days[0]}",
    )
