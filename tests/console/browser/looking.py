"""What every page must keep to, as a browser sees it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from tests.console import bank
from tests.console.browser.conftest import LANGUAGES, WIDTHS, Visit

Arrive = Callable[[str, str, str], Visit]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
_AXE = Axe()

everywhere = pytest.mark.parametrize(
    ("language", "width"), [(language, width) for language in LANGUAGES for width in WIDTHS]
)
"""Both languages at both widths."""

one_way = pytest.mark.parametrize(("language", "width"), [("en", "desktop"), ("zh", "phone")])
other_way = pytest.mark.parametrize(("language", "width"), [("zh", "desktop"), ("en", "phone")])
"""Each language once and each width once, for journeys that take long."""


def settle(page: Page) -> None:
    """Wait until the parts of a page that are asked for after it have come, and each chart is drawn."""
    page.wait_for_function(
        """() => !document.querySelector('[hx-trigger=load], .htmx-request')
          && [...document.querySelectorAll('[data-chart]')].every((one) => one.querySelector('svg path'))
          && [...document.querySelectorAll('[data-dmn]')].every((one) => one.querySelector('table'))"""
    )


def look(come: Visit) -> None:
    """Hold a page to what every page must keep to, with all that can be opened on it open."""
    settle(come.page)
    come.page.evaluate(
        """() => document.querySelectorAll('details:not(.menu, [open])').forEach((one) => {
          one.open = true;
          one.dataset.wasShut = '';
        })"""
    )
    settle(come.page)
    found = _AXE.run(come.page, options=RULES)
    assert not found.response["violations"], found.generate_report()
    wide = come.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{come.page.url} is {wide} px too wide for a {come.width}"
    assert not come.complaints, f"{come.page.url}: {come.complaints}"
    assert_twins(come.page)
    if come.language == "zh":
        assert_chinese(come.page)
    come.page.evaluate(
        "() => document.querySelectorAll('[data-was-shut]').forEach((one) => { one.open = false; })"
    )


def assert_twins(page: Page) -> None:
    """Find a table with rows beside each chart."""
    without = page.evaluate(
        """() => [...document.querySelectorAll('[data-chart]')]
          .filter((one) => !one.closest('figure, section, .evidence').querySelector('.twin tbody tr'))
          .map((one) => one.dataset.chart)"""
    )
    assert not without, f"{page.url}: no table beside {without}"


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


def give_password(staff_id: str) -> None:
    """Give a person the password of the tests, for who signs in by hand."""
    staff = Staff.objects.get(pk=staff_id)
    staff.set_password(bank.PASSWORD)
    staff.save()


def done_by(person: str) -> list[str]:
    """Give what the audit says that a person did, in order, without signing in."""
    events = AuditEvent.objects.filter(actor=person).exclude(action__startswith="sign").order_by("seq")
    return list(events.values_list("action", flat=True))
