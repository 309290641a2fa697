"""The lines that explain one loan's class on the screen of its story."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from postloan.cli.class_words import WORDS, say
from postloan.cli.packs import Names
from postloan.cli.text import amount, joined
from postloan.cli.words import Words

Condition = Callable[[Mapping[str, Any]], str]

_SHOWN = 3
"""How many rules that hold a class are named."""


def class_lines(
    loan: Mapping[str, Any], words: Words, names: Names, condition: Condition
) -> Iterator[list[str]]:
    """Give what a better class would need, what people decided, and what stands beside the class.

    Args:
        loan: a loan of a story.
        words: the reader's language.
        names: names of levels.
        condition: writes one condition of a rule.
    """
    told = loan.get("class")
    if not told:
        return
    yield from _better(loan, told, words, names, condition)
    yield from _people(loan, told["people"], words, names)
    lang, restructuring = words.lang, told["restructuring"]
    for modifier in told["modifiers"]:
        yield [say(lang, modifier)]
    if restructuring["restructuring_state"] == "observed":
        starts, missed = restructuring["observation_starts_on"], restructuring["observation_missed_count"]
        ends = loan["observation_ends_on"] or say(lang, "open")
        unknown = say(lang, "not_measurable")
        yield [
            say(lang, "observed", starts or say(lang, "open"), ends, unknown if missed is None else missed)
        ]
    reference = told["reference"]
    if reference["reference_class"] and reference["reference_class"] != loan["five_level"]:
        yield [say(lang, "reference", reference["reference_row"], words(reference["reference_class"]))]
    before, after = (told["provision"][f"provision_{when}"] for when in ("before", "after"))
    if after is not None and before is not None and before != after:
        yield [say(lang, "provision", amount(after, words), amount(before, words))]


def _better(
    loan: Mapping[str, Any], told: Mapping[str, Any], words: Words, names: Names, condition: Condition
) -> Iterator[list[str]]:
    if not told["next"]:
        return
    level = names.level(loan["scheme_id"], told["next"]["level_code"])
    gap = words("listed")
    if told["needs"]:
        first, *rest = [condition(one) for one in told["needs"]]
        yield [say(words.lang, "lacks", level, first), *rest]
        return
    held = [
        joined([_row(words.lang, rule["row"]), gap.join(map(condition, rule.get("conditions", ())))], " ")
        for rule in told["holding"][:_SHOWN]
    ]
    if held:
        yield [say(words.lang, "without", level, held[0]), *held[1:]]


def _row(lang: str, row: str) -> str:
    """Give the words for a row that has a name, such as the circle; the number of any other, such as MX06."""
    return say(lang, f"row_{row}") if f"row_{row}" in WORDS else row


def _people(
    loan: Mapping[str, Any], people: Mapping[str, Any], words: Words, names: Names
) -> Iterator[list[str]]:
    lang = words.lang
    states = people["conditions"]
    if people["is_decisive"]:
        level = names.level(loan["scheme_id"], people["decided"])
        yield [say(lang, "decided", level, people["decided_on"])]
    if states:
        parts = [f"{say(lang, name)}: {say(lang, state)}" for name, state in states.items() if state]
        if people["upgrade_from_on"] and states["u2"] == "fails":
            parts[1] += f" {say(lang, 'upgrade_from', people['upgrade_from_on'])}"
        key = "held_npl" if "npl" in people["held"] else "question"
        yield [say(lang, key, parts[0]), *parts[1:]]
    if "merger" in people["held"]:
        yield [say(lang, "held_merger")]
    if "loss" in people["held"]:
        yield [say(lang, "held_loss")]
    if people["refused"]:
        level = names.level(loan["scheme_id"], people["decided"])
        reasons = [
            say(lang, f"refused_{one}" if one in ("u1", "u2", "u4") else one) for one in people["refused"]
        ]
        yield [say(lang, "refused", level, people["decided_on"], words("listed").join(reasons))]
