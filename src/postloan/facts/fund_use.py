"""Where the money of a loan went (families FRD and GRP); `tracing` says how it is followed."""

from __future__ import annotations

from collections.abc import Mapping

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import flows, transfers
from postloan.facts.context import Context, everyone, zero
from postloan.facts.registry import fact
from postloan.facts.tracing import trace

_E = "account entry"
_PAID = (
    "loan.amount loan.disbursed_on loan.exposure_kind loan.repayment_method loan.renewal_kind "
    "contract.is_entrusted fx.rate"
)
_WENT = f"{transfers.FLOW} entry.sequence entry.counterparty_class {_PAID}"
_TIED = "relation.kind relation.until customer.group_id customer.household_id"
_AMOUNTS = "Parts are over the payout; days are those of fund_use_windows."

FACTS = (
    fact(
        "loan.is_payout_traced",
        "Whether the payout is followed: a loan on the sheet at the bank's own risk, paid out within the "
        "last fund_use_days, unless it renewed or extended another without a payment, so that no money went "
        "out; null for one drawn and repaid over and over, whose payouts are not told.",
        zh="是否追踪发放资金：本行承担风险的表内贷款且在参数天数内发放，无还本续贷和展期除外（无资金流出）；"
        "循环支用的无法判断，为空。",
        needs=_E,
        keeps="calendar",
        sources=_PAID,
    ),
    fact(
        "loan.payout_spent_share",
        "The part of a followed payout that left the borrower's accounts within the longest of "
        "fund_use_windows: the first transfers from its day, in order, up to its amount.",
        zh="所追踪的发放资金中，在最长窗口内已按先后次序从借款人账户转出的占比。",
        needs=_E,
        sources=_WENT,
    ),
    fact(
        "loan.into_markets_share",
        "The part of a followed payout that reached brokers, developers or wealth products over at most "
        "fund_use_steps transfers; developers do not count for property_contract_types. " + _AMOUNTS,
        zh="所追踪的发放资金中，经参数步数内转账流入券商、开发商、理财的占比；房地产类合同不计开发商。",
        needs=_E,
        sources=f"{_WENT} contract.contract_type",
    ),
    fact(
        "loan.returned_share",
        "The part of a followed payout that reached the borrower again, an account of his elsewhere, or a "
        "party related to him (group, household, related_kinds, or as the entry says). " + _AMOUNTS,
        zh="所追踪的发放资金中，回到借款人本人（含其他银行账户）或其关联方的占比。",
        needs=_E,
        sources=f"{_WENT} {_TIED}",
    ),
    fact(
        "loan.to_lenders_share",
        "The part of a followed payout that reached other lenders, or left the borrower as a loan repayment; "
        "0 for a renewal that meets the conditions. " + _AMOUNTS,
        zh="所追踪的发放资金中，流向其他放贷机构或用于归还贷款的占比；合格续贷为0。",
        needs=_E,
        sources=f"{_WENT} loan.renewal_qualified",
    ),
    fact(
        "loan.near_limit_count",
        "The most transfers, cash and other payments of split_payment.share of the contract's self-payment "
        "limit within split_payment.days days in a row, from the payout to split_payment.after_payout days "
        "after it; null without a limit or where the payout is not followed.",
        zh="发放后参数天数内，任意连续参数天数中金额处于自主支付限额参数区间的付款最多笔数；无限额则为空。",
        needs=_E,
        sources=f"{_WENT} contract.self_payment_limit",
    ),
    fact(
        "customer.pooled_borrower_count",
        "Borrowers of whose followed payouts pooled_share and more reached one beneficiary, counted for each "
        "of them and for the beneficiary, the one with most. Neither a market place (flow_hub_partners) nor "
        "one whom the entry gives a class is a beneficiary, except a related party. " + _AMOUNTS,
        zh="其发放资金达到参数比例流向同一受益人的借款人数，对各借款人及受益人取最多者；集市类及已分类机构不视为受益人。",
        needs=_E,
        sources=_WENT,
    ),
)

_MARKETS = ("broker", "developer", "wealth")
_NOTHING_PAID = ("extension", "no_principal_renewal")
"""Renewals in which no money leaves the bank."""


def compute(context: Context) -> None:
    """Tell the facts above, and keep `fund_use` (see `tracing.trace`)."""
    if "transfers" not in context.made:
        return
    payouts = context.keep("payouts", _payouts(context))
    context.tell("loan", payouts.select("id", is_payout_traced="is_traced"))
    traced = payouts.filter(payouts.is_traced)
    own = transfers.borrowers(context).rename(_holder="id")
    traced = traced.semi_join(own, traced.borrower == own["_holder"])
    windows: Mapping[str, int] = context.policy.parameter("fund_use_windows")
    found = trace(
        context.engine,
        traced.select("borrower", "payout", "paid_on", loan="id"),
        context.made["transfers"],
        context.made["market_places"],
        lambda rows, one, other: transfers.with_ties(context, rows, one, other),
        days=max(int(str(days)) for days in windows.values()),
        steps=context.whole("fund_use_steps"),
        least=context.limit("fund_use_least_share"),
    )
    found = context.keep("fund_use", found)
    context.tell("loan", _shares(context, traced, found, windows))
    context.tell("loan", _near_limit(context, traced))
    context.tell("customer", _pooled(context, found, windows))


