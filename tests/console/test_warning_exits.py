"""What would end a colour: the rule that holds it, what counts from earlier days, what would stand then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from postloan.console.publishing.models import Signal
from postloan.console.publishing.models import Warning as Alert
from postloan.console.publishing.selectors import current
from postloan.console.warnings import exits

SignIn = Callable[[str], Client]
WITHIN, BEFORE = date(2026, 4, 1), date(2026, 3, 31)  # 90 and 91 days before 2026-06-30


def signals(*pairs: tuple[str, str], held: str = "") -> list[Signal]:
    return [
        Signal(
            signal_id=f"{code}{place}",
            code=code,
            severity=severity,
            subject_kind="customer",
            subject_id="C",
            customer_id="C",
            suppressed_by=held or None,
        )
        for place, (code, severity) in enumerate(pairs)
    ]


def exit_of(rule: str, found: list[Signal], facts: dict[str, Any] | None = None, **told: Any) -> exits.Exit:
    alert = Alert(customer_id="C", rule_id=rule, colour="red")
    made = exits.exit_of(alert, found, current(), facts, **told)
    assert made is not None
    return made


def notice(code: str, on: date, rank: int) -> dict[str, Any]:
    return {f"last_fired_on_{code}": on, f"last_fired_rank_{code}": rank}


def test_the_row_that_decided_is_turned_round(a_bank: None) -> None:
    found = exit_of("red", signals(("REP06", "red"), ("REP04", "red")))
    assert found.conditions == ["red signals no longer at least 1 (now 2)"]
    assert (found.then, found.lingering, found.window) == ("none", (), 0)


@pytest.mark.parametrize(
    ("others", "facts", "then"),
    [
        ([], None, "none"),
        ([("ACC02", "blue")], None, "blue"),
        ([("ACC02", "yellow")], None, "yellow"),
        ([("ACC02", "yellow"), ("ACC03", "yellow"), ("ACC04", "yellow")], None, "yellow"),
        ([("ACC02", "yellow"), ("ACC03", "yellow"), ("REP02", "yellow")], None, "orange"),
        ([("ACC02", "orange")], {}, "orange"),
        ([("ACC02", "orange"), ("REP04", "orange")], {}, "red"),
        ([("ACC02", "orange")], notice("REP04", WITHIN, 2), "red"),
        ([("ACC02", "orange")], notice("REP04", BEFORE, 2), "orange"),
        ([("ACC02", "orange")], notice("REP04", WITHIN, 3), "orange"),
    ],
)
def test_what_stands_then_is_the_next_row_that_holds(
    a_bank: None, others: list[tuple[str, str]], facts: dict[str, Any] | None, then: str
) -> None:
    assert exit_of("red", signals(("FRD01", "red"), *others), facts).then == then


@pytest.mark.parametrize(
    ("on", "lingering"),
    [
        (WITHIN, [("repayment behaviour", date(2026, 6, 30))]),
        (date(2026, 6, 1), [("repayment behaviour", date(2026, 8, 30))]),
        (BEFORE, []),
    ],
)
def test_a_family_counts_on_until_its_last_day(
    a_bank: None, on: date, lingering: list[tuple[str, date]]
) -> None:
    found = exit_of("two_orange", signals(("ACC02", "orange")), notice("REP04", on, 2))
    assert [(name.lower(), last) for name, last in found.lingering] == lingering
    assert found.window == 90
    families = 1 + len(lingering)
    assert found.conditions == [
        "orange signals no longer at least 1 (now 1)",
        f"families orange within 90 days no longer at least 2 (now {families})",
    ]


def test_without_facts_the_families_are_not_counted(a_bank: None) -> None:
    found = exit_of("two_orange", signals(("ACC02", "orange")))
    assert found.conditions[1] == "families orange within 90 days no longer at least 2"


def test_what_a_role_does_not_read_is_not_told(a_bank: None) -> None:
    facts = notice("REP04", WITHIN, 2)
    found = exit_of("two_orange", signals(("ACC02", "orange"), held="x"), facts, hidden={"REP04", "ACC02"})
    assert (list(found.lingering), found.silenced) == ([], [])


@pytest.mark.parametrize(
    ("held", "said"),
    [("day_cap:2026-06-30", "counts as blue until the next run"), ("suppress_days", "counts all the same")],
)
def test_a_silenced_signal_counts_and_says_so(a_bank: None, held: str, said: str) -> None:
    ((code, why),) = exit_of("blue", signals(("ACC02", "orange"), held=held)).silenced
    assert code == "ACC02"
    assert said in why


def test_a_row_that_the_pack_no_longer_has_tells_nothing(a_bank: None) -> None:
    assert exits.exit_of(Alert(customer_id="C", rule_id="gone", colour="red"), [], current(), None) is None


def test_the_page_tells_it(sign_in: SignIn) -> None:
    page = " ".join(sign_in("MA1").get("/warnings/customer:CA1-1:2026-06-01/").content.decode().split())
    assert "red signals no longer at least 1" in page
    assert "If nothing else changes, this stands then:" in page
