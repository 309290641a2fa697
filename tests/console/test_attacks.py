"""Attacks on the console, each of which once had a way in."""

from __future__ import annotations

import base64
import importlib
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client, RequestFactory

from postloan import clock
from postloan.console.administration import proposals, services
from postloan.console.audit import selectors as audit
from postloan.console.audit.models import AuditEvent
from postloan.console.audit.services import record
from postloan.console.customers import timeline
from postloan.console.people.middleware import SessionLimits
from postloan.console.people.models import Institution, Leave, Staff, StaffRole
from postloan.console.people.rights import Scope, scope_of
from postloan.console.policies.models import Question
from postloan.console.refusals import Refused
from postloan.console.runs.models import Job
from postloan.console.work import selectors
from postloan.console.work.guards import Refused as NotDone
from postloan.console.work.models import Case, Evidence, Task
from postloan.console.work.services import moving, proving

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
ZERO = Decimal(0)
TODAY = clock.civil().date()


def who(staff_id: str) -> Scope:
    return scope_of(Staff.objects.get(pk=staff_id))


def staff(staff_id: str) -> Staff:
    return Staff.objects.get(pk=staff_id)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as found:
        act()
    return found.value.code


def _role(staff_id: str, role: str, place: str) -> StaffRole:
    return StaffRole.objects.create(staff_id=staff_id, role=role, institution_id=place)


def _absent(staff_id: str, deputy: str) -> Leave:
    return Leave.objects.create(
        staff_id=staff_id, deputy_id=deputy, starts_on=TODAY, ends_on=TODAY + timedelta(days=1)
    )


@pytest.mark.parametrize("through", ["role", "later role", "deputy"])
def test_a_branch_s_operator_takes_over_nobody_with_rights_above_the_branch(
    a_bank: None, through: str
) -> None:
    # OPA administers branch A; BHA works there, and holds rights of the head office beside.
    if through == "deputy":
        _absent("H-risk_department", "BHA")
    else:
        held = _role("BHA", "policy_approver", "H")
        held.since = TODAY + timedelta(days=9) if through == "later role" else None
        held.save()
    me, target = who("OPA"), staff("BHA")
    acts: list[Callable[[], object]] = [
        lambda: services.reset_password(actor=me, staff=target),
        lambda: proposals.propose_deputy(
            actor=me, staff=target, deputy=staff("MA1"), starts_on=TODAY, ends_on=TODAY
        ),
    ]
    if through != "deputy":
        acts.append(lambda: services.end_role(actor=me, held=held))
    assert [refusal(act) for act in acts] == ["not_yours"] * len(acts)
    services.reset_password(actor=me, staff=staff("MA1"))
    services.reset_password(actor=who("H-operator"), staff=target)


def test_a_branch_s_operator_opens_no_account_again_with_rights_above_the_branch(a_bank: None) -> None:
    StaffRole.objects.create(staff_id="BHA", role="policy_approver", institution_id="H", from_book=True)
    services.end_staff(actor=who("H-operator"), staff=staff("BHA"), reason="gone")
    act = lambda: proposals.propose_restore(actor=who("OPA"), staff=staff("BHA"), reason="back")  # noqa: E731
    assert refusal(act) == "not_yours"


def test_nobody_raises_their_own_rights_by_way_of_whom_they_deputise_for(a_bank: None) -> None:
    _absent("MA1", "OPA")
    me, place = who("OPA"), Institution.objects.get(pk="A")
    acts: list[Callable[[], object]] = [
        lambda: proposals.propose_role(
            actor=me, staff=staff("MA1"), role="risk_department", institution=place
        ),
        lambda: services.reset_password(actor=me, staff=staff("MA1")),
    ]
    assert [refusal(act) for act in acts] == ["own_rights"] * 2


