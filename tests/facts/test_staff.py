"""Outlets and staff: late loans against peers, caseload, handovers, classes raised, duties undone."""

from __future__ import annotations

from decimal import Decimal

from postloan.engine import Field
from postloan.facts.compare import BEYOND, squared_distance

D = Decimal
DAY = "2024-06-28"


def test_the_distance_from_others_is_squared_and_exact(engine):
    values = {"a": (0, 2, 4, 10), "same": (1, 1, 1, 5), "low": (5, 5, 9, 1), "few": (1, 2, None)}
    rows = [
        {"id": f"{group}{n}", "group": group, "x": x}
        for group, own in values.items()
        for n, x in enumerate(own)
    ]
    fields = [Field("id", "string"), Field("group", "string"), Field("x", "integer")]
    table = engine.from_rows(rows, fields, "distances")
    table = table.mutate(distance=squared_distance(table, "x", "group", 3))
    found = {row["id"]: row["distance"] for row in engine.rows(table)}
    # 10 against 0, 2 and 4: 8 above their mean 2, their variance 8 / 3.
    assert found["a3"] == D(24)
    assert found["a2"] == D(0)  # 4 is their mean
    assert found["same3"] == BEYOND
    assert found["same0"] == D(0)
    # 9 against 5, 5 and 1: 16 / 3 above 11 / 3, their variance 32 / 9.
    assert found["low2"] == D(8)
    assert {found[f"few{n}"] for n in range(3)} == {None}


def position(loan: str, days: int | None) -> dict[str, object]:
    return {"loan_id": loan, "on_date": DAY, "balance": "100.00", "days_past_due": days}


def test_new_loans_of_outlets(facts_of):
    institutions = [{"institution_id": f"O{n}", "name": f"O{n}", "kind": "outlet"} for n in range(7)]
    institutions += [{"institution_id": "B", "name": "B", "kind": "branch"}]
    contracts = [
        {"contract_id": one["institution_id"], "customer_id": "C", "institution_id": one["institution_id"]}
        for one in institutions
    ]
    contracts += [{"contract_id": "E", "customer_id": "C", "institution_id": "O0", "is_entrusted": True}]
    # Late of twenty: 5 to 15 % at five outlets, 30 % at O0; O6 has nineteen.
    late = {"O0": 6, "O1": 1, "O2": 1, "O3": 2, "O4": 3, "O5": 3, "O6": 9, "B": 9}
    loans, positions = [], []
    for place, count in late.items():
        for n in range(19 if place == "O6" else 20):
            name = f"{place}-{n:02d}"
            loans.append(
                {"loan_id": name, "contract_id": place, "customer_id": "C", "disbursed_on": "2023-06-29"}
            )
            positions.append(position(name, 31 if n < count else 30))
    # One of those of O1 that are late was written off, and one that is not was repaid.
    loans = [one for one in loans if one["loan_id"] not in ("O1-00", "O1-19")]
    gone = {"contract_id": "O1", "customer_id": "C", "disbursed_on": "2024-01-01", "closed_on": "2024-06-01"}
    loans += [
        {**gone, "loan_id": "off", "close_reason": "written_off"},
        {**gone, "loan_id": "paid", "close_reason": "repaid"},
    ]
    other = {"customer_id": "C", "disbursed_on": "2023-06-29", "contract_id": "O0"}
    loans += [{**other, "loan_id": "old", "disbursed_on": "2023-06-28"}, {**other, "loan_id": "unknown"}]
    loans += [{**other, "loan_id": "theirs", "contract_id": "E"}]
    positions += [position("old", 90), position("unknown", None), position("theirs", 90)]
    loans = [{"closed_on": None, "close_reason": None, **one} for one in loans]
    tables = {"institution": institutions, "contract": contracts, "loan": loans}
    found = facts_of("institution", DAY, **tables, position=positions)
    counts = {name: row["vintage_loan_count_12m"] for name, row in found.items()}
    assert counts == {**dict.fromkeys(late, 20), "O6": 19}
    shares = {name: row["vintage_dpd30_share_12m"] for name, row in found.items()}
    assert (shares["O0"], shares["O1"], shares["O6"]) == (D("0.3"), D("0.05"), D("0.473684"))
    far = {name: row["vintage_vs_peers"] for name, row in found.items()}
    # 3,000 ten-thousandths against 500, 500, 1,000, 1,500 and 1,500: 2,000 above, their variance 200,000.
    assert far["O0"] == D(20)
    assert far["O1"] == D(0)
    assert (far["O6"], far["B"]) == (None, None)  # too few loans, and no other branch
    bare = facts_of("institution", DAY, **tables)["O0"]
    assert [bare[name] for name in ("vintage_loan_count_12m", "vintage_vs_peers")] == [None, None]


