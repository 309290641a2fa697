"""The columns of runs and data: the ledger, jobs, coverage, tables and rows in quarantine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postloan.book.checks import REASON
from postloan.book.keys import PLACE
from postloan.book.schema import TABLES
from postloan.console import words
from postloan.console.cells import Column
from postloan.console.lists import Listing, Names
from postloan.console.people.models import Staff
from postloan.console.publishing.models import Publication
from postloan.console.runs.ledger import HeldRow
from postloan.console.runs.models import Job
from postloan.console.templatetags.console import as_written


def _seconds(run: Any, _told: Any) -> Any:
    if run.seconds is None:
        return format_html('<span class="missing">{}</span>', gettext("not ended"))
    return f"{run.seconds:,}"


def _state_shown(run: Any, _told: Any) -> Any:
    reason = format_html("<small>{}</small>", as_written(run.reason)) if run.reason else ""
    return format_html("<span>{}{}</span>", words.word("run_state", run.state), reason)


RUNS = Listing(
    name="runs",
    title=_("Ledger"),
    columns=(
        Column(
            "run",
            _("Run"),
            lambda run, _told: run.run_id,
            link=lambda run, _told: reverse("run", args=[run.run_id]),
        ),
        Column("day", _("Business day"), lambda run, _told: run.as_of, "day"),
        Column("state", _("State"), lambda run, _told: words.word("run_state", run.state), show=_state_shown),
        Column("reason", _("Reason"), lambda run, _told: run.reason),
        Column("mode", _("Mode"), lambda run, _told: words.word("run_mode", run.mode)),
        Column(
            "started",
            _("Started"),
            lambda run, _told: run.started.replace(tzinfo=None),
            "moment",
            show=lambda run, _told: f"{run.started:%Y-%m-%d %H:%M} UTC",
        ),
        Column("seconds", _("Seconds"), lambda run, _told: run.seconds, "number", show=_seconds),
        Column("policy", _("Policy"), lambda run, _told: run.policy_version),
        Column("engine", _("Engine"), lambda run, _told: f"{run.engine} · {run.version}"),
        Column("hash", _("Result hash"), lambda run, _told: run.result_hash),
    ),
    usual=("run", "state", "mode", "started", "seconds", "policy"),
    leads="run",
    filters=("state",),
    key=lambda run: run.run_id,
)
"""The ledger, the latest run first."""


def tell_jobs(jobs: Sequence[Job]) -> Names:
    """Look up who started jobs."""
    return Names(Staff, (one.asked_by for one in jobs))


JOBS = Listing(
    name="jobs",
    title=_("Started from here"),
    columns=(
        Column(
            "what",
            _("What"),
            lambda job, _told: f"{gettext(job.get_kind_label())} {job.as_of or job.table}",
            link=lambda job, _told: reverse("job", args=[job.job_id]),
        ),
        Column("state", _("State"), lambda job, _told: gettext(job.get_state_label())),
        Column("by", _("Done by"), lambda job, told: told.get(job.asked_by) or job.asked_by),
        Column("at", _("At"), lambda job, _told: job.asked_at, "moment", order=("-asked_at", "-job_id")),
        Column("ended", _("Ended"), lambda job, _told: job.ended_at, "moment"),
    ),
    usual=("what", "state", "by", "at"),
    leads="what",
    first="at",
    prefix="job_",
    size=5,
)
"""What was started from the console, the latest first."""


def _lacking(row: Any, told: Mapping[str, str]) -> Any:
    text = ", ".join(told.get(one, one) for one in row.missing)
    if text:
        return format_html('<span class="wrap">{}</span>', text)
    return format_html('<span class="missing">{}</span>', gettext("nothing"))


def coverage(run: Publication | Any) -> Listing:
    """Give the list of how many subjects of each signal were measured in a run."""

    def name(row: Any, _told: Any) -> str:
        return words.name("signal", row.code, run)

    return Listing(
        name="coverage",
        title=_("What could be measured"),
        columns=(
            Column("signal", _("Signal"), name, small=lambda row, _told: row.code, beside=("code",)),
            Column("code", _("Code"), lambda row, _told: row.code),
            Column("subjects", _("Subjects"), lambda row, _told: row.subjects, "number"),
            Column("fired", _("Fired"), lambda row, _told: row.fired, "number"),
            Column("suppressed", _("Suppressed"), lambda row, _told: row.suppressed, "number"),
            Column("clear", _("Clear"), lambda row, _told: row.clear, "number"),
            Column("not_measurable", _("Not measurable"), lambda row, _told: row.not_measurable, "number"),
            Column("share", _("Measurable"), lambda row, _told: row.share, "share"),
            Column(
                "lacks",
                _("For lack of"),
                lambda row, told: ", ".join(told.get(one, one) for one in row.missing),
                show=_lacking,
            ),
        ),
        usual=("signal", "subjects", "fired", "clear", "not_measurable", "lacks"),
        leads="signal",
        key=lambda row: row.code,
        size=200,
    )


def _table(held: Any, _told: Any = None) -> str:
    return TABLES[held.table].zh if words.is_chinese() else held.table


HELD_TABLES = Listing(
    name="quarantine",
    title=_("Quarantine"),
    columns=(
        Column(
            "table",
            _("Table of the book"),
            _table,
            link=lambda held, _told: reverse("quarantine_table", args=[held.table]),
            small=lambda held, _told: f"{held.table}.csv",
        ),
        Column("rows", _("Rows"), lambda held, _told: held.rows, "number"),
        Column(
            "reasons",
            _("Reasons"),
            lambda held, _told: " · ".join(f"{code} {count:,}" for code, count in held.codes),
        ),
    ),
    usual=("table", "rows", "reasons"),
    leads="table",
    key=lambda held: held.table,
)
"""Tables with rows in quarantine."""


def held_rows(table: str, columns: Sequence[str]) -> Listing:
    """Give the list of a table's rows in quarantine: its own columns, those that say why first."""
    ordered = [*(one for one in columns if one in REASON), *(one for one in columns if one not in REASON)]
    return Listing(
        name=f"quarantine_{table}",
        title=table,
        columns=tuple(_of_book(one) for one in ordered),
        usual=tuple(ordered),
        leads=ordered[0],
        filters=("reason",),
        key=lambda row: str(row.number),
    )


def _of_book(name: str) -> Column:
    """Give the column of a field of the book, as the file has it."""

    def value(row: HeldRow, _told: Any) -> str | int:
        text = row.values.get(name) or ""
        return int(text) if name == PLACE[1] and text.isascii() and text.isdecimal() else text

    return Column(
        name,
        name,
        value,
        show=lambda row, told: format_html("<samp>{}</samp>", value(row, told)),
        language="en",
    )
