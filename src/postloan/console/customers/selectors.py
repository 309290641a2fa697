"""Reads of customers: the list with its filters, and what the database knows of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import QueryDict
from django.utils.translation import gettext

from postloan.console import words
from postloan.console.customers.columns import CUSTOMERS, FILTERS
from postloan.console.customers.masking import sensitive_codes
from postloan.console.customers.models import CustomerNote
from postloan.console.customers.rows import BookRows, Row
from postloan.console.listing import Chip, chips, count, starting
from postloan.console.people.models import Institution
from postloan.console.people.rights import Scope
from postloan.console.publishing.models import (
    RANKS,
    ClassChange,
    ColourChange,
    Customer,
    LegalClock,
    Loan,
    Measure,
    Publication,
    Signal,
)
from postloan.terms import CUSTOMER_KINDS


def asked_of(query: QueryDict) -> dict[str, str]:
    """Give the filters, the order and the columns of a query; what is not understood is left out."""
    told = {name: query.get(name, "").replace("\x00", "").strip() for name in FILTERS}
    if told["kind"] not in CUSTOMER_KINDS:
        told["kind"] = ""
    if told["colour"] not in (*RANKS, "none"):
        told["colour"] = ""
    return {name: value for name, value in {**told, **CUSTOMERS.kept(query)}.items() if value}


def customers(scope: Scope, asked: Mapping[str, str]) -> QuerySet[Customer]:
    """Give the customers with exposure that a person sees, narrowed by what was asked."""
    found = Customer.objects.filter(scope.filter(), exposure__isnull=False)
    if "kind" in asked:
        found = found.filter(kind=asked["kind"])
    if "colour" in asked:
        rank = RANKS.get(asked["colour"], 0)
        if scope.sees_all:
            found = found.filter(colour_rank=rank)
        else:  # as a sum, which leaves the index by institution or manager in place
            found = found.alias(rank=F("colour_rank") + 0).filter(rank=rank)
    if "place" in asked:
        found = found.filter(institution_id=asked["place"])
    if "level" in asked:
        found = found.filter(_with_level(asked["level"]))
    return found.filter(matching(found, asked["search"])) if "search" in asked else found


_FEW = 5_000
"""Customers that are looked up by number; where more match, the database joins them itself."""


def _with_level(level: str) -> Q:
    """Give the condition of having a loan of a class: by the few who have, else looked up one by one."""
    loans = Loan.objects.filter(class_final=level).order_by()
    if count(loans, _FEW + 1) <= _FEW:
        return Q(pk__in=loans.values("customer_id"))
    return Q(Exists(loans.filter(customer_id=OuterRef("pk"))))


def matching(rows: QuerySet[Customer], text: str) -> Q:
    """Give the condition that number or name begins with a text, or where none does, the name holds it.

    The first is answered by the indexes; the second looks through all names, once, and only where nothing
    begins so.
    """
    begins = starting("customer_id", text) | starting("name", text)
    if rows.filter(begins).exists():
        return begins
    within = Customer.objects.filter(name__contains=text).order_by().values_list("pk", flat=True)
    found = list(within[: _FEW + 1])
    return Q(pk__in=found if len(found) <= _FEW else within)


@dataclass(frozen=True)
class Choices:
    """What the filters of a list offer: (code, words) pairs."""

    places: Sequence[tuple[str, str]]
    levels: Sequence[tuple[str, str]]


def places_of(scope: Scope) -> list[tuple[str, str]]:
    """Give the branches and outlets of the part of the tree that a person sees: (number, name) pairs."""
    if not (scope.sees_all or scope.institutions):
        return []
    every = Institution.objects.exclude(kind="head_office")
    seen = every if scope.sees_all else every.filter(pk__in=scope.institutions)
    return list(seen.values_list("pk", "name"))


def choices(scope: Scope, run: Publication | None) -> Choices:
    """Give the outlets and the levels of the scheme that a person may choose from."""
    places = places_of(scope)
    scheme = words.policy_of(run.policy_version, run.as_of).base_scheme if run else None
    levels = [
        (one.level_code, f"{one.level_code} {one.name_zh if words.is_chinese() else one.name_en}")
        for one in (scheme.levels if scheme else ())
    ]
    return Choices(places, levels)


def sentence(asked: Mapping[str, str], offered: Choices) -> list[Chip]:
    """Give the filters that hold as chips that read as a sentence."""
    told: dict[str, str] = {}
    if "kind" in asked:
        told["kind"] = words.word("customer_kind", asked["kind"])
    if "colour" in asked:
        told["colour"] = words.word("colour", asked["colour"])
    if "level" in asked:
        level = dict(offered.levels).get(asked["level"], asked["level"])
        told["level"] = gettext("with a loan of class %(level)s") % {"level": level}
    if "place" in asked:
        place = dict(offered.places).get(asked["place"], asked["place"])
        told["place"] = gettext("of %(place)s") % {"place": place}
    if "search" in asked:
        told["search"] = gettext("“%(text)s” in name or number") % {"text": asked["search"]}
    return chips(asked, told)


def loans_of(customer: Customer) -> list[Loan]:
    """Give the open exposures of a customer, on the balance sheet first, the largest first."""
    found = Loan.objects.filter(customer_id=customer.pk)
    return sorted(found, key=lambda one: (one.on_off != "on", -(one.balance or 0), one.loan_id))


def measures_of(customer: Customer) -> QuerySet[Measure]:
    """Give the measures of a customer, the most urgent first."""
    return most_urgent(Measure.objects.filter(customer_id=customer.pk))


def most_urgent(measures: QuerySet[Measure]) -> QuerySet[Measure]:
    """Put measures in order: the nearest deadline first, then what has none."""
    return measures.order_by(OrderBy(F("due_on"), nulls_last=True), "measure_id")


@dataclass(frozen=True)
class Limit:
    """A legal clock with the days that are left of it."""

    clock: LegalClock
    days: int | None

    @property
    def missing(self) -> str:
        """Name what the clock cannot be counted without."""
        return ", ".join((self.clock.evidence or {}).get("missing") or ())

    @property
    def is_near(self) -> bool:
        """Tell whether it ends within ninety days."""
        return self.clock.state == "running" and self.days is not None and self.days <= 90


_URGENT = {"running": 0, "not_measurable": 1, "suspended": 2, "expired": 3, "satisfied": 4}


def clocks_of(customer: Customer, today: date | None) -> list[Limit]:
    """Give the legal clocks of a customer: those that run first, the nearest end first."""
    found = [
        Limit(one, (one.ends_on - today).days if one.ends_on and today else None)
        for one in LegalClock.objects.filter(customer_id=customer.pk)
    ]
    found.sort(
        key=lambda one: (_URGENT.get(one.clock.state, 5), one.clock.ends_on or date.max, one.clock.clock_id)
    )
    return found


def colours_of(customer: Customer) -> list[ColourChange]:
    """Give the changes of a customer's colour, newest first."""
    return list(ColourChange.objects.filter(customer_id=customer.pk).order_by("-as_of", "-pk")[:24])


