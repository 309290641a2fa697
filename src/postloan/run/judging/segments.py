"""Who the customers of a span are: one row each, with the segments that their alerts and outcomes count for.

A customer stands where the first run of the span that has a loan of the customer shows the largest one:
what happened later, such as a loan's move to those who recover bad ones, says nothing about foresight.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from postloan.engine import Field, Table, TableSchema
from postloan.engine import verbs as v
from postloan.results import LOAN_STATE
from postloan.run.judging.alerts import only
from postloan.run.judging.figures import money
from postloan.run.judging.judge import Judge, Whole
from postloan.run.judging.span import Runs, Span
from postloan.run.kept import FOLDER

SEGMENTS = {"customer_kind": "kind", "contract_type": "contract_type", "institution": "institution_id"}
"""The segments, each with the column that tells it."""

_LOANS = only(LOAN_STATE, "as_of", "loan_id", "customer_id", "institution_id", "manager_id", "balance")
_KIND = TableSchema(
    "facts_customer", (Field("as_of", "date"), Field("id", "string"), Field("kind", "string")), ()
)
_TYPE = TableSchema(
    "facts_loan", (Field("as_of", "date"), Field("id", "string"), Field("contract_type", "string")), ()
)
_NAMES = TableSchema("institution", (Field("institution_id", "string"), Field("name", "string")), ())


def customers(runs: Runs, span: Span) -> Table:
    """Give the customers with a loan in a run of the span.

    Columns: known (the customer's number), kind, contract_type, institution_id, manager_id; kind and type are
    null where no run of the span kept facts.
    """
    loans = _first(runs.table(span.days, _LOANS), "customer_id")
    order = [(loans.balance, "desc"), (loans.loan_id, "asc")]
    loans = loans.mutate(_place=v.row_number(partition=[loans.customer_id], order=order))
    loans = loans.filter(loans["_place"] == 1)
    kinds = _told(runs.table(span.days, _KIND), "kind")
    types = _told(runs.table(span.days, _TYPE), "contract_type")
    loans = loans.left_join(kinds, loans.customer_id == kinds["_kind_id"])
    loans = loans.left_join(types, loans.loan_id == types["_contract_type_id"])
    told = loans.select("kind", "contract_type", "institution_id", "manager_id", known="customer_id")
    return runs.engine.materialise(told, "customers")


def _first(rows: Table, key: str) -> Table:
    """Keep the rows of the first day that each key has."""
    days = rows.group_by(_key=rows[key]).aggregate(_first=rows.as_of.min())
    return rows.inner_join(days, [rows[key] == days["_key"], rows.as_of == days["_first"]])


def _told(rows: Table, column: str) -> Table:
    rows = _first(rows.filter(rows[column].notnull()), "id")
    return rows.select(**{f"_{column}_id": "id", column: column})


def managers(runs: Runs, span: Span) -> int:
    """Count the managers who had a loan in the span."""
    loans = runs.table(span.days, only(LOAN_STATE, "manager_id"))
    names = loans.filter(loans.manager_id.notnull()).distinct()
    return int(runs.engine.rows(names.aggregate(n=names.count()))[0]["n"])


def currencies(runs: Runs, span: Span) -> list[str]:
    """Give the currencies of the loans in the span."""
    loans = runs.table(span.days, only(LOAN_STATE, "currency"))
    rows = runs.engine.rows(loans.filter(loans.currency.notnull()).distinct())
    return sorted(row["currency"] for row in rows)


def unknown(judge: Judge, known: Table) -> int:
    """Count the outcomes that are of none of these customers."""
    rows = judge.bad.anti_join(known, judge.bad.customer_id == known.known)
    return int(judge.engine.rows(rows.aggregate(n=rows.count()))[0]["n"])


def names(runs: Runs, span: Span) -> dict[str, str]:
    """Give the names of institutions as the last run of the span knew them; none where it kept no book."""
    paths = runs.paths(span.days[-1:], f"{FOLDER}/institution")
    rows = runs.engine.rows(runs.engine.read(paths, _NAMES)) if paths else []
    return {row["institution_id"]: row["name"] for row in rows}


def by_segment(
    judge: Judge, known: Table, alerts: Table, institutions: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Judge the alerts of each segment against its own outcomes and managers.

    Customers whom no run of the span knows are in no segment. A segment that the store cannot tell of
    anybody has no rows.
    """
    bad = judge.bad.inner_join(known, judge.bad.customer_id == known.known)
    own = alerts.inner_join(known, alerts.customer_id == known.known)
    told = []
    for segment, column in SEGMENTS.items():
        counted = known.group_by([column]).aggregate(customers=known.count())
        sizes = {row[column]: int(row["customers"]) for row in judge.rows(counted)}
        if set(sizes) <= {None}:
            continue
        wholes = _wholes(judge, known, bad, column)
        judged = judge.judge_by(own, column, sizes, wholes)
        told += [
            {
                "segment": segment,
                "value": value,
                "name": institutions.get(value) if segment == "institution" else None,
                "customers": sizes[value],
                "outcomes": wholes[value].outcomes,
                "amount": money(wholes[value].amount),
                **judged[value],
            }
            for value in sorted(sizes, key=lambda one: (one is None, one))
        ]
    return told


def _wholes(judge: Judge, known: Table, bad: Table, column: str) -> dict[Any, Whole]:
    """Give outcomes, amount and managers of each value of a segment."""
    sums = bad.group_by([column]).aggregate(n=bad.count(), amount=v.total(bad.amount))
    outcomes = {row[column]: (int(row["n"]), int(row["amount"] or 0)) for row in judge.rows(sums)}
    people = known.filter(known.manager_id.notnull()).select(column, "manager_id").distinct()
    staff = {
        row[column]: int(row["n"])
        for row in judge.rows(people.group_by([column]).aggregate(n=people.count()))
    }
    values = {row[column] for row in judge.rows(known.select(column).distinct())}
    return {value: Whole(*outcomes.get(value, (0, 0)), staff.get(value, 0)) for value in values}
