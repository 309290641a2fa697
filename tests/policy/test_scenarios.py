"""Scenario cases: what they compare, what they reach, and what in them is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from postloan.errors import PolicyError
from postloan.policy import dmn, scenarios
from postloan.policy.model import Input, Output
from postloan.policy.pack import load
from postloan.policy.scenario_columns import OnColumns
from postloan.policy.scenarios import CaseFailure
from tests.policy.made_pack import FACTS, SIGNAL, made, table

ALL_KINDS = tuple(Input(name, kind) for name, kind in (("loan.amount", "number"), ("loan.on", "date")))


def failures(folder: Path, cases: str, **more: object) -> list[tuple[str, str]]:
    report = scenarios.run(made(folder, cases, **more), FACTS)
    return [(one.code, one.where) for one in report.failures]


def test_a_case_that_holds_fails_with_nothing(tmp_path: Path) -> None:
    cases = """
- {case: 91 days, table: colour, given: {loan.days: 91}, expect: [{rule_id: R1, colour: red}]}
- {case: 90 days, table: colour, given: {loan.days: 90}, expect: [{rule_id: R2}]}
- {case: one row may stand alone, table: colour, given: {loan.days: 31}, expect: {colour: yellow}}
- {case: no rule, table: colour, given: {loan.days: 30}, expect: [{rule_id: null, colour: null}]}
- {case: no rule in short, table: colour, given: {}, expect: []}
"""
    report = scenarios.run(made(tmp_path, cases), FACTS)
    assert (report.cases, report.failures) == (5, [])


def test_a_failure_tells_what_was_expected_what_came_and_what_decided(tmp_path: Path) -> None:
    cases = "- {case: ninety, table: colour, given: {loan.days: 90}, expect: [{rule_id: R1, colour: red}]}\n"
    (found,) = scenarios.run(made(tmp_path, cases), FACTS).failures
    assert isinstance(found, CaseFailure)
    assert (found.severity, found.code, found.where) == ("error", "case_failed", "small/cases/c.yaml, case 1")
    assert found.expected == 'R1 with colour "red"'
    assert found.got == 'R2 with colour "yellow"'
    assert "R1 not: loan.days is 90, the rule asks > 90" in found.conditions
    assert "R2: loan.days is 90, the rule asks > 30" in found.conditions
    assert "loan.days is 90" in found.mend


@pytest.mark.parametrize(
    ("expect", "holds"),
    [
        ("[]", False),
        ("[{rule_id: R2}]", False),
        ("[{rule_id: R1}]", False),
        ("[{rule_id: R1}, {rule_id: R3}]", True),
        ("[{rule_id: R3}, {rule_id: R1}]", False),
        ("[{colour: red}, {colour: yellow}]", True),
        ("[{}, {}]", True),
    ],
)
def test_where_several_rules_hold_those_that_conclude_nothing_are_left_out(
    tmp_path: Path, expect: str, holds: bool
) -> None:
    several = table(("> 90", '"red"'), ("> 60", "null"), ("> 30", '"yellow"'), policy="C")
    cases = f"- {{case: all three, table: colour, given: {{loan.days: 91}}, expect: {expect}}}\n"
    found = failures(tmp_path, cases, made_table=several)
    assert (found == []) is holds


def test_a_sum_is_expected_with_the_rules_that_make_it(tmp_path: Path) -> None:
    points = table(("> 90", "40"), ("> 30", "2.5"), policy="C+", outputs=(Output("points", "number"),))
    cases = """
