"""Every kind of legal clock in one run over one small book; before, on and after the last day, by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from postloan.book.snapshot import Book
from postloan.cli.clock_lines import ClockLines
from postloan.engine import Engine, open_engine
from postloan.measures import clocks
from postloan.policy import pack
from postloan.run.daily import RunResult, run_day
from postloan.run.explain import explain
from postloan.run.reading import last_run, results_of
from tests.books import tiny_book

DAY = date(2024, 6, 28)  # a Friday
EVE, NEXT = date(2024, 6, 27), date(2024, 6, 29)

Row = dict[str, Any]


def loan(name: str, matures: str = "2023-12-28", **more: Any) -> Row:
    """Give a loan of which all is due since then, six months to the day."""
    key = {"loan_id": name, "customer_id": f"C-{name}", "contract_id": f"K-{name}", "amount": "1000.00"}
    return {**key, "disbursed_on": "2019-01-07", "matures_on": matures, **more}


def notice(name: str, kind: str, on: str, to: str | None = None, **more: Any) -> Row:
    key = {"notice_id": f"N:{name}:{on}", "loan_id": name, "kind": kind, "served_on": on, "receipt": "EMS"}
    return {**key, "to_customer_id": to, **more}


def case(name: str, number: str, stage: str, **more: Any) -> Row:
    key = {"proceeding_id": number, "customer_id": f"C-{name}", "our_role": "creditor", "kind": "loan"}
    return {**key, "filed_on": "2024-01-05", "stage": stage, **more}


def event(name: str, kind: str, on: str, subject: str = "loan", **more: Any) -> Row:
    key = {"event_id": f"E:{name}:{on}", "subject_kind": subject, "subject_id": name, "kind": kind}
    return {**key, "occurred_on": on, "proof_ref": "F1", **more}


def guarantee(name: str, kind: str | None = "joint", **more: Any) -> Row:
    key = {"guarantee_id": f"G:{name}", "contract_id": f"K-{name}", "guarantor_customer_id": "GIVER"}
    return {**key, "amount": "1000.00", "kind": kind, **more}


def security(name: str, of: str, kind: str = "house", **more: Any) -> Row:
    return {"collateral_id": name, "contract_id": f"K-{of}", "kind": kind, **more}


GUARANTEED = {
    "g-day": loan("g-day"),
    "g-over": loan("g-over", "2023-12-27"),
    "g-weekend": loan("g-weekend", "2023-12-29"),
    "g-agreed": loan("g-agreed", "2023-01-05"),
    "g-agreed-late": loan("g-agreed-late", "2023-01-05"),
    "g-unclear": loan("g-unclear"),
    "g-claimed": loan("g-claimed", "2021-01-28"),
    "g-claimed-over": loan("g-claimed-over", "2021-01-28"),
    "g-claimed-again": loan("g-claimed-again", "2021-01-28"),
    "g-unproven": loan("g-unproven"),
    "g-general": loan("g-general"),
    "g-general-claim": loan("g-general-claim"),
    "g-general-sued": loan("g-general-sued"),
    "g-extended": loan("g-extended"),
    "g-sued-himself": loan("g-sued-himself"),
    "g-general-himself": loan("g-general-himself"),
    "g-ahead": loan("g-ahead", "2025-01-06"),
}
BANKRUPT = {name: loan(name, "2025-01-06") for name in ("b-day", "b-over", "b-filed", "b-open", "b-early")}
OTHERS = [
    *(loan(name) for name in ("p-day", "p-over", "p-weekend", "p-sued", "o-day", "o-over", "o-no", "o-late")),
    *(loan(name) for name in ("j-day", "j-over", "j-leap", "j-anew", "j-undated", "j-begun", "j-giver")),
    loan("l-late", "2018-06-29", disbursed_on="2015-06-29"),
    *(loan(name, "2025-01-06") for name in ("c-day", "c-over", "c-new", "c-farmer", "c-lost")),
    *(loan(name, "2025-01-06") for name in ("t-day", "t-over", "t-sold", "r-day", "r-over", "r-none")),
    *(loan(name, "2025-01-06") for name in ("n-day", "n-over", "n-late", "n-firm")),
    loan("trust", "2020-01-06"),
]


def tables() -> dict[str, list[Row]]:
    """Give the rows of the book."""
    firms = [*BANKRUPT, "c-day", "c-over", "c-new", "c-lost", "n-firm"]
    to_giver = {"loan_id": "j-giver", "customer_id": "GIVER", "role": "guarantor"}
    broke = {"our_role": "none", "role": "defendant", "kind": "liquidation", "stage": "bankruptcy"}
    extension = {"loan_id": "g-extended", "changed_on": "2023-06-01", "kind": "extension"}
    return {
        "loan": [*GUARANTEED.values(), *BANKRUPT.values(), *OTHERS],
        "contract": [{"contract_id": "K-trust", "customer_id": "C-trust", "is_entrusted": True}],
        "customer": [
            {"customer_id": "GIVER"},
            *({"customer_id": f"C-{name}", "kind": "corporate"} for name in firms),
            {"customer_id": "C-r-day", "bureau_consent_until": DAY},
            {"customer_id": "C-r-over", "bureau_consent_until": EVE},
        ],
        "guarantee": [
            *(guarantee(name) for name in GUARANTEED if not name.startswith(("g-agreed", "g-general"))),
            guarantee("g-agreed", period_ends_on=DAY),
            guarantee("g-agreed-late", period_ends_on=NEXT),
            guarantee("g-general", None),
            *(
                guarantee(name, "general")
                for name in ("g-general-claim", "g-general-sued", "g-general-himself")
            ),
        ],
        "notice": [
            notice("g-claimed", "claim_on_guarantor", "2021-06-28", "GIVER"),
            notice("g-claimed-over", "claim_on_guarantor", "2021-06-25", "GIVER"),
            notice("g-claimed-again", "claim_on_guarantor", "2021-06-25", "GIVER"),
            notice("g-claimed-again", "claim_on_guarantor", "2024-06-24", "GIVER"),
            notice("g-unproven", "claim_on_guarantor", "2024-02-05", "GIVER", receipt=None),
            notice("g-general-claim", "claim_on_guarantor", "2024-02-05", "GIVER"),
            notice("j-anew", "demand", "2023-06-28"),
            notice("j-giver", "demand", "2024-05-06", "GIVER"),
            notice("l-late", "demand", "2020-01-06"),
            notice("l-late", "demand", "2023-01-09"),  # three days after the end
            notice("l-late", "acknowledgement", "2023-03-06"),
            notice("l-late", "demand", "2023-05-08", "GIVER"),
        ],
        "restructuring": [extension],
        "collateral": [
            security("S:house", "g-day"),
            security("S:deposit", "g-day", "deposit"),
            security("S:judged", "j-leap", "vehicle"),
            security("S:begun", "j-begun"),
            *(security(f"S:{name}", name, registered_on="2023-06-28") for name in ("c-day", "c-farmer")),
            security("S:c-over", "c-over", registered_on="2023-06-27"),
            security("S:c-new", "c-new", registered_on="2019-02-06"),
            security("S:c-lost", "c-lost", registered_on="2024-03-01"),
            *(security(f"S:{name}", name) for name in ("t-day", "t-over", "t-sold")),
            security("S:r-day", "r-day", registered_until=DAY),
            security("S:r-over", "r-over", registered_until=EVE),
            security("S:r-none", "r-none"),
        ],
        "proceeding": [
            case("g-general-sued", "P:general", "sued", filed_on="2024-06-20"),
            *(
                case(name, f"P:{name}", "sued", loan_id=name, customer_id="GIVER", role="guarantor")
                for name in ("g-sued-himself", "g-general-himself")
            ),
            case("p-day", "P:p-day", "preservation", stage_on="2024-05-29"),
            case("p-over", "P:p-over", "preservation", stage_on="2024-05-28"),
            case("p-weekend", "P:p-weekend", "preservation", stage_on="2024-05-30"),
            case("p-sued", "P:p-sued", "preservation", stage_on="2024-05-28"),
            case("p-sued", "P:p-suit", "sued", filed_on="2024-06-20"),
            case("j-day", "P:j-day", "judged", performance_due_on="2022-06-28", filed_on="2021-01-05"),
            case("j-over", "P:j-over", "judged", performance_due_on="2022-06-27", filed_on="2021-01-05"),
            case("j-leap", "P:j-leap", "judged", effective_on="2024-02-29"),
            case("j-anew", "P:j-anew", "judged", effective_on="2022-06-27", filed_on="2021-01-05"),
            case("j-undated", "P:j-undated", "judged"),
            case("j-begun", "P:j-begun", "judged", effective_on="2024-02-05"),
            case("j-begun", "P:j-more", "enforcement", kind="enforcement", filed_on="2024-03-05"),
            case("j-giver", "P:j-giver", "judged", effective_on="2024-02-05"),
            case("j-giver", "P:j-bail", "judged", effective_on="2024-02-05", **to_giver),
            case(
                "j-giver", "P:j-bail2", "enforcement", kind="enforcement", filed_on="2024-03-05", **to_giver
            ),
            case("b-day", "P:b-day", **{**broke, "claim_deadline_on": DAY}),
            case("b-over", "P:b-over", **{**broke, "claim_deadline_on": EVE}),
            case("b-filed", "P:b-filed", **{**broke, "our_role": "creditor", "claim_deadline_on": EVE}),
            case("b-open", "P:b-open", **{**broke, "stage_on": "2024-06-10"}),
            case("b-early", "P:b-early", **{**broke, "stage": "sued", "claim_deadline_on": NEXT}),
            case("c-lost", "P:c-lost", **{**broke, "stage_on": "2024-06-05", "claim_deadline_on": NEXT}),
        ],
        "event": [
            event("o-day", "payment_order_served", "2024-06-13"),
            event("o-over", "payment_order_served", "2024-06-12"),
            event("o-no", "payment_order_served", "2024-06-12"),
            event("o-no", "payment_order_objected", "2024-06-27"),
            event("o-late", "payment_order_served", "2024-06-12"),
            event("o-late", "payment_order_objected", "2024-06-28"),
            event("S:t-day", "asset_taken_over", "2022-06-28", "collateral"),
            event("S:t-over", "asset_taken_over", "2022-06-27", "collateral"),
            event("S:t-sold", "asset_taken_over", "2022-06-27", "collateral"),
            event("S:t-sold", "asset_disposed", "2024-06-20", "collateral"),
        ],
        "due": [
            *(
                {"loan_id": name, "due_on": "2019-05-06", "principal": "100.00"}
                for name in ("n-day", "n-over", "n-late", "n-firm")
            ),
            {"loan_id": "n-late", "due_on": "2024-05-06", "principal": "100.00"},
        ],
        "payment": [
            *(
                {"payment_id": f"Z:{name}", "loan_id": name, "paid_on": on, "amount": "100.00"}
                for name, on in (
                    ("n-day", "2019-06-28"),
                    ("n-over", "2019-06-27"),
                    ("n-late", "2019-06-28"),
                    ("n-firm", "2019-06-28"),
                )
            ),
            {"payment_id": "Z:before", "loan_id": "c-lost", "paid_on": "2023-12-04", "amount": "1.00"},
            {"payment_id": "Z:first", "loan_id": "c-lost", "paid_on": "2023-12-05", "amount": "1.00"},
            {"payment_id": "Z:last", "loan_id": "c-lost", "paid_on": "2024-06-04", "amount": "1.00"},
            {"payment_id": "Z:after", "loan_id": "c-lost", "paid_on": "2024-06-05", "amount": "1.00"},
        ],
    }


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine(threads=1) as session:
        yield session


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    """Run the day over the book; also over one that has no table for what moves a clock."""
    folder = tmp_path_factory.mktemp("clocks")
    result = run_day(tiny_book(folder / "book", **tables()), DAY, folder / "store", threads=1)
    return folder / "store", result


@pytest.fixture(scope="module")
def rows(store: tuple[Path, RunResult], engine: Engine) -> dict[str, Row]:
    return _clocks(store[0], engine)


def _clocks(store: Path, engine: Engine) -> dict[str, Row]:
    results = results_of(engine, store, last_run(engine, store))
    found = engine.rows(results.table("clock"))
    return {row["clock_id"]: {**row, "evidence": json.loads(row["evidence"])} for row in found}


def told(rows: dict[str, Row], kind: str) -> dict[str, tuple[str, date | None, int | None]]:
    """Give state, last day and days left of the clocks of a kind by the rest of their number."""
    return {
        name.partition(":")[2]: (row["state"], row["ends_on"], row["days_left"])
        for name, row in rows.items()
        if row["kind"] == kind
    }


def test_guarantee_periods(rows: dict[str, Row]) -> None:
    """Civil Code art. 692 and 693; interpretation on security art. 32."""
    by_name = {
        name.partition(":")[2].rpartition(":")[0]: x for name, x in told(rows, "guarantee_period").items()
    }
    day = ("running", DAY, 0)
    assert by_name == {
        "g-day": day,
        "g-over": ("expired", EVE, -1),
        "g-weekend": ("running", date(2024, 7, 1), 3),
        "g-agreed": day,
        "g-agreed-late": ("running", NEXT, 1),  # a Saturday, but agreed as it stands
        "g-unclear": day,
        "g-claimed": ("satisfied", date(2021, 7, 28), None),
        "g-claimed-over": ("satisfied", date(2021, 7, 28), None),
        "g-claimed-again": ("satisfied", date(2021, 7, 28), None),
        "g-unproven": day,
        "g-general": day,
        "g-general-claim": day,
        "g-general-sued": ("satisfied", DAY, None),
        "g-extended": ("not_measurable", None, None),
        "g-sued-himself": ("satisfied", DAY, None),
        "g-general-himself": day,
    }
    found = rows["guarantee_period:G:g-unproven:g-unproven"]["evidence"]
    assert found["not_counted"] == [
        {
            "id": "N:g-unproven:2024-02-05",
            "kind": "claim_on_guarantor",
            "on": "2024-02-05",
            "proof": None,
            "why": "no_proof",
        }
    ]
    found = rows["guarantee_period:G:g-general-sued:g-general-sued"]["evidence"]
    assert [item["id"] for item in found["moved_by"]] == ["P:general"]
    found = rows["guarantee_period:G:g-extended:g-extended"]["evidence"]
    assert found["missing"] == ["guarantee.consent_to_change_on"]
    assert found["notes"] == [{"kind": "extension", "on": "2023-06-01", "without_consent": True}]
    assert rows["guarantee_period:G:g-day:g-day"]["starts_on"] == date(2023, 12, 29)  # the day after


def test_the_limitation_of_the_claim_on_a_guarantor(rows: dict[str, Row]) -> None:
    """Civil Code art. 694: from the claim that came in the period; a further claim lets it run anew."""
    names = ("g-claimed", "g-claimed-over", "g-claimed-again")
    found = told(rows, "guarantee_limitation")
    assert found == {
        f"G:{name}:{name}": row
        for name, row in zip(
            names,
            (("running", DAY, 0), ("expired", date(2024, 6, 25), -3), ("running", date(2027, 6, 24), 1091)),
            strict=True,
        )
    } | {"G:g-sued-himself:g-sued-himself": ("suspended", None, None)}
    row = rows["guarantee_limitation:G:g-claimed-again:g-claimed-again"]
    assert (row["starts_on"], row["interrupted_on"]) == (date(2021, 6, 26), date(2024, 6, 24))
    assert [item["on"] for item in row["evidence"]["moved_by"]] == ["2021-06-25", "2024-06-24"]


def test_limitation_of_the_debt(rows: dict[str, Row]) -> None:
    """Civil Code art. 188 to 195; the dates themselves are tested with the facts."""
    found = told(rows, "debt_limitation")
    assert found["g-day"] == ("running", date(2026, 12, 28), 913)
    assert found["g-general-sued"] == ("suspended", None, None)
    assert found["j-day"] == ("satisfied", None, None)
    assert "trust" not in found  # an entrusted loan is nobody's claim of the bank's
    assert "g-ahead" not in found  # not due yet
    late = rows["debt_limitation:l-late"]
    assert (late["state"], late["ends_on"]) == ("running", date(2026, 3, 6))
    assert [one["on"] for one in late["evidence"]["moved_by"]] == ["2020-01-06", "2023-03-06"]
    assert [(one["on"], one["why"]) for one in late["evidence"]["not_counted"]] == [
        ("2023-01-09", "too_late"),
        ("2023-05-08", "other_person"),
    ]
    evidence = rows["debt_limitation:g-general-sued"]["evidence"]
    assert evidence["not_before"] == "2027-06-28"
    assert evidence["moved_by"] == [{"id": "P:general", "kind": "suit", "on": "2024-06-20", "proof": None}]
    assert rows["debt_limitation:g-day"]["evidence"]["provisional"] is False


def test_enforcement_and_the_security_that_goes_with_it(rows: dict[str, Row]) -> None:
    """Civil Procedure Law art. 250; Civil Code art. 419 and interpretation art. 44."""
    assert told(rows, "enforcement_application") == {
        "P:j-day:j-day": ("running", DAY, 0),
        "P:j-over:j-over": ("expired", EVE, -1),
        "P:j-leap:j-leap": ("running", date(2026, 2, 28), 610),  # a Saturday that is worked
        "P:j-anew:j-anew": ("running", date(2025, 6, 30), 367),  # the 28th is a Saturday
        "P:j-undated:j-undated": ("not_measurable", None, None),
        "P:j-begun:j-begun": ("satisfied", date(2026, 2, 5), None),
        # Applied for against the guarantor alone: the debtor's time runs on.
        "P:j-giver:j-giver": ("running", date(2026, 2, 5), 587),
        "P:j-bail:j-giver": ("satisfied", date(2026, 5, 6), None),
    }
    other = rows["enforcement_application:P:j-giver:j-giver"]["evidence"]
    assert [(one["on"], one["why"]) for one in other["not_counted"]] == [("2024-05-06", "other_person")]
    missing = rows["enforcement_application:P:j-undated:j-undated"]["evidence"]["missing"]
    assert missing == ["proceeding.performance_due_on", "proceeding.effective_on"]
    found = told(rows, "security_exercise")
    assert found["S:house:g-day"] == ("running", date(2026, 12, 28), 913)
    assert found["S:judged:j-leap"] == ("running", date(2026, 2, 28), 610)
    assert found["S:begun:j-begun"] == ("satisfied", date(2026, 2, 5), None)
    assert "S:deposit:g-day" not in found  # held in hand
    note = rows["security_exercise:S:judged:j-leap"]["evidence"]["notes"]
    assert note == [{"follows": "enforcement_application:P:j-leap:j-leap"}]


def test_single_proceedings(rows: dict[str, Row]) -> None:
    """Civil Procedure Law art. 104 and 227; Enterprise Bankruptcy Law art. 45."""
    assert told(rows, "preservation") == {
        "P:p-day:p-day": ("running", DAY, 0),
        "P:p-over:p-over": ("expired", EVE, -1),
        "P:p-weekend:p-weekend": ("running", date(2024, 7, 1), 3),
        "P:p-sued:p-sued": ("satisfied", EVE, None),
    }
    assert told(rows, "payment_order") == {
        "E:o-day:2024-06-13": ("running", DAY, 0),
        "E:o-over:2024-06-12": ("satisfied", EVE, None),
        "E:o-no:2024-06-12": ("expired", EVE, None),
        "E:o-late:2024-06-12": ("satisfied", EVE, None),
    }
    assert told(rows, "bankruptcy_claim") == {
        "P:b-day": ("running", DAY, 0),
        "P:b-over": ("expired", EVE, -1),
        "P:b-filed": ("satisfied", EVE, None),
        "P:b-open": ("not_measurable", None, None),
        "P:b-early": ("running", NEXT, 1),
        "P:c-lost": ("running", NEXT, 1),
    }
    evidence = rows["bankruptcy_claim:P:b-open"]["evidence"]
    assert (evidence["missing"], evidence["not_before"]) == (["proceeding.claim_deadline_on"], "2024-07-10")


def test_what_a_bankruptcy_may_undo(rows: dict[str, Row]) -> None:
    """Enterprise Bankruptcy Law art. 31 and 32."""
    assert told(rows, "clawback_security") == {
        "S:c-day:c-day": ("running", DAY, 0),
        "S:c-lost:c-lost": ("expired", date(2025, 3, 1), None),
    }
    row = rows["clawback_payment:P:c-lost"]
    assert (row["state"], row["starts_on"], row["ends_on"]) == (
        "expired",
        date(2023, 12, 5),
        date(2024, 6, 5),
    )
    assert [item["id"] for item in row["evidence"]["moved_by"]] == ["Z:first", "Z:last"]


def test_what_the_bank_holds(rows: dict[str, Row]) -> None:
    """Commercial Bank Law art. 42; registration; Credit Reporting Regulation art. 16 and 18."""
    assert told(rows, "taken_over_asset") == {
        "S:t-day": ("running", DAY, 0),
        "S:t-over": ("expired", EVE, -1),
        "S:t-sold": ("satisfied", EVE, None),
    }
    assert told(rows, "security_registration") == {
        "S:r-day:r-day": ("running", DAY, 0),
        "S:r-over:r-over": ("expired", EVE, -1),
    }
    assert told(rows, "bureau_consent") == {"C-r-day": ("running", DAY, 0), "C-r-over": ("expired", EVE, -1)}
    assert told(rows, "negative_record") == {"n-day": ("running", DAY, 0)}


def test_a_suit_against_the_guarantor_alone(rows: dict[str, Row]) -> None:
    """It keeps a joint guarantor bound (art. 693), no general one, and does not stop the debt's own time."""
    period, himself = rows["guarantee_period:G:g-sued-himself:g-sued-himself"], "P:g-sued-himself"
    assert (period["state"], [one["id"] for one in period["evidence"]["moved_by"]]) == (
        "satisfied",
        [himself],
    )
    period = rows["guarantee_period:G:g-general-himself:g-general-himself"]
    assert (period["state"], period["ends_on"], period["days_left"]) == ("running", DAY, 0)
    assert [(one["id"], one["why"]) for one in period["evidence"]["not_counted"]] == [
        ("P:g-general-himself", "other_act")
    ]
    for name in ("g-sued-himself", "g-general-himself"):
        debt = rows[f"debt_limitation:{name}"]
        assert (debt["state"], debt["ends_on"], debt["interrupted_on"]) == (
            "running",
            date(2026, 12, 28),
            None,
        )
        assert debt["evidence"]["moved_by"] == []


