"""Financial statements: which one counts on the day, what it is held against, and the ratios of both."""

from __future__ import annotations

from decimal import Decimal

import pytest

DAY = "2024-08-15"
RATIOS = (
    "revenue_ytd_yoy",
    "gross_margin",
    "gross_margin_chg_12m",
    "pretax_margin",
    "has_loss_two_years",
    "ebitda_debt_service_cover",
    "has_debt_service",
    "interest_cover",
    "has_interest_expense",
    "liabilities_share",
    "liabilities_share_chg_12m",
    "current_ratio",
    "current_ratio_yoy",
    "has_negative_cash_flow_two_years",
    "days_sales_outstanding",
    "days_sales_outstanding_chg_12m",
    "old_receivables_share",
    "old_receivables_share_chg_12m",
    "inventory_growth_vs_revenue",
    "unfunded_capex_12m_vs_short_debt",
    "has_short_debt",
    "cash_assets_share",
    "debt_assets_share",
    "is_opinion_qualified",
    "related_receivables_share",
    "equity_share",
    "equity_yoy",
    "ebitda_vs_forecast",
    "short_debt_vs_revenue",
    "short_debt_vs_revenue_chg_12m",
)
NOW = {
    "revenue": 600,
    "cost_of_sales": 480,
    "profit_before_tax": -12,
    "ebit": 30,
    "ebitda": 60,
    "ebitda_forecast": 80,
    "interest_expense": 24,
    "debt_service": 50,
    "cash": 300,
    "receivables": 200,
    "receivables_over_1y": 50,
    "inventory": 150,
    "other_receivables": 130,
    "other_receivables_related": 120,
    "current_assets": 700,
    "total_assets": 1000,
    "short_term_debt": 400,
    "long_term_debt": 100,
    "current_liabilities": 875,
    "total_liabilities": 950,
    "equity": 50,
    "operating_cash_flow": -1,
    "capex": 90,
    "new_long_term_funds": 10,
}
THEN = {
    "revenue": 800,
    "cost_of_sales": 560,
    "profit_before_tax": -5,
    "receivables": 160,
    "receivables_over_1y": 16,
    "inventory": 100,
    "current_assets": 800,
    "total_assets": 1000,
    "short_term_debt": 200,
    "current_liabilities": 640,
    "total_liabilities": 800,
    "equity": 200,
    "operating_cash_flow": -2,
    "capex": 30,
    "new_long_term_funds": 5,
}


def stated(customer, ends, items=None, received=None, due=None, opinion=None, **more):
    """Give the rows of a statement, items in whole units."""
    items = {**(items or {}), **more}
    told = {"customer_id": customer, "period_end": ends, "received_on": received, "due_on": due}
    return [{**told, "item": item, "value": str(value), "opinion": opinion} for item, value in items.items()]


def book(*statements, **tables):
    """Give the tables of a book in which each customer with a statement has a loan."""
    rows = [row for statement in statements for row in statement]
    names = dict.fromkeys(row["customer_id"] for row in rows)
    loans = [{"loan_id": f"L-{name}", "customer_id": name, "contract_id": f"K-{name}"} for name in names]
    return {"loan": loans, "statement": rows, **tables}


def test_without_the_feed_nothing_is_known(facts_of):
    row = facts_of("customer", DAY, loan=[{"loan_id": "A", "customer_id": "C"}])["C"]
    assert {row[name] for name in (*RATIOS, "statement_on", "statement_late_days")} == {None}


HELD = {}


@pytest.fixture
def rows(facts_of):
    if not HELD:  # one book for all tests of ratios
        HELD.update(facts_of("customer", DAY, **book(*statements())))
    return HELD


