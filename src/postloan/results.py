"""The tables that a run writes, as the contract states them, and what a later run may read of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from postloan.engine.schema import Field, Kind, TableSchema
from postloan.engine.types import Table

SEVERITIES = ("red", "orange", "yellow", "blue")
"""Severities of signals and colours of warnings, worst first."""

FIVE_LEVELS = ("normal", "special_mention", "substandard", "doubtful", "loss")
"""The regulatory classes, best first."""


def _fields(text: str) -> tuple[Field, ...]:
    fields = []
    for part in text.split():
        name, _, kind = part.partition(":")
        fields.append(Field(name, _KINDS[kind], required=False))
    return tuple(fields)


_KINDS: dict[str, Kind] = {
    "": "string",
    "d": "date",
    "i": "integer",
    "m": "money",
    "n": "decimal",
    "b": "boolean",
    "j": "json",
    "t": "timestamp",
}

LOAN_STATE = TableSchema(
    "loan_state",
    _fields(
        "loan_id as_of:d customer_id institution_id manager_id exposure_kind currency balance:m "
        "overdue_amount:m "
        "days_past_due:i dpd_source scheme_id class_previous class_matrix class_floor class_machine "
        "class_final "
        "five_level matrix_rule_id floor_rule_ids:j missing:j upgrade_proposed suit_status "
        "amount_band on_off "
        "observation_ends_on:d policy_version"
    ),
    key=("loan_id",),
    doc="One row for each exposure with disbursed_on up to the day that is not closed on it.",
)

CLASS_BASIS = TableSchema(
    "class_basis",
    _fields(
        "loan_id as_of:d customer_id first_class worst_on_balance_class other_npl_claim_count:i "
        "debtor_npl_share:n "
        "is_full_cash_pledge:b is_warning_confirmed:b is_warning_dismissed:b rating_rank:i "
        "debt_service_cover:n credit_grade modifiers:j restructuring_state observation_starts_on:d "
        "observation_missed_count:i "
        "class_decided decided_on:d refused:j held:j u1 u2 u3 u4 u5 paid_normally_since_on:d "
        "upgrade_from_on:d "
        "reference_table reference_row reference_class "
        "provision_before:m provision_after:m policy_version"
    ),
    key=("loan_id",),
    doc="What the class of each exposure rests on, in the second step, by people and beside the class; kept "
    "for `explain` and reports.",
)

SIGNAL = TableSchema(
    "signal",
    _fields(
        "as_of:d subject_kind subject_id code customer_id state suppressed_by severity value threshold_fixed "
        "threshold_applied opened_on:d evidence:j"
    ),
    key=("subject_kind", "subject_id", "code"),
    doc="Signals that fired; a suppressed one counts for colour, class and measures all the same.",
)

SIGNAL_COVERAGE = TableSchema(
    "signal_coverage",
    _fields("as_of:d code subjects:i fired:i suppressed:i clear:i not_measurable:i missing:j"),
    key=("code",),
    doc="How many subjects of each signal fired, were suppressed, were clear or could not be measured.",
)

WARNING = TableSchema(
    "warning",
    _fields(
        "as_of:d subject_kind subject_id customer_id colour episode_id opened_on:d colour_since:d "
        "score:i reasons:j "
        "new_kinds:j rule_id owner_role owner_id policy_version"
    ),
    key=("subject_kind", "subject_id"),
    doc="One row for each subject with a colour.",
)

MEASURE_DUE = TableSchema(
    "measure_due",
    _fields(
        "as_of:d measure_id measure_code level loan_id customer_id nature choice_group owner_role owner_id "
        "approver_role opened_on:d due_on:d hard_stop_on:d clock_id blocks:j rule_ids:j because:j "
        "policy_version"
    ),
    key=("measure_id",),
    doc="Measures that are due, offered or on guard, each with its owner and deadline.",
)

CLOCK = TableSchema(
    "clock",
    _fields(
        "as_of:d clock_id kind loan_id customer_id starts_on:d interrupted_on:d ends_on:d "
        "days_left:i evidence:j state"
    ),
    key=("clock_id",),
    doc="Legal clocks of a loan or a customer: running, suspended, satisfied, expired or not_measurable.",
)

RUN = TableSchema(
    "run",
    _fields(
        "run_id as_of:d mode input_hash prior_run_id policy_version engine version started:t ended:t "
        "state reason "
        "stages:j result_hash"
    ),
    key=("run_id",),
    doc="The ledger's row of a run.",
)

HASHED = (LOAN_STATE, SIGNAL, SIGNAL_COVERAGE, WARNING, MEASURE_DUE, CLOCK)
"""The tables under the result hash, in its order."""

FLOWS_BACK = ("loan_state", "signal", "warning", "measure_due", "facts_loan", "facts_customer")
"""The results of the last good run that the next one may read."""


@dataclass(frozen=True)
class Prior:
    """The last good run before this one.

    Args:
        run_id: the run whose results these are.
        as_of: its business date.
        first_run_on: the business date of the store's first run.
        tables: its results by name, with money as integer cents; a missing one was not kept.
        fingerprint: what its results follow from and come to, for the input hash.
    """

    run_id: str
    as_of: date
    first_run_on: date
    tables: Mapping[str, Table]
    fingerprint: str = ""
