"""Help: the guides of docs/ inside the console, and the section that each page leads to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import ResolverMatch, resolve, reverse
from django.utils.html import strip_tags

from postloan.console.help import places, rendering, sources
from postloan.console.help.halves import half
from postloan.console.people import rights
from postloan.terms import ROLES
from tests.console.routes import ROUTES
from tests.console.test_everywhere import finish

SignIn = Callable[[str], Client]
EVERY_ROLE = sorted(rights.EVERYBODY)


@pytest.fixture
def a_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a function that writes guides, which then are the only ones."""
    monkeypatch.setattr(sources, "INSTALLED", tmp_path)
    monkeypatch.setattr(sources, "REPOSITORY", tmp_path / "none")
    (tmp_path / "console").mkdir()
    (tmp_path / "console" / "index.md").write_text("# First\n")
    sources.pages.cache_clear()

    def written(**texts: str) -> None:
        for name, text in texts.items():
            (tmp_path / "console" / f"{name.replace('_', '.')}.md").write_text(text, encoding="utf-8")
        sources.pages.cache_clear()

    return written


def _html(name: str, *, chinese: bool = False) -> str:
    found = rendering.guide(name, chinese=chinese)
    assert found is not None
    return found.html


def test_a_guide_shows_no_html_but_its_own(a_guide: Callable[..., None]) -> None:
    a_guide(bad='# T\n\n<script>x</script> a<br>b <b onclick="y">c</b>\n\n[go](javascript:alert(1))\n')
    shown = _html("console/bad")
    assert "<script" not in shown
    assert "<b " not in shown
    assert 'href="javascript' not in shown
    assert "a<br>b" in shown  # what tables are written with


def test_links_lead_to_guides_and_take_their_titles(a_guide: Callable[..., None]) -> None:
    a_guide(
        one="# One\n\n[](two.md) [there](two.md#second-part) [](../gone.md) [above](#here)\n\n## Here\n",
        two="# The second\n\n## Second part\n",
    )
    shown = _html("console/one")
    assert '<a href="/help/console/two/">The second</a>' in shown
    assert '<a href="/help/console/two/#second-part">there</a>' in shown
    assert '<a href="/help/console/one/#here">above</a>' in shown
    assert "gone.md" not in shown
    assert shown.count("<a ") == shown.count("</a>") == 3
    assert shown.count("<span>") == shown.count("</span>") == 1


def test_both_languages_share_anchors_and_leave_out_the_way_to_one_another(
    a_guide: Callable[..., None],
) -> None:
    a_guide(
        one="# One\n\n[中文](one.zh.md)\n\n## The day\n\nEnglish.\n",
        one_zh="# 一\n\n[English](one.md)\n\n## 每日\n\n中文。[上](#每日) [他](two.zh.md#乙)\n",
        two="# Two\n\n## B\n",
        two_zh="# 二\n\n## 乙\n",
    )
    found = rendering.guide("console/one", chinese=True)
    assert found is not None
    assert (found.title, found.sections, found.is_foreign) == ("一", (("the-day", "每日"),), False)
    assert '<h2 id="the-day">每日</h2>' in found.html
    assert 'href="/help/console/one/#the-day"' in found.html
    assert 'href="/help/console/two/#b"' in found.html
    assert "English" not in found.html
    assert "中文" not in _html("console/one")


def test_what_has_no_chinese_says_so_and_what_is_in_both_does_not(a_guide: Callable[..., None]) -> None:
    a_guide(plain="# Plain\n", both="# Both · 双语\n")
    for name, foreign, title in (("plain", True, "Plain"), ("both", False, "双语")):
        found = rendering.guide(f"console/{name}", chinese=True)
        assert found is not None
        assert (found.is_foreign, found.title) == (foreign, title)


@pytest.mark.parametrize(
    ("text", "english", "other"),
    [
        ("Clock · 时限", "Clock", "时限"),
        ("M01 First look · 首次检查", "M01 First look", "M01 首次检查"),
        ("ACC02 · Fall · 下降", "ACC02 · Fall", "ACC02 · 下降"),
        ("at most 20 years · 最长20年", "at most 20 years", "最长20年"),
        ("one · two", "one · two", "one · two"),  # both English: nothing to choose
        ("时限", "时限", "时限"),
    ],
)
def test_of_a_pair_the_half_in_the_language_is_shown(text: str, english: str, other: str) -> None:
    assert (half(text, chinese=False), half(text, chinese=True)) == (english, other)


