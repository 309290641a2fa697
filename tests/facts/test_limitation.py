"""The limitation of the debt, by the law's articles; every day worked out by hand."""

from __future__ import annotations

from datetime import date

DAY = "2024-06-28"  # a Friday


def loan(name, matures="2021-06-30", **more):
    key = {"loan_id": name, "customer_id": f"C-{name}", "contract_id": f"K-{name}", "amount": "1000.00"}
    return {**key, "disbursed_on": "2003-01-06", "matures_on": matures, **more}


def notice(name, kind, day, **more):
    key = {"notice_id": f"{name}{kind}{day}", "loan_id": name, "receipt": "EMS 1"}
    return {**key, "kind": kind, "served_on": day, **more}


def paid(name, day, amount="10.00", **more):
    return {"payment_id": f"{name}{day}", "loan_id": name, "paid_on": day, "amount": amount, **more}


def case(name, filed, **more):
    key = {"proceeding_id": f"P-{name}", "customer_id": f"C-{name}", "our_role": "creditor", "kind": "loan"}
    return {**key, "stage": "sued", "filed_on": filed, **more}


def event(name, kind, day, **more):
    key = {"event_id": f"{name}{kind}{day}", "subject_kind": "customer", "subject_id": f"C-{name}"}
    return {**key, "kind": kind, "occurred_on": day, "proof_ref": "F1", **more}


def clocks(facts_of, day=DAY, **tables):
    tables.setdefault("notice", [])
    rows = facts_of("loan", day, **tables)
    told = ("limitation_due_on", "limitation_interrupted_on", "limitation_ends_on", "is_limitation_stopped")
    return {name: tuple(row[one] for one in told) for name, row in rows.items()}


def test_from_when_it_runs(facts_of):
    due = [
        *({"loan_id": name, "due_on": "2022-03-10", "principal": "500.00"} for name in ("late", "called")),
        {"loan_id": "late", "due_on": "2025-01-05", "principal": "500.00"},
        {"loan_id": "good", "due_on": "2024-07-10", "principal": "1000.00"},
    ]
    loans = [
        loan("bullet"),
        loan("late", "2025-01-05"),
        loan("called", "2026-01-05"),
        loan("good", "2026-01-05"),
        loan("undated", None),
        loan("repaid"),
        loan("today", DAY),
        loan("yesterday", "2024-06-27"),
        loan("ahead", "2026-01-05"),
        loan("bill", exposure_kind="acceptance"),
        loan("advanced", exposure_kind="acceptance"),
    ]
    rows = facts_of(
        "loan",
        DAY,
        loan=loans,
        due=due,
        notice=[notice("called", "acceleration", "2023-08-31")],
        payment=[paid("repaid", "2021-06-29", "1000.00")],
        position=[{"loan_id": "undated", "on_date": "2024-06-18", "balance": "1000.00", "days_past_due": 90}],
        advance=[{"loan_id": "advanced", "advanced_on": "2023-01-31", "amount": "1000.00"}],
    )
    found = {name: (row["has_limitation_clock"], row["limitation_due_on"]) for name, row in rows.items()}
    assert found == {
        "bullet": (True, date(2021, 6, 30)),
        "late": (False, None),  # the last instalment is not due yet, though one is unpaid (art. 189)
        "called": (True, date(2023, 8, 31)),
        "good": (False, None),
        "undated": (True, date(2024, 3, 20)),  # 100 days past due on the day, and no last day is known
        "repaid": (None, None),  # matured with nothing owed, but no schedule or record says so
        "today": (False, None),
        "yesterday": (True, date(2024, 6, 27)),
        "ahead": (False, None),
        "bill": (False, None),
        "advanced": (True, date(2023, 1, 31)),
    }


def test_how_long_it_runs(facts_of):
    """Civil Code art. 188 and 200 to 203: three years, the day of that number, the next working day."""
    ends = {
        "2021-06-30": date(2024, 7, 1),  # Sunday 30 June 2024
        "2021-06-28": date(2024, 6, 28),
        "2021-06-27": date(2024, 6, 27),
        "2024-02-29": date(2027, 3, 1),  # no 29 February 2027: the 28th, a Sunday of a year not known yet
        "2021-02-28": date(2024, 2, 28),  # not the 29th: the day of that number
        "2021-10-01": date(2024, 10, 8),  # National Day 2024: off from 1 to 7 October
        "2021-10-12": date(2024, 10, 12),  # a Saturday that is worked
        "2022-01-28": date(2025, 2, 5),  # Spring Festival 2025: off from 28 January to 4 February
    }
    found = clocks(facts_of, loan=[loan(name, name) for name in ends])
    assert {name: row[2] for name, row in found.items()} == ends


