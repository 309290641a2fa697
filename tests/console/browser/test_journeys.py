"""What people do, in a real browser: no complaint of the browser, nothing that axe finds, nothing cut off."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from tests.console.browser import book
from tests.console.browser.conftest import LANGUAGES, WIDTHS, Visit
from tests.console.routes import ROUTES

pytestmark = pytest.mark.browser

Arrive = Callable[[str, str, str], Visit]
EVERYWHERE = [(language, width) for language in LANGUAGES for width in WIDTHS]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def look(come: Visit) -> None:
    """Hold a page to what every page must keep to, with all that can be opened on it open."""
    settle(come.page)
    come.page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((one) => (one.open = true))")
    settle(come.page)
    found = Axe().run(come.page, options=RULES)
    assert not found.response["violations"], found.generate_report()
    wide = come.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{come.page.url} is {wide} px too wide for a {come.width}"
    assert not come.complaints
    if come.language == "zh":
        assert_chinese(come.page)


def settle(page: Page) -> None:
    """Wait until the parts of a page that are asked for after it have come, and each chart is drawn."""
    page.wait_for_function(
        """() => !document.querySelector('[hx-trigger=load], .htmx-request')
          && [...document.querySelectorAll('[data-chart]')].every((one) => one.querySelector('svg path'))"""
    )


def assert_chinese(page: Page) -> None:
    """Find no English on a Chinese page: two words in a row, outside of what is marked as English or code."""
    text = page.evaluate(
        """() => {
          const copy = document.body.cloneNode(true);
          copy.querySelectorAll('[lang=en], code, samp, script, style').forEach((one) => one.remove());
          return copy.innerText;
        }"""
    )
    english = re.findall(r"\b[a-z]+ [a-z]+\b", text)
    assert not english, f"{page.url}: {english[:5]}"


@pytest.mark.parametrize(("language", "width"), EVERYWHERE)
def test_a_customer_manager_finds_the_worst_customer_and_why(
    arrive_at: Arrive, language: str, width: str
) -> None:
    come = arrive_at("MA1", language, width)
    look(come)
    come.picture("home")
    come.go("/warnings/")
    look(come)
    come.picture("warnings")
    row = come.page.locator("a.open").first
    expect(row).to_have_text("客户 CA1-1")
    row.click()
    expect(come.page.locator("h1")).to_contain_text("客户 CA1-1")
    look(come)
    come.picture("warning")


@pytest.fixture
def arrive_at(visit: Arrive) -> Arrive:
    """Give the function of `visit` under the name that reads."""
    return visit


def test_keys_move_through_a_list(arrive_at: Arrive) -> None:
    come = arrive_at("BHA", "en", "desktop")
    page = come.go("/warnings/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr.at")).to_contain_text("CA2-1")
    page.keyboard.press("k")
    expect(page.locator("tr.at")).to_contain_text("CA1-1")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("CA1-1")


def test_the_language_is_changed_by_one_click_and_kept(arrive_at: Arrive) -> None:
    come = arrive_at("MA1", "en", "desktop")
    come.page.get_by_role("button", name="中文").click()
    expect(come.page.locator("html")).to_have_attribute("lang", "zh-hans")
    come.go("/warnings/")
    expect(come.page.locator("html")).to_have_attribute("lang", "zh-hans")
    assert_chinese(come.page)


FILES = re.compile(r"export|xlsx|dmn/|/evidence/\d|/file/|download|document|progress/$|/impact/$")


@pytest.mark.parametrize(("language", "width"), EVERYWHERE)
def test_every_page_keeps_to_the_rules(arrive_at: Arrive, language: str, width: str) -> None:
    found: list[str] = []
    for person in dict.fromkeys(one.right for one in ROUTES):
        come = arrive_at(person, language, width)
        for route in ROUTES:
            if route.method != "get" or route.right != person or FILES.search(route.own):
                continue
            come.complaints.clear()
            come.go(route.own.replace("loan:LA1-1:REP04", book.SIGNAL))
            try:
                settle(come.page)
                come.picture(route.name)
                look(come)
            except (AssertionError, PlaywrightError) as problem:
                found.append(f"{person} {route.own}: {problem}")
    assert not found, "\n\n".join(found)
