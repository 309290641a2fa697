"""Observation of restructured loans, normal payment, and falls of class; days worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from postloan import facts
from postloan.book.snapshot import Book
from postloan.policy import pack
from postloan.results import LOAN_STATE, Prior
from tests.books import tiny_book
from tests.classification.vectors_book import Cases, months

DAY = date(2024, 6, 28)


def changed(c: Cases, name: str, day: str, **more) -> None:
    c.add("restructuring", loan_id=name, changed_on=day, kind="extension", **more)


@pytest.fixture(scope="module")
def cases() -> Cases:
    c = Cases()
    c.loan("technical", None)  # two days late for a proven cause: not missed
    proof = {"cause_unpaid": "operational", "proof_ref": "P1"}
    c.schedule("technical", months("2024-01-15", 24), {"2024-05-15": "2024-05-17"}, **proof)
    changed(c, "technical", "2024-01-01")
    c.loan("proof-too-late", None)
    c.schedule("proof-too-late", months("2024-01-15", 24), {"2024-05-15": "2024-05-23"}, **proof)
    changed(c, "proof-too-late", "2024-01-01")
    c.loan("short", None)  # the schedule ends before two periods have passed
    c.schedule("short", ["2024-03-15", "2024-09-15"])
    changed(c, "short", "2024-01-01")
    c.loan("stated", None)  # the bank's own day is later than the rule's
    c.schedule("stated", months("2024-01-15", 24))
    changed(c, "stated", "2024-01-01", observation_ends_on="2025-03-31")
    c.loan("recorded", None)
    c.schedule("recorded", months("2024-01-15", 24))
    changed(c, "recorded", "2024-01-01", is_repeat=True)
    c.loan("after", None)  # a second change after the first observation had ended
    c.schedule("after", months("2022-01-15", 48))
    changed(c, "after", "2022-01-01")
    changed(c, "after", "2023-01-16")
    c.loan("within", None)  # on the last day of the first
    c.schedule("within", months("2022-01-15", 48))
    changed(c, "within", "2022-01-01")
    changed(c, "within", "2023-01-15")
    c.loan("fell", None)
    c.schedule("fell", months("2024-01-15", 24))
    changed(c, "fell", "2024-01-01")
    c.decision("fell", "2024-02-20", "03")
    c.decision("fell", "2024-03-20", "06")
    c.decision("fell", "2024-05-20", "07")
    c.loan("two-schemes", None)
    for day, scheme, level in (
        ("2024-02-20", "cn12", "15"),  # normal, the fifth of its scheme
        ("2024-03-20", "cn10a", "04"),  # special mention, the fourth
        ("2024-05-20", "cn12", "23"),  # special mention, the eighth
    ):
        c.add("class_decision", loan_id="two-schemes", decided_on=day, kind="approval", scheme_id=scheme,
              level_code=level)  # fmt: skip
    c.loan("never-late", None)
    c.schedule("never-late", months("2024-01-15", 24))
    for name, day in (("merged", "2023-12-29"), ("merged-before", "2023-12-28")):
        c.loan(name, None)
        c.event("debtor_merged", "customer", f"C-{name}", day)
    c.loan("former", None)
    c.schedule("former", months("2023-01-15", 30))
    changed(c, "former", "2023-01-01", first_due_after_on="2023-12-29")
    return c


def _rows(engine, tmp_path, cases, policy, prior=None):
    book = Book(tiny_book(tmp_path / "book", **cases.tables), engine, DAY)
    found = facts.compute(engine, book, policy.as_of(DAY), prior, DAY)
    return {
        name: {row["id"]: row for row in engine.rows(found[f"facts_{name}"])} for name in ("loan", "customer")
    }


def test_observation_and_normal_payment(engine, tmp_path, cases):
    found = _rows(engine, tmp_path, cases, pack.load("cn_rural"))
    loans = found["loan"]

    def told(name):
        row = loans[name]
        return row["restructuring_state"], row["observation_starts_on"], row["observation_ends_on"]

    assert told("technical") == ("observed", date(2024, 1, 15), date(2025, 1, 15))
    assert loans["technical"]["observation_missed_count"] == 0
    assert told("proof-too-late") == ("observed", date(2024, 6, 15), date(2025, 6, 15))
    assert loans["proof-too-late"]["observation_missed_count"] == 1
    assert told("short") == ("observed", date(2024, 3, 15), None)
    assert told("stated") == ("observed", date(2024, 1, 15), date(2025, 3, 31))
    assert loans["recorded"]["is_restructured_again"] is True
    assert (loans["after"]["is_restructured_again"], loans["within"]["is_restructured_again"]) == (
        False,
        True,
    )
    # Becoming substandard on 20 March restarts it on 15 April; the later fall within the class does not.
    assert loans["fell"]["last_downgraded_on"] == date(2024, 3, 20)
    assert loans["fell"]["last_worsened_on"] == date(2024, 5, 20)
    assert told("fell") == ("observed", date(2024, 4, 15), date(2025, 4, 15))
    # Places of two schemes are not compared: the second is worse by its class, the third is not.
    assert loans["two-schemes"]["last_worsened_on"] == date(2024, 3, 20)
    assert told("never-late") == ("none", None, None)
    assert loans["never-late"]["arrears_cleared_on"] is None
    assert told("former") == ("observed", date(2023, 12, 29), date(2024, 12, 29))
    assert loans["former"]["is_under_former_rule"] is False
    people = found["customer"]
    assert people["C-merged"]["is_in_merger_period"] is True
    assert people["C-merged-before"]["is_in_merger_period"] is False  # six months are over on that day


def test_the_former_rule_is_a_bank_s_choice(engine, tmp_path, cases):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "pack.yaml").write_text("id: own\nextends: cn_rural\ncurrency: CNY\n", encoding="utf-8")
    (folder / "parameters.yaml").write_text(
        "- name: former_restructuring\n"
        "  value: {in_use: true, changed_before: 2023-07-01, held_until: 2025-12-31, observation_months: 6}\n"
        "  overrides: old business is booked by the rule of 2007\n"
        "  effective_from: 2020-01-01\n"
        "  reference: minutes\n  owner: risk_department\n  reviewed_on: 2024-01-01\n  status: P\n",
        encoding="utf-8",
    )
    loans = _rows(engine, tmp_path, cases, pack.load(folder))["loan"]
    assert loans["former"]["is_under_former_rule"] is True
    assert loans["former"]["observation_ends_on"] == date(2024, 6, 29)  # six months, the last day still ahead
    assert loans["technical"]["is_under_former_rule"] is False  # changed after its day


def test_falls_are_carried_from_run_to_run(engine, tmp_path, cases):
    state = {"as_of": date(2024, 6, 27), "scheme_id": "cn10a"}
    rows = [
        {**state, "loan_id": "never-late", "class_previous": "05", "class_final": "06"},
        {**state, "loan_id": "technical", "class_previous": "06", "class_final": "07"},
        {**state, "loan_id": "short", "class_previous": "06", "class_final": "05"},
        {**state, "loan_id": "stated", "class_previous": None, "class_final": "08"},
    ]
    prior = Prior(
        "r0",
        date(2024, 6, 27),
        date(2024, 6, 27),
        {"loan_state": engine.from_rows(rows, LOAN_STATE.fields, "prior_state", cents=True)},
    )
    loans = _rows(engine, tmp_path, cases, pack.load("cn_rural"), prior)["loan"]
    days = {row["loan_id"]: loans[row["loan_id"]] for row in rows}
    fell = date(2024, 6, 27)
    assert [days[name]["last_downgraded_on"] for name in days] == [fell, None, None, fell]
    assert [days[name]["last_worsened_on"] for name in days] == [fell, fell, None, fell]
