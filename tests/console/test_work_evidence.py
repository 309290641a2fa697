"""Evidence: judged by content, kept by hash, never served as a page; measures close when all is proved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from postloan import clock
from postloan.console.people.models import Staff
from postloan.console.people.rights import Scope, scope_of
from postloan.console.work import files
from postloan.console.work.guards import Refused
from postloan.console.work.models import Evidence, Task
from postloan.console.work.services import moving
from postloan.console.work.services.proving import Told, evidence_add

SignIn = Callable[[str], Client]

JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 60
PNG = b"\x89PNG\r\n\x1a\n" + b"\x01" * 60
PDF = b"%PDF-1.7\n" + b"x" * 60
HTML = b"<html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
EXE = b"MZ\x90\x00" + b"\x00" * 60


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (PDF, "application/pdf"),
        (HTML, None),
        (SVG, None),
        (EXE, None),
        (b"GIF89a", None),
        (b" %PDF-1.7", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, found: str | None) -> None:
    assert files.media_type(content[:16]) == found


def test_a_file_is_kept_once_under_its_hash(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    first = files.keep([PDF[:3], PDF[3:]], folder, files.DOCUMENTS)
    assert first == files.keep([PDF], folder, files.DOCUMENTS)
    assert files.path_of(folder, first.sha256).read_bytes() == PDF
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1


def test_what_is_not_taken_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 64)
    fits = JPEG[:4] + b"\x00" * 60
    assert files.keep([fits], tmp_path / "a", files.PICTURES).size == 64
    for content, code in (
        (fits + b"\x00", "too_large"),
        (b"", "empty"),
        (HTML, "wrong_kind"),
        (PDF[:9], "wrong_kind"),
    ):
        with pytest.raises(files.Unfit, match=code):
            files.keep([content], tmp_path / "b", files.PICTURES)
    assert not [path for path in (tmp_path / "b").rglob("*") if path.is_file()]


def _post(client: Client, kind: str, content: bytes, name: str, **more: Any) -> Any:
    now = clock.civil().isoformat(timespec="minutes")
    data = {"happened_at": now, "latitude": "30.1", "longitude": "120.2", **more}
    file = SimpleUploadedFile(name, content, content_type="text/html")
    return client.post(f"/work/tasks/9001/evidence/{kind}/", data | {"file": file})


def _last() -> Evidence:
    """Give the newest evidence that was not there from the beginning."""
    return Evidence.objects.exclude(pk__in=(9001, 9002)).latest("pk")


def test_a_page_in_disguise_is_refused_and_a_picture_with_a_wrong_name_is_a_picture(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    client.post("/work/tasks/9001/do/claim/")
    count = Evidence.objects.count()
    for content in (HTML, SVG, EXE):
        answer = _post(client, "photo", content, "photo.jpg")
        assert b"neither a picture" in answer.content
    assert Evidence.objects.count() == count
    assert _post(client, "photo", JPEG, "page.html").status_code == 302
    made = _last()
    assert (made.media_type, made.size) == ("image/jpeg", len(JPEG))
    answer = client.get(f"/work/evidence/{made.pk}/")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == JPEG
    assert _post(client, "document", PDF, "report.pdf").status_code == 302
    answer = client.get(f"/work/evidence/{_last().pk}/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()


def test_a_photo_that_was_filed_before_is_refused(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    client.post("/work/tasks/9001/do/claim/")
    client.post("/work/cases/9001/do/claim/")
    assert _post(client, "photo", JPEG, "a.jpg").status_code == 302
    assert b"filed before" in _post(client, "photo", JPEG, "b.jpg").content


def _by(name: str = "MA1") -> Scope:
    return scope_of(Staff.objects.get(pk=name))


def _task(**more: Any) -> Task:
    Task.objects.filter(pk=9001).update(**({"state": "claimed"} | more))
    return Task.objects.get(pk=9001)


HERE = {"latitude": Decimal("30.1"), "longitude": Decimal("120.2")}


def test_each_kind_says_what_it_lacks(a_bank: None) -> None:
    now = clock.civil()
    week = timedelta(days=7)
    lacking = [
        (Told("photo", now), "place_missing"),
        (Told("photo", now, latitude=Decimal(91), longitude=Decimal(0)), "place_missing"),
        (Told("photo", now - week - timedelta(seconds=1), **HERE), "photo_old"),
        (Told("photo", now - week, **HERE), "file_missing"),
        (Told("photo", now + timedelta(minutes=6), **HERE), "time_ahead"),
        (Told("photo", None, **HERE), "time_missing"),
        (Told("document", None), "file_missing"),
        (Told("visit", now, visit_result="ok", **HERE), "text_missing"),
        (Told("visit", now, text="x", visit_result="fine", **HERE), "result_missing"),
        (Told("visit", now, text="x", visit_result="ok", second_staff_id="MA1", **HERE), "second_person"),
        (Told("call", now, text="x", contact_kind="call"), "contact_missing"),
        (Told("notice", now, notice_kind="demand", method="pigeon"), "notice_missing"),
        (Told("notice", now, notice_kind="demand", method="ems"), "receipt_missing"),
        (Told("note", None), "text_missing"),
        (Told("gossip", now), "kind_unknown"),
        (Told("note", None, text="x", proves="something else"), "need_unknown"),
        (Told("note", None, text="x", proves="served notice"), "kind_unfit"),
    ]
    for told, code in lacking:
        with pytest.raises(Refused) as found:
            evidence_add(by=_by(), work=_task(), told=told, now=now)
        assert found.value.code == code, told


def test_a_special_inspection_wants_two_persons(a_bank: None) -> None:
    now, told = clock.civil(), Told("visit", clock.civil(), text="x", visit_result="ok", **HERE)
    task = _task(measure_code="M07", needs=["visit of two persons"])
    with pytest.raises(Refused, match="second_person"):
        evidence_add(by=_by(), work=task, told=told, now=now)
    from dataclasses import replace

    both = replace(told, second_staff_id="MA2", proves="visit of two persons")
    made = evidence_add(by=_by(), work=task, told=both, now=now)
    assert (made.visit_kind, made.second_staff_id) == ("IN4", "MA2")


def test_a_measure_closes_only_when_everything_it_asks_for_is_proved(a_bank: None) -> None:
    now = clock.civil()
    Evidence.objects.filter(task_id=9001).delete()
    task = _task(needs=["breach evidence", "served notice"], decider_role="branch_head")
    notice = Told("notice", now, "served notice", notice_kind="acceleration", method="ems", receipt="E1")
    evidence_add(by=_by(), work=task, told=notice, now=now)
    with pytest.raises(Refused, match="evidence_is_complete"):
        moving.work_submit(by=_by(), work=task, finding="served", now=now)
    paper = Told("document", None, "breach evidence")
    evidence_add(by=_by(), work=task, told=paper, chunks=[PDF], now=now)
    moving.work_submit(by=_by(), work=task, finding="served", now=now)
    with pytest.raises(Refused, match="not_your_part"):
        moving.task_close(by=_by(), task=task, now=now)
    moving.task_close(by=_by("BHA"), task=task, now=now)
    assert Task.objects.get(pk=9001).result == "done"


def test_evidence_lies_outside_what_the_web_server_shows(a_bank: None) -> None:
    assert settings.EVIDENCE.is_relative_to(settings.STORE)
    assert not any(settings.EVIDENCE.is_relative_to(folder) for folder in settings.STATICFILES_DIRS)