PEOPLE = [
    {
        "staff_id": f"S{n}",
        "name": f"S{n}",
        "institution_id": "B1",
        "role": "customer_manager",
        "level": {0: "L5", 1: "L9"}.get(n),
    }
    for n in range(8)
]


def test_late_loans_of_managers_against_what_their_products_would_give(facts_of):
    # Two products: cards are late at all hands. S0 to S5 have ten of each, S6 nineteen cards, S7 nothing.
    late = {"S0": (4, 5), "S1": (0, 5), "S2": (1, 5), "S3": (0, 4), "S4": (0, 6), "S5": (1, 5)}
    contracts, loans, positions = [], [], []
    for person in (*late, "S6"):
        for product, count in zip(("farmer_business", "card"), (*late.get(person, (0, 0)),), strict=True):
            size = 10 if person in late else {"farmer_business": 0, "card": 19}[product]
            for n in range(size):
                name = f"{person}-{product}-{n}"
                contracts.append(
                    {"contract_id": name, "customer_id": "C", "manager_id": person, "contract_type": product}
                )
                loans.append({"loan_id": name, "contract_id": name, "customer_id": "C"})
                positions.append(position(name, 31 if n < count or (person == "S6" and n < 9) else 0))
    found = facts_of("staff", DAY, staff=PEOPLE, contract=contracts, loan=loans, position=positions)
    assert [found[name]["loan_count"] for name in ("S0", "S6", "S7")] == [20, 19, 0]
    assert [found[name]["dpd30_share"] for name in ("S0", "S6", "S7")] == [D("0.45"), D("0.473684"), None]
    # Of 60 farmers' loans 6 are late (0.1) and of 79 cards 39 (0.493671), so 5.93671 of twenty.
    # Ten-thousandths beyond: S0 (9 - 5.93671) / 20, so 1531; S1 -468; S2 31; S3 -968; S4 31; S5 31.
    others = (-468, 31, -968, 31, 31)
    mean = D(sum(others)) / 5
    variance = sum((x - mean) ** 2 for x in others) / 5
    assert found["S0"]["dpd30_vs_peers"] == ((1531 - mean) ** 2 / variance).quantize(D("0.000001"))
    assert found["S1"]["dpd30_vs_peers"] == D(0)
    assert (found["S6"]["dpd30_vs_peers"], found["S7"]["dpd30_vs_peers"]) == (None, None)
    assert found["S0"]["caseload"] == D("0.3")  # one farmer of band A1


def test_caseload_is_weighted_by_class_and_size(facts_of):
    amounts = {"good": "150000", "watch": "150000", "bad": "150000", "huge": "20000000", "small": "100000"}
    kinds = {"watch": "corporate", "small": "individual"}
    customers = [{"customer_id": name, "kind": kinds.get(name, "farmer")} for name in [*amounts, "tiny"]]
    amounts = {**amounts, "tiny": "100000"}
    contracts = [{"contract_id": name, "customer_id": name, "manager_id": "S0"} for name in amounts]
    contracts += [{"contract_id": "second", "customer_id": "good", "manager_id": "S0"}]
    contracts += [{"contract_id": "theirs", "customer_id": "good", "manager_id": "S1"}]
    loans = [
        {"loan_id": name, "contract_id": name, "customer_id": name, "amount": amount}
        for name, amount in amounts.items()
    ]
    loans += [
        {"loan_id": name, "contract_id": name, "customer_id": "good", "amount": "1000"}
        for name in ("second", "theirs")
    ]
    decided = {"watch": "special_mention", "bad": "loss", "huge": "substandard", "second": "normal"}
    decisions = [
        {
            "loan_id": name,
            "decided_on": "2024-06-01",
            "kind": "approval",
            "scheme_id": "cn10a",
            "level_code": "01",
            "five_level": five,
        }
        for name, five in decided.items()
    ]
    found = facts_of(
        "staff",
        DAY,
        staff=PEOPLE,
        customer=customers,
        contract=contracts,
        loan=loans,
        class_decision=decisions,
    )
    # good 1, watch 2, bad 4, huge 4 x 2, small 1, tiny 0.3; the cap of L5 is 40 and L9 has none.
    assert found["S0"]["caseload"] == D("16.3")
    assert found["S0"]["caseload_vs_cap"] == D("0.4075")
    assert (found["S1"]["caseload"], found["S1"]["caseload_vs_cap"]) == (D(1), None)
    assert (found["S2"]["caseload"], found["S2"]["caseload_vs_cap"]) == (D(0), None)
    assert [found["S0"][name] for name in ("loan_count", "dpd30_vs_peers", "unsigned_handover_days")] == [
        None
    ] * 3


def assigned(contract: str, person: str, since: str, **more: object) -> dict[str, object]:
    return {
        "contract_id": contract,
        "staff_id": person,
        "since": since,
        "until": None,
        "handover_signed_on": None,
        "inherited": None,
        **more,
    }


