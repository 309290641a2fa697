"""What is usual among peers: groups, seasons, the county that small ones lean on, and a year ago."""

from __future__ import annotations

from decimal import Decimal

D = Decimal
DAY = "2024-06-30"
"""The last three full months are April to June."""

REGIONS = [
    {"region_id": "X", "name": "X", "kind": "county"},
    {"region_id": "Y", "name": "Y", "kind": "county"},
    {"region_id": "X1", "name": "X1", "kind": "township", "parent_id": "X"},
    {"region_id": "X2", "name": "X2", "kind": "township", "parent_id": "X"},
    {"region_id": "X11", "name": "X11", "kind": "village", "parent_id": "X1"},
    {"region_id": "Y1", "name": "Y1", "kind": "township", "parent_id": "Y"},
    {"region_id": "Z", "name": "Z", "kind": "township"},
]


def customer(name: str, region: str, months: str | None = "5;10", **more: object) -> dict[str, object]:
    return {"customer_id": name, "region_id": region, "industry_id": "I", "income_months": months, **more}


def account(name: str) -> dict[str, str]:
    return {"account_id": f"A-{name}", "customer_id": name}


def entry(name: str, day: str, amount: str, **more: object) -> dict[str, object]:
    return {
        "entry_id": f"{name} {day} {amount}",
        "account_id": f"A-{name}",
        "booked_on": day,
        "amount": amount,
        "balance_after": None,
        "reverses_id": None,
        **more,
    }


def takings(name: str, ratio: str, since: str = "2022-04-01") -> list[dict[str, object]]:
    """Give 1,000 in spring 2022 and 2023 and that ratio of it in spring 2024; interest opens the account."""
    rows = [entry(name, since, "1.00", kind="interest")]
    rows += [entry(name, f"{year}-05-15", "1000.00") for year in (2022, 2023) if f"{year}-05-15" > since]
    return [*rows, entry(name, "2024-05-15", str(D(1000) * D(ratio)))]


def reversed_later(name: str) -> list[dict[str, object]]:
    wrong = entry(name, "2022-05-16", "9000.00")
    return [wrong, entry(name, "2023-01-05", "-9000.00", reverses_id=wrong["entry_id"])]


def test_the_cut_of_credits_leans_on_the_group_and_on_the_county(facts_of):
    ratios = {f"a{n:02d}": ("X1", "5;10", D(n) / 10) for n in range(1, 31)}
    ratios |= {f"b{n:02d}": ("X2", "5;10", 2 + D(n) / 10) for n in range(1, 11)}
    ratios |= {"out": ("X1", "1;3;7;11", D(5)), "lone": ("Z", "5;10", D(1))}
    ratios |= {f"y{n:02d}": ("Y1", "5;10", D("0.01")) for n in range(10)}
    customers = [customer(name, region, months) for name, (region, months, _) in ratios.items()]
    customers += [
        customer("silent", "X1", None),
        customer("young", "X1"),
        customer("firm", "X1", kind="corporate"),
    ]
    customers += [
        customer("other", "X1", industry_id="J"),
        customer("village", "X11"),
        customer("nowhere", None),
    ]
    entries = [
        row for name, (_, _, ratio) in ratios.items() if name != "a30" for row in takings(name, str(ratio))
    ]
    entries += takings("a30", "3", since="2023-04-01")  # fifteen months, just enough for now but not for then
    entries += takings("young", "0.001", since="2023-04-02")  # fourteen: no peer
    entries += [row for n in range(1, 7) for row in reversed_later(f"a{n:02d}")]
    names = [row["customer_id"] for row in customers]
    accounts = [account(str(name)) for name in names]
    found = facts_of("customer", DAY, customer=customers, account=accounts, entry=entries, region=REGIONS)
    p10 = {name: row["credits_3m_yoy_peer_p10"] for name, row in found.items()}
    moved = {name: row["credits_3m_yoy_peer_p10_chg_12m"] for name, row in found.items()}
    # Thirty peers of one township and season: the third lowest of them.
    assert p10["a01"] == p10["a30"] == p10["young"] == D("0.300000")
    # The county has 41 known ratios: the fifth lowest is 0.5. Ten peers at 2.1 weigh 10, the county 20 of 30.
    assert p10["b01"] == D("1.033333")
    assert p10["out"] == D("0.650000")  # (1 x 5 + 29 x 0.5) / 30: no income falls from April to June
    assert p10["silent"] == p10["firm"] == p10["other"] == p10["village"] == D("0.500000")
    # The whole book has 52: ten at 0.01 hold the sixth place. (1 x 1 + 29 x 0.01) / 30.
    assert p10["lone"] == D("0.043000")
    assert p10["nowhere"] == D("0.010000")
    assert p10["y00"] == D("0.010000")
    # A year ago all took in as much as the year before, what was reversed left out.
    assert moved["a01"] == moved["village"] == D("-0.500000")
    assert moved["lone"] == D("-0.990000")
    assert moved["y00"] is None  # ten customers are too few


def test_balances_and_cash_lean_on_peers_of_the_month(facts_of):
    names = {f"c{n:02d}": n for n in range(1, 31)}
    customers = [customer(name, "X1", "6") for name in names]
    entries = []
    for name, n in names.items():
        # 545 days of balances: a year and half a year before.
        entries += [entry(name, "2023-01-02", "1000.00", balance_after="1000.00", kind="other")]
        entries += [entry(name, "2024-06-01", f"-{n}.00", balance_after=f"{100 * n}.00", kind="fee")]
        entries += [entry(name, day, "1000.00") for day in ("2023-06-01", "2024-06-30")]
        entries += [entry(name, "2023-06-30", "-100.00", kind="cash")]
        entries += [entry(name, "2023-05-31", "-900.00", kind="cash")]  # the day before the window
        entries += [entry(name, "2024-06-01", f"-{10 * n}.00", kind="cash")]
    found = facts_of(
        "customer",
        DAY,
        customer=customers,
        account=[account(name) for name in names],
        entry=entries,
        region=REGIONS,
    )
    row = found["c05"]
    # The third lowest: 30 days at 300 over 150 at 1,000 and 30 at 300, times six; a year ago 1.
    assert row["balance_30d_vs_180d_peer_p10"] == D("0.339623")
    assert row["balance_30d_vs_180d_peer_p10_chg_12m"] == D("-0.660377")
    # Rank 27 of 30: 270 of 1,000; a year ago 100 of 1,000.
    assert row["cash_out_share_30d_peer_p90"] == D("0.270000")
    assert row["cash_out_share_30d_peer_p90_chg_12m"] == D("0.170000")


def test_without_entries_there_are_no_peers(facts_of):
    row = facts_of("customer", DAY, customer=[customer("c", "X1")], account=[account("c")], region=REGIONS)[
        "c"
    ]
    assert {value for name, value in row.items() if "_peer_" in name} == {None}
