"""The guides' files: docs/ of the repository, or the copy that the wheel carries (setup.py makes it).

A guide is named by its path without its ending. Of `x.md` and `x.zh.md` the one in the language of the person
is shown; a guide that has one file is written in both languages or in English alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

INSTALLED = Path(__file__).parent / "guides"
REPOSITORY = Path(__file__).parents[4] / "docs"
PICTURES = "console/pictures"
_FIRST = "console/index.md"
_ENDING = re.compile(r"(\.en|\.zh)?\.md$")


def folder() -> Path | None:
    """Give the folder that the guides stand in; None where none are installed."""
    return next((one for one in (INSTALLED, REPOSITORY) if (one / _FIRST).is_file()), None)


@lru_cache(maxsize=2)
def pages(root: Path) -> Mapping[str, Mapping[str, Path]]:
    """Give the guides of a folder by name, each with its files by language, `en` and maybe `zh`."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(root.rglob("*.md")):
        name, language = split(path.relative_to(root).as_posix())
        found.setdefault(name, {})[language] = path
    return MappingProxyType({name: files for name, files in found.items() if "en" in files})


def split(path: str) -> tuple[str, str]:
    """Give name and language of a file: `console/index.zh.md` is (`console/index`, `zh`)."""
    told = _ENDING.search(path)
    return _ENDING.sub("", path), "zh" if told and told[1] == ".zh" else "en"


def file_of(name: str, *, chinese: bool) -> Path | None:
    """Give the file of a guide in a language, else in the one it has; None for one that does not exist."""
    root = folder()
    files = pages(root).get(name) if root else None
    return None if files is None else files.get("zh" if chinese else "en", files["en"])


def picture(name: str) -> Path | None:
    """Give the file of a picture by its bare name; None where it is not installed."""
    root = folder()
    known = {one.name: one for one in (root / PICTURES).glob("*.png")} if root else {}
    return known.get(name)