- {case: both, table: colour, given: {loan.days: 91}, expect: {points: 42.5, rule_ids: [R1, R2]}}
- {case: one, table: colour, given: {loan.days: 90}, expect: {points: 2.5, rule_ids: [R2]}}
- {case: none, table: colour, given: {}, expect: {points: null, rule_ids: []}}
- {case: wrong, table: colour, given: {loan.days: 31}, expect: {points: 2.4}}
"""
    assert failures(tmp_path, cases, made_table=points) == [("case_failed", "small/cases/c.yaml, case 4")]


def test_a_broken_hit_policy_is_a_failed_case(tmp_path: Path) -> None:
    unique = table(("> 90", '"red"'), ("> 30", '"yellow"'), policy="U")
    cases = "- {case: two rules, table: colour, given: {loan.days: 91}, expect: [{rule_id: R1}]}\n"
    (found,) = scenarios.run(made(tmp_path, cases, unique), FACTS).failures
    assert isinstance(found, CaseFailure)
    assert "R1, R2" in found.got


@pytest.mark.parametrize(
    ("given", "without", "state"),
    [
        ("loan.flag: false, loan.days: 7", "", "clear"),
        ("loan.flag: false, loan.days: 8", "", "yellow"),
        ("loan.flag: false, loan.days: 30", "", "yellow"),
        ("loan.flag: false, loan.days: 31", "", "clear"),
        ("loan.flag: false, loan.days: 60", "", "red"),
        ("loan.flag: false", "", "not_measurable"),
        ("loan.flag: true, loan.days: 60", "", "clear"),
        ("loan.flag: true", "", "clear"),
        ("loan.days: 60", "", "not_measurable"),
        ("loan.flag: false, loan.days: 60", "without: [due], ", "not_measurable"),
    ],
)
def test_the_state_of_a_signal(tmp_path: Path, given: str, without: str, state: str) -> None:
    for expected in ("red", "yellow", "clear", "not_measurable"):
        cases = f"- {{case: x, signal: S1, given: {{{given}}}, {without}expect: {expected}}}\n"
        assert (failures(tmp_path, cases) == []) is (expected == state)


@pytest.mark.parametrize(
    ("share", "peer", "change", "state"),
    [
        ("0.699999", None, None, "yellow"),
        ("0.7", None, None, "clear"),
        ("0.75", "0.8", None, "yellow"),  # the peers' quantile draws the cut from 0.70 to 0.80
        ("0.8", "0.8", None, "clear"),
        ("0.839999", "0.9", None, "yellow"),  # but by no more than a fifth of it: 0.84
        ("0.84", "0.9", None, "clear"),
        ("0.65", "0.6", None, "yellow"),  # it is not relaxed where nothing is known of the year before
        ("0.65", "0.6", "-0.01", "yellow"),  # nor where the peers have worsened
        ("0.65", "0.6", "0", "clear"),  # but where they have not
        ("0.599999", "0.6", "0", "yellow"),
        ("0.1", "0.9", None, "red"),  # red never moves
        ("0.2", "0.9", None, "yellow"),
    ],
)
def test_the_threshold_moves_towards_the_peers(
    tmp_path: Path, share: str, peer: str | None, change: str | None, state: str
) -> None:
    signal = (
        SIGNAL.replace("loan.days", "loan.share")
        .replace('{red: ">= 60", yellow: "[8..30]"}', '{red: "< 0.20", yellow: "< 0.70"}')
        .replace("  needs: [due]", "  needs: [due]\n  peer: {side: low, quantile: 0.10, limit: 0.20}")
    )
    given = {"loan.flag": "false", "loan.share": share}
    given |= {"loan.share_peer_p10": peer} if peer else {}
    given |= {"loan.share_peer_p10_chg_12m": change} if change else {}
    inside = ", ".join(f"{name}: {value}" for name, value in given.items())
    cases = f"- {{case: x, signal: S1, given: {{{inside}}}, expect: {state}}}\n"
    assert failures(tmp_path, cases, files={"signals/s.yaml": signal}) == []


def test_the_date_chooses_the_version(tmp_path: Path) -> None:
    later = table(("> 60", '"red"'), ("> 30", '"yellow"'))
    cases = """
- {case: before, table: colour, as_of: 2024-12-31, given: {loan.days: 61}, expect: {colour: yellow}}
- {case: after, table: colour, as_of: 2025-01-01, given: {loan.days: 61}, expect: {colour: red}}
- {case: by default the last, table: colour, given: {loan.days: 61}, expect: {colour: red}}
- {case: not yet, table: colour, as_of: 2019-12-31, expect: not_in_force}
"""
    files = {"tables/colour/2025-01-01.dmn": dmn.write([later]).decode()}
    pack = made(tmp_path, cases, files=files)
    report = scenarios.run(pack, FACTS)
    assert report.failures == []
    reached = {one.effective_from: dict(one.rules) for one in report.tables}
    assert reached == {
        date(2020, 1, 1): {"R1": "not_hit", "R2": "hit"},
        date(2025, 1, 1): {"R1": "hit", "R2": "not_hit"},
    }
    found = scenarios.run(pack, FACTS, date(2024, 12, 31)).failures
    assert [one.where for one in found] == ["small/cases/c.yaml, case 3"]


def test_what_is_expected_not_to_hold_yet_fails_where_it_does(tmp_path: Path) -> None:
    cases = "- {case: too late, table: colour, as_of: 2020-01-01, expect: not_in_force}\n"
    assert failures(tmp_path, cases) == [("case_failed", "small/cases/c.yaml, case 1")]


def test_coverage_tells_hit_from_missed_and_from_not_known(tmp_path: Path) -> None:
    two = (Input("loan.days", "number"), Input("loan.kind", "string"))
    rules = (("> 90", "-", '"red"'), ("> 30", '"card"', '"yellow"'), ("> 0", '"farm"', '"yellow"'))
    cases = """
