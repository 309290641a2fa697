"""What is refused: drafts that cannot be tried, and stores that cannot tell."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from postloan.engine import open_engine
from postloan.errors import PolicyError, RunError
from postloan.run.impact import Request, impact
from tests.run.impact.drafts import BANDS, FRIDAY, draft_of, stricter


def test_a_draft_that_reads_no_fact_is_refused(house, tmp_path):
    with pytest.raises(PolicyError) as caught:
        impact(Request(stricter(tmp_path / "draft", "loan.moon_phase"), house / "store"), threads=1)
    assert caught.value.code == "unknown_name"
    assert "moon_phase" in caught.value.message


def test_what_facts_were_computed_with_does_not_change_under_stored_facts(house, tmp_path):
    draft = draft_of(tmp_path / "draft", parameters_dot_yaml=BANDS)
    with pytest.raises(PolicyError) as caught:
        impact(Request(draft, house / "store"), threads=1)
    assert (caught.value.code, "amount_bands" in caught.value.message) == ("facts_would_change", True)
    assert "--book" in caught.value.mend


@pytest.fixture
def copied(house, tmp_path):
    """Give a store of the test's own to spoil."""
    shutil.copytree(house / "store", tmp_path / "store")
    return tmp_path / "store"


def _without(store: Path, column: str) -> None:
    path = store / "runs" / FRIDAY.isoformat() / "facts_loan.parquet"
    with open_engine(threads=1) as engine:
        engine.write(engine.raw(path).drop(column), path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def test_a_fact_that_the_result_lacks_is_named(copied):
    _without(copied, "dpd_days")
    with pytest.raises(RunError) as caught:
        impact(Request("cn_rural", copied), threads=1)
    assert (caught.value.code, "loan.dpd_days" in caught.value.message) == ("facts_not_kept", True)


def test_facts_that_are_no_longer_kept(copied):
    (copied / "runs" / FRIDAY.isoformat() / "facts_customer.parquet").unlink()
    with pytest.raises(RunError) as caught:
        impact(Request("cn_rural", copied), threads=1)
    assert (caught.value.code, "facts_customer" in caught.value.message) == ("facts_not_kept", True)


def test_a_result_of_an_earlier_version_needs_the_book(copied):
    shutil.rmtree(copied / "runs" / FRIDAY.isoformat() / "book")
    with pytest.raises(RunError) as caught:
        impact(Request("cn_rural", copied), threads=1)
    assert (caught.value.code, "--book" in caught.value.mend) == ("book_not_kept", True)


def test_a_result_that_cannot_be_computed_again_is_no_ground(copied):
    path = copied / "runs" / FRIDAY.isoformat() / "facts_loan.parquet"
    with open_engine(threads=1) as engine:
        rows = engine.raw(path)
        engine.write(rows.mutate(dpd_days=rows.dpd_days + 100), path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)
    with pytest.raises(RunError) as caught:
        impact(Request("cn_rural", copied), threads=1)
    assert caught.value.code == "not_reproduced"


@pytest.mark.parametrize("day", [date(2024, 6, 19)])
def test_a_day_without_a_result(house, day):
    with pytest.raises(RunError) as caught:
        impact(Request("cn_rural", house / "store", days=(day,)), threads=1)
    assert caught.value.code == "unknown_day"
