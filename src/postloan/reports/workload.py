"""Measures that wait for people: by role, branch, person, week and measure, with the hours that they cost.

A duty is work with a deadline; an option is offered and is due for nobody. What one costs is `effort_minutes`
of the pack. A customer's measure counts for the institution of the largest open loan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from postloan.engine import Field, Table
from postloan.engine import verbs as v
from postloan.reports.days import Day, share
from postloan.reports.document import Column, Document, Grid, Value
from postloan.reports.report_words import WORDS
from postloan.reports.words import Words
from postloan.terms import ROLES

GROUPS = ("role", "branch", "manager", "week", "measure")
"""By what the work may be told."""

WEEKS = 8
"""Weeks that are told by themselves, this one first; what is due after them is told together."""

_OVERDUE, _NO_DEADLINE = -1, WEEKS + 1
_SOON, _AHEAD = 7, 28
_FIGURES = ("duties", "overdue", "soon", "minutes", "minutes_overdue", "minutes_ahead", "unknown", "options")


@dataclass(frozen=True)
class Load:
    """Work of one group; minutes are of the duties whose effort is known, `unknown` counts the others."""

    name: str | int | None
    duties: int
    overdue: int
    soon: int
    minutes: int
    minutes_overdue: int
    minutes_ahead: int
    unknown: int
    options: int


def workload(day: Day, by: Sequence[str], hours_a_day: Decimal | None, lang: str) -> Document:
    """Give the work that is open on a day.

    Args:
        day: the result to look at.
        by: groups to tell, of `GROUPS`.
        hours_a_day: hours that a person has for this on a working day; without it capacity is not told.
        lang: `en` or `zh`.
    """
    words = Words(lang, WORDS)
    work = day.engine.materialise(_work(day), "workload")
    (all_,) = _loads(day, work, None)
    people = len([one for one in _loads(day, work, "manager") if one.name is not None and one.duties])
    grids = [_grid(name, _loads(day, work, name), day, people, hours_a_day, words) for name in by]
    return Document(
        "workload",
        words("workload_title", day.as_of),
        [*_answer(all_, _nameless(day, work), people, hours_a_day, words), *day.policy_told(words)],
        grids if all_.duties or all_.options else [],
        about={"date": day.as_of, "policy_version": day.row.policy_version},
        rows=_tidy(day, work, words),
    )


def _answer(
    all_: Load, nameless: int, people: int, hours_a_day: Decimal | None, words: Words
) -> Iterator[str]:
    if not all_.duties:
        yield words("workload_none")
    else:
        counts = (f"{number:,}" for number in (all_.duties, all_.overdue, all_.soon))
        yield words("workload_answer", *counts, f"{_hours(all_.minutes):,.1f}")
    if all_.unknown:
        yield words("workload_unknown", f"{all_.unknown:,}")
    if nameless:
        yield words("workload_nobody", f"{nameless:,}")
    if all_.options:
        yield words("workload_options", f"{all_.options:,}")
    if not all_.duties:
        return
    if hours_a_day is None:
        yield words("workload_no_capacity")
    elif not people:
        yield words("workload_nobody_able")
    else:
        yield words("workload_capacity", f"{hours_a_day:f}", f"{people:,}")


def _nameless(day: Day, work: Table) -> int:
    duties = work.filter((work.nature == "duty") & work.manager.isnull())
    (row,) = day.rows(duties.aggregate(n=duties.count()))
    return int(row["n"])


def _hours(minutes: int) -> Decimal:
    """Give minutes as hours with two places, halves to the even one."""
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"))


def _work(day: Day) -> Table:
    """Give every measure with whose it is, in which week it is due, and the minutes that it costs."""
    measures = day.table("measure_due")
    loans = day.table("loan_state")
    own = loans.select(_loan="loan_id", _at="institution_id")
    rows = measures.left_join(own, measures.loan_id == own["_loan"])
    order = [(loans.balance, "desc"), (loans.loan_id, "asc")]
    largest = loans.mutate(_place=v.row_number(partition=[loans.customer_id], order=order))
    largest = largest.filter(largest["_place"] == 1).select(
        _customer="customer_id", _largest="institution_id"
    )
    rows = rows.left_join(largest, rows.customer_id == largest["_customer"])
    effort = _effort(day)
    rows = rows.left_join(effort, rows.measure_code == effort["_code"])
    today = v.literal(day.as_of, "date")
    monday = v.literal(day.as_of - timedelta(days=day.as_of.weekday()), "date")
    is_overdue = (rows.due_on < today).fill_null(False)
    week = v.least(
        v.integer_divide(v.days_between(rows.due_on, monday), v.literal(7, "integer")),
        v.literal(WEEKS, "integer"),
    )
    return rows.select(
        role="owner_role",
        branch=v.coalesce(rows["_at"], rows["_largest"]),
        manager="owner_id",
        measure="measure_code",
        nature="nature",
        minutes="minutes",
        week=v.when(
            [
                (rows.due_on.isnull(), v.literal(_NO_DEADLINE, "integer")),
                (is_overdue, v.literal(_OVERDUE, "integer")),
            ],
            week,
        ),
        is_overdue=is_overdue,
        is_soon=(rows.due_on >= today) & (rows.due_on <= v.add_days(today, _SOON)),
        is_ahead=(rows.due_on <= v.add_days(today, _AHEAD)),
    )


def _effort(day: Day) -> Table:
    known = day.policy.measures if day.policy else {}
    rows = [{"_code": code, "minutes": one.effort_minutes or None} for code, one in known.items()]
    return day.engine.from_rows(rows, [Field("_code", "string"), Field("minutes", "integer")], "effort")


def _figures(work: Table) -> dict[str, Any]:
    zero = v.literal(0, "integer")
    duty, minutes = work.nature == "duty", work.minutes.fill_null(zero)
    return {
        "duties": v.count_if(duty),
        "overdue": v.count_if(duty & work.is_overdue),
        "soon": v.count_if(duty & work.is_soon),
        "minutes": v.total_if(minutes, duty),
        "minutes_overdue": v.total_if(minutes, duty & work.is_overdue),
        "minutes_ahead": v.total_if(minutes, duty & work.is_ahead),
        "unknown": v.count_if(duty & work.minutes.isnull()),
        "options": v.count_if(work.nature == "option"),
    }


def _loads(day: Day, work: Table, by: str | None) -> list[Load]:
    if by is None:
        return [Load(None, **row) for row in day.rows(work.aggregate(**_figures(work)))]
    rows = day.rows(work.group_by([by]).aggregate(**_figures(work)))
    loads = [Load(row[by], **{name: row[name] for name in _FIGURES}) for row in rows]
    if by == "week":
        found = {one.name for one in loads}
        loads += [_total([], place) for place in range(WEEKS) if place not in found] if loads else []
        return sorted(loads, key=lambda one: int(one.name or 0))
    return sorted(loads, key=lambda one: (-one.minutes, -one.duties, one.name is None, str(one.name)))


def _grid(
    by: str, loads: Sequence[Load], day: Day, people: int, hours_a_day: Decimal | None, words: Words
) -> Grid:
    columns = [
        Column(by, words(by), labels=_labels(by, day, words)),
        Column("duties", words("duties"), "count"),
        *([] if by == "week" else [Column(name, words(name), "count") for name in ("overdue", "due_soon")]),
        Column("hours", words("hours"), "hours"),
        *([] if by == "week" else [Column("hours_overdue", words("hours_overdue"), "hours")]),
        Column("options", words("options"), "count"),
    ]
    rows = [_row(by, one) for one in loads]
    summed = [_row(by, _total(loads), "total")]
    if hours_a_day is not None and people and by in ("manager", "week"):
        more = _capacity(by, loads, day, people, hours_a_day)
        columns += _capacity_columns(by, words)
        rows = [[*row, *extra] for row, extra in zip(rows, more, strict=True)]
        summed = [[*summed[0], *[None] * len(more[0])]] if more else summed
    return Grid(f"by_{by}", words(f"by_{by}"), columns, [*rows, *summed], 1)


def _row(by: str, one: Load, name: str | None = None) -> list[Value]:
    told: list[Value] = [name or _name(by, one), one.duties]
    told += [] if by == "week" else [one.overdue, one.soon]
    told.append(_hours(one.minutes))
    told += [] if by == "week" else [_hours(one.minutes_overdue)]
    return [*told, one.options]


def _name(by: str, one: Load) -> str:
    if by == "week":
        return f"week_{one.name}"
    return "nobody" if one.name is None else str(one.name)


def _total(loads: Sequence[Load], name: str | int = "total") -> Load:
    return Load(name, **{figure: sum(getattr(one, figure) for one in loads) for figure in _FIGURES})


def _labels(by: str, day: Day, words: Words) -> dict[str, str]:
    found = words.labels("total", "nobody")
    if by == "role":
        found |= words.labels(*ROLES)
    elif by == "measure" and day.policy:
        found |= {
            code: f"{code} {one.name.get(words.lang) or one.name.get('en', '')}"
            for code, one in day.policy.measures.items()
        }
    elif by == "week":
        found |= {f"week_{place}": _monday(day, place).isoformat() for place in range(WEEKS)}
        found |= {f"week_{_OVERDUE}": words("week_overdue"), f"week_{WEEKS}": words("week_later")}
        found[f"week_{_NO_DEADLINE}"] = words("week_none")
    return found


def _monday(day: Day, place: int) -> date:
    return day.as_of - timedelta(days=day.as_of.weekday() - 7 * place)


def _capacity_columns(by: str, words: Words) -> list[Column]:
    ahead = [Column("hours_next", words("hours_next"), "hours")] if by == "manager" else []
    return [*ahead, Column("capacity", words("capacity"), "hours"), Column("load", words("load"), "share")]


def _capacity(
    by: str, loads: Sequence[Load], day: Day, people: int, hours_a_day: Decimal
) -> list[list[Value]]:
    """Give hours in four weeks, capacity and load of each person, or capacity and load of each week."""
    found: list[list[Value]] = []
    for one in loads:
        if by == "manager":
            has = (
                None
                if one.name is None
                else hours_a_day * _working(day, day.as_of, day.as_of + _days(_AHEAD))
            )
            found.append([_hours(one.minutes_ahead), has, _load(one.minutes_ahead, has)])
            continue
        place = int(one.name or 0)
        if not 0 <= place < WEEKS:
            found.append([None, None])
            continue
        monday = _monday(day, place)
        has = hours_a_day * people * _working(day, max(monday, day.as_of), monday + _days(6))
        found.append([has, _load(one.minutes, has)])
    return found


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _load(minutes: int, capacity: Decimal | None) -> Decimal | None:
    return None if capacity is None else share(minutes * 100, int(capacity * 6000))


def _working(day: Day, start: date, end: date) -> int:
    """Count the working days of the pack's calendar, both ends included; weekdays without a pack."""
    from postloan.policy.calendar import Calendar

    calendar = day.policy.pack.calendar if day.policy else Calendar({})
    return len(calendar.business_days(start, end))


