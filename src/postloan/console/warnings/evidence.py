"""What one signal rests on: its value over twelve months, and the rows of the book behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext

from postloan.book.schema import TABLES
from postloan.console import words
from postloan.console.customers import rows as book
from postloan.console.customers.masking import is_sensitive
from postloan.console.customers.rows import BookRows, Row
from postloan.console.publishing.models import Publication, Signal
from postloan.console.warnings.why import SHARES, policy_for
from postloan.facts import FACTS
from postloan.facts.registry import Fact

_ROWS = 12
"""How many rows of a table are shown, the newest."""

_LINE, _BAR, _LIMIT = "#1f5fbf", "#9db4d6", "#1c2330"


@dataclass(frozen=True)
class Series:
    """Values over time: words for what they are, (when, value) pairs, and the line that the test draws.

    Args:
        title: what the chart shows.
        points: when and how much; None where it is not known.
        before: the same months a year earlier, where they are compared.
        threshold: where the test draws its line, in the unit of the points.
        is_bar: whether bars show it, which begin at zero.
        is_share: whether the points are per cent.
    """

    title: str
    points: Sequence[tuple[str, float | None]]
    before: Sequence[float | None] = ()
    threshold: float | None = None
    is_bar: bool = False
    is_share: bool = False


@dataclass(frozen=True)
class SourceRows:
    """Rows of one table of the book, with the words for its columns; values as they are shown."""

    label: str
    headers: Sequence[str]
    lines: Sequence[Sequence[str]]
    masked: int


def fact_of(signal: Signal, run: Publication | None) -> Fact | None:
    """Give the fact that a signal tests; None where the pack of now does not say."""
    policy = policy_for(run)
    entries = {one.code: one for one in policy.signals} if policy else {}
    entry = entries.get(signal.code)
    return FACTS.get(entry.fact) if entry else None


def series(signal: Signal, fact: Fact, rows: BookRows, customer_id: str | None) -> Series | None:
    """Give how a value came about over twelve months; None where no history can be had.

    Facts of earlier runs come first. Where the store has but one, the book tells of two kinds of value: days
    that instalments were paid late, and what came in by month.
    """
    is_share = fact.unit in SHARES
    threshold = _figure(signal.threshold_applied)
    told = rows.history(fact.subject, signal.subject_id, fact.column)
    points = [(row["as_of"].isoformat(), _share(_figure(row["value"]), is_share=is_share)) for row in told]
    if sum(value is not None for _, value in points) >= 2:
        line = _share(threshold, is_share=is_share)
        return Series(gettext("The value at month ends"), points, threshold=line, is_share=is_share)
    if signal.subject_kind == "loan" and "due.due_on" in fact.sources:
        late = _lateness(rows, signal.subject_id)
        return (
            Series(gettext("Days that each instalment was late"), late, threshold=threshold, is_bar=True)
            if late
            else None
        )
    if customer_id and "entry.amount" in fact.sources:
        return _inflows(rows, customer_id)
    return None


def _figure(value: Any) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        figure = Decimal(str(value))
    except InvalidOperation:
        return None
    return float(figure) if figure.is_finite() else None


def _share(figure: float | None, *, is_share: bool) -> float | None:
    return round(figure * 100, 2) if is_share and figure is not None else figure


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, 1)


def _lateness(rows: BookRows, loan_id: str) -> list[tuple[str, float | None]]:
    """Give the days from each due date of twelve months to the payment that met it, or to the day of the run.

    Payments meet instalments in their order; what was paid before counts for the oldest.
    """
    dues = rows.rows("due", "loan_id", [loan_id], bounds=[("due_on", "<=", rows.as_of)], order=("due_on",))
    payments = rows.rows("payment", "loan_id", [loan_id], order=("paid_on",), limit=5000)
    found: list[tuple[str, float | None]] = []
    owed = paid = at = 0
    last: date | None = None
    for due in dues:
        owed += (due["principal"] or 0) + (due["interest"] or 0) + (due["fees"] or 0)
        while paid < owed - 100 and at < len(payments):  # within a unit of the currency it is met
            paid += payments[at]["amount"] or 0
            last = payments[at]["paid_on"]
            at += 1
        is_met = paid >= owed - 100
        until = last if is_met and last else rows.as_of
        if due["due_on"] >= _year_before(rows.as_of):
            found.append((due["due_on"].isoformat(), float(max((until - due["due_on"]).days, 0))))
    return found


def _inflows(rows: BookRows, customer_id: str) -> Series | None:
    first = _year_before(rows.as_of)
    told = {row["month"]: row["came_in"] for row in rows.flows(customer_id, _year_before(first))}
    if not told:
        return None
    months = [
        date(first.year + (first.month + one - 1) // 12, (first.month + one - 1) % 12 + 1, 1)
        for one in range(12)
    ]
    points = [(month.isoformat()[:7], told.get(month, 0) / 100) for month in months]
    known = min(told)
    before = [
        told.get(_year_before(month), 0) / 100 if _year_before(month) >= known else None for month in months
    ]
    return Series(gettext("What came in by month, beside the year before"), points, before, is_bar=True)


def option(drawn: Series) -> dict[str, Any]:
    """Give the chart for ECharts: a line, or bars that begin at zero, with the threshold as a line."""
    main: dict[str, Any] = {
        "type": "bar" if drawn.is_bar else "line",
        "name": gettext("this year") if drawn.before else gettext("value"),
        "data": [value for _, value in drawn.points],
        "itemStyle": {"color": _LINE},
        "symbolSize": 6,
    }
    if drawn.threshold is not None:
        main["markLine"] = {
            "symbol": "none",
            "lineStyle": {"color": _LIMIT, "type": "dashed"},
            "label": {"formatter": gettext("threshold"), "position": "insideEndTop"},
            "data": [{"yAxis": drawn.threshold}],
        }
    several = [main]
    if drawn.before:
        earlier = {"type": "bar", "name": gettext("the year before"), "itemStyle": {"color": _BAR}}
        several.insert(0, {**earlier, "data": list(drawn.before)})
    return {
        "grid": {"left": 8, "right": 16, "top": 32, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "legend": {"show": bool(drawn.before), "top": 0, "right": 0},
        "xAxis": {"type": "category", "data": [when for when, _ in drawn.points]},
        "yAxis": {
            "type": "value",
            "scale": not drawn.is_bar,
            "axisLabel": {"formatter": "{value} %" if drawn.is_share else "{value}"},
        },
        "series": several,
    }


def twin(drawn: Series) -> list[tuple[str, float | None, float | None]]:
    """Give the chart as rows: when, value, value of the year before."""
    before = list(drawn.before) or [None] * len(drawn.points)
    return [(when, value, was) for (when, value), was in zip(drawn.points, before, strict=True)]


_LOOKED_UP = (
    "loan_id",
    "account_id",
    "contract_id",
    "customer_id",
    "subject_id",
    "collateral_id",
    "guarantee_id",
)


def sources(
    signal: Signal, fact: Fact, rows: BookRows, customer_id: str | None, *, sees: bool
) -> list[SourceRows]:
    """Give the newest rows of each table behind a value, those of this customer or loan alone."""
    if customer_id is None:
        return []
    own = dict(book.own_ids(rows, customer_id))
    if signal.subject_kind in own:
        own[signal.subject_kind] = [signal.subject_id]
    tables: dict[str, list[str]] = {}
    for name in fact.sources:
        table, _, column = name.partition(".")
        tables.setdefault(table, []).append(column)
    found = [_of_table(table, columns, rows, own, signal, sees=sees) for table, columns in tables.items()]
    return [one for one in found if one is not None and (one.lines or one.masked)]


def _of_table(
    table: str,
    columns: Sequence[str],
    rows: BookRows,
    own: Mapping[str, list[str]],
    signal: Signal,
    *,
    sees: bool,
) -> SourceRows | None:
    if table not in TABLES:  # of what an earlier run found there are no rows in the book
        return None
    schema = TABLES[table]
    by = next((name for name in _LOOKED_UP if name in schema.columns), None)
    if by is None or not rows.has(table):
        return None
    day = schema.natural_date or next((one.name for one in schema.fields if one.kind == "date"), None)
    ids = _ids(by, own, signal)
    bounds = [(day, "<=", rows.as_of)] if table == "due" and day else []
    found = rows.rows(table, by, ids, bounds=bounds, order=(f"-{day}",) if day else (), limit=_ROWS)
    hidden = [row for row in found if table == "event" and not sees and is_sensitive(row)]
    shown = [row for row in found if row not in hidden]
    names = list(
        dict.fromkeys([*filter(None, (day, by)), *(one for one in columns if one in schema.columns)])
    )
    chinese, money = words.is_chinese(), book.money_columns(table)
    return SourceRows(
        book.table_label(table, chinese=chinese),
        [book.label(table, name, chinese=chinese) for name in names],
        [[_shown(row, name, money) for name in names] for row in shown],
        len(hidden),
    )


def _ids(by: str, own: Mapping[str, list[str]], signal: Signal) -> list[str]:
    if by == "subject_id":
        return [one for several in own.values() for one in several]
    kind = by.removesuffix("_id")
    if kind == "guarantee":
        return [signal.subject_id] if signal.subject_kind == "guarantor" else []
    return list(own.get(kind, ()))


def _shown(row: Row, name: str, money: frozenset[str]) -> str:
    value = row[name]
    if value is None:
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name in money:
        return str(number_format(Decimal(value) / 100, decimal_pos=2, force_grouping=True))
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat()[:10] if isinstance(value, date) else str(value)
