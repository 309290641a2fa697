"""Statements held against what else is known (family FIN): their calendar, peers, tax and accounts."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import compare
from postloan.facts.context import Context, by_id, standing
from postloan.facts.registry import fact
from postloan.facts.statements import over

_S = "statement.customer_id statement.period_end statement.item statement.value statement.received_on"

FACTS = (
    fact(
        "customer.statement_late_days",
        "Days since the earliest statement that is missing was due, 0 where none is: after each statement "
        "one more is expected a year later, due a year after its own due date, until one of that month or "
        "later is received.",
        zh="最早一期应交未交报表的逾期天数，没有则为0；每期报表一年后应再交同期报表，"
        "到期日顺延一年，收到同期或更晚报表即止。",
        needs="statement",
        keeps="calendar",
        sources="statement.customer_id statement.period_end statement.due_on statement.received_on",
    ),
    fact(
        "customer.gross_margin_peer_p25",
        "The lower quartile of gross_margin among firms of the same industry with a statement; of all firms "
        "where those are fewer than `peer_group_minimum`, null where all are.",
        zh="同行业有报表客户毛利率的下四分位数；同业不足最少户数时取全部客户，仍不足则为空。",
        kind="decimal",
        unit="ratio",
        needs="statement",
        keeps="population",
        sources=f"{_S} customer.industry_id",
    ),
    fact(
        "customer.revenue_vs_vat",
        "Revenue of the latest statement over sales declared for value added tax in the same months, null "
        "unless each of them has been declared.",
        zh="最近报表累计营业收入与同期增值税申报销售额之比；任一月份未申报则为空。",
        kind="decimal",
        unit="ratio",
        needs="statement customer_indicator",
        keeps="calendar",
        sources=f"{_S} customer_indicator.indicator customer_indicator.period customer_indicator.value",
    ),
    fact(
        "customer.revenue_vs_credits",
        "Revenue of the latest statement over credits of the customer's accounts in the same months, "
        "interest left out; null unless entries reach back to the fiscal year's first month.",
        zh="最近报表累计营业收入与同期账户贷方发生额（不含利息）之比；流水未覆盖年度首月则为空。",
        kind="decimal",
        unit="ratio",
        needs="statement account entry",
        keeps="calendar",
        sources=f"{_S} account.customer_id entry.account_id entry.booked_on entry.amount entry.kind "
        "entry.reverses_id",
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above."""
    if not context.book.has("statement"):
        return
    context.tell("customer", _late(context))
    rows = _periods(context)
    parts = {"peers": _usual(context)}
    if context.book.has("customer_indicator"):
        parts["vat"] = _against_tax(context, rows)
    if context.book.has("entry") and context.book.has("account"):
        parts["credits"] = _against_credits(context, rows)
    context.tell("customer", by_id(parts, rows.select("id")))


def _late(context: Context) -> Table:
    ends = context.made["statement_ends"]
    is_open = ends.month + 12 > v.month_index(ends.last_on)
    sums = ends.group_by("id").aggregate(_due=v.min_if(ends.due_on, is_open))
    late = v.days_between(context.day, v.add_months(sums["_due"], 12))
    late = sums["_due"].isnull().ifelse(v.null("integer"), v.greatest(late, v.literal(0, "integer")))
    return sums.select("id", statement_late_days=late)


def _periods(context: Context) -> Table:
    """Give what is held against other feeds: columns id, revenue, months, first_on and last_on."""
    rows = context.made["statements"]
    first = v.add_months(v.month_start(rows.statement_on), v.literal(1, "integer") - rows.months)
    return rows.select("id", "revenue", "months", first_on=first, last_on="statement_on")


def _usual(context: Context) -> Table:
    """Give the quartile of the customer's industry, or of all where its firms are too few."""
    customers = context.made["customers"].select(_customer="id", _industry="industry_id")
    rows = context.made["statements"].select("id", "gross_margin")
    rows = rows.inner_join(customers, rows["id"] == customers["_customer"])
    everywhere = v.literal("all", "string")
    rows = rows.select("id", "gross_margin", industry=rows["_industry"].fill_null(""), book=everywhere)
    peers = rows = context.keep("statement_peers", rows)
    least = context.whole("peer_group_minimum")
    for name, key in (("near", "industry"), ("far", "book")):
        found = compare.quantile(peers, "gross_margin", 25, [key])
        found = found.filter(found.peers >= least)
        found = found.select(**{f"_{key}": key, name: "quantile"})
        rows = rows.left_join(found, rows[key] == found[f"_{key}"]).drop(f"_{key}")
    near = (rows.industry == "").ifelse(v.null("decimal"), rows.near)
    return rows.select("id", gross_margin_peer_p25=v.coalesce(near, rows.far))


def _against_tax(context: Context, rows: Table) -> Table:
    table = context.book.table("customer_indicator")
    sales = table.filter(table.indicator == "vat_sales")
    sales = sales.group_by(_of=sales.customer_id, _month=v.month_index(sales.period)).aggregate(
        _value=v.total(v.exact(sales["value"], "integer"))
    )
    joined = rows.inner_join(sales, rows["id"] == sales["_of"])
    month, last = joined["_month"], v.month_index(joined.last_on)
    joined = joined.filter((month <= last) & (month > last - joined.months))
    sums = joined.group_by("id").aggregate(
        _declared=joined.count(), _sales=v.total(joined["_value"]), **_same(joined)
    )
    whole = (sums["_declared"] == sums.months).ifelse(sums["_sales"], v.null("integer"))
    return sums.select("id", revenue_vs_vat=over(sums.revenue, whole))


def _against_credits(context: Context, rows: Table) -> Table:
    account, entry = context.book.table("account"), context.book.table("entry")
    owners = account.select(_owned="account_id", _of="customer_id")
    owners = owners.inner_join(rows, owners["_of"] == rows["id"])
    entries = standing(
        entry.select("entry_id", "account_id", "booked_on", "amount", "kind", "reverses_id"), "entry_id"
    )
    joined = entries.inner_join(owners, entries.account_id == owners["_owned"])
    is_credit = (joined.amount > 0) & (joined.kind != "interest")
    is_within = (joined.booked_on >= joined.first_on) & (joined.booked_on <= joined.last_on)
    sums = joined.group_by("id").aggregate(
        _since=joined.booked_on.min(),
        _first=joined.first_on.min(),
        _credits=v.total_if(joined.amount, is_credit & is_within),
        **_same(joined),
    )
    reaches_back = v.month_index(sums["_since"]) <= v.month_index(sums["_first"])
    known = reaches_back.ifelse(sums["_credits"], v.null("integer"))
    return sums.select("id", revenue_vs_credits=over(sums.revenue, known))


def _same(joined: Table) -> dict[str, Column]:
    """Carry what is alike in all rows of a customer through a sum."""
    return {name: joined[name].max() for name in ("revenue", "months")}
