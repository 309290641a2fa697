"""Lists as people see them: columns to choose, an order, pages, and the same rows as an Excel file.

What a person chose stands in the address and nowhere else, so that a link shows a colleague the same list,
of what that colleague may see: `columns` (names, with commas or several times), `sort` (a column, with `-`
before it for the other way round), `after` (the mark of a page), and `file` (the list's name) for the file.
A page with several lists gives each a prefix of its own for these. What is not understood is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, QueryDict
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext

from postloan.console import cells, excel, words
from postloan.console.audit.uses import note_list
from postloan.console.cells import Column
from postloan.console.listing import PAGE, Page, page, page_in_memory
from postloan.console.people.rights import scope
from postloan.console.publishing.selectors import current

FILE = "file"
"""The parameter that asks for a file, by the name of the list."""

_CHUNK = 2000
_MOST_QUERY = 2000

Tell = Callable[[Sequence[Any]], Any]
"""Looks up what the columns of some rows need: names of people, customers, what the person may read."""


@dataclass(frozen=True)
class Listing:
    """What a list can show.

    Args:
        name: names the list in addresses, in the audit and as a file.
        title: the sheet's name.
        columns: every column, in the order in which they stand.
        usual: the columns where none were chosen.
        leads: the column that every row is opened by, which no list goes without.
        first: the column by which rows of the database stand where no order was asked.
        filters: the parameters that narrow the list.
        prefix: begins the parameters of a list that shares its page with another.
        key: names a row of a list in memory; the rows of a database are named by their order.
        size: rows a page.
    """

    name: str
    title: Any
    columns: tuple[Column, ...]
    usual: tuple[str, ...]
    leads: str
    first: str = ""
    filters: tuple[str, ...] = ()
    prefix: str = ""
    key: Callable[[Any], str] | None = None
    size: int = PAGE

    def chosen(self, query: QueryDict) -> list[Column]:
        """Give the columns that a query asks for, the leading one among them; else the usual ones."""
        known = {one.name for one in self.columns}
        asked = {name for told in query.getlist(f"{self.prefix}columns") for name in told.split(",")} & known
        wanted = asked or set(self.usual)
        return [one for one in self.columns if one.name in wanted or one.name == self.leads]

    def sort(self, query: QueryDict) -> str:
        """Give the order that a query asks for; nothing where it asks for none that the list has."""
        asked = query.get(f"{self.prefix}sort", "")
        return asked if self.column(asked.removeprefix("-")) in self.sortable else ""

    def column(self, name: str) -> Column | None:
        """Give a column by name, None where there is none."""
        return next((one for one in self.columns if one.name == name), None)

    @property
    def sortable(self) -> tuple[Column, ...]:
        """Give the columns that the list can stand by: any in memory, in a database those with an index."""
        return tuple(one for one in self.columns if (self.key and one.is_sortable) or one.order)

    def order(self, sort: str) -> tuple[str, ...]:
        """Give the columns of the database that rows stand by."""
        column = self.column(sort.removeprefix("-") or self.first)
        assert column is not None
        assert column.order
        return _turned(column.order) if sort.startswith("-") else column.order

    def kept(self, query: QueryDict) -> dict[str, str]:
        """Give what a query chose of columns and order, in one form."""
        told = {f"{self.prefix}sort": self.sort(query)}
        if query.get(f"{self.prefix}columns"):
            told[f"{self.prefix}columns"] = ",".join(one.name for one in self.chosen(query))
        return {name: value for name, value in told.items() if value}


def _turned(order: Sequence[str]) -> tuple[str, ...]:
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)


@dataclass(frozen=True)
class Line:
    """A row with its cells as the page shows them."""

    row: Any
    cells: list[str]


@dataclass(frozen=True)
class Head:
    """The head of a column: where a click leads to, and how the list stands by it now."""

    column: Column
    label: str
    address: str
    state: str


@dataclass(frozen=True)
class Table:
    """A page of a list with all that its template needs."""

    listing: Listing
    query: QueryDict
    page: Page[Any]
    told: Any
    chosen: list[Column]
    sort: str
    unit: str

    @cached_property
    def lines(self) -> list[Line]:
        """Give the rows with their cells."""
        begun = [(one, cells.opening(one, self._label(one))) for one in self.chosen]
        return [
            Line(row, [cells.on_page(one, row, self.told, begins) for one, begins in begun])
            for row in self.page.rows
        ]

    @cached_property
    def heads(self) -> list[Head]:
        """Give the heads of the columns."""
        return [self._head(one) for one in self.chosen]

    def _label(self, column: Column) -> str:
        return f"{column.label} ({self.unit})" if column.kind == "amount" else str(column.label)

    def _head(self, column: Column) -> Head:
        label = self._label(column)
        if column not in self.listing.sortable:
            return Head(column, label, "", "")
        is_by_this = (self.sort.removeprefix("-") or self.listing.first) == column.name
        turned = is_by_this and not self.sort.startswith("-")
        falls = column.falls != self.sort.startswith("-")
        state = ("descending" if falls else "ascending") if is_by_this else ""
        return Head(column, label, self.at(sort=f"-{column.name}" if turned else column.name), state)

    @property
    def choices(self) -> list[tuple[Column, bool, bool]]:
        """Give every column, whether it is shown, and whether it always is."""
        return [(one, one in self.chosen, one.name == self.listing.leads) for one in self.listing.columns]

    @property
    def orders(self) -> list[tuple[str, str]]:
        """Give the orders that the list can stand in, in words."""
        found = []
        for one in self.listing.sortable:
            for name, words_of in ((one.name, one.falls), (f"-{one.name}", not one.falls)):
                told = {"column": one.label, "direction": cells.direction(one, falls=words_of)}
                found.append((name, gettext("%(column)s: %(direction)s") % told))
        return found

    @property
    def rest(self) -> list[tuple[str, str]]:
        """Give what a form for columns and order carries on: all the rest of the query."""
        own = {f"{self.listing.prefix}{name}" for name in ("columns", "sort", "after")} | {FILE}
        return [(name, one) for name, told in self.query.lists() for one in told if name not in own]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Give what a form of filters carries on: all that is no filter, and no page of a list."""
        left = {*self.listing.filters, FILE}
        return [
            (name, one)
            for name, told in self.query.lists()
            for one in told
            if name not in left and not name.endswith("after")
        ]

    @property
    def filters_set(self) -> int:
        """Count the filters that are set."""
        return sum(1 for name in self.listing.filters if self.query.get(name, "").strip())

    @property
    def cleared(self) -> str:
        """Give the address without the filters."""
        return f"?{urlencode(self.kept)}"

    def at(self, **changes: str) -> str:
        """Give the address with parameters of this list changed, on its first page; without empty ones."""
        told = self.query.copy()
        told.pop(FILE, None)
        for name, value in {"after": "", **changes}.items():
            told.pop(f"{self.listing.prefix}{name}", None)
            if value:
                told[f"{self.listing.prefix}{name}"] = value
        return f"?{told.urlencode()}"

    @property
    def next(self) -> str:
        """Give the address of the next page, nothing on the last."""
        return self.at(after=self.page.next) if self.page.next else ""

    @property
    def first(self) -> str:
        """Give the address of the first page, nothing on it."""
        return self.at() if self.query.get(f"{self.listing.prefix}after") else ""

    @property
    def columns_name(self) -> str:
        """Give the parameter of the columns."""
        return f"{self.listing.prefix}columns"

    @property
    def sort_name(self) -> str:
        """Give the parameter of the order."""
        return f"{self.listing.prefix}sort"

    @property
    def file(self) -> str:
        """Give the address of the file."""
        told = self.query.copy()
        told.pop(f"{self.listing.prefix}after", None)
        told[FILE] = self.listing.name
        return f"?{told.urlencode()}"

    @property
    def most(self) -> str:
        """Give how many rows a file holds at most."""
        return number_format(excel.MOST, force_grouping=True)


