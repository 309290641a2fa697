"""The words of the document of rules in English and Chinese."""

from __future__ import annotations

from postloan.terms import Term

WORDS: dict[str, Term] = {
    "title": ("The rules of {0}, with source and status", "{0}规则清单（依据与状态）"),
    "answer": (
        "Rules: {0}. To be confirmed by your lawyers before you rely on them: {1}. Without a source: {2}.",
        "共 {0} 条规则。{1} 条须经贵行法律部门核实后方可作为依据；{2} 条未注明来源。",
    ),
    "made": (
        "Made from the pack alone, policy version {0}: postloan policy rules {1}.",
        "全部由策略包生成，策略版本 {0}：postloan policy rules {1}。",
    ),
    "counts": ("How many rules have which status", "各状态规则数"),
    "legend_V": ("V: read in a public source.", "V：已见于公开来源。"),
    "legend_V*": (
        "V*: read in a weak or secondary source only. To be confirmed.",
        "V*：仅见于非官方或二手来源，待核实。",
    ),
    "legend_K": (
        "K: general knowledge, not read in the official text. To be confirmed.",
        "K：一般业务知识，未对照官方原文，待核实。",
    ),
    "legend_P": (
        "P: a proposal for the bank to decide; no source demands just this.",
        "P：建议值，由银行自行决定，无规定要求必须如此。",
    ),
    "legend_none": (
        "Not stated: the pack does not say. Treat it as to be confirmed.",
        "未注明：策略包未说明，视同待核实。",
    ),
    "legend_inherited": (
        "A status in brackets is that of the table or scheme; the rule itself says none.",
        "括号内的状态取自所在决策表或分类方案，规则本身未注明。",
    ),
    "to_confirm": ("To be confirmed by your lawyers", "待法律部门核实"),
    "how_K": (
        "K: find the text and article that says so; check its wording, the figure, and since when it holds.",
        "K：查明依据的法规与条款，核对条文、数值及施行日期。",
    ),
    "how_V*": (
        "V*: find the official text behind the source named; check that it says so and is still in force.",
        "V*：查找所列来源背后的官方原文，核对内容一致且现行有效。",
    ),
    "none_to_confirm": ("No rule has status K or V*.", "没有状态为 K 或 V* 的规则。"),
    "unsourced": ("Rules without a source or a status", "未注明来源或状态的规则"),
    "unsourced_how": (
        (
            "The pack does not say where these come from, or how sure they are: name source and status in "
            "the pack, or decide them as the bank's own."
        ),
        "策略包未说明其来源或可靠程度：应在策略包中补充来源与状态，或作为本行自定规则确认。",
    ),
    "none_unsourced": (
        "Every rule names a source and a status.",
        "全部规则均已注明来源与状态。",
    ),
    "sources": ("What the sources are", "来源说明"),
    "sources_how": (
        "References of the pack, and what they stand for. Rules that name none of these: {0}.",
        "策略包所引来源及其含义。未引用下列来源的规则：{0} 条。",
    ),
    "document": ("what it is", "说明"),
    "all": ("All rules", "全部规则"),
    "table": ("Decision tables", "决策表"),
    "scheme": ("Classification schemes and their levels", "分类方案与级别"),
    "measure": ("Measures", "贷后措施"),
    "clock": ("Legal clocks", "法定期限"),
    "signal": ("Early-warning signals", "预警信号"),
    "parameter": ("Parameters", "参数"),
    "calendar": ("Calendars", "工作日历"),
    "event": ("Kinds of events", "事件种类"),
    "indicator": ("Indicators", "指标"),
    "checklist": ("Checklists", "检查清单"),
    "setting": ("Settings of the pack", "策略包设置"),
    "chapter": ("chapter", "章节"),
    "group": ("in", "所属"),
    "code": ("rule", "规则"),
    "says": ("what it says", "规则内容"),
    "check": ("what is to be checked", "核实内容"),
    "source": ("source", "来源"),
    "against": ("against", "对照来源"),
    "status": ("status", "状态"),
    "effective_from": ("in force from", "生效日期"),
    "effective_until": ("until", "失效日期"),
    "legal_from": ("law since", "法律施行日期"),
    "owner": ("owner", "责任部门"),
    "reviewed_on": ("reviewed on", "复核日期"),
    "pack": ("pack", "策略包"),
    "where": ("file", "文件"),
    "not_stated": ("not stated", "未注明"),
    "total": ("total", "合计"),
    "rules": ("rules", "规则数"),
    "no_source": ("no source", "无来源"),
    "always": ("always", "自始"),
    "inherited": ("status of the table or scheme", "状态取自所属"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "(V)": ("(V)", "（V）"),
    "(V*)": ("(V*)", "（V*）"),
    "(K)": ("(K)", "（K）"),
    "(P)": ("(P)", "（P）"),
}
