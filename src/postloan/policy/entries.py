"""The entries of a pack, each read and checked from its YAML: parameters, signals, schemes, measures."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from postloan.policy import feel
from postloan.policy.entry_reader import ALWAYS, Reader
from postloan.policy.feel import nodes

COLOURS = ("red", "orange", "yellow", "blue")
"""Severities, worst first."""

FIVE_LEVELS = ("normal", "special_mention", "substandard", "doubtful", "loss", "not_measurable")
"""The five-level classes, best first, and the word for what cannot be classified."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What every entry says of itself."""

    effective_from: date = ALWAYS
    effective_until: date | None = None
    legal_from: date | None = None
    reference: str = ""
    owner: str = ""
    reviewed_on: date | None = None
    status: str = ""
    overrides: str = ""
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Parameter(Provenance):
    """A named value: int, Decimal, str, bool, date, or a list or mapping of these."""

    name: str
    value: Any
    unit: str = ""


@dataclass(frozen=True)
class Grade:
    """A severity and the test that a fact must meet for it."""

    colour: str
    text: str
    tests: feel.UnaryTests


@dataclass(frozen=True)
class Peer:
    """How far a threshold moves towards what is usual among peers; `side` is the bad side."""

    side: str
    quantile: Decimal
    limit: Decimal


@dataclass(frozen=True, kw_only=True)
class Signal(Provenance):
    """A graded condition on one fact; grades are worst first.

    One that `waits_for` feeds which no book has yet names them instead of a fact and grades. `meaning` says
    what it tells, `caveat` when it is wrong, `action` what to do; each by language.
    """

    code: str
    name: Mapping[str, str]
    family: str
    subject: str
    fact: str
    grades: tuple[Grade, ...]
    when_text: str = ""
    when: feel.Node | None = None
    needs: tuple[str, ...] = ()
    peer: Peer | None = None
    suppress_days: int = 0
    effort_minutes: int = 0
    enabled: bool = True
    caveat: Mapping[str, str] = field(default_factory=dict)
    meaning: Mapping[str, str] = field(default_factory=dict)
    action: Mapping[str, str] = field(default_factory=dict)
    waits_for: tuple[str, ...] = ()

    def inputs(self) -> set[str]:
        """Give the facts that the signal reads: its own and those of its guard and tests."""
        found = ({self.fact} - {""}) | (feel.names(self.when) if self.when else set())
        return found.union(*(feel.names(grade.tests) for grade in self.grades))


@dataclass(frozen=True)
class Level:
    """One level of a classification scheme; `order` 1 is best."""

    scheme_id: str
    level_code: str
    order: int
    name_en: str
    name_zh: str
    five_level: str
    is_npl: bool
    min_review_freq_days: int | None = None
    provision_factor: Decimal | None = None
    cn10a_equivalent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Scheme(Provenance):
    """A classification scheme with its levels, best first."""

    id: str
    name: Mapping[str, str]
    levels: tuple[Level, ...]

    def level(self, code: str) -> Level:
        """Give the level of that code; raises KeyError if there is none."""
        return next(level for level in self.levels if level.level_code == code)


@dataclass(frozen=True, kw_only=True)
class Measure(Provenance):
    """Something to be done: who does it, who approves it, and what proves it.

    `approver_by_band` names the approver by amount band where it is another; none where it is empty.
    `approver_by_rule` names him by the row of a table that asks, and goes before both.
    """

    code: str
    name: Mapping[str, str]
    nature: str
    level: str
    owner_role: str
    approver_role: str = ""
    approver_by_band: Mapping[str, str] = field(default_factory=dict)
    approver_by_rule: Mapping[str, str] = field(default_factory=dict)
    choice_group: str = ""
    evidence: tuple[str, ...] = ()
    effort_minutes: int = 0


def read_parameter(raw: Any, where: str) -> Parameter:
    """Read one entry of parameters.yaml."""
    reader = Reader(raw, where)
    name = reader.key("name")
    reader.where = f"{where}, parameter {name}"
    kinds = (int, Decimal, str, bool, date, list, Mapping)
    value = reader.take("value", kinds)
    reader.take("note", (str, Mapping), "")
    return Parameter(name=name, value=value, unit=reader.take("unit", str, ""), **reader.provenance())


def read_signal(raw: Any, where: str) -> Signal:
    """Read one entry of signals/*.yaml; its tests and guard are parsed, and typed by `check_pack`."""
    reader = Reader(raw, where)
    code = reader.key("code")
    here = f"{where}, signal {code}"
    reader.where = here
    when = reader.take("when", str, "")
    waits_for = reader.texts("waits_for")
    if waits_for:
        _refuse_beside_waiting(reader)
    signal = {
        "code": code,
        "name": reader.names("name"),
        "family": reader.take("family", str),
        "subject": reader.take("subject", str),
        "fact": "" if waits_for else _fact(reader),
        "grades": () if waits_for else _grades(reader),
        "when_text": when,
        "when": feel.parse_expression(when, where=f"{here}, when") if when else None,
        "needs": reader.texts("needs"),
        "peer": _peer(reader),
        "suppress_days": reader.count("suppress_days", 0),
        "effort_minutes": reader.count("effort_minutes", 0),
        "enabled": reader.take("enabled", bool, not waits_for),
        "caveat": reader.names("caveat", {}),
        "meaning": reader.names("meaning", {}),
        "action": reader.names("action", {}),
        "waits_for": waits_for,
    }
    return Signal(**signal, **reader.provenance())


