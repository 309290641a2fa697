"""What moves through accounts: routed sales, payroll, owners, buyers, gambling; expected values by hand.

On 15 April 2024 the last two full months are February and March, the twelve before February 2023 to January
2024, and entries are read from 1 January 2023.
"""

from __future__ import annotations

from decimal import Decimal

DAY = "2024-04-15"
YEAR = [f"2023-{month:02d}" for month in range(2, 13)] + ["2024-01"]


def entry(customer, day, amount, kind="transfer", account="", **more):
    name = (
        f"{customer}:{day}:{amount}:{kind}:{account}:{more.get('counterparty_id', '')}:{more.get('tag', '')}"
    )
    more.pop("tag", None)
    told = {"account_id": f"A-{customer}{account}", "booked_on": day, "amount": amount, "kind": kind, **more}
    return {"entry_id": name, **told}


def owned(*names):
    return [{"account_id": f"A-{name}", "customer_id": name} for name in names]


def sales(customer, month, value):
    return {"customer_id": customer, "indicator": "vat_sales", "period": f"{month}-28", "value": value}


def test_sales_routed_through_the_bank(facts_of):
    names = ("half", "none", "idle", "one", "moved", "gap", "other", "empty")
    entries = [
        entry("half", "2024-02-01", "50.00"),
        entry("half", "2024-02-29", "10.00", "cash"),
        entry("half", "2024-01-31", "900.00"),  # before the window
        entry("half", "2024-04-01", "900.00"),  # after it
        entry("half", "2024-03-31", "49.99", "other"),
        # No sales: interest, wages, own money, relatives, lenders, investments, and what was taken back.
        entry("half", "2024-02-10", "500.00", "interest"),
        entry("half", "2024-02-10", "500.00", "salary"),
        entry("half", "2024-02-10", "500.00", counterparty_id="half"),
        *(
            entry("half", "2024-02-10", "500.00", counterparty_class=one, tag=one)
            for one in ("related", "lender", "broker", "wealth", "gambling", "crypto")
        ),
        entry("half", "2024-02-10", "500.00", account="-loan"),
        entry("half", "2024-02-11", "700.00"),
        entry("half", "2024-02-12", "-700.00", reverses_id="half:2024-02-11:700.00:transfer:::"),
        entry("idle", "2024-02-10", "1.00"),
        entry("one", "2024-02-10", "1.00"),
        *(entry("moved", f"{month}-10", "80.00", counterparty_class="developer") for month in YEAR),
        entry("moved", "2024-02-10", "30.00"),
        entry("moved", "2024-03-10", "10.00"),
        *(entry("gap", f"{month}-10", "80.00") for month in YEAR),
        entry("gap", "2024-03-10", "50.00"),
        entry("other", "2024-03-10", "50.00"),
    ]
    indicators = [
        *(sales(name, month, "100.00") for name in ("half", "none") for month in ("2024-02", "2024-03")),
        sales("idle", "2024-02", "100.00"),
        sales("idle", "2024-03", "0"),
        sales("one", "2024-03", "100.00"),
        *(sales("moved", month, "100.00") for month in (*YEAR, "2024-02", "2024-03")),
        *(sales("gap", month, "100.00") for month in (*YEAR[1:], "2024-02", "2024-03")),
        sales("empty", "2024-02", "-5.00"),
        sales("empty", "2024-03", "100.00"),
    ]
    accounts = [
        *owned(*names),
        {"account_id": "A-half-loan", "customer_id": "half", "kind": "loan_repayment"},
    ]
    rows = facts_of(
        "customer",
        DAY,
        customer=[{"customer_id": "bankless"}],
        account=accounts,
        entry=entries,
        customer_indicator=indicators,
    )
    routed = {name: rows[name]["sales_routed_share_2m"] for name in (*names, "bankless")}
    assert routed == {
        "half": Decimal("0.600000"),  # February; March is 0.4999
        "none": Decimal("0.000000"),  # sales, and nothing came in here
        "idle": Decimal("1.000000"),  # nothing sold in March
        "one": None,  # February is not known
        "moved": Decimal("0.300000"),
        "gap": Decimal("0.500000"),
        "other": None,
        "empty": Decimal("1.000000"),  # credit notes beyond sales
        "bankless": None,
    }
    against = {name: rows[name]["sales_routed_2m_vs_12m"] for name in names}
    # 40 of 200 now, 960 of 1,200 before.
    assert against == {**dict.fromkeys(names), "moved": Decimal("0.250000")}


