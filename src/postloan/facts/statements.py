"""Financial statements (family FIN): the latest one known on the day against that of a year earlier.

A statement is what a customer's rows of one period end say. The latest is the one that ends last; beyond
`statement_max_age` days after its end it says nothing any more. The comparable one ends in the same month a
year earlier, the later where two end in that month, so that a year that ends on 29 February is found too.
Flows (revenue, profit, interest, cash flow, capital expenditure) run from the start of the fiscal year to the
period end, as statements state them, and so cover equally many months in both.

A ratio is null where an item of it is missing, or where what it is divided by is not above 0.
"""

from __future__ import annotations

from collections.abc import Mapping

from postloan.book.tables.party import STATEMENT_ITEMS
from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context
from postloan.facts.registry import Fact, fact

_S = "statement.customer_id statement.period_end statement.item statement.value statement.received_on"


def _ratio(name: str, doc: str, zh: str, unit: str = "ratio", sources: str = "") -> Fact:
    return fact(
        f"customer.{name}",
        doc,
        zh=zh,
        kind="decimal",
        unit=unit,
        needs="statement",
        keeps="calendar",
        sources=f"{_S} {sources}".strip(),
    )


def _flag(name: str, doc: str, zh: str, sources: str = _S) -> Fact:
    return fact(f"customer.{name}", doc, zh=zh, needs="statement", keeps="calendar", sources=sources)


FACTS = (
    fact(
        "customer.statement_on",
        "End of the latest statement's period, null where it is too old to say anything.",
        zh="最近一期报表的截止日；过期报表为空。",
        needs="statement",
        keeps="calendar",
        sources="statement.period_end statement.received_on",
    ),
    _ratio(
        "revenue_ytd_yoy",
        "Revenue of the year to the latest statement's end over that to the comparable statement's.",
        "最近报表本年累计营业收入与上年同期之比。",
    ),
    _ratio(
        "gross_margin",
        "Revenue less cost of sales, over revenue.",
        "毛利率：（营业收入－营业成本）÷营业收入。",
    ),
    _ratio(
        "gross_margin_chg_12m",
        "Gross margin less that of the comparable statement.",
        "毛利率较上年同期的变动。",
        "difference of ratios",
    ),
    _ratio("pretax_margin", "Profit before tax over revenue.", "税前利润率：利润总额÷营业收入。"),
    _flag(
        "has_loss_two_years",
        "Whether profit before tax is below 0 in the latest and in the comparable statement; false where one "
        "of them is known not to be.",
        "最近报表与上年同期利润总额是否均为负；任一已知非负即为否。",
    ),
    _ratio(
        "ebitda_debt_service_cover",
        "EBITDA over interest and principal due for payment.",
        "偿债覆盖率：息税折旧摊销前利润÷应还本息。",
    ),
    _flag("has_debt_service", "Whether interest and principal due are above 0.", "应还本息是否大于零。"),
    _ratio("interest_cover", "EBIT over interest expense.", "利息保障倍数：息税前利润÷利息支出。"),
    _flag("has_interest_expense", "Whether interest expense is above 0.", "利息支出是否大于零。"),
    _ratio("liabilities_share", "Total liabilities over total assets.", "资产负债率：负债合计÷资产总计。"),
    _ratio(
        "liabilities_share_chg_12m",
        "Share of liabilities less that of the comparable statement.",
        "资产负债率较上年同期的变动。",
        "difference of ratios",
    ),
    _ratio("current_ratio", "Current assets over current liabilities.", "流动比率：流动资产÷流动负债。"),
    _ratio(
        "current_ratio_yoy",
        "Current ratio over that of the comparable statement, both to six places.",
        "流动比率与上年同期之比（各取六位小数）。",
    ),
    _flag(
        "has_negative_cash_flow_two_years",
        "Whether operating cash flow is below 0 in the latest and in the comparable statement; false where "
        "one of them is known not to be.",
        "最近报表与上年同期经营现金流是否均为负；任一已知非负即为否。",
    ),
    _ratio(
        "days_sales_outstanding",
        "Receivables over revenue a day of the year to the period end, a month counted as 30 days.",
        "应收账款周转天数：应收账款÷本年累计日均收入（每月按30天）。",
        "days",
    ),
    _ratio(
        "days_sales_outstanding_chg_12m",
        "Days of sales outstanding less those of the comparable statement.",
        "应收账款周转天数较上年同期的变动。",
        "days",
    ),
    _ratio(
        "old_receivables_share",
        "Receivables older than a year over all receivables.",
        "一年以上应收账款占应收账款的比例。",
    ),
    _ratio(
        "old_receivables_share_chg_12m",
        "Share of receivables older than a year less that of the comparable statement.",
        "一年以上应收账款占比较上年同期的变动。",
        "difference of ratios",
    ),
    _ratio(
        "inventory_growth_vs_revenue",
        "Growth of inventory less growth of revenue, both against the comparable statement.",
        "存货同比增速减营业收入同比增速。",
        "difference of ratios",
    ),
    _ratio(
        "unfunded_capex_12m_vs_short_debt",
        "Capital expenditure of 12 months less new long-term funds of 12 months, over short-term debt; 12 "
        "months are the year to date and the last full fiscal year less its part up to a year ago.",
        "近12个月资本支出减新增长期资金，与短期借款之比（12个月=本年累计+上年全年－上年同期）。",
    ),
    _flag("has_short_debt", "Whether short-term debt is above 0.", "短期借款是否大于零。"),
    _ratio("cash_assets_share", "Cash over total assets.", "货币资金占总资产的比例。"),
    _ratio(
        "debt_assets_share",
        "Short-term and long-term debt over total assets.",
        "有息负债（短期借款与长期借款）占总资产的比例。",
    ),
    _flag(
        "is_opinion_qualified",
        "Whether the auditor's opinion on the latest statement is none of the standard ones.",
        "最近报表审计意见是否为非标准意见。",
        sources="statement.opinion statement.period_end statement.received_on",
    ),
    _ratio(
        "related_receivables_share",
        "Other receivables from related parties over total assets.",
        "关联方其他应收款占总资产的比例。",
    ),
    _ratio("equity_share", "Equity over total assets.", "权益比率：所有者权益÷资产总计。"),
    _ratio(
        "equity_yoy",
        "Equity over that of the comparable statement.",
        "所有者权益与上年同期之比。",
    ),
    _ratio(
        "ebitda_vs_forecast",
        "EBITDA over what was forecast for the same period.",
        "实际息税折旧摊销前利润与同期预测之比。",
    ),
    _ratio(
        "short_debt_vs_revenue",
        "Short-term debt over revenue of the year to the period end brought to 12 months.",
        "短期借款与年化营业收入之比。",
    ),
    _ratio(
        "short_debt_vs_revenue_chg_12m",
        "Short-term debt against revenue less that of the comparable statement.",
        "短期借款与年化营业收入之比较上年同期的变动。",
        "difference of ratios",
    ),
)

