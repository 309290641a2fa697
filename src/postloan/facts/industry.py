"""Industries (family IND): classes, prices, orders, distress among peers, concentration."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import classes, earlier, series
from postloan.facts.context import Context, everyone
from postloan.facts.registry import fact

_CLASS = "loan_state.five_level class_decision.five_level class_decision.level_code customer.industry_id"
_BALANCE = "position.balance loan.amount payment.amount"
_I = "industry_indicator.indicator industry_indicator.period industry_indicator.value"
_DISTRESS = "entry.amount entry.booked_on entry.kind customer.industry_id customer.region_id region.parent_id"

FACTS = (
    fact(
        "industry.loan_count",
        "Open exposures of customers of the industry.",
        zh="本行业客户的未结清敞口笔数。",
        keeps="population",
        sources="loan.loan_id customer.industry_id",
    ),
    fact(
        "industry.dpd30_share",
        "Share of those more than 30 days past due.",
        zh="其中逾期超过30天的笔数占比。",
        keeps="population",
        needs="due|position",
        sources="customer.industry_id due.due_on payment.amount position.days_past_due",
    ),
    fact(
        "industry.book_share",
        "Balances of the industry over those of the whole book, on and off the balance sheet.",
        zh="本行业表内外余额占全部余额的比例。",
        keeps="population",
        sources=_BALANCE + " customer.industry_id",
    ),
    fact(
        "industry.exposure_vs_capital",
        "Balances of the industry over the bank's net capital as last stated.",
        zh="本行业表内外余额与最近资本净额之比。",
        kind="decimal",
        unit="ratio",
        keeps="population",
        needs="bank_figure",
        sources=_BALANCE + " customer.industry_id bank_figure.item bank_figure.period bank_figure.value",
    ),
    fact(
        "industry.npl_share",
        "Of the industry's balances with a known class, those that are substandard or worse; the class is "
        "that of the last run, else as decided.",
        zh="本行业已分类余额中不良占比；分类取上次运行结果，否则取认定结果。",
        needs="prior|class_decision",
        keeps="population",
        sources=_CLASS,
    ),
    fact(
        "industry.special_mention_share",
        "Of the industry's balances with a known class, those of special mention.",
        zh="本行业已分类余额中关注类占比。",
        needs="prior|class_decision",
        keeps="population",
        sources=_CLASS,
    ),
    fact(
        "industry.weak_share_vs_book",
        "npl_share or special_mention_share over the same of the whole book, the greater of both.",
        zh="本行业不良占比或关注占比与全行同一指标之比，取较大者。",
        kind="decimal",
        unit="ratio",
        needs="prior|class_decision",
        keeps="population",
        sources=_CLASS,
    ),
    fact(
        "industry.weak_share_chg_3m",
        "Change of the non-performing or of the special-mention share, as decided by people, since the same "
        "day three months before, the greater of both.",
        zh="按认定结果，本行业不良占比或关注占比较三个月前的变动，取较大者。",
        needs="class_decision position",
        keeps="population",
        sources="class_decision.decided_on class_decision.kind class_decision.five_level "
        "class_decision.level_code position.on_date position.balance customer.industry_id",
    ),
    fact(
        "industry.output_price_vs_3y",
        "Of the prices of what the industry sells, the lowest of the last three full months over the mean of "
        "the same months in the three years before.",
        zh="本行业产品价格近三个整月与前三年同月均值之比，取最低者。",
        kind="decimal",
        unit="ratio",
        needs="industry_indicator",
        sources=_I,
    ),
    fact(
        "industry.input_price_vs_3m",
        "Of the prices of what the industry buys, the highest of the last one over that three months before.",
        zh="本行业投入品最近价格与三个月前之比，取最高者。",
        kind="decimal",
        unit="ratio",
        needs="industry_indicator",
        sources=_I,
    ),
    fact(
        "industry.order_book_yoy",
        "Order books of the industry's customers in the last three full months over those of the same months "
        "last year, months known in both years alone; null with fewer than area_minimum such customers.",
        zh="本行业客户近三个整月在手订单同比（仅计两年均有数据的月份）；客户数不足则为空。",
        kind="decimal",
        unit="ratio",
        needs="customer_indicator",
        keeps="population",
        sources="customer_indicator.indicator customer_indicator.period customer_indicator.value "
        "customer.industry_id",
    ),
    fact(
        "industry.distressed_share",
        "Of the industry's borrowers in one county, those whose credits_3m_yoy lies below distress_cut; that "
        "of the worst county, of those with area_minimum such borrowers.",
        zh="本行业在某县的借款客户中，近三个月贷方发生额同比低于界限者占比，取样本足够的最差县。",
        needs="account entry",
        keeps="population",
        sources=_DISTRESS,
    ),
    fact(
        "customer.peers_distressed_share",
        "The same share of the customer's own industry in his own county.",
        zh="本客户所在行业在其所在县的该占比。",
        needs="account entry",
        keeps="population",
        sources=_DISTRESS,
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above, one row an industry of the book."""
    loans = context.made["loans_known"]
    loans = loans.filter(~loans.is_entrusted)
    industries = everyone(context, "industry")
    context.tell("industry", _sizes(context, industries, loans))
    now = classes.current(context)
    if now is not None:
        context.tell("industry", _classes(loans, now))
    if context.book.has("class_decision") and context.book.has("position"):
        context.tell("industry", _change(context, loans))
    if context.book.has("industry_indicator"):
        context.tell("industry", _sold(context))
        context.tell("industry", _bought(context))
    if context.book.has("customer_indicator"):
        context.tell("industry", _orders(context))
    if "peer_rows" in context.made:
        cells = context.keep("distress", _distress(context))
        context.tell(
            "industry", cells.group_by(id=cells.industry).aggregate(distressed_share=cells.share.max())
        )
        context.tell("customer", _own_cell(context, cells))


