"""The state of collateral: value, index, insurance, registration, rights, counts, visits, animals."""

from __future__ import annotations

from decimal import Decimal

DAY = "2024-06-28"
LOAN = {"disbursed_on": "2024-06-01", "matures_on": "2025-06-30"}


def loan(name, **rest):
    return {**LOAN, "loan_id": f"L{name}", "contract_id": f"K{name}", "customer_id": f"C{name}", **rest}


def security(name, kind="house", **rest):
    return {"collateral_id": name, "contract_id": f"K{name}", "kind": kind, "value": "100.00", **rest}


def facts(rows, what):
    return {name: row[what] for name, row in rows.items()}


def test_what_the_row_says_on_the_day(facts_of):
    given = {
        "fell": {"first_value": "125.00", "seized_on": DAY, "insurance_required": True},
        "kept": {"first_value": "100.00", "seized_on": "2024-06-29", "insurance_required": False},
        "nothing": {"first_value": "0.00"},
        "unvalued": {"value": None, "first_value": "100.00", "insured_amount": "70.00"},
        "today": {"insured_until": DAY, "registered_until": DAY, "insured_amount": "70.00"},
        "yesterday": {"insured_until": "2024-06-27", "registered_until": "2024-06-27"},
        "ahead": {"insured_until": "2024-07-08", "registered_until": "2024-08-27"},
        "registered": {"registered_on": "2024-06-28"},
        "later": {"registered_on": "2024-06-29"},
        # The loan ends on 30 June 2025; six months more is 30 December.
        "short": {"right_ends_on": "2025-12-29"},
        "just": {"right_ends_on": "2025-12-30"},
        "long": {"right_ends_on": "2025-12-31"},
        "endless": {"right_ends_on": "2025-12-31"},
        "both": {"right_ends_on": "2026-01-01"},
    }
    rows = facts_of(
        "collateral",
        DAY,
        loan=[
            *(loan(name) for name in given if name != "endless"),
            loan("endless"),
            loan("endless2", contract_id="Kendless", customer_id="Cendless", matures_on=None),
            # An older and longer loan of another contract that it secures too, and one that is paid back.
            loan("other", disbursed_on="2024-03-20", matures_on="2025-07-31"),
            loan("old", disbursed_on="2020-01-01", matures_on="2030-01-01", closed_on="2024-01-01"),
        ],
        collateral=[security(name, **rest) for name, rest in given.items()],
        collateral_link=[
            {"collateral_id": "both", "contract_id": name} for name in ("Kboth", "Kother", "Kold")
        ],
    )
    first = facts(rows, "value_vs_first")
    assert (first["fell"], first["kept"], first["nothing"]) == (Decimal("0.800000"), 1, None)
    assert (first["unvalued"], first["today"]) == (None, None)
    assert facts(rows, "value_vs_before") == first  # no index is known
    assert set(facts(rows, "index_vs_valuation").values()) == {None}
    seized = facts(rows, "is_seized")
    assert (seized.pop("fell"), set(seized.values())) == (True, {False})
    required = facts(rows, "is_insurance_required")
    assert (required["fell"], required["kept"], required["nothing"]) == (True, False, None)
    lapsed = facts(rows, "insurance_lapsed_days")
    assert (lapsed["yesterday"], lapsed["today"], lapsed["ahead"], lapsed["fell"]) == (1, 0, -10, None)
    insured = facts(rows, "insured_vs_value")
    assert (insured["today"], insured["unvalued"], insured["fell"]) == (Decimal("0.700000"), None, None)
    left = facts(rows, "registration_left_days")
    assert (left["yesterday"], left["today"], left["ahead"], left["fell"]) == (-1, 0, 60, None)
    waiting = facts(rows, "unregistered_days")
    # Paid out on 1 June, and of `both` on 20 March: 11 + 30 + 31 + 28 days.
    assert (waiting["fell"], waiting["registered"], waiting["later"], waiting["both"]) == (27, 0, 27, 100)
    spare = facts(rows, "right_spare_days")
    assert (spare["short"], spare["just"], spare["long"]) == (-1, 0, 1)
    # 31 July 2025 and six months is 31 January 2026.
    assert (spare["endless"], spare["both"], spare["fell"]) == (None, -30, None)