_TIMES = ("now", "then", "year")
"""The latest statement, the comparable one, and the last of the fiscal year before the latest one's."""

_MONTH, _YEAR = 30, 12


def compute(context: Context) -> None:
    """Tell the facts above; keeps `statement_ends` and `statements` for other families.

    `statement_ends` has one row for each statement received: id (the customer), ends_on, month
    (`verbs.month_index`), due_on, last_on (end of the customer's latest). `statements` has one row for each
    customer whose latest is not too old: id, statement_on, months (of its fiscal year), the facts, and
    revenue in cents.
    """
    if not context.book.has("statement"):
        return
    table = context.book.table("statement")
    rows = table.filter(table.received_on.isnull() | (table.received_on <= context.day))
    ends = context.keep("statement_ends", _ends(rows))
    items = context.keep("statement_items", _items(context, rows, ends))
    found = context.keep("statements", items.select("id", "statement_on", "months", **_ratios(items)))
    context.tell("customer", found.drop("months", "revenue"))


def _ends(rows: Table) -> Table:
    """Give the statements, of two that end in one month the later."""
    ends = rows.group_by(id=rows.customer_id, ends_on=rows.period_end).aggregate(due_on=rows.due_on.min())
    ends = ends.mutate(month=v.month_index(ends.ends_on))
    later = v.row_number(partition=[ends["id"], ends.month], order=[(ends.ends_on, "desc")])
    ends = ends.mutate(_later=later)
    ends = ends.filter(ends["_later"] == 1).drop("_later")
    last = ends.group_by(_of="id").aggregate(last_on=ends.ends_on.max())
    return ends.inner_join(last, ends["id"] == last["_of"]).drop("_of")


