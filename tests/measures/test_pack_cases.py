"""The pack's own cases, on rows and on columns, and its tables against its measures."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from postloan.cli.policy._shared import kinds
from postloan.engine import Engine
from postloan.measures import rules
from postloan.measures.page import page
from postloan.policy import dmn, scenarios
from postloan.policy.scenario_columns import OnColumns
from postloan.signals.given import states
from tests.classification.made import DAY, policy_on


def test_the_cases_of_the_pack_hold_on_rows_and_on_columns(engine: Engine) -> None:
    report = scenarios.run(policy_on(DAY).pack, kinds(), columns=OnColumns(engine, states))
    assert [finding.message for finding in report.failures] == []
    assert len(report.tables) == 27
    assert len(report.signals) == 207  # all 208 but the one that waits for a feed
    assert report.is_covered


def test_tables_name_only_measures_that_the_pack_defines() -> None:
    policy = policy_on(DAY)
    assert rules.read(policy, DAY).codes() <= set(policy.measures)
    assert len(policy.measures) == 58
    natures = [measure.nature for measure in policy.measures.values()]
    assert natures.count("guard") == 1
    options = {code for code, measure in policy.measures.items() if measure.nature == "option"}
    assert options == {f"M{n}" for n in (14, 17, 19, 20, 21, *range(27, 34), 35, 36, 40, 42, 47, 48, 49, 50)}


def test_markdown_beside_a_table_is_made_from_it() -> None:
    policy = policy_on(DAY)
    names = (
        *rules.read(policy, DAY).steps,
        rules.INTERVAL,
        rules.MODIFIER,
        "floors",
        "floors_debtor",
        "matrix_worst",
        "matrix_best",
        "clock_duties",
    )
    for name in names:
        table = policy.table(name)
        folder = resources.files("postloan") / "packs" / "cn_rural" / "tables" / name
        assert (folder / "1900-01-01.md").read_text(encoding="utf-8") == dmn.markdown(table), name


def test_the_page_of_measures_is_made_from_the_pack() -> None:
    written = Path(__file__).parents[2] / "docs" / "measures.md"
    assert written.read_text(encoding="utf-8") == page(policy_on(DAY))
