"""The cases of the shipped pack notice when a rule, a threshold or a date of it is changed."""

from __future__ import annotations

import pytest

from postloan.cli.policy._shared import kinds
from postloan.policy import mutation, pack


def test_the_cases_of_one_table_notice_every_change_of_it() -> None:
    report = mutation.run(pack.load("cn_rural"), kinds(), tables=["floors"])
    assert report.mutants > 90
    assert report.survived == 0


@pytest.mark.slow
def test_the_cases_notice_what_is_changed_anywhere_in_the_pack() -> None:
    report = mutation.run(pack.load("cn_rural"), kinds())
    assert len(report.subjects) == 49
    for one in report.subjects:
        assert one.killed >= 0.95 * (one.killed + len(one.survived)), one.name
    assert report.equivalent < report.mutants // 20
    assert report.percent >= 95
