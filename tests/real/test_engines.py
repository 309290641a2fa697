"""Spark and DuckDB give the same result hash on both real books."""

from __future__ import annotations

import pytest

from postloan.run.daily import run_day
from tests.real.conftest import BERKA_DAY, MONTH_ENDS

pytestmark = [pytest.mark.real_data, pytest.mark.spark, pytest.mark.slow]


def test_berka_on_spark(berka, tmp_path):
    other = run_day(berka.imported.book, BERKA_DAY, tmp_path / "store", engine="spark", threads=2)
    assert other.run.result_hash == berka.result.run.result_hash


def test_taiwan_on_spark(september, tmp_path):
    other = run_day(september.imported.book, MONTH_ENDS[-1], tmp_path / "store", engine="spark", threads=2)
    assert other.run.result_hash == september.result.run.result_hash
