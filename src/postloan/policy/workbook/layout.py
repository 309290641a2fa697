"""Where things stand on a sheet, the words that name them, and how text is kept in a cell.

A sheet has two rows of properties (name above, value below), a row for each property of a column
(what it is, its kind, its values, its labels), the row `rule` that heads the rules, and the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from postloan.policy.model import DecisionTable

BETWEEN = " · "
"""Stands between the English word, by which a cell is known, and the Chinese one."""

PROPERTIES = {
    "table": "表名",
    "name": "名称",
    "hit policy": "命中策略",
    "aggregation": "汇总方式",
    "effective from": "生效日期",
    "overrides": "替换理由",
    "reference": "依据",
    "owner": "责任部门",
    "reviewed on": "复核日期",
    "status": "状态",
    "label": "显示名",
    "variable": "变量",
}
"""Properties of a table; `label: zh` and `variable: NAME` take what follows the colon."""

ROWS = {
    "expression": "表达式",
    "kind": "类型",
    "values": "取值",
    "required": "必需",
    "default": "缺省",
    "label": "显示名",
}
"""Properties of a column, one row each; `label: zh` takes the language after the colon."""

RULE = "rule"
"""Heads the rules; beside it stands what each column is."""

USES = {"condition": "条件", "result": "结论", "note": "备注"}
ANSWERS = {"yes": "是", "no": "否"}
WORDS = {**PROPERTIES, **ROWS, RULE: "规则", **USES, **ANSWERS}

LEGEND, LISTS = "legend", "lists"
"""Sheets that hold no table: how to fill in, and the values that cells offer."""

MOST_TEXT = 32_767
"""The longest text that a cell of Excel holds, in UTF-16 units."""

SPARE = 200
"""Rows below the last rule that offer the same values."""

_SHEET_NAME = 31
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\U00010000-\U0010ffff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_MARK = "x005F_"


@dataclass(frozen=True)
class Source:
    """A table to write, and the day from which it holds, if that is known."""

    table: DecisionTable
    effective_from: date | None = None


def bilingual(word: str) -> str:
    """Give the English word with the Chinese one beside it; a part after a colon is kept."""
    head, colon, rest = word.partition(": ")
    return f"{head}{BETWEEN}{WORDS[head]}{colon}{rest}"


def plain(text: str) -> str:
    """Give the English word of what `bilingual` wrote, or of its Chinese part; other text is only trimmed."""
    if "：" in text and ": " not in text:  # as a Chinese keyboard writes it
        text = text.replace("：", ": ", 1)
    for word, chinese in WORDS.items():
        for known in (f"{word}{BETWEEN}{chinese}", chinese):
            if text.strip() == known:
                return word
            if text.startswith(f"{known}: "):
                return word + text[len(known) :]
    head, colon, rest = text.partition(": ")
    return head.strip().lower() + colon + rest


def sheet_names(tables: Iterable[str]) -> list[str]:
    """Give each table a sheet name: at most 31 characters, none that Excel refuses, none twice."""
    taken = {LEGEND, LISTS, "history"}
    names = []
    for table in tables:
        base = _NOT_IN_A_NAME.sub("_", table)[:_SHEET_NAME].strip("' ") or "table"
        name, count = base, 1
        while name.casefold() in taken:
            count += 1
            name = f"{base[: _SHEET_NAME - len(str(count)) - 1]}_{count}"
        taken.add(name.casefold())
        names.append(name)
    return names


def encode(text: str) -> str:
    """Give a text as cells keep it: what XML cannot hold stands as `_xHHHH_`, as Excel writes it."""
    safe = _LOOKS_ESCAPED.sub("_x005F_", text)
    if not safe.strip(" \t\r\n"):  # blanks alone would be dropped
        return "".join(f"_x{ord(letter):04X}_" for letter in safe)
    return _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", safe)


def decode(text: str) -> str:
    """Give the text that a cell holds."""

    def letter(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)

    return _ESCAPED.sub(letter, text)


def too_long(encoded: str) -> bool:
    """Tell whether a cell cannot hold a text."""
    return len(encoded) > MOST_TEXT // 2 and len(encoded.encode("utf-16-le")) // 2 > MOST_TEXT


def shielded(part: bytes, mark: bytes) -> bytes:
    """Put a mark where the reading library would drop the escape of an underscore."""
    return part.replace(_MARK.encode(), b"x005F" + mark + b"_")


def unshielded(text: str, mark: str) -> str:
    """Take the mark out again."""
    return text.replace(f"x005F{mark}_", _MARK)
