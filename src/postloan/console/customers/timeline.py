"""What happened to a customer, newest first, out of many tables of the book, paged by key."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from postloan.console.customers.masking import is_sensitive, masked
from postloan.console.customers.rows import BookRows, Row, own_ids
from postloan.console.listing import is_storable
from postloan.console.words import word
from postloan.engine.looking import Bound

PAGE = 40


@dataclass(frozen=True)
class Kind:
    """A kind of happening: its table, whose numbers it is found by, and the columns that order it.

    Args:
        label: its words.
        table: where it stands in the book.
        column: the column that is looked up.
        owner: whose numbers these are, by `own_ids`.
        day: the column of its day.
        key: the column that tells rows of one day apart.
        tell: gives the words of a row.
        bounds: conditions on its rows.
    """

    label: Any
    table: str
    column: str
    owner: str
    day: str
    key: str
    tell: Callable[[Row], str]
    amount: str | None = None
    bounds: tuple[Bound, ...] = ()


@dataclass(frozen=True)
class Item:
    """One happening as it is shown."""

    day: date
    kind: str
    label: Any
    text: str
    amount: int | None
    subject: str
    is_masked: bool = False


@dataclass(frozen=True)
class Timeline:
    """A page of happenings, and the mark of the next, which is empty on the last."""

    items: list[Item]
    next: str


def _listed(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _inflow(row: Row) -> str:
    return _listed(word("entry_kind", row["kind"]), row["counterparty_name"], row["memo"])


def _event(row: Row) -> str:
    if row.get("is_masked"):
        return gettext("household event or village information, hidden")
    return _listed(word("event", row["kind"]), word("event_source", row["source"]))


def _visit(row: Row) -> str:
    return _listed(word("visit_kind", row["kind"]), word("visit_result", row["result"]), row["staff_id"])


def _contact(row: Row) -> str:
    reached = {True: gettext("reached"), False: gettext("not reached")}.get(row["reached"], "")
    return _listed(word("contact_kind", row["kind"]), reached, row["staff_id"])


def _notice(row: Row) -> str:
    return _listed(
        word("notice_kind", row["kind"]),
        word("notice_method", row["method"]),
        row["to_customer_id"],
        row["document_ref"],
    )


def _proceeding(row: Row) -> str:
    return _listed(
        word("suit_kind", row["kind"]), word("suit", row["stage"]), word("party_role", row["role"])
    )


def _decision(row: Row) -> str:
    return _listed(word("decision_kind", row["kind"]), word("class", row["five_level"]), row["reason"])


def _change(row: Row) -> str:
    return word("restructuring_kind", row["kind"])


def _payment(_row: Row) -> str:
    return gettext("payment received")


KINDS: dict[str, Kind] = {
    "proceeding": Kind(
        gettext_lazy("Proceedings"),
        "proceeding",
        "customer_id",
        "customer",
        "filed_on",
        "proceeding_id",
        _proceeding,
        "amount",
    ),
    "notice": Kind(gettext_lazy("Notices"), "notice", "loan_id", "loan", "served_on", "notice_id", _notice),
    "class": Kind(
        gettext_lazy("Class decisions"), "class_decision", "loan_id", "loan", "decided_on", "kind", _decision
    ),
    "restructuring": Kind(
        gettext_lazy("Changes of terms"), "restructuring", "loan_id", "loan", "changed_on", "kind", _change
    ),
    "event": Kind(
        gettext_lazy("Events"), "event", "subject_id", "", "occurred_on", "event_id", _event, "value"
    ),
    "visit": Kind(
        gettext_lazy("Visits"), "visit", "customer_id", "customer", "visited_on", "visit_id", _visit
    ),
    "contact": Kind(
        gettext_lazy("Contacts"), "contact", "customer_id", "customer", "contacted_on", "kind", _contact
    ),
    "payment": Kind(
        gettext_lazy("Payments"), "payment", "loan_id", "loan", "paid_on", "payment_id", _payment, "amount"
    ),
    "inflow": Kind(
        gettext_lazy("Inflows"),
        "entry",
        "account_id",
        "account",
        "booked_on",
        "entry_id",
        _inflow,
        "amount",
        (("amount", ">", 0),),
    ),
}
"""Kinds of happenings in the order in which those of one day stand."""

WORK = ("proceeding", "notice", "class", "restructuring", "visit", "contact")
"""Kinds that tell what the bank did."""


def timeline(
    rows: BookRows, customer_id: str, kinds: Sequence[str] = (), after: str = "", *, sees: bool
) -> Timeline:
    """Give a page of what happened to a customer.

    Args:
        rows: the book.
        customer_id: whose.
        kinds: kinds wanted, all when none is known.
        after: the mark of the last happening of the page before; one that nobody made gives the first page.
        sees: whether sensitive events are told.
    """
    wanted = [name for name in KINDS if name in kinds] or list(KINDS)
    own = own_ids(rows, customer_id)
    mark = _read(after)
    found: list[tuple[date, int, str, str, Row]] = []
    for place, name in enumerate(KINDS):
        if name in wanted and rows.has(KINDS[name].table):
            found += [
                (row[KINDS[name].day], -place, str(row[KINDS[name].key]), name, row)
                for row in _of_kind(rows, name, place, own, mark)
            ]
    found.sort(key=lambda one: one[:3], reverse=True)
    shown = found[:PAGE]
    following = _mark(shown[-1]) if len(found) > PAGE else ""
    return Timeline([_item(name, row, sees=sees) for *_, name, row in shown], following)


def _of_kind(
    rows: BookRows, name: str, place: int, own: Mapping[str, list[str]], mark: tuple[date, int, str] | None
) -> list[Row]:
    kind = KINDS[name]
    bounds, below = list(kind.bounds), list[tuple[str, Any]]()
    if mark is not None:
        day, at, key = mark
        if place == at:
            below = [(kind.day, day), (kind.key, key)]
        else:
            bounds.append((kind.day, "<=" if place > at else "<", day))
    ids = own[kind.owner] if kind.owner else [one for several in own.values() for one in several]
    return rows.rows(
        kind.table,
        kind.column,
        ids,
        bounds=bounds,
        order=(f"-{kind.day}", f"-{kind.key}"),
        limit=PAGE + 1,
        below=below,
    )


def _item(name: str, row: Row, *, sees: bool) -> Item:
    kind = KINDS[name]
    if name == "event" and not sees and is_sensitive(row):
        row = masked(row)
    cents = row[kind.amount] if kind.amount else None
    if name == "event":
        cents = None  # what an event's value counts depends on its kind
    subject = row.get("loan_id") or row.get("account_id") or row.get("subject_id") or ""
    return Item(row[kind.day], name, kind.label, kind.tell(row), cents, subject, bool(row.get("is_masked")))


def _mark(last: tuple[date, int, str, str, Row]) -> str:
    told = json.dumps([last[0].isoformat(), -last[1], last[2]])
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def _read(mark: str) -> tuple[date, int, str] | None:
    try:
        day, place, key = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        found = date.fromisoformat(day), int(place), str(key)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return found if is_storable(found[2]) else None


def sensitive_events(rows: BookRows, customer_id: str) -> list[Row]:
    """Give the sensitive events of a customer, newest first."""
    ids = [one for several in own_ids(rows, customer_id).values() for one in several]
    found = (
        rows.rows("event", "subject_id", ids, order=("-occurred_on", "-event_id"))
        if rows.has("event")
        else []
    )
    return [row for row in found if is_sensitive(row)]
