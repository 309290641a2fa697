"""Every page, as everybody who has it sees it: nothing that axe finds, nothing cut off, charts drawn."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.console.browser import book
from tests.console.browser.looking import Arrive, everywhere, look, settle
from tests.console.routes import ROUTES

pytestmark = pytest.mark.browser

FILES = re.compile(r"export|xlsx|dmn/|/evidence/\d|/file/|download|document|progress/$|/impact/$|/pictures/")
PICTURED = {"home", "warning", "customer", "case", "case_evidence"}
"""Pages of which the journey of a customer manager keeps the picture, with more on them."""

CHARTS = {"book": 3, "run": 1, "warning": 3, "warning_signal": 1, "customer": 1}
"""Pages that show charts, and at least how many."""


@everywhere
def test_every_page_keeps_to_the_rules(arrive: Arrive, language: str, width: str) -> None:
    found: list[str] = []
    for person in dict.fromkeys(one.right for one in ROUTES):
        come = arrive(person, language, width)
        for route in ROUTES:
            if route.method != "get" or route.right != person or FILES.search(route.own):
                continue
            come.complaints.clear()
            come.go(route.own.replace("loan:LA1-1:REP04", book.SIGNAL))
            try:
                settle(come.page)
                if route.name not in PICTURED:
                    come.picture(route.name)
                look(come)
                drawn = come.page.locator("[data-chart] svg").count()
                assert drawn >= CHARTS.get(route.name, 0), f"{drawn} charts"
            except (AssertionError, PlaywrightError) as problem:
                found.append(f"{person} {route.own}: {problem}")
    assert not found, "\n\n".join(found)
