"""Plain rules that a bank without a warning system would use, judged like its warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from postloan.engine import Field, Table, TableSchema
from postloan.engine import verbs as v
from postloan.results import FIVE_LEVELS, LOAN_STATE
from postloan.run.judging.alerts import only, openings
from postloan.run.judging.figures import interval, share
from postloan.run.judging.judge import Judge
from postloan.run.judging.span import Runs

LATE_TIMES = 2
"""How often an instalment must have been met 1 to 7 days late in six months to count as repeated."""

_LATE = TableSchema(
    "facts_customer",
    (
        Field("as_of", "date"),
        Field("id", "string"),
        Field("has_open_loan", "boolean"),
        Field("late_1to7_count_6m", "integer"),
    ),
    (),
)
_CLASS = only(LOAN_STATE, "as_of", "customer_id", "five_level")
_OWES = only(LOAN_STATE, "as_of", "customer_id")
_RULES = ("late_1_to_7_repeated", "class_special_mention")


def baselines(runs: Runs, judge: Judge, bad: Table) -> list[dict[str, Any]]:
    """Judge the alerts of each plain rule: a customer for whom it holds and did not on the run before.

    `late_1_to_7_repeated`: at least two instalments of the last six full months were met 1 to 7 days late.
    `class_special_mention`: an exposure's class is special mention or worse. `runs` tells in how many runs of
    the span the rule could be told of anybody; where in none, its figures are null.
    """
    days = [*([judge.span.before] if judge.span.before else []), *judge.span.days]
    told = []
    for name, (known, held) in zip(_RULES, (_late(runs, days), _mentioned(runs, days)), strict=True):
        measured = sorted(row["as_of"] for row in judge.rows(known.select("as_of").distinct()))
        alerts = openings(runs, held, measured, judge.span, bad, name)
        judged, curve = judge.judge(alerts), judge.curve(alerts)
        inside = [day for day in measured if day in judge.span.days]
        if not inside:
            judged, curve = dict.fromkeys(judged), []
        told.append({"baseline": name, "runs": len(inside), **judged, "capture_by_lead": curve})
    return told


def _late(runs: Runs, days: Sequence[date]) -> tuple[Table, Table]:
    """Give the rows of which late payment can be told, and those in which it was repeated."""
    rows = runs.table(days, _LATE)
    rows = rows.filter(rows.has_open_loan & rows.late_1to7_count_6m.notnull())
    held = rows.filter(rows.late_1to7_count_6m >= LATE_TIMES)
    return rows, held.select("as_of", customer_id="id")


def _mentioned(runs: Runs, days: Sequence[date]) -> tuple[Table, Table]:
    """Give the exposures with a class, and the customers who have one that is not normal."""
    rows = runs.table(days, _CLASS)
    rows = rows.filter(rows.five_level.isin(FIVE_LEVELS))
    held = rows.filter(rows.five_level.isin(FIVE_LEVELS[1:]))
    return rows, held.select("as_of", "customer_id").distinct()


def by_lot(runs: Runs, judge: Judge, bad: Table) -> dict[str, Any]:
    """Give the share of customers who went bad within the horizon, whoever is taken.

    Taken on the first run of each month of the span, of customers with a loan who were not bad yet: what the
    precision of alerts drawn by lot would be.
    """
    firsts: dict[tuple[int, int], date] = {}
    for day in judge.span.days:
        firsts.setdefault((day.year, day.month), day)
    rows = runs.table(firsts.values(), _OWES).distinct()
    first = bad.group_by(_customer=bad.customer_id).aggregate(_bad=bad.bad_on.min())
    rows = rows.left_join(first, rows.customer_id == first["_customer"])
    rows = rows.filter(rows["_bad"].isnull() | (rows["_bad"] > rows.as_of))
    right = (v.days_between(rows["_bad"], rows.as_of) <= judge.span.horizon).fill_null(False)
    (row,) = judge.rows(rows.aggregate(n=rows.count(), right=v.count_if(right)))
    count, bad_count = int(row["n"]), int(row["right"])
    low, high = interval(bad_count, count)
    return {
        "customers": count,
        "right": bad_count,
        "precision": share(bad_count, count),
        "precision_low": low,
        "precision_high": high,
    }


def by_week(judge: Judge, alerts: Table) -> list[dict[str, Any]]:
    """Give the alerts of each week from the first run to the last, Mondays first, in all and a manager.

    `most` is what fell to one person, of those that a warning names; `runs` how many runs the week had,
    without which no alert could open.
    """
    if not judge.span.days:
        return []
    first = judge.span.days[0] - timedelta(days=judge.span.days[0].weekday())
    since = v.days_between(alerts.opened_on, v.literal(first, "date"))
    rows = alerts.mutate(_week=v.integer_divide(since, v.literal(7, "integer")))
    counted = rows.group_by(["_week", "owner_id"]).aggregate(n=rows.count())
    found: dict[int, dict[str | None, int]] = {}
    for row in judge.rows(counted):
        found.setdefault(int(row["_week"]), {})[row["owner_id"]] = int(row["n"])
    people = judge.whole.managers
    runs = Counter((day - first).days // 7 for day in judge.span.days)
    told = []
    for week in range((judge.span.days[-1] - first).days // 7 + 1):
        own = found.get(week, {})
        count = sum(own.values())
        told.append(
            {
                "week_from": first + timedelta(weeks=week),
                "runs": runs[week],
                "alerts": count,
                "alerts_per_manager": share(count, people),
                "most": max((n for owner, n in own.items() if owner is not None), default=None),
            }
        )
    return told
