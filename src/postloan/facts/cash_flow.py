"""What moves through the accounts (family ACC): payroll, buyers, owners, gambling, sales not routed."""

from __future__ import annotations

from datetime import date

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, by_id, last_days, standing, within, zero
from postloan.facts.registry import fact

_E = "account entry"
_FLOW = (
    "account.customer_id account.kind entry.account_id entry.booked_on entry.amount entry.kind "
    "entry.counterparty_id entry.counterparty_class entry.reverses_id"
)
_VAT = " customer_indicator.indicator customer_indicator.period customer_indicator.value"

FACTS = (
    fact(
        "customer.sales_routed_share_2m",
        "Receipts of a month over its VAT sales, the greater of the last two full months; 1 for a month "
        "without sales, null where the sales of either are not known.",
        zh="最近两个完整月的当月经营收款与增值税销售额之比，取较大者；当月无销售的按1计，任一月销售未知的为空。",
        needs=f"{_E} customer_indicator",
        keeps="additive",
        sources=_FLOW + _VAT,
    ),
    fact(
        "customer.sales_routed_2m_vs_12m",
        "Receipts over VAT sales of the last two full months, over the same of the twelve months before; "
        "null where the sales of any of these months are not known.",
        zh="最近两个完整月经营收款与增值税销售额之比，与此前十二个月同一比例之比；任一月销售未知的为空。",
        kind="decimal",
        unit="ratio",
        needs=f"{_E} customer_indicator",
        keeps="additive",
        sources=_FLOW + _VAT,
    ),
    fact(
        "customer.days_since_payroll_days",
        "Days since wages were last paid out of the customer's accounts, within fifteen months.",
        zh="距最近一次代发工资的天数（十五个月内）。",
        needs=_E,
        keeps="calendar",
        sources=_FLOW,
    ),
    fact(
        "customer.payroll_month_count",
        "Months in a row in which wages were paid out, up to the month in which they last were; 0 where they "
        "never were within fifteen months.",
        zh="截至最近一次代发工资所在月份的连续代发月数；十五个月内未代发的为0。",
        needs=_E,
        sources=_FLOW,
    ),
    fact(
        "customer.owner_outflow_share_60d",
        "Of the debits of the last 60 days, the customer's own accounts left out, those to persons who are "
        "its controllers, legal representatives, shareholders or their spouses, or are marked as related; "
        "null where no transfer says to whom it went.",
        zh="最近60天借方发生额（不含本户间划转）中，转给实际控制人、法定代表人、股东或其配偶及标记为关联的个人的占比；转账均无对手编号的为空。",
        needs=_E,
        keeps="additive",
        sources=_FLOW + " relation.from_customer_id relation.to_customer_id relation.kind relation.until "
        "customer.kind",
    ),
    fact(
        "customer.top_buyer_receipts_2m_yoy",
        "Receipts of the last two full months from the top_buyers largest payers of the twelve months "
        "before, over theirs in the same months last year.",
        zh="此前十二个月收款最多的前几名买家（参数），其最近两个完整月的收款与上年同月之比。",
        kind="decimal",
        unit="ratio",
        needs=_E,
        keeps="additive",
        sources=_FLOW + " entry.counterparty_name",
    ),
    fact(
        "customer.gambling_payment_count_90d",
        "Payments of the last 90 days to gambling or crypto-asset payees; null where the book does not say "
        "what counterparties are.",
        zh="最近90天向博彩或加密资产类收款方的付款笔数；未标注对手类别的为空。",
        needs=_E,
        keeps="additive",
        sources=_FLOW,
    ),
)

_TRADE = ("cash", "transfer", "other")
_PASSING = ("margin", "loan_repayment", "repayment_reserve")
"""Accounts that are fed from the customer's others."""

_NOT_BUYERS = ("broker", "crypto", "gambling", "lender", "related", "wealth")
_OWNERS = ("controller", "legal_representative", "shareholder")
_PERSONS = ("farmer", "individual")
_MONTHS = 15
"""Months of entries that are read: the same three months last year are the last of them."""


def compute(context: Context) -> None:
    """Keep `dealings` (see `_dealings`), and tell the facts above, one row a customer with an account."""
    book = context.book
    if not (book.has("account") and book.has("entry")):
        return
    rows = context.keep("dealings", _dealings(context))
    base = book.table("account").select(id="customer_id").distinct()
    sums = by_id({"sums": _sums(context, rows), "payroll": pay_months(rows, "payroll_out")}, base)
    sums = _known(context, sums)
    context.tell(
        "customer",
        sums.select(
            "id",
            "gambling_payment_count_90d",
            days_since_payroll_days=v.days_between(context.day, sums.last_paid_on),
            payroll_month_count=sums.months_in_a_row.fill_null(zero()),
        ),
    )
    told = {"buyers": _buyers(context, rows)}
    if book.has("customer_indicator"):
        told["routed"] = _routed(context, sums)
    if book.has_column("entry", "counterparty_id") and (
        book.has("relation") or book.has_column("entry", "counterparty_class")
    ):
        told["owners"] = _to_owners(context, rows)
    context.tell("customer", by_id(told, base))


