"""Names of states, actions and errors of policy, in the language of the person."""

from __future__ import annotations

from typing import Any

from postloan.console import words
from postloan.console.policies.changing import RefusedError
from postloan.console.words import Term
from postloan.errors import PostloanError
from postloan.policy.finding_words import FindingWords
from postloan.policy.findings import Finding
from postloan.policy.model import DecisionTable

STATES: dict[str, Term] = {
    "draft": ("draft", "起草中"),
    "consultation": ("in consultation", "征求意见"),
    "legal_check": ("legal check", "法律合规审查"),
    "joint_signature": ("joint signature", "会签"),
    "risk_signed": ("signed by risk", "风险部已签"),
    "credit_signed": ("signed by credit", "信贷部已签"),
    "signed": ("signed, to be promulgated", "已会签待发布"),
    "effective": ("promulgated", "已发布"),
    "locked": ("locked", "已锁定"),
    "withdrawn": ("withdrawn", "已撤回"),
}
ACTIONS: dict[str, Term] = {
    "change": ("change", "修改"),
    "withdraw": ("withdraw", "撤回"),
    "set_questions": ("set the questions", "设置测试题"),
    "ask_impact": ("compute the impact", "测算影响"),
    "cancel_impact": ("stop computing the impact", "停止测算"),
    "submit": ("open the consultation", "提交征求意见"),
    "end_consultation": ("end the consultation", "结束征求意见"),
    "comment": ("comment", "发表意见"),
    "approve_law": ("pass the legal check", "通过法律合规审查"),
    "sign_risk": ("sign for the risk department", "风险部签署"),
    "sign_credit": ("sign for the credit department", "信贷部签署"),
    "return": ("return to the author", "退回起草"),
    "promulgate": ("promulgate", "发布"),
    "acknowledge": ("acknowledge", "确认知悉"),
    "lock": ("lock", "锁定"),
    "review": ("review", "后评价"),
    "begin_draft": ("begun", "新建草案"),
    "change_draft": ("changed", "修改"),
    "impact_done": ("impact computed", "影响测算完成"),
    "impact_failed": ("impact not computed", "影响测算失败"),
    "impact_cancelled": ("computing of the impact stopped", "影响测算已停止"),
}
KINDS: dict[str, Term] = {
    "parameter": ("parameter", "参数"),
    "signal": ("signal", "信号"),
    "table": ("decision table", "决策表"),
    "case": ("cases", "用例"),
    "day": ("effective date", "生效日"),
    "base": ("base", "基准版本"),
    "scheme": ("scheme", "分类方案"),
    "measure": ("measure", "措施"),
    "clock": ("legal clock", "法律时限"),
    "file": ("file", "文件"),
    "calendar": ("calendar", "工作日历"),
    "events": ("kinds of event", "事件种类"),
    "indicators": ("indicators", "外部指标"),
}
STAGES: dict[str, Term] = {
    "facts": ("facts", "指标"),
    "clocks": ("legal clocks", "法律时限"),
    "signals": ("signals", "信号"),
    "warnings": ("warnings", "预警"),
    "classification": ("classification", "分类"),
    "measures": ("measures", "措施"),
}
STATUSES: dict[str, Term] = {
    "V": ("V, read in the source", "V（已核对原文）"),
    "V*": ("V*, read with a reservation", "V*（已核对，有保留）"),
    "K": ("K, from practice", "K（行业惯例）"),
    "P": ("P, a proposal", "P（建议值）"),
}
MANY: dict[str, Term] = {
    "parameter": ("Parameters", "参数"),
    "measure": ("Measures", "措施"),
    "scheme": ("Schemes", "分类方案"),
    "clock": ("Legal clocks", "法律时限"),
    "table": ("Decision tables", "决策表"),
    "file": ("Calendars and lists", "日历与清单"),
}
_ERRORS: dict[str, str] = {
    "not_in_this_state": "当前状态下不能进行此项操作。",
    "not_your_step": "此项操作不属于您的职责。",
    "own_work": "您参与编制了本草案，不能审查自己的成果，须由他人办理。",
    "approved_already": "您已审批过本草案，每项审批须由不同的人办理。",
    "other_content": "草案内容与您看到的不一致，请重新打开并核对变动。",
    "no_impact": "当前内容尚无影响测算报告，请先测算并阅读后再签署。",
    "impact_at_work": "影响测算正在进行，请等待完成。",
    "not_approved": "当前内容的审批不齐全。",
    "no_questions": "尚未设置供客户经理作答的测试题，请编制人补充。",
    "base_moved": "草案所依据的版本已不是现行版本，请更换基准版本并核对差异。",
    "too_late": "规则不能自该日起生效：该日已到或已过，请选择以后的日期。",
    "wrong_deadline": "征求意见截止日须在今天之后、生效日之前。",
    "empty_draft": "草案尚未作任何修改。",
    "empty_comment": "意见内容为空。",
    "consultation_open": "尚有支行未发表意见，且未到截止日。",
    "wrong_answers": "答案有误，请重新阅读修改内容后作答。",
    "acknowledged_already": "您已确认知悉本版本。",
    "not_acknowledged": "尚有客户经理未确认知悉。",
    "too_early": "未到后评价日期。",
    "reviewed_already": "本版本已完成后评价。",
    "no_reason": "请写明理由。",
    "nothing_changed": "草案内容没有变化。",
    "wrong_change": "此项修改无法受理，请核对填写内容。",
    "facts_would_change": "该修改影响指标的计算，须提供账簿才能测算。",
    "broken": "测算因程序故障中断，请联系系统运行岗。",
    "impact_failed": "测算未完成。",
    "no_impact_at_work": "当前没有进行中的测算。",
    "impact_stopped": "后台测算中途停止，请重新测算。",
}


def finding_words() -> FindingWords:
    """Give the words for findings in the language of the person."""
    return FindingWords("zh" if words.is_chinese() else "en")


def error(told: PostloanError) -> dict[str, Any]:
    """Give an error as a page shows it: what happened, where, how to mend it."""
    finding = Finding("error", told.code, told.message, told.where, told.mend)
    return found(finding, {})


def errors(told: PostloanError) -> list[dict[str, Any]]:
    """Give what a check found as a page shows it: several of a draft that was refused, else one."""
    if isinstance(told, RefusedError):
        return [found(one, {}) for one in told.findings[:20]]
    return [error(told)]


def found(finding: Finding, tables: dict[str, DecisionTable]) -> dict[str, Any]:
    """Give a finding as a page shows it."""
    if words.is_chinese() and finding.code in _ERRORS:
        message, mend = _ERRORS[finding.code], ""
    else:
        message, mend = finding_words().told(finding, tables)
    return {
        "severity": finding.severity,
        "code": finding.code,
        "message": message,
        "where": finding.where,
        "mend": mend,
    }
