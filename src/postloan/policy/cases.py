"""Scenario cases: read from a pack's files and typed by the facts they give, or refused, naming the place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.case_files import CaseFile
from postloan.policy.checked import CheckedTable, validate
from postloan.policy.entries import COLOURS
from postloan.policy.feel.interpreter import normalise
from postloan.policy.findings import Finding
from postloan.policy.in_force import Dated, Pack
from postloan.policy.model import MULTI_HIT
from postloan.policy.names import feel_kind
from postloan.policy.signal_row import CLEAR, NOT_MEASURABLE, peer_fact
from postloan.policy.warned import warned_in

STATES = (*COLOURS, CLEAR, NOT_MEASURABLE)
"""What may be expected of a signal."""

NOT_IN_FORCE = "not_in_force"
"""What may be expected of a table or signal on a date outside its own."""

PLACES = {"integer": 0, "money": 2, "decimal": 6}
"""Decimal places that a column of a kind holds."""

_KEYS = {"case", "table", "signal", "as_of", "given", "without", "expect"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Case:
    """One case: a sentence, what is given, and what must follow.

    Args:
        name: the sentence.
        kind: table or signal.
        key: the table's name or the signal's code.
        as_of: the business date.
        given: facts by name; all others are null.
        without: feeds that the book has not.
        expect: expected rows of a table, the state of a signal, or `not_in_force`.
        where: file and place in it.
        version: what is in force on the date.
    """

    name: str
    kind: str
    key: str
    as_of: date
    given: Mapping[str, object]
    without: frozenset[str]
    expect: tuple[Mapping[str, object], ...] | str
    where: str
    version: Dated | None


class Library:
    """A pack's tables and signals by date, each checked once, with the kinds of the facts they read."""

    def __init__(self, pack: Pack, facts: Mapping[str, str]) -> None:
        self.pack = pack
        own = pack.settings.get("variables") or {}
        self.kinds: dict[str, str] = {**facts, **warned_in(pack), **own}
        self.env = {name: feel_kind(kind) for name, kind in self.kinds.items() if kind != "timestamp"}
        self._checked: dict[str, CheckedTable] = {}
        self._reads: dict[str, dict[str, str]] = {}

    def versions(self, kind: str, key: str) -> tuple[Dated, ...]:
        """Give every version of a table or signal; none if there is no such thing."""
        return self.pack.versions.get(kind, {}).get(key, ())

    def table(self, dated: Dated) -> CheckedTable:
        """Give a version of a table, checked; raises PolicyError where it is not sound."""
        if dated.where not in self._checked:
            self._checked[dated.where] = validate(dated.value, self.env)
        return self._checked[dated.where]

    def reads(self, dated: Dated) -> dict[str, str]:
        """Give the kind of each fact that a version of a table reads."""
        if dated.where not in self._reads:
            self._reads[dated.where] = facts_read(self.table(dated), self.kinds)
        return self._reads[dated.where]

    def last_day(self) -> date:
        """Give the last date on which everything holds: of the calendar, or before an entry ends."""
        years = self.pack.calendar.years
        last = date(max(years), 12, 31) if years else date(2099, 12, 31)
        lasts = [versions[-1] for keys in self.pack.versions.values() for versions in keys.values()]
        return min([last, *(one.effective_until for one in lasts if one.effective_until is not None)])


def load(library: Library, as_of: date | None) -> tuple[list[Case], list[Finding]]:
    """Read every case of a pack.

    A case of a pack below is about that pack's own version: without a date of its own it is held against the
    last day on which that version is in force, and is left out where a later pack has replaced it for good.

    Args:
        library: the pack's tables and signals.
        as_of: the date of cases that name none; by default the last on which everything holds.

    Returns:
        The cases, and an error for each that cannot be used: `case_malformed`, `unknown_table`,
        `unknown_signal`, `unknown_name`, `unknown_rule`, `unknown_output`, `ill_typed`, `not_in_force`.
    """
    cases: list[Case] = []
    findings: list[Finding] = []
    broken: set[str] = set()
    for file in library.pack.cases.values():
        for raw, place in zip(file.rows, file.places, strict=True):
            try:
                case = _Reader(library, file, raw, place, as_of or library.last_day()).case()
            except PolicyError as error:
                if error.where not in broken:
                    findings.append(Finding("error", error.code, error.message, error.where, error.mend))
                broken.add(error.where)
            else:
                cases += [case] if case is not None else []
    return cases, findings