def _dealings(context: Context) -> Table:
    """Give the entries of fifteen full months and since that these and other families look at.

    Columns: customer_id, booked_on, amount, kind; counterparty_id, counterparty_class; party, the
    counterparty's number or else its name; is_receipt, for money from trade: cash, transfers and others, not
    from oneself, related parties, lenders or investments. Kept are receipts, wages, and all of 90 days.
    """
    account = context.book.table("account").select("customer_id", _account="account_id", _own="kind")
    entry = context.book.table("entry")
    first = context.months(_MONTHS)[0]
    entry = standing(entry.filter(entry.booked_on >= v.literal(first, "date")), "entry_id")
    rows = entry.inner_join(account, entry.account_id == account["_account"])
    from_itself = (rows.counterparty_id == rows.customer_id).fill_null(False)
    no_buyer = rows.counterparty_class.isin(_NOT_BUYERS).fill_null(False)
    is_receipt = (rows.amount > 0) & rows.kind.isin(_TRADE) & rows["_own"].notin(_PASSING)
    is_receipt = is_receipt & ~from_itself & ~no_buyer
    is_wage = rows.kind.isin(("payroll_out", "salary"))
    rows = rows.select(
        "customer_id",
        "booked_on",
        "amount",
        "kind",
        "counterparty_id",
        "counterparty_class",
        party=v.coalesce(rows.counterparty_id, rows.counterparty_name),
        is_receipt=is_receipt,
        _kept=is_receipt | is_wage | last_days(rows.booked_on, context, 90),
    )
    return rows.filter(rows["_kept"]).drop("_kept")


def _spans(context: Context) -> dict[str, tuple[date, date]]:
    """Give the last full month, the one before, and the twelve before those."""
    return {
        "last": context.months(1),
        "next": context.months(1, back=1),
        "year": context.months(12, back=2),
    }


def _sums(context: Context, rows: Table) -> Table:
    spans = _spans(context)
    receipts = {
        f"receipts_{name}": v.total_if(rows.amount, rows.is_receipt & within(rows.booked_on, span))
        for name, span in spans.items()
    }
    gambling = rows.counterparty_class.isin(("gambling", "crypto")) & (rows.amount < 0)
    return rows.group_by(id=rows.customer_id).aggregate(
        gambling_payment_count_90d=v.count_if(gambling & last_days(rows.booked_on, context, 90)),
        **receipts,
    )


def _known(context: Context, sums: Table) -> Table:
    """Give 0 to who had none of it, and null where the book could not tell."""
    names = ("gambling_payment_count_90d", *(f"receipts_{name}" for name in _spans(context)))
    sums = sums.mutate(**{name: sums[name].fill_null(zero()) for name in names})
    if context.book.has_column("entry", "counterparty_class"):
        return sums
    return sums.mutate(gambling_payment_count_90d=v.null("integer"))


def pay_months(dealings: Table, kind: str) -> Table:
    """Give when wages last moved and in how many months in a row: columns id, last_paid_on, months_in_a_row.

    Args:
        dealings: the table of that name.
        kind: `payroll_out` for wages paid, `salary` for wages received.
    """
    moved = dealings.amount < 0 if kind == "payroll_out" else dealings.amount > 0
    paid = dealings.filter((dealings.kind == kind) & moved)
    months = paid.group_by(paid.customer_id, month=v.month_index(paid.booked_on)).aggregate(
        last_on=paid.booked_on.max()
    )
    rank = v.row_number(partition=[months.customer_id], order=[(months.month, "desc")])
    months = months.mutate(_rank=rank)
    newest = (months["_rank"] == 1).ifelse(months.month, zero())
    months = months.mutate(_newest=v.sum_over(newest, partition=[months.customer_id]))
    # Going back month by month, month and rank keep their sum until the first gap.
    in_a_row = months.month + months["_rank"] == months["_newest"] + 1
    return months.group_by(id=months.customer_id).aggregate(
        last_paid_on=months.last_on.max(), months_in_a_row=v.count_if(in_a_row)
    )


