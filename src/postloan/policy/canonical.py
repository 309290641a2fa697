"""The one form in which a pack keeps a table: canonical DMN, and Markdown made from it beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from postloan.policy import dmn
from postloan.policy.model import DecisionTable


def content(table: DecisionTable, name: str) -> dict[str, bytes]:
    """Give what the files of a table hold, by their ending.

    Args:
        table: the table.
        name: its name in the pack, that of its folder.

    Returns:
        Bytes of `.dmn` and of `.md`.
    """
    (kept,) = dmn.read(dmn.write([table], name))  # without blanks around texts, as every reader takes them
    return {".dmn": dmn.write([kept], name), ".md": dmn.markdown(kept).encode()}


def put(path: Path, table: DecisionTable, name: str) -> list[Path]:
    """Write a table's two files, each by one rename; what is the same already is left alone.

    Args:
        path: the .dmn file; the Markdown stands beside it.
        table: the table.
        name: its name in the pack.

    Returns:
        The files that changed.
    """
    changed = []
    for ending, data in content(table, name).items():
        target = path.with_suffix(ending)
        if target.is_file() and target.read_bytes() == data:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.new")
        draft.write_bytes(data)
        draft.replace(target)
        changed.append(target)
    return changed


def tables(folder: Path) -> Iterator[tuple[Path, DecisionTable]]:
    """Give the table files of a pack's folder, each with the table that it holds, as `load` reads them.

    Files that hold no single decision table are left out; loading the pack refuses them.
    """
    for path in sorted((folder / "tables").glob("*/*.dmn")):
        found = dmn.read(path.read_bytes(), str(path))
        if len(found) == 1:
            yield path, replace(found[0], where=str(path))
