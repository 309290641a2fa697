"""What is wrong with the conditions and results of a sheet, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from postloan.errors import PolicyError
from postloan.policy.checked import validate
from postloan.policy.findings import Finding
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.policy.workbook.habits import habits
from postloan.policy.workbook.reading import Sheet

_MOST = 200
"""How many cells are named; whoever has more has one mistake many times."""

_ANY = Output("result", "any")
_TRUE = Input("true", "boolean")


def problems(sheet: Sheet, env: Mapping[str, str]) -> list[Finding]:
    """Check the types of a table that was read from a sheet.

    Args:
        sheet: the sheet as read.
        env: FEEL kinds of the names that its expressions may use.

    Returns:
        Errors named by sheet and cell, up to 200, and warnings of what may say something else than it seems;
        none if the table is sound.
    """
    told = list(islice(habits(sheet), _MOST))
    whole = _error(sheet, sheet.table, env)
    if whole is None:
        return told
    found = [*islice(_by_cell(sheet, env), _MOST), *told]
    known = not sheet.sound or any(one.severity == "error" for one in found)
    return found if known else [_named(sheet, whole), *found]


def _error(sheet: Sheet, table: DecisionTable, env: Mapping[str, str]) -> PolicyError | None:
    try:
        validate(table, env, sheet.where)
    except PolicyError as error:
        return error
    return None


def _by_cell(sheet: Sheet, env: Mapping[str, str]) -> Iterator[Finding]:
    """Check each column by itself and each different text in it once, so that every mistake is told."""
    table = sheet.table
    plain = {one.expression: one.kind for one in table.inputs if "." not in one.expression}
    env = {**{name: kind for name, kind in plain.items() if kind != "any"}, **table.variables, **env}
    alone = replace(table, hit_policy="F", aggregation="", inputs=(_TRUE,), outputs=(_ANY,), rules=())
    for i, item in enumerate(table.inputs):
        column = replace(alone, inputs=(item,))
        heading = _error(sheet, column, env)
        if heading is not None:
            yield _named(sheet, heading)
            continue
        wrong: dict[str, PolicyError | None] = {}
        for rule in table.rules:
            test = rule.tests[i]
            if test not in wrong:
                wrong[test] = _error(sheet, replace(column, rules=(Rule("", (test,), ("null",)),)), env)
            yield from _at(sheet, wrong[test], f", rule {rule.id}, input {item.expression}")
    for i, output in enumerate(table.outputs):
        column = replace(alone, outputs=(output,))
        heading = _error(sheet, column, env)
        if heading is not None:
            yield _named(sheet, heading)
            continue
        wrong = {}
        for rule in table.rules:
            entry = rule.entries[i]
            if entry not in wrong:
                wrong[entry] = _error(sheet, replace(column, rules=(Rule("", ("-",), (entry,)),)), env)
            yield from _at(sheet, wrong[entry], f", rule {rule.id}, output {output.name}")


def _at(sheet: Sheet, error: PolicyError | None, place: str) -> Iterator[Finding]:
    if error is not None:
        yield _finding(sheet, error, place)


def _named(sheet: Sheet, error: PolicyError) -> Finding:
    """Name the cell of an error that tells its place by rule and column."""
    told = error.where.removeprefix(sheet.where)
    known = [place for place in sheet.places if told == place or told.startswith(f"{place},")]
    return _finding(sheet, error, max(known, key=len, default=", hit policy"))


def _finding(sheet: Sheet, error: PolicyError, place: str) -> Finding:
    cell = sheet.places.get(place)
    told = f", cell {cell} ({place.removeprefix(', ')})" if cell else error.where.removeprefix(sheet.where)
    return Finding("error", error.code, error.message, sheet.where + told, error.mend)
