"""What people read of an evaluation: precision, capture and lead time by colour, by signal, by rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from postloan.cli.text import colour, faint, heading, pad
from postloan.cli.words import Words

_HEADS = ("alerts", "right", "precision", "captured", "by amount", "1 day", "lead", "lead 30+", "a week")


def say_evaluation(told: Mapping[str, Any]) -> None:
    """Print the tables of an evaluation."""
    words, span = Words("en"), f"{told['from']} to {told['to']}"
    outcomes = f"{told['outcomes']:,} outcomes"
    click.echo(
        f"{heading(outcomes)} in {span}, {told['runs']} runs; right within {told['horizon_days']} days"
    )
    if told["unknown_customers"]:
        click.echo(
            f"{told['unknown_customers']:,} of them name customers without a loan in these runs; "
            "they count in the shares captured"
        )
    click.echo(f"\n{heading(pad('opened as', 18))}{faint(_row(_HEADS))}")
    for row in told["by_colour"]:
        click.echo(pad(f"  {colour(row['colour'], words)}", 18) + _cells(row))
    least = told["min_colour"]
    click.echo(pad("  red" if least == "red" else f"  {least} or worse", 18) + _cells(told["total"]))
    if told["by_signal"]:
        click.echo(f"\n{heading(pad('signal', 18))}{faint(_row(_HEADS))}")
    for row in told["by_signal"]:
        click.echo(pad(f"  {row['code']}", 18) + _cells(row))
    if told["ranking"]:
        click.echo(f"\n{heading('highest scores of the last run')}")
    for row in told["ranking"]:
        click.echo(f"  first {row['top']:>9,}  {_percent(row['precision']):>8} went bad")
    click.echo(
        faint(
            "\ncaptured: share of outcomes with an alert at least 30 days before, by count and by "
            "amount,\nand at least 1 day before; lead: median days from alert to bad, and to 30 days "
            "past due; a week: alerts a manager"
        )
    )


def _row(cells: Sequence[str]) -> str:
    return "".join(f"{cell:>10}" for cell in cells)


def _cells(row: Mapping[str, Any]) -> str:
    shares = ("precision", "capture_count", "capture_amount", "capture_count_1d")
    return _row(
        (
            f"{row['alerts']:,}",
            f"{row['right']:,}",
            *(_percent(row[name]) for name in shares),
            _number(row["lead_median_days"]),
            _number(row["lead_dpd30_median_days"]),
            _number(row["alerts_per_manager_week"]),
        )
    )


def _percent(share: Any) -> str:
    return "-" if share is None else f"{share * 100:.1f} %"


def _number(value: Any) -> str:
    return "-" if value is None else f"{value:g}"