def test_a_guide_in_both_languages_shows_one(a_guide: Callable[..., None]) -> None:
    a_guide(
        clocks="# Clocks · 时限\n\nA clock runs.\n\n时限运行。\n\nAlone.\n\n- It ends. 届满。\n\n"
        "## Kinds · 种类\n\n| kind | length · 期间 |\n|---|---|\n| x | 3 years · 3年<br>or more · 以上 |\n",
        signal="# A · Fall · 下降\n\n## English\n\n### Why\n\nLess.\n\n## 中文\n\n### 含义\n\n少了。\n",
    )
    clocks, signal = _html("console/clocks", chinese=True), _html("console/signal", chinese=True)
    for said in ("时限运行。", "Alone.", "<li>届满。</li>", '<h2 id="kinds--种类">种类</h2>', "3年<br>以上"):
        assert said in clocks
    for left_out in ("A clock runs", "It ends", "3 years"):
        assert left_out not in clocks
    assert "时限运行" not in _html("console/clocks")
    assert ("少了" in signal, "Less" in signal, "中文" in signal) == (True, False, False)
    english = _html("console/signal")
    assert ("少了" in english, "Less" in english, ">English<" in english) == (False, True, False)


def test_a_picture_that_is_not_installed_is_left_out(a_guide: Callable[..., None]) -> None:
    a_guide(one="# One\n\n![A picture](pictures/nowhere.png)\n\nText.\n")
    assert _html("console/one").strip() == "<p>Text.</p>"


def test_an_installation_without_guides_says_so(
    a_guide: Callable[..., None], tmp_path: Path, sign_in: SignIn
) -> None:
    (tmp_path / "console" / "index.md").unlink()
    client = sign_in("MA1")
    answer = client.get("/help/")
    assert answer.status_code == 200
    assert "not part of this installation" in answer.content.decode()
    assert client.get("/help/console/index/").status_code == 404


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_every_page_leads_to_a_section_that_exists(role: str) -> None:
    account = ("/account/password/change/", "/account/2fa/")
    for address in (*(one.own.split("?")[0] for one in ROUTES), *account):
        match: ResolverMatch = resolve(address)
        guide, anchor = places.section(places.subject(match), {role})
        assert sources.file_of(guide, chinese=False), f"{address}: {guide}"
        assert not anchor or anchor in rendering.anchors(guide), f"{address}: {guide}#{anchor}"


def test_help_is_of_the_page_and_of_the_role() -> None:
    desk = resolve("/desk/loans/LA1-1/")
    told = {role: places.address(desk, {role}) for role in ("customer_manager", "risk_department", "audit")}
    assert told == {
        "customer_manager": "/help/console/customer-manager/#ratings",
        "risk_department": "/help/console/departments/#one-class",
        "audit": "/help/console/glossary/#classes",
    }
    assert (
        places.address(resolve("/audit/"), {"risk_department"}) == "/help/console/audit/#the-way-of-a-check"
    )
    assert places.address(None, {"valuer"}) == "/help/console/index/"


def test_every_role_has_a_guide_or_the_general_one() -> None:
    served = frozenset().union(*places.GUIDES.values())
    assert rights.EVERYBODY - served == {"valuer"}
    assert served <= set(ROLES)


def test_the_top_bar_leads_to_help_and_people_without_a_session_see_none(
    sign_in: SignIn, anonymous: Client
) -> None:
    page = sign_in("H-operator").get("/runs/").content.decode()
    assert '<a class="help" href="/help/console/operator/#runs-and-data-operators" aria-label="Help">' in page
    assert 'class="help"' not in anonymous.get("/account/login/").content.decode()


@pytest.mark.django_db
def test_a_guide_is_shown_in_the_language_of_the_page(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    address = reverse("help_page", args=["console/glossary"])
    english = client.get(address).content.decode()
    chinese = client.get(address, headers={"accept-language": "zh-CN"}).content.decode()
    assert "<h1>Terms</h1>" in english
    assert "<h1>术语</h1>" in chinese
    assert set(re.findall(r'<h[23] id="([^"]+)"', english)) == set(
        re.findall(r'<h[23] id="([^"]+)"', chinese)
    )


def test_a_term_is_explained_where_it_stands(sign_in: SignIn) -> None:
    page = sign_in("MA1").get("/desk/loans/LA1-1/").content.decode()
    marks = re.findall(r'<a class="about" href="([^"]+)" title="([^"]+)"', page)
    assert ("/help/console/glossary/#floor") in dict(marks)
    assert all(strip_tags(said) and address.split("#")[1] for address, said in marks)


def test_pictures_are_sent_and_nothing_else_is(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    answer = client.get("/help/pictures/home-desktop-en.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert finish(answer).startswith(b"\x89PNG")
    for name in ("nowhere.png", "index.md", "..%2Findex.md"):
        assert client.get(f"/help/pictures/{name}", follow=True).status_code == 404
    for name in ("../README", "console/nowhere", "conf"):
        assert client.get(f"/help/{name}/").status_code == 404
