"""Packs: what is in force on a date, what overrides what, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from postloan.errors import PolicyError
from postloan.policy import column_name, dmn, pack_form
from postloan.policy.checking import check_pack
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.policy.pack import load

PARAMETERS = """
defaults: {effective_from: 1900-01-01, reference: RS1, owner: risk_department, reviewed_on: 2026-01-01,
  status: P}
entries:
  - {name: arrears_tolerance, value: 1.00, unit: currency}
  - {name: dpd_gap, value: 3, unit: days}
  - {name: dpd_gap, value: 5, unit: days, effective_from: 2026-01-01}
  - {name: late_start, value: "01", effective_from: 2026-07-01}
"""

SIGNALS = """
- code: ACC02
  name: {en: Credit turnover fall, zh: 贷方发生额下降}
  family: account
  subject: customer
  fact: customer.credits_3m_yoy
  grades: {yellow: "< 0.70", orange: "< 0.50"}
  when: customer.months_of_history_count >= 15 and customer.has_open_loan
  needs: [entry]
  peer: {side: low, quantile: 0.10, limit: 0.33}
  effective_from: 1900-01-01
  reference: RS1
  owner: risk_department
  reviewed_on: 2026-01-01
"""

SCHEMES = """
id: cn10a
name: {en: Ten levels, zh: 十级分类}
levels:
  - {level_code: "02", order: 2, name: {en: Normal 2, zh: 正常二级}, five_level: normal, is_npl: false}
  - {level_code: "01", order: 1, name_en: Normal 1, name_zh: 正常一级, five_level: normal, is_npl: false,
     provision_factor: 0.01}
"""

MEASURES = """
- {code: M01, name: First inspection, nature: duty, level: loan, owner_role: customer_manager,
   evidence: [report]}
"""

OVERRIDE = "- name: dpd_gap\n  value: 1\n  effective_from: 2026-03-01\n"

FACTS = {
    "customer.credits_3m_yoy": "decimal",
    "customer.months_of_history_count": "integer",
    "customer.has_open_loan": "boolean",
    "loan.dpd_days": "integer",
}


def table(*tests: str, required: bool = True) -> DecisionTable:
    rules = tuple(Rule(f"R{i}", (test,), ('"red"',)) for i, test in enumerate(tests, 1))
    inputs = (Input("loan.dpd_days", "number", required=required),)
    return DecisionTable("x", "Colour", "F", inputs, (Output("colour", "string"),), rules)


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Write a small pack."""
    return write(
        tmp_path / "base",
        {
            "pack.yaml": "id: base\ncurrency: CNY\nprecedence: [repayment, account]\n",
            "parameters.yaml": PARAMETERS,
            "signals/account.yaml": SIGNALS,
            "schemes/cn10a.yaml": SCHEMES,
            "measures.yaml": MEASURES,
            "events.yaml": "[moved_away, died]\n",
            "tables/colour/1900-01-01.dmn": dmn.write([table("> 90")]),
            "tables/colour/2026-01-01.dmn": dmn.write([table("> 60")]),
            "calendar/2026.yaml": "year: 2026\nholidays: [2026-01-01]\nextra_workdays: []\n",
            "cases/colour.yaml": "- {case: past 90 days, table: colour, given: {loan.dpd_days: 91}, "
            "expect: {colour: red}}\n",
        },
    )


def test_what_is_in_force_before_at_and_after_a_change(base: Path) -> None:
    pack = load(base)
    for day, gap, cell in (
        (date(2025, 12, 31), 3, "> 90"),
        (date(2026, 1, 1), 5, "> 60"),
        (date(2026, 1, 2), 5, "> 60"),
    ):
        policy = pack.as_of(day)
        assert policy.parameter("dpd_gap") == gap
        assert policy.table("colour").rules[0].tests == (cell,)


def test_reads_each_kind_of_entry(base: Path) -> None:
    policy = load(base).as_of(date(2026, 8, 1))
    assert policy.parameter("arrears_tolerance") == Decimal("1.00")
    assert policy.parameter("late_start") == "01"
    (signal,) = policy.signals
    assert [grade.colour for grade in signal.grades] == ["orange", "yellow"]
    assert signal.inputs() == {
        "customer.credits_3m_yoy",
        "customer.months_of_history_count",
        "customer.has_open_loan",
    }
    assert signal.peer is not None
    assert signal.peer.limit == Decimal("0.33")
    scheme = policy.scheme("cn10a")
    assert [level.level_code for level in scheme.levels] == ["01", "02"]
    assert scheme.level("02").name_zh == "正常二级"
    assert scheme.level("01").provision_factor == Decimal("0.01")
    assert policy.measures["M01"].evidence == ("report",)
    assert policy.events == ["moved_away", "died"]
    assert policy.setting("precedence") == ["repayment", "account"]
    assert not policy.calendar.is_business(date(2026, 1, 1))
    assert policy.pack.cases["colour"].rows[0]["expect"] == {"colour": "red"}


