"""Where the tables that a command looks at come from: a pack, a pack on a date, or a DMN file alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from postloan.cli.base import unknown
from postloan.cli.policy._shared import kinds
from postloan.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postloan.policy.model import DecisionTable
    from postloan.policy.pack import Pack


@dataclass(frozen=True)
class Source:
    """A pack or a DMN file.

    Args:
        name: what people call it.
        pack: the pack; None for a file.
        tables: the tables of a file by name.
    """

    name: str
    pack: Pack | None
    tables: Mapping[str, DecisionTable]


def is_file(name: str) -> bool:
    """Tell whether an argument means a DMN file."""
    return name.lower().endswith((".dmn", ".xml"))


def open_source(name: str) -> Source:
    """Load a pack by name or folder, or read a DMN file; raises PolicyError where that cannot be done."""
    if not is_file(name):
        from postloan.policy import pack as packs

        loaded = packs.load(name)
        return Source(loaded.id, loaded, {})
    from postloan.policy import dmn

    path = Path(name)
    if not path.is_file():
        raise PolicyError("unknown_file", f"There is no file `{name}`.", mend="Give a pack or a DMN file.")
    tables = {table.id: table for table in dmn.read(path.read_bytes(), path.name)}
    if not tables:
        raise PolicyError("dmn_syntax", "The file holds no decision table.", where=path.name)
    return Source(path.name, None, tables)


def dated(name: str) -> tuple[str, date | None]:
    """Split `pack@2026-01-01` into the pack and the date; a name without a date has none."""
    base, mark, day = name.rpartition("@")
    if not mark:
        return name, None
    try:
        return base, date.fromisoformat(day)
    except ValueError as error:
        raise PolicyError(
            "ill_dated", f"`{day}` in `{name}` is no date.", mend="Write it like cn_rural@2026-11-20."
        ) from error


def feel_env(pack: Pack | None, tables: Sequence[DecisionTable]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give the FEEL kinds of the names that tables may use, and those that are never missing.

    A file alone may use any name whose kind it declares itself.
    """
    from postloan.policy.names import feel_kind
    from postloan.policy.warned import warned_in

    env = {name: feel_kind(kind) for name, kind in kinds().items() if kind != "timestamp"}
    if pack is None:
        declared = {item.expression: item.kind for table in tables for item in table.inputs}
        return {**{name: kind for name, kind in declared.items() if kind != "any"}, **env}, ()
    own = pack.settings.get("variables") or {}
    warned = warned_in(pack)
    env |= warned
    return env | {name: feel_kind(kind) for name, kind in own.items()}, (*own, *warned)


def wanted(source: Source, name: str | None, as_of: date | None) -> list[DecisionTable]:
    """Give the tables asked for: all versions of a pack's tables, or those in force on a date."""
    found: Mapping[str, Sequence[DecisionTable]] = {key: [table] for key, table in source.tables.items()}
    if source.pack is not None:
        versions = source.pack.versions.get("table", {})
        found = {key: [one.value for one in versions[key]] for key in sorted(versions)}
        if as_of is not None:
            policy = source.pack.as_of(as_of)
            found = {key: [policy.table(key)] for key in policy.tables}
    if name is None:
        return [table for versions in found.values() for table in versions]
    if name not in found:
        raise unknown("table", name, sorted(found), where=source.name)
    return list(found[name])
