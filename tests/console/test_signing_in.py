"""Signing in and out: second factors, lock-outs, what the audit keeps, and passwords kept elsewhere."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from postloan import clock
from postloan.console.administration import services
from postloan.console.administration.models import GuardedRole, OneTimePassword
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Leave, Staff
from postloan.console.people.rights import Scope, scope_of
from postloan.console.refusals import Refused
from tests.console import bank

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN, SECOND = "/account/login/", "/account/2fa/authenticate/"


def staff(staff_id: str) -> Staff:
    return Staff.objects.get(pk=staff_id)


def who(staff_id: str) -> Scope:
    return scope_of(staff(staff_id))


def with_password(staff_id: str) -> Staff:
    found = staff(staff_id)
    found.set_password(bank.PASSWORD)
    found.save()
    return found


def events(action: str) -> list[tuple[str, str, Any]]:
    return list(AuditEvent.objects.filter(action=action).values_list("actor", "object_id", "after"))


def code(secret: str = SECRET) -> str:
    """Give the six digits of RFC 6238 for this moment, worked out from the RFC."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time() // 30)), "sha1")
    start = digest[-1] & 0xF
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def test_a_one_time_code_is_asked_for_and_taken(a_bank: None, anonymous: Client) -> None:
    totp.TOTP.activate(with_password("MA1"), SECRET)
    first = anonymous.post(LOGIN, {"login": "MA1", "password": bank.PASSWORD})
    assert (first.status_code, first.url) == (302, SECOND)
    assert anonymous.get("/").status_code == 302, "the password alone opens nothing"
    wrong = f"{(int(code()) + 1) % 10**6:06d}"
    assert anonymous.post(SECOND, {"code": wrong}).status_code == 200
    assert events("sign_in") == []
    assert anonymous.post(SECOND, {"code": code()}).url == "/"
    assert anonymous.get("/").status_code == 200
    assert events("sign_in") == [("MA1", "MA1", {"by": "password", "second_factor": "totp"})]
    assert events("sign_in_failed") == [("system", "MA1", {"by": "totp", "why": "wrong"})]


def test_a_code_is_used_once(a_bank: None, anonymous: Client) -> None:
    totp.TOTP.activate(with_password("MA1"), SECRET)
    told = code()
    for worked in (True, False):
        client = Client(headers={"accept-language": "en"})
        client.post(LOGIN, {"login": "MA1", "password": bank.PASSWORD})
        assert (client.post(SECOND, {"code": told}).status_code == 302) == worked


def test_a_recovery_code_is_used_once(a_bank: None, anonymous: Client) -> None:
    one = with_password("MA1")
    totp.TOTP.activate(one, SECRET)
    told = RecoveryCodes.activate(one).get_unused_codes()[0]
    for worked in (True, False):
        client = Client(headers={"accept-language": "en"})
        client.post(LOGIN, {"login": "MA1", "password": bank.PASSWORD})
        assert (client.post(SECOND, {"code": told}).status_code == 302) == worked
    assert told not in str(list(AuditEvent.objects.values()))


def test_guessing_codes_is_locked_out_after_five_tries(a_bank: None, anonymous: Client) -> None:
    totp.TOTP.activate(with_password("MA1"), SECRET)
    anonymous.post(LOGIN, {"login": "MA1", "password": bank.PASSWORD})
    for _ in range(5):
        anonymous.post(SECOND, {"code": f"{(int(code()) + 1) % 10**6:06d}"})
    assert anonymous.post(SECOND, {"code": code()}).status_code == 200
    assert events("sign_in") == []


