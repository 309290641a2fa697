"""Packs: folders of dated policy, read and laid over one another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import case_files, clock_entries, dmn, entries, yaml_text
from postloan.policy.calendar import Calendar, parse_year
from postloan.policy.in_force import Dated, Pack, Policy

__all__ = ["Dated", "Pack", "Policy", "load"]

_KEYS = {"parameter": "name", "signal": "code", "scheme": "id", "measure": "code", "clock": "kind"}

_ID = r"[^\W\d][\w-]*"

_UNDATED = ("events", "indicators")


_SOURCES = "sources"
"""The document that tells what references name; that of a pack adds to those of the packs below."""


def load(name: str | Path) -> Pack:
    """Load a shipped pack by name, or a pack from a folder, with everything that it extends.

    Raises:
        PolicyError: naming file and entry, for whatever in it cannot be used as written.
    """
    return _load(str(name), ())


def _load(name: str, below: tuple[Path, ...]) -> Pack:
    folder = _find(name, below[-1] if below else None)
    if folder in below:
        chain = " extends ".join(f"`{one.name}`" for one in (*below[below.index(folder) :], folder))
        raise PolicyError(
            "pack_cycle",
            f"The pack extends itself: {chain}.",
            where=f"{below[-1].name}/pack.yaml, extends",
            mend="Name the pack below it, such as cn_rural.",
        )
    head = yaml_text.load(folder / "pack.yaml", f"{folder.name}/pack.yaml")
    where = f"{folder.name}/pack.yaml"
    if not isinstance(head, dict) or not re.fullmatch(_ID, str(head.get("id", ""))):
        mend = "Add `id: our_bank`, of letters, digits, _ and -, that begins with a letter."
        raise PolicyError("pack_entry", "pack.yaml has no `id` that can name a pack.", where=where, mend=mend)
    bases = [_base(base, folder, below) for base in _extended(head, where)]
    own = _own(folder, head)
    for base in reversed(bases):
        own = _lay_over(base, own)
    return own


def _extended(head: Mapping[str, Any], where: str) -> list[str]:
    """Give the names of the packs that a pack.yaml extends."""
    named = head.get("extends") or []
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        mend = "Write `extends: cn_rural`, or a list of names."
        raise PolicyError("pack_entry", "`extends` names no pack.", where=f"{where}, extends", mend=mend)
    return names


def _base(name: str, folder: Path, below: tuple[Path, ...]) -> Pack:
    """Load a pack that another extends; that it is not there is a fault of the one that names it."""
    try:
        return _load(str(name), (*below, folder))
    except PolicyError as error:
        if error.code != "unknown_pack":
            raise
        message = f"The pack extends `{name[:100]}`, and there is no such pack."
        where = f"{folder.name}/pack.yaml, extends"
        raise PolicyError("unknown_pack", message, where=where, mend=error.mend) from error


def _find(name: str, extending: Path | None) -> Path:
    shipped = Path(str(resources.files("postloan"))) / "packs"
    places = [Path(name), shipped / name]
    if extending is not None:
        places.insert(0, extending.parent / name)
    for place in places:
        with suppress(OSError):  # a name that no folder can have
            if (place / "pack.yaml").is_file():
                return place.resolve()
    known = sorted(path.parent.name for path in shipped.glob("*/pack.yaml"))
    raise PolicyError(
        "unknown_pack",
        f"There is no pack `{name[:100]}`: neither a folder with a pack.yaml nor a shipped pack.",
        mend=f"Shipped packs: {', '.join(known) or 'none'}.",
    )


def _own(folder: Path, head: Mapping[str, Any]) -> Pack:
    """Read a folder's own content, without what it extends."""
    pack = str(head["id"])
    dated: list[Dated] = []
    dated += _entries(folder, pack, "parameter", ["parameters.yaml"], entries.read_parameter)
    dated += _entries(folder, pack, "signal", _glob(folder, "signals"), entries.read_signal)
    dated += _entries(folder, pack, "scheme", _glob(folder, "schemes"), entries.read_scheme)
    dated += _entries(folder, pack, "measure", ["measures.yaml"], entries.read_measure)
    dated += _entries(folder, pack, "clock", ["clocks.yaml"], clock_entries.read_clock)
    dated += _tables(folder, pack)
    versions: dict[str, dict[str, tuple[Dated, ...]]] = {}
    for entry in dated:
        keys = versions.setdefault(entry.kind, {})
        keys[entry.key] = (*keys.get(entry.key, ()), entry)
    for keys in versions.values():
        for key, group in keys.items():
            keys[key] = _in_order(group)
    years = [
        parse_year(yaml_text.load(folder / path, f"{pack}/{path}"), f"{pack}/{path}")
        for path in _glob(folder, "calendar")
    ]
    undated = {
        name: yaml_text.load(folder / f"{name}.yaml", f"{pack}/{name}.yaml")
        for name in (*_UNDATED, _SOURCES)
        if (folder / f"{name}.yaml").is_file()
    }
    undated |= {
        path.removesuffix(".yaml"): yaml_text.load(folder / path, f"{pack}/{path}")
        for path in _glob(folder, "checklists")
    }
    calendar = Calendar({year.year: year for year in years})
    return Pack(
        pack, dict(head), (pack,), versions, calendar, case_files.read(folder, pack), undated, {pack: folder}
    )


