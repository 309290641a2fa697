"""A decision table as a page shows it: rows of cells in words, with what verification found beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from postloan.console import words
from postloan.console.policies import spoken
from postloan.policy import provenance
from postloan.policy.feel.builtins import text as written
from postloan.policy.findings import TableFinding
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.reports import rule_texts


@dataclass(frozen=True)
class Cell:
    """One cell: its text, the name of its column, and whether a problem is about it."""

    text: str
    column: str
    is_marked: bool


@dataclass(frozen=True)
class Row:
    """One rule: its cells, the sentence that it makes, its source, and the problems it has."""

    id: str
    cells: tuple[Cell, ...]
    says: str
    source: str
    status: str
    problems: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Sheet:
    """A table: its columns (name, technical name), its rows, and the problems of the table as a whole."""

    conditions: tuple[tuple[str, str], ...]
    conclusions: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    problems: tuple[dict[str, Any], ...]


def sheet(table: DecisionTable, findings: Sequence[TableFinding]) -> Sheet:
    """Lay a table out, each finding beside the rule that it asks to mend."""
    columns: list[Input | Output] = [*table.inputs, *table.outputs]
    named = [name_of(one) for one in columns]
    split = len(table.inputs)
    pairs = [(name, _technical(one)) for name, one in zip(named, columns, strict=True)]
    ids = {rule.id for rule in table.rules}
    rows = tuple(
        _row(table, rule, named, [one for one in findings if one.rules[:1] == (rule.id,)])
        for rule in table.rules
    )
    whole = [one for one in findings if not one.rules or one.rules[0] not in ids]
    return Sheet(tuple(pairs[:split]), tuple(pairs[split:]), rows, tuple(_told(one, table) for one in whole))


def _row(table: DecisionTable, rule: Rule, named: Sequence[str], own: Sequence[TableFinding]) -> Row:
    within = {name for one in own for name in one.box}
    columns: list[Input | Output] = [*table.inputs, *table.outputs]
    texts = [*rule.tests, *rule.entries]
    cells = tuple(
        Cell("" if text.strip() == "-" else text, name, _technical(column) in within)
        for text, name, column in zip(texts, named, columns, strict=True)
    )
    source = provenance.of_rule(table, rule)
    return Row(
        rule.id,
        cells,
        rule_texts.of_rule(table, rule)["zh" if words.is_chinese() else "en"],
        "; ".join(filter(None, (source.reference, source.remark))),
        source.status,
        tuple(_told(one, table) for one in own),
    )


def _told(found: TableFinding, table: DecisionTable) -> dict[str, Any]:
    told = spoken.found(found, {table.where: table})
    example = spoken.finding_words()
    shown = [f"{example.column(name, table)} = {_plain(value)}" for name, value in found.example.items()]
    return {**told, "kind": example.code(found.code) if found.where else "", "example": "; ".join(shown)}


def _plain(value: object) -> str:
    return spoken.finding_words()("empty") if value is None else str(written(value))


def label(table: DecisionTable) -> str:
    """Give the name of a table in the language of the person."""
    return table.labels.get("zh" if words.is_chinese() else "en") or table.name


def name_of(one: Input | Output) -> str:
    """Give the name of a column in the language of the person."""
    return one.labels.get("zh" if words.is_chinese() else "en") or one.label or _technical(one)


def _technical(one: Input | Output) -> str:
    return one.expression if isinstance(one, Input) else one.name
