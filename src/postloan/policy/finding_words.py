"""What is said of findings in packs and their tables, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from postloan.policy.findings import TableFinding

if TYPE_CHECKING:
    from postloan.policy.findings import Finding
    from postloan.policy.model import DecisionTable

LANGUAGES = ("en", "zh")

_LIMIT = 100

_WORDS: dict[str, tuple[str, str]] = {
    "error": ("error", "错误"),
    "warning": ("warning", "提示"),
    "where": ("where", "位置"),
    "mend": ("mend", "处理"),
    "example": ("example", "示例"),
    "empty": ("empty", "空"),
    "rules": ("{0} rules", "{0} 条规则"),
    "sound": ("nothing found", "未发现问题"),
    "total": ("{0}: tables {1}, errors {2}, warnings {3}", "{0}：决策表 {1} 张，错误 {2} 项，提示 {3} 项"),
    "listed": (", ", "、"),
    "null": ("is empty", "为空"),
    "some": ("is not empty", "不为空"),
    "none_of": ("not in", "不属于"),
    "one_of": ("in", "属于"),
    "any": ("any input", "任何输入"),
}

_CHINESE: dict[str, tuple[str, str]] = {
    "gap": ("没有规则覆盖：{box}。", "为其增加规则，或在末尾增加兜底规则。"),
    "overlap same": (
        "规则 {one} 与 {others} 同时成立：{box}，结论相同。",
        "使规则互斥，或改用 FIRST、COLLECT。",
    ),
    "overlap differ": (
        "规则 {one} 与 {others} 同时成立：{box}，结论不同。",
        "使规则互斥，或改用 FIRST、COLLECT。",
    ),
    "shadowed": (
        "规则 {one} 永不生效：凡其成立之处，{others} 均在先。",
        "移到它们之前，或收窄它们，或删去本规则。",
    ),
    "unreachable": ("规则 {one} 无法成立：没有值满足 {box}。", "更正该条件，或删去本规则。"),
    "redundant": ("删去规则 {one} 后结果不变（{others} 结论相同）。", "可删去；仅供阅读的可保留。"),
    "redundant default": ("删去规则 {one} 后结果不变（与默认值相同）。", "可删去；仅供阅读的可保留。"),
    "non_discriminating": ("输入 {columns} 不起作用：任何值都满足其全部条件。", "删去该列，除非有待填写。"),
    "not_decided opaque": (
        "规则 {all}：条件与常量以外的内容比较，与之相关的结论未定。",
        "将该比较做成指标后再判断。",
    ),
    "not_decided entangled": (
        "输入 {columns} 相互关联，或其允许值无法判明：空缺与重叠未定。",
        "每个指标只占一列，或将计算做成指标。",
    ),
    "not_decided computed": (
        "输入 {columns} 能否取到有关的值无法判明：该处的空缺与重叠未定。",
        "给出该输入的允许值，或将计算做成指标。",
    ),
    "not_decided": ("决策表过宽，未能全部查清（{reason}）：可能还有。", "拆分决策表，或给出输入的允许值。"),
    "truncated": ("{reason}超过 {limit} 项，只列出前 {limit} 项。", "处理后再校验。"),
}

_REASONS = {
    "gap": "空缺",
    "overlap": "重叠",
    "shadowed": "永不生效的规则",
    "unreachable": "无法成立的规则",
    "redundant": "多余规则",
    "non_discriminating": "不起作用的输入",
}

_CODES = {**_REASONS, "not_decided": "未定", "truncated": "未列全"}


class VerifyWords:
    """Speaks one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._place = LANGUAGES.index(lang)

    def __call__(self, key: str, *values: object) -> str:
        """Give the words for a key, filled in."""
        text = _WORDS[key][self._place]
        return text.format(*values) if values else text

    def code(self, code: str) -> str:
        """Give what a kind of finding is called."""
        return _CODES.get(code, code) if self.lang == "zh" else code.replace("_", " ")

    def finding(self, found: TableFinding, table: DecisionTable, limit: int) -> tuple[str, str]:
        """Give what was found, and how to mend it."""
        if self.lang == "en":
            return found.message, found.mend
        keys = (f"{found.code} {found.reason}", found.code)
        if found.code == "redundant" and len(found.rules) == 1:
            keys = ("redundant default", "redundant")
        message, mend = next((_CHINESE[key] for key in keys if key in _CHINESE), (found.message, found.mend))
        filled = {
            "one": found.rules[0] if found.rules else "",
            "others": "、".join(found.rules[1:]),
            "all": "、".join(found.rules),
            "box": self.box(found.box, table),
            "columns": "、".join(self.column(name, table) for name in found.box),
            "reason": _REASONS.get(found.reason, found.reason),
            "limit": str(limit),
        }
        return message.format(**filled), mend

    def box(self, box: Mapping[str, str], table: DecisionTable) -> str:
        """Give a box in words."""
        from postloan.policy.verification.wording import spoken

        phrases = {key: self(key) for key in ("null", "some", "none_of", "one_of", "any")}
        named = {self.column(name, table): test for name, test in box.items()}
        return spoken(named, phrases, self("listed"))

    def column(self, name: str, table: DecisionTable) -> str:
        """Give an input's label in the reader's language with its expression; this alone in English."""
        if self.lang == "en":
            return name
        labels = next((item.labels for item in table.inputs if item.expression == name), {})
        label = labels.get(self.lang)
        return f"{label} {name}" if label else name


