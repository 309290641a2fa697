"""The range of a parameter: by what its name says, of each number in it, and for the shipped packs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from postloan.policy import pack, parameter_range
from postloan.policy.entries import read_parameter


def found(name: str, value: Any) -> list[str]:
    told = read_parameter({"name": name, "value": value}, "p")
    return [one.where.removeprefix("p, parameter ") for one in parameter_range.problems(told)]


@pytest.mark.parametrize(
    ("name", "sound", "wrong"),
    [
        ("fiscal_year_start_month", [1, 12], [0, 13]),
        ("connected_shareholder_share", [0, Decimal("0.25"), 1], [Decimal("-0.01"), Decimal("1.01")]),
        ("position_max_age", [1, 35, 36_500], [0, 36_501]),
        ("snooze_days", [0, 14], [-1]),
        ("limitation_years", [0, 3, 100], [-1, 101]),
        ("score_limit", [1, 1000], [0, 1001]),
        ("household_limit", [0, 500_000], [-1]),
        ("case_check_time", ["3wd"], []),
    ],
)
def test_a_number_lies_within_what_its_name_means(name: str, sound: list[Any], wrong: list[Any]) -> None:
    assert [found(name, one) for one in sound] == [[] for _ in sound]
    assert [found(name, one) for one in wrong] == [[name] for _ in wrong]


def test_each_number_of_a_mapping_or_list_is_looked_at() -> None:
    assert found("arrears_tolerance", {"amount": Decimal(5), "share": Decimal("1.5")}) == [
        "arrears_tolerance, share"
    ]
    assert found("collateral_max_ltv", {"house": Decimal("0.7"), "shop": Decimal(2)}) == [
        "collateral_max_ltv, shop"
    ]
    assert found("case_effect_days", [30, -60]) == ["case_effect_days"]


@pytest.mark.parametrize("name", ["cn_rural", "eu_eba", "in_rbi"])
def test_the_shipped_packs_keep_to_it(name: str) -> None:
    assert parameter_range.check(pack.load(name)) == []
