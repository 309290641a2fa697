"""Reports of the credit bureau: the last, those before it, what of them is this bank's; worked by hand."""

from __future__ import annotations

from decimal import Decimal

DAY = "2024-06-28"
FULL = {
    "lenders": 5,
    "debt": "130.00",
    "overdue_debt": "0.00",
    "overdue_debt_90": "0.00",
    "worst_class": "normal",
    "worst_days_past_due": 0,
    "queries_1m": 2,
    "queries_3m": 6,
    "new_online_lenders_90d": 3,
    "card_limit": "10.00",
    "card_used": "8.00",
    "limit_total": "80.00",
    "guaranteed_amount": "15.00",
    "monthly_payment": "30.00",
    "score": 600,
    "includes_this_bank": True,
}
BEFORE = {
    **FULL,
    "lenders": 3,
    "debt": "100.00",
    "limit_total": "100.00",
    "guaranteed_amount": "10.00",
    "monthly_payment": "10.00",
    "score": 660,
}


def report(name, day, said=FULL, **more):
    return {"customer_id": name, "pulled_on": day, **said, **more}


def test_the_last_report_and_those_before_it(facts_of):
    reports = [
        # Six months before 1 June 2024 is 1 December 2023, three months before is 1 March 2024.
        report("known", "2023-05-01", lenders=1),
        report("known", "2023-12-01", BEFORE),
        report("known", "2024-03-01", BEFORE, card_used="8.50"),
        report("known", "2024-03-02", card_used="9.00"),
        report("known", "2024-06-01"),
        report("known", "2024-06-29", lenders=99),
        report("near", "2023-12-02", BEFORE),
        report("near", "2024-03-02", BEFORE),
        report("near", "2024-06-01"),
        # A report stands for 190 days: of 28 June 2024 back to 21 December 2023.
        report("edge", "2023-12-21"),
        report("stale", "2023-12-20"),
        # Of 1 December 2023 back to 25 May 2023.
        report("far", "2023-05-25", BEFORE),
        report("far", "2024-06-01"),
        report("farther", "2023-05-24", BEFORE),
        report("farther", "2024-06-01"),
        report("nothing", "2023-12-01", BEFORE, debt="0.00", guaranteed_amount="0.00", limit_total="0.00"),
        report("nothing", "2024-03-01", BEFORE, limit_total="0.00", card_limit="0.00"),
        report("nothing", "2024-06-01", debt="1.00", guaranteed_amount="0.00"),
        {"customer_id": "silent", "pulled_on": "2024-06-01"},
    ]
    names = ("known", "near", "edge", "stale", "far", "farther", "nothing", "silent", "unreported")
    rows = facts_of(
        "customer",
        DAY,
        loan=[{"loan_id": "L", "customer_id": "known"}],
        customer=[
            {
                "customer_id": name,
                "bureau_consent_until": {"known": "2024-06-27", "near": "2024-06-28"}.get(name),
            }
            for name in names
        ],
        bureau=reports,
        rating=[
            {
                "subject_kind": kind,
                "subject_id": name,
                "kind": of,
                "grade": "x",
                "rank": rank,
                "rated_on": day,
            }
            for name, kind, of, rank, day in (
                ("known", "customer", "bureau_score", 2, "2023-11-30"),
                ("known", "customer", "bureau_score", 9, "2023-12-02"),
                ("known", "customer", "bureau_score", 4, "2024-06-01"),
                ("known", "customer", "internal", 1, "2024-06-02"),
                ("known", "guarantor", "bureau_score", 1, "2024-06-02"),
                ("near", "customer", "bureau_score", 4, "2024-06-01"),
                ("stale", "customer", "bureau_score", 4, "2023-12-20"),
                ("stale", "customer", "bureau_score", 4, "2023-06-01"),
            )
        ],
        customer_indicator=[
            {"customer_id": name, "indicator": "net_worth", "period": "2024-03-31", "value": value}
            for name, value in (("known", "20"), ("near", "0"))
        ],
    )

    def told(name, *facts):
        return [rows[name][f"bureau_{fact}"] for fact in facts]

    flat = ("age_days", "query_count_1m", "query_count_3m", "online_lender_count_90d")
    assert told("known", *flat) == [27, 2, 6, 3]
    assert told("edge", *flat) == [190, 2, 6, 3]
    for name in ("stale", "unreported"):
        assert told(name, *flat) == [None] * 4
    changes = ("lender_count_chg_6m", "debt_vs_6m", "guaranteed_vs_6m", "limit_vs_3m", "score_chg_6m")
    assert told("known", *changes) == [2, Decimal("1.3"), Decimal("1.5"), Decimal("0.8"), -60]
    assert told("far", *changes) == [2, Decimal("1.3"), Decimal("1.5"), None, -60]
    for name in ("near", "edge", "farther", "silent"):
        assert told(name, *changes[:3], changes[4]) == [None] * 4
    # The last report three months before may be older; the edge has none before it.
    assert told("near", "limit_vs_3m") == [Decimal("0.8")]
    assert told("edge", "limit_vs_3m") == [None]
    # A debt of 0 counts as 0.01, and no limit cannot be cut.
    assert told("nothing", *changes) == [2, Decimal(100), Decimal(0), Decimal(1), -60]
    used = {name: rows[name]["bureau_card_used_share_3m"] for name in ("known", "near", "nothing", "silent")}
    assert used == {"known": Decimal("0.8"), "near": Decimal("0.8"), "nothing": None, "silent": None}
    worth = {name: rows[name]["bureau_guaranteed_vs_net_worth"] for name in ("known", "near", "far")}
    assert worth == {"known": Decimal("0.75"), "near": Decimal(1500), "far": None}
    assert [rows[name]["bureau_band_chg_6m"] for name in ("known", "near", "stale")] == [2, None, None]
    left = {name: rows[name]["bureau_consent_left_days"] for name in ("known", "near", "far")}
    assert left == {"known": -1, "near": 0, "far": None}


