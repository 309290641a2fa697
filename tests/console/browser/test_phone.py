"""On the phone: what was typed outlives a lost line and a lost session, and a voice note is recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from postloan import clock
from postloan.console.work.models import Case, Evidence
from tests.console import bank
from tests.console.browser.conftest import Visit
from tests.console.browser.looking import give_password, look

pytestmark = pytest.mark.browser

Arrive = Callable[[str, str, str], Visit]
PLAN = "/work/cases/9001/"
FIELD = "textarea[name=plan]"


def _claimed() -> None:
    Case.objects.filter(pk=9001).update(state="claimed")


def _kept(page: Page) -> int:
    """Count the forms whose text is kept on the device."""
    return int(page.evaluate("Object.keys(localStorage).filter((one) => one.startsWith('keep:')).length"))


def _until(page: Page, expression: str) -> None:
    """Wait until an expression holds; asked from outside, since the pages allow no `eval`."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(expression)


def _type(come: Visit, text: str) -> Page:
    page = come.go(PLAN)
    page.fill(FIELD, text)
    day = (clock.civil() + timedelta(days=3)).date().isoformat()
    page.fill("form[action$='do/plan/'] input[name=until]", day)
    _until(page, "Object.keys(localStorage).some((one) => one.startsWith('keep:'))")
    return page


@pytest.mark.parametrize(("language", "said"), [("en", "Restored what you typed at"), ("zh", "已恢复您")])
def test_what_was_typed_is_there_again_and_gone_when_it_was_sent(
    arrive: Arrive, language: str, said: str
) -> None:
    _claimed()
    come = arrive("MA1", language, "phone")
    page = _type(come, "visit on Monday")
    page.reload()
    expect(page.locator(FIELD)).to_have_value("visit on Monday")
    expect(page.locator(".kept")).to_contain_text(said)
    look(come)
    come.picture("kept")
    page.locator(".kept button").click()
    expect(page.locator(FIELD)).to_have_value("")
    assert _kept(page) == 0
    page = _type(come, "visit on Tuesday")
    page.locator("form[action$='do/plan/'] button").click()
    expect(page.locator(".notice.success")).to_be_visible()
    assert _kept(page) == 0
    assert Case.objects.get(pk=9001).plan == "visit on Tuesday"


def test_without_a_line_the_page_stays_and_goes_when_it_is_back(arrive: Arrive) -> None:
    _claimed()
    come = arrive("MA1", "en", "phone")
    page = _type(come, "visit on Monday")
    page.context.set_offline(True)
    page.locator("form[action$='do/plan/'] button:not(.quiet)").click()
    expect(page.locator(".kept")).to_contain_text("Not sent: no connection.")
    expect(page.locator(FIELD)).to_have_value("visit on Monday")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".notice.success")).to_be_visible()
    assert Case.objects.get(pk=9001).plan == "visit on Monday"


def test_after_a_session_that_ended_the_form_waits_for_a_sign_in_elsewhere(arrive: Arrive) -> None:
    _claimed()
    give_password("MA1")
    come = arrive("MA1", "en", "desktop")
    page = _type(come, "visit on Monday")
    page.context.clear_cookies()
    page.locator("form[action$='do/plan/'] button:not(.quiet)").click()
    expect(page.locator(".kept")).to_contain_text("your session has ended")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    other = opened.value
    other.fill("input[name=login]", "MA1")
    other.fill("input[name=password]", bank.PASSWORD)
    other.click("main button")
    expect(other.locator("h1")).to_have_text("You are signed in again")
    page.locator("form[action$='do/plan/'] button:not(.quiet)").click()
    expect(page.locator(".notice.success")).to_be_visible()


