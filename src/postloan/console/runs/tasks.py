"""The background work of runs: a command as a process of its own, its progress kept in the job's row."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django_tasks import task

from postloan import clock
from postloan.console.audit.services import SYSTEM, record
from postloan.console.policies.selectors import in_force
from postloan.console.publishing.services import publish
from postloan.console.runs.models import Job
from postloan.console.runs.states import ACTIVE
from postloan.console.work.feedback import feedback_export, takes_feedback
from postloan.errors import PostloanError

_KEPT = 200


def command(job: Job) -> list[str]:
    """Give the command line of a job."""
    start = [sys.executable, "-m", "postloan"]
    if job.kind == "import":
        folder = Path(settings.STORE) / "console" / "mended" / job.job_id
        return [*start, "import", "folder", str(folder), settings.BOOK, "--resume-quarantine", "--json"]
    assert job.as_of is not None
    told = [*start, "run", settings.BOOK, "--as-of", job.as_of.isoformat(), "--store", str(settings.STORE)]
    return [*told, "--policy", in_force().place, "--allow-gap", "--json"]


@task()
def perform(job_id: str) -> None:
    """Do a job: the command, then for a run the publication of what it made."""
    if not _started(job_id):
        return
    job = Job.objects.get(pk=job_id)
    if job.kind == "run" and takes_feedback(settings.BOOK):
        try:
            feedback_export()  # the run reads what people decided since the last one
        except PostloanError as refused:
            _ended(job, "failed", 2, problem=refused.message)
            return
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        with subprocess.Popen(  # noqa: S603 - our own program, with arguments that were checked
            command(job),
            stdout=answer,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "POSTLOAN_PROGRESS": "lines"},
        ) as process:
            assert process.stderr is not None
            last = _follow(job, process.stderr)
            code = process.wait()
        answer.seek(0)
        told = _answer(answer)
    if code not in (0, 1) or "error" in told:
        error = told.get("error") or {}
        _ended(job, "failed", code, problem=str(error.get("message") or last or f"exit code {code}"))
        return
    if job.kind == "import":
        held = sum(sum(codes.values()) for codes in told.get("quarantined", {}).values())
        _ended(job, "done", code, problem="" if not held else f"quarantined: {held}")
        return
    _publish(job, code, str(told.get("run_id", "")))


def _publish(job: Job, code: int, run_id: str) -> None:
    Job.objects.filter(pk=job.pk, state__in=ACTIVE).update(state="publishing", run_id=run_id)
    try:
        publish(Path(settings.STORE), settings.BOOK)
    except PostloanError as error:
        _ended(job, "failed", code, problem=error.message, run_id=run_id)
        return
    _ended(job, "done", code, run_id=run_id)


def _started(job_id: str) -> bool:
    """Take the job up; a second worker, or one that was given up meanwhile, gets nothing."""
    taken = Job.objects.filter(pk=job_id, state="waiting").update(state="running", started_at=clock.civil())
    return taken == 1


def _follow(job: Job, lines: Iterable[str]) -> str:
    """Keep what the command tells on its way; give its last line that is no progress."""
    last, log = "", []
    for line in lines:
        words = line.split()
        log.append(line.rstrip()[:500])
        changes: dict[str, Any] = {"log": log[-_KEPT:]}
        if len(words) == 4 and words[0] == "stage":
            changes |= {"number": int(words[1]), "of": int(words[2]), "stage": words[3][:40]}
        elif words and words[0] not in ("day", "done"):
            last = line.strip()
        Job.objects.filter(pk=job.pk).update(**changes)
    return last


def _answer(file: IO[str]) -> dict[str, Any]:
    try:
        found = json.load(file)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@transaction.atomic
def _ended(job: Job, state: str, code: int, *, problem: str = "", run_id: str = "") -> None:
    ended = Job.objects.filter(pk=job.pk, state__in=ACTIVE).update(
        state=state,
        slot=None,
        exit_code=code,
        ended_at=clock.civil(),
        problem=problem[:2000],
        run_id=run_id,
    )
    if ended:
        record(
            actor=SYSTEM,
            action=f"{job.kind}_{state}",
            object_kind="job",
            object_id=job.pk,
            after={"exit_code": code, "run_id": run_id, "problem": problem[:2000]},
        )
