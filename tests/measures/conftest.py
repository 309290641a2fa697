"""One engine for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from postloan.engine import Engine, open_engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine(threads=1, memory="1GiB") as session:
        yield session
