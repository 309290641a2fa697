"""Provisions by the factors of the pack, and what changed them: to the cent, worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from postloan.policy.pack import load
from postloan.reports.days import day_of
from postloan.reports.migration import migration
from postloan.reports.provisions import provisions
from tests.reports.conftest import FIRST, LAST, Made, loan, run_day


def _rows(told, key):
    (grid,) = [grid for grid in told.grids if grid.key == key]
    return {row[0]: row[-1] for row in grid.rows}


def test_each_class_is_provided_for_by_its_factor(made):
    told = provisions(made.day(FIRST), None, "en")
    # 03: 900 at 0.015; 04: 300 at 0.03; 06: 400 at 0.30. L5 has no class; L7 is entrusted.
    assert told.answer == [
        "By the pack's factors 142.50 CNY are to be provided for on 2026-01-30.",
        "Not measurable for lack of class, factor or balance: loans 1, 500.00 CNY.",
    ]
    records = {row["level"]: row for row in told.tidy.records()}
    assert (records["03"]["provision"], records["03"]["balance"]) == (Decimal("13.50"), Decimal("900.00"))
    assert records["04"]["provision"] == Decimal("9.00")
    assert records["06"]["provision"] == Decimal("120.00")
    missing = [row for row in told.tidy.records() if row["level"] is None]
    assert {(row["five_level"], row["provision"], row["missing"]) for row in missing} == {
        ("not_measurable", None, 1),
        ("unclassified", None, 1),
    }


def test_the_lines_of_the_change_add_up(made):
    last = made.day()
    told = provisions(last, made.before(last), "en")
    assert told.answer[:2] == [
        "By the pack's factors 76.50 CNY are to be provided for on 2026-02-27.",
        "Since 2026-01-30: -66.00 CNY.",
    ]
    bridge = _rows(told, "bridge_CNY")
    assert bridge == {
        "b_opening": Decimal("142.50"),
        "b_closed": Decimal("-9.00"),  # L6: 600 at 0.015
        "b_new": Decimal("0.70"),  # L8: 70 at 0.01; L9 has no class
        "b_factor": Decimal("1.50"),  # 03 at 0.02 now: 100 and 200 of L1 and L2
        "b_balance": Decimal("-4.30"),  # L1 -10 and L2 +20 at 0.02, L3 -150 at 0.03
        "b_worse": Decimal("47.10"),  # L2: 220 from 0.02 to 0.05; L3: 150 from 0.03 to 0.30
        "b_better": Decimal("-112.00"),  # L4: 400 from 0.30 to 0.02
        "b_gained": Decimal("10.00"),  # L5: 500 at 0.02
        "b_closing": Decimal("76.50"),
    }
    assert sum(list(bridge.values())[:-1]) == bridge["b_closing"]


@pytest.mark.parametrize(
    ("balance", "provision"), [("0.49", "0.00"), ("0.50", "0.01"), ("0.51", "0.01"), ("1.50", "0.02")]
)
def test_half_a_cent_is_rounded_up(engine, made, tmp_path, balance, provision):
    run_day(engine, tmp_path / "store", LAST, made.pack, loan_state=[loan("L1", "normal", "02", balance)])
    told = provisions(Made(engine, tmp_path / "store", made.pack, made.folder).day(), None, "en")
    assert told.tidy.records()[0]["provision"] == Decimal(provision)


def test_off_balance_exposures_are_left_out_and_told(engine, made, tmp_path):
    rows = [loan("L1", "normal", "02", "100.00"), loan("A1", "normal", "02", "900.00", on_off="off_ba")]
    run_day(engine, tmp_path / "store", LAST, made.pack, loan_state=rows)
    told = provisions(Made(engine, tmp_path / "store", made.pack, made.folder).day(), None, "en")
    assert told.answer == [
        "By the pack's factors 1.00 CNY are to be provided for on 2026-02-27.",
        "Off the balance sheet, and left out, as the factors are for claims: exposures 1, 900.00 CNY.",
    ]


def test_factors_that_are_not_set_give_no_zero(engine, made, tmp_path):
    (tmp_path / "bare" / "schemes").mkdir(parents=True)
    (tmp_path / "bare" / "pack.yaml").write_text("id: bare\ncurrency: CNY\n")
    (tmp_path / "bare" / "schemes" / "s.yaml").write_text(
        'id: cn10a\nlevels:\n- {level_code: "03", order: 1, name: N3, five_level: normal, is_npl: false}\n'
    )
    house = Made(engine, made.store, load(tmp_path / "bare"), made.folder)
    last = house.day()
    told = provisions(last, house.before(last), "en")
    assert told.answer[-1].startswith("Names, effort and factors are those of bare-")
    assert told.answer[0] == (
        "The pack sets no provision factor for any class on the books: provisions are not measurable."
    )
    assert {row["provision"] for row in told.tidy.records()} == {None}
    assert [grid.key for grid in told.grids] == ["by_class_CNY"]
    assert told.grids[0].rows[-1][-1] is None


def test_a_pack_that_is_not_at_hand_is_told(engine, made):
    day = day_of(engine, made.store, None, lambda row: None)
    told = provisions(day, None, "zh")
    assert told.answer[0] == "策略包未对在账分类设定拨备系数，拨备无法计量。"
    assert told.answer[-1].startswith("未找到策略包 small-")
    assert migration(made.before(day), day, "en").answer[-1].startswith("The pack small-")
