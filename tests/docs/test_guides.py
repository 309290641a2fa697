"""The guides: in both languages and of one shape, no link that leads nowhere, no word that no page has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import polib
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from postloan import terms
from postloan.console import words
from postloan.console.policies import spoken
from tools.console_texts import CONSOLE

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = sorted(
    path
    for path in (DOCS / "bank-staff.md", DOCS / "operators.md", *(DOCS / "console").glob("*.md"))
    if ".zh." not in path.name
)
MARKDOWN = MarkdownIt("commonmark").enable("table")


def chinese(path: Path) -> Path:
    return path.with_name(f"{path.stem}.zh.md")


def parsed(path: Path) -> list[Token]:
    return MARKDOWN.parse(path.read_text(encoding="utf-8"))


def inside(path: Path) -> Iterator[Token]:
    for token in parsed(path):
        yield from token.children or ()


def named(path: Path) -> str:
    return path.relative_to(DOCS).as_posix()


@pytest.mark.parametrize("guide", GUIDES, ids=named)
def test_a_guide_has_a_chinese_twin_of_the_same_shape(guide: Path) -> None:
    def shape(path: Path) -> dict[str, object]:
        tokens = parsed(path)
        shown = [
            re.sub(r"-(en|zh)\.png$", "", str(one.attrs["src"]))
            for one in inside(path)
            if one.type == "image"
        ]
        return {
            "headings": [one.tag for one in tokens if one.type == "heading_open"],
            "rows": [one.type for one in tokens if one.type in ("table_open", "tr_open")],
            "items": sum(one.type == "list_item_open" for one in tokens),
            "commands": [
                [line.partition("#")[0].rstrip() for line in one.content.splitlines()]
                for one in tokens
                if one.type == "fence" and one.info in ("bash", "nginx", "text")
            ],
            "pictures": shown,
        }

    assert shape(guide) == shape(chinese(guide))


def _anchors(path: Path) -> set[str]:
    tokens = parsed(path)
    words = [
        "".join(one.content for one in tokens[at + 1].children or ())
        for at, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    return {re.sub(r"[^\w\- ]", "", one.strip().lower()).replace(" ", "-") for one in words}


def test_every_link_and_picture_leads_somewhere() -> None:
    lost, looked = [], 0
    for path in DOCS.rglob("*.md"):
        for token in inside(path):
            target = unquote(str(token.attrs.get("href") or token.attrs.get("src") or ""))
            if not target or re.match(r"[a-z]+:", target) or path.name == "template.md":
                continue
            looked += 1
            file, _, anchor = target.partition("#")
            there = (path.parent / file).resolve() if file else path
            if not there.exists() or (anchor and anchor not in _anchors(there)):
                lost.append(f"{named(path)}: {target}")
    assert looked > 400
    assert not lost


SAID_BY_OTHERS = {
    "中文",
    "English",
    "Excel",
    "DMN",
    "In the console",  # the section of another page
    "?",
}


def _words() -> tuple[set[str], set[str]]:
    english, translated = set(), set()
    for path in CONSOLE.rglob("locale/*/LC_MESSAGES/django.po"):
        for one in polib.pofile(str(path)):
            english |= {one.msgid, one.msgid_plural}
            translated |= {one.msgstr, *one.msgstr_plural.values()}
    pairs = (
        *terms.ROLES.values(),
        *terms.CLASSES.values(),
        *spoken.STATES.values(),
        *spoken.ACTIONS.values(),
        *spoken.KINDS.values(),
        *spoken.MANY.values(),
    )
    pairs += tuple(pair for table in words.TABLES.values() for pair in table.values())
    return english | {one for one, _ in pairs}, translated | {other for _, other in pairs}


@pytest.mark.parametrize("guide", [one for one in GUIDES if one.parent.name == "console"], ids=named)
def test_the_words_that_a_guide_quotes_stand_in_the_console(guide: Path) -> None:
    """English guides set them in italics, Chinese ones in bold; `…` stands for what differs each time."""
    marks = ("em_open", "strong_open")
    for path, mark, known in zip((guide, chinese(guide)), marks, _words(), strict=True):
        everything = "\n".join(known).lower()
        tokens = list(inside(path))
        set_off = {tokens[at + 1].content for at, token in enumerate(tokens) if token.type == mark}
        quoted = {
            one for one in set_off - SAID_BY_OTHERS if not one.endswith(("。", "："))
        }  # else it is a head
        unknown = {
            one for one in quoted if not all(part.strip().lower() in everything for part in one.split("…"))
        }
        assert not unknown, f"{named(path)}: no page says {sorted(unknown)}"
