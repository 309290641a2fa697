"""What `policy test` and `policy mutate` say, in English and Chinese."""

from __future__ import annotations

from postloan.cli.words import LANGUAGES

_WORDS: dict[str, tuple[str, str]] = {
    "where": ("where", "位置"),
    "why": ("why", "依据"),
    "failed": ("failed", "未通过"),
    "error": ("error", "错误"),
    "table": ("table", "决策表"),
    "signal": ("signal", "信号"),
    "from": ("in force from", "生效日"),
    "cases": ("cases", "案例"),
    "hit": ("hit", "已覆盖"),
    "not_hit": ("not hit", "未覆盖"),
    "insufficient_data": ("insufficient data", "数据不足"),
    "default": ("answer where no rule holds", "无规则命中时的默认值"),
    "coverage": ("Coverage", "覆盖情况"),
    "ran": (
        "{0}: {1} cases, {2} failed; {3} of {4} rules and grades hit",
        "{0}：案例 {1} 个，未通过 {2} 个；规则与等级覆盖 {3}/{4}",
    ),
    "nothing": ("{0} has no cases; write them into {0}/cases", "{0} 没有案例；请写入 {0}/cases"),
    "mutants": ("mutants", "变异"),
    "killed": ("killed", "被发现"),
    "survived": ("survived", "未被发现"),
    "equivalent": ("equivalent", "等价"),
    "share": ("share", "比率"),
    "add": ("add", "建议"),
    "changed": ("{0} became {1}", "{0} 改为 {1}"),
    "total": (
        "{0}: {1} mutants, {2} killed, {3} survived, {4} equivalent: {5} % killed, {6} % asked for",
        "{0}：变异 {1} 个，被发现 {2} 个，未被发现 {3} 个，等价 {4} 个：发现率 {5}%，要求 {6}%",
    ),
    "broken": (
        "cases already fail without any change: mend them first with postloan policy test {0}",
        "案例在未作改动时即未通过：请先用 postloan policy test {0} 更正",
    ),
    "trying": ("trying changes", "正在试验改动"),
    "equivalents": ("Equivalent: no row is decided otherwise", "等价改动：任何情形的结论都不变"),
    "more": ("… and {0} more; --json has them all", "……另有 {0} 项；--json 列出全部"),
}


class CaseWords:
    """Speaks one language."""

    def __init__(self, lang: str) -> None:
        self._place = LANGUAGES.index(lang)

    def __call__(self, key: str, *values: object) -> str:
        """Give the words for a key, filled in; a key without words is given as it stands."""
        found = _WORDS.get(key)
        text = found[self._place] if found else key
        return text.format(*values) if values else text
