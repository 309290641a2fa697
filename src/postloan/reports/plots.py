"""Charts as SVG text for a page: bars, grouped bars, lines over months, histograms and dots.

Every chart takes the title that people hear read out, which answers the question of the table beside it; the
page prints it as the heading. Bars start at zero, values stand beside what they tell, an absent value is said
and never drawn as zero, and colours are one accent and greys, or risks with their shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from postloan.reports.document import NOTHING
from postloan.reports.drawing import (
    ACCENT,
    FILLS,
    GREY,
    INK,
    LINE,
    RISKS,
    SMALL,
    TEXT,
    WIDTH,
    Kind,
    Number,
    Risk,
    Series,
    Sheet,
    clean,
    legend_height,
    shown,
    style,
    width_of,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Series", "bars", "dots", "grouped_bars", "histogram", "lines"]

_ROW, _LINE_HEIGHT, _GAP = 16, 15, 12
_LABELS_AT_MOST = 150
"""Units that names may take on the left before they are broken into lines."""

_SHAPES = ("o", "D", "s", "^")
_DASHES: tuple[str, ...] = ("solid", "dashed", "dashdot", "dotted")


def bars(
    title: str,
    labels: Sequence[str],
    values: Sequence[Number | None],
    *,
    lows: Sequence[Number | None] = (),
    highs: Sequence[Number | None] = (),
    risks: Sequence[Risk] = (),
    kind: Kind = "share",
    nothing: str = NOTHING,
    reach: Number | None = None,
) -> str:
    """Give a chart of one bar for each label, from zero, with its interval as a line where it has one.

    Args:
        title: what the chart answers.
        labels: names of the bars, from the top.
        values: one for each label; None is shown as `nothing`.
        lows: lower ends of the intervals, or nothing; likewise highs.
        risks: the risk colour of each bar, drawn with its shape.
        kind: how values are written.
        nothing: what stands where a value cannot be told.
        reach: to where intervals are drawn, those that go on with an arrow; to the longest when None.
    """
    series = Series("", values, lows, highs)
    drawn = series if reach is None else series.within(reach)
    with style():
        sheet, centres, size = _rows(labels, [drawn], kind, nothing, marks=bool(risks))
        for place, (y, value) in enumerate(zip(centres, values, strict=True)):
            risk = RISKS.get(risks[place] if risks else "")
            colour = risk[0] if risk else ACCENT
            if risk:
                at = sheet.axes.get_yaxis_transform()
                sheet.axes.plot([-8 / size], [y], risk[1], color=colour, ms=9, transform=at, clip_on=False)
            if value is not None:
                sheet.axes.barh([y], [float(value)], height=_ROW, color=colour)
            goes_on = bool(drawn.highs) and drawn.highs[place] != highs[place]
            _interval(sheet.axes, drawn, place, y, INK, goes_on=goes_on)
            if lows:
                # At the end of an interval a value would be read as that end.
                text = shown(value, kind, nothing)
                _at_the_right(sheet.axes, y, text, GREY if value is None else INK)
            else:
                _beside(sheet.axes, series, place, y, kind, nothing)
        sheet.axes.axvline(0, color=GREY, linewidth=1)
        return sheet.text(title)


def dots(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    kind: Kind = "share",
    nothing: str = NOTHING,
) -> str:
    """Give a chart of dots on a line for each label, one shape for each series, with intervals.

    Only the values of the first series are written beside their line: the others are there to compare with.
    """
    with style():
        sheet, centres, _ = _rows(labels, series, kind, nothing, top=legend_height(series))
        sheet.axes.hlines(centres, 0, 1, transform=sheet.axes.get_yaxis_transform(), color=LINE, linewidth=1)
        fills = _fills(series)
        for one, fill, shape in reversed(list(zip(series, fills, _SHAPES, strict=False))):
            known = [(float(v), y) for v, y in zip(one.values, centres, strict=True) if v is not None]
            for place, y in enumerate(centres):
                _interval(sheet.axes, one, place, y, fill)
            sheet.axes.plot(
                *zip(*known, strict=True), shape, color=fill, ms=8, clip_on=False
            ) if known else None
        for place, y in enumerate(centres):
            text = shown(series[0].values[place], kind, nothing)
            _at_the_right(sheet.axes, y, text, GREY if series[0].values[place] is None else INK)
        sheet.legend(series, fills, _SHAPES[: len(series)])
        return sheet.text(title)


def grouped_bars(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    kind: Kind = "share",
    nothing: str = NOTHING,
) -> str:
    """Give a chart of columns side by side for each label, from zero up or down.

    The series are named above; one series needs no name. Values are written on columns that leave room for
    them, and else read from the axis.
    """
    named = len(series) > 1
    with style():
        top = (legend_height(series) if named else 6) + 14
        sheet = _columns(series, kind, top=top, height=200)
        fills, wide = _fills(series), 0.8 / len(series)
        room = (WIDTH - 60) / max(1, len(labels)) * wide
        for number, (one, fill) in enumerate(zip(series, fills, strict=True)):
            for place, value in enumerate(one.values):
                x = place + (number + 0.5) * wide - 0.4
                if value is not None:
                    sheet.axes.bar([x], [float(value)], width=wide * 0.92, color=fill)
                text = shown(value, kind, nothing)
                _interval_up(sheet.axes, one, place, x)
                if width_of(text.lstrip("-")) * (SMALL - 2) < room or value is None:
                    _above(sheet.axes, one, place, x, text)
        sheet.axes.set_xlim(-0.5, len(labels) - 0.5)
        _names_below(sheet.axes, labels)
        sheet.axes.axhline(0, color=GREY, linewidth=1)
        if named:
            sheet.legend(series, fills, ["s"] * len(series))
        return sheet.text(title)


def lines(title: str, months: Sequence[str], series: Sequence[Series], *, kind: Kind = "share") -> str:
    """Give a chart of lines over months, from zero, each named at its end; no value is a gap."""
    names = [clean(one.name) for one in series]
    right = min(170.0, 14 + SMALL * max((width_of(name) for name in names), default=0))
    with style():
        sheet = _columns(series, kind, top=12, height=210, right=right)
        fills = _fills(series)
        ends = []
        for number, (one, fill) in enumerate(zip(series, fills, strict=True)):
            values = [float("nan") if value is None else float(value) for value in one.values]
            places = [place for place, value in enumerate(one.values) if value is not None]
            mark = RISKS[one.risk][1] if one.risk else _SHAPES[number % len(_SHAPES)]
            sheet.axes.plot(
                range(len(months)),
                values,
                color=fill,
                linestyle=_DASHES[number % len(_DASHES)],
                linewidth=2 if number == 0 else 1.5,
                marker=mark,
                markevery=places[-1:] if len(places) > 1 else None,
                markersize=6,
                clip_on=False,
            )
            if places:
                ends.append((values[places[-1]], names[number], fill))
        sheet.axes.set_xlim(0, max(1, len(months) - 1))
        _names_at_ends(sheet, ends, right)
        _names_below(sheet.axes, months)
        return sheet.text(title)


def histogram(
    title: str,
    edges: Sequence[Number],
    counts: Sequence[int],
    *,
    mark: tuple[Number, str] | None = None,
) -> str:
    """Give a chart of how many fall between each two edges; `mark` draws a line at a value and names it."""
    ends = [float(edge) for edge in edges]
    with style():
        sheet = _columns([Series("", counts)], "count", top=26, height=200)
        wide = [after - before for before, after in pairwise(ends)]
        sheet.axes.bar(ends[:-1], counts, width=wide, align="edge", color=ACCENT, edgecolor="white")
        sheet.axes.set_xlim(ends[0], ends[-1])
        step = -(-len(ends) // 9)
        sheet.axes.set_xticks(ends[::step], [f"{edge:,}" for edge in edges[::step]])
        sheet.axes.axhline(0, color=GREY, linewidth=1)
        if mark:
            at, name = float(mark[0]), clean(mark[1])
            sheet.axes.axvline(at, color=INK, linewidth=1.5, linestyle="dashed")
            is_left = at > (ends[0] + ends[-1]) / 2
            across = sheet.axes.get_xaxis_transform()
            side = "right" if is_left else "left"
            sheet.axes.text(at, 1.03, f" {name} ", ha=side, va="bottom", transform=across)
        return sheet.text(title)


def _fills(series: Sequence[Series]) -> list[str]:
    return [RISKS[one.risk][0] if one.risk else FILLS[place % len(FILLS)] for place, one in enumerate(series)]


def _rows(
    labels: Sequence[str],
    series: Sequence[Series],
    kind: Kind,
    nothing: str,
    *,
    marks: bool = False,
    top: float = 4,
) -> tuple[Sheet, list[float], float]:
    """Give a sheet with the labels down the left, the middle of each row, and how wide its axes are."""
    names = [wrapped(label, _LABELS_AT_MOST / TEXT) for label in labels]
    widest = max((width_of(line) for name in names for line in name.split("\n")), default=0)
    left = 10 + widest * TEXT + (18 if marks else 0)
    texts = [shown(value, kind, nothing) for one in series for value in one.values]
    right = 12 + max(map(width_of, texts), default=0) * SMALL
    heights = [max(_ROW, _LINE_HEIGHT * (name.count("\n") + 1)) + _GAP for name in names]
    sheet = Sheet(sum(heights) + top + 4, left=left, right=right, top=top, bottom=4)
    centres = [sum(heights[:place]) + height / 2 for place, height in enumerate(heights)]
    sheet.axes.set_ylim(sum(heights), 0)
    sheet.axes.set_yticks([])
    sheet.axes.set_xticks([])
    for name, y in zip(names, centres, strict=True):
        _at_the_left(sheet.axes, y, name.split("\n"), 22 if marks else 8)
    sheet.axes.set_xlim(*_ends(series))
    return sheet, centres, WIDTH - left - right


def _ends(series: Sequence[Series]) -> tuple[float, float]:
    """Give the ends of the axis of values: zero is always on it."""
    numbers = [number for one in series for number in one.numbers()]
    low, high = min(0.0, *numbers, 0.0), max(0.0, *numbers, 0.0)
    return (low, high) if high > low else (0.0, 1.0)


def _columns(series: Sequence[Series], kind: Kind, *, top: float, height: float, right: float = 8) -> Sheet:
    """Give a sheet whose values go up, with a few pale lines to read them by."""
    from matplotlib.ticker import MaxNLocator

    low, high = _ends(series)
    ticks = [
        float(tick)
        for tick in MaxNLocator(4, integer=kind == "count", steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ]
    names = [_tick(tick, ticks, kind) for tick in ticks]
    left = 14 + SMALL * max(map(width_of, names))
    sheet = Sheet(height + top, left=left, right=right, top=top, bottom=28)
    sheet.axes.set_yticks(ticks, names)
    sheet.axes.tick_params(axis="x", pad=9)
    sheet.axes.set_ylim(min(ticks[0], low), max(ticks[-1], high))
    sheet.axes.set_axisbelow(True)
    sheet.axes.grid(axis="y", color=LINE, linewidth=0.8)
    return sheet


def _tick(tick: float, ticks: Sequence[float], kind: Kind) -> str:
    if kind == "count":
        return f"{tick:,.0f}"
    step = (ticks[1] - ticks[0]) * (100 if kind == "share" else 1)
    places = next(n for n in range(7) if n == 6 or abs(round(step, n) - step) < step / 1000)
    return f"{100 * tick:,.{places}f}%" if kind == "share" else f"{tick:,.{places}f}"


def _interval(
    axes: Axes, series: Series, place: int, y: float, colour: str, *, goes_on: bool = False
) -> None:
    ends = series.interval(place)
    if ends:
        axes.plot(ends, [y, y], color=colour, linewidth=1.5, clip_on=False)
        for end, mark in zip(ends, ("|", ">" if goes_on else "|"), strict=True):
            axes.plot([end], [y], color=colour, marker=mark, markersize=7, clip_on=False)


def _interval_up(axes: Axes, series: Series, place: int, x: float) -> None:
    ends = series.interval(place)
    if ends:
        axes.plot([x, x], ends, color=INK, linewidth=1.5, marker="_", markersize=6, clip_on=False)


def _beside(axes: Axes, series: Series, place: int, y: float, kind: Kind, nothing: str) -> None:
    """Write a value to the right of all that is drawn for it."""
    value = series.values[place]
    ends = [number for number in (value, *(series.interval(place) or ())) if number is not None]
    at = max([0.0, *map(float, ends)])
    axes.annotate(
        shown(value, kind, nothing),
        (at, y),
        xytext=(6, 0),
        textcoords="offset points",
        va="center_baseline",
        color=GREY if value is None else INK,
        annotation_clip=False,
    )


def _at_the_left(axes: Axes, y: float, parts: Sequence[str], away: float) -> None:
    """Write a name line by line, as several lines in one are set by the width of the font that measures."""
    for place, part in enumerate(parts):
        axes.annotate(
            part,
            (0, y),
            xycoords=axes.get_yaxis_transform(),
            xytext=(-away, ((len(parts) - 1) / 2 - place) * _LINE_HEIGHT),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            fontsize=TEXT,
            annotation_clip=False,
        )


def _at_the_right(axes: Axes, y: float, text: str, colour: str) -> None:
    axes.annotate(
        text,
        (1, y),
        xycoords=axes.get_yaxis_transform(),
        xytext=(8, 0),
        textcoords="offset points",
        va="center_baseline",
        color=colour,
        annotation_clip=False,
    )


def _above(axes: Axes, series: Series, place: int, x: float, text: str) -> None:
    """Write a value above what is drawn for it, or below where it goes down."""
    value = series.values[place]
    down = value is not None and value < 0
    ends = [float(one) for one in (value, *(series.interval(place) or ())) if one is not None] or [0.0]
    axes.annotate(
        text,
        (x, min(ends) if down else max(ends)),
        xytext=(0, -4 if down else 4),
        textcoords="offset points",
        ha="center",
        va="top" if down else "bottom",
        fontsize=SMALL - 2,
        color=GREY if value is None else INK,
        annotation_clip=False,
    )


def _names_below(axes: Axes, names: Sequence[str]) -> None:
    """Write names below the axis, as many as have room."""
    told = [clean(name) for name in names]
    room = axes.get_position().width * WIDTH / max(1, len(told))
    widest = max(map(width_of, told), default=0) * SMALL + 8
    step = max(1, -int(-widest // room))
    places = range(0, len(told), step)
    axes.set_xticks(list(places), [told[place] for place in places])


def _names_at_ends(sheet: Sheet, ends: list[tuple[float, str, str]], right: float) -> None:
    """Name lines at their ends, moved apart where they would cover each other."""
    low, high = sheet.axes.get_ylim()
    tall = sheet.axes.get_position().height * sheet.height
    nearest = 15 * (high - low) / tall
    at = high + nearest
    placed = []
    for value, name, fill in sorted(ends, reverse=True):
        at = min(value, at - nearest)
        placed.append((at, name, fill))
    lift = max(0.0, low - at) if placed else 0.0
    for place, name, fill in placed:
        y = min(place + lift, high)
        sheet.axes.annotate(
            wrapped(name, right / SMALL) if len(ends) == 1 else name,
            (1, y),
            xycoords=sheet.axes.get_yaxis_transform(),
            xytext=(8, 0),
            textcoords="offset points",
            va="center_baseline",
            color=fill if fill != FILLS[1] else GREY,
            annotation_clip=False,
        )