def _tidy(day: Day, work: Table, words: Words) -> Grid:
    """Give the measures by everything that they can be told by; a week without any is a row of zeros.

    A week is its Monday, or `overdue`, `later` or `none`. Minutes are of the measures whose effort is
    known; `unknown` counts the others.
    """
    keys = ["role", "branch", "manager", "measure", "nature", "week"]
    zero = v.literal(0, "integer")
    told = work.group_by(keys).aggregate(
        measures=work.count(),
        overdue=v.count_if(work.is_overdue),
        minutes=v.total(work.minutes.fill_null(zero)),
        unknown=v.count_if(work.minutes.isnull()),
    )
    figures = ("measures", "overdue", "minutes", "unknown")
    labels = words.labels("duty", "option", "guard", *ROLES)
    labels |= {_week(day, place): words(f"week_{name}") for place, name in _OTHERS.items()}
    columns = [
        *(Column(name, words(name), "code", labels) for name in keys),
        Column("measures", words("by_measure"), "count"),
        Column("overdue", words("overdue"), "count"),
        Column("minutes", words("minutes"), "count"),
        Column("unknown", words("effort_unknown"), "count"),
    ]
    found = day.rows(told)
    empty = set(range(WEEKS)) - {row["week"] for row in found} if found else set()
    rows: list[list[Value]] = [
        [*(row[key] for key in keys[:-1]), _week(day, row["week"]), *(row[name] for name in figures)]
        for row in found
    ]
    rows += [[*[None] * (len(keys) - 1), _week(day, place), *[0] * len(figures)] for place in empty]
    return Grid("work", words("work"), columns, sorted(rows, key=lambda row: [str(cell) for cell in row]))


_OTHERS = {_OVERDUE: "overdue", WEEKS: "later", _NO_DEADLINE: "none"}
"""What is due in none of the weeks that are told by themselves."""


def _week(day: Day, place: int) -> str:
    return _OTHERS.get(place) or _monday(day, place).isoformat()
