"""How well simulated banks are watched: evaluations beside their targets, with and without the first run.

A store's first run opens a warning for all that it finds, so its alerts are a stock; those of later runs are
what falls to people from then on. The figures are those of `run.evaluate`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from postloan.reports.document import NOTHING, Column, Document, Grid, Value
from postloan.reports.goodness_figures import Told, both_ways, figure_text, span_text, target_name
from postloan.reports.goodness_words import WORDS as OF_EVALUATION
from postloan.reports.words import Words
from postloan.terms import COLOUR_MARKS, Term


@dataclass(frozen=True)
class Watched:
    """A bank that was watched.

    Args:
        name: how it is called.
        about: what it was made from and how long that took, a sentence each.
        flow: its evaluation from the day after the first run on.
        stock: its evaluation with what the first run opened.
    """

    name: str
    about: Sequence[str]
    flow: Told
    stock: Told


WORDS: dict[str, Term] = {
    **OF_EVALUATION,
    "title": ("How well two simulated banks are watched", "两家模拟银行的预警有效性"),
    "answer": (
        "{0}: {1} of {2} targets met by the new alerts, {3} with those of the first run.",
        "{0}：按新增预警，{2} 项目标达标 {1} 项；计入首次批处理为 {3} 项。",
    ),
    "w_targets": ("{0}: are the targets met?", "{0}：目标达成情况"),
    "w_targets_how": (
        (
            "New alerts are those opened after the first run; they tell precision, lead and load. Who stood "
            "under a warning from the first run on can have no new alert, so what is captured is told by the "
            "columns with the first run, whose load is that of its day."
        ),
        (
            "新增预警指首次批处理之后发出的预警，命中率、提前天数和工作量以此为准；首次批处理已预警的客户不再新增预警，"
            "故捕捉率以“含首次”各列为准，含首次的工作量含存量一次性发出。"
        ),
    ),
    "w_flow": ("new alerts", "新增预警"),
    "w_stock": ("with the first run", "含首次"),
    "w_is_met": ("met?", "是否达标"),
    "w_alerts_flow": ("{0}: alerts opened after the first run", "{0}：首次批处理之后的预警"),
    "w_alerts_stock": ("{0}: alerts with those of the first run", "{0}：含首次批处理的预警"),
    "w_outcomes": (
        "Customers who went bad from {0} to {1}: {2}, with {3} loans. Alerts not yet decided: {4}.",
        "{0} 至 {1} 违约客户 {2} 户、贷款 {3} 笔；尚未到期判定的预警 {4} 次。",
    ),
    "w_rule": ("opened as, reached, or rule", "颜色或规则"),
    "w_reached": ("{0}, reached", "{0}（含升级）"),
    "w_never": (
        "{0}: signals that never helped, {1} of {2} that fired",
        "{0}：没有帮助的信号（已触发 {2} 项中 {1} 项）",
    ),
    "w_never_how": (
        "With the first run, for alerts of {0}; the number behind each is that of its alerts.",
        "含首次批处理，按{0}预警统计；括号内为相关预警次数。",
    ),
    "w_codes": ("{0} ({1}): {2}.", "{0}（{1} 项）：{2}。"),
    "w_code": ("{0} ({1})", "{0}（{1}）"),
    "w_unseen": ("{0}: causes that nobody saw: {1}", "{0}：无人发现的成因：{1}"),
    "w_unseen_how": (
        "Outcomes of each cause, and those with an alert at least 30 days before; no intervals for so few.",
        "各成因的违约笔数，以及至少提前 30 天已预警的笔数。",
    ),
    "w_captured_flow": ("captured by new alerts", "新增预警捕捉"),
    "w_captured_stock": ("captured with the first run", "含首次捕捉"),
}


def watching(banks: Sequence[Watched], lang: str) -> Document:
    """Give the evaluations of banks as one document.

    Args:
        banks: what was judged.
        lang: `en` or `zh`.
    """
    words = Words(lang, WORDS)
    answer, grids = [], []
    for place, bank in enumerate(banks, 1):
        told = _Bank(bank, words, place)
        answer.append(told.answer())
        grids += list(told.grids())
    return Document("watching", words("title"), answer, grids)


class _Bank:
    """Tells of one bank."""

    def __init__(self, bank: Watched, words: Words, place: int) -> None:
        self.bank, self.words, self.place = bank, words, place

    def answer(self) -> str:
        """Give how many targets are met."""
        flow, stock = self.bank.flow["targets"], self.bank.stock["targets"]
        met = [sum(row["met"] is True for row in rows) for rows in (flow, stock)]
        return self.words("answer", self.bank.name, met[0], len(flow), met[1])

    def grids(self) -> Iterator[Grid]:
        """Give its tables."""
        yield self._targets()
        yield self._alerts("flow", self.bank.flow)
        yield self._alerts("stock", self.bank.stock)
        yield self._never()
        yield self._causes()

    def _grid(self, key: str, title: str, columns: Sequence[Column], rows: Any, says: Sequence[str]) -> Grid:
        return Grid(f"{key}_{self.place}", title, columns, rows, says=says)

    def _targets(self) -> Grid:
        """Give each target with both evaluations beside it, and whether each meets it."""
        words, labels = self.words, {True: "met", False: "missed", None: "unmeasured"}
        rows: list[list[Value]] = []
        both = zip(*(both_ways(one["targets"]) for one in (self.bank.flow, self.bank.stock)), strict=True)
        for flow, stock in both:
            told: list[Value] = [
                target_name(flow, words),
                words(flow["sense"], figure_text(flow["figure"], flow["target"])),
            ]
            for row in (flow, stock):
                shown = figure_text(row["figure"], row["measured"])
                within = span_text(row["low"], row["high"])
                told += [
                    shown if within == NOTHING else f"{shown} ({within})",
                    words(labels[row["met"]]),
                ]
            rows.append(told)
        columns = [Column("figure", words("figure")), Column("target", words("target"), "code")]
        for one in ("flow", "stock"):
            columns += [
                Column(one, words(f"w_{one}"), "code"),
                Column(f"{one}_met", words("w_is_met"), "code"),
            ]
        says = [*self.bank.about, words("w_targets_how"), words("targets_both")]
        return self._grid("targets", words("w_targets", self.bank.name), columns, rows, says)

    def _alerts(self, which: str, told: Told) -> Grid:
        """Give the alerts by colour opened and reached, all that count, the plain rules and a draw by lot."""
        words = self.words
        rows = [
            *((self._marked(row), row) for row in told["by_colour"]),
            *((words("w_reached", self._marked(row)), row) for row in told["by_reached"]),
            (words(f"at_{told['min_colour']}"), told["total"]),
            *((words(row["baseline"]), row) for row in told["baselines"]),
            (words("by_lot"), told["by_lot"]),
        ]
        columns = [
            Column("rule", words("w_rule")),
            Column("alerts", words("alerts"), "count"),
            Column("right", words("right"), "count"),
            Column("precision", words("precision"), "share"),
            Column("interval", words("interval"), "code"),
            Column("capture", words("capture"), "share"),
            Column("capture_interval", words("capture_interval"), "code"),
            Column("by_amount", words("by_amount"), "share"),
            Column("lead_30", words("lead_30"), "count"),
            Column("lead", words("lead"), "count"),
            Column("load", words("load"), "rate"),
        ]
        says = [
            words(
                "w_outcomes",
                told["from"],
                told["to"],
                f"{told['outcome_customers']:,}",
                f"{told['outcomes']:,}",
                f"{told['undecided']:,}",
            )
        ]
        title = words(f"w_alerts_{which}", self.bank.name)
        return self._grid(f"alerts_{which}", title, columns, [_alerts_row(*row) for row in rows], says)

    def _marked(self, row: Told) -> str:
        return f"{COLOUR_MARKS[row['colour']][1]} {self.words(row['colour'])}"

    def _never(self) -> Grid:
        """Give the signals that never helped, by the reason and with their alerts, as lines."""
        words, told = self.words, self.bank.stock
        says = [words("w_never_how", words(f"at_{told['min_colour']}"))]
        for reason in ("never_right", "nothing_alone", "no_alert"):
            own = sorted(
                (row for row in told["never_help"] if row["reason"] == reason),
                key=lambda row: (-row["alerts"], row["code"]),
            )
            codes = [
                words("w_code", row["code"], f"{row['alerts']:,}") if row["alerts"] else row["code"]
                for row in own
            ]
            if own:
                says.append(words("w_codes", words(reason), len(own), words("listed").join(codes)))
        title = words("w_never", self.bank.name, len(told["never_help"]), len(told["by_signal"]))
        return self._grid("never_help", title, [], [], says)

    def _causes(self) -> Grid:
        """Give the outcomes of each cause and how many were captured; the heading names what nobody saw."""
        words = self.words
        flow = {row["cause"]: row for row in self.bank.flow["by_cause"]}
        rows: list[list[Value]] = []
        for row in self.bank.stock["by_cause"]:
            new = flow.get(row["cause"], {"outcomes": 0, "captured": None, "captured_1d": None})
            name = words("cause_unknown") if row["cause"] is None else words(row["cause"])
            rows.append([name, row["outcomes"], new["captured"], row["captured"], row["captured_1d"]])
        unseen = [words(row["cause"]) for row in self.bank.stock["unseen_causes"] if row["cause"]]
        columns = [
            Column("cause", words("cause")),
            Column("outcomes", words("outcomes"), "count"),
            Column("captured_flow", words("w_captured_flow"), "count"),
            Column("captured_stock", words("w_captured_stock"), "count"),
            Column("captured_1d", words("late_seen"), "count"),
        ]
        title = words("w_unseen", self.bank.name, words("listed").join(unseen) or words("none"))
        return self._grid("causes", title, columns, rows, [words("w_unseen_how")])


def _alerts_row(name: str, row: Told) -> list[Value]:
    """Give a row of alerts; what a draw by lot has no figure for is left open."""
    return [
        name,
        row.get("alerts"),
        row["right"],
        row["precision"],
        span_text(row["precision_low"], row["precision_high"]),
        row.get("capture_count"),
        span_text(row.get("capture_count_low"), row.get("capture_count_high")),
        row.get("capture_amount"),
        _number(row.get("first_lead_dpd30_median_days")),
        _number(row.get("first_lead_median_days")),
        _number(row.get("alerts_per_manager_week")),
    ]


def _number(value: float | None) -> Value:
    return None if value is None else Decimal(str(value))
