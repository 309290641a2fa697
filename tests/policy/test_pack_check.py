"""What the check of a pack finds in its tables, its dates, its reviews and its folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from postloan.policy import dmn
from postloan.policy.checking import check_pack
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.policy.pack import load
from tests.policy.base_pack import FACTS, PARAMETERS, SIGNALS, found, table, write


def codes(base: Path, facts: dict[str, str] | None = None, end: date = date(2026, 12, 31)) -> list[str]:
    findings = check_pack(load(base), facts or FACTS, (date(2026, 8, 1), end))
    return [finding.code for finding in findings if finding.severity == "error"]


def test_check_finds_nothing_in_a_sound_pack(base: Path) -> None:
    assert codes(base) == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("signals/account.yaml", SIGNALS.replace("credits_3m_yoy", "credits_3m_yoj"), "unknown_name"),
        ("signals/account.yaml", SIGNALS.replace('"< 0.70"', "'\"low\"'"), "ill_typed"),
        ("signals/account.yaml", SIGNALS.replace(" and customer.has_open_loan", " and 1"), "ill_typed"),
        ("signals/account.yaml", SIGNALS.replace(">= 15 and customer.has_open_loan", "+ 1"), "ill_typed"),
        ("signals/account.yaml", SIGNALS.replace("subject: customer", "subject: loan"), "wrong_subject"),
        ("tables/colour/2026-01-01.dmn", dmn.write([table('"a"')]).decode(), "ill_typed"),
        (
            "tables/colour/2026-01-01.dmn",
            dmn.write([table("> 1", required=False)]).decode(),
            "null_unhandled",
        ),
    ],
)
def test_check_finds(base: Path, name: str, content: str, code: str) -> None:
    write(base, {name: content})
    assert codes(base) == [code]


def test_variables_that_stages_give_are_declared(base: Path) -> None:
    facts = {name: kind for name, kind in FACTS.items() if name != "loan.dpd_days"}
    assert codes(base, facts) == ["unknown_name", "unknown_name"]
    write(base, {"pack.yaml": "id: base\ncurrency: CNY\nvariables: {loan.dpd_days: integer}\n"})
    assert codes(base, facts) == []


def test_check_finds_dates_that_do_not_resolve(base: Path) -> None:
    write(
        base, {"parameters.yaml": PARAMETERS + "  - {name: short, value: 1, effective_until: 2026-10-31}\n"}
    )
    findings = check_pack(load(base), FACTS, (date(2026, 8, 1), date(2026, 10, 31)))
    assert "not_in_force" not in {finding.code for finding in findings}
    findings = check_pack(load(base), FACTS, (date(2026, 8, 1), date(2027, 1, 1)))
    assert [f.message for f in findings if f.code == "not_in_force"] == [
        "No parameter `short` is in force on 2026-11-01."
    ]
    assert "calendar_provisional" in {finding.code for finding in findings}


def test_check_lists_what_was_not_reviewed(base: Path) -> None:
    findings = check_pack(load(base), FACTS, (date(2027, 1, 3), date(2027, 2, 1)))
    due = {finding.message.split("`")[1] for finding in findings if finding.code == "review_due"}
    assert {"ACC02", "dpd_gap", "M01", "cn10a"} <= due


@pytest.mark.parametrize(
    ("name", "content", "severity", "code", "where"),
    [
        ("pack.yaml", "id: base\ncurrency: CNY\ncurency: CNY\n", "error", "pack_settings", "pack.yaml"),
        ("pack.yaml", "id: base\ncurrency: yuan\n", "error", "pack_settings", "pack.yaml, currency"),
        ("pack.yaml", "id: base\nname: Base\n", "error", "pack_settings", "pack.yaml"),
        (
            "pack.yaml",
            "id: base\ncurrency: CNY\nsegments: [all]\n",
            "error",
            "pack_settings",
            "pack.yaml, segments",
        ),
        (
            "pack.yaml",
            "id: base\ncurrency: CNY\nprecedence: [account, account]\n",
            "error",
            "pack_settings",
            "pack.yaml, precedence",
        ),
        (
            "pack.yaml",
            "id: base\ncurrency: CNY\nvariables: {loan.x: many}\n",
            "error",
            "ill_typed",
            "pack.yaml, variables",
        ),
        ("signal/own.yaml", "[]", "warning", "unknown_file", "signal"),
        ("signals/own.yml", "[]", "warning", "unknown_file", "signals/own.yml"),
        ("parameter.yaml", "[]", "warning", "unknown_file", "parameter.yaml"),
        ("tables/colour.dmn", "", "warning", "unknown_file", "tables/colour.dmn"),
        ("tables/colour/1899.md", "", "warning", "unknown_file", "tables/colour/1899.md"),
        ("tables/score/notes.txt", "", "warning", "unknown_file", "tables/score/notes.txt"),
        ("calendar/2027.yaml", "year: 2028\n", "error", "calendar_entry", "calendar/2027.yaml"),
        ("events.yaml", "[died, died]\n", "error", "pack_document", "events.yaml"),
        ("events.yaml", "died\n", "error", "pack_document", "events.yaml"),
        ("indicators.yaml", "- {limit: 3}\n", "error", "pack_document", "indicators.yaml"),
        (
            "signals/account.yaml",
            SIGNALS.replace("family: account", "family: acount"),
            "error",
            "unknown_family",
            "signals/account.yaml, signal ACC02",
        ),
        (
            "cases/colour.yaml",
            "- {case: a, table: colour, given: {loan.dpd_days: 1}, expect: {colour: red}}\n",
            "error",
            "case_failed",
            "cases/colour.yaml",
        ),
        (
            "tables/colour/2026-01-01.dmn",
            dmn.write([replace(table("> 60", "> 90"), hit_policy="U")], "colour"),
            "error",
            "overlap",
            "tables/colour/2026-01-01.dmn",
        ),
        (
            "tables/colour/2026-01-01.dmn",
            dmn.write([table("> 60")], "colour"),
            "warning",
            "gap",
            "tables/colour/2026-01-01.dmn",
        ),
    ],
)
def test_check_finds_faults_of_the_folder(
    base: Path, name: str, content: str | bytes, severity: str, code: str, where: str
) -> None:
    write(base, {name: content})
    hits = [one for one in found(base) if one[:2] == (severity, code)]
    assert any(place == f"base/{where}" or place.startswith(f"base/{where},") for _, _, place in hits), found(
        base
    )


def test_a_sum_that_an_unknown_adds_nothing_to_is_silent_and_a_maximum_is_not(base: Path) -> None:
    for sign, expected in (("+", []), ("#", []), (">", ["warning"])):
        outputs, inputs = (Output("points", "number"),), (Input("loan.dpd_days", "number"),)
        rules = (Rule("a", ("> 3",), ("5",)),)
        summing = DecisionTable("points", "Points", "C", inputs, outputs, rules, aggregation=sign)
        write(base, {"tables/points/1900-01-01.dmn": dmn.write([summing], "points")})
        assert [severity for severity, code, _ in found(base) if code == "null_unhandled"] == expected


def test_a_table_says_where_it_is_from_and_when_it_was_reviewed(base: Path) -> None:
    place = "tables/colour/2026-01-01.dmn"

    def told(made: DecisionTable, day: date) -> set[str]:
        write(base, {place: dmn.write([made], "colour")})
        findings = check_pack(load(base), FACTS, (day, day))
        return {one.code for one in findings if one.where == f"base/{place}"} & {
            "provenance_missing", "review_due",
        }  # fmt: skip

    bare = table("> 60")
    assert told(bare, date(2026, 8, 1)) == {"provenance_missing", "review_due"}
    sourced = replace(bare, reference="resolution 7", owner="risk_department", reviewed_on=date(2026, 2, 1))
    assert told(replace(sourced, owner=""), date(2026, 8, 1)) == {"provenance_missing"}
    for day, due in (
        (date(2027, 1, 31), set()),
        (date(2027, 2, 1), set()),
        (date(2027, 2, 2), {"review_due"}),
    ):
        assert told(sourced, day) == due


def test_an_older_review_is_listed_from_the_day_after_a_year(base: Path) -> None:
    for day, due in ((date(2027, 1, 1), False), (date(2027, 1, 2), True)):
        findings = check_pack(load(base), FACTS, (day, day))
        assert due == any(one.code == "review_due" and "ACC02" in one.message for one in findings)
