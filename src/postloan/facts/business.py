"""Registration, tax, utilities and staff of a business (family BIZ)."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, for_all, last_days, zero
from postloan.facts.registry import Fact, fact
from postloan.facts.statements import over

_I = "customer_indicator.customer_id customer_indicator.indicator customer_indicator.period"
_VALUE = f"{_I} customer_indicator.value"


def _indicator(name: str, doc: str, zh: str, unit: str = "ratio") -> Fact:
    return fact(
        f"customer.{name}",
        doc,
        zh=zh,
        kind="decimal",
        unit=unit,
        needs="customer_indicator",
        keeps="calendar",
        sources=_VALUE,
    )


def _against_last_year(name: str, what: str, zh: str) -> Fact:
    return _indicator(
        f"{name}_3m_yoy",
        f"{what} of the last three full months over that of the same months last year; null where one of "
        "the six months is missing or last year's is not above 0.",
        f"最近三个完整月{zh}与上年同期之比；缺任一月或上年同期不大于零的为空。",
    )


FACTS = (
    _against_last_year("kwh", "Electricity used", "用电量"),
    _against_last_year("water", "Water used", "用水量"),
    _against_last_year("vat_sales", "Sales by tax invoices", "税票销售额"),
    _indicator(
        "vat_red_share_3m",
        "Amount of red (credit) invoices over sales by tax invoices of the last three full months, whichever "
        "sign the feed gives it; null where one of the months is missing.",
        "最近三个完整月红字发票金额（不计正负号）与税票销售额之比；缺任一月的为空。",
        "fraction",
    ),
    fact(
        "customer.tax_arrears_days",
        "Days since the end of the first period of those in a row, up to the last one, at which tax was in "
        "arrears; 0 where the last one shows none, null where it is older than customer_indicator_max_age.",
        zh="截至最近一期连续欠税的首期期末以来的天数；最近一期无欠税为0，数据过旧为空。",
        needs="customer_indicator",
        keeps="calendar",
        sources=_VALUE,
    ),
    fact(
        "customer.tax_rating_level",
        "The tax office's last rating: 1 for A, 2 for B, 3 for M (new), 4 for C, 5 for D; null where it is "
        "older than tax_rating_max_age.",
        zh="最近纳税信用等级：1为A，2为B，3为M（新设），4为C，5为D；数据过旧为空。",
        kind="integer",
        unit="1 to 5",
        needs="customer_indicator",
        keeps="calendar",
        sources=_VALUE,
    ),
    _indicator(
        "insured_heads_vs_6m",
        "Persons insured by the last figure over those six months before it; null where that month has "
        "none, or the last one is older than customer_indicator_max_age.",
        "最近参保人数与其六个月前之比；该月无数据或最近数据过旧为空。",
    ),
    _indicator(
        "insurance_arrears_months",
        "Months of social insurance in arrears by the last figure; null where it is older than "
        "customer_indicator_max_age.",
        "最近一期社保欠缴月数；数据过旧为空。",
        "months",
    ),
    fact(
        "customer.utility_arrears_days",
        "Days for which electricity, water or gas is unpaid by the last figure; null where it is older than "
        "customer_indicator_max_age.",
        zh="最近一期水电气费欠缴天数；数据过旧为空。",
        needs="customer_indicator",
        keeps="calendar",
        sources=_VALUE,
    ),
    fact(
        "customer.negative_news_source_count_90d",
        "Sources that reported bad news of the customer in the last 90 days, leaving out what they called "
        "slight (light_severities); news without a source have one together.",
        zh="最近90天内报道客户负面消息的来源数，轻微的（参数）除外；未注明来源的合计为一个。",
        needs="event",
        keeps="calendar",
        sources="event.subject_kind event.subject_id event.kind event.occurred_on event.source "
        "event.severity",
    ),
    fact(
        "customer.has_closed_visit_90d",
        "Whether a visit of the last 90 days found the premises closed and none after it found them open.",
        zh="最近90天内走访发现停业，且此后无走访发现恢复营业。",
        needs="visit",
        keeps="calendar",
        sources="visit.customer_id visit.visited_on visit.result",
    ),
    fact(
        "customer.workers_seen_vs_before",
        "Workers seen on the last day of the last 90 days on which a visit counted any, over those on the "
        "day of such a visit before it, at most 365 days earlier.",
        zh="最近90天内最后一次走访所见在岗人数与其前365天内上一次走访之比。",
        kind="decimal",
        unit="ratio",
        needs="visit",
        keeps="calendar",
        sources="visit.customer_id visit.visited_on visit.workers_seen",
    ),
    fact(
        "customer.capex_vs_revenue",
        "Capital expenditure over revenue of the year to the end of the latest statement.",
        zh="最近报表本年累计资本性支出与营业收入之比。",
        kind="decimal",
        unit="ratio",
        needs="statement",
        keeps="calendar",
        sources="statement.customer_id statement.period_end statement.item statement.value",
    ),
)

_MONTHS = 6


def compute(context: Context) -> None:
    """Tell the facts above."""
    if "indicators" in context.made:
        known = context.made["indicators"]
        context.tell("customer", _figures(context, known))
        context.tell("customer", _runs(context, known))
    if context.book.has("event"):
        context.tell("customer", _news(context))
    if context.book.has("visit"):
        context.tell("customer", _closed(context))
        context.tell("customer", _workers(context))
    if context.book.has("statement"):
        items = context.made["statement_items"]
        context.tell(
            "customer", items.select("id", capex_vs_revenue=over(items.capex_now, items.revenue_now))
        )


def _figures(context: Context, known: Table) -> Table:
    """Give last figures that are not too old, and three months against last year's."""

    def recent(name: str, column: Column, parameter: str = "customer_indicator_max_age") -> Column:
        age = v.days_between(context.day, known[f"last_{name}_on"])
        return (age <= context.whole(parameter)).ifelse(column, v.null("integer"))

    def whole(name: str) -> Column:
        return v.integer_divide(_hundredths(known[f"last_{name}"]), v.literal(100, "integer"))

    unpaid = _hundredths(known.last_insurance_arrears_months)
    red = known.vat_red_invoices_3m
    return known.select(
        "id",
        kwh_3m_yoy=over(known.kwh_3m, known.kwh_3m_ly),
        water_3m_yoy=over(known.water_m3_3m, known.water_m3_3m_ly),
        vat_sales_3m_yoy=over(known.vat_sales_3m, known.vat_sales_3m_ly),
        vat_red_share_3m=over(v.greatest(red, zero() - red), known.vat_sales_3m),
        tax_rating_level=recent("tax_rating", whole("tax_rating"), "tax_rating_max_age"),
        insurance_arrears_months=v.ratio(
            recent("insurance_arrears_months", unpaid), v.literal(100, "integer")
        ),
        utility_arrears_days=recent("utility_arrears_days", whole("utility_arrears_days")),
    )