def test_reports_with_this_bank_are_not_held_against_those_without(facts_of):
    # Half a year before 1 June, 100.00 of three lenders and limits of 100.00; then 130.00 of five, and 80.00.
    told = {
        "both": (True, True),
        "neither": (False, False),
        "unsaid": (None, None),
        "now": (False, True),  # our loan would look like a new one
        "then": (True, False),  # and here like one that was repaid
        "half": (None, True),
    }
    wages = [
        {"customer_id": name, "indicator": "wage_income", "period": f"{month}-28", "value": "100.00"}
        for name in told
        for month in ("2023-09", "2023-10", "2023-11", "2024-03", "2024-04", "2024-05")
    ]
    reports = []
    for name, (was, now) in told.items():
        reports += [
            report(name, "2023-12-01", BEFORE, includes_this_bank=was),
            report(name, "2024-03-01", BEFORE, includes_this_bank=was),
            report(name, "2024-06-01", includes_this_bank=now),
        ]
    rows = facts_of(
        "customer",
        DAY,
        loan=[{"loan_id": "L", "customer_id": "both"}],
        customer=[{"customer_id": name} for name in told],
        bureau=reports,
        customer_indicator=wages,
    )
    facts = ("lender_count_chg_6m", "debt_vs_6m", "limit_vs_3m", "dsr_share_chg_6m")
    found = {name: [rows[name][f"bureau_{one}"] for one in facts] for name in told}
    grown = [2, Decimal("1.3"), Decimal("0.8"), Decimal("0.2")]  # 30 less 10 of 100 a month
    alike = ("both", "neither", "unsaid")
    assert found == {name: grown if name in alike else [None] * 4 for name in told}
    # Scores are of the person, whoever is counted in.
    assert {rows[name]["bureau_score_chg_6m"] for name in told} == {-60}