def test_facts_and_clocks_say_the_same(
    rows: dict[str, Row], store: tuple[Path, RunResult], engine: Engine
) -> None:
    results = results_of(engine, store[0], last_run(engine, store[0]))
    loans = {row["id"]: row for row in engine.rows(results.table("facts_loan"))}
    by_loan: dict[str, dict[str, list[Row]]] = {}
    for row in rows.values():
        by_loan.setdefault(row["loan_id"] or row["customer_id"], {}).setdefault(row["kind"], []).append(row)
    counted = ("running", "expired")
    seen = 0
    for name, facts in loans.items():
        own = by_loan.get(name, {})
        for row in own.get("debt_limitation", []):
            if row["state"] in counted:
                assert row["ends_on"] == facts["limitation_ends_on"], name
                assert row["days_left"] == facts["limitation_left_days"], name
                seen += 1
        left = [row["days_left"] for row in own.get("enforcement_application", []) if row["state"] in counted]
        assert facts["enforcement_left_days"] == min(left, default=None), name
        claims = by_loan.get(facts["customer_id"], {}).get("bankruptcy_claim", [])
        left = [row["days_left"] for row in claims if row["state"] in counted]
        assert facts["claim_deadline_left_days"] == min(left, default=None), name
    assert seen > 10
    for giver in engine.rows(results.table("facts_guarantor")):
        name = giver["id"].removeprefix("G:")
        row = rows.get(f"guarantee_period:{giver['id']}:{name}")
        if row is not None:
            assert giver["period_ends_on"] == row["ends_on"], name
            assert giver["has_period_claim"] == (row["state"] == "satisfied"), name
    assert told(rows, "negative_record").keys() == {
        name for name, facts in loans.items() if facts["arrears_ended_on"] == date(2019, 6, 28)
    } - {"n-late", "n-firm"}


