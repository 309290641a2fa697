"""The columns of the list of warnings: what each holds, on the page and in the Excel file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from postloan.console import words
from postloan.console.cells import Column
from postloan.console.customers import masking
from postloan.console.lists import Listing, Names, Tell
from postloan.console.people.models import Institution, Staff
from postloan.console.publishing.models import Publication
from postloan.console.publishing.models import Warning as Alert

FILTERS = ("colour", "owner", "place", "age", "least", "signal", "search")

HIDDEN = ("household event or village information, hidden", "家庭事件或村内信息（已隐藏）")
"""What stands in place of reasons that a person does not read."""


@dataclass(frozen=True)
class Told:
    """What is needed to show warnings: the run, names of owners and institutions, and what may be told."""

    run: Publication | None
    owners: Names
    places: Names
    reasons: Callable[[Alert], Sequence[Mapping[str, Any]]]


def tell(run: Publication | None, sight: masking.Sight) -> Tell:
    """Give what looks up the names that some warnings need, and masks what the person does not read."""

    def reasons(alert: Alert) -> Sequence[Mapping[str, Any]]:
        sees = sight.sees(alert.institution_id, alert.manager_id)
        return masking.open_reasons(alert.reasons, run, sees=sees)

    def told(rows: Sequence[Alert]) -> Told:
        owners = Names(Staff, (one.owner_id for one in rows))
        return Told(run, owners, Names(Institution, (one.institution_id for one in rows)), reasons)

    return told


def _why(alert: Alert, told: Told) -> str:
    seen = told.reasons(alert)
    names = [words.name("signal", one["code"], told.run) for one in seen]
    hidden = [words.pick(HIDDEN)] if len(seen) < len(alert.reasons) else []
    return "; ".join(dict.fromkeys([*names, *hidden]))


def _small(alert: Alert, _told: Told) -> str:
    if not alert.customer_id:
        return words.word("subject", alert.subject_kind)
    return f"{alert.customer_id} · {words.word('customer_kind', alert.customer_kind)}"


def _owner(alert: Alert, told: Told) -> str:
    return told.owners.get(alert.owner_id) or alert.owner_id or words.word("role", alert.owner_role)


WARNINGS = Listing(
    name="warnings",
    title=_("Warnings"),
    columns=(
        Column(
            "colour",
            _("Colour"),
            lambda one, _told: one.colour,
            "colour",
            order=("-colour_rank", "-score", "episode_id"),
        ),
        Column(
            "customer",
            _("Customer"),
            lambda one, _told: one.customer_name or one.subject_id,
            link=lambda one, _told: reverse("warning", args=[one.episode_id]),
            small=_small,
            beside=("number", "kind"),
        ),
        Column("number", _("Number"), lambda one, _told: one.customer_id or one.subject_id),
        Column(
            "kind", _("Kind of customer"), lambda one, _told: words.word("customer_kind", one.customer_kind)
        ),
        Column("why", _("Why"), _why),
        Column(
            "exposure",
            _("Exposure"),
            lambda one, _told: one.exposure,
            "amount",
            order=("-exposure", "episode_id"),
        ),
        Column(
            "open_for",
            _("Days open"),
            lambda one, told: (told.run.as_of - one.opened_on).days if told.run else None,
            "number",
        ),
        Column(
            "opened_on",
            _("Open since"),
            lambda one, _told: one.opened_on,
            "day",
            order=("opened_on", "episode_id"),
        ),
        Column("colour_since", _("This colour since"), lambda one, _told: one.colour_since, "day"),
        Column("owner", _("Owner"), _owner),
        Column(
            "place",
            _("Institution"),
            lambda one, told: told.places.get(one.institution_id) or one.institution_id,
        ),
        Column("score", _("Score"), lambda one, _told: one.score, "number"),
    ),
    usual=("colour", "customer", "why", "exposure", "open_for", "owner"),
    leads="customer",
    first="colour",
    filters=FILTERS,
)
"""The list; the worst stand first."""