def test_what_makes_it_run_anew(facts_of):
    """Civil Code art. 195: a proven demand, acknowledgement, payment or suit before the time has ended."""
    names = [
        "demand",
        "receipt",
        "document",
        "unproven",
        "signed",
        "payment",
        "other",
        "reversed",
        "early",
        "third",
        "expired",
        "revived",
        "paidlate",
        "chain",
        "broken",
    ]
    found = clocks(
        facts_of,
        loan=[loan(name, "2018-06-29") for name in names],  # ends on 29 June 2021, a Tuesday
        customer=[{"customer_id": "GUARANTOR"}],
        notice=[
            notice("demand", "demand", "2021-06-29"),
            notice("receipt", "demand", "2021-05-05", receipt="EMS 2", to_customer_id="C-receipt"),
            notice("document", "demand", "2021-05-05", receipt=None, document_ref="D9"),
            notice("unproven", "demand", "2021-05-05", receipt=None),
            notice("signed", "acknowledgement", "2021-06-01"),
            notice("other", "claim_on_guarantor", "2021-05-05"),
            notice("other", "demand", "2021-05-05", to_customer_id="GUARANTOR"),
            notice("early", "demand", "2018-06-28"),
            notice("expired", "demand", "2021-06-30"),
            notice("revived", "demand", "2021-07-01"),
            notice("revived", "acknowledgement", "2022-08-01"),
            notice("chain", "demand", "2020-01-02"),
            notice("chain", "demand", "2022-12-30"),
            notice("broken", "demand", "2020-01-02"),
            notice("broken", "demand", "2023-01-04"),
            notice("broken", "demand", "2023-01-05"),
        ],
        payment=[
            paid("payment", "2021-06-29"),
            paid("reversed", "2021-05-05"),
            paid("reversed", "2021-05-06", "-10.00", reverses_id="reversed2021-05-05"),
            paid("third", "2021-05-05", payer_customer_id="GUARANTOR"),
            paid("paidlate", "2021-06-30"),
        ],
    )
    due, over = date(2018, 6, 29), date(2021, 6, 29)
    assert found == {
        "demand": (due, over, date(2024, 7, 1), False),  # the last day counts; 29 June 2024 is a Saturday
        "receipt": (due, date(2021, 5, 5), date(2024, 5, 6), False),  # Labour Day: off from 1 to 5 May 2024
        "document": (due, date(2021, 5, 5), date(2024, 5, 6), False),
        "unproven": (due, None, over, False),
        "signed": (due, date(2021, 6, 1), date(2024, 6, 3), False),
        "payment": (due, over, date(2024, 7, 1), False),
        "other": (due, None, over, False),
        "reversed": (due, None, over, False),
        "early": (due, None, over, False),
        "third": (due, None, over, False),
        "expired": (due, None, over, False),
        "revived": (due, date(2022, 8, 1), date(2025, 8, 1), False),
        "paidlate": (due, None, over, False),
        "chain": (due, date(2022, 12, 30), date(2025, 12, 30), False),
        "broken": (due, date(2020, 1, 2), date(2023, 1, 3), False),  # 2 January 2023 was a day off
    }


def test_suits_stop_it_and_it_runs_anew_when_they_end(facts_of):
    names = ("open", "closed", "givenup", "late", "theirs", "inside", "long")
    found = clocks(
        facts_of,
        loan=[loan(name, "2018-06-29") for name in names],
        notice=[notice("inside", "demand", "2023-01-06")],
        proceeding=[
            case("open", "2021-06-29"),
            case("closed", "2021-06-29", closed_on="2022-06-01"),
            case("givenup", "2021-06-29", stage="terminated", stage_on="2022-05-05"),
            case("late", "2021-06-30"),
            case("theirs", "2021-05-05", our_role="none"),
            case("inside", "2019-01-07", closed_on="2022-11-07"),  # longer than the time itself
            case("long", "2019-01-07", closed_on="2023-11-07"),
        ],
    )
    due = date(2018, 6, 29)
    assert found == {
        "open": (due, date(2021, 6, 29), date(2027, 6, 28), True),  # three years from the day
        "closed": (due, date(2021, 6, 29), date(2025, 6, 3), False),  # Dragon Boat, off to 2 June 2025
        "givenup": (due, date(2021, 6, 29), date(2025, 5, 6), False),
        "late": (due, None, date(2021, 6, 29), False),  # it had ended the day before
        "theirs": (due, None, date(2021, 6, 29), False),
        "inside": (due, date(2023, 1, 6), date(2026, 1, 6), False),
        "long": (due, date(2019, 1, 7), date(2026, 11, 9), False),  # 7 November 2026 is a Saturday
    }


def test_a_suit_in_time_stops_what_does_not_run_anew_from_it(facts_of):
    """Limitation Act 1963, section 3: what counts is that the suit was instituted within the time."""
    names = ("open", "late", "ended", "none")
    found = clocks(
        facts_of,
        pack_id="in_rbi",
        loan=[loan(name, "2018-06-29") for name in names],
        due=[{"loan_id": name, "due_on": "2018-06-29", "principal": "1000.00"} for name in names],
        proceeding=[
            case("open", "2021-06-29"),
            case("late", "2021-06-30"),
            case("ended", "2021-06-29", closed_on="2022-06-01"),
        ],
    )
    due, end = date(2018, 6, 29), date(2021, 6, 29)
    assert found == {
        "open": (due, None, end, True),
        "late": (due, None, end, False),
        "ended": (due, None, end, False),  # withdrawn: as if it had not been filed
        "none": (due, None, end, False),
    }


