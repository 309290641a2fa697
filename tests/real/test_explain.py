"""The two loans that the Czech book is known for, as the command line tells of them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from postloan.cli import main

pytestmark = pytest.mark.real_data


def _told(*args: object) -> str:
    done = CliRunner().invoke(main, ["explain", *map(str, args)])
    assert done.exit_code == 0, done.stderr
    return done.stdout


def test_the_story_of_the_loan_in_arrears_fits_one_screen(berka):
    story = _told(berka.store, "--loan", "5314", "--book", berka.imported.book)
    assert len(story.splitlines()) <= 45
    for words in (
        "231 days past due",
        "oldest unpaid 1993-08-12",
        "substandard  final Sub2",
        "REP05",
        "MX07: days past due 231 ((180..270])",
        "paid_on 1994-03-12",
    ):
        assert words in story, words


def test_the_overdraft_is_among_the_signals_of_its_customer(berka):
    told = json.loads(_told(berka.store, "--loan", "7097", "--json"))
    assert "ACC06" in {one["code"] for one in told["signals"]}
    assert told["warning"]["colour"] in ("yellow", "blue", "orange", "red")
    assert "penalty interest" in _told(berka.store, "--loan", "7097")
