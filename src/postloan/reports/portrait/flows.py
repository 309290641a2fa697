"""Money on accounts: when in the year it comes in, and how long a balance remembers what it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, reduce
from typing import Any

from postloan.engine import Column as Expression
from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.reports import plots
from postloan.reports.document import Column, Grid, Value
from postloan.reports.drawing import Series
from postloan.reports.portrait.view import Section, View, capital, kinds_of, month_of, over, whole
from postloan.reports.words import Words

_YEAR = 12
LAGS = range(1, 13)
"""Months after which a balance is held against itself."""

_SCALE = 1000
"""Balances are told in thousandths of their account's range: sums of their products are exact integers."""


@dataclass(frozen=True)
class Flows:
    """Entries of a view summed up by account and month."""

    view: View

    @cached_property
    def monthly(self) -> Table:
        """Give sums by account and month: account_id, month, kind (of the customer), credits, net (cents)."""
        entry, account = self.view.book.table("entry"), self.view.book.table("account")
        is_credit = (entry.amount > 0) & entry.reverses_id.isnull()
        sums = entry.group_by("account_id", month=v.month_index(entry.booked_on)).aggregate(
            credits=v.total_if(entry.amount, is_credit), net=v.total(entry.amount)
        )
        customer = self.view.book.table("customer").select(_customer="customer_id", kind="kind")
        owners = account.select("customer_id", "opened_on", _account="account_id")
        owners = owners.inner_join(customer, owners.customer_id == customer["_customer"])
        owners = owners.select("kind", "opened_on", "_account")
        rows = sums.inner_join(owners, sums.account_id == owners["_account"]).drop("_account")
        return self.view.context.keep("monthly_flows", rows)

    @cached_property
    def months(self) -> list[int]:
        """Give the full months of the view that entries cover: none before the second month of entries."""
        (row,) = self.view.rows(self.monthly.aggregate(first=self.monthly.month.min()))
        if row["first"] is None:
            return []
        return [month_of(end) for end in self.view.ends if month_of(end) > row["first"]]


