"""Who pays and with whose money (family REP): third parties, bridges, interest out of new loans, renewals."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import schedule
from postloan.facts.context import Context, by_id, last_days, standing, within, zero
from postloan.facts.registry import fact

_PAID = "payment.loan_id payment.paid_on payment.amount payment.reverses_id"
_NEW = "loan.customer_id loan.disbursed_on loan.exposure_kind"
_RENEWED = "loan.refinances_loan_id loan.renewal_kind loan.amount loan.currency"

FACTS = (
    fact(
        "loan.third_party_paid_share_6m",
        "Of the instalments of the last six full months met by a payment whose payer is known, those paid by "
        "neither the borrower nor a spouse or co-borrower; 0 where none was met.",
        zh="近六个整月内已还且付款人可知的各期中，由借款人、配偶、共同借款人以外的人付款的占比；没有已还的为0。",
        needs="due payment relation",
        sources=f"due.due_on due.principal due.interest due.fees {_PAID} payment.payer_customer_id "
        "payment.payer_account_id account.customer_id relation.from_customer_id relation.to_customer_id "
        "relation.kind relation.until",
    ),
    fact(
        "loan.bridge_share",
        "Of a new loan: the greatest part of a day's repayments of the customer's other loans shortly before "
        "it that came as one sum from an outside party within bridge_inflow_days, and that this party got "
        "back within bridge_return_days of payout; 0 where there is none, or for an older loan.",
        zh="新贷款发放前短期内客户其他贷款单日还款中，由单一外部方在还款前数日内一次性转入、并在放款后数日内收回的最大占比"
        "（天数均为参数）；没有或非新贷款为0。",
        needs="payment account entry",
        keeps="calendar",
        sources=f"{_NEW} {_PAID} fx.rate account.customer_id customer.name entry.account_id entry.booked_on "
        "entry.amount entry.counterparty_id entry.counterparty_account entry.counterparty_name "
        "entry.reverses_id",
    ),
    fact(
        "loan.interest_from_drawdown_count",
        "Of a new loan: payments of interest, on any loan of the customer's, within drawdown_interest_days "
        "from payout that what stood on the accounts the evening before payout did not cover; 0 for an older "
        "loan.",
        zh="新贷款发放后数日内（参数）客户各笔贷款付息中，放款前一晚账户余额不足以支付的笔数；非新贷款为0。",
        needs="payment account entry",
        keeps="calendar",
        sources=f"{_NEW} {_PAID} payment.interest fx.rate account.customer_id account.kind entry.account_id "
        "entry.booked_on entry.balance_after",
    ),
    fact(
        "loan.agreed_extension_count",
        "Extensions agreed so far: as the loan says, or as the changes of its terms count them, whichever is "
        "more.",
        zh="已约定的展期次数：贷款记录所载与条款变更记录所计，取较大者。",
        sources="loan.extension_count restructuring.loan_id restructuring.kind",
    ),
    fact(
        "loan.renewal_in_full_count",
        "Renewals one after another, this loan's the last, each for at least what the loan before was "
        "granted for; by its kind where that is not known; five are looked back on.",
        zh="本笔贷款向前连续的续贷次数，每次金额不低于前一笔发放金额（金额未知的按续贷方式）；最多回看五次。",
        sources=_RENEWED,
    ),
)

_CHAIN = 5
"""Renewals that are looked back on."""


def compute(context: Context) -> None:
    """Tell the facts above."""
    book = context.book
    if all(book.has(name) for name in ("due", "payment", "relation")):
        context.tell("loan", _third_parties(context))
    if all(book.has(name) for name in ("payment", "account", "entry")):
        new = _new_loans(context)
        context.tell("loan", _bridges(context, new))
        context.tell("loan", _interest(context, new))
    if book.has_column("loan", "extension_count") or book.has("restructuring"):
        context.tell("loan", _extensions(context))
    if book.has_column("loan", "refinances_loan_id"):
        context.tell("loan", _renewals(context))


def _third_parties(context: Context) -> Table:
    met = context.made["met"]
    met = met.filter(within(met.due_on, context.months(6)) & met.met_by.notnull())
    paid = _payers(context)
    rows = met.inner_join(paid, [met.loan_id == paid["_loan"], met.met_by == paid["_number"]])
    loans = context.made["loans_known"]
    borrowers = loans.select(_borrowed="id", _borrower="customer_id")
    rows = rows.inner_join(borrowers, rows.loan_id == borrowers["_borrowed"])
    kin = _kin(context)
    rows = rows.left_join(kin, [rows["_borrower"] == kin["_one"], rows["_payer"] == kin["_other"]])
    is_other = (rows["_payer"] != rows["_borrower"]) & rows["_other"].isnull()
    sums = rows.group_by(_of=rows.loan_id).aggregate(
        _known=v.count_if(rows["_payer"].notnull()), _others=v.count_if(is_other)
    )
    rows = loans.select("id", "due_count").left_join(sums, loans["id"] == sums["_of"])
    none_met = rows["_known"].isnull() & rows.due_count.notnull()
    share = v.ratio(rows["_others"], rows["_known"])
    return rows.select("id", third_party_paid_share_6m=none_met.ifelse(v.literal(0, "decimal"), share))


def _payers(context: Context) -> Table:
    """Give who made each numbered payment: _loan, _number, _payer, null where nothing tells."""
    paid = schedule.numbered(context).select("payment_id", _loan="loan_id", _number="number")
    told = context.book.table("payment")
    told = told.select("payer_customer_id", "payer_account_id", _payment="payment_id")
    owners = context.book.table("account").select(_account="account_id", _owner="customer_id")
    told = told.left_join(owners, told.payer_account_id == owners["_account"])
    rows = paid.inner_join(told, paid.payment_id == told["_payment"])
    return rows.select("_loan", "_number", _payer=v.coalesce(rows.payer_customer_id, rows["_owner"]))


def _kin(context: Context) -> Table:
    """Give who may pay for whom: _one, _other, both ways."""
    rows = context.book.table("relation")
    stands = rows.until.isnull() | (rows.until >= context.day)
    rows = rows.filter(rows.kind.isin(("spouse", "co_borrower")) & stands)
    there = rows.select(_one="from_customer_id", _other="to_customer_id")
    back = rows.select(_one="to_customer_id", _other="from_customer_id")
    return there.union(back).distinct()


def _new_loans(context: Context) -> Table:
    """Give the loans on the sheet paid out in the last new_loan_days: id, customer_id, disbursed_on."""
    loans = context.made["loans_known"]
    recent = last_days(loans.disbursed_on, context, context.whole("new_loan_days"))
    return loans.filter((loans.on_off == "on") & recent).select("id", "customer_id", "disbursed_on")


def _payments(context: Context) -> Table:
    """Give all payments, of closed loans too, in cents of the reporting currency."""
    paid = standing(context.book.table("payment"), "payment_id")
    loan = context.book.table("loan").select(_loan="loan_id", _debtor="customer_id", currency="currency")
    rate = context.made["rates"]
    paid = paid.inner_join(loan, paid.loan_id == loan["_loan"])
    paid = paid.left_join(rate, paid.currency == rate["_currency"])
    return paid.select(
        "_loan",
        "_debtor",
        "paid_on",
        "payment_id",
        is_split=paid.interest.notnull(),
        amount=v.convert(paid.amount, paid["_rate"]),
        interest=v.convert(paid.interest, paid["_rate"]),
    )


def _bridges(context: Context, new: Table) -> Table:
    """Match each repayment shortly before a new loan with one sum that came in and went back."""
    gap = context.whole("bridge_gap_days")
    paid = _payments(context)
    shortly = [
        new.customer_id == paid["_debtor"],
        paid.paid_on <= new.disbursed_on,
        paid.paid_on >= v.add_days(new.disbursed_on, -gap),
        new["id"] != paid["_loan"],
    ]
    days = new.inner_join(paid, shortly)
    days = days.group_by("id", "customer_id", "disbursed_on", "paid_on").aggregate(
        repaid=v.total(days.amount)
    )
    days = context.engine.materialise(days, "bridge_days")
    flows = context.engine.materialise(_outside_flows(context), "outside_flows")
    inflow = flows.filter(flows.amount > 0).select("_account_of", "_party", _on="booked_on", _in="amount")
    before = context.whole("bridge_inflow_days")
    funded = days.inner_join(
        inflow,
        [
            days.customer_id == inflow["_account_of"],
            inflow["_on"] <= days.paid_on,
            inflow["_on"] >= v.add_days(days.paid_on, -before),
        ],
    )
    back = _returned(context, new, flows)
    lent = funded.inner_join(
        back, [funded["id"] == back["_returned_of"], funded["_party"] == back["_returned_to"]]
    )
    part = v.ratio(v.least(lent["_in"], lent["_back"]), lent.repaid)
    shares = lent.group_by(id=lent["id"]).aggregate(bridge_share=part.max())
    repaid = days.group_by(id=days["id"]).aggregate(_repaid=v.count_if(days.repaid > 0))
    rows = by_id(
        {"shares": shares, "repaid": repaid}, context.made["loans_known"].select("id", "customer_id")
    )
    named = _named(context)
    rows = rows.left_join(named, rows.customer_id == named["_account_of"])
    nothing = v.literal(0, "decimal")
    share = v.when(
        [
            (rows["_repaid"].isnull() | (rows["_repaid"] == 0), nothing),
            (rows["_tells"], v.coalesce(rows.bridge_share, nothing)),
        ],
        v.null("decimal"),
    )
    return rows.select("id", bridge_share=share)


def _returned(context: Context, new: Table, flows: Table) -> Table:
    """Give what each party got back from payout on: _returned_of, _returned_to, _back."""
    out = flows.filter(flows.amount < 0).select("_account_of", "_party", _on="booked_on", _out="amount")
    after = context.whole("bridge_return_days")
    pairs = new.inner_join(
        out,
        [
            new.customer_id == out["_account_of"],
            out["_on"] >= new.disbursed_on,
            out["_on"] <= v.add_days(new.disbursed_on, after),
        ],
    )
    sums = pairs.group_by(_returned_of=pairs["id"], _returned_to=pairs["_party"]).aggregate(
        _sum=v.total(pairs["_out"])
    )
    return sums.select("_returned_of", "_returned_to", _back=zero() - sums["_sum"])


def _entries(context: Context) -> Table:
    """Give the entries that bridges can stand in, with their party: its number, account or name."""
    entry = context.book.table("entry")
    reach = sum(context.whole(name) for name in ("new_loan_days", "bridge_gap_days", "bridge_inflow_days"))
    entry = standing(entry, "entry_id").filter(last_days(entry.booked_on, context, reach))
    account = context.book.table("account").select(_account="account_id", _account_of="customer_id")
    entry = entry.inner_join(account, entry.account_id == account["_account"])
    party = v.coalesce(entry.counterparty_id, entry.counterparty_account, entry.counterparty_name)
    return entry.mutate(_party=party)


def _outside_flows(context: Context) -> Table:
    """Give what came from and went to others than the customer: _account_of, _party, booked_on, amount."""
    rows = _entries(context)
    names = context.book.table("customer").select(_named="customer_id", _name="name")
    rows = rows.left_join(names, rows["_account_of"] == names["_named"])
    own = context.book.table("account").select(_own="account_id", _own_of="customer_id")
    rows = rows.left_join(
        own, [rows.counterparty_account == own["_own"], rows["_account_of"] == own["_own_of"]]
    )
    himself: Column = (rows.counterparty_id == rows["_account_of"]).fill_null(False)
    himself = himself | (rows.counterparty_name == rows["_name"]).fill_null(False) | rows["_own"].notnull()
    rows = rows.filter(rows["_party"].notnull() & ~himself)
    return rows.select("_account_of", "_party", "booked_on", "amount")


def _named(context: Context) -> Table:
    """Tell of each customer with an account whether his entries, if any, name the other side."""
    rows = _entries(context)
    sums = rows.group_by(_of=rows["_account_of"]).aggregate(_count=v.count_if(rows["_party"].notnull()))
    owners = context.book.table("account").select(_account_of="customer_id").distinct()
    rows = owners.left_join(sums, owners["_account_of"] == sums["_of"])
    return rows.select("_account_of", _tells=rows["_count"].isnull() | (rows["_count"] > 0))


def _interest(context: Context, new: Table) -> Table:
    """Hold the interest paid out of each new loan against what was there the evening before it."""
    paid = _payments(context)
    soon = [
        new.customer_id == paid["_debtor"],
        paid.paid_on >= new.disbursed_on,
        paid.paid_on <= v.add_days(new.disbursed_on, context.whole("drawdown_interest_days")),
    ]
    rows = new.inner_join(paid, soon)
    order = [(rows.paid_on, "asc"), (rows.payment_id, "asc")]
    so_far = v.running_sum(rows.interest.fill_null(zero()), partition=[rows["id"]], order=order)
    rows = rows.mutate(_so_far=so_far)
    runs = context.made["account_runs"]
    runs = runs.filter(runs.balance_after.notnull() & ~runs.is_tied)
    runs = runs.select("booked_on", "until", "balance_after", _account_of="customer_id")
    then = [
        new.customer_id == runs["_account_of"],
        runs.booked_on < new.disbursed_on,
        runs.until >= new.disbursed_on,
    ]
    stood = new.inner_join(runs, then)
    funds = stood.group_by(_funds_of=stood["id"]).aggregate(
        _funds=v.total_if(stood.balance_after, stood.balance_after > 0)
    )
    rows = rows.left_join(funds, rows["id"] == funds["_funds_of"])
    is_interest = rows.interest > 0
    sums = rows.group_by(_of=rows["id"]).aggregate(
        _count=v.count_if(is_interest & (rows["_so_far"] > rows["_funds"])),
        _unsure=v.count_if(~rows.is_split | (is_interest & rows["_funds"].isnull())),
    )
    loans = context.made["loans_known"].select("id")
    rows = loans.left_join(sums, loans["id"] == sums["_of"])
    unsure = (rows["_count"] == 0) & (rows["_unsure"] > 0)
    count = unsure.fill_null(False).ifelse(v.null("integer"), rows["_count"].fill_null(zero()))
    return rows.select("id", interest_from_drawdown_count=count)


def _extensions(context: Context) -> Table:
    loans = context.made["loans_known"].select("id", "extension_count")
    if not context.book.has("restructuring"):
        return loans.select("id", agreed_extension_count="extension_count")
    changes = context.book.table("restructuring").filter(lambda t: t.kind == "extension")
    sums = changes.group_by(_of=changes.loan_id).aggregate(_count=changes.count())
    rows = loans.left_join(sums, loans["id"] == sums["_of"])
    counted = rows["_count"].fill_null(zero())
    return rows.select("id", agreed_extension_count=v.greatest(rows.extension_count, counted))


def _renewals(context: Context) -> Table:
    links = _links(context)
    loans = context.made["loans_known"].select("id")
    rows = loans.mutate(_at=loans["id"], _count=zero())
    for step in range(_CHAIN):
        own = links.rename(**{f"_from_{step}": "_from", f"_to_{step}": "_to"})
        rows = rows.left_join(own, rows["_at"] == own[f"_from_{step}"])
        before = rows[f"_to_{step}"]
        one = before.notnull().ifelse(v.literal(1, "integer"), zero())
        rows = rows.select("id", _at=before, _count=rows["_count"] + one)
    return rows.select("id", renewal_in_full_count="_count")


def _links(context: Context) -> Table:
    """Give each loan that renewed another in full, and which: _from, _to."""
    loan = context.book.table("loan")
    kind = loan.renewal_kind.fill_null("new_for_old")
    renewed = loan.filter(loan.refinances_loan_id.notnull() & kind.notin(("none", "extension")))
    older = loan.select(_older="loan_id", _granted="amount", _in="currency")
    rows = renewed.left_join(older, renewed.refinances_loan_id == older["_older"])
    comparable = rows.currency == rows["_in"]
    in_full = v.when(
        [(comparable.fill_null(False), rows.amount >= rows["_granted"])],
        (rows.renewal_kind == "no_principal_renewal").fill_null(False),
    )
    return rows.filter(in_full).select(_from="loan_id", _to="refinances_loan_id")
