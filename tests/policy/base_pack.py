"""The pack `base` that tests of packs change: parameters, a signal, a scheme, a measure and a table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from postloan.policy import dmn
from postloan.policy.checking import check_pack
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.policy.pack import load

PARAMETERS = """
defaults: {effective_from: 1900-01-01, reference: RS1, owner: risk_department, reviewed_on: 2026-01-01,
  status: P}
entries:
  - {name: arrears_tolerance, value: 1.00, unit: currency}
  - {name: dpd_gap, value: 3, unit: days}
  - {name: dpd_gap, value: 5, unit: days, effective_from: 2026-01-01}
  - {name: late_start, value: "01", effective_from: 2026-07-01}
"""

SIGNALS = """
- code: ACC02
  name: {en: Credit turnover fall, zh: 贷方发生额下降}
  family: account
  subject: customer
  fact: customer.credits_3m_yoy
  grades: {yellow: "< 0.70", orange: "< 0.50"}
  when: customer.months_of_history_count >= 15 and customer.has_open_loan
  needs: [entry]
  peer: {side: low, quantile: 0.10, limit: 0.33}
  effective_from: 1900-01-01
  reference: RS1
  owner: risk_department
  reviewed_on: 2026-01-01
"""

SCHEMES = """
id: cn10a
name: {en: Ten levels, zh: 十级分类}
levels:
  - {level_code: "02", order: 2, name: {en: Normal 2, zh: 正常二级}, five_level: normal, is_npl: false}
  - {level_code: "01", order: 1, name_en: Normal 1, name_zh: 正常一级, five_level: normal, is_npl: false,
     provision_factor: 0.01}
"""

MEASURES = """
- {code: M01, name: First inspection, nature: duty, level: loan, owner_role: customer_manager,
   evidence: [report]}
"""

OVERRIDE = "- name: dpd_gap\n  value: 1\n  effective_from: 2026-03-01\n"

FACTS = {
    "customer.credits_3m_yoy": "decimal",
    "customer.months_of_history_count": "integer",
    "customer.has_open_loan": "boolean",
    "loan.dpd_days": "integer",
}


def table(*tests: str, required: bool = True) -> DecisionTable:
    rules = tuple(Rule(f"R{i}", (test,), ('"red"',)) for i, test in enumerate(tests, 1))
    inputs = (Input("loan.dpd_days", "number", required=required),)
    return DecisionTable("x", "Colour", "F", inputs, (Output("colour", "string"),), rules)


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def make_base(tmp_path: Path) -> Path:
    """Write a small pack."""
    return write(
        tmp_path / "base",
        {
            "pack.yaml": "id: base\ncurrency: CNY\nprecedence: [repayment, account]\n",
            "parameters.yaml": PARAMETERS,
            "signals/account.yaml": SIGNALS,
            "schemes/cn10a.yaml": SCHEMES,
            "measures.yaml": MEASURES,
            "events.yaml": "[moved_away, died]\n",
            "tables/colour/1900-01-01.dmn": dmn.write([table("> 90")]),
            "tables/colour/2026-01-01.dmn": dmn.write([table("> 60")]),
            "calendar/2026.yaml": "year: 2026\nholidays: [2026-01-01]\nextra_workdays: []\n",
            "cases/colour.yaml": "- {case: past 90 days, table: colour, given: {loan.dpd_days: 91}, "
            "expect: {colour: red}}\n",
        },
    )


def found(folder: Path, facts: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    findings = check_pack(load(folder), facts or FACTS, (date(2026, 8, 1), date(2026, 12, 31)))
    return [(one.severity, one.code, one.where) for one in findings]
