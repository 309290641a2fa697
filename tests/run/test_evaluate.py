"""Precision, capture and lead time of made-up warnings, each figure worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from postloan.engine import open_engine
from postloan.errors import BookError, RunError
from postloan.run.evaluate import evaluate
from tests.run.made_store import made_run

D1, D2, D3 = "2026-01-05", "2026-02-02", "2026-03-02"
SIXTH = Decimal("0.000001")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_engine(threads=1, scratch=tmp_path_factory.mktemp("scratch")) as engine:
        yield engine


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


def warned(customer, colour, opened_on, score=0):
    return {"customer_id": customer, "colour": colour, "opened_on": opened_on, "score": score}


def written(tmp_path, text):
    path = tmp_path / "outcomes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def share(part, whole):
    return (Decimal(part) / Decimal(whole)).quantize(SIXTH)


OUTCOMES = """customer_id,bad_on,dpd30_on,amount
C1,2026-03-01,2026-02-04,100.00
C2,2026-03-03,,200.00
C4,2026-01-20,,400.00
C5,2026-03-04,,50.00
C6,2026-02-10,,50.00
C7,2026-04-05,2026-03-06,100.00
C8,2026-04-06,,100.00
C9,2025-12-01,,999.00
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return tmp_path_factory.mktemp("house")


@pytest.fixture(scope="module")
def told(engine, house):
    """Three runs. C1 55 days ahead, C2 29, C3 never bad, C4 and C9 bad before their alert, C5 opened yellow,
    C6 without warning, C7 90 days ahead, C8 91."""
    store = house / "store"
    managed = [
        {"loan_id": f"L{i}", "customer_id": f"C{i}", "manager_id": f"M{i % 2}", "balance": Decimal("1.00")}
        for i in range(1, 10)
    ]
    first = [
        warned("C1", "red", D1),
        warned("C3", "orange", D1),
        warned("C5", "yellow", D1),
        warned("C7", "orange", D1),
        warned("C8", "orange", D1),
    ]
    fired = [{"customer_id": "C1", "code": "REP05"}, {"customer_id": "C1", "code": "ACC01"}]
    fired += [{"customer_id": "C3", "code": "ACC01"}]
    made_run(engine, store, D1, warning=first, signal=fired, loan_state=managed)
    second = [*first[:2], warned("C5", "orange", D1), *first[3:]]
    second += [warned("C2", "orange", D2), warned("C4", "red", D2)]
    made_run(
        engine, store, D2, warning=second, signal=[{"customer_id": "C2", "code": "REP05"}], loan_state=managed
    )
    third = [
        warned("C1", "red", D1, 900),
        warned("C9", "red", D3, 800),
        warned("C3", "orange", D1, 500),
        warned("C2", "orange", D2, 500),
        warned("C5", "orange", D1, 400),
        warned("C7", "orange", D1, 300),
    ]
    made_run(engine, store, D3, warning=third, loan_state=managed)
    return evaluate(engine, store, written(house, OUTCOMES))


def test_the_span_ends_a_horizon_after_the_last_run(told):
    assert (told["from"].isoformat(), told["to"].isoformat()) == (D1, "2026-05-31")
    assert (told["runs"], told["horizon_days"], told["min_colour"]) == (3, 90, "orange")


def test_an_alert_is_right_up_to_the_last_day_of_the_horizon(told):
    # Alerts: C1, C2, C3, C7, C8. Right: C1, C2, and C7 on day 90; C8 went bad on day 91.
    assert {name: told["total"][name] for name in ("alerts", "right", "precision")} == {
        "alerts": 5,
        "right": 3,
        "precision": Decimal("0.600000"),
    }


def test_capture_counts_outcomes_of_the_span_by_number_and_amount(told):
    # Outcomes: all but C9, who was bad before. At least 30 days ahead: C1, C7, C8; a day ahead: C2 too.
    total = told["total"]
    assert (told["outcomes"], told["unknown_customers"]) == (7, 0)
    assert (total["capture_count"], total["capture_amount"]) == (share(3, 7), share(300, 1000))
    assert (total["capture_count_1d"], total["capture_amount_1d"]) == (share(4, 7), share(500, 1000))


