"""Contracts, loans, schedules, payments and what the bank's records say of them."""

from __future__ import annotations

from postloan.book.tables.fields import day, flag, made_id, money, number, table, text, whole
from postloan.book.tables.party import FIVE_LEVELS

CONTRACT_TYPES = (
    "working_capital fixed_asset project real_estate_development trade_finance discount mortgage "
    "personal_consumption personal_business farmer_business farmer_micro card"
)
GUARANTEE_MODES = "credit guarantor joint_group mortgage pledge cash_equivalent insurance"
EXPOSURES = "loan acceptance letter_of_credit guarantee_letter undrawn_commitment"

CREDIT = (
    table(
        "contract",
        "合同",
        (
            text("*contract_id", "合同编号", "the contract's number"),
            text("*customer_id", "客户编号", "borrower", ref="customer.customer_id"),
            text(
                "*institution_id", "机构编号", "institution that keeps it", ref="institution.institution_id"
            ),
            text(
                "manager_id", "客户经理编号", "who handles it, if no assignment says so", ref="staff.staff_id"
            ),
            text("*contract_type", "合同类型", "type", values=CONTRACT_TYPES),
            flag("is_max_amount", "是否最高额", "maximum-amount contract"),
            flag("is_revolving", "是否循环", "revolving"),
            flag("is_entrusted", "是否委托", "entrusted: carries no risk of the bank's"),
            flag("is_syndicated", "是否银团", "syndicated"),
            number("bank_share", "本行份额", "the bank's share, a fraction", least=0, most=1),
            day("*signed_on", "签订日期", "day of signature"),
            day("expires_on", "到期日期", "day the contract expires", ahead=True),
            money("limit_amount", "授信额度", "limit"),
            text("*guarantee_mode", "担保方式", "main security", values=GUARANTEE_MODES),
            text("purpose", "用途", "agreed use of the money"),
            text("payment_mode", "支付方式", "who pays the counterparties", values="entrusted self"),
            money("self_payment_limit", "自主支付限额", "largest payment the borrower makes alone"),
            text("approved_by", "审批人", "who approved"),
        ),
        key="contract_id",
        required=True,
        doc="credit contracts; holds from the first day",
    ),
    table(
        "loan",
        "贷款",
        (
            text("*loan_id", "贷款编号", "the exposure's number"),
            text("*contract_id", "合同编号", "contract", ref="contract.contract_id"),
            text("*customer_id", "客户编号", "borrower", ref="customer.customer_id"),
            text("*exposure_kind", "敞口类型", "on or off the balance sheet", values=EXPOSURES),
            money("*amount", "金额", "amount granted, in the loan's currency"),
            text("*currency", "币种", "ISO 4217 code"),
            number("rate", "年利率", "a year, a fraction", least=-1, most=10),
            day("*disbursed_on", "发放日期", "day of payment, off the sheet of issue"),
            day("matures_on", "到期日期", "last agreed day", ahead=True),
            text(
                "repayment_method",
                "还款方式",
                "how it is repaid",
                values="instalment interest_then_principal bullet revolving seasonal",
            ),
            day("closed_on", "结清日期", "day it ended"),
            text(
                "close_reason", "结清原因", "why it ended", values="repaid refinanced written_off transferred"
            ),
            text("refinances_loan_id", "借新还旧原贷款编号", "loan that it repaid", ref="loan.loan_id"),
            text(
                "renewal_kind",
                "续贷方式",
                "how it was renewed",
                values="none new_for_old no_principal_renewal extension",
            ),
            flag("renewal_qualified", "续贷合格", "the renewal meets the conditions"),
            whole("extension_count", "展期次数", "extensions so far"),
            flag("unconditional_cancel", "可无条件撤销", "the bank may cancel at any time"),
        ),
        key="loan_id",
        required=True,
        doc="exposures; holds from the first day",
    ),
    table(
        "due",
        "还款计划",
        (
            text("*loan_id", "贷款编号", "loan", ref="loan.loan_id"),
            day("*due_on", "应还日期", "day it is due", ahead=True),
            money("*principal", "应还本金", "principal due"),
            money("*interest", "应还利息", "interest due"),
            money("fees", "应还费用", "fees due"),
            text("cause_unpaid", "未还原因", "proved cause of non-payment", values="operational technical"),
            text("proof_ref", "证明材料", "where the proof of the cause is kept"),
        ),
        key="loan_id due_on",
        doc="instalments agreed; no natural date: without known_on they hold from the first day, and a new "
        "schedule carries the day it was agreed as known_on",
    ),
    table(
        "payment",
        "还款",
        (
            made_id("payment_id", "还款编号"),
            text("*loan_id", "贷款编号", "loan", ref="loan.loan_id"),
            day("*paid_on", "还款日期", "day of payment"),
            money("*amount", "还款金额", "amount paid; below zero only in a reversal"),
            money("principal", "归还本金", "part for principal; without a split the policy's order applies"),
            money("interest", "归还利息", "part for interest"),
            money("fees", "归还费用", "part for fees"),
            text("payer_account_id", "付款账号", "account that paid", ref="account.account_id"),
            text("payer_customer_id", "付款客户编号", "who paid"),
            text("reverses_id", "冲正还款编号", "payment that this row takes back"),
        ),
        key="payment_id",
        natural="paid_on",
        doc="payments; known_on is the booking date, paid_on by default",
    ),
    table(
        "position",
        "余额快照",
        (
            text("*loan_id", "贷款编号", "loan", ref="loan.loan_id"),
            day("*on_date", "日期", "end of that day"),
            money("*balance", "余额", "principal outstanding", least=None),
            money("limit_amount", "额度", "limit"),
            money("drawing_power", "可用额度", "drawing power"),
            money("accrued_interest", "应计利息", "interest accrued"),
            money("overdue_principal", "逾期本金", "principal past due"),
            money("overdue_interest", "逾期利息", "interest past due"),
            whole("days_past_due", "逾期天数", "days"),
            whole("days_past_due_principal", "本金逾期天数", "days"),
            whole("days_past_due_interest", "利息逾期天数", "days"),
        ),
        key="loan_id on_date",
        natural="on_date",
        doc="what the bank's records said of a loan on a day; a credit balance is below zero",
    ),
    table(
        "margin",
        "保证金",
        (
            text("*loan_id", "贷款编号", "loan", ref="loan.loan_id"),
            day("*on_date", "日期", "day"),
            money("*required", "应缴金额", "margin required"),
            money("*deposited", "已缴金额", "margin deposited"),
        ),
        key="loan_id on_date",
        natural="on_date",
        doc="margins of exposures off the sheet",
    ),
    table(
        "advance",
        "垫款",
        (
            text("*loan_id", "贷款编号", "exposure", ref="loan.loan_id"),
            day("*advanced_on", "垫款日期", "day the bank paid"),
            money("*amount", "垫款金额", "amount"),
            day("repaid_on", "归还日期", "day it was repaid"),
            text("became_loan_id", "转贷款编号", "loan it was turned into", ref="loan.loan_id"),
        ),
        key="loan_id advanced_on",
        natural="advanced_on",
        doc="what the bank paid for a customer",
    ),
    table(
        "impairment",
        "减值",
        (
            text("*loan_id", "贷款编号", "loan", ref="loan.loan_id"),
            day("*on_date", "日期", "day"),
            whole("*stage", "阶段", "1, 2 or 3", least=1, most=3),
            money("*ecl", "预期信用损失", "expected credit loss"),
            money("*book_value", "账面价值", "book value", least=None),
        ),
        key="loan_id on_date",
        natural="on_date",
        doc="impairment by the accounting standard",
    ),
    table(
        "class_decision",
        "分类认定",
        (
            text("*loan_id", "贷款编号", "loan", ref="loan.loan_id"),
            day("*decided_on", "认定日期", "day of the decision"),
            text("*kind", "认定类型", "step", values="initial determination approval"),
            text("*scheme_id", "分类方案", "scheme, such as cn10a"),
            text("*level_code", "分类级别", "level in that scheme"),
            text("five_level", "五级分类", "five-level class", values=FIVE_LEVELS),
            text("decided_by", "认定人", "who decided"),
            text("reason", "理由", "why"),
            text("approved_by", "批准人", "who approved"),
        ),
        key="loan_id decided_on kind",
        natural="decided_on",
        doc="classes decided by people",
    ),
    table(
        "restructuring",
        "重组",
        (
            text("*loan_id", "贷款编号", "loan", ref="loan.loan_id"),
            day("*changed_on", "变更日期", "day of the change"),
            text(
                "*kind",
                "重组方式",
                "what changed",
                values="extension schedule grace rate_cut principal_relief interest_capitalised refinancing",
            ),
            flag("difficulty_proven", "财务困难", "the borrower is in financial difficulty"),
            day("first_due_after_on", "重组后首个还款日", "first due date afterwards", ahead=True),
            day("observation_ends_on", "观察期结束日", "end of the observation", ahead=True),
            flag("is_repeat", "是否再次重组", "restructured again"),
        ),
        key="loan_id changed_on",
        natural="changed_on",
        doc="changes of terms",
    ),
)
