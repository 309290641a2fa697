"""The catalogue's test vectors (classification.md, B8) and the floors, through a run on one book."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from postloan.cli import main
from postloan.cli.class_lines import class_lines
from postloan.cli.packs import Names
from postloan.cli.words import Words
from postloan.engine import open_engine
from postloan.policy import pack
from postloan.run.daily import catch_up
from postloan.run.explain import explain
from tests.classification import vectors_book
from tests.classification.vectors_book import BEFORE, DAY


@dataclass
class Results:
    """What the run of the second day says of each loan."""

    store: Path
    state: dict[str, dict[str, Any]]
    basis: dict[str, dict[str, Any]]

    def level(self, name: str) -> str | None:
        return self.state[name]["class_final"]  # type: ignore[no-any-return]

    def floors(self, name: str) -> list[str]:
        return json.loads(self.state[name]["floor_rule_ids"])  # type: ignore[no-any-return]

    def told(self, name: str) -> tuple[Any, ...]:
        row = self.state[name]
        return row["class_final"], row["matrix_rule_id"], self.floors(name)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("vectors")
    book = vectors_book.make(folder / "book")
    catch_up(book, DAY, folder / "store", from_date=BEFORE, threads=2)
    result = folder / "store" / "runs" / DAY.isoformat()
    with open_engine(threads=1) as engine:
        tables = [
            {row["loan_id"]: row for row in engine.rows(engine.raw(result / f"{name}.parquet"))}
            for name in ("loan_state", "class_basis")
        ]
    return Results(folder / "store", *tables)


def test_vector_1_the_floor_overrides_the_former_matrix(found: Results) -> None:
    assert found.told("v01") == ("05", "MX05", ["F01"])
    basis = found.basis["v01"]
    assert (basis["reference_table"], basis["reference_row"]) == ("reference_farmer", "excellent.pledge")
    assert basis["reference_class"] == "normal"
    assert found.basis["v02"]["reference_class"] is None  # a firm has no former matrix


def test_vectors_2_to_5_count_the_worse_component_and_only_proven_causes(found: Results) -> None:
    assert found.told("v02") == ("06", "MX06", ["F01", "F05"])
    assert found.told("v03") == ("03", "MX03", [])
    assert found.told("v04") == ("04", "MX04", ["F01"])
    assert found.told("v05") == ("06", "MX06", ["F01", "F05"])


def test_vector_6_more_than_a_tenth_non_performing_takes_all_claims_along(found: Results) -> None:
    assert found.basis["v06"]["debtor_npl_share"] == Decimal("0.100000")
    assert found.told("v06") == ("05", "MX05", ["F04"])
    assert found.basis["v06b"]["debtor_npl_share"] == Decimal("0.100100")
    assert found.told("v06b") == ("06", "MX06", ["F04", "F09"])
    # Natural persons are looked at by loan: no floor, only the customer's red warning speaks.
    assert found.told("retail-other") == ("05", "MX05", [])


def test_vectors_7_and_8_debts_at_all_banks(found: Results) -> None:
    assert found.told("v07") == ("06", "MX06", ["F08"])
    assert found.told("v07-at") == ("03", "MX03", [])  # more than 20 %, not 20 %
    assert found.told("v08") == ("05", "MX05", [])  # no floor; a red warning speaks
    assert found.told("v07-merged") == ("05", "MX05", [])  # F19: left out for six months


def test_vectors_9_to_11_days_beside_loss_and_cover(found: Results) -> None:
    assert found.level("v09") == "08"
    assert (found.level("v10a"), found.level("v10b")) == ("07", "08")
    assert found.told("v11") == ("10", "MX10", ["F01", "F05", "F10", "F13"])


def test_vector_12_a_non_performing_class_is_held_until_it_was_paid_long_enough(found: Results) -> None:
    state, basis = found.state["v12"], found.basis["v12"]
    assert (state["class_machine"], state["class_final"], state["upgrade_proposed"]) == ("03", "06", None)
    # Cleared on 10 April: six months later is longer than two monthly periods, 15 April to 15 June.
    assert (basis["paid_normally_since_on"], basis["upgrade_from_on"]) == (
        date(2024, 4, 10),
        date(2024, 10, 10),
    )
    assert [basis[name] for name in ("u1", "u2", "u3", "u4", "u5")] == [
        "holds", "fails", "not_measurable", "holds", "fails",
    ]  # fmt: skip
    yearly = found.basis["v12-yearly"]
    # Cleared on 30 August 2021: two full years run from 30 June 2022 to 30 June 2024.
    assert (yearly["paid_normally_since_on"], yearly["upgrade_from_on"]) == (
        date(2021, 8, 30),
        date(2024, 6, 30),
    )
    assert (yearly["u2"], found.level("v12-yearly")) == ("fails", "06")
    retail = found.state["v12-retail"]
    assert (retail["class_final"], retail["upgrade_proposed"]) == ("06", "05")  # U5, one step (U7)


def test_vector_13_a_missed_instalment_restarts_the_observation(found: Results) -> None:
    basis = found.basis["v13"]
    assert (basis["restructuring_state"], basis["observation_missed_count"]) == ("observed", 1)
    assert basis["observation_starts_on"] == date(2024, 6, 15)
    assert found.state["v13"]["observation_ends_on"] == date(2025, 6, 15)
    assert found.told("v13") == ("05", "MX05", ["F16"])


def test_vectors_14_and_15(found: Results) -> None:
    assert found.level("v14-loan") == "06"
    assert found.level("v14") == "06"
    assert "F21" in found.floors("v14")
    assert found.state["v15"]["five_level"] == "not_measurable"
    assert "loan.dpd_days" in json.loads(found.state["v15"]["missing"])


def test_the_observation_ends_after_a_year_and_two_periods(found: Results) -> None:
    assert found.told("obs-last-day") == ("04", "MX04", ["F16"])
    assert found.state["obs-last-day"]["observation_ends_on"] == DAY
    assert found.basis["obs-over"]["restructuring_state"] == "passed"
    assert found.told("obs-over") == ("03", "MX03", [])
    assert found.state["obs-over"]["observation_ends_on"] is None
    # With yearly dates two full periods are longer than a year.
    assert found.state["obs-yearly"]["observation_ends_on"] == date(2024, 12, 31)
    assert found.told("obs-healthy") == ("03", "MX03", [])  # no difficulty, no restructured asset


def test_restructured_again_or_non_performing_within_the_observation(found: Results) -> None:
    assert found.told("obs-again") == ("07", "MX07", ["F16", "F17", "F18"])
    level, _, floors = found.told("obs-npl")
    assert (level, "F18" in floors) == ("06", True)


def test_season_relief_keeps_the_class(found: Results) -> None:
    assert found.told("season") == ("03", "MX03", [])
    assert found.basis["season"]["modifiers"] == '["season_relief"]'
    assert found.told("season-no-disaster") == ("04", "MX04", ["F16"])


SIGNS = {
    "f02": ("04", "MX04", ["F02"]),
    "f02-other": ("03", "MX03", []),
    "f03": ("04", "MX04", ["F03"]),
    "f03-ok": ("03", "MX03", []),
    "f04-elsewhere": ("05", "MX05", ["F04"]),
    "f07": ("06", "MX06", ["F07"]),
    "f07-two": ("03", "MX03", []),
    "f07-able": ("03", "MX03", []),
    "f11": ("08", "MX08", ["F11"]),
    "f14": ("10", "MX10", ["F14"]),
    "guaranteed": ("05", "MX05", []),
    "stopped": ("09", "MX09", []),
    "dead": ("10", "MX10", []),
    "dead-estate": ("03", "MX03", []),
    "dead-unknown": ("03", "MX03", []),
}


@pytest.mark.parametrize("name", SIGNS)
def test_signs(found: Results, name: str) -> None:
    assert found.told(name) == SIGNS[name]


def test_what_could_have_changed_a_class_is_named(found: Results) -> None:
    assert "customer.estate_value" in json.loads(found.state["dead-unknown"]["missing"])
    assert "customer.estate_value" not in json.loads(found.state["dead"]["missing"])


def test_a_circle_with_a_failing_member_is_one_level_worse(found: Results) -> None:
    # Two hold by themselves N3 and SM2 (their guarantor fails); the third is Sub1 by days and has no failing
    # other.
    assert (found.level("ring3"), found.basis["ring3"]["modifiers"]) == ("06", "[]")
    assert (found.level("ring2"), found.basis["ring2"]["modifiers"]) == ("04", '["circle"]')
    assert (found.level("ring1"), found.basis["ring1"]["modifiers"]) == ("06", '["circle"]')


DECIDED = {
    "up": ("05", None, []),
    "up-same": ("06", "05", ["same_person"]),
    "up-low": ("06", "05", ["approved_too_low"]),
    "up-maker-low": ("06", "05", ["determined_too_low"]),
    "up-nobody": ("06", "05", ["not_approved"]),
    "up-stranger": ("06", "05", ["approver_unknown"]),
    "up-two": ("06", "04", ["more_than_one_step"]),
    "up-early": ("06", "05", ["u2"]),
    "up-overdue": ("06", "05", ["u1", "u2"]),
    "up-impaired": ("06", "05", ["u4"]),
    # A loss needs approval one level higher (U6); until then the loan is one level short of it.
    "loss": ("10", "09", []),
    "loss-nobody": ("09", None, ["not_approved"]),
    "loss-low": ("09", None, ["approved_too_low"]),
}


@pytest.mark.parametrize("name", DECIDED)
def test_a_decision_upgrades_or_writes_down_only_with_authority_and_conditions(
    found: Results, name: str
) -> None:
    level, proposed, reasons = DECIDED[name]
    assert found.level(name) == level
    assert found.state[name]["upgrade_proposed"] == proposed
    assert json.loads(found.basis[name]["refused"]) == reasons


def test_what_the_run_before_called_non_performing_is_held(found: Results) -> None:
    state, basis = found.state["held"], found.basis["held"]
    assert (state["class_previous"], state["class_machine"], state["class_final"]) == ("06", "03", "06")
    assert json.loads(basis["held"]) == ["npl"]
    assert basis["u1"] == "holds"


def test_a_worse_decision_stands_without_approval(found: Results) -> None:
    assert found.level("worse") == "05"
    assert found.basis["worse"]["refused"] == "[]"


def test_provisions_are_exact_cents(found: Results) -> None:
    assert found.basis["reason"]["provision_after"] == Decimal(
        "20.01"
    )  # 2 % of 1000.25, halves away from zero
    assert found.basis["worse"]["provision_before"] == Decimal("2000.00")
    held = found.basis["held"]
    assert held["provision_before"] == held["provision_after"]
    assert found.basis["v15"]["provision_after"] is None


def test_explain_tells_what_keeps_a_class_and_what_a_better_one_needs(found: Results) -> None:
    policy = pack.load("cn_rural").as_of(DAY)
    with open_engine(threads=1) as engine:
        told = {
            name: explain(engine, found.store, "loan", name, policy=policy)["loans"][0]
            for name in ("v07", "v12", "up-low", "v03", "v09", "loss-low")
        }
    firm = told["v07"]["class"]
    assert [rule["rule_id"] for rule in firm["holding"]] == ["F08.1"]
    assert firm["next"] == {"level_code": "05", "five_level": "special_mention"}  # its red warning remains
    assert [rule["rule_id"] for rule in told["v07"]["rules"]["matrix"]] == ["MX06.f"]
    people = told["v12"]["class"]["people"]
    assert (people["conditions"]["u2"], people["upgrade_from_on"]) == ("fails", date(2024, 10, 10))
    assert told["up-low"]["class"]["people"]["refused"] == ["approved_too_low"]
    best = told["v03"]["class"]  # N3 by a technical overdue: N2 asks for no days past due
    assert best["next"] == {"level_code": "02", "five_level": "normal"}
    assert "loan.claim_days" in {one["input"] for one in best["needs"]}
    # 271 days: D1. A day less is the band of 181 to 270, and not the best level that other rules leave.
    days = told["v09"]["class"]
    assert days["next"] == {"level_code": "07", "five_level": "substandard"}
    assert [(one["input"], one["test"], one["value"]) for one in days["needs"]] == [
        ("loan.claim_days", "<= 270", 271)
    ]
    names = Names(policy, "zh")
    for name, words in (("up-low", "审批层级不足"), ("loss-low", "损失类须经批准方可生效")):
        lines = [
            " ".join(parts)
            for parts in class_lines(told[name], Words("zh"), names, lambda one: str(one["label"]))
        ]
        assert any(words in line for line in lines), lines


def test_explain_tells_who_or_what_makes_a_class_that_no_row_makes(found: Results) -> None:
    policy = pack.load("cn_rural").as_of(DAY)
    with open_engine(threads=1) as engine:
        told = {
            name: explain(engine, found.store, "loan", name, policy=policy)["loans"][0]
            for name in ("ring2", "worse", "held", "obs-again")
        }
    # N3 by its own rows: what makes it SM1 is the circle, so that is what has to go, for N3 and not for N2.
    circle = told["ring2"]["class"]
    assert [rule["row"] for rule in circle["holding"]] == ["circle"]
    assert (circle["next"], circle["needs"]) == ({"level_code": "03", "five_level": "normal"}, [])
    lines = class_lines(told["ring2"], Words("zh"), Names(policy, "zh"), lambda one: str(one["label"]))
    text = " ".join(part for parts in lines for part in parts)
    assert "以下情形消除后可为正常三级：担保圈 members of the circle" in text
    # Sub2 by F17 alone: without it neither its floor (Sub) nor F18, which reads the first class, would stay,
    # but F16 would.
    again = told["obs-again"]["class"]
    assert {rule["rule_id"] for rule in again["holding"]} == {"F17.1"}
    assert again["next"] == {"level_code": "04", "five_level": "special_mention"}
    # Where people or a hold make the class, no row of the machine stands between it and a better one.
    for name in ("worse", "held"):
        story = told[name]["class"]
        assert (story["next"], story["needs"], story["holding"]) == (None, [], [])
    assert told["worse"]["class"]["people"]["is_decisive"]
    assert not told["held"]["class"]["people"]["is_decisive"]
    for lang, line in (
        ("en", "people determined SM2 on 2024-06-20, and so it stands"),
        ("zh", "人工认定关注二级（2024-06-20），以此为准"),
    ):
        lines = [
            " ".join(parts)
            for parts in class_lines(told["worse"], Words(lang), Names(policy, lang), lambda one: "")
        ]
        assert line in lines


def test_explain_writes_codes_as_they_are(found: Results) -> None:
    shown = CliRunner().invoke(main, ["explain", str(found.store), "--loan", "v06b", "--lang", "en"])
    assert shown.exit_code == 0, shown.output
    assert "floor that holds F09" in shown.output
    for loan, words in (
        ("v13", "重组状态 观察期内"),
        ("sued", "诉讼状态 已起诉 (已起诉,已判决,强制执行中)"),
        ("advanced", "逾期 20 天（按垫款计算）"),
    ):
        shown = CliRunner().invoke(main, ["explain", str(found.store), "--loan", loan, "--lang", "zh"])
        assert words in shown.output, shown.output
