"""Default rates by segment, month and vintage, and arrears at month ends.

A segment's rate is that of a cohort: of the loans on the books and not in default a year before the day, the
share that came into default within the year. A vintage is a quarter of disbursement, held against all others
at the same age of eighteen months: a loan that falls due after a year is in default three months later. Rates
are by number, with 95 % intervals; amounts are those granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.reports import plots
from postloan.reports.document import Column, Grid, Value
from postloan.reports.drawing import Series
from postloan.reports.portrait.arrears import BUCKETS, DEFAULT_DAYS, Arrears
from postloan.reports.portrait.view import Section, View, capital, month_name, over, percent, whole, wilson
from postloan.reports.words import Words

VINTAGES = 12
"""Quarters of disbursement that are told, the last ones."""

_YEAR, _VINTAGE_AGE = 12, 18
"""Months over which a cohort and a vintage are followed."""

_HEADLINE_DEFAULTS = 5
"""Defaults from which a segment may stand in the heading, so that a handful of loans makes none."""

_REACH = 3
"""How many times the greatest rate a chart goes to; intervals of a few loans would dwarf all else."""


def section(view: View, arrears: Arrears, words: Words) -> Section:
    """Give the rates of default of a book of which arrears can be told."""
    if not arrears.can_tell:
        return Section("defaults", [_nothing(words)])
    cohort = _cohort(view, arrears)
    total = _sums(cohort)
    told = [words("d_no_cohort")]
    if total["rows"]:
        ends_of_rate = (percent(one) for one in wilson(total["bad"], total["rows"]))
        rate = percent(over(total["bad"], total["rows"]))
        told = [words("d_answer", rate, f"{total['rows']:,}", *ends_of_rate)]
    ends = _month_ends(view, arrears)
    grids = [
        *(_segments(cohort, key, words) for key in ("customer_kind", "contract_type")),
        _months(view, arrears, words),
        _vintages(view, arrears, words),
        _stock(ends, words),
    ]
    unknown = _unknown(view, arrears)
    if unknown:
        told.append(words("d_unknown", f"{unknown:,}"))
    owed = _by_balance(view, arrears)
    if owed is not None:
        told.append(words("d_balance", view.ends[-1], percent(owed)))
    measured = {"share_over_90_by_balance": owed}
    measured |= {"default_rate_12m": over(total["bad"], total["rows"]), **_measured(ends)}
    return Section("defaults", grids, told, measured)


def _nothing(words: Words) -> Grid:
    return Grid("defaults", words("d_title"), [], [], says=[words("d_no_feed")])


def _sums(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    return {key: sum(row[key] or 0 for row in rows) for key in ("rows", "bad", "amount", "bad_amount")}


def _unknown(view: View, arrears: Arrears) -> int:
    loans, known = view.loans, arrears.known
    (all_loans,) = view.rows(loans.aggregate(rows=loans.count()))
    (told,) = view.rows(known.aggregate(rows=known.count()))
    return int(all_loans["rows"]) - int(told["rows"])


def _cohort(view: View, arrears: Arrears) -> list[dict[str, Any]]:
    """Give loans, defaults and their amounts by customer kind and contract type."""
    start = v.add_months(view.context.day, -_YEAR)
    rows = _performing(arrears.known, start)
    bad = rows.default_on.notnull()  # the day's own book knows none after the day
    sums = rows.group_by(["customer_kind", "contract_type"]).aggregate(
        rows=rows.count(),
        bad=v.count_if(bad),
        amount=v.total(rows.amount),
        bad_amount=v.total_if(rows.amount, bad),
    )
    return view.rows(sums)


def _performing(known: Table, day: Any) -> Table:
    open_then = known.closed_on.isnull() | (known.closed_on > day)
    healthy = known.default_on.isnull() | (known.default_on > day)
    return known.filter((known.disbursed_on <= day) & open_then & healthy)


def _segments(cohort: Sequence[dict[str, Any]], key: str, words: Words) -> Grid:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in cohort:
        groups.setdefault(row[key] or "unknown", []).append(row)
    rows = [_rate_row(name, _sums(own)) for name, own in groups.items()]
    rows.sort(key=lambda row: (-Decimal(str(row[3] or 0)), str(row[0])))
    labels = words.labels(*(str(row[0]) for row in rows))
    columns = [Column("segment", words(key), "text", labels), *_rate_columns(words)]
    title = words(f"d_by_{key}")
    worst = next((row for row in rows if Decimal(str(row[2])) >= _HEADLINE_DEFAULTS), None)
    if worst and len(rows) > 1:
        title = words(f"d_by_{key}_worst", capital(labels[str(worst[0])]), percent(worst[3]))
    return Grid(
        f"defaults_by_{key}",
        title,
        columns,
        rows,
        says=[words("d_how")],
        chart=_bars(title, rows, labels, words("none_told")),
    )


def _rate_columns(words: Words) -> list[Column]:
    return [
        Column("loans", words("loans"), "count"),
        Column("defaults", words("defaults"), "count"),
        Column("rate", words("rate"), "percent"),
        Column("low", words("low"), "percent"),
        Column("high", words("high"), "percent"),
        Column("rate_by_amount", words("rate_by_amount"), "percent"),
    ]


def _rate_row(name: str, sums: dict[str, int]) -> list[Value]:
    ends = wilson(sums["bad"], sums["rows"])
    by_amount = over(sums["bad_amount"], sums["amount"])
    return [name, sums["rows"], sums["bad"], over(sums["bad"], sums["rows"]), *ends, by_amount]


def _bars(title: str, rows: Sequence[Sequence[Value]], labels: dict[str, str], nothing: str) -> Any:
    """Give what draws the rates of rows made by `_rate_row`, None without any."""
    if not any(row[3] is not None for row in rows):
        return None
    names = [labels.get(str(row[0]), str(row[0])) for row in rows]
    rates, lows, highs = ([row[place] for row in rows] for place in (3, 4, 5))
    reach = _REACH * max(Decimal(str(rate or 0)) for rate in rates) or None
    return lambda: plots.bars(title, names, rates, lows=lows, highs=highs, nothing=nothing, reach=reach)  # type: ignore[arg-type]


def _months(view: View, arrears: Arrears, words: Words) -> Grid:
    """Give new defaults of each month over the loans that could come into default when it began."""
    grid = arrears.known.cross_join(view.calendar)
    at_risk = (grid.disbursed_on <= grid.starts_on) & (
        grid.closed_on.isnull() | (grid.closed_on > grid.starts_on)
    )
    at_risk = at_risk & (grid.default_on.isnull() | (grid.default_on > grid.starts_on))
    bad = at_risk & grid.default_on.notnull() & (grid.default_on <= grid.ends_on)
    sums = grid.group_by("month").aggregate(rows=v.count_if(at_risk), bad=v.count_if(bad.fill_null(False)))
    found = sorted((row for row in view.rows(sums) if row["rows"]), key=lambda row: row["month"])
    rows: list[list[Value]] = [
        [month_name(row["month"]), row["rows"], row["bad"], over(row["bad"], row["rows"]), *_ends(row)]
        for row in found
    ]
    columns = [Column("month", words("month"), "code"), *_rate_columns(words)[:5]]
    title = words("d_by_month")
    names, rates = [str(row[0]) for row in rows], [row[3] for row in rows]
    chart = None
    if any(rate is not None for rate in rates):
        chart = lambda: plots.lines(title, names, [Series(words("rate"), rates)])  # type: ignore[arg-type]  # noqa: E731
    return Grid("defaults_by_month", title, columns, rows, says=[words("d_month_how")], chart=chart)


def _ends(row: dict[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    return wilson(row["bad"], row["rows"])


def _vintages(view: View, arrears: Arrears, words: Words) -> Grid:
    known = arrears.known
    quarter = v.integer_divide(v.month_index(known.disbursed_on), whole(3))
    within = known.default_on <= v.add_months(known.disbursed_on, _VINTAGE_AGE)
    sums = known.group_by(quarter=quarter).aggregate(
        rows=known.count(),
        bad=v.count_if(within.fill_null(False)),
        so_far=v.count_if(known.default_on.notnull()),
        amount=v.total(known.amount),
        bad_amount=v.total_if(known.amount, within.fill_null(False)),
    )
    found = sorted(view.rows(sums), key=lambda row: row["quarter"])[-VINTAGES:]
    rows = [_vintage_row(row, view.context.as_of) for row in found]
    columns = [Column("vintage", words("vintage"), "code"), *_rate_columns(words)]
    columns += [
        Column("so_far", words("so_far"), "count"),
        Column("so_far_rate", words("so_far_rate"), "percent"),
    ]
    title = words("d_by_vintage")
    return Grid(
        "defaults_by_vintage",
        title,
        columns,
        rows,
        says=[words("d_vintage_how")],
        chart=_bars(title, rows, {}, words("too_young")),
    )


def _vintage_row(row: dict[str, Any], as_of: date) -> list[Value]:
    """Give a vintage; its rate is told once its youngest loan is eighteen months old."""
    year, quarter = divmod(row["quarter"], 4)
    name = f"{year} Q{quarter + 1}"
    last = year * 12 + quarter * 3 + 2
    so_far = [row["so_far"], over(row["so_far"], row["rows"])]
    if as_of.year * 12 + as_of.month - 1 > last + _VINTAGE_AGE:
        return [*_rate_row(name, row), *so_far]
    return [name, row["rows"], None, None, None, None, None, *so_far]


def _month_ends(view: View, arrears: Arrears) -> dict[int, dict[str, int]]:
    """Give for each month end the loans, those in each bucket, and the amounts granted."""
    states = arrears.states
    sums = states.group_by(["month", "bucket"]).aggregate(rows=states.count(), amount=v.total(states.amount))
    found: dict[int, dict[str, int]] = {}
    for row in view.rows(sums):
        month = found.setdefault(row["month"], {})
        month[BUCKETS[row["bucket"]]] = row["rows"]
        month[f"{BUCKETS[row['bucket']]}_amount"] = row["amount"]
    return dict(sorted(found.items()))


def _by_balance(view: View, arrears: Arrears) -> Decimal | None:
    """Give the share of the balance at the last month end that is more than 90 days past due."""
    rows = arrears.balances
    bad = v.total_if(rows.balance, rows.bucket == BUCKETS.index("over_90"))
    (sums,) = view.rows(rows.aggregate(bad=bad, balance=v.total(rows.balance)))
    return over(sums["bad"] or 0, sums["balance"] or 0)


_LEVELS = (("late", 1), ("over_30", 2), (f"over_{DEFAULT_DAYS}", 4))
"""Arrears beyond no, 30 and 90 days: each with its first bucket."""


def _shares(month: dict[str, int], ending: str = "") -> Iterator[Decimal | None]:
    total = sum(month.get(f"{bucket}{ending}", 0) for bucket in BUCKETS)
    for _, start in _LEVELS:
        yield over(sum(month.get(f"{bucket}{ending}", 0) for bucket in BUCKETS[start:]), total)


def _stock(ends: dict[int, dict[str, int]], words: Words) -> Grid:
    rows: list[list[Value]] = []
    for month, own in ends.items():
        counts = [own.get(bucket, 0) for bucket in BUCKETS]
        rows.append(
            [month_name(month), sum(counts), *counts, *_shares(own), *list(_shares(own, "_amount"))[2:]]
        )
    columns = [
        Column("month", words("month"), "code"),
        Column("loans", words("loans"), "count"),
        *(Column(f"days_{bucket}", words(f"b_{bucket}"), "count") for bucket in BUCKETS),
        *(Column(f"share_{key}", words(f"d_{key}"), "percent") for key, _ in _LEVELS),
        Column("share_over_90_by_amount", words("d_over_90_amount"), "percent"),
    ]
    title = words("d_stock")
    if rows:
        title = words("d_stock_last", rows[-1][0], *(percent(one) for one in list(rows[-1])[7:10:2]))
    return Grid(
        "arrears_by_month",
        title,
        columns,
        rows,
        says=[words("d_stock_how")],
        chart=_stock_lines(title, rows, words),
    )


def _stock_lines(title: str, rows: Sequence[Sequence[Value]], words: Words) -> Any:
    if not rows:
        return None
    series = [
        Series(words(f"d_{key}"), [row[7 + place] for row in rows])  # type: ignore[misc]
        for place, (key, _) in enumerate(_LEVELS)
    ]
    return lambda: plots.lines(title, [str(row[0]) for row in rows], series)


def _measured(ends: dict[int, dict[str, int]]) -> dict[str, Decimal | None]:
    if not ends:
        return {}
    last = ends[max(ends)]
    names = [f"share_{key}" for key, _ in _LEVELS]
    told = dict(zip(names, _shares(last), strict=True))
    return {**told, "share_over_90_by_amount": list(_shares(last, "_amount"))[2]}
