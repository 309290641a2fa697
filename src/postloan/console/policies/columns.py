"""The columns of the lists of policies: drafts, what was promulgated, tables, parameters, measures."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postloan.console import words
from postloan.console.cells import Column
from postloan.console.lists import Listing
from postloan.console.policies import spoken
from postloan.console.policies.models import Draft
from postloan.console.templatetags.console import as_written, known

_ALWAYS = 1900
"""The year from which holds what always held."""


def _title(label: Any) -> Column:
    return Column(
        "title",
        label,
        lambda draft, _told: draft.title,
        link=lambda draft, _told: reverse("draft", args=[draft.pk]),
        small=lambda draft, _told: draft.pk,
        beside=("number",),
    )


_NUMBER = Column("number", _("Number"), lambda draft, _told: draft.pk)
_STATE = Column("state", _("State"), lambda draft, _told: words.pick(spoken.STATES[draft.state]))
_AUTHOR = Column("author", _("Author"), lambda draft, _told: draft.author.name)
_BASE = Column("base", _("extends"), lambda draft, _told: draft.base)

DRAFTS = Listing(
    name="drafts",
    title=_("Drafts"),
    columns=(
        _title(_("Draft")),
        _NUMBER,
        _STATE,
        Column("from", _("To hold from"), lambda draft, _told: draft.effective_from, "day"),
        _AUTHOR,
        _BASE,
    ),
    usual=("title", "state", "from", "author"),
    leads="title",
    prefix="draft_",
    key=lambda draft: draft.pk,
)
"""Drafts on their way, the newest first."""


def _review(draft: Draft, _told: Any) -> Any:
    if draft.reviewed_at:
        return gettext("reviewed")
    return draft.review_due_on.isoformat() if draft.review_due_on else "–"


PAST = Listing(
    name="promulgated",
    title=_("Promulgated and withdrawn"),
    columns=(
        _title(_("Version")),
        _NUMBER,
        _STATE,
        Column("from", _("Holds from"), lambda draft, _told: draft.effective_from, "day"),
        Column("review", _("Review due"), lambda draft, _told: draft.review_due_on, "day", show=_review),
        _AUTHOR,
        _BASE,
    ),
    usual=("title", "state", "from", "review"),
    leads="title",
    prefix="past_",
    key=lambda draft: draft.pk,
)
"""What was promulgated or withdrawn, the newest first."""


def _day(one: date) -> str:
    return gettext("always") if one.year == _ALWAYS else one.isoformat()


def _versions(line: Any, _told: Any) -> Any:
    address = reverse("policy_table", args=[line.name])
    days = ((address, one.isoformat(), _day(one)) for one in line.days)
    return format_html("<span>{}</span>", format_html_join(", ", '<a href="{}?from={}">{}</a>', days))


TABLES = Listing(
    name="decision_tables",
    title=_("Decision tables"),
    columns=(
        Column(
            "table",
            _("Table"),
            lambda line, _told: line.label,
            link=lambda line, _told: reverse("policy_table", args=[line.name]),
            small=lambda line, _told: line.name,
        ),
        Column("rules", _("Rules"), lambda line, _told: line.rules, "number"),
        Column(
            "versions",
            _("Versions"),
            lambda line, _told: ", ".join(_day(one) for one in line.days),
            show=_versions,
        ),
        Column("pack", _("Pack"), lambda line, _told: line.in_force.pack),
    ),
    usual=("table", "rules", "versions", "pack"),
    leads="table",
    prefix="table_",
    key=lambda line: line.name,
)
"""The decision tables in force."""


def _says(row: Any, _told: Any) -> Any:
    dated, says = row
    more = format_html("<small>{}</small>", as_written(dated.overrides)) if dated.overrides else ""
    return format_html("<span>{}{}</span>", as_written(says), more)


def _source(row: Any, _told: Any) -> Any:
    value = row[0].value
    return format_html("<span>{} <small>{}</small></span>", as_written(known(value.reference)), value.status)


def entries(kind: str, title: str) -> Listing:
    """Give the list of parameters or of measures in force; rows are pairs of an entry and what it says."""
    return Listing(
        name=kind,
        title=title,
        columns=(
            Column(
                "name",
                _("Name"),
                lambda row, _told: row[0].key,
                show=lambda row, _told: format_html("<code>{}</code>", row[0].key),
            ),
            Column("says", _("What it says"), lambda row, _told: row[1], show=_says),
            Column("source", _("Source"), lambda row, _told: row[0].value.reference, show=_source),
            Column("status", _("State"), lambda row, _told: row[0].value.status),
            Column(
                "from",
                _("Holds from"),
                lambda row, _told: row[0].effective_from,
                "day",
                show=lambda row, _told: _day(row[0].effective_from),
            ),
            Column("pack", _("Pack"), lambda row, _told: row[0].pack),
        ),
        usual=("name", "says", "source", "from", "pack"),
        leads="name",
        filters=("search",),
        key=lambda row: row[0].key,
        size=200,
    )
