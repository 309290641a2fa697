"""The field's terms that every part speaks in English and Chinese: roles and five-level classes."""

from __future__ import annotations

Term = tuple[str, str]
"""The English and the Chinese word."""

COLOUR_MARKS = {"red": ("R", "⬣"), "orange": ("O", "▲"), "yellow": ("Y", "■"), "blue": ("B", "●")}
"""Letter and shape of each colour, worst first, for those who cannot tell colours apart."""

ROLES: dict[str, Term] = {
    "customer_manager": ("customer manager", "客户经理"),
    "branch_head": ("branch head", "支行行长"),
    "credit_department": ("credit department", "信贷部"),
    "risk_department": ("risk department", "风险部"),
    "audit": ("audit", "审计"),
    "asset_preservation": ("asset preservation", "资产保全"),
    "legal": ("legal", "法律合规"),
    "finance": ("finance", "财务部"),
    "compliance": ("compliance", "合规部"),
    "trade_finance": ("trade finance", "贸易融资"),
    "human_resources": ("human resources", "人力资源部"),
    "executive": ("executive", "高级管理层"),
    "risk_committee": ("risk committee", "风险管理委员会"),
    "valuer": ("valuer", "评估人员"),
    "policy_author": ("policy author", "策略编制人"),
    "policy_approver": ("policy approver", "策略审批人"),
    "operator": ("operator", "系统运行岗"),
    "system": ("the system", "系统"),
}

CLASSES: dict[str, Term] = {
    "normal": ("normal", "正常"),
    "special_mention": ("special mention", "关注"),
    "substandard": ("substandard", "次级"),
    "doubtful": ("doubtful", "可疑"),
    "loss": ("loss", "损失"),
    "not_measurable": ("not measurable", "无法计量"),
}
"""The regulatory classes, best first, and the word for what cannot be classified."""

CUSTOMER_KINDS: dict[str, Term] = {
    "corporate": ("corporate", "企业"),
    "small_business": ("small business", "小微企业"),
    "farmer": ("farmer", "农户"),
    "individual": ("individual", "个人"),
}
"""Kinds of customers, as the contract of the book lists them."""

CONTRACT_TYPES: dict[str, Term] = {
    "working_capital": ("working capital", "流动资金贷款"),
    "fixed_asset": ("fixed assets", "固定资产贷款"),
    "project": ("project", "项目贷款"),
    "real_estate_development": ("real estate development", "房地产开发贷款"),
    "trade_finance": ("trade finance", "贸易融资"),
    "discount": ("discounted bills", "贴现"),
    "mortgage": ("home mortgage", "按揭贷款"),
    "personal_consumption": ("personal consumption", "个人消费贷款"),
    "personal_business": ("personal business", "个人经营贷款"),
    "farmer_business": ("farmer's business", "农户经营贷款"),
    "farmer_micro": ("farmer's microcredit", "农户小额信用贷款"),
    "card": ("credit card", "信用卡"),
}
"""Types of contracts, as the contract of the book lists them."""

ENTRY_KINDS: dict[str, Term] = {
    "entry_cash": ("cash", "现金"),
    "entry_transfer": ("transfer", "转账"),
    "entry_salary": ("salary", "代发工资入账"),
    "entry_payroll_out": ("wages paid", "发放工资"),
    "entry_interest": ("interest", "利息"),
    "entry_penalty_interest": ("penalty interest", "罚息"),
    "entry_loan_repayment": ("loan repayment", "归还贷款"),
    "entry_fee": ("fee", "手续费"),
    "entry_tax": ("tax", "税费"),
    "entry_utility": ("utility", "水电费"),
    "entry_returned_debit": ("returned debit", "扣款退回"),
    "entry_other": ("other", "其他"),
}
"""Kinds of entries of accounts, by `entry_` and the kind."""
