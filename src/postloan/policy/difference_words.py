"""What is said of the difference between two packs, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from postloan.policy.finding_words import LANGUAGES

if TYPE_CHECKING:
    from postloan.policy.difference import Outcome

_WORDS: dict[str, tuple[str, str]] = {
    "table": ("table", "决策表"),
    "signal": ("signal", "信号"),
    "parameter": ("parameter", "参数"),
    "scheme": ("scheme", "分类方案"),
    "measure": ("measure", "措施"),
    "clock": ("clock", "法律时限"),
    "settings": ("settings", "设置"),
    "calendar": ("calendar", "日历"),
    "added": ("added", "新增"),
    "removed": ("removed", "删除"),
    "changed": ("changed", "修改"),
    "replaced": ("replaced", "更替"),
    "moved": ("moved", "移动"),
    "from": ("from {0}", "自 {0} 起"),
    "from_to": ("from {0}, after that of {1}", "自 {0} 起，替换 {1} 版"),
    "rule": ("rule {0} {1}", "规则 {0} {1}"),
    "place": ("place {0} → {1}", "位置 {0} → {1}"),
    "by_meaning": ("by meaning", "按含义"),
    "same": ("no input gets another outcome", "没有任何输入的结论改变"),
    "equal": ("no difference", "没有差异"),
    "example": ("example", "示例"),
    "empty": ("empty", "空"),
    "none": ("no rule", "无规则成立"),
    "clear": ("no colour", "无预警"),
    "conflict": ("a conflict of rules", "规则冲突"),
    "not_measurable": ("not measurable", "无法计量"),
    "nothing": ("nothing", "无"),
    "cut_off": ("there are more; the first {0} are listed", "另有更多，只列出前 {0} 项"),
    "wide": (
        "not decided: too wide for an exact search; there may be more",
        "未定：过宽，未能全部查清，可能还有",
    ),
    "opaque": (
        "not decided: cells that compare with other than constants differ",
        "未定：与常量以外的内容比较的条件有变动",
    ),
    "entangled": (
        "not decided: inputs that depend on each other, or whose allowed values cannot be told",
        "未定：输入相互关联，或其允许值无法判明",
    ),
    "alike": (
        "not decided: outputs that are computed in another way; no example tells them apart",
        "未定：结论的计算式不同，但未找到结果不同的示例",
    ),
    "compared": ("compared by the outputs that both have: {0}", "只比较两表都有的输出：{0}"),
    "outputs": ("not decided: the tables have no output in common", "未定：两表没有相同的输出"),
    "computed": ("not decided: what is added up is computed", "未定：合计项是计算得出的"),
    "invalid": ("not decided: a table cannot be used: {0}", "未定：决策表无法使用：{0}"),
    "total": ("{0} → {1}: differences: {2}", "{0} → {1}：差异 {2} 处"),
    "null": ("is empty", "为空"),
    "some": ("is not empty", "不为空"),
    "none_of": ("not in", "不属于"),
    "one_of": ("in", "属于"),
    "any": ("any input", "任何输入"),
    "listed": (", ", "、"),
}


class DiffWords:
    """Speaks one language."""

    def __init__(self, lang: str) -> None:
        self._place = LANGUAGES.index(lang)

    def __call__(self, key: str, *values: object) -> str:
        """Give the words for a key, filled in; a key without words as it stands."""
        if key not in _WORDS:
            return key
        text = _WORDS[key][self._place]
        return text.format(*values) if values else text

    def box(self, box: Mapping[str, str]) -> str:
        """Give a box in words."""
        from postloan.policy.verification.wording import spoken

        phrases = {key: self(key) for key in ("null", "some", "none_of", "one_of", "any")}
        return spoken(box, phrases, self("listed"))

    def outcomes(self, old: Outcome, new: Outcome, none: str = "none") -> str:
        """Give two outcomes side by side; of single answers only what changed."""
        if old.state == new.state == "answer" and len(old.rows) == len(new.rows) == 1:
            one, other = dict(old.rows[0]), dict(new.rows[0])
            names = [name for name in one if one[name] != other[name]]
            return self("listed").join(
                f"{name} {self.value(one[name])} → {self.value(other[name])}" for name in names
            )
        return f"{self.outcome(old, none)} → {self.outcome(new, none)}"

    def outcome(self, told: Outcome, none: str) -> str:
        """Give an outcome in words; `none` is the key of those for no rule."""
        if told.state not in ("answer", "part"):
            return self(none if told.state == "none" else told.state)
        return self.rows(told.rows)

    def rows(self, rows: Sequence[Mapping[str, object]]) -> str:
        """Give the answers of a table: of each the outputs that say something."""
        shown = [
            self("listed").join(
                f"{name} {self.value(value)}" for name, value in row.items() if value not in (None, "")
            )
            for row in rows
        ]
        return " + ".join(one or self("empty") for one in shown) or self("nothing")

    def value(self, value: object) -> str:
        """Give a value as people read it."""
        from postloan.policy.feel.builtins import text

        return self("empty") if value is None else str(text(value))