def test_without_the_feeds_nothing_is_known(facts_of):
    told = (
        "sales_routed_share_2m",
        "sales_routed_2m_vs_12m",
        "days_since_payroll_days",
        "payroll_month_count",
        "owner_outflow_share_60d",
        "top_buyer_receipts_2m_yoy",
        "gambling_payment_count_90d",
    )
    row = facts_of("customer", DAY, account=owned("A"))["A"]
    assert [row[name] for name in told] == [None] * 7
    # Entries that name no counterparty: payroll alone can be told.
    row = facts_of("customer", DAY, account=owned("A"), entry=[entry("A", "2024-04-01", "-5.00")])["A"]
    assert [row[name] for name in told] == [None, None, None, 0, None, None, None]


def test_payroll_that_stops(facts_of):
    def wages(name, *days):
        return [entry(name, day, "-10.00", "payroll_out", tag=str(n)) for n, day in enumerate(days)]

    entries = [
        *wages("steady", "2023-12-15", "2024-01-15", "2024-02-15", "2024-02-28", "2024-03-01"),
        *wages("broken", "2023-11-15", "2024-01-15", "2024-02-15"),
        *wages("turn", "2023-10-15", "2023-11-15", "2023-12-15", "2024-01-02"),
        *wages("early", "2022-12-31"),
        *wages("first", "2023-01-01"),
        entry("paid", "2024-03-01", "10.00", "payroll_out"),  # money in is no payroll
        *wages("undone", "2024-01-15", "2024-02-15"),
        entry(
            "undone",
            "2024-02-16",
            "10.00",
            "payroll_out",
            reverses_id="undone:2024-02-15:-10.00:payroll_out:::1",
        ),
        *wages("ahead", "2024-04-16"),
        *wages("today", "2024-04-15"),
    ]
    names = ("steady", "broken", "turn", "early", "first", "paid", "undone", "ahead", "today")
    rows = facts_of("customer", DAY, account=owned(*names), entry=entries)
    found = {
        name: (rows[name]["days_since_payroll_days"], rows[name]["payroll_month_count"]) for name in names
    }
    assert found == {
        "steady": (45, 4),  # 1 March to 15 April
        "broken": (60, 2),
        "turn": (104, 4),
        "early": (None, 0),
        "first": (470, 1),
        "paid": (None, 0),
        "undone": (91, 1),
        "ahead": (None, 0),
        "today": (0, 1),
    }


def test_money_that_goes_to_the_owners(facts_of):
    firms = ("run", "held", "wed", "tagged", "parent", "left", "blind", "quiet", "self", "cash")
    people = [{"customer_id": name, "kind": "individual"} for name in ("P", "Q", "S")]

    def tie(source, target, kind, **more):
        return {"from_customer_id": source, "to_customer_id": target, "kind": kind, **more}

    def paid(firm, day, amount, to=None, kind="transfer", **more):
        return entry(firm, day, f"-{amount}", kind, counterparty_id=to, **more)

    relations = [
        tie("P", "run", "controller"),
        tie("P", "run", "legal_representative", until="2024-04-15"),
        tie("P", "held", "shareholder"),
        tie("S", "Q", "spouse"),
        tie("Q", "wed", "shareholder"),
        tie("firm", "parent", "controller"),
        tie("P", "left", "controller", until="2024-04-14"),
        tie("P", "blind", "controller"),
        tie("P", "quiet", "controller"),
        tie("P", "self", "controller"),
        tie("P", "cash", "controller"),
        tie("run", "Q", "employer"),
    ]
    entries = [
        paid("run", "2024-02-16", "30.00", "P"),  # the first of sixty days
        paid("run", "2024-02-15", "900.00", "P"),
        paid("run", "2024-03-01", "60.00", "Q"),
        paid("run", "2024-04-15", "10.00"),
        entry("run", "2024-03-01", "900.00", counterparty_id="P"),  # money in
        paid("held", "2024-03-01", "1.00", "P"),
        paid("held", "2024-03-01", "2.00", "X"),
        paid("wed", "2024-03-01", "1.00", "S"),
        paid("wed", "2024-03-01", "3.00", "X"),
        paid("tagged", "2024-03-01", "1.00", "Q", counterparty_class="related"),
        paid("tagged", "2024-03-01", "1.00", "firm", counterparty_class="related"),
        paid("tagged", "2024-03-02", "2.00", "Q", counterparty_class="lender"),
        paid("parent", "2024-03-01", "1.00", "firm"),
        paid("left", "2024-03-01", "1.00", "P"),
        paid("blind", "2024-03-01", "1.00"),
        paid("self", "2024-03-01", "1.00", "P"),
        paid("self", "2024-03-01", "9.00", "self"),  # between own accounts
        paid("cash", "2024-03-01", "9.00", kind="cash"),
    ]
    customers = [*people, *({"customer_id": name, "kind": "corporate"} for name in ("firm", "X", *firms))]
    book = {"customer": customers, "account": owned(*firms), "entry": entries}
    rows = facts_of("customer", DAY, relation=relations, **book)
    share = {name: rows[name]["owner_outflow_share_60d"] for name in firms}
    assert {name: None if one is None else str(one) for name, one in share.items()} == {
        "run": "0.300000",
        "held": "0.333333",
        "wed": "0.250000",
        "tagged": "0.250000",
        "parent": "0.000000",
        "left": "0.000000",
        "blind": None,  # a transfer, and it is not said to whom
        "quiet": "0.000000",
        "self": "1.000000",
        "cash": "0.000000",
    }
    assert rows["P"]["owner_outflow_share_60d"] is None  # has no account


