"""Packs: folders of dated policy, read and laid over one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import case_files, dmn, entries, yaml_text
from postloan.policy.calendar import Calendar, parse_year
from postloan.policy.in_force import Dated, Pack, Policy

__all__ = ["Dated", "Pack", "Policy", "load"]

_KEYS = {"parameter": "name", "signal": "code", "scheme": "id", "measure": "code"}

_UNDATED = ("events", "indicators", "clocks")


def load(name: str | Path) -> Pack:
    """Load a shipped pack by name, or a pack from a folder, with everything that it extends.

    Raises:
        PolicyError: naming file and entry, for whatever in it cannot be used as written.
    """
    return _load(str(name), ())


def _load(name: str, below: tuple[Path, ...]) -> Pack:
    folder = _find(name, below[-1] if below else None)
    if folder in below:
        raise PolicyError("pack_cycle", f"The pack `{name}` extends itself.", where=f"{name}/pack.yaml")
    head = yaml_text.load(folder / "pack.yaml", f"{folder.name}/pack.yaml")
    if not isinstance(head, dict) or not isinstance(head.get("id"), str):
        raise PolicyError("pack_entry", "pack.yaml needs an `id`.", where=f"{folder.name}/pack.yaml")
    extends = head.get("extends") or []
    bases = [_base(base, folder, below) for base in ([extends] if isinstance(extends, str) else extends)]
    own = _own(folder, head)
    for base in reversed(bases):
        own = _lay_over(base, own)
    return own


def _base(name: str, folder: Path, below: tuple[Path, ...]) -> Pack:
    """Load a pack that another extends; that it is not there is a fault of the one that names it."""
    try:
        return _load(str(name), (*below, folder))
    except PolicyError as error:
        if error.code != "unknown_pack":
            raise
        message = f"The pack extends `{name}`, and there is no such pack."
        where = f"{folder.name}/pack.yaml, extends"
        raise PolicyError("unknown_pack", message, where=where, mend=error.mend) from error


def _find(name: str, extending: Path | None) -> Path:
    shipped = Path(str(resources.files("postloan"))) / "packs"
    places = [Path(name), shipped / name]
    if extending is not None:
        places.insert(0, extending.parent / name)
    for place in places:
        if (place / "pack.yaml").is_file():
            return place.resolve()
    known = sorted(path.parent.name for path in shipped.glob("*/pack.yaml"))
    raise PolicyError(
        "unknown_pack",
        f"There is no pack `{name}`: neither a folder with a pack.yaml nor a shipped pack.",
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
        for name in _UNDATED
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
        for raw in _items(yaml_text.load(folder / path, where), where):
            entry = read(raw, where)
            name = getattr(entry, key)
            place = f"{where}, {kind} {name}"
            dates = (entry.effective_from, entry.effective_until)
            found.append(Dated(kind, name, entry, raw, *dates, entry.overrides, pack, place))
    return found


def _items(document: Any, where: str) -> list[Any]:
    """Give the entries of a file: a list, one entry, or `{defaults: …, entries: […]}`."""
    if document is None:
        return []
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and set(document) <= {"defaults", "entries"}:
        defaults = document.get("defaults") or {}
        return [{**defaults, **item} if isinstance(item, dict) else item for item in document["entries"]]
    if isinstance(document, dict):
        return [document]
    raise PolicyError("pack_entry", "The file holds neither a list nor an entry.", where=where)


def _tables(folder: Path, pack: str) -> list[Dated]:
    """Read tables/<name>/<effective_from>.dmn; each file holds one decision table."""
    found = []
    for path in sorted((folder / "tables").glob("*/*.dmn")):
        name = path.parent.name
        where = f"{pack}/tables/{name}/{path.name}"
        try:
            starts = date.fromisoformat(path.stem)
        except ValueError as error:
            raise PolicyError(
                "pack_entry",
                f"`{path.name}` is not named by the date it takes effect.",
                where=where,
                mend="Name it like 1900-01-01.dmn.",
            ) from error
        tables = dmn.read(path.read_bytes(), where)
        if len(tables) != 1:
            raise PolicyError(
                "pack_entry", f"The file holds {len(tables)} decision tables, not one.", where=where
            )
        table = replace(tables[0], id=name, where=where)
        reason = table.overrides
        found.append(Dated("table", name, table, table.sha256, starts, None, reason, pack, where))
    return found


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
        undated={**base.undated, **own.undated},
        folders={**base.folders, **own.folders},
    )


def _require_reasons(below: tuple[Dated, ...], group: tuple[Dated, ...]) -> None:
    for entry in group:
        if below and entry.pack != below[-1].pack and not entry.overrides:
            raise PolicyError(
                "override_unexplained",
                f"The {entry.kind} `{entry.key}` replaces that of `{below[-1].pack}` without a reason.",
                where=entry.where,
                mend="Add `overrides: <reason>`; in a .dmn, postloan:overrides on its decision.",
            )
