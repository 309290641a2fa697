"""Legal clocks by kind and days left, with the ones that end first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from postloan.engine import Column as Expression
from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.reports.days import Day
from postloan.reports.document import Column, Document, Grid, Value
from postloan.reports.levels import NOT_MEASURABLE
from postloan.reports.report_words import WORDS
from postloan.reports.words import Words

ENDS = (("0_7", 7), ("8_30", 30), ("31_90", 90), ("91_180", 180))
"""Bands of days left and the last day of each; beyond the last it is `more`."""

BANDS = ("expired", *(name for name, _ in ENDS), "more", "suspended", "satisfied", NOT_MEASURABLE)


def clocks(day: Day, top: int, lang: str) -> Document:
    """Give the legal clocks of a day by kind and band, and the `top` running ones that end first.

    Those that cannot be counted are told with what is missing: on pages the `top` first, else all of them.
    """
    words = Words(lang, WORDS)
    table = day.table("clock")
    table = table.mutate(band=_band(table))
    counted = day.rows(table.group_by(["kind", "band"]).aggregate(clocks=table.count()))
    names = _names(day, lang)
    columns = [
        Column("kind", words("kind"), "code", names),
        Column("band", words("band"), "code", words.labels(*BANDS)),
        Column("clocks", words("clocks"), "count"),
    ]
    rows: list[list[Value]] = sorted(
        ([row["kind"], row["band"], row["clocks"]] for row in counted),
        key=lambda row: (row[0], BANDS.index(row[1])),
    )
    unmeasured = _unmeasured(day, table)
    grids = [
        _by_kind(counted, names, words),
        *_lacking(unmeasured, top, names, words),
        _urgent(day, table, top, names, words),
    ]
    bands = Grid("bands", words("bands"), columns, rows, only="data")
    return Document(
        "clocks",
        words("clocks_title", day.as_of),
        [*_answer(counted, day, words), *day.policy_told(words)],
        [*grids, bands] if counted else [bands],
        about={
            "date": day.as_of,
            "policy_version": day.row.policy_version,
            "kinds_in_pack": None if day.policy is None else len(day.policy.clocks),
        },
        rows=_tidy(columns, rows, unmeasured, words),
    )


def _tidy(
    columns: Sequence[Column], rows: Sequence[Sequence[Value]], unmeasured: Sequence[_Row], words: Words
) -> Grid:
    """Give the clocks by kind and band, and each of those that cannot be counted in a row of its own."""
    loan, customer, missing = (Column(name, words(name), "code") for name in _LACKING[1:])
    kind, band, clocks = columns
    told: list[list[Value]] = [
        [name, place, None, None, None, count] for name, place, count in rows if place != NOT_MEASURABLE
    ]
    told += [[row["kind"], NOT_MEASURABLE, *(row[key] for key in _LACKING[1:]), 1] for row in unmeasured]
    return Grid("clocks", words("bands"), [kind, band, loan, customer, missing, clocks], told, only="csv")


_Row = Mapping[str, Any]
_LACKING = ("kind", "loan_id", "customer_id", "missing")


def _unmeasured(day: Day, clock: Table) -> list[_Row]:
    """Give the clocks that cannot be counted, by kind, loan and customer, with what is missing as a text."""
    rows = clock.filter(clock.band == NOT_MEASURABLE)
    found = day.rows(rows.select("kind", "loan_id", "customer_id", "clock_id", "evidence"))
    found.sort(key=lambda row: (row["kind"], row["loan_id"] or "", row["customer_id"] or "", row["clock_id"]))
    return [{**row, "missing": _missing(row["evidence"])} for row in found]


def _missing(evidence: str | None) -> str | None:
    return ", ".join(json.loads(evidence or "{}").get("missing", [])) or None


def _lacking(rows: Sequence[_Row], top: int, names: Mapping[str, str], words: Words) -> Iterator[Grid]:
    """Give what is missing by kind, then the loans: the first of them for pages, all for other files."""
    if not rows:
        return
    loan, customer = (Column(name, words(name), "code") for name in _LACKING[1:3])
    kind = Column("kind", words("kind"), labels=dict(names))
    counts = Counter((row["kind"], row["missing"]) for row in rows)
    order = sorted(counts, key=lambda what: (what[0], -counts[what], what[1] or ""))
    summed: list[list[Value]] = [[*what, counts[what]] for what in order]
    lacks = Column("missing", words("missing"))
    yield Grid(
        "missing", words("clocks_missing"), [kind, lacks, Column("clocks", words("clocks"), "count")], summed
    )
    told: list[list[Value]] = [[row[name] for name in _LACKING] for row in rows]
    columns = [kind, loan, customer, lacks]
    more = [words("unmeasured_more", f"{len(told) - top:,}")] if len(told) > top else []
    yield Grid("unmeasured", words("unmeasured"), columns, told[:top], says=more, only="pages")
    yield Grid("unmeasured", words("unmeasured"), columns, told, only="data")


def _band(clock: Table) -> Expression:
    """Give the band of each clock; one that runs without an end that is known is not measurable."""
    left, state = clock.days_left, clock.state
    unknown = (state == NOT_MEASURABLE) | state.isnull()
    branches = [
        (unknown, NOT_MEASURABLE),
        (state == "satisfied", "satisfied"),
        ((state == "expired") | ((state == "running") & (left < 0)), "expired"),
        (state == "suspended", "suspended"),
        (left.isnull(), NOT_MEASURABLE),
        *((left <= last, name) for name, last in ENDS),
    ]
    return v.when(
        [(holds, v.literal(name, "string")) for holds, name in branches], v.literal("more", "string")
    )


def _answer(counted: Sequence[Mapping[str, Any]], day: Day, words: Words) -> Iterator[str]:
    sums = dict.fromkeys(BANDS, 0)
    for row in counted:
        sums[row["band"]] += row["clocks"]
    if not counted and day.policy is not None and not day.policy.clocks:
        yield words("clocks_no_rule")
        return
    if not counted:
        yield words("clocks_none", day.as_of)
        return
    running = sum(sums[name] for name in ("0_7", "8_30", "31_90", "91_180", "more"))
    soon = sums["0_7"] + sums["8_30"]
    yield words("clocks_answer", f"{running:,}", f"{soon:,}", f"{sums['expired']:,}")
    if sums[NOT_MEASURABLE]:
        yield words("clocks_unmeasured", f"{sums[NOT_MEASURABLE]:,}", f"{sum(sums.values()):,}")


def _names(day: Day, lang: str) -> dict[str, str]:
    """Give the names of kinds of clocks, where the pack at hand has them."""
    known = day.policy.in_force.get("clock", {}) if day.policy else {}
    names = {kind: getattr(dated.value, "name", None) or {} for kind, dated in known.items()}
    return {kind: name.get(lang) or name.get("en") or kind for kind, name in names.items()}


def _by_kind(counted: Sequence[Mapping[str, Any]], names: Mapping[str, str], words: Words) -> Grid:
    found = {row["band"] for row in counted}
    bands = [band for band in BANDS if band not in ("suspended", "satisfied") or band in found]
    columns = [Column("kind", words("kind"), labels={**names, "total": words("total")})]
    columns += [Column(band, words(band), "count") for band in [*bands, "total"]]
    kinds = list(dict.fromkeys([*names, *sorted(row["kind"] for row in counted)]))

    def row_of(name: str, own: Sequence[Mapping[str, Any]]) -> list[Value]:
        each = [sum(row["clocks"] for row in own if row["band"] == band) for band in bands]
        return [name, *each, sum(each)]

    by_kind = {kind: [row for row in counted if row["kind"] == kind] for kind in kinds}
    rows = [row_of(kind, own) for kind, own in by_kind.items() if own]
    return Grid("by_kind", words("clocks_by_kind"), columns, [*rows, row_of("total", counted)], 1)


def _urgent(day: Day, clock: Table, top: int, names: Mapping[str, str], words: Words) -> Grid:
    running = clock.filter(clock.band.isin((*(name for name, _ in ENDS), "more")))
    order = [(running.days_left, "asc"), (running.clock_id, "asc")]
    first = running.mutate(place=v.row_number(order=order))
    first = first.filter(first.place <= top)
    loans = day.table("loan_state")
    loans = loans.select(_loan="loan_id", balance=v.money(loans.balance))
    first = first.left_join(loans, first.loan_id == loans["_loan"])
    columns = [
        Column("kind", words("kind"), labels=dict(names)),
        Column("loan_id", words("loan_id"), "code"),
        Column("customer_id", words("customer_id"), "code"),
        Column("ends_on", words("ends_on"), "date"),
        Column("days_left", words("days_left"), "count"),
        Column("balance", words("amount"), "amount"),
    ]
    rows = sorted(day.rows(first), key=lambda row: row["place"])
    told = [[row[column.key] for column in columns] for row in rows]
    return Grid("urgent", words("urgent"), columns, told, says=() if told else [words("none_urgent")])