def statements():
    return (
        stated("full", "2024-06-30", NOW, "2024-07-20", opinion="unqualified"),
        stated("full", "2023-12-31", NOW | {"capex": 70, "new_long_term_funds": 25}, "2024-04-20"),
        stated("full", "2023-06-30", THEN, "2023-07-20", opinion="disclaimer"),
        stated("year", "2023-12-31", NOW, "2024-04-20", opinion="disclaimer"),
        stated("year", "2022-12-31", NOW, "2023-04-20"),
        stated("first", "2024-06-30", NOW, "2024-07-20"),
        stated("some", "2024-06-30", received="2024-07-20", revenue=100, equity=-1, cash=5),
        stated("some", "2023-06-30", received="2023-07-20", revenue=125, equity=-4),
        stated("zero", "2024-06-30", dict.fromkeys(NOW, 0), "2024-07-20"),
        stated("zero", "2023-06-30", dict.fromkeys(NOW, 0), "2023-07-20"),
        stated("below", "2024-06-30", NOW | dict.fromkeys(("revenue", "total_assets"), -100)),
        stated("better", "2024-06-30", profit_before_tax=0, operating_cash_flow=-1),
        stated("better", "2023-06-30", profit_before_tax=-1, operating_cash_flow=0),
    )


def test_ratios_of_the_latest_and_the_comparable_statement(rows):
    row = rows["full"]
    assert str(row["statement_on"]) == "2024-06-30"
    assert {name: row[name] for name in RATIOS} == {
        "revenue_ytd_yoy": Decimal("0.75"),
        "gross_margin": Decimal("0.2"),
        "gross_margin_chg_12m": Decimal("-0.1"),
        "pretax_margin": Decimal("-0.02"),
        "has_loss_two_years": True,
        "ebitda_debt_service_cover": Decimal("1.2"),
        "has_debt_service": True,
        "interest_cover": Decimal("1.25"),
        "has_interest_expense": True,
        "liabilities_share": Decimal("0.95"),
        "liabilities_share_chg_12m": Decimal("0.15"),
        "current_ratio": Decimal("0.8"),
        "current_ratio_yoy": Decimal("0.64"),  # last year 1.25
        "has_negative_cash_flow_two_years": True,
        "days_sales_outstanding": Decimal("60"),  # 200 of 600 in 180 days
        "days_sales_outstanding_chg_12m": Decimal("24"),  # last year 160 of 800: 36
        "old_receivables_share": Decimal("0.25"),
        "old_receivables_share_chg_12m": Decimal("0.15"),
        "inventory_growth_vs_revenue": Decimal("0.75"),  # +50 % against -25 %
        "unfunded_capex_12m_vs_short_debt": Decimal("0.25"),  # (90 + 70 - 30 - 10 - 25 + 5) / 400
        "has_short_debt": True,
        "cash_assets_share": Decimal("0.3"),
        "debt_assets_share": Decimal("0.5"),
        "is_opinion_qualified": False,
        "related_receivables_share": Decimal("0.12"),
        "equity_share": Decimal("0.05"),
        "equity_yoy": Decimal("0.25"),
        "ebitda_vs_forecast": Decimal("0.75"),
        "short_debt_vs_revenue": Decimal("0.333333"),  # 400 of 1,200 in 12 months
        "short_debt_vs_revenue_chg_12m": Decimal("0.208333"),  # last year 200 of 1,600
    }


def test_a_full_year_is_its_own_twelve_months(rows):
    row = rows["year"]
    assert row["unfunded_capex_12m_vs_short_debt"] == Decimal("0.2")  # (90 - 10) / 400
    assert (row["days_sales_outstanding"], row["short_debt_vs_revenue"]) == (
        Decimal("120"),
        Decimal("0.666667"),
    )
    assert row["is_opinion_qualified"] is True


def test_a_first_statement_is_held_against_none(rows):
    row = rows["first"]
    against = [name for name in RATIOS if name.endswith(("yoy", "chg_12m", "two_years"))]
    assert {row[name] for name in (*against, "inventory_growth_vs_revenue")} == {None}
    assert row["unfunded_capex_12m_vs_short_debt"] is None
    assert row["is_opinion_qualified"] is None
    assert row["interest_cover"] == Decimal("1.25")


def test_what_is_not_stated_is_not_known(rows):
    row = rows["some"]
    known = {name: row[name] for name in RATIOS if row[name] is not None}
    assert known == {
        "revenue_ytd_yoy": Decimal("0.8")
    }  # equity of last year was not above 0, assets are not stated


def test_nothing_is_divided_by_nothing_or_less(rows):
    row = rows["zero"]
    known = {name: row[name] for name in RATIOS if row[name] is not None}
    assert known == dict.fromkeys(
        (
            "has_loss_two_years",
            "has_debt_service",
            "has_interest_expense",
            "has_negative_cash_flow_two_years",
            "has_short_debt",
        ),
        False,
    )
    below = rows["below"]
    assert {below[name] for name in ("pretax_margin", "gross_margin", "liabilities_share")} == {None}


