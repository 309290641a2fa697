"""Impact reports: `postloan policy impact` in a process of its own, as work in the background."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django_tasks import task

from postloan import clock
from postloan.console.audit.services import SYSTEM, record
from postloan.console.people.rights import Scope
from postloan.console.policies import folders, reading, selectors, states
from postloan.console.policies.changing import OBJECT, locked, version_of
from postloan.console.policies.gate import roles_of
from postloan.console.policies.models import Draft, Impact
from postloan.errors import PostloanError

_TICK = 2.0
"""Seconds between two looks at whether the command is done."""

STALE = timedelta(seconds=60)
"""After so long without a sign the worker was stopped, and the report will never come."""

AT_WORK = ("waiting", "running")

LINES = "POSTLOAN_PROGRESS"
"""Set to `lines`, the command tells its stages line by line: `stage 3 9 facts`."""

_PROGRESS = frozenset({"day", "stage", "done", ""})
_FACTS = "facts_would_change"


def ask(*, scope: Scope, draft_id: str) -> Impact:
    """Have the impact of a draft's content computed in the background.

    Raises PostloanError `impact_at_work` while one of this draft is not done, and where the state or the
    roles do not allow it.
    """
    try:
        with transaction.atomic():
            draft = locked(draft_id)
            states.step(draft.state, "ask_impact", roles_of(scope))
            _give_up_stale(draft)
            asked = Impact.objects.create(
                draft=draft, content=draft.content, asked_by_id=scope.staff_id, asked_at=clock.civil()
            )
            record(
                actor=scope.staff_id,
                action="ask_impact",
                object_kind=OBJECT,
                object_id=draft.pk,
                after={"content": draft.content},
                policy_version=version_of(draft),
            )
            transaction.on_commit(lambda: compute.enqueue(asked.pk))
    except IntegrityError as error:
        raise PostloanError(
            "impact_at_work", "The impact of this draft is being computed.", mend="Wait until it is done."
        ) from error
    return asked


def is_stale(asked: Impact) -> bool:
    """Tell whether a report that seems at work has not been seen for so long that its worker is gone."""
    seen = asked.seen_at or asked.started_at
    return asked.state == "running" and seen is not None and clock.civil() - seen > STALE


def _give_up_stale(draft: Draft) -> None:
    for asked in draft.impacts.filter(state="running"):
        if is_stale(asked):
            _ended(asked, "failed", error=dict(STOPPED))


STOPPED = {
    "code": "impact_stopped",
    "message": "The background work was stopped before the impact was computed.",
    "where": "",
    "mend": "Have it computed again.",
}


@transaction.atomic
def cancel(*, scope: Scope, draft_id: str) -> Impact:
    """Stop computing the impact of a draft; whoever may ask for it may stop it.

    The worker sees it within seconds and ends the command. Raises PostloanError `no_impact_at_work` where
    none waits or runs, and where the state or the roles do not allow it.
    """
    draft = locked(draft_id)
    states.step(draft.state, "cancel_impact", roles_of(scope))
    asked = draft.impacts.filter(state__in=AT_WORK).first()
    ended = {"state": "cancelled", "ended_at": clock.civil(), "ended_by_id": scope.staff_id}
    if asked is None or not Impact.objects.filter(pk=asked.pk, state__in=AT_WORK).update(**ended):
        raise PostloanError("no_impact_at_work", "No impact of this draft is being computed.")
    record(
        actor=scope.staff_id,
        action="cancel_impact",
        object_kind=OBJECT,
        object_id=draft.pk,
        before={"state": asked.state},
        after={"state": "cancelled", "content": asked.content},
        policy_version=version_of(draft),
    )
    asked.refresh_from_db()
    return asked


class _CancelledError(Exception):
    """Somebody stopped the computation meanwhile."""


@task()
def compute(impact_id: int) -> None:
    """Compute an impact report that was asked for, and keep it or why there is none."""
    now = clock.civil()
    taken = Impact.objects.filter(pk=impact_id, state="waiting")
    if not taken.update(state="running", started_at=now, seen_at=now):
        return  # it was stopped before its turn
    asked = Impact.objects.select_related("draft").get(pk=impact_id)
    try:
        told = _told(asked, asked.draft)
    except _CancelledError:
        return  # said and recorded by whoever stopped it
    except PostloanError as error:
        _ended(asked, "failed", error=error.as_dict())
    except Exception as error:
        # Whatever went wrong, the report must not seem at work for ever; the defect itself is the worker's.
        _ended(asked, "failed", error={"code": "broken", "message": str(error), "where": "", "mend": ""})
        raise
    else:
        _ended(asked, "done", told=told)


def _told(asked: Impact, draft: Draft) -> dict[str, Any]:
    folder = reading.home() / draft.pk
    _require(folder, asked)
    try:
        told = _command(asked, folder, draft, with_book=False)
    except PostloanError as error:
        if error.code != _FACTS or not settings.BOOK:
            raise
        told = _command(asked, folder, draft, with_book=True)
    _require(folder, asked)
    return told


def _require(folder: Path, asked: Impact) -> None:
    """Raise PostloanError where the draft was changed: a report on half of each content is on neither."""
    if folders.content_hash(folder) != asked.content:
        raise PostloanError(
            "other_content", "The draft was changed meanwhile.", mend="Ask for the impact again."
        )


def _command(asked: Impact, folder: Path, draft: Draft, *, with_book: bool) -> dict[str, Any]:
    """Run the command, saying now and then how long it has been at work; give what it tells."""
    base = selectors.base_of(draft)
    asked_for = [str(folder), "--store", str(settings.STORE), "--against", base.place, "--json"]
    if with_book:
        asked_for += ["--book", str(settings.BOOK)]
    with TemporaryFile() as out, TemporaryFile() as said:
        command = [sys.executable, "-m", "postloan", "policy", "impact", *asked_for]
        told_by_line = {**os.environ, LINES: "lines"}
        process = subprocess.Popen(command, stdout=out, stderr=said, env=told_by_line)  # noqa: S603 - our own
        try:
            while process.poll() is None:
                _wait(process)
                _say(asked, said)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        out.seek(0)
        said.seek(0)
        return _answer(out.read(), said.read())


def _wait(process: subprocess.Popen[bytes]) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_TICK)


def _say(asked: Impact, said: Any) -> None:
    """Keep that it is at work and at which stage; raises _CancelledError where somebody has stopped it."""
    said.seek(0)
    lines = said.read().decode("utf-8", "replace").split("\n")
    told: dict[str, Any] = {"seen_at": clock.civil()}
    for words in (line.split() for line in lines):
        if len(words) == 4 and words[0] == "stage":
            told |= {"number": int(words[1]), "of": int(words[2]), "progress": words[3][:200]}
    if not Impact.objects.filter(pk=asked.pk, state="running").update(**told):
        raise _CancelledError


def _answer(out: bytes, said: bytes) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(out)
    except ValueError:
        lines = said.decode("utf-8", "replace").strip().split("\n")
        last = next((line for line in reversed(lines) if line.split(" ")[0] not in _PROGRESS), "")
        raise PostloanError("impact_failed", last or "The command ended without an answer.") from None
    if "error" in told:
        error = told["error"]
        raise PostloanError(error["code"], error["message"], where=error["where"], mend=error["mend"])
    return told


@transaction.atomic
def _ended(
    asked: Impact, state: str, *, told: dict[str, Any] | None = None, error: dict[str, str] | None = None
) -> None:
    ended = {"state": state, "ended_at": clock.civil(), "told": told, "error": error}
    if not Impact.objects.filter(pk=asked.pk, state__in=AT_WORK).update(**ended):
        return  # it was stopped, or given up, meanwhile
    record(
        actor=SYSTEM,
        action=f"impact_{state}",
        object_kind=OBJECT,
        object_id=asked.draft_id,
        after={"content": asked.content, "error": (error or {}).get("code", "")},
        policy_version=version_of(asked.draft),
    )
