"""Money between customers (families ACC and GRP): pass-through, private lending, splitting, related flows.

Circular flows stand in `circular`; all are built on `transfers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import transfers
from postloan.facts.context import Context, last_days, zero
from postloan.facts.registry import fact

_E = "account entry"
_TIED = "relation.kind relation.until customer.group_id customer.household_id entry.counterparty_class"
_WHO = "loan.customer_id contract.manager_id assignment.staff_id staff.customer_id"
_LIMIT = "loan.contract_id contract.self_payment_limit"

FACTS = (
    fact(
        "customer.pass_through_count_30d",
        "Receipts of the last 30 days of at least pass_through.receipt of the customer's largest open loan, "
        "such that of it and of the other such receipts of the 24 hours from it (the same and the next day "
        "where a time is missing) at least pass_through.leaves went to three parties within these hours, a "
        "payee who is not named being one of his own; 0 for a market place (flow_hub_partners).",
        zh="最近30天内达到最大一笔未结清贷款参数比例的入账中，其后24小时内（无时点的按当日及次日）同类入账合计的参数比例"
        "以上转给前三名对手的笔数；对手数超过参数的视为集市，计0。",
        needs=_E,
        keeps="additive",
        sources=f"{transfers.FLOW} loan.amount fx.rate",
    ),
    fact(
        "customer.private_lending_count_180d",
        "Round sums (multiples of private_lending.round) between the customer and one other party in the "
        "last 180 days that went back the other way after private_lending.days with private_lending.uplift "
        "on top; a return stands for one sum, and of several parties the one with most counts.",
        zh="最近180天内与同一对手之间，整数金额在参数天数后加参数比例反向回转的次数；多个对手取最多者。",
        needs=_E,
        keeps="additive",
        sources=transfers.FLOW,
    ),
    fact(
        "customer.near_limit_count_30d",
        "The most transfers, cash and other payments of split_payment.share of one self-payment limit of the "
        "customer's open loans within split_payment.days days in a row that end in the last 30 days; null "
        "without a limit.",
        zh="最近30天内，任意连续参数天数内金额处于自主支付限额参数区间的付款最多笔数；无限额则为空。",
        needs=_E,
        keeps="additive",
        sources=f"{transfers.FLOW} {_LIMIT}",
    ),
    fact(
        "customer.related_flow_share_90d",
        "Of what the customer paid and received in the last 90 days, entries of the bank itself left out, "
        "the part with related parties: of one group or household, related in one of related_kinds, or said "
        "to be so by the entry; null where the book tells none of these.",
        zh="最近90天收付合计（银行自身记账除外）中与关联方往来的占比；无从识别关联方则为空。",
        needs=_E,
        keeps="additive",
        sources=f"{transfers.FLOW} {_TIED}",
    ),
    fact(
        "customer.manager_transfer_count_180d",
        "Transfers of the last 180 days between the customer and one who manages a loan of his; null where "
        "no such manager's own customer number is known.",
        zh="最近180天内与其客户经理本人之间的转账笔数；客户经理本人客户号未知则为空。",
        needs="account entry staff",
        keeps="additive",
        sources=f"{transfers.FLOW} {_WHO}",
    ),
    fact(
        "customer.manager_transfer_max_180d_amt",
        "The largest of them; 0 without one.",
        zh="其中最大一笔金额；没有则为0。",
        needs="account entry staff",
        keeps="additive",
        sources=f"{transfers.FLOW} {_WHO}",
    ),
)

_DAY = 24 * 60 * 60 * 1_000_000
"""A day in microseconds."""

_PAYEES = 3

_PAID_ALONE = ("cash", "other", "transfer")
"""Kinds of payments that a borrower makes alone; wages and taxes have their own limits."""


def compute(context: Context) -> None:
    """Tell the facts above."""
    if "transfers" not in context.made:
        return
    rows = context.made["borrower_transfers"]
    context.tell("customer", _for_borrowers(context, _pass_through(context, rows)))
    context.tell("customer", _for_borrowers(context, _private_lending(context, rows)))
    context.tell("customer", _near_limit(context, rows))
    if _can_tell_ties(context):
        context.tell("customer", _related(context, rows))
    if context.book.has_column("staff", "customer_id"):
        context.tell("customer", _with_manager(context, rows))


def _for_borrowers(context: Context, sums: Table) -> Table:
    """Give every borrower who has an account a row, with 0 where `sums` has none of him."""
    rows, right = transfers.borrowers(context), sums.rename(_of="id")
    rows = rows.left_join(right, rows["id"] == right["_of"])
    return rows.select("id", **{name: rows[name].fill_null(0) for name in sums.columns if name != "id"})


def share_of(amount: Column, share: object) -> Column:
    """Give a share of an amount to the cent."""
    return v.convert(amount, v.literal(Decimal(str(share)), "decimal"))


def _pass_through(context: Context, rows: Table) -> Table:
    policy: Mapping[str, object] = context.policy.parameter("pass_through")
    loans = context.made["loans_known"].filter(lambda t: ~t.is_entrusted)
    loans = loans.mutate(_granted=v.convert(loans.amount, loans["rate"]))
    largest = loans.group_by(_debtor=loans.customer_id).aggregate(_granted=loans["_granted"].max())
    rows = transfers.without_market_places(context, rows, "id")
    into = rows.filter(rows.is_in & last_days(rows.on, context, 30))
    into = into.inner_join(largest, into["id"] == largest["_debtor"])
    into = into.filter(into.amount >= share_of(into["_granted"], policy["receipt"]))
    into = into.select("id", "on", "moment", "amount", receipt="entry_id")
    into = context.keep("large_receipts", into)
    out = rows.filter(~rows.is_in)
    out = out.mutate(payee=v.coalesce(out.other, v.concat(" entry ", out.entry_id)))
    paid = _within_a_day(into, out.select("id", "on", "moment", "amount", "payee"))
    paid = paid.group_by("receipt", payee="then_payee").aggregate(amount=v.total(paid.then_amount))
    order = [(paid.amount, "desc"), (paid.payee, "asc")]
    paid = paid.mutate(_rank=v.row_number(partition=[paid.receipt], order=order))
    paid = paid.group_by(_of="receipt").aggregate(_paid=v.total_if(paid.amount, paid["_rank"] <= _PAYEES))
    got = _within_a_day(into, into.select("id", "on", "moment", "amount"))
    got = got.group_by("id", "receipt").aggregate(_got=v.total(got.then_amount))
    both = got.inner_join(paid, got.receipt == paid["_of"])
    passed = both["_paid"] >= share_of(both["_got"], policy["leaves"])
    return both.group_by("id").aggregate(pass_through_count_30d=v.count_if(passed))


def _within_a_day(into: Table, rows: Table) -> Table:
    """Join to each receipt the rows of its customer in the 24 hours from it; their columns get `then_`."""
    rows = rows.rename(**{f"then_{name}": name for name in rows.columns})
    timed = into.moment.notnull() & rows.then_moment.notnull()
    hours = (rows.then_moment - into.moment).between(0, _DAY)
    days = v.days_between(rows.then_on, into.on).between(0, 1)
    return into.inner_join(rows, [into["id"] == rows.then_id, timed.ifelse(hours, days)])


def _private_lending(context: Context, rows: Table) -> Table:
    policy = context.policy.parameter("private_lending")
    first, last = (int(str(days)) for days in policy["days"])
    least, most = policy["uplift"]
    rows = rows.filter(rows.other.notnull() & (rows.other != rows["id"]))
    rows = transfers.without_market_places(context, rows, "other")
    round_sum = v.modulo(rows.amount, v.literal(int(str(policy["round"])) * 100, "integer")) == 0
    lent = rows.filter(round_sum).select("id", "other", "is_in", "on", "amount", lent="entry_id")
    back = rows.rename(**{f"_{name}": name for name in ("id", "other", "is_in", "on", "amount", "entry_id")})
    days = v.days_between(back["_on"], lent.on)
    pairs = lent.inner_join(
        back,
        [
            lent["id"] == back["_id"],
            lent.other == back["_other"],
            lent.is_in != back["_is_in"],
            days.between(first, last),
            back["_amount"] >= lent.amount + share_of(lent.amount, least),
            back["_amount"] <= lent.amount + share_of(lent.amount, most),
        ],
    )
    pairs = context.keep("lent_and_back", pairs.select("id", "other", "lent", back="_entry_id"))
    counts = []
    for end in ("lent", "back"):
        ones = pairs.select("id", "other", end).distinct()
        counts.append(ones.group_by("id", "other").aggregate(**{end: ones.count()}))
    sums, returns = counts[0], counts[1].rename(_id="id", _other="other")
    both = sums.inner_join(returns, [sums["id"] == returns["_id"], sums.other == returns["_other"]])
    both = both.mutate(_times=v.least(both.lent, both.back))
    return both.group_by("id").aggregate(private_lending_count_180d=both["_times"].max())


def near_limit(context: Context, rows: Table, keys: tuple[str, ...]) -> Table:
    """Count payments just below a limit within split_payment.days days in a row, by keys.

    Args:
        rows: payments with columns on, amount, kind, limit (cents) and the keys.
        keys: columns whose equals belong together.

    Columns: the keys; on, the last of the days; most.
    """
    policy = context.policy.parameter("split_payment")
    least, most = policy["share"]
    near = rows.amount.between(share_of(rows["limit"], least), share_of(rows["limit"], most))
    rows = rows.filter(near & rows.kind.isin(_PAID_ALONE))
    days = rows.group_by(*keys, "on").aggregate(count=rows.count())
    before = days.rename(**{f"_{name}": name for name in (*keys, "on")}, _count="count")
    back = v.days_between(days.on, before["_on"])
    same = [days[key] == before[f"_{key}"] for key in keys]
    runs = days.inner_join(before, [*same, back.between(0, int(str(policy["days"])) - 1)])
    return runs.group_by(*keys, "on").aggregate(most=v.total(runs["_count"]))


def _near_limit(context: Context, rows: Table) -> Table:
    days = int(str(context.policy.parameter("split_payment")["days"]))
    contract, loans = context.book.table("contract"), context.made["loans_known"]
    contract = contract.filter(contract.self_payment_limit > 0)
    contract = contract.select(_contract="contract_id", _alone="self_payment_limit")
    limits = loans.filter(~loans.is_entrusted).inner_join(
        contract, loans.contract_id == contract["_contract"]
    )
    limits = limits.select(_owner="customer_id", limit="_alone").distinct()
    out = rows.filter(~rows.is_in & last_days(rows.on, context, 30 + days - 1))
    out = out.inner_join(limits, out["id"] == limits["_owner"])
    runs = near_limit(context, out, ("id", "limit"))
    runs = runs.filter(last_days(runs.on, context, 30))
    most = runs.group_by(_of="id").aggregate(most=runs.most.max())
    known = transfers.borrowers(context)
    known = known.semi_join(limits, known["id"] == limits["_owner"])
    known = known.left_join(most, known["id"] == most["_of"])
    return known.select("id", near_limit_count_30d=known.most.fill_null(0))


def _can_tell_ties(context: Context) -> bool:
    book = context.book
    return (
        book.has("relation")
        or book.has_column("customer", "group_id")
        or book.has_column("customer", "household_id")
        or book.has_column("entry", "counterparty_class")
    )


def _related(context: Context, rows: Table) -> Table:
    rows = rows.filter(last_days(rows.on, context, 90) & (rows.other != rows["id"]).fill_null(True))
    sums = rows.group_by("id").aggregate(
        _all=v.total(rows.amount), _related=v.total_if(rows.amount, rows.is_related)
    )
    # Who moved nothing moved nothing to related parties.
    known = _for_borrowers(context, sums)
    share = v.ratio(known["_related"], known["_all"]).fill_null(v.literal(0, "decimal"))
    return known.select("id", related_flow_share_90d=share)


def _with_manager(context: Context, rows: Table) -> Table:
    staff, loans = context.book.table("staff"), context.made["loans_known"]
    own = staff.filter(staff.customer_id.notnull()).select(_staff="staff_id", manager="customer_id")
    pairs = loans.filter(~loans.is_entrusted).inner_join(own, loans.manager_id == own["_staff"])
    pairs = pairs.filter(pairs.customer_id != pairs.manager)
    pairs = pairs.select(_owner="customer_id", manager="manager").distinct()
    since = v.literal(context.as_of - timedelta(days=179), "date")
    met = rows.filter(rows.on >= since)
    met = met.semi_join(pairs, [met["id"] == pairs["_owner"], met.other == pairs.manager])
    sums = met.group_by(_of="id").aggregate(count=met.count(), largest=met.amount.max())
    known = transfers.borrowers(context)
    known = known.semi_join(pairs, known["id"] == pairs["_owner"])
    known = known.left_join(sums, known["id"] == sums["_of"])
    return known.select(
        "id",
        manager_transfer_count_180d=known["count"].fill_null(0),
        manager_transfer_max_180d=known.largest.fill_null(zero()),
    )
