"""Bills and their funds, margins, letters of credit, commitments, rolling bills; worked out by hand."""

from __future__ import annotations

from decimal import Decimal

DAY = "2024-06-28"
BILL = {"exposure_kind": "acceptance", "amount": "1000.00", "disbursed_on": "2024-01-05"}


def exposure(name, customer, **more):
    return {"loan_id": name, "customer_id": customer, "contract_id": f"K-{name}", **more}


def bill(name, customer, matures="2024-07-05", **more):
    return exposure(name, customer, **{**BILL, "matures_on": matures, **more})


def margin(name, deposited, required="300.00", day="2024-06-01"):
    return {"loan_id": name, "on_date": day, "required": required, "deposited": deposited}


def account(name, customer, **more):
    return {"account_id": name, "customer_id": customer, **more}


def stands(name, balance):
    return {
        "entry_id": name,
        "account_id": name,
        "booked_on": "2024-06-20",
        "amount": "1.00",
        "balance_after": balance,
    }


def event(kind, subject, name, day):
    told = {"subject_kind": subject, "subject_id": name, "kind": kind, "occurred_on": day}
    return {"event_id": f"{kind}:{name}:{day}", **told}


def record(name, day, balance):
    return {"loan_id": name, "on_date": day, "balance": balance}


def advance(name, day, repaid):
    return {"loan_id": name, "advanced_on": day, "amount": "1.00", "repaid_on": repaid}


