"""Provisions by class with the factors of the pack, and what changed them between two days.

A loan's provision is its balance times the factor of its level (`scheme_level.provision_factor`), in integer
cents, halves away from zero as all money of a run. Where level, factor or balance is missing it is not
measurable, which is counted. Entrusted loans carry no risk of the bank's; off-balance exposures are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from postloan.engine import Engine, Field, Table
from postloan.engine import verbs as v
from postloan.policy.pack import Policy
from postloan.reports.days import Day, money
from postloan.reports.document import Column, Document, Grid, Value
from postloan.reports.levels import STATES, UNCLASSIFIED, Levels, state_of
from postloan.reports.moves import Move, direction
from postloan.reports.report_words import WORDS
from postloan.reports.words import Words

_LINES = ("b_closed", "b_new", "b_factor", "b_balance", "b_worse", "b_better", "b_lost", "b_gained")
_FACTOR = (Field("_scheme", "string"), Field("_level", "string"), Field("factor", "decimal"))


@dataclass(frozen=True)
class ClassLine:
    """Loans of one level: how many, balance and provision in cents, and how many cannot be provided for."""

    currency: str
    scheme: str | None
    level: str | None
    five: str
    factor: Decimal | None
    loans: int
    balance: int
    provision: int | None
    missing: int
    missing_balance: int


def provisions(last: Day, first: Day | None, lang: str) -> Document:
    """Give provisions by class on a day; with an earlier one, what changed them since, line by line.

    Raises nothing for factors that are not set: they make provisions not measurable, and are counted.
    """
    words, levels = Words(lang, WORDS), Levels.of((first.policy if first else None, last.policy))
    lines = _lines(last)
    bridge = _bridge(first, last, levels) if first and _known(lines) and _known(_lines(first)) else {}
    grids = [_grid(_own(lines, currency), currency, levels, words) for currency in _currencies(lines)]
    if first:
        grids += [_bridge_grid(parts, currency, first, words) for currency, parts in sorted(bridge.items())]
    return Document(
        "provisions",
        words("provisions_title", last.as_of),
        list(_answer(lines, bridge, first, last, words)),
        grids,
        about={
            "date": last.as_of,
            "from": first.as_of if first else None,
            "policy_version": last.row.policy_version,
        },
        rows=_tidy(lines, words),
    )


def _answer(
    lines: Sequence[ClassLine],
    bridge: Mapping[str, Mapping[str, int]],
    first: Day | None,
    last: Day,
    words: Words,
) -> Iterator[str]:
    currencies = _currencies(lines)
    known = _known(lines)
    if not known:
        yield words("provisions_none")
    else:
        sums = [f"{money(_sum(_own(known, one))):,.2f} {one}" for one in currencies if _own(known, one)]
        yield words("provisions_answer", last.as_of, " + ".join(sums))
    if first and known and not bridge:
        yield words("provisions_before", first.as_of)
    elif first and known:
        told = [
            f"{money(parts['b_closing'] - parts['b_opening']):+,.2f} {currency}"
            for currency, parts in sorted(bridge.items())
        ]
        yield words("provisions_change", first.as_of, ", ".join(told))
    classed = [one for one in lines if one.five != UNCLASSIFIED]
    missing = sum(one.missing for one in classed)
    if missing and known:
        left = [
            f"{money(sum(line.missing_balance for line in _own(classed, one))):,.2f} {one}"
            for one in currencies
        ]
        yield words("provisions_missing", f"{missing:,}", ", ".join(left))
    for row in last.off_balance():
        yield words("provisions_off", f"{money(row['balance']):,.2f} {row['currency']}", f"{row['loans']:,}")
    yield from dict.fromkeys([*(first.policy_told(words) if first else []), *last.policy_told(words)])


def _known(lines: Sequence[ClassLine]) -> list[ClassLine]:
    return [one for one in lines if one.provision is not None]


def _currencies(lines: Sequence[ClassLine]) -> list[str]:
    return sorted({one.currency for one in lines})


def _own(lines: Sequence[ClassLine], currency: str) -> list[ClassLine]:
    return [one for one in lines if one.currency == currency]


def _sum(lines: Sequence[ClassLine]) -> int:
    return sum(one.provision or 0 for one in lines)


def _factors(engine: Engine, policy: Policy | None) -> Table:
    rows = [
        {"_scheme": scheme.id, "_level": level.level_code, "factor": level.provision_factor}
        for scheme in (policy.schemes if policy else ())
        for level in scheme.levels
    ]
    return engine.from_rows(rows, _FACTOR, "factors")


def _with_factor(loans: Table, factors: Table, name: str) -> Table:
    own = factors.rename(**{name: "factor"})
    both = loans.left_join(own, [loans.scheme_id == own["_scheme"], loans.class_final == own["_level"]])
    return both.drop("_scheme", "_level")


def _lines(day: Day) -> list[ClassLine]:
    loans = _with_factor(day.claims(), _factors(day.engine, day.policy), "factor")
    provision = v.convert(loans.balance, loans.factor)
    loans = loans.mutate(_provision=provision, _balance=loans.balance.fill_null(v.literal(0, "integer")))
    keys = ["currency", "scheme_id", "class_final", "five_level", "factor"]
    summed = loans.group_by(keys).aggregate(
        loans=loans.count(),
        balance=v.total(loans["_balance"]),
        provision=v.total(loans["_provision"]),
        missing=v.count_if(loans["_provision"].isnull()),
        missing_balance=v.total_if(loans["_balance"], loans["_provision"].isnull()),
    )
    lines = [
        ClassLine(
            row["currency"] or "",
            row["scheme_id"],
            row["class_final"],
            state_of(row["five_level"]),
            row["factor"],
            *(row[name] for name in ("loans", "balance", "provision", "missing", "missing_balance")),
        )
        for row in day.rows(summed)
    ]
    rank = Levels.of((day.policy,)).rank
    return sorted(
        lines,
        key=lambda one: (
            one.currency,
            one.scheme or "~",
            STATES.index(one.five),
            *rank(one.scheme or "", one.level or ""),
        ),
    )


def _grid(lines: Sequence[ClassLine], currency: str, levels: Levels, words: Words) -> Grid:
    schemes = {one.scheme for one in lines}
    columns = [
        Column("scheme", words("scheme")),
        Column("level", words("level")),
        Column("five_level", words("five_level"), labels=words.labels(*STATES)),
        Column("factor", words("factor")),
        Column("loans", words("loans"), "count"),
        Column("balance", words("amount"), "amount"),
        Column("provision", words("provision"), "amount"),
    ]
    rows: list[list[Value]] = []
    for one in lines:
        names = levels.names(one.scheme or "", [one.level] if one.level else [], words.lang)
        level = names.get(one.level or "", "")
        factor = words("not_set") if one.factor is None else f"{one.factor.normalize():f}"
        provision = None if one.provision is None else money(one.provision)
        rows.append([one.scheme or "", level, one.five, factor, one.loans, money(one.balance), provision])
    known = _known(lines)
    loans, balance = sum(one.loans for one in lines), sum(one.balance for one in lines)
    rows.append([words("total"), "", "", "", loans, money(balance), money(_sum(lines)) if known else None])
    if len(schemes - {None}) < 2:  # one scheme needs no column
        columns, rows = columns[1:], [[row[1] or row[0], *row[2:]] for row in rows]
    key = f"by_class_{currency}"
    return Grid(key, words("by_class", currency), columns, rows, 1, [words("provisions_how")], only="pages")


def _tidy(lines: Sequence[ClassLine], words: Words) -> Grid:
    columns = [
        Column("currency", words("currency"), "code"),
        Column("scheme", words("scheme"), "code"),
        Column("level", words("level"), "code"),
        Column("five_level", words("five_level"), "code", words.labels(*STATES)),
        Column("factor", words("factor"), "code"),
        Column("loans", words("loans"), "count"),
        Column("balance", words("amount"), "amount"),
        Column("provision", words("provision"), "amount"),
        Column("missing", words("not_told"), "count"),
    ]
    rows: list[list[Value]] = [
        [
            one.currency,
            one.scheme,
            one.level,
            one.five,
            one.factor,
            one.loans,
            money(one.balance),
            None if one.provision is None else money(one.provision),
            one.missing,
        ]
        for one in lines
    ]
    return Grid("classes", words("by_class", ""), columns, rows)


def _bridge(first: Day, last: Day, levels: Levels) -> dict[str, dict[str, int]]:
    """Give what leads from the earlier provisions to the later ones, in cents, by currency and line."""
    found: dict[str, dict[str, int]] = {}
    for row in last.rows(_terms(first, last)):
        parts = found.setdefault(row["currency"] or "", dict.fromkeys(("b_opening", *_LINES, "b_closing"), 0))
        for name, term in _split(row, levels).items():
            parts[name] += term
        parts["b_opening"] += row["before"]
        parts["b_closing"] += row["after"]
    return found


def _split(row: Mapping[str, Any], levels: Levels) -> dict[str, int]:
    """Give the lines of loans that moved alike."""
    before, after = row["before"], row["after"]
    if row["kind"] != "both":
        return {f"b_{row['kind']}": after - before}
    move = Move(
        row["currency"] or "",
        row["from_scheme"],
        row["from_level"],
        state_of(row["from_five"]),
        row["to_scheme"],
        row["to_level"],
        state_of(row["to_five"]),
        *(0, 0, 0, 0, 0),
    )
    line = "b_better" if direction(move, levels) == "better" else "b_worse"
    return {"b_factor": row["factor"], "b_balance": row["balance"], line: row["class_"]}


def _terms(first: Day, last: Day) -> Table:
    """Give the sums in cents of loans that moved alike, by the steps factor, balance, class."""
    engine = last.engine
    old, new = _factors(engine, first.policy), _factors(engine, last.policy)
    a = _with_factor(_with_factor(first.claims(), old, "_then"), new, "_now")
    b = _with_factor(last.claims(), new, "_own")
    names = ("currency", "balance", "scheme_id", "class_final", "five_level")
    a = a.select(from_id="loan_id", **{f"from_{name}": name for name in names}, then="_then", now="_now")
    b = b.select(to_id="loan_id", **{f"to_{name}": name for name in names}, own="_own")
    kept = b.left_join(a, b.to_id == a.from_id)
    gone = a.anti_join(b, a.from_id == b.to_id)
    empty = {name: v.null("string") for name in ("to_id", "to_currency", "to_scheme_id", "to_class_final")}
    gone = gone.mutate(
        **empty, to_five_level=v.null("string"), to_balance=v.null("integer"), own=v.null("decimal")
    )
    columns = [*kept.columns]
    both = kept.select(*columns).union(gone.select(*columns))
    return _summed(both)


def _summed(both: Table) -> Table:
    before, after = v.convert(both.from_balance, both.then), v.convert(both.to_balance, both.own)
    now = v.coalesce(both.now, both.then)
    refactored, rebalanced = v.convert(both.from_balance, now), v.convert(both.to_balance, now)
    kinds = [
        (both.to_id.isnull(), "closed"),
        (both.from_id.isnull(), "new"),
        (before.notnull() & after.isnull(), "lost"),
        (before.isnull() & after.notnull(), "gained"),
    ]
    zero = v.literal(0, "integer")
    rows = both.select(
        currency=v.coalesce(both.to_currency, both.from_currency),
        kind=v.when(
            [(holds, v.literal(name, "string")) for holds, name in kinds], v.literal("both", "string")
        ),
        from_scheme=both.from_scheme_id,
        from_level=both.from_class_final,
        from_five=both.from_five_level,
        to_scheme=both.to_scheme_id,
        to_level=both.to_class_final,
        to_five=both.to_five_level,
        before=before.fill_null(zero),
        after=after.fill_null(zero),
        factor=(refactored - before).fill_null(zero),
        balance=(rebalanced - refactored).fill_null(zero),
        class_=(after - rebalanced).fill_null(zero),
    )
    keys = ["currency", "kind"]
    keys += ["from_scheme", "from_level", "from_five", "to_scheme", "to_level", "to_five"]
    figures = ("before", "after", "factor", "balance", "class_")
    return rows.group_by(keys).aggregate(**{name: v.total(rows[name]) for name in figures})


def _bridge_grid(parts: Mapping[str, int], currency: str, first: Day, words: Words) -> Grid:
    names = ("b_opening", *(name for name in _LINES if parts[name]), "b_closing")
    columns = [
        Column("cause", words("cause"), labels=words.labels(*names)),
        Column("provision", words("provision"), "amount"),
    ]
    rows: list[list[Value]] = [[name, money(parts[name])] for name in names]
    title = words("bridge", first.as_of, currency)
    return Grid(f"bridge_{currency}", title, columns, rows, 1, [words("bridge_how")])
