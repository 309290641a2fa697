"""Lists that page by key: a sort order with a unique end, and a mark that says where the next page begins."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)

PAGE = 50
_COUNTED = 10_000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list.

    Args:
        rows: what stands on it.
        next: the mark of the next page, empty on the last.
        count: how many rows there are in all, counted up to a limit.
        more: whether there are more than were counted.
    """

    rows: list[Row]
    next: str
    count: int
    more: bool


def page(rows: QuerySet[Row], order: Sequence[str], after: str = "", size: int = PAGE) -> Page[Row]:
    """Give a page of rows in an order whose last column is unique.

    Args:
        rows: all rows of the list.
        order: columns, with `-` for descending; none may hold nulls.
        after: the mark of the last row of the page before; one that nobody made gives the first page.
        size: rows a page.
    """
    # Counting has an end of its own, so that a list of a million costs no more than one of ten thousand.
    counted = rows.order_by()[: _COUNTED + 1].count()
    keys = _read(after, len(order))
    wanted = rows.filter(_beyond(order, keys)) if keys else rows
    found = list(wanted.order_by(*order)[: size + 1])
    following = _mark(found[size - 1], order) if len(found) > size else ""
    return Page(found[:size], following, min(counted, _COUNTED), counted > _COUNTED)


def _beyond(order: Sequence[str], keys: Sequence[Any]) -> Q:
    """Give the condition of standing after a row: equal in the first columns and beyond in the next."""
    condition = Q()
    for depth, (name, key) in enumerate(zip(order, keys, strict=True)):
        same = {column.lstrip("-"): value for column, value in zip(order[:depth], keys[:depth], strict=True)}
        beyond = {f"{name.lstrip('-')}__{'lt' if name.startswith('-') else 'gt'}": key}
        condition |= Q(**same, **beyond)
    first = order[0]
    return Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": keys[0]}) & condition


def _mark(row: Model, order: Sequence[str]) -> str:
    keys = [getattr(row, name.lstrip("-")) for name in order]
    told = [key.isoformat() if isinstance(key, date) else key for key in keys]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def _read(mark: str, length: int) -> list[Any]:
    try:
        keys = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
    except ValueError:
        return []
    fits = isinstance(keys, list) and len(keys) == length and all(isinstance(key, str | int) for key in keys)
    return keys if fits else []
