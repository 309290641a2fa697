"""Pass-through, private lending, splitting, related flows and the manager's own money; by hand."""

from __future__ import annotations

import itertools
from datetime import datetime
from decimal import Decimal

DAY = "2024-06-28"
NUMBERS = itertools.count()


def borrower(name, amount="1000.00", **rest):
    return {"loan_id": f"L{name}", "contract_id": f"K{name}", "customer_id": name, "amount": amount, **rest}


def accounts(*names):
    return [{"account_id": f"a{name}", "customer_id": name} for name in names]


def entry(name, on, amount, other=None, **rest):
    """An entry on the account of `name`; a time after the day makes booked_at."""
    day, _, time = on.partition(" ")
    at = {"booked_at": datetime.fromisoformat(on)} if time else {}
    to = {"counterparty_id": other} if other else {}
    row = {"entry_id": f"e{next(NUMBERS):04d}", "account_id": f"a{name}", "booked_on": day, "amount": amount}
    return {**row, **at, **to, **rest}


def column(rows, name):
    return {key: row[name] for key, row in rows.items()}


def through(name, *days, get="200.00", give=("180.00",), late="", early=""):
    """Receipts on those days, each paid on to one payee after another."""
    for day in days:
        yield entry(name, f"2024-06-{day:02d}{early}", get, "giver")
        for number, amount in enumerate(give):
            yield entry(name, f"2024-06-{day:02d}{late or early}", f"-{amount}", f"p{number}")


def test_pass_through(facts_of):
    names = (
        *("edge", "less", "small", "four", "three", "old", "next", "after", "hours", "over", "twice"),
        *("unnamed", "taken", "bank", "market", "own", "both"),
    )
    entries = [
        *through("edge", 1, 5, 10),
        *through("less", 1, 5, 10, give=("179.99",)),
        *through("small", 1, 5, 10, get="199.99", give=("199.99",)),
        *through("four", 1, 5, 10, give=("59.99", "59.99", "59.99", "59.99")),  # the largest three are 179.97
        *through("three", 1, 5, 10, give=("60.00", "60.00", "60.00", "1.00")),
        entry("old", "2024-05-29", "200.00", "giver"),  # 31 days before; the next is the window's first
        entry("old", "2024-05-29", "-200.00", "p0"),
        entry("old", "2024-05-30", "-200.00", "p0"),
        *through("old", 28),
        entry("next", "2024-06-03", "200.00", "giver"),
        entry("next", "2024-06-04", "-180.00", "p0"),
        entry("after", "2024-06-03", "200.00", "giver"),
        entry("after", "2024-06-05", "-200.00", "p0"),
        entry("after", "2024-06-02", "-200.00", "p0"),
        entry("hours", "2024-06-03 10:00", "200.00", "giver"),
        entry("hours", "2024-06-04 10:00", "-200.00", "p0"),
        entry("over", "2024-06-03 10:00", "200.00", "giver"),
        entry("over", "2024-06-04 10:00:01", "-200.00", "p0"),
        entry("over", "2024-06-03 09:59:59", "-200.00", "p0"),
        entry("twice", "2024-06-03 10:00", "200.00", "giver"),  # one payment cannot pass on both
        entry("twice", "2024-06-03 11:00", "200.00", "giver"),
        entry("twice", "2024-06-03 12:00", "-200.00", "p0"),
        *(row for _ in range(1) for row in through("unnamed", 3, give=())),
        *(entry("unnamed", "2024-06-03", "-50.00", kind="cash") for _ in range(4)),
        entry("taken", "2024-06-03", "200.00", "giver", entry_id="gone"),
        entry("taken", "2024-06-03", "-200.00", reverses_id="gone"),
        entry("taken", "2024-06-04", "-200.00", "p0"),
        entry("bank", "2024-06-03", "200.00", "giver"),
        entry("bank", "2024-06-03", "-200.00", kind="loan_repayment"),
        *through("market", 3),
        *(entry("market", "2024-06-20", "1.00", f"buyer{number}") for number in range(99)),
        entry("own", "2024-06-03", "200.00", "own"),  # between his own accounts here
        entry("own", "2024-06-03", "-200.00", "p0"),
        *through("both", 3),
    ]
    rows = facts_of(
        "customer",
        DAY,
        loan=[*map(borrower, names), borrower("both", "999.99", loan_id="second")],
        account=[*accounts(*names), *accounts("giver", "other")],
        entry=entries,
    )
    found = column(rows, "pass_through_count_30d")
    assert {name: found[name] for name in names} == {
        "edge": 3,
        "less": 0,
        "small": 0,
        "four": 0,
        "three": 3,
        "old": 1,
        "next": 1,
        "after": 0,
        "hours": 1,
        "over": 0,
        "twice": 1,
        "unnamed": 0,
        "taken": 0,
        "bank": 0,
        "market": 0,  # giver, payee and 99 buyers are 101 counterparties
        "own": 0,
        "both": 1,
    }
    assert found["giver"] is None  # has no open loan


