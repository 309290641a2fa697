"""The DMN conformance cases, as `policy tck` counts them: through columns and through the interpreter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from postloan.cli.policy.tck import tck as command
from postloan.engine import Engine
from postloan.policy.conformance import Folder, Report, run

STATIC = {"0064-feel-conjunction": 10, "0065-feel-disjunction": 10, "0066-feel-negation": 3}
"""Folders of which cases mix truth values with numbers or texts, which is refused before any row is read."""


@pytest.fixture(scope="module")
def report(tck: Path, engine: Engine) -> Report:
    return run(tck, engine)


def _folder(report: Report, name: str) -> Folder:
    return next(one for one in report.folders if one.folder.endswith(name))


@pytest.mark.tck
def test_every_case_of_level_2_passes_on_both_paths(report: Report) -> None:
    level = [one for one in report.folders if "level-2" in one.folder]
    for path in ("compiled", "interpreted"):
        assert sum(one.paths[path]["passed"] for one in level) == 116
    assert sum(one.cases["passed"] for one in level) == 116
    assert [(one.folder, one.refusals) for one in level if one.refusals] == []


@pytest.mark.tck
@pytest.mark.parametrize(
    ("folder", "cases"),
    [
        ("0008-listGen", 10),
        ("0017-tableTests", 4),
        ("0037-dt-on-bkm-implicit-params", 2),
        ("0039-dt-list-semantics", 2),
        ("0040-singlenestedcontext", 3),
        ("0071-feel-between", 38),
        ("0088-no-decision-logic", 1),
    ],
)
def test_tables_and_unary_tests_of_level_3_pass(report: Report, folder: str, cases: int) -> None:
    found = _folder(report, f"level-3/{folder}")
    assert (found.cases["passed"], found.cases["failed"], found.cases["refused"]) == (cases, 0, 0)


@pytest.mark.tck
def test_nothing_fails_and_only_what_is_ill_typed_is_refused(report: Report) -> None:
    assert [failure for one in report.folders for failure in one.failures] == []
    refused = {one.folder.split("/")[-1]: one.cases["refused"] for one in report.folders}
    assert {name: count for name, count in refused.items() if count} == STATIC
    reasons = {refusal["why"].split(":")[0] for one in report.folders for refusal in one.refusals}
    assert reasons == {"ill_typed"}


MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m" namespace="x">
  <inputData id="i" name="Amount"><variable name="Amount" typeRef="number"/></inputData>
  <decision id="d" name="Twice"><variable name="Twice" typeRef="number"/>
    <informationRequirement><requiredInput href="#i"/></informationRequirement>
    <literalExpression><text>Amount * 2</text></literalExpression></decision>
  <decision id="e" name="Odd"><variable name="Odd"/>
    <informationRequirement><requiredInput href="#i"/></informationRequirement>
    <literalExpression><text>Amount and true</text></literalExpression></decision>
  <decision id="s" name="Day"><variable name="Day"/>
    <literalExpression><text>date("2026-01-31") + duration("P1M")</text></literalExpression></decision>
</definitions>"""

CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <modelName>m.dmn</modelName>
  <testCase id="right">
    <inputNode name="Amount"><value xsi:type="xsd:decimal">1.5</value></inputNode>
    <resultNode name="Twice" type="decision">
      <expected><value xsi:type="xsd:decimal">3.000000001</value></expected></resultNode></testCase>
  <testCase id="wrong">
    <inputNode name="Amount"><value>1.5</value></inputNode>
    <resultNode name="Twice">
      <expected><value xsi:type="xsd:decimal">3.00000002</value></expected></resultNode>
  </testCase>
  <testCase id="null">
    <inputNode name="Amount"><value xsi:nil="true"/></inputNode>
    <resultNode name="Twice" errorResult="true"><expected><value xsi:nil="true"/></expected></resultNode>
    <resultNode name="Day"><expected><value xsi:type="xsd:date">2026-02-28</value></expected></resultNode>
  </testCase>
  <testCase id="ill-typed">
    <inputNode name="Amount"><value xsi:type="xsd:decimal">1</value></inputNode>
    <resultNode name="Odd" errorResult="true"><expected><value xsi:nil="true"/></expected></resultNode>
  </testCase>
