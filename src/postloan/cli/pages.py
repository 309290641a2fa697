"""Documents on a terminal: tables that fit its width, in columns that count Chinese as two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from postloan.cli.text import cut, faint, heading, pad, screen_width, width
from postloan.reports.document import NUMBERS, Column, Document, Grid

_GAP = 2
_WIDEST, _NARROWEST = 34, 22
"""The most columns that a text takes in a table, and to how many the name of a row may be cut."""


def text(document: Document) -> str:
    """Give a document as a terminal shows it; a table wider than it goes on below, rows named again."""
    room = screen_width()
    lines = [heading(line) for line in _folded(document.title, room)]
    for said in document.answer:
        lines += _folded(said, room)
    for grid in document.pages:
        lines += ["", *(heading(line) for line in _folded(grid.title, room))]
        for said in grid.says:
            lines += [faint(line) for line in _folded(said, room)]
        if grid.rows:
            lines += _grid(grid, room)
    return "\n".join(lines) + "\n"


def _grid(grid: Grid, room: int) -> Iterator[str]:
    cells = [
        [cut(column.shown(value), _WIDEST) for column, value in zip(grid.columns, row, strict=True)]
        for row in grid.rows
    ]
    heads = [_head(column) for column in grid.columns]
    wide = [
        max([*map(width, heads[place]), *(width(row[place]) for row in cells)])
        for place in range(len(grid.columns))
    ]
    gap = _gap(wide, room)
    over = sum(wide) + gap * (len(wide) - 1) - room
    if 0 < over <= wide[0] - _NARROWEST:  # what names a row gives way, so that the row stays whole
        wide[0] -= over
        cells = [[cut(row[0], wide[0]), *row[1:]] for row in cells]
    for number, block in enumerate(_blocks(grid.columns, wide, room, gap)):
        if number:
            yield ""
        for line in _heads(block, heads, wide):
            yield faint(_line(line, block, wide, grid.columns, gap))
        for place, row in enumerate(cells):
            told = _line([row[column] for column in block], block, wide, grid.columns, gap)
            yield heading(told) if place >= len(cells) - grid.totals else told


def _gap(wide: Sequence[int], room: int) -> int:
    """Give the blanks between columns: one where that keeps the table whole, else as many as look well."""
    gaps = len(wide) - 1
    fits_close = sum(wide) + gaps <= room < sum(wide) + _GAP * gaps
    return 1 if fits_close else _GAP


def _blocks(columns: Sequence[Column], wide: Sequence[int], room: int, gap: int) -> list[list[int]]:
    """Give the columns of each block: those that name a row, and as many others as fit beside them.

    All texts ahead of the numbers name it, or the first alone where they do not fit beside each other.
    """
    lead = next((place for place, one in enumerate(columns) if one.kind in NUMBERS), len(columns))
    if not lead or sum(wide[:lead]) + gap * (lead - 1) > room:
        lead = 1
    start = sum(wide[place] + gap for place in range(lead)) - gap
    blocks, taken = [list(range(lead))], start
    for place in range(lead, len(columns)):
        if taken + gap + wide[place] > room and len(blocks[-1]) > lead:
            blocks.append(list(range(lead)))
            taken = start
        blocks[-1].append(place)
        taken += gap + wide[place]
    return blocks


def _head(column: Column) -> list[str]:
    """Give a heading, its words below one another where the column's values are narrow."""
    return column.title.split(" ") if column.kind in NUMBERS else [column.title]


def _heads(block: Sequence[int], heads: Sequence[Sequence[str]], wide: Sequence[int]) -> list[list[str]]:
    """Give the lines of the headings of a block, which stand on the last of them."""
    told = [_joined(heads[place], wide[place]) for place in block]
    tall = max(map(len, told))
    filled = [[""] * (tall - len(one)) + one for one in told]
    return [[one[number] for one in filled] for number in range(tall)]


def _joined(words: Sequence[str], room: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and width(f"{lines[-1]} {word}") <= room:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines


def _line(
    cells: Sequence[str], block: Sequence[int], wide: Sequence[int], columns: Sequence[Column], gap: int
) -> str:
    padded = [
        pad(cell, wide[place], right=columns[place].kind in NUMBERS)
        for cell, place in zip(cells, block, strict=True)
    ]
    return (" " * gap).join(padded).rstrip()


def _folded(said: str, room: int) -> list[str]:
    """Break a line between words, and anywhere in Chinese, which has none."""
    lines = [""]
    for word in _words(said):
        if width(lines[-1] + word.rstrip()) > room and lines[-1].strip():
            lines.append("")
        lines[-1] += word if lines[-1] else word.lstrip()
    return [line.rstrip() for line in lines]


_NEVER_FIRST = frozenset("，。；：、！？）》”’…%")


def _words(said: str) -> list[str]:
    """Give the pieces between which a line may break, each with what must not begin a line."""
    pieces: list[str] = []
    for letter in said:
        apart = not pieces or pieces[-1].endswith(" ") or width(letter) == 2 or width(pieces[-1][-1]) == 2
        if apart and letter not in _NEVER_FIRST and letter != " ":
            pieces.append(letter)
        elif pieces:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces
