"""Circles of payments and the tracing of payouts, held against plain Python on small random networks."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.engine import Field
from postloan.facts.circular import Circle, circles, payments
from postloan.facts.tracing import trace

FIRST = date(2024, 3, 1)
CIRCLE = Circle(days=5, least=Decimal("0.80"), most=Decimal("1.25"))
KINDS = {
    **dict.fromkeys(("entry_id", "payer", "payee", "kind", "payer_class", "payee_class"), "string"),
    **dict.fromkeys(("amount", "moment", "sequence"), "integer"),
    "on": "date",
}
HOUR = 3_600_000_000

day_of = st.integers(0, 9)
transfer = st.fixed_dictionaries(
    {
        "payer": st.sampled_from("ABCD"),
        "payee": st.sampled_from("ABCDE"),
        "day": day_of,
        "hour": st.none() | st.integers(0, 23),
        "amount": st.sampled_from([50, 79, 80, 81, 100, 100, 125, 126, 200]),
    }
)
networks = st.lists(st.lists(transfer, max_size=12), min_size=5, max_size=40)


def rows_of(networks):
    """All networks as one table: parties of different networks never meet."""
    for number, network in enumerate(networks):
        for place, one in enumerate(network):
            hour = one.get("hour")
            yield {
                "entry_id": f"{number}-{place:03d}",
                "payer": f"{number}{one['payer']}",
                "payee": one["payee"] and f"{number}{one['payee']}",
                "amount": one["amount"],
                "on": FIRST + timedelta(days=one["day"]),
                "moment": None if hour is None else (one["day"] * 24 + hour) * HOUR,
                "sequence": one.get("sequence"),
                "kind": "transfer",
                "payer_class": None,
                "payee_class": one.get("class"),
            }


def table_of(engine, networks):
    fields = [Field(name, kind) for name, kind in KINDS.items()]
    return engine.from_rows(list(rows_of(networks)), fields, "network")


def part(amount, share):
    return int((amount * share).to_integral_value(ROUND_HALF_UP))


def merged(rows, least):
    days = {}
    for row in rows:
        if row["payer"] != row["payee"]:
            days.setdefault((row["payer"], row["payee"], row["on"]), []).append(row)
    for (payer, payee, on), same in days.items():
        amount, times = sum(row["amount"] for row in same), [row["moment"] for row in same]
        if amount >= least:
            times = None if None in times else (min(times), max(times))
            yield {"payer": payer, "payee": payee, "on": on, "amount": amount, "times": times}


def follows(one, after):
    if one["payee"] != after["payer"] or after["on"] < one["on"]:
        return False
    return not (one["times"] and after["times"]) or after["times"][1] > one["times"][0]


def circles_by_hand(rows, least):
    rows = list(merged(rows, least))
    for count in (2, 3):
        for chain in itertools.permutations(rows, count):
            first, last = chain[0], chain[-1]
            members = [one["payer"] for one in chain]
            if (
                all(follows(a, b) for a, b in itertools.pairwise(chain))
                and last["payee"] == first["payer"]
                and len(set(members)) == count
                and all((one["on"] - first["on"]).days <= CIRCLE.days for one in chain)
                and all(one["amount"] >= part(first["amount"], CIRCLE.least) for one in chain[1:])
                and last["amount"] <= part(first["amount"], CIRCLE.most)
            ):
                for member in members:
                    yield member, (first["payer"], first["payee"], first["on"]), last["on"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks)
def test_circles_are_those_found_by_trying_all_chains(engine, networks):
    paid = payments(table_of(engine, networks), 80)
    found = circles(engine, paid, CIRCLE)
    # The number of a first payment is its place in the order of all that may be part of a circle.
    starts = engine.rows(found.select("member", "first", "closed_on").distinct())
    expected = set()
    for network in itertools.groupby(rows_of(networks), key=lambda row: row["entry_id"].split("-")[0]):
        expected |= set(circles_by_hand(list(network[1]), 80))
    assert {(row["member"], row["closed_on"]) for row in starts} == {(who, on) for who, _, on in expected}
    assert len(starts) == len(expected)


PAYOUT = 100
holding = st.fixed_dictionaries(
    {
        "payer": st.sampled_from("ABCD"),
        "payee": st.none() | st.sampled_from("ABCDE"),
        "day": day_of,
        "hour": st.none() | st.integers(0, 23),
        "sequence": st.none() | st.integers(0, 2),
        "amount": st.sampled_from([1, 2, 30, 60, 100, 150]),
        "class": st.none() | st.sampled_from(["broker", "related"]),
    }
)


def order_of(row):
    def last(value):
        return (value is None, value or 0)

    return row["on"], last(row["moment"]), last(row["sequence"]), row["entry_id"]


def traced_by_hand(rows, borrower, paid_on, days):
    """Parts of a payout of `PAYOUT` by (step, entry): E is a market place, D is tied to A."""
    tied = {(borrower, borrower[:-1] + "D")}
    holders, passed = {borrower: (PAYOUT, paid_on, None)}, set()
    for step in (1, 2, 3):
        passed |= set(holders)
        got = {}
        for holder, (held, since, moment) in holders.items():
            left = held
            for row in sorted((row for row in rows if row["payer"] == holder), key=order_of):
                timed = moment is not None and row["moment"] is not None
                early = row["moment"] < moment if timed else row["on"] < since
                if early or row["on"] < since or (row["on"] - paid_on).days > days or left <= 0:
                    continue
                share = min(left, row["amount"])
                left -= share
                payee = row["payee"]
                related = row["payee_class"] == "related"
                if payee == borrower:
                    ends = "borrower"
                elif (borrower, payee) in tied or (related and step == 1):
                    ends = "tied"
                else:
                    ends = "class" if row["payee_class"] and not related else None
                yield step, row["entry_id"], share, ends
                if ends is None and payee and not payee.endswith("E") and payee not in passed:
                    got.setdefault(payee, []).append((share, row))
        holders = {}
        for payee, receipts in got.items():
            times = [row["moment"] for _, row in receipts]
            held = sum(share for share, _ in receipts)
            if held >= part(PAYOUT, Decimal("0.02")):
                moment = None if None in times else min(times)
                holders[payee] = (held, min(row["on"] for _, row in receipts), moment)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(holding, max_size=14), min_size=5, max_size=40), st.integers(0, 3))
def test_payouts_are_followed_as_by_hand(engine, networks, start):
    paid_on = FIRST + timedelta(days=start)
    loans = [
        {"loan": f"L{n}", "borrower": f"{n}A", "payout": PAYOUT, "paid_on": paid_on}
        for n in range(len(networks))
    ]
    fields = [Field("loan", "string"), Field("borrower", "string"), Field("payout", "integer")]
    payouts = engine.from_rows(loans, [*fields, Field("paid_on", "date")], "payouts")
    places = engine.from_rows(
        [{"party": f"{n}E"} for n in range(len(networks))], [Field("party", "string")], "places"
    )
    tied = engine.from_rows(
        [{"one": f"{n}A", "other": f"{n}D"} for n in range(len(networks))],
        [Field("one", "string"), Field("other", "string")],
        "tied",
    )

    def with_ties(rows, one, other):
        rows = rows.left_join(tied, [rows[one] == tied.one, rows[other] == tied.other])
        return rows.mutate(is_tied=rows.one.notnull()).drop("one", "other")

    transfers = table_of(engine, networks)
    found = trace(engine, payouts, transfers, places, with_ties, days=6, steps=3, least=Decimal("0.02"))
    rows = engine.rows(found)
    got = sorted(
        (
            row["loan"],
            row["step"],
            row["payer"],
            row["payee"] or "",
            row["on"],
            row["part"],
            row["ends"] or "",
        )
        for row in rows
    )
    expected = []
    for network in itertools.groupby(rows_of(networks), key=lambda row: row["entry_id"].split("-")[0]):
        own = list(network[1])
        by_id = {row["entry_id"]: row for row in own}
        for step, entry, share, ends in traced_by_hand(own, f"{network[0]}A", paid_on, 6):
            row = by_id[entry]
            expected.append(
                (f"L{network[0]}", step, row["payer"], row["payee"] or "", row["on"], share, ends or "")
            )
    assert got == sorted(expected)
