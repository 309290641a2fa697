"""Makes a page of a guide's Markdown: no raw HTML, links between guides, anchors that languages share."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.urls import reverse
from markdown_it import MarkdownIt
from markdown_it.token import Token

from postloan.console.help import halves, sources


@dataclass(frozen=True)
class Guide:
    """A guide as it is shown.

    Args:
        title: its first heading.
        html: the rest, safe to show.
        sections: anchor and words of each heading of the second rank, in their order.
        is_foreign: whether it is in English and the person reads Chinese.
    """

    title: str
    html: str
    sections: tuple[tuple[str, str], ...]
    is_foreign: bool


def guide(name: str, *, chinese: bool) -> Guide | None:
    """Give a guide in a language, or in the one it has; None for one that does not exist."""
    path = sources.file_of(name, chinese=chinese)
    return None if path is None else _guide(name, path, path.stat().st_mtime_ns, chinese=chinese)


def title(name: str, *, chinese: bool) -> str:
    """Give the first heading of a guide; of one in two languages, the half in the language of the person."""
    path = sources.file_of(name, chinese=chinese)
    if path is None:
        return name
    return halves.half(_headings(path, path.stat().st_mtime_ns)[0][1], chinese=chinese)


def is_foreign(name: str, *, chinese: bool) -> bool:
    """Tell whether a guide is in English alone and the person reads Chinese."""
    return chinese and not halves.CHINESE.search(title(name, chinese=True))


def anchors(name: str) -> frozenset[str]:
    """Give the anchors of a guide, those of its English headings; nothing for one that does not exist."""
    path = sources.file_of(name, chinese=False)
    return (
        frozenset(anchor for anchor, _ in _headings(path, path.stat().st_mtime_ns)) if path else frozenset()
    )


def explained(name: str, anchor: str, *, chinese: bool) -> str:
    """Give the first paragraph below a heading as plain text; nothing where there is none."""
    path = sources.file_of(name, chinese=chinese)
    if path is None:
        return ""
    tokens = _parsed(path)
    starts = [at for at, one in enumerate(tokens) if one.type == "heading_open"]
    for start, own in zip(starts, _shared(name, path), strict=True):
        if own == anchor:
            following = tokens[start + 3 :]
            return next((_plain(one) for one in following if one.type == "inline"), "")
    return ""


@lru_cache(maxsize=128)
def _guide(name: str, path: Path, _changed: int, *, chinese: bool) -> Guide:
    tokens = _kept(_parsed(path), name)
    heads = [token for token in tokens if token.type == "heading_open"]
    for token, anchor in zip(heads, _shared(name, path), strict=True):
        token.attrSet("id", anchor)
    tokens = halves.one_language(tokens, chinese=chinese)
    inside = _Inside(name, chinese)
    sections = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            sections.append((str(token.attrs["id"]), _plain(tokens[at + 1])))
        elif token.type == "inline":
            token.children = list(inside.shown(token.children or []))
            if not token.children:  # nothing but pictures that are not here
                tokens[at - 1].hidden = tokens[at + 1].hidden = True
    html = _MARKDOWN.renderer.render(tokens[3:], _MARKDOWN.options, {})
    return Guide(title(name, chinese=chinese), html, tuple(sections), is_foreign(name, chinese=chinese))


class _Inside:
    """What stands inside a paragraph of a guide: links and pictures, as the console shows them."""

    def __init__(self, name: str, chinese: bool) -> None:
        self.name, self.chinese = name, chinese

    def shown(self, children: Sequence[Token]) -> Iterator[Token]:
        """Give the children with addresses of the console; a picture that is not installed is left out."""
        for at, child in enumerate(children):
            if child.type == "image":
                source = posixpath.basename(str(child.attrs["src"]))
                if sources.picture(source) is None:
                    continue
                child.attrs = {"src": reverse("help_picture", args=[source]), "alt": "", "loading": "lazy"}
            elif child.type == "link_open":
                target = str(child.attrs["href"])
                is_titled = children[at + 1].type == "link_close"
                yield self._link(child, target, is_titled=is_titled)
                if is_titled:
                    yield Token("text", "", 0, content=self._title(target))
                continue
            elif child.type == "link_close" and not self._address(_opened(children, at)):
                child.tag = "span"
            yield child

    def _link(self, opening: Token, target: str, *, is_titled: bool) -> Token:
        address = self._address(target)
        made = Token(opening.type, "a" if address else "span", 1)
        if address:
            made.attrs = {"href": address}
        if is_titled and is_foreign(self._place(target)[0], chinese=self.chinese):
            made.attrs["lang"] = "en"
        return made

    def _place(self, target: str) -> tuple[str, str]:
        path, _, quoted = target.partition("#")
        name, anchor = self.name, unquote(quoted)
        if path:
            name, _ = sources.split(posixpath.normpath(posixpath.join(posixpath.dirname(name), path)))
        return name, _among_all(name, anchor, chinese=self.chinese)

    def _address(self, target: str) -> str:
        """Give the address behind a target; nothing for a file that is not among the guides."""
        if re.match(r"[a-z]+:", target):
            return target
        name, anchor = self._place(target)
        if sources.file_of(name, chinese=self.chinese) is None:
            return ""
        return reverse("help_page", args=[name]) + (f"#{anchor}" if anchor else "")

    def _title(self, target: str) -> str:
        return title(self._place(target)[0], chinese=self.chinese)


def _among_all(name: str, anchor: str, *, chinese: bool) -> str:
    """Give the anchor that a guide's languages share for one made of the words of one of them."""
    path = sources.file_of(name, chinese=chinese)
    if path is None:
        return anchor
    own = [one for one, _ in _headings(path, path.stat().st_mtime_ns)]
    return dict(zip(own, _shared(name, path), strict=True)).get(anchor, anchor)


