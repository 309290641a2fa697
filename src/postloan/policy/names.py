"""Names of facts in FEEL and in frames, and the FEEL kind of each kind of column."""

from __future__ import annotations

from postloan.errors import PolicyError

FEEL_KINDS = {
    "integer": "number",
    "money": "number",
    "decimal": "number",
    "number": "number",
    "string": "string",
    "json": "string",
    "integer_list": "string",
    "boolean": "boolean",
    "date": "date",
    "any": "any",
}
"""FEEL kind by kind of column, or by its own name."""


def column_name(name: str) -> str:
    """Give the column of a frame that holds a FEEL name: `loan.dpd_days` is `loan__dpd_days`."""
    return name.replace(".", "__")


def feel_kind(kind: str, where: str = "") -> str:
    """Give the FEEL kind of a column kind; raises PolicyError for one that FEEL cannot test here."""
    if kind not in FEEL_KINDS:
        raise PolicyError("ill_typed", f"A column of kind {kind} cannot be tested in FEEL.", where=where)
    return FEEL_KINDS[kind]
