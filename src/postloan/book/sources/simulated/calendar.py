"""Months and days of a simulated world as numbers: months since the first, days since 1970-01-01."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from postloan.book.sources.simulated.draws import Ints

EPOCH = date(1970, 1, 1)


def number(day: date) -> int:
    """Give a day's number."""
    return (day - EPOCH).days


def day_of(days: int) -> date:
    """Give the day of a number."""
    return EPOCH + timedelta(days=int(days))


@dataclass(frozen=True)
class Months:
    """The months of a world: the first is number 0; earlier ones are below 0."""

    first: date

    @cached_property
    def _base(self) -> int:
        return (self.first.year - 1970) * 12 + self.first.month - 1

    def start(self, month: Ints | int) -> Ints:
        """Give the number of the first day of months."""
        since = np.asarray(month, np.int64) + self._base
        return since.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)

    def end(self, month: Ints | int) -> Ints:
        """Give the number of the last day of months."""
        return self.start(np.asarray(month, np.int64) + 1) - 1

    def length(self, month: Ints | int) -> Ints:
        """Give the number of days of months."""
        return self.end(month) - self.start(month) + 1

    def day(self, month: Ints | int, in_month: Ints | int) -> Ints:
        """Give the number of a day (1 to 28) of months."""
        return self.start(month) + np.asarray(in_month, np.int64) - 1

    def of_year(self, month: Ints | int) -> Ints:
        """Give 0 for January to 11 for December."""
        return (np.asarray(month, np.int64) + self._base) % 12

    def index(self, day: date) -> int:
        """Give the number of the month of a day."""
        return (day.year - 1970) * 12 + day.month - 1 - self._base

    def index_of(self, day: int) -> int:
        """Give the number of the month of a day's number."""
        return self.index(day_of(day))
