"""Who pays and with whose money: third parties, bridges, interest, renewals; worked out by hand."""

from __future__ import annotations

from decimal import Decimal

DAY = "2024-06-28"
MONTHS = ("2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04", "2024-05")
"""One before the six full months up to the day, then those."""

NEW = {"disbursed_on": "2024-03-15", "matures_on": "2025-03-15", "amount": "1000.00"}
OLD = {
    "disbursed_on": "2023-03-15",
    "matures_on": "2024-03-15",
    "amount": "1000.00",
    "closed_on": "2024-03-15",
}


def loan(name, **more):
    return {"loan_id": name, "customer_id": f"C-{name}", "contract_id": f"K-{name}", **more}


def paid(name, day, amount="100.00", **more):
    return {"payment_id": f"{name}:{day}", "loan_id": name, "paid_on": day, "amount": amount, **more}


def instalments(name, *payers):
    """Give seven instalments, each paid on its day by one of the payers, `?` unknown, `-` not at all."""
    due = [{"loan_id": name, "due_on": f"{month}-10", "principal": "100.00"} for month in MONTHS]
    told = zip(MONTHS, payers, strict=True)
    by = [paid(name, f"{month}-10", **who(payer)) for month, payer in told if payer != "-"]
    return due, by


def who(payer):
    if payer == "?":
        return {}
    return {"payer_account_id": payer} if payer.startswith("A-") else {"payer_customer_id": payer}


def test_instalments_paid_by_others(facts_of):
    own, other = "C-half", "S"
    cases = {
        "half": ((other, own, other, own, other, own, other), "0.5"),
        "kin": (("S", "A-wife", "A-wife", "C-kin", "M", "M", "C-kin"), "0"),
        "ended": (("A-exwife",) * 7, "1"),
        "unknown": (("?",) * 7, None),
        "mixed": (("?", "?", "?", "?", "?", "C-mixed", "S"), "0.5"),
        "elsewhere": (("A-nobody",) * 7, None),
        "unmet": (("-",) * 7, "0"),
        "undone": (("C-undone", "S", *(("C-undone",) * 5)), "0"),
    }
    parts = {name: instalments(name, *payers) for name, (payers, _) in cases.items()}
    taken_back = paid("undone", "2024-01-05", "-100.00", reverses_id="undone:2023-12-10")
    relations = [
        {"from_customer_id": "W", "to_customer_id": "C-kin", "kind": "spouse"},
        {"from_customer_id": "C-kin", "to_customer_id": "M", "kind": "co_borrower"},
        {"from_customer_id": "C-ended", "to_customer_id": "X", "kind": "spouse", "until": "2024-06-27"},
        {"from_customer_id": "C-half", "to_customer_id": "S", "kind": "supplier"},
    ]
    rows = facts_of(
        "loan",
        DAY,
        loan=[*(loan(name) for name in cases), loan("undated")],
        customer=[{"customer_id": name} for name in ("W", "M", "X", "S")],
        account=[
            {"account_id": "A-wife", "customer_id": "W"},
            {"account_id": "A-exwife", "customer_id": "X"},
        ],
        due=[row for due, _ in parts.values() for row in due],
        payment=[*(row for _, by in parts.values() for row in by), taken_back],
        relation=relations,
    )
    found = {name: rows[name]["third_party_paid_share_6m"] for name in cases}
    assert found == {name: share and Decimal(share) for name, (_, share) in cases.items()}
    assert rows["undated"]["third_party_paid_share_6m"] is None


