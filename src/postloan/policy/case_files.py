"""The files of scenario cases beside a pack's tables: YAML lists, and CSV for many small cases."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import yaml_text

_EXPECT = "expect."
_ITEM = ("case", "table", "signal", "as_of", "without", "expect")


@dataclass(frozen=True)
class CaseFile:
    """One file of cases as written.

    Args:
        pack: id of the pack that it is of.
        path: the file inside the pack's folder.
        rows: one mapping a case: case, table or signal, as_of, given, without, expect.
        places: where in the file each of them stands.
        is_text: the values are text, to be read by the kind of each fact, as in CSV.
    """

    pack: str
    path: str
    rows: tuple[Any, ...]
    places: tuple[str, ...]
    is_text: bool = False

    @property
    def where(self) -> str:
        """Give the file as errors name it."""
        return f"{self.pack}/{self.path}"


def read(folder: Path, pack: str) -> dict[str, CaseFile]:
    """Read every file of a pack's folder `cases`, by the file's name.

    A YAML file goes by its name without the ending, a CSV file by its whole name.

    Raises:
        PolicyError: `yaml_syntax`, `case_malformed`, naming file and line.
    """
    found = {}
    for path in sorted((folder / "cases").glob("*.yaml")):
        found[path.stem] = _yaml(path, pack)
    for path in sorted((folder / "cases").glob("*.csv")):
        found[path.name] = _csv(path, pack)
    return found


def _yaml(path: Path, pack: str) -> CaseFile:
    name = f"cases/{path.name}"
    document = yaml_text.load(path, f"{pack}/{name}")
    rows = tuple(document) if isinstance(document, list) else () if document is None else (document,)
    return CaseFile(pack, name, rows, tuple(f"case {i}" for i, _ in enumerate(rows, 1)))


def _csv(path: Path, pack: str) -> CaseFile:
    """Read a CSV file: a line without a sentence adds an expected rule to the case above it.

    Lines that begin with `#` say something to people. An empty cell is not given, or not compared;
    `null` is null, and two apostrophes are the empty text.
    """
    name = f"cases/{path.name}"
    where = f"{pack}/{name}"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        mend = "Save it with the encoding UTF-8 (in Excel: CSV UTF-8)."
        raise _malformed(f"The file cannot be read: {what}.", where, mend) from error
    numbered = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    try:
        table = list(csv.reader(line for _, line in numbered))
    except csv.Error as error:
        raise _malformed(
            f"The file is no CSV: {error}.", where, "Look for a quote that is not closed."
        ) from error
    if not table:
        return CaseFile(pack, name, (), (), is_text=True)
    if len(table) != len(numbered):
        raise _malformed("A cell in quotes goes over several lines.", where, "Keep each cell on one line.")
    head = [cell.strip() for cell in table[0]]
    _refuse_head(head, f"{where}, line {numbered[0][0]}")
    rows: list[dict[str, Any]] = []
    places = []
    for (number, _), cells in zip(numbered[1:], table[1:], strict=True):
        place = f"line {number}"
        if len(cells) > len(head):
            message = f"The line has {len(cells)} cells, the head has {len(head)}."
            raise _malformed(message, f"{where}, {place}", "Put cells that hold a comma in quotes.")
        given = {column: cell.strip() for column, cell in zip(head, cells, strict=False) if cell.strip()}
        expected = {key[len(_EXPECT) :]: cell for key, cell in given.items() if key.startswith(_EXPECT)}
        if "case" in given:
            rows.append(_case(given, expected))
            places.append(place)
        else:
            _add(rows, given, expected, f"{where}, {place}")
    return CaseFile(pack, name, tuple(rows), tuple(places), is_text=True)


def _malformed(message: str, where: str, mend: str) -> PolicyError:
    return PolicyError("case_malformed", message, where=where, mend=mend)


def _refuse_head(head: list[str], where: str) -> None:
    double = sorted({column for column in head if column and head.count(column) > 1})
    if "case" not in head or double:
        what = f"names {', '.join(double)} twice" if double else "has no column `case`"
        mend = "Begin with: case,table,as_of, one column a fact, then expect.rule_id and expect.<output>."
        raise _malformed(f"The first line {what}.", where, mend)


def _case(given: dict[str, str], expected: dict[str, str]) -> dict[str, Any]:
    case: dict[str, Any] = {name: given[name] for name in _ITEM if name in given}
    case["given"] = {
        name: cell for name, cell in given.items() if name not in _ITEM and not name.startswith(_EXPECT)
    }
    if "expect" not in case:
        case["expect"] = [expected] if expected else []
    return case


def _add(rows: list[dict[str, Any]], given: dict[str, str], expected: dict[str, str], where: str) -> None:
    if not rows or not expected or set(given) - {_EXPECT + name for name in expected}:
        message = "A line without a sentence may only name what else is expected of the case above it."
        raise _malformed(message, where, "Give it a sentence in `case`.")
    rows[-1]["expect"].append(expected)
