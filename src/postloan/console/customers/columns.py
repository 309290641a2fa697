"""The columns of the list of customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from postloan.console import words
from postloan.console.cells import Column
from postloan.console.lists import Listing, Names
from postloan.console.people.models import Institution, Staff
from postloan.console.publishing.models import Customer

FILTERS = ("search", "kind", "colour", "level", "place")


@dataclass(frozen=True)
class Told:
    """The names of managers and institutions by number."""

    managers: Names
    places: Names


def tell(rows: Sequence[Customer]) -> Told:
    """Look up the names that some customers need."""
    managers = Names(Staff, (one.manager_id for one in rows))
    return Told(managers, Names(Institution, (one.institution_id for one in rows)))


CUSTOMERS = Listing(
    name="customers",
    title=_("Customers"),
    columns=(
        Column(
            "customer",
            _("Customer"),
            lambda one, _told: one.name,
            link=lambda one, _told: reverse("customer", args=[one.customer_id]),
            beside=("number", "kind"),
            small=lambda one, _told: f"{one.customer_id} · {words.word('customer_kind', one.kind)}",
        ),
        Column("number", _("Number"), lambda one, _told: one.customer_id, order=("customer_id",)),
        Column("kind", _("Kind of customer"), lambda one, _told: words.word("customer_kind", one.kind)),
        Column("colour", _("Colour"), lambda one, _told: one.colour, "colour"),
        Column(
            "exposure",
            _("Exposure"),
            lambda one, _told: one.exposure,
            "amount",
            order=("-exposure", "customer_id"),
        ),
        Column("overdue", _("Overdue"), lambda one, _told: one.overdue, "amount"),
        Column("days_past_due", _("Days past due"), lambda one, _told: one.worst_dpd, "number"),
        Column("loans", _("Open loans"), lambda one, _told: one.open_loans, "number"),
        Column("region", _("Region"), lambda one, _told: one.region),
        Column("industry", _("Industry"), lambda one, _told: one.industry),
        Column("since", _("Customer since"), lambda one, _told: one.since, "day"),
        Column(
            "manager",
            _("Manager"),
            lambda one, told: told.managers.get(one.manager_id) or one.manager_id,
        ),
        Column(
            "place",
            _("Institution"),
            lambda one, told: told.places.get(one.institution_id) or one.institution_id,
        ),
    ),
    usual=("customer", "colour", "exposure", "overdue", "days_past_due", "region", "industry"),
    leads="customer",
    first="exposure",
    filters=FILTERS,
)
"""The list; the largest stand first."""
