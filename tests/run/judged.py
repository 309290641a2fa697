"""A store of three runs made by hand, with its outcomes, of which every figure is worked out in the tests.

| customer | loans, the largest first | alert that counts | went bad | cause, visible from |
|---|---|---|---|---|
| C1 | L1 at B1, M1, farmer_micro | red on 5 January: A, B | 1 March, day 55 | drought, 20 January |
| C2 | L2 at B1, M1, farmer_micro | orange on 2 February: A | 10 March, day 36 | drought, 1 December |
| C3 | L3 at B2, M2, card | orange on 5 January: B, F | never | |
| C4 | L4 at B2, M2, mortgage; L5, B1, card | orange on 2 March: A | 20 March, day 18 | illness, 20 February |
| C5 | L6 at B2, M2, working_capital; later B9 | yellow on 2 February: D | 1 April | fraud, 5 January |
| X9 | none | none | 20 February | not told |
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from postloan.engine import Engine, Field
from postloan.run.kept import FOLDER
from postloan.run.store import Store
from tests.run.made_store import made_run

D1, D2, D3 = "2026-01-05", "2026-02-02", "2026-03-02"

OUTCOMES = """customer_id,bad_on,dpd30_on,amount,cause,visible_from
C1,2026-03-01,2026-02-04,100.00,drought,2026-01-20
C2,2026-03-10,,200.00,drought,2025-12-01
C4,2026-03-20,,500.00,illness,2026-02-20
C5,2026-04-01,,400.00,fraud,2026-01-05
X9,2026-02-20,,50.00,,
"""

ASKED: dict[str, Any] = {
    "precision": {"red": Decimal("0.5"), "blue": Decimal("0.1")},
    "capture_amount": Decimal("0.7"),
    "lead_dpd30_median_days": 30,
    "alerts_per_manager_week": 8,
}

_LOANS = (
    ("L1", "C1", "B1", "M1", "farmer_micro", "100.00"),
    ("L2", "C2", "B1", "M1", "farmer_micro", "200.00"),
    ("L3", "C3", "B2", "M2", "card", "300.00"),
    ("L4", "C4", "B2", "M2", "mortgage", "500.00"),
    ("L5", "C4", "B1", "M1", "card", "50.00"),
    ("L6", "C5", "B2", "M2", "working_capital", "400.00"),
)
_KINDS = {"C1": "farmer", "C2": "farmer", "C3": "individual", "C4": "individual", "C5": "small_business"}


def made(engine: Engine, folder: Path) -> tuple[Path, Path]:
    """Make the store and its outcomes; give the paths of both."""
    store, outcomes = folder / "store", folder / "outcomes.csv"
    outcomes.write_text(OUTCOMES, encoding="utf-8")
    first = [_warned("C1", "red", D1, "S1"), _warned("C3", "orange", D1, "S1")]
    second = [*first, _warned("C2", "orange", D2, "S2"), _warned("C5", "yellow", D2, None)]
    third = [*second, _warned("C4", "orange", D3, "S1")]
    made_run(
        engine,
        store,
        D1,
        warning=first,
        signal=_fired(C1="AB", C3="BF"),
        loan_state=_loans(C3="special_mention"),
    )
    made_run(
        engine,
        store,
        D2,
        warning=second,
        signal=_fired(C2="A", C5="D"),
        loan_state=_loans(C1="substandard"),
        facts_customer=_late(C2=2, C3=1, C5=5),
        facts_loan=[{"id": loan[0], "contract_type": loan[4]} for loan in _LOANS],
    )
    made_run(
        engine,
        store,
        D3,
        warning=third,
        signal=_fired(C4="A", C5="D"),
        loan_state=_loans(C1="substandard", C3="special_mention", moved="B9"),
        facts_customer=_late(C2=2, C3=2, C4=None),
        facts_loan=[],
    )
    _keep_names(engine, Store(store).result(Store(store).days()[-1]) / FOLDER)
    return store, outcomes


def _warned(customer: str, colour: str, opened_on: str, owner: str | None) -> dict[str, Any]:
    return {"customer_id": customer, "colour": colour, "opened_on": opened_on, "owner_id": owner}


def _fired(**codes: str) -> list[dict[str, Any]]:
    return [
        {"customer_id": customer, "code": code} for customer, several in codes.items() for code in several
    ]


def _loans(moved: str = "B2", **levels: str) -> list[dict[str, Any]]:
    return [
        {
            "loan_id": loan,
            "customer_id": customer,
            "institution_id": moved if loan == "L6" else institution,
            "manager_id": manager,
            "balance": Decimal(balance),
            "five_level": levels.get(customer, "normal"),
        }
        for loan, customer, institution, manager, _, balance in _LOANS
    ]


def _late(**times: int | None) -> list[dict[str, Any]]:
    """Give facts of customers; C5 owes nothing by them."""
    return [
        {
            "id": customer,
            "kind": kind,
            "has_open_loan": customer != "C5",
            "late_1to7_count_6m": times.get(customer, 0),
        }
        for customer, kind in _KINDS.items()
    ]


def _keep_names(engine: Engine, folder: Path) -> None:
    names = [
        {"institution_id": "B1", "name": "<b>East</b> & Co"},
        {"institution_id": "B2", "name": "West"},
    ]
    fields = [Field(name, "string") for name in ("institution_id", "name")]
    engine.write(engine.from_rows(names, fields, "institution"), folder / "institution.parquet")
