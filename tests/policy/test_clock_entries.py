"""Reading clocks.yaml: what it holds, and each mistake with the file, the key and how to mend it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from postloan.errors import PolicyError
from postloan.policy import pack
from postloan.policy.clock_entries import KINDS, Span, read_clock

ENTRY: dict[str, Any] = {
    "kind": "debt_limitation",
    "name": {"en": "Limitation", "zh": "诉讼时效"},
    "consequence": {"en": "Lost", "zh": "丧失"},
    "within": {"years": 3},
    "last_day": "next_working_day",
    "counts_from": "last_instalment",
    "restarts": ["demand", "payment"],
    "reference": "Civil Code art. 188",
    "status": "V",
}


def test_the_clocks_of_the_shipped_pack() -> None:
    known = pack.load("cn_rural").as_of(date(2026, 1, 5)).clocks
    assert set(known) == set(KINDS)
    lengths = {kind: clock.within for kind, clock in known.items() if clock.within}
    assert lengths == {
        "debt_limitation": Span(36),
        "guarantee_period": Span(6),
        "guarantee_limitation": Span(36),
        "enforcement_application": Span(24),
        "preservation": Span(0, 30),
        "payment_order": Span(0, 15),
        "clawback_security": Span(12),
        "clawback_payment": Span(6),
        "taken_over_asset": Span(24),
        "negative_record": Span(60),
    }
    assert known["debt_limitation"].at_most == Span(240)
    for clock in known.values():
        assert all((clock.reference, clock.owner, clock.reviewed_on, clock.legal_from)), clock.kind
        assert clock.status in ("V", "V*", "K", "P")
        assert set(clock.name) == set(clock.consequence) == {"en", "zh"}


def test_a_pack_without_clocks_has_none(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("id: plain\ncurrency: CNY\n", "utf-8")
    assert pack.load(tmp_path).as_of(date(2026, 1, 5)).clocks == {}


def test_a_banks_pack_replaces_a_clock_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("id: ours\nextends: cn_rural\n", "utf-8")
    text = """- kind: preservation
  name: {en: Ours, zh: 本行}
  consequence: {en: Lifted, zh: 解除}
  within: {days: 20}
  last_day: as_is
  reference: Our rule
  status: P
"""
    (tmp_path / "clocks.yaml").write_text(text, "utf-8")
    with pytest.raises(PolicyError, match="without a reason") as failure:
        pack.load(tmp_path)
    assert failure.value.where == "ours/clocks.yaml, clock preservation"
    (tmp_path / "clocks.yaml").write_text(text + "  overrides: we keep ten days in hand\n", "utf-8")
    known = pack.load(tmp_path).as_of(date(2026, 1, 5)).clocks
    assert known["preservation"].within == Span(0, 20)
    assert known["payment_order"].within == Span(0, 15)


@pytest.mark.parametrize(
    ("change", "message", "mend"),
    [
        ({"kind": "limitation"}, "`limitation` is no kind of clock.", "Write one of debt_limitation"),
        ({"within": None}, "`within` is missing.", "Add `within"),
        ({"within": {"years": 3, "days": 1}}, "A length is one number above 0.", "{years: 3}"),
        ({"within": {"years": 0}}, "A length is one number above 0.", "{days: 30}"),
        ({"within": {"years": -3}}, "`years` is -3, but must not be negative.", "0 or more"),
        ({"within": {"weeks": 3}}, "Unknown fields: weeks.", ""),
        ({"within": 3}, "`within` is 3, but must be a mapping.", ""),
        ({"last_day": "monday"}, "`last_day` is `monday`.", "next_working_day, as_is"),
        ({"counts_from": "first"}, "`counts_from` is `first`.", "last_instalment"),
        ({"restarts": ["demand", "letter"]}, "`restarts` names `letter`.", "demand, acknowledgement"),
        ({"revives": ["suit"]}, "`revives` names suit, which `restarts` does not.", "Add it"),
        ({"proof": ["photo"]}, "`proof` names `photo`.", "receipt, document_ref"),
        (
            {"applies_to": ["house"]},
            "`applies_to` means nothing for a clock of kind debt_limitation.",
            "within",
        ),
        ({"name": {"en": "Limitation"}}, "`name` has no text in zh.", "{en: …, zh: …}"),
        ({"consequence": "Lost"}, "`consequence` has no text in zh.", ""),
        ({"status": "X"}, "`status` is `X`.", "V, V*, K, P"),
        ({"status": None}, "`status` is ``.", "V, V*, K, P"),
        ({"reference": None}, "`reference` is missing.", "the article"),
        ({"article": "188"}, "Unknown fields: article.", ""),
        ({"effective_from": "2021-01-01"}, "`effective_from` is '2021-01-01', but must be a date.", ""),
        ({"suspended": {"begins": ["a"]}}, "`within_last` is missing.", ""),
        (
            {"suspended": {"begins": ["a"], "within_last": {"months": 6}, "leaves": {"months": 6}}},
            "`ends` names no kind of event.",
            "ends: [",
        ),
        (
            {
                "suspended": {
                    "begins": ["a"],
                    "ends": ["b"],
                    "within_last": {"months": 6},
                    "leaves": {"days": 181},
                }
            },
            "`leaves` is longer than `within_last`: what does not count would prolong the time.",
            "at most",
        ),
    ],
)  # fmt: skip
def test_mistakes_name_the_place_and_how_to_mend_them(change: Any, message: str, mend: str) -> None:
    raw = {key: value for key, value in {**ENTRY, **change}.items() if value is not None}
    with pytest.raises(PolicyError) as failure:
        read_clock(raw, "ours/clocks.yaml")
    assert failure.value.code == "pack_entry"
    assert failure.value.message == message
    assert mend in failure.value.mend
    assert failure.value.where.startswith("ours/clocks.yaml, clock ")


def test_what_a_length_is_called() -> None:
    said = {Span(36): ("3 years", "3年"), Span(12): ("1 year", "1年"), Span(6): ("6 months", "6个月")}
    said |= {
        Span(0, 30): ("30 days", "30日"),
        Span(0, 1): ("1 day", "1日"),
        Span(18): ("18 months", "18个月"),
    }
    assert {span: (span.words("en"), span.words("zh")) for span in said} == said
