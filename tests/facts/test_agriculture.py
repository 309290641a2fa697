"""Farms: seasons, fields, herds, harvests, subsidies, claims, off-takers, outbreaks and prices; by hand."""

from __future__ import annotations

from decimal import Decimal

DAY = "2024-12-15"
WHEAT, HOGS = "A0112", "A0313"


def farmer(name, **more):
    return {"customer_id": name, "kind": "farmer", **more}


def said(name, what, period, value):
    return {"customer_id": name, "indicator": what, "period": period, "value": value}


def event(name, kind, day="2024-12-01", subject="customer", **more):
    who = {"event_id": f"{name}:{kind}:{day}:{more}", "subject_kind": subject, "subject_id": name}
    return {**who, "kind": kind, "occurred_on": day, **more}


def tie(source, target, kind, **more):
    return {"from_customer_id": source, "to_customer_id": target, "kind": kind, **more}


def texts(rows, fact, names):
    return {name: None if rows[name][fact] is None else str(rows[name][fact]) for name in names}


def test_the_year_of_a_farm(facts_of):
    every = ";".join(map(str, range(1, 13)))
    customers = [
        farmer("wheat", industry_id=WHEAT),
        farmer("rice", industry_id="A01119"),
        farmer("may", income_months="5;6"),
        farmer("june", income_months="6"),
        farmer("july", income_months="7"),
        farmer("august", income_months="8"),
        farmer("turn", income_months="12;1"),
        farmer("always", income_months=every),
        farmer("both", industry_id=WHEAT, income_months="10"),
        farmer("tea", industry_id="A0164"),
        farmer("bare"),
        farmer("herd"),
        farmer("factory", industry_id="C13"),
        {"customer_id": "firm", "kind": "corporate"},
        {"customer_id": "pigs", "kind": "corporate", "industry_id": HOGS},
        {"customer_id": "mill", "kind": "corporate", "industry_id": "C13"},
    ]
    heads = [said("herd", "head_count", "2024-01-31", "5"), said("wheat", "sown_area", "2024-01-31", "5")]
    rows = facts_of("customer", "2024-04-15", customer=customers, customer_indicator=heads)
    names = ("days_since_sowing_deadline_days", "days_since_harvest_days")
    found = {
        name: (row["is_growing_season"], row["is_critical_season"], *(row[one] for one in names))
        for name, row in rows.items()
    }
    nothing = (None, None, None, None)
    assert found == {
        "wheat": (True, True, 167, 290),  # 31 October 2023 and 30 June 2023
        "rice": (False, False, 290, 167),
        "may": (True, True, None, 290),
        "june": (True, False, None, 290),
        "july": (True, False, None, 259),
        "august": (False, False, None, 228),
        "turn": (False, False, None, 75),  # 31 January 2024
        "always": nothing,
        "both": (True, True, 167, 167),
        "tea": (True, True, None, 320),  # 31 May 2023
        **dict.fromkeys(("bare", "herd", "factory", "firm", "pigs", "mill"), nothing),
    }
    farms = {name: row["is_agricultural"] for name, row in rows.items()}
    assert {name for name, one in farms.items() if one is False} == {"mill"}
    assert {name for name, one in farms.items() if one is None} == {"firm"}
    keepers = {name: row["is_livestock_keeper"] for name, row in rows.items()}
    assert {name for name, one in keepers.items() if one} == {"pigs", "herd"}
    assert {name for name, one in keepers.items() if one is False} == {
        *("wheat", "rice", "both", "tea", "factory", "mill")
    }


def test_instalments_out_of_season(facts_of):
    months = {"spring": "6;11", "summer": "6;11", "turn": "12;1", "eleven": "11", "bare": None, "idle": "6"}
    due = {
        "spring": "2024-05-10",
        "summer": "2024-06-10",
        "turn": "2025-01-10",
        "eleven": "2025-01-10",
        "bare": "2024-05-10",
    }
    rows = facts_of(
        "loan",
        "2024-04-15",
        customer=[farmer(name, income_months=one) for name, one in months.items()],
        loan=[{"loan_id": name, "customer_id": name} for name in months],
        due=[{"loan_id": name, "due_on": day, "principal": "5.00"} for name, day in due.items()],
    )
    assert {name: row["is_due_out_of_season"] for name, row in rows.items()} == {
        "spring": True,
        "summer": False,
        "turn": False,
        "eleven": True,  # January is not found in 11
        "bare": None,
        "idle": None,
    }


