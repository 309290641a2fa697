"""Holds the figures of an evaluation against the targets of the bank's policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

PARAMETER = "warning_targets"
"""The parameter of a pack: precision by colour, and what each of the keys below asks for."""

_OF_TOTAL = {
    "capture_amount": "at_least",
    "capture_count": "at_least",
    "lead_dpd30_median_days": "at_least",
    "lead_median_days": "at_least",
    "alerts_per_manager_week": "at_most",
}
_MEASURED_BY = {
    "lead_dpd30_median_days": "first_lead_dpd30_median_days",
    "lead_median_days": "first_lead_median_days",
}
"""The figure that a target is held against, where it has another name: leads are those of the first alert."""

_MEETS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "at_least": lambda measured, asked: measured >= asked,
    "at_most": lambda measured, asked: measured <= asked,
}


def held_against(
    asked: Mapping[str, Any], total: Mapping[str, Any], colours: Any, reached: Any
) -> list[dict[str, Any]]:
    """Give each target with what was measured and whether it is met; null where nothing was measured.

    A target of precision is held against both: `measured`, `low`, `high` and `met` are of the episodes that
    opened in the colour, the same with `reached_` before them of those that reached it. Others have only
    the first.

    Args:
        asked: the value of the parameter.
        total: the figures of all alerts that count.
        colours: those of each colour, by the openings in it.
        reached: the same of the days on which it was reached.
    """
    by_colour, by_reached = ({row["colour"]: row for row in rows} for rows in (colours, reached))
    told = [
        _row("precision", name, "at_least", value, by_colour[name])
        | {
            f"reached_{key}": of
            for key, of in _measure("precision", "at_least", value, by_reached[name]).items()
        }
        for name, value in asked.get("precision", {}).items()
    ]
    told += [
        _row(name, None, sense, asked[name], total) for name, sense in _OF_TOTAL.items() if name in asked
    ]
    return told


def _row(figure: str, colour: str | None, sense: str, asked: Any, of: Mapping[str, Any]) -> dict[str, Any]:
    told = {"figure": figure, "colour": colour, "sense": sense, "target": Decimal(str(asked))}
    return told | _measure(figure, sense, asked, of)


def _measure(figure: str, sense: str, asked: Any, of: Mapping[str, Any]) -> dict[str, Any]:
    measured = of[_MEASURED_BY.get(figure, figure)]
    met = None if measured is None else _MEETS[sense](Decimal(str(measured)), Decimal(str(asked)))
    return {
        "measured": measured,
        "low": of.get(f"{figure}_low"),
        "high": of.get(f"{figure}_high"),
        "met": met,
    }