def test_columns_and_feeds_that_are_not_there_leave_it_open(facts_of):
    plain = {"loan": [loan("A")], "collateral": [security("A", "livestock")]}
    (row,) = facts_of("collateral", DAY, **plain).values()
    told = {"is_seized", "is_insurance_required", "insurance_lapsed_days", "insured_vs_value"} | {
        *("unregistered_days", "registration_left_days", "right_spare_days", "has_outside_owner"),
        *("title_case_count", "stock_seen_share_180d", "inspection_refused_count_60d", "head_share"),
        *("value_vs_first", "value_vs_before", "index_vs_valuation"),
    }
    assert {name for name in told if row[name] is not None} == set()
    feeds = {name: [] for name in ("proceeding", "visit", "event", "customer_indicator", "region_indicator")}
    (row,) = facts_of("collateral", DAY, **plain, **feeds).values()
    assert {name for name in told if row[name] is not None} == {
        "title_case_count",
        "inspection_refused_count_60d",
    }
    assert facts_of("collateral", DAY, loan=[loan("A")]) == {}


def test_the_index_of_the_region_or_the_nearest_around_it(facts_of):
    def figure(region, period, value, name="house_price_index"):
        return {"region_id": region, "indicator": name, "period": period, "value": value}

    regions = [
        {"region_id": "P", "name": "P", "kind": "province"},
        {"region_id": "X", "name": "X", "kind": "county", "parent_id": "P"},
        {"region_id": "T", "name": "T", "kind": "township", "parent_id": "X"},
        {"region_id": "V", "name": "V", "kind": "village", "parent_id": "T"},
        {"region_id": "Y", "name": "Y", "kind": "county", "parent_id": "P"},
        {"region_id": "Z", "name": "Z", "kind": "county"},
    ]
    figures = [
        figure("P", "2022-12-31", "50"),
        figure("P", "2024-05-31", "100"),
        figure("X", "2022-05-31", "110"),
        figure("X", "2023-05-31", "100"),
        figure("X", "2023-06-30", "90"),
        figure("X", "2024-05-31", "72"),
        figure("X", "2024-06-30", "1"),  # ahead of the day
        figure("X", "2023-05-31", "200", "land_price_index"),
        figure("X", "2024-05-31", "150", "land_price_index"),
        figure("T", "2024-05-31", "10"),  # a township whose index is not known for the valuation
        figure("Z", "2021-05-31", "100"),
        figure("Z", "2023-05-01", "60"),  # more than 400 days old
    ]
    given = {
        "in_may": ("V", "house", "2023-05-10"),
        "in_june": ("V", "shop", "2023-06-01"),
        "after_june": ("V", "house", "2023-09-01"),
        "land": ("T", "land_use_right", "2023-05-31"),
        "machine": ("V", "machinery", "2023-05-10"),
        "no_day": ("V", "house", None),
        "a_year_back": ("X", "house", "2023-04-30"),  # 110 of May 2022 still stands
        "above": ("Y", "house", "2023-01-15"),
        "stale": ("Z", "house", "2023-05-10"),
        "lower": ("V", "house", "2023-05-10"),
    }
    rows = facts_of(
        "collateral",
        DAY,
        loan=[loan(name) for name in given],
        customer=[{"customer_id": f"C{name}", "region_id": at} for name, (at, _, _) in given.items()],
        collateral=[
            security(name, kind, valued_on=valued_on, first_value="200.00" if name == "lower" else "100.00")
            for name, (_, kind, valued_on) in given.items()
        ],
        region=regions,
        region_indicator=figures,
    )
    assert facts(rows, "index_vs_valuation") == {
        "in_may": Decimal("0.720000"),
        "in_june": Decimal("0.800000"),
        "after_june": Decimal("0.800000"),
        "land": Decimal("0.750000"),
        "machine": None,
        "no_day": None,
        "a_year_back": Decimal("0.654545"),
        "above": Decimal("2.000000"),
        "stale": None,
        "lower": Decimal("0.720000"),
    }
    before = facts(rows, "value_vs_before")
    assert (before["in_may"], before["lower"], before["above"], before["machine"]) == (
        Decimal("0.720000"),
        Decimal("0.500000"),
        1,
        1,
    )


def test_owners_and_their_cases_about_title(facts_of):
    def case(name, customer, **rest):
        known = {"kind": "title", "our_role": "none", "stage": "sued", "filed_on": "2024-01-10"}
        return {"proceeding_id": name, "customer_id": customer, **known, **rest}

    owners = {
        "own": "Cown",
        "spouse": "S",
        "divorced": "D",
        "household": "H",
        "outsider": "O",
        "unknown": None,
        "quiet": "Q",
    }
    rows = facts_of(
        "collateral",
        DAY,
        loan=[loan(name) for name in owners],
        customer=[
            {"customer_id": "Chousehold", "household_id": "1"},
            {"customer_id": "H", "household_id": "1"},
            *({"customer_id": name} for name in ("S", "D", "O", "Q")),
        ],
        relation=[
            {"from_customer_id": "S", "to_customer_id": "Cspouse", "kind": "spouse"},
            {"from_customer_id": "Cdivorced", "to_customer_id": "D", "kind": "spouse", "until": "2024-06-27"},
        ],
        collateral=[security(name, owner_customer_id=owner) for name, owner in owners.items()],
        proceeding=[
            case("1", "O"),
            case("2", "O", role="plaintiff"),
            case("3", "O", our_role="creditor"),
            case("4", "O", kind="loan"),
            case("5", "O", stage="terminated"),
            case("6", "O", closed_on=DAY),
            case("7", "Cunknown"),
            case("8", "Cquiet"),  # the owner is another
            case("9", "Cown", closed_on="2024-06-29"),
        ],
    )
    assert facts(rows, "has_outside_owner") == {
        "own": False,
        "spouse": False,
        "divorced": True,
        "household": False,
        "outsider": True,
        "unknown": None,
        "quiet": True,
    }
    assert facts(rows, "title_case_count") == {
        "own": 1,
        "spouse": 0,
        "divorced": 0,
        "household": 0,
        "outsider": 2,
        "unknown": 1,
        "quiet": 0,
    }


