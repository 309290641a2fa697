"""What a parameter's value may be: the range in which the program that reads it still says something sound.

The values themselves are policy and stand in packs; these are the bounds of their meaning: a share lies from
0 to 1, a month from 1 to 12, and no length of time, count or amount is negative.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from postloan.policy.entries import Parameter
from postloan.policy.findings import Finding
from postloan.policy.in_force import Pack


@dataclass(frozen=True)
class Range:
    """Bounds of a number, both included; `most` is None where there is none. `whole` refuses fractions."""

    least: Decimal
    most: Decimal | None = None
    whole: bool = False

    def holds(self, value: int | Decimal) -> bool:
        """Tell whether a number lies within."""
        if self.whole and value != int(value):
            return False
        return self.least <= value and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        return f"{self.least} … {'∞' if self.most is None else self.most}"


_SHARE = Range(Decimal(0), Decimal(1))
_NOT_NEGATIVE = Range(Decimal(0))
_WHOLE = Range(Decimal(0), whole=True)
_BY_NAME = {
    "distress_cut": _SHARE,
    "firing_share_limit": _SHARE,
    "single_exposure_limit": _SHARE,
    "group_exposure_limit": _SHARE,
    "collateral_max_ltv": _SHARE,
    "score_limit": Range(Decimal(1), Decimal(1000), whole=True),  # a score has three digits and 1000
    "contagion_hops": Range(Decimal(1), Decimal(10), whole=True),
    "role_search_levels": Range(Decimal(1), Decimal(20), whole=True),
}
_BY_ENDING = (
    ("share", _SHARE),
    ("_month", Range(Decimal(1), Decimal(12), whole=True)),
    ("days", Range(Decimal(0), Decimal(36_500), whole=True)),
    ("_max_age", Range(Decimal(1), Decimal(36_500), whole=True)),
    ("_months", Range(Decimal(0), Decimal(1200), whole=True)),
    ("_years", Range(Decimal(0), Decimal(100), whole=True)),
)


def allowed(name: str, value: Any, part: str = "") -> Range | None:
    """Give the range of a number of a parameter; None for what is no number.

    Args:
        name: the parameter.
        value: the number as it stands: of a whole one only whole ones come in question.
        part: of a mapping, the key under which it stands.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if name in _BY_NAME:
        return _BY_NAME[name]
    for ending, found in _BY_ENDING:
        if (part or name).endswith(ending):
            return found
    return _WHOLE if isinstance(value, int) else _NOT_NEGATIVE


def problems(parameter: Parameter) -> Iterator[Finding]:
    """Find the numbers of a parameter that lie outside their range, in nested values too."""
    for part, value in _numbers(parameter.value):
        found = allowed(parameter.name, value, part)
        # A whole number may be written where a fraction could stand, and the other way round.
        if found is not None and not Range(found.least, found.most).holds(value):
            where = f"{parameter.where}, {part}" if part else parameter.where
            message = f"`{value}` lies outside {found}."
            yield Finding("error", "parameter_range", message, where, f"Write a value of {found}.")


def _numbers(value: Any, part: str = "") -> Iterator[tuple[str, int | Decimal]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _numbers(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item, part)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield part, value


def check(pack: Pack) -> list[Finding]:
    """Check every parameter of a pack and of the packs that it extends."""
    return [
        one
        for _, versions in sorted(pack.versions.get("parameter", {}).items())
        for dated in versions
        for one in problems(dated.value)
    ]