def _glob(folder: Path, name: str) -> list[str]:
    return [f"{name}/{path.name}" for path in sorted((folder / name).glob("*.yaml"))]


def _entries(
    folder: Path, pack: str, kind: str, paths: Iterable[str], read: Callable[[Any, str], Any]
) -> list[Dated]:
    """Read the entries of one kind from YAML files of a pack."""
    key, found = _KEYS[kind], []
    for path in paths:
        if not (folder / path).is_file():
            continue
        where = f"{pack}/{path}"
        for number, raw in enumerate(_items(yaml_text.load(folder / path, where), where), 1):
            entry = _read(read, raw, where, number)
            name = getattr(entry, key)
            place = f"{where}, {kind} {name}"
            dates = (entry.effective_from, entry.effective_until)
            found.append(Dated(kind, name, entry, raw, *dates, entry.overrides, pack, place))
    return found


def _read(read: Callable[[Any, str], Any], raw: Any, where: str, number: int) -> Any:
    """Read an entry; an error about one that has no name tells which one of the file it is."""
    try:
        return read(raw, where)
    except PolicyError as error:
        if error.where != where:
            raise
        place = f"{where}, entry {number}"
        raise PolicyError(error.code, error.message, where=place, mend=error.mend) from error


def _items(document: Any, where: str) -> list[Any]:
    """Give the entries of a file: a list, one entry, or `{defaults: …, entries: […]}`."""
    if document is None:
        return []
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and set(document) & {"defaults", "entries"}:
        defaults, listed = document.get("defaults") or {}, document.get("entries") or []
        odd = sorted(str(key) for key in set(document) - {"defaults", "entries"})
        if odd or not isinstance(defaults, dict) or not isinstance(listed, list):
            message = (
                f"Beside `entries` stands `{odd[0]}`." if odd else "`defaults` or `entries` is ill-formed."
            )
            mend = "Write `defaults: {owner: …}`, then `entries:`, then each entry with `- `."
            raise PolicyError("pack_entry", message, where=where, mend=mend)
        return [{**defaults, **item} if isinstance(item, dict) else item for item in listed]
    if isinstance(document, dict):
        return [document]
    mend = "Begin each entry with `- `."
    raise PolicyError("pack_entry", "The file holds neither a list nor an entry.", where=where, mend=mend)


