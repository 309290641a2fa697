"""A loaded pack, and what of it is in force on a date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import entries
from postloan.policy.calendar import Calendar
from postloan.policy.case_files import CaseFile
from postloan.policy.clock_entries import Clock
from postloan.policy.model import DecisionTable


def base_scheme(settings: Mapping[str, Any]) -> str:
    """Give the id of the scheme by which a pack with those settings classifies."""
    return str(settings.get("base_scheme", "cn10a"))


@dataclass(frozen=True)
class Dated:
    """One version of one thing of a pack: what it is, where it stands, from when, and its raw content."""

    kind: str
    key: str
    value: Any
    raw: Any
    effective_from: date
    effective_until: date | None
    overrides: str
    pack: str
    where: str


@dataclass(frozen=True)
class Pack:
    """A loaded pack with the packs that it extends, base first.

    Args:
        id: the pack's own id.
        settings: its pack.yaml, laid over those of the packs it extends.
        chain: ids, base first.
        versions: every dated entry by kind and key.
        calendar: the calendars of all packs; a later pack's year replaces an earlier one's.
        cases: files of scenario cases, as written, by name; a later pack's file replaces one of that name.
        undated: documents that hold no dated entries (events, indicators, checklists), by name.
        folders: where each pack of the chain was read, by id; empty for one that was made in memory.
    """

    id: str
    settings: Mapping[str, Any]
    chain: tuple[str, ...]
    versions: Mapping[str, Mapping[str, tuple[Dated, ...]]]
    calendar: Calendar
    cases: Mapping[str, CaseFile] = field(default_factory=dict)
    undated: Mapping[str, Any] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)

    def as_of(self, day: date) -> Policy:
        """Give what is in force on a date; `Policy` raises for whatever is asked for and is not."""
        return Policy(self, day, self._chosen(lambda dated: self.in_force(dated, day)))

    def drafted(self, day: date, standing: date) -> Policy:
        """Give what would be in force on a date if the pack's own entries stood then as on another.

        What comes from the packs that it extends is what is in force on the date, so that a draft is told
        apart from what else changes until it holds.
        """

        def chosen(dated: tuple[Dated, ...]) -> Dated | None:
            own = tuple(entry for entry in dated if entry.pack == self.id)
            rest = tuple(entry for entry in dated if entry.pack != self.id)
            return self.in_force(own, standing) or self.in_force(rest, day)

        return Policy(self, day, self._chosen(chosen))

    def last_begin(self) -> date:
        """Give the last day on which an entry of the pack's own begins; the first of all days without one."""
        return max((entry.effective_from for entry in self.own()), default=date.min)

    def own(self) -> list[Dated]:
        """Give every version of the pack's own entries, without those of the packs that it extends."""
        return [
            entry
            for keys in self.versions.values()
            for dated in keys.values()
            for entry in dated
            if entry.pack == self.id
        ]

    def _chosen(self, choose: Callable[[tuple[Dated, ...]], Dated | None]) -> dict[str, dict[str, Dated]]:
        return {
            kind: {key: found for key, dated in keys.items() if (found := choose(dated))}
            for kind, keys in self.versions.items()
        }

    def in_force(self, dated: tuple[Dated, ...], day: date) -> Dated | None:
        """Give the version that holds on a date: of the last pack in the chain that has one, the latest."""
        for pack in reversed(self.chain):
            own = [
                entry
                for entry in dated
                if entry.pack == pack
                and entry.effective_from <= day
                and (entry.effective_until is None or day <= entry.effective_until)
            ]
            if own:
                return max(own, key=lambda entry: entry.effective_from)
        return None


