"""Shipped packs beside the first: sound by every tool, documented, and running on the same books."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from postloan.cli import main
from postloan.cli.policy._shared import kinds
from postloan.engine import open_engine
from postloan.policy import checking, pack, scenarios, verification
from postloan.policy.checked import validate
from postloan.reports.rules import rules
from postloan.signals import pages
from tests.books import small_bank
from tests.packs.made_runs import Runs

NAMES = ("in_rbi", "eu_eba")
DAY = date(2024, 6, 28)
DOCS = Path(__file__).parents[2] / "docs" / "packs"


@pytest.mark.parametrize("name", [*NAMES, "common"])
def test_check_finds_no_error(name: str) -> None:
    found = checking.check_pack(pack.load(name), kinds(), (date(2020, 1, 1), date(2027, 12, 31)))
    assert [one for one in found if one.severity == "error"] == []
    asked = {one.code for one in found}
    assert not {"nobody_asks", "not_canonical", "markdown_stale", "unknown_file"} & asked


@pytest.mark.parametrize("name", NAMES)
def test_cases_hold_and_reach_every_rule_and_grade(name: str) -> None:
    report = scenarios.run(pack.load(name), kinds())
    assert report.failures == []
    assert report.is_covered


@pytest.mark.parametrize("name", NAMES)
def test_tables_verify(name: str) -> None:
    loaded = pack.load(name)
    env = checking.environment(loaded, kinds())
    policy = loaded.as_of(DAY)
    found = [one for key in policy.tables for one in verification.verify(validate(policy.table(key), env))]
    assert [one for one in found if one.severity == "error"] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_says_where_it_comes_from_and_how_sure_it_is(name: str) -> None:
    policy = pack.load(name).as_of(DAY)
    entries = [one.value for keys in policy.in_force.values() for one in keys.values()]
    assert [one for one in entries if not one.reference or one.status not in ("V", "V*", "K", "P")] == []
    silent = [
        one.code for one in policy.signals if not (one.meaning.keys() & one.action.keys() >= {"en", "zh"})
    ]
    assert silent == []


@pytest.mark.parametrize("name", NAMES)
def test_every_code_of_a_source_is_explained_in_both_languages(name: str) -> None:
    loaded = pack.load(name)
    register = loaded.undated["sources"]
    known = {spelt for one in register for spelt in (one["id"], *one.get("also", ()))}
    named = {code for rule in rules(loaded) for code in re.findall(r"\b(?:RS|R|G)\d+[a-z]?\b", rule.source)}
    assert "G13" in named
    assert named - known == set()
    assert [one["id"] for one in register if not (one["name"].keys() >= {"en", "zh"})] == []
    cited = " ".join(rule.source for rule in rules(loaded))
    assert [one["id"] for one in register if one["id"] not in cited] == []


@pytest.mark.parametrize("name", NAMES)
def test_years_of_the_calendar_say_how_sure_they_are(name: str) -> None:
    years = pack.load(name).calendar.years.values()
    assert {(bool(year.source), year.status) for year in years} == {(True, "K")}


@pytest.mark.parametrize("name", NAMES)
def test_pages_of_signals_are_up_to_date_and_list_every_family(name: str) -> None:
    policy = pack.load(name).as_of(date.max)
    made = pages.pages(policy)
    written = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / name).glob("*.md")}
    assert written == made, f"write them anew: postloan policy signals {name} --pages docs/packs/{name}"
    assert all(f"[{one.code}]({one.code}.md)" in made["index.md"] for one in policy.signals)


def test_a_base_scheme_that_the_pack_has_not_is_told() -> None:
    loaded = pack.load("in_rbi")
    wrong = replace(loaded, settings={**loaded.settings, "base_scheme": "in-smaa"})
    found = [one for one in checking.check_pack(wrong, kinds(), (DAY, DAY)) if one.code == "unknown_scheme"]
    assert [(one.where, "in-sma" in one.mend) for one in found] == [("in_rbi/pack.yaml, base_scheme", True)]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # large enough that somebody is late and somebody red, whatever is drawn
    return small_bank(tmp_path_factory.mktemp("same_book") / "book", DAY, loans=600)


@pytest.fixture(scope="module", params=NAMES)
def runs(
    book: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runs]:
    folder = tmp_path_factory.mktemp(f"store_{request.param}")
    with open_engine(threads=1, scratch=folder / "reader") as engine:
        made = Runs(engine, book, folder / "store", request.param)
        made.run(DAY)
        yield made


def test_the_same_book_runs_under_every_pack(runs: Runs) -> None:
    done = runs.run(DAY)
    assert done.run.state == "done"
    policy = pack.load(runs.pack).as_of(DAY)
    scheme = policy.base_scheme
    codes = {level.level_code: level.five_level for level in scheme.levels}
    state = runs.rows(DAY, "loan_state")
    assert len(state) > 50
    assert {row["scheme_id"] for row in state} == {scheme.id}
    assert all(codes[row["class_final"]] == row["five_level"] for row in state if row["class_final"])
    # Days past due tell the class at least this far, whatever else there is.
    late = [row for row in state if (row["days_past_due"] or 0) > 30]
    assert late
    assert all(row["five_level"] not in ("normal", "not_measurable") for row in late)
    assert {row["measure_code"] for row in runs.rows(DAY, "measure_due")} <= policy.measures.keys()


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("Signals", "Class", "Measures due")), ("zh", ("预警信号", "风险分类", "贷后措施"))],
)
def test_a_customer_is_explained_in_both_languages(runs: Runs, lang: str, words: tuple[str, ...]) -> None:
    policy = pack.load(runs.pack).as_of(DAY)
    warned = [row for row in runs.rows(DAY, "warning") if row["colour"] == "red"]
    first = max(warned, key=lambda row: (row["score"], row["subject_id"]))
    told = CliRunner().invoke(
        main, ["explain", str(runs.folder), "--customer", first["subject_id"], "--lang", lang]
    )
    assert told.exit_code == 0, told.output
    assert all(word in told.output for word in words)
    reason = json.loads(first["reasons"])[0]["code"]
    (signal,) = [one for one in policy.signals if one.code == reason]
    assert signal.name[lang] in told.output
