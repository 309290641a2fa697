"""Facts of a business from outside: utilities, tax, insurance, news, visits; expected values by hand."""

from __future__ import annotations

from decimal import Decimal

DAY = "2024-06-30"
NAMES = (
    *("kwh_3m_yoy", "water_3m_yoy", "vat_sales_3m_yoy", "vat_red_share_3m", "tax_arrears_days"),
    *("tax_rating_level", "insured_heads_vs_6m", "insurance_arrears_months", "utility_arrears_days"),
    *("negative_news_source_count_90d", "has_closed_visit_90d", "workers_seen_vs_before"),
    "capex_vs_revenue",
)


def figures(name, indicator, values):
    return [
        {"customer_id": name, "indicator": indicator, "period": period, "value": value}
        for period, value in values.items()
    ]


def months(year, *values, first=4):
    """Give values at the ends of months from April on."""
    ends = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30}
    return {
        f"{year}-{month:02d}-{ends[month]}": value
        for month, value in enumerate(values, start=first)
        if value is not None
    }


def customers(rows):
    return [{"customer_id": name} for name in dict.fromkeys(row["customer_id"] for row in rows)]


def told(rows, what):
    return {name: row[what] for name, row in rows.items() if row[what] is not None}


def test_three_months_against_the_same_of_last_year(facts_of):
    given = [
        *figures("fell", "kwh", months(2024, "100", "200", "300") | months(2023, "300", "300", "400")),
        *figures("fell", "kwh", {"2024-03-31": "999", "2023-07-31": "999", "2024-07-31": "999"}),
        *figures("gap", "kwh", months(2024, "100", None, "300") | months(2023, "300", "300", "400")),
        *figures("old_gap", "kwh", months(2024, "100", "200", "300") | months(2023, "300", None, "400")),
        *figures("nothing", "kwh", months(2024, "100", "200", "300") | months(2023, "0", "0", "0")),
        *figures("new", "kwh", months(2024, "100", "200", "300")),
        *figures("stopped", "kwh", months(2024, "0", "0", "0") | months(2023, "1", "1", "1")),
        *figures("fell", "water_m3", months(2024, "1.5", "1.5", "1.5") | months(2023, "3", "3", "3")),
        *figures("fell", "vat_sales", months(2024, "10", "10", "50") | months(2023, "50", "25", "25")),
        *figures("fell", "vat_red_invoices", months(2024, "3.50", "7", "0")),
        *figures("signed", "vat_sales", months(2024, "10", "10", "50")),
        *figures("signed", "vat_red_invoices", months(2024, "-3.50", "-7", "0")),
        *figures("unsold", "vat_sales", months(2024, "0", "0", "0")),
        *figures("unsold", "vat_red_invoices", months(2024, "5", "0", "0")),
        *figures("no_red", "vat_sales", months(2024, "10", "10", "50")),
    ]
    rows = facts_of("customer", DAY, customer=customers(given), customer_indicator=given)
    assert told(rows, "kwh_3m_yoy") == {"fell": Decimal("0.600000"), "stopped": 0}
    assert told(rows, "water_3m_yoy") == {"fell": Decimal("0.500000")}
    assert told(rows, "vat_sales_3m_yoy") == {"fell": Decimal("0.700000")}
    red = Decimal("0.150000")
    assert told(rows, "vat_red_share_3m") == {"fell": red, "signed": red}


def test_tax_insurance_and_utilities(facts_of):
    arrears = {
        "clear": months(2024, "5", "5", "0"),
        "run": months(2024, "9", "0", "1", "2", "3", first=2),
        "always": {"2024-04-30": "1", "2024-05-31": "1"},
        "credit": months(2024, "1", "-1", "1"),
        "fresh": {"2024-03-22": "1"},
        "stale": {"2024-03-21": "1"},
        "later": {"2024-06-30": "0", "2024-07-01": "1"},
    }
    heads = {
        "fell": {"2023-12-15": "90", "2023-12-31": "100", "2024-05-31": "99", "2024-06-30": "70"},
        "april": {"2023-10-31": "100", "2024-04-30": "80"},
        "gap": {"2023-11-30": "100", "2024-01-31": "100", "2024-06-30": "70"},
        "stale": {"2023-09-30": "100", "2024-03-21": "70"},
        "none": {"2023-12-31": "0", "2024-06-30": "70"},
    }
    given = [
        *(row for name, values in arrears.items() for row in figures(name, "tax_arrears", values)),
        *(row for name, values in heads.items() for row in figures(name, "insured_heads", values)),
        *figures("run", "tax_rating", {"2022-12-31": "1", "2023-12-31": "4"}),
        *figures("fresh", "tax_rating", {"2023-02-16": "5"}),
        *figures("stale", "tax_rating", {"2023-02-15": "5"}),
        *figures("run", "insurance_arrears_months", {"2024-05-31": "3", "2024-06-30": "2"}),
        *figures("fresh", "insurance_arrears_months", {"2024-03-22": "1.5"}),
        *figures("stale", "insurance_arrears_months", {"2024-03-21": "5"}),
        *figures("run", "utility_arrears_days", {"2024-05-31": "80", "2024-06-30": "60"}),
        *figures("fresh", "utility_arrears_days", {"2024-03-22": "0"}),
        *figures("stale", "utility_arrears_days", {"2024-03-21": "90"}),
    ]
    rows = facts_of("customer", DAY, customer=customers(given), customer_indicator=given)
    assert told(rows, "tax_arrears_days") == {
        "clear": 0,
        "run": 61,  # from 30 April on; that of February was paid in March
        "always": 61,
        "credit": 0,
        "fresh": 100,
        "later": 0,
    }
    assert told(rows, "tax_rating_level") == {"run": 4, "fresh": 5}
    assert told(rows, "insured_heads_vs_6m") == {"fell": Decimal("0.700000"), "april": Decimal("0.800000")}
    assert told(rows, "insurance_arrears_months") == {"run": 2, "fresh": Decimal("1.500000")}
    assert told(rows, "utility_arrears_days") == {"run": 60, "fresh": 0}


