"""The cases of the shipped pack notice when a rule, a threshold or a date of it is changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from postloan.cli.policy._shared import kinds
from postloan.policy import mutation, pack

LEAST = {
    "COL12": Decimal("0.93"),  # three of 44: the second test of its red grade is for what is not counted
    "signal_response": Decimal("0.945"),
}
"""What cases of these few notice so far, where 95 % is asked of all others."""

TABLES = Path(pack.__file__).parents[1] / "packs" / "cn_rural" / "tables"


def test_the_cases_of_one_table_notice_every_change_of_it() -> None:
    report = mutation.run(pack.load("cn_rural"), kinds(), tables=["floors"])
    assert report.mutants > 90
    assert report.survived == 0


@pytest.mark.slow
def test_the_cases_notice_what_is_changed_anywhere_in_the_pack() -> None:
    report = mutation.run(pack.load("cn_rural"), kinds())
    # Every table of the pack, and the 208 signals of the catalogue.
    tables = [one for one in report.subjects if one.kind == "table"]
    assert {one.name for one in tables} == {path.name for path in TABLES.iterdir()}
    assert len(report.subjects) - len(tables) == 208
    waiting = {one.code for one in pack.load("cn_rural").as_of(date(2026, 11, 1)).signals if one.waits_for}
    weak = {
        one.name: (one.killed, len(one.survived))
        for one in report.subjects
        if one.name not in waiting
        and one.killed < LEAST.get(one.name, Decimal("0.95")) * (one.killed + len(one.survived))
    }
    assert weak == {}
    assert report.equivalent < report.mutants // 20
    assert report.percent >= 95
