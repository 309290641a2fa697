"""Run the worked example of docs/policy-example.md, and hold the page to what its commands print.

    python -m tools.policy_example            # exit 1 where the page says otherwise
    python -m tools.policy_example --write    # write what they print into the page and docs/examples

Each ``console`` block is a command and what it prints, in the order of the page, in a folder of its own with
`our_bank` (pack.yaml and cases), and `store`, the run of the book in docs/examples/book, which is written by
hand and hangs on no generator's draws.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from datetime import date
from pathlib import Path

import openpyxl
from click.testing import CliRunner

from postloan.cli import main as postloan

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "policy-example.md"
EXAMPLE = DOCS / "examples" / "our_bank"
BOOK = DOCS / "examples" / "book"
DAY = date(2026, 10, 30)
BLOCK = re.compile(r"```console\n\$ postloan ([^\n]*)\n(.*?)```\n", re.DOTALL)
WIDTH = "104"
VERSION = re.compile(r"\b(cn_rural|our_bank)-[0-9a-f]{12}\b")
"""The version of a pack, which changes with any of its entries; the page shows it as an ellipsis."""


def told(arguments: str) -> str:
    """Run a command and give what a person sees; a progress bar is not part of it."""
    done = CliRunner(env={"COLUMNS": WIDTH, "NO_COLOR": "1"}).invoke(postloan, arguments.split())
    if done.exit_code == 2:
        raise SystemExit(f"postloan {arguments}\n{done.output}")
    return VERSION.sub(r"\1-…", done.stdout.rstrip("\n")) + "\n"


def edit(workbook: Path) -> None:
    """Do in the spreadsheet what the page says: two yellow signals instead of three, and why."""
    book = openpyxl.load_workbook(workbook)
    sheet = book["colour"]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    (rule,) = [row for row in sheet.iter_rows() if row[0].value == "three_yellow"]
    rule[0].value = "two_yellow"
    (count,) = [cell for cell in rule if cell.value == ">= 3"]
    count.value = ">= 2"
    (note,) = [cell for cell in rule if cell.value == "three yellow of at least two families"]
    note.value = "two yellow of at least two families"
    told = {
        "overrides": "branch heads want to hear of two families at once",
        "reference": "resolution 2026/7 of the risk committee",
        "reviewed on": "2026-11-20",
    }
    for name, value in told.items():
        title = next(cell for text, cell in cells.items() if str(text).startswith(name))
        sheet.cell(title.row + 1, title.column).value = value
    book.save(workbook)


@contextmanager
def workplace() -> Iterator[Path]:
    """Give a folder with the pack, without its table, and a store with a day of the example's book."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(EXAMPLE, folder / "our_bank", ignore=shutil.ignore_patterns("tables"))
        told(f"import folder {BOOK} {folder / 'book'}")
        told(f"run {folder / 'book'} --as-of {DAY} --store {folder / 'store'}")
        with chdir(folder):
            yield folder


def rewritten(page: str, folder: Path) -> str:
    """Give the page with what each command prints in the folder."""

    def block(found: re.Match[str]) -> str:
        arguments = found[1]
        if "import-xlsx" in arguments:
            edit(folder / "colour.xlsx")
        return f"```console\n$ postloan {arguments}\n{told(arguments)}```\n"

    return BLOCK.sub(block, page)


def tables(pack: Path) -> dict[str, str]:
    """Give the files of the tables of a pack."""
    return {
        str(path.relative_to(pack)): path.read_text(encoding="utf-8")
        for path in sorted((pack / "tables").rglob("*"))
        if path.is_file()
    }


def differences() -> list[str]:
    """Give what the page or the example says otherwise than the commands, as lines."""
    page = PAGE.read_text(encoding="utf-8")
    with workplace() as folder:
        now = rewritten(page, folder)
        made = tables(folder / "our_bank")
    found = [
        f"{PAGE.name} has `{old}`, the command prints `{new}`"
        for old, new in zip(page.splitlines(), now.splitlines(), strict=False)
        if old != new
    ]
    if len(page.splitlines()) != len(now.splitlines()):
        found.append(f"{PAGE.name} has other lines than the commands print")
    if made != tables(EXAMPLE):
        found.append("the table that was imported is not that of docs/examples/our_bank")
    return found


def main() -> None:
    """Check, or write."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.policy_example", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--write", action="store_true")
    if not parser.parse_args().write:
        found = differences()
        sys.exit("\n".join([*found, "python -m tools.policy_example --write mends it"]) if found else 0)
    with workplace() as folder:
        now = rewritten(PAGE.read_text(encoding="utf-8"), folder)
        shutil.rmtree(EXAMPLE / "tables", ignore_errors=True)
        shutil.copytree(folder / "our_bank" / "tables", EXAMPLE / "tables")
    PAGE.write_text(now, encoding="utf-8")


if __name__ == "__main__":
    os.umask(0o022)
    main()