def seasons(view: View, flows: Flows, words: Words) -> Section:
    """Give the credits of each calendar month by customer kind, 1 being an average month of the year."""
    title = words("f_title")
    if not view.book.has("entry") or len(flows.months) < _YEAR:
        return Section("seasons", [Grid("seasons", title, [], [], says=[words("f_no_feed")])])
    first = flows.months[len(flows.months) % _YEAR]
    monthly = flows.monthly
    rows = _within(monthly, first, flows.months[-1])
    sums = rows.group_by("kind", "month").aggregate(rows=rows.count(), credits=v.total(rows.credits))
    found = view.rows(sums)
    kinds = kinds_of(found, "kind")
    if not kinds:
        return Section("seasons", [Grid("seasons", title, [], [], says=[words("f_no_old")])])
    index = {kind: _index([row for row in found if row["kind"] == kind]) for kind in kinds}
    labels = words.labels(*kinds)
    columns = [Column("month", words("calendar_month"), "code")]
    columns += [Column(kind, labels[kind], "ratio") for kind in kinds]
    told: list[list[Value]] = [
        [f"{month:02d}", *(index[kind][month - 1] for kind in kinds)] for month in range(1, _YEAR + 1)
    ]
    swings = {kind: _swing(index[kind]) for kind in kinds}
    strongest = max(kinds, key=lambda kind: swings[kind] or Decimal(0))
    if swings[strongest]:
        title = words("f_strongest", capital(labels[strongest]), f"{swings[strongest]:.1f}")
    series = [Series(labels[kind], index[kind]) for kind in kinds]
    names = [str(row[0]) for row in told]
    grid = Grid(
        "seasons",
        title,
        columns,
        told,
        says=[words("f_how", str(len(flows.months) // _YEAR))],
        chart=lambda: plots.lines(title, names, series, kind="ratio"),
    )
    return Section("seasons", [grid], [], {f"swing_{kind}": swings[kind] for kind in kinds})


def _within(monthly: Table, first: int, last: int) -> Table:
    """Keep the months from first to last of accounts that were there before, so that growth is no season."""
    is_old = monthly.opened_on.isnull() | (v.month_index(monthly.opened_on) < first)
    return monthly.filter(is_old & (monthly.month >= first) & (monthly.month <= last))


def _index(rows: Sequence[dict[str, Any]]) -> list[Decimal | None]:
    """Give each calendar month's credits over those of an average month."""
    total = sum(row["credits"] for row in rows)
    by_month = [sum(row["credits"] for row in rows if row["month"] % _YEAR == n) for n in range(_YEAR)]
    return [over(part * _YEAR, total) for part in by_month]


def _swing(index: Sequence[Decimal | None]) -> Decimal | None:
    """Give the strongest month over the weakest, None where the weakest has no credits."""
    known = [one for one in index if one is not None]
    if not known or not min(known):
        return None
    return (max(known) / min(known)).quantize(Decimal("0.0001"))


def memory(view: View, flows: Flows, words: Words) -> Section:
    """Give the autocorrelation of month-end balances by customer kind, for one to twelve months.

    A balance is told from the account's entries up to what it was before them, which an autocorrelation does
    not see. Accounts count alike, whatever their size; those that were opened within the months, or had no
    entry in them, are left out.
    """
    title = words("a_title")
    months = flows.months if view.book.has("entry") else []
    if len(months) <= LAGS[-1]:
        return Section("memory", [Grid("memory", title, [], [], says=[words("a_no_feed")])])
    found = view.rows(_by_kind(view, flows, months))
    kinds = kinds_of(found, "kind")
    if not kinds:
        return Section("memory", [Grid("memory", title, [], [], says=[words("f_no_old")])])
    labels = words.labels(*kinds)
    means = {row["kind"]: _means(row) for row in found}
    everyone = [
        over(sum(row[f"sum_{lag}"] for row in found), sum(row["rows"] for row in found) * 1_000_000)
        for lag in LAGS
    ]
    columns = [Column("lag", words("lag"), "count"), Column("all", words("all_accounts"), "ratio")]
    columns += [Column(kind, labels[kind], "ratio") for kind in kinds]
    rows: list[list[Value]] = [
        [lag, everyone[place], *(means[kind][place] for kind in kinds)] for place, lag in enumerate(LAGS)
    ]
    accounts = sum(row["rows"] for row in found)
    if everyone[0] is not None:
        title = words("a_told", f"{everyone[0]:.2f}", f"{everyone[-1]:.2f}")
    grid = Grid(
        "memory",
        title,
        columns,
        rows,
        says=[words("a_how", f"{accounts:,}", len(months))],
        chart=lambda: plots.grouped_bars(
            title, [str(lag) for lag in LAGS], [Series("", everyone)], kind="ratio"
        ),
    )
    measured = {f"memory_{lag}": everyone[place] for place, lag in enumerate(LAGS)}
    return Section("memory", [grid], [], measured)


def _means(row: dict[str, Any]) -> list[Decimal | None]:
    return [over(row[f"sum_{lag}"], row["rows"] * 1_000_000) for lag in LAGS]


def _by_kind(view: View, flows: Flows, months: Sequence[int]) -> Table:
    """Give by customer kind the accounts, and the sum of their autocorrelations in millionths by lag."""
    rows = _within(flows.monthly, months[0], months[-1])
    moves = {f"m{n}": v.total_if(rows.net, rows.month == month) for n, month in enumerate(months)}
    wide = rows.group_by("account_id", "kind").aggregate(**moves)
    wide = view.context.keep("account_moves", wide)
    balances = _balances(wide, len(months))
    names = [f"z{n}" for n in range(len(months))]
    scaled = view.context.keep("account_balances", _scaled(balances, names))
    power = _total([scaled[name] * scaled[name] for name in names])
    lagged = {
        f"acf_{lag}": v.exact(
            v.ratio(_total([scaled[a] * scaled[b] for a, b in zip(names, names[lag:], strict=False)]), power),
            "decimal",
        )
        for lag in LAGS
    }
    told = scaled.mutate(power=power).filter(power > 0)
    told = told.select("kind", **{name: _millionths(column) for name, column in lagged.items()})
    return told.group_by("kind").aggregate(
        rows=told.count(), **{f"sum_{lag}": v.total(told[f"acf_{lag}"]) for lag in LAGS}
    )


def _millionths(column: Expression) -> Expression:
    """Give a decimal with six places as whole millionths."""
    return v.convert(whole(1_000_000), column)


def _balances(wide: Table, count: int) -> Table:
    """Give what each account held at each month end beyond what it held before them, as b0, b1 and so on."""
    held, columns = None, {}
    for n in range(count):
        held = wide[f"m{n}"] if held is None else held + wide[f"m{n}"]
        columns[f"b{n}"] = held
    return wide.select("account_id", "kind", **columns)


def _scaled(balances: Table, names: Sequence[str]) -> Table:
    """Give balances less their mean, in thousandths of the greatest distance from it."""
    held = [balances[name.replace("z", "b")] for name in names]
    mean = v.integer_divide(_total(held), whole(len(names)))
    apart = [one - mean for one in held]
    most = v.greatest(*apart, *(whole(0) - one for one in apart))
    parts = {
        name: v.integer_divide(one * _SCALE, most).fill_null(0)
        for name, one in zip(names, apart, strict=True)
    }
    return balances.select("account_id", "kind", **parts)


def _total(columns: Sequence[Expression]) -> Expression:
    return reduce(lambda a, b: a + b, columns)
