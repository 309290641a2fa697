"""Reads of warnings: the list with its filters, and what stands behind one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Q, QuerySet

from postloan.console.people.rights import Scope
from postloan.console.publishing.models import RANKS, Measure, Publication, Signal
from postloan.console.publishing.models import Warning as Alert

ORDER = ("-colour_rank", "-score", "episode_id")
"""The worst first."""


def alerts(scope: Scope, asked: Mapping[str, str], run: Publication | None) -> QuerySet[Alert]:
    """Give the warnings a person sees, narrowed by `colour`, `owner`, `place`, `age`, `least` and `search`.

    Args:
        scope: whose list it is.
        asked: the filters; one that is not understood narrows nothing.
        run: the run that is shown, for ages.
    """
    found = Alert.objects.filter(scope.filter() | Q(subject_kind__in=["region", "industry"]))
    if asked.get("colour") in RANKS:
        found = found.filter(colour_rank=RANKS[asked["colour"]])
    if asked.get("owner") == "me":
        found = found.filter(owner_id__in=scope.acting_for)
    elif asked.get("owner"):
        found = found.filter(owner_id=asked["owner"])
    if asked.get("place"):
        found = found.filter(institution_id=asked["place"])
    if asked.get("age") == "new" and run is not None:
        found = found.filter(opened_on=run.as_of)
    elif asked.get("age", "").isdigit() and run is not None:
        found = found.filter(opened_on__lte=run.as_of - timedelta(days=min(int(asked["age"]), 36500)))
    if asked.get("least", "").isdigit():
        found = found.filter(exposure__gte=min(int(asked["least"]), 10**13) * 100)
    if asked.get("search"):
        text = asked["search"].strip()
        found = found.filter(Q(customer_id__startswith=text) | Q(customer_name__contains=text))
    return found


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
    return Measure.objects.filter(customer_id=alert.customer_id or "").order_by("due_on", "measure_id")
