"""One session of each engine for the whole suite, over the same adversarial Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from postloan.engine import Engine, open_engine
from tests.parity import adversarial


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return adversarial.write(tmp_path_factory.mktemp("adversarial"))


@pytest.fixture(scope="session")
def duckdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("duckdb", threads=2, scratch=tmp_path_factory.mktemp("duckdb")) as engine:
        yield engine


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("spark", threads=2, memory="1GiB", scratch=tmp_path_factory.mktemp("spark")) as engine:
        yield engine


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    found: Engine = request.getfixturevalue(request.param)
    return found