def test_what_stands_in_the_way_in_the_last_six_months(facts_of):
    """Civil Code art. 194: the time ends six months after the obstacle is gone."""
    names = ("gone", "edge", "before", "lasting", "ahead", "unproven", "after", "short")
    start, stop = "limitation_obstacle", "limitation_obstacle_ended"
    loans = [loan(name, "2021-08-30") for name in names if name != "ahead"]
    found = clocks(
        facts_of,
        loan=[*loans, loan("ahead", "2023-08-30")],  # the last six months begin on 29 February 2024
        event=[
            event("gone", start, "2024-04-01"),
            event("gone", stop, "2024-06-20"),
            event("gone", stop, "2024-06-25"),
            event("edge", start, "2023-01-01"),
            event("edge", stop, "2024-02-29"),
            event("before", start, "2023-01-01"),
            event("before", stop, "2024-02-28"),
            event("lasting", start, "2024-04-01"),
            event("ahead", start, "2024-04-01"),
            event("unproven", start, "2024-04-01", proof_ref=None),
            event("unproven", stop, "2024-06-20"),
            event("short", start, "2024-03-01", subject_kind="loan", subject_id="short"),
            event("short", stop, "2024-03-02", subject_kind="loan", subject_id="short"),
        ],
    )
    end = date(2024, 8, 30)
    assert {name: row[2:] for name, row in found.items()} == {
        "gone": (date(2024, 12, 20), False),  # by the first end after it
        "edge": (end, False),  # 29 August, a day before the time ends anyway
        "before": (end, False),
        "lasting": (end, True),
        "ahead": (date(2026, 8, 31), False),  # 30 August 2026 is a Sunday; the last months are far off
        "unproven": (end, False),
        "after": (end, False),
        "short": (date(2024, 9, 2), False),
    }


def test_what_counts_in_the_time_that_an_obstacle_leaves(facts_of):
    """Civil Code art. 194 and 195: until it ends a demand interrupts, and a further obstacle suspends."""
    names = ("demand", "last", "late", "again", "afterwards", "meanwhile", "chain")
    start, stop = "limitation_obstacle", "limitation_obstacle_ended"
    # The time would end on 29 June 2021; an obstacle that is gone on 1 June leaves it to 1 December.
    obstacle = [(name, "2021-05-03", "2021-06-01") for name in names if name != "meanwhile"]
    obstacle += [("again", "2021-12-01", "2021-12-31"), ("afterwards", "2021-12-02", "2021-12-31")]
    obstacle += [("chain", "2021-12-01", "2022-03-01"), ("chain", "2022-08-30", "2024-05-06")]
    found = clocks(
        facts_of,
        loan=[loan(name, "2018-06-29") for name in names],
        event=[
            event(name, kind, day)
            for name, began, over in obstacle
            for kind, day in ((start, began), (stop, over))
        ]
        + [event("meanwhile", start, "2021-05-03")],
        notice=[
            notice("demand", "demand", "2021-06-30"),
            notice("last", "demand", "2021-12-01"),
            notice("late", "demand", "2021-12-02"),
            notice("meanwhile", "demand", "2024-05-06"),
        ],
    )
    due = date(2018, 6, 29)
    assert found == {
        "demand": (due, date(2021, 6, 30), date(2024, 7, 1), False),  # 30 June 2024 is a Sunday
        "last": (due, date(2021, 12, 1), date(2024, 12, 2), False),  # 1 December 2024 is a Sunday
        "late": (due, None, date(2021, 12, 1), False),
        "again": (due, None, date(2022, 6, 30), False),
        "afterwards": (due, None, date(2021, 12, 1), False),
        "meanwhile": (due, date(2024, 5, 6), date(2027, 5, 6), False),  # its last months are far off now
        "chain": (due, None, date(2024, 11, 6), False),  # from 1 September 2022 by the second of them
    }


def test_twenty_years_are_the_most(facts_of):
    """Civil Code art. 188: twenty years from when the debt was due, whatever interrupted it."""
    demands = [notice("L", "demand", f"{year}-06-01") for year in range(2006, 2025, 2)]
    found = clocks(facts_of, loan=[loan("L", "2004-08-30")], notice=demands)
    assert found["L"] == (date(2004, 8, 30), date(2024, 6, 1), date(2024, 8, 30), False)
    demands.append(notice("L", "acknowledgement", "2024-08-31"))
    found = clocks(facts_of, "2024-09-02", loan=[loan("L", "2004-08-30")], notice=demands)
    assert found["L"] == (date(2004, 8, 30), date(2024, 6, 1), date(2024, 8, 30), False)


def test_without_a_column_for_the_proof_it_is_not_known_where_there_are_notices(facts_of):
    told = {name: x for name, x in notice("told", "demand", "2021-05-05").items() if name != "receipt"}
    found = clocks(facts_of, loan=[loan("told"), loan("silent")], notice=[told])
    assert found["told"][2] is None
    assert found["silent"][2] == date(2024, 7, 1)
