"""Why a customer has a colour: signals in order, and which of them are new."""

from __future__ import annotations

from collections.abc import Sequence

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.policy.entries import Signal
from postloan.results import Prior
from postloan.warnings.counts import kinds, rank

_SEVERITY_STEP = 1_000_000
_FAMILY_STEP = 1_000


def reasons(signal: Table, signals: Sequence[Signal], precedence: Sequence[str]) -> Table:
    """Give each customer's reasons as JSON: customer_id, reasons.

    A reason is `{code, severity, subject, threshold, value}`. The worst severity comes first, then
    families in the pack's order of precedence, then codes, then subjects.
    """
    rows = signal.filter(signal.customer_id.notnull())
    reason = v.json_object(
        {
            "code": v.json_text(rows.code),
            "severity": v.json_text(rows.severity),
            "value": v.json_text(rows.value),
            "threshold": v.json_text(rows.threshold_applied),
            "subject": v.json_text(v.concat(rows.subject_kind, ":", rows.subject_id)),
        }
    )
    rows = rows.select(
        "customer_id",
        place=rank(rows.severity) * _SEVERITY_STEP + _order(rows.code, signals, precedence),
        reason=reason,
    )
    return rows.group_by("customer_id").aggregate(reasons=v.json_list(rows.reason, rank=rows.place))


def _order(code: Column, signals: Sequence[Signal], precedence: Sequence[str]) -> Column:
    """Give the place of a code: of its family in the order of precedence, unlisted last, then its own."""
    families = {name: place for place, name in enumerate(precedence)}
    steps = []
    for own, signal in enumerate(sorted(signals, key=lambda signal: signal.code)):
        place = families.get(signal.family, len(families)) * _FAMILY_STEP + own
        steps.append((code == signal.code, v.literal(place, "integer")))
    return v.when(steps, v.literal(_SEVERITY_STEP - 1, "integer"))


def new_kinds(today: Table, prior: Prior | None) -> Table:
    """Give the codes that the last run's warning did not have, or had milder: customer_id, new_kinds (JSON).

    A change to a worse severity is a new kind (signals.md, C0: new kind, new message).
    """
    rows = today
    if prior is not None and "signal" in prior.tables:
        before = kinds(prior.tables["signal"])
        before = before.select(_customer=before.customer_id, _code=before.code, _worst=before.worst)
        rows = rows.left_join(before, [rows.customer_id == before["_customer"], rows.code == before["_code"]])
        rows = rows.filter(rows["_worst"].isnull() | (rows.worst < rows["_worst"]))
    return rows.group_by("customer_id").aggregate(new_kinds=v.json_list(v.json_text(rows.code)))
