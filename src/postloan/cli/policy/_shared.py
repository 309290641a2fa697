"""What the commands on packs share."""

from __future__ import annotations

from datetime import date

import click

PACK = click.argument("pack", default="cn_rural")
"""A shipped pack by name, or a pack's folder."""


def kinds() -> dict[str, str]:
    """Give the kind of every fact, those that later stages derive among them."""
    from postloan import measures, warnings
    from postloan.classification import derived
    from postloan.facts import FACTS

    told = (*warnings.DERIVED, *derived.DERIVED, *getattr(measures, "DERIVED", ()))
    return {fact.name: fact.kind for fact in (*FACTS.values(), *told)}


def versions(named: list[tuple[str, date]]) -> list[str]:
    """Give a label for each: its name, with the date from which it holds where a name occurs twice."""
    names = [name for name, _ in named]
    return [f"{name} {day.isoformat()}" if names.count(name) > 1 else name for name, day in named]
