"""Books the entries of a branch: puts them in order, chains balances, lets some come late or twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from postloan.book.sources.simulated.draws import Ints
from postloan.book.sources.simulated.ids import marked, one_of
from postloan.book.sources.simulated.ledger import Ledger
from postloan.engine.columns import Chosen, Numbered

KINDS = [
    "cash",
    "transfer",
    "salary",
    "payroll_out",
    "interest",
    "penalty_interest",
    "loan_repayment",
    "fee",
    "tax",
    "utility",
    "returned_debit",
    "other",
]
CLASSES = ["broker", "developer", "wealth", "lender", "gambling", "crypto", "related"]
MEMOS = (
    "",
    "工资",
    "货款",
    "农产品款",
    "生活支出",
    "采购款",
    "代发工资",
    "税款",
    "电费",
    "还款",
    "扣款失败",
    "罚息",
    "借款",
    "转出理财",
    "他行转入",
    "放款",
    "贷款使用",
    "医院",
    "充值",
    "设备款",
    "冲正",
    "粮食补贴",
    "承兑票款",
    "归还借款",
    "他行还款",
)
CHANNELS = ("counter", "mobile", "online", "atm", "batch")
MEMO = {name: place for place, name in enumerate(MEMOS)}
KIND = {name: place for place, name in enumerate(KINDS)}
CLASS = {name: place for place, name in enumerate(CLASSES)}
FRIEND = len(CLASSES)
"""A friend or relative who lends: named, but in no list of parties."""
_STRANGERS, _FRIENDS = 40, 360  # names of parties in lists, which many deal with; names of friends


@dataclass
class Lines:
    """Entries as columns, before they are put in order: `order` is their place within the day."""

    account: Ints
    day: Ints
    order: Ints
    cents: Ints
    kind: Ints
    memo: Ints
    party: Ints
    party_class: Ints


class Booking:
    """Writes entries; `first` is the first month of which there are lines."""

    def __init__(self, ledger: Ledger, first: int) -> None:
        self.life, self.branch, self.writer = ledger.life, ledger.branch, ledger.writer
        self.world, self.ids, self.first = ledger.world, ledger.ids, first

    def write(self, parts: Sequence[Lines]) -> None:
        """Put all lines in order, chain the balances, and write what became known."""
        lines = {
            name: np.concatenate([getattr(one, name) for one in parts])
            for name in ("account", "day", "order", "cents", "kind", "memo", "party", "party_class")
        }
        order = np.lexsort((lines["order"], lines["day"], lines["account"]))
        lines = {name: column[order] for name, column in lines.items()}
        account, day = lines["account"], lines["day"]
        place = ordinal(account, day)
        balance = self._balances(account, lines["cents"])
        self._book(lines, place, balance)

    def _balances(self, account: Ints, cents: Ints) -> Ints:
        """Give the balance after each entry; the first of an account follows on what it held before."""
        held = self.life.balance[self.first - 1]
        total = np.cumsum(cents)
        first = np.flatnonzero(np.diff(account, prepend=-1))
        base = held[account[first]] - (total[first] - cents[first])
        return total + np.repeat(base, np.diff(np.append(first, len(account))))

    def _book(self, lines: dict[str, Ints], place: Ints, balance: Ints) -> None:
        account, day = lines["account"], lines["day"]
        number = account + self.branch.first_customer
        mixed = (number * 7919 + day * 104_729 + place * 1_299_709) % 1_000_003 / 1_000_003
        feeds = self.world.constants.economy["late_feeds"]
        lag = np.where(mixed < feeds["entry"], 1 + (mixed * 1e6).astype(np.int64) % feeds["entry_days"], 0)
        party, group = lines["party"], lines["party_class"]
        stranger = np.where(group >= 0, account % _STRANGERS + 1, -1)
        stranger = np.where(group == FRIEND, _STRANGERS + account * 7 % _FRIENDS + 1, stranger)
        which = np.where(party == account, 9, 1)  # one's own other account is at another bank
        seconds = np.where(lines["kind"] == KIND["salary"], 9, 8 + place % 10) * 3600 + number % 3600
        columns: dict[str, Numbered | Chosen | Ints] = {
            "account_id": self.ids.account(account),
            "kind": one_of(KINDS, lines["kind"]),
            "counterparty_id": self.ids.customer(party),
            "counterparty_account": self.ids.account(party, which),
            "counterparty_name": self._party_names(party, stranger),
            "counterparty_class": one_of(CLASSES, np.where(group == FRIEND, -1, group)),
            "channel": one_of(CHANNELS, (number + place) % len(CHANNELS)),
            "memo": one_of(MEMOS, lines["memo"]),
        }
        self.writer.add(
            "entry",
            day + lag,
            entry_id=marked("E", (number, 7), (day, 5), (place, 2)),
            booked_on=day,
            booked_at=day * 86_400 + seconds,
            sequence=place,
            amount=lines["cents"],
            balance_after=balance,
            **columns,
        )
        twice = np.flatnonzero((mixed > 1 - feeds["second_booking"]) & (lines["cents"] > 0))
        picked = {
            name: cells[twice] if isinstance(cells, np.ndarray) else cells.take(twice)
            for name, cells in columns.items()
        }
        for sign, slot in ((1, 90), (-1, 91)):  # booked a second time, and taken back at the day's end
            self.writer.add(
                "entry",
                day[twice] + (sign < 0),
                entry_id=marked("E", (number[twice], 7), (day[twice], 5), (slot + place[twice] * 100, 4)),
                booked_on=day[twice],
                sequence=slot + place[twice] * 0,
                amount=sign * lines["cents"][twice],
                reverses_id=marked(
                    "E", (number[twice], 7), (day[twice], 5),
                    (np.where(sign < 0, 90 + place[twice] * 100, -1), 4),
                ),
                **picked,
            )  # fmt: skip

    def _party_names(self, party: Ints, other: Ints) -> Chosen:
        names = tuple(f"对手 {number:03d}" for number in range(1, _STRANGERS + _FRIENDS + 1))
        return one_of(names, np.where(party >= 0, -1, other - 1))


def ordinal(account: Ints, day: Ints) -> Ints:
    """Give each entry's place among those of its account and day, from 1."""
    new = (
        np.append(True, (np.diff(account) != 0) | (np.diff(day) != 0)) if len(account) else np.zeros(0, bool)
    )
    first = np.flatnonzero(new)
    return np.arange(len(account)) - np.repeat(first, np.diff(np.append(first, len(account)))) + 1


def calendar_month(day: Ints, starts: Ints) -> Ints:
    """Give the number of the month in which days lie."""
    return np.searchsorted(starts, day, side="right") - 1