def test_nothing_in_force_names_path_and_date(base: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load(base).as_of(date(2026, 6, 30)).parameter("late_start")
    assert caught.value.code == "not_in_force"
    assert caught.value.where == "base/parameters.yaml, parameter late_start, 2026-06-30"
    assert "2026-07-01" in caught.value.mend
    with pytest.raises(PolicyError):
        load(base).as_of(date(2026, 6, 30)).table("matrix")


def test_version_follows_what_is_in_force(base: Path) -> None:
    pack = load(base)
    before, after = pack.as_of(date(2025, 12, 30)).version, pack.as_of(date(2026, 1, 1)).version
    assert before == pack.as_of(date(2025, 12, 31)).version
    assert before != after
    assert before.startswith("base-")
    assert len(before) == len("base-") + 12
    write(base, {"parameters.yaml": PARAMETERS.replace("value: 1.00", "value: 1.01")})
    assert load(base).as_of(date(2025, 12, 31)).version != before


def test_a_bank_overrides_with_a_reason_from_its_own_date(base: Path) -> None:
    own = write(
        base.parent / "bank",
        {
            "pack.yaml": "id: bank\nextends: base\n",
            "parameters.yaml": OVERRIDE + "  overrides: stricter\n",
        },
    )
    pack = load(own)
    days = (date(2025, 6, 1), date(2026, 2, 28), date(2026, 3, 1))
    assert [pack.as_of(day).parameter("dpd_gap") for day in days] == [3, 5, 1]
    assert pack.as_of(days[0]).currency == "CNY"
    assert pack.as_of(days[0]).version.startswith("bank-")
    write(own, {"parameters.yaml": OVERRIDE})
    with pytest.raises(PolicyError) as caught:
        load(own)
    assert caught.value.code == "override_unexplained"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("parameters.yaml", "- {name: a, value: 1}\n- {name: a, value: 2}\n", "two_in_force"),
        ("parameters.yaml", "- {name: a}\n", "pack_entry"),
        ("parameters.yaml", "- {name: a, value: 1, worth: 2}\n", "pack_entry"),
        ("parameters.yaml", "- {name: a, name: b, value: 1}\n", "yaml_syntax"),
        ("parameters.yaml", "- [\n", "yaml_syntax"),
        ("parameters.yaml", "- !!python/name:os.system {}\n", "yaml_syntax"),
        ("signals/account.yaml", SIGNALS.replace("yellow:", "mauve:"), "pack_entry"),
        ("signals/account.yaml", SIGNALS.replace("< 0.70", "< < 0.70"), "feel_syntax"),
        ("schemes/cn10a.yaml", SCHEMES.replace('"02"', "2"), "pack_entry"),
        ("measures.yaml", MEASURES.replace("duty", "wish"), "pack_entry"),
        ("tables/colour/today.dmn", "", "pack_entry"),
        ("calendar/2027.yaml", "year: 2027\nholidays: [2026-01-01]\n", "calendar_entry"),
        ("pack.yaml", "id: base\nextends: base\n", "pack_cycle"),
        ("pack.yaml", "id: base\nextends: nowhere\n", "unknown_pack"),
    ],
)
def test_refuses_what_cannot_be_used_as_written(base: Path, name: str, content: str, code: str) -> None:
    write(base, {name: content})
    with pytest.raises(PolicyError) as caught:
        load(base)
    assert caught.value.code == code


def test_truth_values_and_codes_are_not_mistaken(base: Path) -> None:
    write(base, {"parameters.yaml": "- {name: a, value: [on, no, 01, 1e3, true, 1.10]}\n"})
    assert load(base).as_of(date(2026, 1, 1)).parameter("a") == [
        "on",
        "no",
        "01",
        "1e3",
        True,
        Decimal("1.10"),
    ]


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


def test_column_name() -> None:
    assert column_name("loan.dpd_days") == "loan__dpd_days"


def test_the_shipped_calendar_knows_the_spring_festival() -> None:
    pack_folder = Path(__file__).parents[2] / "src" / "postloan" / "packs" / "cn_rural"
    text = (pack_folder / "calendar" / "2024.yaml").read_text(encoding="utf-8")
    assert "- 2024-02-12" in text