def test_leads_are_medians_of_right_alerts(told):
    # To bad: 29, 55, 90. To 30 days past due: C1 30, C7 60.
    assert told["total"]["lead_median_days"] == 55
    assert told["total"]["lead_dpd30_median_days"] == 45


def test_first_leads_are_not_bounded_by_the_horizon(told):
    # To bad: C2 29, C1 55, C7 90, and C8 91, whose alert is not right. To 30 days past due: C1 30, C7 60.
    assert told["total"]["first_lead_median_days"] == 72.5
    assert told["total"]["first_lead_dpd30_median_days"] == 45
    assert told["by_colour"][3]["first_lead_median_days"] is None


def test_the_load_is_alerts_a_manager_and_week(told):
    # 5 alerts, 2 managers, 57 days from the first run to the last.
    assert told["total"]["alerts_per_manager_week"] == pytest.approx(5 / 2 / (57 / 7), abs=1e-6)


def test_every_colour_counts_the_episodes_that_opened_in_it(told):
    shown = [(row["colour"], row["alerts"], row["right"], row["precision"]) for row in told["by_colour"]]
    assert shown == [
        ("red", 1, 1, share(1, 1)),
        ("orange", 4, 2, share(1, 2)),
        ("yellow", 1, 1, share(1, 1)),
        ("blue", 0, 0, None),
    ]
    assert told["by_colour"][0]["capture_count"] == share(1, 7)
    assert told["by_colour"][3]["capture_count"] == share(0, 7)
    assert told["by_colour"][3]["lead_median_days"] is None


def test_a_signal_has_the_alerts_that_it_was_there_for(told):
    shown = [(row["code"], row["alerts"], row["right"]) for row in told["by_signal"]]
    assert shown == [("ACC01", 2, 1), ("REP05", 2, 2)]


def test_the_ranking_leaves_out_who_was_bad_already(told):
    # C1 and C9 were bad by 2 March; of C2, C3, C5, C7 only C3 never went bad.
    assert told["ranking"] == [{"top": 100, "ranked": 4, "precision": share(3, 4)}]


def test_the_mildest_colour_that_counts_can_be_set(engine, house, told):
    store, outcomes = house / "store", house / "outcomes.csv"
    wide = evaluate(engine, store, outcomes, min_colour="yellow")
    assert (wide["total"]["alerts"], wide["total"]["right"]) == (6, 4)
    assert wide["by_colour"] == told["by_colour"]
    narrow = evaluate(engine, store, outcomes, min_colour="red")
    assert narrow["total"]["alerts"] == 1


@pytest.mark.usefixtures("told")
def test_a_span_that_is_given_holds_for_alerts_and_outcomes(engine, house):
    span = {"from_date": date.fromisoformat(D2), "to_date": date(2026, 3, 3)}
    early = evaluate(engine, house / "store", house / "outcomes.csv", **span)
    # Outcomes after 2 February and up to 3 March: C1, C2, C6. Of the alerts only C2 opened in the span.
    assert (early["outcomes"], early["total"]["alerts"], early["total"]["right"]) == (3, 1, 1)
    assert early["total"]["capture_count_1d"] == share(1, 3)


def test_with_a_single_run_all_its_warnings_count_as_opened(engine, store, tmp_path):
    made_run(engine, store, D2, warning=[warned("C1", "red", D1), warned("C2", "orange", D2)])
    told = evaluate(engine, store, written(tmp_path, "customer_id,bad_on\nC1,2026-03-04\n"))
    assert (told["total"]["alerts"], told["total"]["right"]) == (2, 1)
    assert told["total"]["lead_median_days"] == 30  # from the run, 2 February
    assert told["total"]["capture_count"] == 1
    assert told["total"]["alerts_per_manager_week"] is None  # no loan has a manager


def test_outcomes_of_unknown_customers_are_counted_and_told(engine, store, tmp_path):
    loans = [{"loan_id": "L1", "customer_id": "C1"}, {"loan_id": "L2", "customer_id": "C2"}]
    made_run(engine, store, D2, warning=[warned("C1", "red", D2)], loan_state=loans)
    text = "customer_id,bad_on\nC1,2026-03-04\nC2,2026-03-04\nX1,2026-03-04\nX1,2026-03-09\nX2,2026-01-01\n"
    told = evaluate(engine, store, written(tmp_path, text))
    # X2 was bad before the span; both of X1 count, and nobody could have foretold them.
    assert (told["outcomes"], told["unknown_customers"]) == (4, 2)
    assert told["total"]["capture_count"] == share(1, 4)