def test_fields_herds_and_harvests(facts_of):
    wheat = ("short", "soon", "aged", "old")
    fields = ("two", "thirty", "late", "far", "eleven", "one")
    harvests = ("half", "none", "bankless", "after", "lapsed", "kept", "zero", "long", "steady")
    herds = ("cut", "uncounted", "debtless")
    subsidies = ("waits", "early", "earlier", "nil", "year", "yearly")
    long = ";".join(map(str, range(2, 13)))
    indicators = [
        *(said(name, "declared_area", "2024-05-31", "10") for name in ("short", "soon")),
        said("aged", "declared_area", "2023-11-11", "10"),  # 400 days
        said("old", "declared_area", "2023-11-10", "10"),
        *(said(name, "sown_area", "2024-10-31", "7.99") for name in ("short", "aged", "old")),
        said("soon", "sown_area", "2024-10-30", "7.99"),  # before the deadline
        said("half", "declared_area", "2024-05-31", "10"),
        said("half", "sown_area", "2024-11-30", "5"),  # its crop is not known
        said("two", "ndvi_z", "2024-11-20", "9"),
        said("two", "ndvi_z", "2024-11-30", "-1.7"),
        said("two", "ndvi_z", "2024-12-10", "-1.6"),
        said("thirty", "ndvi_z", "2024-11-10", "-2"),
        said("thirty", "ndvi_z", "2024-11-15", "-3"),
        said("late", "ndvi_z", "2024-11-10", "-2"),
        said("late", "ndvi_z", "2024-11-14", "-3"),
        said("far", "ndvi_z", "2024-11-18", "-2"),
        said("far", "ndvi_z", "2024-11-30", "-3"),
        said("eleven", "ndvi_z", "2024-11-19", "-2"),
        said("eleven", "ndvi_z", "2024-11-30", "-3"),
        said("one", "ndvi_z", "2024-12-10", "-3"),
        said("cut", "crop_insured_share", "2023-11-11", "0.4"),
        said("uncounted", "crop_insured_share", "2023-11-10", "0.4"),
        said("cut", "input_credit", "2024-11-30", "300.01"),
        said("debtless", "input_credit", "2024-11-30", "300.01"),
        *(said(name, "head_count_recorded", "2024-01-31", "100") for name in herds),
        said("cut", "head_count", "2024-06-18", "70"),  # 180 days
        said("uncounted", "head_count", "2024-06-17", "70"),
        *(
            said(name, "expected_harvest_inflow", "2024-08-31", "1000")
            for name in ("none", "bankless", "long")
        ),
        said("half", "expected_harvest_inflow", "2024-08-31", "1000"),
        said("half", "expected_harvest_inflow", "2024-07-31", "9000"),
        said("after", "expected_harvest_inflow", "2024-11-01", "1000"),
        said("lapsed", "expected_harvest_inflow", "2023-09-01", "1000"),
        said("kept", "expected_harvest_inflow", "2023-09-02", "1000"),
        said("zero", "expected_harvest_inflow", "2024-08-31", "0"),
        said("steady", "expected_harvest_inflow", "2024-08-31", "1000"),
        *(said(name, "expected_subsidy", "2024-10-16", "100") for name in ("waits", "early", "earlier")),
        said("nil", "expected_subsidy", "2024-10-16", "0"),
        said("year", "expected_subsidy", "2023-12-15", "100"),
        said("yearly", "expected_subsidy", "2023-12-16", "100"),
    ]
    events = [
        event("early", "subsidy_received", "2024-04-19"),  # 180 days before it was due
        event("earlier", "subsidy_received", "2024-04-18"),
        event("cut", "insurance_claim", "2024-06-19", value="100"),  # the first of 180 days
        event("cut", "insurance_claim", "2024-12-15", value="100"),
        event("cut", "insurance_claim", "2024-06-18", value="900"),
        event("uncounted", "insurance_claim"),
    ]

    def came(name, day, amount, kind="transfer"):
        return {
            "entry_id": f"{name}:{day}",
            "account_id": f"A-{name}",
            "booked_on": day,
            "amount": amount,
            "kind": kind,
        }

    entries = [
        came("half", "2024-09-01", "300.00"),
        came("half", "2024-12-15", "199.99", "cash"),
        came("half", "2024-08-31", "900.00"),
        came("half", "2024-10-01", "900.00", "interest"),
        came("half", "2024-10-02", "-50.00"),
        came("kept", "2024-09-01", "1200.00"),
        came("bankless", "2024-09-01", "1200.00"),
    ]
    entries = [one for one in entries if one["account_id"] != "A-bankless"]
    customers = [
        *(farmer(name, industry_id=WHEAT) for name in wheat),
        *(farmer(name) for name in (*fields, *herds, *subsidies)),
        *(farmer(name, income_months="9;10") for name in harvests[:-2]),
        farmer("long", income_months=long),
        farmer("steady", income_months=f"1;{long}"),
    ]
    rows = facts_of(
        "customer",
        DAY,
        customer=customers,
        loan=[{"loan_id": name, "customer_id": name, "amount": "1000.00"} for name in ("cut", "uncounted")],
        account=[{"account_id": f"A-{name}", "customer_id": name} for name in harvests if name != "bankless"],
        entry=entries,
        customer_indicator=indicators,
        event=events,
    )
    assert texts(rows, "sown_area_share", (*wheat, "half")) == {
        "short": "0.799000",
        "soon": None,
        "aged": "0.799000",
        "old": None,
        "half": None,
    }
    assert texts(rows, "ndvi_z_two_dekads", fields) == {
        "two": "-1.600000",
        "thirty": "-2.000000",
        "late": None,
        "far": None,
        "eleven": "-2.000000",
        "one": None,
    }
    assert texts(rows, "crop_insured_share", herds) == {
        "cut": "0.400000",
        "uncounted": None,
        "debtless": None,
    }
    assert texts(rows, "input_credit_vs_debt", herds) == {
        "cut": "0.300010",
        "uncounted": None,
        "debtless": None,
    }
    assert texts(rows, "head_count_vs_recorded", herds) == {
        "cut": "0.700000",
        "uncounted": None,
        "debtless": None,
    }
    assert texts(rows, "harvest_inflow_share", harvests) == {
        **dict.fromkeys(harvests),
        "half": "0.499990",
        "none": "0.000000",
        "kept": "1.200000",
    }
    assert rows["half"]["days_since_harvest_days"] == 45
    assert texts(rows, "subsidy_late_days", (*subsidies, "half")) == {
        "waits": "60",
        "early": "0",
        "earlier": "60",
        "nil": None,
        "year": None,
        "yearly": "365",
        "half": None,
    }
    assert texts(rows, "insurance_claim_vs_debt_180d", (*herds, "half")) == {
        "cut": "0.200000",
        "uncounted": None,
        "debtless": None,  # there is no debt
        "half": None,
    }


