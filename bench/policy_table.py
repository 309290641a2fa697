"""The generated tables and rows that the benchmark of decision tables runs on: the same for every engine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from postloan.policy.table import DecisionTable, Input, Output, Rule

FIRST_DAY = date(2020, 1, 1)
KINDS = tuple(f"kind_{i:02}" for i in range(12))
INPUTS: dict[str, str] = {
    "days": "number",
    "months": "number",
    "amount": "number",
    "share": "number",
    "kind": "string",
    "open": "boolean",
    "since": "date",
    "rate": "number",
}
"""Whole numbers, money, decimals, an enumeration, a truth value and a date."""

ROWS = """
SELECT i AS id,
  CASE WHEN hash(i, 1) % 20 > 0 THEN CAST(hash(i, 2) % 801 AS BIGINT) END AS days,
  CASE WHEN hash(i, 3) % 20 > 0 THEN CAST(hash(i, 4) % 61 AS BIGINT) END AS months,
  CASE WHEN hash(i, 5) % 20 > 0 THEN CAST(hash(i, 6) % 500000000 AS BIGINT) * 0.01::DECIMAL(18,2) END::DECIMAL(18,2) AS amount,
  CASE WHEN hash(i, 7) % 20 > 0 THEN CAST(hash(i, 8) % 2000000 AS BIGINT) * 0.000001::DECIMAL(18,6) END::DECIMAL(18,6) AS share,
  CASE WHEN hash(i, 9) % 20 > 0 THEN format('kind_{:02d}', CAST(hash(i, 10) % 12 AS BIGINT)) END AS kind,
  CASE WHEN hash(i, 11) % 20 > 0 THEN hash(i, 12) % 2 = 0 END AS open,
  CASE WHEN hash(i, 13) % 20 > 0 THEN DATE '2020-01-01' + CAST(hash(i, 14) % 2001 AS INTEGER) END AS since,
  CASE WHEN hash(i, 15) % 20 > 0 THEN CAST(hash(i, 16) % 90000 AS BIGINT) * 0.01::DECIMAL(18,2) END::DECIMAL(18,2) AS rate
FROM range(ROWS) t(i)
"""  # noqa: E501 - one line a column
"""Rows with one null in twenty, as SQL of DuckDB."""

Value = Decimal | str | bool | date


@dataclass(frozen=True)
class Test:
    """One cell: a range with an end or two, some values or all but them, null, or `-`."""

    low: Value | None = None
    high: Value | None = None
    low_closed: bool = True
    high_closed: bool = True
    values: tuple[Value, ...] = ()
    negated: bool = False
    null: bool = False

    @property
    def is_any(self) -> bool:
        """Tell whether every value meets the cell."""
        return not (self.null or self.values or self.low is not None or self.high is not None)


Rows = Sequence[dict[str, Test]]
_MOST = {"days": Decimal(800), "months": Decimal(60), "amount": Decimal(5_000_000), "share": Decimal(2)}
_MOST["rate"] = Decimal(900)
_STEP = {"days": "1", "months": "1", "amount": "10000", "share": "0.001", "rate": "0.01"}


def tests(rules: int, *, unique: bool) -> list[dict[str, Test]]:
    """Give the cells of that many rules; with `unique` amounts part them, so that a row meets one at most."""
    chance = random.Random(rules)
    filled = 0.5 if rules <= 200 else 0.75 if rules <= 1000 else 0.85
    made = []
    for i in range(rules):
        row = {name: _test(chance, name) if chance.random() < filled else Test() for name in INPUTS}
        if unique:
            ends = [(Decimal(5_000_000) * k / rules).quantize(Decimal("0.01")) for k in (i, i + 1)]
            row = {name: test if chance.random() < 0.5 else Test() for name, test in row.items()}
            row["amount"] = Test(ends[0], ends[1], high_closed=False)
        made.append(row)
    return made


def _test(chance: random.Random, name: str) -> Test:
    if name == "open":
        return Test(values=(chance.random() < 0.5,))
    if name == "kind":
        return Test(
            values=tuple(chance.sample(KINDS, chance.choice((1, 2, 3)))), negated=chance.random() < 0.2
        )
    if chance.random() < 0.05:
        return Test(null=True)
    shape, start = chance.random(), chance.random() * 0.8
    if shape < 0.3:
        end, closed = _value(name, chance.random()), chance.random() < 0.5
        return Test(low=end, low_closed=closed) if shape < 0.15 else Test(high=end, high_closed=closed)
    ends = _value(name, start), _value(name, start + 0.02 + chance.random() * 0.25)
    return Test(ends[0], ends[1], chance.random() < 0.5, chance.random() < 0.5)


def _value(name: str, part: float) -> Value:
    if name == "since":
        return FIRST_DAY + timedelta(days=int(part * 2000))
    step = Decimal(_STEP[name])
    return int(Decimal(str(part)) * _MOST[name] / step) * step


def feel(test: Test) -> str:
    """Write a cell in FEEL."""
    if test.is_any:
        return "-"
    if test.null:
        return "null"
    if test.values:
        listed = ", ".join(_feel_value(value) for value in test.values)
        return f"not({listed})" if test.negated else listed
    if test.low is None or test.high is None:
        sign = ("<" if test.low is None else ">") + ("=" if test.low_closed and test.high_closed else "")
        end = test.high if test.low is None else test.low
        assert end is not None
        return f"{sign} {_feel_value(end)}"
    opened, closed = "[" if test.low_closed else "(", "]" if test.high_closed else ")"
    return f"{opened}{_feel_value(test.low)}..{_feel_value(test.high)}{closed}"


def _feel_value(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    return f'"{value}"' if isinstance(value, str) else format(value, "f")


def table(policy: str, rows: Rows) -> DecisionTable:
    """Give the table; each rule's output is its number."""
    rules = tuple(
        Rule(str(i), tuple(feel(test) for test in row.values()), (str(i),)) for i, row in enumerate(rows)
    )
    inputs = tuple(Input(name, kind) for name, kind in INPUTS.items())
    return DecisionTable("bench", "bench", policy, inputs, (Output("rule", "number"),), rules)
