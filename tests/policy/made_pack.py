"""Small packs written for a test: one table of days past due, one signal, and cases."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from postloan.policy import dmn
from postloan.policy.in_force import Pack
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.policy.pack import load

FACTS = {
    "loan.days": "integer",
    "loan.amount": "money",
    "loan.share": "decimal",
    "loan.kind": "string",
    "loan.flag": "boolean",
    "loan.on": "date",
    "loan.late_count": "integer",
    "loan.share_peer_p10": "decimal",
    "loan.share_peer_p10_chg_12m": "decimal",
}

HEAD = "id: small\ncurrency: CNY\n"

SIGNAL = """\
- code: S1
  name: Late
  family: account
  subject: loan
  fact: loan.days
  grades: {red: ">= 60", yellow: "[8..30]"}
  when: not(loan.flag)
  needs: [due]
"""


def table(
    *rules: tuple[str, ...],
    policy: str = "F",
    inputs: tuple[Input, ...] = (Input("loan.days", "number"),),
    outputs: tuple[Output, ...] = (Output("colour", "string", values='"red","yellow"'),),
) -> DecisionTable:
    """Give a table whose rules R1, R2, … are rows of cells, conditions first."""
    wide = len(inputs)
    rows = tuple(Rule(f"R{i}", cells[:wide], cells[wide:]) for i, cells in enumerate(rules, 1))
    return DecisionTable("colour", "colour", policy[0], inputs, outputs, rows, aggregation=policy[1:])


COLOUR = table(("> 90", '"red"'), ("> 30", '"yellow"'))


def made(
    folder: Path, cases: str = "", made_table: DecisionTable = COLOUR, files: Mapping[str, str] | None = None
) -> Pack:
    """Write a pack with a table `colour`, a signal S1 and cases in YAML, and load it."""
    texts = {
        "pack.yaml": HEAD,
        "tables/colour/2020-01-01.dmn": dmn.write([made_table]).decode(),
        "signals/s.yaml": SIGNAL,
        "calendar/2026.yaml": "year: 2026\nholidays: []\nextra_workdays: []\n",
        "cases/c.yaml": cases,
        **(files or {}),
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(folder)
