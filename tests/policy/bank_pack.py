"""The pack `bank` over a pack `base` in which tests make mistakes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from postloan.errors import PolicyError
from postloan.policy import dmn
from postloan.policy.checking import check_pack
from postloan.policy.findings import Finding
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.policy.pack import load

FACTS = {"loan.days": "integer"}
MADE = "effective_from: 2020-01-01, reference: r, owner: o, reviewed_on: 2026-01-01"
HEAD = "id: bank\nextends: base\n"
LIMIT = f"- {{name: limit, value: 3, overrides: ours, {MADE}}}\n"
SIGNAL = f"""\
- code: S1
  name: {{en: Late, zh: 逾期}}
  family: account
  subject: loan
  fact: loan.days
  grades: {{red: ">= 60"}}
  needs: [due]
  {MADE.replace(", ", chr(10) + "  ")}
"""
SCHEME = f"""\
id: own
name: Own
{MADE.replace(", ", chr(10))}
levels:
  - {{level_code: "01", order: 1, five_level: normal, is_npl: false, cn10a_equivalent: "1"}}
  - {{level_code: "02", order: 2, five_level: loss, is_npl: true, cn10a_equivalent: "2"}}
"""
MEASURE = f"- {{code: M1, name: Visit, nature: duty, level: loan, owner_role: legal, {MADE}}}\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(10 * ['*' + below])}]\n"
    for below, name in zip("abcdefg", "bcdefgh", strict=True)
)


def table(policy: str = "F", reason: str = "ours", *outputs: Output) -> bytes:
    found = outputs or (Output("colour", "string"),)
    rules = (Rule("R1", ("-",), tuple('"red"' if one.kind == "string" else "1" for one in found)),)
    made = DecisionTable(
        "colour",
        "Colour",
        policy[0],
        (Input("loan.days", "number", required=True),),
        found,
        rules,
        policy[1:],
    )
    return dmn.write([DecisionTable(**{**vars(made), "overrides": reason})], "colour")


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def make_bank(tmp_path: Path) -> Path:
    """Give the folder of a bank's own pack over a small one; its files are still to be written."""
    levels = SCHEME.replace('"01"', '"1"').replace('"02"', '"2"').replace("id: own", "id: cn10a")
    write(
        tmp_path / "base",
        {
            "pack.yaml": "id: base\ncurrency: CNY\nprecedence: [account]\nsegments: {all: {scheme: cn10a}}\n",
            "parameters.yaml": f"""\
- {{name: limit, value: 2, {MADE}}}
- {{name: bands, value: {{A1: 100, A2: 200}}, {MADE}}}
- {{name: order, value: [fees, interest], {MADE}}}
""",
            "schemes/cn10a.yaml": levels,
            "tables/colour/2020-01-01.dmn": table(reason=""),
            "calendar/2026.yaml": "year: 2026\n",
        },
    )
    return write(tmp_path / "bank", {"pack.yaml": HEAD})


def errors(folder: Path) -> list[Finding]:
    try:
        pack = load(folder)
    except PolicyError as error:
        return [Finding("error", **error.as_dict())]
    span = (date(2026, 8, 1), date(2026, 12, 31))
    found = check_pack(pack, FACTS, span, feeds=["due", "payment"], roles=["legal", "audit"])
    return [one for one in found if one.severity == "error"]
