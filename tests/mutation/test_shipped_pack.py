"""The cases of the shipped pack notice when a rule, a threshold or a date of it is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from postloan.cli.policy._shared import kinds
from postloan.policy import mutation, pack

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
    # FRD03 waits for a feed. What survives in small signals and in tables of many inputs is mostly a change
    # that no value can show, which the search for equivalents does not prove.
    weak = {
        one.name: (one.killed, len(one.survived))
        for one in report.subjects
        if one.name != "FRD03" and one.killed < 0.93 * (one.killed + len(one.survived))
    }
    assert weak == {}
    assert report.equivalent < report.mutants // 20
    assert report.percent >= 95
