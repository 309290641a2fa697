"""One DuckDB session for the policy tests, and the packs that some of them change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from postloan.engine import Engine, open_engine
from tests.policy.bank_pack import make_bank
from tests.policy.base_pack import make_base


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Give a session on DuckDB with one thread."""
    with open_engine("duckdb", threads=1) as session:
        yield session


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Give the folder of a pack `base` of the test's own."""
    return make_base(tmp_path)


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """Give the folder of a pack `bank` that extends a pack `base`, both of the test's own."""
    return make_bank(tmp_path)
