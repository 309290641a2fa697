"""The order of Berka's transactions within a day, found from the chain of balances.

`trans_id` is not that order. A transaction starts from its balance less its amount and ends at its
balance; a day is a path over all of its transactions from the balance before. The source rounds amounts and
balances to 0.1 each on its own, so links may miss by that much. Of several paths the one with the closer
link first is taken, then the smaller trans_id; where none fits, the day is ordered by trans_id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from postloan.engine import Engine, Field, Table

_MOST_ROWS = 2_000_000
_ROUNDING = 10
"""How far, in cents, a balance may miss the balance before plus the amount."""


@dataclass(frozen=True)
class Step:
    """One transaction: its number, the signed amount and the balance after it, in cents."""

    trans_id: int
    amount: int
    balance: int

    @property
    def start(self) -> int:
        """Give the balance before the transaction."""
        return self.balance - self.amount


def sequences(trans: Table, engine: Engine) -> Table:
    """Give trans_id and sequence (from 1 within the account's day) of transactions.

    Takes account_id, date (text YYMMDD), trans_id, signed and balance (cents).
    """
    columns = trans.select("account_id", "date", "trans_id", "signed", "balance")
    found = engine.rows(columns, limit=_MOST_ROWS)
    found.sort(key=lambda row: (row["account_id"], row["date"], row["trans_id"]))
    rows: list[dict[str, object]] = []
    for _, account in groupby(found, key=lambda row: row["account_id"]):
        days = [
            [Step(row["trans_id"], row["signed"], row["balance"]) for row in day]
            for _, day in groupby(account, key=lambda row: row["date"])
        ]
        rows.extend(_numbered(days))
    return engine.from_rows(rows, [Field("trans_id", "integer"), Field("sequence", "integer")], "sequence")


def _numbered(days: Iterable[Sequence[Step]]) -> Iterator[dict[str, object]]:
    opening = 0  # every account opens empty
    for day in days:
        ordered = order_of(day, opening)
        opening = ordered[-1].balance
        for number, step in enumerate(ordered, start=1):
            yield {"trans_id": step.trans_id, "sequence": number}


def order_of(day: Sequence[Step], opening: int) -> list[Step]:
    """Give the day's transactions (cents) as a path from the opening balance, closest links first."""
    steps = sorted(day, key=lambda step: step.trans_id)
    return _path(steps, opening) or _from_any_start(steps) or steps


def _from_any_start(steps: Sequence[Step]) -> list[Step] | None:
    """Find a path from any balance, for a day whose opening balance is not known."""
    paths = (_path(steps, start) for start in dict.fromkeys(step.start for step in steps))
    return next((path for path in paths if path), None)


def _path(steps: Sequence[Step], opening: int) -> list[Step] | None:
    if not steps:
        return []
    near = [step for step in steps if abs(step.start - opening) <= _ROUNDING]
    for step in sorted(near, key=lambda step: abs(step.start - opening)):
        rest = _path([other for other in steps if other is not step], step.balance)
        if rest is not None:
            return [step, *rest]
    return None
