"""Colours, scores, reasons, episodes and owners, from signals made by hand."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan import warnings
from postloan.engine import Field
from postloan.policy import pack, table
from postloan.results import SEVERITIES
from tests import stages

DAY = date(2024, 6, 28)
QUICK = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NONE = "none"

# Families: REP repayment, ACC account, COL collateral, OBS off_balance.
COLOURS = {
    "nothing": ((), NONE, None),
    "blue": ((("REP02", "blue"),), "blue", "blue"),
    "many blue": (
        (("REP02", "blue"), ("ACC06", "blue"), ("COL01", "blue"), ("OBS07", "blue")),
        "blue",
        "blue",
    ),
    "yellow": ((("REP03", "yellow"),), "yellow", "yellow"),
    "two yellow": ((("REP03", "yellow"), ("ACC01", "yellow")), "yellow", "yellow"),
    "three yellow of one family": (
        (("REP03", "yellow"), ("REP06", "yellow"), ("REP15", "yellow")),
        "yellow",
        "yellow",
    ),
    "three yellow of two families": (
        (("REP03", "yellow"), ("REP06", "yellow"), ("ACC01", "yellow")),
        "orange",
        "three_yellow",
    ),
    "orange": ((("REP04", "orange"),), "orange", "orange"),
    "two orange of one family": ((("REP04", "orange"), ("REP06", "orange")), "orange", "orange"),
    "two orange of two families": ((("REP04", "orange"), ("ACC02", "orange")), "red", "two_orange"),
    "red": ((("REP05", "red"),), "red", "red"),
    "red with the rest": ((("REP05", "red"), ("REP06", "orange"), ("ACC06", "blue")), "red", "red"),
}


@pytest.fixture(scope="module")
def policy():
    return pack.load("cn_rural").as_of(DAY)


def evaluate(engine, policy, rows, customers=(), more=(), prior=None):
    """Give the warnings by customer, for signals of the customers named in them and in `customers`."""
    known = {row["id"]: row for row in customers}
    named = {row["customer_id"] for row in rows if row["customer_id"]}
    full = [known.get(name, {"id": name}) for name in sorted(named | set(known))]
    facts = stages.facts(engine, more, customer=full)
    signals = {"signal": stages.signal_table(engine, rows)}
    found = warnings.evaluate(engine, facts, signals, policy, prior, DAY)
    return {row["subject_id"]: row for row in engine.rows(found["warning"])}


def of(customer, *kinds):
    return [stages.signal_row(customer, code, severity) for code, severity in kinds]


def test_colours(engine, policy):
    rows = [row for name, (kinds, _, _) in COLOURS.items() for row in of(name, *kinds)]
    found = evaluate(engine, policy, rows, [{"id": "nothing"}])
    assert {name: row["colour"] for name, row in found.items()} == {
        name: colour for name, (_, colour, _) in COLOURS.items() if colour != NONE
    }
    assert {name: row["rule_id"] for name, row in found.items()} == {
        name: rule for name, (_, _, rule) in COLOURS.items() if rule
    }


def test_a_kind_counts_once_however_many_loans_show_it(engine, policy):
    rows = [
        stages.signal_row("C1", code, "yellow", subject_kind="loan", subject_id=f"L{i}")
        for i in range(5)
        for code in ("REP03", "ACC19")
    ]
    assert evaluate(engine, policy, rows)["C1"]["colour"] == "yellow"


def test_a_suppressed_signal_counts_all_the_same(engine, policy):
    row = stages.signal_row("C1", "REP05", "red", state="suppressed", suppressed_by="REP05:2024-06-20")
    assert evaluate(engine, policy, [row])["C1"]["colour"] == "red"


def test_a_signal_of_no_customer_colours_nobody(engine, policy):
    row = stages.signal_row("C1", "REG01", "red", subject_kind="region", subject_id="R1", customer_id=None)
    assert evaluate(engine, policy, [row], [{"id": "C1"}]) == {}


# An orange of accounts was told before; an orange of repayment stands today.
@pytest.mark.parametrize(
    ("days_ago", "rank", "code", "today", "colour"),
    [
        (89, 2, "ACC02", "orange", "red"),
        (90, 2, "ACC02", "orange", "red"),
        (91, 2, "ACC02", "orange", "orange"),
        (10, 1, "ACC02", "orange", "red"),
        (10, 3, "ACC02", "orange", "orange"),
        (10, 2, "REP06", "orange", "orange"),
        (10, 2, "ACC02", "yellow", "yellow"),
    ],
)
def test_two_orange_combine_within_ninety_days(engine, policy, days_ago, rank, code, today, colour):
    on, order = f"last_fired_on_{code}", f"last_fired_rank_{code}"
    customer = {"id": "C1", on: DAY - timedelta(days=days_ago), order: rank}
    more = [Field(on, "date"), Field(order, "integer")]
    found = evaluate(engine, policy, of("C1", ("REP04", today)), [customer], more)
    assert found["C1"]["colour"] == colour


# Points by the pack's table `score`: what each fact adds at and around the ends of its bands.
POINTS = [
    ("worst_dpd_days", 0, 0),
    ("worst_dpd_days", 1, 40),
    ("worst_dpd_days", 7, 40),
    ("worst_dpd_days", 8, 80),
    ("worst_dpd_days", 30, 80),
    ("worst_dpd_days", 31, 300),
    ("worst_dpd_days", 60, 300),
    ("worst_dpd_days", 61, 330),
    ("worst_dpd_days", 4000, 330),
    *(
        ("month_end_overdue_count_6m", n, points)
        for n, points in enumerate((0, 100, 150, 200, 250, 300, 350))
    ),
    ("payment_share_1m", Decimal(0), 30),
    ("payment_share_1m", Decimal("0.000001"), 0),
    ("utilisation_share", Decimal("0.499999"), 0),
    ("utilisation_share", Decimal("0.5"), 20),
    ("utilisation_share", Decimal("-0.1"), 0),
    ("overdraft_month_count_6m", 0, 0),
    ("overdraft_month_count_6m", 1, 30),
    ("overdraft_month_count_6m", 2, 30),
    ("overdraft_month_count_6m", 3, 60),
    ("penalty_interest_60d_amt", Decimal(0), 0),
    ("penalty_interest_60d_amt", Decimal("0.01"), 30),
    ("late_1to7_count_6m", 2, 0),
    ("late_1to7_count_6m", 3, 30),
    ("credits_3m_yoy", Decimal("0.499999"), 40),
    ("credits_3m_yoy", Decimal("0.5"), 20),
    ("credits_3m_yoy", Decimal("0.699999"), 20),
    ("credits_3m_yoy", Decimal("0.7"), 0),
    ("returned_debit_count_90d", 1, 0),
    ("returned_debit_count_90d", 2, 40),
    ("is_account_frozen", False, 0),
    ("is_account_frozen", True, 60),
]


def test_points(engine, policy):
    customers = [{"id": f"C{i:02d}", fact: value} for i, (fact, value, _) in enumerate(POINTS)]
    rows = [row for customer in customers for row in of(customer["id"], ("REP02", "blue"))]
    found = evaluate(engine, policy, rows, customers)
    assert [found[f"C{i:02d}"]["score"] for i in range(len(POINTS))] == [points for _, _, points in POINTS]


def test_the_worst_that_can_be_stays_below_a_thousand(engine, policy):
    worst = {
        "id": "C1",
        "worst_dpd_days": 500,
        "month_end_overdue_count_6m": 6,
        "payment_share_1m": Decimal(0),
        "utilisation_share": Decimal(2),
        "overdraft_month_count_6m": 6,
        "penalty_interest_60d_amt": Decimal(10),
        "late_1to7_count_6m": 9,
        "credits_3m_yoy": Decimal(0),
        "returned_debit_count_90d": 9,
        "is_account_frozen": True,
    }
    found = evaluate(engine, policy, of("C1", ("REP05", "red")), [worst])
    # 330 + 350 + 30 + 20 measured, 60 + 30 + 30 + 40 + 40 + 60 by judgement
    assert found["C1"]["score"] == 990


def test_reasons_stand_in_order(engine, policy):
    rows = [
        *of("C1", ("ACC06", "blue"), ("REP16", "yellow"), ("ACC01", "yellow"), ("REP03", "yellow")),
        stages.signal_row("C1", "COL01", "orange", subject_kind="collateral", subject_id="K2"),
        stages.signal_row("C1", "COL01", "orange", subject_kind="collateral", subject_id="K1"),
        stages.signal_row(
            "C1", "ACC02", "orange", value='0.4"', threshold_applied="0.5", threshold_fixed="0.7"
        ),
    ]
    reasons = json.loads(evaluate(engine, policy, rows)["C1"]["reasons"])
    assert [(reason["code"], reason["subject"]) for reason in reasons] == [
        ("COL01", "collateral:K1"),
        ("COL01", "collateral:K2"),
        ("ACC02", "customer:C1"),
        ("REP03", "customer:C1"),
        ("REP16", "customer:C1"),
        ("ACC01", "customer:C1"),
        ("ACC06", "customer:C1"),
    ]
    assert reasons[2] == {
        "code": "ACC02",
        "severity": "orange",
        "subject": "customer:C1",
        "threshold": "0.5",
        "value": '0.4"',
    }


def warned(customer, colour, opened, since):
    return {
        "subject_kind": "customer",
        "subject_id": customer,
        "customer_id": customer,
        "colour": colour,
        "opened_on": opened,
        "colour_since": since,
    }


def test_an_episode_lasts_as_long_as_the_warning(engine, policy):
    opened, since = date(2024, 3, 1), date(2024, 5, 1)
    before = [warned("kept", "orange", opened, since), warned("worse", "yellow", opened, since)]
    prior = stages.prior(engine, date(2024, 6, 27), [], before)
    rows = [*of("kept", ("REP04", "orange")), *of("worse", ("REP05", "red")), *of("fresh", ("REP05", "red"))]
    found = evaluate(engine, policy, rows, prior=prior)
    assert {
        name: (row["episode_id"], row["opened_on"], row["colour_since"]) for name, row in found.items()
    } == {
        "kept": ("customer:kept:2024-03-01", opened, since),
        "worse": ("customer:worse:2024-03-01", opened, DAY),
        "fresh": ("customer:fresh:2024-06-28", DAY, DAY),
    }


def test_new_kinds_are_those_that_were_not_there_or_were_milder(engine, policy):
    before = of("C1", ("REP06", "yellow"), ("REP03", "yellow"), ("ACC02", "orange"), ("ACC01", "yellow"))
    prior = stages.prior(engine, date(2024, 6, 27), before)
    today = of("C1", ("REP06", "orange"), ("REP03", "yellow"), ("ACC02", "yellow"), ("REP15", "yellow"))
    found = evaluate(engine, policy, today, prior=prior)
    assert found["C1"]["new_kinds"] == '["REP06","REP15"]'
    same = evaluate(engine, policy, before, prior=prior)
    assert same["C1"]["new_kinds"] == "[]"


def test_on_a_first_run_every_kind_is_new(engine, policy):
    found = evaluate(engine, policy, of("C1", ("REP04", "orange"), ("ACC06", "blue")))
    assert found["C1"]["new_kinds"] == '["ACC06","REP04"]'


def test_the_owner_manages_the_largest_exposure(engine, policy):
    rows = [*of("C1", ("REP04", "orange")), *of("C2", ("REP04", "orange"))]
    found = evaluate(
        engine, policy, rows, [{"id": "C1", "manager_id": "S7"}, {"id": "C2", "manager_id": None}]
    )
    assert [(row["owner_role"], row["owner_id"]) for row in (found["C1"], found["C2"])] == [
        ("customer_manager", "S7"),
        ("customer_manager", None),
    ]
    assert {row["policy_version"] for row in found.values()} == {policy.version}


_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C2", "C3"]),
        st.sampled_from(["REP02", "REP03", "REP06", "ACC01", "ACC02", "COL01", "OBS07"]),
        st.sampled_from(SEVERITIES),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row[:2],
)


@QUICK
@given(kinds=_ROWS, seed=st.integers(0, 9))
def test_the_order_of_rows_does_not_matter(engine, policy, kinds, seed):
    rows = [stages.signal_row(*kind) for kind in kinds]
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert evaluate(engine, policy, rows) == evaluate(engine, policy, shuffled)


@given(kinds=_ROWS, data=st.data())
def test_a_worse_signal_never_gives_a_milder_colour(policy, kinds, data):
    compiled = table.compile(policy.table("colour"), warnings.environment(), DAY)
    mine = {code: SEVERITIES.index(severity) for _, code, severity in kinds}
    worse = dict(mine)
    code = data.draw(st.sampled_from(sorted(mine)))
    worse[code] = data.draw(st.integers(0, mine[code]))
    before, after = (SEVERITIES.index(_colour(compiled, state)) for state in (mine, worse))
    assert after <= before


def _colour(compiled, state):
    counts = {f"customer.{name}_count": list(state.values()).count(i) for i, name in enumerate(SEVERITIES)}
    for place, name in ((1, "orange"), (2, "yellow")):
        families = {code[:3] for code, severity in state.items() if severity == place}
        counts[f"customer.{name}_family_count"] = len(families)
    (answer,) = compiled.decide(counts)
    return answer["colour"]


def test_red_or_orange_without_arrears_has_points_of_its_own(engine, policy):
    cases = {  # days past due, signals, points
        "red": (0, [("OBS07", "red")], 300),
        "red, days not known": (None, [("OBS07", "red")], 300),
        "red and a day late": (1, [("OBS07", "red")], 40),
        "orange": (0, [("COL01", "orange")], 150),
        "red and orange": (0, [("OBS07", "red"), ("COL01", "orange")], 300),
        "yellow": (0, [("ACC01", "yellow")], 0),
    }
    customers = [{"id": name, "worst_dpd_days": days} for name, (days, _, _) in cases.items()]
    rows = [row for name, (_, signals, _) in cases.items() for row in of(name, *signals)]
    found = evaluate(engine, policy, rows, customers)
    assert {name: row["score"] for name, row in found.items()} == {
        n: points for n, (_, _, points) in cases.items()
    }
