"""The book in one page: exposure, classes, colours, arrears and how classes moved, of what a person sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum

from postloan.console.desk import selectors as desk
from postloan.console.people.rights import Scope
from postloan.console.publishing.models import RANKS, Customer, Loan, Publication
from postloan.policy.in_force import Policy
from postloan.results import FIVE_LEVELS

NON_PERFORMING = ("substandard", "doubtful", "loss")
BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("0", 0, 0),
    ("1–30", 1, 30),
    ("31–90", 31, 90),
    ("91–180", 91, 180),
    ("181–270", 181, 270),
    ("271–360", 271, 360),
    ("> 360", 361, None),
)
"""Days past due from and to; the bounds are those of the regulatory floors (domain B2)."""

_KEPT = 86_400


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


def book(scope: Scope, policy: Policy, run: Publication) -> Book:
    """Give the book of what a person sees, counted once a run."""
    key = desk.kept_as("book", scope, run)
    found: Book | None = cache.get(key)
    if found is None:
        found = _counted(scope, policy, run)
        cache.set(key, found, _KEPT)
    return found


def _counted(scope: Scope, policy: Policy, run: Publication) -> Book:
    loans = Loan.objects.filter(scope.filter()).order_by()
    by_currency = list(loans.values("currency").annotate(n=Count("pk")).order_by("-n", "currency"))
    currency = str(by_currency[0]["currency"]) if by_currency else ""
    loans = loans.filter(currency=currency)
    customers = Customer.objects.filter(scope.filter(), exposure__isnull=False).order_by()
    sums = customers.aggregate(n=Count("pk"), exposure=Sum("exposure"), overdue=Sum("overdue"))
    matrix = desk.migration(scope, policy, run, "five", policy.base_scheme.id)
    return Book(
        currency,
        sum(row["n"] for row in by_currency[1:]),
        sums["n"],
        sums["exposure"] or 0,
        sums["overdue"] or 0,
        _bars(loans, "five_level", "balance", (*FIVE_LEVELS, "not_measurable"), "not_measurable"),
        _bars(customers, "colour", "exposure", (*RANKS, "none"), "none"),
        _arrears(loans),
        matrix.worse,
        matrix.better,
    )


def _bars(
    rows: QuerySet[Any], column: str, amount: str, codes: Sequence[str], without: str
) -> tuple[Bar, ...]:
    """Count rows by a column, in the order of the codes; those with null or another code stand last."""
    found = dict.fromkeys(codes, (0, 0))
    for row in rows.values(column).annotate(n=Count("pk"), sum=Sum(amount)):
        code = row[column] if row[column] in found else without
        was = found[code]
        found[code] = was[0] + row["n"], was[1] + (row["sum"] or 0)
    return tuple(Bar(code, *counted) for code, counted in found.items())


def _arrears(loans: QuerySet[Loan]) -> tuple[Bar, ...]:
    wanted: dict[str, Any] = {}
    conditions = {name: _between(first, last) for name, first, last in BANDS}
    conditions["not_measurable"] = Q(days_past_due__isnull=True)
    for place, condition in enumerate(conditions.values()):
        wanted[f"n{place}"] = Count("pk", filter=condition)
        wanted[f"sum{place}"] = Sum("balance", filter=condition)
    row = loans.aggregate(**wanted)
    return tuple(
        Bar(name, row[f"n{place}"], row[f"sum{place}"] or 0) for place, name in enumerate(conditions)
    )


def _between(first: int, last: int | None) -> Q:
    condition = Q(days_past_due__gte=first)
    return condition if last is None else condition & Q(days_past_due__lte=last)
