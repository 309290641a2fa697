"""Rules and inputs of the pack in the words of the person: what a floor or a row of the matrix says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from postloan.console.words import TABLES as WORDS
from postloan.console.words import Term, is_chinese, policy_of
from postloan.policy.model import DecisionTable, Rule
from postloan.reports.test_words import in_words

_CODES: dict[str, Term] = {
    "observed": ("in observation", "观察期内"),
    "excellent": ("excellent", "优"),
    "good": ("good", "良"),
    "off_ba": ("acceptance", "银行承兑汇票"),
    "off_lc": ("letter of credit", "信用证"),
    "off_lg": ("letter of guarantee", "保函"),
    "off_uc": ("undrawn commitment", "未使用授信承诺"),
}
"""Codes of tables of the desk that stand nowhere else."""


@dataclass(frozen=True)
class Said:
    """A rule by its number, with the conditions of its rows; it holds where one of them is met."""

    rule_id: str
    sentences: tuple[str, ...]


def rules_said(ids: Iterable[str], version: str, day: date) -> list[Said]:
    """Give the rows of the pack's tables that stand behind numbers such as F05 or MX06."""
    found = _rows(version, day, "zh" if is_chinese() else "en")
    return [found.get(one, Said(one, ())) for one in ids]


def inputs_said(names: Iterable[str], version: str, day: date) -> list[str]:
    """Give what people call facts: the impairment stage for `loan.stage`; the fact's name without one."""
    found = _labels(version, day, "zh" if is_chinese() else "en")
    return [found.get(one, one) for one in names]


@lru_cache(maxsize=8)
def _rows(version: str, day: date, language: str) -> dict[str, Said]:
    policy = policy_of(version, day)
    found: dict[str, list[str]] = {}
    for name in policy.tables_with("row"):
        table = policy.table(name)
        place = next(i for i, one in enumerate(table.outputs) if one.name == "row")
        for rule in table.rules:
            row = rule.entries[place].strip().strip('"')
            if row and row != "null":
                found.setdefault(row, []).append(_sentence(table, rule, language))
    return {row: Said(row, tuple(texts)) for row, texts in found.items()}


def _sentence(table: DecisionTable, rule: Rule, language: str) -> str:
    """Give the conditions of a row in words; one that is no plain comparison as the pack has it."""
    place = int(language == "zh")
    codes = {code: term[place] for terms in WORDS.values() for code, term in terms.items()} | {
        code: term[place] for code, term in _CODES.items()
    }
    told = [
        (one.labels.get(language) or one.label or one.expression, in_words(test, language, codes) or test)
        for one, test in zip(table.inputs, rule.tests, strict=True)
        if test.strip() != "-"
    ]
    return ("；", "; ")[place == 0].join(f"{label}{('：', ': ')[place == 0]}{asks}" for label, asks in told)


@lru_cache(maxsize=8)
def _labels(version: str, day: date, language: str) -> dict[str, str]:
    policy = policy_of(version, day)
    inputs = (one for name in policy.tables for one in policy.table(name).inputs)
    return {one.expression: one.labels.get(language) or one.label or one.expression for one in inputs}
