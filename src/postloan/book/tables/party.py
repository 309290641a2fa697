"""Customers and what is known about them."""

from __future__ import annotations

from postloan.book.tables.fields import day, flag, money, number, table, text, whole
from postloan.engine.schema import Field

CUSTOMER_INDICATORS = (
    "kwh water_m3 vat_sales vat_red_invoices tax_arrears tax_rating insured_heads insurance_arrears_months "
    "utility_arrears_days wage_income net_worth guaranteed_amount head_count head_count_recorded sown_area "
    "declared_area ndvi_z breakeven_price expected_harvest_inflow expected_subsidy crop_insured_share "
    "input_credit order_book"
)
STATEMENT_ITEMS = (
    "revenue cost_of_sales profit_before_tax ebit ebitda ebitda_forecast interest_expense debt_service cash "
    "receivables receivables_over_1y inventory other_receivables other_receivables_related current_assets "
    "total_assets short_term_debt long_term_debt current_liabilities total_liabilities equity "
    "operating_cash_flow capex new_long_term_funds"
)
FIVE_LEVELS = "normal special_mention substandard doubtful loss not_measurable"
RELATIONS = (
    "spouse parent_child sibling same_household co_borrower shareholder controller legal_representative "
    "supplier buyer cooperative_member employer same_phone same_address same_device"
)

PARTY = (
    table(
        "customer",
        "客户",
        (
            text("*customer_id", "客户编号", "the customer's number"),
            text("*name", "客户名称", "name"),
            text("*kind", "客户类型", "kind", values="corporate small_business farmer individual"),
            flag("is_small_micro", "是否小微", "small or micro enterprise"),
            text("region_id", "地区编号", "where they live or work", ref="region.region_id"),
            text("industry_id", "行业编号", "what they do", ref="industry.industry_id"),
            text("group_id", "集团编号", "group of connected customers"),
            text("household_id", "家庭编号", "household"),
            day("since", "开户日期", "customer since"),
            day("born_on", "出生日期", "day of birth"),
            day("registered_on", "注册日期", "day of registration"),
            text("id_hash", "证件哈希", "hash of the identity number"),
            text("phone_hash", "电话哈希", "hash of the telephone number"),
            text("address_hash", "地址哈希", "hash of the address"),
            number("latitude", "纬度", "degrees north", least=-90, most=90),
            number("longitude", "经度", "degrees east", least=-180, most=180),
            flag("tax_registered", "是否税务登记", "registered for tax"),
            day("bureau_consent_until", "征信授权到期日", "last day of the consent", ahead=True),
            Field("income_months", "integer_list", doc="months 1 to 12 with income, as 3;7", zh="收入月份"),
        ),
        key="customer_id",
        required=True,
        doc="customers; holds from the first day",
    ),
    table(
        "customer_indicator",
        "客户指标",
        (
            text("*customer_id", "客户编号", "customer", ref="customer.customer_id"),
            text("*indicator", "指标", "what is measured", values=CUSTOMER_INDICATORS),
            day("*period", "期末日期", "end of the period"),
            number("*value", "数值", "in the indicator's own unit"),
        ),
        key="customer_id indicator period",
        natural="period",
        doc="indicators of customers from outside the bank's books",
    ),
    table(
        "rating",
        "评级",
        (
            text("*subject_kind", "对象类型", "who is rated", values="customer guarantor"),
            text("*subject_id", "对象编号", "customer number", ref="customer.customer_id"),
            text("*kind", "评级类型", "kind", values="internal external bureau_score village"),
            text("*grade", "等级", "grade as given"),
            whole("*rank", "等级序号", "1 is best", least=1),
            text("agency", "评级机构", "who rated"),
            day("*rated_on", "评级日期", "day of the rating"),
        ),
        key="subject_kind subject_id kind rated_on",
        natural="rated_on",
        doc="ratings",
    ),
    table(
        "relation",
        "客户关系",
        (
            text("*from_customer_id", "客户编号", "customer", ref="customer.customer_id"),
            text("*to_customer_id", "关联客户编号", "related customer", ref="customer.customer_id"),
            text("*kind", "关系", "what the first is to the second", values=RELATIONS),
            number("share", "份额", "share held or traded, a fraction", least=0, most=1),
            day("since", "起始日期", "first day"),
            day("until", "终止日期", "last day"),
        ),
        key="from_customer_id to_customer_id kind",
        doc="relations between customers; holds from the first day",
    ),
    table(
        "statement",
        "财务报表",
        (
            text("*customer_id", "客户编号", "customer", ref="customer.customer_id"),
            day("*period_end", "报表日期", "end of the period"),
            text("*item", "科目", "item", values=STATEMENT_ITEMS),
            money("*value", "金额", "in the customer's currency", least=None),
            day("due_on", "应提交日期", "day it was due", ahead=True),
            day("received_on", "收到日期", "day it was received; the row is known from then"),
            flag("audited", "是否审计", "audited"),
            text("opinion", "审计意见", "auditor's opinion"),
        ),
        key="customer_id period_end item",
        natural="period_end",
        known_by="received_on",
        doc="financial statements, one row an item",
    ),
    table(
        "bureau",
        "征信",
        (
            text("*customer_id", "客户编号", "customer", ref="customer.customer_id"),
            day("*pulled_on", "查询日期", "day of the report"),
            whole("lenders", "授信机构数", "lenders"),
            money("debt", "负债总额", "total debt"),
            money("overdue_debt", "逾期金额", "debt past due"),
            money("overdue_debt_90", "逾期90天以上金额", "debt more than 90 days past due"),
            text("worst_class", "最差五级分类", "worst five-level class", values=FIVE_LEVELS),
            whole("worst_days_past_due", "最长逾期天数", "days"),
            whole("queries_1m", "近1月查询次数", "queries in one month"),
            whole("queries_3m", "近3月查询次数", "queries in three months"),
            whole("new_online_lenders_90d", "近90天新增网贷机构数", "online lenders new in 90 days"),
            money("card_limit", "信用卡额度", "card limits"),
            money("card_used", "信用卡已用额度", "card balances"),
            money("limit_total", "授信总额", "all limits"),
            money("guaranteed_amount", "对外担保金额", "guarantees given"),
            money("monthly_payment", "月还款额", "payments a month"),
            whole("score", "征信评分", "score", least=None),
            flag("includes_this_bank", "含本行", "this bank's loans are counted in; needed for floor F08"),
        ),
        key="customer_id pulled_on",
        natural="pulled_on",
        doc="reports of the credit bureau",
    ),
)
