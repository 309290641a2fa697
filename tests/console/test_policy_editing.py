"""Changing a draft in the console: entries as forms and text, calendars, tables, single rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from postloan.console.people.rights import scope_of
from postloan.console.policies import editing, lines, reading, selectors, services, states
from postloan.console.policies.models import Approval, Draft
from postloan.errors import PolicyError, PostloanError
from postloan.policy import dmn
from tests.console import bank, small_policy

SignIn = Callable[[str], Client]
DRAFT = "/policies/drafts/small_v2/"

MEASURE = """\
- code: M01
  name: {en: First visit, zh: 首次检查}
  nature: duty
  level: loan
  owner_role: customer_manager
  evidence: [photo]
  effort_minutes: 90
  reference: rules of the test
  owner: legal
  reviewed_on: 2026-06-01
  status: P
"""
SCHEME = """\
id: own2
name: {en: Two levels, zh: 两级}
levels:
- {level_code: '01', order: 1, name: {en: Good, zh: 好}, five_level: normal, is_npl: false}
- {level_code: '02', order: 2, name: {en: Bad, zh: 坏}, five_level: loss, is_npl: true}
"""


@pytest.fixture
def with_measure(a_bank: None) -> None:
    """Let the pack below the drafts have a measure."""
    base = reading.home() / Draft.objects.get(pk="small_v2").base
    (base / "measures.yaml").write_text(MEASURE, encoding="utf-8")
    reading.opened.cache_clear()


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def held() -> Draft:
    return Draft.objects.get(pk="small_v2")


def pack() -> Any:
    return reading.opened(selectors.of_draft(held()))


def author() -> Any:
    return scope_of(Staff.objects.get(pk="H-policy_author"))


def colour(*tests: str) -> bytes:
    rules = zip(small_policy.COLOUR.rules, tests, strict=True)
    changed = tuple(replace(rule, tests=(test,)) for rule, test in rules)
    return dmn.write([replace(small_policy.COLOUR, rules=changed)])


def test_a_table_from_the_editor_is_checked_kept_in_canonical_form_and_voids_approvals(
    sign_in: SignIn,
) -> None:
    client, before = sign_in("H-policy_author"), held()
    Approval.objects.create(
        draft=before, action="approve_law", by_id="H-legal", at=before.made_at, content=before.content
    )
    sent = {"xml": colour("> 20", "> 60", "-").decode(), "reason": "提前关注"}
    answer = client.post(f"{DRAFT}tables/colour/edit/", sent)
    assert answer.status_code == 302, text(answer)
    after = held()
    assert after.content != before.content
    assert not after.approvals.filter(void_at__isnull=True).exists()
    told = after.changes.get()
    assert (told.kind, told.key, told.by_id, told.reason) == (
        "table",
        "colour",
        "H-policy_author",
        "提前关注",
    )
    event = AuditEvent.objects.filter(action="change_draft").latest("seq")
    assert (event.object_id, event.actor) == ("small_v2", "H-policy_author")
    (path,) = (reading.home() / "small_v2" / "tables" / "colour").glob("*.dmn")
    (kept,) = dmn.read(path.read_bytes())
    assert kept.rules[0].tests == ("> 20",)
    assert kept.overrides == "提前关注"
    assert kept.labels == small_policy.COLOUR.labels
    assert path.read_bytes() == dmn.write([kept], "colour")
    assert path.with_suffix(".md").is_file()


def test_a_cell_that_cannot_be_read_is_refused_and_said_beside_it(sign_in: SignIn) -> None:
    before = held().content
    sent = {"xml": colour("> late", "> 60", "-").decode(), "reason": "试"}
    page = text(sign_in("H-policy_author").post(f"{DRAFT}tables/colour/edit/", sent))
    assert "Nothing was kept" in page
    row, cell = page.index(">late</th>"), page.index('class=" problem">&gt; late</td>')
    remark = page.index('<tr class="remark">')
    assert row < cell < remark < page.index(">later</th>")
    assert "&gt; late" in page[page.index('name="xml"') :], "what was typed stays in the editor"
    assert held().content == before


@pytest.mark.parametrize(
    ("xml", "told"),
    [
        ("<definitions", "not XML"),
        (dmn.write([]).decode(), "must hold one decision table"),
        (dmn.write([small_policy.COLOUR, small_policy.COLOUR]).decode(), "must hold one decision table"),
    ],
)
def test_what_is_no_table_is_refused(sign_in: SignIn, xml: str, told: str) -> None:
    answer = sign_in("H-policy_author").post(f"{DRAFT}tables/colour/edit/", {"xml": xml, "reason": "试"})
    assert answer.status_code == 200
    assert told in text(answer)


def test_one_cell_is_changed_by_a_plain_form(sign_in: SignIn) -> None:
    client = sign_in("H-policy_author")
    address = f"{DRAFT}tables/colour/rules/late/"
    assert 'value="&gt; 30"' in text(client.get(address))
    said = {"test0": "> 15", "entry0": '"orange"', "reason": "提前", "action": "change"}
    assert client.post(address, said).status_code == 302
    assert editing.table_of(pack(), "colour").rules[0].tests == ("> 15",)
    event = AuditEvent.objects.filter(action="change_draft").latest("seq")
    assert event.after["what"] == {
        "rule": "late",
        "action": "change",
        "before": ["> 30", '"orange"'],
        "after": ["> 15", '"orange"'],
    }


def test_a_wrong_cell_of_the_plain_form_is_told_at_its_field(sign_in: SignIn) -> None:
    said = {"test0": "> late", "entry0": '"orange"', "reason": "提前", "action": "change"}
    page = text(sign_in("H-policy_author").post(f"{DRAFT}tables/colour/rules/late/", said))
    assert page.index('class="errorlist"') < page.index('name="test0"') < page.index('name="entry0"')
    assert 'value="&gt; late"' in page


@pytest.mark.parametrize(
    ("action", "named", "ids"),
    [
        ("add", "between", ["late", "between", "later", "early"]),
        ("remove", "", ["later", "early"]),
        ("down", "", ["later", "late", "early"]),
    ],
)
def test_rules_are_added_taken_out_and_moved(action: str, named: str, ids: list[str]) -> None:
    from postloan.policy.model import Rule

    made = Rule(named, ("> 40",), ('"orange"',)) if named else None
    rules = editing.changed_rules(small_policy.COLOUR, "late", action, made)
    assert [one.id for one in rules] == ids


@pytest.mark.parametrize(("action", "named"), [("up", ""), ("add", "later"), ("add", "../x"), ("paint", "")])
def test_what_cannot_be_done_with_a_rule_is_refused(action: str, named: str) -> None:
    from postloan.policy.model import Rule

    made = Rule(named, ("> 40",), ('"orange"',)) if named else None
    with pytest.raises(PostloanError):
        editing.changed_rules(small_policy.COLOUR, "late", action, made)


def test_a_measure_is_changed_by_its_form_and_shown_beside_the_one_in_force(
    with_measure: None, sign_in: SignIn
) -> None:
    client = sign_in("H-policy_author")
    said = {
        "name_en": "First visit",
        "name_zh": "首次检查",
        "nature": "duty",
        "level": "loan",
        "owner_role": "customer_manager",
        "approver_role": "branch_head",
        "choice_group": "",
        "evidence": "photo\nvisit",
        "effort_minutes": "120",
        "reason": "双人",
    }
    page = text(client.post(f"{DRAFT}entries/measure/M01/", said, follow=True))
    entry = pack().versions["measure"]["M01"][-1]
    assert (entry.value.effort_minutes, entry.value.evidence) == (120, ("photo", "visit"))
    assert (entry.value.approver_role, entry.overrides, entry.value.owner) == ("branch_head", "双人", "legal")
    assert entry.effective_from == bank.DRAFTS_FROM
    assert "effort_minutes" in page
    assert "<strong>120</strong>" in page


def test_a_measure_is_added_once(with_measure: None, sign_in: SignIn) -> None:
    client, address = sign_in("H-policy_author"), f"{DRAFT}measures/new/"
    typed = (
        editing.NEW_MEASURE.replace("code: M", "code: M99")
        .replace("en: ''", "en: Call")
        .replace("zh: ''", "zh: 电话")
    )
    page = text(client.post(address, {"text": typed, "reason": "新增"}, follow=True))
    assert "measure M99" in page
    added = pack().versions["measure"]["M99"][-1]
    assert (added.overrides, added.value.effort_minutes, added.pack) == ("", 30, "small_v2")
    again = client.post(address, {"text": typed, "reason": "新增"})
    assert "already: change that one" in text(again)
    wrong = client.post(
        address, {"text": editing.NEW_MEASURE.replace("code: M", "code: ../x"), "reason": "新"}
    )
    assert "must name the measure" in text(wrong)


@pytest.mark.parametrize(
    ("change", "line", "told"),
    [
        (("nature: duty", "nature: dutyy"), 3, "dutyy"),
        (("level: loan", "level: [loan"), None, "YAML"),
        (("owner_role: customer_manager", "owner_role: teller"), 5, "teller"),
    ],
)
def test_a_wrong_line_of_the_text_is_named(
    with_measure: None, sign_in: SignIn, change: tuple[str, str], line: int | None, told: str
) -> None:
    typed = editing.entry_text(pack(), "measure", "M01").replace(*change)
    sent = {"text": typed, "reason": "试"}
    answer = sign_in("H-policy_author").post(f"{DRAFT}entries/measure/M01/?text", sent)
    page = text(answer)
    assert answer.status_code == 200
    assert told in page
    assert 'class="problem"' in page
    assert line is None or f"Line {line}:" in page
    assert not held().changes.exists()


def test_a_scheme_is_changed_as_text_and_taken_back(a_bank: None) -> None:
    base = reading.home() / held().base
    (base / "schemes").mkdir()
    (base / "schemes" / "own2.yaml").write_text(f"{SCHEME}reference: rules of the test\nowner: legal\n")
    reading.opened.cache_clear()
    told = {"scope": author(), "draft_id": "small_v2", "kind": "scheme", "key": "own2", "reason": "改名"}
    editing.set_entry(**told, text=SCHEME.replace("Good", "Sound"))
    found = pack().versions["scheme"]["own2"]
    assert [one.value.levels[0].name_en for one in found] == ["Good", "Sound"]
    assert found[-1].value.owner == "legal"
    services.take_back(scope=author(), draft_id="small_v2", kind="scheme", key="own2", reason="不需要")
    assert [one.value.levels[0].name_en for one in pack().versions["scheme"]["own2"]] == ["Good"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code: other\n", "must stay `M01`"),
        ("- 1\n", "list of fields"),
        ("code: M01\nowner: legal\n", "said by the draft"),
    ],
)
def test_an_entry_keeps_its_name_and_says_nothing_of_itself(with_measure: None, text: str, told: str) -> None:
    with pytest.raises(PostloanError, match=told):
        editing.set_entry(
            scope=author(), draft_id="small_v2", kind="measure", key="M01", text=text, reason="试"
        )


def test_a_calendar_year_is_added_and_its_days_are_the_difference(sign_in: SignIn) -> None:
    client = sign_in("H-policy_author")
    said = {"source": "notice", "holidays": "2027-01-01\n2027-10-01", "extra_workdays": "2027-10-09"}
    page = text(client.post(f"{DRAFT}files/calendar/2027.yaml", {**said, "reason": "年度安排"}, follow=True))
    known = pack().calendar.years[2027]
    assert sorted(known.holidays) == [date(2027, 1, 1), date(2027, 10, 1)]
    assert "2027-01-01, 2027-10-01" in page
    assert ("file", "calendar/2027.yaml") in reading.own(selectors.of_draft(held()))


def test_a_day_of_another_year_is_told_by_its_line(sign_in: SignIn) -> None:
    said = {"source": "notice", "holidays": "2027-01-01\n2026-10-01", "extra_workdays": "", "reason": "试"}
    page = text(sign_in("H-policy_author").post(f"{DRAFT}files/calendar/2027.yaml", said))
    assert "Line 2: “2026-10-01” is no day of 2027." in page


@pytest.mark.parametrize("name", ["pack.yaml", "../x.yaml", "calendar/../pack.yaml", "signals/x.yaml"])
def test_no_other_file_of_a_pack_is_reached(sign_in: SignIn, name: str) -> None:
    with pytest.raises(PostloanError, match="no file that can be changed here"):
        editing.set_document(scope=author(), draft_id="small_v2", name=name, text="a: 1", reason="试")
    assert sign_in("H-policy_author").get(f"{DRAFT}files/{name}").status_code == 404


@pytest.mark.parametrize(
    ("value", "kept"), [("0", False), ("1", True), ("36500", True), ("36501", False), ("2.5", False)]
)
def test_a_parameter_stays_in_its_range(sign_in: SignIn, value: str, kept: bool) -> None:
    client = sign_in("H-policy_author")
    address = f"{DRAFT}entries/parameter/position_max_age/"
    page = text(client.get(address))
    assert "Allowed: a whole number from 1 to 36500." in page
    answer = client.post(address, {"value": value, "reason": "试"})
    assert (answer.status_code == 302) is kept


def test_each_part_of_a_parameter_has_a_field(sign_in: SignIn) -> None:
    client = sign_in("H-policy_author")
    address = f"{DRAFT}entries/parameter/arrears_tolerance/"
    page = text(client.get(address))
    assert "Allowed: a number from 0 to 1." in page
    assert "rules of the test" in page
    assert "P, a proposal" in page
    assert (
        client.post(address, {"value.amount": "5", "value.share": "1.5", "reason": "试"}).status_code == 200
    )
    assert (
        client.post(address, {"value.amount": "5", "value.share": "0.002", "reason": "试"}).status_code == 302
    )
    found = pack().versions["parameter"]["arrears_tolerance"][-1].value.value
    assert {part: str(one) for part, one in found.items()} == {"amount": "5", "share": "0.002"}


@pytest.mark.parametrize("who", ["H-risk_department", "MA1", "BHA", "H-legal"])
def test_only_authors_open_the_editors(sign_in: SignIn, who: str) -> None:
    client = sign_in(who)
    for path in ("tables/colour/edit/", "tables/colour/rules/late/", "entries/", "files/calendar/2027.yaml"):
        assert client.get(DRAFT + path).status_code == 404


def test_a_promulgated_draft_is_changed_no_more(a_bank: None) -> None:
    Draft.objects.filter(pk="small_v2").update(state=states.EFFECTIVE)
    with pytest.raises(PostloanError) as refused:
        editing.set_table(
            scope=author(), draft_id="small_v2", name="colour", data=colour("> 1", "> 2", "-"), reason="试"
        )
    assert refused.value.code == "not_in_this_state"


@pytest.mark.parametrize(
    ("where", "message", "line"),
    [
        ("value, line 2, column 3", "The file is not YAML", 2),
        ("x/measures.yaml, measure M01", "`nature` is `dutyy`.", 2),
        ("x, scheme a, level 02", "`five_level` is `lost`.", 5),
        ("x, scheme a", "Something else.", None),
    ],
)
def test_a_problem_is_put_at_the_line_that_it_names(where: str, message: str, line: int | None) -> None:
    typed = ["code: M01", "nature: dutyy", "levels:", "- {level_code: '01', five_level: normal}"]
    typed += ["- {level_code: '02', five_level: lost}"]
    assert lines.line_of(typed, where, message) == line


def test_text_that_is_no_yaml_names_line_and_column(a_bank: None) -> None:
    told = {"scope": author(), "draft_id": "small_v2", "kind": "scheme", "key": "own2", "reason": "试"}
    with pytest.raises(PolicyError) as refused:
        editing.set_entry(**told, text="id: own2\n\tname: x\n")
    assert refused.value.where.startswith("own2, line 2")
