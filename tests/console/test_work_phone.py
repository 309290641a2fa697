"""Work on the phone: voice notes, visits step by step, what is due, the last step, a customer's files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from postloan.console.people.rights import Scope, scope_of
from postloan.console.publishing.models import Loan, Measure
from postloan.console.work import due, files, parts, visits
from postloan.console.work.guards import Refused
from postloan.console.work.models import Case, Evidence, Task, VisitDraft
from postloan.console.work.services import assigning, making, moving, undoing
from tests.console import bank

SignIn = Callable[[str], Client]
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + b"\x00" * 40
FILM = WEBM + b"\x86\x85V_VP8"
HERE = {"latitude": "30.1", "longitude": "120.2"}


def _by(name: str) -> Scope:
    return scope_of(Staff.objects.get(pk=name))


def _case(state: str = "claimed", **more: Any) -> Case:
    Case.objects.filter(pk=9001).update(state=state, **more)
    return Case.objects.get(pk=9001)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (WEBM, "audio/webm"),
        (FILM, None),
        (b"\x1aE\xdf\xa3" + b"matroska" * 8, None),
        (b"\x00\x00\x00\x1cftypM4A \x00", "audio/mp4"),
        (b"\x00\x00\x00\x1cftypisom\x00" + b"hdlr....vide", None),
        (b"OggS\x00\x02OpusHead", "audio/ogg"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", None),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\xff\xf1\x50", "audio/aac"),
        (b"\xff\xe0", None),
    ],
)
def test_a_recording_is_what_its_first_bytes_say(content: bytes, found: str | None) -> None:
    assert files.media_type(content) == found


@pytest.mark.parametrize(
    ("told", "span"),
    [
        ("bytes=0-3", (0, 3)),
        ("bytes=4-", (4, 9)),
        ("bytes=-2", (8, 9)),
        ("bytes=-20", (0, 9)),
        ("bytes=9-99", (9, 9)),
        ("bytes=5-2", None),  # not a part: the whole
        ("bytes=0-1,3-4", None),
        ("bytes=-", None),
        ("lines=0-1", None),
        ("", None),
    ],
)
def test_a_part_of_ten_bytes(told: str, span: tuple[int, int] | None) -> None:
    assert parts.span_of(told, 10) == span


@pytest.mark.parametrize("told", ["bytes=10-", "bytes=10-11", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parts.span_of(told, 10)


def _voice(client: Client, content: bytes, **more: str) -> Any:
    now = clock.civil().isoformat(timespec="minutes")
    file = SimpleUploadedFile("voice.webm", content, content_type="text/html")
    return client.post("/work/cases/9001/evidence/voice/", {"happened_at": now, **HERE, **more, "file": file})


def test_a_voice_note_is_filed_like_a_photo_and_played_in_the_page(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    client.post("/work/cases/9001/do/claim/")
    assert b"no recording that a browser plays" in _voice(client, FILM).content
    assert b"The place is missing" in _voice(client, WEBM, latitude="").content
    old = (clock.civil() - timedelta(days=7, hours=1)).isoformat(timespec="minutes")
    assert b"older than a week" in _voice(client, WEBM, happened_at=old).content
    assert _voice(client, WEBM).status_code == 302
    made = Evidence.objects.get(kind="voice")
    assert (made.media_type, made.size, str(made.latitude)) == ("audio/webm", len(WEBM), "30.100000")
    assert b"filed before" in _voice(client, WEBM).content
    assert (
        f'<audio controls preload="none" src="/work/evidence/{made.pk}/"'.encode()
        in client.get("/work/cases/9001/").content
    )
    answer = client.get(f"/work/evidence/{made.pk}/", headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, WEBM[:4])
    assert answer.headers["Content-Range"] == f"bytes 0-3/{len(WEBM)}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    gone = client.get(f"/work/evidence/{made.pk}/", headers={"Range": f"bytes={len(WEBM)}-"})
    assert gone.status_code == 416


def test_a_page_can_ask_who_is_signed_in_before_it_sends_a_form(a_bank: None) -> None:
    client = Client(enforce_csrf_checks=True)
    nobody = client.get("/account/alive/")
    assert nobody.json()["person"] == ""
    assert "no-store" in nobody.headers["Cache-Control"]
    client.force_login(Staff.objects.get(pk="MA1"), "allauth.account.auth_backends.AuthenticationBackend")
    told = client.get("/account/alive/").json()
    assert told["person"] == "MA1"
    for token, status in (("", 403), (told["token"], 302)):
        sent = {"text": "call again", "csrfmiddlewaretoken": token}
        assert client.post("/work/cases/9001/do/note/", sent).status_code == status
    assert AuditEvent.objects.filter(action="work_note").count() == 1


def test_place_and_microphone_are_for_our_own_pages(sign_in: SignIn) -> None:
    answer = sign_in("MA1").get("/work/")
    assert "microphone=(self)" in answer.headers["Permissions-Policy"]
    assert "media-src 'self' blob:" in answer.headers["Content-Security-Policy"]


def test_a_notice_of_a_case_names_the_loan(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    client.post("/work/cases/9001/do/claim/")
    page = client.get("/work/cases/9001/evidence/notice/").content.decode()
    assert '<option value="LA1-1"' in page
    assert "LB1-1" not in page
    now = clock.civil().isoformat(timespec="minutes")
    told = {"happened_at": now, "notice_kind": "demand", "method": "ems", "receipt": "E1"}
    for wrong in ("", "LB1-1", "nobody"):
        answer = client.post("/work/cases/9001/evidence/notice/", told | {"loan": wrong})
        assert b"Choose the loan for which the notice was served" in answer.content
    assert client.post("/work/cases/9001/evidence/notice/", told | {"loan": "LA1-1"}).status_code == 302
    assert Evidence.objects.get(kind="notice").loan_id == "LA1-1"
    Loan.objects.filter(customer_id="CA1-1").update(customer_id="CA1-2")
    answer = client.post("/work/cases/9001/evidence/notice/", told | {"loan": "LA1-1"})
    assert b"has no loan in the book" in answer.content


def test_what_is_new_says_to_take_it_on_first(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    for address in ("/work/cases/9001/", "/work/tasks/9001/"):
        assert b"Take it on first" in client.get(address).content
        client.post(f"{address}do/claim/")
        assert b"Take it on first" not in client.get(address).content


LIST = {f"CK-{group}{number}": {"en": "x", "zh": "x"} for group in ("CM", "FA", "OF") for number in (1, 2)}


@pytest.mark.parametrize(
    ("kind", "off", "names"),
    [
        ("farmer", False, ["arrival", "CM", "FA", "told", "result"]),
        ("farmer", True, ["arrival", "CM", "FA", "OF", "told", "result"]),
        ("corporate", False, ["arrival", "CM", "told", "result"]),  # nothing listed for that kind
        (None, True, ["arrival", "CM", "OF", "told", "result"]),
    ],
)
def test_the_steps_of_a_visit_follow_the_customer(kind: str | None, off: bool, names: list[str]) -> None:
    assert [one.name for one in visits.steps_of(LIST, kind, is_off_sheet=off)] == names
    assert [one.name for one in visits.steps_of({}, kind, is_off_sheet=off)] == ["arrival", "told", "result"]


def test_a_visit_is_set_down_step_by_step_and_filed_once(sign_in: SignIn) -> None:
    client, address = sign_in("MA1"), "/work/cases/9001/visit/"
    seen = {"seen": "fields are green", "next_step": "look in May"}
    assert b"has moved on" in client.post(f"{address}?step=told", seen).content  # not taken on yet
    client.post("/work/cases/9001/do/claim/")
    now = clock.civil().isoformat(timespec="minutes")
    answer = client.post(f"{address}?step=arrival", {"happened_at": now, **HERE})
    assert answer.url == f"{address}?step=CM"
    client.post(f"{address}?step=CM", {"CK-CM1": "yes", "CK-CM2": "no", "CK-CM2-note": "06", "CK-CM3": "?"})
    answer = client.post(f"{address}?step=result", {"what": "file", "visit_result": "ok"})
    assert b"Write what you saw" in answer.content
    assert b'action="/work/cases/9001/visit/?step=told"' in answer.content  # where it is to be written
    assert not Evidence.objects.filter(kind="visit").exists()
    client.post(f"{address}?step=told", seen)
    assert b"fields are green" in client.get(f"{address}?step=result").content
    assert b"You have begun to set a visit down" in client.get("/work/cases/9001/").content
    assert b"You have begun" not in sign_in("BHA").get("/work/cases/9001/").content
    assert b"fields are green" not in sign_in("BHA").get(f"{address}?step=result").content  # the doer's alone
    client = sign_in("MA1")
    client.post(f"{address}?step=result", {"what": "file", "visit_result": "ok"})
    made = Evidence.objects.get(kind="visit")
    assert (made.visit_result, str(made.longitude), made.added_by) == ("ok", "120.200000", "MA1")
    assert made.text == "What you saw: fields are green\nNext step and day: look in May"
    assert made.answers == [
        {"code": "CK-CM1", "answer": "yes", "note": ""},
        {"code": "CK-CM2", "answer": "no", "note": "06"},
    ]
    assert not VisitDraft.objects.exists()
    told = list(AuditEvent.objects.filter(action__startswith="visit").values_list("after", flat=True))
    assert told == [{"step": one} for one in ("arrival", "CM", "result", "told", "result")]


def test_a_visit_that_was_begun_can_be_thrown_away(sign_in: SignIn) -> None:
    client, address = sign_in("MA1"), "/work/tasks/9001/visit/"
    client.post("/work/tasks/9001/do/claim/")
    client.post(f"{address}?step=told", {"seen": "x"})
    assert client.post(address, {"what": "discard"}).status_code == 302
    assert not VisitDraft.objects.exists()
    assert b"no visit of yours" in client.post(address, {"what": "discard"}).content


def test_closing_takes_what_was_not_filed_along(sign_in: SignIn) -> None:
    now = clock.civil()
    VisitDraft.objects.create(task_id=9001, doer_id="MA1", started_at=now, saved_at=now)
    Task.objects.filter(pk=9001).update(is_asked=False)
    moving.task_drop(by=_by("MA1"), task=Task.objects.get(pk=9001), reason="paid", now=now)
    assert not VisitDraft.objects.exists()


def test_a_colleague_of_another_branch_went_along_on_no_visit(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    client.post("/work/cases/9001/do/claim/")
    answers = [
        client.post("/work/cases/9001/visit/?step=arrival", {"second_staff_id": one})
        for one in ("MB1", "nobody")
    ]
    assert [one.status_code for one in answers] == [404, 404]


def test_taking_on_is_put_back_within_ten_minutes_and_the_clock_with_it(a_bank: None) -> None:
    now = clock.civil()
    Case.objects.filter(pk=9001).update(owner_id=None, escalation_level=1, raised_to="branch_head")
    before = Case.objects.filter(pk=9001).values().get()
    for minutes, is_late in ((10, False), (11, True)):
        moving.work_claim(by=_by("MA1"), work=Case.objects.get(pk=9001), now=now)
        assert Case.objects.get(pk=9001).escalation_level == 0
        later = now + timedelta(minutes=minutes)
        if is_late:
            with pytest.raises(Refused, match="just_taken"):
                undoing.work_release(by=_by("MA1"), work=Case.objects.get(pk=9001), now=later)
        else:
            undoing.work_release(by=_by("MA1"), work=Case.objects.get(pk=9001), now=later)
            assert Case.objects.filter(pk=9001).values().get() == before
            now = later


def test_what_somebody_built_on_is_not_put_back(a_bank: None) -> None:
    now = clock.civil()
    moving.work_claim(by=_by("MA1"), work=_case("new"), now=now)
    moving.work_note(by=_by("BHA"), work=Case.objects.get(pk=9001), text="good", now=now)
    with pytest.raises(Refused, match="just_taken"):
        undoing.work_release(by=_by("MA1"), work=Case.objects.get(pk=9001), now=now)


def test_an_assignment_is_taken_back_by_who_made_it(a_bank: None) -> None:
    now, to = clock.civil(), Staff.objects.get(pk="MA2")
    assigning.work_assign(by=_by("BHA"), work=_case("in_progress"), staff=to, reason="x", now=now)
    assert Case.objects.get(pk=9001).owner_id == "MA2"
    with pytest.raises(Refused, match="just_given"):
        undoing.work_unassign(by=_by("RDA"), work=Case.objects.get(pk=9001), now=now)
    undoing.work_unassign(by=_by("BHA"), work=Case.objects.get(pk=9001), now=now)
    case = Case.objects.get(pk=9001)
    assert (case.owner_id, case.state) == ("MA1", "new")


def test_the_last_step_has_a_button_as_long_as_it_can_be_taken_back(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    client.post("/work/cases/9001/do/claim/")
    assert b"You have just taken it on." in client.get("/work/cases/9001/").content
    until = (clock.civil() + timedelta(days=1)).date().isoformat()
    client.post("/work/cases/9001/do/snooze/", {"reason": "x", "until": until})
    page = client.get("/work/cases/9001/").content
    assert f"It is put off until {until}.".encode() in page
    assert b"You have just taken it on." not in page
    client.post("/work/cases/9001/do/wake/")
    assert Case.objects.get(pk=9001).snoozed_until is None


def test_the_navigation_counts_what_is_late_or_due_today(
    a_bank: None, django_assert_num_queries: Any
) -> None:
    now = clock.civil().replace(hour=12)
    Task.objects.update(closed_at=now, finding="x")
    midnight = now.replace(hour=23, minute=59, second=59)
    by = _by("MA1")
    for column, value, count in (
        ("due_at", now - timedelta(days=1), 1),  # late
        ("due_at", midnight, 1),  # today
        ("due_at", midnight + timedelta(seconds=1), 0),  # tomorrow
        ("snoozed_until", now.date() + timedelta(days=1), 0),
    ):
        due_at = {} if column == "due_at" else {"due_at": midnight}
        _case("claimed", **{**due_at, column: value})
        with django_assert_num_queries(1):
            assert due.due_count(by, now) == count, (column, value)
    _case("waiting", due_at=midnight, snoozed_until=None)
    assert due.due_count(by, now) == 0
    _case("waiting", due_at=now - timedelta(hours=1))
    assert due.due_count(by, now) == 1  # what one waits for is late all the same
    _case("submitted", due_at=now)
    assert due.due_count(by, now) == 0
    assert due.due_count(_by("RDA"), now) == 1  # to decide on


def test_the_count_ends_at_a_hundred(sign_in: SignIn) -> None:
    case = Task.objects.get(pk=9001)
    late = clock.civil() - timedelta(days=1)
    for number in range(120):
        case.pk, case.measure_id, case.due_at = 20_000 + number, f"m{number}", late
        case.save(force_insert=True)
    page = sign_in("MA1").get("/customers/").content.decode()
    assert '<span class="badge" title="late or due today">99+' in page


def test_a_customers_files_are_those_of_the_work_that_one_may_open(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    assert b'href="/work/evidence/9001/"' in client.get("/customers/CA1-1/files/").content
    assert b'href="/work/evidence/9001/"' in client.get("/customers/CA1-1/files/?kind=document").content
    assert b"No file hangs" in client.get("/customers/CA1-1/files/?kind=photo").content
    # Work that stands with another branch keeps its files there, whoever's the customer is now.
    Task.objects.filter(pk=9001).update(institution_id="B1", manager_id="MB1", owner_id="MB1")
    assert b"No file hangs" in client.get("/customers/CA1-1/files/").content
    assert client.get("/work/evidence/9001/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_up_the_same_option_one_wins() -> None:
    bank.build()
    Task.objects.filter(pk=9001).update(measure_id="another")
    Measure.objects.filter(loan_id="LA1-1").update(nature="option")
    measure, now = Measure.objects.get(loan_id="LA1-1"), clock.civil()
    scopes = [_by("MA1"), _by("BHA")] * 4
    barrier, won, lost = threading.Barrier(len(scopes)), [], []

    def take(by: Scope) -> None:
        try:
            barrier.wait(timeout=60)
            won.append(making.task_take_up(by=by, measure=measure, until=now.date() + timedelta(3), now=now))
        except Refused as found:
            lost.append(found.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[by]) for by in scopes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(won) == 1
    assert lost == ["taken"] * 7
    assert AuditEvent.objects.filter(action="task_take_up").count() == 1
