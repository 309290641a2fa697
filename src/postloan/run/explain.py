"""The story of one loan or customer on a day: rows, facts, signals, colour, class and measures."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from postloan.classification import steps
from postloan.engine import Engine, Table
from postloan.errors import RunError
from postloan.policy.pack import Policy
from postloan.run.class_story import class_bases, class_of, floor_behind, known_values
from postloan.run.ledger import RunRow
from postloan.run.measurable import absent_feeds, states
from postloan.run.reading import Results, is_one_of, last_run, results_of
from postloan.run.rules import Rules
from postloan.run.sources import last_rows
from postloan.warnings.counts import counts, kinds

Kind = Literal["loan", "customer"]

_FLOORS = (*steps.FLOORS, steps.DEBTOR)
_MATRIX = (*steps.WORST, steps.MAPPING, steps.BEST)
_KEY = {"loan": "loan_id", "customer": "customer_id"}


def explain(
    engine: Engine,
    store: Path,
    kind: Kind,
    subject_id: str,
    *,
    as_of: date | None = None,
    policy: Policy | None = None,
    book: str | None = None,
    lang: str = "en",
) -> dict[str, Any]:
    """Tell the whole story from a store's result.

    Args:
        engine: a DuckDB session.
        store: the store's folder.
        kind: loan or customer.
        subject_id: its number.
        as_of: the day; the last with a result when None.
        policy: tells names and conditions; without it codes stand alone.
        book: the book, for the rows that all this rests on; without it `sources` is null.
        lang: the language of labels.

    Raises RunError `no_run_yet`, `unknown_day`, `unknown_loan` or `unknown_customer`.
    """
    row = last_run(engine, store, as_of)
    results = results_of(engine, store, row)
    loans = results.rows("loan_state", _KEY[kind], [subject_id])
    if not loans and not (kind == "customer" and results.rows("facts_customer", "id", [subject_id])):
        raise _unknown(results, kind, subject_id, row.as_of)
    customer = loans[0]["customer_id"] if loans else subject_id
    told = _Story(engine, results, row, policy, lang).tell(kind, subject_id, customer, loans)
    ids = [loan["loan_id"] for loan in told["loans"]]
    told["sources"] = None if book is None else last_rows(engine, book, row.as_of, ids, customer)
    return told


class _Story:
    """Gathers the parts of one story."""

    def __init__(
        self, engine: Engine, results: Results, row: RunRow, policy: Policy | None, lang: str
    ) -> None:
        self.engine, self.results, self.row, self.policy, self.lang = engine, results, row, policy, lang

    def tell(self, kind: Kind, subject_id: str, customer: str, loans: list[dict[str, Any]]) -> dict[str, Any]:
        """Give the story; loans stand worst first."""
        facts = self._facts(kind, subject_id, customer)
        of_customer = _first(facts.get("facts_customer"))
        of_loans = {row["id"]: row for row in facts.get("facts_loan", [])}
        warning = _first(self.results.rows("warning", "subject_id", [customer]))
        values = {f"customer.{name}": value for name, value in of_customer.items()}
        values |= self._counted(customer) | {"customer.colour": warning.get("colour", "none")}
        bases = class_bases(self.results, kind, subject_id)
        loans = sorted(loans, key=lambda one: (-(one["days_past_due"] or 0), one["loan_id"]))
        signals = self._signals(kind, subject_id, customer)
        return {
            "subject_kind": kind,
            "subject_id": subject_id,
            "as_of": self.row.as_of,
            "run_id": self.row.run_id,
            "policy_version": self.row.policy_version,
            "policy_shown": self.policy.version if self.policy else None,
            "customer_id": customer,
            "customer": of_customer,
            "loans": [
                self._loan(loan, of_loans.get(loan["loan_id"], {}), values, bases.get(loan["loan_id"]))
                for loan in loans
            ],
            "signals": signals,
            "states": self._states(loans[0]["loan_id"] if len(loans) == 1 else None, customer),
            "warning": self._warning(warning, values),
            "measures": self._measures(kind, subject_id, customer),
        }

    def _facts(self, kind: Kind, subject_id: str, customer: str) -> dict[str, list[dict[str, Any]]]:
        found = {"facts_customer": self.results.rows("facts_customer", "id", [customer])}
        column = "id" if kind == "loan" else "customer_id"
        found["facts_loan"] = self.results.rows("facts_loan", column, [subject_id])
        return found

    def _counted(self, customer: str) -> dict[str, Any]:
        """Give what the colour table counts, for this customer alone."""
        if self.policy is None or not self.results.has("facts_customer"):
            return {}
        signal, customers = self.results.table("signal"), self.results.table("facts_customer")
        own = kinds(signal.filter(is_one_of(signal.customer_id, [customer])))
        known = customers.filter(is_one_of(customers["id"], [customer]))
        window = int(self.policy.parameter("combination_window_days"))
        rows = self.engine.rows(counts(own, known, self.policy.signals, self.row.as_of, window))
        return {name.replace("__", "."): value for name, value in _first(rows).items()}

    def _loan(
        self,
        loan: Mapping[str, Any],
        facts: Mapping[str, Any],
        of_customer: Mapping[str, Any],
        basis: Mapping[str, Any] | None,
    ) -> Any:
        values = {**of_customer, **{f"loan.{name}": value for name, value in facts.items()}}
        values |= {"loan.claim_days": loan["days_past_due"], "loan.class_level": loan["class_final"]}
        values |= known_values(basis)
        told = _with_json(loan, ("floor_rule_ids", "missing"))
        told["facts"] = facts
        told["rules"] = {"floor": [], "matrix": []}
        if self.policy is not None:
            floors, row, day = told["floor_rule_ids"] or [], loan["matrix_rule_id"], self.row.as_of
            behind = {"loan.floor_row": floor_behind(self.policy, floors, row, day)}
            rules = Rules(self.policy, {**values, **behind}, day, self.lang)
            told["rules"] = {
                "floor": rules.of_rows(_FLOORS, told["floor_rule_ids"] or []),
                "matrix": rules.of_rows(_MATRIX, [loan["matrix_rule_id"]] if loan["matrix_rule_id"] else []),
            }
        told["class"] = class_of(self.policy, loan, basis, values, self.row.as_of, self.lang)
        return told

    def _signals(self, kind: Kind, subject_id: str, customer: str) -> list[dict[str, Any]]:
        rows = self.results.rows("signal", "customer_id", [customer])
        if kind == "loan":  # the customer's other loans are another story
            rows = [row for row in rows if row["subject_kind"] != "loan" or row["subject_id"] == subject_id]
        rows.sort(key=lambda row: (_SEVERITY[row["severity"]], row["code"], row["subject_id"]))
        return [_with_json(row, ("evidence",)) for row in rows]

    def _states(self, loan: str | None, customer: str) -> list[dict[str, Any]] | None:
        """Give the state of each signal of one loan and the customer; None without facts or policy."""
        if (
            self.policy is None
            or not self.results.has("facts_customer")
            or not self.results.has("facts_loan")
        ):
            return None
        rows = self.engine.rows(self.results.table("signal_coverage"))
        absent = absent_feeds([_with_json(row, ("missing",)) for row in rows])
        facts = self._kept(customer, loan)
        subjects = ("loan", "customer") if loan is not None else ("customer",)
        return [
            state
            for subject in subjects
            for state in states(self.engine, facts, self.policy, subject, absent, self.row.as_of)
        ]

    def _kept(self, customer: str, loan: str | None) -> dict[str, Table]:
        facts = {}
        for name in ("facts_loan", "facts_customer", "facts_region", "facts_industry"):
            if self.results.has(name):
                facts[name] = self.results.table(name)
        customers, loans = facts["facts_customer"], facts["facts_loan"]
        facts["facts_customer"] = customers.filter(is_one_of(customers["id"], [customer]))
        facts["facts_loan"] = loans.filter(is_one_of(loans["id"], [loan or ""]))
        return facts

    def _warning(self, warning: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any] | None:
        if not warning:
            return None
        told = _with_json(warning, ("reasons", "new_kinds"))
        told["rule"], told["points"] = None, []
        if self.policy is not None:
            rules = Rules(self.policy, values, self.row.as_of, self.lang)
            told["rule"] = rules.of_rule("colour", warning["rule_id"])
            told["points"] = rules.points("score")
        return told

    def _measures(self, kind: Kind, subject_id: str, customer: str) -> list[dict[str, Any]]:
        rows = self.results.rows("measure_due", "customer_id", [customer])
        if kind == "loan":
            rows = [row for row in rows if row["level"] == "customer" or row["loan_id"] == subject_id]
        last = date.max
        rows.sort(key=lambda row: (row["nature"] != "duty", row["due_on"] or last, row["measure_id"]))
        return [_with_json(row, ("blocks", "rule_ids", "because")) for row in rows]


_SEVERITY = {"red": 0, "orange": 1, "yellow": 2, "blue": 3}


def _first(rows: list[dict[str, Any]] | None) -> dict[str, Any]:
    return dict(rows[0]) if rows else {}


def _with_json(row: Mapping[str, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: json.loads(value) if name in columns and value is not None else value
        for name, value in row.items()
    }


def _unknown(results: Results, kind: Kind, subject_id: str, as_of: date) -> RunError:
    """Give the error for a number that the result does not have, with those that come near."""
    other: Kind = "customer" if kind == "loan" else "loan"
    where = f"result of {as_of.isoformat()}"
    if results.rows("loan_state", _KEY[other], [subject_id]):
        return RunError(
            f"unknown_{kind}",
            f"there is no {kind} {subject_id}, but a {other} of that number",
            where=where,
            mend=f"ask with --{other} {subject_id}",
        )
    close = _near(results, kind, subject_id)
    hint = f"did you mean {' or '.join(close)}?" if close else "see that the number is right"
    note = "; a loan that is closed or not yet paid out has no row" if kind == "loan" else ""
    return RunError(
        f"unknown_{kind}", f"there is no {kind} {subject_id} on that day", where=where, mend=hint + note
    )


def _near(results: Results, kind: Kind, subject_id: str) -> list[str]:
    loans = results.table("loan_state")
    column = loans[_KEY[kind]]
    for length in range(len(subject_id) - 1, -1, -1):
        alike = loans.filter(column.startswith(subject_id[:length])).select(near=column).distinct()
        rows = results.engine.rows(alike.order_by("near").limit(500))
        found = difflib.get_close_matches(subject_id, [row["near"] for row in rows], n=3, cutoff=0.5)
        if found:
            return found
    return []
