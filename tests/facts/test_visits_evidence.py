"""Places and photographs of visits, contracts from one hand, and values against comparables; by hand."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from postloan.engine import Field
from postloan.facts.distance import is_farther
from tests.facts.test_flows import DAY, borrower, column

RADIUS = 6_371_000
METRE = math.degrees(1 / RADIUS)
"""A metre on a meridian, in degrees."""


def on_the_sphere(a, b):
    """Metres along the great circle."""
    north, east = (math.radians(float(a[n]) - float(b[n])) for n in (0, 1))
    cosines = math.cos(math.radians(float(a[0]))) * math.cos(math.radians(float(b[0])))
    return 2 * RADIUS * math.asin(math.sqrt(math.sin(north / 2) ** 2 + cosines * math.sin(east / 2) ** 2))


def degrees(*values):
    return tuple(Decimal(value).quantize(Decimal("0.000001")) for value in values)


def test_distances_are_those_on_the_sphere(engine):
    places = []
    for latitude in (0, 0.5, -23.4, 30.25, 45.5, 53.999999, -69.5, 80.5):
        for bearing in range(0, 360, 30):
            for metres in (490, 499.5, 500.5, 510, 60_000):
                turn = math.radians(bearing)
                north = latitude + metres * METRE * math.cos(turn)
                east = 179.999 + metres * METRE * math.sin(turn) / math.cos(math.radians(latitude))
                east = east - 360 if east > 180 else east
                places.append((degrees(latitude, 179.999), degrees(north, east)))
    rows = [
        {"k": k, "a": a[0], "b": a[1], "c": b[0], "d": b[1]}
        for k, (a, b) in enumerate([*places, *places[:1]])
    ]
    rows[-1]["d"] = None
    fields = [Field("k", "integer"), *(Field(name, "decimal") for name in "abcd")]
    table = engine.from_rows(rows, fields, "places")
    found = {
        row["k"]: row["far"]
        for row in engine.rows(table.select("k", far=is_farther((table.a, table.b), (table.c, table.d), 500)))
    }
    assert found.pop(len(places)) is None
    assert found == {k: on_the_sphere(a, b) > 500 for k, (a, b) in enumerate(places)}


def visit(name, on=DAY, **rest):
    return {
        "visit_id": f"{name}-{on}-{len(rest)}",
        "customer_id": name,
        "visited_on": on,
        "kind": "IN1",
        **rest,
    }


def at(north, east):
    return {"latitude": str(round(north, 6)), "longitude": str(round(east, 6))}


HOME = (30.0, 110.0)


def test_visits_away_from_the_site_and_photographs_used_before(facts_of):
    names = (
        "here",
        "there",
        "barn",
        "old",
        "unplaced",
        "siteless",
        "none",
        "twin1",
        "twin2",
        "again",
        "same",
        "mixed",
    )
    near, far = at(HOME[0] + 499 * METRE, HOME[1]), at(HOME[0] + 501 * METRE, HOME[1])
    book = {
        "customer": [{"customer_id": name, **({} if name == "siteless" else at(*HOME))} for name in names],
        "loan": [borrower("barn")],
        "collateral": [
            {
                "collateral_id": "field",
                "contract_id": "Kbarn",
                "kind": "land",
                **at(HOME[0] + 900 * METRE, HOME[1]),
            },
            {"collateral_id": "paper", "contract_id": "Kbarn", "kind": "bond"},
        ],
    }
    visits = [
        visit("here", **near),
        visit("there", **far),
        visit("there", "2024-06-01", **far),
        visit("barn", **far),
        visit("old", "2023-06-30", **near),
        visit("old", "2023-06-29", **far),  # before the 365 days
        visit("unplaced"),
        visit("siteless", **near),
        visit("twin1", photo_hash="h1"),
        visit("twin2", "2020-01-01", photo_hash="h1"),
        visit("again", photo_hash="h2"),
        visit("again", "2023-01-01", photo_hash="h2"),
        visit("same", photo_hash="h3"),
        visit("same", photo_hash="h3", result="ok"),
        visit("mixed", **far),
        visit("mixed", "2024-06-01"),
    ]
    rows = facts_of("customer", DAY, **book, visit=visits)
    columns = [f"{name}_count_365d" for name in ("off_site_visit", "reused_photo", "doubtful_visit")]
    assert {name: tuple(rows[name][one] for one in columns) for name in names} == {
        "here": (0, None, 0),
        "there": (2, None, 2),
        "barn": (0, None, 0),
        "old": (0, None, 0),
        "unplaced": (None, None, None),
        "siteless": (None, None, None),
        "none": (0, 0, 0),
        "twin1": (None, 1, 1),
        "twin2": (0, 0, 0),
        "again": (None, 1, 1),
        "same": (None, 0, 0),
        "mixed": (1, None, 1),
    }
    assert facts_of("customer", DAY, **book)["here"][columns[2]] is None


def contracts(name, *days):
    return [
        {"contract_id": f"{name}{n}", "customer_id": name, "signed_on": day} for n, day in enumerate(days)
    ]


def test_contracts_from_one_hand_and_comparable_values(facts_of):
    may = "2024-05-01"
    houses = {f"h{n:02d}": f"{100 + n}.00" for n in range(9)} | {"top": "146.00"}
    shops = {f"s{n}": "100.00" for n in range(9)}
    pledged = [
        *(("house", name, value, "R1") for name, value in houses.items()),
        *(("shop", name, value, "R1") for name, value in shops.items()),
        *(("stock", f"k{n}", "1.00", "R1") for n in range(10)),
        ("house", "lone", "999.00", "R2"),
        ("house", "blank", None, "R1"),
    ]
    book = {
        "customer": [
            *({"customer_id": name, "phone_hash": "p"} for name in ("a", "b", "c")),
            *({"customer_id": name, "phone_hash": name} for name in ("d", "e", "f")),
            *({"customer_id": name} for name in ("g", "quiet")),
            *({"customer_id": name, "region_id": region} for _, name, _, region in pledged),
        ],
        "loan": [borrower(name) for _, name, _, _ in pledged],
        "contract": [
            *contracts("a", "2024-04-30", "2024-06-28"),  # the first of 60 days, and the day
            *contracts("b", may, may),
            *contracts("c", "2024-04-29"),  # the day before
            *(row for name in ("d", "e", "f", "g") for row in contracts(name, may)),
        ],
        "collateral": [
            {
                "collateral_id": name,
                "contract_id": f"K{name}",
                "kind": kind,
                "value": value,
                "prior_claims": "50.00",
            }
            for kind, name, value, _ in pledged
        ],
        "region": [{"region_id": name, "name": "Somewhere", "kind": "county"} for name in ("R1", "R2")],
    }
    tied = [
        {"from_customer_id": "d", "to_customer_id": "e", "kind": "same_device"},
        {"from_customer_id": "e", "to_customer_id": "f", "kind": "same_device"},
    ]
    names = ("a", "b", "c", "d", "f", "g", "quiet")
    rows = facts_of("customer", DAY, **book, relation=tied)
    counts = column(rows, "shared_contact_contract_count_60d")
    assert {name: counts[name] for name in names} == {
        "a": 4,
        "b": 4,
        "c": 0,
        "d": 3,
        "f": 3,
        "g": 1,
        "quiet": 0,
    }
    bare = column(facts_of("customer", DAY, **book), "shared_contact_contract_count_60d")
    assert (bare["d"], bare["g"], bare["quiet"]) == (1, None, 0)
    ratios = column(facts_of("collateral", DAY, **book), "value_vs_comparables")
    # Ten houses; the fifth of them in order is at 104.
    assert (ratios["h04"], ratios["top"]) == (Decimal("1.000000"), Decimal("1.403846"))
    assert {ratios[name] for name in ("s0", "k0", "lone", "blank")} == {None}


@pytest.mark.parametrize("latitude", ["85.5", "-90"])
def test_the_poles_are_no_error(engine, latitude):
    row = {"k": 1, "a": Decimal(latitude), "b": Decimal("-180"), "c": Decimal(latitude), "d": Decimal("180")}
    fields = [Field("k", "integer"), *(Field(name, "decimal") for name in "abcd")]
    table = engine.from_rows([row], fields, "places")
    (found,) = engine.rows(table.select(far=is_farther((table.a, table.b), (table.c, table.d), 500)))
    assert found["far"] is False
