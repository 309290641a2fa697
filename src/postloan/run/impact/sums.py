"""Sums of one day's differences: by colour, class, kind, branch, role and manager; each a few rows.

A signal that fires on both sides and is told on one alone is silenced or told again. Work is revalued where
what asks for it stays as it was and its minutes do not, or go to another role.

Amounts are integer cents by currency (`balances`: currency to cents) and work is in minutes until `told.py`
gives both their units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.results import FIVE_LEVELS, SEVERITIES
from postloan.run.impact.compare import NONE, Differences
from postloan.run.impact.ranks import Ranks
from postloan.warnings.stage import MANAGER_ROLE

Row = dict[str, Any]
COLOURS = (*SEVERITIES, NONE)
SIGNAL_CHANGES = ("gained", "lost", "regraded", "silenced", "told_again")
MEASURE_CHANGES = ("gained", "lost", "moved")
CHANGES = (
    *("changed_customers", "changed_classes", "changed_scores", "changed_owners"),
    *(f"{name}_measures" for name in MEASURE_CHANGES),
    *(f"{name}_signals" for name in SIGNAL_CHANGES),
    "revalued_work",
)
"""Counts of which one above zero means that the draft changes something."""
_LIMIT = 1_000_000


def sums(engine: Engine, found: Differences, names: Mapping[str, str], ranks: Ranks) -> Row:
    """Sum a day up; `names` are those of institutions by id, `ranks` tell which class is worse."""
    people, loans = _people(engine, found.customers), _loans(engine, found)
    moves = _colour_moves(people, loans)
    measures, signals = _measures(engine, found.work), _signals(engine, found.signals)
    classes = _class_moves(engine, found.loans)
    work = _work(engine, found.work)
    worse, better = _count(classes, ranks.is_worse), _count(classes, ranks.is_better)
    changed = _count(classes, _is_moved)
    whole = {
        "loans": sum(row["loans"] for row in classes),
        "customers": sum(row["customers"] for row in moves),
        "changed_customers": sum(row["customers"] for row in moves if row["from"] != row["to"]),
        "changed_classes": changed,
        "worse_classes": worse,
        "better_classes": better,
        "other_classes": changed - worse - better,
        "changed_scores": sum(row["scored"] for row in people),
        "changed_owners": sum(row["handed"] for row in people),
        **{f"{name}_measures": sum(row[name] for row in measures) for name in MEASURE_CHANGES},
        **{f"{name}_signals": sum(row[name] for row in signals) for name in SIGNAL_CHANGES},
        "revalued_work": _revalued(engine, found.work),
    }
    return {
        **whole,
        "colours": _colours(moves),
        "colour_moves": moves,
        "classes": _classes(classes),
        "class_moves": classes,
        "signals": signals,
        "measures": measures,
        "branches": _branches(people, engine, found, work, names),
        "work": {
            **_added(work),
            "roles": _by(work, "role"),
            "branches": _named(_by(work, "institution_id"), names),
            "managers": _by([row for row in work if row["role"] == MANAGER_ROLE], "manager_id"),
        },
    }


def _people(engine: Engine, customers: Table) -> list[Row]:
    """Count customers by branch and move."""
    keys = ["institution_id", "old_colour", "new_colour"]
    scored = (customers.old_score != customers.new_score) & ~customers.is_changed
    counted = customers.group_by(keys).aggregate(
        customers=customers.count(), scored=v.count_if(scored), handed=v.count_if(customers.is_handed)
    )
    return engine.rows(counted, limit=_LIMIT)


def _loans(engine: Engine, found: Differences) -> list[Row]:
    """Count loans and cents by move of their customer's colour and currency."""
    people = found.customers.select("old_colour", "new_colour", _customer="customer_id")
    rows = found.loans.left_join(people, found.loans.customer_id == people["_customer"])
    counted = rows.group_by(["old_colour", "new_colour", "currency"]).aggregate(
        loans=rows.count(), cents=v.total(rows.cents)
    )
    return engine.rows(counted, limit=_LIMIT)


