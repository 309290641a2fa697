"""One DuckDB session for the policy tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from postloan.engine import Engine, open_engine


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Give a session on DuckDB with one thread."""
    with open_engine("duckdb", threads=1) as session:
        yield session
