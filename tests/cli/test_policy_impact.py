"""`policy impact` as people and programs call it: L1, 102 days past due, is red; a draft waits until 120."""

from __future__ import annotations

import shutil

import pytest

from postloan.cli.text import width
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


def test_programs_get_one_document(call, house, draft):
    told = call("policy", "impact", draft, "--store", house.store, "--as-of", DAY, "--json", "--threads", 1)
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
def test_people_read_the_verdict_first(call, house, draft, tmp_path, lang, verdict, words):
    asked = ("--store", house.store, "--lang", lang, "--out", tmp_path / "lists", "--threads", 1)
    told = call("policy", "impact", draft, *asked)
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines()[1].startswith(verdict)
    assert all(word in told.out for word in words)
    assert (tmp_path / "lists" / "changed_loans.csv").exists()


@pytest.mark.parametrize(("lang", "verdict"), [("en", "Nothing changes"), ("zh", "无任何变化")])
def test_the_same_pack_changes_nothing(call, house, lang, verdict):
    told = call("policy", "impact", "cn_rural", "--store", house.store, "--lang", lang, "--threads", 1)
    assert (told.code, told.out.splitlines()[1].startswith(verdict)) == (0, True)


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
def test_what_was_not_tried_and_whom_nobody_knows_is_said(
    call, house, draft, tmp_path, lang, entries, unknown
):
    """The draft's own entry begins in 2030; of the two outcomes one names a customer of another bank."""
    folder = tmp_path / "later"
    shutil.copytree(draft, folder)
    path = folder / "signals" / "own.yaml"
    path.write_text(DRAFT + "  effective_from: 2030-01-01\n", encoding="utf-8")
    outcomes = tmp_path / "outcomes.csv"
    outcomes.write_text("customer_id,bad_on\nC-L1,2024-08-01\nX,2024-08-01\n", encoding="utf-8")
    asked = ("--store", house.store, "--draft-as-of", DAY, "--outcomes", outcomes, "--lang", lang)
    told = call("policy", "impact", folder, *asked, "--threads", 1)
    assert (told.code, told.err) == (0, "")
    assert entries in told.out
    assert unknown in told.out


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("cn_rural", "--as-of", "2024-06-19"), "unknown_day"),
        (("nowhere",), "unknown_pack"),
    ],
)
def test_what_cannot_be_asked(call, house, asked, code):
    told = call("policy", "impact", *asked, "--store", house.store, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, code)


def test_a_draft_that_cannot_be_loaded_is_named(call, house, draft, tmp_path):
    (tmp_path / "pack.yaml").write_text("id: torn\nextends: cn_rural\n", encoding="utf-8")
    (tmp_path / "signals").mkdir()
    (tmp_path / "signals" / "own.yaml").write_text(
        DRAFT.replace("  overrides: milder\n", ""), encoding="utf-8"
    )
    told = call("policy", "impact", tmp_path, "--store", house.store, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "override_unexplained")


def test_on_a_narrow_screen_tables_do_not_wrap(call, house, draft, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    told = call("policy", "impact", draft, "--store", house.store, "--lang", "zh", "--threads", 1)
    tables, _, _ = told.out.partition("抽样")
    assert "按机构" in tables
    assert [line for line in tables.splitlines() if width(line) > 80] == []