@dataclass(frozen=True)
class Policy:
    """What of a pack is in force on one date."""

    pack: Pack
    as_of: date
    in_force: Mapping[str, Mapping[str, Dated]]

    @property
    def id(self) -> str:
        """Give the pack's id."""
        return self.pack.id

    @cached_property
    def version(self) -> str:
        """Give the id with 12 hex digits of the SHA-256 over everything in force."""
        content = {
            kind: {key: dated.raw for key, dated in sorted(keys.items())}
            for kind, keys in sorted(self.in_force.items())
        }
        whole = {
            "in_force": content,
            "settings": self.pack.settings,
            "undated": self.pack.undated,
            "calendar": {
                str(year): [sorted(days.holidays), sorted(days.extra_workdays)]
                for year, days in sorted(self.pack.calendar.years.items())
            },
        }
        text = json.dumps(whole, sort_keys=True, default=str, separators=(",", ":"), ensure_ascii=False)
        return f"{self.id}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    @property
    def currency(self) -> str:
        """Give the pack's currency code."""
        return str(self.setting("currency"))

    @property
    def calendar(self) -> Calendar:
        """Give the pack's calendar."""
        return self.pack.calendar

    @property
    def segments(self) -> Any:
        """Give `segments` of pack.yaml as written; an empty mapping if there are none."""
        return self.pack.settings.get("segments", {})

    @property
    def precedence(self) -> Any:
        """Give `precedence` of pack.yaml as written; an empty list if there is none."""
        return self.pack.settings.get("precedence", [])

    @property
    def events(self) -> Any:
        """Give events.yaml as written: the closed list of kinds of event; an empty list if there is none."""
        return self.pack.undated.get("events", [])

    @property
    def indicators(self) -> Any:
        """Give indicators.yaml as written; an empty list if there is none."""
        return self.pack.undated.get("indicators", [])

    @property
    def base_scheme(self) -> entries.Scheme:
        """Give the scheme whose codes the tables of classes and measures use (contract.md, dimension L).

        It is the one that `base_scheme` of pack.yaml names, and `cn10a` where none is named.
        """
        return self.scheme(base_scheme(self.pack.settings))

    def setting(self, name: str) -> Any:
        """Give a key of pack.yaml; raises PolicyError `unknown_setting` if it is not there."""
        if name not in self.pack.settings:
            raise PolicyError(
                "unknown_setting", f"pack.yaml has no `{name}`.", where=f"{self.id}/pack.yaml", mend="Add it."
            )
        return self.pack.settings[name]

    def parameter(self, name: str) -> Any:
        """Give a parameter's value: int, Decimal, str, bool, date, list or mapping."""
        return self._one("parameter", name).value.value

    def table(self, name: str) -> DecisionTable:
        """Give a decision table by the name of its folder."""
        table: DecisionTable = self._one("table", name).value
        return table

    def scheme(self, identity: str) -> entries.Scheme:
        """Give a classification scheme by its id."""
        scheme: entries.Scheme = self._one("scheme", identity).value
        return scheme

    @property
    def signals(self) -> tuple[entries.Signal, ...]:
        """Give the signals in force that are enabled or not, by code."""
        return tuple(self._all("signal"))

    @property
    def schemes(self) -> tuple[entries.Scheme, ...]:
        """Give the schemes in force, by id."""
        return tuple(self._all("scheme"))

    @property
    def measures(self) -> dict[str, entries.Measure]:
        """Give the measures in force by code."""
        return {key: dated.value for key, dated in sorted(self.in_force.get("measure", {}).items())}

    @property
    def clocks(self) -> dict[str, Clock]:
        """Give the legal clocks in force by kind; none where the pack has no clocks.yaml."""
        return {key: dated.value for key, dated in sorted(self.in_force.get("clock", {}).items())}

    @property
    def tables(self) -> tuple[str, ...]:
        """Give the names of the tables in force."""
        return tuple(sorted(self.in_force.get("table", {})))

    def tables_with(self, output: str) -> tuple[str, ...]:
        """Give the names of the tables in force that have an output of that name."""
        found = self.in_force.get("table", {})
        return tuple(
            name for name in sorted(found) if any(one.name == output for one in found[name].value.outputs)
        )

    @property
    def parameters(self) -> dict[str, Any]:
        """Give the values of all parameters in force by name."""
        return {key: dated.value.value for key, dated in sorted(self.in_force.get("parameter", {}).items())}

    def own(self) -> list[Dated]:
        """Give the entries in force that are the pack's own."""
        found = (entry for keys in self.in_force.values() for entry in keys.values())
        return [entry for entry in found if entry.pack == self.pack.id]

    def _all(self, kind: str) -> Iterable[Any]:
        return (dated.value for _, dated in sorted(self.in_force.get(kind, {}).items()))

    def _one(self, kind: str, key: str) -> Dated:
        found = self.in_force.get(kind, {}).get(key)
        if found is not None:
            return found
        known = self.pack.versions.get(kind, {}).get(key, ())
        place = known[0].where if known else f"{self.id}/{_PLACES[kind].format(key)}"
        starts = ", ".join(entry.effective_from.isoformat() for entry in known)
        raise PolicyError(
            "not_in_force",
            f"No {kind} `{key}` is in force on {self.as_of.isoformat()}.",
            where=f"{place}, {self.as_of.isoformat()}",
            mend=f"Its versions start on {starts}." if known else "Add it to the pack.",
        )


_PLACES = {
    "parameter": "parameters.yaml, {}",
    "signal": "signals, {}",
    "scheme": "schemes/{}.yaml",
    "measure": "measures.yaml, {}",
    "table": "tables/{}",
    "clock": "clocks.yaml, {}",
}
