"""Stories from results alone: without kept facts, without the pack, of what is not there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from postloan.cli.packs import Names
from postloan.cli.story import say_story
from postloan.cli.words import Words
from postloan.engine import open_engine
from postloan.errors import RunError
from postloan.policy import pack
from postloan.run.explain import explain
from tests.run.made_store import made_run

DAY = "2026-01-05"

LOAN = {
    "loan_id": "L1",
    "customer_id": "C1",
    "balance": Decimal("900.00"),
    "overdue_amount": Decimal("100.00"),
    "days_past_due": 95,
    "dpd_source": "schedule",
    "scheme_id": "cn10a",
    "class_floor": "06",
    "class_machine": "06",
    "class_final": "06",
    "five_level": "substandard",
    "floor_rule_ids": '["F05"]',
    "missing": '["loan.stage"]',
    "suit_status": "none",
}
SIGNAL = {
    "customer_id": "C1",
    "subject_kind": "loan",
    "subject_id": "L1",
    "code": "REP05",
    "severity": "red",
    "value": "95",
    "threshold_fixed": "61",
    "threshold_applied": "61",
    "opened_on": DAY,
    "evidence": '{"loan.dpd_days":95}',
}
OTHER = {**SIGNAL, "subject_id": "L2", "code": "REP03", "severity": "yellow", "value": "9"}
DUTY = {
    "measure_id": "M24:loan:L1",
    "measure_code": "M24",
    "level": "loan",
    "loan_id": "L1",
    "customer_id": "C1",
    "nature": "duty",
    "owner_role": "customer_manager",
    "due_on": "2026-01-08",
    "blocks": '["M29"]',
    "rule_ids": '["M24.1"]',
    "because": "{}",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_engine(threads=1, scratch=tmp_path_factory.mktemp("scratch")) as engine:
        yield engine


@pytest.fixture(scope="module")
def store(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("house") / "store"
    warning = {"customer_id": "C1", "colour": "red", "opened_on": DAY, "score": 330, "rule_id": "red"}
    loans = [LOAN, {**LOAN, "loan_id": "L2", "days_past_due": 9, "five_level": "special_mention"}]
    made_run(
        engine, folder, DAY, warning=[warning], signal=[SIGNAL, OTHER], loan_state=loans, measure_due=[DUTY]
    )
    return folder


def test_without_pack_and_facts_the_result_still_tells(engine, store, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    told = explain(engine, store, "loan", "L1")
    assert (told["states"], told["policy_shown"], told["customer"]) == (None, None, {})
    assert [one["code"] for one in told["signals"]] == ["REP05"]  # that of the other loan is another story
    say_story(told, Words("en"), Names(None, "en"))
    shown = capsys.readouterr().out
    for words in (
        "95 days past due",
        "REP05: 95",
        "final 06",
        "rule red",
        "M24",
        "blocks M29",
        "no longer kept",
    ):
        assert words in shown, words


def test_a_rule_is_told_with_the_values_that_the_result_holds(engine, store):
    policy = pack.load("cn_rural").as_of(date.fromisoformat(DAY))
    told = explain(engine, store, "loan", "L1", policy=policy)
    (floor,) = told["loans"][0]["rules"]["floor"]
    assert (floor["row"], floor["conditions"][0]["test"]) == ("F05", "> 90")
    assert floor["conditions"][0]["value"] == 95


def test_a_customer_has_all_loans_worst_first(engine, store):
    told = explain(engine, store, "customer", "C1")
    assert [loan["loan_id"] for loan in told["loans"]] == ["L1", "L2"]
    assert [one["code"] for one in told["signals"]] == ["REP05", "REP03"]


@pytest.mark.parametrize(
    ("kind", "number", "mend"),
    [("loan", "L11", "did you mean L1"), ("customer", "L1", "--loan L1"), ("loan", "C1", "--customer C1")],
)
def test_an_unknown_number_is_answered_with_what_is_near(engine, store, kind, number, mend):
    with pytest.raises(RunError) as error:
        explain(engine, store, kind, number)
    assert (error.value.code, mend in error.value.mend) == (f"unknown_{kind}", True), error.value.mend


def test_a_number_like_no_other_is_answered_as_well(engine, store):
    with pytest.raises(RunError) as error:
        explain(engine, store, "loan", "totally-else")
    assert "see that the number is right" in error.value.mend
