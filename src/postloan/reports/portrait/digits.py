"""Benford's law: how often each first digit leads the amounts of a book.

Expected is log10(1 + 1/d) (Benford 1938). The mean absolute deviation over the nine digits is held against
bands that are data (`published.yaml`), as a chi-square finds fault with every large book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from postloan.engine import Column as Expression
from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.reports import plots
from postloan.reports.document import Column, Grid, Value
from postloan.reports.drawing import Series
from postloan.reports.portrait.published import Published
from postloan.reports.portrait.view import Section, View, capital, over, percent, whole
from postloan.reports.words import Words

DIGITS = range(1, 10)
BENFORD = [(Decimal(1) + Decimal(1) / digit).log10().quantize(Decimal("0.000001")) for digit in DIGITS]
"""The share of each first digit by the law."""

LEAST = 1000
"""Amounts from which on a deviation is told: with fewer, chance alone goes beyond the first band."""

_STARTS = [digit * 10**power for power in range(18) for digit in DIGITS]
"""Every number of cents at which the first digit changes."""

Counts = Sequence[int]


def section(view: View, words: Words, published: Published) -> Section:
    """Give the first digits of entries, loans and payments, and the deviation of each kind of entry."""
    entries = _by_kind(view) if view.book.has("entry") else {}
    told: dict[str, Counts] = {"entry": [sum(counts) for counts in zip(*entries.values(), strict=True)]}
    told |= {name: _counts(view, name) for name in ("loan", "payment") if view.book.has(name)}
    told = {name: counts for name, counts in told.items() if sum(counts)}
    if not told:
        return Section("digits", [Grid("digits", words("b_title"), [], [], says=[words("b_no_feed")])])
    measured = {f"mad_{name}": _mad(counts) for name, counts in told.items()}
    grids = [_digits(told, words, published), _deviation(told, entries, words, published)]
    return Section("digits", grids, [], measured)


def _first_digit(column: Expression) -> Expression:
    """Give the first digit of an amount, whatever its sign."""
    size = (column < 0).ifelse(whole(0) - column, column)
    return v.steps(size, _STARTS, [0, *(start // 10 ** (len(str(start)) - 1) for start in _STARTS)], 0)


def _counted(rows: Table, *groups: str) -> Table:
    rows = rows.filter(rows.amount != 0)
    rows = rows.select(*groups, digit=_first_digit(rows.amount))
    return rows.group_by([*groups, "digit"]).aggregate(rows=rows.count())


def _counts(view: View, name: str) -> Counts:
    found = {row["digit"]: row["rows"] for row in view.rows(_counted(view.book.table(name)))}
    return [found.get(digit, 0) for digit in DIGITS]


def _by_kind(view: View) -> dict[str, Counts]:
    found: dict[str, list[int]] = {}
    for row in view.rows(_counted(view.book.table("entry"), "kind")):
        found.setdefault(row["kind"], [0] * len(DIGITS))[row["digit"] - 1] = row["rows"]
    return dict(sorted(found.items(), key=lambda one: (-sum(one[1]), one[0])))


def _mad(counts: Counts) -> Decimal | None:
    """Give the mean absolute deviation of nine shares from the law; None where amounts are few."""
    total = sum(counts)
    if total < LEAST:
        return None
    apart = [abs(Decimal(n) / total - law) for n, law in zip(counts, BENFORD, strict=True)]
    return (sum(apart, Decimal(0)) / len(apart)).quantize(Decimal("0.000001"))


def _chi_square(counts: Counts) -> Decimal | None:
    """Give Pearson's chi-square against the law, of eight degrees of freedom; None where amounts are few."""
    total = sum(counts)
    if total < LEAST:
        return None
    parts = [(n - total * law) ** 2 / (total * law) for n, law in zip(counts, BENFORD, strict=True)]
    return sum(parts, Decimal(0)).quantize(Decimal("0.0001"))


def _digits(told: Mapping[str, Counts], words: Words, published: Published) -> Grid:
    shares = {name: [over(n, sum(counts)) for n in counts] for name, counts in told.items()}
    rows: list[list[Value]] = [
        [digit, BENFORD[digit - 1], *(shares[name][digit - 1] for name in told)] for digit in DIGITS
    ]
    columns = [Column("digit", words("digit"), "count"), Column("benford", words("benford"), "percent")]
    columns += [Column(name, words(f"b_{name}"), "percent") for name in told]
    title, first = words("b_title"), next(iter(told))
    mad = _mad(told[first])
    if mad is not None:
        title = words("b_told", capital(words(f"b_{first}")), words(published.band(mad)), f"{mad:.4f}")
    series = [Series(words(f"b_{first}"), shares[first]), Series(words("benford"), BENFORD)]
    series += [Series(words(f"b_{name}"), shares[name]) for name in list(told)[1:2]]
    return Grid(
        "digits",
        title,
        columns,
        rows,
        says=[words("b_how", percent(BENFORD[0]))],
        chart=lambda: plots.grouped_bars(title, [str(digit) for digit in DIGITS], series),
    )


def _deviation(
    told: Mapping[str, Counts], entries: Mapping[str, Counts], words: Words, published: Published
) -> Grid:
    named = {words(f"b_{name}"): counts for name, counts in told.items()}
    named |= {words("b_entry_kind", words(f"entry_{kind}")): counts for kind, counts in entries.items()}
    rows: list[list[Value]] = []
    for name, counts in named.items():
        mad = _mad(counts)
        band = words(published.band(mad)) if mad is not None else words("b_few", f"{LEAST:,}")
        rows.append([name, sum(counts), mad, _chi_square(counts), band])
    columns = [
        Column("amounts", words("amounts")),
        Column("rows", words("rows"), "count"),
        Column("mad", words("mad"), "ratio"),
        Column("chi_square", words("chi_square"), "ratio"),
        Column("band", words("band")),
    ]
    says = [words("b_mad_how", published.bands_told(words)), words("b_loans_how")]
    return Grid("digit_deviation", words("b_deviation"), columns, rows, says=says)
