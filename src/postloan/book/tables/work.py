"""What happened and what people did: events, visits, contacts, verdicts, measures."""

from __future__ import annotations

from postloan.book.tables.fields import day, flag, made_id, money, number, table, text, whole

EVENT_SUBJECTS = "customer loan contract collateral account region industry institution"
SUBJECTS = "loan customer contract collateral guarantor group region industry institution staff account"
EVENT_KINDS = (
    "use_changed_without_consent debt_evasion debtor_merged payment_failure_ours redated_before_due "
    "deferral_requested covenant_breached covenant_waiver_asked auditor_changed audit_qualified "
    "accounting_policy_changed status_revoked status_abnormal legal_rep_changed controller_changed "
    "capital_reduced merged split address_changed scope_changed penalty stop_order controller_detained "
    "wage_case tax_inspection equity_frozen enforced_party dishonest_debtor spending_limited permit_expired "
    "negative_news premises_closed workers_cut subsidiary_opened key_person_left moved_away divorced "
    "household_split illness accident died bad_habit asset_sold conduct_changed village_grade_lowered "
    "shares_sold assets_stripped document_refused document_forged voucher_missing voucher_duplicate "
    "second_charge damaged demolished title_disputed leased_before occupied stock_counted supervisor_left "
    "terms_changed_without_consent lc_discrepancy guarantee_claimed disaster_red disaster_orange "
    "disaster_certified epidemic disease_outbreak irrigation_fault fraud_raising_case "
    "anchor_employer_stopped route_planned policy_restricted tariff_shock "
    "insurance_claim land_rent_unpaid cooperative_left offtaker_late subsidy_received fraud_confirmed "
    "limitation_obstacle limitation_obstacle_ended payment_order_served payment_order_objected "
    "asset_taken_over asset_disposed"
)
VISITS = "IN1 IN2 IN3 IN4 IN5 IN6 IN7 IN8 IN9 IN10"

WORK = (
    table(
        "event",
        "事件",
        (
            made_id("event_id", "事件编号"),
            text("*subject_kind", "对象类型", "what it happened to", values=EVENT_SUBJECTS),
            text("*subject_id", "对象编号", "its number"),
            text("*kind", "事件类型", "closed list, kept in the pack", values=EVENT_KINDS),
            day("*occurred_on", "发生日期", "day it happened"),
            number("value", "数值", "number that belongs to it, by kind"),
            text("source", "来源", "who reported it"),
            text("severity", "严重程度", "how grave, as reported"),
            text("verified_by", "核实人", "who checked it"),
            text("proof_ref", "证明材料", "where the proof is kept"),
        ),
        key="event_id",
        natural="occurred_on",
        doc="events",
    ),
    table(
        "visit",
        "走访",
        (
            made_id("visit_id", "走访编号"),
            text("*customer_id", "客户编号", "customer", ref="customer.customer_id"),
            text("loan_id", "贷款编号", "loan", ref="loan.loan_id"),
            text("*kind", "检查类型", "kind of inspection", values=VISITS),
            day("*visited_on", "走访日期", "day of the visit"),
            text("staff_id", "员工编号", "who went", ref="staff.staff_id"),
            text("second_staff_id", "第二员工编号", "who went along", ref="staff.staff_id"),
            number("latitude", "纬度", "degrees north", least=-90, most=90),
            number("longitude", "经度", "degrees east", least=-180, most=180),
            text("result", "结果", "outcome", values="ok finding refused absent closed"),
            whole("workers_seen", "在岗人数", "workers seen"),
            number("stock_ratio", "库存比例", "stock seen against stock stated", least=0),
            text("photo_hash", "照片哈希", "hash of the photograph"),
            text("report_hash", "报告哈希", "hash of the report"),
            number("report_similarity", "报告相似度", "to the last report, a fraction", least=0, most=1),
        ),
        key="visit_id",
        natural="visited_on",
        doc="inspections",
    ),
    table(
        "contact",
        "联系",
        (
            text("*customer_id", "客户编号", "customer", ref="customer.customer_id"),
            day("*contacted_on", "联系日期", "day"),
            text("*kind", "联系方式", "how", values="call sms letter visit"),
            flag("reached", "是否联系上", "the customer was reached"),
            text("staff_id", "员工编号", "who", ref="staff.staff_id"),
        ),
        key="customer_id contacted_on kind",
        natural="contacted_on",
        doc="contacts with customers",
    ),
    table(
        "verdict",
        "预警核实",
        (
            text("*subject_kind", "对象类型", "what was warned about", values=SUBJECTS),
            text("*subject_id", "对象编号", "its number"),
            text("*code", "信号代码", "signal"),
            day("*decided_on", "核实日期", "day"),
            text("*result", "结果", "what it was", values="real false_alarm too_late open"),
            text("cause", "原因", "why"),
            money("amount_secured", "挽回金额", "amount secured"),
            text("staff_id", "员工编号", "who decided", ref="staff.staff_id"),
        ),
        key="subject_kind subject_id code decided_on",
        natural="decided_on",
        doc="what people found behind a signal",
    ),
    table(
        "measure_done",
        "措施完成",
        (
            text("*measure_id", "措施编号", "measure"),
            text("*measure_code", "措施代码", "its code"),
            text("*loan_id", "贷款编号", "loan", ref="loan.loan_id"),
            day("*done_on", "完成日期", "day"),
            text("result", "结果", "outcome"),
            text("evidence_ref", "证据", "where the proof is kept"),
        ),
        key="measure_id measure_code loan_id done_on",
        natural="done_on",
        doc="measures that were done",
    ),
)
