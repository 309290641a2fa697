"""Which warnings stand for a loan: its own, those of its security, and those of its customer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import reduce

from postloan.book.snapshot import Book
from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.policy import column_name
from postloan.policy.pack import Policy
from postloan.policy.warned import is_of_warnings
from postloan.signals import cap


def with_warnings(
    loans: Table,
    facts: Mapping[str, Table],
    signal: Table,
    policy: Policy,
    book: Book,
    as_of: date,
    names: Collection[str],
) -> Table:
    """Add `signal.<code>`, `family.<name>` and `confirmed.<family>`, as far as they are named; never null.

    A signal of collateral stands for the loans of the contract that it secures, one of a customer or a
    guarantor for all the customer's loans. A suppressed signal stands; one that the cap of its day holds does
    not yet. `confirmed` wants a verdict `real` on
    or after the day on which the signal opened.
    """
    wanted = sorted(name for name in names if is_of_warnings(name))
    if not wanted:
        return loans
    families: dict[str, list[str]] = {}
    for one in policy.signals:
        families.setdefault(one.family, []).append(one.code)
    standing = _standing(loans, facts, _confirmed(signal, book, as_of))
    found = {column_name(name): _told(standing, name, families) for name in wanted}
    held = standing.group_by(_loan=standing["_of"]).aggregate(**found)
    loans = loans.left_join(held, loans.subject_id == held["_loan"]).drop("_loan")
    return loans.mutate(**{name: (loans[name] > 0).fill_null(False) for name in found})


def _told(rows: Table, name: str, families: Mapping[str, list[str]]) -> Column:
    prefix, _, what = name.partition(".")
    if prefix == "signal":
        return v.count_if(rows.code == what)
    of_family = rows.code.isin(families.get(what) or [""])
    return v.count_if(of_family & rows["_real"] if prefix == "confirmed" else of_family)


def _confirmed(signal: Table, book: Book, as_of: date) -> Table:
    """Give the signals of customers with _real: whether a verdict since the opening says so."""
    rows = signal.filter(signal.customer_id.notnull() & ~cap.is_held(signal))
    rows = rows.select("subject_kind", "subject_id", "customer_id", "code", "opened_on")
    if not book.has("verdict"):
        return rows.mutate(_real=v.literal(False, "boolean"))
    verdict = book.table("verdict")
    real = verdict.filter((verdict.result == "real") & (verdict.decided_on <= v.literal(as_of, "date")))
    last = real.group_by(_kind=real.subject_kind, _id=real.subject_id, _code=real.code).aggregate(
        _on=real.decided_on.max()
    )
    keys = [rows.subject_kind == last["_kind"], rows.subject_id == last["_id"], rows.code == last["_code"]]
    rows = rows.left_join(last, keys).drop("_kind", "_id", "_code")
    since = rows["_on"] >= v.coalesce(rows.opened_on, rows["_on"])
    return rows.mutate(_real=since.fill_null(False)).drop("_on")


def _standing(loans: Table, facts: Mapping[str, Table], signal: Table) -> Table:
    """Give each signal for each loan that it is about: _of, code, _real."""
    mine = loans.select(_of="subject_id", _owner="customer_id")
    own = signal.filter(signal.subject_kind == "loan")
    parts = [own.inner_join(mine, own.subject_id == mine["_of"])]
    if "facts_collateral" in facts:
        contracts = facts["facts_loan"].select(_debt="id", _contract="contract_id")
        secured = facts["facts_collateral"].select(_security="id", _secures="contract_id")
        secured = secured.inner_join(contracts, secured["_secures"] == contracts["_contract"])
        pledged = signal.filter(signal.subject_kind == "collateral")
        pledged = pledged.inner_join(secured, pledged.subject_id == secured["_security"])
        parts.append(pledged.rename(_of="_debt"))
    theirs = signal.filter(signal.subject_kind.notin(("loan", "collateral")))
    parts.append(theirs.inner_join(mine, theirs.customer_id == mine["_owner"]))
    return reduce(lambda a, b: a.union(b), [part.select("_of", "code", "_real") for part in parts])
