"""Two evaluations of one bank: the store of `tests.run.judged`, with and without its first run."""

from __future__ import annotations

from datetime import date

import pytest

from postloan.engine import Engine
from postloan.reports.document import Document
from postloan.reports.files import markdown
from postloan.reports.goodness_words import WORDS as OF_EVALUATION
from postloan.reports.watching import WORDS, Watched, watching
from postloan.run.evaluate import evaluate
from tests.run.judged import ASKED, D1, made


@pytest.fixture(scope="module")
def bank(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    house = made(engine, tmp_path_factory.mktemp("judged"))
    after = date.fromisoformat(D1).replace(day=6)
    flow = evaluate(engine, *house, from_date=after, asked=ASKED)
    return Watched("East", ["Seed 2."], flow, evaluate(engine, *house, asked=ASKED))


def shown(document: Document, key: str) -> list[list[str]]:
    (grid,) = [grid for grid in document.grids if grid.key == key]
    return [[column.shown(cell) for column, cell in zip(grid.columns, row, strict=True)] for row in grid.rows]


def test_each_target_is_told_with_and_without_the_first_run(bank: Watched) -> None:
    document = watching([bank], "en")
    assert document.answer == ["East: 1 of 5 targets met by the new alerts, 3 with those of the first run."]
    # New are C2 of 2 February and C4 of 2 March, both right; C2 alone was in time, 200 of 1,250. Two managers
    # have 2 alerts in the 8 weeks from the run before on, with the first run 4 in 57 days.
    assert shown(document, "targets_1") == [
        [
            "precision of red (opened)",
            "at least 50.0%",
            "–",
            "not measurable",
            "100.0% (20.7–100.0%)",
            "met",
        ],
        [
            "precision of red (reached)",
            "at least 50.0%",
            "–",
            "not measurable",
            "100.0% (20.7–100.0%)",
            "met",
        ],
        ["precision of blue (opened)", "at least 10.0%", "–", "not measurable", "–", "not measurable"],
        # Any colour: C2, C4 and C5, all right; with the first run also C1, right, and C3, wrong.
        [
            "precision of blue (reached)",
            "at least 10.0%",
            "100.0% (43.9–100.0%)",
            "met",
            "80.0% (37.6–96.4%)",
            "met",
        ],
        ["captured by amount", "at least 70.0%", "16.0%", "not met", "24.0%", "not met"],
        ["median days to 30 days past due", "at least 30", "–", "not measurable", "30", "met"],
        ["new alerts a manager and week", "at most 8", "0.12", "met", "0.25", "met"],
    ]


def test_rules_and_lot_stand_below_the_colours(bank: Watched) -> None:
    rows = shown(watching([bank], "en"), "alerts_flow_1")
    # Reached after 5 January: red by nobody, orange by C2 and C4, yellow by C5 too.
    assert [row[:3] for row in rows[4:7]] == [
        ["⬣ red, reached", "0", "0"],
        ["▲ orange, reached", "2", "2"],
        ["■ yellow, reached", "3", "3"],
    ]
    assert [row[0] for row in rows][-4:] == [
        "red or orange",
        "1 to 7 days late twice in 6 months",
        "special mention or worse",
        "by lot",
    ]
    # Two alerts, both right (Wilson 2 of 2: 2 / (2 + z²) = 34.2 %); 1 of 5 outcomes in time.
    assert rows[-4][1:8] == ["2", "2", "100.0%", "34.2–100.0%", "20.0%", "3.6–62.4%", "16.0%"]
    assert rows[-1][1] == "–"  # a draw has no alerts


def test_causes_are_told_by_both(bank: Watched) -> None:
    document = watching([bank], "en")
    (title,) = [grid.title for grid in document.grids if grid.key == "causes_1"]
    assert title == "East: causes that nobody saw: fraud from the start, illness"
    assert ["drought", "2", "1", "2", "2"] in shown(document, "causes_1")


def test_the_page_stands_within_another(bank: Watched) -> None:
    lines = markdown(watching([bank, bank], "zh"), level=3).splitlines()
    assert lines[0] == "### 两家模拟银行的预警有效性"
    assert "#### East：目标达成情况" in lines
    assert not [line for line in lines if line.startswith("## ")]


def test_every_word_has_both_languages() -> None:
    own = {key: words for key, words in WORDS.items() if OF_EVALUATION.get(key) != words}
    assert all(len(words) == 2 and words[0].count("{") == words[1].count("{") for words in own.values())
