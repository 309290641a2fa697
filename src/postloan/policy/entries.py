"""The entries of a pack, each read and checked from its YAML: parameters, signals, schemes, measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import feel

COLOURS = ("red", "orange", "yellow", "blue")
"""Severities, worst first."""

ALWAYS = date(1900, 1, 1)
"""The first day of shipped packs, so that past books can be run."""


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
    """A graded condition on one fact; grades are worst first."""

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

    def inputs(self) -> set[str]:
        """Give the facts that the signal reads: its own and those of its guard and tests."""
        found = {self.fact} | (feel.names(self.when) if self.when else set())
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
    """Something to be done: who does it, who approves it, and what proves it."""

    code: str
    name: Mapping[str, str]
    nature: str
    level: str
    owner_role: str
    approver_role: str = ""
    choice_group: str = ""
    evidence: tuple[str, ...] = ()
    effort_minutes: int = 0


class Reader:
    """Takes the fields of one raw entry, refusing what is missing, ill-typed or unknown."""

    def __init__(self, raw: Any, where: str) -> None:
        if not isinstance(raw, Mapping):
            raise PolicyError("pack_entry", f"An entry must be a mapping, not {raw!r}.", where=where)
        self.raw = dict(raw)
        self.where = where
        self.taken: set[str] = set()

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        """Give the field; without a default it is required."""
        self.taken.add(key)
        value = self.raw.get(key)
        if value is None:
            if default is ...:
                raise self.error(f"`{key}` is missing.")
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and bool not in _as_tuple(kind)):
            wanted = " or ".join(cls.__name__ for cls in _as_tuple(kind))
            raise self.error(f"`{key}` is {value!r}, which is no {wanted}.", "Texts such as 01 need quotes.")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...], default: Any = ...) -> str:
        """Give the field, which must be one of the allowed words."""
        value = self.take(key, str, default)
        if value not in (*allowed, default):
            raise self.error(f"`{key}` is `{value}`; allowed: {', '.join(allowed)}.")
        return str(value)

    def names(self, key: str, default: Any = ...) -> dict[str, str]:
        """Give a text by language; a plain text counts as English."""
        value = self.take(key, (Mapping, str), default)
        return {"en": value} if isinstance(value, str) else {str(k): str(v) for k, v in value.items()}

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of texts; one plain text counts as a list of one."""
        value = self.take(key, (list, str), [])
        return (value,) if isinstance(value, str) else tuple(str(item) for item in value)

    def error(self, message: str, mend: str = "") -> PolicyError:
        """Give the error about this entry."""
        return PolicyError("pack_entry", message, where=self.where, mend=mend)

    def provenance(self) -> dict[str, Any]:
        """Give the fields that every entry has, and refuse fields that nobody took."""
        found = {
            "effective_from": self.take("effective_from", date, ALWAYS),
            "effective_until": self.take("effective_until", date, None),
            "legal_from": self.take("legal_from", date, None),
            "reference": self.take("reference", str, ""),
            "owner": self.take("owner", str, ""),
            "reviewed_on": self.take("reviewed_on", date, None),
            "status": self.take("status", str, ""),
            "overrides": self.take("overrides", str, ""),
            "where": self.where,
        }
        unknown = sorted(str(key) for key in set(self.raw) - self.taken)
        if unknown:
            raise self.error(f"Unknown fields: {', '.join(unknown)}.", "Correct the spelling or remove them.")
        return found


def _as_tuple(kind: type | tuple[type, ...]) -> tuple[type, ...]:
    return kind if isinstance(kind, tuple) else (kind,)


def read_parameter(raw: Any, where: str) -> Parameter:
    """Read one entry of parameters.yaml."""
    reader = Reader(raw, where)
    name = reader.take("name", str)
    kinds = (int, Decimal, str, bool, date, list, Mapping)
    value = reader.take("value", kinds)
    reader.take("note", (str, Mapping), "")
    return Parameter(name=name, value=value, unit=reader.take("unit", str, ""), **reader.provenance())


