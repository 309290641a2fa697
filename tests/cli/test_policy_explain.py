"""Why a table said what it said: the rule that held and what the nearest ones missed by."""

from __future__ import annotations

import pytest

from tests.cli.conftest import DAY


@pytest.fixture(scope="module")
def told(call, house):
    """L1 is 102 days past due on the day: its oldest unpaid instalment was due on 2024-03-10."""
    return call("policy", "explain", house.store, "--loan", "L1", "--json").json


def table(told, name):
    (found,) = [one for one in told["tables"] if one["table"] == name]
    return found


def test_rules_stand_with_the_values_that_the_run_gave_its_tables(call, house, told):
    assert (told["subject_id"], told["customer_id"], told["as_of"]) == ("L1", "C-L1", DAY)
    dunning = table(told, "dunning")
    assert [one["rule_id"] for one in dunning["held"]] == ["M23.1", "M24.1", "M25.1"]
    assert dunning["held"][2]["conditions"] == [
        {"input": "loan.claim_days", "label": "days past due", "test": ">= 31", "value": 102}
    ]
    story = call("explain", house.store, "--loan", "L1", "--json").json
    (loan,) = story["loans"]
    rows = [row["row"] for row in table(told, "floors")["answer"]]
    assert set(loan["floor_rule_ids"]) <= set(rows)
    assert loan["matrix_rule_id"] in [row["row"] for row in table(told, "matrix_worst")["answer"]]
    assert table(told, "colour")["answer"][0]["colour"] == story["warning"]["colour"]
    due = {row["measure_code"] for row in story["measures"]}
    named = [row["measure"] for name in ("dunning", "response") for row in table(told, name)["answer"]]
    assert due & {"M23", "M24", "M25"} <= set(named)


def test_the_nearest_rules_say_what_they_missed_by(told):
    near = table(told, "floors")["nearest"][0]
    assert near["rule_id"] == "F10.1"
    assert near["missed"] == [
        {
            "input": "loan.claim_days",
            "label": "days past due",
            "test": "> 270",
            "value": 102,
            "by": 168,
            "unit": "",
        }
    ]


def test_signals_tell_state_value_threshold_and_what_is_next(told):
    signals = {one["code"]: one for one in told["signals"]}
    early = signals["REP05"]
    assert (early["state"], early["severity"], early["value"], early["next"]) == ("fired", "red", 102, None)
    assert early["threshold"] == "61"
    clear = [one for one in signals.values() if one["state"] == "clear" and one["next"]]
    assert clear
    for one in clear:
        assert one["next"]["test"] == one["grades"][one["next"]["severity"]]
    unknown = [one for one in signals.values() if one["state"] == "not_measurable"]
    assert all(one["missing"] for one in unknown)


def test_a_customer_is_explained_with_all_loans_in_words(call, house):
    spoken = call("policy", "explain", house.store, "--customer", "C-L2", "--lang", "zh")
    assert spoken.code == 0
    assert "无规则满足" in spoken.out
    assert "贷款 L2" in spoken.out
    english = call("policy", "explain", house.store, "--loan", "L1", "--table", "floors").out
    assert "rule F05.1 held: days past due 102 (needs > 90)" in english
    assert "rule F10.1 missed by days past due needs > 270, is 102, 168 off" in english


def test_values_may_be_given_without_a_store(call, tmp_path):
    ask = ("policy", "explain", "cn_rural", "--table", "dunning", "--as-of", DAY, "--json", "--given")
    told = call(*ask, "loan.claim_days=87", "--given", 'loan.guarantee_mode="guarantor"').json
    assert [one["rule_id"] for one in told["tables"][0]["held"]] == ["M23.1", "M24.1", "M25.1", "M15.1"]
    facts = tmp_path / "facts.yaml"
    facts.write_text("loan.claim_days: 2\n", encoding="utf-8")
    told = call(*ask, facts).json
    assert [one["rule_id"] for one in told["tables"][0]["held"]] == ["M22.1"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ((), "usage"),
        (("--loan", "L1", "--customer", "C-L1"), "usage"),
        (("--loan", "nobody"), "unknown_loan"),
        (("--loan", "L1", "--table", "color"), "unknown_table"),
        (("--loan", "L1", "--as-of", "2020-01-01"), "unknown_day"),
        (("--given", "loan.claim_days=1"), "usage"),
    ],
)
def test_what_cannot_be_asked_is_said(call, house, more, code):
    told = call("policy", "explain", house.store, *more, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, code)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("loan.claim_dayz=1", "unknown_name"),
        ("loan.claim_days=>", "feel_syntax"),
        ("list.yaml", "given_unreadable"),
    ],
)
def test_values_that_cannot_be_read_are_refused(call, tmp_path, given, code):
    (tmp_path / "list.yaml").write_text("- 1\n", encoding="utf-8")
    given = str(tmp_path / given) if given.endswith("yaml") else given
    told = call("policy", "explain", "cn_rural", "--table", "dunning", "--given", given, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, code)
