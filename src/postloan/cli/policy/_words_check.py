"""Words of `policy check`, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from postloan.cli.policy._words_verify import VerifyWords
from postloan.cli.text import counted
from postloan.policy.findings import TableFinding

if TYPE_CHECKING:
    from postloan.policy.findings import Finding
    from postloan.policy.model import DecisionTable

_LIMIT = 100

_CODES = {
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


class CheckWords(VerifyWords):
    """Speaks one language."""

    def told(self, found: Finding, tables: Mapping[str, DecisionTable]) -> tuple[str, str]:
        """Give the message of a finding and how to mend it, in the reader's language as far as it is known.

        Args:
            found: the finding.
            tables: tables by where they were read, for findings about them.
        """
        if isinstance(found, TableFinding) and (table := tables.get(found.where.split(", ")[0])):
            return self.finding(found, table, _LIMIT)
        told = f"{_CODES[found.code]}。{found.message}" if self._chinese(found.code) else found.message
        return told, found.mend

    def _chinese(self, code: str) -> bool:
        return self.lang == "zh" and code in _CODES

    def below(self, base: str, count: int) -> str:
        """Tell of warnings on a pack that this one extends."""
        if self.lang == "zh":
            return f"所继承的 {base} 有提示 {count} 项：postloan policy check {base}"
        return f"{counted(count, 'warning')} on {base}, which it extends: postloan policy check {base}"

    def sum(self, name: str, errors: int, warnings: int) -> str:
        """Tell how many errors and warnings there are."""
        if self.lang == "zh":
            return f"{name}：错误 {errors} 项，提示 {warnings} 项"
        return f"{name}: {counted(errors, 'error')}, {counted(warnings, 'warning')}"

    def written(self, path: object) -> str:
        """Tell of a file that was written anew."""
        return f"已重写 {path}" if self.lang == "zh" else f"written anew: {path}"

    def near(self, names: list[str]) -> str:
        """Ask whether another fact was meant."""
        if self.lang == "zh":
            return f"是否指 {'、'.join(names)}？`postloan describe facts` 可列出全部指标"
        return f"did you mean {' or '.join(names)}? `postloan describe facts` lists them"