def found(folder: Path, facts: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    findings = check_pack(load(folder), facts or FACTS, (date(2026, 8, 1), date(2026, 12, 31)))
    return [(one.severity, one.code, one.where) for one in findings]


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


def test_tables_are_written_in_canonical_form_with_their_markdown(base: Path) -> None:
    pair = {"not_canonical", "markdown_stale"}
    assert pair <= {code for _, code, _ in found(base)}  # written under another name, without Markdown
    changed = pack_form.rewrite(load(base))
    assert len(changed) == 4
    assert not pair & {code for _, code, _ in found(base)}
    assert pack_form.rewrite(load(base)) == []
    view = base / "tables" / "colour" / "2026-01-01.md"
    view.write_text(view.read_text(encoding="utf-8").replace("60", "61"), encoding="utf-8")
    assert ("warning", "markdown_stale", "base/tables/colour/2026-01-01.md") in found(base)


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


def own(folder: Path, name: str, head: str, **files: str) -> Path:
    content = {
        "pack.yaml": f"id: {name}\n{head}",
        **{key.replace("__", "/") + ".yaml": text for key, text in files.items()},
    }
    return write(folder.parent / name, content)


def signal_with(reason: str, **fields: str) -> str:
    text = SIGNALS + f"  overrides: {reason}\n"
    for key, value in fields.items():
        text = (
            re.sub(rf"  {key}: .*", f"  {key}: {value}", text)
            if f"  {key}:" in text
            else text + f"  {key}: {value}\n"
        )
    return text


def test_a_bank_takes_a_signal_off(base: Path) -> None:
    bank = own(
        base,
        "bank",
        "extends: base\n",
        signals__own=signal_with("not ours", enabled="false", effective_from="2026-06-01"),
    )
    pack = load(bank)
    before, after = pack.as_of(date(2026, 5, 31)).signals, pack.as_of(date(2026, 6, 1)).signals
    assert ([one.enabled for one in before], [one.enabled for one in after]) == ([True], [False])
    assert not [one for one in found(bank) if one[0] == "error"]


def test_a_bank_replaces_a_table_from_a_day(base: Path) -> None:
    bank = own(base, "bank", "extends: base\n")
    mine = replace(table("> 30"), overrides="stricter")
    write(bank, {"tables/colour/2026-09-01.dmn": dmn.write([mine], "colour")})
    cells = {
        day: load(bank).as_of(date(2026, *day)).table("colour").rules[0].tests[0]
        for day in ((8, 31), (9, 1), (9, 2))
    }
    assert cells == {(8, 31): "> 60", (9, 1): "> 30", (9, 2): "> 30"}


def test_of_three_packs_the_last_that_says_something_holds(base: Path) -> None:
    own(base, "group", "extends: base\n", parameters=OVERRIDE + "  overrides: group\n")
    bank = own(base, "bank", "extends: group\n", signals__own=signal_with("ours", suppress_days="7"))
    policy = load(bank).as_of(date(2026, 8, 1))
    assert (policy.pack.chain, policy.parameter("dpd_gap")) == (("base", "group", "bank"), 1)
    assert policy.signals[0].suppress_days == 7
    assert [*policy.pack.folders] == ["base", "group", "bank"]


def test_two_packs_over_one_base_join_and_the_later_wins(base: Path) -> None:
    own(
        base,
        "left",
        "extends: base\n",
        parameters=OVERRIDE + "  overrides: left\n",
        signals__own=signal_with("left", suppress_days="7"),
    )
    own(
        base,
        "right",
        "extends: base\n",
        parameters=OVERRIDE.replace("value: 1", "value: 2") + "  overrides: right\n",
    )
    bank = own(base, "bank", "extends: [left, right]\n")
    policy = load(bank).as_of(date(2026, 8, 1))
    assert policy.pack.chain == ("base", "left", "right", "bank")
    assert policy.parameter("dpd_gap") == 2
    assert policy.signals[0].suppress_days == 7
    assert not [one for one in found(bank) if one[0] == "error"]


def test_a_base_that_is_not_there_is_named_with_the_pack_that_wants_it(base: Path) -> None:
    bank = own(base, "bank", "extends: [base, grop]\n")
    with pytest.raises(PolicyError) as caught:
        load(bank)
    assert (caught.value.code, caught.value.where) == ("unknown_pack", "bank/pack.yaml, extends")
