"""Rules and inputs of the pack in the words of the person: what a floor or a row of the matrix says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from postloan.console.words import is_chinese, policy_of
from postloan.reports.rule_texts import of_rule


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
                # What follows is the number itself, which stands above the sentences.
                sentence = of_rule(table, rule)[language].rsplit("：" if language == "zh" else ": ", 1)[0]
                found.setdefault(row, []).append(sentence)
    return {row: Said(row, tuple(texts)) for row, texts in found.items()}


@lru_cache(maxsize=8)
def _labels(version: str, day: date, language: str) -> dict[str, str]:
    policy = policy_of(version, day)
    inputs = (one for name in policy.tables for one in policy.table(name).inputs)
    return {one.expression: one.labels.get(language) or one.label or one.expression for one in inputs}
