"""Reads of warnings: the list with its filters, and what stands behind one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from postloan.console.customers.masking import Sight, sensitive_codes
from postloan.console.customers.selectors import matching, most_urgent
from postloan.console.listing import count, whole
from postloan.console.people.rights import Scope
from postloan.console.publishing.models import RANKS, Customer, Measure, Publication, Signal
from postloan.console.publishing.models import Warning as Alert

AREAS = ("region", "industry")
"""Subjects whose warnings concern every institution."""


def alerts(
    scope: Scope, asked: Mapping[str, str], run: Publication | None, sight: Sight | None = None
) -> QuerySet[Alert]:
    """Give the warnings a person sees, narrowed by what was asked.

    Args:
        scope: whose list it is.
        asked: `colour` (codes with commas), `owner`, `place`, `age`, `least`, `signal`, `search` and `sort`;
            one that is not understood narrows nothing.
        run: the run that is shown, for ages.
        sight: whose sensitive events the person reads; a signal made of them is found only there.
    """
    found = Alert.objects.all()
    if not scope.sees_all:  # an empty condition joined by "or" would leave the areas alone
        found = found.filter(scope.filter() | Q(subject_kind__in=AREAS))
    colours = [RANKS[one] for one in asked.get("colour", "").split(",") if one in RANKS]
    if colours and asked.get("sort", "colour").removeprefix("-") == "colour":
        found = found.filter(colour_rank__in=colours)
    elif colours:  # as a sum, which draws no database away from the index of the order that was asked for
        found = found.alias(rank=F("colour_rank") + 0).filter(rank__in=colours)
    if asked.get("owner") == "me":
        found = found.filter(owner_id__in=scope.acting_for)
    elif asked.get("owner"):
        found = found.filter(owner_id=asked["owner"])
    if asked.get("place"):
        found = found.filter(institution_id=asked["place"])
    found = _by_age(found, asked.get("age", ""), run)
    least = whole(asked.get("least", ""), 10**13)
    if least:
        large = Alert.objects.filter(exposure__gte=least * 100).order_by()
        if count(large, _FEW + 1) <= _FEW:  # no order of the list leads to them
            found = found.filter(pk__in=large.values("pk"))
        else:
            found = found.filter(exposure__gte=least * 100)
    elif asked.get("sort", "").removeprefix("-") == "exposure":
        found = found.filter(exposure__isnull=False)  # of areas there is none to sort by
    if asked.get("signal"):
        found = _by_signal(found, asked["signal"], run, sight)
    if asked.get("search"):
        found = found.filter(_named(scope, asked["search"]))
    return found


def _named(scope: Scope, text: str) -> Q:
    own = Customer.objects.filter(scope.filter())
    names = own.filter(matching(own, text)).order_by().values_list("customer_id", flat=True)
    few = list(names[: _NAMED + 1])
    of_area = Q(customer_id__isnull=True, subject_id=text)
    return Q(customer_id__in=few if len(few) <= _NAMED else names) | of_area


def _by_age(found: QuerySet[Alert], age: str, run: Publication | None) -> QuerySet[Alert]:
    if run is None:
        return found
    if age == "new":
        return found.filter(opened_on=run.as_of)
    days = whole(age, 36_500)
    return found.filter(opened_on__lte=run.as_of - timedelta(days=days)) if days else found


def _by_signal(
    found: QuerySet[Alert], code: str, run: Publication | None, sight: Sight | None
) -> QuerySet[Alert]:
    if sight is not None and code in sensitive_codes(run):
        found = found.filter(Q(institution_id__in=sight.places) | Q(manager_id__in=sight.managers))
    fired = Signal.objects.filter(code=code).order_by()
    areas = fired.filter(subject_kind__in=AREAS).values("subject_id")
    of_areas = Q(customer_id__isnull=True, subject_id__in=areas)
    people = fired.filter(customer_id__isnull=False)
    if count(people, _FEW + 1) <= _FEW:
        return found.filter(Q(customer_id__in=people.values("customer_id")) | of_areas)
    return found.filter(Exists(people.filter(customer_id=OuterRef("customer_id"))) | of_areas)


_FEW = 5_000
"""Customers with a signal, or warnings of an amount, that are looked up at once; where more fit, each warning
in the order of the list is asked."""

_NAMED = 500
"""Customers of a search whose numbers are written into the question."""


def parts(scope: Scope, asked: Mapping[str, str]) -> list[Q] | None:
    """Give the conditions one of which each of `alerts` fits, for `listing.page`."""
    if scope.sees_all or "search" in asked:  # what is searched for by name is few wherever it is
        return None
    # Warnings of areas are of no institution and no manager, by which an index finds them.
    of_areas = Q(institution_id__isnull=True, manager_id__isnull=True, subject_kind__in=AREAS)
    return [*(scope.parts() or [scope.filter()]), of_areas]


def warning_of(customer_id: str) -> Alert | None:
    """Give the warning that stands for a customer, None where there is none."""
    return Alert.objects.filter(customer_id=customer_id, subject_kind="customer").first()


def signals_of(alert: Alert) -> list[Signal]:
    """Give the signals that fired for the subject of a warning, worst first."""
    found = (
        Signal.objects.filter(customer_id=alert.customer_id)
        if alert.customer_id
        else Signal.objects.filter(subject_kind=alert.subject_kind, subject_id=alert.subject_id)
    )
    return sorted(found, key=lambda one: (-RANKS.get(one.severity, 0), one.code, one.subject_id))


def measures_of(alert: Alert) -> QuerySet[Measure]:
    """Give the measures due for the customer of a warning, the most urgent first."""
    return most_urgent(Measure.objects.filter(customer_id=alert.customer_id or ""))
