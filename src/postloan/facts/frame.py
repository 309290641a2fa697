"""Frames: one row a subject, with the facts of the subject and of what it belongs to as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.policy import column_name

_BELONGS: dict[str, tuple[tuple[str, str], ...]] = {
    "loan": (("customer", "customer_id"), ("region", "region_id")),
    "customer": (("region", "region_id"),),
    "collateral": (("customer", "customer_id"), ("region", "region_id")),
    "region": (),
}


def frame(facts: Mapping[str, Table], subject: str, names: Iterable[str]) -> Table:
    """Give one row a subject with the named facts as columns `<subject>__<what>`.

    Args:
        facts: the tables `facts_<subject>`.
        subject: loan, customer, collateral or region.
        names: facts such as `loan.dpd_days`; those of a customer or region are joined to the loan.

    Columns: subject_id, customer_id (null for a region), region_id (a region's own), then the facts.
    """
    wanted = sorted(set(names))
    own = facts[f"facts_{subject}"]
    columns = {column_name(name): own[_what(name)] for name in wanted if name.startswith(f"{subject}.")}
    keys = {
        "customer_id": _customer(own, subject),
        "region_id": own["id"] if subject == "region" else own.region_id,
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


def _customer(own: Table, subject: str) -> Column:
    if subject == "customer":
        return own["id"]
    return own["customer_id"] if "customer_id" in own.columns else v.null("string")
