"""Roll rates: what share of the loans in a bucket of days past due stands in which a month later."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from postloan.reports import plots
from postloan.reports.document import Column, Grid, Value
from postloan.reports.portrait.arrears import BUCKETS, STATES, Arrears
from postloan.reports.portrait.view import Section, View, over, percent, wilson
from postloan.reports.words import Words

_STEPS = (*zip(range(4), range(1, 5), strict=True), (1, 0), (2, 0), (3, 0), (4, 0))
"""What the chart tells: each bucket to the next worse one, and each back to none."""


def section(view: View, arrears: Arrears, words: Words) -> Section:
    """Give the roll rates over all months of the view."""
    if not arrears.can_tell:
        return Section("rolls", [Grid("rolls", words("r_title"), [], [], says=[words("d_no_feed")])])
    counts = {(row["was"], row["then"]): row["rows"] for row in view.rows(arrears.rolls)}
    starts = {was: sum(n for (one, _), n in counts.items() if one == was) for was in range(len(BUCKETS))}
    rates = {step: over(counts.get(step, 0), starts[step[0]]) for step in _STEPS}
    measured = {f"roll_{BUCKETS[was]}_to_{BUCKETS[then]}": rates[was, then] for was, then in _STEPS}
    return Section("rolls", [_chart(counts, starts, words), _matrix(counts, starts, words)], [], measured)


def _chart(counts: Mapping[tuple[int, int], int], starts: Mapping[int, int], words: Words) -> Grid:
    rows: list[list[Value]] = []
    for was, then in _STEPS:
        part = counts.get((was, then), 0)
        name = f"{words(f'b_{BUCKETS[was]}')} → {words(f'b_{BUCKETS[then]}')}"
        rows.append([name, starts[was], part, over(part, starts[was]), *wilson(part, starts[was])])
    columns = [
        Column("step", words("r_step")),
        Column("loans", words("r_loans"), "count"),
        Column("moved", words("r_moved"), "count"),
        Column("rate", words("r_rate"), "percent"),
        *(Column(key, words(key), "percent") for key in ("low", "high")),
    ]
    title = words("r_title")
    worse = [row[3] for row in rows[1:4] if isinstance(row[3], Decimal)]
    if worse:
        title = words("r_title_worst", percent(rows[0][3]), percent(max(worse)))
    names, rates, lows, highs = ([row[place] for row in rows] for place in (0, 3, 4, 5))
    return Grid(
        "rolls",
        title,
        columns,
        rows,
        says=[words("r_how")],
        chart=lambda: plots.bars(
            title,
            [str(name) for name in names],
            rates,  # type: ignore[arg-type]
            lows=lows,  # type: ignore[arg-type]
            highs=highs,  # type: ignore[arg-type]
            nothing=words("none_told"),
        ),
    )


def _matrix(counts: Mapping[tuple[int, int], int], starts: Mapping[int, int], words: Words) -> Grid:
    labels = words.labels(*(f"b_{state}" for state in STATES))
    columns = [Column("was", words("r_was"), labels=labels), Column("loans", words("r_loans"), "count")]
    columns += [Column(state, labels[f"b_{state}"], "percent") for state in STATES]
    rows: list[list[Value]] = [
        [
            f"b_{bucket}",
            starts[was],
            *(over(counts.get((was, then), 0), starts[was]) for then in range(len(STATES))),
        ]
        for was, bucket in enumerate(BUCKETS)
    ]
    return Grid("roll_matrix", words("r_matrix"), columns, rows)