def test_bridges_into_a_new_loan(facts_of):
    def moves(name, *flows, party="X"):
        return [
            {
                "entry_id": f"E{name}{n}",
                "account_id": f"A-{name}",
                "booked_on": day,
                "amount": amount,
                "counterparty_id": party,
            }
            for n, (day, amount) in enumerate(flows)
        ]

    entries = [
        *moves("full", ("2024-03-09", "800.00"), ("2024-03-25", "-800.00")),
        *moves("early", ("2024-03-08", "900.00"), ("2024-03-25", "-900.00")),
        *moves("kept", ("2024-03-09", "900.00"), ("2024-03-26", "-900.00")),
        *moves("swapped", ("2024-03-10", "900.00")),
        *moves("swapped-", ("2024-03-20", "-900.00"), party="Y"),
        *moves("part", ("2024-03-12", "1000.00"), ("2024-03-15", "-250.00"), ("2024-03-16", "-250.00")),
        *moves("himself", ("2024-03-12", "1000.00"), ("2024-03-15", "-1000.00"), party="C-himself"),
        *moves("thirty", ("2024-02-14", "1000.00"), ("2024-03-15", "-1000.00")),
        *moves("longago", ("2024-02-13", "1000.00"), ("2024-03-15", "-1000.00")),
        *moves("silent", ("2024-03-12", "1000.00"), ("2024-03-15", "-1000.00"), party=None),
        *moves("dollars", ("2024-03-12", "630.00"), ("2024-03-15", "-700.00")),
        *moves("undone", ("2024-03-12", "1000.00"), ("2024-03-15", "-1000.00")),
        {
            "entry_id": "back",
            "account_id": "A-undone",
            "booked_on": "2024-03-13",
            "amount": "-1000.00",
            "reverses_id": "Eundone0",
        },
        *moves("first", ("2024-01-01", "1000.00"), ("2024-01-02", "-1000.00")),
        *moves("before", ("2023-12-31", "1000.00"), ("2024-01-01", "-1000.00")),
        *moves("alone", ("2024-03-12", "1000.00"), ("2024-03-15", "-1000.00")),
    ]
    for row in entries:
        if row["account_id"] == "A-swapped-":
            row["account_id"] = "A-swapped"
    named = [
        {**row, "counterparty_id": None, "counterparty_name": "Somebody", "account_id": "A-byname"}
        for row in moves("byname", ("2024-03-12", "1000.00"), ("2024-03-15", "-1000.00"))
    ]
    repaid = {
        "thirty": "2024-02-14",
        "longago": "2024-02-13",
        "first": "2024-01-01",
        "before": "2023-12-31",
    }
    expected = {
        "full": "0.8",
        "early": "0",
        "kept": "0",
        "swapped": "0",
        "part": "0.5",
        "himself": "0",
        "byname": "0",
        "thirty": "1",
        "longago": "0",
        "silent": None,
        "blind": None,
        "dollars": "0.9",
        "undone": "0",
        "first": "1",
        "before": "0",
        "alone": "0",
    }
    loans, payments = [], []
    for name in expected:
        start = {"first": "2024-01-01", "before": "2023-12-31"}.get(name, "2024-03-15")
        dollars = {"currency": "USD", "amount": "100.00"} if name == "dollars" else {}
        loans.append(loan(name, **{**NEW, "disbursed_on": start}))
        before = {**OLD, **dollars, "loan_id": f"{name}0"}
        loans.append({**loan(name, **before), "loan_id": f"{name}0", "contract_id": f"K-{name}0"})
        if name != "alone":
            day = repaid.get(name, "2024-03-12")
            payments.append(paid(f"{name}0", day, "100.00" if dollars else "1000.00"))
    rows = facts_of(
        "loan",
        DAY,
        loan=loans,
        payment=payments,
        account=[
            {"account_id": f"A-{name}", "customer_id": f"C-{name}"} for name in expected if name != "blind"
        ],
        entry=[*entries, *named],
        fx=[{"currency": "USD", "on_date": "2024-01-01", "rate": "7"}],
    )
    found = {name: rows[name]["bridge_share"] for name in expected}
    assert found == {name: share and Decimal(share) for name, share in expected.items()}