def test_one_sets_up_a_code_and_takes_it_away_again_with_events(
    a_bank: None, django_capture_on_commit_callbacks: Any
) -> None:
    client = Client(headers={"accept-language": "en"})
    with_password("MA1")
    client.post(LOGIN, {"login": "MA1", "password": bank.PASSWORD})
    again = client.get("/account/2fa/totp/activate/")
    assert (again.status_code, again.url.split("?")[0]) == (302, "/account/reauthenticate/")
    client.post(again.url, {"password": bank.PASSWORD})
    page = client.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/account/2fa/totp/activate/", {"code": code(secret)})
    assert done.status_code == 302
    assert Authenticator.objects.filter(user_id="MA1", type="totp").exists()
    client.post("/account/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user_id="MA1").exists()
    told = [
        (action, after or before)
        for action, after, before in AuditEvent.objects.filter(actor="MA1", action__endswith="second_factor")
        .order_by("seq")
        .values_list("action", "after", "before")
    ]
    assert told == [
        ("add_second_factor", {"type": "totp"}),
        ("add_second_factor", {"type": "recovery_codes"}),
        ("remove_second_factor", {"type": "totp"}),
        ("remove_second_factor", {"type": "recovery_codes"}),
    ]
    assert secret not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    ("roles", "person", "led"),
    [
        (["operator"], "OPA", True),
        (["operator"], "MA1", False),
        (["customer_manager", "operator"], "MA1", True),
        ([], "OPA", False),
    ],
)
def test_who_holds_a_guarded_role_is_led_to_set_up_a_second_factor(
    sign_in: SignIn, roles: list[str], person: str, led: bool
) -> None:
    with_password(person)
    client = sign_in(person)
    services.demand_second_factors(actor=who("H-operator"), roles=roles, reason="circular")
    for address in ("/", "/work/list/", "/customers/CA1-1/", "/administration/", "/absent-for-me/"):
        answer = client.get(address)
        if led and address != "/absent-for-me/":
            assert (answer.status_code, answer.url) == (302, "/account/2fa/"), address
        else:
            assert answer.status_code in (200, 404)
    post = client.post("/administration/staff/MA2/end/", {"reason": "x"})
    assert staff("MA2").is_active == (led or person != "OPA")
    assert post.status_code in (302, 404)
    assert client.get("/account/2fa/").status_code == 200
    assert client.get("/account/2fa/totp/activate/").status_code in (200, 302)
    Authenticator.objects.create(user=staff(person), type="recovery_codes", data={})
    assert (client.get("/").status_code == 302) == led, "recovery codes alone are no second factor"
    Authenticator.objects.create(user=staff(person), type="totp", data={})
    assert client.get("/").status_code == 200
    Authenticator.objects.filter(user_id=person, type="totp").delete()
    assert (client.get("/").status_code == 302) == led, "with the next click after it was taken away"


def test_a_deputy_needs_the_second_factor_of_whom_they_act_for(sign_in: SignIn) -> None:
    services.demand_second_factors(actor=who("H-operator"), roles=["branch_head"], reason="circular")
    client = sign_in("MA1")
    assert client.get("/").status_code == 200
    today = clock.civil().date()
    Leave.objects.create(staff_id="BHA", deputy_id="MA1", starts_on=today, ends_on=today)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("person", ["OPA", "H-human_resources", "H-audit", "MA1"])
def test_only_an_operator_of_the_whole_bank_says_which_roles_are_guarded(
    sign_in: SignIn, person: str
) -> None:
    client = sign_in(person)
    assert client.get("/administration/second-factor/").status_code == 404
    told = {"role": "audit", "reason": "x"}
    assert client.post("/administration/second-factor/demand/", told).status_code == 404
    with pytest.raises(Refused):
        services.demand_second_factors(actor=who(person), roles=["audit"], reason="x")
    assert not GuardedRole.objects.exists()


def test_whom_the_directory_vouches_for_sets_one_up_right_after_signing_in(sign_in: SignIn) -> None:
    """They have no password to say again: a fresh sign-in stands for it, and an old one does not."""
    client, address = sign_in("MA1"), "/account/2fa/totp/activate/"
    session = client.session
    session["account_authentication_methods_user"] = "MA1"
    for age, opens in ((240, True), (301, False)):
        session["account_authentication_methods"] = [{"method": "socialaccount", "at": time.time() - age}]
        session.save()
        answer = client.get(address)
        assert (answer.status_code == 200) == opens
    assert answer.url == LOGIN
    assert client.get("/").status_code == 302


def test_what_is_demanded_is_kept_with_a_reason_and_an_event(sign_in: SignIn) -> None:
    client = sign_in("H-operator")
    address = "/administration/second-factor/demand/"
    client.post(address, {"role": ["audit", "operator"], "reason": " "})
    assert not GuardedRole.objects.exists(), "not without a reason"
    client.post(address, {"role": ["audit", "nonsense"], "reason": "x"})
    assert not GuardedRole.objects.exists()
    client.post(address, {"role": ["audit", "legal"], "reason": "circular 3"})
    client.post(address, {"role": ["audit"], "reason": "circular 4"})
    assert set(GuardedRole.objects.values_list("role", flat=True)) == {"audit"}
    event = AuditEvent.objects.latest("seq")
    assert (event.actor, event.reason) == ("H-operator", "circular 4")
    assert (event.before, event.after) == ({"roles": ["audit", "legal"]}, {"roles": ["audit"]})


def test_a_wrong_password_is_kept_and_what_was_typed_is_not(a_bank: None, anonymous: Client) -> None:
    with_password("MA1")
    anonymous.post(LOGIN, {"login": "MA1", "password": "my other secret"})
    anonymous.post(LOGIN, {"login": "hunter2 in the wrong field", "password": "third secret"})
    assert events("sign_in_failed") == [
        ("system", "MA1", {"by": "password", "why": "wrong"}),
        ("system", "-", {"by": "password", "why": "wrong"}),
    ]
    kept = str(list(AuditEvent.objects.values()))
    assert all(one not in kept for one in ("my other secret", "third secret", "hunter2"))


def test_a_lock_out_is_one_event_however_long_somebody_goes_on(a_bank: None, anonymous: Client) -> None:
    with_password("MA1")
    for _ in range(9):
        anonymous.post(LOGIN, {"login": "MA1", "password": "no"})
    assert len(events("sign_in_failed")) == 5
    assert events("sign_in_locked") == [("system", "MA1", None)]


