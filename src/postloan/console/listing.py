"""Lists that page by key: a sort order with a unique end, and a mark that says where the next page begins."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils.http import urlencode

Row = TypeVar("Row")
Stored = TypeVar("Stored", bound=Model)

PAGE = 50
_COUNTED = 1_000
"""Rows that are counted before a list says "more than": beyond, nobody goes by the number."""


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


def page(
    rows: QuerySet[Stored],
    order: Sequence[str],
    after: str = "",
    size: int = PAGE,
    parts: Sequence[Q] | None = None,
) -> Page[Stored]:
    """Give a page of rows in an order whose last column is unique.

    Args:
        rows: all rows of the list.
        order: columns, with `-` for descending; none may hold nulls.
        after: the mark of the last row of the page before; one that nobody made gives the first page.
        size: rows a page.
        parts: conditions of which each row of the list fits one and no two, as `Scope.parts` gives them;
            each is read in order from an index of its own, where all at once would have to be sorted.
    """
    keys = _read(after, rows.model, order)
    wanted = rows.filter(_beyond(order, keys)) if keys else rows
    found = first(wanted, order, size + 1, parts)
    # Counting has an end of its own, so that a list of a million costs no more than one of a thousand.
    is_whole = not keys and len(found) <= size
    counted = len(found) if is_whole else count(rows, _COUNTED + 1, parts)
    following = _mark(found[size - 1], order) if len(found) > size else ""
    return Page(found[:size], following, min(counted, _COUNTED), counted > _COUNTED)


def page_in_memory(
    rows: Sequence[Any], key: Callable[[Any], str], after: str = "", size: int = PAGE
) -> Page[Any]:
    """Give a page of rows that are all at hand.

    Args:
        rows: all rows, in their order.
        key: names a row.
        after: the name of the last row of the page before; one that no row has gives the first page.
        size: rows a page.
    """
    start = next((place + 1 for place, row in enumerate(rows) if key(row) == after), 0) if after else 0
    found = list(rows[start : start + size])
    following = key(found[-1]) if start + size < len(rows) else ""
    return Page(found, following, len(rows), more=False)


def first(
    rows: QuerySet[Stored], order: Sequence[str], size: int, parts: Sequence[Q] | None = None
) -> list[Stored]:
    """Give the first rows in an order; with `parts` out of those of each, in two questions."""
    if parts is None:
        return list(rows.order_by(*order)[:size])
    model = rows.model
    assert model._meta.pk is not None
    names = dict.fromkeys((model._meta.pk.name, *(name.lstrip("-") for name in order)))
    told = [rows.filter(part).order_by(*order)[:size].values(*names) for part in parts]
    statement, values = _union(told)
    if not statement:
        return []
    columns = {name: connection.ops.quote_name(str(model._meta.get_field(name).column)) for name in names}  # type: ignore[union-attr]
    ordered = ", ".join(columns[name.lstrip("-")] + " DESC" * name.startswith("-") for name in order)
    key = columns[model._meta.pk.name]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key} FROM ({statement}) AS every ORDER BY {ordered} LIMIT {int(size)}",  # noqa: S608
            values,
        )
        keys = list(dict.fromkeys(row[0] for row in cursor.fetchall()))
    found = model._default_manager.in_bulk(keys)
    return [found[key] for key in keys if key in found]


def count(rows: QuerySet[Any], most: int, parts: Sequence[Q] | None = None) -> int:
    """Count rows up to a limit."""
    if parts is None:
        return rows.order_by()[:most].count()
    statement, values = _union([rows.filter(part).order_by()[:most].values("pk") for part in parts])
    if not statement:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM (SELECT * FROM ({statement}) AS every LIMIT {int(most)}) AS few",  # noqa: S608
            values,
        )
        return int(cursor.fetchone()[0])


def _union(several: Sequence[QuerySet[Any, Any]]) -> tuple[str, list[Any]]:
    """Put statements with limits of their own together, which Django does not on SQLite."""
    statements, values = [], list[Any]()
    for place, rows in enumerate(several):
        try:
            statement, given = rows.query.sql_with_params()
        except EmptyResultSet:
            continue  # nothing can fit
        statements.append(f"SELECT * FROM ({statement}) AS part{place}")  # noqa: S608 - Django's own SQL
        values += given
    return " UNION ALL ".join(statements), values


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


def _read(mark: str, model: type[Model], order: Sequence[str]) -> list[Any]:
    try:
        keys = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if not isinstance(keys, list) or len(keys) != len(order):
            return []
        fields = [model._meta.get_field(name.lstrip("-")) for name in order]
        told = [field.to_python(key) for field, key in zip(fields, keys, strict=True)]  # type: ignore[union-attr]
    except (ValueError, TypeError, OverflowError, ValidationError, RecursionError):
        return []
    return told if all(is_storable(key) for key in told) else []


def is_storable(key: Any) -> bool:
    """Tell whether databases take a key: no moment of another zone, NUL, or half of a pair of UTF-16."""
    if key is None or getattr(key, "tzinfo", None) is not None:
        return False
    text = str(key)
    return "\x00" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def starting(field: str, text: str) -> Q:
    """Give the condition that a text begins so, in a form that the index of the column answers."""
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__startswith": text})
    # SQLite cannot use an index for LIKE with an escape; texts are in order of their code points there.
    return Q(**{f"{field}__gte": text, f"{field}__lt": f"{text}\U0010ffff"})


def whole(text: str, most: int) -> int | None:
    """Read a whole number from a query, at most `most`; None for anything else."""
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 20 else None


@dataclass(frozen=True)
class Chip:
    """A filter that holds, in words, with the query that is without it."""

    text: str
    without: str


def chips(asked: Mapping[str, str], texts: Mapping[str, str]) -> list[Chip]:
    """Give the filters that hold, in the order of their texts.

    Args:
        asked: the query as it was understood, columns and order with it, which stay.
        texts: words by name of a filter; one without words is no chip.
    """
    found = []
    for name, text in texts.items():
        rest = {key: value for key, value in asked.items() if key != name and value}
        found.append(Chip(text, f"?{urlencode(rest)}"))
    return found