def _items(context: Context, rows: Table, ends: Table) -> Table:
    """Give the items of each customer as columns `<item>_<time>` in cents, null where not stated."""
    oldest = v.add_days(context.day, -context.whole("statement_max_age"))
    ends = ends.filter(ends.last_on >= oldest)
    back = v.month_index(ends.last_on) - ends.month
    start = context.whole("fiscal_year_start_month")
    # Months of the latest one's fiscal year up to its end: the one before it ended so long ago.
    months = v.modulo(v.month_index(ends.last_on) + (13 - start), v.literal(_YEAR, "integer")) + 1
    ends = ends.select(_of="id", _ends_on="ends_on", statement_on="last_on", back=back, months=months)
    both = rows.inner_join(ends, [rows.customer_id == ends["_of"], rows.period_end == ends["_ends_on"]])
    when = dict(zip(_TIMES, (both.back == 0, both.back == _YEAR, both.back == both.months), strict=True))
    told = (both.back == 0) & both.opinion.notnull()
    odd = told & both.opinion.notin(tuple(context.policy.parameter("standard_opinions")))
    columns = {
        f"{item}_{time}": v.max_if(both["value"], (both.item == item) & at)
        for item in STATEMENT_ITEMS.split()
        for time, at in when.items()
    }
    sums = both.group_by(id="customer_id").aggregate(
        statement_on=both.statement_on.max(),
        months=both.months.max(),
        _told=v.count_if(told),
        _odd=v.count_if(odd),
        **columns,
    )
    qualified = (sums["_told"] > 0).ifelse(sums["_odd"] > 0, v.null("boolean"))
    return sums.mutate(is_opinion_qualified=qualified).drop("_told", "_odd")


def _ratios(items: Table) -> Mapping[str, Column]:
    def of(item: str, time: str = "now") -> Column:
        return items[f"{item}_{time}"]

    def at(time: str) -> dict[str, Column]:
        """Give the ratios of one statement that are also held against the year before."""
        revenue, months = of("revenue", time), items.months
        return {
            "gross_margin": over(revenue - of("cost_of_sales", time), revenue),
            "liabilities_share": over(of("total_liabilities", time), of("total_assets", time)),
            "current_ratio": over(of("current_assets", time), of("current_liabilities", time)),
            "days_sales_outstanding": over(of("receivables", time) * months * _MONTH, revenue),
            "old_receivables_share": over(of("receivables_over_1y", time), of("receivables", time)),
            "short_debt_vs_revenue": over(of("short_term_debt", time) * months, revenue * _YEAR),
        }

    def yoy(item: str) -> Column:
        return over(of(item), of(item, "then"))

    def of_12_months(item: str) -> Column:
        rest = of(item, "year") - of(item, "then")
        return of(item) + (items.months == _YEAR).ifelse(v.literal(0, "integer"), rest)

    def both_negative(item: str) -> Column:
        now, then = of(item), of(item, "then")
        no = v.literal(False, "boolean")
        return v.when([(now >= 0, no), (then >= 0, no)], (now < 0) & (then < 0))

    now, then = at("now"), at("then")
    changes = {
        f"{name}_chg_12m": v.difference(now[name], then[name]) for name in now if name != "current_ratio"
    }
    assets, short = of("total_assets"), of("short_term_debt")
    return {
        **now,
        **changes,
        "revenue": of("revenue"),
        "revenue_ytd_yoy": yoy("revenue"),
        "pretax_margin": over(of("profit_before_tax"), of("revenue")),
        "has_loss_two_years": both_negative("profit_before_tax"),
        "ebitda_debt_service_cover": over(of("ebitda"), of("debt_service")),
        "has_debt_service": of("debt_service") > 0,
        "interest_cover": over(of("ebit"), of("interest_expense")),
        "has_interest_expense": of("interest_expense") > 0,
        "current_ratio_yoy": over(_millionths(now["current_ratio"]), _millionths(then["current_ratio"])),
        "has_negative_cash_flow_two_years": both_negative("operating_cash_flow"),
        "inventory_growth_vs_revenue": v.difference(yoy("inventory"), yoy("revenue")),
        "unfunded_capex_12m_vs_short_debt": over(
            of_12_months("capex") - of_12_months("new_long_term_funds"), short
        ),
        "has_short_debt": short > 0,
        "cash_assets_share": over(of("cash"), assets),
        "debt_assets_share": over(short + of("long_term_debt"), assets),
        "is_opinion_qualified": items.is_opinion_qualified,
        "related_receivables_share": over(of("other_receivables_related"), assets),
        "equity_share": over(of("equity"), assets),
        "equity_yoy": yoy("equity"),
        "ebitda_vs_forecast": over(of("ebitda"), of("ebitda_forecast")),
    }


def over(part: Column, whole: Column) -> Column:
    """Give the ratio of two integers, null unless the divisor is above 0."""
    return v.ratio(part, (whole > 0).ifelse(whole, v.null("integer")))


def _millionths(ratio: Column) -> Column:
    return v.convert(v.literal(1_000_000, "integer"), ratio)