</testCases>"""


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    (tmp_path / "9999-mine").mkdir()
    (tmp_path / "9999-mine" / "m.dmn").write_text(MODEL, encoding="utf-8")
    (tmp_path / "9999-mine" / "m-test-01.xml").write_text(CASES, encoding="utf-8")
    return tmp_path


def test_the_command_counts_what_passed_failed_and_was_refused(kit: Path) -> None:
    done = CliRunner().invoke(command, [str(kit), "--json"])
    answer = json.loads(done.stdout)
    (folder,) = answer["folders"]
    counts = {"passed": 2, "failed": 1, "refused": 1}
    assert {key: folder[key] for key in counts} == counts
    assert folder["folder"] == "9999-mine"
    assert folder["compiled"] == folder["interpreted"] == counts
    assert answer["totals"] == {**counts, "compiled": counts, "interpreted": counts}
    assert {(one["case"], one["node"], one["path"]) for one in folder["failures"]} == {
        ("wrong", "Twice", "compiled"),
        ("wrong", "Twice", "interpreted"),
    }
    assert {(one["expected"], one["got"]) for one in folder["failures"]} == {("3.00000002", "3")}
    assert {one["case"] for one in folder["refusals"]} == {"ill-typed"}
    assert done.exit_code == 1


@pytest.mark.parametrize(("lang", "word"), [("en", "refused"), ("zh", "拒绝")])
def test_people_read_a_table(kit: Path, lang: str, word: str) -> None:
    done = CliRunner().invoke(command, [str(kit), "--lang", lang])
    assert word in done.stdout
    assert "9999-mine" in done.stdout
    assert "3.00000002" in done.stdout


def test_nothing_failed_is_exit_0(kit: Path) -> None:
    path = kit / "9999-mine" / "m-test-01.xml"
    path.write_text(CASES.replace("3.00000002", "3.0"), encoding="utf-8")
    assert CliRunner().invoke(command, [str(kit)]).exit_code == 0


def test_a_model_that_cannot_be_read_is_refused_case_by_case(kit: Path) -> None:
    (kit / "9999-mine" / "m.dmn").write_text("<html/>", encoding="utf-8")
    done = CliRunner().invoke(command, [str(kit), "--json"])
    assert json.loads(done.stdout)["totals"]["refused"] == 4


def test_a_folder_without_cases_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [str(tmp_path), "--json"])
    assert getattr(done.exception, "code", "") == "no_conformance_cases"


def test_one_broken_file_is_refused_and_the_rest_is_counted(kit: Path) -> None:
    (kit / "9998-broken").mkdir()
    (kit / "9998-broken" / "m-test-01.xml").write_bytes(b"<testCases><testCase>")
    answer = json.loads(CliRunner().invoke(command, [str(kit), "--json"]).stdout)
    assert {one["folder"]: one["refused"] for one in answer["folders"]} == {"9998-broken": 1, "9999-mine": 1}
    assert answer["totals"]["passed"] == 2


@pytest.mark.parametrize(
    ("given", "kind"),
    [("NaN", "double"), ("INF", "double"), ("a lot", "decimal"), ("1" * 37, "decimal")],
)
def test_a_number_that_is_none_is_refused_as_an_input(kit: Path, given: str, kind: str) -> None:
    path = kit / "9999-mine" / "m-test-01.xml"
    path.write_text(CASES.replace('xsd:decimal">1.5<', f'xsd:{kind}">{given}<'), encoding="utf-8")
    (folder,) = json.loads(CliRunner().invoke(command, [str(kit), "--json"]).stdout)["folders"]
    assert "right" in {one["case"] for one in folder["refusals"]}
    assert "right" not in {one["case"] for one in folder["failures"]}
