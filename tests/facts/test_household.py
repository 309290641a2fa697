"""Persons and households: contact, conduct, one household's debts, age, village rating, wages; by hand."""

from __future__ import annotations

from decimal import Decimal

DAY = "2024-04-15"


def named(*names, **more):
    return [{"customer_id": name, "kind": "individual", **more} for name in names]


def call(name, day, reached=False, kind="call"):
    return {"customer_id": name, "contacted_on": day, "kind": kind, "reached": reached}


def visit(name, day, result="absent"):
    return {
        "visit_id": f"{name}:{day}",
        "customer_id": name,
        "kind": "IN4",
        "visited_on": day,
        "result": result,
    }


def event(name, kind, day="2024-03-01", **more):
    who = {"event_id": f"{name}:{kind}:{day}:{more}", "subject_kind": "customer", "subject_id": name}
    return {**who, "kind": kind, "occurred_on": day, **more}


def test_unreachable_and_refused(facts_of):
    calls = {
        "lost": ("03-27", "03-28", "03-29"),
        "new": ("04-13", "04-14", "04-15"),
        "wide": ("03-26", "03-28", "03-29"),  # eleven days up to the visit
        "edge": ("03-27", "03-28", "03-29"),  # ten days up to the visit
        "two": ("03-28", "03-29"),
        "home": ("03-27", "03-28", "03-29"),
        "found": ("03-27", "03-28", "03-29"),
        "again": ("03-01", "03-02", "03-03"),
        "met": ("03-27", "03-28", "03-29"),
        "letter": ("03-27", "03-28"),
        "doubt": ("03-27", "03-28"),
        "proved": ("03-27", "03-28", "03-29"),
        "ahead": ("04-14", "04-15", "04-16"),
    }
    contacts = [call(name, f"2024-{day}") for name, days in calls.items() for day in days]
    contacts += [
        call("found", "2024-04-10", True, "sms"),
        call("again", "2024-03-10", True),
        *(call("again", f"2024-04-{day:02d}") for day in (1, 2, 3)),
        call("letter", "2024-03-29", False, "letter"),
        call("doubt", "2024-03-29", None),
        call("home", "2024-03-30", False, "visit"),
        call("proved", "2024-04-01", None),
        call("two", "2024-03-29", False, "sms"),
    ]
    visits = [
        visit("lost", "2024-03-27"),
        visit("new", "2024-04-15", "closed"),
        visit("wide", "2024-04-05"),
        visit("edge", "2024-04-05"),
        visit("two", "2024-03-30"),
        visit("found", "2024-03-30"),
        visit("again", "2024-03-05"),
        visit("again", "2024-04-04"),
        visit("met", "2024-03-30"),
        visit("met", "2024-04-01", "refused"),
        visit("letter", "2024-03-30"),
        visit("doubt", "2024-03-30"),
        visit("proved", "2024-03-30"),
        visit("ahead", "2024-04-15"),
        visit("refuser", "2023-10-19", "refused"),  # the first of 180 days
        visit("refuser", "2023-10-18", "refused"),
        visit("refuser", "2024-04-15", "refused"),
        visit("refuser", "2024-04-14", "ok"),
        visit("silent", "2024-04-14", None),
    ]
    rows = facts_of(
        "customer", DAY, customer=named(*calls, "refuser", "silent", "nobody"), contact=contacts, visit=visits
    )
    assert {name: rows[name]["unreachable_days"] for name in (*calls, "refuser", "silent", "nobody")} == {
        "lost": 18,  # from 29 March, that day included
        "new": 1,
        "wide": 0,
        "edge": 11,
        "two": 0,
        "home": 17,  # the visit is noted as a contact
        "found": 0,
        "again": 12,
        "met": 0,  # who refuses was there
        "letter": 0,
        "doubt": None,  # how the third call ended is not known
        "proved": 17,
        "ahead": 0,
        "refuser": 0,
        "silent": None,
        "nobody": 0,
    }
    refused = {
        name: rows[name]["visit_refused_count_180d"] for name in ("refuser", "met", "silent", "nobody")
    }
    assert refused == {"refuser": 2, "met": 1, "silent": None, "nobody": 0}