def _routed(context: Context, sums: Table) -> Table:
    table = context.book.table("customer_indicator")
    table = table.filter(table.indicator == "vat_sales")
    months = table.group_by(table.customer_id, month=v.month_start(table.period)).aggregate(
        sales=v.total(v.exact(table["value"], "integer"))
    )
    columns = {}
    for name, span in _spans(context).items():
        inside = within(months.month, span)
        columns[f"sales_{name}"] = v.total_if(months.sales, inside)
        columns[f"known_{name}"] = v.count_if(inside)
    sales = months.group_by(_of=months.customer_id).aggregate(**columns)
    rows = sums.inner_join(sales, sums["id"] == sales["_of"])
    both = (rows.known_last == 1) & (rows.known_next == 1)
    greater = v.greatest(_share(rows, "last"), _share(rows, "next"))
    now = v.ratio(rows.receipts_last + rows.receipts_next, rows.sales_last + rows.sales_next)
    before = v.ratio(rows.receipts_year, rows.sales_year)
    whole = both & (rows.known_year == 12) & (rows.sales_last + rows.sales_next > 0) & (rows.sales_year > 0)
    return rows.select(
        "id",
        sales_routed_share_2m=_if(both, greater),
        sales_routed_2m_vs_12m=_if(whole, v.ratio(_millionths(now), _millionths(before))),
    )


def _share(rows: Table, name: str) -> Column:
    """Give the share of a month's sales that came in here; where nothing was sold, nothing stayed away."""
    sold = rows[f"sales_{name}"]
    return (sold > 0).ifelse(v.ratio(rows[f"receipts_{name}"], sold), v.literal(1, "decimal"))


def _millionths(share: Column) -> Column:
    return v.convert(v.literal(1_000_000, "integer"), share)


def _if(known: Column, column: Column) -> Column:
    return known.ifelse(column, column.nullif(column))


def _to_owners(context: Context, rows: Table) -> Table:
    customer = context.book.table("customer")
    persons = customer.filter(customer.kind.isin(_PERSONS)).select(_person="customer_id")
    out = rows.filter((rows.amount < 0) & last_days(rows.booked_on, context, 60))
    out = out.filter(~(out.counterparty_id == out.customer_id).fill_null(False))
    owners = _owners(context)
    owners = owners.semi_join(persons, owners.person == persons["_person"])
    pairs = [out.customer_id == owners.company, out.counterparty_id == owners.person]
    out = out.left_join(owners, pairs)
    out = out.left_join(persons, out.counterparty_id == persons["_person"])
    related = (out.counterparty_class == "related").fill_null(False) & out["_person"].notnull()
    is_owner = out.company.notnull() | related
    by_transfer = out.kind == "transfer"
    spent = zero() - out.amount
    sums = out.group_by(_of=out.customer_id).aggregate(
        _spent=v.total(spent),
        _to_owners=v.total_if(spent, is_owner),
        _transfers=v.count_if(by_transfer),
        _named=v.count_if(by_transfer & out.counterparty_id.notnull()),
    )
    base = context.book.table("account").select(id="customer_id").distinct()
    all_of = base.left_join(sums, base["id"] == sums["_of"])
    nothing = all_of["_spent"].isnull()
    blind = (all_of["_transfers"] > 0) & (all_of["_named"] == 0)
    share = _if(~blind.fill_null(False), v.ratio(all_of["_to_owners"], all_of["_spent"]))
    return all_of.select("id", owner_outflow_share_60d=nothing.ifelse(v.literal(0, "decimal"), share))


def _owners(context: Context) -> Table:
    """Give who owns or runs whom, and their spouses: columns company, person, each pair once."""
    rows = context.book.table("relation")
    rows = rows.filter(rows.until.isnull() | (rows.until >= context.day))
    direct = rows.filter(rows.kind.isin(_OWNERS)).select(company="to_customer_id", person="from_customer_id")
    couples = rows.filter(rows.kind == "spouse")
    one = couples.select(_one="from_customer_id", _other="to_customer_id")
    both = one.union(couples.select(_one="to_customer_id", _other="from_customer_id"))
    wed = direct.inner_join(both, direct.person == both["_one"])
    return direct.union(wed.select("company", person="_other")).distinct()


def _buyers(context: Context, rows: Table) -> Table:
    rows = rows.filter(rows.is_receipt & rows.party.notnull())
    spans = {
        "_year": context.months(12, back=2),
        "_now": context.months(2),
        "_then": context.months(2, back=12),
    }
    sums = rows.group_by("customer_id", "party").aggregate(
        **{name: v.total_if(rows.amount, within(rows.booked_on, span)) for name, span in spans.items()}
    )
    sums = sums.filter(sums["_year"] > 0)
    order = [(sums["_year"], "desc"), (sums.party, "asc")]
    ranked = sums.mutate(_rank=v.row_number(partition=[sums.customer_id], order=order))
    top = ranked.filter(ranked["_rank"] <= context.whole("top_buyers"))
    both = top.group_by(id=top.customer_id).aggregate(_now=v.total(top["_now"]), _then=v.total(top["_then"]))
    return both.select("id", top_buyer_receipts_2m_yoy=v.ratio(both["_now"], both["_then"]))


def earliest(context: Context) -> Column:
    """Give the first day of which `dealings` holds all receipts and wages."""
    return v.literal(context.months(_MONTHS)[0], "date")
