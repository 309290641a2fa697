"""The pages of signals: one each, in both languages, and those in docs/ are what the pack says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from postloan.cli import main
from postloan.facts import FACTS
from postloan.policy import pack
from postloan.signals import pages
from postloan.signals.page_words import UNITS

DOCS = Path(__file__).parents[2] / "docs" / "signals"


@pytest.fixture(scope="module")
def made():
    return pages.pages(pack.load("cn_rural").as_of(date.max))


def test_the_pages_in_docs_are_up_to_date(made):
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    assert written.keys() == made.keys()
    wrong = [name for name, text in made.items() if written[name] != text]
    assert not wrong, "write them anew: postloan policy signals cn_rural --pages docs/signals"


def test_a_page_says_all_of_a_signal(made):
    page = made["ACC02.md"]
    assert page.startswith("# ACC02 · Credit turnover fall · 贷方发生额下降\n")
    english, chinese = page.split("\n## 中文\n")
    for heading in ("What it means", "How it is computed", "When it is wrong", "What to do"):
        assert f"### {heading}" in english
    for heading in ("含义", "计算方法", "何时误报", "如何处置"):
        assert f"### {heading}" in chinese
    assert "| orange | `< 0.50` |" in english
    assert "| 橙 | `< 0.50` |" in chinese
    assert "customer.credits_3m_yoy" in english
    assert "`account`（账户）" in chinese


def test_no_part_of_a_page_is_empty(made):
    for name, page in made.items():
        for part in page.split("\n### ")[1:]:
            assert part.partition("\n")[2].strip(), f"{name}: {part[:40]}"


def test_units_are_told_in_both_languages():
    assert {fact.unit for fact in FACTS.values()} <= set(UNITS)


def test_a_bank_writes_pages_of_its_own_pack(tmp_path):
    stale = tmp_path / "ZZZ01.md"
    stale.write_text("of a signal that is gone", encoding="utf-8")
    notes = tmp_path / "notes.md"
    notes.write_text("the bank's own", encoding="utf-8")
    result = CliRunner().invoke(main, ["policy", "signals", "cn_rural", "--pages", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "ACC02.md").exists()
    assert not stale.exists()
    assert notes.exists()
