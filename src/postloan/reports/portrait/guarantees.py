"""The network of guarantees: for how many each guarantor stands, how many stand for a borrower, circles."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from postloan.engine import Table, graph
from postloan.engine import verbs as v
from postloan.reports import plots
from postloan.reports.document import Column, Grid, Value
from postloan.reports.drawing import Series
from postloan.reports.portrait.view import Section, View, over, percent
from postloan.reports.words import Words

_DEGREES = ((1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "5–9"), (10, "10–19"), (20, "20+"))
"""Degrees that are told by themselves, then bands: where each begins, and its name."""


def section(view: View, words: Words) -> Section:
    """Give degrees and components of the guarantees that were ever given, one tie for each pair."""
    edges = _edges(view) if view.book.has("guarantee") else None
    ties = view.rows(edges.aggregate(ties=edges.count()))[0]["ties"] if edges is not None else 0
    if edges is None or not ties:
        return Section(
            "guarantees", [Grid("guarantees", words("g_title"), [], [], says=[words("g_no_feed")])]
        )
    out, into = _degrees(view, edges, "source"), _degrees(view, edges, "target")
    parts = _components(view, edges)
    (people,) = view.rows(view.book.table("customer").aggregate(rows=view.book.table("customer").count()))
    measured = {
        "mean_guarantors": over(ties, sum(into)),
        "mean_guaranteed": over(ties, sum(out)),
        "reciprocal_share": over(_reciprocal(view, edges), ties),
        "in_largest_share": over(parts["largest"], parts["members"]),
    }
    title = words("g_told", f"{parts['circles']:,}", f"{parts['in_circles']:,}", f"{parts['largest']:,}")
    return Section(
        "guarantees",
        [_distribution(out, into, title, words), _network(ties, people["rows"], parts, measured, words)],
        [],
        measured,
    )


def _edges(view: View) -> Table:
    """Give who stands for whom, once for each pair: layer, source (the guarantor), target (the borrower)."""
    guarantee, contract = view.book.table("guarantee"), view.book.table("contract")
    contract = contract.select(_contract="contract_id", target="customer_id")
    rows = guarantee.inner_join(contract, guarantee.contract_id == contract["_contract"])
    rows = rows.filter(rows.guarantor_customer_id != rows.target)
    rows = rows.select("target", source="guarantor_customer_id", layer=v.literal("guarantee", "string"))
    return view.context.keep("guarantee_ties", rows.distinct())


def _degrees(view: View, edges: Table, end: str) -> list[int]:
    """Give how many have each of `_DEGREES` on one end of their ties."""
    sums = edges.group_by(member=edges[end]).aggregate(degree=edges.count())
    starts = [start for start, _ in _DEGREES][1:]
    sums = sums.select(band=v.steps(sums.degree, starts, range(len(_DEGREES)), 0))
    found = {
        row["band"]: row["rows"] for row in view.rows(sums.group_by("band").aggregate(rows=sums.count()))
    }
    return [found.get(place, 0) for place in range(len(_DEGREES))]


def _reciprocal(view: View, edges: Table) -> int:
    back = edges.select(_from="target", _to="source")
    rows = edges.semi_join(back, (edges.source == back["_from"]) & (edges.target == back["_to"]))
    return int(view.rows(rows.aggregate(rows=rows.count()))[0]["rows"])


def _components(view: View, edges: Table) -> dict[str, int]:
    """Give members, groups that hang together, the largest, and circles: those who guarantee each other."""
    found = graph.components(view.context.engine, edges, "portrait_ties")
    first = found.member == found.weak
    in_circle = found.strong_size > 1
    (row,) = view.rows(
        found.aggregate(
            members=found.count(),
            groups=v.count_if(first),
            largest=found.weak_size.max(),
            circles=v.count_if(in_circle & (found.member == found.strong)),
            in_circles=v.count_if(in_circle),
            largest_circle=v.max_if(found.strong_size, in_circle),
        )
    )
    return {name: int(value or 0) for name, value in row.items()}


def _distribution(out: list[int], into: list[int], title: str, words: Words) -> Grid:
    rows: list[list[Value]] = [
        [name, out[place], over(out[place], sum(out)), into[place], over(into[place], sum(into))]
        for place, (_, name) in enumerate(_DEGREES)
    ]
    columns = [
        Column("degree", words("degree"), "code"),
        Column("guarantors", words("guarantors"), "count"),
        Column("guarantors_share", words("guarantors_share"), "percent"),
        Column("borrowers", words("borrowers"), "count"),
        Column("borrowers_share", words("borrowers_share"), "percent"),
    ]
    series: list[Any] = [
        Series(words("g_out"), [row[2] for row in rows]),  # type: ignore[misc]
        Series(words("g_in"), [row[4] for row in rows]),  # type: ignore[misc]
    ]
    names = [name for _, name in _DEGREES]
    return Grid(
        "guarantees",
        title,
        columns,
        rows,
        says=[words("g_how")],
        chart=lambda: plots.grouped_bars(title, names, series),
    )


def _network(
    ties: int, people: int, parts: dict[str, int], measured: dict[str, Decimal | None], words: Words
) -> Grid:
    figures: list[tuple[str, str]] = [("ties", f"{ties:,}")]
    figures += [(name, f"{parts[name]:,}") for name in ("members", "groups", "largest")]
    figures += [(name, f"{parts[name]:,}") for name in ("circles", "in_circles", "largest_circle")]
    figures.append(("members_share", percent(over(parts["members"], people))))
    figures.append(("reciprocal_share", percent(measured["reciprocal_share"])))
    figures += [(name, f"{measured[name]:.2f}") for name in ("mean_guarantors", "mean_guaranteed")]
    columns = [Column("figure", words("figure")), Column("value", words("value"), "code")]
    return Grid(
        "guarantee_network", words("g_network"), columns, [[words(f"g_{key}"), told] for key, told in figures]
    )
