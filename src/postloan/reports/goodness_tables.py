"""The tables of the evaluation of warnings, each with the chart that shows it where it has one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from postloan.policy.pack import Policy
from postloan.reports import goodness_charts as charts
from postloan.reports.days import share
from postloan.reports.document import NOTHING, Column, Grid, Kind
from postloan.reports.goodness_figures import (
    Told,
    both_ways,
    bounds,
    figure_text,
    grid,
    percent,
    span_text,
    target_name,
)
from postloan.reports.words import Words
from postloan.terms import COLOUR_MARKS

_MOST_ROWS = 40
"""The most institutions that a page lists."""

_FIGURES: dict[str, tuple[str, Kind]] = {
    "alerts": ("alerts", "count"),
    "right": ("right", "count"),
    "precision": ("precision", "share"),
    "interval": ("interval", "code"),
    "captured": ("captured", "count"),
    "capture_count": ("capture", "share"),
    "capture_interval": ("capture_interval", "code"),
    "capture_amount": ("by_amount", "share"),
    "capture_count_1d": ("one_day", "share"),
    "first_lead_median_days": ("lead", "count"),
    "first_lead_dpd30_median_days": ("lead_30", "count"),
    "alerts_per_manager_week": ("load", "rate"),
}
"""What a group of alerts is told by: the key, its heading and what it holds."""

_NARROW = tuple(
    key for key in _FIGURES if key not in ("captured", "capture_interval", "alerts_per_manager_week")
)
"""What of it a terminal has room for."""

_OF_SEGMENTS = tuple(key for key in _FIGURES if key not in ("captured", "capture_count_1d"))
"""What of it fits beside the size of a segment on a page."""

_CAPTURE = ("captured", "capture_count", "capture_interval", "capture_amount", "capture_count_1d")


class Tables:
    """Tells one evaluation in one language, table by table.

    Args:
        told: what `run.evaluate` gave.
        policy: the pack behind the runs, for names of signals; None where it is not at hand.
        words: the reader's language.
        narrow: whether only what a terminal has room for is told of a group of alerts.
    """

    def __init__(self, told: Told, policy: Policy | None, words: Words, *, narrow: bool = False) -> None:
        self.told, self.policy, self.words = told, policy, words
        self._keys = _NARROW if narrow else tuple(_FIGURES)

    def targets(self) -> Grid:
        """Tell which targets are met; of precision both for what opened in the colour and what reached it."""
        words, rows = self.words, self.told["targets"]
        met = sum(row["met"] is True for row in rows)
        labels = {True: words("met"), False: words("missed"), None: words("unmeasured")}
        told = [
            {
                "figure": target_name(row, words),
                "target": words(row["sense"], figure_text(row["figure"], row["target"])),
                "measured": figure_text(row["figure"], row["measured"]),
                "within": span_text(row["low"], row["high"]),
                "met": labels[row["met"]],
            }
            for row in both_ways(rows)
        ]
        columns = [
            Column("figure", words("figure")),
            Column("target", words("target"), "code"),
            Column("measured", words("measured"), "code"),
            Column("within", words("interval"), "code"),
            Column("met", words("is_met"), "code"),
        ]
        if not rows:
            return grid("targets", words("targets_title"), columns, [], says=[words("targets_none")])
        source = self.policy.version if self.policy else NOTHING
        title = words("targets", met, len(rows))
        says = [words("targets_how", source)]
        if any(row["colour"] for row in rows):
            says.append(words("targets_both"))
        return grid("targets", title, columns, told, says=says)

    def colours(self) -> Grid:
        """Tell how often each colour is right."""
        told, words = self.told, self.words
        opened = [row for row in told["by_colour"] if row["alerts"]]
        parts = [f"{words(row['colour'])} {percent(row['precision'])}" for row in opened]
        title = words("by_colour", words("listed").join(parts)) if parts else words("by_colour_none")
        wanted = {row["colour"]: row["target"] for row in told["targets"] if row["colour"]}
        return grid(
            "by_colour",
            title,
            [self._colour("colour"), *self._figures()],
            [*told["by_colour"], {"colour": words("all"), **told["total"]}],
            totals=1,
            chart=(lambda: charts.by_colour(title, told["by_colour"], wanted, words)) if opened else None,
        )

    def reached(self) -> Grid:
        """Tell how often each colour is right where a warning that got worse counts from that day on."""
        told, words = self.told["by_reached"], self.words
        parts = [f"{words(row['colour'])} {percent(row['precision'])}" for row in told if row["alerts"]]
        title = words("by_reached", words("listed").join(parts)) if parts else words("by_reached_none")
        columns = [self._colour("reached_colour"), *self._figures()]
        return grid("by_reached", title, columns, told, says=[words("by_reached_how")])

    def _colour(self, word: str) -> Column:
        names = {name: f"{COLOUR_MARKS[name][1]} {self.words(name)}" for name in COLOUR_MARKS}
        return Column("colour", self.words(word), labels=names)

    def ahead(self) -> Grid:
        """Tell how many days before it was seen."""
        told, words, rows = self.told, self.words, self.told["capture_by_lead"]
        at = {row["days"]: percent(row["capture_count"]) for row in rows}
        title = words("by_lead", at[30], at[90]) if told["outcomes"] else words("by_lead_none")
        plain = {row["baseline"]: row["capture_by_lead"] for row in told["baselines"] if row["runs"]}
        curves = {words("warnings"): rows} | {words(f"short_{name}"): curve for name, curve in plain.items()}
        return grid(
            "capture_by_lead",
            title,
            [
                self._column("days", "days_ahead"),
                self._column("possible"),
                self._column("captured"),
                self._column("capture_count", "capture", "share"),
                self._column("capture_amount", "by_amount", "share"),
                *(self._column(name, name, "share") for name in plain),
            ],
            [
                {**row, **{name: curve[place]["capture_count"] for name, curve in plain.items()}}
                for place, row in enumerate(rows)
            ],
            says=[words("by_lead_how")],
            chart=(lambda: charts.ahead(title, curves, words)) if told["outcomes"] else None,
        )

    def baselines(self) -> Grid:
        """Hold the warnings against plain rules."""
        told, words = self.told, self.words
        plain = [row for row in told["baselines"] if row["runs"]]
        says = [words("baselines_how")]
        for row in told["baselines"]:
            name = words(row["baseline"])
            if not row["runs"]:
                says.append(words("baseline_missing", name))
            elif row["runs"] < told["runs"]:
                says.append(words("baseline_some", name, row["runs"], told["runs"]))
        shares = words("listed").join(percent(row["capture_count"]) for row in plain)
        own = percent(told["total"]["capture_count"])
        by_lot = {**dict.fromkeys((*_FIGURES, *bounds())), **told["by_lot"]}
        return grid(
            "baselines",
            words("baselines_told", own, shares) if plain and told["outcomes"] else words("baselines"),
            [Column("rule", words("rule")), *self._figures()],
            [
                {"rule": words("warnings"), **told["total"]},
                *({"rule": words(row["baseline"]), **row} for row in plain),
                {**by_lot, "rule": words("by_lot"), "right": None},
            ],
            says=says,
        )

    def weeks(self) -> Grid:
        """Tell what falls to a manager week by week."""
        told, words = self.told, self.words
        rows = [row for row in told["by_week"] if row["runs"]]
        load = told["total"]["alerts_per_manager_week"]
        loads = [row["alerts_per_manager"] for row in rows if row["alerts_per_manager"] is not None]
        title = words("by_week", f"{load:,.2f}", f"{max(loads):,.2f}") if loads else words("by_week_none")
        limits = [row["target"] for row in told["targets"] if row["figure"] == "alerts_per_manager_week"]
        return grid(
            "by_week",
            title,
            [
                Column("week_from", words("week"), "date"),
                self._column("alerts"),
                self._column("alerts_per_manager", "per_manager", "rate"),
                self._column("most"),
            ],
            rows,
            says=[words("by_week_how")],
            chart=(lambda: charts.by_week(title, rows, limits, words)) if len(loads) > 1 else None,
        )

    def signals(self) -> Grid:
        """Tell what each signal is worth, those that capture most alone first."""
        words = self.words
        rows = [{**row, "code": self._signal(row["code"])} for row in self.told["by_signal"] if row["alerts"]]
        rows.sort(key=lambda row: (-row["captured_alone"], -row["right"], row["code"]))
        return grid(
            "by_signal",
            words("by_signal"),
            [Column("code", words("signal")), *self._figures(), self._column("captured_alone", "alone")],
            rows,
            says=[words("by_signal_how")],
        )

    def _signal(self, code: str) -> str:
        names = {one.code: one.name for one in self.policy.signals} if self.policy else {}
        name = names.get(code, {})
        return f"{code} {name.get(self.words.lang) or name.get('en') or ''}".rstrip()

    def never_help(self) -> Grid:
        """Tell which signals never help, and why."""
        told, words = self.told, self.words
        rows = sorted(told["never_help"], key=lambda row: (-row["alerts"], row["code"]))
        reasons = words.labels("no_alert", "never_right", "nothing_alone")
        return grid(
            "never_help",
            words("never_help", len(told["never_help"]), len(told["by_signal"])),
            [
                Column("code", words("signal")),
                Column("reason", words("reason"), labels=reasons),
                self._column("customers", "fired_on"),
                self._column("alerts"),
                self._column("right"),
                self._column("precision_high", "at_best", "share"),
                self._column("captured"),
            ],
            [{**row, "code": self._signal(row["code"])} for row in rows],
            says=[words("never_help_how")],
        )

    def causes(self) -> Iterator[Grid]:
        """Tell which causes are seen, how much of the time was used, and which nobody sees."""
        words = self.words
        rows = [{**row, "cause": self._cause(row["cause"])} for row in self.told["by_cause"]]
        if not rows:
            return
        named = [row for row in self.told["by_cause"] if row["cause"] is not None]
        worst = min(named, key=lambda row: (row["capture_count"], -row["outcomes"]))
        yield grid(
            "by_cause",
            words("by_cause", self._cause(worst["cause"]), percent(worst["capture_count"])),
            [
                Column("cause", words("cause")),
                self._column("outcomes"),
                self._column("amount", kind="amount"),
                *self._figures(_CAPTURE),
                self._column("first_alert_median_days", "first_alert"),
            ],
            rows,
        )
        visible = [row for row in rows if row["visible"]]
        if visible:
            yield self._used(visible)
        yield self._unseen()

    def _used(self, rows: Sequence[Told]) -> Grid:
        words = self.words
        used = share(sum(row["used_days"] for row in rows), sum(row["possible_days"] for row in rows))
        title = words("by_used", percent(used))
        return grid(
            "lead_used",
            title,
            [
                Column("cause", words("cause")),
                self._column("visible"),
                self._column("seen"),
                self._column("seen_share", kind="share"),
                Column("seen_interval", words("interval"), "code"),
                self._column("possible_median_days", "possible_days"),
                self._column("used_median_days", "used_days"),
                self._column("lead_used_share", "lead_used", "share"),
            ],
            rows,
            says=[words("by_cause_how")],
            chart=lambda: charts.lead_used(title, rows),
        )

    def _unseen(self) -> Grid:
        words = self.words
        rows = [{**row, "cause": self._cause(row["cause"])} for row in self.told["unseen_causes"]]
        names = words("listed").join(row["cause"] for row in rows) or words("none")
        return grid(
            "unseen_causes",
            words("unseen_causes", names),
            [
                Column("cause", words("cause")),
                self._column("outcomes"),
                self._column("amount", kind="amount"),
                self._column("captured_1d", "late_seen"),
                self._column("capture_count_high", "at_best", "share"),
            ],
            rows,
            says=[words("unseen_how")] if rows else [],
        )

    def _cause(self, cause: str | None) -> str:
        return self.words("cause_unknown") if cause is None else self.words(cause)

    def segments(self) -> Iterator[Grid]:
        """Tell the alerts of each segment, one table a segment."""
        words, told = self.words, self.told["by_segment"]
        for segment in dict.fromkeys(row["segment"] for row in told):
            rows = [{**row, "value": self._value(row)} for row in told if row["segment"] == segment]
            says = [words("by_segment_how")]
            if len(rows) > _MOST_ROWS:
                says.append(words("first_rows", _MOST_ROWS, len(rows)))
                rows = sorted(rows, key=lambda row: (-row["outcomes"], row["value"]))[:_MOST_ROWS]
            yield grid(
                f"by_{segment}",
                words(f"by_{segment}"),
                [
                    Column("value", words(segment)),
                    self._column("customers"),
                    self._column("outcomes"),
                    self._column("amount", kind="amount"),
                    *self._figures(_OF_SEGMENTS),
                ],
                rows,
                says=says,
            )

    def _value(self, row: Told) -> str:
        value = row["value"]
        if value is None:
            return self.words("not_told")
        if row["segment"] == "institution":
            return str(value) if row["name"] in (None, value) else f"{value} {row['name']}"
        return self.words(value)

    def ranking(self) -> Grid:
        """Tell how many of the highest scores went bad."""
        words = self.words
        return grid(
            "ranking",
            words("ranking"),
            [
                self._column("top", "first"),
                self._column("ranked"),
                self._column("precision", "went_bad", "share"),
            ],
            [row for row in self.told["ranking"] if row["ranked"]],
            says=[words("ranking_how", self.told["horizon_days"])],
        )

    def how(self) -> Grid:
        """Tell how all this is counted."""
        words = self.words
        says = [
            words("how_alert", words(f"at_{self.told['min_colour']}")),
            words("how_right", self.told["horizon_days"]),
            *(words(f"how_{one}") for one in ("captured", "lead", "amount", "interval")),
        ]
        return grid("how", words("how"), [], [], says=says)

    def _figures(self, keys: Sequence[str] = ()) -> list[Column]:
        return [self._column(key, *_FIGURES[key]) for key in keys or self._keys]

    def _column(self, key: str, word: str = "", kind: Kind = "count") -> Column:
        return Column(key, self.words(word or key), kind)