def _runs(context: Context, known: Table) -> Table:
    """Give since when tax has been in arrears, and the persons insured against six months before."""
    max_age = context.whole("customer_indicator_max_age")
    last = known.select(
        "id",
        "last_insured_heads",
        _heads_on="last_insured_heads_on",
        _taxed=v.days_between(context.day, known.last_tax_arrears_on) <= max_age,
        _counted=v.days_between(context.day, known.last_insured_heads_on) <= max_age,
    )
    table = context.book.table("customer_indicator")
    table = table.filter(table.indicator.isin(("tax_arrears", "insured_heads")))
    rows = table.select("indicator", "period", "value", _of="customer_id")
    rows = last.inner_join(rows, last["id"] == rows["_of"])
    is_tax, is_heads = rows.indicator == "tax_arrears", rows.indicator == "insured_heads"
    then = v.month_index(rows["_heads_on"]) - _MONTHS
    marks = rows.group_by(_marks="id").aggregate(
        _paid_on=v.max_if(rows.period, is_tax & (rows["value"] <= 0)),
        _then_on=v.max_if(rows.period, is_heads & (v.month_index(rows.period) == then)),
    )
    rows = rows.inner_join(marks, rows["id"] == marks["_marks"])
    unpaid = (rows.indicator == "tax_arrears") & (rows["value"] > 0)
    in_run = unpaid & (rows["_paid_on"].isnull() | (rows.period > rows["_paid_on"]))
    is_then = (rows.indicator == "insured_heads") & (rows.period == rows["_then_on"])
    sums = rows.group_by("id").aggregate(
        _since=v.min_if(rows.period, in_run), _then=v.max_if(_hundredths(rows["value"]), is_then)
    )
    last = last.rename(_last="id")
    sums = sums.inner_join(last, sums["id"] == last["_last"])
    days = v.days_between(context.day, sums["_since"]).fill_null(zero())
    heads = over(_hundredths(sums.last_insured_heads), sums["_then"])
    return sums.select(
        "id",
        tax_arrears_days=sums["_taxed"].ifelse(days, v.null("integer")),
        insured_heads_vs_6m=sums["_counted"].ifelse(heads, v.null("decimal")),
    )


def _hundredths(number: Column) -> Column:
    return v.exact(number, "integer")


def _news(context: Context) -> Table:
    rows = context.made["events"]
    rows = rows.filter((rows.subject_kind == "customer") & (rows.kind == "negative_news"))
    slight = rows.severity.isin(tuple(context.policy.parameter("light_severities"))).fill_null(False)
    rows = rows.filter(~slight & last_days(rows.occurred_on, context, 90))
    rows = rows.select(id=rows.subject_id, _source=v.coalesce(rows.source, v.literal("", "string")))
    rows = rows.distinct()
    sums = rows.group_by("id").aggregate(negative_news_source_count_90d=rows.count())
    return for_all(context, "customer", sums)


def _closed(context: Context) -> Table:
    rows = context.book.table("visit")
    rows = rows.filter(last_days(rows.visited_on, context, 90))
    sums = rows.group_by(id="customer_id").aggregate(
        _closed_on=v.max_if(rows.visited_on, rows.result == "closed"),
        _open_on=v.max_if(rows.visited_on, rows.result.isin(("ok", "finding"))),
    )
    stays = sums["_open_on"].isnull() | (sums["_closed_on"] >= sums["_open_on"])
    closed = sums.select("id", has_closed_visit_90d=sums["_closed_on"].notnull() & stays)
    return for_all(context, "customer", closed)


def _workers(context: Context) -> Table:
    rows = context.book.table("visit")
    rows = rows.filter(rows.workers_seen.notnull())
    days = rows.group_by("customer_id", "visited_on").aggregate(_seen=rows.workers_seen.max())
    order = [(days.visited_on, "desc")]
    days = days.mutate(_rank=v.row_number(partition=[days.customer_id], order=order))
    is_last = (days["_rank"] == 1) & last_days(days.visited_on, context, 90)
    is_before = days["_rank"] == 2
    sums = days.group_by(id="customer_id").aggregate(
        _now=v.max_if(days["_seen"], is_last),
        _now_on=v.max_if(days.visited_on, is_last),
        _before=v.max_if(days["_seen"], is_before),
        _before_on=v.max_if(days.visited_on, is_before),
    )
    near = v.days_between(sums["_now_on"], sums["_before_on"]) <= 365
    before = near.ifelse(sums["_before"], v.null("integer"))
    return sums.select("id", workers_seen_vs_before=over(sums["_now"], before))