_KINDS = {
    "yaml_syntax": "文件不是有效的 YAML",
    "pack_entry": "条目有误",
    "pack_settings": "pack.yaml 设置有误",
    "pack_document": "文档有误",
    "unknown_pack": "所继承的策略包不存在",
    "pack_cycle": "策略包循环继承",
    "two_in_force": "同一日期有两个版本生效",
    "override_unexplained": "替换下级策略包的条目而未写理由",
    "unknown_file": "此文件或目录不被读取，请核对名称",
    "not_canonical": "决策表文件不是规范格式",
    "markdown_stale": "决策表旁的 Markdown 与决策表不一致",
    "calendar_entry": "日历有误",
    "calendar_provisional": "该年日历未知，仅按周末计算",
    "not_in_force": "该日期没有生效的版本",
    "not_yet_in_force": "此日期之后才生效",
    "yaml_unreadable": "文件无法读取（须为 UTF-8 编码）",
    "yaml_too_large": "文件过大或嵌套过深",
    "pack_unreadable": "文件无法读取",
    "dmn_syntax": "文件不是有效的 DMN",
    "dmn_entities": "文件含文档类型或实体，或不是 UTF-8 编码",
    "parameter_kind": "参数类型与所替换的不符",
    "parameter_range": "参数值超出允许范围",
    "table_differs": "决策表的结论与所替换的不符",
    "overrides_nothing": "写有替换理由，但下级策略包无此条目",
    "nobody_asks": "名称未被系统读取，请核对拼写",
    "unknown_feed": "数据表名称不存在",
    "unknown_role": "角色不存在",
    "unknown_level": "分类级别不存在",
    "unknown_scheme": "分类方案不存在",
    "unknown_table": "决策表不存在",
    "unknown_signal": "信号不存在",
    "unknown_name": "名称不是指标",
    "unknown_family": "信号类别不在 precedence 中",
    "wrong_subject": "指标与信号主体不符",
    "ill_typed": "类型不符",
    "feel_syntax": "表达式语法有误",
    "feel_refused": "表达式使用了不支持的内容",
    "table_malformed": "决策表结构有误",
    "null_unhandled": "可能缺失的输入未处理",
    "case_failed": "场景用例未通过",
    "case_malformed": "场景用例有误",
    "provenance_missing": "缺少依据或责任部门",
    "review_due": "超过十二个月未复核",
}
"""What each kind of finding is, for readers of Chinese; the message beside it names the details."""


class FindingWords(VerifyWords):
    """Speaks one language of what `policy check` finds."""

    def told(
        self, found: Finding, tables: Mapping[str, DecisionTable], limit: int = _LIMIT
    ) -> tuple[str, str]:
        """Give the message of a finding and how to mend it, in the reader's language as far as it is known.

        Args:
            found: the finding.
            tables: tables by where they were read, for findings about them.
            limit: how many findings of a kind were asked for.
        """
        if isinstance(found, TableFinding) and (table := tables.get(found.where.split(", ")[0])):
            return self.finding(found, table, limit)
        told = f"{_KINDS[found.code]}。{found.message}" if self.knows(found.code) else found.message
        return told, found.mend

    def knows(self, code: str) -> bool:
        """Tell whether a kind of finding has words of its own in the language."""
        return self.lang == "zh" and code in _KINDS
