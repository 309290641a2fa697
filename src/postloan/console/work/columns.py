"""The columns of the lists of work: cases and tasks, load by person, the watch list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from postloan.console import words as names
from postloan.console.cells import Column
from postloan.console.lists import Listing, Names
from postloan.console.people.models import Institution, Staff
from postloan.console.publishing.models import Publication
from postloan.console.publishing.selectors import current
from postloan.console.templatetags.console import colour, missing
from postloan.console.work import words
from postloan.console.work.core import rules_in_force
from postloan.console.work.loads import Load
from postloan.console.work.rules import WorkRules
from postloan.console.work.templatetags.work import clock_at


@dataclass(frozen=True)
class Told:
    """What some pieces of work need: names of people and institutions, and what clocks are counted by."""

    run: Publication | None
    people: Names
    places: Names
    now: datetime
    rules: WorkRules


def tell(rows: Sequence[Any], now: datetime) -> Told:
    """Look up what some pieces of work need."""
    people = Names(Staff, (one for row in rows for one in (row.owner_id, row.manager_id)))
    places = Names(Institution, (one.institution_id for one in rows))
    return Told(current(), people, places, now, rules_in_force())


def _address(work: Any, _told: Any = None) -> str:
    return reverse(work.kind_of_work, args=[work.pk])


def _what(work: Any, told: Told) -> Any:
    mark = format_html("{} ", colour(work.colour)) if getattr(work, "colour", "") else ""
    about = (
        format_html(" <small>{} {}</small>", work.measure_code, work.loan_id or "")
        if getattr(work, "measure_code", "")
        else ""
    )
    title = words.title(work, told.run)
    return format_html(
        '<span>{}<a class="open" href="{}">{}</a>{}</span>', mark, _address(work), title, about
    )


def _raised(work: Any, _told: Told) -> str:
    if not work.raised_to:
        return ""
    return gettext("raised to %(role)s") % {"role": names.word("role", work.raised_to)}


def _by_name(known: str, field: str) -> Any:
    def value(row: Any, told: Any) -> str | None:
        code: str | None = getattr(row, field)
        return getattr(told, known).get(code) or code

    return value


WORKS = Listing(
    name="work",
    title=_("Work"),
    columns=(
        Column("what", _("What"), lambda work, told: words.title(work, told.run), show=_what),
        Column("colour", _("Colour"), lambda work, _told: getattr(work, "colour", None), "colour"),
        Column(
            "measure", _("Measure"), lambda work, _told: getattr(work, "measure_code", ""), is_sortable=False
        ),
        Column("customer", _("Customer"), lambda work, _told: work.subject_name),
        Column("number", _("Number"), lambda work, _told: work.customer_id),
        Column("state", _("State"), lambda work, _told: words.word("state", work.state), small=_raised),
        Column(
            "due",
            _("Due"),
            lambda work, _told: work.due_at,
            "moment",
            order=("due_at", "id"),
            show=lambda work, told: clock_at(work, told.now, told.rules),
        ),
        Column("opened", _("Opened"), lambda work, _told: work.opened_at, "moment"),
        Column("exposure", _("Exposure"), lambda work, _told: getattr(work, "exposure", None), "amount"),
        Column("owner", _("Owner"), _by_name("people", "owner_id")),
        Column("manager", _("Manager"), _by_name("people", "manager_id")),
        Column("place", _("Institution"), _by_name("places", "institution_id")),
    ),
    usual=("what", "customer", "state", "due", "owner"),
    leads="what",
    first="due",
    filters=("kind", "owner", "when", "state", "place"),
)
"""Open cases or tasks; what is due first stands first."""

MY_WORK = replace(
    WORKS,
    name="my_work",
    usual=("what", "customer", "state", "due"),
    first="",
    filters=(),
    key=lambda work: f"{work.kind_of_work}:{work.pk}",
)
"""What waits for one person, of cases and tasks together; it is in memory."""


class People:
    """Staff by number with their institutions, looked up once a column asks for the first."""

    def __init__(self, loads: Sequence[Load]) -> None:
        """Say of which rows."""
        self._ids = [one.staff_id for one in loads if one.staff_id]

    @cached_property
    def staff(self) -> Mapping[str | None, Staff]:
        """Give the people."""
        return dict(Staff.objects.select_related("institution").in_bulk(self._ids))


def _person(load: Load, told: People) -> str:
    if load.staff_id is None:
        return gettext("nobody yet")
    found = told.staff.get(load.staff_id)
    return found.name if found else load.staff_id


def _gone(load: Load, told: People) -> str:
    found = told.staff.get(load.staff_id)
    return gettext("has left") if found and found.left_on else ""


def _place(load: Load, told: People) -> str | None:
    found = told.staff.get(load.staff_id)
    return found.institution.name if found else None


def _works_of(load: Load, kind: str = "") -> str:
    return f"{reverse('work_list')}?{kind}owner={load.staff_id or 'nobody'}"


def _of_tasks(load: Load, _told: People) -> Any:
    return format_html('<a href="{}">{}</a>', _works_of(load, "kind=task&"), load.tasks)


def _late(load: Load, _told: People) -> Any:
    return format_html("<strong>{}</strong>", load.late) if load.late else "0"


LOADS = Listing(
    name="load",
    title=_("Load by person"),
    columns=(
        Column("person", _("Person"), _person, link=lambda load, _told: _works_of(load), small=_gone),
        Column("number", _("Staff number"), lambda load, _told: load.staff_id),
        Column("place", _("Institution"), _place),
        Column("late", _("Late"), lambda load, _told: load.late, "number", show=_late),
        Column("today", _("Due today"), lambda load, _told: load.today, "number"),
        Column("cases", _("Cases"), lambda load, _told: load.cases, "number"),
        Column("tasks", _("Tasks"), lambda load, _told: load.tasks, "number", show=_of_tasks),
    ),
    usual=("person", "late", "today", "cases", "tasks"),
    leads="person",
    key=lambda load: load.staff_id or "-",
)
"""Load by person; those with most late work stand first."""


def _since(entry: Any, _told: Told) -> Any:
    return entry.entered_on.isoformat() if entry.entered_on else "–"


def _watched_for(entry: Any, told: Told) -> int | None:
    return (told.now.date() - entry.entered_on).days if entry.entered_on and not entry.left_on else None


def _days(entry: Any, told: Told) -> Any:
    days = _watched_for(entry, told)
    return missing() if days is None else ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


WATCHED = Listing(
    name="watch_list",
    title=_("Watch list"),
    columns=(
        Column(
            "customer",
            _("Customer"),
            lambda entry, _told: entry.customer_name,
            order=("customer_name", "id"),
            link=lambda entry, _told: reverse("watch_entry", args=[entry.pk]),
        ),
        Column("number", _("Number"), lambda entry, _told: entry.customer_id, order=("customer_id", "id")),
        Column(
            "state",
            _("State"),
            lambda entry, _told: words.word("state", entry.state),
            order=("state", "customer_name", "id"),
        ),
        Column("since", _("On the list since"), lambda entry, _told: entry.entered_on, "day", show=_since),
        Column("watched_for", _("Watched for"), _watched_for, "number", show=_days),
        Column(
            "why",
            _("Criterion for entry"),
            lambda entry, _told: words.word("criterion", entry.entry_criterion),
        ),
        Column(
            "owner", _("Owner"), _by_name("people", "owner_id"), order=("owner_id", "customer_name", "id")
        ),
        Column("manager", _("Manager"), _by_name("people", "manager_id")),
        Column("place", _("Institution"), _by_name("places", "institution_id")),
        Column(
            "proposed",
            _("Proposed"),
            lambda entry, _told: entry.proposed_at,
            "moment",
            order=("proposed_at", "id"),
        ),
        Column("left", _("Left"), lambda entry, _told: entry.left_on, "day"),
    ),
    usual=("customer", "state", "since", "why", "owner"),
    leads="customer",
    first="customer",
    filters=("search", "why"),
)
"""The watch list, by name."""
