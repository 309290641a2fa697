"""The store that drafts are tried on."""

from __future__ import annotations

from pathlib import Path

import pytest

from postloan.run.daily import run_day
from tests.once import made_once
from tests.run.impact.drafts import FRIDAY, THURSDAY, book_of


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """Give the folder of a book and of a store with both days, to be left as it is."""

    def make(folder: Path) -> None:
        book = book_of(folder / "book")
        for day in (THURSDAY, FRIDAY):
            run_day(book, day, folder / "store", threads=1)

    return made_once(tmp_path_factory, "impact", make)