def test_exposures_off_the_sheet(facts_of):
    credit = {"exposure_kind": "letter_of_credit", "matures_on": "2024-12-31"}
    commitment = {"exposure_kind": "undrawn_commitment", "amount": "1000.00", "matures_on": "2024-12-31"}
    drawn = {
        "most": (("2024-06-13", "1000.00"), ("2024-06-20", "400.00")),
        "nothing": (("2024-06-01", "1000.00"),),
        "oldest": (("2024-05-09", "1000.00"), ("2024-06-28", "0.00")),
        "tooold": (("2024-05-08", "1000.00"), ("2024-06-28", "0.00")),
        "fresh": (("2024-06-14", "1000.00"),),
        "raised": (("2024-06-13", "500.00"), ("2024-06-20", "900.00")),
        "empty": (("2024-06-13", "0.00"), ("2024-06-20", "0.00")),
    }
    rows = facts_of(
        "loan",
        DAY,
        loan=[
            bill("first", "A", "2024-07-01"),
            bill("second", "A", "2024-07-05"),
            bill("third", "A", "2024-07-05"),
            bill("covered", "B"),
            bill("blind", "C"),
            bill("bare", "D", "2024-06-28"),
            bill("gone", "D", "2024-06-27"),
            bill("dollars", "E", currency="USD"),
            exposure("credit", "F", **credit),
            exposure("credit2", "F", **credit),
            exposure("credit3", "F", **credit),
            *(exposure(name, "G", **commitment) for name in drawn),
        ],
        margin=[
            margin("first", "0.00", day="2024-05-01"),
            margin("first", "300.00"),
            margin("first", "999.00", day="2024-06-29"),
            margin("second", "500.00", "500.01"),
            margin("third", "0.00", "0.00"),
            margin("covered", "1000.00", "1000.00"),
            margin("blind", "999.99", "999.99"),
            margin("dollars", "50.00", "100.00"),
        ],
        account=[
            account("A1", "A"),
            account("A2", "A", kind="margin"),
            account("A3", "A", frozen_on="2024-06-01"),
            account("D1", "D"),
            account("E1", "E"),
        ],
        entry=[
            stands("A1", "1200.00"),
            stands("A2", "900.00"),
            stands("A3", "900.00"),
            stands("D1", "999.99"),
            stands("E1", "3150.00"),
        ],
        event=[
            event("voucher_duplicate", "loan", "credit", "2023-06-30"),
            event("document_forged", "contract", "K-credit", "2024-06-28"),
            event("use_changed_without_consent", "loan", "credit", "2023-06-29"),
            event("voucher_duplicate", "customer", "F", "2024-06-01"),
            event("voucher_missing", "loan", "credit2", "2024-06-01"),
            event("lc_discrepancy", "loan", "credit", "2024-01-01"),
            event("lc_discrepancy", "loan", "credit", "2024-06-20"),
            event("lc_discrepancy", "loan", "credit2", "2023-12-31"),
            event("lc_discrepancy", "loan", "credit3", "2024-06-28"),
        ],
        position=[record(name, *row) for name, told in drawn.items() for row in told],
        fx=[{"currency": "USD", "on_date": "2024-01-01", "rate": "7"}],
        advance=[
            advance("first", "2023-12-11", "2023-12-31"),
            advance("first", "2024-05-01", "2024-05-06"),
            advance("second", "2023-12-10", "2023-12-30"),
            advance("third", "2024-06-01", None),
        ],
    )

    def told(name, *facts):
        return [rows[name][fact] for fact in facts]

    # The first takes 700 of 1,200; the second may have 500 and lacks nothing, the third has nothing left.
    funded = {name: rows[name]["bill_funded_share"] for name in ("first", "second", "third")}
    assert funded == {"first": Decimal("1.5"), "second": Decimal(1), "third": Decimal(0)}
    others = ("covered", "blind", "bare", "gone", "dollars", "credit")
    assert told("covered", "bill_funded_share") == [Decimal(1)]
    assert [rows[name]["bill_funded_share"] for name in others] == [
        Decimal(1),
        None,
        Decimal("0.99999"),
        None,
        Decimal("0.5"),  # 350 and 3,150 of 7,000
        None,
    ]
    margins = ("margin_required_amt", "margin_deposited_share")
    assert told("first", *margins) == [Decimal("300.00"), Decimal(1)]
    assert told("second", *margins) == [Decimal("500.01"), Decimal("0.99998")]
    assert told("third", *margins) == [Decimal("0.00"), None]
    assert told("credit", *margins) == [Decimal("0.00"), None]
    # Repaid 180 days ago it still speaks, 181 days ago no more; of two the one that stood longer.
    advanced = ("advance_days", "advance_repaid_within_days")
    assert [told(name, *advanced) for name in ("first", "second", "third", "credit")] == [
        [0, 20],
        [0, None],
        [27, None],
        [0, None],
    ]
    reported = ("doubtful_trade_count_365d", "lc_discrepancy_open_days")
    assert told("credit", *reported) == [2, 179]
    assert told("credit2", *reported) == [0, 0]
    assert told("credit3", *reported) == [0, 0]
    shares = {name: rows[name]["commitment_drawn_share_15d"] for name in drawn}
    assert shares == {
        "most": Decimal("0.6"),
        "nothing": Decimal(0),
        "oldest": Decimal(1),
        "tooold": None,
        "fresh": None,
        "raised": Decimal(0),
        "empty": Decimal(0),
    }
    assert told("first", "commitment_drawn_share_15d") == [None]