- {case: one wins of two, table: colour, given: {loan.days: 91, loan.kind: card}, expect: {rule_id: R1}}
- {case: kind not known, table: colour, given: {loan.days: 40}, expect: []}
- {case: another kind, table: colour, given: {loan.days: 20, loan.kind: card}, expect: []}
- {case: red, signal: S1, given: {loan.flag: false, loan.days: 60}, expect: red}
"""
    report = scenarios.run(made(tmp_path, cases, table(*rules, inputs=two)), FACTS)
    assert report.failures == []
    (found,) = report.tables
    assert found.rules == {"R1": "hit", "R2": "insufficient_data", "R3": "insufficient_data"}
    assert (found.cases, found.default, found.is_full) == (3, None, False)
    (signal,) = report.signals
    missed = dict.fromkeys(("yellow", "clear", "not_measurable"), "not_hit")
    assert signal.grades == {"red": "hit", **missed}
    assert not report.is_covered


def test_coverage_of_a_default(tmp_path: Path) -> None:
    outputs = (Output("colour", "string", values='"red","yellow"', default='"yellow"'),)
    one = table(("> 90", '"red"'), outputs=outputs)
    hit = "- {case: red, table: colour, given: {loan.days: 91}, expect: {colour: red}}\n"
    missed = (
        "- {case: default, table: colour, given: {loan.days: 90}, expect: {rule_id: null, colour: yellow}}\n"
    )
    assert scenarios.run(made(tmp_path, hit, one), FACTS).tables[0].default == "not_hit"
    report = scenarios.run(made(tmp_path, hit + missed, one), FACTS)
    assert (report.failures, report.tables[0].default) == ([], "hit")


GOOD = "- {case: x, table: colour, given: {loan.days: 91}, expect: {colour: red}}\n"


@pytest.mark.parametrize(
    ("was", "becomes", "code", "says"),
    [
        ("case: x, ", "", "case_malformed", "sentence"),
        ("table: colour, ", "", "case_malformed", "one table or one signal"),
        ("table: colour", "table: colour, signal: S1", "case_malformed", "one table or one signal"),
        ("given", "gives", "case_malformed", "gives"),
        (", expect: {colour: red}", "", "case_malformed", "expects something"),
        ("{colour: red}}", "red}", "case_malformed", "'red'"),
        ("{loan.days: 91}", "91", "case_malformed", "`given`"),
        ("case: x", "case: x, as_of: soon", "case_malformed", "no date"),
        ("case: x", "case: x, without: [due]", "case_malformed", "does not need due"),
        ("case: x", "case: x, without: 5", "case_malformed", "`without` is 5"),
        ("table: colour", "table: color", "unknown_table", "color"),
        ("loan.days: 91", "91: 91", "unknown_name", "`91` is no fact"),
        ("colour: red", "1: red", "unknown_output", "`1`"),
        ("loan.days: 91", "loan.day: 91", "unknown_name", "no fact"),
        ("loan.days: 91", "loan.share: 0.5", "unknown_name", "not read by"),
        ("colour: red", "rule_id: R9", "unknown_rule", "R9"),
        ("colour: red", "hue: red", "unknown_output", "hue"),
        ("colour: red}}", "colour: red}, {colour: red}]}", "case_malformed", "one answer"),
        ("loan.days: 91", "loan.days: many", "ill_typed", "number"),
        ("loan.days: 91", "loan.days: true", "ill_typed", "number"),
        ("loan.days: 91", "loan.days: 91.5", "ill_typed", "0 decimal places"),
        ("colour: red", "colour: 1", "ill_typed", "string"),
        ("case: x", "case: x, as_of: 2019-12-31", "not_in_force", "2019-12-31"),
    ],
)
def test_what_cannot_be_used_is_an_error_at_its_place(
    tmp_path: Path, was: str, becomes: str, code: str, says: str
) -> None:
    bad = GOOD.replace(was, becomes).replace("expect: {colour: red}, {", "expect: [{colour: red}, {")
    assert bad != GOOD
    report = scenarios.run(made(tmp_path, GOOD + bad), FACTS)
    (found,) = report.failures
    assert (found.severity, found.code, found.where) == ("error", code, "small/cases/c.yaml, case 2")
    assert says in found.message
    assert found.mend
    assert report.cases == 1


@pytest.mark.parametrize(
    ("expect", "code"), [("green", "case_malformed"), ("[{colour: red}]", "case_malformed")]
)
def test_a_signal_is_expected_to_be_in_a_state(tmp_path: Path, expect: str, code: str) -> None:
    cases = f"- {{case: x, signal: S1, given: {{loan.days: 8}}, expect: {expect}}}\n"
    assert failures(tmp_path, cases) == [(code, "small/cases/c.yaml, case 1")]


def test_a_sum_is_always_there_to_expect(tmp_path: Path) -> None:
    points = table(("> 90", "40"), policy="C+", outputs=(Output("points", "number"),))
    cases = "- {case: x, table: colour, given: {}, expect: []}\n"
    assert failures(tmp_path, cases, made_table=points) == [("case_malformed", "small/cases/c.yaml, case 1")]


CSV = """\
# people read this
case,table,signal,as_of,without,loan.flag,loan.days,expect,expect.rule_id,expect.colour
91 days,colour,,,,,91,,R1,red
both rules,colour,,2026-01-01,,,91,,R1,
no rule,colour,,,,,30,,,
no rule said in full,colour,,,,,30,,null,null
not yet,colour,,2019-12-31,,,,not_in_force,,
late,,S1,,,false,8,yellow,,
no feed,,S1,,due,false,8,not_measurable,,
"""


def test_csv_holds_cases_on_tables_and_signals(tmp_path: Path) -> None:
    report = scenarios.run(made(tmp_path, files={"cases/d.csv": CSV}), FACTS)
    assert (report.cases, report.failures) == (7, [])


def test_a_line_of_csv_without_a_sentence_adds_an_expected_rule(tmp_path: Path) -> None:
    several = table(("> 90", '"red"', '""'), ("> 30", '"yellow"', '"x"'), policy="C", outputs=TWO)
    text = "case,table,loan.days,expect.rule_id,expect.note\nboth,colour,91,R1,''\n,,,R2,x\n"
    pack = made(tmp_path, made_table=several, files={"cases/d.csv": text})
    assert scenarios.run(pack, FACTS).failures == []
    wrong = text.replace("R2,x", "R2,''")
    (found,) = scenarios.run(made(tmp_path, "", several, {"cases/d.csv": wrong}), FACTS).failures
    assert (found.code, found.where) == ("case_failed", "small/cases/d.csv, line 2")


TWO = (Output("colour", "string"), Output("note", "string"))


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("table,loan.days\ncolour,1\n", "line 1", "no column `case`"),
        ("case,table,loan.days,loan.days\nx,colour,1,1\n", "line 1", "loan.days twice"),
        ("case,table\n,colour\n", "line 2", "without a sentence"),
        ("# note\ncase,table\nx,colour,red\n", "line 3", "3 cells"),
        ('case,table\n"x\ny",colour\n', "d.csv", "several lines"),
    ],
)
def test_csv_that_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, text: str, where: str, says: str
) -> None:
    with pytest.raises(PolicyError) as told:
        made(tmp_path, files={"cases/d.csv": text})
    assert told.value.code == "case_malformed"
    assert told.value.where.endswith(where)
    assert says in told.value.message


def test_csv_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / "cases" / "d.csv").write_bytes("case,table\n逾期,colour\n".encode("gbk"))
    with pytest.raises(PolicyError, match="cannot be read"):
        made(tmp_path)


def test_values_of_csv_take_the_kind_of_their_fact(tmp_path: Path) -> None:
    rules = (("> 0.5", '< date("2024-03-01")', '"red"'),)
    text = "case,table,loan.amount,loan.on,expect.rule_id\nx,colour,0.51,2024-02-29,R1\n"
    text += "y,colour,null,2024-02-29,null\n"
    pack = made(tmp_path, "", table(*rules, inputs=ALL_KINDS), {"cases/d.csv": text})
    assert scenarios.run(pack, FACTS).failures == []
    for was, becomes in (("0.51", "0.511"), ("0.51", "half"), ("2024-02-29", "2024-02-30")):
        pack = made(
            tmp_path, "", table(*rules, inputs=ALL_KINDS), {"cases/d.csv": text.replace(was, becomes, 1)}
        )
        (found,) = scenarios.run(pack, FACTS).failures
        assert (found.code, found.where) == ("ill_typed", "small/cases/d.csv, line 2")


def test_a_case_of_a_pack_below_is_about_the_version_of_its_own_pack(tmp_path: Path) -> None:
    cases = """
