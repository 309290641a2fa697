"""A real browser before a real server: Debian's Chromium, at desktop and phone width, in both languages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from postloan import clock
from postloan.console.customers import rows
from postloan.console.people.models import Staff
from postloan.console.publishing.models import Publication
from postloan.console.work.services.opening import case_open_from_publication
from tests.console import bank
from tests.console.browser import book

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this thread; the server has its own

WIDTHS = {"desktop": (1280, 800), "phone": (390, 844)}
LANGUAGES = {"en": "en", "zh": "zh-CN"}


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Start Chromium once."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def a_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the book behind the bank, and what earlier runs left, once a worker; give their folder."""
    folder = tmp_path_factory.mktemp("whole")
    book.write(folder / "book")
    book.history(folder / "runs")
    return folder


@pytest.fixture
def a_full_bank(a_bank: None, a_book: Path, settings: Any) -> Iterator[None]:
    """Put the book beside the small bank, with what a run says of it and the work that follows."""
    shutil.copytree(a_book / "book", settings.BOOK, dirs_exist_ok=True)
    shutil.copytree(a_book / "runs", settings.STORE / "runs")
    book.publish()
    run = Publication.objects.first()
    assert run is not None
    case_open_from_publication(run=run, now=clock.civil())
    yield
    rows.forget()


@dataclass
class Visit:
    """A person's visit: their page, the server's address, and what the browser complained of.

    Args:
        page: the page.
        address: the server.
        language: `en` or `zh`.
        width: `desktop` or `phone`.
        complaints: violations of the security policy, errors of scripts and answers of 500 and above.
    """

    page: Page
    address: str
    language: str
    width: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address of the console."""
        self.page.goto(self.address + path)
        return self.page

    def picture(self, name: str) -> None:
        """Keep a picture for the guides where POSTLOAN_PICTURES names their folder."""
        folder = os.environ.get("POSTLOAN_PICTURES")
        if folder:
            path = Path(folder) / f"{name}-{self.width}-{self.language}.png"
            self.page.screenshot(path=path, full_page=self.width == "phone")


@pytest.fixture
def visit(
    live_server: Any, browser: Browser, transactional_db: None, a_full_bank: None
) -> Iterator[Callable[[str, str, str], Visit]]:
    """Give a function that signs a member of staff in, in a language and at a width."""
    contexts = []

    def arrive(staff_id: str, language: str, width: str) -> Visit:
        staff = Staff.objects.get(pk=staff_id)
        staff.set_password(bank.PASSWORD)
        staff.save()
        wide, high = WIDTHS[width]
        context = browser.new_context(
            viewport={"width": wide, "height": high}, locale=LANGUAGES[language], has_touch=width == "phone"
        )
        contexts.append(context)
        page = context.new_page()
        come = Visit(page, live_server.url, language, width)
        page.on("console", lambda said: _listen(come, said))
        page.on("pageerror", lambda error: come.complaints.append(f"script: {error}"))
        page.on(
            "response", lambda got: got.status >= 500 and come.complaints.append(f"{got.status} {got.url}")
        )
        page.goto(come.address + "/account/login/")
        page.fill("input[name=login]", staff_id)
        page.fill("input[name=password]", bank.PASSWORD)
        page.click("main button")
        page.wait_for_url(come.address + "/")
        return come

    yield arrive
    for context in contexts:
        context.close()


def _listen(come: Visit, said: Any) -> None:
    if "Content Security Policy" in said.text or said.type == "error":
        come.complaints.append(said.text)
