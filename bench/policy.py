"""Decision tables compiled to columns, beside other engines on the same tables and rows.

    python -m bench.policy      # with the engines that are installed; `make bench-policy` installs all
    python -m bench.policy --rows 1000000 --rules 24,200,1000,5000

Seconds for all rows, in memory before and after; ours with compiling the table. Engines that take one row
at a time are measured on a sample and extrapolated (marked ~). Before a time is printed, the answers of all
engines are compared on the sample. A dash: the engine was not tried at that size (`LIMITS`).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from bench import policy_others as others
from bench.policy_table import INPUTS, ROWS, Rows, table, tests
from postloan.engine import Engine, Table, open_engine
from postloan.policy import dmn
from postloan.policy import table as tables
from postloan.policy.table import DecisionTable

DAY = date(2026, 1, 1)
LIMITS = {"polars": 1000, "SQL by hand": 300, "zen-engine": 1000, "pyDMNrules": 24}
"""Rules up to which an engine is tried: beyond, it needs minutes or fails on the depth of its expression."""
SAMPLE = {"zen-engine": 2000, "pyDMNrules": 20}
POLICIES = {"F": "FIRST", "U": "UNIQUE", "C": "COLLECT"}

Answers = list[list[int]]


class Bench:
    """Rows in memory, and the engines that answer them."""

    def __init__(self, engine: Engine, rows: int) -> None:
        self.engine = engine
        self.rows = rows
        self.connection = engine.backend.con
        self.connection.execute("CREATE TABLE rows AS " + ROWS.replace("ROWS", str(rows)))
        self.frame: Table = engine.backend.table("rows")
        self.arrow = self.connection.sql("FROM rows").to_arrow_table()
        self.sample = self.arrow.slice(0, min(rows, max(SAMPLE.values()))).to_pylist()

    def measure(self, policy: str, rules: int) -> dict[str, str]:
        """Give each engine's seconds on a table; raises SystemExit where the answers differ."""
        made = tests(rules, unique=policy == "U")
        decision = table(policy, made)
        seconds, expected = self.ours(decision)
        found = {"Postloan": f"{seconds:.2f}"}
        whole: dict[str, Callable[[str, Rows], tuple[float, Answers]]] = {
            "polars": self.polars,
            "SQL by hand": self.sql,
        }
        for name, run in whole.items():
            if rules > LIMITS[name] or (name == "polars" and not others.installed("polars")):
                found[name] = "-"
                continue
            seconds, answers = run(policy, made)
            _same(name, policy, expected, answers)
            found[name] = f"{seconds:.2f}"
        found["zen-engine"] = self.by_row("zen-engine", "zen", policy, made, decision, expected)
        found["pyDMNrules"] = self.by_row("pyDMNrules", "pyDMNrules", policy, made, decision, expected)
        return found

    def ours(self, decision: DecisionTable) -> tuple[float, Answers]:
        """Run our engine three times; give the best time and the answers of the sample."""
        best, held = 1e9, self.frame
        for _ in range(3):
            started = time.perf_counter()
            compiled = tables.compile(decision, INPUTS, DAY)
            held = self.engine.hold(compiled.evaluate(self.engine, self.frame, ["id"]), "bench")
            best = min(best, time.perf_counter() - started)
        rows = self.engine.rows(held.filter(held["id"] < len(self.sample)))
        answers = self.sorted_answers([(row["id"], row["rule_id"]) for row in rows])
        for i in range(20):  # the interpreter is the judge of ours
            given = {name: self.sample[i][name] for name in INPUTS}
            judged = sorted(int(one["rule_id"]) for one in compiled.decide(given) if one["rule_id"])
            if judged != answers[i]:
                raise SystemExit(f"the interpreter says {judged}, columns say {answers[i]}: {given}")
        return best, answers

    def polars(self, policy: str, made: Rows) -> tuple[float, Answers]:
        """Run polars."""
        import polars as pl

        frame = pl.DataFrame(self.arrow)
        started = time.perf_counter()
        result = others.polars_run(policy, made, frame)
        seconds = time.perf_counter() - started
        rows = result.filter(pl.col("id") < len(self.sample)).select("id", "rule").rows()
        return seconds, self.sorted_answers(rows)

    def sql(self, policy: str, made: Rows) -> tuple[float, Answers]:
        """Run SQL as one would write it by hand."""
        statement = others.sql(policy, made)
        started = time.perf_counter()
        self.connection.execute(f"CREATE OR REPLACE TABLE by_hand AS {statement}")
        seconds = time.perf_counter() - started
        rows = self.connection.execute(
            f"SELECT id, rule FROM by_hand WHERE id < {len(self.sample)}"
        ).fetchall()
        return seconds, self.sorted_answers(rows)

    def by_row(
        self, name: str, module: str, policy: str, made: Rows, decision: DecisionTable, expected: Answers
    ) -> str:
        """Run an engine that takes a row at a time, on a sample."""
        if len(made) > LIMITS[name] or not others.installed(module):
            return "-"
        if name == "zen-engine":
            run = others.zen(policy, made)
            given = [{key: others.plain(row[key]) for key in INPUTS} for row in self.sample]
        else:
            run = others.pydmn(dmn.write([decision]).decode())
            given = [{key: row[key] for key in INPUTS} for row in self.sample]
        given = given[: SAMPLE[name]]
        started = time.perf_counter()
        answers = run(given)
        seconds = time.perf_counter() - started
        wrong = _differing(expected, answers)
        if wrong:
            return f"differs on {len(wrong)} of {len(given)}"
        return f"~{seconds / len(given) * self.rows:.0f}"

    def sorted_answers(self, rows: Sequence[tuple[int, Any]]) -> Answers:
        """Give the rules of each row of the sample."""
        found: Answers = [[] for _ in self.sample]
        for row, rule in rows:
            if rule is not None:
                found[row].append(int(rule))
        return [sorted(rules) for rules in found]


def _differing(expected: Answers, found: Answers) -> list[int]:
    return [i for i, answer in enumerate(found) if sorted(answer) != expected[i]]


def _same(name: str, policy: str, expected: Answers, found: Answers) -> None:
    wrong = _differing(expected, found)
    if wrong:
        i = wrong[0]
        raise SystemExit(
            f"{name}, {policy}: row {i} meets {found[i]}, ours {expected[i]}; {len(wrong)} rows differ"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.policy", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rules", default="24,200,1000,5000")
    parser.add_argument("--threads", type=int, default=2)
    told = parser.parse_args()
    with open_engine(threads=told.threads, memory="8GiB") as engine:
        bench = Bench(engine, told.rows)
        print(f"{told.rows:,} rows, 8 inputs, {told.threads} threads: seconds\n")
        names = ["Postloan", "polars", "SQL by hand", "zen-engine", "pyDMNrules"]
        print(f"{'rules':>6} {'policy':<8}" + "".join(f"{name:>16}" for name in names))
        for rules in map(int, told.rules.split(",")):
            for policy, spoken in POLICIES.items():
                found = bench.measure(policy, rules)
                print(f"{rules:>6} {spoken:<8}" + "".join(f"{found[name]:>16}" for name in names), flush=True)


if __name__ == "__main__":
    main()