def lent(name, other, amount, back, on, due, **rest):
    return [entry(name, on, amount, other, **rest), entry(name, due, back, other, **rest)]


def test_private_lending_splitting_and_circles(facts_of):
    may, june = "2024-05-01", "2024-06-01"
    pays = {"counterparty_id": "shop"}
    names = ("p3", "p2", "days", "uplift", "odd", "two", "limit", "far", "free", "c1", "c2", "c3", "s1")
    entries = [
        *lent("p3", "lender", "10000.00", "-10100.00", "2024-03-01", "2024-03-29"),  # 28 days, 1 %
        *lent("p3", "lender", "10000.00", "-10500.00", "2024-04-01", "2024-05-03"),  # 32 days, 5 %
        *lent("p3", "lender", "-2000.00", "2060.00", may, "2024-05-31"),  # 30 days, the other way
        *lent("p2", "lender", "10000.00", "-10300.00", "2024-03-01", "2024-03-31"),
        *lent("p2", "lender", "10000.00", "-10300.00", "2024-05-01", "2024-05-31"),
        *lent("p2", "friend", "10000.00", "-10300.00", "2024-05-01", "2024-05-31"),
        *lent("days", "lender", "10000.00", "-10300.00", "2024-03-01", "2024-03-28"),
        *lent("days", "lender", "30000.00", "-30900.00", "2024-05-01", "2024-06-03"),
        *lent("uplift", "lender", "10000.00", "-10099.99", may, "2024-05-31"),
        *lent("uplift", "lender", "30000.00", "-31500.01", may, "2024-05-31"),
        *lent("odd", "lender", "10000.01", "-10300.00", may, "2024-05-31"),
        entry("two", may, "10000.00", "lender"),  # one return stands for one of the two
        entry("two", may, "10000.00", "lender"),
        entry("two", "2024-05-31", "-10300.00", "lender"),
        *(entry("limit", "2024-06-03", "-90.00", **pays) for _ in range(2)),
        *(entry("limit", "2024-06-05", "-100.00", **pays) for _ in range(2)),
        entry("limit", "2024-06-06", "-95.00", **pays),  # a fourth day
        *(entry("limit", "2024-06-04", amount, **pays) for amount in ("-89.99", "-100.01", "95.00")),
        entry("limit", "2024-06-04", "-95.00", kind="payroll_out"),
        *(
            entry("far", on, "-95.00", **pays)
            for on in ("2024-05-28", "2024-05-29", "2024-05-30", "2024-05-31")
        ),
        entry("free", june, "-95.00", **pays),
        # c1 pays c2, who pays someone outside, who pays c1 on the first of 30 days
        entry("c1", "2024-05-25", "-20000.00", "c2"),
        entry("c2", "2024-05-25", "20000.00", "c1"),
        entry("c2", "2024-05-27", "-18000.00", counterparty_account="x9"),
        entry("c1", "2024-05-30", "16000.00", counterparty_account="x9"),
        # c3 and someone outside, closed the day before, and small ones later
        entry("c3", "2024-05-24", "-10000.00", counterparty_name="Outside"),
        entry("c3", "2024-05-29", "10000.00", counterparty_name="Outside"),
        entry("c3", june, "-9999.99", counterparty_name="Outside"),
        entry("c3", june, "9999.99", counterparty_name="Outside"),
        # several small transfers on a day are one payment
        *(entry("s1", june, "-5000.00", counterparty_name="Outside") for _ in range(2)),
        *(entry("s1", "2024-06-02", "4000.00", counterparty_name="Outside") for _ in range(3)),
    ]
    rows = facts_of(
        "customer",
        DAY,
        loan=[borrower(name) for name in names],
        contract=[
            {"contract_id": f"K{name}", "customer_id": name, "self_payment_limit": "100.00"}
            for name in ("limit", "far")
        ],
        account=accounts(*names),
        entry=entries,
    )
    lending = {name: count for name, count in column(rows, "private_lending_count_180d").items() if count}
    assert lending == {"p3": 3, "p2": 2, "two": 1}
    near = {name: count for name, count in column(rows, "near_limit_count_30d").items() if count is not None}
    assert near == {"limit": 4, "far": 3}  # the last three days that end within 30 days
    circles = {name: count for name, count in column(rows, "circular_flow_count_30d").items() if count}
    assert circles == {"c1": 1, "c2": 1, "s1": 1}


