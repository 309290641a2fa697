"""A store of two days made by hand, and a pack with factors, effort and a calendar of its own.

All figures that the tests expect follow from the rows below, worked out beside each test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postloan.engine import Engine, open_engine
from postloan.policy.in_force import Pack
from postloan.policy.pack import load
from postloan.reports.days import Day, day_before, day_of
from tests.run.made_store import made_run

FIRST, LAST = "2026-01-30", "2026-02-27"

LEVELS = (
    ("02", "normal", "0.01"),
    ("03", "normal", "0.015"),
    ("04", "special_mention", "0.03"),
    ("05", "special_mention", "0.05"),
    ("06", "substandard", "0.30"),
    ("08", "doubtful", "0.60"),
    ("10", "loss", "1"),
)


def _scheme(starts: str, factor_of_03: str) -> str:
    """Give scheme cn10a; from February on its level 03 has another factor."""
    lines = [f"- id: cn10a\n  name: {{en: Levels, zh: 级别}}\n  effective_from: {starts}\n  levels:"]
    for order, (code, five, factor) in enumerate(LEVELS, 1):
        told = factor_of_03 if code == "03" else factor
        lines.append(
            f'  - {{level_code: "{code}", order: {order}, name: {{en: Level {code}, zh: 第{code}级}}, '
            f"five_level: {five}, is_npl: false, provision_factor: {told}}}"
        )
    return "\n".join(lines) + "\n"


PACK = {
    "pack.yaml": "id: small\ncurrency: CNY\n",
    "schemes/cn10a.yaml": _scheme("2020-01-01", "0.015") + _scheme("2026-02-01", "0.02"),
    "measures.yaml": """\
- {code: M1, name: {en: Inspect, zh: 检查}, nature: duty, level: loan, owner_role: customer_manager,
   effort_minutes: 90}
- {code: M2, name: {en: Call, zh: 电话}, nature: duty, level: customer, owner_role: branch_head,
   effort_minutes: 30}
- {code: M3, name: {en: Think, zh: 研究}, nature: duty, level: loan, owner_role: customer_manager}
""",
    # Saturday 28 February is worked.
    "calendar/2026.yaml": "year: 2026\nholidays: []\nextra_workdays: [2026-02-28]\n",
}


def loan(
    loan_id: str, five: str | None, code: str | None, balance: str | None, **others: Any
) -> dict[str, Any]:
    """Give a row of loan_state; entrusted loans have neither class nor scheme."""
    row = {
        "loan_id": loan_id,
        "customer_id": f"C-{loan_id}",
        "institution_id": "B1",
        "five_level": five,
        "class_final": code,
        "scheme_id": "cn10a" if five else None,
        "balance": None if balance is None else Decimal(balance),
    }
    return row | others


BEFORE = [
    loan("L1", "normal", "03", "100.00"),
    loan("L2", "normal", "03", "200.00"),
    loan("L3", "special_mention", "04", "300.00"),
    loan("L4", "substandard", "06", "400.00"),
    loan("L5", "not_measurable", None, "500.00"),
    loan("L6", "normal", "03", "600.00"),
    loan("L7", None, None, "50.00"),
]
AFTER = [
    loan("L1", "normal", "03", "90.00"),
    loan("L2", "special_mention", "05", "220.00", institution_id="B2"),
    loan("L3", "substandard", "06", "150.00", customer_id="C-L1", institution_id="B2"),
    loan("L4", "normal", "03", "400.00"),
    loan("L5", "normal", "03", "500.00"),
    loan("L7", None, None, "50.00"),
    loan("L8", "normal", "02", "70.00"),
    loan("L9", "not_measurable", None, None),
]


@dataclass
class Made:
    """A store, its pack, and the session that reads them."""

    engine: Engine
    store: Path
    pack: Pack
    folder: Path

    def day(self, as_of: str | None = None) -> Day:
        """Give a day of the store, the last by default."""
        return day_of(self.engine, self.store, _day(as_of), self._find)

    def before(self, day: Day, from_date: str | None = None) -> Day:
        """Give an earlier day."""
        return day_before(self.engine, self.store, day, _day(from_date), self._find)

    def _find(self, row: Any) -> Any:
        return self.pack.as_of(row.as_of)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_engine(threads=1, scratch=tmp_path_factory.mktemp("scratch") / "engine") as engine:
        yield engine


@pytest.fixture(scope="module")
def small_pack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pack") / "small"
    for name, text in PACK.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run_day(engine: Engine, store: Path, day: str, pack: Pack, **tables: Any) -> None:
    """Put a run of the pack's own version into a store."""
    version = pack.as_of(date.fromisoformat(day)).version
    made_run(engine, store, day, policy_version=version, **tables)


@pytest.fixture(scope="module")
def made(engine, small_pack, tmp_path_factory):
    """Give the two days without measures and clocks."""
    store, pack = tmp_path_factory.mktemp("made") / "store", load(small_pack)
    run_day(engine, store, FIRST, pack, loan_state=BEFORE)
    run_day(engine, store, LAST, pack, loan_state=AFTER)
    return Made(engine, store, pack, small_pack)
