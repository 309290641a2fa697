"""The columns of the list of warnings: what each holds, on the page and in the Excel file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from postloan.console import words
from postloan.console.publishing.models import Publication
from postloan.console.publishing.models import Warning as Alert
from postloan.console.warnings.models import ListColumns

LIST = "warnings"


@dataclass(frozen=True)
class Shown:
    """What is needed to show a warning: the run, names of owners and institutions, and what may be told."""

    run: Publication | None
    owners: Mapping[str, str]
    places: Mapping[str, str]
    reasons: Callable[[Alert], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Column:
    """A column: its words, and its value for a file; `is_number` for figures."""

    label: Any
    value: Callable[[Alert, Shown], str | int | float | date | None]
    is_number: bool = False


def _why(alert: Alert, shown: Shown) -> str:
    told = shown.reasons(alert)
    names = [words.name("signal", one["code"], shown.run) for one in told]
    hidden = [words.pick(HIDDEN)] if len(told) < len(alert.reasons) else []
    return "; ".join(dict.fromkeys([*names, *hidden]))


HIDDEN = ("household event or village information, hidden", "家庭事件或村内信息（已隐藏）")
"""What stands in place of reasons that a person does not read."""


def _open_days(alert: Alert, shown: Shown) -> int | None:
    return (shown.run.as_of - alert.opened_on).days if shown.run else None


COLUMNS: dict[str, Column] = {
    "colour": Column(_("Colour"), lambda one, _shown: words.word("colour", one.colour)),
    "customer": Column(_("Customer"), lambda one, _shown: one.customer_name or one.subject_id),
    "number": Column(_("Number"), lambda one, _shown: one.customer_id or one.subject_id),
    "kind": Column(_("Kind of customer"), lambda one, _shown: words.word("customer_kind", one.customer_kind)),
    "why": Column(_("Why"), _why),
    "exposure": Column(
        _("Exposure"),
        lambda one, _shown: None if one.exposure is None else one.exposure / 100,
        is_number=True,
    ),
    "open_for": Column(_("Days open"), _open_days, is_number=True),
    "opened_on": Column(_("Open since"), lambda one, _shown: one.opened_on),
    "colour_since": Column(_("This colour since"), lambda one, _shown: one.colour_since),
    "owner": Column(
        _("Owner"),
        lambda one, shown: (
            shown.owners.get(one.owner_id or "") or one.owner_id or words.word("role", one.owner_role)
        ),
    ),
    "place": Column(
        _("Institution"), lambda one, shown: shown.places.get(one.institution_id or "") or one.institution_id
    ),
    "score": Column(_("Score"), lambda one, _shown: one.score, is_number=True),
}
"""Every column there is, in its usual order."""

USUAL = ("colour", "customer", "why", "exposure", "open_for", "owner")
ALWAYS = "customer"
"""The column that leads to the warning, which no list goes without."""


def valid(wanted: Sequence[str]) -> list[str]:
    """Give the columns that exist in the usual order, the leading one among them."""
    return [name for name in COLUMNS if name in wanted or name == ALWAYS]


def chosen(staff_id: str) -> list[str]:
    """Give the columns that a person chose, the usual ones where they chose none."""
    kept = (
        ListColumns.objects.filter(staff_id=staff_id, list_name=LIST)
        .values_list("columns", flat=True)
        .first()
    )
    return valid(kept) if kept else list(USUAL)
