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
