"""Words of `policy explain`, in English and Chinese."""

from __future__ import annotations

from postloan.cli.words import LANGUAGES, language
from postloan.cli.words import Words as Common

_WORDS: dict[str, tuple[str, str]] = {
    "of_loan": ("loan {0}", "贷款 {0}"),
    "of_customer": ("customer {0}", "客户 {0}"),
    "held": ("rule {0} held", "规则 {0} 满足"),
    "aside": ("rule {0} is met too, but another comes first", "规则 {0} 也满足，但另一规则优先"),
    "undecided": ("rule {0} is met, but nothing was decided", "规则 {0} 满足，但未作判定"),
    "none_held": ("no rule held", "无规则满足"),
    "answer": ("gives {0}", "结论：{0}"),
    "missing": ("not measurable: {0} is not known", "无法计量：{0} 未知"),
    "conflict": ("contradiction: {0}", "规则冲突：{0}"),
    "missed": ("rule {0} missed by {1}", "规则 {0} 未满足：{1}"),
    "condition": ("{0} {1} (needs {2})", "{0} {1}（需 {2}）"),
    "needs": ("{0} needs {1}, is {2}", "{0} 需 {1}，实为 {2}"),
    "off": ("{0}, {1} off", "{0}，相差 {1}"),
    "off_days": ("{0}, {1} days off", "{0}，相差 {1} 天"),
    "on_bound": ("{0}, on the bound", "{0}，恰在界上"),
    "not_known": ("not known", "未知"),
    "and": (" and ", "，且"),
    "comma": (", ", "，"),
    "more": ("… and {0} more rules held", "… 另有 {0} 条规则满足"),
    "signals": ("Signals", "预警信号"),
    "next": ("next {0}: {1}", "下一级{0}：{1}"),
    "guard": ("asked only where {0}", "仅在 {0} 时判断"),
    "lacks": ("not measurable for lack of {0}", "缺 {0}，无法计量"),
    "clear": ("clear", "未触发"),
    "fired": ("{0}, threshold {1}", "{0}，阈值 {1}"),
    "off_signals": (
        "{0} not measurable or switched off: --json lists them",
        "{0} 项无法计量或已停用，--json 可列出",
    ),
    "given": ("as given", "按所给数值"),
}  # fmt: skip


class Words(Common):
    """Speaks one language; words that are not here are those of all commands."""

    def __init__(self, asked: str | None) -> None:
        super().__init__(language(asked))

    def __call__(self, key: str, *values: object) -> str:
        """Give the words for a key, filled in."""
        found = _WORDS.get(key)
        return found[LANGUAGES.index(self.lang)].format(*values) if found else super().__call__(key, *values)
