"""The book in one page: exposure, classes, colours, arrears and how classes moved, of what a person sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from postloan.console.desk import selectors as desk
from postloan.console.people.rights import Scope
from postloan.console.publishing.models import BANDS, RANKS, CustomerTally, LoanTally
from postloan.policy.in_force import Policy
from postloan.results import FIVE_LEVELS

NON_PERFORMING = ("substandard", "doubtful", "loss")


@dataclass(frozen=True)
class Bar:
    """A row of a chart and of its table: a code, how many, and their amount in cents."""

    code: str
    count: int
    amount: int


@dataclass(frozen=True)
class Book:
    """The book on one page; amounts are cents of one currency, the one of most loans.

    Args:
        currency: that currency; empty without loans.
        others: loans in other currencies, which the amounts leave out.
        customers: customers with an exposure.
        exposure: theirs, in the pack's currency.
        overdue: amounts overdue of theirs, in the pack's currency.
        classes: loans and balance by five-level class, best first, `not_measurable` last.
        colours: customers and exposure by colour, worst first, `none` last.
        arrears: loans and balance by days past due; `not_measurable` last.
        worse: loans that moved to a worse class with the last run.
        better: loans that moved to a better one.
    """

    currency: str
    others: int
    customers: int
    exposure: int
    overdue: int
    classes: Sequence[Bar]
    colours: Sequence[Bar]
    arrears: Sequence[Bar]
    worse: int
    better: int

    @property
    def balance(self) -> int:
        """Give the balance of all loans in the currency."""
        return sum(bar.amount for bar in self.classes)

    @property
    def non_performing_share(self) -> float | None:
        """Give the share of the balance that is non-performing, of what has a class; None without any."""
        rated = sum(bar.amount for bar in self.classes if bar.code in FIVE_LEVELS)
        bad = sum(bar.amount for bar in self.classes if bar.code in NON_PERFORMING)
        return bad / rated if rated else None

    @property
    def overdue_loans(self) -> int:
        """Give how many loans are past due."""
        return sum(bar.count for bar in self.arrears if bar.code not in ("0", "not_measurable"))


def book(scope: Scope, policy: Policy) -> Book:
    """Give the book of what a person sees, of what was counted by institution with the publication."""
    loans = LoanTally.objects.filter(scope.tallies()).order_by()
    by_currency = list(loans.values("currency").annotate(n=Sum("loans")).order_by("-n", "currency"))
    currency = str(by_currency[0]["currency"]) if by_currency else ""
    loans = loans.filter(currency=currency)
    customers = CustomerTally.objects.filter(scope.tallies()).order_by()
    sums = customers.aggregate(n=Sum("customers"), exposure=Sum("exposure"), overdue=Sum("overdue"))
    matrix = desk.migration(scope, policy, "five", policy.base_scheme.id)
    arrears = _bars(loans, "band", "loans", "balance", (*range(len(BANDS)), None), None)
    bands = (*(name for name, _first, _last in BANDS), "not_measurable")
    return Book(
        currency,
        sum(row["n"] for row in by_currency[1:]),
        sums["n"] or 0,
        sums["exposure"] or 0,
        sums["overdue"] or 0,
        _bars(loans, "five_level", "loans", "balance", (*FIVE_LEVELS, "not_measurable"), "not_measurable"),
        _bars(customers, "colour", "customers", "exposure", (*RANKS, "none"), "none"),
        tuple(Bar(name, bar.count, bar.amount) for name, bar in zip(bands, arrears, strict=True)),
        matrix.worse,
        matrix.better,
    )


def _bars(
    rows: QuerySet[Any], column: str, number: str, amount: str, codes: Sequence[Any], without: Any
) -> tuple[Bar, ...]:
    """Add tallies up by a column, in the order of the codes; those with null or another code stand last."""
    found = dict.fromkeys(codes, (0, 0))
    for row in rows.values(column).annotate(n=Sum(number), sum=Sum(amount)):
        code = row[column] if row[column] in found else without
        was = found[code]
        found[code] = was[0] + row["n"], was[1] + (row["sum"] or 0)
    return tuple(Bar(code, *counted) for code, counted in found.items())
