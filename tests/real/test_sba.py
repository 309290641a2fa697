"""Loans that the SBA guarantees: without anything of how they were paid, there is nothing to warn by."""

from __future__ import annotations

from datetime import date

import pytest

from postloan.book.importing import import_book
from postloan.run.daily import run_day

pytestmark = pytest.mark.real_data


def test_a_book_without_behaviour_is_not_measurable_and_not_clear(real_data, tmp_path):
    import_book("sba", real_data / "sba_case", tmp_path / "book")
    result = run_day(tmp_path / "book", date(2007, 12, 31), tmp_path / "store")
    assert result.run.state == "done"
    assert result.counts["loans"] == 1_852
    assert sum(result.counts["warnings"].values()) == 0
    assert result.counts["classes"] == {"not_measurable": 1_852}
