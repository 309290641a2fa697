"""The form of a pack's folder: settings, files that nobody reads, canonical tables, calendars, documents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from postloan.policy import canonical, yaml_text
from postloan.policy.findings import Finding, near
from postloan.policy.in_force import Pack

SETTINGS: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "name": (str, Mapping),
    "extends": (str, list),
    "currency": (str,),
    "base_scheme": (str,),
    "segments": (Mapping,),
    "precedence": (list,),
    "families": (Mapping,),
    "variables": (Mapping,),
}
"""Keys of pack.yaml and what each may be."""

FILES = ("pack.yaml", "parameters.yaml", "measures.yaml", "clocks.yaml", "events.yaml", "indicators.yaml")
REGISTER = "sources.yaml"
"""Tells what references name."""

FOLDERS = {
    "signals": (".yaml",),
    "schemes": (".yaml",),
    "calendar": (".yaml",),
    "checklists": (".yaml",),
    "cases": (".yaml", ".csv"),
    "tables": (),
}
"""Folders of a pack and the endings that are read in them; tables stand one folder deeper."""

_KEYS = ("kind", "indicator", "id", "code", "name")


def check(pack: Pack) -> list[Finding]:
    """Check the folders of a pack and of the packs that it extends.

    Returns:
        Errors about calendars and documents; warnings about files that nobody reads, and about
        tables that are not in canonical form or whose Markdown is not in step.
    """
    findings: list[Finding] = []
    for name, folder in pack.folders.items():
        findings += _unread(name, folder)
        findings += _tables(name, folder)
        findings += _calendars(name, folder)
    findings += _documents(pack)
    return findings


def settings(pack: Pack) -> list[Finding]:
    """Check the pack.yaml of a pack and of the packs that it extends: the rest hangs on it."""
    findings: list[Finding] = []
    for name, folder in pack.folders.items():
        findings += _settings(name, folder)
    if "currency" not in pack.settings:
        where = f"{pack.id}/pack.yaml"
        message = "No pack of the chain names a `currency`."
        findings.append(Finding("error", "pack_settings", message, where, "Add `currency: CNY`."))
    return findings


def _settings(name: str, folder: Path) -> Iterator[Finding]:
    where = f"{name}/pack.yaml"
    head = yaml_text.load(folder / "pack.yaml", where)
    for key, value in head.items():
        if key not in SETTINGS:
            yield Finding("error", "pack_settings", f"`{key}` is no setting.", where, near(key, SETTINGS))
        elif not isinstance(value, SETTINGS[key]):
            words = " or ".join(_WORDS[kind] for kind in SETTINGS[key])
            message = f"`{key}` must be {words}."
            yield Finding("error", "pack_settings", message, f"{where}, {key}", f"Write `{_EXAMPLES[key]}`.")
        elif not all(isinstance(one, str) for one in _parts(key, value)):
            message = f"`{key}` holds what is no text."
            yield Finding("error", "pack_settings", message, f"{where}, {key}", f"Write `{_EXAMPLES[key]}`.")
    currency = head.get("currency", "CNY")
    if isinstance(currency, str) and not re.fullmatch("[A-Z]{3}", currency):
        message = f"`{currency}` is no currency code."
        yield Finding("error", "pack_settings", message, f"{where}, currency", "Write it like CNY.")
    families = head.get("precedence")
    twice = (
        [str(one) for one, count in Counter(map(str, families)).items() if count > 1]
        if isinstance(families, list)
        else []
    )
    if twice:
        message = f"The order names {', '.join(twice)} twice."
        yield Finding("error", "pack_settings", message, f"{where}, precedence", "Name each family once.")


def _parts(key: str, value: Any) -> list[object]:
    """Give what of a setting must be texts."""
    if key == "precedence":
        return list(value)
    return [*value, *value.values()] if key == "variables" else []


_EXAMPLES = {
    "id": "id: our_bank",
    "name": "name: {en: Our bank}",
    "extends": "extends: cn_rural",
    "currency": "currency: CNY",
    "base_scheme": "base_scheme: cn10a",
    "segments": "segments: {all: {scheme: cn10a}}",
    "precedence": "precedence: [repayment, account]",
    "families": "families: {repayment: {en: Repayment, zh: 还款}}",
    "variables": "variables: {loan.is_pilot: boolean}",
}
_WORDS: dict[Any, str] = {str: "a text", list: "a list", Mapping: "a mapping"}


def _unread(name: str, folder: Path) -> Iterator[Finding]:
    """List files and folders that no command reads, as they are often misspelt."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or (
            path.is_file() and (path.name in (*FILES, REGISTER) or path.suffix == ".md")
        ):
            continue
        if not path.exists():
            yield _leads_nowhere(f"{name}/{path.name}")
        elif path.is_dir() and path.name in FOLDERS:
            yield from _unread_in(name, path)
        else:
            known = FOLDERS if path.is_dir() else (*FILES, REGISTER)
            must = f"`{path.name}` must be a {'file' if path.is_dir() else 'folder'}."
            mend = must if path.name in (*FOLDERS, *FILES, REGISTER) else near(path.name, known)
            yield _not_read(f"{name}/{path.name}", mend)


