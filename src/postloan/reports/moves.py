"""How loans moved between two days: counted and summed by where they stood and where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.reports.days import Day
from postloan.reports.levels import CLOSED, NEW, NOT_MEASURABLE, Levels, state_of
from postloan.results import FIVE_LEVELS, LOAN_STATE

SIDE = ("currency", "scheme_id", "class_final", "five_level", "balance")


@dataclass(frozen=True)
class Move:
    """Loans that moved alike.

    Args:
        currency: of the loans.
        from_scheme, from_level, from_five: where they stood; None, None and `new` without an earlier row.
        to_scheme, to_level, to_five: where they stand; None, None and `closed` without a later row.
        loans: how many.
        opening, closing: balances on the two days, integer cents.
        reduced: what the balances of these loans sank by, each for itself, integer cents.
        unknown: how many of them have no balance on a day on which they have a row.
    """

    currency: str
    from_scheme: str | None
    from_level: str | None
    from_five: str
    to_scheme: str | None
    to_level: str | None
    to_five: str
    loans: int
    opening: int
    closing: int
    reduced: int
    unknown: int

    @property
    def is_in_both(self) -> bool:
        """Tell whether the loans have a row on both days."""
        return self.from_five != NEW and self.to_five != CLOSED


def moves(first: Day, last: Day) -> list[Move]:
    """Give the moves of every loan that either day has on the balance sheet."""
    before, after = (_side(day.claims(), name) for day, name in ((first, "from"), (last, "to")))
    kept = after.left_join(before, after.to_id == before.from_id)
    gone = before.anti_join(after, before.from_id == after.to_id)
    nothing: dict[str, Column] = {
        f"to_{name}": v.null("integer" if name == "balance" else LOAN_STATE.field(name).kind) for name in SIDE
    }
    gone = gone.mutate(to_id=v.null("string"), **nothing)
    names = [*kept.columns]
    both = kept.select(*names).union(gone.select(*names))
    return [_move(row) for row in last.rows(_summed(both))]


def _side(table: Table, side: str) -> Table:
    return table.select(**{f"{side}_id": "loan_id", **{f"{side}_{name}": name for name in SIDE}})


def _summed(both: Table) -> Table:
    zero = v.literal(0, "integer")
    opening, closing = both.from_balance.fill_null(zero), both.to_balance.fill_null(zero)
    unknown = _lacks(both.from_id, both.from_balance) | _lacks(both.to_id, both.to_balance)
    keys = {
        "currency": v.coalesce(both.to_currency, both.from_currency),
        "from_scheme": both.from_scheme_id,
        "from_level": both.from_class_final,
        "from_five": v.when([(both.from_id.isnull(), v.literal(NEW, "string"))], both.from_five_level),
        "to_scheme": both.to_scheme_id,
        "to_level": both.to_class_final,
        "to_five": v.when([(both.to_id.isnull(), v.literal(CLOSED, "string"))], both.to_five_level),
    }
    rows = both.select(
        **keys,
        _opening=opening,
        _closing=closing,
        _reduced=v.greatest(opening - closing, zero),
        _unknown=unknown,
    )
    return rows.group_by(list(keys)).aggregate(
        loans=rows.count(),
        opening=v.total(rows["_opening"]),
        closing=v.total(rows["_closing"]),
        reduced=v.total(rows["_reduced"]),
        unknown=v.count_if(rows["_unknown"]),
    )


def _lacks(row: Column, balance: Column) -> Column:
    return row.notnull() & balance.isnull()


def _move(row: dict[str, Any]) -> Move:
    told = {field.name: row[field.name] for field in fields(Move)}
    told |= {"from_five": state_of(row["from_five"]), "to_five": state_of(row["to_five"])}
    told["currency"] = row["currency"] or ""
    return Move(**told)


def direction(move: Move, levels: Levels) -> str:
    """Tell whether loans got `worse`, `better`, or neither (`same`); empty where a day does not tell.

    In one scheme by its levels, between two by the five classes.
    """
    measured = move.from_five in FIVE_LEVELS and move.to_five in FIVE_LEVELS
    if not measured:
        return ""
    if move.from_scheme == move.to_scheme and move.from_level and move.to_level:
        scheme = move.from_scheme or ""
        before, after = levels.rank(scheme, move.from_level), levels.rank(scheme, move.to_level)
        return "same" if before == after else "worse" if after > before else "better"
    a, b = FIVE_LEVELS.index(move.from_five), FIVE_LEVELS.index(move.to_five)
    return "same" if a == b else "worse" if b > a else "better"


def total(found: Iterable[Move], what: str = "loans") -> int:
    """Sum one figure over moves."""
    return sum(getattr(one, what) for one in found)


def left_unmeasured(found: Iterable[Move]) -> int:
    """Count the loans whose class is not measurable on the later day."""
    return sum(one.loans for one in found if one.to_five == NOT_MEASURABLE)
