"""What a portrait looks at: the book as known on a day, its month ends, its loans on the balance sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from postloan.book.snapshot import Book
from postloan.engine import Engine, Field, Table
from postloan.engine import verbs as v
from postloan.errors import BookError
from postloan.facts.context import Context
from postloan.policy.pack import Policy
from postloan.reports.document import Grid, Value
from postloan.reports.drawing import shown

_FEEDS = (("entry", "booked_on"), ("payment", "paid_on"), ("position", "on_date"))
"""What happens in a book from day to day."""


@dataclass(frozen=True)
class Section:
    """One side of a book.

    Args:
        key: its name, which published figures carry too.
        grids: its tables.
        told: lines that answer first, for the head of the report.
        measured: its own figures by the name under which published ones stand beside them.
    """

    key: str
    grids: Sequence[Grid]
    told: Sequence[str] = ()
    measured: dict[str, Decimal | None] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """A book as known on a day.

    Args:
        context: the book, the policy with the tolerance of arrears, the engine, the day.
        ends: the last ends of full months up to the day, oldest first.
    """

    context: Context
    ends: tuple[date, ...]

    @classmethod
    def of(cls, engine: Engine, book: Book, policy: Policy, months: int) -> View:
        """Look at a book over that many full months up to its day, which its loans must have reached."""
        ends = [book.as_of + timedelta(days=1)]
        for _ in range(months + 1):
            ends.append((ends[-1] - timedelta(days=1)).replace(day=1))
        full = [one - timedelta(days=1) for one in ends[1:]]
        if ends[0].day == 1:
            full = [book.as_of, *full]
        return cls(Context(engine, book, policy, None, book.as_of), tuple(sorted(full[:months])))

    @property
    def book(self) -> Book:
        """Give the book."""
        return self.context.book

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """Give the rows of a table that was summed up."""
        return self.context.engine.rows(table)

    @cached_property
    def calendar(self) -> Table:
        """Give the month ends: columns month (year x 12 + month - 1), starts_on (the end before), ends_on."""
        rows = [
            {"month": month_of(end), "starts_on": end.replace(day=1) - timedelta(days=1), "ends_on": end}
            for end in self.ends
        ]
        fields = [Field("month", "integer"), Field("starts_on", "date"), Field("ends_on", "date")]
        return self.context.engine.from_rows(rows, fields, "month_ends")

    @cached_property
    def loans(self) -> Table:
        """Give the loans on the balance sheet that were ever paid out, closed ones too, one row each.

        Columns: id, customer_kind, contract_type, amount (cents), disbursed_on, closed_on, is_written_off.
        What is entrusted to the bank is left out, as its risk is another's.
        """
        contract, customer = self.book.table("contract"), self.book.table("customer")
        contract = contract.select("contract_type", "is_entrusted", _contract="contract_id")
        customer = customer.select(_customer="customer_id", customer_kind="kind")
        rows = self.book.table("loan")
        rows = rows.filter((rows.exposure_kind == "loan") & rows.disbursed_on.notnull())
        rows = rows.filter(rows.disbursed_on <= self.context.day)
        rows = rows.left_join(contract, rows.contract_id == contract["_contract"])
        rows = rows.left_join(customer, rows.customer_id == customer["_customer"])
        rows = rows.filter(~rows.is_entrusted.fill_null(False))
        rows = rows.select(
            "customer_kind",
            "contract_type",
            "amount",
            "disbursed_on",
            "closed_on",
            id="loan_id",
            is_written_off=(rows.close_reason == "written_off").fill_null(False) & rows.closed_on.notnull(),
        )
        return self.context.keep("loans", rows)


def month_of(day: date) -> int:
    """Give year x 12 + month - 1, as `verbs.month_index` does."""
    return day.year * 12 + day.month - 1


def month_name(month: int) -> str:
    """Give a month as 2026-10."""
    return f"{month // 12}-{month % 12 + 1:02d}"


def last_day(book: Book) -> date:
    """Give the last day on which anything happened in a book, by its entries, payments and positions.

    A book without any of them ends with its last loan. Raises BookError `empty_book` without loans.
    """
    found = []
    for name, column in _FEEDS:
        if book.has(name):
            rows = book.table(name)
            found += book.engine.rows(rows.aggregate(last=rows[column].max()))
    days: list[date] = [row["last"] for row in found if row["last"]]
    if not days:
        loans = book.table("loan")
        (row,) = book.engine.rows(loans.aggregate(last=loans.disbursed_on.max()))
        days = [row["last"]] if row["last"] else []
    if not days:
        raise BookError(
            "empty_book",
            "the book has no loan that was paid out, no entry, payment or position",
            mend="import the bank's loans, or name the day with --date",
        )
    return max(days)


def over(part: int, whole: int) -> Decimal | None:
    """Give part over whole with six places; None where the whole is 0."""
    return (Decimal(part) / whole).quantize(Decimal("0.000001")) if whole else None


_Z = Decimal("1.959964")
"""The standard normal quantile of 97.5 %."""


def wilson(part: int, whole: int) -> tuple[Decimal | None, Decimal | None]:
    """Give the 95 % interval of a share by Wilson's score, fit for rare events (Wilson 1927)."""
    if not whole:
        return None, None
    p, n, z2 = Decimal(part) / whole, Decimal(whole), _Z * _Z
    middle = p + z2 / (2 * n)
    reach = _Z * ((p * (1 - p) + z2 / (4 * n)) / n).sqrt()
    ends = ((middle + side * reach) / (1 + z2 / n) for side in (-1, 1))
    low, high = (min(max(end, Decimal(0)), Decimal(1)).quantize(Decimal("0.000001")) for end in ends)
    return low, high


def percent(value: Value) -> str:
    """Give a share as a sentence tells it."""
    return shown(value if isinstance(value, int | Decimal) else None, "share")


def capital(text: str) -> str:
    """Give a text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def kinds_of(rows: Sequence[dict[str, Any]], key: str) -> list[str]:
    """Give the values of a key among rows, those with most loans or entries first."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row[key] or ""] = counts.get(row[key] or "", 0) + row["rows"]
    return sorted(counts, key=lambda one: (-counts[one], one))


def whole(value: int) -> Any:
    """Give an integer constant."""
    return v.literal(value, "integer")
