"""Documents on their way out: to the terminal, as text of a format, or into a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postloan.cli.base import json_text
from postloan.errors import PostloanError

if TYPE_CHECKING:
    from postloan.reports.document import Document

_ENDINGS = {"md": "md", "html": "html", "xlsx": "xlsx", "json": "json", "csv": "csv", "txt": "text"}
"""Formats by the ending of a file's name."""


def is_folder(out: Path) -> bool:
    """Tell whether a path is to be a folder: it is one, or its name has no ending."""
    return out.is_dir() or not out.suffix


def chosen_format(asked: str | None, out: Path | None, *, as_json: bool, default: str = "md") -> str:
    """Give the format: as asked, else JSON, else by the file's ending, else the default.

    Raises UsageError where what was asked contradicts `--json`, or where no format goes by the ending.
    """
    if as_json and asked not in (None, "json"):
        raise click.UsageError(f"--json contradicts --format {asked}")
    if asked or as_json:
        return asked or "json"
    if out is None or is_folder(out):
        return default
    ending = out.suffix.lstrip(".").lower()
    if ending not in _ENDINGS:
        known = ", ".join(f".{one}" for one in _ENDINGS)
        raise click.UsageError(
            f"no format goes by the ending .{ending}: name a file with {known}, or give --format"
        )
    return _ENDINGS[ending]


def emit(document: Document, form: str, lang: str) -> None:
    """Print a document; Excel, which is no text, is refused on a terminal and goes through a pipe."""
    data = rendered(document, form, lang)
    if form == "xlsx":
        if sys.stdout.isatty():
            raise click.UsageError("Excel is not for a terminal: name a file with --out FILE.xlsx")
        sys.stdout.buffer.write(data)
        return
    click.echo(data.decode(), nl=False)


def write(document: Document, path: Path, form: str, lang: str) -> None:
    """Write a document as a file, by one rename; folders are made. Raises PostloanError `unknown_folder`."""
    data = rendered(document, form, lang)
    if form == "text":
        data = click.unstyle(data.decode()).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        message = f"there can be no folder {path.parent}: a file stands in its place"
        raise PostloanError("unknown_folder", message, where=str(path), mend="name another place") from error
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(data)
    draft.replace(path)


def rendered(document: Document, form: str, lang: str) -> bytes:
    """Give a document as the bytes of a file of that format."""
    from postloan.reports import files

    match form:
        case "md":
            return files.markdown(document).encode()
        case "html":
            return files.html(document, lang).encode()
        case "csv":
            return files.csv_text(document).encode()
        case "xlsx":
            return files.xlsx(document)
        case "json":
            return f"{json_text(document.as_dict())}\n".encode()
    from postloan.cli.pages import text

    return text(document).encode()
