"""The page on how good the warnings were, of the store in `tests.run.judged`."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from postloan.policy.pack import load
from postloan.reports import files
from postloan.reports.goodness import goodness
from postloan.reports.goodness_words import WORDS
from postloan.run.evaluate import evaluate
from tests.run.judged import ASKED, D1, D2, made
from tests.run.made_store import made_run


@pytest.fixture(scope="module")
def told(engine, tmp_path_factory):
    return evaluate(engine, *made(engine, tmp_path_factory.mktemp("judged")), asked=ASKED)


def rows(document, key):
    (grid,) = [grid for grid in document.grids if grid.key == key]
    return [[column.shown(cell) for column, cell in zip(grid.columns, row, strict=True)] for row in grid.rows]


def title(document, key):
    (grid,) = [grid for grid in document.grids if grid.key == key]
    return grid.title


def test_the_answer_comes_first(told):
    assert goodness(told, None, "en").answer == [
        (
            "Of the 5 customers who went bad, 2 were red or orange at least 30 days before: 40.0% "
            "(95% interval 11.8% to 76.9%); by amount 24.0%."
        ),
        (
            "Of 4 such alerts 3 were right within 90 days: 75.0% (95% interval 30.1% to 95.4%). "
            "Of customers taken by lot, 78.6% go bad within that time."
        ),
        (
            "Of those warned before, half had their first alert at least 36 days before they went bad, "
            "and 30 before 30 days past due."
        ),
        "Targets met: 3 of 5; not met: captured by amount. Not measurable: 1.",
        (
            "The plain rule “1 to 7 days late twice in 6 months” would have captured 20.0% "
            "with a precision of 50.0%."
        ),
        "The plain rule “special mention or worse” would have captured 0.0% with a precision of 33.3%.",
        "Outcomes of customers without a loan in these runs: 1; they count in what can be captured.",
        "The file ends with 2026-04-01; alerts not right so far whose time is not over: 1.",
    ]


def test_a_banker_reads_the_same_in_chinese(told):
    assert goodness(told, None, "zh").answer[:2] == [
        (
            "5 户违约客户中，2 户至少提前 30 天已发出红色或橙色预警，占 40.0%"
            "（95% 置信区间 11.8% 至 76.9%）；按金额占 24.0%。"
        ),
        (
            "此类预警共 4 次，90 天内命中 3 次，命中率 75.0%（95% 置信区间 30.1% 至 95.4%）。"
            "若随机抽取客户，同期违约率为 78.6%。"
        ),
    ]


def test_outcomes_of_several_loans_are_no_customers(engine, tmp_path):
    store, outcomes = tmp_path / "store", tmp_path / "outcomes.csv"
    outcomes.write_text("customer_id,loan_id,bad_on\nC1,L1,2026-03-10\nC1,L2,2026-03-11\n", encoding="utf-8")
    loans = [{"loan_id": f"L{one}", "customer_id": "C1", "currency": one} for one in ("1", "2")]
    warning = [{"customer_id": "C1", "colour": "red", "opened_on": D2}]
    made_run(engine, store, D2, warning=warning, loan_state=loans)
    answer = goodness(evaluate(engine, store, outcomes), None, "en").answer
    assert answer[0].startswith("Of the 2 defaults, 2 were of customers who were red or orange")
    assert answer[-1] == "Amounts of several currencies (1, 2) are added as they stand."


def test_targets_are_told_with_what_was_measured(told):
    document = goodness(told, None, "en")
    assert title(document, "targets") == "Are the targets met? 3 of 5 are"
    assert rows(document, "targets") == [
        ["precision of red (opened)", "at least 50.0%", "100.0%", "20.7–100.0%", "met"],
        ["precision of red (reached)", "at least 50.0%", "100.0%", "20.7–100.0%", "met"],
        ["precision of blue (opened)", "at least 10.0%", "–", "–", "not measurable"],
        # C1, C2, C4 and C5 went bad within 90 days after the first warning of any colour, C3 did not.
        ["precision of blue (reached)", "at least 10.0%", "80.0%", "37.6–96.4%", "met"],
        ["captured by amount", "at least 70.0%", "24.0%", "–", "not met"],
        ["median days to 30 days past due", "at least 30", "30", "–", "met"],
        ["new alerts a manager and week", "at most 8", "0.25", "–", "met"],
    ]


@pytest.mark.parametrize("short", [False, True])
def test_colours_that_were_reached_stand_below_those_opened_in(told, short):
    document = goodness(told, None, "en", short=short)
    keys = [grid.key for grid in document.grids]
    assert keys[1:3] == ["by_colour", "by_reached"]
    # Red C1; orange also C2, C3 and C4; yellow also C5.
    shown = [row[:4] for row in rows(document, "by_reached")]
    assert shown == [
        ["⬣ red", "1", "1", "100.0%"],
        ["▲ orange", "4", "3", "75.0%"],
        ["■ yellow", "5", "4", "80.0%"],
        ["● blue", "5", "4", "80.0%"],
    ]
    assert title(document, "by_reached") == (
        "How often is each colour right once it is reached? "
        "red 100.0%, orange 75.0%, yellow 80.0%, blue 80.0%"
    )


def test_titles_answer_what_their_tables_show(told):
    document = goodness(told, None, "en")
    assert (
        title(document, "by_colour")
        == "How often is each colour right? red 100.0%, orange 66.7%, yellow 100.0%"
    )
    assert (
        title(document, "capture_by_lead")
        == "How early was it seen? 40.0% at 30 days, 0.0% at 90 days before"
    )
    assert title(document, "unseen_causes") == "Which causes does nobody see? fraud from the start, illness"
    # 36 and 18 of 104, 86 and 28 days.
    assert (
        title(document, "lead_used") == "How much of the time in which it showed was used? 24.8% of all days"
    )
    assert rows(document, "never_help") == [
        ["B", "nothing alone", "2", "2", "1", "90.5%", "1"],
        ["F", "never right", "1", "1", "0", "79.3%", "0"],
        ["D", "no alert", "1", "0", "0", "–", "0"],
    ]


def test_signals_have_the_names_of_the_pack(told):
    policy = load("cn_rural").as_of(told["from"])
    code = policy.signals[0].code
    named = {**told, "never_help": [{**told["never_help"][0], "code": code}]}
    (row,) = rows(goodness(named, policy, "zh"), "never_help")
    assert row[0] == f"{code} {policy.signals[0].name['zh']}"


class _Page(HTMLParser):
    """Collects what a browser would fetch or run, and the tags that are open at the end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "srcset") and not (value or "").startswith(
                "#"
            ):
                self.foreign.append(f"{tag} {name}={value}")
            if name.startswith("on"):
                self.foreign.append(f"{tag} {name}")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_stands_alone_and_shows_names_as_they_are(told, lang):
    causes = [{**row, "cause": f"<b>{row['cause']}"} for row in told["by_cause"]]
    page = files.html(goodness({**told, "by_cause": causes}, None, lang), lang)
    read = _Page(page)
    assert read.foreign == []
    assert not read.tags & {"script", "link", "iframe", "img", "object", "b"}
    assert "&lt;b&gt;East&lt;/b&gt; &amp; Co" in page
    assert page.count("&lt;b&gt;drought") == 3  # two tables and a chart
    assert page.count("<svg") == 4
    assert not re.findall(r"url\((?!#)|@import", page)


