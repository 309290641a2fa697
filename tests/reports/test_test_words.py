"""Tests in words: what a banker reads for what a table asks."""

from __future__ import annotations

import pytest

from postloan.reports.test_words import in_words


@pytest.mark.parametrize(
    ("test", "english", "chinese"),
    [
        (">= 1", "at least 1", "不低于 1"),
        ("> 0.5", "more than 0.5", "大于 0.5"),
        ("<= 3", "at most 3", "不高于 3"),
        ("< -2", "less than -2", "小于 -2"),
        ("[31..60]", "from 31 to 60", "31 至 60"),
        ("(30..90]", "more than 30, at most 90", "大于 30、不高于 90"),
        ("[30..90)", "at least 30, less than 90", "不低于 30、小于 90"),
        ("(0..1)", "more than 0, less than 1", "大于 0、小于 1"),
        ("false,null", "no or not known", "否或未知"),
        ("true", "yes", "是"),
        ("false", "no", "否"),
        ('"doubtful"', "doubtful (D)", "可疑"),
        ('"doubtful", "loss"', "doubtful (D) or loss", "可疑或loss"),
        ("not(3)", "other than 3", "非 3"),
        (" >= 1 ", "at least 1", "不低于 1"),
    ],
)
def test_plain_comparisons_are_told(test: str, english: str, chinese: str) -> None:
    assert in_words(test, "en", {"doubtful": "doubtful (D)"}) == english
    assert in_words(test, "zh", {"doubtful": "可疑"}) == chinese


def test_shares_are_told_in_per_cent() -> None:
    assert in_words("< 0.50", "en", percent=True) == "less than 50 %"
    assert in_words("[0.105..1]", "zh", percent=True) == "10.5 % 至 100 %"
    assert in_words('"loss"', "en", percent=True) == "loss"


@pytest.mark.parametrize(
    "test", ["", "-", "? > 1 and ? < 3", "(1..", ">= loan.amount", "not(x)", "> 1 or < 0", "1 2"]
)
def test_what_is_no_plain_comparison_is_left_to_the_pack_s_own_text(test: str) -> None:
    assert in_words(test, "en") is None
