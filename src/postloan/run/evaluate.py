"""How good the warnings of a store were, held against what came of the customers.

An alert is the opening of a warning of a customer within the span, with the colour it opened in. It is right
if the customer went bad after the opening and within the horizon. An alert on a customer who was bad already
counts neither for nor against, and foretells nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from postloan.engine import Engine, Field, Table
from postloan.engine import verbs as v
from postloan.results import LOAN_STATE, SEVERITIES, SIGNAL, WARNING
from postloan.run.ledger import Ledger
from postloan.run.outcomes import read_outcomes
from postloan.run.reading import last_run
from postloan.run.store import Store

AHEAD = (30, 1)
"""Days before the outcome at which an alert must have been opened to count as foretelling it."""

TOPS = tuple(step * 10**power for power in range(2, 8) for step in (1, 3))
"""How many of the highest scores the ranking looks at: 100, 300, 1000, 3000 and so on."""


@dataclass(frozen=True)
class Span:
    """The days looked at: alerts open from `start` to `end`, outcomes lie after `start` up to `end`."""

    start: date
    end: date
    days: tuple[date, ...]
    horizon: int
    is_only_run: bool

    @property
    def weeks(self) -> float:
        """Give the weeks with runs, at least one."""
        return max(1.0, ((self.days[-1] - self.days[0]).days + 1) / 7)


def evaluate(
    engine: Engine,
    store: Path,
    outcomes: Path,
    *,
    from_date: date | None = None,
    to_date: date | None = None,
    horizon_days: int = 90,
    min_colour: str = "orange",
) -> dict[str, Any]:
    """Judge the warnings of a store.

    Args:
        engine: a DuckDB session.
        store: the store's folder.
        outcomes: Parquet or CSV with customer_id and bad_on; also loan_id, dpd30_on, amount.
        from_date: first day of the span; the first run when None.
        to_date: last day of the span; when None, the horizon after the last run.
        horizon_days: within how many days after an alert the customer must go bad for it to be right.
        min_colour: the mildest colour that counts for `by_signal` and `total`.

    Returns:
        The document of the contract: horizon_days, by_colour, by_signal, ranking; and from, to, min_colour,
        runs, outcomes, unknown_customers (how many of the outcomes name a customer of whom no run of the
        span has a loan; they count in what can be captured), total. Shares are fractions with six places;
        null where there is nothing to divide by.

    Raises RunError `no_run_yet`, and BookError where the outcomes cannot be read.
    """
    last_run(engine, store)
    span = _span(engine, store, from_date, to_date, horizon_days)
    results = Store(store)
    bad = _with_amount(engine, results, read_outcomes(engine, outcomes), span)
    alerts = _alerts(engine, results, span, bad)
    meant = SEVERITIES[: SEVERITIES.index(min_colour) + 1]
    judge = _Judge(engine, span, bad, _managers(engine, results, span))
    colours = [{"colour": name, **judge.judge(alerts.filter(alerts.colour == name))} for name in SEVERITIES]
    counted = engine.materialise(alerts.filter(alerts.colour.isin(meant)), "alerts_meant")
    return {
        "from": span.start,
        "to": span.end,
        "horizon_days": horizon_days,
        "min_colour": min_colour,
        "runs": len(span.days),
        "outcomes": judge.outcomes,
        "unknown_customers": judge.unknown(_customers(engine, results, span)),
        "total": judge.judge(counted),
        "by_colour": colours,
        "by_signal": _by_signal(engine, results, span, counted, judge),
        "ranking": _ranking(engine, results, span, bad),
    }


def _span(engine: Engine, store: Path, start: date | None, end: date | None, horizon: int) -> Span:
    good = [row.as_of for row in Ledger(Store(store), engine).rows() if row.state == "done"]
    start = start or good[0]
    end = end or good[-1] + timedelta(days=horizon)
    return Span(start, end, tuple(day for day in good if start <= day <= end), horizon, len(good) == 1)


def _paths(store: Store, days: Iterable[date], table: str) -> list[Path]:
    return [path for day in days if (path := store.result(day) / f"{table}.parquet").exists()]


def _alerts(engine: Engine, store: Store, span: Span, bad: Table) -> Table:
    """Give one row an alert: customer_id, opened_on, colour, bad_on and dpd30_on if it is right.

    A warning's colour is that of the first run that shows it; customers bad by then are left out.
    """
    paths = _paths(store, span.days, "warning")
    if not paths:
        fields = [WARNING.field(name) for name in ("customer_id", "opened_on", "colour")]
        rows = engine.from_rows([], fields, "no_alerts")
    else:
        rows = engine.read(paths, WARNING)
        rows = rows.filter(rows.subject_kind == "customer")
        if span.is_only_run:  # nothing tells when they opened, so all count as opened in it
            rows = rows.mutate(opened_on=rows.as_of)
        start, end = v.literal(span.start, "date"), v.literal(span.end, "date")
        rows = rows.filter((rows.opened_on >= start) & (rows.opened_on <= end))
        order = [(rows.as_of, "asc")]
        rows = rows.mutate(seen=v.row_number(partition=[rows.subject_id, rows.episode_id], order=order))
        rows = rows.filter(rows.seen == 1).select(
            customer_id="subject_id", opened_on="opened_on", colour="colour"
        )
    first = bad.group_by(_customer=bad.customer_id).aggregate(
        first_bad_on=bad.bad_on.min(), first_dpd30_on=bad.dpd30_on.min()
    )
    rows = rows.left_join(first, rows.customer_id == first["_customer"]).drop("_customer")
    rows = rows.filter(rows.first_bad_on.isnull() | (rows.first_bad_on > rows.opened_on))
    within = v.days_between(rows.first_bad_on, rows.opened_on) <= span.horizon
    return engine.materialise(rows.mutate(is_right=within.fill_null(False)), "alerts")


def _with_amount(engine: Engine, store: Store, bad: Table, span: Span) -> Table:
    """Fill the amount of an outcome: as given, else the balance of loan or customer in the run before."""
    paths = _paths(store, span.days, "loan_state")
    if not paths:
        return engine.materialise(bad, "outcomes")
    loans = engine.read(paths, LOAN_STATE, cents=True)
    loans = loans.select(_owner="customer_id", _loan="loan_id", _on="as_of", _balance="balance")
    pairs = bad.inner_join(loans, bad.customer_id == loans["_owner"])
    meant = pairs.loan_id.isnull() | (pairs.loan_id == pairs["_loan"])
    pairs = pairs.filter(meant & (pairs["_on"] < pairs.bad_on))
    sums = pairs.group_by(_outcome=pairs.outcome, _day=pairs["_on"]).aggregate(
        _sum=v.total(pairs["_balance"])
    )
    sums = sums.mutate(_place=v.row_number(partition=[sums["_outcome"]], order=[(sums["_day"], "desc")]))
    latest = sums.filter(sums["_place"] == 1).select("_outcome", "_sum")
    rows = bad.left_join(latest, bad.outcome == latest["_outcome"])
    rows = rows.mutate(amount=v.coalesce(rows.amount, rows["_sum"])).drop("_outcome", "_sum")
    return engine.materialise(rows, "outcomes")


def _managers(engine: Engine, store: Store, span: Span) -> int:
    """Count the managers who had a loan in the span."""
    paths = _paths(store, span.days, "loan_state")
    if not paths:
        return 0
    loans = engine.read(paths, LOAN_STATE)
    names = loans.filter(loans.manager_id.notnull()).select("manager_id").distinct()
    return int(engine.rows(names.aggregate(n=names.count()))[0]["n"])


def _customers(engine: Engine, store: Store, span: Span) -> Table:
    """Give the customers of whom a run of the span has a loan: known, each once."""
    paths = _paths(store, span.days, "loan_state")
    if not paths:
        return engine.from_rows([], [Field("known", "string")], "no_customers")
    return engine.read(paths, LOAN_STATE).select(known="customer_id").distinct()


class _Judge:
    """Judges any set of alerts against the outcomes of the span."""

    def __init__(self, engine: Engine, span: Span, bad: Table, managers: int) -> None:
        self._engine, self._span, self._managers = engine, span, managers
        start, end = v.literal(span.start, "date"), v.literal(span.end, "date")
        before = bad.group_by(_customer=bad.customer_id).aggregate(_first=bad.bad_on.min())
        rows = bad.left_join(before, bad.customer_id == before["_customer"]).drop("_customer")
        # Whoever was bad when the span began could not be foretold in it.
        rows = rows.filter((rows.bad_on <= end) & (rows["_first"] > start))
        self._bad = engine.materialise(rows, "outcomes_in_span")
        (sums,) = engine.rows(self._bad.aggregate(n=self._bad.count(), amount=v.total(self._bad.amount)))
        self.outcomes = int(sums["n"])
        self._amount = int(sums["amount"] or 0)

    def unknown(self, customers: Table) -> int:
        """Count the outcomes that are of none of these customers."""
        rows = self._bad.anti_join(customers, self._bad.customer_id == customers.known)
        return int(self._engine.rows(rows.aggregate(n=rows.count()))[0]["n"])

    def judge(self, alerts: Table) -> dict[str, Any]:
        """Give precision, capture, lead times and load of the alerts."""
        sums = alerts.aggregate(n=alerts.count(), right=v.count_if(alerts.is_right))
        (row,) = self._engine.rows(sums)
        count, right = int(row["n"]), int(row["right"] or 0)
        told: dict[str, Any] = {"alerts": count, "right": right, "precision": _share(right, count)}
        for days, suffix in zip(AHEAD, ("", "_1d"), strict=True):
            caught, amount = self._captured(alerts, days)
            told[f"capture_count{suffix}"] = _share(caught, self.outcomes)
            told[f"capture_amount{suffix}"] = _share(amount, self._amount)
        return {
            **told,
            "lead_median_days": self._lead(alerts, "first_bad_on"),
            "lead_dpd30_median_days": self._lead(alerts, "first_dpd30_on"),
            "alerts_per_manager_week": self._load(count),
        }

    def _captured(self, alerts: Table, days: int) -> tuple[int, int]:
        """Count the outcomes, and sum their amounts, that had an alert so many days before."""
        opened = alerts.group_by(_customer=alerts.customer_id).aggregate(_opened=alerts.opened_on.min())
        rows = self._bad.inner_join(opened, self._bad.customer_id == opened["_customer"])
        rows = rows.filter(v.days_between(rows.bad_on, rows["_opened"]) >= days)
        (row,) = self._engine.rows(rows.aggregate(n=rows.count(), amount=v.total(rows.amount)))
        return int(row["n"]), int(row["amount"] or 0)

    def _lead(self, alerts: Table, column: str) -> float | None:
        """Give the median of days from the opening of a right alert to that date."""
        right = alerts.filter(alerts.is_right & alerts[column].notnull())
        days = right.mutate(lead=v.days_between(right[column], right.opened_on))
        counted = days.group_by(["lead"]).aggregate(n=days.count())
        return _median({int(row["lead"]): int(row["n"]) for row in self._engine.rows(counted)})

    def _load(self, count: int) -> float | None:
        return round(count / self._managers / self._span.weeks, 6) if self._managers else None


def _share(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001")) if whole else None


def _median(counted: Mapping[int, int]) -> float | None:
    """Give the median of values with their counts; between two values, their middle."""
    total = sum(counted.values())
    if not total:
        return None
    middle, seen, found = ((total - 1) // 2, total // 2), 0, []
    for value in sorted(counted):
        found += [value for place in middle if seen <= place < seen + counted[value]]
        seen += counted[value]
    return (found[0] + found[1]) / 2


def _by_signal(
    engine: Engine, store: Store, span: Span, alerts: Table, judge: _Judge
) -> list[dict[str, Any]]:
    """Judge the alerts by each signal that held when they opened; an alert counts for each of its signals."""
    paths = _paths(store, span.days, "signal")
    if not paths:
        return []
    rows = engine.read(paths, SIGNAL)
    rows = rows.filter(rows.customer_id.notnull())
    held = rows.select(_customer="customer_id", _on="as_of", code="code").distinct()
    same = [alerts.customer_id == held["_customer"], alerts.opened_on == held["_on"]]
    each = engine.materialise(alerts.inner_join(held, same).drop("_customer", "_on"), "alerts_by_signal")
    codes = engine.rows(each.select("code").distinct())
    return [
        {"code": code, **judge.judge(each.filter(each.code == code))}
        for code in sorted(row["code"] for row in codes)
    ]


def _ranking(engine: Engine, store: Store, span: Span, bad: Table) -> list[dict[str, Any]]:
    """Give the share of the highest scores of the span's last run that went bad within the horizon."""
    paths = _paths(store, span.days[-1:], "warning")
    if not paths:
        return []
    day = v.literal(span.days[-1], "date")
    rows = engine.read(paths, WARNING)
    rows = rows.filter(rows.subject_kind == "customer")
    first = bad.group_by(_customer=bad.customer_id).aggregate(_bad=bad.bad_on.min())
    rows = rows.left_join(first, rows.subject_id == first["_customer"])
    rows = rows.filter(rows["_bad"].isnull() | (rows["_bad"] > day))
    rows = rows.mutate(place=v.row_number(order=[(rows.score, "desc"), (rows.subject_id, "asc")]))
    right = (v.days_between(rows["_bad"], day) <= span.horizon).fill_null(False)
    sums = {f"top_{top}": v.count_if(right & (rows.place <= top)) for top in TOPS}
    (found,) = engine.rows(rows.aggregate(n=rows.count(), **sums))
    count = int(found["n"])
    return [
        {
            "top": top,
            "ranked": min(top, count),
            "precision": _share(int(found[f"top_{top}"] or 0), min(top, count)),
        }
        for top in _tops(count)
    ]


def _tops(count: int) -> Sequence[int]:
    """Give the steps up to the number ranked, and at least the first."""
    return [top for top in TOPS if top <= count] or TOPS[:1]
