"""For every signal of the pack: facts by hand, and what must be said of them.

`base` is what the guard asks for. Each case names what differs from it, and the state: a severity, `clear`
or `not_measurable`. The cases stand before, at and behind each threshold.
"""

from __future__ import annotations

from decimal import Decimal

D = Decimal
NM = "not_measurable"

_OWN = {"is_entrusted": False}
_OPEN = {"has_open_loan": True}
_NOT_OURS = ({"is_entrusted": True}, "clear"), ({"is_entrusted": None}, NM)
_NO_LOAN = ({"has_open_loan": False}, "clear"), ({"has_open_loan": None}, NM)


def _on(fact, *graded):
    return tuple(({fact: value}, state) for value, state in graded)


CASES = {
    "REP01": (
        _OWN | {"due_count": 1, "is_first_due_unpaid": True, "days_since_first_due_days": 10},
        (
            *_on("days_since_first_due_days", (2, "clear"), (3, "red"), (4, "red"), (None, NM)),
            ({"is_first_due_unpaid": False}, "clear"),
            ({"is_first_due_unpaid": None}, NM),
            ({"is_first_due_unpaid": None, "is_entrusted": True}, "clear"),
            ({"due_count": 0, "is_first_due_unpaid": None, "days_since_first_due_days": None}, "clear"),
            ({"due_count": None}, NM),
            *_NOT_OURS,
        ),
    ),
    "REP02": (
        _OWN | {"dpd_days": 3},
        (*_on("dpd_days", (0, "clear"), (1, "blue"), (7, "blue"), (8, "clear"), (None, NM)), *_NOT_OURS),
    ),
    "REP03": (
        _OWN | {"dpd_days": 9},
        (
            *_on("dpd_days", (7, "clear"), (8, "yellow"), (30, "yellow"), (31, "clear"), (None, NM)),
            *_NOT_OURS,
        ),
    ),
    "REP04": (
        _OWN | {"dpd_days": 40},
        (
            *_on("dpd_days", (30, "clear"), (31, "orange"), (60, "orange"), (61, "clear"), (None, NM)),
            *_NOT_OURS,
        ),
    ),
    "REP05": (
        _OWN | {"dpd_days": 100},
        (*_on("dpd_days", (60, "clear"), (61, "red"), (90, "red"), (91, "red"), (None, NM)), *_NOT_OURS),
    ),
    "REP06": (
        _OPEN | {"month_end_overdue_count_6m": 3, "late_1to7_count_6m": 0},
        (
            *_on("month_end_overdue_count_6m", (1, "clear"), (2, "yellow"), (4, "yellow"), (5, "orange")),
            *_on("month_end_overdue_count_6m", (6, "orange")),
            ({"month_end_overdue_count_6m": 1, "late_1to7_count_6m": 2}, "clear"),
            ({"month_end_overdue_count_6m": 1, "late_1to7_count_6m": 3}, "yellow"),
            ({"month_end_overdue_count_6m": 0, "late_1to7_count_6m": 3}, "yellow"),
            ({"month_end_overdue_count_6m": 2, "late_1to7_count_6m": None}, "yellow"),
            ({"month_end_overdue_count_6m": 1, "late_1to7_count_6m": None}, "clear"),
            ({"month_end_overdue_count_6m": None, "late_1to7_count_6m": 2}, "clear"),
            ({"month_end_overdue_count_6m": None, "late_1to7_count_6m": 3}, "yellow"),
            ({"month_end_overdue_count_6m": None, "late_1to7_count_6m": None}, NM),
            *_NO_LOAN,
        ),
    ),
    "REP07": (
        _OWN | {"partial_due_count_last4": 2},
        (*_on("partial_due_count_last4", (1, "clear"), (2, "yellow"), (3, "yellow"), (None, NM)), *_NOT_OURS),
    ),
    "REP09": (
        _OWN | {"days_to_next_due_days": 7, "funds_ready_share": D("0.1")},
        (
            *_on(
                "funds_ready_share", (D("0.499999"), "yellow"), (D("0.5"), "clear"), (D("0.500001"), "clear")
            ),
            *_on("funds_ready_share", (None, NM)),
            *_on("days_to_next_due_days", (6, "yellow"), (7, "yellow"), (8, "clear"), (None, "clear")),
            *_NOT_OURS,
        ),
    ),
    "REP13": (
        _OWN | {"late_slope_days": D("2.5"), "late_last_days": 6},
        (
            *_on("late_slope_days", (D("1.999999"), "clear"), (D(2), "clear"), (D("2.000001"), "yellow")),
            *_on("late_slope_days", (None, NM)),
            *_on("late_last_days", (4, "clear"), (5, "clear"), (6, "yellow"), (None, NM)),
            *_NOT_OURS,
        ),
    ),
    "REP15": (
        _OWN | {"full_limit_days_90d": 70},
        (*_on("full_limit_days_90d", (59, "clear"), (60, "yellow"), (61, "yellow"), (None, NM)), *_NOT_OURS),
    ),
    "REP16": (
        _OWN | {"overlimit_days": 10, "contract_type": "working_capital"},
        (
            *_on("overlimit_days", (0, "clear"), (1, "yellow"), (30, "yellow"), (31, "orange"), (None, NM)),
            ({"overlimit_days": 31, "contract_type": "card"}, "yellow"),
            ({"overlimit_days": 31, "contract_type": None}, NM),
            *_NOT_OURS,
        ),
    ),
    "ACC01": (
        _OPEN | {"days_of_history_days": 200, "balance_30d_vs_180d": D("0.1")},
        (
            *_on("balance_30d_vs_180d", (D("0.049999"), "orange"), (D("0.05"), "yellow")),
            *_on("balance_30d_vs_180d", (D("0.299999"), "yellow"), (D("0.3"), "clear"), (D("0.31"), "clear")),
            *_on("balance_30d_vs_180d", (None, NM)),
            *_on("days_of_history_days", (179, "clear"), (180, "yellow"), (181, "yellow"), (None, NM)),
            *_NO_LOAN,
        ),
    ),
    "ACC02": (
        _OPEN | {"months_of_history_count": 15, "credits_3m_yoy": D("0.6")},
        (
            *_on(
                "credits_3m_yoy", (D("0.499999"), "orange"), (D("0.5"), "yellow"), (D("0.500001"), "yellow")
            ),
            *_on("credits_3m_yoy", (D("0.699999"), "yellow"), (D("0.7"), "clear"), (D("0.700001"), "clear")),
            *_on("credits_3m_yoy", (None, NM)),
            *_on("months_of_history_count", (14, "clear"), (15, "yellow"), (16, "yellow"), (None, NM)),
            *_NO_LOAN,
        ),
    ),
    "ACC04": (
        _OPEN | {"cash_out_30d_amt": D(60000), "cash_out_share_30d": D("0.4")},
        (
            *_on(
                "cash_out_share_30d",
                (D("0.299999"), "clear"),
                (D("0.3"), "yellow"),
                (D("0.300001"), "yellow"),
            ),
            *_on("cash_out_share_30d", (None, NM)),
            *_on(
                "cash_out_30d_amt", (D("49999.99"), "clear"), (D(50000), "yellow"), (D("50000.01"), "yellow")
            ),
            *_on("cash_out_30d_amt", (None, NM)),
            *_NO_LOAN,
        ),
    ),
    "ACC06": (
        _OPEN | {"overdraft_month_count_6m": 0, "has_overdraft_60d": False, "penalty_interest_60d_amt": D(0)},
        (
            *_on("overdraft_month_count_6m", (2, "clear"), (3, "yellow"), (4, "yellow"), (None, NM)),
            *_on("has_overdraft_60d", (True, "blue"), (False, "clear"), (None, NM)),
            *_on("penalty_interest_60d_amt", (D("0.01"), "blue"), (D(0), "clear"), (None, NM)),
            ({"overdraft_month_count_6m": 3, "has_overdraft_60d": True}, "yellow"),
            *_NO_LOAN,
        ),
    ),
    "ACC07": (
        _OPEN | {"days_of_history_days": 90, "balance_avg_90d_vs_debt": D("0.0001")},
        (
            *_on("balance_avg_90d_vs_debt", (D("0.000499"), "yellow"), (D("0.0005"), "clear")),
            *_on("balance_avg_90d_vs_debt", (D("0.000501"), "clear"), (None, NM)),
            *_on("days_of_history_days", (89, "clear"), (90, "yellow"), (91, "yellow"), (None, NM)),
            *_NO_LOAN,
        ),
    ),
    "ACC09": (
        _OPEN | {"returned_debit_count_30d": 2, "returned_debit_count_90d": 2},
        (
            *_on("returned_debit_count_30d", (1, "clear"), (2, "yellow"), (3, "yellow"), (None, NM)),
            *_on("returned_debit_count_90d", (2, "yellow"), (3, "orange"), (4, "orange"), (None, NM)),
            ({"returned_debit_count_30d": 0, "returned_debit_count_90d": 3}, "orange"),
            *_NO_LOAN,
        ),
    ),
    "ACC10": (
        _OPEN | {"is_account_frozen": True},
        (*_on("is_account_frozen", (True, "red"), (False, "clear"), (None, NM)), *_NO_LOAN),
    ),
    "ACC15": (
        _OPEN | {"days_since_credit_days": 100},
        (
            *_on("days_since_credit_days", (59, "clear"), (60, "yellow"), (61, "yellow"), (None, NM)),
            *_NO_LOAN,
        ),
    ),
    "ACC19": (
        _OWN | {"utilisation_chg_1m": D("0.5")},
        (
            *_on("utilisation_chg_1m", (D("0.4"), "clear"), (D("0.400001"), "yellow")),
            *_on("utilisation_chg_1m", (D("-0.4"), "clear"), (D("-0.400001"), "yellow")),
            *_on("utilisation_chg_1m", (D(0), "clear"), (None, NM)),
            *_NOT_OURS,
        ),
    ),
    "COL01": (
        {"ltv": D("0.8"), "max_ltv": D("0.7")},
        (
            *_on("ltv", (D("0.699999"), "clear"), (D("0.7"), "clear"), (D("0.700001"), "orange"), (None, NM)),
            *_on("max_ltv", (D("0.8"), "clear"), (None, NM)),
        ),
    ),
    "OBS07": (
        _OWN | {"advance_amt": D(5)},
        (*_on("advance_amt", (D(0), "clear"), (D("0.01"), "red"), (D(100), "red"), (None, NM)), *_NOT_OURS),
    ),
}
