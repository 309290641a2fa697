"""The other engines of the benchmark of decision tables, each on the same rules and rows.

Each gives, for rows in order, the numbers of the rules that its answer names. Engines that know no dates
get them as days since 2020-01-01.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from bench.policy_table import FIRST_DAY, INPUTS, Rows, Test, Value

Row = dict[str, Any]
Answers = list[list[int]]


def installed(module: str) -> bool:
    """Tell whether an engine is there; `make bench-policy` installs them."""
    return importlib.util.find_spec(module) is not None


def sql_condition(name: str, test: Test) -> str:
    """Write a cell as a condition in SQL, never null."""
    if test.null:
        return f"{name} IS NULL"
    if test.values:
        listed = ", ".join(_sql_value(value) for value in test.values)
        if test.negated:
            return f"coalesce({name} NOT IN ({listed}), true)"
        return f"coalesce({name} IN ({listed}), false)"
    ends = []
    if test.low is not None:
        ends.append(f"{name} >{'=' if test.low_closed else ''} {_sql_value(test.low)}")
    if test.high is not None:
        ends.append(f"{name} <{'=' if test.high_closed else ''} {_sql_value(test.high)}")
    return f"coalesce({' AND '.join(ends)}, false)"


def _sql_value(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return f"'{value}'" if isinstance(value, str) else format(value, "f")


def sql(policy: str, rows: Rows) -> str:
    """Write the table by hand as one would: a CASE, or a list of what holds."""
    rules = []
    for row in rows:
        met = [sql_condition(name, test) for name, test in row.items() if not test.is_any]
        rules.append(" AND ".join(met) or "true")
    if policy == "C":
        cases = ", ".join(f"CASE WHEN {rule} THEN {i} END" for i, rule in enumerate(rules))
        return f"SELECT id, unnest(list_filter([{cases}], lambda x: x IS NOT NULL)) AS rule FROM rows"
    case = " ".join(f"WHEN {rule} THEN {i}" for i, rule in enumerate(rules))
    count = f", {' + '.join(f'({rule})::INT' for rule in rules)} AS hits" if policy == "U" else ""
    return f"SELECT id, CASE {case} END AS rule{count} FROM rows"


def polars_expressions(rows: Rows) -> list[Any]:
    """Give each rule as an expression of polars, never null."""
    import polars as pl

    rules = []
    for row in rows:
        met = [_polars(pl.col(name), test) for name, test in row.items() if not test.is_any]
        rules.append(reduce(lambda a, b: a & b, met) if met else pl.lit(value=True))
    return rules


def _polars(column: Any, test: Test) -> Any:
    import polars as pl

    if test.null:
        return column.is_null()
    if test.values:
        found = column.is_in(list(test.values)).fill_null(value=False)
        return ~found if test.negated else found
    ends = []
    if test.low is not None:
        low = pl.lit(test.low)
        ends.append(column >= low if test.low_closed else column > low)
    if test.high is not None:
        high = pl.lit(test.high)
        ends.append(column <= high if test.high_closed else column < high)
    return reduce(lambda a, b: a & b, ends).fill_null(value=False)


def polars_run(policy: str, rows: Rows, frame: Any) -> Any:
    """Run the table with polars: when/then, or one filter for each rule."""
    import polars as pl

    rules = polars_expressions(rows)
    if policy == "C":
        parts = [
            frame.lazy().filter(rule).select("id", rule=pl.lit(i, pl.Int64)) for i, rule in enumerate(rules)
        ]
        return pl.concat(pl.collect_all(parts))
    chain = reduce(lambda a, pair: a.when(pair[1]).then(pl.lit(pair[0], pl.Int64)), enumerate(rules), pl)
    columns = {"rule": chain.otherwise(None)}  # type: ignore[attr-defined]
    if policy == "U":
        columns["hits"] = pl.sum_horizontal([rule.cast(pl.Int32) for rule in rules])
    return frame.select("id", **columns)


def zen(policy: str, rows: Rows) -> Callable[[Sequence[Row]], Answers]:
    """Give the table as a decision of zen-engine."""
    import zen as engine

    names = list(INPUTS)
    rules = [
        {"_id": str(i), **{name: _zen(row[name]) for name in names}, "rule": str(i)}
        for i, row in enumerate(rows)
    ]
    content = {
        "hitPolicy": "collect" if policy == "C" else "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in names],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": rules,
    }
    kinds = {"i": "inputNode", "t": "decisionTableNode", "o": "outputNode"}
    place = {"x": 0, "y": 0}
    nodes: list[dict[str, Any]] = [
        {"id": key, "type": kind, "name": key, "position": place} for key, kind in kinds.items()
    ]
    nodes[1]["content"] = content
    edges = [{"id": a + b, "sourceId": a, "targetId": b, "type": "edge"} for a, b in ("it", "to")]
    decision = engine.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def run(given: Sequence[Row]) -> Answers:
        answers = []
        for row in given:
            result = decision.evaluate(row)["result"]
            found = result if isinstance(result, list) else [result] if result else []
            answers.append([int(one["rule"]) for one in found])
        return answers

    return run


def _zen(test: Test) -> str:
    if test.is_any:
        return ""
    if test.null:
        return "null"
    if test.values:
        listed = ", ".join(f"'{v}'" if isinstance(v, str) else str(v).lower() for v in test.values)
        return f"$ not in [{listed}]" if test.negated else f"$ in [{listed}]"
    if test.low is None or test.high is None:
        end = test.high if test.low is None else test.low
        assert end is not None
        sign = ("<" if test.low is None else ">") + ("=" if test.low_closed and test.high_closed else "")
        return f"{sign} {plain(end)}"
    opened, closed = "[" if test.low_closed else "(", "]" if test.high_closed else ")"
    return f"{opened}{plain(test.low)}..{plain(test.high)}{closed}"


def plain(value: Value | None) -> Any:
    """Give a value as engines without dates and decimals take it."""
    if isinstance(value, date):
        return (value - FIRST_DAY).days
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def pydmn(xml: str) -> Callable[[Sequence[Row]], Answers]:
    """Give the table as pyDMNrules reads it."""
    import pyDMNrules

    rules = pyDMNrules.DMN()
    status = rules.useXML(xml)
    if status.get("errors"):
        raise SystemExit(f"pyDMNrules cannot read the table: {status['errors'][:3]}")

    def run(given: Sequence[Row]) -> Answers:
        answers = []
        for row in given:
            status, result = rules.decide(row)
            last = result[-1] if isinstance(result, list) else result
            found = last.get("Result", {}).get("rule") if not status.get("errors") else None
            several = found if isinstance(found, list) else [found] if found is not None else []
            answers.append([int(one) for one in several])
        return answers

    return run