def test_rolling_bills_and_both_sides_of_the_sheet(facts_of):
    def old(customer, matures, **more):
        closed = {"closed_on": matures, "close_reason": "repaid"}
        return bill(f"{customer}-{matures}", customer, matures, disbursed_on="2023-06-01", **closed, **more)

    def new(customer, issued, amount="900.00", matures="2024-12-20", **more):
        return bill(f"{customer}+{issued}", customer, matures, disbursed_on=issued, amount=amount, **more)

    def decision(name, five):
        told = {"decided_on": "2024-03-01", "kind": "approval", "scheme_id": "cn10a", "level_code": "01"}
        return {"loan_id": name, "five_level": five, **told}

    ends = ("2024-01-10", "2024-02-10", "2024-03-10")
    loan = {"exposure_kind": "loan"}
    customers = {
        "rolls": [
            *(old("rolls", day) for day in ends),
            *(new("rolls", day) for day in ("2023-12-31", "2024-02-20")),
            new("rolls", "2024-03-10", "950.00"),
        ],
        "late": [
            *(old("late", day) for day in ends),
            *(new("late", day) for day in ("2024-01-10", "2024-02-10", "2024-03-21")),
        ],
        "early": [
            *(old("early", day) for day in ends),
            *(new("early", day) for day in ("2023-12-30", "2024-02-10", "2024-03-10")),
        ],
        # Two bills of March are one cycle; what is issued for it may come before the first or after the last.
        "twice": [
            *(old("twice", day) for day in (*ends, "2024-03-20")),
            *(new("twice", day) for day in ("2024-01-10", "2024-02-10")),
            new("twice", "2024-03-30", "2000.00"),
        ],
        "grew": [
            old("grew", "2023-11-10"),
            *(old("grew", day) for day in ends),
            *(new("grew", day, "1200.00") for day in ends),
        ],
        "few": [*(old("few", day) for day in ends[:2]), *(new("few", day) for day in ends[:2])],
        "ancient": [
            old("ancient", "2022-06-28"),
            old("ancient", "2022-06-29"),
            new("ancient", "2024-06-28", "5.00"),
        ],
        "dollars": [
            *(old("dollars", day) for day in ends),
            *(new("dollars", day, "100.00", currency="USD") for day in ends),
        ],
        "better": [
            exposure("better1", "better", **loan),
            exposure("better2", "better", **loan),
            bill("better3", "better"),
            bill("better4", "better"),
        ],
        "worse": [exposure("worse1", "worse", **loan), bill("worse2", "worse")],
        "unclassed": [exposure("unclassed1", "unclassed", **loan), bill("unclassed2", "unclassed")],
        "onlyon": [exposure("onlyon1", "onlyon", **loan)],
        "entrusted": [exposure("entrusted1", "entrusted", **loan), bill("entrusted2", "entrusted")],
    }
    rows = facts_of(
        "customer",
        DAY,
        loan=[row for told in customers.values() for row in told],
        contract=[
            {"contract_id": "K-entrusted1", "customer_id": "entrusted", "is_entrusted": True},
            {"contract_id": "K-entrusted2", "customer_id": "entrusted"},
        ],
        class_decision=[
            decision("better1", "normal"),
            decision("better2", "substandard"),
            decision("better3", "special_mention"),
            decision("better4", "normal"),
            decision("worse1", "normal"),
            decision("worse2", "special_mention"),
            decision("unclassed2", "normal"),
            decision("onlyon1", "normal"),
        ],
        fx=[{"currency": "USD", "on_date": "2024-01-01", "rate": "7"}],
    )
    found = {
        name: (rows[name]["bill_cycle_count"], rows[name]["rolled_bill_share_last3"]) for name in customers
    }
    assert found == {
        "rolls": (3, Decimal("0.9")),
        "late": (3, Decimal(0)),
        "early": (3, Decimal(0)),
        "twice": (3, Decimal("0.9")),
        "grew": (4, Decimal("1.2")),
        "few": (2, None),
        "ancient": (1, None),
        "dollars": (3, Decimal("0.7")),
        **dict.fromkeys(("better", "worse", "unclassed", "onlyon", "entrusted"), (0, None)),
    }
    sides = ("on_sheet_count", "off_sheet_count", "off_sheet_class_gap")
    assert {name: [rows[name][one] for one in sides] for name in list(customers)[-5:]} == {
        "better": [2, 2, 2],  # substandard on the sheet against normal off it
        "worse": [1, 1, -1],
        "unclassed": [1, 1, None],
        "onlyon": [1, 0, None],
        "entrusted": [0, 1, None],
    }


def test_without_their_feeds_nothing_is_known(facts_of):
    row = facts_of("loan", DAY, loan=[bill("L", "C")])["L"]
    names = (
        "bill_funded_share",
        "margin_required_amt",
        "margin_deposited_share",
        "doubtful_trade_count_365d",
        "lc_discrepancy_open_days",
        "commitment_drawn_share_15d",
    )
    assert [row[name] for name in names] == [None] * 6
