"""The pack's own cases, on rows and on columns, and its tables against its measures."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

from postloan.classification import DERIVED as OF_CLASSES
from postloan.classification import environment
from postloan.engine import Engine, Field
from postloan.facts import FACTS
from postloan.measures import DERIVED as OF_MEASURES
from postloan.measures import hits
from postloan.policy import column_name, dmn
from postloan.policy import table as tables
from tests.classification.made import DAY, policy_on

KINDS = {**FACTS, **{item.name: item for item in (*OF_CLASSES, *OF_MEASURES)}}
CASES = [
    pytest.param(case, id=f"{name}: {case['case']}")
    for name in ("classification", "measures")
    for case in policy_on(DAY).pack.cases[name].rows
]


def _cut(rows: list[dict[str, Any]], like: list[dict[str, Any]], *, several: bool) -> list[dict[str, Any]]:
    """Keep the outputs that the case names; where several rules may hold, those that conclude something."""
    named = sorted(set().union(*like)) if like else []
    beside = {"subject_id", "rule_id", "rule_order"}
    kept = [row for row in rows if not several or any(row[name] is not None for name in set(row) - beside)]
    return [{name: row.get(name) for name in named} for row in kept]


@pytest.mark.parametrize("case", CASES)
def test_a_case_of_the_pack(engine: Engine, case: dict[str, Any]) -> None:
    table = tables.compile(policy_on(DAY).table(case["table"]), environment(OF_MEASURES), DAY)
    values = {item.text: case["given"].get(item.text) for item in table.checked.inputs}
    values |= case["given"]
    assert not set(case["given"]) - set(values)
    expected, several = case["expect"], table.table.hit_policy == "C"
    assert _cut(table.decide(values), expected, several=several) == expected
    fields = [Field("subject_id", "string")]
    fields += [Field(column_name(name), KINDS[name].kind) for name in values]
    row = {"subject_id": "L", **{column_name(name): value for name, value in values.items()}}
    frame = engine.from_rows([row], fields, "case")
    found = engine.rows(table.evaluate(engine, frame, ["subject_id"]))
    found.sort(key=lambda hit: hit.get("rule_order", 0))
    assert _cut(found, expected, several=several) == expected


def test_tables_name_only_measures_that_the_pack_defines() -> None:
    policy = policy_on(DAY)
    assert hits.codes_named(policy, DAY) <= set(policy.measures)
    assert len(policy.measures) == 58
    natures = [measure.nature for measure in policy.measures.values()]
    assert natures.count("guard") == 1
    options = {code for code, measure in policy.measures.items() if measure.nature == "option"}
    assert options == {f"M{n}" for n in (14, 17, 19, 20, 21, *range(27, 34), 35, 36, 40, 42, 47, 48, 49, 50)}


def test_markdown_beside_a_table_is_made_from_it() -> None:
    policy = policy_on(DAY)
    names = (*hits.TABLES, "floors", "floors_debtor", "matrix_worst", "matrix_best")
    for name in names:
        table = policy.table(name)
        folder = resources.files("postloan") / "packs" / "cn_rural" / "tables" / name
        assert (folder / "1900-01-01.md").read_text(encoding="utf-8") == dmn.markdown(table), name
