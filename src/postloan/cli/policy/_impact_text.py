"""What people read of an impact: the verdict first, then tables, then a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.packs import Names
from postloan.cli.policy._impact_grid import grid
from postloan.cli.policy._impact_sample import say_sample
from postloan.cli.policy._words_impact import ImpactWords
from postloan.cli.text import colour, faint, heading, screen_width, width

if TYPE_CHECKING:
    from postloan.policy.pack import Pack

Row = Mapping[str, Any]
Line = tuple[str, list[str]]

_COLOURS = ("red", "orange", "yellow", "blue")
_SIGNAL_CHANGES = ("gained", "lost", "regraded", "silenced", "told_again")
_ENDS = (("from", "to"), ("from_five", "to_five"), ("scheme_id", "to_scheme_id"))
"""What a move leads from and to."""

_SHOWN = 10
_ONE = Decimal("0.1")


def say_impact(told: Row, words: ImpactWords, draft: Pack) -> None:
    """Print an impact."""
    days = told["days"]
    last, standing = days[-1]["as_of"], told["draft_as_of"]
    names = Names(draft.drafted(last, max(last, standing)), words.lang)
    _Screen(told, words, names).say()
    if standing > last and not _none_holds(told):
        click.echo(faint(words("standing", standing)))
    for day in days:
        for finding in day["findings"]:
            click.echo(words(finding["code"], day["as_of"], finding["used"], finding["now"]))
    if all(day["proven"] for day in days):
        fewest = min((day["proven_customers"] or 0 for day in days), default=0)
        click.echo(faint(words("proven_sample", f"{fewest:,}") if fewest else words("proven")))
    if not told["nothing_changes"]:
        click.echo(faint(f"{words('how')}\n{words('alone')}"))
    if told["files"]:
        click.echo(words("written", ", ".join(str(path) for path in told["files"])))


class _Screen:
    """The report of one impact; figures of several days are averages a day."""

    def __init__(self, told: Row, words: ImpactWords, names: Names) -> None:
        self.told, self.words, self.names = told, words, names
        self.total, self.days = told["total"], told["days"]
        self.count = len(self.days)

    def say(self) -> None:
        """Print the verdict, the tables and the sample."""
        words, first, last = self.words, self.days[0]["as_of"], self.days[-1]["as_of"]
        span = words("on", last) if self.count == 1 else words("over", self.count, first, last)
        title = words("beside", self.told["draft"], self.told["against"])
        click.echo(f"{heading(title)}{words('comma')}{span}")
        for line in _fitted(self.verdict(), words("stop")):
            click.echo(heading(line))
        if _none_holds(self.told):
            entries, tried = self.told["draft_entries"], max(last, self.told["draft_as_of"])
            click.echo(words("none_holds", f"{entries['own']:,}", tried, entries["first_begins"]))
        if not self.told["nothing_changes"]:
            self._tables()
            say_sample(self.days[-1], words, self.names)
        if self.told["evaluation"]:
            self._goodness(self.told["evaluation"])
        click.echo()

    def verdict(self) -> list[str]:
        """Give the answer, part by part."""
        words, total = self.words, self.total
        if self.told["nothing_changes"]:
            return [words("nothing", f"{total['loans']:,}")]
        moved = sum(total[f"{name}_measures"] for name in ("gained", "lost", "moved"))
        signals = sum(total[f"{name}_signals"] for name in _SIGNAL_CHANGES)
        if total["changed_customers"] or total["changed_classes"] or moved:
            parts = [self._colour_part(), self._class_part(), self._work_part()]
        elif signals:
            parts = [self._signal_part(), self._work_part()]
        elif total["changed_owners"]:
            parts = [words("owners_only", self.average(total["changed_owners"])), self._work_part()]
        elif total["revalued_work"]:
            parts = [words("effort_only"), self._work_part()]
        else:
            parts = [words("score_only", self.average(total["changed_scores"]))]
        return [one for one in parts if one]

    def _signal_part(self) -> str:
        total, words = self.total, self.words
        parts = [
            words(f"signals_{name}", self.average(total[f"{name}_signals"]))
            for name in _SIGNAL_CHANGES
            if total[f"{name}_signals"]
        ]
        return words("signals_only", words("comma").join(parts))

    def _colour_part(self) -> str:
        words = self.words
        parts = [
            words("customers_colour", self.signed(row["new"] - row["old"]), words(row["colour"]))
            for row in self.total["colours"]
            if row["new"] != row["old"]
        ]
        return words("comma").join(parts)

    def _class_part(self) -> str:
        total, words = self.total, self.words
        parts = [
            words(name, self.average(total[f"{name}_classes"]))
            for name in ("worse", "better", "other")
            if total[f"{name}_classes"]
        ]
        if not parts and not total["changed_customers"]:
            counts = [self.average(total[f"{name}_measures"]) for name in ("gained", "lost", "moved")]
            return words("measures_changed", *counts)
        return words("comma").join(parts)

    def _work_part(self) -> str:
        work, words = self.total["work"], self.words
        roles = [row for row in work["roles"] if row["month_hours"]]
        roles.sort(key=lambda row: -abs(row["month_hours"]))
        if not roles:
            return words("same_work")
        named = words("comma").join(
            f"{words(row['role'])} {self.signed(row['month_hours'])}" for row in roles[:3]
        )
        hours = work["month_hours"]
        told = words("less_work" if hours < 0 else "more_work", self.average(abs(hours)), named)
        where = [row for row in work["branches"] if row["month_hours"] * hours > 0]
        if len(work["branches"]) < 2 or not where:
            return told
        most = max(where, key=lambda row: abs(row["month_hours"]))
        place = most["name"] or most["institution_id"] or words("nowhere")
        return words("stop").join([told, words("mostly", place, self.signed(most["month_hours"]))])

    def _tables(self) -> None:
        if self.count > 1:
            self._by_date()
        self._colours()
        self._moves("colour_moves", self._colour_name, with_customers=True)
        self._moves("class_moves", self._class_name, with_customers=False)
        self._kinds("signals", self.names.signal, _SIGNAL_CHANGES)
        self._kinds("measures", self.names.measure, ("gained", "lost", "moved"), hours=True)
        self._work()
        self._branches()
        self._managers()

    def _table(self, title: str, heads: Iterable[str], rows: Sequence[Line], *, shown: int = _SHOWN) -> None:
        """Print a table of at most so many rows; nothing where there is none."""
        if not rows:
            return
        click.echo()
        for line in grid(self.words(title), [self.words(one) for one in heads], rows[:shown]):
            click.echo(line)
        if len(rows) > shown:
            click.echo(faint(f"  {self.words('more', len(rows) - shown)}"))

    def _by_date(self) -> None:
        rows = []
        for day in self.days:
            deltas = [row["new"] - row["old"] for row in day["colours"] if row["colour"] in _COLOURS]
            cells = [f"{day['changed_customers']:,}", *(_signed(one) for one in deltas)]
            cells += [f"{day['changed_classes']:,}", _signed(day["work"]["hours"])]
            rows.append((str(day["as_of"]), cells))
        self._table("by_date", ("changed", *_COLOURS, "classes", "hours"), rows, shown=len(rows))

    def _colours(self) -> None:
        rows = []
        for row in self.total["colours"]:
            cells = [self.average(row["old"]), self.average(row["new"]), self.signed(row["new"] - row["old"])]
            cells += [self.average(row[name]["customers"]) for name in ("gained", "lost")]
            rows.append((colour(row["colour"], self.words), cells))
        self._table("colours", ("in_force", "draft", "change", "gained", "lost"), rows)

    def _moves(self, name: str, spelt: Any, *, with_customers: bool) -> None:
        moves = [row for row in self.total[name] if any(row.get(one) != row.get(two) for one, two in _ENDS)]
        counted = ["customers", "loans"] if with_customers else ["loans"]
        rows = []
        for row in sorted(moves, key=lambda row: -row["loans"]):
            cells = [*(self.average(row[one]) for one in counted), self._balances(row["balances"])]
            rows.append((f"{spelt(row, 'from')} → {spelt(row, 'to')}", cells))
        self._table(name, (*counted, "balance"), rows)

    def _colour_name(self, row: Row, side: str) -> str:
        return colour(row[side], self.words)

    def _class_name(self, row: Row, side: str) -> str:
        scheme = row["scheme_id" if side == "from" else "to_scheme_id"]
        level = self.names.level(scheme, row[side]) or self.words(row[f"{side}_five"] or "not_measurable")
        return level if row["scheme_id"] == row["to_scheme_id"] else f"{level} {scheme or ''}".strip()

    def _balances(self, balances: Iterable[Row]) -> str:
        return " + ".join(f"{self.average(one['amount'], places=2)} {one['currency']}" for one in balances)

    def _kinds(self, name: str, named: Any, changes: Sequence[str], *, hours: bool = False) -> None:
        kinds = [row for row in self.total[name] if any(row[one] for one in changes) or _has_other_hours(row)]
        rows = []
        for row in sorted(kinds, key=lambda row: -sum(row[one] for one in changes)):
            cells = [self.average(row[one]) for one in ("old", "new", *changes)]
            if hours:
                cells.append(self.signed(row["new_hours"] - row["old_hours"]))
            rows.append((f"{row['code']} {named(row['code'])}", cells))
        heads = ("in_force", "draft", *changes)
        self._table(name, (*heads, "hours") if hours else heads, rows, shown=2 * _SHOWN)

    def _work(self) -> None:
        names = ("old_hours", "new_hours", "hours", "month_hours", "offered_hours")
        roles = [row for row in self.total["work"]["roles"] if any(row[name] for name in names[2:])]
        rows = []
        for row in (*roles, {"role": "total_row", **{name: self.total["work"][name] for name in names}}):
            cells = [self.average(row[name]) for name in names[:2]]
            cells += [self.signed(row[name]) for name in names[2:]]
            rows.append((self.words(row["role"] or "nobody"), cells))
        heads = ("in_force", "draft", "change", "month", "offered")
        self._table("work", heads, rows if roles else [], shown=len(rows))

    def _branches(self) -> None:
        plain = ("changed_customers", "changed_classes", "gained_measures", "lost_measures")
        columns = (plain[0], *_COLOURS, *plain[1:], "hours")
        rows = []
        for row in self.total["branches"]:
            if any(row[name] for name in columns):
                cells = [
                    self.average(row[name]) if name in plain else self.signed(row[name]) for name in columns
                ]
                rows.append((row["name"] or row["institution_id"] or self.words("nowhere"), cells))
        self._table("branches", ("changed", *_COLOURS, "classes", "gained", "lost", "hours"), rows)

    def _managers(self) -> None:
        rows = []
        for row in self.total["work"]["managers"]:
            if row["hours"]:
                cells = [self.average(row["old_hours"]), self.average(row["new_hours"])]
                cells += [self.signed(row["hours"]), self.signed(row["month_hours"])]
                rows.append((row["manager_id"] or self.words("no_manager"), cells))
        self._table("managers", ("in_force", "draft", "change", "month"), rows)

    def _goodness(self, found: Row) -> None:
        words = self.words
        click.echo()
        click.echo(heading(words("goodness", f"{found['outcomes']:,}", found["horizon_days"])))
        if found["unknown_customers"]:
            click.echo(words("unknown_customers", f"{found['unknown_customers']:,}"))
        least = words("or_worse", words(found["min_colour"]))
        rows = [
            (f"{name}  {faint(words(side))}", _judged(row))
            for name, sides in _pairs(found, least, words)
            for side, row in sides
        ]
        heads = ("alerts", "right", "precision", "captured", "by_amount", "lead")
        for line in grid("", [words(one) for one in heads], rows):
            click.echo(line)

    def average(self, value: int | Decimal, *, places: int = 1) -> str:
        """Give the average a day: whole counts of one day as they are, hours with a decimal."""
        if self.count == 1 and isinstance(value, int):
            return f"{value:,}"
        return f"{(Decimal(value) / self.count).quantize(Decimal(10) ** -places, ROUND_HALF_UP):,}"

    def signed(self, value: int | Decimal) -> str:
        """Give the average a day with its sign; nothing for no change."""
        return _with_sign(self.average(value if value >= 0 else -value), value)


def _fitted(parts: Sequence[str], separator: str) -> list[str]:
    """Put the parts on one line if the screen is wide enough, else on one each."""
    whole = separator.join(parts)
    return [whole] if width(whole) <= screen_width(130) else list(parts)


def _none_holds(told: Row) -> bool:
    """Tell whether the draft has entries of its own of which none holds as it was tried."""
    entries = told["draft_entries"]
    return bool(entries["own"]) and not entries["in_force"]


def _has_other_hours(row: Row) -> bool:
    return "new_hours" in row and row["new_hours"] != row["old_hours"]


def _with_sign(text: str, value: int | Decimal) -> str:
    return "·" if value == 0 else f"{'+' if value > 0 else '−'}{text}"


def _signed(value: int | Decimal) -> str:
    whole = f"{abs(value):,}" if isinstance(value, int) else f"{abs(value).quantize(_ONE, ROUND_HALF_UP):,}"
    return _with_sign(whole, value)


def _pairs(found: Row, least: str, words: ImpactWords) -> Iterable[tuple[str, list[tuple[str, Row]]]]:
    """Give the rows of both sides: the total, each colour with alerts, and signals that differ."""
    old, new = found["old"], found["new"]
    yield least, [("in_force", old["total"]), ("draft", new["total"])]
    for before, after in zip(old["by_colour"], new["by_colour"], strict=True):
        if before["alerts"] or after["alerts"]:
            yield colour(before["colour"], words), [("in_force", before), ("draft", after)]
    earlier, later = ({row["code"]: row for row in side["by_signal"]} for side in (old, new))
    for code in sorted({*earlier, *later}):
        sides = [("in_force", earlier.get(code, {})), ("draft", later.get(code, {}))]
        if sides[0][1] != sides[1][1]:
            yield code, sides


def _judged(row: Row) -> list[str]:
    shares = [row.get(name) for name in ("precision", "capture_count", "capture_amount")]
    lead = row.get("lead_median_days")
    return [
        f"{row.get('alerts', 0):,}",
        f"{row.get('right', 0):,}",
        *("-" if share is None else f"{share * 100:.1f} %" for share in shares),
        "-" if lead is None else f"{lead:g}",
    ]
