"""Runs of a shipped pack on a tiny book, and what they found by loan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from postloan.engine import Engine
from postloan.run.daily import RunResult, run_day
from postloan.run.store import Store

DAY = date(2024, 6, 28)


def ago(days: int) -> str:
    """Give the day so many days before the day of the runs."""
    return (DAY - timedelta(days=days)).isoformat()


def unpaid(loan: str, due_on: str, amount: str = "1000.00") -> dict[str, Any]:
    """Give an instalment of principal."""
    return {"loan_id": loan, "due_on": due_on, "principal": amount}


def paid(loan: str, paid_on: str, amount: str = "1000.00") -> dict[str, Any]:
    """Give a payment of principal."""
    name = f"P-{loan}-{paid_on}"
    return {"payment_id": name, "loan_id": loan, "paid_on": paid_on, "amount": amount, "principal": amount}


@dataclass
class Runs:
    """Runs of one pack over one book."""

    engine: Engine
    book: Path
    folder: Path
    pack: str
    done: dict[date, RunResult] = field(default_factory=dict)

    def run(self, day: date) -> RunResult:
        """Run a day once."""
        if day not in self.done:
            self.done[day] = run_day(self.book, day, self.folder, self.pack, threads=1)
        return self.done[day]

    def rows(self, day: date, table: str) -> list[dict[str, Any]]:
        """Give the rows of a result."""
        self.run(day)
        path = Store(self.folder).result(day) / f"{table}.parquet"
        return self.engine.rows(self.engine.raw(path))

    def classes(self, day: date) -> Mapping[str, str | None]:
        """Give the final class of each loan."""
        return {row["loan_id"]: row["class_final"] for row in self.rows(day, "loan_state")}

    def facts(self, day: date, *names: str) -> Mapping[str, tuple[Any, ...]]:
        """Give facts of each loan."""
        return {row["id"]: tuple(row[name] for name in names) for row in self.rows(day, "facts_loan")}

    def due(self, day: date, subject: str) -> dict[str, date | None]:
        """Give the measures due for a loan or customer with their deadlines."""
        found = self.rows(day, "measure_due")
        return {
            row["measure_code"]: row["due_on"]
            for row in found
            if subject in (row["loan_id"], row["customer_id"] if row["level"] == "customer" else None)
        }
