"""The migration matrix: where loans stood on one day, and where they stand on a later one.

Amounts are balances: those of the later day, of loans that are gone those of the earlier one. The downward
rate by amount follows the Chinese supervisor's core indicators (K): the later balance of what moved to a
worse class, over the earlier balance of the class less what it lost to repayment, sale or write-off since.
Exposures off the balance sheet are no loans, so they are left out and told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from postloan.reports.days import Day, money, share
from postloan.reports.document import Column, Document, Grid, Value
from postloan.reports.levels import CLOSED, NEW, NOT_MEASURABLE, OTHER, STATES, UNCLASSIFIED, Levels
from postloan.reports.moves import Move, direction, left_unmeasured, moves, total
from postloan.reports.report_words import WORDS
from postloan.reports.words import Words
from postloan.results import FIVE_LEVELS

_NPL = frozenset(FIVE_LEVELS[2:])

State = Callable[[Move], str]
Figure = Callable[[Sequence[Move]], Value]


def migration(first: Day, last: Day, lang: str) -> Document:
    """Give the migration matrix between two days, on five levels and on those of each scheme.

    Amounts are told for each currency by itself; loans whose class is not measurable, and those that only
    one day has, stand in rows and columns of their own.
    """
    words, levels = Words(lang, WORDS), Levels.of((first.policy, last.policy))
    found = moves(first, last)
    says = dict.fromkeys([*first.policy_told(words), *last.policy_told(words)])
    return Document(
        "migration",
        words("migration_title", first.as_of, last.as_of),
        [*_answer(found, levels, words, last), *says],
        [*_five(found, words, first, last), *_rates(found, words), *_by_scheme(found, levels, words)],
        about={"from": first.as_of, "date": last.as_of, "policy_version": last.row.policy_version},
        rows=_tidy(found, levels, words),
    )


def _answer(found: Sequence[Move], levels: Levels, words: Words, last: Day) -> Iterator[str]:
    both = [one for one in found if one.is_in_both]
    moved = [
        f"{total(one for one in both if direction(one, levels) == way):,}" for way in ("worse", "better")
    ]
    new = total(one for one in found if one.from_five == NEW)
    gone = total(one for one in found if one.to_five == CLOSED)
    yield words("migration_answer", f"{total(both):,}", *moved, f"{new:,}", f"{gone:,}")
    unmeasured = left_unmeasured(found)
    if unmeasured:
        yield words("migration_unmeasured", f"{unmeasured:,}", last.as_of)
    for currency in _currencies(found):
        yield words("migration_npl", *_npl(_of(found, currency)), currency)
    for row in last.off_balance():
        amount = f"{money(row['balance']):,.2f} {row['currency']}"
        yield words("migration_off", amount, f"{row['loans']:,}")


def _npl(found: Sequence[Move]) -> Iterator[str]:
    """Give the non-performing share by loans before and after, then by balance; of what has a class."""
    told = Column("", "", "share")
    for what in (("loans", "loans"), ("opening", "closing")):
        for side, figure in zip(("from_five", "to_five"), what, strict=True):
            classed = [one for one in found if getattr(one, side) in FIVE_LEVELS]
            bad = [one for one in classed if getattr(one, side) in _NPL]
            yield told.shown(share(total(bad, figure), total(classed, figure)))


def _currencies(found: Sequence[Move]) -> list[str]:
    return sorted({one.currency for one in found})


def _of(found: Sequence[Move], currency: str) -> list[Move]:
    return [one for one in found if one.currency == currency]


def _loans(found: Sequence[Move]) -> Value:
    return total(found)


def _balance(found: Sequence[Move]) -> Value:
    """Give the later balance, of closed loans the earlier one."""
    return money(sum(one.opening if one.to_five == CLOSED else one.closing for one in found))


def _five(found: Sequence[Move], words: Words, first: Day, last: Day) -> Iterator[Grid]:
    labels = words.labels(*STATES)
    sides: tuple[State, State] = (lambda one: one.from_five, lambda one: one.to_five)
    yield _matrix("five_loans", words("five_loans"), found, sides, STATES, labels, words, _loans)
    for currency in _currencies(found):
        own = _of(found, currency)
        says = [words("amounts_how", first.as_of, last.as_of)]
        unknown = total(own, "unknown")
        says += [words("unknown_balance", f"{unknown:,}")] if unknown else []
        yield _matrix(
            f"five_amounts_{currency}",
            words("five_amounts", currency),
            own,
            sides,
            STATES,
            labels,
            words,
            _balance,
            says,
        )


def _by_scheme(found: Sequence[Move], levels: Levels, words: Words) -> Iterator[Grid]:
    for scheme in sorted({one.to_scheme or one.from_scheme or "" for one in found} - {""}):
        own = [one for one in found if scheme in (one.from_scheme, one.to_scheme)]
        codes = levels.ordered(scheme, _codes(own, scheme))
        states = [*codes, NOT_MEASURABLE, OTHER]
        labels = levels.names(scheme, codes, words.lang) | words.labels(NOT_MEASURABLE, OTHER)
        sides = _sides(scheme)
        args = (own, sides, states, labels, words)
        yield _matrix(f"level_loans_{scheme}", words("level_loans", scheme), *args, _loans)
        for currency in _currencies(own):
            yield _matrix(
                f"level_amounts_{scheme}_{currency}",
                words("level_amounts", scheme, currency),
                _of(own, currency),
                *args[1:],
                _balance,
            )


def _sides(scheme: str) -> tuple[State, State]:
    """Give where a loan stands in a scheme before and after: a level, or why it has none."""

    def state(five: str, own: str | None, code: str | None) -> str:
        if five in (NEW, CLOSED):
            return five
        if own != scheme:
            return OTHER
        return code or NOT_MEASURABLE

    return (
        lambda one: state(one.from_five, one.from_scheme, one.from_level),
        lambda one: state(one.to_five, one.to_scheme, one.to_level),
    )


def _codes(own: Sequence[Move], scheme: str) -> set[str]:
    before = {one.from_level for one in own if one.from_scheme == scheme}
    after = {one.to_level for one in own if one.to_scheme == scheme}
    return {code for code in before | after if code}


def _matrix(
    key: str,
    title: str,
    found: Sequence[Move],
    sides: tuple[State, State],
    states: Sequence[str],
    labels: dict[str, str],
    words: Words,
    figure: Figure,
    says: Sequence[str] = (),
) -> Grid:
    """Give a matrix of the states that any loan has, with `new` as a row and `closed` as a column."""
    before, after = sides
    used = [state for state in states if any(state in (before(one), after(one)) for one in found)]
    unused = [labels[state] for state in states if state not in used and state in labels and _is_level(state)]
    ends = [*used, *_if_any(CLOSED, found, after)]
    starts = [*used, *_if_any(NEW, found, before)]
    kind = "count" if figure is _loans else "amount"
    shown = {**labels, **words.labels(NEW, CLOSED, "total")}
    columns = [Column("from", words("from"), labels=shown)]
    columns += [Column(end, shown[end], kind) for end in [*ends, "total"]]  # type: ignore[arg-type]
    rows = [
        [start, *_row([one for one in found if before(one) == start], after, ends, figure)]
        for start in starts
    ]
    rows.append(["total", *_row(found, after, ends, figure)])
    told = [*says, words("left_out", words("listed").join(unused))] if unused else says
    return Grid(key, title, columns, rows, 1, told)


def _is_level(state: str) -> bool:
    return state not in (NOT_MEASURABLE, OTHER, UNCLASSIFIED)


def _if_any(state: str, found: Sequence[Move], side: State) -> list[str]:
    return [state] if any(side(one) == state for one in found) else []


def _row(own: Sequence[Move], after: State, ends: Sequence[str], figure: Figure) -> list[Value]:
    return [*(figure([one for one in own if after(one) == end]) for end in ends), figure(own)]


def _rates(found: Sequence[Move], words: Words) -> Iterator[Grid]:
    """Give for each of the five classes what became of it, by loans and by balance."""
    names = ("before", "reduced", "worse", "better", "not_told", "worse_rate", "better_rate")
    for currency in (None, *_currencies(found)):
        own = found if currency is None else _of(found, currency)
        kind = "count" if currency is None else "amount"
        columns = [Column("class", words("class_before"), labels=words.labels(*FIVE_LEVELS))]
        columns += [
            Column(name, words(name), "share" if name.endswith("rate") else kind)  # type: ignore[arg-type]
            for name in names
        ]
        rows = [
            [five, *(_rate_of_loans(own, five) if currency is None else _rate_of_balance(own, five))]
            for five in FIVE_LEVELS
            if any(one.from_five == five for one in own)
        ]
        key = "rates_loans" if currency is None else f"rates_amounts_{currency}"
        title = words("rates_loans") if currency is None else words("rates_amounts", currency)
        says = [words("rates_how"), words("rates_five")] if currency is None else []
        yield Grid(key, title, columns, rows, says=says)


def _split(found: Sequence[Move], five: str) -> tuple[list[Move], dict[str, list[Move]]]:
    """Give the loans of a class, and those of them that moved: worse, better, not told."""
    own = [one for one in found if one.from_five == five]
    place = FIVE_LEVELS.index(five)
    ways = {
        "worse": [one for one in own if one.to_five in FIVE_LEVELS[place + 1 :]],
        "better": [one for one in own if one.to_five in FIVE_LEVELS[:place]],
        "not_told": [one for one in own if one.is_in_both and one.to_five not in FIVE_LEVELS],
    }
    return own, ways


def _rate_of_loans(found: Sequence[Move], five: str) -> list[Value]:
    own, ways = _split(found, five)
    before, gone = total(own), total(one for one in own if not one.is_in_both)
    counts = [total(way) for way in ways.values()]
    return [before, gone, *counts, *(share(count, before - gone) for count in counts[:2])]


def _rate_of_balance(found: Sequence[Move], five: str) -> list[Value]:
    own, ways = _split(found, five)
    before, reduced = total(own, "opening"), total(own, "reduced")
    sums = [total(way, "closing") for way in ways.values()]
    rates = [share(one, before - reduced) for one in sums[:2]]
    return [money(before), money(reduced), *map(money, sums), *rates]


def _tidy(found: Sequence[Move], levels: Levels, words: Words) -> Grid:
    names = ("from_scheme", "from_level", "from_five", "to_scheme", "to_level", "to_five")
    labels = words.labels(*STATES, NEW, CLOSED, "worse", "better", "same")
    columns = [
        Column("currency", words("currency"), "code"),
        *(Column(name, words(name), "code", labels) for name in names),
        Column("direction", words("direction"), "code", labels),
        Column("loans", words("loans"), "count"),
        *(Column(name, words(name), "amount") for name in ("opening", "closing", "reduced")),
    ]
    rows: list[list[Value]] = [
        [
            one.currency,
            *(getattr(one, name) for name in names),
            direction(one, levels) or None,
            one.loans,
            *map(money, (one.opening, one.closing, one.reduced)),
        ]
        for one in found
    ]
    return Grid("moves", words("moves"), columns, sorted(rows, key=lambda row: [str(cell) for cell in row]))
