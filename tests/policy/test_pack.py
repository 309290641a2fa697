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
from postloan.policy.pack import load
from tests.policy.base_pack import MEASURES, OVERRIDE, PARAMETERS, SCHEMES, SIGNALS, found, table, write


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


def test_column_name() -> None:
    assert column_name("loan.dpd_days") == "loan__dpd_days"


def test_the_shipped_calendar_knows_the_spring_festival() -> None:
    pack_folder = Path(__file__).parents[2] / "src" / "postloan" / "packs" / "cn_rural"
    text = (pack_folder / "calendar" / "2024.yaml").read_text(encoding="utf-8")
    assert "- 2024-02-12" in text


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
