"""Where payouts went, and whose money met at one beneficiary; expected shares by hand."""

from __future__ import annotations

from decimal import Decimal

from tests.facts.test_flows import DAY, accounts, borrower, column, entry

PAID = "2024-03-30"  # 90 days before the day


def loan(name, on=PAID, **rest):
    return borrower(name, disbursed_on=on, **rest)


def shares(rows, name):
    found = {key.removeprefix("L"): row[name] for key, row in rows.items()}
    return {key: None if share is None else str(share.normalize()) for key, share in found.items()}


def test_where_payouts_went(facts_of):
    names = (
        *("one", "day90", "day91", "third", "fourth", "first", "market", "cash", "house", "home", "moved"),
        *("back", "away", "wife", "said", "theirs", "day31", "bank", "lender", "late", "renewed", "small"),
    )
    broker, outside = {"counterparty_class": "broker"}, {"counterparty_name": "Outside"}
    entries = [
        entry("one", "2024-04-01", "-100.00", "b", **broker),
        entry("one", "2024-03-29", "-800.00", "b", **broker),  # the day before the payout
        entry("day90", DAY, "-300.00", "b", **broker),
        entry("day91", "2024-06-28", "-300.00", "b", **broker),
        # over two to a third, who pays the broker from what he got, and no further than that
        entry("third", "2024-04-01", "-400.00", "x1"),
        entry("x1", "2024-04-01", "400.00", "third"),
        entry("x1", "2024-04-02", "-100.00", "nobody"),
        entry("x1", "2024-04-03", "-500.00", "x2"),
        entry("x2", "2024-04-04", "-900.00", "b", **broker),
        # a fourth transfer is one too many
        entry("fourth", "2024-04-01", "-400.00", "y1"),
        *(entry(f"y{n}", "2024-04-02", "-400.00", f"y{n + 1}") for n in (1, 2)),
        entry("y3", "2024-04-02", "-400.00", "b", **broker),
        # what is spent first is the payout, so that the broker got other money
        entry("first", "2024-04-01", "-700.00", **outside),
        entry("first", "2024-04-02", "-200.00", kind="tax"),
        entry("first", "2024-04-03 09:00", "-50.00", kind="cash"),
        entry("first", "2024-04-03 10:00", "-500.00", "b", **broker),
        # a market place passes nothing on
        entry("market", "2024-04-01", "-500.00", "shop"),
        *(entry("shop", "2024-04-01", "1.00", f"buyer{n}") for n in range(100)),
        entry("shop", "2024-04-02", "-500.00", "b", **broker),
        entry("cash", "2024-04-01", "-900.00", kind="cash"),
        entry("house", "2024-04-01", "-600.00", counterparty_class="developer"),
        entry("house", "2024-04-01", "-150.00", counterparty_class="wealth"),
        entry("home", "2024-04-01", "-600.00", counterparty_class="developer"),
        # between his own accounts here the money has not left
        entry("moved", "2024-04-01", "-1000.00", counterparty_account="amoved2"),
        entry("moved2", "2024-04-01", "1000.00", counterparty_account="amoved"),
        entry("moved2", "2024-04-02", "-250.00", "b", account_id="amoved2", **broker),
        # back over one, to an account elsewhere, to the wife, as the entry says, and to another's wife
        entry("back", "2024-04-01", "-500.00", "x5"),
        entry("x5", "2024-04-02", "-200.00", counterparty_account="aback"),
        entry("away", "2024-04-29", "-200.00", "away", counterparty_account="elsewhere"),  # the thirtieth day
        entry("wife", "2024-04-01", "-300.00", "x6"),
        entry("x6", "2024-04-01", "-300.00", "kin"),
        entry("said", "2024-04-01", "-300.00", counterparty_name="Sister", counterparty_class="related"),
        entry("theirs", "2024-04-01", "-300.00", "x7"),
        entry("x7", "2024-04-02", "-300.00", counterparty_name="Aunt", counterparty_class="related"),
        entry("day31", "2024-04-30", "-300.00", "day31", counterparty_account="elsewhere"),
        entry("bank", "2024-04-09", "-100.00", kind="loan_repayment"),  # the tenth day
        entry("lender", "2024-04-01", "-300.00", "x8"),
        entry("x8", "2024-04-02", "-300.00", counterparty_class="lender"),
        entry("late", "2024-04-10", "-300.00", counterparty_class="lender"),
        entry("renewed", "2024-04-01", "-300.00", counterparty_class="lender"),
        # less than a hundredth of the payout is followed no further
        entry("small", "2024-04-01", "-9.99", "x9"),
        entry("x9", "2024-04-01", "-9.99", "b", **broker),
    ]
    book = {
        "loan": [
            *(loan(name) for name in names if name not in ("day91", "renewed")),
            loan("day91", "2024-03-29"),
            loan("renewed", renewal_qualified=True),
            loan("old", "2023-12-31"),  # 180 days
            loan("young", "2024-01-01"),
            loan("drawn", repayment_method="revolving"),
            loan("bill", exposure_kind="acceptance"),
            loan("fund"),
            loan("strange"),  # has no account here
        ],
        "contract": [
            {"contract_id": "Khome", "customer_id": "home", "contract_type": "mortgage"},
            {"contract_id": "Kfund", "customer_id": "fund", "is_entrusted": True},
        ],
        "account": [
            *accounts(*names, "old", "young", "drawn", "bill", "fund"),
            *accounts(*(f"x{n}" for n in range(1, 10)), "y1", "y2", "y3", "shop"),
            {"account_id": "amoved2", "customer_id": "moved"},
        ],
        "relation": [
            {"from_customer_id": "kin", "to_customer_id": "wife", "kind": "spouse"},
        ],
        "customer": [{"customer_id": "kin"}],
    }
    rows = facts_of("loan", DAY, **book, entry=entries)
    traced = column(rows, "is_payout_traced")
    untraced = {"old": False, "drawn": None, "bill": False, "fund": False}
    assert {name: traced[f"L{name}"] for name in untraced} == untraced
    assert {traced[f"L{name}"] for name in (*names, "young", "strange")} == {True}
    markets = shares(rows, "into_markets_share")
    assert {name: share for name, share in markets.items() if share != "0"} == {
        "one": "0.1",
        "day90": "0.3",
        "third": "0.3",
        "first": "0.05",
        "house": "0.75",
        "moved": "0.25",
        **dict.fromkeys(("old", "drawn", "bill", "fund", "strange")),
    }
    returned = shares(rows, "returned_share")
    assert {name: share for name, share in returned.items() if share not in ("0", None)} == {
        "back": "0.2",
        "away": "0.2",
        "wife": "0.3",
        "said": "0.3",
    }
    lenders = shares(rows, "to_lenders_share")
    assert {name: share for name, share in lenders.items() if share not in ("0", None)} == {
        "bank": "0.1",
        "lender": "0.3",
    }
    spent = shares(rows, "payout_spent_share")
    assert [spent[name] for name in ("one", "first", "cash", "moved", "young")] == [
        "0.1",
        "1",
        "0.9",
        "0.25",
        "0",
    ]
    unclassed = [{key: one for key, one in row.items() if key != "counterparty_class"} for row in entries]
    bare = facts_of("loan", DAY, **book, entry=unclassed)["Lback"]
    assert (bare["into_markets_share"], bare["returned_share"]) == (None, Decimal("0.200000"))


