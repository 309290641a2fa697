"""Circles, joint groups, connected groups and shared contacts; expected values by hand."""

from __future__ import annotations

import itertools
from decimal import Decimal

from tests.facts.test_guarantees import DAY, LOAN, borrower, customers, guarantee, position

CAPITAL = {"item": "net_capital", "period": "2023-12-31", "value": "10000.00"}


def column(rows, name):
    return {key: row[name] for key, row in rows.items()}


def relation(one, other, kind, **rest):
    return {"from_customer_id": one, "to_customer_id": other, "kind": kind, **rest}


def test_circles_and_mutual_guarantees(facts_of):
    ring = ("r1", "r2", "r3")
    pairs = {("m1", "m2"), ("s1", "s2"), ("h1", "h2"), ("j1", "j2"), ("k1", "k2")}
    names = [*ring, *sorted({name for pair in pairs for name in pair}), "tail", "b", "alone", "c1", "c2"]
    book = {
        "loan": [borrower(name, amount="100.00") for name in names]
        + [borrower("gone", closed_on="2024-01-01")],
        "customer": [
            *({"customer_id": name, "household_id": "H"} for name in ("h1", "h2")),
            *customers("head", "firm"),
        ],
        "contract": [
            *(
                {"contract_id": f"Kk{n}", "customer_id": f"k{n}", "guarantee_mode": "joint_group"}
                for n in (1, 2)
            ),
        ],
        "relation": [relation("s2", "s1", "spouse")],
        "guarantee": [
            *(guarantee(one, other) for one, other in zip(ring, (*ring[1:], ring[0]), strict=True)),
            *(guarantee(*pair, kind="joint_group" if pair[0] == "j1" else "joint") for pair in pairs),
            *(guarantee(two, one, kind="joint_group" if one == "j1" else "joint") for one, two in pairs),
            guarantee("m1", "m2", guarantee_id="twice"),
            guarantee("head", "r1"),  # has no loan, and nobody stands for him
            guarantee("r3", "tail"),
            guarantee("tail", "gone"),  # of a loan that is over
            guarantee("alone", "alone"),
            guarantee("firm", "c1", kind="company"),
            guarantee("firm", "c2", kind="company"),
        ],
    }
    rows = facts_of(
        "customer",
        DAY,
        **book,
        bank_figure=[
            {**CAPITAL, "period": "2022-12-31", "value": "1.00"},
            CAPITAL,
            {**CAPITAL, "item": "tier1_capital", "value": "3.00"},
            {**CAPITAL, "period": "2024-03-31", "value": "2.00"},
        ],
    )
    mutual = {key: count for key, count in column(rows, "mutual_guarantee_count").items() if count}
    assert mutual == {"m1": 1, "m2": 1}  # spouses, one household and joint groups left out
    two = {name: (2, 2, "200.00", Decimal("0.020000")) for pair in pairs for name in pair}
    none = (0, 0, "0.00", Decimal("0.000000"))
    expected = {
        **two,
        **dict.fromkeys(ring, (5, 3, "400.00", Decimal("0.040000"))),
        **dict.fromkeys(("tail", "head"), (5, 0, "400.00", Decimal("0.040000"))),
        **dict.fromkeys(("b", "alone", "c1", "firm", "gone"), none),
    }
    found = {
        name: (
            row["circle_member_count"],
            row["circle_strong_member_count"],
            str(row["circle_exposure_amt"]),
            row["circle_exposure_share"],
        )
        for name, row in rows.items()
    }
    assert {name: found[name] for name in expected} == expected
    joint = {name for name, is_in in column(rows, "is_in_joint_group").items() if is_in}
    assert joint == {"j1", "j2", "k1", "k2"}
    assert rows["b"]["joint_group_dpd_days"] == 0
    assert rows["j1"]["joint_group_dpd_days"] is None  # nothing tells days past due
    bare = facts_of("customer", DAY, **{**book, "guarantee": [guarantee("r1", "r2")]})
    assert (bare["r1"]["circle_member_count"], bare["b"]["circle_exposure_share"]) == (2, None)