def _colour_moves(people: Iterable[Row], loans: Iterable[Row]) -> list[Row]:
    moves: dict[tuple[str, str], Row] = {}
    for row in people:
        move = moves.setdefault((row["old_colour"], row["new_colour"]), _move())
        move["customers"] += row["customers"]
    for row in loans:
        move = moves.setdefault((row["old_colour"] or NONE, row["new_colour"] or NONE), _move())
        move["loans"] += row["loans"]
        move["balances"][row["currency"]] += row["cents"] or 0
    order = {name: place for place, name in enumerate(COLOURS)}
    ranked = sorted(moves.items(), key=lambda one: (order[one[0][0]], order[one[0][1]]))
    return [{"from": old, "to": new, **move} for (old, new), move in ranked]


def _move() -> Row:
    return {"customers": 0, "loans": 0, "balances": defaultdict(int)}


def _colours(moves: Iterable[Row]) -> list[Row]:
    """Give for each colour how many customers have it on each side, and what it gained and lost."""
    rows = []
    for name in COLOURS:
        row: Row = {"colour": name, "old": 0, "new": 0, "gained": _move(), "lost": _move()}
        for move in moves:
            row["old"] += move["customers"] if move["from"] == name else 0
            row["new"] += move["customers"] if move["to"] == name else 0
            if move["from"] != move["to"] and name in (move["from"], move["to"]):
                _add(row["gained" if move["to"] == name else "lost"], move)
        rows.append(row)
    return rows


def _add(into: Row, move: Row) -> None:
    into["customers"] += move["customers"]
    into["loans"] += move["loans"]
    for currency, cents in move["balances"].items():
        into["balances"][currency] += cents


def _class_moves(engine: Engine, loans: Table) -> list[Row]:
    sides = [f"{side}_{name}" for side in ("old", "new") for name in ("scheme", "class", "five")]
    keys = [*sides, "currency"]
    counted = loans.group_by(keys).aggregate(loans=loans.count(), cents=v.total(loans.cents))
    moves: dict[tuple[Any, ...], Row] = {}
    for row in engine.rows(counted, limit=_LIMIT):
        key = tuple(row[name] for name in sides)
        told = {"scheme_id": row["old_scheme"], "from": row["old_class"], "from_five": row["old_five"]}
        told |= {"to_scheme_id": row["new_scheme"], "to": row["new_class"], "to_five": row["new_five"]}
        move = moves.setdefault(key, {**told, "loans": 0, "balances": defaultdict(int)})
        move["loans"] += row["loans"]
        move["balances"][row["currency"]] += row["cents"] or 0
    return sorted(moves.values(), key=lambda one: [str(one[name]) for name in ("scheme_id", "from", "to")])


def _count(moves: Iterable[Row], meant: Callable[[Row], bool]) -> int:
    return sum(row["loans"] for row in moves if meant(row))


def _is_moved(move: Row) -> bool:
    return any(move[one] != move[two] for one, two in _ENDS)


_ENDS = (("scheme_id", "to_scheme_id"), ("from", "to"), ("from_five", "to_five"))


def _classes(moves: Iterable[Row]) -> list[Row]:
    rows = {name: {"five_level": name, "old": 0, "new": 0} for name in (*FIVE_LEVELS, "not_measurable")}
    for move in moves:
        for side, name in (("old", move["from_five"]), ("new", move["to_five"])):
            if name in rows:  # an entrusted loan has no class
                rows[name][side] += move["loans"]
    return [row for row in rows.values() if row["old"] or row["new"]]


def _signals(engine: Engine, signals: Table) -> list[Row]:
    old, new = signals.old_severity, signals.new_severity
    both = old.notnull() & new.notnull()
    counted = signals.group_by(["code"]).aggregate(
        old=v.count_if(old.notnull()),
        new=v.count_if(new.notnull()),
        gained=v.count_if(old.isnull()),
        lost=v.count_if(new.isnull()),
        regraded=v.count_if((old != new).fill_null(False)),
        silenced=v.count_if(both & (signals.old_told > signals.new_told)),
        told_again=v.count_if(both & (signals.old_told < signals.new_told)),
    )
    return sorted(engine.rows(counted), key=lambda row: str(row["code"]))


def _measures(engine: Engine, work: Table) -> list[Row]:
    rows = work.filter(work.kind == "measure")
    old, new = rows.old_there == 1, rows.new_there == 1
    counted = rows.group_by(["code"]).aggregate(
        old=v.count_if(old),
        new=v.count_if(new),
        gained=v.count_if(~old),
        lost=v.count_if(~new),
        moved=v.count_if(rows.is_moved),
        old_minutes=v.total(rows.old_minutes),
        new_minutes=v.total(rows.new_minutes),
    )
    return sorted(engine.rows(counted), key=lambda row: str(row["code"]))


