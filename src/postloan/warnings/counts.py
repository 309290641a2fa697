"""What the colour table asks of a customer: how many kinds of signal, how bad, of how many families."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.notices import ON, RANK
from postloan.facts.registry import fact
from postloan.policy.entries import Signal
from postloan.results import SEVERITIES
from postloan.signals import cap

_OF = "signal.severity"

DERIVED = (
    fact(
        "customer.red_count", "Kinds of signal that are red today.", zh="当日为红色的信号种数。", sources=_OF
    ),
    fact(
        "customer.orange_count",
        "Kinds of signal that are orange today.",
        zh="当日为橙色的信号种数。",
        sources=_OF,
    ),
    fact(
        "customer.orange_family_count",
        "Families of signals that are orange today, or told as orange or red within the combination window.",
        zh="当日为橙色，或在组合窗口内曾以橙色或红色提示过的信号所属族数。",
        sources=f"{_OF} facts_customer.last_fired_on_* facts_customer.last_fired_rank_*",
    ),
    fact(
        "customer.yellow_count",
        "Kinds of signal that are yellow today.",
        zh="当日为黄色的信号种数。",
        sources=_OF,
    ),
    fact(
        "customer.yellow_family_count",
        "Families of signals that are yellow today.",
        zh="当日为黄色的信号所属族数。",
        sources=_OF,
    ),
    fact(
        "customer.blue_count",
        "Kinds of signal that are blue today.",
        zh="当日为蓝色的信号种数。",
        sources=_OF,
    ),
)
"""Facts that this stage adds for its tables; a kind counts once, at its worst, however many loans show it."""

_RED, _ORANGE, _YELLOW, _BLUE = range(1, 5)


def rank(severity: Column) -> Column:
    """Give a severity as an integer, 1 red to 4 blue."""
    steps = [
        (severity == name, v.literal(place, "integer")) for place, name in enumerate(SEVERITIES, start=1)
    ]
    return v.when(steps, v.null("integer"))


def kinds(signal: Table) -> Table:
    """Give the kinds of signal that count for each customer: customer_id, code, worst (rank).

    Suppressed signals count as well: suppression silences the notice and not the risk (signals.md, C0). One
    that is held by the cap of the day counts as blue until the next run.
    """
    rows = signal.filter(signal.customer_id.notnull())
    worst = cap.is_held(rows).ifelse(v.literal(_BLUE, "integer"), rank(rows.severity))
    rows = rows.select("customer_id", "code", rank=worst)
    return rows.group_by("customer_id", "code").aggregate(worst=rows["rank"].min())


def counts(today: Table, customers: Table, signals: Sequence[Signal], as_of: date, window_days: int) -> Table:
    """Give one row a customer with signals: customer_id and the facts of `DERIVED` as `customer__<what>`.

    Args:
        today: kinds of today, see `kinds`.
        customers: `facts_customer`; notices of earlier days are its columns `last_fired_on_<code>`.
        signals: the pack's entries, for the family of each code.
        as_of: the business date.
        window_days: days within which two orange of different families combine.
    """
    family = {signal.code: signal.family for signal in signals}
    families = sorted(set(family.values()))
    of_today = v.when(
        [(today.code == code, v.literal(name, "string")) for code, name in family.items()], v.null("string")
    )
    rows = today.mutate(family=of_today)
    columns = {name: v.count_if(rows.worst == place) for place, name in enumerate(SEVERITIES, start=1)}
    for place, name in enumerate(families):
        columns[f"orange_{place}"] = v.count_if((rows.worst == _ORANGE) & (rows.family == name))
        columns[f"yellow_{place}"] = v.count_if((rows.worst == _YELLOW) & (rows.family == name))
    found = rows.group_by("customer_id").aggregate(**columns)
    told = _told(customers, families, family, as_of, window_days)
    found = found.left_join(told, found.customer_id == told["_told"])
    zero = v.literal(0, "integer")
    orange = [
        (found[f"orange_{place}"] > 0) | found[f"told_{place}"].fill_null(False)
        for place, _ in enumerate(families)
    ]
    yellow = [found[f"yellow_{place}"] > 0 for place, _ in enumerate(families)]
    return found.select(
        "customer_id",
        customer__red_count=found.red,
        customer__orange_count=found.orange,
        customer__orange_family_count=reduce(lambda a, b: a + b, map(_one, orange), zero),
        customer__yellow_count=found.yellow,
        customer__yellow_family_count=reduce(lambda a, b: a + b, map(_one, yellow), zero),
        customer__blue_count=found.blue,
    )


def _one(condition: Column) -> Column:
    return condition.ifelse(v.literal(1, "integer"), v.literal(0, "integer"))


def _told(
    customers: Table, families: Sequence[str], family: dict[str, str], as_of: date, window_days: int
) -> Table:
    """Tell for each family whether a notice of orange or worse was given within the window."""
    first = v.add_days(v.literal(as_of, "date"), -window_days)
    columns = {}
    for place, name in enumerate(families):
        codes = [code for code in family if family[code] == name and f"{ON}{code}" in customers.columns]
        recent = [
            ((customers[f"{ON}{code}"] >= first) & (customers[f"{RANK}{code}"] <= _ORANGE)).fill_null(False)
            for code in codes
        ]
        columns[f"told_{place}"] = reduce(lambda a, b: a | b, recent, v.literal(False, "boolean"))
    return customers.select(_told=customers["id"], **columns)