def test_clocks_ask_for_measures_with_a_hard_stop(store: tuple[Path, RunResult], engine: Engine) -> None:
    results = results_of(engine, store[0], last_run(engine, store[0]))
    due = [row for row in engine.rows(results.table("measure_due")) if row["clock_id"]]
    found = {
        (row["measure_code"], row["loan_id"] or row["customer_id"]): (
            row["due_on"],
            row["hard_stop_on"],
            row["clock_id"],
        )
        for row in due
    }
    assert found["M15", "g-day"] == (DAY, DAY, "guarantee_period:G:g-day:g-day")
    assert found["M41", "g-general"] == (DAY, DAY, "guarantee_period:G:g-general:g-general")
    assert found["M43", "j-leap"] == (DAY, date(2026, 2, 28), "enforcement_application:P:j-leap:j-leap")
    assert found["M46", "C-b-day"] == (DAY, DAY, "bankruptcy_claim:P:b-day")
    assert found["M46", "C-b-open"] == (date(2024, 6, 30), None, "bankruptcy_claim:P:b-open")
    # What cannot be counted asks for what gathers its evidence.
    assert found["M43", "j-undated"][2] == "enforcement_application:P:j-undated:j-undated"
    assert found["M15", "g-extended"][2] == "guarantee_period:G:g-extended:g-extended"
    assert found["M38", "C-g-extended"] == (
        date(2024, 7, 5),
        None,
        "guarantee_period:G:g-extended:g-extended",
    )
    assert ("M38", "C-g-day") not in found
    assert found["M43", "j-giver"][2] == "enforcement_application:P:j-giver:j-giver"
    assert found["M41", "p-weekend"] == (DAY, date(2024, 7, 1), "preservation:P:p-weekend:p-weekend")
    # Nothing is lost once the time to object to an order ends, nor after an end that has passed.
    assert found["M43", "o-over"][1:] == (None, "payment_order:E:o-over:2024-06-12")
    assert found["M41", "o-no"][1:] == (None, "payment_order:E:o-no:2024-06-12")
    assert found["M46", "C-b-over"][1:] == (None, "bankruptcy_claim:P:b-over")
    assert found["M12", "r-day"] == (DAY, DAY, "security_registration:S:r-day:r-day")
    assert found["M48", "t-day"] == (None, DAY, "taken_over_asset:S:t-day")
    assert ("M15", "g-claimed") not in found
    assert ("M15", "g-over") not in found


