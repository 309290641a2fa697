"""Regions: arrears against a month ago and against sisters, indicators, employers, events."""

from __future__ import annotations

from decimal import Decimal

D = Decimal
DAY = "2024-06-28"


def region(name: str, kind: str = "township", parent: str | None = "X") -> dict[str, object]:
    return {"region_id": name, "name": name, "kind": kind, "parent_id": parent}


def position(loan: str, day: str, days: int | None) -> dict[str, object]:
    return {"loan_id": loan, "on_date": day, "balance": "100.00", "days_past_due": days}


def borrowers(
    place: str, count: int, **more: object
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    names = [f"{place}{n:02d}" for n in range(count)]
    loans = [{"loan_id": f"L{name}", "customer_id": name, **more} for name in names]
    return loans, [{"customer_id": name, "region_id": place} for name in names]


def test_arrears_against_sisters_and_a_month_ago(facts_of):
    # Of twenty exposures each: how many are more than 30 days late.
    late = {"A": 4, "B": 0, "C": 1, "D": 2, "E": 3}
    loans, customers, positions = [], [], []
    for place, count in late.items():
        some, people = borrowers(place, 20)
        loans, customers = loans + some, customers + people
        positions += [position(f"L{place}{n:02d}", DAY, 31 if n < count else 30) for n in range(20)]
    small, people = borrowers("S", 19)  # too few to be held against, and yet held against the others
    loans, customers = loans + small, customers + people
    positions += [position(f"LS{n:02d}", DAY, 40) for n in range(19)]
    # A month ago in A: one late; one that is closed by now was late too; a record without days hides none.
    positions += [position("LA00", "2024-05-20", 22), position("LA01", "2024-05-28", 30)]
    positions += [position("LA00", "2024-05-27", None), position("LA02", "2024-04-22", 90)]  # 36 days old
    positions += [position("LA03", "2024-05-20", 25), position("LA04", "2024-05-29", 60)]
    paid = [{"loan_id": "LA03", "paid_on": "2024-05-21", "amount": "1.00", "payment_id": "p"}]
    gone, people = borrowers("A", 1, closed_on="2024-05-29")
    gone[0] |= {"loan_id": "gone", "customer_id": "A00"}
    before, _ = borrowers("A", 1, closed_on="2024-05-28")
    before[0] |= {"loan_id": "before", "customer_id": "A00"}
    positions += [position(name, "2024-05-20", 50) for name in ("gone", "before")]
    entrusted = [{"loan_id": "theirs", "contract_id": "K", "customer_id": "A00"}]
    contract = [{"contract_id": "K", "customer_id": "A00", "is_entrusted": True}]
    positions += [position("theirs", DAY, 99), position("theirs", "2024-05-28", 99)]
    found = facts_of(
        "region",
        DAY,
        loan=[*loans, *gone, *before, *entrusted],
        contract=contract,
        customer=customers,
        position=positions,
        payment=paid,
        region=[region("X", "county", None), *map(region, "ABCDES"), region("V", "village", "A")],
    )
    assert {place: found[place]["dpd30_share"] for place in late} == {
        place: D(count) / 20 for place, count in late.items()
    }
    # Five sisters with twenty each: the fifth of them is the 90th percentile, A itself.
    assert found["B"]["dpd30_share_peer_p90"] == D("0.200000")
    assert found["A"]["dpd30_share_excess"] == D("0.000000")
    assert found["S"]["dpd30_share_excess"] == D("0.800000")
    assert (found["S"]["loan_count"], found["S"]["borrower_count"]) == (19, 19)
    # A month before: LA00 22 + 8 days, LA01 30, LA03 25 as it paid, gone 50 + 8: one late of four.
    assert found["A"]["dpd30_share_chg_1m"] == D("-0.050000")
    assert found["B"]["dpd30_share_chg_1m"] is None  # no record then
    assert [found["V"][name] for name in ("loan_count", "dpd30_share", "dpd30_share_peer_p90")] == [
        0,
        None,
        None,
    ]
    assert (found["A"]["kind"], found["V"]["kind"]) == ("township", "village")


def test_four_sisters_are_too_few(facts_of):
    loans, customers = [], []
    for place in "ABCD":
        some, people = borrowers(place, 20)
        loans, customers = loans + some, customers + people
    positions = [position(str(loan["loan_id"]), DAY, 0) for loan in loans]
    found = facts_of(
        "region", DAY, loan=loans, customer=customers, position=positions, region=[*map(region, "ABCD")]
    )
    assert (found["A"]["dpd30_share"], found["A"]["dpd30_share_peer_p90"]) == (D(0), None)


def figure(place: str, indicator: str, period: str, value: str, **more: object) -> dict[str, object]:
    return {"region_id": place, "indicator": indicator, "period": period, "value": value, **more}


def test_indicators_and_what_they_were_a_year_before(facts_of):
    rows = [
        figure("A", "unemployment_rate", "2024-05-31", "0.05"),
        figure("A", "unemployment_rate", "2023-05-31", "0.03"),
        figure("A", "unemployment_rate", "2024-07-31", "0.90"),  # ahead of the day
        figure("A", "house_price_index", "2024-05-31", "95"),
        figure("A", "house_price_index", "2023-05-31", "100"),
        figure("A", "land_price_index", "2024-03-31", "45"),
        figure("A", "land_price_index", "2023-03-15", "80"),  # the month's last value counts
        figure("A", "land_price_index", "2023-03-31", "50"),
        figure("A", "auction_failure_share", "2023-12-31", "0.6"),
        figure("A", "migrant_share", "2023-12-31", "0.31"),
        figure("A", "migrant_share", "2022-12-31", "0.28"),
        figure("A", "school_roll", "2023-09-30", "850"),
        figure("A", "school_roll", "2022-09-30", "1000"),
        figure("B", "school_roll", "2023-05-24", "850"),  # 401 days old
        figure("B", "auction_failure_share", "2023-05-25", "0.4"),  # 400
        figure("B", "unemployment_rate", "2024-05-31", "0.07", known_on="2024-06-29"),
        figure("B", "unemployment_rate", "2024-04-30", "0.06", known_on="2024-06-28"),
        figure("B", "house_price_index", "2024-05-31", "90"),
    ]
    found = facts_of("region", DAY, region=[*map(region, "ABC")], region_indicator=rows)
    names = (
        "unemployment_rate",
        "unemployment_rate_chg_12m",
        "property_index_yoy",
        "auction_failure_share",
        "migrant_share_chg_12m",
        "school_roll_yoy",
    )
    told = {place: [row[name] for name in names] for place, row in found.items()}
    assert told["A"] == [D("0.05"), D("0.02"), D("0.9"), D("0.6"), D("0.03"), D("0.85")]
    assert told["B"] == [D("0.06"), None, None, D("0.4"), None, None]
    assert told["C"] == [None] * 6


def event(number: int, kind: str, subject: str, name: str, day: str, **more: object) -> dict[str, object]:
    return {
        "event_id": f"E{number}",
        "kind": kind,
        "subject_kind": subject,
        "subject_id": name,
        "occurred_on": day,
        "value": None,
        **more,
    }


def test_what_was_reported_of_a_region_and_its_customers(facts_of):
    loans, customers = borrowers("A", 40)
    employers = [{"customer_id": name, "region_id": "B"} for name in ("shaken", "sound", "long_ago")]
    works = [("shaken", f"A{n:02d}") for n in range(2)] + [("sound", f"A{n:02d}") for n in range(10, 30)]
    works += [("long_ago", f"A{n:02d}") for n in range(30, 40)] + [("shaken", "shaken"), ("shaken", "sound")]
    relations = [
        {"from_customer_id": a, "to_customer_id": b, "kind": "employer", "since": None, "until": None}
        for a, b in works
    ]
    left = {"from_customer_id": "shaken", "kind": "employer"}
    relations += [{**left, "to_customer_id": "A05", "since": None, "until": DAY}]
    later = {"since": "2024-06-29", "until": None, "known_on": "2024-06-29"}
    relations += [{**left, "to_customer_id": "A06", **later}]
    relations += [{**left, "to_customer_id": "A07", "kind": "supplier", "since": None, "until": None}]
    events = [
        event(1, "stop_order", "customer", "shaken", "2024-01-01"),  # the 180th day
        event(2, "dishonest_debtor", "customer", "long_ago", "2023-12-31"),
        event(3, "negative_news", "customer", "sound", "2024-06-01"),
        event(4, "offtaker_late", "customer", "A01", "2024-06-01", value="90"),
        event(5, "offtaker_late", "customer", "A01", "2024-06-02", value="95"),
        event(6, "offtaker_late", "customer", "A02", "2024-06-02", value="89.99"),
        event(7, "offtaker_late", "customer", "A03", "2023-12-31", value="120"),
        event(8, "offtaker_late", "customer", "sound", "2024-06-02", value="120"),  # owes us nothing
        event(9, "fraud_raising_case", "region", "A", "2024-03-31"),  # the 90th day
        event(10, "fraud_raising_case", "region", "A", "2024-03-30"),
        event(11, "fraud_raising_case", "region", "V", "2024-06-28"),
        event(12, "fraud_raising_case", "customer", "sound", "2024-06-28"),
        event(13, "fraud_raising_case", "region", "X", "2024-06-28"),
        event(14, "fraud_raising_case", "region", "X", "2024-06-29"),
    ]
    regions = [region("X", "county", None), region("A"), region("B"), region("V", "village", "A")]
    tables = {"loan": loans, "customer": [*customers, *employers], "region": regions}
    found = facts_of("region", DAY, **tables, relation=relations, event=events)
    assert {name: row["shocked_employer_share"] for name, row in found.items()} == {
        **dict.fromkeys("XBV", D(0)),
        "A": D("0.05"),
    }
    assert {name: row["unpaid_supplier_count_180d"] for name, row in found.items()} == {
        **dict.fromkeys("XBV", 0),
        "A": 1,
    }
    within = {name: row["fraud_raising_within_count_90d"] for name, row in found.items()}
    assert within == {"X": 4, "A": 2, "B": 1, "V": 1}
    bare = facts_of("region", DAY, **tables)["A"]
    names = ("shocked_employer_share", "unpaid_supplier_count_180d", "fraud_raising_within_count_90d")
    assert [bare[name] for name in (*names, "dpd30_share", "dpd30_share_chg_1m", "school_roll_yoy")] == [
        None
    ] * 6