class _Reader:
    """Reads one case; holds its place for errors."""

    def __init__(self, library: Library, file: CaseFile, raw: Any, place: str, day: date) -> None:
        self.library = library
        self.file = file
        self.raw = raw
        self.where = f"{file.where}, {place}"
        self.day = day

    def error(self, code: str, message: str, mend: str) -> PolicyError:
        return PolicyError(code, message, where=self.where, mend=mend)

    def case(self) -> Case | None:
        raw = self.raw
        if not isinstance(raw, Mapping) or not isinstance(raw.get("case"), str):
            raise self.error("case_malformed", "A case needs a sentence.", "Write `case: <a sentence>`.")
        unknown = sorted(str(key) for key in set(raw) - _KEYS)
        if unknown:
            mend = f"A case has {', '.join(sorted(_KEYS))}."
            raise self.error("case_malformed", f"Unknown fields: {', '.join(unknown)}.", mend)
        if ("table" in raw) == ("signal" in raw) or "expect" not in raw:
            message = "A case is about one table or one signal, and expects something."
            raise self.error("case_malformed", message, "Name `table` or `signal`, and `expect`.")
        kind = "table" if "table" in raw else "signal"
        key, day = str(raw[kind]), self.as_of()
        version = self.version(kind, key, day)
        while version is not None and self.is_replaced(version):
            if raw.get("as_of") is not None or version.effective_from == date.min:
                return None
            day = version.effective_from - timedelta(days=1)
            version = self.library.pack.in_force(self.library.versions(kind, key), day)
            if version is None:
                return None
        expect: tuple[Mapping[str, object], ...] | str = NOT_IN_FORCE
        if version is None and raw["expect"] != NOT_IN_FORCE:
            starts = ", ".join(one.effective_from.isoformat() for one in self.library.versions(kind, key))
            message = f"The {kind} `{key}` is not in force on {day.isoformat()}."
            mend = f"Its versions start on {starts}; set `as_of`, or expect {NOT_IN_FORCE}."
            raise self.error("not_in_force", message, mend)
        known = version or self.library.versions(kind, key)[0]
        reads, checked = self.reads(known)
        if raw["expect"] != NOT_IN_FORCE:
            expect = self.rows(raw["expect"], checked) if checked else self.state(raw["expect"])
        given = {
            str(name): self.given(str(name), value, reads, known)
            for name, value in self.mapping("given").items()
        }
        name = str(raw["case"])
        return Case(name, kind, key, day, given, self.without(known), expect, self.where, version)

    def as_of(self) -> date:
        value = self.raw.get("as_of")
        if value is None:
            return self.day
        if self.file.is_text:
            value = _typed_text(value, "date")
        if not isinstance(value, date) or isinstance(value, datetime):
            message = f"`as_of` is {self.raw['as_of']!r}, which is no date."
            raise self.error("case_malformed", message, "Write it as 2026-11-20.")
        return value

    def version(self, kind: str, key: str, day: date) -> Dated | None:
        versions = self.library.versions(kind, key)
        if not versions:
            known = self.library.pack.versions.get(kind, {})
            mend = _near(key, known) or f"There are: {', '.join(sorted(known)) or 'none'}."
            raise self.error(f"unknown_{kind}", f"The pack has no {kind} `{key}`.", mend)
        return self.library.pack.in_force(versions, day)

    def is_replaced(self, version: Dated) -> bool:
        """Tell whether a pack above that of the case has put something else in force."""
        chain = self.library.pack.chain
        return chain.index(version.pack) > chain.index(self.file.pack)

    def reads(self, dated: Dated) -> tuple[dict[str, str], CheckedTable | None]:
        """Give the kind of each name that the table or signal reads."""
        kinds = self.library.kinds
        if dated.kind == "signal":
            peer = peer_fact(dated.value, self.library.env)
            names = dated.value.inputs() | ({peer, f"{peer}_chg_12m"} if peer else set())
            return {name: kinds[name] for name in sorted(names) if name in kinds}, None
        return self.library.reads(dated), self.library.table(dated)

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self.raw.get(key) or {}
        if not isinstance(value, Mapping):
            raise self.error("case_malformed", f"`{key}` is {value!r}.", "Write `{fact: value, …}`.")
        return value

    def given(self, name: str, value: Any, reads: Mapping[str, str], dated: Dated) -> object:
        if name not in reads:
            known = name in self.library.env
            message = f"`{name}` is " + ("not read by" if known else "no fact, and not read by")
            mend = _near(name, reads) or f"It reads {', '.join(reads)}."
            raise self.error("unknown_name", f"{message} the {dated.kind} `{dated.key}`.", mend)
        return self.typed(f"`{name}`", value, reads[name])

    def without(self, dated: Dated) -> frozenset[str]:
        value = self.raw.get("without") or []
        named = value.split() if isinstance(value, str) else value
        if not isinstance(named, list):
            raise self.error("case_malformed", f"`without` is {value!r}.", "Write a list of feeds.")
        feeds = frozenset(map(str, named))
        needs = dated.value.needs if dated.kind == "signal" else ()
        unknown = sorted(feeds - set(needs))
        if unknown:
            message = f"The {dated.kind} `{dated.key}` does not need {', '.join(unknown)}."
            raise self.error("case_malformed", message, f"It needs {', '.join(needs) or 'no feed'}.")
        return feeds

    def state(self, value: Any) -> str:
        if value not in STATES:
            mend = f"Allowed: {', '.join((*STATES, NOT_IN_FORCE))}."
            raise self.error("case_malformed", f"`expect` of a signal is {value!r}.", mend)
        return str(value)

    def rows(self, value: Any, checked: CheckedTable) -> tuple[Mapping[str, object], ...]:
        rows = [value] if isinstance(value, Mapping) else value
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            mend = "Write a list of {rule_id: …, <output>: …}, or [] where no rule holds."
            raise self.error("case_malformed", f"`expect` of a table is {value!r}.", mend)
        several = checked.table.hit_policy in MULTI_HIT and not checked.table.aggregation
        if not several and len(rows) > 1:
            raise self.error("case_malformed", "The table gives one answer.", "Expect one row.")
        if checked.table.aggregation and not rows:
            raise self.error("case_malformed", "The table always answers.", "Expect its output.")
        return tuple(
            {str(name): self.expected(str(name), cell, checked) for name, cell in row.items()} for row in rows
        )

    def expected(self, name: str, value: Any, checked: CheckedTable) -> object:
        rules = {rule.id for rule in checked.table.rules}
        if name == "rule_id" and not checked.table.aggregation:
            found = self.typed("`rule_id`", value, "string")
            self.known_rules([found], rules)
            return found
        if name == "rule_ids" and checked.table.aggregation:
            found_all = ([] if value == "null" else value.split()) if isinstance(value, str) else value
            if not isinstance(found_all, list):
                raise self.error("case_malformed", f"`rule_ids` is {value!r}.", "Write a list.")
            self.known_rules(found_all, rules)
            return found_all
        kinds = {item.name: item.kind for item in checked.outputs}
        if name not in kinds:
            message = f"The table `{checked.table.id}` has no output `{name}`."
            raise self.error("unknown_output", message, f"Its outputs are {', '.join(kinds)}.")
        return self.typed(f"The output `{name}`", value, kinds[name])

    def known_rules(self, named: Iterable[object], rules: set[str]) -> None:
        unknown = [str(rule) for rule in named if rule is not None and rule not in rules]
        if unknown:
            mend = _near(unknown[0], rules) or f"There are {', '.join(sorted(rules))}."
            raise self.error("unknown_rule", f"There is no rule `{', '.join(unknown)}`.", mend)

    def typed(self, what: str, value: Any, kind: str) -> object:
        """Give a value of the kind, as FEEL knows it; raises PolicyError `ill_typed`."""
        scalar = feel_kind(kind, self.where)
        found = _typed_text(value, scalar) if self.file.is_text else value
        wanted: dict[str, tuple[type, ...]] = {
            "number": (int, Decimal),
            "string": (str,),
            "boolean": (bool,),
            "date": (date,),
        }
        fits = scalar == "any" or isinstance(found, wanted.get(scalar, (object,)))
        fits = fits and (scalar in ("boolean", "any") or not isinstance(found, bool))
        if found is not None and (not fits or isinstance(found, datetime)):
            mend = {"string": 'Texts such as "01" need quotes.', "date": "Write a date as 2026-11-20."}
            message = f"{what} is a {scalar}; the case has {value!r}."
            raise self.error("ill_typed", message, mend.get(scalar, f"Give a {scalar}, or null."))
        found = normalise(found)
        if isinstance(found, Decimal) and kind in PLACES and -_exponent(found) > PLACES[kind]:
            message = f"{what} has {PLACES[kind]} decimal places; the case has {value}."
            raise self.error("ill_typed", message, "Give a value that the fact can have.")
        return found


