"""A small pack that drafts of the tests extend: two parameters, a signal, a table and its cases."""

from __future__ import annotations

from pathlib import Path

from postloan.policy import canonical
from postloan.policy.model import DecisionTable, Input, Output, Rule

ABOUT = """\
  reference: rules of the test
  owner: risk_department
  reviewed_on: 2026-06-01
  status: P
"""
HEAD = """\
id: small
currency: CNY
precedence: [repayment]
"""
PARAMETERS = f"""\
- name: position_max_age
  value: 35
  unit: days
{ABOUT}- name: arrears_tolerance
  value: {{amount: 1.00, share: 0.001}}
  unit: amount and share
{ABOUT}"""
SIGNALS = f"""\
- code: REP04
  name: {{en: 31 to 60 days past due, zh: 逾期31–60天}}
  family: repayment
  subject: loan
  fact: loan.dpd_days
  grades: {{orange: "[31..60]"}}
{ABOUT}"""
CASES = """\
case,table,loan.dpd_days,expect.rule_id,expect.colour
Nothing is late,colour,0,early,blue
A month and a day,colour,31,late,orange
"""
COLOUR = DecisionTable(
    "colour",
    "Colour",
    "F",
    (Input("loan.dpd_days", "number", "Days past due", {"zh": "逾期天数"}, required=True),),
    (Output("colour", "string", "Colour", {"zh": "颜色"}, values='"orange","blue"'),),
    (
        Rule("late", ("> 30",), ('"orange"',)),
        Rule("later", ("> 60",), ('"orange"',)),  # never wins: the first one forestalls it
        Rule("early", ("-",), ('"blue"',)),
    ),
    reference="rules of the test",
    owner="risk_department",
    status="P",
)


def write(folder: Path, table: DecisionTable = COLOUR) -> Path:
    """Write the pack into a folder and give the folder."""
    for name, text in {
        "pack.yaml": HEAD,
        "parameters.yaml": PARAMETERS,
        "signals/all.yaml": SIGNALS,
        "cases/colour.csv": CASES,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    canonical.put(folder / "tables" / "colour" / "1900-01-01.dmn", table, "colour")
    return folder