def test_news_visits_and_statements(facts_of):
    def news(name, source, occurred_on=DAY, severity="medium", kind="negative_news", subject="customer"):
        named = {"subject_kind": subject, "subject_id": name, "kind": kind, "occurred_on": occurred_on}
        return {**named, "event_id": f"{name}{source}{occurred_on}", "source": source, "severity": severity}

    def visit(name, visited_on, result=None, workers=None):
        return {
            "visit_id": f"{name}{visited_on}{result}{workers}",
            "customer_id": name,
            "kind": "IN3",
            "visited_on": visited_on,
            "result": result,
            "workers_seen": workers,
        }

    def statement(name, item, value, period_end="2023-12-31"):
        return {"customer_id": name, "period_end": period_end, "item": item, "value": value}

    visits = [
        visit("closed", "2024-04-02", "closed"),
        visit("early", "2024-04-01", "closed"),
        visit("opened", "2024-05-01", "closed"),
        visit("opened", "2024-05-02", "finding"),
        visit("unseen", "2024-05-01", "closed"),
        visit("unseen", "2024-05-02", "refused"),
        visit("same_day", "2024-05-02", "ok"),
        visit("same_day", "2024-05-02", "closed"),
        visit("again", "2024-05-01", "ok"),
        visit("again", "2024-05-02", "closed"),
        visit("closed", "2023-04-03", workers=20),  # 365 days before the last
        visit("closed", "2024-04-02", workers=10),
        visit("early", "2023-04-02", workers=20),
        visit("early", "2024-04-02", workers=10),  # 366 days after the one before it
        visit("opened", "2023-12-01", workers=20),
        visit("opened", "2024-04-01", workers=5),  # more than 90 days ago
        visit("unseen", "2024-06-01", workers=30),
        visit("unseen", "2024-06-01", workers=40),
        visit("unseen", "2024-06-03", workers=10),
        visit("unseen", "2024-06-04"),
        visit("same_day", "2024-06-01", workers=0),
        visit("same_day", "2024-06-03", workers=5),
        visit("again", "2024-06-03", workers=5),
    ]
    names = ("closed", "early", "opened", "unseen", "same_day", "again")
    rows = facts_of(
        "customer",
        DAY,
        loan=[{"loan_id": "L", "customer_id": "closed"}],
        customer=[{"customer_id": name} for name in names],
        event=[
            news("closed", "paper"),
            news("closed", "paper", "2024-06-01"),
            news("L", "court", "2024-04-02", subject="loan"),
            news("closed", "radio", "2024-04-01"),
            news("closed", "forum", severity="minor"),
            news("closed", "tv", kind="penalty"),
            news("closed", "web", "2024-07-01"),
            news("early", None, severity=None),
            news("early", None, "2024-06-01", severity="high"),
            news("early", "paper", severity=None),
            news("opened", "paper", severity="轻微"),
        ],
        visit=visits,
        statement=[
            statement("closed", "capex", "51.00"),
            statement("closed", "revenue", "100.00"),
            statement("closed", "capex", "1.00", "2022-12-31"),
            statement("early", "capex", "51.00"),
            statement("opened", "capex", "51.00"),
            statement("opened", "revenue", "0.00"),
        ],
    )
    counts = told(rows, "negative_news_source_count_90d")
    assert counts == {"closed": 2, "early": 2, "opened": 0, "unseen": 0, "same_day": 0, "again": 0}
    assert told(rows, "has_closed_visit_90d") == {
        "closed": True,
        "early": False,
        "opened": False,
        "unseen": True,
        "same_day": True,
        "again": True,
    }
    assert told(rows, "workers_seen_vs_before") == {
        "closed": Decimal("0.500000"),
        "unseen": Decimal("0.250000"),
    }
    assert told(rows, "capex_vs_revenue") == {"closed": Decimal("0.510000")}


def test_a_feed_that_is_not_there_leaves_all_open(facts_of):
    (row,) = facts_of("customer", DAY, customer=[{"customer_id": "C"}]).values()
    assert {name: row[name] for name in NAMES} == dict.fromkeys(NAMES)
    feeds = {name: [] for name in ("customer_indicator", "event", "visit", "statement")}
    (row,) = facts_of("customer", DAY, customer=[{"customer_id": "C"}], **feeds).values()
    known = {"negative_news_source_count_90d": 0, "has_closed_visit_90d": False}
    assert {name: row[name] for name in NAMES} == dict.fromkeys(NAMES) | known