def test_words_stand_in_both_languages():
    assert [
        key for key, (english, chinese) in WORDS.items() if not (english.strip() and chinese.strip())
    ] == []
    holes = re.compile(r"\{\d\}")
    differing = {
        key
        for key, (one, two) in WORDS.items()
        if sorted(set(holes.findall(one))) != sorted(set(holes.findall(two)))
    }
    assert differing == set()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_to_judge_is_said_in_words(engine, tmp_path, lang):
    store, outcomes = tmp_path / "store", tmp_path / "outcomes.csv"
    outcomes.write_text("customer_id,bad_on\n", encoding="utf-8")
    made_run(engine, store, D1)
    document = goodness(evaluate(engine, store, outcomes), None, lang)
    page = files.html(document, lang)
    said = {
        "en": ["No customer of the file went bad after 2026-01-05", "No red or orange warning opened"],
        "zh": ["结果文件中没有 2026-01-05 之后", "期间未发出红色或橙色预警"],
    }[lang]
    assert [one in line for one, line in zip(said, document.answer, strict=True)] == [True, True]
    assert "<svg" not in page
    assert "None" not in page


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (1.0, "and 1 before 30 days past due."),
        (0.0, "and 0 before 30 days past due."),
        (-10.0, "and half at most 10 days after 30 days past due."),
    ],
)
def test_a_lead_to_30_days_that_came_after_is_said_to(told, days, said):
    late = {**told, "total": {**told["total"], "first_lead_dpd30_median_days": days}}
    assert goodness(late, None, "en").answer[2].endswith(said)


def test_weeks_without_a_run_are_left_out(told):
    assert [row[0] for row in rows(goodness(told, None, "en"), "by_week")] == [
        "2026-01-05",
        "2026-02-02",
        "2026-03-02",
    ]