def test_the_largest_buyers_and_gambling(facts_of):
    buyers = [("b1", "60"), ("b2", "50"), ("b3", "40"), ("b4", "30"), ("b5", "20"), ("b6", "20")]
    entries = [
        # Of b5 and b6, alike in the year, b5 is among the five by name.
        *(entry("five", "2023-03-10", amount, counterparty_id=name) for name, amount in buyers),
        entry("five", "2024-03-10", "100", counterparty_id="b1"),
        entry("five", "2024-03-10", "900", counterparty_id="b6"),
        entry("five", "2024-03-10", "900", counterparty_id="new"),
        entry("five", "2024-04-10", "900", counterparty_id="b1"),  # the month is not over
        entry("five", "2023-01-31", "900", counterparty_id="b1"),  # before the year
        entry("five", "2023-03-11", "900"),  # of nobody
        entry("named", "2023-02-01", "100", counterparty_name="The mill"),
        entry("named", "2023-08-01", "500", counterparty_name="The mill"),
        entry("named", "2024-02-01", "25", counterparty_name="The mill"),
        entry("season", "2023-08-01", "500", counterparty_id="b1"),
        entry("season", "2024-02-01", "500", counterparty_id="b1"),
        entry("lost", "2023-02-28", "500", counterparty_id="b1"),
        entry("bets", "2024-01-17", "-1", counterparty_class="gambling"),  # the first of ninety days
        entry("bets", "2024-01-16", "-1", counterparty_class="gambling"),
        entry("bets", "2024-04-15", "-1", counterparty_class="crypto"),
        entry("bets", "2024-03-01", "-1", counterparty_class="wealth"),
        entry("bets", "2024-03-01", "9", counterparty_class="gambling"),  # what was won
        entry("bets", "2024-03-02", "-2", counterparty_class="crypto"),
        entry(
            "bets",
            "2024-03-03",
            "2",
            reverses_id="bets:2024-03-02:-2:transfer:::",
            counterparty_class="crypto",
        ),
    ]
    names = ("five", "named", "season", "lost", "bets", "still")
    rows = facts_of("customer", DAY, account=owned(*names), entry=entries)
    against = {name: rows[name]["top_buyer_receipts_2m_yoy"] for name in names}
    assert {name: None if one is None else str(one) for name, one in against.items()} == {
        "five": "0.500000",  # 100 over 60 + 50 + 40 + 30 + 20
        "named": "0.250000",
        "season": None,  # nothing in the same months last year
        "lost": "0.000000",
        "bets": None,
        "still": None,
    }
    bets = {name: rows[name]["gambling_payment_count_90d"] for name in names}
    assert bets == {**dict.fromkeys(names, 0), "bets": 2}
