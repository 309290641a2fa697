"""Pages of runs and data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from postloan.book.schema import TABLES
from postloan.console.desk.words import inputs_said
from postloan.console.lists import show
from postloan.console.people.models import Staff
from postloan.console.people.rights import RUN_READERS, allow, scope
from postloan.console.publishing.selectors import current
from postloan.console.refusals import Refused
from postloan.console.runs import columns, ledger, services
from postloan.console.runs.gate import OPERATORS, access_job, access_table
from postloan.console.runs.models import Job
from postloan.console.words import RUN_STATES, is_chinese, word

SWITCHED_OFF = "switched_off"
"""What coverage says of a signal that the pack has disabled."""


def _store() -> Path:
    return Path(settings.STORE)


@allow(RUN_READERS)
def index(request: HttpRequest) -> HttpResponse | FileResponse:
    """Show the ledger of the store, what is at work, and what is missing."""
    found = ledger.runs(_store())
    state = request.GET.get("state", "")
    wanted = [one for one in found if one.state == state] if state in RUN_STATES else found
    table = show(columns.RUNS, request, wanted)
    jobs = show(columns.JOBS, request, Job.objects.all(), columns.tell_jobs)
    for one in (table, jobs):
        if isinstance(one, FileResponse):
            return one
    context = {
        "table": table,
        "jobs": jobs,
        "last": found[0] if found else None,
        "states": list(RUN_STATES),
        "asked": request.GET,
        "missing": _named(ledger.tables_missing(settings.BOOK)),
        "is_operator": scope(request).has_for_bank(OPERATORS),
        "next_day": found[0].as_of if found else None,
    }
    return render(request, "runs/index.html", context)


def _named(tables: Sequence[str]) -> list[str]:
    return [TABLES[one].zh if is_chinese() else one for one in tables]


@allow(RUN_READERS)
def run(request: HttpRequest, run_id: str) -> HttpResponse | FileResponse:
    """Show a run: its stages with their seconds, and how much of each signal could be measured."""
    found = next((one for one in ledger.runs(_store()) if one.run_id == run_id), None)
    if found is None:
        raise Http404
    result = ledger.result_of(_store(), found)
    everything = ledger.coverage(result) if result else ()
    covered = [one for one in everything if SWITCHED_OFF not in one.missing]
    asked = sorted({fact for one in covered for fact in one.missing})
    lacking = dict(zip(asked, _facts(asked, found), strict=True))
    table = show(columns.coverage(current()), request, covered, lambda _: lacking)
    if isinstance(table, FileResponse):
        return table
    context = {
        "one": found,
        "table": table,
        "covered": covered,
        "switched_off": len(everything) - len(covered),
        "unmeasured": sum(1 for one in covered if one.subjects and one.not_measurable == one.subjects),
        "chart": _stages_chart(found),
        "is_operator": scope(request).has_for_bank(OPERATORS),
    }
    return render(request, "runs/run.html", context)


def _facts(names: list[str], found: ledger.Run) -> list[str]:
    if not found.policy_version:
        return names
    return inputs_said(names, found.policy_version, found.as_of)


def _stages_chart(found: ledger.Run) -> dict[str, object]:
    names = [word("run_stage", one.name) for one in found.stages]
    seconds = [round(one.seconds, 2) for one in found.stages]
    return {
        "grid": {"left": 110, "right": 60, "top": 8, "bottom": 24},
        "xAxis": {"type": "value", "min": 0},
        "yAxis": {"type": "category", "data": names, "inverse": True},
        "series": [{"type": "bar", "data": seconds, "label": {"show": True, "position": "right"}}],
        "color": ["#1f5fbf"],
    }


@allow(OPERATORS)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start the run of a day."""
    try:
        day = date.fromisoformat(request.POST.get("as_of", ""))
    except ValueError:
        messages.error(request, _("Give the day as YYYY-MM-DD."))
        return redirect("runs")
    try:
        made = services.start_run(actor=scope(request), as_of=day)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("runs")
    return redirect("job", made.pk)


@allow(RUN_READERS)
def job(request: HttpRequest, job_id: str) -> HttpResponse:
    """Show how far a job is, or how it ended."""
    found = access_job(scope(request), job_id)
    context = {
        "job": found,
        "asked_by": Staff.objects.filter(pk=found.asked_by).first(),
        "is_operator": scope(request).has_for_bank(OPERATORS),
    }
    return render(request, "runs/job.html", context)


@allow(RUN_READERS)
def progress(request: HttpRequest, job_id: str) -> HttpResponse:
    """Give the part of a job's page that changes while it works."""
    return render(request, "runs/_progress.html", {"job": access_job(scope(request), job_id)})


@allow(OPERATORS)
@require_POST
def abandon(request: HttpRequest, job_id: str) -> HttpResponse:
    """Give up a job that hangs."""
    found = access_job(scope(request), job_id)
    try:
        services.abandon(actor=scope(request), job_id=found.pk, reason=request.POST.get("reason", ""))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("job", found.pk)


@allow(OPERATORS)
def quarantine(request: HttpRequest) -> HttpResponse | FileResponse:
    """List the tables with rows in quarantine."""
    if not scope(request).has_for_bank(OPERATORS):
        raise Http404
    found = ledger.quarantine(settings.BOOK)
    table = show(columns.HELD_TABLES, request, found)
    if isinstance(table, FileResponse):
        return table
    context = {
        "table": table,
        "rows": sum(one.rows for one in found),
        "is_folder": bool(settings.BOOK) and not settings.BOOK.startswith("database:"),
    }
    return render(request, "runs/quarantine.html", context)


@allow(OPERATORS)
def held(request: HttpRequest, table: str) -> HttpResponse | FileResponse:
    """Show rows of a table in quarantine with their reasons, to be downloaded and mended."""
    name = access_table(scope(request), table)
    path = ledger.quarantine_file(settings.BOOK, name)
    context: dict[str, Any] = {"table_name": name, "title": TABLES[name].zh if is_chinese() else name}
    heads = ledger.columns_of(path.read_bytes()[:65536]) if path else []
    if path is None or not heads:
        return render(request, "runs/held.html", context)
    rows, reason = ledger.held_rows(path), request.GET.get("reason", "")
    reasons = sorted({one.reason for one in rows})
    wanted = [one for one in rows if one.reason == reason] if reason in reasons else rows
    shown = show(columns.held_rows(name, heads), request, wanted)
    if isinstance(shown, FileResponse):
        return shown
    context |= {"table": shown, "reasons": reasons, "reason": reason, "most": len(rows) == ledger.MOST_HELD}
    return render(request, "runs/held.html", context)


@allow(OPERATORS)
def download(request: HttpRequest, table: str) -> HttpResponse | FileResponse:
    """Give a table's rows in quarantine as the CSV file that the gate wrote."""
    name = access_table(scope(request), table)
    path = ledger.quarantine_file(settings.BOOK, name)
    if path is None:
        messages.error(request, _("No rows of this table are set aside."))
        return redirect("quarantine")
    services.note_download(actor=scope(request), table=name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{name}.csv", content_type="text/csv")


@allow(OPERATORS)
@require_POST
def mended(request: HttpRequest, table: str) -> HttpResponse:
    """Take mended rows and start their import."""
    name = access_table(scope(request), table)
    try:
        made = services.start_import(actor=scope(request), table=name, file=request.FILES.get("file"))
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("quarantine_table", name)
    return redirect("job", made.pk)
