"""One book in which each loan shows one case of classification; run on two days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.books import tiny_book

BEFORE, DAY = date(2024, 6, 27), date(2024, 6, 28)

Rows = list[dict[str, Any]]


class Cases:
    """Collects the rows of cases, each with a customer of its own unless it says otherwise."""

    def __init__(self) -> None:
        self.tables: dict[str, Rows] = {}

    def add(self, table: str, **row: Any) -> None:
        self.tables.setdefault(table, []).append(row)

    def loan(
        self,
        name: str,
        days: int | None = 0,
        *,
        customer: str | None = None,
        kind: str = "corporate",
        mode: str = "mortgage",
        contract_type: str = "working_capital",
        balance: str = "100000.00",
        position: dict[str, Any] | None = None,
        region: str | None = None,
        rest: dict[str, Any] | None = None,
    ) -> str:
        """Add a loan whose bank's record of the day says so many days past due; none where None."""
        owner, contract = customer or f"C-{name}", f"K-{name}"
        if owner not in {row["customer_id"] for row in self.tables.get("customer", [])}:
            self.add("customer", customer_id=owner, kind=kind, region_id=region)
        self.add(
            "contract",
            contract_id=contract,
            customer_id=owner,
            guarantee_mode=mode,
            contract_type=contract_type,
        )
        self.add(
            "loan", loan_id=name, customer_id=owner, contract_id=contract, amount=balance, **(rest or {})
        )
        if days is not None or position:
            told = position or {"days_past_due": days}
            self.add("position", loan_id=name, on_date=DAY, balance=balance, **told)
        return name

    def schedule(
        self, name: str, dues: list[str], late: dict[str, str | None] | None = None, **due: Any
    ) -> None:
        """Add instalments of 100.00, paid on their day but for those that `late` names (None: not at all)."""
        for number, day in enumerate(dues):
            self.add("due", loan_id=name, due_on=day, principal="100.00", interest="0.00", **due)
            paid = (late or {}).get(day, day)
            if paid is not None and date.fromisoformat(paid) <= DAY:
                pay = {"payment_id": f"{name}:{number}", "loan_id": name, "paid_on": paid}
                self.add("payment", **pay, amount="100.00", principal="100.00", interest="0.00")

    def decision(self, name: str, day: str, level: str, kind: str = "determination", **more: Any) -> None:
        row = {"loan_id": name, "decided_on": day, "kind": kind, "scheme_id": "cn10a", "level_code": level}
        self.add("class_decision", **row, **more)

    def event(self, kind: str, subject: str, name: str, day: str, **more: Any) -> None:
        row = {"subject_kind": subject, "subject_id": name, "kind": kind, "occurred_on": day}
        self.add("event", event_id=f"{kind}:{name}:{day}", **row, **more)