- {case: ninety-one days, table: colour, given: {loan.days: 91}, expect: {colour: red}}
- {case: signal, signal: S1, given: {loan.flag: false, loan.days: 60}, expect: red}
"""
    made(tmp_path / "base", cases)
    own = table(("> 100", '"red"'))
    text = dmn.write([replace(own, overrides="milder")]).decode()
    files = {"pack.yaml": "id: own\nextends: base\ncurrency: CNY\n", "tables/colour/2021-01-01.dmn": text}
    for name, content in files.items():
        path = tmp_path / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    report = scenarios.run(load(tmp_path / "own"), FACTS)
    assert (report.cases, report.failures) == (2, [])  # the first is held against the day before
    lower = tmp_path / "base" / "cases" / "dated.yaml"
    lower.write_text(
        "- {case: later, table: colour, as_of: 2021-01-01, given: {loan.days: 91}, expect: {colour: red}}\n"
    )
    report = scenarios.run(load(tmp_path / "own"), FACTS)
    assert (report.cases, report.failures) == (2, [])


def test_only_what_is_asked_for_is_run(tmp_path: Path) -> None:
    cases = GOOD + "- {case: red, signal: S1, given: {loan.flag: false, loan.days: 60}, expect: red}\n"
    pack = made(tmp_path, cases)
    only = scenarios.run(pack, FACTS, tables=["colour"])
    assert (only.cases, len(only.tables), len(only.signals)) == (1, 1, 0)
    only = scenarios.run(pack, FACTS, signals=["S1"])
    assert (only.cases, len(only.tables), len(only.signals)) == (1, 0, 1)


class Wrong:
    """A compiled path that is mistaken."""

    def table(self, checked, kinds, rows, as_of):  # type: ignore[no-untyped-def]
        return [[{"rule_id": "R2", "colour": "yellow"}] for _ in rows]

    def signal(self, signal, rows, absent, as_of):  # type: ignore[no-untyped-def]
        return ["clear" for _ in rows]


def test_the_compiled_path_is_held_to_the_cases_too(tmp_path: Path, engine) -> None:  # type: ignore[no-untyped-def]
    cases = GOOD + "- {case: red, signal: S1, given: {loan.flag: false, loan.days: 60}, expect: red}\n"
    pack = made(tmp_path, cases)
    found = scenarios.run(pack, FACTS, columns=Wrong()).failures
    assert [getattr(one, "got", "") for one in found] == [
        'on columns R2 with colour "yellow"',
        "on columns clear",
    ]
    right = OnColumns(engine, lambda *given: ["red" for _ in given[2]])
    assert scenarios.run(pack, FACTS, columns=right).failures == []


def test_a_table_that_is_not_sound_is_told_once(tmp_path: Path) -> None:
    pack = made(tmp_path, GOOD + GOOD, table(('"late"', '"red"')))
    report = scenarios.run(pack, FACTS)
    assert {one.code for one in report.failures} == {"ill_typed"}
    assert len(report.failures) == 1


def test_the_policy_version_does_not_hang_on_cases(tmp_path: Path) -> None:
    day = date(2026, 1, 1)
    before = made(tmp_path, GOOD).as_of(day).version
    assert made(tmp_path, GOOD + GOOD).as_of(day).version == before
    changed = made(tmp_path, GOOD, table(("> 91", '"red"'))).as_of(day).version
    assert changed != before