def test_one_year_that_is_not_below_zero_is_enough(rows):
    row = rows["better"]
    assert (row["has_loss_two_years"], row["has_negative_cash_flow_two_years"]) == (False, False)


def test_which_statement_counts_on_the_day(facts_of):
    # 540 days before 15 August 2024 is 22 February 2023.
    tables = book(
        stated("edge", "2023-02-22", revenue=1),
        stated("old", "2023-02-21", revenue=1),
        stated("soon", "2024-06-30", received="2024-08-16", revenue=9),
        stated("soon", "2024-03-31", received="2024-08-15", revenue=3),
        stated("soon", "2023-03-31", received="2023-08-15", revenue=4),
        stated("ahead", "2024-09-30", revenue=1),
        stated("ahead", "2024-07-31", revenue=1),
        stated("leap", "2024-02-29", revenue=3),
        stated("leap", "2023-02-28", revenue=4),
        stated("twice", "2024-06-30", revenue=3),
        stated("twice", "2023-06-15", revenue=1),
        stated("twice", "2023-06-30", revenue=4),
        stated("moved", "2024-06-30", revenue=3),
        stated("moved", "2023-05-31", revenue=4),
        stated("mended", "2024-06-30", received="2024-07-01", revenue=8),
        stated("mended", "2024-06-30", received="2024-08-15", revenue=3),
        stated("mended", "2024-06-30", received="2024-08-16", revenue=9),
        stated("mended", "2023-06-30", revenue=4),
        [row | {"known_on": "2024-07-01"} for row in stated("early", "2024-06-30", None, "2024-09-01", x=1)],
    )
    tables["statement"][-1]["item"] = "revenue"
    found = facts_of("customer", DAY, **tables)
    ends = {name: str(row["statement_on"]) for name, row in found.items()}
    assert ends == {
        "edge": "2023-02-22",
        "old": "None",
        "soon": "2024-03-31",
        "ahead": "2024-07-31",
        "leap": "2024-02-29",
        "twice": "2024-06-30",
        "moved": "2024-06-30",
        "mended": "2024-06-30",
        "early": "None",  # entered before it is received
    }
    assert {name for name, row in found.items() if row["revenue_ytd_yoy"] == Decimal("0.75")} == {
        "soon",
        "leap",
        "twice",
        "mended",
    }
    assert found["moved"]["revenue_ytd_yoy"] is None


def test_days_late_run_from_a_year_after_the_due_date_before(facts_of):
    def yearly(name, due, *, last=()):
        return [*stated(name, "2023-12-31", due=due, received="2024-02-01", revenue=1), *last]

    found = facts_of(
        "customer",
        "2025-05-30",
        **book(
            yearly("late", "2024-04-30"),
            yearly("due", "2024-05-30"),
            yearly("day", "2024-05-29"),
            yearly("ahead", "2024-06-30"),
            yearly("none", None),
            yearly("came", "2024-04-30", last=stated("came", "2024-12-31", received="2025-05-30", revenue=1)),
            yearly(
                "comes", "2024-04-30", last=stated("comes", "2024-12-31", received="2025-05-31", revenue=1)
            ),
            stated("long", "2021-12-31", due="2022-04-30", revenue=1),
            # By the quarter: that of March came, so June of last year asks for June of this year.
            stated("quarters", "2024-03-31", due="2024-04-15", revenue=1),
            stated("quarters", "2024-06-30", due="2024-07-15", revenue=1),
            stated("quarters", "2025-03-31", due="2025-04-15", revenue=1),
            # December and March are missing: the older is counted.
            stated("two", "2023-12-31", due="2024-04-20", revenue=1),
            stated("two", "2024-03-31", due="2024-04-15", revenue=1),
            stated("two", "2024-09-30", due="2024-10-15", revenue=1),
        ),
    )
    assert {name: row["statement_late_days"] for name, row in found.items()} == {
        "late": 30,
        "due": 0,
        "day": 1,
        "ahead": 0,
        "none": None,
        "came": None,  # its own due date is not known
        "comes": 30,
        "long": 761,  # 30 April 2023 was 761 days ago, however old the statement is
        "quarters": 0,
        "two": 45,  # 15 April is the earliest of the due dates
    }


