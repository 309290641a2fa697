"""Judges the alerts by what made customers go bad, and how much of the time in which it showed they used."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.run.judging.figures import interval, median_of, money, share
from postloan.run.judging.judge import Judge, Whole, captured
from postloan.run.judging.span import Span


def by_cause(judge: Judge, alerts: Table) -> list[dict[str, Any]]:
    """Give capture and lead of the outcomes of each cause; no rows where the outcomes name none.

    An outcome could be seen from the later of `visible_from` and the first run on, if that lies before
    `bad_on`; it was seen if an alert opened since then and before `bad_on`. Days from the first such alert to
    `bad_on` are used, those from when it could be seen are possible; what was not seen used none.
    """
    rows = judge.engine.materialise(_followed(judge.bad, alerts, judge.span), "outcomes_followed")
    cause = rows.group_by(["cause"])
    sums = cause.aggregate(
        n=rows.count(),
        amount=v.total(rows.amount),
        visible=v.count_if(rows.possible.notnull()),
        seen=v.count_if(rows.used.notnull()),
        possible=v.total(rows.possible),
        used=v.total(rows.used),
    )
    found = sorted(judge.rows(sums), key=lambda row: (row["cause"] is None, -int(row["n"]), row["cause"]))
    if all(row["cause"] is None for row in found):
        return []
    caught: dict[Any, dict[int, tuple[int, int]]] = {}
    counted = rows.filter(rows.lead.notnull())
    counted = counted.group_by(["cause", "lead"]).aggregate(n=counted.count(), amount=v.total(counted.amount))
    for row in judge.rows(counted):
        caught.setdefault(row["cause"], {})[int(row["lead"])] = int(row["n"]), int(row["amount"] or 0)
    leads = {name: _days(judge, rows, name) for name in ("possible", "used")}
    return [_row(row, caught.get(row["cause"], {}), leads) for row in found]


def _row(
    row: dict[str, Any], caught: dict[int, tuple[int, int]], leads: dict[str, dict[Any, dict[int, int]]]
) -> dict[str, Any]:
    cause, count, amount = row["cause"], int(row["n"]), int(row["amount"] or 0)
    visible, seen = int(row["visible"]), int(row["seen"])
    low, high = interval(seen, visible)
    return {
        "cause": cause,
        "outcomes": count,
        "amount": money(amount),
        **captured(caught, Whole(count, amount, 0)),
        "first_alert_median_days": median_of({days: n for days, (n, _) in caught.items()}),
        "visible": visible,
        "seen": seen,
        "seen_share": share(seen, visible),
        "seen_share_low": low,
        "seen_share_high": high,
        "possible_days": int(row["possible"] or 0),
        "used_days": int(row["used"] or 0),
        "possible_median_days": median_of(leads["possible"].get(cause, {})),
        "used_median_days": median_of(leads["used"].get(cause, {})),
        "lead_used_share": share(int(row["used"] or 0), int(row["possible"] or 0)),
    }


def _followed(bad: Table, alerts: Table, span: Span) -> Table:
    """Add to each outcome the days of lead of its first alert, and the days possible and used."""
    since = v.literal(span.since, "date")
    rows = bad.mutate(
        seeable=v.when([(bad.visible_from.notnull(), v.greatest(bad.visible_from, since))], v.null("date"))
    )
    rows = rows.mutate(
        possible=v.when(
            [(rows.seeable < rows.bad_on, v.days_between(rows.bad_on, rows.seeable))], v.null("integer")
        )
    )
    each = rows.inner_join(
        alerts.select("opened_on", _customer="customer_id"), rows.customer_id == alerts.customer_id
    )
    is_seen = each.possible.notnull() & (each.opened_on >= each.seeable)
    first = each.group_by(_outcome=each.outcome).aggregate(
        lead=v.days_between(each.bad_on, each.opened_on).max(),
        used=v.max_if(v.days_between(each.bad_on, each.opened_on), is_seen),
    )
    return rows.left_join(first, rows.outcome == first["_outcome"]).drop("_outcome")


def _days(judge: Judge, rows: Table, column: str) -> dict[Any, dict[int, int]]:
    told = rows.filter(rows[column].notnull())
    counted = told.group_by(["cause", column]).aggregate(n=told.count())
    found: dict[Any, dict[int, int]] = {}
    for row in judge.rows(counted):
        found.setdefault(row["cause"], {})[int(row[column])] = int(row["n"])
    return found


_UNSEEN = ("cause", "outcomes", "amount", "captured_1d", "capture_count_high")


def unseen(causes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the causes of which no outcome had an alert 30 days before, with how many had one later."""
    return [
        {name: row[name] for name in _UNSEEN}
        for row in causes
        if row["cause"] is not None and row["capture_count"] == Decimal(0)
    ]
