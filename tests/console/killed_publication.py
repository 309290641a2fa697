"""Publishes a run in a process of its own and kills it with SIGKILL after the n-th table."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from postloan.console.publishing import services  # noqa: E402 - Django must be set up first

store, book, point = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
merge, done = services.merge, 0


def counting(engine: Any, model: Any, new: Path, old: Path | None) -> tuple[int, int]:
    """Write a table, then die if it was the n-th."""
    global done  # noqa: PLW0603 - one process, one count
    told = merge(engine, model, new, old)
    done += 1
    if done == point:
        os.kill(os.getpid(), signal.SIGKILL)
    return told


services.merge = counting
services.publish(store, book)
