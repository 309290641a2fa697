"""Tests of decision tables and signals in plain words, English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from postloan.terms import Term

_WORDS: dict[str, Term] = {
    ">=": ("at least {0}", "不低于 {0}"),
    ">": ("more than {0}", "大于 {0}"),
    "<=": ("at most {0}", "不高于 {0}"),
    "<": ("less than {0}", "小于 {0}"),
    "=": ("{0}", "{0}"),
    "between": ("from {0} to {1}", "{0} 至 {1}"),
    "(]": ("more than {0}, at most {1}", "大于 {0}、不高于 {1}"),
    "[)": ("at least {0}, less than {1}", "不低于 {0}、小于 {1}"),
    "()": ("more than {0}, less than {1}", "大于 {0}、小于 {1}"),
    "true": ("yes", "是"),
    "false": ("no", "否"),
    "null": ("not known", "未知"),
    "or": (" or ", "或"),
    "not": ("other than {0}", "非 {0}"),
}
_VALUE = r'-?\d+(?:\.\d+)?|"[^"]*"|true|false|null'
_COMPARED = re.compile(rf"(>=|<=|>|<|=)\s*({_VALUE})")
_BETWEEN = re.compile(rf"([\[(])\s*({_VALUE})\s*\.\.\s*({_VALUE})\s*([\])])")
_LISTED = re.compile(rf"(?:{_VALUE})(?:\s*,\s*(?:{_VALUE}))*")


def in_words(
    test: str, lang: str, names: Mapping[str, str] | None = None, *, percent: bool = False
) -> str | None:
    """Give a unary test in words, such as `at least 90`; None for one that is no plain comparison.

    Args:
        test: the test as a table or a signal has it.
        lang: en or zh.
        names: words for codes that stand in quotes.
        percent: whether figures are shares, told in per cent.
    """
    place, text = int(lang == "zh"), test.strip()

    def value(one: str) -> str:
        return _value(one, place, names or {}, percent=percent)

    if found := _COMPARED.fullmatch(text):
        return _WORDS[found[1]][place].format(value(found[2]))
    if found := _BETWEEN.fullmatch(text):
        ends = found[1] + found[4]
        kind = "between" if ends == "[]" else ends
        return _WORDS[kind][place].format(value(found[2]), value(found[3]))
    if _LISTED.fullmatch(text):
        values = [value(one) for one in re.findall(_VALUE, text)]
        return _WORDS["or"][place].join(values)
    if text.startswith("not(") and text.endswith(")"):
        inside = in_words(text[4:-1], lang, names, percent=percent)
        return None if inside is None else _WORDS["not"][place].format(inside)
    return None


def _value(text: str, place: int, names: Mapping[str, str], *, percent: bool) -> str:
    if text in ("true", "false", "null"):
        return _WORDS[text][place]
    if text.startswith('"'):
        code = text.strip('"')
        return names.get(code, code)
    return f"{(Decimal(text) * 100).normalize():f} %" if percent else text
