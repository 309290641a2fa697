"""Who approves a measure, where that depends on the amount or on what it is asked for."""

from __future__ import annotations

from postloan.engine import Engine, Field, Table
from postloan.engine import verbs as v
from postloan.policy.pack import Policy

_FIELDS = tuple(Field(name, "string") for name in ("_measure", "_band", "_role"))


def with_approver(engine: Engine, merged: Table, rules: Table, loans: Table, policy: Policy) -> Table:
    """Put the approver of the rows that ask, else of the amount band, in place of the measure's own.

    A band that is not known keeps the measure's own approver, which the pack makes the highest. Of several
    rows that name one the first by its id counts.

    Args:
        engine: the engine that computes.
        merged: the measures, with measure, subject_id, loan_id and approver_role.
        rules: the rows that asked: _code, _subject, rule_id.
        loans: the frame of measures, which has the amount bands.
        policy: the policy in force.
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
    merged = merged.mutate(approver_role=role).drop("_of", "_known", "_measure", "_band", "_role")
    return _by_rule(engine, merged, rules, policy)


def _by_rule(engine: Engine, merged: Table, rules: Table, policy: Policy) -> Table:
    rows = [
        {"_measure": code, "_rule": rule, "_role": role or None}
        for code, measure in policy.measures.items()
        for rule, role in measure.approver_by_rule.items()
    ]
    if not rows:
        return merged
    named = engine.from_rows(rows, [Field(name, "string") for name in rows[0]], "approvers_by_rule")
    found = rules.inner_join(named, [rules["_code"] == named["_measure"], rules.rule_id == named["_rule"]])
    first = v.row_number(partition=[found["_code"], found["_subject"]], order=[(found.rule_id, "asc")])
    found = found.mutate(_nth=first)
    found = found.filter(found["_nth"] == 1).select(
        "_code", "_subject", "_role", _says=v.literal(True, "boolean")
    )
    merged = merged.left_join(
        found, [merged.measure == found["_code"], merged.subject_id == found["_subject"]]
    )
    role = v.when([(merged["_says"].fill_null(False), merged["_role"])], merged.approver_role)
    return merged.mutate(approver_role=role).drop("_code", "_subject", "_role", "_says")
