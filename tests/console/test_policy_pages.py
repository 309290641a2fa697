"""Pages of policies and signals: what stands beside a rule, who sees which draft, what a form refuses."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from postloan.console.people.models import Staff
from postloan.console.people.rights import scope_of
from postloan.console.policies import reading
from postloan.console.policies.models import Draft, Impact
from postloan.console.publishing.models import Coverage, Loan
from postloan.console.publishing.selectors import current
from postloan.console.signals import selectors, verdicts
from postloan.policy import dmn
from tests.books import tiny_book
from tests.console import bank, small_policy

SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def fresh_cache(db: None) -> None:
    cache.clear()


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_table_in_words_shows_each_problem_below_its_rule(sign_in: SignIn) -> None:
    page = text(sign_in("MA1").get("/policies/tables/colour/"))
    rule = page.index(">later</th>")
    problem = (
        page.index("Rule later never wins") if "Rule later never wins" in page else page.index("shadowed")
    )
    assert rule < problem < page.index(">early</th>")
    assert "2 cases, and all pass" in page
    assert "No case reaches the rule later" in page


def test_the_xml_is_the_table_itself(sign_in: SignIn) -> None:
    answer = sign_in("MA1").get("/policies/tables/colour/dmn/")
    assert answer["Content-Type"] == "application/xml"
    (read,) = dmn.read(answer.content, "colour.dmn")
    assert [(one.id, one.tests, one.entries) for one in read.rules] == [
        ("late", ("> 30",), ('"orange"',)),
        ("later", ("> 60",), ('"orange"',)),
        ("early", ("-",), ('"blue"',)),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "/policies/tables/nothing/",
        "/policies/tables/colour/?from=2026-01-01",
        "/policies/tables/colour/?from=2026-02-31",
        "/policies/tables/nothing/dmn/",
        "/policies/entries/secrets/",
        "/policies/drafts/small_v2/tables/nothing/",
        "/policies/drafts/small_v2/entries/table/colour/",
        "/policies/drafts/small_v2/entries/parameter/nothing/",
    ],
)
def test_what_a_pack_has_not_is_not_there(sign_in: SignIn, address: str) -> None:
    bank.person("both", "H", "policy_author", "audit")
    assert sign_in("both").get(address).status_code == 404


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("H-policy_author", {"small_v1", "small_v2", "small_v3"}),
        ("H-audit", {"small_v1", "small_v2", "small_v3"}),
        ("BHA", {"small_v1", "small_v3"}),
        ("MA1", {"small_v1"}),
        ("RDA", set()),
        ("H-finance", set()),
    ],
)
def test_each_role_sees_drafts_of_its_states(sign_in: SignIn, who: str, seen: set[str]) -> None:
    client = sign_in(who)
    names = {f"small_v{number}" for number in (1, 2, 3)}
    assert {one for one in names if client.get(f"/policies/drafts/{one}/").status_code == 200} == seen
    listed = text(client.get("/policies/"))
    assert {one for one in names if f"/policies/drafts/{one}/" in listed} == seen


def test_a_manager_is_asked_to_acknowledge_and_sees_neither_impact_nor_approvals(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    assert "/policies/drafts/small_v1/acknowledge/" in text(client.get("/policies/"))
    page = text(client.get("/policies/drafts/small_v1/"))
    assert "Impact on the book" not in page
    assert "Nobody has approved it yet" not in page
    draft = Draft.objects.get(pk="small_v1")
    (question,) = draft.questions.all()
    wrong = client.post("/policies/drafts/small_v1/acknowledge/", {f"q{question.pk}": "0"})
    assert "1 of 1 answers are not right" in text(wrong)
    right = client.post("/policies/drafts/small_v1/acknowledge/", {f"q{question.pk}": "1"})
    assert right.status_code == 302
    assert draft.acknowledgements.get().by_id == "MA1"
    assert "/policies/drafts/small_v1/acknowledge/" not in text(client.get("/policies/"))


def test_a_threshold_that_is_no_test_is_refused_by_file_and_grade(sign_in: SignIn) -> None:
    before = Draft.objects.get(pk="small_v2").content
    answer = sign_in("H-policy_author").post(
        "/policies/drafts/small_v2/entries/signal/REP04/",
        {"orange": "[31..", "enabled": "on", "reason": "试"},
    )
    assert answer.status_code == 200
    assert "signals/changed.yaml, signal REP04, grade orange" in text(answer)
    assert Draft.objects.get(pk="small_v2").content == before


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("colour.dmn", b"<definitions", "colour.dmn"),
        ("colour.exe", b"MZ", "Only .dmn, .xlsx, .csv and .yaml are read."),
        ("own.csv", b"case,table,loan.dpd_days,expect.rule_id\nA,colour,0,late\n", "cases/own.csv, line 2"),
    ],
)
def test_a_file_that_cannot_be_kept_is_told_by_its_place(
    sign_in: SignIn, name: str, data: bytes, told: str
) -> None:
    client = sign_in("H-policy_author")
    sent = {"what": "file", "reason": "试", "file": SimpleUploadedFile(name, data)}
    page = text(client.post("/policies/drafts/small_v2/change/", sent, follow=True))
    assert told in page
    assert not Draft.objects.get(pk="small_v2").changes.exists()


def test_a_table_is_brought_as_a_file_and_compared_with_the_one_in_force(sign_in: SignIn) -> None:
    client = sign_in("H-policy_author")
    rules = (small_policy.COLOUR.rules[0], small_policy.COLOUR.rules[2])
    from dataclasses import replace

    data = dmn.write([replace(small_policy.COLOUR, rules=(replace(rules[0], tests=("> 20",)), rules[1]))])
    sent = {"what": "file", "reason": "提前", "file": SimpleUploadedFile("colour.dmn", data)}
    page = text(client.post("/policies/drafts/small_v2/change/", sent, follow=True))
    assert "decision table colour" in page
    assert "&gt; 30" in page
    assert "&gt; 20" in page
    assert "(20..30]" in page, "for which inputs it matters"


def test_the_impact_refreshes_itself_only_while_it_is_at_work(sign_in: SignIn) -> None:
    draft = Draft.objects.get(pk="small_v3")
    told = {
        "nothing_changes": False,
        "total": {
            "changed_customers": 3,
            "customers": 8,
            "changed_classes": 1,
            "colour_moves": [
                {"from": "yellow", "to": "orange", "customers": 3, "loans": 4},
                {"from": "red", "to": "red", "customers": 5, "loans": 5},
            ],
        },
        "days": [{"as_of": "2026-06-30"}],
    }
    asked = Impact.objects.create(
        draft=draft, content=draft.content, state="running", asked_by=draft.author, asked_at=draft.made_at
    )
    client = sign_in("H-legal")
    assert "hx-trigger" in text(client.get("/policies/drafts/small_v3/impact/"))
    asked.state, asked.told = "done", told
    asked.save()
    page = text(client.get("/policies/drafts/small_v3/impact/"))
    assert "hx-trigger" not in page
    assert "3 of 8 customers change; 1 loans get another class." in page
    assert page.count("<tr>") == 2, "what stays as it is is no move"


def test_the_steps_of_a_page_are_those_of_the_person(sign_in: SignIn) -> None:
    buttons = {
        who: {
            name
            for name in ("comment", "end_consultation", "withdraw", "submit", "approve_law")
            if f'value="{name}"' in text(sign_in(who).get("/policies/drafts/small_v3/"))
        }
        for who in ("BHA", "H-policy_author", "H-legal", "H-audit")
    }
    assert buttons == {
        "BHA": {"comment"},
        "H-policy_author": {"end_consultation", "withdraw"},
        "H-legal": {"comment"},
        "H-audit": {"comment"},
    }


@pytest.mark.parametrize("address", ["/policies/", "/policies/drafts/small_v1/", "/signals/"])
def test_pages_ask_the_database_a_bounded_number_of_times(
    sign_in: SignIn, address: str, django_assert_max_num_queries: Any
) -> None:
    client = sign_in("H-risk_department")
    client.get(address)
    with django_assert_max_num_queries(40):
        client.get(address)


# Signals.


def line(code: str = "REP04") -> selectors.Line:
    return next(one for one in selectors.catalogue(current(), {}) if one.signal.code == code)


def test_rates_are_of_what_could_be_measured(a_bank: None) -> None:
    Coverage.objects.filter(code="REP04").update(
        subjects=10, fired=2, suppressed=1, clear=3, not_measurable=4
    )
    found = line()
    assert (found.measured, found.measurable, found.rate) == (6, Decimal("0.6"), Decimal("0.5"))


def test_what_is_off_or_never_counted_has_no_rate(a_bank: None) -> None:
    Coverage.objects.filter(code="REP04").update(clear=0, fired=0, not_measurable=8, missing=["switched_off"])
    assert (line().rate, line().measurable, line().alerts) == (None, None, None)
    Coverage.objects.all().delete()
    assert (line().rate, line().measurable) == (None, None)


def test_a_signal_measured_on_nobody_says_why(sign_in: SignIn) -> None:
    Coverage.objects.filter(code="REP04").update(
        subjects=8, fired=0, clear=0, not_measurable=8, missing=["loan.dpd_days"]
    )
    found = line()
    assert (found.measured, found.rate, found.reasons) == (0, None, ["loan.dpd_days"])
    assert [one.signal.code for one in selectors.catalogue(current(), {"state": "never"})] == ["REP04"]
    page = text(sign_in("MA1").get("/signals/REP04/"))
    assert "never measurable" in page
    assert "for want of: <code>loan.dpd_days</code>" in page


@pytest.mark.parametrize(
    ("day", "alerts"), [("2026-06-02", Decimal("0.0000")), ("2026-06-03", Decimal("0.25"))]
)
def test_alerts_count_the_last_four_weeks_a_manager(a_bank: None, day: str, alerts: Decimal) -> None:
    # Four managers with a signal each; the four weeks up to 2026-06-30 begin on 2026-06-03.
    from postloan.console.publishing.models import Signal

    Signal.objects.update(opened_on=day)
    assert line().alerts == alerts


def test_verdicts_give_precision_and_lead_time(a_bank: None, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"REP04": {"real": 3, "false_alarm": 1, "too_late": 1, "open": 7}}
    judged = verdicts.Verdicts(counts, {"REP04": ["LA1-1", "LB1-1"]})
    monkeypatch.setattr(selectors, "verdicts", lambda run: judged)
    Loan.objects.filter(pk="LA1-1").update(days_past_due=40)  # 30 days late on 2026-06-20
    Loan.objects.filter(pk="LB1-1").update(days_past_due=29)  # not yet so late
    assert line().precision == Decimal("0.6")
    found = selectors.detail("REP04", current())
    assert found is not None
    assert (found.line.lead_days, found.line.led) == (19, 1), "from 2026-06-01 to 2026-06-20"
    assert (line().lead_days, line().led) == (19, 1)


@pytest.mark.parametrize(("fired", "noisy"), [(1, False), (2, True)])
def test_a_signal_that_fires_on_too_many_is_marked(sign_in: SignIn, fired: int, noisy: bool) -> None:
    # One of ten subjects lies below the limit of a fifth of those measured, two lie at it.
    name = "firing_share_limit"
    written = f"- name: {name}\n  value: 0.20\n  unit: share\n{small_policy.ABOUT}"
    with (reading.home() / "small" / "parameters.yaml").open("a") as file:
        file.write(written)
    reading.opened.cache_clear()
    Coverage.objects.filter(code="REP04").update(subjects=10, fired=fired, clear=10 - fired, not_measurable=0)
    assert line().is_noisy is noisy
    assert ("fires on too many" in text(sign_in("MA1").get("/signals/"))) is noisy


def test_verdicts_come_from_the_book_in_the_background(
    sign_in: SignIn, tmp_path: Path, settings: Any
) -> None:
    judged = [
        {"subject_kind": "loan", "subject_id": name, "code": "REP04", "decided_on": day, "result": result}
        for name, day, result in [
            ("L1", "2026-06-01", "real"),
            ("L2", "2026-06-02", "false_alarm"),
            ("L3", "2026-07-01", "real"),  # after the day of the run: not known then
        ]
    ]
    settings.BOOK = str(tiny_book(tmp_path / "book", verdict=judged))
    client = sign_in("MA1")
    assert "being counted" in text(client.get("/signals/"))
    verdicts.count.func("2026-06-30-1", "2026-06-30")
    assert line().verdicts == {"real": 1, "false_alarm": 1}
    assert "being counted" not in text(client.get("/signals/"))


def test_a_book_that_cannot_be_read_is_said(sign_in: SignIn, tmp_path: Path, settings: Any) -> None:
    settings.BOOK = str(tmp_path / "nothing")
    verdicts.count.func("2026-06-30-1", "2026-06-30")
    assert "as the book cannot be read" in text(sign_in("MA1").get("/signals/"))


def test_roles_that_count_must_be_held_at_the_head_office(a_bank: None) -> None:
    from postloan.console.policies.gate import roles_of

    assert roles_of(scope_of(Staff.objects.get(pk="RDA"))) == frozenset()
    assert roles_of(scope_of(Staff.objects.get(pk="H-risk_department"))) == {"risk_department"}
    assert roles_of(scope_of(Staff.objects.get(pk="BHA"))) == {"branch_head"}


def test_a_pack_promulgated_here_names_what_a_run_by_it_found(a_bank: None) -> None:
    from postloan.console import words

    version = f"small_v1-{'0' * 12}"
    assert words.policy_of(version, bank.DAY).id == "small_v1"
    assert (reading.home() / "small_v1" / "pack.yaml").is_file()