def read_signal(raw: Any, where: str) -> Signal:
    """Read one entry of signals/*.yaml; its tests and guard are parsed, and typed by `check_pack`."""
    reader = Reader(raw, where)
    code = reader.take("code", str)
    here = f"{where}, signal {code}"
    reader.where = here
    when = reader.take("when", str, "")
    signal = {
        "code": code,
        "name": reader.names("name"),
        "family": reader.take("family", str),
        "subject": reader.take("subject", str),
        "fact": reader.take("fact", str),
        "grades": _grades(reader),
        "when_text": when,
        "when": feel.parse_expression(when, where=f"{here}, when") if when else None,
        "needs": reader.texts("needs"),
        "peer": _peer(reader),
        "suppress_days": reader.take("suppress_days", int, 0),
        "effort_minutes": reader.take("effort_minutes", int, 0),
        "enabled": reader.take("enabled", bool, True),
        "caveat": reader.names("caveat", {}),
    }
    return Signal(**signal, **reader.provenance())


def _grades(reader: Reader) -> tuple[Grade, ...]:
    raw = reader.take("grades", Mapping)
    unknown = [str(colour) for colour in raw if colour not in COLOURS]
    if unknown or not raw:
        raise reader.error(f"`grades` has {', '.join(unknown) or 'nothing'}; allowed: {', '.join(COLOURS)}.")
    grades = []
    for colour in (colour for colour in COLOURS if colour in raw):
        text = raw[colour]
        if not isinstance(text, str):
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
    quantile = Decimal(inner.take("quantile", (Decimal, int)))
    return Peer(side, quantile, Decimal(inner.take("limit", (Decimal, int))))


def read_scheme(raw: Any, where: str) -> Scheme:
    """Read one file of schemes/: id, name, levels with the columns of `Level`."""
    reader = Reader(raw, where)
    identity = reader.take("id", str)
    reader.where = f"{where}, scheme {identity}"
    levels = [_level(item, identity, reader.where) for item in reader.take("levels", list)]
    levels.sort(key=lambda level: level.order)
    if len({level.level_code for level in levels}) < len(levels):
        raise reader.error("Two levels have one `level_code`.")
    name = reader.names("name", identity)
    return Scheme(id=identity, name=name, levels=tuple(levels), **reader.provenance())


def _level(raw: Any, scheme: str, where: str) -> Level:
    reader = Reader(raw, where)
    name = reader.names("name", {})
    code = reader.take("level_code", str)
    factor = reader.take("provision_factor", (Decimal, int), None)
    return Level(
        scheme_id=scheme,
        level_code=code,
        order=reader.take("order", int),
        name_en=reader.take("name_en", str, name.get("en", "")),
        name_zh=reader.take("name_zh", str, name.get("zh", "")),
        five_level=reader.take("five_level", str),
        is_npl=reader.take("is_npl", bool),
        min_review_freq_days=reader.take("min_review_freq_days", int, None),
        provision_factor=None if factor is None else Decimal(factor),
        cn10a_equivalent=reader.take("cn10a_equivalent", str, None),
    )


def read_measure(raw: Any, where: str) -> Measure:
    """Read one entry of measures.yaml."""
    reader = Reader(raw, where)
    code = reader.take("code", str)
    reader.where = f"{where}, measure {code}"
    fields = {
        "code": code,
        "name": reader.names("name"),
        "nature": reader.one_of("nature", ("duty", "option", "guard")),
        "level": reader.one_of("level", ("loan", "customer")),
        "owner_role": reader.take("owner_role", str),
        "approver_role": reader.take("approver_role", str, ""),
        "choice_group": reader.take("choice_group", str, ""),
        "evidence": reader.texts("evidence"),
        "effort_minutes": reader.take("effort_minutes", int, 0),
    }
    return Measure(**fields, **reader.provenance())
