"""`policy impact` as people and programs call it: L1, 102 days past due, is red; a draft waits until 120.

What is asked twice is computed once: the calls differ in how the answer is told.
"""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from postloan.cli.text import width
from postloan.run import impact as package
from tests.cli.conftest import DAY

DRAFT = """\
- code: REP05
  name: {en: 120 days past due and beyond, zh: 逾期120天以上}
  family: repayment
  subject: loan
  fact: loan.dpd_days
  when: not(loan.is_entrusted)
  grades: {red: ">= 120"}
  reference: the bank's rules
  owner: risk_department
  reviewed_on: 2026-11-01
  status: P
  overrides: milder
"""


@pytest.fixture(scope="module")
def draft(tmp_path_factory):
    """Give the folder of a draft that warns later."""
    folder = tmp_path_factory.mktemp("drafts") / "our_draft"
    (folder / "signals").mkdir(parents=True)
    (folder / "pack.yaml").write_text("id: our_draft\nextends: cn_rural\ncurrency: CNY\n", encoding="utf-8")
    (folder / "signals" / "own.yaml").write_text(DRAFT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", autouse=True)
def _computed_once():
    """Keep each impact by its request; without a sample the language changes nothing that is computed."""
    kept, compute = {}, package.impact

    def impact(asked, **how):
        same = asked if asked.sample else replace(asked, lang="")
        if same not in kept:
            kept[same] = compute(asked, **how)
        return kept[same]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "impact", impact)
        yield


@pytest.fixture(scope="module")
def asked(house, draft, tmp_path_factory):
    """Give the draft's impact as most tests ask for it, with lists."""
    lists = tmp_path_factory.mktemp("impact") / "lists"
    return ("policy", "impact", draft, "--store", house.store, "--out", lists, "--threads", 1)


def test_programs_get_one_document(call, asked):
    told = call(*asked, "--json")
    assert (told.code, told.err) == (0, "")
    assert (told.json["draft"], told.json["against"]) == ("our_draft", "cn_rural")
    (day,) = told.json["days"]
    assert (day["as_of"], day["proven"], day["changed_customers"]) == (DAY, True, 1)
    assert [row["gained"] - row["lost"] for row in day["signals"] if row["code"] == "REP05"] == [-1]
    assert told.json["evaluation"] is None


@pytest.mark.parametrize(
    ("lang", "verdict", "words"),
    [
        ("en", "−1 customers red", ("Moves between colours", "A sample to read", "REP05", "in force")),
        ("zh", "红色客户 −1 户", ("颜色迁移", "抽样", "逾期120天以上", "现行")),
    ],
)
def test_people_read_the_verdict_first(call, asked, lang, verdict, words):
    told = call(*asked, "--lang", lang)
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines()[1].startswith(verdict)
    assert all(word in told.out for word in words)
    lists = asked[asked.index("--out") + 1]
    assert (lists / "changed_loans.csv").exists()


@pytest.fixture(scope="module")
def nothing(house, draft, tmp_path_factory):
    """Ask for a draft whose own entry begins in 2030; of two outcomes one names another bank's customer."""
    folder = tmp_path_factory.mktemp("later") / "draft"
    shutil.copytree(draft, folder)
    path = folder / "signals" / "own.yaml"
    path.write_text(DRAFT + "  effective_from: 2030-01-01\n", encoding="utf-8")
    outcomes = folder.with_name("outcomes.csv")
    outcomes.write_text("customer_id,bad_on\nC-L1,2024-08-01\nX,2024-08-01\n", encoding="utf-8")
    what = ("--as-of", DAY, "--draft-as-of", DAY, "--outcomes", outcomes, "--sample", 0)
    return ("policy", "impact", folder, "--store", house.store, *what, "--threads", 1)


@pytest.mark.parametrize(("lang", "verdict"), [("en", "Nothing changes"), ("zh", "无任何变化")])
def test_a_draft_that_changes_nothing_says_so(call, nothing, lang, verdict):
    told = call(*nothing, "--lang", lang)
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines()[1].startswith(verdict)


@pytest.mark.parametrize(
    ("lang", "entries", "unknown"),
    [
        (
            "en",
            "No dated entry of the draft's own (1) holds on 2024-06-20",
            "1 of them name customers without",
        ),
        (
            "zh",
            "草案自有的有日期条款（1 条）在 2024-06-20 均未生效",
            "其中 1 个结果的客户在这些批处理中没有贷款",
        ),
    ],
)
def test_what_was_not_tried_and_whom_nobody_knows_is_said(call, nothing, lang, entries, unknown):
    told = call(*nothing, "--lang", lang)
    assert entries in told.out
    assert unknown in told.out


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (("cn_rural", "--as-of", "2024-06-19"), "unknown_day"),
        (("nowhere",), "unknown_pack"),
    ],
)
def test_what_cannot_be_asked(call, house, what, code):
    told = call("policy", "impact", *what, "--store", house.store, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, code)


def test_a_draft_that_cannot_be_loaded_is_named(call, house, draft, tmp_path):
    (tmp_path / "pack.yaml").write_text("id: torn\nextends: cn_rural\n", encoding="utf-8")
    (tmp_path / "signals").mkdir()
    (tmp_path / "signals" / "own.yaml").write_text(
        DRAFT.replace("  overrides: milder\n", ""), encoding="utf-8"
    )
    told = call("policy", "impact", tmp_path, "--store", house.store, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "override_unexplained")


def test_on_a_narrow_screen_tables_do_not_wrap(call, asked, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    told = call(*asked, "--lang", "zh")
    tables, _, _ = told.out.partition("抽样")
    assert "按机构" in tables
    assert [line for line in tables.splitlines() if width(line) > 80] == []
