"""Folders of drafts: made, changed in a copy, hashed; needs no database and knows nobody.

A draft is a pack that extends the one in force and holds only what it decides otherwise. Every entry of its
own begins on one day, that from which the draft is to hold.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import uuid4

import yaml

from postloan.policy import canonical, yaml_text
from postloan.policy.in_force import Pack
from postloan.policy.model import DecisionTable

FILES = {
    "parameter": "parameters.yaml",
    "signal": "signals/changed.yaml",
    "measure": "measures.yaml",
    "scheme": "schemes/changed.yaml",
    "clock": "clocks.yaml",
}
"""Where a draft keeps its entries of a kind."""

NAMES = {"parameter": "name", "signal": "code", "measure": "code", "scheme": "id", "clock": "kind"}
"""The field by which an entry of a kind is known."""

DOCUMENT = re.compile(r"(calendar/[12][0-9]{3}|events|indicators|checklists/[a-z][a-z0-9_]{0,62})\.yaml")
"""Files of a pack that hold no dated entries: a draft holds another one in the place of the whole file."""


class _Writer(yaml.SafeDumper):
    """Writes numbers as packs read them: exact, with a point only where there is one."""


def _number(writer: _Writer, value: Decimal) -> yaml.ScalarNode:
    text = format(value, "f")
    kind = "float" if "." in text else "int"
    return writer.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


_Writer.add_representer(Decimal, _number)


def create(folder: Path, base: Path | str, title: str) -> None:
    """Make the folder of a draft that changes nothing yet.

    Args:
        folder: where; its name is the pack's id.
        base: the pack that it extends: the name of a shipped one, or a folder.
        title: what people call it.
    """
    folder.mkdir(parents=True)
    _put(folder / "pack.yaml", {"id": folder.name, "name": {"zh": title, "en": title}, "extends": ""})
    extend(folder, folder, base)


def extend(folder: Path, home: Path, base: Path | str) -> None:
    """Let a draft extend another pack; `home` is the folder at which it will stand."""
    path = folder / "pack.yaml"
    named = os.path.relpath(base, home.parent) if isinstance(base, Path) else base
    _put(path, {**yaml_text.load(path, "pack.yaml"), "extends": named})


def _put(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(document, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=110)
    path.write_text(text, encoding="utf-8")


def content_hash(folder: Path) -> str:
    """Give the SHA-256 over the names and bytes of every file of a draft; empty where there is none."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        return ""
    whole = hashlib.sha256()
    for path in files:
        name = path.relative_to(folder).as_posix().encode()
        data = path.read_bytes()
        whole.update(b"%d %s %d " % (len(name), name, len(data)) + data)
    return whole.hexdigest()


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """Give a copy of a draft's folder to change; it is gone afterwards unless it took the folder's place."""
    old = _old(folder)
    if old.is_dir() and not folder.is_dir():
        old.rename(folder)  # it was stopped between the two renames
    copy = folder.with_name(f".{folder.name}.{uuid4().hex}")
    shutil.copytree(folder, copy)
    try:
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def take_place(copy: Path, folder: Path) -> None:
    """Put a changed copy in the place of a draft's folder."""
    old = _old(folder)
    shutil.rmtree(old, ignore_errors=True)
    folder.rename(old)
    copy.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def put_entry(folder: Path, kind: str, entry: Mapping[str, Any]) -> None:
    """Write an entry of a draft, in the place of the one that it holds of that name."""
    path = folder / FILES[kind]
    name = NAMES[kind]
    listed = [one for one in _own(path) if one[name] != entry[name]]
    _put(path, sorted([*listed, dict(entry)], key=lambda one: str(one[name])))


def drop(folder: Path, kind: str, key: str) -> bool:
    """Take a change back, so that the pack below holds again; tell whether there was one."""
    if kind in FILES:
        path = folder / FILES[kind]
        listed = _own(path)
        kept = [one for one in listed if one[NAMES[kind]] != key]
        if kept:
            _put(path, kept)
        elif path.exists():
            path.unlink()
        return len(kept) < len(listed)
    place = folder / key if kind == "file" else folder / ("tables" if kind == "table" else "cases") / key
    if place.is_dir():
        shutil.rmtree(place)
    elif place.is_file():
        place.unlink()
    else:
        return False
    return True


def _own(path: Path) -> list[dict[str, Any]]:
    return list(yaml_text.load(path, path.name) or []) if path.is_file() else []


def put_table(folder: Path, table: DecisionTable, name: str, day: date) -> None:
    """Write a table of a draft, in the place of the one that it holds of that name."""
    drop(folder, "table", name)
    canonical.put(folder / "tables" / name / f"{day.isoformat()}.dmn", table, name)


def put_cases(folder: Path, name: str, data: bytes) -> None:
    """Write a file of cases as its author gave it."""
    path = folder / "cases" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def put_document(folder: Path, name: str, text: str) -> None:
    """Write a file that holds no dated entries, such as `calendar/2027.yaml`, as its author gave it."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def documents(folder: Path) -> list[str]:
    """Give the names of the files of a pack that hold no dated entries, as `put_document` takes them."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml"))
    return sorted(name for name in found if DOCUMENT.fullmatch(name))


def redate(folder: Path, day: date) -> None:
    """Let every entry of a draft begin on another day."""
    for file in FILES.values():
        if (folder / file).is_file():
            _put(folder / file, [{**one, "effective_from": day} for one in _own(folder / file)])
    for path in sorted((folder / "tables").glob("*/*.dmn")):
        path.rename(path.with_name(f"{day.isoformat()}.dmn"))
        path.with_suffix(".md").rename(path.with_name(f"{day.isoformat()}.md"))


def value_of(text: str, where: str = "value") -> Any:
    """Read a value as packs write it, such as `35`, `0.10` or `{amount: 5.00, share: 0.001}`.

    Raises PolicyError `yaml_syntax` where it is none, at a line of `where`.
    """
    with NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return yaml_text.load(Path(file.name), where)


def as_text(value: Any) -> str:
    """Give a value as packs write it, on one line."""
    text = yaml.dump(value, Dumper=_Writer, allow_unicode=True, default_flow_style=True, width=10_000)
    return text.removesuffix("...\n").strip()


def as_lines(value: Any, *, is_spread: bool = False) -> str:
    """Give an entry as packs write it, a field a line, lists on one or, spread, one item a line."""
    flow = False if is_spread else None
    told: str = yaml.dump(
        value, Dumper=_Writer, allow_unicode=True, default_flow_style=flow, sort_keys=False, width=400
    )
    return told


def overriding(pack: Pack, kind: str, key: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Give the entry that stands in a pack with what a draft says otherwise.

    Args:
        pack: the draft, or the pack that it extends.
        kind: `parameter` or `signal`.
        key: the entry's name.
        told: fields that change, with the reason and the day.
    """
    raw = pack.versions[kind][key][-1].raw
    left = {name: value for name, value in raw.items() if name not in ("effective_until", "legal_from")}
    return {**left, **told}


def explained(table: DecisionTable, told: Mapping[str, Any]) -> DecisionTable:
    """Give a table that says of itself why it stands, where it comes from and who answers for it."""
    return replace(table, **told)