def test_thirty_days_ahead_is_enough(engine, store, tmp_path):
    made_run(engine, store, D2, warning=[warned(name, "red", D2) for name in ("C1", "C2", "C3")])
    text = "customer_id,bad_on,amount\nC1,2026-03-03,1.00\nC2,2026-03-04,2.00\nC3,2026-03-05,4.00\n"
    total = evaluate(engine, store, written(tmp_path, text))["total"]
    # 29, 30 and 31 days after 2 February; the amounts tell which were captured.
    assert (total["captured"], total["capture_amount"]) == (2, share(6, 7))


def test_an_amount_that_is_not_given_is_the_balance_of_the_last_run_before(engine, store, tmp_path):
    def loans(first, second):
        return [
            {"loan_id": "L1", "customer_id": "C1", "balance": Decimal(first)},
            {"loan_id": "L2", "customer_id": "C1", "balance": Decimal(second)},
            {"loan_id": "L3", "customer_id": "C2", "balance": Decimal("700.00")},
        ]

    made_run(engine, store, D1, warning=[warned("C1", "red", D1)], loan_state=loans("900.00", "50.00"))
    made_run(engine, store, D2, warning=[warned("C1", "red", D1)], loan_state=loans("300.00", "50.00"))
    made_run(engine, store, D3, loan_state=loans("1.00", "1.00"))
    text = "customer_id,loan_id,bad_on\nC1,L1,2026-03-02\nC2,,2026-03-01\n"
    told = evaluate(engine, store, written(tmp_path, text))
    # L1 held 300.00 on 2 February, the last run before 2 March; C2 owed 700.00.
    assert told["total"]["capture_amount"] == share(300, 1000)


def test_the_first_places_go_by_score_and_then_by_number(engine, store, tmp_path):
    names = [f"C{i:03}" for i in range(350)]
    rows = [warned(name, "orange", D2, 500) for name in names]
    bad = names[:50] + names[100:300]
    made_run(engine, store, D2, warning=list(reversed(rows)))
    text = "customer_id,bad_on\n" + "".join(f"{name},2026-03-10\n" for name in bad)
    ranking = evaluate(engine, store, written(tmp_path, text))["ranking"]
    assert ranking == [
        {"top": 100, "ranked": 100, "precision": share(50, 100)},
        {"top": 300, "ranked": 300, "precision": share(250, 300)},
    ]


def test_a_store_without_a_run_is_told(engine, store, tmp_path):
    with pytest.raises(RunError) as error:
        evaluate(engine, store, written(tmp_path, OUTCOMES))
    assert (error.value.code, "postloan run" in error.value.mend) == ("no_run_yet", True)


def test_outcomes_without_the_columns_are_told(engine, store, tmp_path):
    made_run(engine, store, D2)
    with pytest.raises(BookError) as error:
        evaluate(engine, store, written(tmp_path, "customer,when\nC1,2026-03-01\n"))
    assert (error.value.code, "customer_id, bad_on" in error.value.message) == ("missing_column", True)
    with pytest.raises(BookError) as error:
        evaluate(engine, store, tmp_path / "nowhere.csv")
    assert error.value.code == "missing_file"


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("customer_id,bad_on\nC1,2026-03-01\nC2,March\n", "bad_on"),
        ("customer_id,bad_on,dpd30_on\nC1,2026-03-01,soon\n", "dpd30_on"),
        ("customer_id,bad_on,amount\nC1,2026-03-01,much\n", "amount"),
    ],
)
def test_outcomes_that_cannot_be_read_are_not_passed_over(engine, store, tmp_path, text, column):
    made_run(engine, store, D2)
    with pytest.raises(BookError) as error:
        evaluate(engine, store, written(tmp_path, text))
    assert (error.value.code, f"column {column}" in error.value.where) == ("wrong_type", True)