def test_reports_that_are_confirmed_and_assets_sold(facts_of):
    def told(name, *reports, kind="bad_habit"):
        return [
            event(name, kind, source=source, verified_by=by, value=None if n else "0")
            for n, (source, by) in enumerate(reports)
        ]

    events = [
        *told("gossip", ("clerk", None)),
        *told("twice", ("clerk", None), ("clerk", None)),
        *told("two", ("clerk", None), ("police", None)),
        *told("checked", ("clerk", "manager")),
        *told("himself", ("clerk", "clerk")),
        *told("unsigned", (None, "manager")),
        *told("conduct", ("clerk", None), ("police", None), kind="conduct_changed"),
        event("old", "bad_habit", "2023-04-16", source="clerk", verified_by="manager"),  # of 366 days
        event("year", "bad_habit", "2023-04-17", source="clerk", verified_by="manager"),
        event("mixed", "bad_habit", source="clerk"),
        event("mixed", "conduct_changed", source="police"),
        event("seller", "asset_sold", "2024-02-01", value="0.2"),
        event("seller", "asset_sold", "2024-03-01", value="0.100001"),
        event("seller", "asset_sold", "2024-03-02"),
        event("seller", "asset_sold", "2023-04-16", value="0.5"),
        event("quiet", "asset_sold"),
    ]
    names = ("gossip", "twice", "two", "checked", "himself", "unsigned", "conduct", "old", "year", "mixed")
    rows = facts_of("customer", DAY, customer=named(*names, "seller", "quiet", "none"), event=events)
    habit = {name for name in names if rows[name]["is_bad_habit_confirmed"]}
    assert habit == {"two", "checked", "unsigned", "year"}
    assert {name for name in names if rows[name]["is_conduct_change_confirmed"]} == {"conduct"}
    assert rows["none"]["is_bad_habit_confirmed"] is False
    sold = {name: rows[name]["asset_sold_share_365d"] for name in ("seller", "quiet", "none")}
    assert sold == {"seller": Decimal("0.300001"), "quiet": None, "none": Decimal("0.000000")}


def test_without_the_feeds_nothing_is_known(facts_of):
    told = (
        "unreachable_days",
        "visit_refused_count_180d",
        "wage_3m_yoy",
        "days_since_wage_days",
        "wage_month_count",
        "payment_to_income_share",
        "is_bad_habit_confirmed",
        "is_conduct_change_confirmed",
        "asset_sold_share_365d",
        "household_borrower_count",
        "household_limit_used_share",
        "has_co_borrower",
        "village_rank_chg_12m",
    )
    row = facts_of("customer", DAY, customer=named("A"))["A"]
    assert [row[name] for name in told] == [None] * len(told)
    # Visits whose end is not said, and contacts without visits.
    bare = {"visit_id": "V", "customer_id": "A", "kind": "IN4", "visited_on": DAY}
    row = facts_of("customer", DAY, customer=named("A"), contact=[call("A", DAY)], visit=[bare])["A"]
    assert (row["unreachable_days"], row["visit_refused_count_180d"]) == (None, None)


def test_one_household_its_debts_ages_and_village_ratings(facts_of):
    def loan(name, amount, owner=None, matures="2024-12-10"):
        return {"loan_id": f"L{name}", "customer_id": owner or name, "amount": amount, "matures_on": matures}

    customers = [
        *({"customer_id": name, "household_id": "H"} for name in ("son", "father", "child")),
        {"customer_id": "wife", "born_on": "1958-12-11"},
        {"customer_id": "single", "born_on": "1958-12-10"},
        {"customer_id": "older", "born_on": "1950-01-01"},
    ]
    relations = [
        {"from_customer_id": "wife", "to_customer_id": "son", "kind": "spouse"},
        {"from_customer_id": "single", "to_customer_id": "older", "kind": "sibling"},
        {"from_customer_id": "single", "to_customer_id": "wife", "kind": "co_borrower", "until": DAY},
        {"from_customer_id": "son", "to_customer_id": "older", "kind": "co_borrower", "until": "2024-04-14"},
    ]

    def rated(name, day, rank, kind="village"):
        told = {"subject_kind": "customer", "subject_id": name, "kind": kind}
        return {**told, "grade": str(rank), "rank": rank, "rated_on": day}

    ratings = [
        rated("son", "2022-01-01", 1),
        rated("son", "2023-04-16", 2),  # stood 365 days before
        rated("son", "2023-04-17", 3),
        rated("son", "2024-04-01", 4),
        rated("son", "2024-04-16", 9),
        rated("father", "2023-08-01", 4),
        rated("father", "2024-01-01", 2),
        rated("father", "2024-02-01", 9, "internal"),
        rated("wife", "2022-01-01", 3),
        rated("single", "2022-01-01", 1),
        rated("single", "2023-01-01", 3),
    ]
    tables = {
        "customer": customers,
        "loan": [
            loan("son", "250000.00"),
            loan("father", "200000.00"),
            loan("wife", "100000.00"),
            loan("single", "500000.00", matures="2024-12-09"),
            loan("ten", "1.00", "single"),
            loan("open", "1.00", "single", None),
        ],
        "relation": relations,
        "rating": ratings,
    }
    rows = facts_of("customer", DAY, **tables)
    home = {
        name: (row["household_borrower_count"], row["household_limit_used_share"])
        for name, row in rows.items()
    }
    four = (3, Decimal("1.100000"))  # 550,000 of 500,000
    assert home == {
        **dict.fromkeys(("son", "father", "child", "wife"), four),
        "single": (1, Decimal("1.000004")),
        "older": (0, Decimal("0.000000")),
    }
    together = {name for name, row in rows.items() if row["has_co_borrower"]}
    assert together == {"single", "wife"}
    assert rows["older"]["has_co_borrower"] is False
    changes = {name: rows[name]["village_rank_chg_12m"] for name in rows}
    assert changes == {"son": 2, "father": -2, "wife": None, "single": 0, "older": None, "child": None}
    loans = facts_of("loan", DAY, **tables)
    ages = {name: row["age_at_maturity"] for name, row in loans.items()}
    assert ages == {
        "Lson": None,
        "Lfather": None,
        "Lwife": 65,
        "Lsingle": 65,
        "Lten": 66,
        "Lopen": None,
    }


