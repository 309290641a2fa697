"""Judges alerts against the outcomes of a span: precision, capture, lead and load, by any group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.run.judging.figures import interval, median_of, share
from postloan.run.judging.span import Span

AHEAD = 30
"""Days before the outcome at which an alert must have been opened to count as foretelling it in time."""

AHEADS = (1, 7, 14, 30, 60, 90, 120, 180)
"""Days ahead for which the share captured is told."""

_ROWS = 1_000_000
"""The most rows that come back of a count by group and day."""

_ALL = "_all"

Figures = dict[str, Any]
Caught = Mapping[int, tuple[int, int]]
"""Number and amount of outcomes by the days between the first alert and them."""


@dataclass(frozen=True)
class Whole:
    """What a group's shares are taken of: outcomes, their amount in cents, and managers."""

    outcomes: int
    amount: int
    managers: int


class Judge:
    """Judges any set of alerts against the same outcomes."""

    def __init__(self, engine: Engine, span: Span, bad: Table, managers: int) -> None:
        self.engine, self.span, self.bad = engine, span, bad
        (sums,) = engine.rows(bad.aggregate(n=bad.count(), amount=v.total(bad.amount)))
        self.whole = Whole(int(sums["n"]), int(sums["amount"] or 0), managers)

    def judge(self, alerts: Table) -> Figures:
        """Give the figures of all alerts together."""
        return self.judge_by(alerts.mutate(**{_ALL: v.literal("", "string")}), _ALL, [""])[""]

    def judge_by(
        self,
        alerts: Table,
        by: str,
        groups: Iterable[Any] = (),
        wholes: Mapping[Any, Whole] | None = None,
    ) -> dict[Any, Figures]:
        """Give the figures of the alerts by the values of a column.

        Args:
            alerts: what is judged.
            by: a column of it.
            groups: values that are told even where no alert has them.
            wholes: what each value's shares are taken of; by default all outcomes and managers.
        """
        grouped = alerts.group_by([by])
        counts = grouped.aggregate(n=alerts.count(), right=v.count_if(alerts.is_right))
        found = {row[by]: (int(row["n"]), int(row["right"])) for row in self.rows(counts)}
        caught = self.caught_by(alerts, by)
        leads, firsts = self._leads(alerts, by), self._first_leads(alerts, by)
        told = {}
        for group in dict.fromkeys([*groups, *found]):
            whole = self.whole if wholes is None else wholes.get(group, Whole(0, 0, 0))
            count, right = found.get(group, (0, 0))
            bad, dpd30, first, first_dpd30 = (median_of(one.get(group, {})) for one in (*leads, *firsts))
            told[group] = {
                **_precision(count, right),
                **captured(caught.get(group, {}), whole),
                "lead_median_days": bad,
                "lead_dpd30_median_days": dpd30,
                "first_lead_median_days": first,
                "first_lead_dpd30_median_days": first_dpd30,
                "alerts_per_manager_week": self._load(count, whole.managers),
            }
        return told

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """Give the rows of a table of counts."""
        return self.engine.rows(table, limit=_ROWS)

    def caught(self, alerts: Table) -> Caught:
        """Give number and amount of the outcomes that had an alert, by the days since the first."""
        return self.caught_by(alerts.mutate(**{_ALL: v.literal("", "string")}), _ALL).get("", {})

    def caught_by(self, alerts: Table, by: str) -> Mapping[Any, Caught]:
        """Give the same for each value of a column, of whose alerts the first counts."""
        opened = alerts.group_by(_group=alerts[by], _customer=alerts.customer_id).aggregate(
            _opened=alerts.opened_on.min()
        )
        rows = self.bad.inner_join(opened, self.bad.customer_id == opened["_customer"])
        rows = rows.mutate(_lead=v.days_between(rows.bad_on, rows["_opened"]))
        counted = rows.group_by(["_group", "_lead"]).aggregate(n=rows.count(), amount=v.total(rows.amount))
        found: dict[Any, dict[int, tuple[int, int]]] = {}
        for row in self.rows(counted):
            found.setdefault(row["_group"], {})[int(row["_lead"])] = int(row["n"]), int(row["amount"] or 0)
        return found

    def curve(self, alerts: Table) -> list[Figures]:
        """Give the share of outcomes captured so many days ahead.

        `possible` counts the outcomes that lie at least so many days after the first run.
        """
        room, caught = self.room, self.caught(alerts)
        told = []
        for days in AHEADS:
            count, amount = ahead(caught, days)
            told.append(
                {
                    "days": days,
                    "possible": sum(n for lead, n in room.items() if lead >= days),
                    "captured": count,
                    "capture_count": share(count, self.whole.outcomes),
                    "capture_amount": share(amount, self.whole.amount),
                }
            )
        return told

    def _leads(self, alerts: Table, by: str) -> tuple[dict[Any, Counter[int]], dict[Any, Counter[int]]]:
        """Count the days from the opening of a right alert to bad, and to 30 days past due, by group."""
        right = alerts.filter(alerts.is_right)
        days = right.mutate(
            _bad=v.days_between(right.first_bad_on, right.opened_on),
            _dpd30=v.days_between(right.first_dpd30_on, right.opened_on),
        )
        return self._counted(days, by)

    def _first_leads(self, alerts: Table, by: str) -> tuple[dict[Any, Counter[int]], dict[Any, Counter[int]]]:
        """Count the days from the first alert before an outcome to it, and to 30 days past due, by group.

        However long before: right alerts alone could never lead by more than the horizon.
        """
        opened = alerts.group_by(_group=alerts[by], _customer=alerts.customer_id).aggregate(
            _opened=alerts.opened_on.min()
        )
        rows = self.bad.inner_join(opened, self.bad.customer_id == opened["_customer"])
        rows = rows.mutate(
            _bad=v.days_between(rows.bad_on, rows["_opened"]),
            _dpd30=v.days_between(rows.dpd30_on, rows["_opened"]),
        )
        return self._counted(rows.filter(rows["_bad"] > 0), "_group")

    def _counted(self, days: Table, by: str) -> tuple[dict[Any, Counter[int]], dict[Any, Counter[int]]]:
        to_bad: dict[Any, Counter[int]] = {}
        to_dpd30: dict[Any, Counter[int]] = {}
        for row in self.rows(days.group_by([by, "_bad", "_dpd30"]).aggregate(n=days.count())):
            for found, column in ((to_bad, "_bad"), (to_dpd30, "_dpd30")):
                if row[column] is not None:
                    found.setdefault(row[by], Counter())[int(row[column])] += int(row["n"])
        return to_bad, to_dpd30

    @cached_property
    def room(self) -> dict[int, int]:
        """Count the outcomes by the days between the first run and them."""
        rows = self.bad.mutate(_room=v.days_between(self.bad.bad_on, v.literal(self.span.since, "date")))
        counted = rows.group_by(["_room"]).aggregate(n=rows.count())
        return {int(row["_room"]): int(row["n"]) for row in self.rows(counted)}

    def _load(self, count: int, managers: int) -> float | None:
        return round(count / managers / self.span.weeks, 6) if managers else None


def ahead(caught: Caught, days: int) -> tuple[int, int]:
    """Give number and amount of the outcomes that had an alert at least so many days before."""
    own = [found for lead, found in caught.items() if lead >= days]
    return sum(count for count, _ in own), sum(amount for _, amount in own)


def _precision(count: int, right: int) -> Figures:
    low, high = interval(right, count)
    return {
        "alerts": count,
        "right": right,
        "precision": share(right, count),
        "precision_low": low,
        "precision_high": high,
    }


def captured(caught: Caught, whole: Whole) -> Figures:
    """Give what was captured in time and at all, with the interval of the share by number."""
    (count, amount), (count_1d, amount_1d) = ahead(caught, AHEAD), ahead(caught, 1)
    low, high = interval(count, whole.outcomes)
    return {
        "captured": count,
        "capture_count": share(count, whole.outcomes),
        "capture_count_low": low,
        "capture_count_high": high,
        "capture_amount": share(amount, whole.amount),
        "captured_1d": count_1d,
        "capture_count_1d": share(count_1d, whole.outcomes),
        "capture_amount_1d": share(amount_1d, whole.amount),
    }
