"""Charts as people and programs meet them: an element of a page, the same each time, that hides nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from postloan.reports import plots
from postloan.reports.document import Column, Document, Grid
from postloan.reports.drawing import Kind, Number
from postloan.reports.files import html, markdown
from postloan.reports.plots import Series

SVG = "{http://www.w3.org/2000/svg}"
TITLE = "Which segment <defaults> most? 哪类客户违约最多"

CHARTS: dict[str, Callable[[], str]] = {
    "bars": lambda: plots.bars(
        TITLE, ["农户 A&B", "firms"], [0.25, None], lows=[0.1, None], highs=[0.4, None], nothing="不可计量"
    ),
    "bars that go on": lambda: plots.bars(
        TITLE, ["a", "b"], [0.1, 0], lows=[0.05, 0], highs=[0.2, 0.9], reach=Decimal("0.3")
    ),
    "grouped_bars": lambda: plots.grouped_bars(
        TITLE, ["1", "2"], [Series("observed 实际", [0.3, 0.2]), Series("Benford", [0.301, None])]
    ),
    "lines": lambda: plots.lines(
        TITLE,
        ["2026-01", "2026-02", "2026-03"],
        [Series("农户 A&B", [0.1, None, 0.2]), Series("b", [0.2] * 3)],
    ),
    "histogram": lambda: plots.histogram(TITLE, [0, 30, 60], [3, 1], mark=(45, "median 45 天")),
    "dots": lambda: plots.dots(
        TITLE, ["x", "y"], [Series("book", [0.2, None], [0.1, None], [0.3, None]), Series("公布", [0.1, 0.4])]
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_a_named_element_of_a_page_and_the_same_each_time(name: str) -> None:
    text = CHARTS[name]()
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg"
    assert (root.get("role"), root.get("aria-label"), root[0].text) == ("img", TITLE, TITLE)
    assert CHARTS[name]() == text
    # Nothing in it may style or name what else is on the page, nor be fetched, nor tell when it was drawn.
    assert not re.search(r"<style|<metadata|<script|<image|font-family|<g id=|\b20\d\d-\d\d-\d\dT", text)
    linked = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    assert linked <= set(re.findall(r' id="([^"]+)"', text))


def test_intervals_end_where_a_chart_does() -> None:
    series = Series("", [0.1] * 4, [0.0] * 4, [0.2, 0.3, 0.4, None])
    assert series.within(0.3).highs == [0.2, 0.3, 0.3, None]


def test_texts_stay_texts() -> None:
    told = {
        "".join(one.itertext()) for name in CHARTS for one in ET.fromstring(CHARTS[name]()).iter(f"{SVG}text")
    }
    assert {"农户 A&B", "25.0%", "不可计量", "observed 实际", "2026-01", "公布", "20.0%"} <= told
    assert " median 45 天 " in told or "median 45 天" in told


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([0.25, None], 1),  # what is not known is no bar
        ([0.25, 0], 2),  # zero is one, of no length
        ([0.25, 0.5], 2),
    ],
)
def test_bars_start_at_zero_and_an_absent_value_is_none(values: list[float | None], drawn: int) -> None:
    bars = re.findall(
        r'<path d="M ([\d.]+) [\d.]+\nL ([\d.]+) [^"]*"[^>]*style="fill: #0b6e6e', _bars(values)
    )
    assert len(bars) == drawn
    assert len({start for start, _ in bars}) == 1
    lengths = [float(end) - float(start) for start, end in bars]
    known = [value for value in values if value is not None]
    assert lengths == pytest.approx([lengths[0] * value / 0.25 for value in known], abs=0.01)


def _bars(values: list[float | None]) -> str:
    return plots.bars("t", ["a", "b"], values)


@pytest.mark.parametrize(
    ("value", "kind", "told"),
    [
        (Decimal("0.0001"), "share", "0.01%"),
        (Decimal("0.0099"), "share", "0.99%"),
        (Decimal("0.01"), "share", "1.0%"),
        (Decimal("-0.004"), "ratio", "0.00"),
        (Decimal("-0.006"), "ratio", "-0.01"),
        (1234.4, "count", "1,234"),
    ],
)
def test_numbers_are_written_as_people_read_them(value: Number, kind: Kind, told: str) -> None:
    assert f">{told}</text>" in plots.bars("t", ["a"], [value], kind=kind)


def test_a_risk_has_its_shape_beside_its_colour() -> None:
    kinds = ["red", "orange", "yellow", "blue"]
    text = plots.bars("t", kinds, [0.1, 0.2, 0.3, 0.4], risks=kinds)
    shapes = re.findall(r'<path id="m\w+" d="([^"]*)" style="stroke: (#\w+)', text)
    # Corners: the octagon has 8, the triangle 3, the square 4; the circle is curves.
    assert [(shape.count("L"), "C" in shape, colour) for shape, colour in shapes] == [
        (7, False, "#b42318"),
        (2, False, "#b54708"),
        (3, False, "#8a6d00"),
        (0, True, "#175cd3"),
    ]


def test_a_chart_stands_above_its_table_on_a_page_alone() -> None:
    grid = Grid("g", "Who?", [Column("a", "A")], [["1"]], chart=CHARTS["bars"])
    document = Document("d", "D", [], [grid])
    page = html(document, "zh")
    assert page.index("<h2>Who?") < page.index("<svg") < page.index("<table>")
    assert "svg" not in markdown(document)
    assert "chart" not in document.as_dict()


def test_importing_the_charts_loads_no_library_of_drawing() -> None:
    program = (
        "import sys, postloan.reports.plots, postloan.reports.files; sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_drawing_needs_no_pyplot() -> None:
    CHARTS["bars"]()
    assert "matplotlib.pyplot" not in sys.modules
