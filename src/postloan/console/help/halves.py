"""Guides written in both languages at once: shows the half in the language of the person.

Two forms are known. Some pages have sections in English and sections in Chinese, as those of signals. Pages
made from a pack put the two side by side: `clock · 时限` in headings and cells, in lists a sentence after its
English one, a paragraph after its English one. What stands in one language alone is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

CHINESE = re.compile("[\u4e00-\u9fff]")
_PAIR = " · "
_CODE = re.compile(r"[A-Z]+\d+[.\w]* ")
_ITEM = re.compile("(?P<en>[^\u4e00-\u9fff]+[.;:]) (?P<zh>[\u4e00-\u9fff].*)")
_SECTIONS = ("English", "中文")


def half(text: str, *, chinese: bool) -> str:
    """Give the half of `English · 中文` in a language; a code before it stays. Others stay as they are."""
    *before, english, other = text.split(_PAIR) if _PAIR in text else (text, "")
    if not CHINESE.search(other) or CHINESE.search(english):
        return text
    code = _CODE.match(english)
    chosen = (code[0] if code else "") + other if chinese else english
    return _PAIR.join((*before, chosen))


def is_in_both(tokens: Sequence[Token]) -> bool:
    """Tell whether a guide is written in both languages, by its first heading."""
    return any(half(one, chinese=True) != one for one in _heads(tokens, "h1"))


def one_language(tokens: Sequence[Token], *, chinese: bool) -> list[Token]:
    """Give a guide's tokens in one language; those of one written in a single language as they are."""
    if not is_in_both(tokens):
        return list(tokens)
    kept = list(_without_pairs(list(_of_section(tokens, chinese=chinese)), chinese=chinese))
    for token in kept:
        if token.type == "inline" and token.children and token.children[-1].type == "text":
            token.children = _chosen(token.children, chinese=chinese)
            token.content = "".join(one.content for one in token.children)
    return kept


def _chosen(children: list[Token], *, chinese: bool) -> list[Token]:
    """Give what stands inside a paragraph or a cell in one language; what follows the English is one text."""
    last = children[-1]
    if len(children) == 1:
        last.content = _halved(last.content, chinese=chinese)
        return children
    item = _ITEM.fullmatch(last.content)
    if item is None or any(CHINESE.search(one.content) for one in children[:-1]):
        return children
    last.content = item["zh" if chinese else "en"]
    return [last] if chinese else children


def _halved(text: str, *, chinese: bool) -> str:
    item = _ITEM.fullmatch(text)
    if item:
        return item["zh" if chinese else "en"]
    return "<br>".join(half(part, chinese=chinese) for part in text.split("<br>"))


def _of_section(tokens: Sequence[Token], *, chinese: bool) -> Iterator[Token]:
    """Leave out the other language's sections where each has some, and headings that only name one."""
    alone = {one for one in _heads(tokens, "h2") if half(one, chinese=True) == one}
    other = {one for one in alone if bool(CHINESE.search(one)) != chinese}
    if not other or other == alone:
        yield from tokens
        return
    inside, left = "", 0
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            inside = tokens[at + 1].content
            left = 3 if inside in _SECTIONS else 0  # what opens the heading, its words, what closes it
        if inside not in other and not left:
            yield token
        left = max(0, left - 1)


def _heads(tokens: Sequence[Token], tag: str) -> list[str]:
    opened = [at for at, one in enumerate(tokens) if one.type == "heading_open" and one.tag == tag]
    return [tokens[at + 1].content for at in opened]


def _without_pairs(tokens: Sequence[Token], *, chinese: bool) -> Iterator[Token]:
    """Leave out the paragraph of the other language where the two follow one another."""
    dropped: set[int] = set()
    for at, token in enumerate(tokens):
        following = at + 3
        if token.type != "paragraph_open" or token.level or following >= len(tokens):
            continue
        if tokens[following].type != "paragraph_open" or dropped.issuperset({at}):
            continue
        told = [bool(CHINESE.search(tokens[place + 1].content[:40])) for place in (at, following)]
        if told == [False, True]:
            other = at if chinese else following
            dropped |= {other, other + 1, other + 2}
    return (token for at, token in enumerate(tokens) if at not in dropped)