def test_splitting_after_the_payout_and_pooled_use(facts_of):
    pool, others = (
        ("p1", "p2", "p3"),
        ("q1", "q2", "less", "late", "d1", "d2", "d3", "h1", "h2", "h3", "self"),
    )
    pays = {"counterparty_name": "Shop"}
    entries = [
        *(entry("split", "2024-03-30", "-90.00", **pays) for _ in range(2)),
        *(entry("split", "2024-04-01", "-100.00", **pays) for _ in range(3)),
        entry("split", "2024-04-02", "-95.00", **pays),
        *(entry("after", "2024-04-04", "-95.00", **pays) for _ in range(2)),
        *(entry("after", "2024-04-05", "-95.00", **pays) for _ in range(4)),  # the sixth day
        *(entry("before", "2024-03-29", "-95.00", **pays) for _ in range(5)),
        entry("p1", "2024-04-01", "-700.00", "boss"),
        entry("p2", "2024-04-01", "-1000.00", "x1"),
        entry("x1", "2024-04-02", "-1000.00", "x2"),
        entry("x2", "2024-04-14", "-700.00", "boss"),  # the fifteenth day
        *(entry("p3", "2024-04-02", "-350.00", "boss") for _ in range(2)),
        entry("less", "2024-04-01", "-699.99", "boss"),
        entry("late", "2024-04-15", "-1000.00", "boss"),
        *(entry(name, "2024-04-01", "-1000.00", "chief") for name in ("q1", "q2")),
        *(entry(f"d{n}", "2024-04-01", "-1000.00", "dev", counterparty_class="developer") for n in (1, 2, 3)),
        *(entry(f"h{n}", "2024-04-01", "-1000.00", "hub") for n in (1, 2, 3)),
        *(entry("hub", "2024-04-01", "1.00", f"buyer{n}") for n in range(98)),
        entry("self", "2024-04-01", "-1000.00", "self", counterparty_account="elsewhere"),
    ]
    split = ("split", "after", "before", "free")
    book = {
        "loan": [loan(name) for name in (*pool, *others, *split, "boss")],
        "contract": [
            {"contract_id": f"K{name}", "customer_id": name, "self_payment_limit": "100.00"}
            for name in split[:-1]
        ],
        "account": accounts(*pool, *others, *split, "boss", "x1", "x2", "hub"),
        "entry": entries,
    }
    rows = facts_of("loan", DAY, **book)
    near = {
        name: row["near_limit_count"] for name, row in rows.items() if row["near_limit_count"] is not None
    }
    assert near == {"Lsplit": 5, "Lafter": 2, "Lbefore": 0}
    pooled = column(facts_of("customer", DAY, **book), "pooled_borrower_count")
    assert {name: count for name, count in pooled.items() if count} == {
        **dict.fromkeys((*pool, "boss"), 3),
        **dict.fromkeys(("x1", "x2"), 1),  # who passed on all of it got all of it
        **dict.fromkeys(("q1", "q2"), 2),
    }
