"""The policy commands: a pack with a fault is a problem found; one that is not there cannot be checked."""

from __future__ import annotations

import pytest

PACK = "id: our_bank\nextends: cn_rural\ncurrency: CNY\nname: {en: Our bank}\n"
RULE = """\
- code: REP05
  name: {en: Early arrears}
  family: repayment
  subject: loan
  fact: loan.dpd_days
  grades: {red: ">= 46"}
  effective_from: 2025-01-01
  reference: the bank's rules
  owner: risk_department
  reviewed_on: 2026-11-01
  status: P
"""


@pytest.fixture
def pack(tmp_path):
    """Give the folder of a bank's own pack, with the rules still to be written."""
    (tmp_path / "our_bank" / "signals").mkdir(parents=True)
    (tmp_path / "our_bank" / "pack.yaml").write_text(PACK, encoding="utf-8")
    return tmp_path / "our_bank"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (RULE, "override_unexplained"),
        (2 * RULE.replace("status: P", "status: P\n  overrides: stricter"), "two_in_force"),
    ],
)
def test_a_pack_that_cannot_be_loaded_is_a_problem_found(call, pack, text, code):
    (pack / "signals" / "own.yaml").write_text(text, encoding="utf-8")
    told = call("policy", "check", pack, "--json")
    assert (told.code, told.json["errors"]) == (1, 1)
    (finding,) = told.json["findings"]
    assert (finding["severity"], finding["code"]) == ("error", code)
    assert "signals/own.yaml" in finding["where"]
    spoken = call("policy", "check", pack)
    assert (spoken.code, code in spoken.out) == (1, True)


def test_a_pack_that_is_not_there_could_not_be_checked(call):
    told = call("policy", "check", "nowhere", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "unknown_pack")


def test_a_sound_override_passes(call, pack):
    text = RULE.replace("status: P", "status: P\n  overrides: stricter")
    (pack / "signals" / "own.yaml").write_text(text, encoding="utf-8")
    assert call("policy", "check", pack).code == 0
    before, after = (
        {one["code"]: one for one in call("policy", "signals", pack, "--as-of", day, "--json").json}
        for day in ("2024-12-31", "2025-01-01")
    )
    assert (before["REP05"]["grades"], after["REP05"]["grades"]) == ({"red": ">= 61"}, {"red": ">= 46"})


def test_signals_are_listed_in_the_language_asked_for_or_the_one_they_have(call, pack):
    own = RULE.replace("REP05", "OWN01").replace("{en: Early arrears}", "{zh: 早期逾期}")
    (pack / "signals" / "own.yaml").write_text(own, encoding="utf-8")
    for lang, words in (("en", "signals, policy our_bank"), ("zh", "策略 our_bank")):
        told = call("policy", "signals", pack, "--lang", lang).out
        assert "早期逾期" in told
        assert words in told
        assert ("首期违约" in told) == (lang == "zh")


def test_a_date_with_nothing_in_force_is_an_error_that_names_path_and_date(call):
    told = call("policy", "signals", "--as-of", "1899-12-31", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "not_in_force")
    assert told.json["error"]["where"] == "cn_rural/signals, 1899-12-31"


def test_the_group_shows_examples(call):
    assert "Example" in call("policy", "--help").out
