"""What people read of an impact: the verdict first, then tables, then a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.packs import Names
from postloan.cli.policy._impact_sample import say_sample
from postloan.cli.policy._words_impact import ImpactWords
from postloan.cli.text import colour, cut, faint, heading, pad, width

if TYPE_CHECKING:
    from postloan.policy.pack import Pack

Row = Mapping[str, Any]

_COLOURS = ("red", "orange", "yellow", "blue")
_SIGNAL_CHANGES = ("gained", "lost", "regraded", "silenced", "told_again")
_ENDS = (("from", "to"), ("from_five", "to_five"), ("scheme_id", "to_scheme_id"))
"""What a move leads from and to."""

_SHOWN = 10
_COLUMN = 12
_AMOUNT = 24
_NAME = 36
_ONE = Decimal("0.1")


def say_impact(told: Row, words: ImpactWords, draft: Pack) -> None:
    """Print an impact."""
    days = told["days"]
    last, standing = days[-1]["as_of"], told["draft_as_of"]
    names = Names(draft.drafted(last, max(last, standing)), words.lang)
    _Screen(told, words, names).say()
    if standing > last:
        click.echo(faint(words("standing", standing)))
    for day in days:
        for finding in day["findings"]:
            click.echo(words(finding["code"], day["as_of"], finding["used"], finding["now"]))
    if all(day["proven"] for day in days):
        click.echo(faint(words("proven")))
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
        click.echo(heading(self.verdict()))
        if not self.told["nothing_changes"]:
            self._tables()
            say_sample(self.days[-1], words, self.names)
        if self.told["evaluation"]:
            self._goodness(self.told["evaluation"])
        click.echo()

    def verdict(self) -> str:
        """Give the answer in one line."""
        words, total = self.words, self.total
        if self.told["nothing_changes"]:
            return words("nothing", f"{total['loans']:,}")
        moved = sum(total[f"{name}_measures"] for name in ("gained", "lost", "moved"))
        signals = sum(total[f"{name}_signals"] for name in _SIGNAL_CHANGES)
        if total["changed_customers"] or total["changed_classes"] or moved:
            parts = [self._colour_part(), self._class_part(), self._work_part()]
        elif signals:
            parts = [self._signal_part(), self._work_part()]
        elif total["revalued_work"]:
            parts = [words("effort_only"), self._work_part()]
        else:
            parts = [words("score_only", self.average(total["changed_scores"]))]
        return words("stop").join(filter(None, parts))

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

    def _by_date(self) -> None:
        heads = [self.words(name) for name in ("changed", *_COLOURS, "classes", "hours")]
        self._head("by_date", heads)
        for day in self.days:
            deltas = [row["new"] - row["old"] for row in day["colours"] if row["colour"] in _COLOURS]
            cells = [f"{day['changed_customers']:,}", *(_signed(one) for one in deltas)]
            self._row(
                str(day["as_of"]), [*cells, f"{day['changed_classes']:,}", _signed(day["work"]["hours"])]
            )

    def _colours(self) -> None:
        self._head(
            "colours", [self.words(name) for name in ("in_force", "draft", "change", "gained", "lost")]
        )
        for row in self.total["colours"]:
            change = row["new"] - row["old"]
            cells = [self.average(row["old"]), self.average(row["new"]), self.signed(change)]
            cells += [self.average(row[name]["customers"]) for name in ("gained", "lost")]
            self._row(colour(row["colour"], self.words), cells)

    def _moves(self, name: str, spelt: Any, *, with_customers: bool) -> None:
        moves = [row for row in self.total[name] if any(row.get(one) != row.get(two) for one, two in _ENDS)]
        if not moves:
            return
        counted = ["customers", "loans"] if with_customers else ["loans"]
        self._head(name, [self.words(one) for one in (*counted, "balance")], last=_AMOUNT)
        moves.sort(key=lambda row: -row["loans"])
        for row in moves[:_SHOWN]:
            cells = [self.average(row[one]) for one in counted]
            self._row(
                f"{spelt(row, 'from')} → {spelt(row, 'to')}",
                [*cells, self._balances(row["balances"])],
                last=_AMOUNT,
            )
        self._more(len(moves))

    def _colour_name(self, row: Row, side: str) -> str:
        return colour(row[side], self.words)

    def _class_name(self, row: Row, side: str) -> str:
        scheme = row["scheme_id" if side == "from" else "to_scheme_id"]
        level = self.names.level(scheme, row[side]) or self.words(row[f"{side}_five"] or "not_measurable")
        return level if row["scheme_id"] == row["to_scheme_id"] else f"{level} {scheme or ''}".strip()

    def _balances(self, balances: Iterable[Row]) -> str:
        return " + ".join(f"{self.average(one['amount'], places=2)} {one['currency']}" for one in balances)

    def _kinds(self, name: str, named: Any, changes: Sequence[str], *, hours: bool = False) -> None:
        rows = [row for row in self.total[name] if any(row[one] for one in changes) or _has_other_hours(row)]
        if not rows:
            return
        heads = [self.words(one) for one in ("in_force", "draft", *changes)]
        self._head(name, [*heads, self.words("hours")] if hours else heads)
        rows.sort(key=lambda row: -sum(row[one] for one in changes))
        for row in rows[: 2 * _SHOWN]:
            cells = [self.average(row[one]) for one in ("old", "new", *changes)]
            if hours:
                cells.append(self.signed(row["new_hours"] - row["old_hours"]))
            self._row(f"{row['code']} {named(row['code'])}", cells)
        self._more(len(rows), 2 * _SHOWN)

    def _work(self) -> None:
        names = ("old_hours", "new_hours", "hours", "month_hours", "offered_hours")
        rows = [row for row in self.total["work"]["roles"] if any(row[name] for name in names[2:])]
        if not rows:
            return
        self._head("work", [self.words(one) for one in ("in_force", "draft", "change", "month", "offered")])
        whole = {name: self.total["work"][name] for name in names}
        for row in (*rows, {"role": "total_row", **whole}):
            cells = [self.average(row[name]) for name in names[:2]] + [
                self.signed(row[name]) for name in names[2:]
            ]
            self._row(self.words(row["role"] or "nobody"), cells)

    def _branches(self) -> None:
        columns = (
            "changed_customers",
            *_COLOURS,
            "changed_classes",
            "gained_measures",
            "lost_measures",
            "hours",
        )
        rows = [row for row in self.total["branches"] if any(row[name] for name in columns)]
        if not rows:
            return
        heads = ("changed", *_COLOURS, "classes", "gained", "lost", "hours")
        self._head("branches", [self.words(one) for one in heads], column=10)
        for row in rows[:_SHOWN]:
            plain = ("changed_customers", "changed_classes", "gained_measures", "lost_measures")
            cells = [self.average(row[name]) if name in plain else self.signed(row[name]) for name in columns]
            place = row["name"] or row["institution_id"] or self.words("nowhere")
            self._row(place, cells, column=10)
        self._more(len(rows))

    def _managers(self) -> None:
        rows = [row for row in self.total["work"]["managers"] if row["hours"]]
        if not rows:
            return
        self._head("managers", [self.words(one) for one in ("in_force", "draft", "change", "month")])
        for row in rows:
            cells = [self.average(row["old_hours"]), self.average(row["new_hours"])]
            cells += [self.signed(row["hours"]), self.signed(row["month_hours"])]
            self._row(row["manager_id"] or self.words("no_manager"), cells)

    def _goodness(self, found: Row) -> None:
        words = self.words
        heads = ("alerts", "right", "precision", "captured", "by_amount", "lead")
        click.echo()
        click.echo(heading(words("goodness", f"{found['outcomes']:,}", found["horizon_days"])))
        click.echo(faint(pad("", _NAME) + "".join(pad(words(one), _COLUMN, right=True) for one in heads)))
        least = words("or_worse", words(found["min_colour"]))
        for name, rows in _pairs(found, least, words):
            for side, row in rows:
                title = f"  {name}  {faint(words(side))}"
                click.echo(pad(title, _NAME) + "".join(pad(one, _COLUMN, right=True) for one in _judged(row)))

    def _head(self, name: str, heads: Sequence[str], *, column: int = _COLUMN, last: int = 0) -> None:
        wide = [column] * (len(heads) - 1) + [last or column]
        cells = "".join(pad(one, size, right=True) for one, size in zip(heads, wide, strict=True))
        click.echo(f"\n{heading(pad(self.words(name), _NAME))}{faint(cells)}")

    def _row(self, name: str, cells: Sequence[str], *, column: int = _COLUMN, last: int = 0) -> None:
        title = pad(f"  {name if width(name) <= _NAME - 3 else cut(click.unstyle(name), _NAME - 3)}", _NAME)
        wide = [column] * (len(cells) - 1) + [last or column]
        click.echo(title + "".join(pad(one, size, right=True) for one, size in zip(cells, wide, strict=True)))

    def _more(self, count: int, shown: int = _SHOWN) -> None:
        if count > shown:
            click.echo(faint(f"  {self.words('more', count - shown)}"))

    def average(self, value: int | Decimal, *, places: int = 1) -> str:
        """Give the average a day: whole counts of one day as they are, hours with a decimal."""
        if self.count == 1 and isinstance(value, int):
            return f"{value:,}"
        return f"{(Decimal(value) / self.count).quantize(Decimal(10) ** -places, ROUND_HALF_UP):,}"

    def signed(self, value: int | Decimal) -> str:
        """Give the average a day with its sign; nothing for no change."""
        return _with_sign(self.average(value if value >= 0 else -value), value)


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
