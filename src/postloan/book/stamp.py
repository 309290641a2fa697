"""The mark of a folder that passed the gate: while its files are the same, they need not be judged again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from postloan.book.gate import GateResult
from postloan.book.schema import TABLES

NAME = ".gate.json"


def write_stamp(folder: Path, result: GateResult, event_kinds: Sequence[str] | None) -> None:
    """Mark the folder of clean files that the gate has just written, before it is put in place."""
    stamp = {
        "rules": _rules(event_kinds),
        "files": dict(_files(folder)),
        "rows": dict(result.rows),
        "versioned": sorted(result.versioned),
    }
    (folder / NAME).write_text(json.dumps(stamp, sort_keys=True, indent=1) + "\n", encoding="utf-8")


def read_stamp(folder: Path, event_kinds: Sequence[str] | None) -> GateResult | None:
    """Give the result of the gate for a folder that is as it was marked; None where anything is not.

    The mark holds for the same files (name, size, time of writing), contract and list of event kinds.
    """
    try:
        stamp: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if stamp.get("rules") != _rules(event_kinds) or stamp.get("files") != dict(_files(folder)):
        return None
    paths = {name: (folder / f"{name}.parquet",) for name in stamp["rows"]}
    return GateResult(paths, stamp["rows"], {}, {}, frozenset(stamp["versioned"]))


def _files(folder: Path) -> Iterator[tuple[str, list[int]]]:
    for path in sorted(folder.iterdir()):
        if path.name not in {NAME, "quarantine"}:
            facts = path.stat()
            yield path.name, [facts.st_size, facts.st_mtime_ns]


def _rules(event_kinds: Sequence[str] | None) -> str:
    """Give a hash of the contract and the closed list of events, so that a change of either is seen."""
    kinds = event_kinds if event_kinds is not None else TABLES["event"].field("kind").values
    text = repr((list(TABLES.values()), sorted(kinds or ())))
    return hashlib.sha256(text.encode()).hexdigest()
