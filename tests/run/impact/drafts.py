"""Drafts of a pack beside the shipped one, and the book that they are tried on.

The book is small enough to work every gain and loss out by hand. Days past due on 20 June: C20 20, C45 45,
C46 46 (and a second loan with 0), @C50 50 at the other branch, C61 61, C0 none. In force: 8 to 30 days is
yellow, 31 to 60 orange, from 61 on red.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml

from tests.books import tiny_book

THURSDAY, FRIDAY = date(2024, 6, 20), date(2024, 6, 21)
SHIPPED = Path(__file__).parents[3] / "src" / "postloan" / "packs" / "cn_rural"

PACK = "id: our_bank\nextends: cn_rural\ncurrency: CNY\nname: {en: Our bank, zh: 本行}\n"
REP05 = """
- code: REP05
  name: {en: Late, zh: 逾期}
  family: repayment
  subject: loan
  fact: FACT
  when: not(loan.is_entrusted)
  grades: {red: ">= 46"}
  suppress_days: 30
  effort_minutes: 60
  reference: the bank's rules
  owner: risk_department
  reviewed_on: 2026-11-01
  status: P
  overrides: stricter
"""
BANDS = """
- name: amount_bands
  value: {A1: 1000, A2: 500000, A3: 3000000, A4: 10000000}
  reference: the bank's rules
  owner: risk_department
  reviewed_on: 2026-11-01
  overrides: smaller loans
"""

LOANS = (
    # loan, customer, branch, manager, balance, days past due on Thursday
    ("L20", "C20", "B1", "M1", "300.00", 20),
    ("L45", "C45", "B1", "M1", "400.00", 45),
    ("L46", "C46", "B1", "M1", "2000.00", 46),
    ("L46b", "C46", "B1", "M1", "500.00", 0),
    ("L50", "@C50", "B2", "M2", "900.00", 50),
    ("L61", "C61", "B2", "M2", "700.00", 61),
    ("L0", "C0", "B2", "M2", "800.00", 0),
)


def book_of(folder: Path) -> Path:
    """Write the book."""
    contracts = [
        {
            "contract_id": f"K-{loan}",
            "customer_id": customer,
            "institution_id": branch,
            "manager_id": manager,
            "guarantee_mode": "mortgage",
            "is_revolving": False,
            "is_entrusted": False,
        }
        for loan, customer, branch, manager, _, _ in LOANS
    ]
    positions = [
        {"loan_id": loan, "on_date": day, "balance": balance, "days_past_due": days + later if days else 0}
        for loan, _, _, _, balance, days in LOANS
        for later, day in enumerate((THURSDAY, FRIDAY))
    ]
    branches = [
        {"institution_id": "B1", "name": "Upper Street"},
        {"institution_id": "B2", "name": "=1+2"},
    ]
    return tiny_book(
        folder,
        institution=branches,
        region=[{"region_id": "R1", "name": "Upper Valley", "kind": "county"}],
        contract=contracts,
        loan=[
            {"loan_id": loan, "customer_id": customer, "amount": money}
            for loan, customer, _, _, money, _ in LOANS
        ],
        position=positions,
    )


def draft_of(folder: Path, **files: str) -> str:
    """Write a draft that extends the shipped pack; `__` in a name stands for a folder."""
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(folder)


def table_of(folder: Path, name: str, old: str, new: str) -> str:
    """Write a draft whose table `name` differs from the shipped one in one text, after its rule's start."""
    text = (SHIPPED / "tables" / name / "1900-01-01.dmn").read_text(encoding="utf-8")
    head, mark, rest = text.partition(old)
    assert mark, f"table {name} has changed: {old}"
    text = (head + new + rest).replace(
        f'<decision id="{name}"', f'<decision id="{name}" postloan:overrides="trial"'
    )
    return draft_of(folder, **{f"tables__{name}__1900-01-01_dot_dmn": text})


def stricter(folder: Path, fact: str = "loan.dpd_days") -> str:
    return draft_of(folder, signals__own_dot_yaml=REP05.replace("FACT", fact))


def shipped(kind: str, code: str, **changed: object) -> str:
    """Give a shipped entry as YAML with some fields changed; `kind` is a file's path in the pack."""
    document = yaml.safe_load((SHIPPED / kind).read_text(encoding="utf-8"))
    (entry,) = [one for one in document["entries"] if one["code"] == code]
    whole = [{**document["defaults"], **entry, **changed, "overrides": "a trial"}]
    return str(yaml.safe_dump(whole, allow_unicode=True))


def minutes_of(code: str) -> int:
    document = yaml.safe_load((SHIPPED / "measures.yaml").read_text(encoding="utf-8"))
    (entry,) = [one for one in document["entries"] if one["code"] == code]
    return int(entry["effort_minutes"])


def row_of(rows, **wanted):
    (found,) = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return found


def cut(row, *names):
    return tuple(row[name] for name in names)
