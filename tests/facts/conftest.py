"""Computes the facts of a tiny book, for tests that look at one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from postloan import facts
from postloan.book.snapshot import Book
from postloan.engine import Engine, open_engine
from postloan.policy import pack
from tests.books import tiny_book

Facts = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with open_engine(threads=2) as opened:
        yield opened


@pytest.fixture
def facts_of(engine: Engine, tmp_path: Path) -> Facts:
    """Give a function from a subject, a day and tables to the facts of each subject by id."""
    shipped = pack.load("cn_rural")

    def compute(
        subject: str, day: str, prior: Any = None, pack_id: str = "cn_rural", **tables: Any
    ) -> dict[str, dict[str, Any]]:
        as_of = date.fromisoformat(day)
        policy = shipped if pack_id == shipped.id else pack.load(pack_id)
        folder = tmp_path / f"book{len(list(tmp_path.iterdir()))}"
        book = Book(tiny_book(folder, **tables), engine, as_of)
        found = facts.compute(engine, book, policy.as_of(as_of), prior, as_of)
        return {row["id"]: row for row in engine.rows(found[f"facts_{subject}"])}

    return compute