def test_interest_that_only_the_new_loan_could_pay(facts_of):
    start = "2024-05-20"
    days = {
        "short": ("2024-05-25",),
        "late": ("2024-05-26",),
        "enough": ("2024-05-20",),
        "twice": ("2024-05-21", "2024-05-22"),
        "unsplit": ("2024-05-21",),
        "blind": ("2024-05-21",),
        "margin": ("2024-05-20",),
        "quiet": (),
        "aged": ("2024-05-21",),
    }
    stood = {"enough": "60.00", "twice": "110.00"}
    entries = [
        {
            "entry_id": f"E{name}",
            "account_id": f"A-{name}",
            "booked_on": "2024-05-10",
            "amount": "1.00",
            "balance_after": stood.get(name, "59.99"),
        }
        for name in days
        if name != "blind"
    ]
    payout = {
        **entries[0],
        "entry_id": "payout",
        "booked_on": start,
        "amount": "1000.00",
        "balance_after": "1059.99",
    }
    deposit = {**entries[0], "entry_id": "deposit", "account_id": "M", "balance_after": "900.00"}
    accounts = [{"account_id": f"A-{name}", "customer_id": f"C-{name}"} for name in days if name != "blind"]
    rows = facts_of(
        "loan",
        DAY,
        loan=[
            loan(name, **{**NEW, "disbursed_on": "2023-12-31" if name == "aged" else start}) for name in days
        ],
        payment=[
            paid(name, day, "60.00", **({} if name == "unsplit" else {"interest": "60.00"}))
            for name, when in days.items()
            for day in when
        ],
        account=[*accounts, {"account_id": "M", "customer_id": "C-margin", "kind": "margin"}],
        entry=[*entries, payout, deposit],
    )
    assert {name: rows[name]["interest_from_drawdown_count"] for name in days} == {
        "short": 1,
        "late": 0,
        "enough": 0,
        "twice": 1,
        "unsplit": None,
        "blind": None,
        "margin": 1,
        "quiet": 0,
        "aged": 0,
    }


def test_extensions_and_renewals(facts_of):
    def renewed(name, of, amount="1000.00", kind="new_for_old", **more):
        return loan(name, refinances_loan_id=of, renewal_kind=kind, amount=amount, **more)

    changes = [
        {"loan_id": "E2", "changed_on": "2024-01-05", "kind": "extension"},
        {"loan_id": "E3", "changed_on": "2024-01-05", "kind": "extension"},
        {"loan_id": "E3", "changed_on": "2024-02-05", "kind": "extension"},
        {"loan_id": "E3", "changed_on": "2024-03-05", "kind": "rate_cut"},
        {"loan_id": "E3", "changed_on": "2024-06-29", "kind": "extension"},
    ]
    loans = [
        loan("E2", extension_count=2),
        loan("E3"),
        loan("E0", extension_count=0, renewal_kind="none", refinances_loan_id="E2"),
        loan("R1", amount="1000.00"),
        renewed("R2", "R1", "1000.00"),
        renewed("R3", "R2", "999.99"),
        renewed("R4", "R3", "999.99", kind=None),
        renewed("R5", "R4", "1200.00", kind="no_principal_renewal"),
        renewed("lost", "gone"),
        renewed("named", "gone", kind="no_principal_renewal"),
        renewed("extended", "R1", kind="extension"),
        renewed("dollars", "R1", "1000.00", currency="USD"),
        renewed("round", "round"),
    ]
    rows = facts_of(
        "loan",
        DAY,
        loan=loans,
        restructuring=changes,
        fx=[{"currency": "USD", "on_date": "2024-01-01", "rate": "7"}],
    )
    assert [rows[name]["agreed_extension_count"] for name in ("E2", "E3", "E0")] == [2, 2, 0]
    assert {name: row["renewal_in_full_count"] for name, row in rows.items() if name[0] != "E"} == {
        "R1": 0,
        "R2": 1,
        "R3": 0,
        "R4": 1,
        "R5": 2,
        "lost": 0,
        "named": 1,
        "extended": 0,
        "dollars": 0,
        "round": 5,
    }


def test_without_their_feeds_nothing_is_known(facts_of):
    due, by = instalments("L", *(("S",) * 7))
    row = facts_of("loan", DAY, loan=[loan("L", **NEW)], due=due, payment=by)["L"]
    names = (
        "third_party_paid_share_6m",
        "bridge_share",
        "interest_from_drawdown_count",
        "agreed_extension_count",
        "renewal_in_full_count",
    )
    assert [row[name] for name in names] == [None] * 5
