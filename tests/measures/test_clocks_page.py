"""The page of legal clocks in docs/ is what the pack and the engine say, and the command that writes it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from click.testing import CliRunner

from postloan.cli import main
from postloan.measures.clocks import page_words
from postloan.measures.clocks.page import page
from postloan.policy import pack
from postloan.policy.clock_entries import CAUSES, KINDS

DOCS = Path(__file__).parents[2] / "docs" / "legal-clocks.md"


def test_the_page_in_docs_is_up_to_date() -> None:
    text = page(pack.load("cn_rural").as_of(date.max))
    mend = "write it anew: postloan policy clocks cn_rural --page docs/legal-clocks.md"
    assert DOCS.read_text(encoding="utf-8") == text, mend


def test_every_kind_and_cause_has_its_words() -> None:
    assert set(page_words.STARTS) == set(page_words.NEEDS) == set(KINDS)
    assert set(page_words.CAUSES) == set(CAUSES)


def test_the_command_lists_and_writes(tmp_path: Path) -> None:
    run = CliRunner().invoke(main, ["policy", "clocks", "cn_rural", "--json"])
    assert run.exit_code == 0
    listed = {row["kind"]: row for row in json.loads(run.stdout)}
    assert set(listed) == set(KINDS)
    assert listed["debt_limitation"]["within"] == "3 years"
    told = CliRunner().invoke(main, ["policy", "clocks", "--lang", "zh"])
    assert "保证期间" in told.stdout
    file = tmp_path / "page.md"
    run = CliRunner().invoke(main, ["policy", "clocks", "--page", str(file)])
    assert run.exit_code == 0
    assert file.read_text(encoding="utf-8").startswith("# Legal clocks · 法律时限\n")


def test_a_page_tells_of_its_own_pack_alone() -> None:
    text = page(pack.load("in_rbi").as_of(date.max))
    (debt,) = [line for line in text.splitlines() if line.startswith("| debt_limitation | Limitation")]
    assert "oldest unpaid instalment" in debt
    assert "last instalment" not in debt
    (claim,) = [line for line in text.splitlines() if line.startswith("| bankruptcy_claim | Time")]
    assert "at least 14 days · 至少14日" in claim
    assert "Civil Code" not in text
    assert "An obstacle" not in text
    assert page_words.SUIT_IN_TIME[0] in text
    of_china = DOCS.read_text(encoding="utf-8")
    for said in (page_words.SUIT, page_words.OBSTACLE, *(limit for _, limit in page_words.LIMITS)):
        assert " ".join(said) in of_china


def test_a_pack_without_clocks_says_so() -> None:
    assert page_words.NO_CLOCKS[0] in page(pack.load("eu_eba").as_of(date.max))
    for lang, said in zip(("en", "zh"), page_words.NO_CLOCKS, strict=True):
        told = CliRunner().invoke(main, ["policy", "clocks", "eu_eba", "--lang", lang])
        assert (told.exit_code, said in told.stdout) == (0, True)