def _opened(children: Sequence[Token], at: int) -> str:
    """Give the target of the link that ends at a place; links do not stand in one another."""
    return next(str(one.attrs["href"]) for one in reversed(children[:at]) if one.type == "link_open")


def _kept(tokens: list[Token], name: str) -> list[Token]:
    """Leave out lists of contents, and the line that leads to the same guide in the other language."""
    own = posixpath.basename(name)
    dropped: set[int] = set()
    for at, token in enumerate(tokens):
        if token.type == "fence" and token.info.startswith("{"):
            dropped.add(at)
        elif token.type == "inline" and tokens[at - 1].type == "paragraph_open":
            inside = token.children or []
            targets = [str(one.attrs["href"]) for one in inside if one.type == "link_open"]
            if len(inside) == 3 and len(targets) == 1 and sources.split(targets[0])[0] == own:
                dropped |= {at - 1, at, at + 1}
    return [token for at, token in enumerate(tokens) if at not in dropped]


def _own(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Give each heading's anchor as made of its own words, and the words."""
    found: list[tuple[str, str]] = []
    taken: dict[str, int] = {}
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            words = _plain(tokens[at + 1])
            anchor = slug(words)
            count = taken[anchor] = taken.get(anchor, -1) + 1
            found.append((f"{anchor}-{count}" if count else anchor, words))
    return found


def _plain(inline: Token) -> str:
    return "".join(one.content for one in inline.children or [])


def slug(words: str) -> str:
    """Give the anchor of a heading, as MyST and repositories' web views make it."""
    return re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")


@lru_cache(maxsize=512)
def _headings(path: Path, _changed: int) -> tuple[tuple[str, str], ...]:
    return tuple(_own(_parsed(path))) or (("", path.stem),)


def _shared(name: str, path: Path) -> list[str]:
    """Give the anchors of a file's headings: those of its English twin: a link holds in both."""
    own = [anchor for anchor, _ in _headings(path, path.stat().st_mtime_ns)]
    english = sources.file_of(name, chinese=False)
    assert english is not None
    twin = [anchor for anchor, _ in _headings(english, english.stat().st_mtime_ns)]
    return twin if len(twin) == len(own) else own


def _parsed(path: Path) -> list[Token]:
    return _MARKDOWN.parse(path.read_text(encoding="utf-8"))


def _text(_self: Any, tokens: Sequence[Token], at: int, _options: Any, _env: Any) -> str:
    """Escape a text, but for the line breaks that tables are written with."""
    from django.utils.html import escape

    return "<br>".join(str(escape(part)) for part in tokens[at].content.split("<br>"))


def _table(_self: Any, _tokens: Sequence[Token], _at: int, _options: Any, _env: Any) -> str:
    return '<div class="scroll" tabindex="0"><table>'


def _table_end(_self: Any, _tokens: Sequence[Token], _at: int, _options: Any, _env: Any) -> str:
    return "</table></div>"


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_MARKDOWN.add_render_rule("text", _text)
_MARKDOWN.add_render_rule("table_open", _table)
_MARKDOWN.add_render_rule("table_close", _table_end)
