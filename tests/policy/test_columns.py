"""Columns against the interpreter: random tables of every hit policy, and rows full of nulls."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.engine import Engine, open_engine
from postloan.errors import PolicyError
from postloan.policy import table as tables
from postloan.policy.table import DecisionTable, Input, Output, Rule
from tests.policy.frames import AS_OF, ENV, frame

Row = dict[str, object]
NAMES = ("loan.days", "loan.amount", "loan.share", "loan.kind", "loan.flag", "loan.on")
POLICIES = ("U", "A", "P", "F", "R", "O", "C", "C+", "C<", "C>", "C#")
DAY = date(2024, 2, 27)


def number(chance: random.Random, name: str) -> str:
    scale = {"loan.days": 1, "loan.amount": 4, "loan.share": 8}[name]
    return format(Decimal(chance.randint(-8, 40)) / scale, "f")


def ends(chance: random.Random, name: str) -> str:
    if name == "loan.on":
        return f'date("{(DAY + timedelta(days=chance.randint(0, 9))).isoformat()}")'
    return number(chance, name)


def cell(chance: random.Random, name: str) -> str:
    """Give a random cell of any shape that a column of that kind may be tested with."""
    shape = chance.random()
    if shape < 0.3:
        return "-"
    if shape < 0.4:
        return chance.choice(("null", "not(null)"))
    if name == "loan.flag":
        return chance.choice(
            ("true", "false", "not(true)", "not(false, null)", "true, null", "? or loan.days > 3")
        )
    if name == "loan.kind":
        listed = ", ".join(f'"k{i}"' for i in chance.sample(range(9), chance.randint(1, 4)))
        odd = ('starts with(?, "k1")', '< "k4"', '"it\'s", "\\\\", "k1"', 'not("k1", null)', '["k1", "k2"]')
        return chance.choice((listed, listed, f"not({listed})", *odd))
    low, high = ends(chance, name), ends(chance, name)
    ranges = f"{chance.choice('[(')}{low}..{high}{chance.choice('])')}"
    one = f"{chance.choice(('<', '<=', '>', '>='))} {low}"
    other = "loan.share" if name != "loan.on" else "today()"
    return chance.choice(
        (
            ranges,
            ranges,
            one,
            one,
            low,
            f"{low}, {ranges}",
            f"not({one}, [{low}..{high}])",
            f"> {other}",
            f"not({low})",
        )
    )


def make(chance: random.Random, policy: str, rules: int) -> DecisionTable:
    """Give a random table whose rules test some of six columns."""
    required = chance.choice((*NAMES, "", "", ""))
    kinds = [Input(name, ENV[name], required=name == required) for name in NAMES]
    numeric = len(policy) > 1
    entries = (
        ["1", "-2", "0.5", "2.25", *(["null"] if policy == "C#" else [])]
        if numeric
        else ['"red"', '"orange"', '"blue"']
    )
    single = policy in "UAPF"
    default = ("3" if numeric else '"blue"') if (single or numeric) and chance.random() < 0.5 else ""
    values = "" if numeric else '"red", "orange", "blue"'
    output = Output("out", "number" if numeric else "string", values=values, default=default)
    made = []
    for i in range(rules):
        tests = [cell(chance, name) for name in NAMES]
        if policy in "UA":  # rules apart by the days, so that a conflict is the exception
            tests[0] = str(i - 3)
        made.append(Rule(f"R{i}", tuple(tests), (chance.choice(entries),)))
    return DecisionTable("t", "t", policy[0], tuple(kinds), (output,), tuple(made), aggregation=policy[1:])


def row(chance: random.Random, rules: int) -> Row:
    """Give a row of values near those that cells name, a third of them null."""

    def some(value: object) -> object:
        return None if chance.random() < 0.3 else value

    return {
        "loan.days": some(chance.randint(-10, max(45, rules))),
        "loan.amount": some(Decimal(chance.randint(-9, 41)) / 4),
        "loan.share": some(Decimal(chance.randint(-9, 41)) / 8 + Decimal(chance.randint(-1, 1)) / 10**6),
        "loan.kind": some(chance.choice(["", "it's", "\\", *(f"k{i}" for i in range(11))])),
        "loan.flag": some(chance.random() < 0.5),
        "loan.on": some(DAY + timedelta(days=chance.randint(-2, 11))),
    }


def answers(engine: Engine, table: DecisionTable, rows: list[Row]) -> list[list[dict[str, Any]]]:
    """Give the answers of each row by columns."""
    found: list[list[dict[str, Any]]] = [[] for _ in rows]
    compiled = tables.compile(table, ENV, AS_OF)
    for one in engine.rows(compiled.evaluate(engine, frame(engine, rows), ["id"])):
        if "rule_ids" in one:
            one["rule_ids"] = json.loads(one["rule_ids"])
        found[one.pop("id")].append(one)
    return [sorted(each, key=lambda one: one.get("rule_order", 0)) for each in found]


def decided(table: DecisionTable, rows: list[Row]) -> list[list[dict[str, Any]]] | str:
    """Give the answers of each row by the interpreter, or the code of its error."""
    compiled = tables.compile(table, ENV, AS_OF)
    try:
        return [compiled.decide(one) for one in rows]
    except PolicyError as error:
        return error.code


def agree(engine: Engine, table: DecisionTable, rows: list[Row]) -> None:
    expected = decided(table, rows)
    if isinstance(expected, str):
        with pytest.raises(PolicyError) as refused:
            answers(engine, table, rows)
        assert refused.value.code == expected
    else:
        assert answers(engine, table, rows) == expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), policy=st.sampled_from(POLICIES), rules=st.integers(0, 9))
def test_small_tables(engine: Engine, seed: int, policy: str, rules: int) -> None:
    chance = random.Random(seed)
    agree(engine, make(chance, policy, rules), [row(chance, rules) for _ in range(12)])


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), rules=st.sampled_from([17, 61, 62, 63, 124, 125, 190]))
@pytest.mark.parametrize("policy", POLICIES)
def test_tables_of_more_rules_than_a_word_has_bits(
    engine: Engine, policy: str, seed: int, rules: int
) -> None:
    chance = random.Random(seed)
    agree(engine, make(chance, policy, rules), [row(chance, rules) for _ in range(15)])


@pytest.mark.parametrize("policy", ["F", "C", "C+"])
def test_columns_of_hundreds_of_thresholds(engine: Engine, policy: str) -> None:
    """Each of 600 amounts and shares starts a class of its own: found by stretches, each met at its edges."""
    edges = [Decimal(i * i) / 100 for i in range(1, 601)]
    rules = tuple(
        Rule(f"R{i}", (f">= {edge}", f"< {edge / 2}" if i % 3 else "-"), (str(i % 5),))
        for i, edge in enumerate(edges[::-1])
    )
    inputs = (Input("loan.amount", "number"), Input("loan.share", "number"))
    table = DecisionTable(
        "t", "t", policy[0], inputs, (Output("out", "number"),), rules, aggregation=policy[1:]
    )
    rows: list[Row] = [{"loan.amount": None}, {"loan.amount": Decimal(-1), "loan.share": Decimal(1)}]
    for edge in (*edges[:3], edges[14], edges[15], edges[16], *edges[::97], edges[-1]):
        for cent in (-1, 0, 1):
            amount = edge + Decimal(cent) / 100
            rows.append({"loan.amount": amount, "loan.share": edge / 2 + Decimal(cent) / 10**6})
    agree(engine, table, rows)


def test_a_conflict_names_the_first_subject_and_all_rules(engine: Engine) -> None:
    rules = tuple(Rule(f"R{i}", (f">= {i}",), ('"red"' if i < 70 else '"blue"',)) for i in range(90))
    for policy, code, day in (("U", "unique_conflict", 1), ("A", "any_conflict", 70)):
        table = DecisionTable(
            "t", "t", policy, (Input("loan.days", "number"),), (Output("o", "string"),), rules
        )
        compiled = tables.compile(table, ENV, AS_OF)
        held = frame(engine, [{"loan.days": value} for value in (-1, day - 1, day, 88, day)])
        with pytest.raises(PolicyError) as refused:
            compiled.evaluate(engine, held, ["id"])
        assert refused.value.code == code
        named = ", ".join(f"R{i}" for i in range(day + 1))
        assert refused.value.message.startswith(f"Rules {named} all hold for id 2;")


# Py4J leaves its sockets to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.spark
def test_both_engines_answer_alike() -> None:
    """FIRST, UNIQUE, ANY, COLLECT and sums over 3,000 rows, and 200 rules: every row of every answer."""
    chance = random.Random(7)
    rows = [row(chance, 60) for _ in range(3000)]
    with open_engine("spark", threads=2) as spark, open_engine("duckdb", threads=2) as duckdb:
        for policy, rules in (("F", 12), ("U", 40), ("A", 40), ("C", 12), ("C+", 30), ("F", 200), ("C", 200)):
            table = make(chance, policy, rules)
            expected = answers(duckdb, table, rows)
            assert sum(map(len, expected)) > 100
            assert answers(spark, table, rows) == expected, f"{policy}, {rules} rules"
            compiled = tables.compile(table, ENV, AS_OF)
            assert expected[:50] == [compiled.decide(one) for one in rows[:50]]
