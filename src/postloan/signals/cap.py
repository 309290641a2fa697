"""The cap on what one wrong signal can do in a day.

A feed that breaks, or a threshold mistyped, can fire a signal on half the book overnight. What a signal newly
fires beyond its cap is held for the day: it is kept with its severity, counts as blue for colours, and stands
among the run's findings. The next run lets it through unless somebody has mended the feed or the signal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.policy.pack import Policy

PARAMETER = "signal_day_cap"
"""Parameter of the pack: `share` of the subjects measured and `count`; new firings beyond both are held."""

HELD = "day_cap:"
"""Begins `suppressed_by` of what is held; the day follows."""


def hold(engine: Engine, signal: Table, policy: Policy, measured: Mapping[str, int], as_of: date) -> Table:
    """Suppress what each signal newly fires on the day where that is beyond the cap.

    Args:
        engine: computes.
        signal: the day's firings, each with its first day.
        policy: holds the cap; without the parameter nothing is held.
        measured: subjects measured, by code.
        as_of: the business date.
    """
    limits = policy.parameters.get(PARAMETER)
    if limits is None:
        return signal
    share, least = Decimal(str(limits["share"])), int(limits["count"])
    is_new = signal.opened_on == v.literal(as_of, "date")
    counted = engine.rows(signal.group_by("code").aggregate(fresh=v.count_if(is_new)))
    beyond = [
        str(row["code"])
        for row in counted
        if row["fresh"] > least and row["fresh"] > share * measured.get(row["code"], 0)
    ]
    if not beyond:
        return signal
    held = is_new & signal.code.isin(tuple(beyond))
    return engine.materialise(
        signal.mutate(
            state=held.ifelse(v.literal("suppressed", "string"), signal.state),
            suppressed_by=held.ifelse(
                v.literal(f"{HELD}{as_of.isoformat()}", "string"), signal.suppressed_by
            ),
        ),
        "signal_held",
    )


def is_held(signal: Table) -> Column:
    """Tell whether a firing is held by the cap of its day."""
    return signal.suppressed_by.startswith(HELD).fill_null(False)