def months(first: str, count: int, step: int = 1) -> list[str]:
    """Give so many days, one every `step` months on the same day of the month."""
    year, month, day = (int(part) for part in first.split("-"))
    found = []
    for number in range(count):
        index = year * 12 + month - 1 + number * step
        found.append(date(index // 12, index % 12 + 1, day).isoformat())
    return found


def _vectors(c: Cases) -> None:
    c.loan("v01", 85, kind="farmer", mode="pledge")
    c.add("rating", subject_kind="customer", subject_id="C-v01", kind="village", grade="优秀", rank=1,
          rated_on="2024-01-01")  # fmt: skip
    c.loan("v02", position={"days_past_due_principal": 0, "days_past_due_interest": 95})
    for name, cause in (("v03", {"cause_unpaid": "operational", "proof_ref": "P1"}), ("v04", {})):
        c.loan(name, None)
        c.schedule(name, ["2023-12-23", "2024-06-23", "2024-12-23"], {"2024-06-23": None}, **cause)
    c.loan("v05", 91, mode="cash_equivalent")
    for name, good, bad in (("v06", "90000.00", "10000.00"), ("v06b", "89990.00", "10010.00")):
        c.loan(name, 0, balance=good)
        c.loan(f"{name}-bad", 95, customer=f"C-{name}", balance=bad)
    for name, kind, overdue in (
        ("v07", "corporate", "21000.00"),
        ("v07-at", "corporate", "20000.00"),
        ("v08", "individual", "21000.00"),
        ("v07-merged", "corporate", "21000.00"),
    ):
        c.loan(name, 0, kind=kind)
        c.add("bureau", customer_id=f"C-{name}", pulled_on="2024-06-01", debt="100000.00",
              overdue_debt="0.00", overdue_debt_90=overdue, includes_this_bank=True)  # fmt: skip
    c.event("debtor_merged", "customer", "C-v07-merged", "2024-01-01")
    for name, days, ecl in (("v09", 271, "5"), ("v10a", 100, "49"), ("v10b", 100, "50")):
        c.loan(name, days)
        c.add("impairment", loan_id=name, on_date="2024-06-01", stage=3, ecl=f"{ecl}.00", book_value="100.00")
    c.loan("v11", 361)
    c.add("collateral", collateral_id="H11", contract_id="K-v11", kind="house", value="150000.00",
          valued_on="2024-06-01")  # fmt: skip
    for name, kind in (("v12", "corporate"), ("v12-retail", "individual")):
        c.loan(name, None, kind=kind)
        c.decision(name, "2024-01-20", "06")
        late = dict.fromkeys(months("2023-10-15", 6), "2024-04-10")
        c.schedule(name, months("2023-07-15", 24), late)
        c.add("impairment", loan_id=name, on_date="2024-06-01", stage=1, ecl="1.00", book_value="100.00")
    c.loan("v12-yearly", None)
    c.decision("v12-yearly", "2021-07-20", "06")
    c.schedule("v12-yearly", months("2020-06-30", 8, 12), {"2021-06-30": "2021-08-30"})
    c.loan("v13", None)
    c.schedule("v13", months("2023-10-15", 36), {"2024-05-15": "2024-06-01"})
    c.add("restructuring", loan_id="v13", changed_on="2023-10-01", kind="extension")
    c.loan("v14-loan", 95, customer="C-v14")
    bill = {"exposure_kind": "acceptance", "matures_on": "2024-09-30"}
    c.loan("v14", None, customer="C-v14", rest=bill)
    c.loan("v15", None)


def _restructured(c: Cases) -> None:
    for name, first in (("obs-last-day", "2023-06-28"), ("obs-over", "2023-06-27")):
        c.loan(name, None)
        c.schedule(name, months(first, 24))
        c.add("restructuring", loan_id=name, changed_on="2023-06-20", kind="schedule")
    c.loan("obs-yearly", None)
    c.schedule("obs-yearly", ["2022-12-31", "2023-12-31", "2024-12-31", "2025-12-31"])
    c.add("restructuring", loan_id="obs-yearly", changed_on="2022-06-20", kind="schedule")
    c.loan("obs-again", None)
    c.schedule("obs-again", months("2023-10-15", 36))
    for day in ("2023-10-01", "2024-03-01"):
        c.add("restructuring", loan_id="obs-again", changed_on=day, kind="extension")
    c.loan("obs-healthy", None)
    c.schedule("obs-healthy", months("2023-10-15", 36))
    c.add("restructuring", loan_id="obs-healthy", changed_on="2024-03-01", kind="rate_cut",
          difficulty_proven=False)  # fmt: skip
    c.loan("obs-npl", 95)
    c.schedule(
        "obs-npl", months("2024-04-15", 24), {"2024-04-15": None, "2024-05-15": None, "2024-06-15": None}
    )
    c.add("restructuring", loan_id="obs-npl", changed_on="2024-03-20", kind="extension")
    c.add("region", region_id="R1", name="County", kind="county")
    c.add("region", region_id="R2", name="Dry county", kind="county")
    for name, region in (("season", "R1"), ("season-no-disaster", "R2")):
        c.loan(name, None, region=region, kind="farmer")
        c.schedule(name, months("2024-09-30", 4, 12))
        c.add("restructuring", loan_id=name, changed_on="2024-05-10", kind="schedule")
        c.event("redated_before_due", "loan", name, "2024-05-10")
    c.event("disaster_certified", "region", "R1", "2024-05-01")


def _signs(c: Cases) -> None:
    c.loan("f02", 0)
    c.event("use_changed_without_consent", "loan", "f02", "2024-03-01")
    c.loan("f02-other", 0, customer="C-f02")
    c.loan("f03", 0, rest={"renewal_kind": "new_for_old"})
    c.loan("f03-ok", 0, kind="small_business",
           rest={"renewal_kind": "no_principal_renewal", "renewal_qualified": True})  # fmt: skip
    for name, ranks, flow in (
        ("f07", (3, 6), "99.00"),
        ("f07-two", (3, 5), "99.00"),
        ("f07-able", (3, 6), "100.00"),
    ):
        c.loan(name, 0)
        for rank, day in zip(ranks, ("2023-09-01", "2024-06-01"), strict=True):
            c.add("rating", subject_kind="customer", subject_id=f"C-{name}", kind="external", grade="G",
                  rank=rank, agency="Agency", rated_on=day)  # fmt: skip
        for item, value in (("operating_cash_flow", flow), ("debt_service", "100.00")):
            c.add("statement", customer_id=f"C-{name}", period_end="2023-12-31", item=item, value=value)
    c.loan("f11", 0)
    c.event("debt_evasion", "customer", "C-f11", "2024-03-01")
    c.loan("f14", 0)
    c.add("proceeding", proceeding_id="P14", customer_id="C-f14", our_role="none", role="defendant",
          kind="liquidation", stage="bankruptcy", filed_on="2024-03-01")  # fmt: skip
    c.loan("f04-elsewhere", 0)
    other = {"overdue_debt": "10.00", "overdue_debt_90": "0.00", "worst_class": "doubtful"}
    c.add("bureau", customer_id="C-f04-elsewhere", pulled_on="2024-06-01", debt="100000.00", **other,
          includes_this_bank=False)  # fmt: skip
    c.loan("guaranteed", 0, mode="guarantor")
    c.loan("guarantor-own", 95)
    c.add("guarantee", guarantee_id="G1", contract_id="K-guaranteed", amount="100000.00", kind="joint",
          guarantor_customer_id="C-guarantor-own")  # fmt: skip
    for giver, taker in (("ring1", "ring2"), ("ring2", "ring3"), ("ring3", "ring1")):
        c.loan(taker, 95 if taker == "ring3" else 0)
        c.add("guarantee", guarantee_id=f"G-{taker}", contract_id=f"K-{taker}", amount="100.00", kind="joint",
              guarantor_customer_id=f"C-{giver}")  # fmt: skip
    c.loan("stopped", 0)
    c.event("premises_closed", "customer", "C-stopped", "2024-06-01")
    c.event("moved_away", "customer", "C-stopped", "2024-06-01")
    for name, estate in (("dead", "0"), ("dead-estate", "0.01"), ("dead-unknown", None)):
        c.loan(name, 0, kind="individual", mode="credit")
        c.event("died", "customer", f"C-{name}", "2024-05-01", value=estate and Decimal(estate))
    c.loan("retail-npl", 95, customer="C-two", kind="individual")
    c.loan("retail-other", 0, customer="C-two")


def _decided(c: Cases) -> None:
    for staff, role in (("CM1", "customer_manager"), ("BH1", "branch_head"), ("BH2", "branch_head"),
                        ("RD1", "risk_department"), ("EX1", "executive")):  # fmt: skip
        c.add("staff", staff_id=staff, name=staff, institution_id="B1", role=role)
    up = {
        "up": ("05", "BH1", "EX1"),
        "up-same": ("05", "EX1", "EX1"),
        "up-low": ("05", "BH1", "RD1"),
        "up-maker-low": ("05", "CM1", "EX1"),
        "up-nobody": ("05", "BH1", None),
        "up-stranger": ("05", "BH1", "XX9"),
        "up-two": ("04", "BH1", "EX1"),
        "up-early": ("05", "BH1", "EX1"),
        "up-overdue": ("05", "BH1", "EX1"),
        "up-impaired": ("05", "BH1", "EX1"),
        "loss": ("10", "BH1", "EX1"),
        "loss-nobody": ("10", "BH1", None),
        "loss-low": ("10", "BH1", "RD1"),
    }
    for name, (level, maker, checker) in up.items():
        c.loan(name, None)
        c.schedule(name, months("2022-10-15", 36), {"2022-10-15": "2023-06-10"} | (
            {"2024-06-15": None} if name == "up-overdue" else {}))  # fmt: skip
        c.decision(name, "2023-02-01", "06", decided_by="BH1", approved_by="RD1")
        day = "2023-08-01" if name == "up-early" else "2024-06-20"
        c.decision(name, day, level, decided_by=maker, approved_by=checker)
        stage = 3 if name == "up-impaired" else 1
        c.add("impairment", loan_id=name, on_date="2024-06-01", stage=stage, ecl="1.00", book_value="100.00")
    c.loan("held", None)  # non-performing on the first day, paid up on the second
    c.schedule("held", ["2023-12-15", "2024-03-15", "2024-09-15"], {"2024-03-15": "2024-06-28"})
    c.loan("worse", 0)
    c.decision("worse", "2024-06-20", "05", decided_by="CM1")
    c.loan("reason", 40, balance="1000.25")
    c.loan("sued", 0, mode="credit")
    c.add("proceeding", proceeding_id="PS", customer_id="C-sued", our_role="creditor", role="plaintiff",
          kind="loan", stage="sued", filed_on="2024-05-01")  # fmt: skip


def make(folder: Path) -> Path:
    """Write the book."""
    c = Cases()
    for part in (_vectors, _restructured, _signs, _decided):
        part(c)
    c.add("advance", loan_id="v14-loan", advanced_on=DAY - timedelta(days=400), amount="1.00",
          repaid_on=DAY - timedelta(days=390))  # fmt: skip
    c.loan("advanced", None, rest={"exposure_kind": "acceptance", "matures_on": "2024-09-30"})
    c.add("advance", loan_id="advanced", advanced_on=DAY - timedelta(days=20), amount="1.00")
    return tiny_book(folder, **c.tables)