def facts_read(checked: CheckedTable, kinds: Mapping[str, str]) -> dict[str, str]:
    """Give the kind of each fact that a table reads, of `loan.on.year` that of `loan.on`.

    Args:
        checked: the table.
        kinds: kinds of the facts; plain names may be declared by the table itself.
    """
    plain = {item.text: item.kind for item in checked.inputs if "." not in item.text}
    declared = plain | dict(checked.table.variables)
    found: dict[str, str] = {}
    for name in sorted(names_read(checked)):
        base = name
        while base and base not in kinds and base not in declared:
            base = base.rpartition(".")[0]
        found[base or name] = kinds.get(base) or declared.get(base, "any")
    return found


def names_read(checked: CheckedTable) -> set[str]:
    """Give every name that a table's inputs, cells and outputs read."""
    nodes: list[feel.Node] = [item.node for item in checked.inputs]
    nodes += [cell for item in checked.inputs for cell in item.cells]
    nodes += [cell for item in checked.outputs for cell in item.cells]
    return set().union(*(feel.names(node) for node in nodes))


def _exponent(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _typed_text(text: Any, kind: str) -> object:
    """Give the value that a cell of a CSV file spells; the text itself where it spells none of the kind."""
    if text == "null":
        return None
    if text == "''":
        return ""
    if kind == "number" and _NUMBER.fullmatch(text):
        return Decimal(text)
    if kind == "boolean" and text in ("true", "false"):
        return bool(text == "true")
    if kind == "date":
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def _near(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=3)
    return f"Did you mean {', '.join(close)}?" if close else ""
