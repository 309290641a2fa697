"""A signal on columns over rows that are given, as a pack's scenario cases give them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from postloan.engine import Engine, Field
from postloan.facts import FACTS
from postloan.policy import column_name
from postloan.policy.entries import Signal
from postloan.policy.signal_row import NOT_MEASURABLE
from postloan.signals import grading, plan


def states(
    engine: Engine,
    signal: Signal,
    rows: Sequence[Mapping[str, object]],
    absent: Collection[str],
    as_of: date,
) -> list[str]:
    """Give `clear`, `not_measurable` or the severity of each row, whether the signal is switched on or not.

    Args:
        engine: computes.
        signal: its entry.
        rows: facts by name; those that a row has not are null.
        absent: feeds that the book has not.
        as_of: the business date.
    """
    made = plan.make(replace(signal, enabled=True), FACTS, set(signal.needs) - set(absent))
    if made.missing:
        return [NOT_MEASURABLE] * len(rows)
    names = sorted(made.names)
    fields = [Field("given_row", "integer"), *(Field(column_name(name), FACTS[name].kind) for name in names)]
    table = [
        {"given_row": number, **{column_name(name): row.get(name) for name in names}}
        for number, row in enumerate(rows)
    ]
    frame = engine.from_rows(table, fields, f"given_{len(table)}")
    found = engine.rows(frame.select("given_row", state=grading.state(made, frame, as_of)))
    return [str(row["state"]) for row in sorted(found, key=lambda one: one["given_row"])]