def test_a_branch_s_operator_reads_and_runs_nothing_of_the_whole_bank(sign_in: SignIn) -> None:
    record(actor="MB1", action="case_plan", object_kind="case", object_id="9002", reason="plan of branch B")
    client = sign_in("OPA")
    assert "plan of branch B" not in client.get("/audit/").content.decode()
    assert b"".join(client.get("/audit/export/").streaming_content).count(b"\n") == 1  # the heads of columns
    for address in ("", *(f"customer/{end}" for end in ("", "download/"))):
        assert client.get(f"/runs/quarantine/{address}").status_code == 404
    client.post("/runs/start/", {"as_of": TODAY.isoformat()})
    assert not Job.objects.filter(asked_by="OPA").exists()
    assert sign_in("H-operator").get("/runs/quarantine/").status_code == 200


@pytest.mark.parametrize("place", ["task", "case"])
def test_nobody_closes_a_case_on_evidence_of_their_own(a_bank: None, place: str) -> None:
    """The evidence of a case's tasks is the case's too; whoever filed some of it does not decide."""
    now = clock.civil()
    Evidence.objects.all().delete()
    Case.objects.filter(pk=9001).update(state="in_progress")
    Task.objects.filter(pk=9001).update(state="in_progress")
    work = (Task if place == "task" else Case).objects.get(pk=9001)
    seen = proving.Told("visit", now, text="seen", latitude=ZERO, longitude=ZERO, visit_result="ok")
    proving.evidence_add(by=who("RDA"), work=work, told=seen, now=now)
    moving.work_submit(by=who("MA1"), work=Case.objects.get(pk=9001), finding="all is well", now=now)

    def close(by: str) -> object:
        case = Case.objects.get(pk=9001)
        return moving.case_close(
            by=who(by), case=case, label="false_alarm", cause="other", amount_secured=None, now=now
        )

    with pytest.raises(NotDone) as found:
        close("RDA")
    assert found.value.code == "not_the_doer"
    assert "close" not in [one.action for one in selectors.steps(who("RDA"), Case.objects.get(pk=9001))]
    close("H-risk_department")


def test_no_password_goes_by_mail(sign_in: SignIn, anonymous: Client) -> None:
    """An address put into a session left open would else be a way to a password, past the operator."""
    client = sign_in("MA1")
    client.post("/account/email/", {"action_add": "", "email": "someone@example.org"})
    assert not EmailAddress.objects.exists()
    EmailAddress.objects.create(user=staff("MA1"), email="someone@example.org", verified=True, primary=True)
    anonymous.post("/account/password/reset/", {"email": "someone@example.org"})
    assert mail.outbox == []
    assert anonymous.get("/account/signup/").status_code == 404
    assert anonymous.get("/account/login/").status_code == 200


def test_what_guards_an_account_changes_with_an_event(a_bank: None) -> None:
    signals.authenticator_removed.send(
        sender=Authenticator, request=None, user=staff("MA1"), authenticator=Authenticator(type="totp")
    )
    found = AuditEvent.objects.filter(action="remove_second_factor", actor="MA1").get()
    assert (found.object_kind, found.object_id, found.before) == ("staff", "MA1", {"type": "totp"})


@pytest.mark.parametrize("keys", ["[Infinity]", "[-Infinity]", '["9e999"]', "[" * 50_000])
def test_a_forged_mark_gives_the_first_page(sign_in: SignIn, keys: str) -> None:
    mark = base64.urlsafe_b64encode(keys.encode()).decode().rstrip("=")
    assert sign_in("H-audit").get("/audit/", {"after": mark}).status_code == 200


@pytest.mark.parametrize("key", [["a"], 10**30, {}, True, "2026-01-01T00:00:00+14:00", "2026-01-01T00:00:00"])
def test_a_forged_mark_of_a_moment_gives_the_first_page(sign_in: SignIn, key: object) -> None:
    mark = base64.urlsafe_b64encode(json.dumps([key, 1]).encode()).decode().rstrip("=")
    assert sign_in("MA1").get("/work/list/", {"after": mark}).status_code == 200


