"""A real browser before a real server: Debian's Chromium, at desktop and phone width, in both languages."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from postloan import clock
from postloan.console.customers import rows
from postloan.console.people.models import Staff
from postloan.console.publishing.models import Publication
from postloan.console.work.files import keep
from postloan.console.work.models import Evidence
from postloan.console.work.services.opening import case_open_from_publication
from tests.console.browser import book, published

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this thread; the server has its own

expect.set_options(timeout=15_000)  # a slow machine is no defect of a page

WIDTHS = {"desktop": (1280, 800), "phone": (390, 844)}
LANGUAGES = {"en": "en", "zh": "zh-CN"}


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Start Chromium once."""
    with sync_playwright() as playwright:
        # A microphone that hums, and nobody who has to allow it.
        fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", *fake])
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
    published.publish()
    kept = keep([_picture()], settings.EVIDENCE, ["image/png"])
    Evidence.objects.filter(pk=9001).update(sha256=kept.sha256, size=kept.size)
    run = Publication.objects.first()
    assert run is not None
    case_open_from_publication(run=run, now=clock.civil())
    yield
    rows.forget()


def _picture() -> bytes:
    """Give the picture that proves something to the task of the small bank, whose own is none to look at."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize((160, 160)).save(file, "PNG")
    return file.getvalue()


@dataclass
class Visit:
    """A person's visit: their page, the server's address, and what the browser complained of.

    Args:
        page: the page.
        address: the server.
        language: `en` or `zh`.
        width: `desktop` or `phone`.
        complaints: violations of the security policy, errors of scripts and answers of 500 and above.
        asked: what pages asked to have confirmed; everything is confirmed.
    """

    page: Page
    address: str
    language: str
    width: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address of the console."""
        self.page.goto(self.address + path)
        return self.page

    def send(self, form: str, **fields: str) -> None:
        """Fill a form in, opening what hides it, and send it with its first button; wait for the answer.

        Args:
            form: the end of the form's address, or a selector where it has a sign of one.
            fields: what is typed, chosen or ticked, by the names of the fields.
        """
        selector = form if any(sign in form for sign in "[#. ") else f"form[action$='{form}']"
        found = self.page.locator(selector).first
        found.evaluate("one => { const at = one.closest('details'); if (at) at.open = true; }")
        for name, value in fields.items():
            self._put(found.locator(f"[name='{name}']").first, value)
        with self.page.expect_navigation():
            found.locator("button:not([type=button])").first.click()

    @staticmethod
    def _put(place: Locator, value: str) -> None:
        kind = place.evaluate("one => one.type")
        if kind == "select-one":
            place.select_option(value)
        elif kind == "file":
            place.set_input_files(value)
        elif kind == "checkbox":
            place.set_checked(bool(value))
        else:
            place.fill(value)

    def follow(self, address: str) -> None:
        """Click the first link whose address ends so, and wait for its page."""
        with self.page.expect_navigation():
            self.page.locator(f"a[href$='{address}']").first.click()

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def picture(self, name: str, part: str = "") -> None:
        """Keep a picture of the page, or of a part of it, where POSTLOAN_PICTURES names their folder."""
        folder = os.environ.get("POSTLOAN_PICTURES")
        if not folder:
            return
        path = Path(folder) / f"{name}-{self.width}-{self.language}.png"
        if part:
            self.page.locator(part).first.screenshot(path=path)
        else:
            self.page.screenshot(path=path, full_page=self.width == "phone")


@pytest.fixture
def arrive(
    live_server: Any, browser: Browser, transactional_db: None, a_full_bank: None, settings: Any
) -> Iterator[Callable[[str, str, str], Visit]]:
    """Give a function by which a member of staff arrives with a session, in a language and at a width."""
    contexts = []

    def come(staff_id: str, language: str, width: str) -> Visit:
        wide, high = WIDTHS[width]
        context = browser.new_context(
            viewport={"width": wide, "height": high},
            locale=LANGUAGES[language],
            has_touch=width == "phone",
            geolocation={"latitude": 34.21, "longitude": 113.64},
            permissions=["geolocation"],
            accept_downloads=True,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        client = Client()
        client.force_login(Staff.objects.get(pk=staff_id), settings.AUTHENTICATION_BACKENDS[0])
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        visit = Visit(context.new_page(), live_server.url, language, width)
        _listen(visit)
        return visit

    yield come
    for context in contexts:
        context.close()


def _listen(visit: Visit) -> None:
    page, told = visit.page, visit.complaints
    page.on("console", lambda said: said.type == "error" and told.append(said.text))
    page.on("pageerror", lambda error: told.append(f"script: {error} {error.stack}"))
    page.on("response", lambda got: got.status >= 500 and told.append(f"{got.status} {got.url}"))
    page.on("dialog", lambda dialog: (visit.asked.append(dialog.message), dialog.accept()))


@pytest.fixture
def photo(tmp_path: Path) -> str:
    """Give a photo, as a telephone takes one."""
    path = tmp_path / "photo.jpg"
    Image.effect_mandelbrot((320, 240), (-2.2, -1.2, 1.0, 1.2), 60).convert("RGB").save(path)
    return str(path)


@pytest.fixture
def paper(tmp_path: Path) -> Callable[[str], str]:
    """Give a function that makes a PDF of one picture, each of another shade."""

    def make(name: str) -> str:
        path = tmp_path / f"{name}.pdf"
        Image.new("RGB", (60, 80), (sum(name.encode()) % 256, 200, 220)).save(path)
        return str(path)

    return make
