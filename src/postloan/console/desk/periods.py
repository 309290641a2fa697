"""How classes moved between two days of which the store keeps the results, and the loans behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache

from postloan.console.desk import rules
from postloan.console.desk.selectors import Matrix, matrix_of
from postloan.console.people.rights import Scope
from postloan.console.publishing.models import Publication
from postloan.engine import open_engine
from postloan.engine.looking import Lookups
from postloan.policy.in_force import Policy
from postloan.results import FIVE_LEVELS

_TABLE = "loan_state.parquet"
_BY = ("scheme_id", "institution_id", "manager_id")
_SHOWN = ("customer_id", "scheme_id", "institution_id", "manager_id", "balance")
_KEPT = 86_400
_ROWS = 50
_LOOKED_AT = 500
"""Rows read at once to find a page of those that a person sees."""


@dataclass(frozen=True)
class Period:
    """Two days with a result, the earlier first."""

    before: date
    after: date


def days(run: Publication) -> list[date]:
    """Give the days to choose from, newest first: the last with a result of each month up to the run."""
    last: dict[str, date] = {}
    for path in sorted((Path(settings.STORE) / "runs").glob(f"????-??-??/{_TABLE}")):
        day = date.fromisoformat(path.parent.name)
        if day <= run.as_of:
            last[path.parent.name[:7]] = day
    return sorted(last.values(), reverse=True)


def period(run: Publication, before: str, after: str) -> Period | None:
    """Give the period that was asked for; None where it is none, or names a day without a result."""
    known = {day.isoformat(): day for day in days(run)}
    if before not in known or after not in known or before >= after:
        return None
    return Period(known[before], known[after])


def _file(day: date) -> Path:
    return Path(settings.STORE) / "runs" / day.isoformat() / _TABLE


@lru_cache(maxsize=1)
def _lookups() -> Lookups:
    """Give the session that reads results; one a process."""
    return Lookups(open_engine(threads=2, memory="1GiB"))


def _moves(asked: Period, run: Publication) -> list[Any]:
    """Count the moves of every loan that stands in both results, once for all readers."""
    key = f"desk-moves-{asked.before}-{asked.after}-{run.run_id}-{run.result_hash[:12]}"
    found: list[Any] | None = cache.get(key)
    if found is None:
        rows = _lookups().moves(
            _file(asked.before), _file(asked.after), "loan_id", "class_final", _BY, "balance"
        )
        columns = (*_BY, "before", "after", "number", "amount")
        found = [[row[name] for name in columns] for row in rows]
        cache.set(key, found, _KEPT)
    return found


def migration(
    scope: Scope, policy: Policy, run: Publication, asked: Period, by: str, scheme_id: str
) -> Matrix:
    """Give how classes moved over a period, as `selectors.migration` does for the last run."""
    moves = [
        (scheme, before, after, number, amount)
        for scheme, place, manager, before, after, number, amount in _moves(asked, run)
        if scope.covers(place, manager)
    ]
    if by == "five":
        of = _five(policy)
        told = [(of.get((s, b), ""), of.get((s, a), ""), n, amount) for s, b, a, n, amount in moves]
        return matrix_of(FIVE_LEVELS, told)
    codes = tuple(level.level_code for level in rules.levels(policy, scheme_id))
    return matrix_of(codes, [(b or "", a or "", n, amount) for s, b, a, n, amount in moves if s == scheme_id])


def _five(policy: Policy) -> dict[tuple[str, str | None], str]:
    return {(one.id, level.level_code): level.five_level for one in policy.schemes for level in one.levels}


@dataclass(frozen=True)
class Moved:
    """A loan behind a move: its balance in cents, None where it is not known."""

    loan_id: str
    customer_id: str
    scheme_id: str
    before: str
    after: str
    balance: int | None


def moved(
    scope: Scope, policy: Policy, asked: Period, by: str, scheme_id: str, pair: tuple[str, str], after: str
) -> tuple[list[Moved], str]:
    """Give a page of the loans behind a cell that a person sees, and the key after which the next begins.

    The key is empty where nothing follows. A loan is looked at as the later of the two results has it.
    """
    codes = tuple(_codes(policy, by, one) for one in pair)
    of, found, last = _five(policy), list[Moved](), after
    while True:
        rows = _lookups().moved(
            _file(asked.before),
            _file(asked.after),
            "loan_id",
            "class_final",
            (codes[0], codes[1]),
            _SHOWN,
            last,
            _LOOKED_AT,
        )
        for row in rows:
            fits = (of.get((row["scheme_id"], row["before"])), of.get((row["scheme_id"], row["after"])))
            wanted = fits == pair if by == "five" else row["scheme_id"] == scheme_id
            if wanted and scope.covers(row["institution_id"], row["manager_id"]):
                if len(found) == _ROWS:
                    return found, found[-1].loan_id
                found.append(_loan(row))
            last = row["loan_id"]
        if len(rows) < _LOOKED_AT:
            return found, ""


def _codes(policy: Policy, by: str, code: str) -> Sequence[str]:
    """Give the levels that a code of the matrix stands for, of whatever scheme."""
    if by != "five":
        return [code]
    return sorted({level for (_scheme, level), five in _five(policy).items() if five == code and level})


def _loan(row: dict[str, Any]) -> Moved:
    balance = None if row["balance"] is None else int(row["balance"] * 100)
    told = {name: str(row[name]) for name in ("loan_id", "customer_id", "scheme_id", "before", "after")}
    return Moved(**told, balance=balance)
