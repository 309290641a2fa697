"""Figures that others have published, each with its source, to stand beside those of a book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from postloan.reports.document import NOTHING, Column, Grid, Value
from postloan.reports.drawing import shown
from postloan.reports.portrait.view import Section
from postloan.reports.words import LANGUAGES, Words


@dataclass(frozen=True)
class Published:
    """What `published.yaml` holds: figures by section, and the bands of a deviation from Benford's law."""

    figures: Mapping[str, Any]
    bands: list[Any]

    def band(self, mad: Decimal) -> str:
        """Give the word for a mean absolute deviation: that of the first band whose end it does not pass."""
        for one in self.bands:
            if one["to"] is None or mad <= Decimal(one["to"]):
                return str(one["name"])
        raise ValueError("the last band of Benford's law needs `to: null`")

    def bands_told(self, words: Words) -> str:
        """Give all bands in words."""
        told = [
            words("b_upto", words(one["name"]), one["to"])
            if one["to"]
            else words("b_beyond", words(one["name"]))
            for one in self.bands
        ]
        return words("listed").join(told)

    def beside(self, section: Section, words: Words) -> Iterator[Grid]:
        """Give the figures published on a section's subject beside its own, where there are any."""
        found = self.figures.get(section.key, [])
        place = LANGUAGES.index(words.lang)
        rows: list[list[Value]] = [
            [
                one["what"][place],
                _told(one, one.get("value")) if "value" in one else one["says"][place],
                _own(one, section),
                one["who"][place],
                one["source"][place],
                one["status"],
            ]
            for one in found
        ]
        names = ("figure", "published", "this_book", "of_whom", "source", "status")
        columns = [Column(name, words(name)) for name in names]
        title = words("beside", words(f"s_{section.key}"))
        says = [words("beside_how")] if rows else [words("beside_none")]
        if section.measured:
            yield Grid(f"published_{section.key}", title, columns if rows else [], rows, says=says)


def _own(one: Mapping[str, Any], section: Section) -> str:
    value = section.measured.get(one.get("beside", ""))
    return NOTHING if value is None else _told(one, value)


def _told(one: Mapping[str, Any], value: Any) -> str:
    if value is None:
        return NOTHING
    if one.get("as", "share") == "ratio":
        return f"{Decimal(str(value)):.4f}"
    return shown(Decimal(str(value)), "share")


@cache
def published() -> Published:
    """Read `published.yaml`, once."""
    import yaml

    text = resources.files(__package__).joinpath("published.yaml").read_text(encoding="utf-8")
    held = yaml.safe_load(text)
    return Published(held["figures"], held["benford_bands"])
