"""A wrong threshold must not survive: every grade of every signal is bent, and its cases must notice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from postloan import signals
from postloan.policy import feel, pack
from postloan.policy.entries import Grade, Signal
from tests import stages
from tests.signals.cases import CASES, NM
from tests.signals.test_pack_signals import ALL_FEEDS, only

pytestmark = pytest.mark.slow

DAY = date(2024, 6, 28)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_TURNED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "[": "(", "]": ")"}
_OPERATOR = re.compile(r"<=|>=|<|>|\[(?=\d)|(?<=\d)\]")


def bent(text: str) -> Iterator[str]:
    """Give the test with one number moved by a smallest step, or one bound opened or closed."""
    for found in _NUMBER.finditer(text):
        number = Decimal(found.group())
        step = (
            Decimal(1)
            if number == number.to_integral_value() and "." not in found.group()
            else Decimal("0.01")
        )
        for moved in (number + step, number - step):
            if moved >= 0:
                yield f"{text[: found.start()]}{moved}{text[found.end() :]}"
    for found in _OPERATOR.finditer(text):
        yield f"{text[: found.start()]}{_TURNED[found.group()]}{text[found.end() :]}"


def mutants() -> Iterator[tuple[str, int, str]]:
    for signal in pack.load("cn_rural").as_of(DAY).signals:
        for position, grade in enumerate(signal.grades):
            for text in bent(grade.text):
                yield signal.code, position, text


EQUIVALENT = {
    # `? >= 0` asks that the count be known; a count is never below zero, so the bound says nothing more.
    ("ACC06", 1, "? > 0 and (customer.has_overdraft_60d or customer.penalty_interest_60d_amt > 0)"),
}


def with_grade(signal: Signal, position: int, text: str) -> Signal:
    grade = signal.grades[position]
    grades = list(signal.grades)
    grades[position] = Grade(grade.colour, text, feel.parse_unary(text))
    return replace(signal, grades=tuple(grades), enabled=True)


@pytest.mark.parametrize(("code", "position", "text"), sorted(set(mutants()) - EQUIVALENT))
def test_the_cases_notice(engine, code, position, text):
    (signal,) = (one for one in pack.load("cn_rural").as_of(DAY).signals if one.code == code)
    base, cases = CASES[code]
    rows = [{"id": f"S{i:02d}", **base, **changes} for i, (changes, _) in enumerate(cases)]
    facts = stages.facts(engine, **{signal.subject: rows})
    result = signals.evaluate(engine, facts, only(with_grade(signal, position, text)), None, DAY, ALL_FEEDS)
    fired = {row["subject_id"]: row["severity"] for row in engine.rows(result["signal"])}
    expected = {f"S{i:02d}": state for i, (_, state) in enumerate(cases)}
    assert fired != {name: state for name, state in expected.items() if state not in ("clear", NM)}
