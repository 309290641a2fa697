"""Who approves a measure, where that depends on the amount."""

from __future__ import annotations

from postloan.engine import Engine, Field, Table
from postloan.engine import verbs as v
from postloan.policy.pack import Policy

_FIELDS = tuple(Field(name, "string") for name in ("_measure", "_band", "_role"))


def with_approver(engine: Engine, merged: Table, loans: Table, policy: Policy) -> Table:
    """Put the approver of the customer's amount band in place of the measure's own where it names one.

    A band that is not known keeps the measure's own approver, which the pack makes the highest.
    """
    rows = [
        {"_measure": code, "_band": band, "_role": role or None}
        for code, measure in policy.measures.items()
        for band, role in measure.approver_by_band.items()
    ]
    by_band = engine.from_rows(rows, list(_FIELDS), "approvers")
    bands = loans.select(_of="subject_id", _known="loan__amount_band")
    merged = merged.left_join(bands, merged.loan_id == bands["_of"])
    merged = merged.left_join(
        by_band, [merged.measure == by_band["_measure"], merged["_known"] == by_band["_band"]]
    )
    role = v.when([(merged["_measure"].notnull(), merged["_role"])], merged.approver_role)
    return merged.mutate(approver_role=role).drop("_of", "_known", "_measure", "_band", "_role")
