"""Tables of 1,500 rules over 7 columns are searched to the end; what is changed in one of them is found."""

from __future__ import annotations

from dataclasses import replace

from postloan.policy.difference.meaning import compare
from postloan.policy.table import DecisionTable, Input, Output, Rule, validate
from postloan.policy.verification import verify

COLUMNS = 7
ENV = {f"x{i}": "number" for i in range(COLUMNS)}
SIDES = (5, 5, 5, 3, 2, 2, 1)
"""Bands of each column: 5 x 5 x 5 x 3 x 2 x 2 x 1 = 1,500 combinations."""


def band(column: int, at: int) -> str:
    """Give a band of a column; the first and the last are open."""
    last = SIDES[column] - 1
    if not last:
        return "-"
    if at == 0:
        return "< 10"
    return f">= {at * 10}" if at == last else f"[{at * 10}..{at * 10 + 10})"


def grid() -> DecisionTable:
    rules = []
    for number in range(1_500):
        rest, cells = number, []
        for column in range(COLUMNS):
            rest, at = divmod(rest, SIDES[column])
            cells.append(band(column, at))
        rules.append(Rule(f"R{number}", tuple(cells), (f'"{number % 7}"',)))
    inputs = tuple(Input(f"x{i}", "number", required=True) for i in range(COLUMNS))
    return DecisionTable("t", "t", "U", inputs, (Output("x", "string"),), tuple(rules))


def test_a_partition_of_1500_rules_has_nothing_but_its_idle_column() -> None:
    (found,) = verify(validate(grid(), ENV))
    assert (found.code, dict(found.box)) == ("non_discriminating", {"x6": "-"})


def test_the_one_rule_that_is_missing_is_the_one_gap() -> None:
    table = grid()
    left = tuple(rule for rule in table.rules if rule.id != "R777")
    gaps = [one for one in verify(validate(replace(table, rules=left), ENV)) if one.code == "gap"]
    # 777 in mixed radix, lowest first, is 2 0 1 0 0 1: the band of each column, from 0.
    assert [dict(one.box) for one in gaps] == [
        {"x0": "[20..30)", "x1": "< 10", "x2": "[10..20)", "x3": "< 10", "x4": "< 10", "x5": ">= 10"}
    ]


def test_the_one_rule_that_changed_is_the_one_change_of_outcome() -> None:
    table = grid()
    rules = tuple(replace(rule, entries=('"new"',)) if rule.id == "R0" else rule for rule in table.rules)
    found = compare(validate(table, ENV), validate(replace(table, rules=rules), ENV))
    assert (found.decided, len(found.changes)) == (True, 1)
    assert found.changes[0].box == dict.fromkeys(("x0", "x1", "x2", "x3", "x4", "x5"), "< 10")
