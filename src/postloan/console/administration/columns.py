"""The columns of the lists of administration: institutions, staff, roles held, deputies."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postloan import clock
from postloan.console import words
from postloan.console.administration.selectors import Node
from postloan.console.cells import Column
from postloan.console.lists import Listing
from postloan.console.people.models import Leave, Staff, StaffRole


def _institution(node: Node, _told: Any) -> Any:
    return format_html(
        '<span class="depth-{}"><a class="open" href="{}?place={}">{}</a></span>',
        node.depth,
        reverse("staff"),
        node.institution.pk,
        node.institution.name,
    )


INSTITUTIONS = Listing(
    name="institutions",
    title=_("Institutions"),
    columns=(
        Column("institution", _("Institution"), lambda node, _told: node.institution.name, show=_institution),
        Column(
            "kind",
            _("Kind of institution"),
            lambda node, _told: words.word("institution_kind", node.institution.kind),
        ),
        Column("number", _("Number"), lambda node, _told: node.institution.pk),
        Column("people", _("People"), lambda node, _told: node.staff, "number"),
    ),
    usual=("institution", "kind", "number", "people"),
    leads="institution",
    key=lambda node: node.institution.pk,
    size=200,
)
"""The tree, each institution after the one above it."""


def _roles(one: Staff, _told: Any) -> str:
    return ", ".join(words.word("role", held.role) for held in one.roles.all())


def _roles_shown(one: Staff, told: Any) -> Any:
    none = format_html('<span class="missing">{}</span>', gettext("none"))
    return _roles(one, told) or none


def _state(one: Staff, _told: Any) -> str:
    if not one.is_active or one.left_on:
        return gettext("ended")
    return gettext("account open") if one.has_usable_password() else gettext("no password yet")


STAFF = Listing(
    name="staff",
    title=_("Staff"),
    columns=(
        Column(
            "name",
            _("Full name"),
            lambda one, _told: one.name,
            order=("name", "staff_id"),
            link=lambda one, _told: reverse("person", args=[one.pk]),
        ),
        Column("number", _("Staff number"), lambda one, _told: one.pk, order=("staff_id",)),
        Column(
            "place",
            _("Institution"),
            lambda one, _told: one.institution.name,
            order=("institution_id", "staff_id"),
        ),
        Column("roles", _("Roles"), _roles, show=_roles_shown),
        Column("state", _("State"), _state),
        Column("hired_on", _("Hired on"), lambda one, _told: one.hired_on, "day"),
        Column("left_on", _("Left the bank on"), lambda one, _told: one.left_on, "day"),
    ),
    usual=("name", "number", "place", "roles", "state"),
    leads="name",
    first="number",
    filters=("place", "role", "search"),
)
"""Accounts, by number."""


def _person(field: str) -> Any:
    return lambda row, _told: getattr(row, field).name


def _link(field: str) -> Any:
    return lambda row, _told: reverse("person", args=[getattr(row, f"{field}_id")])


def _since(held: StaffRole, _told: Any) -> Any:
    always = format_html('<span class="missing">{}</span>', gettext("always"))
    return held.since.isoformat() if held.since else always


def _until(held: StaffRole, _told: Any) -> Any:
    endless = format_html('<span class="missing">{}</span>', gettext("no end"))
    return held.until.isoformat() if held.until else endless


def _source(held: StaffRole, _told: Any) -> str:
    if held.until and held.until <= clock.civil().date():
        return gettext("ended")
    return gettext("the book") if held.from_book else gettext("the console")


ROLES = Listing(
    name="roles",
    title=_("Roles"),
    columns=(
        Column(
            "name",
            _("Full name"),
            _person("staff"),
            link=_link("staff"),
            small=lambda held, _told: held.staff_id,
            beside=("number",),
        ),
        Column("number", _("Staff number"), lambda held, _told: held.staff_id, order=("staff_id", "id")),
        Column(
            "role",
            _("Role"),
            lambda held, _told: words.word("role", held.role),
            order=("role", "staff_id", "id"),
        ),
        Column(
            "place",
            _("Institution"),
            lambda held, _told: held.institution.name,
            order=("institution_id", "role", "id"),
        ),
        Column("since", _("From day"), lambda held, _told: held.since, "day", show=_since),
        Column("until", _("To day"), lambda held, _told: held.until, "day", show=_until),
        Column("source", _("Source"), _source),
    ),
    usual=("name", "role", "place", "since", "until", "source"),
    leads="name",
    first="role",
    filters=("role", "place"),
)
"""Who holds which role where, by role."""

DEPUTIES = Listing(
    name="deputies",
    title=_("Deputies during leave"),
    columns=(
        Column(
            "name",
            _("On leave"),
            _person("staff"),
            link=_link("staff"),
            small=lambda leave, _told: leave.staff_id,
            beside=("number",),
        ),
        Column(
            "number",
            _("Staff number"),
            lambda leave, _told: leave.staff_id,
            order=("staff_id", "starts_on", "id"),
        ),
        Column(
            "deputy",
            _("Deputy"),
            _person("deputy"),
            small=lambda leave, _told: leave.deputy_id,
            beside=("deputy_number",),
        ),
        Column("deputy_number", _("Deputy (staff number)"), lambda leave, _told: leave.deputy_id),
        Column("place", _("Institution"), lambda leave, _told: leave.staff.institution.name),
        Column(
            "starts", _("First day"), lambda leave, _told: leave.starts_on, "day", order=("starts_on", "id")
        ),
        Column("ends", _("Last day"), lambda leave, _told: leave.ends_on, "day", order=("-ends_on", "-id")),
        Column("state", _("State"), lambda leave, _told: _leave_state(leave)),
    ),
    usual=("name", "deputy", "place", "starts", "ends", "state"),
    leads="name",
    first="ends",
    filters=("place",),
)
"""Who acts for whom, the latest first."""


def _leave_state(leave: Leave) -> str:
    today = clock.civil().date()
    if leave.ends_on < today:
        return gettext("over")
    return gettext("acts now") if leave.starts_on <= today else gettext("planned")