def test_what_cannot_be_counted_is_told_loudly(store: tuple[Path, RunResult]) -> None:
    found = [one for one in store[1].findings if one.code == "clock_not_measurable"]
    assert [(one.file, one.rows, one.message.partition(" for want of ")[2]) for one in found] == [
        (kind, 1, f"{lacks}: a right may be lost unseen")
        for kind, lacks in (
            ("bankruptcy_claim", "proceeding.claim_deadline_on"),
            ("enforcement_application", "proceeding.performance_due_on, proceeding.effective_on"),
            ("guarantee_period", "guarantee.consent_to_change_on"),
        )
    ]


def test_explain_tells_each_clock_in_both_languages(store: tuple[Path, RunResult], engine: Engine) -> None:
    policy = pack.load("cn_rural").as_of(DAY)

    def lines(loan_id: str, lang: str) -> list[str]:
        story = explain(engine, store[0], "loan", loan_id, policy=policy, lang=lang)
        return [" · ".join(parts) for parts in ClockLines(lang).lines(story["clocks"])]

    assert lines("g-claimed-again", "en") == [
        "Limitation of the debt g-claimed-again: over since 2024-01-29 · from 2021-01-29",
        (
            "Limitation of the claim on the guarantor G:g-claimed-again:g-claimed-again: 1091 days left, to "
            "2027-06-24 · from 2021-06-26 · moved by claim on the guarantor 2021-06-25 "
            "N:g-claimed-again:2021-06-25"
            " (EMS); claim on the guarantor 2024-06-24 N:g-claimed-again:2024-06-24 (EMS)"
            " · holidays of that year not known · else: The guarantor may refuse to pay"
        ),
        (
            "Guarantee period G:g-claimed-again:g-claimed-again: satisfied · from 2021-01-29"
            " · moved by claim on the guarantor 2021-06-25 N:g-claimed-again:2021-06-25 (EMS)"
            " · not counted: claim on the guarantor 2024-06-24 N:g-claimed-again:2024-06-24 (EMS), "
            "came too late"
        ),
    ]
    assert lines("p-day", "zh") == [
        "诉前保全后起诉期限 P:p-day:p-day：今日（2024-06-28）届满 · 2024-05-30 起算 · 逾期后果：法院解除保全",
        "债权诉讼时效 p-day：已停止，不早于 2027-06-28 · 2023-12-29 起算 · 依据 起诉 2024-01-05 P:p-day",
    ]
    (claim,) = lines("b-open", "en")
    assert claim.startswith(
        "Time to file the claim in a bankruptcy P:b-open: NOT MEASURABLE without "
        "proceeding.claim_deadline_on,"
        " not before 2024-07-10"
    )


