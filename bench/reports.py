"""The reports of docs/reports.md on the real books: run the days that it names, and fill its figures in anew.

    python -m bench.reports                  # prints the page; exits with 1 where the one in docs differs
    python -m bench.reports --write          # writes docs/reports.md anew
    python -m bench.reports --into FOLDER    # keeps books and stores for commands of your own

Needs POSTLOAN_REAL_DATA. Each block of the page that begins with `$ postloan report` is a command; what it
prints on a screen of 80 columns stands below it.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from postloan.book.importing import import_book
from postloan.run.daily import run_day

PAGE = Path(__file__).parents[1] / "docs" / "reports.md"

BOOKS = {
    "berka": ("berka", (date(1993, 12, 31), date(1994, 3, 31))),
    "taiwan": ("taiwan_credit", (date(2005, 6, 30), date(2005, 9, 30))),
}
"""Folder of each source below POSTLOAN_REAL_DATA, and the days that are run."""

_BLOCK = re.compile(r"(?<=```text\n)\$ (postloan report [^\n]*)\n.*?(?=^```$)", re.DOTALL | re.MULTILINE)


def main() -> None:
    """Make the stores, fill the page, and print or write it."""
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, help="a folder that keeps books and stores")
    parser.add_argument("--write", action="store_true", help="write docs/reports.md anew")
    told = parser.parse_args()
    real = os.environ.get("POSTLOAN_REAL_DATA")
    if not real:
        sys.exit("set POSTLOAN_REAL_DATA to the folder of the real data")
    with tempfile.TemporaryDirectory(prefix="postloan-reports-") as made:
        into = (told.into or Path(made)).resolve()
        make_stores(Path(real), into)
        before = PAGE.read_text(encoding="utf-8")
        page = filled(before, into)
    if told.write:
        PAGE.write_text(page, encoding="utf-8")
    else:
        print(page, end="")
        sys.exit(page != before)


def make_stores(real: Path, into: Path) -> None:
    """Import each book and run its days into `<name>-store`; what is there already is kept."""
    for name, (source, days) in BOOKS.items():
        book, store = into / name, into / f"{name}-store"
        if not book.exists():
            import_book(name, real / source, book)
        for day in days:
            if not (store / "runs" / day.isoformat()).is_dir():
                run_day(book, day, store)


def filled(page: str, stores: Path) -> str:
    """Give the page with each command's answer below it."""
    return _BLOCK.sub(lambda found: f"$ {found[1]}\n{_answer(found[1], stores)}", page)


def _answer(command: str, stores: Path) -> str:
    call = [sys.executable, "-m", *shlex.split(command)]
    env = {**os.environ, "COLUMNS": "80", "POSTLOAN_LANG": "en"}
    done = subprocess.run(call, cwd=stores, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