@pytest.mark.parametrize("text", ["\ud800", "\x00"])
def test_a_forged_mark_holds_no_text_that_no_database_takes(sign_in: SignIn, text: str) -> None:
    mark = base64.urlsafe_b64encode(json.dumps([text]).encode()).decode().rstrip("=")
    assert sign_in("OPA").get("/administration/staff/", {"after": mark}).status_code == 200


@pytest.mark.parametrize(
    "keys", ['["2026-01-01", Infinity, "x"]', "[" * 50_000, '["2026-01-01", 1, "\\ud800"]']
)
def test_a_forged_mark_of_a_timeline_gives_a_page(sign_in: SignIn, keys: str) -> None:
    mark = base64.urlsafe_b64encode(keys.encode()).decode().rstrip("=")
    assert timeline._read(mark) is None


@pytest.mark.parametrize(
    ("person", "method", "address", "sent"),
    [
        ("H-audit", "get", "/audit/", {"person": "a\x00"}),
        ("H-audit", "get", "/audit/export/", {"any": "\x00"}),
        ("H-audit", "get", "/audit/objects/loan/%00/", {}),
        ("MA1", "get", "/desk/loans/%00/", {}),
        ("MA1", "post", "/desk/loans/LA1-1/rate/", {"level_code": "06", "reason": "because\x00"}),
    ],
)
def test_a_nul_is_answered_before_a_database_refuses_it(
    sign_in: SignIn, person: str, method: str, address: str, sent: dict[str, str]
) -> None:
    assert getattr(sign_in(person), method)(address, sent).status_code == 404


def test_a_number_without_end_is_no_answer(sign_in: SignIn) -> None:
    asked = Question.objects.get(draft_id="small_v1")
    address = "/policies/drafts/small_v1/acknowledge/"
    assert sign_in("MA1").post(address, {f"q{asked.pk}": "9" * 5000}).status_code == 200


@pytest.mark.parametrize("mark", ["=", "＝", "＋", "－", "＠"])
def test_no_event_starts_a_formula_however_wide_its_first_letter(a_bank: None, mark: str) -> None:
    """A spreadsheet takes a full-width mark for a plain one where Chinese is written."""
    record(actor="MA1", action="x", object_kind="x", object_id="x", reason=f"{mark}1+1")
    (row,) = audit.lines(AuditEvent.objects.filter(action="x"))
    assert row[audit.COLUMNS.index("reason")].startswith("'")


def test_an_account_that_is_off_ends_its_sessions_whoever_vouched_for_it(a_bank: None) -> None:
    """A directory's backend gives people back without looking whether they may still work here."""
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.user = staff("MA1")
    request.user.is_active, request.user.left_on = False, TODAY + timedelta(days=30)
    SessionLimits(lambda _request: HttpResponse())(request)
    assert not request.user.is_authenticated


@pytest.mark.parametrize("number", ["system", "SYSTEM", "..", "a b", "a\nb", "MA1\u202e", "ＭＡ1", "x" * 65])
def test_nobody_is_made_who_passes_for_another_in_the_audit(a_bank: None, number: str) -> None:
    act = lambda: services.make_staff(actor=who("OPA"), staff_id=number, name="n", institution_id="A1")  # noqa: E731
    assert refusal(act) == "staff_incomplete"


def test_numbers_of_letters_and_digits_are_taken(a_bank: None) -> None:
    for number in ("S00102", "a", "M-1_2.3", "x" * 64):
        services.make_staff(actor=who("OPA"), staff_id=number, name="n", institution_id="A1")


def test_no_server_starts_with_the_key_that_everybody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTLOAN_SECRET_KEY", raising=False)
    sys.modules.pop("postloan.console.wsgi", None)
    with pytest.raises(ImproperlyConfigured):
        importlib.import_module("postloan.console.wsgi")