def margins(industry, count, start):
    """Give statements of firms with gross margins of `start` hundredths and one more each."""
    found = []
    for n in range(count):
        found += stated(f"{industry}{n:02d}", "2023-12-31", revenue=100, cost_of_sales=100 - start - n)
    return found


def test_the_lower_quartile_of_the_industry_or_of_all(facts_of):
    statements = [margins("A", 30, 1), margins("B", 29, 50), margins("N", 1, 99)]
    statements.append(stated("B99", "2023-12-31", revenue=100))  # no margin, so no peer
    customers = [
        {"customer_id": row["customer_id"], "industry_id": row["customer_id"][0]}
        for row in (row for rows in statements for row in rows)
        if row["item"] == "revenue"
    ]
    for row in customers:
        row["industry_id"] = None if row["industry_id"] == "N" else row["industry_id"]
    industries = [{"industry_id": name, "name": name} for name in "AB"]
    found = facts_of("customer", DAY, **book(*statements, customer=customers, industry=industries))
    # Rank 8 of 30 in A; A has thirty firms, B has 29, so B's are held against all 60: rank 15.
    told = {name: found[name]["gross_margin_peer_p25"] for name in ("A00", "B00", "B99", "N00")}
    assert told == {
        "A00": Decimal("0.08"),
        "B00": Decimal("0.15"),
        "B99": Decimal("0.15"),
        "N00": Decimal("0.15"),
    }
    few = facts_of("customer", DAY, **book(margins("A", 29, 1)))
    assert {row["gross_margin_peer_p25"] for row in few.values()} == {None}


def test_revenue_against_tax_and_accounts(facts_of):
    def sales(name, *months, value=50):
        named = {"customer_id": name, "indicator": "vat_sales", "value": str(value)}
        return [{**named, "period": f"{month}-28"} for month in months]

    quarter = ("2024-01", "2024-02", "2024-03")
    entries = [
        ("all", "2024-01-31", "100", "transfer"),
        ("all", "2024-03-31", "20", "cash"),
        ("all", "2024-03-31", "70", "interest"),
        ("all", "2024-03-31", "-60", "transfer"),
        ("all", "2023-12-31", "1000", "transfer"),  # before the year
        ("all", "2024-04-01", "1000", "transfer"),  # after the statement
        ("late", "2024-02-01", "100", "transfer"),
        ("back", "2024-01-02", "100", "transfer"),
        ("back", "2024-01-03", "900", "transfer"),
        ("none", "2024-01-02", "-100", "transfer"),
    ]
    booked = [
        {
            "entry_id": f"E{n}",
            "account_id": f"A-{name}",
            "booked_on": day,
            "amount": amount,
            "kind": kind,
        }
        for n, (name, day, amount, kind) in enumerate(entries)
    ]
    booked.append({**booked[-2], "entry_id": "R", "amount": "-900", "reverses_id": booked[-2]["entry_id"]})
    found = facts_of(
        "customer",
        DAY,
        **book(
            *(stated(name, "2024-03-31", revenue=180) for name in ("all", "late", "back", "none", "zero")),
            customer_indicator=[
                *sales("all", *quarter, "2023-12", "2024-04"),
                *sales("late", *quarter[1:], "2023-12"),
                *sales("zero", *quarter, value=0),
                {"customer_id": "none", "indicator": "kwh", "period": "2024-01-31", "value": "5"},
            ],
            account=[
                {"account_id": f"A-{name}", "customer_id": name} for name in ("all", "late", "back", "none")
            ],
            entry=booked,
        ),
    )
    assert {name: row["revenue_vs_vat"] for name, row in found.items()} == {
        "all": Decimal("1.2"),
        "late": None,  # January was not declared
        "back": None,
        "none": None,
        "zero": None,
    }
    assert {name: row["revenue_vs_credits"] for name, row in found.items()} == {
        "all": Decimal("1.5"),
        "late": None,  # entries begin in February
        "back": Decimal("1.8"),  # what was taken back does not count
        "none": None,
        "zero": None,
    }