def test_what_one_person_typed_is_not_there_for_another_nor_after_signing_out(arrive: Arrive) -> None:
    _claimed()
    come = arrive("MA1", "en", "desktop")
    page = _type(come, "visit on Monday")
    page.evaluate("localStorage.setItem('keep:MA2:/x', JSON.stringify({at: Date.now(), fields: {}}))")
    page.reload()
    assert page.evaluate("localStorage.getItem('keep:MA2:/x')") is None
    assert _kept(page) == 1
    page.locator(".menu summary").last.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/**")
    assert _kept(page) == 0


def test_what_is_too_old_is_forgotten(arrive: Arrive) -> None:
    _claimed()
    page = _type(arrive("MA1", "en", "desktop"), "visit on Monday")
    for days, kept in ((2.99, 1), (3.01, 0)):
        page.evaluate(
            """(days) => { const key = Object.keys(localStorage).find((one) => one.startsWith('keep:'));
            const entry = JSON.parse(localStorage.getItem(key)); entry.at = Date.now() - days * 86400000;
            localStorage.setItem(key, JSON.stringify(entry)); }""",
            days,
        )
        page.reload()
        assert _kept(page) == kept


def test_a_note_that_says_it_is_sensitive_stays_with_the_tab(arrive: Arrive) -> None:
    page = arrive("MA1", "en", "desktop").go("/customers/CA1-1/")
    page.fill("textarea[name=text]", "ill since May")
    _until(page, "Object.keys(localStorage).some((one) => one.startsWith('keep:'))")
    page.check("input[name=is_sensitive]")
    _until(page, "Object.keys(sessionStorage).some((one) => one.startsWith('keep:'))")
    assert _kept(page) == 0
    page.reload()
    expect(page.locator("textarea[name=text]")).to_have_value("ill since May")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_voice_note_is_recorded_heard_and_filed(arrive: Arrive, language: str) -> None:
    _claimed()
    come = arrive("MA1", language, "phone")
    come.page.context.grant_permissions(["geolocation", "microphone"])
    come.page.context.set_geolocation({"latitude": 30.25, "longitude": 120.5})
    page = come.go("/work/cases/9001/evidence/voice/")
    look(come)
    button = page.locator("[data-recorder] button")
    button.click()
    expect(page.locator("[data-recorder] output")).to_have_text("0:01")
    button.click()
    player = page.locator("[data-recorder] audio")
    expect(player).to_be_visible()
    expect(page.locator("input[name=latitude]")).to_have_value("30.250000")
    look(come)
    come.picture("voice")
    page.locator("form.phone > .actions button").click()
    expect(page.locator(".proofs audio")).to_be_visible()
    page.evaluate("document.querySelector('.proofs audio').play()")
    _until(page, "document.querySelector('.proofs audio').currentTime > 0")
    look(come)
    made = Evidence.objects.get(kind="voice")
    assert (made.media_type, str(made.latitude)) == ("audio/webm", "30.250000")
    assert abs(clock.civil() - made.happened_at) < timedelta(minutes=3)


@pytest.mark.parametrize(("language", "width"), [("en", "phone"), ("zh", "phone"), ("zh", "desktop")])
def test_a_visit_is_made_step_by_step(arrive: Arrive, language: str, width: str) -> None:
    _claimed()
    come = arrive("MA1", language, width)
    come.page.context.grant_permissions(["geolocation"])
    come.page.context.set_geolocation({"latitude": 30.25, "longitude": 120.5})
    page = come.go("/work/cases/9001/visit/")
    expect(page.locator("input[name=latitude]")).to_have_value("30.250000")
    for number in range(20):
        look(come)
        come.picture(f"visit-{number}")
        if page.locator("textarea[name=seen]").count():
            page.fill("textarea[name=seen]", "地里有人在干活")
        points = page.locator("fieldset.point")
        for place in range(points.count()):
            points.nth(place).locator("input[value=yes]").check()
        if page.locator("select[name=visit_result]").count():
            page.select_option("select[name=visit_result]", "ok")
            break
        with page.expect_navigation():
            page.locator("button[value=next]").click()
    page.locator("button[value=file]").click()
    expect(page.locator(".proofs details").first).to_be_visible()
    made = Evidence.objects.get(kind="visit")
    assert {one["answer"] for one in made.answers} == {"yes"}
    assert len(made.answers) == 12 + 16 + 14  # for all, for a farmer, off the balance sheet
