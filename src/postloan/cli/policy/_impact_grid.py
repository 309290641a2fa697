"""A table of figures for a terminal: as airy as the screen allows, and no wider than it if that can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from postloan.cli.text import cut, faint, heading, pad, screen_width, width

_SCREEN = 130
"""How wide a table may grow where there is no terminal."""

_NAME, _LEAST_NAME = 36, 16
_COLUMN, _GAP = 12, 2


def grid(title: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    """Give the lines of a table: the title above the names, a head above each column of figures.

    On a narrow screen columns are as wide as what is in them, and then names are cut.
    """
    least = [
        _GAP + max(map(width, column)) for column in zip(heads, *(cells for _, cells in rows), strict=True)
    ]
    screen = screen_width(_SCREEN)
    wide = [max(_COLUMN, size) for size in least]
    sizes = wide if _NAME + sum(wide) <= screen else least
    name = max(_LEAST_NAME, min(_NAME, screen - sum(sizes)))
    yield heading(pad(_short(title, name), name)) + faint(_line(heads, sizes))
    for text, cells in rows:
        yield pad(f"  {_short(text, name - 3)}", name) + _line(cells, sizes)


def _short(text: str, columns: int) -> str:
    return text if width(text) <= columns else cut(click.unstyle(text), columns)


def _line(cells: Sequence[str], sizes: Sequence[int]) -> str:
    return "".join(pad(cell, size, right=True) for cell, size in zip(cells, sizes, strict=True))
