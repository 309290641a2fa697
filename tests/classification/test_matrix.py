"""The matrix and the floors at every boundary, and the catalogue's test vectors (classification.md, B8)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from postloan.engine import Engine
from tests.classification.made import DAY, classes, one

# Days past due: the level, the row that gives it, the worst floor class and the floors that hold.
BOUNDARIES = {
    0: ("03", "MX03", None, "[]"),
    1: ("04", "MX04", "04", '["F01"]'),
    7: ("04", "MX04", "04", '["F01"]'),
    8: ("04", "MX04", "04", '["F01"]'),
    30: ("04", "MX04", "04", '["F01"]'),
    31: ("05", "MX05", "04", '["F01"]'),
    90: ("05", "MX05", "04", '["F01"]'),
    91: ("06", "MX06", "06", '["F01","F05"]'),
    180: ("06", "MX06", "06", '["F01","F05"]'),
    181: ("07", "MX07", "06", '["F01","F05"]'),
    270: ("07", "MX07", "06", '["F01","F05"]'),
    271: ("08", "MX08", "08", '["F01","F05","F10"]'),
    315: ("08", "MX08", "08", '["F01","F05","F10"]'),
    316: ("09", "MX09", "08", '["F01","F05","F10"]'),
    360: ("09", "MX09", "08", '["F01","F05","F10"]'),
    361: ("10", "MX10", "10", '["F01","F05","F10","F13"]'),
}


def test_days_past_due_at_every_boundary(engine: Engine) -> None:
    found = classes(engine, [{"id": str(days), "dpd_days": days} for days in BOUNDARIES])
    got = {
        days: tuple(
            found[str(days)][name]
            for name in ("class_matrix", "matrix_rule_id", "class_floor", "floor_rule_ids")
        )
        for days in BOUNDARIES
    }
    assert got == BOUNDARIES
    assert all(found[str(days)]["class_machine"] == BOUNDARIES[days][0] for days in BOUNDARIES)


def test_a_proven_technical_cause_counts_for_seven_days(engine: Engine) -> None:
    loans = [{"id": str(days), "dpd_days": days, "is_technical_overdue": True} for days in (1, 7, 8)]
    found = classes(engine, loans)
    assert [found[str(days)]["class_final"] for days in (1, 7, 8)] == ["03", "03", "04"]
    assert [found[str(days)]["floor_rule_ids"] for days in (1, 7, 8)] == ["[]", "[]", '["F01"]']


VECTORS: list[tuple[str, dict[str, Any], str, str]] = [
    ("1: pledge, 85 days", {"dpd_days": 85, "guarantee_mode": "pledge"}, "05", "special_mention"),
    (
        "2: interest 95 days late",
        {"dpd_days": 95, "dpd_principal_days": 0, "dpd_interest_days": 95},
        "06",
        "substandard",
    ),
    ("3: 5 days, failure proven", {"dpd_days": 5, "is_technical_overdue": True}, "03", "normal"),
    ("4: 5 days, no proof", {"dpd_days": 5, "is_technical_overdue": False}, "04", "special_mention"),
    (
        "5: 91 days, own deposit",
        {"dpd_days": 91, "guarantee_mode": "cash_equivalent", "cover_share": Decimal(1)},
        "06",
        "substandard",
    ),
    ("9: 271 days, loss 5 %", {"dpd_days": 271, "stage": 3, "ecl_share": Decimal("0.05")}, "08", "doubtful"),
    ("10a: loss 49 %", {"dpd_days": 100, "stage": 3, "ecl_share": Decimal("0.49")}, "07", "substandard"),
    ("10b: loss 50 %", {"dpd_days": 100, "stage": 3, "ecl_share": Decimal("0.50")}, "08", "doubtful"),
    (
        "11: 361 days, cover 150 %",
        {"dpd_days": 361, "guarantee_mode": "mortgage", "cover_share": Decimal("1.5")},
        "10",
        "loss",
    ),
]


def test_the_catalogue_s_vectors(engine: Engine) -> None:
    found = classes(engine, [{"id": name, **loan} for name, loan, _, _ in VECTORS])
    got = {name: (found[name]["class_machine"], found[name]["five_level"]) for name in found}
    assert got == {name: (code, five) for name, _, code, five in VECTORS}


def test_vector_14_an_acceptance_follows_the_debtor_s_worst_claim(engine: Engine) -> None:
    off = {"exposure_kind": "acceptance", "on_off": "off_ba", "dpd_days": None, "customer_id": "C1"}
    loans = [{"id": "loan", "dpd_days": 95, "customer_id": "C1"}, {"id": "bill", **off}]
    found = classes(engine, [*loans, {"id": "free", **off, "customer_id": "C2"}], book={"advance": []})
    assert found["bill"]["class_matrix"] == "03"  # nothing was advanced, so nothing is past due
    assert (found["bill"]["class_final"], found["bill"]["floor_rule_ids"]) == ("06", '["F21"]')
    assert found["free"]["class_final"] == "03"
    without = classes(engine, [*loans, {"id": "free", **off, "customer_id": "C2"}])
    assert without["bill"]["class_final"] == "06"  # the floor stands where days are not measurable
    assert without["free"]["five_level"] == "not_measurable"
    assert "loan.advance_days" in without["free"]["missing"]


def test_vector_15_without_days_past_due_there_is_no_class(engine: Engine) -> None:
    row = one(engine, {"dpd_days": None})
    names = ("class_matrix", "class_floor", "class_machine", "class_final", "matrix_rule_id")
    assert [row[name] for name in names] == [None] * 5
    assert row["five_level"] == "not_measurable"
    assert "loan.dpd_days" in row["missing"]


def test_credit_only_farmer_loans_are_sm2_from_21_days(engine: Engine) -> None:
    farmer, credit = {"customer_id": "F"}, {"guarantee_mode": "credit"}
    loans = [
        {"id": "20", "dpd_days": 20, **farmer, **credit},
        {"id": "21", "dpd_days": 21, **farmer, **credit},
        {"id": "mortgaged", "dpd_days": 21, **farmer},
        {"id": "firm", "dpd_days": 21, **credit},
        {"id": "by contract", "dpd_days": 21, "contract_type": "farmer_micro", **credit},
    ]
    found = classes(engine, loans, customers=[{"id": "F", "kind": "farmer"}])
    got = {name: row["class_machine"] for name, row in found.items()}
    assert got == {"20": "04", "21": "05", "mortgaged": "04", "firm": "04", "by contract": "05"}


def test_suits_by_cover(engine: Engine) -> None:
    loans = [
        {"id": "0.50", "suit_status": "sued", "cover_share": Decimal("0.500000")},
        {"id": "0.49", "suit_status": "judged", "cover_share": Decimal("0.499999")},
        {"id": "unknown", "suit_status": "enforcement"},
        {"id": "credit", "suit_status": "sued", "guarantee_mode": "credit"},
        {"id": "preserved", "suit_status": "preservation", "cover_share": Decimal("0.1")},
        {"id": "terminated", "suit_status": "terminated"},
    ]
    found = classes(engine, loans)
    got = {name: (row["class_matrix"], row["matrix_rule_id"]) for name, row in found.items()}
    assert got == {
        "0.50": ("08", "MX08"),
        "0.49": ("09", "MX09"),
        "unknown": ("03", "MX03"),
        "credit": ("09", "MX09"),
        "preserved": ("03", "MX03"),
        "terminated": ("10", "MX10"),
    }
    assert "loan.cover_share" in found["unknown"]["missing"]


def test_impairment_and_advances_at_every_boundary(engine: Engine) -> None:
    shares = {"0.299999": "06", "0.30": "07", "0.499999": "07", "0.50": "08", "0.699999": "08", "0.70": "09"}
    shares |= {"0.899999": "09", "0.90": "10"}
    loans: list[dict[str, Any]] = [{"id": share, "stage": 3, "ecl_share": Decimal(share)} for share in shares]
    days = {0: "03", 1: "04", 7: "04", 8: "05", 30: "05", 31: "06", 60: "06", 61: "07", 90: "07", 91: "08"}
    bill = {"exposure_kind": "acceptance", "on_off": "off_ba", "dpd_days": None}
    loans += [{"id": f"advance {n}", "advance_days": n, **bill} for n in days]
    loans.append({"id": "stage 2", "stage": 2, "ecl_share": Decimal("0.95")})
    loans.append({"id": "unknown", "stage": 3})
    found = classes(engine, loans, book={"advance": []})
    got = {name: row["class_machine"] for name, row in found.items()}
    expected = {**shares, **{f"advance {n}": code for n, code in days.items()}}
    assert got == {**expected, "stage 2": "03", "unknown": "06"}
    assert found["unknown"]["class_matrix"] == "03"  # its floor F06 holds all the same
    assert "loan.ecl_share" in found["unknown"]["missing"]


def test_warnings_move_a_loan_that_is_not_past_due(engine: Engine) -> None:
    names = ("confirmed", "open", "pledged", "red", "dismissed", "yellow")
    cash = {"guarantee_mode": "cash_equivalent", "cover_share": Decimal(1)}
    loans = [{"id": name, "customer_id": name, **(cash if name == "pledged" else {})} for name in names]
    colours = dict(zip(names, ("orange", "orange", "orange", "red", "red", "yellow"), strict=True))
    since = date(2024, 6, 20)
    warnings = [
        {"customer_id": name, "colour": colour, "colour_since": since} for name, colour in colours.items()
    ]
    verdict = {"subject_kind": "customer", "code": "REP01", "decided_on": date(2024, 6, 20), "result": "real"}
    verdicts = [
        {**verdict, "subject_id": "confirmed"},
        {**verdict, "subject_id": "pledged"},
        {**verdict, "subject_id": "dismissed", "result": "false_alarm"},
        {**verdict, "subject_id": "open", "decided_on": date(2024, 6, 19)},  # of an earlier episode
    ]
    found = classes(engine, loans, warnings=warnings, book={"verdict": verdicts})
    got = {name: (row["class_machine"], row["matrix_rule_id"]) for name, row in found.items()}
    assert got == {
        "confirmed": ("04", "MX04"),
        "open": ("03", "MX03"),
        "pledged": ("03", "MX03"),
        "red": ("05", "MX05"),
        "dismissed": ("03", "MX03"),
        "yellow": ("03", "MX03"),
    }
    without = classes(engine, loans, warnings=warnings)
    assert without["confirmed"]["class_machine"] == "03"
    assert "customer.is_warning_confirmed" in without["confirmed"]["missing"]


def test_the_best_rows_need_rating_cover_and_cash_flow(engine: Engine) -> None:
    # Cover, rank of the rating, cash flow over a debt service of 100: the level.
    cases = {("2", 1, 150): "01", ("1.99", 1, 150): "02", ("2", 2, 120): "02", ("2", 1, 119): "03"}
    loans, ratings, statements, customers = [], [], [], []
    for (cover, rank, flow), code in cases.items():
        name = f"{code}: {cover} {rank} {flow}"
        loans.append({"id": name, "customer_id": name, "cover_share": Decimal(cover)})
        customers.append({"id": name, "has_prior_yellow_12m": False, "has_prior_orange_6m": False})
        about = {"subject_kind": "customer", "subject_id": name, "kind": "internal"}
        ratings.append({**about, "grade": "A", "rank": rank, "rated_on": DAY})
        for item, value in {"operating_cash_flow": flow, "debt_service": 100}.items():
            row = {"customer_id": name, "period_end": date(2023, 12, 31), "item": item}
            statements.append({**row, "value": Decimal(value)})
    book = {"rating": ratings, "statement": statements}
    found = classes(engine, loans, customers=customers, book=book)
    got = {name: (row["class_machine"], row["matrix_rule_id"]) for name, row in found.items()}
    assert got == {name: (name[:2], f"MX{name[:2]}") for name in found}
