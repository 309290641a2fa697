"""A gate that lets all pass and stages that do next to nothing: tests of the run's own work are quick.

`class_final` counts the runs that follow one another: each adds one to that of the result before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from postloan import results
from postloan.book.gate import GateResult
from postloan.engine import Engine, Table, TableSchema
from postloan.engine import verbs as v
from postloan.policy.pack import Policy
from postloan.run import attempt
from postloan.run.inputs import Inputs
from postloan.run.stages import FACTS, Context, Stage
from tests.books import tiny_book

Compute = Callable[[Context], Mapping[str, Table]]


def make_book(folder: Path, **tables: object) -> Path:
    """Write a book of two loans and their payments, or with the tables given."""
    defaults: dict[str, object] = {
        "loan": [{"loan_id": "L1", "amount": "1000.00"}, {"loan_id": "L2", "amount": "2500.50"}],
        "payment": [
            {"loan_id": "L1", "paid_on": "2024-02-01", "amount": "10.00", "payment_id": "P1"},
            {"loan_id": "L2", "paid_on": "2024-03-05", "amount": "20.00", "payment_id": "P2"},
        ],
    }
    return tiny_book(folder, **(defaults | tables))


def make_pack(folder: Path, **settings: object) -> Path:
    """Write a pack that holds nothing but a currency."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = {"id": "tiny", "currency": "CNY"} | settings
    (folder / "pack.yaml").write_text("".join(f"{key}: {value}\n" for key, value in lines.items()), "utf-8")
    return folder


REAL_GATE = attempt.admit


def use(monkeypatch: pytest.MonkeyPatch, **instead: Compute) -> None:
    """Put the stand-ins in place of the gate and the stages, some replaced by name."""
    monkeypatch.setattr(attempt, "STAGES", stages(**instead))
    monkeypatch.setattr(attempt, "admit", _admit)


def _admit(engine: Engine, book: str, policy: Policy, folder: Path) -> Inputs:
    paths = {path.stem: (path,) for path in sorted(Path(book).glob("*.parquet"))}
    passed = GateResult(paths, {}, {}, {}, frozenset())
    return Inputs(passed, {"stage": "gate", "seconds": 0.0, "rows": 9, "bytes_read": 1})


def stages(**instead: Compute) -> tuple[Stage, ...]:
    """Give the stand-ins in order, some replaced by name."""
    plain = (
        Stage("facts", ("book",), FACTS, _facts),
        Stage("signals", ("facts_loan",), ("signal", "signal_coverage"), _signals),
        Stage("warnings", ("signal",), ("warning",), lambda c: _empty(c, results.WARNING)),
        Stage("classification", ("facts_loan",), ("loan_state",), _classification),
        Stage("clocks", ("loan_state",), ("clock",), lambda c: _empty(c, results.CLOCK)),
        Stage("measures", ("loan_state",), ("measure_due",), lambda c: _empty(c, results.MEASURE_DUE)),
    )
    return tuple(Stage(s.name, s.reads, s.writes, instead.get(s.name, s.compute)) for s in plain)


def _facts(c: Context) -> Mapping[str, Table]:
    loans, paid = c.book.table("loan"), c.book.table("payment")
    sums = paid.group_by(["loan_id"]).aggregate(paid=v.total(paid.amount))
    both = loans.left_join(sums, "loan_id")
    nought = v.literal(0, "integer")
    facts = both.select(
        id=both.loan_id, as_of=_day(c.as_of), balance_amt=v.money(both.amount - both.paid.fill_null(nought))
    )
    customers = c.book.table("customer").select(id="customer_id")
    nobody = customers.limit(0)
    return {**dict.fromkeys(FACTS, nobody), "facts_loan": facts, "facts_customer": customers}


def _signals(c: Context) -> Mapping[str, Table]:
    return {**_empty(c, results.SIGNAL), **_empty(c, results.SIGNAL_COVERAGE)}


def _classification(c: Context) -> Mapping[str, Table]:
    facts = c.tables["facts_loan"]
    loans = facts.mutate(before=v.null("string"))
    if c.prior is not None:
        last = c.prior.tables["loan_state"]
        last = last.select(_id=last.loan_id, before=last.class_final)
        loans = facts.left_join(last, facts["id"] == last["_id"])
    columns = {field.name: v.null(field.kind) for field in results.LOAN_STATE.fields}
    columns |= {
        "loan_id": loans["id"],
        "as_of": _day(c.as_of),
        "balance": loans.balance_amt,
        "class_previous": loans.before,
        "class_final": v.concat(loans.before.fill_null(v.literal("", "string")), "I"),
        "policy_version": v.literal(c.policy.version, "string"),
    }
    return {"loan_state": loans.select(**columns)}


def _empty(c: Context, schema: TableSchema) -> dict[str, Table]:
    return {schema.name: c.engine.from_rows([], schema.fields, schema.name)}


def _day(day: date) -> object:
    return v.literal(day, "date")