def _refuse_beside_waiting(reader: Reader) -> None:
    """Refuse what a signal that waits for a feed cannot have: a test, or being switched on."""
    present = [key for key in ("fact", "grades") if reader.raw.get(key) is not None]
    if reader.raw.get("enabled"):
        present.append("enabled")
    if present:
        told = f"It waits for a feed, yet has {', '.join(f'`{key}`' for key in present)}."
        raise reader.error(
            told, "Remove `waits_for` once the fact can be computed, or what stands beside it."
        )


def _fact(reader: Reader) -> str:
    """Give the name of the fact that a signal looks at; sums and ratios are facts of their own."""
    text = str(reader.take("fact", str))
    node = feel.parse_expression(text, where=f"{reader.where}, fact")
    if not isinstance(node, nodes.Name):
        mend = "Name one of `postloan describe facts`; sums and ratios are facts."
        raise reader.error(f"The fact `{text}` is not the name of a fact.", mend)
    return text


def _grades(reader: Reader) -> tuple[Grade, ...]:
    raw = reader.take("grades", Mapping)
    unknown = [str(colour) for colour in raw if colour not in COLOURS]
    if unknown or not raw:
        message = f"`grades` has {', '.join(unknown) or 'nothing'}."
        raise reader.error(message, f"Give a test for one or more of {', '.join(COLOURS)}.")
    grades = []
    for colour in (colour for colour in COLOURS if colour in raw):
        text = raw[colour]
        if not isinstance(text, str | bool | int | Decimal) or text == "":
            message = f"The test of {colour} is {reprlib.repr(text)}, but must be a text."
            raise reader.error(message, f'Write it as {colour}: ">= 30".')
        text = str(text).lower() if isinstance(text, bool) else str(text)
        tests = feel.parse_unary(text, where=f"{reader.where}, grade {colour}")
        grades.append(Grade(colour, text, tests))
    return tuple(grades)


def _peer(reader: Reader) -> Peer | None:
    raw = reader.take("peer", Mapping, None)
    if raw is None:
        return None
    inner = Reader(raw, f"{reader.where}, peer")
    side = inner.one_of("side", ("low", "high"))
    peer = Peer(side, inner.share("quantile"), inner.share("limit"))
    inner.finish()
    return peer


def read_scheme(raw: Any, where: str) -> Scheme:
    """Read one file of schemes/: id, name, levels with the columns of `Level`."""
    reader = Reader(raw, where)
    identity = reader.key("id")
    reader.where = f"{where}, scheme {identity}"
    levels = [_level(item, identity, reader.where) for item in reader.take("levels", list)]
    levels.sort(key=lambda level: level.order)
    for field_, values in (
        ("level_code", {level.level_code for level in levels}),
        ("order", {level.order for level in levels}),
    ):
        if len(values) < len(levels):
            raise reader.error(f"Two levels have one `{field_}`.", "Give each level its own.")
    if not levels:
        raise reader.error("The scheme has no levels.", "List them under `levels`.")
    name = reader.names("name", identity)
    return Scheme(id=identity, name=name, levels=tuple(levels), **reader.provenance())


def _level(raw: Any, scheme: str, where: str) -> Level:
    reader = Reader(raw, f"{where}, levels")
    code = reader.key("level_code")
    reader.where = f"{where}, level {code}"
    name = reader.names("name", {})
    factor = reader.take("provision_factor", (Decimal, int), None)
    level = Level(
        scheme_id=scheme,
        level_code=code,
        order=reader.take("order", int),
        name_en=reader.take("name_en", str, name.get("en", "")),
        name_zh=reader.take("name_zh", str, name.get("zh", "")),
        five_level=reader.one_of("five_level", FIVE_LEVELS),
        is_npl=reader.take("is_npl", bool),
        min_review_freq_days=reader.count("min_review_freq_days", None),
        provision_factor=None if factor is None else Decimal(factor),
        cn10a_equivalent=reader.take("cn10a_equivalent", str, None),
    )
    reader.finish()
    return level


def read_measure(raw: Any, where: str) -> Measure:
    """Read one entry of measures.yaml."""
    reader = Reader(raw, where)
    code = reader.key("code")
    reader.where = f"{where}, measure {code}"
    fields = {
        "code": code,
        "name": reader.names("name"),
        "nature": reader.one_of("nature", ("duty", "option", "guard")),
        "level": reader.one_of("level", ("loan", "customer")),
        "owner_role": reader.take("owner_role", str),
        "approver_role": reader.take("approver_role", str, ""),
        "approver_by_band": _approvers(reader, "approver_by_band", "{A1: branch_head, A2: null}"),
        "approver_by_rule": _approvers(reader, "approver_by_rule", "{M08.unready: branch_head}"),
        "choice_group": reader.take("choice_group", str, ""),
        "evidence": reader.texts("evidence"),
        "effort_minutes": reader.count("effort_minutes", 0),
    }
    return Measure(**fields, **reader.provenance())


def _approvers(reader: Reader, key: str, example: str) -> dict[str, str]:
    raw = reader.take(key, Mapping, {})
    wrong = [str(name) for name, role in raw.items() if not isinstance(role, str | None)]
    if wrong:
        told = f"`{key}` names no role for {', '.join(wrong)}."
        raise reader.error(told, f"Write it like {example}; null means no approval.")
    return {str(name): role or "" for name, role in raw.items()}