def _tables(folder: Path, pack: str) -> list[Dated]:
    """Read tables/<name>/<effective_from>.dmn; each file holds one decision table."""
    found = []
    for path in sorted((folder / "tables").glob("*/*.dmn")):
        name = path.parent.name
        where = f"{pack}/tables/{name}/{path.name}"
        starts = _starts(path, where)
        try:
            data = path.read_bytes()
        except OSError as error:
            message = f"The file cannot be read: {error.strerror}."
            mend = "See that it is a file, that its link leads somewhere, and that you may read it."
            raise PolicyError("pack_unreadable", message, where=where, mend=mend) from error
        tables = dmn.read(data, where)
        if len(tables) != 1:
            message = f"The file holds {len(tables)} decision tables, not one."
            mend = "Give each table a folder of its own: tables/NAME/DATE.dmn."
            raise PolicyError("pack_entry", message, where=where, mend=mend)
        table = replace(tables[0], id=name, where=where)
        reason = table.overrides
        found.append(Dated("table", name, table, table.sha256, starts, None, reason, pack, where))
    return found


def _starts(path: Path, where: str) -> date:
    """Give the date that names a table's file, in the one form by which versions sort."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", path.stem):
        with suppress(ValueError):
            return date.fromisoformat(path.stem)
    message = f"`{path.name}` is not named by the date it takes effect."
    raise PolicyError("pack_entry", message, where=where, mend="Name it like 2026-01-31.dmn.")


def _in_order(group: tuple[Dated, ...]) -> tuple[Dated, ...]:
    """Sort the versions of one thing in one pack; two that hold on one date are an error."""
    ordered = sorted(group, key=lambda entry: entry.effective_from)
    for earlier, later in pairwise(ordered):
        until = earlier.effective_until
        if earlier.effective_from == later.effective_from or (until and until >= later.effective_from):
            raise PolicyError(
                "two_in_force",
                f"Two entries of {later.kind} `{later.key}` are in force on {later.effective_from}.",
                where=f"{earlier.where} and {later.where}",
                mend="Date the later one after the end of the earlier one, or remove one.",
            )
    return tuple(ordered)


def _lay_over(base: Pack, own: Pack) -> Pack:
    """Lay a pack over one that it extends; an entry of the same key needs `overrides: <reason>`."""
    twice = [name for name, place in own.folders.items() if base.folders.get(name, place) != place]
    if twice:
        message = f"Two packs have the id `{twice[0]}`: {own.folders[twice[0]]} and {base.folders[twice[0]]}."
        where, mend = f"{own.folders[own.id].name}/pack.yaml, id", "Give each pack an id of its own."
        raise PolicyError("pack_entry", message, where=where, mend=mend)
    versions: dict[str, dict[str, tuple[Dated, ...]]] = {
        kind: dict(keys) for kind, keys in base.versions.items()
    }
    for kind, keys in own.versions.items():
        for key, group in keys.items():
            below = versions.setdefault(kind, {}).get(key, ())
            added = tuple(entry for entry in group if entry not in below)  # two bases may share theirs
            _require_reasons(below, added)
            versions[kind][key] = below + added
    return Pack(
        id=own.id,
        settings={**base.settings, **own.settings},
        chain=tuple(dict.fromkeys((*base.chain, *own.chain))),
        versions=versions,
        calendar=Calendar({**base.calendar.years, **own.calendar.years}),
        cases={**base.cases, **own.cases},
        undated={**base.undated, **own.undated, **_sources(base, own)},
        folders={**base.folders, **own.folders},
    )


def _sources(base: Pack, own: Pack) -> dict[str, Any]:
    """Give the register of sources of both packs, the own one's entry where both have an id."""
    registers = [pack.undated.get(_SOURCES) for pack in (base, own)]
    listed = [one for register in registers if isinstance(register, list) for one in register]
    by_id = {one.get("id") if isinstance(one, dict) else str(one): one for one in listed}
    return {_SOURCES: list(by_id.values())} if by_id else {}


def _require_reasons(below: tuple[Dated, ...], group: tuple[Dated, ...]) -> None:
    for entry in group:
        if below and entry.pack != below[-1].pack and not entry.overrides:
            raise PolicyError(
                "override_unexplained",
                f"The {entry.kind} `{entry.key}` replaces that of `{below[-1].pack}` without a reason.",
                where=entry.where,
                mend="Add `overrides: <reason>`; in a .dmn, postloan:overrides on its decision.",
            )
