"""Time to verify decision tables of 1,500 rules over 7 columns, of several shapes.

python -m bench.verification
python -m bench.verification --rules 5000
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from postloan.policy.checked import validate
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.policy.verification import verify

COLUMNS = 7
COLOURS = ("red", "orange", "yellow", "blue")
WORDS = tuple(f"kind_{i}" for i in range(12))

Row = list[str]


def main() -> None:
    """Verify a table of each shape and print seconds and findings."""
    parser = argparse.ArgumentParser(prog="python -m bench.verification", description=__doc__.splitlines()[0])
    parser.add_argument("--rules", type=int, default=1_500)
    rules = parser.parse_args().rules
    print(f"{rules:,} rules over {COLUMNS} columns")
    print(f"  {'shape':<34}{'policy':>7}{'seconds':>9}  findings")
    for name, policy, shape in _SHAPES:
        table = _table(policy, list(islice(shape(random.Random(1), rules), rules)))
        checked = validate(table, {f"x{i}": _kind(i) for i in range(COLUMNS)})
        started = time.perf_counter()
        found = Counter(finding.code for finding in verify(checked))
        seconds = time.perf_counter() - started
        told = ", ".join(f"{code} {count}" for code, count in sorted(found.items())) or "none"
        print(f"  {name:<34}{policy:>7}{seconds:>9.2f}  {told}")


def _kind(column: int) -> str:
    return "string" if column % 3 == 2 else "number"


def _table(policy: str, rows: list[Row]) -> DecisionTable:
    choose = random.Random(2)
    inputs = tuple(Input(f"x{i}", _kind(i), required=True) for i in range(COLUMNS))
    outputs = (Output("colour", "string", values=", ".join(f'"{name}"' for name in COLOURS)),)
    rules = tuple(
        Rule(f"R{i}", tuple(row), (f'"{choose.choice(COLOURS)}"',)) for i, row in enumerate(rows, 1)
    )
    return DecisionTable("t", "t", policy, inputs, outputs, rules)


def _tree(source: random.Random, count: int) -> Iterator[Row]:
    """Cut the whole space again and again, each box along one column at random: no gap, no overlap."""
    whole = [(0, 10_000) if _kind(i) == "number" else tuple(WORDS) for i in range(COLUMNS)]
    boxes = [whole]
    while len(boxes) < count:
        box = boxes.pop(source.randrange(len(boxes)))
        at = source.randrange(COLUMNS)
        side = box[at]
        if _kind(at) == "number":
            low, high = side
            if high - low < 2:
                boxes.append(box)
                continue
            cut = source.randrange(low + 1, high)
            halves = [(low, cut), (cut, high)]
        else:
            if len(side) < 2:
                boxes.append(box)
                continue
            cut = source.randrange(1, len(side))
            halves = [side[:cut], side[cut:]]
        boxes += [[*box[:at], half, *box[at + 1 :]] for half in halves]
    for box in boxes:
        yield [_side(i, side) for i, side in enumerate(box)]


def _side(column: int, side: tuple[int, int] | tuple[str, ...]) -> str:
    """Write one side of a box; the outermost sides are open, so that nothing is left out."""
    if _kind(column) == "string":
        left = [word for word in WORDS if word not in side]
        if WORDS[-1] in side:
            return f"not({', '.join(map(_quoted, left))})" if left else "-"
        return ", ".join(map(_quoted, side))
    low, high = side
    if (low, high) == (0, 10_000):
        return "-"
    if low == 0:
        return f"< {high}"
    return f">= {low}" if high == 10_000 else f"[{low}..{high})"


def _quoted(word: str) -> str:
    return f'"{word}"'


def _grid(source: random.Random, count: int) -> Iterator[Row]:
    """Every combination of a few bands in each column, in order: no overlap, and gaps at the end."""
    del source, count
    bands = ("< 10", "[10..20)", "[20..30)", ">= 30")
    number = 0
    while True:
        rest, row = number, []
        for column in range(COLUMNS):
            rest, band = divmod(rest, 4 if column < 5 else 2)
            text = bands[band] if _kind(column) == "number" else _quoted(WORDS[band])
            row.append(text)
        yield row
        number += 1


def _intervals(source: random.Random, dashes: float, width: int = 4_000) -> Iterator[Row]:
    """Intervals and lists of words at random, with a share of dashes."""
    while True:
        row = []
        for column in range(COLUMNS):
            if source.random() < dashes:
                row.append("-")
            elif _kind(column) == "number":
                low = source.randrange(10_000 - width)
                row.append(f"[{low}..{low + source.randrange(1, width)}]")
            else:
                row.append(", ".join(map(_quoted, source.sample(WORDS, source.randrange(1, 4)))))
        yield row


def _left_out(source: random.Random) -> Iterator[Row]:
    """Up to 30 of 400 words left out in the columns of words, wide intervals elsewhere."""
    words = [f"w{i}" for i in range(400)]
    for row in _intervals(source, 0.0, 9_900):
        for column in range(COLUMNS):
            if _kind(column) == "string":
                left = source.sample(words, source.randrange(1, 31))
                row[column] = f"not({', '.join(map(_quoted, left))})"
        yield row


_SHAPES: list[tuple[str, str, Callable[[random.Random, int], Iterator[Row]]]] = [
    ("partition tree", "U", _tree),
    ("partition tree", "F", _tree),
    ("grid of bands", "U", _grid),
    ("intervals at random", "U", lambda source, _: _intervals(source, 0.0)),
    ("intervals at random", "F", lambda source, _: _intervals(source, 0.0)),
    ("many dashes", "U", lambda source, _: _intervals(source, 0.6)),
    ("many dashes", "F", lambda source, _: _intervals(source, 0.6)),
    ("many dashes, wide intervals", "F", lambda source, _: _intervals(source, 0.6, 9_000)),
    ("many dashes, wide intervals", "A", lambda source, _: _intervals(source, 0.6, 9_000)),
    ("many dashes, wide intervals", "P", lambda source, _: _intervals(source, 0.6, 9_000)),
    ("nearly all dashes", "F", lambda source, _: _intervals(source, 0.8, 9_000)),
    ("words left out", "F", lambda source, _: _left_out(source)),
    ("words left out", "P", lambda source, _: _left_out(source)),
]
"""Name, hit policy and rows of each table."""


if __name__ == "__main__":
    main()