def _sizes(context: Context, industries: Table, loans: Table) -> Table:
    whole = loans.aggregate(_book=v.total(loans.reporting_balance))
    sums = loans.group_by(_of=loans.industry_id).aggregate(
        _count=loans.count(),
        _known=v.count_if(loans.dpd_days.notnull()),
        _late=v.count_if(loans.dpd_days > 30),
        _owed=v.total(loans.reporting_balance),
    )
    rows = industries.left_join(sums, industries["id"] == sums["_of"]).cross_join(whole)
    owed = rows["_owed"].fill_null(0)
    capital = v.null("integer")
    if context.book.has("bank_figure"):
        figure = context.book.table("bank_figure").filter(lambda t: t.item == "net_capital")
        ranked = figure.mutate(_rank=v.row_number(order=[(figure.period, "desc")]))
        last = ranked.aggregate(_capital=v.max_if(ranked["value"], ranked["_rank"] == 1))
        rows = rows.cross_join(last)
        capital = (rows["_capital"] > 0).ifelse(rows["_capital"], v.null("integer"))
    return rows.select(
        "id",
        loan_count=rows["_count"].fill_null(0),
        dpd30_share=v.ratio(rows["_late"], rows["_known"]),
        book_share=v.ratio(owed, rows["_book"]),
        exposure_vs_capital=v.ratio(owed, capital),
    )


def _shares(rows: Table, balance: Column) -> dict[str, Column]:
    """Aggregate: the non-performing and the special-mention share of balances with a known class."""
    known = v.total_if(balance, rows.five.notnull())
    return {
        "npl_share": v.ratio(v.total_if(balance, rows.five.isin(classes.NON_PERFORMING)), known),
        "special_mention_share": v.ratio(v.total_if(balance, rows.five == "special_mention"), known),
    }


def _classes(loans: Table, now: Table) -> Table:
    rows = loans.inner_join(now, loans["id"] == now.loan_id)
    whole = rows.aggregate(**{f"_{name}": one for name, one in _shares(rows, rows.reporting_balance).items()})
    sums = rows.group_by(id=rows.industry_id).aggregate(**_shares(rows, rows.reporting_balance))
    sums = sums.filter(sums["id"].notnull()).cross_join(whole)
    against = [
        v.ratio(_millionths(sums[name]), _millionths(sums[f"_{name}"]))
        for name in ("npl_share", "special_mention_share")
    ]
    return sums.select("id", "npl_share", "special_mention_share", weak_share_vs_book=v.greatest(*against))


def _millionths(share: Column) -> Column:
    return v.convert(v.literal(1_000_000, "integer"), share)


def _change(context: Context, loans: Table) -> Table:
    quarter = earlier.months_before(context.as_of, 3)
    decided = classes.decided(context, context.as_of).rename(_loan="loan_id")
    rows = loans.inner_join(decided, loans["id"] == decided["_loan"])
    now = rows.group_by(id=rows.industry_id).aggregate(**_shares(rows, rows.reporting_balance))
    before = earlier.balances(context, quarter)
    decided = classes.decided(context, quarter).rename(_loan="loan_id")
    rows = before.inner_join(decided, before.loan_id == decided["_loan"])
    rows = rows.filter(rows.balance.notnull())
    then = rows.group_by(_of=rows.industry_id).aggregate(
        **{f"_{name}": one for name, one in _shares(rows, rows.balance).items()}
    )
    both = now.inner_join(then, now["id"] == then["_of"])
    changes = [v.difference(both[name], both[f"_{name}"]) for name in ("npl_share", "special_mention_share")]
    return both.select("id", weak_share_chg_3m=v.greatest(*changes))


def _bought_names(context: Context) -> tuple[str, ...]:
    items = context.policy.parameter("input_items")
    return ("input_price_index", *(f"price.{item}" for item in items))


def _sold(context: Context) -> Table:
    rows = series.against_season(context, "industry")
    is_price = rows.indicator.startswith("price.") | (rows.indicator == "output_price_index")
    rows = rows.filter(is_price & rows.indicator.notin(_bought_names(context)))
    return rows.group_by(id=rows["of"]).aggregate(output_price_vs_3y=rows.against.min())


def _bought(context: Context) -> Table:
    rows = series.last(context, "industry", context.whole("price_max_age"))
    rows = rows.filter(rows.indicator.isin(_bought_names(context)))
    against = v.ratio(rows.millionths, rows.millionths_3m)
    return rows.group_by(id=rows["of"]).aggregate(input_price_vs_3m=against.max())


def _orders(context: Context) -> Table:
    table = context.book.table("customer_indicator")
    back = v.month_index(v.literal(context.months(1)[0], "date")) - v.month_index(table.period)
    wanted = (table.indicator == "order_book") & (table.period <= context.day)
    wanted = wanted & ((back >= 0) & (back < 3) | (back >= 12) & (back < 15))
    rows = table.filter(wanted).mutate(_back=back, _cents=v.exact(table["value"], "integer"))
    groups = [rows.customer_id, rows["_back"]]
    rows = rows.mutate(_rank=v.row_number(partition=groups, order=[(rows.period, "desc")]))
    rows = rows.filter(rows["_rank"] == 1)
    rows = rows.mutate(_place=v.modulo(rows["_back"], v.literal(12, "integer")))
    pairs = rows.group_by("customer_id", "_place").aggregate(
        _values=rows.count(),
        _now=v.total_if(rows["_cents"], rows["_back"] < 12),
        _then=v.total_if(rows["_cents"], rows["_back"] >= 12),
    )
    pairs = pairs.filter(pairs["_values"] == 2)
    each = pairs.group_by("customer_id").aggregate(_now=v.total(pairs["_now"]), _then=v.total(pairs["_then"]))
    customer = context.book.table("customer").select(_customer="customer_id", id="industry_id")
    each = each.inner_join(customer, each.customer_id == customer["_customer"])
    each = each.filter(each["id"].notnull())
    sums = each.group_by("id").aggregate(
        _told=each.count(), _now=v.total(each["_now"]), _then=v.total(each["_then"])
    )
    sums = sums.filter(sums["_told"] >= context.whole("area_minimum"))
    return sums.select("id", order_book_yoy=v.ratio(sums["_now"], sums["_then"]))


def _distress(context: Context) -> Table:
    """Give each industry in each county with enough borrowers: columns industry, county, share."""
    rows = context.made["peer_rows"]
    owing = context.made["customers"].filter(lambda t: t.has_open_loan)
    rows = rows.semi_join(owing, rows["id"] == owing["id"])
    rows = rows.filter((rows.industry != "") & rows.credits_3m_yoy.notnull())
    cut = v.literal(context.limit("distress_cut"), "decimal")
    cells = rows.group_by("industry", "county").aggregate(
        _known=rows.count(), _low=v.count_if(rows.credits_3m_yoy < cut)
    )
    cells = cells.filter(cells["_known"] >= context.whole("area_minimum"))
    return cells.select("industry", "county", share=v.ratio(cells["_low"], cells["_known"]))


def _own_cell(context: Context, cells: Table) -> Table:
    rows, right = context.made["peer_rows"], cells.rename(_industry="industry", _county="county")
    rows = rows.inner_join(right, [rows.industry == right["_industry"], rows.county == right["_county"]])
    return rows.select("id", peers_distressed_share="share")
