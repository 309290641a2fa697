"""Industries: classes now and a quarter ago, concentration, prices against season, orders, distress."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from postloan.engine import Field
from postloan.results import Prior

D = Decimal
DAY = "2024-06-28"

INDUSTRIES = [{"industry_id": name, "name": name} for name in ("pigs", "shops", "tea")]


def loan(name: str, industry: str, balance: str, then: str | None = None, **more: object) -> dict[str, list]:
    """Give an exposure with its customer, and its balance now and three months ago."""
    days = {DAY: balance, "2024-03-20": then}
    position = [
        {"loan_id": name, "on_date": day, "balance": amount, "days_past_due": 0}
        for day, amount in days.items()
        if amount
    ]
    return {
        "loan": [{"loan_id": name, "customer_id": f"C{name}", "currency": "CNY", **more}],
        "customer": [{"customer_id": f"C{name}", "industry_id": industry}],
        "position": position,
    }


def book(*parts: dict[str, list]) -> dict[str, list]:
    return {name: [row for part in parts for row in part[name]] for name in ("loan", "customer", "position")}


def decision(
    name: str, day: str, five: str | None, code: str = "01", kind: str = "determination"
) -> dict[str, object]:
    return {
        "loan_id": name,
        "decided_on": day,
        "kind": kind,
        "scheme_id": "cn10a",
        "level_code": code,
        "five_level": five,
    }


BOOK = book(
    loan("p1", "pigs", "100.00", "300.00"),
    loan("p2", "pigs", "100.00", "500.00"),
    loan("p3", "pigs", "200.00", "200.00"),
    loan("p4", "pigs", "50.00", closed_on="2024-06-27", close_reason="repaid"),
    loan("s1", "shops", "500.00", "1000.00"),
    loan("s2", "shops", "100.00", "1000.00", currency="USD"),
)
BOOK["fx"] = [{"currency": "USD", "on_date": "2024-06-01", "rate": "5"}]
BOOK["industry"] = INDUSTRIES
BOOK["bank_figure"] = [
    {"item": "net_capital", "period": "2023-12-31", "value": "100.00"},
    {"item": "net_capital", "period": "2024-03-31", "value": "160.00"},
    {"item": "net_capital", "period": "2024-06-30", "value": "1.00"},
    {"item": "total_loans", "period": "2024-04-30", "value": "1.00"},
]
DECISIONS = [
    decision("p1", "2024-03-28", "special_mention"),
    decision("p1", "2024-06-01", None, "07"),  # of the scheme: substandard
    decision("p2", "2024-01-01", "normal"),
    decision("p2", "2024-06-28", "loss", kind="initial"),  # not decided yet
    decision("p3", "2024-06-01", "doubtful"),
    decision("p3", "2024-06-01", "normal", kind="approval"),  # of one day the approval counts
    decision("p3", "2024-03-29", "loss"),  # a day after the quarter's
    decision("s1", "2024-01-01", "normal"),
    decision("s1", "2024-06-28", "special_mention"),
    decision("s2", "2024-01-01", "normal"),
    decision("s2", "2024-06-20", "not_measurable"),
]


def test_classes_now_a_quarter_ago_and_in_the_book(facts_of):
    found = facts_of("industry", DAY, **BOOK, class_decision=DECISIONS)
    pigs, shops, tea = (found[name] for name in ("pigs", "shops", "tea"))
    # 400 of pigs with a class, 100 of them substandard; 500 of shops, the others' class cannot be told.
    assert (pigs["npl_share"], pigs["special_mention_share"]) == (D("0.25"), D("0"))
    assert (shops["npl_share"], shops["special_mention_share"]) == (D("0"), D("1"))
    # Of the book 100 and 500 of 900: 0.111111 and 0.555556.
    assert pigs["weak_share_vs_book"] == D("2.250002")
    assert shops["weak_share_vs_book"] == D("1.799999")
    # On 28 March 300 of 800 were of special mention and nothing worse; p3 had no class.
    assert pigs["weak_share_chg_3m"] == D("0.25")
    assert shops["weak_share_chg_3m"] == D("1")
    assert {tea[name] for name in ("npl_share", "weak_share_vs_book", "weak_share_chg_3m")} == {None}
    # 400 and 500 + 100 x 5 of 1,400; capital 160.
    assert (pigs["book_share"], shops["book_share"], tea["book_share"]) == (
        D("0.285714"),
        D("0.714286"),
        D(0),
    )
    assert (pigs["exposure_vs_capital"], tea["exposure_vs_capital"]) == (D("2.5"), D(0))
    assert (pigs["loan_count"], pigs["dpd30_share"], tea["loan_count"]) == (3, D(0), 0)


def test_the_last_run_knows_better_than_people(facts_of, engine):
    names = ("loan_id", "scheme_id", "class_previous", "class_final", "five_level")
    fields = [Field(name, "string") for name in names]
    rows = [("p1", "normal"), ("p2", "doubtful"), ("s1", "not_measurable")]
    state = [dict.fromkeys(names) | {"loan_id": name, "five_level": five} for name, five in rows]
    prior = Prior(
        "r", date(2024, 6, 27), date(2024, 6, 1), {"loan_state": engine.from_rows(state, fields, "state")}
    )
    found = facts_of("industry", DAY, prior, **BOOK, class_decision=DECISIONS)
    assert (found["pigs"]["npl_share"], found["shops"]["special_mention_share"]) == (D("0.25"), D("1"))
    assert found["pigs"]["weak_share_chg_3m"] == D("0.25")  # people's classes on both days
    alone = facts_of("industry", DAY, prior, **{k: rows for k, rows in BOOK.items() if k != "bank_figure"})
    # Of p1 and p2, 100 each, one is doubtful; s1 has no class and s2 was not seen.
    assert alone["pigs"]["npl_share"] == D("0.5")
    names = ("weak_share_chg_3m", "exposure_vs_capital")
    assert [alone["pigs"][name] for name in names] == [None, None]
    assert alone["shops"]["npl_share"] is None


def figure(industry: str, indicator: str, period: str, value: str) -> dict[str, object]:
    return {"industry_id": industry, "indicator": indicator, "period": period, "value": value}


def test_prices(facts_of):
    rows = []
    for year, price in ((2021, "9"), (2022, "10"), (2023, "11"), (2024, "8")):
        rows += [figure("pigs", "price.pork", f"{year}-{month:02d}-28", price) for month in (3, 4, 5)]
        rows += [figure("pigs", "output_price_index", f"{year}-04-30", price)]  # one month is too few
        rows += [
            figure("pigs", "price.feed", f"{year}-{month:02d}-28", price) for month in (3, 4)
        ]  # bought, not sold
        rows += [
            figure("tea", "price.tea", f"{year}-{month:02d}-28", price) for month in (4, 5)
        ]  # two suffice
        if year > 2021:
            rows += [figure("shops", "price.rent", f"{year}-{month:02d}-28", price) for month in (3, 4, 5)]
    rows += [figure("pigs", "price.pork", "2024-05-01", "1"), figure("pigs", "price.pork", "2024-06-28", "1")]
    rows += [
        figure("pigs", "price.lard", f"{year}-{month:02d}-28", "10")
        for year in range(2021, 2025)
        for month in (3, 5)
    ]
    rows += [figure("tea", "price.tea", "2024-03-28", "1"), figure("tea", "price.tea", "2020-05-28", "1")]
    # What is bought: the last month against three before; feed was last known in April.
    rows += [
        figure("pigs", "price.feed", "2024-01-28", "6"),
        figure("pigs", "input_price_index", "2024-06-25", "130"),
    ]
    rows += [
        figure("pigs", "input_price_index", "2024-03-02", "100"),
        figure("pigs", "input_price_index", "2024-03-01", "1"),
    ]
    rows += [
        figure("tea", "price.fuel", "2024-03-20", "9"),
        figure("tea", "price.fuel", "2023-12-20", "3"),
    ]  # 100 days
    rows += [
        figure("shops", "price.fuel", "2024-03-19", "9"),
        figure("shops", "price.fuel", "2023-12-19", "3"),
    ]
    found = facts_of("industry", DAY, industry=INDUSTRIES, industry_indicator=rows)
    # 28 June: March to May are full. 8 against the mean of 9, 10 and 11; lard stayed at 10.
    sold = {name: row["output_price_vs_3y"] for name, row in found.items()}
    assert sold == {"pigs": D("0.8"), "tea": D("0.8"), "shops": None}
    bought = {name: row["input_price_vs_3m"] for name, row in found.items()}
    # Feed at 8 / 6, the index at 130 / 100; fuel for tea is 100 days old, for shops 101.
    assert bought == {"pigs": D("1.333333"), "tea": D("3"), "shops": None}


def test_orders_and_distress(facts_of):
    region = [{"region_id": name, "name": name, "kind": "county"} for name in ("X", "Y")]
    customers, loans, accounts, entries, orders = [], [], [], [], []
    # Twenty in X, four of them below 0.7; twenty in Y, five at it; nineteen of tea, all below.
    groups = {"pigs X": (20, 4, "0.69"), "pigs Y": (20, 5, "0.70"), "tea X": (19, 19, "0.1")}
    for group, (count, low, ratio) in groups.items():
        industry, county = group.split()
        for n in range(count):
            name = f"{group} {n}"
            customers.append({"customer_id": name, "industry_id": industry, "region_id": county})
            loans.append({"loan_id": name, "customer_id": name})
            accounts.append({"account_id": name, "customer_id": name})
            for day, amount in (
                ("2023-03-01", D(1)),
                ("2023-04-15", D(99)),
                ("2024-05-15", 100 * (D(ratio) if n < low else D(1))),
            ):
                entries.append(
                    {"entry_id": f"{name} {day}", "account_id": name, "booked_on": day, "amount": amount}
                )
            known = (("2024-05-31", "7"), ("2023-05-31", "10"), ("2024-04-30", "99"), ("2023-06-30", "99"))
            for day, value in known:
                orders.append({"customer_id": name, "indicator": "order_book", "period": day, "value": value})
    customers.append({"customer_id": "debtless", "industry_id": "pigs", "region_id": "X"})
    accounts.append({"account_id": "debtless", "customer_id": "debtless"})
    entries += [
        {"entry_id": f"d {day}", "account_id": "debtless", "booked_on": day, "amount": amount}
        for day, amount in (("2023-03-01", "1.00"), ("2023-04-15", "99.00"), ("2024-05-15", "1.00"))
    ]
    tables = {
        "industry": INDUSTRIES,
        "region": region,
        "customer": customers,
        "loan": loans,
        "account": accounts,
        "entry": entries,
        "customer_indicator": orders,
    }
    found = facts_of("industry", DAY, **tables)
    assert {name: row["distressed_share"] for name, row in found.items()} == {
        "pigs": D("0.2"),
        "tea": None,
        "shops": None,
    }
    # Only May is known in both years, 7 against 10; nineteen of tea are too few.
    assert {name: row["order_book_yoy"] for name, row in found.items()} == {
        "pigs": D("0.7"),
        "tea": None,
        "shops": None,
    }
    people = facts_of("customer", DAY, **tables)
    shares = [
        people[name]["peers_distressed_share"] for name in ("pigs X 0", "pigs Y 19", "tea X 0", "debtless")
    ]
    assert shares == [D("0.2"), D("0"), None, D("0.2")]