def test_what_is_owed_elsewhere(facts_of):
    bad = {"overdue_debt": "50.00", "worst_days_past_due": 40, "worst_class": "substandard"}
    cases = {
        # What the report says, and days and amount past due here on 28 June; the report is 18 days old.
        "clean": ({"overdue_debt": "0.00"}, 0),
        "theirs": ({**bad, "includes_this_bank": False}, 60),
        "ours": (bad, 58),
        "both": ({**bad, "overdue_debt": "130.00"}, 57),
        "unsaid": ({**bad, "includes_this_bank": None}, 0),
        "unclear": ({**bad, "includes_this_bank": None}, 60),
        "blank": ({"overdue_debt": None, "worst_days_past_due": 3, "worst_class": "not_measurable"}, 0),
        "unrecorded": (bad, None),
        "long": ({"overdue_debt_90": "30.00"}, 91),
        "longout": ({"overdue_debt_90": "30.00", "includes_this_bank": False}, 91),
        "notlong": ({"overdue_debt_90": "30.00", "includes_this_bank": False}, 90),
        "longunsaid": ({"overdue_debt_90": "30.00", "includes_this_bank": None}, 91),
        "fineunsaid": ({"includes_this_bank": None}, 0),
    }
    rows = facts_of(
        "customer",
        DAY,
        loan=[{"loan_id": f"L-{name}", "customer_id": name, "amount": "100.00"} for name in cases],
        position=[
            {
                "loan_id": f"L-{name}",
                "on_date": DAY,
                "balance": "70.00",
                "overdue_principal": "80.00" if days else "0.00",
                "days_past_due": days,
            }
            for name, (_, days) in cases.items()
            if days is not None
        ],
        bureau=[report(name, "2024-06-10", **said) for name, (said, _) in cases.items()],
        class_decision=[
            {
                "loan_id": f"L-{name}",
                "decided_on": "2024-06-01",
                "kind": "approval",
                "scheme_id": "cn10a",
                "level_code": "01",
                "five_level": five,
            }
            for name, five in (("ours", "substandard"), ("both", "special_mention"))
        ],
    )
    facts = ("bureau_other_overdue_amt", "bureau_other_dpd_days", "bureau_other_class")
    found = {name: tuple(rows[name][one] for one in facts) for name in list(cases)[:8]}
    assert found == {
        "clean": (Decimal("0.00"), 0, "normal"),
        "theirs": (Decimal("50.00"), 40, "substandard"),
        "ours": (Decimal("0.00"), 0, None),  # 80 of 50 are ours
        "both": (Decimal("50.00"), 40, "substandard"),  # 39 days here on the day of the report
        "unsaid": (Decimal("50.00"), 40, "substandard"),
        "unclear": (None, None, None),
        "blank": (None, 3, None),
        "unrecorded": (None, None, None),
    }
    shares = {name: rows[name]["bureau_overdue90_share"] for name in list(cases)[8:]}
    assert shares == {
        "long": Decimal("0.230769"),  # 30 of 130
        "longout": Decimal("0.5"),  # 30 and 70 of 130 and 70
        "notlong": Decimal("0.15"),
        "longunsaid": None,
        "fineunsaid": Decimal(0),
    }


def test_payments_over_income(facts_of):
    def wages(name, months, value="100.00"):
        return [
            {"customer_id": name, "indicator": "wage_income", "period": f"{month}-28", "value": value}
            for month in months
        ]

    def salary(name, day, amount="100.00", kind="salary"):
        told = {"entry_id": f"{name}{day}{kind}", "account_id": f"A-{name}", "booked_on": day}
        return {**told, "amount": amount, "kind": kind}

    then, now = ("2023-09", "2023-10", "2023-11"), ("2024-03", "2024-04", "2024-05")
    names = ("wages", "gap", "salaries", "both", "poor", "ends")
    rows = facts_of(
        "customer",
        DAY,
        loan=[{"loan_id": "L", "customer_id": "wages"}],
        account=[{"account_id": f"A-{name}", "customer_id": name} for name in names],
        customer_indicator=[
            *wages("wages", (*then, *now, "2024-06", "2024-02")),
            *wages("gap", (*then, *now[1:])),
            *wages("both", (*then, *now), "200.00"),
            *wages("ends", ("2024-03", "2024-04"), "50.00"),
            {"customer_id": "ends", "indicator": "wage_income", "period": "2024-05-31", "value": "50.00"},
        ],
        entry=[
            *(salary("salaries", f"{month}-05") for month in (*then, *now[1:])),
            salary("salaries", "2024-06-01"),
            salary("salaries", "2024-02-29"),
            salary("salaries", "2024-04-06", "900.00", "transfer"),
            salary("both", "2024-05-05", "10.00"),
            salary("gap", "2024-05-05", "60.00"),
            salary("wages", "2024-05-05"),
        ],
        bureau=[
            *(report(name, "2023-12-10", BEFORE) for name in names),
            *(report(name, "2024-06-10") for name in names if name != "ends"),
            report("ends", "2024-05-31"),
        ],
    )
    facts = ("bureau_dsr_share", "bureau_dsr_share_chg_6m")
    assert {name: tuple(rows[name][one] for one in facts) for name in names} == {
        "wages": (Decimal("0.3"), Decimal("0.2")),
        "gap": (Decimal("1.5"), Decimal("1.4")),  # one wage is missing now, so the one salary of 60 counts
        "salaries": (Decimal("0.45"), Decimal("0.35")),
        "both": (Decimal("0.15"), Decimal("0.1")),
        "poor": (None, None),
        "ends": (Decimal("0.6"), None),  # May is full on its last day
    }


def test_without_their_feeds_nothing_is_known(facts_of):
    row = facts_of("customer", DAY, loan=[{"loan_id": "L", "customer_id": "C"}])["C"]
    assert {name for name, value in row.items() if name.startswith("bureau_") and value is not None} == set()
