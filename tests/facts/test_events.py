"""Events: for whom they count, within which days, and what nothing reported means."""

from __future__ import annotations

from decimal import Decimal

DAY = "2024-03-31"


def event(subject: str, name: str, kind: str, day: str = "2024-03-01", **more: object) -> dict[str, object]:
    told = {"subject_kind": subject, "subject_id": name, "kind": kind, "occurred_on": day, **more}
    return {"event_id": f"{subject}:{name}:{kind}:{day}", **told}


LOANS = [
    {"loan_id": name, "customer_id": f"C-{name}", "contract_id": f"K-{name}"} for name in ("A", "B", "D", "E")
]


def test_without_the_feed_nothing_is_known(facts_of):
    row = facts_of("customer", DAY, loan=LOANS)["C-A"]
    assert row["divorced_count_365d"] is None
    assert row["penalty_value_365d"] is None


def test_events_of_what_a_customer_has_count_for_the_customer(facts_of):
    events = [
        event("customer", "C-A", "divorced"),
        event("loan", "B", "deferral_requested"),
        event("contract", "K-D", "deferral_requested"),
        event("account", "ACC", "voucher_missing"),
        event("collateral", "COL", "enforced_party"),
        event("customer", "C-A", "divorced", "2024-04-01"),  # ahead of the day
    ]
    tables = {
        "loan": LOANS,
        "event": events,
        "account": [{"account_id": "ACC", "customer_id": "C-E"}],
        "collateral": [{"collateral_id": "COL", "contract_id": "K-E", "kind": "house"}],
    }
    rows = facts_of("customer", DAY, **tables)
    assert rows["C-A"]["divorced_count_365d"] == 1
    assert rows["C-A"]["deferral_requested_count_90d"] == 0
    assert rows["C-B"]["deferral_requested_count_90d"] == 1
    assert rows["C-D"]["deferral_requested_count_90d"] == 1
    assert (rows["C-E"]["voucher_missing_count_365d"], rows["C-E"]["enforced_party_count_365d"]) == (1, 1)
    loans = facts_of("loan", DAY, **tables)
    assert [loans[name]["deferral_requested_count_90d"] for name in "ABDE"] == [0, 1, 1, 0]


def test_windows_end_on_the_day_and_begin_so_many_days_before(facts_of):
    # Ninety days up to 31 March 2024 begin on 2 January; 365 on 2 April 2023.
    events = [
        event("customer", "C-A", "wage_case", "2024-01-01"),
        event("customer", "C-B", "wage_case", "2024-01-02"),
        event("customer", "C-D", "wage_case", "2024-03-31"),
        event("customer", "C-A", "penalty", "2023-04-01", value="9"),
        event("customer", "C-B", "penalty", "2023-04-02", value="7"),
        event("customer", "C-B", "penalty", "2024-01-02", value="8.5"),
        event("customer", "C-D", "penalty", "2024-01-02"),
    ]
    rows = facts_of("customer", DAY, loan=LOANS, event=events)
    assert [rows[f"C-{name}"]["wage_case_count_90d"] for name in "ABDE"] == [0, 1, 1, 0]
    values = [rows[f"C-{name}"]["penalty_value_365d"] for name in "ABDE"]
    assert values == [Decimal(0), Decimal("8.5"), None, Decimal(0)]


def test_a_disaster_of_the_county_is_one_of_its_villages(facts_of):
    regions = [
        {"region_id": "P", "name": "P", "kind": "province"},
        {"region_id": "X", "name": "X", "kind": "city", "parent_id": "P"},
        {"region_id": "C", "name": "C", "kind": "county", "parent_id": "X"},
        {"region_id": "T", "name": "T", "kind": "township", "parent_id": "C"},
        {"region_id": "V", "name": "V", "kind": "village", "parent_id": "T"},
        {"region_id": "O", "name": "O", "kind": "county", "parent_id": "X"},
    ]
    events = [
        event("region", "C", "disaster_red", "2024-03-02"),
        event("region", "P", "fraud_raising_case"),
        event("region", "V", "disaster_orange"),
    ]
    rows = facts_of("region", DAY, loan=LOANS, region=regions, event=events)
    counts = {name: row["disaster_red_count_30d"] for name, row in rows.items()}
    assert counts == {"P": 0, "X": 0, "C": 1, "T": 1, "V": 1, "O": 0}
    assert {name: row["fraud_raising_case_count_90d"] for name, row in rows.items()} == dict.fromkeys(rows, 1)
    assert not any(row["disaster_orange_count_30d"] for row in rows.values())  # 1 March is day 31