def _revalued(engine: Engine, work: Table) -> int:
    """Count the work that stays as it was but for its minutes, or for who looks into a signal."""
    counted = v.count_if(work.is_revalued | (work.is_moved & (work.kind == "signal")))
    (row,) = engine.rows(work.aggregate(n=counted))
    return int(row["n"] or 0)


_MINUTES = ("minutes", "month", "offered")


def _work(engine: Engine, work: Table) -> list[Row]:
    """Sum minutes by side, role, branch and manager, as signed changes beside what there was."""
    rows: list[Row] = []
    for side in ("old", "new"):
        keys: dict[str, Column] = {
            "role": work[f"{side}_role"],
            "institution_id": work.institution_id,
            "manager_id": work.manager_id,
        }
        there = work.filter(work[f"{side}_there"] == 1)
        counted = there.group_by(**keys).aggregate(
            **{f"{side}_{name}": v.total(there[f"{side}_{name}"]) for name in _MINUTES}
        )
        rows += engine.rows(counted, limit=_LIMIT)
    return rows


def _added(rows: Iterable[Row]) -> Row:
    found = dict.fromkeys((f"{side}_{name}" for side in ("old", "new") for name in _MINUTES), 0)
    for row in rows:
        for name in found:
            found[name] += row.get(name) or 0
    return {
        "old_minutes": found["old_minutes"],
        "new_minutes": found["new_minutes"],
        "minutes": found["new_minutes"] - found["old_minutes"],
        "month_minutes": found["new_month"] - found["old_month"],
        "offered_minutes": found["new_offered"] - found["old_offered"],
    }


def _by(rows: Iterable[Row], key: str) -> list[Row]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    told = [{key: name, **_added(group)} for name, group in groups.items()]
    return sorted(told, key=lambda row: (-abs(row["minutes"]), row[key] is None, str(row[key])))


def _named(rows: list[Row], names: Mapping[str, str]) -> list[Row]:
    return [
        {"institution_id": row["institution_id"], "name": names.get(row["institution_id"]), **row}
        for row in rows
    ]


def _branches(
    people: Iterable[Row], engine: Engine, found: Differences, work: Iterable[Row], names: Mapping[str, str]
) -> list[Row]:
    """Give what each branch gains and loses: customers by colour, classes, measures, minutes."""
    rows: dict[Any, Row] = {}

    def row_of(institution: Any) -> Row:
        empty = {"institution_id": institution, "name": names.get(institution), "customers": 0}
        counts = (
            "changed_customers",
            *COLOURS[:-1],
            "changed_classes",
            "gained_measures",
            "lost_measures",
            "minutes",
        )
        return rows.setdefault(institution, {**empty, **dict.fromkeys(counts, 0)})

    for one in people:
        row = row_of(one["institution_id"])
        row["customers"] += one["customers"]
        if one["old_colour"] == one["new_colour"]:
            continue
        row["changed_customers"] += one["customers"]
        for colour, sign in ((one["old_colour"], -1), (one["new_colour"], 1)):
            if colour != NONE:
                row[colour] += sign * one["customers"]
    for one in _at_branches(engine, found):
        row = row_of(one.pop("institution_id"))
        for name, count in one.items():
            row[name] += count
    for one in work:
        row_of(one["institution_id"])["minutes"] += (one.get("new_minutes") or 0) - (
            one.get("old_minutes") or 0
        )
    return sorted(rows.values(), key=_weight)


def _weight(row: Row) -> tuple[int, int, str]:
    return (-abs(row["minutes"]), -row["changed_customers"], str(row["institution_id"]))


def _at_branches(engine: Engine, found: Differences) -> list[Row]:
    loans, work = found.loans, found.work.filter(found.work.kind == "measure")
    classes = loans.group_by(["institution_id"]).aggregate(changed_classes=v.count_if(loans.is_changed))
    measures = work.group_by(["institution_id"]).aggregate(
        gained_measures=v.count_if(work.old_there == 0), lost_measures=v.count_if(work.new_there == 0)
    )
    return engine.rows(classes, limit=_LIMIT) + engine.rows(measures, limit=_LIMIT)
