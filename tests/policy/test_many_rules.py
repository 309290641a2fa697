"""Tables of thousands of rules, more than a few words of bits hold and more than expressions may nest."""

from __future__ import annotations

import json

import pytest

from postloan.engine import Field, TableSchema, open_engine
from postloan.policy import table as tables
from postloan.policy.table import DecisionTable, Input, Output, Rule
from tests.policy.frames import AS_OF

RULES = 5000
VALUES = (0, 1, 2, 61, 62, 63, 2500, 4999, 5000, 5001)


@pytest.fixture(scope="module")
def engine():
    with open_engine(threads=2) as opened:
        yield opened


def answer(engine, policy: str, *, width: int, output: str | None = None) -> dict[int, list[dict]]:
    """Ask a table whose rule i, from 1, holds for the values from i - width + 1 to i, and gives i."""
    hit_policy, aggregation = policy[0], policy[1:]
    rules = tuple(
        Rule(f"R{i}", (f"[{i - width + 1}..{i}]",), (output or str(i),)) for i in range(1, RULES + 1)
    )
    table = DecisionTable(
        "many", "many", hit_policy, (Input("loan.days", "number"),), (Output("points", "number"),), rules,
        aggregation=aggregation or None,
    )  # fmt: skip
    path = engine.scratch / "many.parquet"
    fields = (Field("id", "integer"), Field("loan__days", "integer"))
    made = engine.from_rows([{"id": value, "loan__days": value} for value in VALUES], fields, "many")
    engine.write(made, path)
    frame = engine.read(path, TableSchema("many", fields, key=("id",)))
    compiled = tables.compile(table, {"loan.days": "number"}, AS_OF)
    found: dict[int, list[dict]] = {value: [] for value in VALUES}
    for row in engine.rows(compiled.evaluate(engine, frame, ["id"])):
        found[row["id"]].append(row)
    return found


def met(value: int, width: int) -> list[int]:
    """Give the numbers of the rules that hold for a value."""
    return [i for i in range(max(1, value), value + width) if i <= RULES]


@pytest.mark.parametrize("policy", ["F", "U"])
def test_the_first_or_only_rule_of_thousands_is_named(engine, policy):
    width = 1 if policy == "U" else 3
    for value, (row,) in answer(engine, policy, width=width).items():
        hits = met(value, width)
        wanted = (f"R{hits[0]}", hits[0]) if hits else (None, None)
        assert (row["rule_id"], row["points"]) == wanted, value


def test_any_of_thousands_of_rules_with_one_output_is_the_first(engine):
    for value, (row,) in answer(engine, "A", width=3, output="7").items():
        hits = met(value, 3)
        wanted = (f"R{hits[0]}", 7) if hits else (None, None)
        assert (row["rule_id"], row["points"]) == wanted, value


def test_every_rule_of_thousands_is_listed(engine):
    for value, rows in answer(engine, "C", width=3).items():
        listed = sorted((row["rule_order"], row["rule_id"], row["points"]) for row in rows)
        assert listed == [(i, f"R{i}", i) for i in met(value, 3)], value


def test_what_thousands_of_rules_give_is_added_up(engine):
    for value, (row,) in answer(engine, "C+", width=3).items():
        hits = met(value, 3)
        assert row["points"] == (sum(hits) if hits else None), value
        assert json.loads(row["rule_ids"]) == [f"R{i}" for i in hits], value