def _payouts(context: Context) -> Table:
    """Give each open loan with what was paid out: columns id, borrower, payout in cents, and is_traced."""
    loan = context.book.table("loan").select("renewal_kind", _loan="loan_id", qualified="renewal_qualified")
    contract = context.book.table("contract")
    contract = contract.select(_contract="contract_id", _alone="self_payment_limit")
    rows = context.made["loans_known"]
    rows = rows.left_join(loan, rows["id"] == loan["_loan"])
    rows = rows.left_join(contract, rows.contract_id == contract["_contract"])
    recent = rows.days_since_disbursed_days < context.whole("fund_use_days")
    is_drawn = (rows.repayment_method == "revolving").fill_null(False)
    is_own = (rows.on_off == "on") & ~rows.is_entrusted
    is_own = is_own & ~rows.renewal_kind.isin(_NOTHING_PAID).fill_null(False)
    return rows.select(
        *("id", "contract_type"),
        limit="_alone",
        borrower="customer_id",
        payout=v.convert(rows.amount, rows["rate"]),
        paid_on="disbursed_on",
        is_qualified=rows.qualified.fill_null(False),
        is_traced=v.when(
            [(~is_own, v.literal(False, "boolean")), (is_drawn, v.null("boolean"))], recent.fill_null(False)
        ),
    )


def _shares(context: Context, traced: Table, found: Table, windows: Mapping[str, int]) -> Table:
    sums = found.group_by(_of="loan").aggregate(
        _spent=v.total_if(found.part, found.step == 1),
        _builders=v.total_if(found.part, _in(found, windows, "markets") & (found.payee_class == "developer")),
        _markets=v.total_if(found.part, _in(found, windows, "markets") & found.payee_class.isin(_MARKETS)),
        _returned=v.total_if(
            found.part, _in(found, windows, "returned") & found.ends.isin(("borrower", "tied"))
        ),
        _lenders=v.total_if(
            found.part,
            _in(found, windows, "lenders")
            & (
                (found.payee_class == "lender").fill_null(False)
                | ((found.kind == "loan_repayment") & (found.step == 1))
            ),
        ),
    )
    rows = traced.left_join(sums, traced["id"] == sums["_of"])

    def share(part: Column) -> Column:
        return v.ratio(part.fill_null(0), rows.payout)

    buys = rows.contract_type.isin(context.policy.parameter("property_contract_types")).fill_null(False)
    markets = rows["_markets"] - buys.ifelse(rows["_builders"], zero())
    columns = {
        "payout_spent_share": share(rows["_spent"]),
        "returned_share": share(rows["_returned"]),
        "to_lenders_share": share(rows.is_qualified.ifelse(zero(), rows["_lenders"])),
    }
    if context.book.has_column("entry", "counterparty_class"):
        columns["into_markets_share"] = share(markets)
    return rows.select("id", **columns)


def _in(found: Table, windows: Mapping[str, int], name: str) -> Column:
    return v.days_between(found.on, found.paid_on) <= int(str(windows[name]))


def _near_limit(context: Context, traced: Table) -> Table:
    days = int(str(context.policy.parameter("split_payment")["after_payout"]))
    limited = traced.filter(traced["limit"] > 0).select("id", "borrower", "paid_on", "limit")
    out = context.made["borrower_transfers"].rename(_payer="id")
    out = out.filter(~out.is_in)
    paid = limited.inner_join(
        out,
        [
            limited.borrower == out["_payer"],
            v.days_between(out.on, limited.paid_on).between(0, days),
        ],
    )
    runs = flows.near_limit(context, paid, ("id",))
    most = runs.group_by(_of="id").aggregate(most=runs.most.max())
    limited = limited.left_join(most, limited["id"] == most["_of"])
    return limited.select("id", near_limit_count=limited.most.fill_null(0))


def _pooled(context: Context, found: Table, windows: Mapping[str, int]) -> Table:
    may = found.payee_class.isnull() | (found.payee_class == "related")
    apart = found.payee.notnull() & (found.payee != found.borrower)
    reached = found.filter(_in(found, windows, "pooled") & may & apart)
    reached = transfers.without_market_places(context, reached, "payee")
    sums = reached.group_by("loan", "borrower", "payout", beneficiary="payee").aggregate(
        got=v.total(reached.part)
    )
    least = v.convert(sums.payout, v.literal(context.limit("pooled_share"), "decimal"))
    pairs = context.keep(
        "pooled", sums.filter(sums.got >= least).select("borrower", "beneficiary").distinct()
    )
    counts = pairs.group_by("beneficiary").aggregate(count=pairs.count())
    whose = pairs.select(_pool="beneficiary", id="borrower").union(
        counts.select(_pool="beneficiary", id="beneficiary")
    )
    whose = whose.inner_join(counts, whose["_pool"] == counts.beneficiary)
    most = whose.group_by(_of="id").aggregate(most=whose["count"].max())
    rows = everyone(context, "customer")
    known = transfers.borrowers(context).select(_known="id")
    rows = rows.left_join(known, rows["id"] == known["_known"])
    rows = rows.left_join(most, rows["id"] == most["_of"])
    nothing = rows["_known"].notnull().ifelse(zero(), v.null("integer"))
    return rows.select("id", pooled_borrower_count=v.coalesce(rows.most, nothing))
