"""Judges each signal by the alerts that opened while it held, and finds those that never help."""

from __future__ import annotations

from typing import Any

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.results import SIGNAL
from postloan.run.judging.alerts import only
from postloan.run.judging.judge import AHEAD, Judge
from postloan.run.judging.span import Runs

_FIRED = only(SIGNAL, "as_of", "code", "customer_id")


def by_signal(runs: Runs, judge: Judge, alerts: Table) -> list[dict[str, Any]]:
    """Judge the alerts by each signal that held when they opened; an alert counts for each of its signals.

    `captured_alone` counts the outcomes that no alert with another signal captured 30 days ahead; `customers`
    those of whom the signal fired on any day. A signal that fired without an alert has a row as well.
    """
    rows = runs.table(judge.span.days, _FIRED)
    rows = rows.filter(rows.customer_id.notnull())
    held = rows.select(_customer="customer_id", _on="as_of", code="code").distinct()
    same = [alerts.customer_id == held["_customer"], alerts.opened_on == held["_on"]]
    each = runs.engine.materialise(alerts.inner_join(held, same).drop("_customer", "_on"), "alerts_by_signal")
    people = rows.select("code", "customer_id").distinct()
    fired = {
        row["code"]: int(row["n"])
        for row in judge.rows(people.group_by(["code"]).aggregate(n=people.count()))
    }
    alone = _alone(judge, each)
    judged = judge.judge_by(each, "code", fired)
    return [
        {"code": code, "customers": fired[code], **judged[code], "captured_alone": alone.get(code, 0)}
        for code in sorted(judged)
    ]


def _alone(judge: Judge, each: Table) -> dict[str, int]:
    """Count the outcomes that alerts with one signal only captured, by that signal."""
    rows = judge.bad.inner_join(
        each.select("code", "opened_on", _customer="customer_id"), judge.bad.customer_id == each.customer_id
    )
    rows = rows.filter(v.days_between(rows.bad_on, rows.opened_on) >= AHEAD)
    pairs = rows.select("outcome", "code").distinct()
    single = pairs.group_by(["outcome"]).aggregate(codes=pairs.count(), code=pairs.code.min())
    single = single.filter(single.codes == 1)
    counted = single.group_by(["code"]).aggregate(n=single.count())
    return {row["code"]: int(row["n"]) for row in judge.rows(counted)}


_HELP = ("code", "customers", "alerts", "right", "precision_high", "captured", "captured_alone")


def never_help(signals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the signals that fired and did not help, with the reason.

    `no_alert`: none of its customers had an alert that opened while it held. `never_right`: no alert that
    opened while it held was right. `nothing_alone`: each outcome that such alerts captured 30 days ahead was
    captured by an alert with another signal too; two signals that always fire together both stand here.
    """
    told = []
    for row in signals:
        reason = (
            "no_alert"
            if not row["alerts"]
            else "never_right"
            if not row["right"]
            else "nothing_alone"
            if not row["captured_alone"]
            else None
        )
        if reason:
            told.append({**{name: row[name] for name in _HELP}, "reason": reason})
    return told