def test_a_leaver_who_tries_is_kept(a_bank: None, anonymous: Client) -> None:
    with_password("MA1")
    Staff.objects.filter(pk="MA1").update(left_on=clock.civil().date())
    anonymous.post(LOGIN, {"login": "MA1", "password": bank.PASSWORD})
    assert events("sign_in_failed") == [("system", "MA1", {"by": "password", "why": "left"})]


def test_signing_out_is_kept(sign_in: SignIn) -> None:
    sign_in("MA1").post("/account/logout/")
    assert events("sign_out") == [("MA1", "MA1", None)]


@pytest.mark.parametrize(
    ("key", "seconds", "why"),
    [
        ("seen_at", 30 * 60 + 2, "idle"),
        ("started_at", 10 * 3600 + 2, "too_long"),
        ("", 0, "left"),
    ],
)
def test_a_session_that_the_system_ends_is_kept_with_why(
    sign_in: SignIn, key: str, seconds: int, why: str
) -> None:
    client = sign_in("MA1")
    client.get("/")
    if key:
        session = client.session
        session[key] = int(clock.civil().timestamp()) - seconds
        session.save()
    else:
        Staff.objects.filter(pk="MA1").update(left_on=clock.civil().date())
    assert client.get("/").status_code == 302
    assert client.get("/").status_code == 302
    assert events("session_ended") == [("system", "MA1", {"why": why})]


@pytest.mark.parametrize(("quiet", "stays"), [(30 * 60, True), (30 * 60 + 1, False)])
def test_a_quiet_session_ends_after_thirty_minutes_to_the_second(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, quiet: int, stays: bool
) -> None:
    _session_of_age(sign_in, monkeypatch, "seen_at", quiet, stays)


@pytest.mark.parametrize(("age", "stays"), [(10 * 3600, True), (10 * 3600 + 1, False)])
def test_a_session_ends_after_ten_hours_to_the_second(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, age: int, stays: bool
) -> None:
    _session_of_age(sign_in, monkeypatch, "started_at", age, stays)


def _session_of_age(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, key: str, seconds: int, stays: bool
) -> None:
    client = sign_in("MA1")
    client.get("/")
    now = clock.civil().replace(microsecond=0)
    monkeypatch.setattr(clock, "civil", lambda: now)
    session = client.session
    session[key] = int(now.timestamp()) - seconds
    session.save()
    assert client.get("/").status_code == (200 if stays else 302)


def test_a_session_of_somebody_whose_password_was_reset_is_over(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    assert client.get("/").status_code == 200
    services.reset_password(actor=who("OPA"), staff=staff("MA1"))
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("address", ["/account/password/set/", "/account/password/change/"])
def test_whom_the_directory_vouches_for_gives_themselves_no_password(sign_in: SignIn, address: str) -> None:
    client = sign_in("MA1")  # who has none here
    told = {"password1": bank.PASSWORD, "password2": bank.PASSWORD, "oldpassword": ""}
    for answer in (client.get(address), client.post(address, told)):
        assert answer.status_code == 403
        assert "directory" in answer.content.decode()
    assert not staff("MA1").has_usable_password()
    assert "/account/password/change/" not in client.get("/").content.decode()


def test_who_has_a_password_here_changes_it_and_sets_none_beside(a_bank: None) -> None:
    with_password("MA1")
    client = Client(headers={"accept-language": "en"})
    client.post(LOGIN, {"login": "MA1", "password": bank.PASSWORD})
    assert client.get("/account/password/change/").status_code == 200
    answer = client.get("/account/password/set/")
    assert (answer.status_code, answer.url) == (302, "/account/password/change/")


def test_a_password_given_counts_once_and_its_end_is_kept(a_bank: None) -> None:
    told = services.reset_password(actor=who("OPA"), staff=staff("MA1"))
    OneTimePassword.objects.update(valid_until=clock.civil() - timedelta(seconds=1))
    client = Client(headers={"accept-language": "en"})
    client.post(LOGIN, {"login": "MA1", "password": told})
    assert client.get("/").url == LOGIN
    assert events("session_ended") == [("system", "MA1", {"why": "password_too_old"})]


def test_a_form_about_to_be_sent_is_answered_whatever_is_still_to_be_set_up(sign_in: SignIn) -> None:
    """A page without an answer says that there is no connection, and nothing would ever be sent."""
    client = sign_in("MA1")
    GuardedRole.objects.create(role="customer_manager", demanded_by="H-operator", demanded_at=clock.civil())
    assert client.get("/account/alive/").json()["person"] == "MA1"
    given = OneTimePassword(staff_id="MA1", given_by="OPA", given_at=clock.civil())
    given.valid_until = clock.civil() + timedelta(days=1)
    given.save()
    assert client.get("/account/alive/").json()["person"] == "MA1"
    assert client.get("/work/").status_code == 302, "and nothing else is"
