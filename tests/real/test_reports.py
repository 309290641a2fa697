"""The figures of docs/reports.md are what its commands print on the real books."""

from __future__ import annotations

import pytest

from bench.reports import PAGE, filled, make_stores


@pytest.mark.slow
@pytest.mark.real_data
def test_the_figures_in_docs_are_up_to_date(real_data, tmp_path):
    make_stores(real_data, tmp_path)
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("$ postloan report ") >= 6
    assert filled(page, tmp_path) == page, "write it anew: python -m bench.reports --write"
