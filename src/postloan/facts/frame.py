"""Frames: one row a subject, with the facts of the subject and of what it belongs to as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.policy import column_name

_BELONGS: dict[str, tuple[tuple[str, str], ...]] = {
    "loan": (("customer", "customer_id"), ("region", "region_id"), ("industry", "industry_id")),
    "customer": (("region", "region_id"), ("industry", "industry_id")),
    "collateral": (("customer", "customer_id"), ("region", "region_id")),
    "guarantor": (("customer", "customer_id"), ("region", "region_id")),
    "region": (),
    "industry": (),
    "institution": (),
    "staff": (),
}
"""What a subject belongs to, and the fact of its own that names it."""


def frame(facts: Mapping[str, Table], subject: str, names: Iterable[str]) -> Table:
    """Give one row a subject with the named facts as columns `<subject>__<what>`.

    Args:
        facts: the tables `facts_<subject>`.
        subject: one of `SUBJECTS`.
        names: facts such as `loan.dpd_days`; those of a customer, region or industry are joined to the loan.

    Columns: subject_id; customer_id, null for an area; region_id, a region's own; industry_id; the facts.
    """
    wanted = sorted(set(names))
    own = facts[f"facts_{subject}"]
    columns = {column_name(name): own[_what(name)] for name in wanted if name.startswith(f"{subject}.")}
    keys = {
        f"{key}_id": own["id"] if subject == key else _named(own, f"{key}_id")
        for key in ("customer", "region", "industry")
    }
    result = own.select(subject_id=own["id"], **keys, **columns)
    for other, key in _BELONGS[subject]:
        theirs = [name for name in wanted if name.startswith(f"{other}.")]
        if theirs:
            table = facts[f"facts_{other}"]
            right = table.select(
                _key=table["id"], **{column_name(name): table[_what(name)] for name in theirs}
            )
            result = result.left_join(right, result[key] == right["_key"]).drop("_key")
    return result


def _what(name: str) -> str:
    return name.partition(".")[2]


def _named(own: Table, key: str) -> Column:
    return own[key] if key in own.columns else v.null("string")
