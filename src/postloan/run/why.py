"""What the tables and signals of a policy saw of one loan on a past day, from what the store keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from postloan.classification.inputs import names_read
from postloan.classification.stage import TABLES, state_of
from postloan.classification.steps import Runner
from postloan.engine import Engine, Table
from postloan.facts.frame import frame
from postloan.measures.inputs import measure_frame
from postloan.policy.pack import Policy
from postloan.run.explain import Kind, explain
from postloan.run.impact.days import PastDay, open_day, require_facts
from postloan.run.reading import Results, is_one_of
from postloan.warnings.counts import DERIVED, counts, kinds

OF_CUSTOMER = ("colour", "score")
"""Tables that are asked once a customer; every other is asked once a loan."""

OF_CLASS = (*TABLES, "class_authority")
"""Tables of classification, which see the class of before; measures see the class of the day."""


@dataclass(frozen=True)
class Seen:
    """What was seen of one subject.

    Args:
        customer_id: whose loan it is, or the customer.
        customer: values by FEEL name for tables that are asked once a customer.
        loans: values for tables of classification, by loan.
        measured: values for tables of measures, by loan; entrusted loans have none.
        states: the state of each signal, as `explain` gives them.
        signals: rows of signals that fired.
    """

    as_of: date
    policy_version: str
    customer_id: str
    customer: Mapping[str, Any]
    loans: Mapping[str, Mapping[str, Any]]
    measured: Mapping[str, Mapping[str, Any]]
    states: Sequence[Mapping[str, Any]]
    signals: Sequence[Mapping[str, Any]]

    def of_table(self, name: str) -> dict[str | None, Mapping[str, Any]]:
        """Give the values that a table sees, by loan; under None where it is asked once a customer."""
        if name in OF_CUSTOMER:
            return {None: self.customer}
        found = self.loans if name in OF_CLASS else self.measured
        return {loan: row for loan, row in found.items()}  # noqa: C416 - a key may be None for the caller


def seen(
    engine: Engine, store: Path, kind: Kind, subject_id: str, policy: Policy, as_of: date | None = None
) -> Seen:
    """Read what the policy's tables and signals see of a loan or customer.

    The values are those that the stages of a run give their tables, computed by the stages themselves from
    the facts and the parts of the book that the result keeps.

    Raises RunError `no_run_yet`, `unknown_day`, `unknown_loan`, `unknown_customer`, `facts_not_kept` or
    `book_not_kept`.
    """
    told = explain(engine, store, kind, subject_id, as_of=as_of, policy=policy)
    day = open_day(engine, store, told["as_of"], None)
    require_facts(day, [policy])
    customer = told["customer_id"]
    day = replace(day, facts=_own(day.facts, customer))
    results = Results(engine, day.folder)
    ids = [loan["loan_id"] for loan in told["loans"]]
    names = names_read(policy.table(name) for name in policy.tables)
    names |= {name for signal in policy.signals for name in signal.inputs()}
    counted = _counted(engine, day, results, policy, customer)
    of_customer = _of_customer(engine, day, names) | counted
    classes = _classes(engine, day, results, policy, names)
    loans = {key: {**of_customer, **row} for key, row in classes.items()}
    measured = _measures(engine, day, results, policy, names)
    measured = {key: {**loans.get(key, of_customer), **row} for key, row in measured.items()}
    return Seen(
        day.as_of,
        told["policy_version"],
        customer,
        of_customer,
        {key: loans[key] for key in ids if key in loans},
        {key: measured[key] for key in ids if key in measured},
        told["states"] or (),
        told["signals"],
    )


def _own(facts: Mapping[str, Table], customer: str) -> dict[str, Table]:
    """Keep the facts of one customer; those of areas stay whole."""
    key = dict.fromkeys(("facts_loan", "facts_collateral", "facts_guarantor"), "customer_id")
    key["facts_customer"] = "id"
    return {
        name: rows.filter(is_one_of(rows[key[name]], [customer])) if key.get(name) in rows.columns else rows
        for name, rows in facts.items()
    }


def _values(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give rows by subject, with the columns that are FEEL names."""
    return {
        row["subject_id"]: {
            name.replace("__", ".", 1): value for name, value in row.items() if "__" in name.strip("_")
        }
        for row in rows
    }


def _of_customer(engine: Engine, day: PastDay, names: set[str]) -> dict[str, Any]:
    columns = set(day.facts["facts_customer"].columns)
    wanted = [n for n in names if n.startswith("customer.") and n.partition(".")[2] in columns]
    rows = _values(engine.rows(frame(day.facts, "customer", wanted)))
    return next(iter(rows.values()), {})


def _counted(engine: Engine, day: PastDay, results: Results, policy: Policy, customer: str) -> dict[str, Any]:
    """Give what the colour table counts; a customer without signals has 0 of each."""
    signal = results.table("signal")
    own = kinds(signal.filter(is_one_of(signal.customer_id, [customer])))
    window = int(policy.parameter("combination_window_days"))
    rows = engine.rows(counts(own, day.facts["facts_customer"], policy.signals, day.as_of, window))
    found = {name.replace("__", ".", 1): value for row in rows for name, value in row.items() if "__" in name}
    warning = results.rows("warning", "subject_id", [customer])
    found["customer.colour"] = warning[0]["colour"] if warning else "none"
    return {one.name: 0 for one in DERIVED} | found


def _classes(
    engine: Engine, day: PastDay, results: Results, policy: Policy, names: set[str]
) -> dict[str, dict[str, Any]]:
    """Give what the tables of classification see; of several floors the last stands for `loan.floor_row`."""
    run = Runner(engine, policy, day.as_of)
    rows = engine.rows(state_of(run, day.facts, results.table("warning"), day.prior, day.book, more=names))
    found = _values(rows)
    for row in rows:
        floors = json.loads(row["floor_rows"] or "[]")
        found[row["subject_id"]]["loan.floor_row"] = floors[-1] if floors else None
    return found


def _measures(
    engine: Engine, day: PastDay, results: Results, policy: Policy, names: set[str]
) -> dict[str, dict[str, Any]]:
    state, warning = results.table("loan_state"), results.table("warning")
    rows = measure_frame(
        engine, day.facts, state, warning, policy, day.book, day.as_of, day.first_run_on, names
    )
    return _values(engine.rows(rows))