def notes_of(customer: Customer, *, sees: bool) -> QuerySet[CustomerNote]:
    """Give the notes on a customer, newest first; sensitive ones only to those who read them."""
    found = CustomerNote.objects.filter(customer_id=customer.pk).select_related("author")
    found = found if sees else found.filter(is_sensitive=False)
    return found.order_by("-written_at", "-pk")[:100]


def sensitive_signals(customer: Customer, run: Publication | None) -> list[Signal]:
    """Give the signals of a customer that are made of sensitive events."""
    found = Signal.objects.filter(customer_id=customer.pk, code__in=sensitive_codes(run))
    return list(found.order_by("code", "pk"))


@dataclass(frozen=True)
class ClassPoint:
    """The class of a loan from a day on, and who said so."""

    day: date
    loan_id: str
    scheme: str | None
    level: str | None
    by: str


def classes_of(loans: Sequence[Loan], rows: BookRows | None) -> list[ClassPoint]:
    """Give the classes of loans over time, newest first: decisions of the book and changes between runs.

    Changes that the console did not see itself come from the results that the store keeps, one a month.
    """
    schemes = {one.loan_id: one.scheme_id for one in loans}
    ids = list(schemes)
    found = [
        ClassPoint(one.as_of, one.loan_id, schemes[one.loan_id], one.after, "run")
        for one in ClassChange.objects.filter(loan_id__in=ids).order_by("-as_of")[:200]
    ]
    if rows is not None:
        found += _of_past_runs(schemes, rows, {(one.loan_id, one.level, one.day) for one in found})
    if rows is not None and rows.has("class_decision"):
        found += [
            ClassPoint(row["decided_on"], row["loan_id"], row["scheme_id"], row["level_code"], row["kind"])
            for row in rows.rows("class_decision", "loan_id", ids, order=("-decided_on",), limit=400)
        ]
    found.sort(key=lambda one: (one.day, one.loan_id, one.by), reverse=True)
    return found


def _of_past_runs(
    schemes: Mapping[str, str | None], rows: BookRows, known: Collection[tuple[str, str | None, date]]
) -> list[ClassPoint]:
    """Give the changes between the results of months, and the class of the first of them."""
    found, last = [], dict[str, str | None]()
    for row in rows.classes(list(schemes)):
        loan, level = str(row["loan_id"]), row["value"]
        if (loan not in last or last[loan] != level) and (loan, level, row["as_of"]) not in known:
            found.append(ClassPoint(row["as_of"], loan, schemes[loan], level, "run"))
        last[loan] = level
    return found


@dataclass(frozen=True)
class Security:
    """What stands behind the loans of a customer."""

    contracts: Sequence[Row]
    collateral: Sequence[Row]
    guarantees: Sequence[Row]


def security_of(customer: Customer, rows: BookRows) -> Security:
    """Give contracts, collateral and guarantors of a customer as the book has them."""
    contracts = rows.rows("contract", "customer_id", [customer.pk], order=("-signed_on",))
    ids = [row["contract_id"] for row in contracts]
    collateral = rows.rows("collateral", "contract_id", ids) if rows.has("collateral") else []
    guarantees = rows.rows("guarantee", "contract_id", ids) if rows.has("guarantee") else []
    return Security(contracts, collateral, guarantees)