def test_joint_groups_and_contagion(facts_of):
    group = ("j1", "j2", "j3", "solo1", "solo2", "u1", "u2")
    chain = ("bad", "one", "two", "three")
    others = ("edge", "light", "blind", "after", "safe", "odd", "odder", "good")
    rows = facts_of(
        "customer",
        DAY,
        loan=[borrower(name) for name in (*group, *chain, *others)],
        customer=customers("landless"),
        position=[
            *(
                position(name, days)
                for name, days in (("j1", 31), ("j2", 5), ("j3", 0), ("solo1", 9), ("solo2", 0))
            ),
            *(position(name, 0) for name in (*chain[1:], *others) if name != "odd"),
            *(position("bad", 91), position("u1", 0)),
        ],
        class_decision=[
            {
                "loan_id": "Lgood",
                "decided_on": DAY,
                "kind": "approval",
                "scheme_id": "cn10a",
                "level_code": "05",
            }
        ],
        customer_indicator=[
            {"customer_id": name, "indicator": "net_worth", "period": "2023-12-31", "value": worth}
            for name, worth in {
                **dict.fromkeys((*chain, "after", "odder", "landless"), "500.00"),
                "edge": "500.00",
                "light": "500.05",
                "safe": "500.00",
            }.items()
        ],
        guarantee=[
            *(guarantee(one, other, kind="joint_group") for one, other in (("j1", "j2"), ("j2", "j3"))),
            guarantee("solo1", "solo2", kind="joint_group"),
            guarantee("u1", "u2", kind="joint_group"),
            *(guarantee(giver, taker) for taker, giver in itertools.pairwise(chain)),
            guarantee("edge", "bad", "40.00"),
            guarantee("edge", "bad", "60.00", guarantee_id="and"),
            guarantee("light", "bad"),  # 100 of 500.05 is just below a fifth
            guarantee("blind", "bad"),  # net worth not known
            guarantee("after", "blind"),
            guarantee("safe", "good"),
            guarantee("odder", "odd"),  # of whom nothing is known
            guarantee("landless", "bad"),
        ],
    )
    days = column(rows, "joint_group_dpd_days")
    assert {name: days[name] for name in group} == {
        "j1": 5,
        "j2": 31,
        "j3": 31,
        "solo1": 0,
        "solo2": 9,
        "u1": None,
        "u2": 0,  # of u2 nobody knows
    }
    hops = column(rows, "contagion_hops_count")
    assert {name: hops[name] for name in (*chain, *others, "landless")} == {
        "bad": 0,
        "one": 1,
        "two": 2,
        "three": 0,  # three steps are too many
        "edge": 1,
        "landless": 1,
        "light": 0,
        "safe": 0,
        "good": 0,
        **dict.fromkeys(("blind", "after", "odd", "odder")),
    }


