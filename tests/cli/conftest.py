"""A command line, and a small book with a day that was run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from postloan.cli import main
from tests.books import tiny_book
from tests.once import made_once

DAY = "2024-06-20"


@dataclass
class Answer:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Give stdout as the one document it must be."""
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture(scope="session")
def call() -> Call:
    """Call the command line as a program would."""

    def called(*args: object) -> Answer:
        done = CliRunner().invoke(main, [str(arg) for arg in args])
        return Answer(done.exit_code, done.stdout, done.stderr)

    return called


@dataclass
class House:
    """A book and a store with one day."""

    book: Path
    store: Path
    run: Answer


def book(folder: Path) -> Path:
    """L1 has not paid since March; L2 pays in time."""
    dues = [
        {"loan_id": loan, "due_on": f"2024-{month:02}-10", "principal": "1000.00", "interest": "50.00"}
        for loan in ("L1", "L2")
        for month in range(1, 13)
    ]
    paid = [("L1", month) for month in (1, 2)] + [("L2", month) for month in range(1, 7)]
    payments = [
        {
            "payment_id": f"P-{loan}-{month}",
            "loan_id": loan,
            "paid_on": f"2024-{month:02}-10",
            "amount": "1050.00",
        }
        for loan, month in paid
    ]
    loans = [{"loan_id": "L1", "amount": "12000.00"}, {"loan_id": "L2", "amount": "12000.00"}]
    staff = [{"staff_id": "S1", "name": "Somebody", "institution_id": "B1", "role": "customer_manager"}]
    return tiny_book(folder, loan=loans, due=dues, payment=payments, staff=staff)


@pytest.fixture(scope="session")
def house(call, tmp_path_factory) -> House:
    """Give a house that tests look at and leave as it is."""

    def make(folder: Path) -> None:
        ran = call("run", book(folder / "book"), "--as-of", DAY, "--store", folder / "store", "--threads", 1)
        (folder / "run.json").write_text(json.dumps([ran.code, ran.out, ran.err]), encoding="utf-8")

    folder = made_once(tmp_path_factory, "house", make)
    run = Answer(*json.loads((folder / "run.json").read_text(encoding="utf-8")))
    return House(folder / "book", folder / "store", run)