def _nothing(_rows: Sequence[Any]) -> None:
    return None


def wants_file(listing: Listing, request: HttpRequest) -> bool:
    """Tell whether the address asks for the list as a file."""
    return request.GET.get(FILE) == listing.name


def show(
    listing: Listing,
    request: HttpRequest,
    rows: QuerySet[Any] | Sequence[Any],
    tell: Tell = _nothing,
    parts: Sequence[Q] | None = None,
) -> Table | FileResponse:
    """Give a page of a list, or the list as a file where the address asks for it.

    Args:
        listing: what the list can show.
        request: whose query chooses columns, order and page.
        rows: all rows that the person may see and asked for.
        tell: looks up what the columns of a page or of a part of a file need.
        parts: conditions one of which each row of the database fits, where a page is read by parts.
    """
    query = request.GET
    chosen, sort = listing.chosen(query), listing.sort(query)
    if wants_file(listing, request):
        if isinstance(rows, QuerySet):
            return _file(listing, request, rows.order_by(*listing.order(sort)), tell)
        return _file(listing, request, _sorted(listing, rows, sort, tell), tell)
    after = query.get(f"{listing.prefix}after", "")
    if isinstance(rows, QuerySet):
        found: Page[Any] = page(rows, listing.order(sort), after, listing.size, parts)
    else:
        assert listing.key is not None
        found = page_in_memory(_sorted(listing, rows, sort, tell), listing.key, after, listing.size)
    unit = words.amount_unit(current()) if any(one.kind == "amount" for one in chosen) else ""
    return Table(listing, query, found, tell(found.rows), chosen, sort, unit)