def test_wages_and_what_is_to_be_paid_of_them(facts_of):
    def wage(name, day, amount, kind="salary"):
        told = {"account_id": f"A-{name}", "booked_on": day, "amount": amount, "kind": kind}
        return {"entry_id": f"{name}:{day}", **told}

    def said(name, *values, year=2024):
        return [
            {
                "customer_id": name,
                "indicator": "wage_income",
                "period": f"{year}-{month:02d}-28",
                "value": value,
            }
            for month, value in enumerate(values, 1)
        ]

    names = ("less", "gone", "told", "both", "bureau", "old", "bullet", "same", "usd", "entrusted", "nobody")
    entries = [
        *(wage("less", f"{month}-20", "100.00") for month in ("2023-01", "2023-02", "2023-03")),
        wage("less", "2024-01-01", "100.00"),
        wage("less", "2024-03-31", "109.99"),
        wage("less", "2024-04-01", "900.00"),
        wage("less", "2023-12-31", "900.00"),
        wage("less", "2024-02-01", "900.00", "transfer"),
        *(wage("gone", f"{month}-20", "100.00") for month in ("2023-10", "2023-11", "2023-12", "2023-03")),
        wage("both", "2023-03-20", "100.00"),
        wage("both", "2024-03-20", "50.00"),
    ]
    indicators = [
        *said("told", "100", "100", "100", year=2023),
        *said("told", "60", "60", "60.03"),
        *said("both", "100", "100", "100", year=2023),
        *said("both", "100", "100", "100"),
        *(
            one
            for name in ("bureau", "old", "bullet", "same", "usd", "entrusted")
            for one in said(name, "100", "100", "100")
        ),
    ]

    def loan(name, method="instalment", **more):
        return {"loan_id": f"L{name}", "customer_id": name, "repayment_method": method, **more}

    def due(name, day, principal):
        return {"loan_id": f"L{name}", "due_on": day, "principal": principal, "interest": "5.00"}

    rows = facts_of(
        "customer",
        DAY,
        customer=named(*names),
        account=[
            {"account_id": f"A-{name}", "customer_id": name} for name in ("less", "gone", "both", "told")
        ],
        entry=entries,
        customer_indicator=indicators,
        bureau=[
            {"customer_id": "bureau", "pulled_on": "2024-01-01", "monthly_payment": "99.00"},
            {"customer_id": "bureau", "pulled_on": "2024-02-01", "monthly_payment": "55.00"},
            {"customer_id": "old", "pulled_on": "2023-10-07", "monthly_payment": "55.00"},  # 191 days
            {"customer_id": "same", "pulled_on": "2023-10-08", "monthly_payment": "30.00"},
            {"customer_id": "gone", "pulled_on": "2024-02-01", "monthly_payment": "55.00"},
            {"customer_id": "less", "pulled_on": "2024-02-01", "monthly_payment": "70.00"},
            {"customer_id": "nobody", "pulled_on": "2024-02-01", "monthly_payment": "70.00"},
        ],
        fx=[{"currency": "USD", "on_date": "2024-01-01", "rate": "7"}],
        contract=[{"contract_id": "KE", "customer_id": "entrusted", "is_entrusted": True}],
        loan=[
            loan("bureau"),
            loan("old"),
            loan("bullet", "bullet"),
            loan("same"),
            loan("usd", currency="USD"),
            loan("entrusted", contract_id="KE"),
        ],
        due=[
            due("bureau", "2024-04-30", "10.00"),
            due("same", "2024-04-15", "900.00"),  # due today
            due("same", "2024-05-15", "40.00"),
            due("same", "2024-05-16", "900.00"),
            due("bullet", "2024-05-01", "900.00"),
            due("usd", "2024-05-01", "2.00"),
            due("entrusted", "2024-05-01", "2.00"),
        ],
    )
    ratio = {name: rows[name]["wage_3m_yoy"] for name in names}
    assert {name: str(one) for name, one in ratio.items() if one is not None} == {
        "less": "0.699967",  # 209.99 of 300
        "gone": "0.000000",
        "told": "0.600100",
        "both": "0.500000",  # what came in here goes before what is said
    }
    last = {name: (rows[name]["days_since_wage_days"], rows[name]["wage_month_count"]) for name in names}
    assert last == {
        **dict.fromkeys(names, (None, None)),
        "less": (14, 2),
        "gone": (117, 3),
        "both": (26, 1),
    }
    share = {name: rows[name]["payment_to_income_share"] for name in names}
    assert {name: str(one) for name, one in share.items() if one is not None} == {
        "less": "1.000048",  # 70 x 3 of 209.99
        "bureau": "0.550000",
        "same": "0.450000",
        "usd": "0.490000",
    }
