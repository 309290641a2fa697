"""What each fact is: its kind, unit, sources, and how it is kept from day to day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from postloan.engine import Kind

Keeps = Literal["additive", "touched", "calendar", "population"]

SUBJECTS = ("loan", "customer", "collateral", "guarantor", "region", "industry", "institution", "staff")
"""Subjects that have facts; each has a table `facts_<subject>`. A guarantor's row is one guarantee."""

AREAS = ("region", "industry", "institution", "staff")
"""Subjects that stand for no customer: their signals count for none by themselves (contract.md, Results)."""


@dataclass(frozen=True)
class Fact:
    """One fact of a subject on a date.

    Args:
        name: `<subject>.<what>[_<window>][_<against>]`, with the suffix that gives the unit.
        kind: what the column holds; `money` is DECIMAL(18,2).
        unit: the unit in words.
        needs: tables of the book without which it is not measurable.
        keeps: how it changes from one day to the next (design.md, Facts).
        doc: the definition in one sentence.
        sources: the columns that it is computed from, as `table.column`; empty for what a stage derives.
        zh: the definition in Chinese.
    """

    name: str
    kind: Kind
    unit: str
    needs: tuple[str, ...]
    keeps: Keeps
    doc: str
    sources: tuple[str, ...]
    zh: str = ""

    @property
    def subject(self) -> str:
        """Give the part before the first dot."""
        return self.name.partition(".")[0]

    @property
    def column(self) -> str:
        """Give the column of `facts_<subject>` that holds it."""
        return self.name.partition(".")[2]

    @property
    def feel_type(self) -> str:
        """Give the type that conditions see: number, string, boolean or date."""
        return {"integer": "number", "money": "number", "decimal": "number"}.get(self.kind, self.kind)


_UNITS: tuple[tuple[str, Kind, str], ...] = (
    ("_days", "integer", "days"),
    ("_count", "integer", "count"),
    ("_amt", "money", "reporting currency"),
    ("_share", "decimal", "fraction"),
    ("_on", "date", "date"),
)


def fact(
    name: str,
    doc: str,
    *,
    zh: str = "",
    sources: str = "",
    needs: str = "",
    keeps: Keeps = "touched",
    kind: Kind | None = None,
    unit: str | None = None,
) -> Fact:
    """Declare a fact; kind and unit follow from the name where it ends as the contract says.

    Raises ValueError where neither the name nor the arguments give them.
    """
    what = name.partition(".")[2]
    if kind is None and what.startswith(("is_", "has_")):
        kind, unit = "boolean", unit or "yes or no"
    for ending, implied, words in _UNITS:
        if kind is None and (what.endswith(ending) or f"{ending}_" in what):
            kind, unit = implied, unit or words
    if kind is None:
        raise ValueError(f"the name {name} does not say what kind of fact it is")
    return Fact(name, kind, unit or kind, tuple(needs.split()), keeps, doc, tuple(sources.split()), zh)