def _sorted(listing: Listing, rows: Sequence[Any], sort: str, tell: Tell) -> Sequence[Any]:
    column = listing.column(sort.removeprefix("-"))
    if column is None:
        return rows
    told = tell(rows)
    valued = [(column.value(row, told), row) for row in rows]
    known = [one for one in valued if one[0] not in (None, "")]
    # A field of a file that somebody mended by hand may hold numbers and texts.
    known.sort(
        key=lambda one: (isinstance(one[0], str), one[0]), reverse=column.falls != sort.startswith("-")
    )
    return [row for _, row in known] + [row for value, row in valued if value in (None, "")]


def _file(
    listing: Listing, request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], tell: Tell
) -> FileResponse:
    """Give the list as a file, and keep that it was taken out of the console."""
    shown = listing.chosen(request.GET)
    wanted = {name for one in shown for name in (one.name, *one.beside)}
    chosen = [one for one in listing.columns if one.name in wanted]
    asked = {name: told for name, told in request.GET.lists() if name != FILE and not name.endswith("after")}
    note_list(
        actor=scope(request),
        name=listing.name,
        query=urlencode(asked, doseq=True)[:_MOST_QUERY],
        columns=[one.name for one in chosen],
    )
    unit = words.file_unit(current()) if any(one.kind == "amount" for one in chosen) else ""
    heads = [f"{one.label} ({unit})" if one.kind == "amount" else str(one.label) for one in chosen]
    formats = [cells.FORMATS.get(one.kind) for one in chosen]
    lines = _lines(rows, chosen, tell)
    return excel.excel(listing.name, str(listing.title), list(zip(heads, formats, strict=True)), lines)


def _lines(rows: QuerySet[Any] | Sequence[Any], chosen: Sequence[Column], tell: Tell) -> Iterator[list[Any]]:
    every = iter(rows.iterator(chunk_size=_CHUNK) if isinstance(rows, QuerySet) else rows)
    while some := list(islice(every, _CHUNK)):
        told = tell(some)
        for row in some:
            yield [cells.in_file(one, row, told) for one in chosen]


class Names:
    """The names of staff, institutions or customers by number, looked up once a column asks for the first."""

    def __init__(self, model: Any, ids: Iterable[str | None]) -> None:
        """Say of which model, and which numbers."""
        self._model, self._ids = model, {one for one in ids if one}

    @cached_property
    def _names(self) -> dict[str, str]:
        found = self._model._default_manager.filter(pk__in=self._ids).order_by() if self._ids else None
        return dict(found.values_list("pk", "name")) if found is not None else {}

    def get(self, key: str | None) -> str | None:
        """Give the name of a number, None where it has none."""
        return self._names.get(key) if key else None
