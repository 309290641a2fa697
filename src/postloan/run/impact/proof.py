"""Whether what a run stored can be taken for the side in force: computed again, it must come out the same.

A stage looks at one customer at a time, so a sample tells whether the store holds what the stages read; to
compute everybody again would take most of an impact's time.
"""

from __future__ import annotations

from collections.abc import Mapping

from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.errors import RunError
from postloan.run.impact.affected import differing, only, united
from postloan.run.impact.days import PastDay

HALF = 500
"""Customers of whom those with the highest score, and as many of all, are computed again."""


def sampled(engine: Engine, day: PastDay, warned: Table) -> Table:
    """Give the customers to compute again: affected (a customer's number), each once.

    Args:
        engine: computes.
        day: the past day, with its facts.
        warned: its stored warnings; the highest scores meet the most rules.
    """
    first = day.facts["facts_customer"].select(affected="id").order_by("affected").limit(HALF)
    told = warned.filter(warned.subject_kind == "customer")
    told = told.mutate(last=v.literal(0, "integer") - told.score).order_by(["last", "customer_id"])
    return united(engine, [first, told.limit(HALF).select(affected="customer_id")])


def prove(
    engine: Engine, day: PastDay, sample: Table, stored: Mapping[str, Table], again: Mapping[str, Table]
) -> None:
    """Hold what a stage gives for the sample against what the run stored.

    Raises RunError `not_reproduced`.
    """
    for name, table in stored.items():
        if "customer_id" not in table.columns:
            continue
        pair = [only({name: one}, sample)[name] for one in (table, again[name])]
        found = differing(engine, name, *pair)
        if engine.rows(found.limit(1)):
            raise not_reproduced(day)


def not_reproduced(day: PastDay) -> RunError:
    """Give the error for a result that its store does not account for."""
    return RunError(
        "not_reproduced",
        f"the result of run {day.row.run_id} cannot be computed again from what the store keeps, "
        "so that a difference would not be due to the draft alone",
        where=str(day.folder),
        mend="run the day again, and then ask for the impact",
    )
