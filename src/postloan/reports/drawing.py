"""A sheet to draw on that becomes SVG text: one style, the reader's own fonts, and the same bytes every time.

Matplotlib is imported here and in `plots` alone, and only when a chart is drawn, by its objects and never by
`pyplot`, which keeps figures of the whole process. What it measures text with is the font that it brings
along, so that a chart does not depend on the machine; what people see is the font of their page.
"""

from __future__ import annotations

import html
import io
import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from postloan.reports.document import NOTHING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Number = int | float | Decimal
Kind = Literal["share", "count", "ratio"]
Risk = Literal["", "red", "orange", "yellow", "blue"]

WIDTH = 440
"""Units across; a phone shows them at three quarters, so that the smallest text stays readable."""

TEXT, SMALL = 13, 12
INK, GREY, LINE, PALE = "#1f2328", "#59636e", "#d0d7de", "#afb8c1"
ACCENT = "#0b6e6e"
FILLS = (ACCENT, PALE, GREY, INK)
"""Fills of series side by side: the first is what the chart is about, the others stand beside it."""

RISKS: dict[str, tuple[str, str]] = {
    "red": ("#b42318", "8"),
    "orange": ("#b54708", "^"),
    "yellow": ("#8a6d00", "s"),
    "blue": ("#175cd3", "o"),
}
"""Colour and shape (octagon, triangle, square, circle) of a risk; 4.5 to 1 on white and under white."""

_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "postloan",
    "font.family": "DejaVu Sans",
    "font.size": SMALL,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.unicode_minus": True,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": GREY,
    "ytick.labelcolor": GREY,
    "hatch.linewidth": 1.0,
}


@dataclass(frozen=True)
class Series:
    """Values under one name, with the interval of each where it has one.

    Args:
        name: what they are, in the reader's language.
        values: one for each label of the chart; None where nothing can be told.
        lows: lower ends of their intervals, or nothing.
        highs: upper ends.
        risk: the risk colour that they stand for.
    """

    name: str
    values: Sequence[Number | None]
    lows: Sequence[Number | None] = ()
    highs: Sequence[Number | None] = ()
    risk: Risk = ""

    def interval(self, place: int) -> tuple[float, float] | None:
        """Give the interval of a value, where it has one."""
        low = self.lows[place] if self.lows else None
        high = self.highs[place] if self.highs else None
        return None if low is None or high is None else (float(low), float(high))

    def within(self, reach: Number) -> Series:
        """Give the series with intervals that end where a chart does."""
        highs = [None if high is None else min(high, reach) for high in self.highs]
        return replace(self, highs=highs)

    def numbers(self) -> list[float]:
        """Give every number that must have room on the sheet."""
        told = [*self.values, *self.lows, *self.highs]
        return [float(one) for one in told if one is not None]


def shown(value: Number | None, kind: Kind, nothing: str = NOTHING) -> str:
    """Give a number as a chart writes it: a share in percent, a ratio with two places."""
    if value is None:
        return nothing
    if kind == "share":
        share = 100 * float(value)
        text = f"{share:.2f}%" if 0 < abs(share) < 1 else f"{share:.1f}%"
    else:
        text = f"{value:,.0f}" if kind == "count" else f"{value:,.2f}"
    return re.sub(r"^-(?=[0.]+%?$)", "", text)  # no minus before a nought


def width_of(text: str) -> float:
    """Give about how wide a text is, in units of its size: a Chinese character is 1, another about 0.58."""
    return sum(1 if unicodedata.east_asian_width(one) in "WF" else 0.58 for one in text)


def clean(text: str) -> str:
    """Give a text without the characters that XML cannot hold, and on one line."""
    return " ".join("".join(one if one >= " " else " " for one in text).split())


def wrapped(text: str, most: float) -> str:
    """Give a text in lines that are at most so many units of its size wide."""
    lines = [""]
    for word in re.findall(r"[\u2e80-\uffee]\s?|[^\s\u2e80-\uffee]+\s?", clean(text)):
        if lines[-1] and width_of(lines[-1] + word.rstrip()) > most:
            lines.append("")
        lines[-1] += word
    return "\n".join(line.rstrip() for line in lines)


class Sheet:
    """A figure of fixed width with one pair of axes, its margins in units.

    Args:
        height: units down.
        left: units between the edge and the axes; likewise right, top and bottom.
    """

    def __init__(self, height: float, *, left: float, right: float, top: float, bottom: float) -> None:
        from matplotlib.figure import Figure

        self.height = height
        self.figure: Figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
        place = (
            left / WIDTH,
            bottom / height,
            (WIDTH - left - right) / WIDTH,
            (height - top - bottom) / height,
        )
        self.axes: Axes = self.figure.add_axes(place, facecolor="none")
        self.axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
        self.axes.tick_params(length=0, pad=6)

    def legend(self, series: Sequence[Series], fills: Sequence[str], shapes: Sequence[str]) -> None:
        """Name the series above the axes, each beside its shape."""
        from matplotlib.lines import Line2D

        inches = self.figure.dpi_scale_trans
        for (x, down), one, fill, shape in zip(_places(series), series, fills, shapes, strict=True):
            y = (self.height - down) / 72
            mark = Line2D([(x + 5) / 72], [y], marker=shape, color=fill, markersize=7, linestyle="none")
            mark.set_transform(inches)
            self.figure.add_artist(mark)
            name = self.figure.text((x + 16) / 72, y, clean(one.name), va="center_baseline", fontsize=SMALL)
            name.set_transform(inches)

    def text(self, title: str) -> str:
        """Give the sheet as an `<svg>` element for a page, named by a title that people hear read out."""
        target = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self.figure.patch.set_visible(False)
        self.figure.savefig(target, format="svg", metadata=nothing)
        return _tidied(target.getvalue(), title, self.height)


def legend_height(series: Sequence[Series]) -> float:
    """Give how many units `Sheet.legend` needs."""
    return max(down for _, down in _places(series)) + 12


def _places(series: Sequence[Series]) -> list[tuple[float, float]]:
    """Give where the names of a legend start, across and down, in lines as wide as the sheet."""
    x, down, places = 4.0, 12.0, []
    for one in series:
        room = 32 + SMALL * width_of(clean(one.name))
        if x > 4 and x + room > WIDTH:
            x, down = 4.0, down + 18
        places.append((x, down))
        x += room
    return places


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the project, whatever the settings of the machine."""
    import matplotlib.style

    with matplotlib.style.context(["default", _STYLE]), warnings.catch_warnings():
        # The font that measures has no Chinese; the page's font, which is seen, has.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        yield


def _tidied(svg: str, title: str, height: float) -> str:
    """Give what matplotlib wrote as an element of a page: nothing in it names or styles the page's own."""
    body = svg[svg.index(">", svg.index("<svg")) + 1 :]
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    body = re.sub(r' transform="rotate\(-0 [^")]*\)"', "", body)
    body = re.sub(r'(<text style="[^"]*?); font-family: [^;"]*', r"\1", body)
    body = re.sub(r"\s*\n\s*", "\n", body.replace("<g>\n</g>", "")).strip()
    name = html.escape(clean(title))
    return (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{name}" '
        f'style="stroke-linejoin: round; stroke-linecap: butt">\n<title>{name}</title>\n{body}'
    )
