"""Writes of runs and data: start a run, import mended rows again, give up what hangs."""

from __future__ import annotations

import secrets
import shutil
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from postloan import clock
from postloan.book.checks import REASON
from postloan.book.schema import TABLES
from postloan.console.audit.services import record
from postloan.console.people.rights import Scope
from postloan.console.refusals import Refused
from postloan.console.runs import ledger, tasks
from postloan.console.runs.models import Job

LARGEST = 200 << 20
"""Bytes of the largest file of mended rows."""


def mended(job: Job) -> Path:
    """Give the folder in which the mended rows of an import wait."""
    return Path(settings.STORE) / "console" / "mended" / job.job_id


@transaction.atomic
def start_run(*, actor: Scope, as_of: date) -> Job:
    """Ask for the run of a day, or for one more of a day that has a result.

    Raises Refused `not_yours`, `no_book`, `later_day`, `busy`.
    """
    _operator(actor)
    if not settings.BOOK:
        raise Refused("no_book", _("The console does not know where the book is; start it with --book."))
    if as_of > clock.civil().date():
        raise Refused("later_day", _("That day has not come yet."))
    job = _asked(Job(kind="run", as_of=as_of), actor)
    record(
        actor=actor.staff_id, action="start_run", object_kind="job", object_id=job.pk, after={"as_of": as_of}
    )
    transaction.on_commit(lambda: tasks.perform.enqueue(job.pk))
    return job


@transaction.atomic
def start_import(*, actor: Scope, table: str, file: File[bytes] | None) -> Job:
    """Take mended rows of a table and ask for their import; what waits of other tables stays as it is.

    Args:
        actor: an operator.
        table: a table of the contract.
        file: the quarantine file as CSV in UTF-8, mended; rows that were taken out of it are dropped.

    Raises Refused `not_yours`, `no_book`, `no_file`, `too_large`, `not_quarantine`, `busy`.
    """
    _operator(actor)
    book = settings.BOOK
    if not book or book.startswith("database:"):
        raise Refused("no_book", _("Rows are mended in a book that is a folder; this one is not."))
    if file is None or table not in TABLES:
        raise Refused("no_file", _("Choose the mended file first."))
    if (file.size or 0) > LARGEST:
        raise Refused("too_large", _("The file is larger than 200 MB; import it with the command line."))
    head = file.read(65536)
    file.seek(0)
    if REASON[0] not in ledger.columns_of(head):
        raise Refused(
            "not_quarantine",
            _("This is no file of the quarantine: download it, mend its rows and keep its columns."),
        )
    job = _asked(Job(kind="import", table=table), actor)
    _lay_out(job, Path(book) / "quarantine", table, file)
    record(
        actor=actor.staff_id,
        action="import_mended",
        object_kind="job",
        object_id=job.pk,
        after={"table": table, "bytes": file.size},
    )
    transaction.on_commit(lambda: tasks.perform.enqueue(job.pk))
    return job


def _lay_out(job: Job, held: Path, table: str, file: File[bytes]) -> None:
    """Put the mended file beside the others in quarantine, which an import would otherwise forget."""
    folder = mended(job)
    folder.mkdir(parents=True)
    for other in held.glob("*.csv"):
        if other.stem in TABLES and other.stem != table:
            shutil.copy(other, folder / other.name)
    with (folder / f"{table}.csv").open("wb") as target:
        for chunk in file.chunks():
            target.write(chunk)


def _operator(actor: Scope) -> None:
    if not actor.has_for_bank({"operator"}):
        raise Refused("not_yours", _("Runs and imports are started by operators."))


def _asked(job: Job, actor: Scope) -> Job:
    job.job_id, job.state, job.slot = secrets.token_hex(6), "waiting", 1
    job.asked_by, job.asked_at = actor.staff_id, clock.civil()
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("busy", _("Something is at work already; wait until it has ended.")) from error
    return job


@transaction.atomic
def abandon(*, actor: Scope, job_id: str, reason: str) -> Job:
    """Give up a job that hangs, as after its process was ended, so that another one can start.

    Raises Refused `not_yours`, `reason_missing`, `ended`.
    """
    _operator(actor)
    if not reason.strip():
        raise Refused("reason_missing", _("Say why."))
    job = Job.objects.select_for_update().get(pk=job_id)
    if not job.is_active:
        raise Refused("ended", _("It has ended already."))
    before = {"state": job.state}
    job.state, job.slot = "failed", None
    job.ended_at, job.problem = clock.civil(), reason.strip()
    job.save()
    record(
        actor=actor.staff_id,
        action="abandon_job",
        object_kind="job",
        object_id=job.pk,
        before=before,
        after={"state": "failed"},
        reason=reason.strip(),
    )
    return job


@transaction.atomic
def note_download(*, actor: Scope, table: str) -> None:
    """Keep in the audit that somebody took the rows of a table in quarantine."""
    record(actor=actor.staff_id, action="download_quarantine", object_kind="table", object_id=table)
