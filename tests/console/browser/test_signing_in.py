"""Passkeys and the bank's page of sign-in in a real browser, with an authenticator that Chromium plays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, Page, expect

from postloan import clock
from postloan.console.administration.models import GuardedRole
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from tests.console import bank, identity, served
from tests.console.browser.conftest import LANGUAGES, WIDTHS, Visit, _listen
from tests.console.browser.looking import give_password, look

pytestmark = pytest.mark.browser
Arrive = Callable[[str, str, str], Visit]


def key(page: Page) -> Any:
    """Plug a passkey into the browser: it asks its owner by itself, and keeps what it is given."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def by_name(come: Visit) -> Visit:
    """Go on under a name: a passkey is bound to one, and an address is none."""
    come.address = come.address.replace("127.0.0.1", "localhost")
    return come


def sign_in(come: Visit, staff_id: str) -> None:
    give_password(staff_id)
    come.page.context.clear_cookies()
    page = come.go("/account/login/")
    page.fill("input[name=login]", staff_id)
    page.fill("input[name=password]", bank.PASSWORD)
    page.locator("main form").first.locator("button").click()


def say_password_again(page: Page) -> None:
    if "/reauthenticate/" in page.url:
        page.fill("input[name=password]", bank.PASSWORD)
        page.locator("main form button[type=submit]").first.click()


@pytest.mark.parametrize(("language", "width"), [("en", "desktop"), ("zh", "phone")])
def test_a_passkey_is_set_up_where_the_role_demands_it_and_signs_in(
    arrive: Arrive, language: str, width: str
) -> None:
    come = by_name(arrive("BHA", language, width))
    page = come.page
    key(page)
    GuardedRole.objects.create(role="branch_head", demanded_by="H-operator", demanded_at=clock.civil())
    sign_in(come, "BHA")
    page.wait_for_url("**/account/2fa/")
    look(come)
    come.go("/warnings/")
    assert page.url.endswith("/account/2fa/"), "nothing else opens before"
    come.go("/account/2fa/webauthn/add/")
    say_password_again(page)
    look(come)
    page.fill("input[name=name]", "key")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/")
    look(come)
    assert Authenticator.objects.filter(user_id="BHA", type="webauthn").count() == 1
    come.go("/warnings/")
    assert page.url.endswith("/warnings/")

    page.context.clear_cookies()
    come.go("/account/login/")
    look(come)
    page.click("#passkey_login")
    page.wait_for_url(come.address + "/")
    look(come)
    event = AuditEvent.objects.filter(action="sign_in").latest("seq")
    assert (event.actor, event.after) == ("BHA", {"by": "passkey"})

    Staff.objects.filter(pk="BHA").update(left_on=clock.civil().date())
    page.context.clear_cookies()
    come.go("/account/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/account/inactive/")
    come.go("/")
    assert "/account/login/" in page.url, "a leaver's key opens nothing"


def test_a_key_is_asked_for_after_the_password(arrive: Arrive) -> None:
    come = by_name(arrive("MA1", "en", "desktop"))
    page = come.page
    key(page)
    sign_in(come, "MA1")
    page.wait_for_url(come.address + "/")
    come.go("/account/2fa/webauthn/add/")
    say_password_again(page)
    page.fill("input[name=name]", "key")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/")
    page.context.clear_cookies()
    sign_in(come, "MA1")
    page.wait_for_url("**/account/2fa/authenticate/")
    look(come)
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(come.address + "/")
    assert not come.complaints


@pytest.fixture(scope="module")
def directory() -> Iterator[identity.Identity]:
    with identity.serving() as found:
        yield found


def test_the_button_leads_to_the_bank_s_page_of_sign_in_and_back(
    browser: Browser, directory: identity.Identity, tmp_path: Any
) -> None:
    """A form that the security policy holds to our own pages would never reach the directory."""
    directory.person = {"sub": "u-1", "staff_number": "MA1"}
    with served.serving(
        tmp_path / "openid",
        POSTLOAN_OIDC_SERVER=directory.url,
        POSTLOAN_OIDC_CLIENT=identity.CLIENT,
        POSTLOAN_OIDC_SECRET=identity.SECRET,
        POSTLOAN_OIDC_CLAIM="staff_number",
    ) as console:
        wide, high = WIDTHS["phone"]
        context = browser.new_context(viewport={"width": wide, "height": high}, locale=LANGUAGES["zh"])
        page = context.new_page()
        come = Visit(page, console.url, "zh", "phone")
        _listen(come)
        come.go("/account/login/")
        look(come)
        page.locator("form[action*='/oidc/'] button").click()
        page.wait_for_url(console.url + "/")
        look(come)
        directory.person = {"sub": "u-2", "staff_number": "X99"}
        context.clear_cookies()
        come.go("/account/login/")
        page.locator("form[action*='/oidc/'] button").click()
        page.wait_for_url("**/account/login/")
        expect(page.locator(".notice.error")).to_have_count(1)
        look(come)
        told = json.loads(console.events("sign_in")[-1][2])
        assert told == {"by": "directory"}
        assert re.fullmatch(r"-", console.events("sign_in_failed")[-1][1])
        context.close()
