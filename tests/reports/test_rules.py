"""The document of a pack's rules: every rule, with source and status, none hidden, lawyers' work first."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from postloan.policy import dating, dmn, pack, provenance
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.policy.pack import load
from postloan.reports import files
from postloan.reports.rulebook import rulebook
from postloan.reports.rules import rules

DOCS = Path(__file__).parents[2] / "docs" / "rules"

PARAMETERS = """\
- {name: years, value: 3, unit: years, reference: art. 188, status: V, effective_from: 2020-01-01}
- {name: years, value: 4, unit: years, reference: art. 188, status: K, effective_from: 2026-07-01}
- {name: limit, value: 0.10, status: P}
- {name: hostile, value: "=1+1 | *", reference: a circular, status: P}
"""
CLOCKS = """\
- {kind: negative_record, name: {en: Record, zh: 记录}, within: {years: 3}, reference: art. 188, status: V*,
   consequence: {en: Deleted, zh: 删除}}
"""
SCHEME = """\
id: two
name: {en: Two levels, zh: 二级}
reference: a notice
status: K
levels:
  - {level_code: "1", order: 1, name: {en: Good, zh: 好}, five_level: normal, is_npl: false}
  - {level_code: "2", order: 2, name: {en: Bad, zh: 坏}, five_level: loss, is_npl: true, provision_factor: 1}