REGIONS = [
    {"region_id": name, "name": name, "kind": kind, "parent_id": parent}
    for name, kind, parent in (
        ("X", "county", None),
        ("T1", "township", "X"),
        ("T2", "township", "X"),
        ("V1", "village", "T1"),
        ("V2", "village", "T1"),
        ("V3", "village", "T2"),
        ("Y", "county", None),
        ("Z", "county", None),
    )
]


def test_what_happens_around_a_farm(facts_of):
    homes = {
        "inV1": "V1",
        "inV2": "V2",
        "inV3": "V3",
        "ill": "V3",
        "inT1": "T1",
        "inT2": "T2",
        "inX": "X",
        "countyman": "X",
        "homeless": None,
        "nowhere": None,
        "near": None,
        "far": None,
        "close": None,
    }
    # A degree of latitude is 111,194.926 m on the sphere, so 10 km are 0.089932 of it.
    spots = {"homeless": "30", "near": "30.089932", "far": "30.089933", "close": "39.9"}
    others = ("f1", "f2", "f3", "f4", "g1", "g2", "g3", "g4", "mill", "m1", "m2", "coop", "usual")
    crops = {
        "town": ("V1", WHEAT),
        "county": ("V3", WHEAT),
        "trade": (None, WHEAT),
        "stale": ("Z", WHEAT),
        "fresh": ("Y", WHEAT),
        "free": ("V1", WHEAT),
        "silent": ("V1", WHEAT),
        "hogs": ("V1", HOGS),
        "costly": ("V1", HOGS),
        "tea": ("V1", "A0164"),
    }

    def price(place, item, period, value, table="region"):
        return {f"{table}_id": place, "indicator": f"price.{item}", "period": period, "value": value}

    rows = facts_of(
        "customer",
        DAY,
        # The outbreak at V1 is near; that of the county, whose middle this is, does not count by distance.
        region=[
            {**one, "latitude": {"V1": "39.95", "X": "39.9"}.get(one["region_id"]), "longitude": "110"}
            for one in REGIONS
        ],
        industry=[{"industry_id": name, "name": name} for name in (WHEAT, HOGS, "A0164")],
        customer=[
            *(
                farmer(
                    name,
                    region_id=region,
                    latitude=spots.get(name),
                    longitude="110" if name in spots else None,
                )
                for name, region in homes.items()
            ),
            *(farmer(name) for name in others),
            *(farmer(name, region_id=region, industry_id=trade) for name, (region, trade) in crops.items()),
        ],
        event=[
            event("V1", "disease_outbreak", subject="region"),
            event("V1", "disease_outbreak", "2024-09-16", subject="region"),  # the 91st day
            event("X", "disease_outbreak", "2024-09-17", subject="region"),
            event("ill", "disease_outbreak"),
            event("countyman", "disease_outbreak"),
            event("homeless", "disease_outbreak"),
            event("f1", "offtaker_late", value="29.5"),
            event("f2", "offtaker_late"),
            event("f3", "offtaker_late", value="10"),
            event("f3", "offtaker_late", "2024-06-19", value="35"),
            event("f4", "offtaker_late", "2024-06-18", value="35"),
            event("mill", "offtaker_late", value="40"),
            event("coop", "status_abnormal", "2023-12-17"),  # the first of 365 days
            event("coop", "status_revoked"),
            event("coop", "status_abnormal", "2023-12-16"),
        ],
        relation=[
            tie("mill", "g1", "buyer"),
            tie("g2", "mill", "supplier"),
            tie("g3", "mill", "cooperative_member", until=DAY),
            tie("mill", "g4", "buyer", until="2024-12-14"),
            tie("mill", "f4", "employer"),
            tie("m1", "coop", "cooperative_member"),
            tie("m2", "coop", "cooperative_member", until="2024-12-14"),
            tie("m2", "coop", "supplier"),
        ],
        region_indicator=[
            price("T1", "wheat", "2024-11-10", "2.4"),
            price("T1", "wheat", "2024-12-10", "2.0"),
            price("X", "wheat", "2024-10-10", "9"),
            price("X", "wheat", "2024-11-15", "2.6"),
            price("X", "wheat", "2024-12-10", "2.0"),
            price("Z", "wheat", "2024-10-15", "9"),  # 61 days
            price("Y", "wheat", "2024-11-16", "9"),  # not for 30 days yet
            price("X", "hog", "2024-11-10", "15"),
            price("X", "hog", "2024-12-10", "14"),
            price("X", "maize", "2024-11-10", "2.6"),
            price("X", "maize", "2024-12-10", "2.5"),
        ],
        industry_indicator=[price(WHEAT, "wheat", "2024-10-31", "2.0", "industry")],
        customer_indicator=[
            *(
                said(name, "breakeven_price", "2024-05-31", "2.5")
                for name in ("town", "county", "trade", "stale", "fresh", "tea")
            ),
            said("free", "breakeven_price", "2024-05-31", "0"),
            said("costly", "breakeven_price", "2023-11-11", "16"),
            said("hogs", "breakeven_price", "2023-11-10", "16"),  # 401 days
        ],
    )
    outbreaks = {name: rows[name]["outbreak_count_90d"] for name in homes}
    assert outbreaks == {
        "inV1": 2,
        "inV2": 2,  # of one township with V1
        "inV3": 2,
        "ill": 2,
        "inT1": 2,
        "inT2": 2,
        "inX": 1,  # one farm does not stand for the county
        "countyman": 2,
        "homeless": 1,
        "nowhere": 0,
        "near": 1,
        "far": 0,
        "close": 1,
    }
    late = {name: rows[name]["offtaker_late_days"] for name in others}
    assert late == {
        **dict.fromkeys(others, 0),
        "f1": 29,
        "f2": None,
        "f3": 35,
        **dict.fromkeys(("mill", "g1", "g2", "g3"), 40),
    }
    listed = {name: rows[name]["coop_abnormal_count_365d"] for name in ("m1", "m2", "coop", "usual")}
    assert listed == {"m1": 2, "m2": 0, "coop": 0, "usual": 0}
    assert texts(rows, "price_vs_breakeven_30d", crops) == {
        "town": "0.960000",
        "county": "1.040000",
        "trade": "0.800000",
        "stale": "0.800000",
        "fresh": "0.800000",
        "free": None,
        "silent": None,
        "hogs": "1.000000",  # 15 over six times 2.5
        "costly": "0.937500",
        "tea": None,
    }


def test_without_the_feeds_nothing_is_known(facts_of):
    told = (
        "sown_area_share",
        "ndvi_z_two_dekads",
        "crop_insured_share",
        "input_credit_vs_debt",
        "head_count_vs_recorded",
        "harvest_inflow_share",
        "subsidy_late_days",
        "insurance_claim_vs_debt_180d",
        "offtaker_late_days",
        "coop_abnormal_count_365d",
        "outbreak_count_90d",
        "price_vs_breakeven_30d",
    )
    row = facts_of("customer", DAY, loan=[{"loan_id": "L", "customer_id": "A"}])["A"]
    assert [row[name] for name in told] == [None] * len(told)
    events = [event("B", "died")]
    row = facts_of("customer", DAY, loan=[{"loan_id": "L", "customer_id": "A"}], event=events)["A"]
    assert [row[name] for name in told] == [None] * 7 + [Decimal("0.000000"), 0, None, 0, None]