def test_counts_of_stock_visits_refused_and_animals(facts_of):
    def visit(name, visited_on, result="ok", **rest):
        known = {"visit_id": f"{name}{visited_on}{result}", "customer_id": f"C{name}", "kind": "IN3"}
        return {**known, "visited_on": visited_on, "result": result, **rest}

    def event(name, occurred_on, value):
        told = {"subject_kind": "collateral", "kind": "stock_counted"}
        return {**told, "event_id": value, "subject_id": name, "occurred_on": occurred_on, "value": value}

    def figure(name, indicator, period, value):
        return {"customer_id": f"C{name}", "indicator": indicator, "period": period, "value": value}

    names = ("seen", "told", "tie", "old", "loan", "plain", "linked")
    rows = facts_of(
        "collateral",
        DAY,
        loan=[*(loan(name) for name in names), loan("loan2", customer_id="Cloan"), loan("far")],
        collateral=[security(name, "stock") for name in names],
        collateral_link=[{"collateral_id": "linked", "contract_id": "Kfar"}],
        visit=[
            visit("seen", "2024-05-01", "absent", stock_ratio="0.95"),
            visit("seen", "2024-06-28", "refused"),
            visit("seen", "2024-06-29", "refused", stock_ratio="0.1"),
            visit("told", "2024-05-01", stock_ratio="0.95"),
            visit("told", "2024-04-30", "refused"),  # 60 days are from 30 April on
            visit("told", "2024-04-29", "refused"),
            visit("tie", "2024-06-01", stock_ratio="0.95"),
            visit("tie", "2024-06-01", "closed", stock_ratio="0.85"),
            visit("old", "2023-12-31", stock_ratio="0.5"),  # 180 days are from 1 January on
            visit("loan", "2024-06-01", loan_id="Lloan", stock_ratio="0.99"),
            visit("loan", "2024-06-02", "refused", loan_id="Lloan2", stock_ratio="0.5"),
            visit("linked", "2024-06-01", "absent"),
            visit("far", "2024-06-01", "absent", loan_id="Lfar", stock_ratio="0.7"),
        ],
        event=[event("told", "2024-05-02", "0.8"), event("told", "2024-05-01", "0.1")],
        customer_indicator=[
            figure("seen", "head_count", "2024-05-31", "84"),
            figure("seen", "head_count", "2024-04-30", "100"),
            figure("seen", "head_count_recorded", "2022-12-31", "100"),
            figure("told", "head_count", "2024-01-01", "50"),  # 179 days ago
            figure("told", "head_count_recorded", "2023-12-31", "100"),
            figure("tie", "head_count", "2023-12-31", "50"),  # 180 days ago
            figure("tie", "head_count_recorded", "2023-12-31", "100"),
            figure("old", "head_count", "2023-12-30", "50"),
            figure("old", "head_count_recorded", "2023-12-31", "100"),
            figure("loan", "head_count", "2024-05-31", "50"),
            figure("plain", "head_count", "2024-05-31", "50"),
            figure("plain", "head_count_recorded", "2024-05-31", "0"),
        ],
    )
    assert facts(rows, "stock_seen_share_180d") == {
        "seen": Decimal("0.950000"),
        "told": Decimal("0.800000"),
        "tie": Decimal("0.850000"),
        "old": None,
        "loan": Decimal("0.990000"),
        "plain": None,
        "linked": Decimal("0.700000"),
    }
    assert facts(rows, "inspection_refused_count_60d") == {
        "seen": 2,
        "told": 1,
        "tie": 0,
        "old": 0,
        "loan": 0,
        "plain": 0,
        "linked": 2,
    }
    assert facts(rows, "head_share") == {
        "seen": Decimal("0.840000"),
        "told": Decimal("0.500000"),
        "tie": Decimal("0.500000"),
        "old": None,
        "loan": None,
        "plain": None,
        "linked": None,
    }