def test_handovers_without_a_signature(facts_of):
    loans = [{"loan_id": f"L{n}", "contract_id": f"K{n}", "customer_id": "C"} for n in range(7)]
    loans[5]["closed_on"] = "2024-06-01"
    rows = [assigned(f"K{n}", "S0", "2023-01-01", until="2024-06-10") for n in range(4)]
    rows += [assigned("K0", "S1", "2024-06-17"), assigned("K1", "S1", "2024-06-18")]
    rows += [assigned("K2", "S2", "2024-06-01", handover_signed_on="2024-06-28")]
    rows += [assigned("K3", "S3", "2024-06-01", until="2024-06-20"), assigned("K3", "S4", "2024-06-20")]
    rows += [
        assigned("K4", "S5", "2024-05-01", inherited=True),
        assigned("K5", "S5", "2024-04-01", inherited=True),
    ]
    rows += [assigned("K6", "S6", "2024-01-01"), assigned("K6", "S6", "2024-06-01")]  # nobody else before
    found = facts_of("staff", DAY, staff=PEOPLE, loan=loans, assignment=rows)
    days = {name: row["unsigned_handover_days"] for name, row in found.items()}
    assert days == {"S0": 0, "S1": 11, "S2": 0, "S3": 0, "S4": 8, "S5": 58, "S6": 0, "S7": 0}
    short = [{k: x for k, x in row.items() if k != "handover_signed_on"} for row in rows]
    assert (
        facts_of("staff", DAY, staff=PEOPLE, loan=loans, assignment=short)["S1"]["unsigned_handover_days"]
        is None
    )


def test_classes_raised_by_hand(facts_of):
    # Twenty decisions each of S0 to S5 on loans of special mention, raised as often as said.
    raised = {"S0": 10, "S1": 1, "S2": 2, "S3": 3, "S4": 4, "S5": 5, "S6": 19}
    rows, loans = [], []

    def decide(loan: str, day: str, kind: str, five: str | None, by: str | None = None) -> None:
        rows.append(
            {
                "loan_id": loan,
                "decided_on": day,
                "kind": kind,
                "scheme_id": "cn10a",
                "level_code": "unheard of",
                "five_level": five,
                "decided_by": by,
            }
        )

    for person, count in raised.items():
        for n in range(19 if person == "S6" else 20):
            name = f"{person}-{n}"
            loans.append({"loan_id": name, "customer_id": "C"})
            decide(name, "2024-06-01", "initial", "special_mention")
            decide(name, "2024-06-01", "determination", "normal" if n < count else "special_mention", person)
    # Not counted: a first decision, one of before the window, one without a class.
    decide("x", "2023-06-29", "initial", "loss", "S0")
    decide("y", "2023-06-01", "initial", "loss")
    decide("y", "2023-06-29", "approval", "normal", "S0")
    decide("y", "2024-06-02", "approval", None, "S0")
    decide("y", "2023-06-30", "determination", "doubtful", "S7")  # the 365th day; worse than before
    decide("y", "2024-06-28", "approval", "substandard", "S7")
    loans += [{"loan_id": name, "customer_id": "C"} for name in "xy"]
    found = facts_of("staff", DAY, staff=PEOPLE, loan=loans, class_decision=rows)
    counts = {name: row["decision_count_365d"] for name, row in found.items()}
    assert counts == {**dict.fromkeys(raised, 20), "S6": 19, "S7": 2}
    shares = {name: row["upgrade_share_365d"] for name, row in found.items()}
    assert (shares["S0"], shares["S1"], shares["S6"], shares["S7"]) == (D("0.5"), D("0.05"), D(1), D("0.5"))
    # Six have decided enough: the 95th percentile of so few is the greatest.
    assert {row["upgrade_share_365d_peer_p95"] for row in found.values()} == {D("0.5")}


def task(
    number: int, kind: str, owner: str, due: str, closed: str | None = None, **more: object
) -> dict[str, object]:
    return {
        "task_id": f"T{number}",
        "kind": kind,
        "owner_id": owner,
        "subject_kind": "customer",
        "subject_id": "C",
        "opened_on": "2024-05-01",
        "due_on": due,
        "closed_on": closed,
        "has_evidence": None,
        **more,
    }


