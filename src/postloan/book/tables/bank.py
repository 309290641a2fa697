"""The bank itself: institutions, figures, exchange rates, staff and what they handle."""

from __future__ import annotations

from postloan.book.tables.fields import day, flag, money, number, table, text

ROLES = (
    "customer_manager branch_head credit_department risk_department audit asset_preservation legal finance "
    "compliance trade_finance human_resources executive risk_committee valuer policy_author policy_approver "
    "operator"
)

BANK = (
    table(
        "institution",
        "机构",
        (
            text("*institution_id", "机构编号", "the institution's number"),
            text("*name", "机构名称", "its name"),
            text("parent_id", "上级机构编号", "the institution above it", ref="institution.institution_id"),
            text("*kind", "机构类型", "its level", values="head_office branch outlet"),
            text("region_id", "地区编号", "where it stands", ref="region.region_id"),
            number("latitude", "纬度", "degrees north", least=-90, most=90),
            number("longitude", "经度", "degrees east", least=-180, most=180),
        ),
        key="institution_id",
        required=True,
        doc="the bank's head office, branches and outlets; holds from the first day",
    ),
    table(
        "bank_figure",
        "银行指标",
        (
            text("*item", "项目", "what is stated", values="net_capital tier1_capital total_loans"),
            day("*period", "期末日期", "end of the period"),
            money("*value", "金额", "in the pack's currency", least=None),
        ),
        key="item period",
        natural="period",
        doc="the bank's own figures, for limits on one customer or group",
    ),
    table(
        "fx",
        "汇率",
        (
            text("*currency", "币种", "ISO 4217 code"),
            day("*on_date", "日期", "day of the rate"),
            number("*rate", "汇率", "units of the reporting currency for one unit", least=0),
        ),
        key="currency on_date",
        natural="on_date",
        doc="exchange rates",
    ),
    table(
        "staff",
        "员工",
        (
            text("*staff_id", "员工编号", "the employee's number"),
            text("*name", "姓名", "name"),
            text("*institution_id", "机构编号", "where they work", ref="institution.institution_id"),
            text("*role", "岗位", "main role", values=ROLES),
            text("level", "级别", "customer manager's level"),
            text("customer_id", "本人客户编号", "the employee's own customer number"),
            day("hired_on", "入职日期", "first day"),
            day("left_on", "离职日期", "last day"),
            day("exam_passed_on", "资格考试通过日期", "day the exam was passed"),
        ),
        key="staff_id",
        doc="the bank's people; holds from the first day",
    ),
    table(
        "staff_role",
        "员工岗位",
        (
            text("*staff_id", "员工编号", "who", ref="staff.staff_id"),
            text("*role", "岗位", "role held", values=ROLES),
            text("*institution_id", "机构编号", "where", ref="institution.institution_id"),
            day("since", "起始日期", "first day; empty means always"),
            day("until", "终止日期", "last day"),
        ),
        key="staff_id role institution_id",
        natural="since",
        doc="further roles of a person",
    ),
    table(
        "staff_tie",
        "员工关联",
        (
            text("*staff_id", "员工编号", "who", ref="staff.staff_id"),
            text("*customer_id", "客户编号", "tied to whom", ref="customer.customer_id"),
            text("*kind", "关系", "the tie", values="spouse relative friend former_employer business"),
            day("declared_on", "申报日期", "day of the declaration; empty means always known"),
        ),
        key="staff_id customer_id kind",
        natural="declared_on",
        doc="ties of staff to customers, for recusal",
    ),
    table(
        "assignment",
        "管户分配",
        (
            text("*contract_id", "合同编号", "contract", ref="contract.contract_id"),
            text("*staff_id", "员工编号", "who handles it", ref="staff.staff_id"),
            day("*since", "起始日期", "first day"),
            day("until", "终止日期", "last day"),
            day("handover_signed_on", "交接签字日期", "day the handover was signed"),
            flag("inherited", "是否接管", "taken over from a colleague"),
        ),
        key="contract_id staff_id since",
        natural="since",
        doc="who handles which contract",
    ),
    table(
        "task",
        "任务",
        (
            text("*task_id", "任务编号", "the task's number"),
            text("*kind", "任务类型", "what is to be done"),
            text("*subject_kind", "对象类型", "what it is about"),
            text("*subject_id", "对象编号", "its number"),
            text("*owner_id", "负责人编号", "who does it"),
            day("*opened_on", "发起日期", "day it was opened"),
            day("*due_on", "截止日期", "day it is due", ahead=True),
            day("closed_on", "完成日期", "day it was closed"),
            flag("has_evidence", "有无证据", "whether proof is attached"),
        ),
        key="task_id",
        natural="opened_on",
        doc="people's tasks, for signals OPS01 to OPS08",
    ),
    table(
        "region",
        "地区",
        (
            text("*region_id", "地区编号", "the region's number"),
            text("*name", "地区名称", "its name"),
            text("parent_id", "上级地区编号", "the region around it", ref="region.region_id"),
            text("*kind", "地区类型", "its level", values="province city county township village"),
            number("latitude", "纬度", "degrees north", least=-90, most=90),
            number("longitude", "经度", "degrees east", least=-180, most=180),
        ),
        key="region_id",
        doc="regions; holds from the first day",
    ),
    table(
        "industry",
        "行业",
        (
            text("*industry_id", "行业编号", "the industry's number"),
            text("*name", "行业名称", "its name"),
            text("parent_id", "上级行业编号", "the industry around it", ref="industry.industry_id"),
        ),
        key="industry_id",
        doc="industries; holds from the first day",
    ),
    table(
        "region_indicator",
        "地区指标",
        (
            text("*region_id", "地区编号", "region", ref="region.region_id"),
            text("*indicator", "指标", "open list, declared by the pack, such as unemployment_rate"),
            day("*period", "期末日期", "end of the period"),
            number("*value", "数值", "in the indicator's own unit; shares as fractions"),
        ),
        key="region_id indicator period",
        natural="period",
        doc="indicators of regions",
    ),
    table(
        "industry_indicator",
        "行业指标",
        (
            text("*industry_id", "行业编号", "industry", ref="industry.industry_id"),
            text("*indicator", "指标", "open list, declared by the pack, such as output_price_index"),
            day("*period", "期末日期", "end of the period"),
            number("*value", "数值", "in the indicator's own unit; shares as fractions"),
        ),
        key="industry_id indicator period",
        natural="period",
        doc="indicators of industries",
    ),
)

__all__ = ["BANK", "ROLES"]