def test_a_pack_has_the_clocks_that_it_names(store: tuple[Path, RunResult], engine: Engine) -> None:
    """Under a law without guarantee periods the claim on the guarantor runs from when the debt is due."""
    results = results_of(engine, store[0], last_run(engine, store[0]))
    facts = {name: results.table(name) for name in ("facts_loan", "facts_customer")}
    book = Book(store[0].parent / "book", engine, DAY)
    china = pack.load("cn_rural").as_of(DAY)

    def under(*kinds: str) -> dict[str, Row]:
        known = {kind: dated for kind, dated in china.in_force["clock"].items() if kind in kinds}
        policy = replace(china, in_force={**china.in_force, "clock": known})
        made = clocks.compute(engine, facts, policy, book, DAY)["clock"]
        return {row["clock_id"]: row for row in engine.rows(made)}

    assert under() == {}
    found = told(under("guarantee_limitation"), "guarantee_limitation")
    assert len(found) == 16  # every guarantee whose loan is due, general ones too
    assert found["G:g-day:g-day"] == ("running", date(2026, 12, 28), 913)
    assert found["G:g-general:g-general"] == ("running", date(2026, 12, 28), 913)
    assert found["G:g-claimed:g-claimed"] == ("running", DAY, 0)  # claimed on 28 June 2021, due in January
    assert found["G:g-unproven:g-unproven"] == ("running", date(2026, 12, 28), 913)
    alone = under("security_exercise", "enforcement_application")
    assert {row["kind"] for row in alone.values()} == {"enforcement_application"}