def test_tasks_left_undone(facts_of):
    tasks = [
        task(1, "inspection", "S0", "2024-06-22"),
        task(2, "IN3", "S0", "2024-06-18"),
        task(3, "inspection", "S1", "2024-06-01", "2024-06-28"),  # done
        task(4, "inspection", "S1", "2024-06-28"),  # due today
        task(5, "inspection", "S2", "2024-06-27", "2024-06-29"),  # not closed yet on the day
        task(6, "alert", "S3", "2024-05-20", "2024-05-30", has_evidence=True),
        task(7, "alert", "S4", "2024-05-20", "2024-05-29", has_evidence=False),  # the 31st day before
        task(8, "warning", "S5", "2024-06-08", "2024-06-08", has_evidence=True),
        task(9, "signal", "S5", "2024-06-25"),
        task(10, "tea", "S6", "2024-01-01"),
    ]
    tables = {"staff": PEOPLE, "loan": [{"loan_id": "L", "customer_id": "C"}], "task": tasks}
    found = facts_of("staff", DAY, **tables)
    late = {name: row["inspection_overdue_days"] for name, row in found.items()}
    assert late == {**dict.fromkeys((f"S{n}" for n in range(8)), 0), "S0": 10, "S2": 1}
    late = {name: row["alert_overdue_days"] for name, row in found.items()}
    assert late == {**dict.fromkeys((f"S{n}" for n in range(8)), 0), "S3": 10, "S5": 3}
    assert {row["empty_closing_count_30d"] for row in found.values()} == {0}
    names = ("report_similarity_90d", "same_report_count_90d", "decision_count_365d")
    assert [found["S0"][name] for name in names] == [None] * 3


def test_alerts_closed_without_evidence(facts_of):
    def closed(
        number: int,
        owner: str,
        evidence: bool | None,
        subject: str = "C",
        kind: str = "customer",
        **more: object,
    ):
        more = {"opened_on": "2024-06-10", "closed_on": "2024-06-20", **more}
        return task(
            number,
            "alert",
            owner,
            "2024-06-30",
            subject_kind=kind,
            subject_id=subject,
            has_evidence=evidence,
            **more,
        )

    tasks = [
        closed(1, "S0", False),
        closed(2, "S0", False, "L", "loan"),
        closed(3, "S0", True),
        closed(4, "S0", None),  # one not said beside two said
        closed(5, "S1", None),
        closed(6, "S2", False, "D"),  # called
        closed(7, "S2", False, "D", opened_on="2024-06-16"),  # the call came before
        closed(8, "S3", False, "E"),  # called and not reached
        closed(9, "S4", None, "LF", "loan"),  # visited, so evidence is not asked for
        closed(10, "S5", False, "KF", "contract"),
        closed(11, "S6", False, "tea", "region"),
        closed(12, "S7", False, closed_on="2024-05-29", opened_on="2024-05-01"),
    ]
    call = {"kind": "call", "contacted_on": "2024-06-15"}
    contacts = [{**call, "customer_id": "D", "reached": None}, {**call, "customer_id": "E", "reached": False}]
    visits = [{"visit_id": "v", "customer_id": "F", "kind": "IN3", "visited_on": "2024-06-20"}]
    loans = [{"loan_id": "L", "customer_id": "C"}, {"loan_id": "LF", "customer_id": "F", "contract_id": "KF"}]
    tables = {"staff": PEOPLE, "loan": loans, "task": tasks}
    found = facts_of("staff", DAY, **tables, contact=contacts, visit=visits)
    empty = {name: row["empty_closing_count_30d"] for name, row in found.items()}
    assert empty == {"S0": 2, "S1": None, "S2": 1, "S3": 1, "S4": 0, "S5": 0, "S6": 1, "S7": 0}


def test_reports_that_say_what_others_said(facts_of):
    def visit(number: int, person: str, day: str, text: str | None, alike: str | None) -> dict[str, object]:
        return {
            "visit_id": f"v{number}",
            "customer_id": "C",
            "kind": "IN3",
            "visited_on": day,
            "staff_id": person,
            "report_hash": text,
            "report_similarity": alike,
        }

    visits = [
        visit(1, "S0", "2024-03-31", "a", "0.2"),  # the 90th day, and the first of this report
        visit(2, "S1", "2024-04-01", "a", "0.95"),
        visit(3, "S1", "2024-06-28", "a", None),
        visit(4, "S2", "2024-03-30", "b", "0.99"),
        visit(5, "S3", "2024-06-01", None, None),
        visit(6, "S4", "2024-06-01", "b", None),
        visit(7, "S5", "2024-06-29", "a", "1"),
    ]
    tables = {"staff": PEOPLE, "loan": [{"loan_id": "L", "customer_id": "C"}]}
    found = facts_of("staff", DAY, **tables, visit=visits)
    same = {name: row["same_report_count_90d"] for name, row in found.items()}
    assert same == {"S0": 0, "S1": 2, "S2": 0, "S3": None, "S4": 1, "S5": 0, "S6": 0, "S7": 0}
    alike = {name: row["report_similarity_90d"] for name, row in found.items()}
    assert alike == {
        "S0": D("0.2"),
        "S1": D("0.95"),
        "S2": D(0),
        "S3": None,
        "S4": None,
        "S5": D(0),
        "S6": D(0),
        "S7": D(0),
    }
