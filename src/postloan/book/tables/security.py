"""Accounts and their entries, guarantees, collateral, proceedings and notices."""

from __future__ import annotations

from postloan.book.tables.fields import day, flag, made_id, money, number, table, text, whole
from postloan.engine.schema import Field

COLLATERALS = (
    "house shop land land_use_right machinery vehicle stock receivable deposit bond bill forest "
    "livestock other"
)
ENTRIES = (
    "cash transfer salary payroll_out interest penalty_interest loan_repayment fee tax utility "
    "returned_debit other"
)
COUNTERPARTIES = "broker developer wealth lender gambling crypto related"
SUIT_STAGES = "none preservation sued judged enforcement terminated bankruptcy"
SUIT_KINDS = (
    "loan private_lending labour title criminal administrative enforcement reorganisation liquidation"
)

SECURITY = (
    table(
        "account",
        "账户",
        (
            text("*account_id", "账号", "account number"),
            text("*customer_id", "客户编号", "owner", ref="customer.customer_id"),
            text("institution_id", "机构编号", "institution that keeps it", ref="institution.institution_id"),
            text(
                "*kind",
                "账户类型",
                "kind",
                values="current savings payroll margin loan_repayment repayment_reserve",
            ),
            day("opened_on", "开户日期", "day it was opened; empty means from the first day"),
            day("closed_on", "销户日期", "day it was closed"),
            day("frozen_on", "冻结日期", "day it was frozen"),
            day("frozen_until", "冻结截止日期", "last day of the freeze", ahead=True),
        ),
        key="account_id",
        natural="opened_on",
        doc="deposit accounts",
    ),
    table(
        "entry",
        "流水",
        (
            made_id("entry_id", "流水号"),
            text("*account_id", "账号", "account", ref="account.account_id"),
            day("*booked_on", "记账日期", "day of booking"),
            Field("booked_at", "timestamp", doc="local civil time of booking", zh="记账时间"),
            whole("sequence", "日内序号", "order within the day", least=None),
            money("*amount", "发生额", "signed: in is positive", least=None),
            text("*kind", "交易类型", "kind", values=ENTRIES),
            money("balance_after", "交易后余额", "balance after it", least=None),
            text("counterparty_id", "对手编号", "counterparty's customer number"),
            text("counterparty_account", "对手账号", "counterparty's account"),
            text("counterparty_name", "对手名称", "counterparty's name"),
            text("counterparty_class", "对手类别", "what the counterparty is", values=COUNTERPARTIES),
            text("channel", "渠道", "channel"),
            text("memo", "摘要", "text"),
            text("reverses_id", "冲正流水号", "entry that this row takes back"),
        ),
        key="entry_id",
        natural="booked_on",
        doc="entries on accounts",
    ),
    table(
        "guarantee",
        "保证",
        (
            made_id("guarantee_id", "保证编号"),
            text("*contract_id", "合同编号", "contract", ref="contract.contract_id"),
            text("*guarantor_customer_id", "保证人客户编号", "guarantor", ref="customer.customer_id"),
            money("*amount", "保证金额", "amount guaranteed"),
            text("kind", "保证方式", "kind", values="joint general joint_group company"),
            flag("period_text_unclear", "保证期间约定不明", "the contract's text on the period is unclear"),
            day("period_ends_on", "保证期间届满日", "end of the guarantee period", ahead=True),
            day("consent_to_change_on", "同意变更日期", "day the guarantor agreed to a change"),
        ),
        key="guarantee_id",
        doc="guarantees by persons and firms; holds from the first day",
    ),
    table(
        "collateral",
        "抵质押物",
        (
            text("*collateral_id", "押品编号", "the security's number"),
            text("*contract_id", "合同编号", "contract", ref="contract.contract_id"),
            text("*kind", "押品类型", "kind", values=COLLATERALS),
            money("value", "评估价值", "last value"),
            day("valued_on", "评估日期", "day of the last valuation"),
            money("first_value", "首次评估价值", "value at the start"),
            money("prior_claims", "优先受偿金额", "claims that rank before"),
            number("max_ltv", "最高抵押率", "highest loan to value agreed, a fraction", least=0),
            day("registered_on", "登记日期", "day of registration"),
            day("registered_until", "登记到期日", "last day of the registration", ahead=True),
            flag("insurance_required", "需投保", "insurance is agreed"),
            money("insured_amount", "投保金额", "insured amount"),
            day("insured_until", "保险到期日", "last day of the insurance", ahead=True),
            day("right_ends_on", "权利到期日", "end of the right of use", ahead=True),
            day("seized_on", "查封日期", "day it was seized"),
            text("owner_customer_id", "所有人客户编号", "owner", ref="customer.customer_id"),
            number("latitude", "纬度", "degrees north", least=-90, most=90),
            number("longitude", "经度", "degrees east", least=-180, most=180),
        ),
        key="collateral_id",
        doc="mortgages and pledges; holds from the first day",
    ),
    table(
        "collateral_link",
        "押品关联",
        (
            text("*collateral_id", "押品编号", "security", ref="collateral.collateral_id"),
            text("*contract_id", "合同编号", "contract", ref="contract.contract_id"),
            money("amount", "担保金额", "amount secured for that contract"),
        ),
        key="collateral_id contract_id",
        doc="one security that serves several contracts; holds from the first day",
    ),
    table(
        "proceeding",
        "诉讼",
        (
            text("*proceeding_id", "案件编号", "the case's number"),
            text("*customer_id", "客户编号", "customer", ref="customer.customer_id"),
            text("loan_id", "贷款编号", "loan; empty means all of the customer's", ref="loan.loan_id"),
            text("*our_role", "本行角色", "the bank's part in it", values="creditor none"),
            text("role", "客户角色", "customer's part", values="defendant plaintiff guarantor third_party"),
            text("kind", "案件类型", "kind", values=SUIT_KINDS),
            text("*stage", "阶段", "how far it has come", values=SUIT_STAGES),
            day("*filed_on", "立案日期", "day it was filed"),
            day("stage_on", "阶段日期", "day the stage was reached"),
            day("effective_on", "生效日期", "day the judgment took effect"),
            day("performance_due_on", "履行期限届满日", "last day to perform", ahead=True),
            day("claim_deadline_on", "债权申报截止日", "last day to file a claim", ahead=True),
            day("closed_on", "结案日期", "day it was closed"),
            money("amount", "标的金额", "amount at stake"),
        ),
        key="proceeding_id",
        natural="filed_on",
        doc="court cases and enforcement",
    ),
    table(
        "notice",
        "通知书",
        (
            made_id("notice_id", "通知编号"),
            text("*loan_id", "贷款编号", "loan", ref="loan.loan_id"),
            text("to_customer_id", "收件客户编号", "to whom", ref="customer.customer_id"),
            text(
                "*kind",
                "通知类型",
                "kind",
                values="demand acknowledgement claim_on_guarantor suit acceleration",
            ),
            day("*served_on", "送达日期", "day it was served"),
            text("method", "送达方式", "how", values="signed ems notary court"),
            text("receipt", "回执", "proof of receipt"),
            text("document_ref", "文书编号", "where the document is kept"),
        ),
        key="notice_id",
        natural="served_on",
        doc="what interrupts limitation and guarantee periods",
    ),
)