def test_related_flows_and_the_managers_own_money(facts_of):
    names = ("wife", "ex", "group", "home", "said", "trade", "none", "quiet", "away")
    people = [
        {"staff_id": one, "name": "Somebody", "institution_id": "B1", "role": "customer_manager", **own}
        for one, own in {"m1": {"customer_id": "mm"}, "m2": {}}.items()
    ]
    relation = {"to_customer_id": "kin"}
    book = {
        "loan": [borrower(name) for name in (*names, "idle", "big", "small", "blind", "mm")],
        "contract": [
            {"contract_id": f"K{name}", "customer_id": name, "manager_id": manager}
            for name, manager in (
                ("idle", "m1"),
                ("big", "m1"),
                ("small", "m1"),
                ("blind", "m2"),
                ("mm", "m1"),
            )
        ],
        "staff": people,
        "customer": [
            *({"customer_id": name, "group_id": "G"} for name in ("group", "sister")),
            *({"customer_id": name, "household_id": "H"} for name in ("home", "son")),
            *({"customer_id": name} for name in ("kin", "shop")),
        ],
        "account": accounts(*names[:-1], "idle", "big", "small", "blind", "mm", "sister"),
        "relation": [
            {"from_customer_id": "wife", "kind": "spouse", **relation},
            {"from_customer_id": "ex", "kind": "spouse", "until": "2024-06-27", **relation},
            {"from_customer_id": "trade", "kind": "supplier", **relation},
        ],
    }
    entries = [
        *(entry(name, "2024-06-01", "-65.00", "shop") for name in names[:-2]),
        *(entry(name, "2024-06-01", "35.00", "kin") for name in ("wife", "ex", "trade")),
        entry("group", "2024-06-01", "-35.00", "sister"),
        entry("sister", "2024-06-01", "35.00", "group"),
        entry("home", "2024-03-31", "-35.00", "son"),  # the first of 90 days
        entry("home", "2024-03-30", "-1000.00", "son"),
        entry("home", "2024-06-02", "-500.00", kind="fee"),
        entry("said", "2024-06-01", "-35.00", counterparty_name="Firm", counterparty_class="related"),
        entry("big", "2024-06-01", "-1000.00", "mm"),
        entry("mm", "2024-06-01", "1000.00", "big"),
        entry("big", "2024-01-01", "-5.00", "mm"),  # the first of 180 days is 1 January 2024
        entry("big", "2023-12-31", "-7000.00", "mm"),
        *(entry("mm", "2024-06-02", "-10.00", counterparty_account="asmall") for _ in range(2)),
        entry("small", "2024-06-20", "-30.00", counterparty_account="amm"),
        entry("blind", "2024-06-20", "-30.00", "mm"),
    ]
    rows = facts_of("customer", DAY, **book, entry=entries)
    shares = column(rows, "related_flow_share_90d")
    third, nothing = Decimal("0.350000"), Decimal("0.000000")
    assert {name: shares[name] for name in names} == {
        **dict.fromkeys(("wife", "group", "home", "said"), third),
        **dict.fromkeys(("ex", "trade", "none", "quiet"), nothing),
        "away": None,  # no account
    }
    met = {
        name: (row["manager_transfer_count_180d"], row["manager_transfer_max_180d_amt"])
        for name, row in rows.items()
        if row["manager_transfer_count_180d"] is not None
    }
    assert met == {
        "idle": (0, Decimal("0.00")),
        "big": (2, Decimal("1000.00")),
        "small": (3, Decimal("30.00")),
    }
    # Entries that name nobody tell nothing of flows; nor does a book without them.
    bare = [{key: row[key] for key in ("entry_id", "account_id", "booked_on", "amount")} for row in entries]
    for feeds in ({"entry": bare}, {}):
        row = facts_of("customer", DAY, **book, **feeds)["wife"]
        assert {
            row[name]
            for name in (
                *("pass_through_count_30d", "private_lending_count_180d", "near_limit_count_30d"),
                *("related_flow_share_90d", "circular_flow_count_30d", "pooled_borrower_count"),
            )
        } == {None}
