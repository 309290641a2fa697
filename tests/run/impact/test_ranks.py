"""Which of two classes is the worse, within a scheme and between two."""

from __future__ import annotations

import pytest

from postloan.policy.pack import load
from postloan.run.impact.ranks import Ranks
from tests.run.impact.drafts import SHIPPED, THURSDAY, draft_of


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (("in-sma", "SUB"), ("in-sma", "D1"), "worse"),  # though D1 comes first by letters
        (("in-sma", "LOSS"), ("in-sma", "STD"), "better"),
        (("in-sma", "SMA1"), ("in-sma", "SMA2"), "worse"),  # within a scheme its order decides
        (("cn10a", "05"), ("in-sma", "SMA2"), None),  # which stands for 05
        (("cn10a", "10"), ("cn12", "21"), "better"),
        (("cn12", "15"), ("cn10a", "04"), "worse"),
        (("cn10a", "03"), ("cn10a", None), None),  # not measurable any more
        (("cn10a", "03"), (None, None), None),  # entrusted
    ],
)
def test_which_class_is_worse(old, new, change):
    policy = load("cn_rural").as_of(THURSDAY)
    move = {"scheme_id": old[0], "from": old[1], "to_scheme_id": new[0], "to": new[1]}
    ranks = Ranks(policy, policy)
    assert (ranks.is_worse(move), ranks.is_better(move)) == (change == "worse", change == "better")


def test_an_order_within_a_scheme_holds_though_its_levels_say_something_else_besides(tmp_path):
    """SMA1 and SMA2 both stand for 05; SMA2 is the worse, however often both are to be reviewed."""
    text = (SHIPPED / "schemes" / "in-sma.yaml").read_text(encoding="utf-8") + "overrides: a trial\n"
    more_often = text.replace("min_review_freq_days: 90", "min_review_freq_days: 30")
    draft = load(draft_of(tmp_path / "draft", **{"schemes__in-sma_dot_yaml": more_often}))
    ranks = Ranks(load("cn_rural").as_of(THURSDAY), draft.as_of(THURSDAY))
    move = {"scheme_id": "in-sma", "from": "SMA1", "to_scheme_id": "in-sma", "to": "SMA2"}
    assert (ranks.is_worse(move), ranks.is_better(move)) == (True, False)
