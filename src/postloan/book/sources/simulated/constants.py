"""The figures that the simulated bank is made from: data with sources, and variants of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from postloan.errors import BookError

_HERE = Path(__file__).parent

METHODS = ("instalment", "bullet", "seasonal", "whole", "card", "bill", "none")
"""How a product is repaid: equal principal; interest, then principal; at harvest or maturity; off sheet."""

INSTALMENT, BULLET, SEASONAL, WHOLE, CARD, BILL, NONE = range(len(METHODS))
KINDS = ("farmer", "individual", "small_business", "corporate")
FARMER, INDIVIDUAL, SMALL, CORPORATE = range(len(KINDS))


@dataclass(frozen=True)
class Constants:
    """The figures of one variant: `economy`, `causes` by name, and the causes that emerge by themselves."""

    economy: Mapping[str, Any]
    causes: Mapping[str, Mapping[str, Any]]
    emergent: tuple[str, ...]

    @property
    def cause_names(self) -> tuple[str, ...]:
        """Give all causes, those with an onset first, in the order of their numbers."""
        return (*self.causes, *self.emergent)

    @property
    def products(self) -> tuple[Mapping[str, Any], ...]:
        """Give the products in the order of their numbers."""
        return tuple(self.economy["products"].values())

    @property
    def industries(self) -> tuple[str, ...]:
        """Give the industries in the order of their numbers."""
        return tuple(self.economy["industries"])


@cache
def constants(variant: str | None = None) -> Constants:
    """Give the figures of a variant, or of the bank itself; raises BookError `unknown_variant`."""
    economy = yaml.safe_load((_HERE / "economy.yaml").read_text(encoding="utf-8"))
    told = yaml.safe_load((_HERE / "causes.yaml").read_text(encoding="utf-8"))
    tree = {"economy": economy, "causes": copy.deepcopy(told["causes"])}
    if variant is not None and variant not in told["variants"]:
        raise BookError(
            "unknown_variant",
            f"there is no variant {variant} of the simulated bank",
            where=variant,
            mend=f"use {', '.join(told['variants'])}, or leave --variant out",
        )
    for path, value in (told["variants"][variant] if variant else {}).items():
        *way, last = path.split(".")
        place: dict[str, Any] = tree
        for step in way:
            place = place[step]
        place[last] = value
    return Constants(tree["economy"], tree["causes"], tuple(told["emergent"]))
