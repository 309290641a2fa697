"""The Chinese texts of the console: each part has its own locale/zh_Hans/LC_MESSAGES/django.po."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import polib

HERE = Path(__file__).parent


def catalogues() -> Iterator[Path]:
    """Give every file of texts."""
    yield from sorted(HERE.rglob("locale/*/LC_MESSAGES/django.po"))


def compile_texts() -> int:
    """Write the compiled form beside every file of texts that is newer; give how many were written."""
    written = 0
    for source in catalogues():
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            part = target.with_name(f".{target.name}.{os.getpid()}")
            polib.pofile(str(source)).save_as_mofile(str(part))
            part.replace(target)  # at once, so that another process never reads half a file
            written += 1
    return written
