"""The document of an impact: days put together, cents as money and minutes as hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

Row = dict[str, Any]

_CENT, _HOUR = Decimal("0.01"), Decimal(60)
MANAGERS = 10
"""How many managers are told of; the CSV has all."""


def together(days: Sequence[Row]) -> Row:
    """Add the sums of several days up, row by row; rows that agree in all texts are one."""
    whole = days[0]
    for day in days[1:]:
        whole = _merged(whole, day)
    for rows in (whole["branches"], *(whole["work"][name] for name in ("roles", "branches", "managers"))):
        rows.sort(key=lambda row: -abs(row["minutes"]))
    return whole


def _merged(first: Any, second: Any) -> Any:
    if isinstance(first, Mapping):
        names = dict.fromkeys((*first, *second))
        return {
            name: first[name]
            if name not in second
            else second[name]
            if name not in first
            else _merged(first[name], second[name])
            for name in names
        }
    if isinstance(first, list):
        rows = {_identity(row): row for row in first}
        for row in second:
            key = _identity(row)
            rows[key] = _merged(rows[key], row) if key in rows else row
        return list(rows.values())
    return first + second if isinstance(first, int) else first


def _identity(row: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value) for name, value in row.items() if value is None or isinstance(value, str))


def in_units(told: Any) -> Any:
    """Give a document with hours for minutes, money for cents, and no more managers than are read."""
    if isinstance(told, list):
        return [in_units(one) for one in told]
    if not isinstance(told, Mapping):
        return told
    found: Row = {}
    for name, value in told.items():
        if name.endswith("minutes"):
            found[f"{name.removesuffix('minutes')}hours"] = _hours(value)
        elif name == "balances":
            found[name] = [{"currency": one, "amount": _money(cents)} for one, cents in sorted(value.items())]
        elif name.endswith("cents"):
            found[{"balance_cents": "balance"}.get(name, "owed")] = _money(value)
        elif name == "managers":
            found[name] = [in_units(row) for row in value if row["minutes"] or row["offered_minutes"]][
                :MANAGERS
            ]
        else:
            found[name] = in_units(value)
    return found


def _hours(minutes: int) -> Decimal:
    return (Decimal(minutes) / _HOUR).quantize(_CENT)


def _money(cents: int | None) -> Decimal | None:
    return None if cents is None else (Decimal(cents) / 100).quantize(_CENT)