def _unread_in(name: str, folder: Path) -> Iterator[Finding]:
    if folder.name == "tables":
        yield from _unread_tables(name, folder)
        return
    endings = FOLDERS[folder.name]
    for path in sorted(folder.iterdir()):
        if not path.exists():
            yield _leads_nowhere(f"{name}/{folder.name}/{path.name}")
        elif not path.name.startswith(".") and (path.is_dir() or path.suffix not in endings):
            told = f"Only files ending in {' or '.join(endings)} are read here."
            yield _not_read(f"{name}/{folder.name}/{path.name}", told)


def _unread_tables(name: str, folder: Path) -> Iterator[Finding]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if not path.is_dir():
            yield _not_read(f"{name}/tables/{path.name}", "A table stands in tables/NAME/DATE.dmn.")
            continue
        for file in sorted(path.iterdir()):
            is_view = file.suffix == ".md" and file.with_suffix(".dmn").is_file()
            if file.suffix != ".dmn" and not is_view and not file.name.startswith("."):
                mend = "A table stands in tables/NAME/DATE.dmn, its Markdown beside it."
                yield _not_read(f"{name}/tables/{path.name}/{file.name}", mend)


def _leads_nowhere(where: str) -> Finding:
    mend = "Put the file itself there, or remove the link."
    return Finding("error", "pack_unreadable", "The link leads nowhere.", where, mend)


def _not_read(where: str, mend: str) -> Finding:
    return Finding("warning", "unknown_file", "Nothing reads this file or folder.", where, mend)


def _tables(name: str, folder: Path) -> Iterator[Finding]:
    for path, table in canonical.tables(folder):
        key = path.parent.name
        wanted = canonical.content(table, key)
        where = f"{name}/tables/{key}/{path.name}"
        if path.read_bytes() != wanted[".dmn"]:
            message = (
                "The file is not in canonical form, so that a difference cannot be reviewed line by line."
            )
            yield Finding("warning", "not_canonical", message, where, _WRITE)
        view = path.with_suffix(".md")
        if not view.is_file() or view.read_bytes() != wanted[".md"]:
            what = "is not in step with its table" if view.is_file() else "is missing"
            message = f"The Markdown beside the table {what}."
            yield Finding("warning", "markdown_stale", message, f"{name}/tables/{key}/{view.name}", _WRITE)


_WRITE = "Write both anew with `postloan policy check --write`."


def rewrite(pack: Pack) -> list[Path]:
    """Write a pack's own tables in canonical form with the Markdown beside, and give the files that changed.

    Only what a run uses of a table is kept: diagrams and descriptions of a modeller are not.
    """
    changed: list[Path] = []
    for path, table in canonical.tables(pack.folders[pack.id]):
        changed += canonical.put(path, table, path.parent.name)
    return changed


def _calendars(name: str, folder: Path) -> Iterator[Finding]:
    for path in sorted((folder / "calendar").glob("*.yaml")):
        where = f"{name}/calendar/{path.name}"
        year = yaml_text.load(path, where).get("year")
        if path.stem != str(year):
            message = f"The file of {path.stem} holds the year {year}."
            mend = "Name it by its year, or correct `year`."
            yield Finding("error", "calendar_entry", message, where, mend)


def _documents(pack: Pack) -> Iterator[Finding]:
    """Check documents that hold no dated entries: each is a list of things that are named once."""
    for name, document in sorted(pack.undated.items()):
        where = f"{pack.id}/{name}.yaml"
        if not isinstance(document, list | Mapping):
            message = "The document holds neither a list nor a mapping."
            yield Finding("error", "pack_document", message, where, "Write one entry a line, each with `- `.")
        elif isinstance(document, list):
            names = [_named(item) for item in document]
            if None in names:
                message = f"Entry {names.index(None) + 1} has no name."
                mend = f"Give it one of {', '.join(_KEYS)}."
                yield Finding("error", "pack_document", message, where, mend)
            twice = sorted({str(one) for one in names if one is not None and names.count(one) > 1})
            if twice:
                message = f"{', '.join(twice)} stands twice."
                yield Finding("error", "pack_document", message, where, "Keep one of them.")


def _named(item: Any) -> object:
    if isinstance(item, Mapping):
        return next((item[key] for key in _KEYS if key in item), None)
    return item
