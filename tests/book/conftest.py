"""A small book in CSV that each test bends where it needs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from postloan.engine import Engine, open_engine

BASE = {
    "institution": "institution_id,name,kind\nB1,Head office,head_office\n",
    "customer": "customer_id,name,kind\nC1,Anna,farmer\nC2,Bert,individual\n",
    "contract": (
        "contract_id,customer_id,institution_id,contract_type,signed_on,guarantee_mode\n"
        "K1,C1,B1,farmer_micro,2024-01-10,credit\nK2,C2,B1,card,2024-01-11,credit\n"
    ),
    "loan": (
        "loan_id,contract_id,customer_id,exposure_kind,amount,currency,disbursed_on,matures_on\n"
        "L1,K1,C1,loan,1000.00,CNY,2024-01-15,2025-01-15\n"
        "L2,K2,C2,loan,2500.50,CNY,2024-01-16,2025-01-16\n"
    ),
    "due": "loan_id,due_on,principal,interest\nL1,2024-02-15,100.00,5.00\nL2,2024-02-16,200.00,10.00\n",
    "payment": "loan_id,paid_on,amount\nL1,2024-02-15,105.00\nL2,2024-02-20,210.00\n",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name, text in BASE.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with open_engine("duckdb", threads=1, memory="1GiB", scratch=tmp_path / "scratch") as opened:
        yield opened


@pytest.fixture
def rows(engine: Engine) -> Callable[[Path], list[dict[str, object]]]:
    return lambda path: engine.rows(engine.raw(path))
