"""How good the warnings of a store were, held against what came of the customers.

An alert is the opening of a warning of a customer within the span, with the colour it opened in. It is right
if the customer went bad after the opening and within the horizon. An alert on a customer who was bad already
counts neither for nor against, and foretells nothing.

Beside that, `by_reached` judges the days on which a warning first stood at a colour or worse, so that one
that got worse is judged too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.results import SEVERITIES, WARNING
from postloan.run.judging import alerts as find
from postloan.run.judging import baselines, causes, segments, signals, targets
from postloan.run.judging.figures import CONFIDENCE, money, share
from postloan.run.judging.judge import AHEAD, Judge
from postloan.run.judging.span import Runs, Span, span_of
from postloan.run.outcomes import read_outcomes
from postloan.run.reading import last_run
from postloan.run.store import Store

TOPS = tuple(step * 10**power for power in range(2, 8) for step in (1, 3))
"""How many of the highest scores the ranking looks at: 100, 300, 1000, 3000 and so on."""


def evaluate(
    engine: Engine,
    store: Path,
    outcomes: Path,
    *,
    from_date: date | None = None,
    to_date: date | None = None,
    horizon_days: int = 90,
    min_colour: str = "orange",
    asked: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Judge the warnings of a store.

    Args:
        engine: a DuckDB session.
        store: the store's folder.
        outcomes: Parquet or CSV with customer_id and bad_on; also loan_id, dpd30_on, amount, cause and
            visible_from.
        from_date: first day of the span; the first run when None.
        to_date: last day of the span; when None, the horizon after the last run.
        horizon_days: within how many days after an alert the customer must go bad for it to be right.
        min_colour: the mildest colour that counts for all but `by_colour` and `by_reached`.
        asked: the targets, the value of the pack's parameter `warning_targets`; none are held when None.

    Returns:
        The document of the contract: horizon_days, by_colour, by_signal, ranking; and from, to, min_colour,
        runs, outcomes, unknown_customers (how many of the outcomes name a customer of whom no run of the
        span has a loan; they count in what can be captured), total, and what docs/evaluation.md defines
        beside them, `by_reached` among it. Shares are fractions with six places; null where there is
        nothing to divide by.

    Raises RunError `no_run_yet`, and BookError where the outcomes cannot be read.
    """
    last_run(engine, store)
    span = span_of(engine, store, from_date, to_date, horizon_days)
    runs = Runs(engine, Store(store))
    bad = find.with_amount(runs, read_outcomes(engine, outcomes), span)
    judge = Judge(engine, span, find.in_span(engine, bad, span), segments.managers(runs, span))
    alerts = find.alerts(runs, span, bad)
    meant = SEVERITIES[: SEVERITIES.index(min_colour) + 1]
    counted = engine.materialise(alerts.filter(alerts.colour.isin(meant)), "alerts_meant")
    known = segments.customers(runs, span)
    total, coloured = judge.judge(counted), judge.judge_by(alerts, "colour", SEVERITIES)
    colours = [{"colour": name, **coloured[name]} for name in SEVERITIES]
    risen = judge.judge_by(find.reached(runs, span, bad), "colour", SEVERITIES)
    reached = [{"colour": name, **risen[name]} for name in SEVERITIES]
    by_signal, by_cause = signals.by_signal(runs, judge, counted), causes.by_cause(judge, counted)
    return {
        "from": span.start,
        "to": span.end,
        "horizon_days": horizon_days,
        "min_colour": min_colour,
        "runs": len(span.days),
        "outcomes": judge.whole.outcomes,
        "unknown_customers": segments.unknown(judge, known),
        "currencies": segments.currencies(runs, span),
        **_reach(judge, bad, counted),
        "total": total,
        "by_colour": colours,
        "by_reached": reached,
        "by_signal": by_signal,
        "by_cause": by_cause,
        "by_segment": segments.by_segment(judge, known, counted, segments.names(runs, span)),
        "by_week": baselines.by_week(judge, counted),
        "capture_by_lead": judge.curve(counted),
        "baselines": baselines.baselines(runs, judge, bad),
        "by_lot": baselines.by_lot(runs, judge, bad),
        "never_help": signals.never_help(by_signal),
        "unseen_causes": causes.unseen(by_cause),
        "ranking": _ranking(runs, span, bad),
        "targets": targets.held_against(asked or {}, total, colours, reached),
        "intervals": {"method": "wilson", "confidence": CONFIDENCE},
    }


def _reach(judge: Judge, bad: Table, alerts: Table) -> dict[str, Any]:
    """Give how many customers the outcomes are of and their amount, and what could not be told yet.

    `outcomes_until` is the last `bad_on` of the file; `undecided` counts the alerts that were not right by
    then and whose horizon ends later; `too_soon` the outcomes within 30 days of the first run, of which
    none could be foretold 30 days ahead.
    """
    engine, span, own = judge.engine, judge.span, judge.bad
    names = own.select("customer_id").distinct()
    (people,) = engine.rows(names.aggregate(n=names.count()))
    (last,) = engine.rows(bad.aggregate(day=bad.bad_on.max()))
    ends = v.add_days(alerts.opened_on, span.horizon)
    open_yet = ~alerts.is_right & (ends > v.literal(last["day"] or span.start, "date"))
    (undecided,) = engine.rows(alerts.aggregate(n=v.count_if(open_yet)))
    return {
        "outcome_customers": int(people["n"]),
        "amount": money(judge.whole.amount),
        "outcomes_until": last["day"],
        "undecided": int(undecided["n"]),
        "too_soon": sum(n for days, n in judge.room.items() if days < AHEAD),
    }


def _ranking(runs: Runs, span: Span, bad: Table) -> list[dict[str, Any]]:
    """Give the share of the highest scores of the span's last run that went bad within the horizon."""
    if not runs.paths(span.days[-1:], "warning"):
        return []
    day = v.literal(span.days[-1], "date")
    rows = runs.table(span.days[-1:], WARNING)
    rows = rows.filter(rows.subject_kind == "customer")
    first = bad.group_by(_customer=bad.customer_id).aggregate(_bad=bad.bad_on.min())
    rows = rows.left_join(first, rows.subject_id == first["_customer"])
    rows = rows.filter(rows["_bad"].isnull() | (rows["_bad"] > day))
    rows = rows.mutate(place=v.row_number(order=[(rows.score, "desc"), (rows.subject_id, "asc")]))
    right = (v.days_between(rows["_bad"], day) <= span.horizon).fill_null(False)
    sums = {f"top_{top}": v.count_if(right & (rows.place <= top)) for top in TOPS}
    (found,) = runs.engine.rows(rows.aggregate(n=rows.count(), **sums))
    count = int(found["n"])
    return [
        {
            "top": top,
            "ranked": min(top, count),
            "precision": share(int(found[f"top_{top}"] or 0), min(top, count)),
        }
        for top in _tops(count)
    ]


def _tops(count: int) -> Sequence[int]:
    """Give the steps up to the number ranked, and at least the first."""
    return [top for top in TOPS if top <= count] or TOPS[:1]