"""
TABLE = DecisionTable(
    "floors",
    "Floors",
    "C",
    (Input("loan.days", "number", "days past due", {"zh": "逾期天数"}),),
    (Output("level", "string", "level", {"zh": "级别"}),),
    (
        Rule("F1", ("> 90",), ('"2"',), ("art. 10", "")),
        Rule("F2", ("-",), ('"1"',), ("", "K")),
        Rule("F3", ("null",), ("null",), ("not known", "P")),
    ),
    annotations=("reference", "status"),
    labels={"zh": "下限"},
    reference="Measures of 2023",
    owner="risk_department",
    reviewed_on=date(2026, 11, 1),
    status="V",
)
BASE = {
    "pack.yaml": "id: base\nname: {en: Base, zh: 基础}\ncurrency: CNY\nsegments: {all: {scheme: two}}\n",
    "parameters.yaml": PARAMETERS,
    "clocks.yaml": CLOCKS,
    "schemes/two.yaml": SCHEME,
    "tables/floors/2020-01-01.dmn": dmn.write([TABLE]).decode(),
    "sources.yaml": "- {id: law, name: {en: A law, zh: 某法}, also: [art. 188]}\n- {id: unused, name: No}\n",
    "calendar/2026.yaml": "year: 2026\nsource: a notice\nstatus: V*\nholidays: [2026-01-01, 2026-01-02]\n",
}
OWN = {
    "sources.yaml": "- {id: our board, name: {en: Minutes of the board, zh: 董事会决议}}\n",
    "pack.yaml": "id: own\nextends: base\n",
    "parameters.yaml": "- {name: limit, value: 0.05, effective_from: 2026-03-01, reference: our board, "
    "status: V, overrides: stricter}\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("packs")
    for name, texts in {"base": BASE, "own": OWN}.items():
        for path, text in texts.items():
            (made / name / path).parent.mkdir(parents=True, exist_ok=True)
            (made / name / path).write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def found(folder):
    return rules(load(folder / "base"))


def _one(found, chapter, code):
    (one,) = [one for one in found if (one.chapter, one.code) == (chapter, code)]
    return one


def test_every_rule_is_there(found):
    # 3 rows of the table, the scheme and its 2 levels, the clock, 4 parameters, the year, 2 settings.
    assert [(one.chapter, one.code) for one in found] == [
        ("table", "F1"),
        ("table", "F2"),
        ("table", "F3"),
        ("scheme", "two"),
        ("scheme", "two 1"),
        ("scheme", "two 2"),
        ("clock", "negative_record"),
        ("parameter", "hostile"),
        ("parameter", "limit"),
        ("parameter", "years"),
        ("parameter", "years"),
        ("calendar", "2026"),
        ("setting", "currency"),
        ("setting", "segment all"),
    ]


def test_a_row_has_its_own_source_and_status_or_those_of_its_table(found):
    first, second, third = (_one(found, "table", code) for code in ("F1", "F2", "F3"))
    assert (first.source, first.status, first.inherited) == ("Measures of 2023; art. 10", "V", True)
    assert (second.source, second.status, second.inherited) == ("Measures of 2023", "K", False)
    assert third.status == "P"
    assert (first.owner, first.reviewed_on) == ("risk_department", date(2026, 11, 1))


@pytest.mark.parametrize(
    ("remark", "status", "is_own"),
    [
        ("out of order (K)", "K", True),
        ("two seasons (V*, R4)", "V*", True),
        ("article 47a(3)(c); plain", "V", False),
        ("again in probation (article 47a(3)(c); K)", "K", True),
        ("reported (V*, RS1 §272; the days P)", "V*", True),
        ("loss over its life (P: within 30 days)", "P", True),
        ("seen (V, R2) and known (K)", "K", True),
        ("plan K, of no meaning", "V", False),
        ("", "V", False),
    ],
)
def test_a_mark_in_brackets_is_a_status_of_the_row(remark, status, is_own):
    rule = Rule("R", ("-",), ('"1"',), (remark,))
    found = provenance.of_rule(replace(TABLE, annotations=("reference",), rules=(rule,)), rule)
    assert (found.status, found.is_own) == (status, is_own)


def test_a_row_reads_as_a_sentence_in_both_languages(found):
    told = [_one(found, "table", code).says for code in ("F1", "F2", "F3")]
    assert told[0] == {"en": 'Where days past due > 90: level "2"', "zh": '当 逾期天数 > 90：级别 "2"'}
    assert told[1] == {"en": 'In every case: level "1"', "zh": '任何情形：级别 "1"'}
    assert told[2]["en"] == "Where days past due = null: nothing follows"


def test_a_level_has_the_status_of_its_scheme(found):
    level = _one(found, "scheme", "two 2")
    assert (level.status, level.inherited, level.source) == ("K", True, "a notice")
    assert level.says["en"] == "Bad is loss; non-performing; provision factor 1"
    assert level.says["zh"] == "坏，五级分类为损失；不良；拨备系数 1"
    assert "no provision factor set" in _one(found, "scheme", "two 1").says["en"]


def test_a_version_ends_the_day_before_the_next(found):
    years = [one for one in found if one.code == "years"]
    assert [(one.effective_from, one.effective_until, one.status) for one in years] == [
        (date(2020, 1, 1), date(2026, 6, 30), "V"),
        (date(2026, 7, 1), None, "K"),
    ]


def test_a_pack_above_ends_the_rule_that_it_replaces(folder):
    limits = [one for one in rules(load(folder / "own")) if one.code == "limit"]
    assert [(one.pack, one.effective_from, one.effective_until) for one in limits] == [
        ("base", date(1900, 1, 1), date(2026, 2, 28)),
        ("own", date(2026, 3, 1), None),
    ]


def test_a_document_without_dates_is_told_as_written(found):
    clock = _one(found, "clock", "negative_record")
    assert clock.says == {
        "en": "Record: period: 3 years; consequence: Deleted",
        "zh": "记录：期间：3年；后果：删除",
    }
    assert (clock.source, clock.status) == ("art. 188", "V*")
    assert clock.where == "base/clocks.yaml, clock negative_record"


def test_the_document_counts_by_status_and_hides_nothing(folder):
    document = rulebook(load(folder / "base"), "en")
    counts, confirm, bare = document.grids[:3]
    assert counts.records()[-1] == {
        # V: F1, years of 2020. V*: the clock, the year. K: F2, scheme and 2 levels, years of 2026.
        # P: F3, limit, hostile. Not stated: currency, segment. No source: those two and limit.
        "chapter": "total",
        "rules": 14,
        "V": 2,
        "V*": 2,
        "K": 5,
        "P": 3,
        "not_stated": 2,
        "no_source": 3,
    }
    assert [row["status"] for row in confirm.records()] == ["K", "K", "(K)", "(K)", "K", "V*", "V*"]
    assert [row["code"] for row in bare.records()] == ["limit", "currency", "segment all"]
    assert len(document.tidy.rows) == 14
    assert document.answer[0] == (
        "Rules: 14. To be confirmed by your lawyers before you rely on them: 7. Without a source: 3."
    )


def test_what_references_name_is_explained(folder):
    (told,) = [grid for grid in rulebook(load(folder / "base"), "zh").grids if grid.key == "sources"]
    # art. 188: the clock and the two versions of years.
    assert [list(row) for row in told.rows] == [["law", "某法", 3]]
    assert told.says == ["策略包所引来源及其含义。未引用下列来源的规则：11 条。"]


def test_a_pack_above_adds_to_the_sources_below(folder):
    (told,) = [grid for grid in rulebook(load(folder / "own"), "en").grids if grid.key == "sources"]
    assert [list(row) for row in told.rows] == [["law", "A law", 3], ["our board", "Minutes of the board", 1]]


def test_the_rules_to_be_confirmed_stand_before_all_chapters(folder):
    text = files.markdown(rulebook(load(folder / "base"), "zh"))
    heads = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert heads[:5] == [
        "各状态规则数",
        "待法律部门核实",
        "未注明来源或状态的规则",
        "来源说明",
        "决策表 · 下限（floors）",
    ]


def test_hostile_texts_stay_texts(folder):
    document = rulebook(load(folder / "base"), "en")
    assert "=1+1 \\| \\*" in files.markdown(document)
    sheet = load_workbook(io.BytesIO(files.xlsx(document)))["all"]
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=1")]
    assert cell.data_type == "s"


def test_a_page_holds_every_rule_in_each_format(folder):
    document = rulebook(load(folder / "base"), "en")
    book = load_workbook(io.BytesIO(files.xlsx(document)))
    assert book.sheetnames == ["rules", "counts", "to_confirm", "unsourced", "sources", "all"]
    assert book["all"].max_row == 1 + 14
    assert document.as_dict()["all"][0]["effective_from"] == date(2020, 1, 1)
    page = files.html(document, "zh")
    assert page.startswith('<!doctype html>\n<html lang="zh-CN">')
    for one in rules(load(folder / "base")):
        assert f'<td class="code">{one.code}</td>' in page


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_in_docs_is_up_to_date(lang):
    made = files.markdown(rulebook(pack.load("cn_rural"), lang))
    written = (DOCS / f"cn_rural.{lang}.md").read_text(encoding="utf-8")
    assert written == made, "write it anew: postloan policy rules cn_rural --out docs/rules"


def test_an_unknown_status_is_found(folder, tmp_path):
    odd = replace(TABLE, rules=(Rule("F1", ("-",), ('"1"',), ("", "sure")),))
    for path, text in (BASE | {"tables/floors/2020-01-01.dmn": dmn.write([odd]).decode()}).items():
        (tmp_path / "base" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "base" / path).write_text(text, encoding="utf-8")

    def unknown(place):
        day = date(2026, 11, 1)
        found = dating.provenance(load(place / "base"), day, day)
        return [(one.message, one.where) for one in found if one.code == "unknown_status"]

    assert unknown(folder) == []
    assert unknown(tmp_path) == [("There is no status `sure`.", "base/tables/floors/2020-01-01.dmn, rule F1")]


def test_clocks_are_told_in_the_language_of_the_reader():
    clock = _one(rules(pack.load("in_rbi")), "clock", "debt_limitation")
    assert (
        "期间：3年；届满日：顺延至下一工作日；起算：最早一期未还款项；重新计算事由：债务确认、还款"
        in clock.says["zh"]
    )
    assert "period: 3 years; last day: moves to the next working day" in clock.says["en"]
    codes = {"next_working_day", "acknowledgement", "oldest_unpaid", "receipt", "years"}
    assert [code for code in codes if code in clock.says["zh"]] == []