def test_connected_groups(facts_of):
    held = {"share": "0.25"}
    rows = facts_of(
        "customer",
        DAY,
        loan=[
            *(borrower(name, amount="100.00") for name in ("a", "b", "d", "n1", "n2", "x", "y", "p")),
            borrower("big", amount="801.00"),
        ],
        customer=[
            *({"customer_id": name, "group_id": "G"} for name in ("a", "b")),
            {"customer_id": "p", "group_id": "P"},
            *customers("c", "q", "old", "vague", "less"),
        ],
        relation=[
            relation("c", "b", "shareholder", **held),
            relation("c", "d", "controller"),
            relation("less", "a", "shareholder", share="0.249999"),
            relation("less", "b", "controller", share="0.49"),
            relation("vague", "b", "shareholder"),
            relation("old", "a", "controller", until="2024-02-28"),
            relation("n1", "n2", "shareholder", share="0.30", until=DAY),
            relation("x", "y", "controller", share="0.50"),
            relation("x", "p", "supplier", share="0.90"),
        ],
        position=[
            {**position(name, days), "balance": "100.00"}
            for name, days in (("a", 0), ("b", 31), ("n1", 91), ("n2", 0), ("p", 50))
        ],
        class_decision=[
            {"loan_id": "Ly", "decided_on": DAY, "kind": "approval", "scheme_id": "cn10a", "level_code": "06"}
        ],
        bank_figure=[CAPITAL],
        event=[
            {
                "event_id": f"{of}{kind}{on}",
                "subject_kind": "customer",
                "subject_id": of,
                "kind": kind,
                "occurred_on": on,
            }
            for of, kind, on in (
                ("c", "enforced_party", DAY),
                ("c", "illness", DAY),
                ("a", "tax_inspection", "2023-03-02"),
                ("a", "equity_frozen", "2023-03-01"),
                ("x", "dishonest_debtor", "2024-03-01"),
            )
        ],
        proceeding=[
            {"proceeding_id": "1", "customer_id": "d", "our_role": "none", "filed_on": "2020-01-01", **rest}
            for rest in (
                {"kind": "liquidation", "stage": "none"},
                {"proceeding_id": "2", "kind": "loan", "stage": "bankruptcy"},
                {"proceeding_id": "3", "stage": "bankruptcy", "closed_on": DAY},
                {"proceeding_id": "4", "kind": "reorganisation", "stage": "none", "filed_on": "2024-03-01"},
            )
        ],
    )
    told = {
        name: (
            row["group_member_count"],
            row["group_worst_dpd_days"],
            row["has_npl_group_member"],
            str(row["group_exposure_amt"]),
            row["affiliate_case_count_365d"],
        )
        for name, row in rows.items()
    }
    alone = (0, 0, False)
    assert told == {
        "a": (4, 31, None, "300.00", 3),  # of d nothing is known
        "b": (4, None, None, "300.00", 4),
        "c": (4, 31, None, "300.00", 3),
        "d": (4, 31, False, "300.00", 2),
        "n1": (2, 0, False, "200.00", 0),
        "n2": (2, 91, True, "200.00", 0),
        "x": (2, None, True, "200.00", 0),
        "y": (2, None, None, "200.00", 0),
        "p": (*alone, "100.00", 0),
        "big": (*alone, "801.00", 0),
        **dict.fromkeys(("q", "old", "vague", "less"), (*alone, "0.00", 0)),
    }
    used = column(rows, "exposure_limit_used_share")
    assert used["big"] == Decimal("0.801000")
    assert used["a"] == Decimal("0.200000")  # 300 of 1500; alone 100 of 1000
    assert used["p"] == Decimal("0.100000")
    bare = facts_of("customer", DAY, loan=[{**LOAN, "loan_id": "L"}])["C-L"]
    names = (
        "group_member_count",
        "has_npl_group_member",
        "exposure_limit_used_share",
        "shared_contact_count",
    )
    assert [bare[name] for name in names] == [None] * 4
    assert bare["affiliate_case_count_365d"] is None
    assert bare["mutual_guarantee_count"] is None


def test_shared_contacts(facts_of):
    phone = ("p1", "p2", "p3", "p4")
    rows = facts_of(
        "customer",
        DAY,
        loan=[
            borrower(name)
            for name in (*phone, "wife", "man", "a1", "a2", "d1", "d2", "d3", "mix", "own", "no")
        ],
        customer=[
            *({"customer_id": name, "phone_hash": "P"} for name in phone[:2]),
            {"customer_id": "p3", "phone_hash": "P", "household_id": "H", "address_hash": "A"},
            {"customer_id": "p4", "phone_hash": "P", "household_id": "H"},
            {"customer_id": "idle", "phone_hash": "P"},  # owes nothing
            *({"customer_id": name, "phone_hash": "M"} for name in ("wife", "man")),
            *({"customer_id": name, "address_hash": "A"} for name in ("a1", "a2")),
            {"customer_id": "mix", "phone_hash": "A"},  # as a number, not as an address
            {"customer_id": "own", "phone_hash": "O"},
        ],
        relation=[
            relation("wife", "man", "spouse"),
            relation("d1", "d2", "same_device"),
            relation("d2", "d3", "same_device"),
            relation("d3", "mix", "same_phone"),
        ],
    )
    counts = column(rows, "shared_contact_count")
    assert counts == {
        **dict.fromkeys(phone, 3),
        **dict.fromkeys(("wife", "man"), 1),
        **dict.fromkeys(("a1", "a2", "d1", "d2", "d3"), 3),
        "mix": 2,
        "own": 0,
        "no": 0,
        "idle": 0,
    }
    alone = facts_of(
        "customer",
        DAY,
        loan=[borrower(name) for name in ("p1", "p2", "no")],
        customer=[{"customer_id": name, "phone_hash": "P"} for name in phone[:2]],
    )
    assert column(alone, "shared_contact_count") == {"p1": 2, "p2": 2, "no": None}