def test_without_a_table_of_what_moves_it_a_clock_is_not_measurable(tmp_path: Path, engine: Engine) -> None:
    book = tiny_book(
        tmp_path / "book",
        loan=[loan("L"), loan("general")],
        customer=[{"customer_id": "GIVER"}],
        guarantee=[guarantee("L"), guarantee("general", "general")],
    )
    result = run_day(book, DAY, tmp_path / "store", threads=1)
    found = _clocks(tmp_path / "store", engine)
    assert {
        name: (row["state"], row["ends_on"], row["evidence"]["missing"]) for name, row in found.items()
    } == {
        "debt_limitation:L": ("not_measurable", None, ["notice"]),
        "debt_limitation:general": ("not_measurable", None, ["notice"]),
        "guarantee_period:G:L:L": ("not_measurable", DAY, ["notice"]),  # its end is known all the same
        "guarantee_period:G:general:general": ("not_measurable", DAY, ["proceeding"]),
    }
    assert found["debt_limitation:L"]["evidence"]["not_before"] == "2026-12-28"
    messages = [one.message for one in result.findings if one.code == "clock_not_measurable"]
    assert messages == [
        "2 clocks of kind debt_limitation cannot be counted for want of notice: a right may be lost unseen",
        "1 clocks of kind guarantee_period cannot be counted for want of notice: a right may be lost unseen",
        (
            "1 clocks of kind guarantee_period cannot be counted for want of proceeding: a right may be lost "
            "unseen"
        ),
    ]
