"""The full lists as CSV for a spreadsheet: changed loans, moves, work; no text of it becomes a formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Any

from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v
from postloan.engine.hashing import canonical_csv
from postloan.run.impact.compare import Differences

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula."""

_BOM = b"\xef\xbb\xbf"
"""Tells a spreadsheet that the file is UTF-8; without it Chinese names are garbled."""


def guarded(text: Column) -> Column:
    """Give a text that no spreadsheet takes for a formula: with an apostrophe before what would start one."""
    starts = reduce(lambda a, b: a | b, [text.startswith(sign) for sign in FORMULA_STARTS])
    return v.when([(starts.fill_null(False), v.concat("'", text))], text)


def changed_loans(engine: Engine, found: Differences, changed: Table, as_of: Column, names: Table) -> Table:
    """Give one row for each loan of a customer whom the draft changes, and one for him if he has none.

    Columns: as_of, customer_id, loan_id, institution_id, institution, manager_id, currency, balance, old and
    new colour, score, owner, class and five-level class, rules behind them, and the measures gained and lost.
    """
    people = found.customers.select(
        "old_colour",
        "new_colour",
        "old_score",
        "new_score",
        "old_rule",
        "new_rule",
        "old_owner",
        "new_owner",
        _owner="customer_id",
        _at="institution_id",
        _by="manager_id",
    )
    loans = found.loans.rename(_borrower="customer_id")
    rows = changed.select("customer_id")
    rows = rows.left_join(people, rows.customer_id == people["_owner"])
    rows = rows.left_join(loans, rows.customer_id == loans["_borrower"])
    for which, measures in _measures(engine, found).items():
        rows = rows.left_join(
            measures,
            [rows.customer_id == measures[f"_{which}_of"], _same(rows.loan_id, measures[f"_{which}_loan"])],
        )
    place = v.coalesce(rows.institution_id, rows["_at"])
    rows = rows.mutate(_place=place)
    rows = rows.left_join(names, rows["_place"] == names["_institution"])
    return rows.select(
        as_of=as_of,
        customer_id=rows.customer_id,
        loan_id=rows.loan_id,
        institution_id=rows["_place"],
        institution=rows["_name"],
        manager_id=v.coalesce(rows.manager_id, rows["_by"]),
        currency=rows.currency,
        balance=v.money(rows.cents),
        **{
            f"{side}_{name}": rows[f"{side}_{name}"]
            for name in ("colour", "score", "rule", "owner", "scheme", "class", "five", "matrix", "floors")
            for side in ("old", "new")
        },
        measures_gained=rows.gained,
        measures_lost=rows.lost,
    )


def _same(loan: Column, of_measure: Column) -> Column:
    return (loan == of_measure).fill_null(False)


def _measures(engine: Engine, found: Differences) -> dict[str, Table]:
    """Give the codes of measures gained and lost by loan; a customer's stand with each of his loans."""
    work = found.work.filter((found.work.kind == "measure") & (found.work.old_there != found.work.new_there))
    loans = found.loans.select(_mine="customer_id", _loan="loan_id")
    whole = work.filter(work.level == "customer")
    spread = whole.inner_join(loans, whole.customer_id == loans["_mine"])
    rows = work.filter(work.level == "loan").select("customer_id", "loan_id", "code", "new_there")
    rows = rows.union(spread.select("customer_id", "code", "new_there", loan_id="_loan"))
    rows = engine.materialise(rows.select("customer_id", "loan_id", "code", "new_there"), "impact_listed")
    told = {}
    for which, there in (("gained", 1), ("lost", 0)):
        own = rows.filter(rows.new_there == there).distinct()
        told[which] = own.group_by(
            **{f"_{which}_of": own.customer_id, f"_{which}_loan": own.loan_id}
        ).aggregate(**{which: v.join_text(own.code, " ")})
    return told


def moves(engine: Engine, day: Mapping[str, Any], as_of: date) -> Table:
    """Give both matrices of a day as rows.

    Columns: kind, scheme_id, to_scheme_id, from, to, customers, loans, currency, balance. The customers of a
    move stand with its first currency alone, so that they can be added up.
    """
    rows: list[dict[str, Any]] = []
    for kind, name in (("colour", "colour_moves"), ("class", "class_moves")):
        for move in day[name]:
            for place, (currency, cents) in enumerate(sorted(move["balances"].items()) or [(None, 0)]):
                rows.append(
                    {
                        "as_of": as_of,
                        "kind": kind,
                        "scheme_id": move.get("scheme_id"),
                        "to_scheme_id": move.get("to_scheme_id"),
                        "from": move["from"],
                        "to": move["to"],
                        "customers": move.get("customers") if place == 0 else 0,
                        "loans": move["loans"] if place == 0 else 0,
                        "currency": currency,
                        "balance": Decimal(cents) / 100,
                    }
                )
    fields = [
        Field("as_of", "date"),
        *(Field(name, "string") for name in ("kind", "scheme_id", "to_scheme_id", "from", "to")),
    ]
    fields += [Field("customers", "integer"), Field("loans", "integer"), Field("currency", "string")]
    return engine.from_rows(rows, [*fields, Field("balance", "money")], "impact_moves")


def work(found: Differences, as_of: Column, names: Table) -> Table:
    """Give the minutes of work by branch, manager, role and kind, of both packs and the change."""
    parts = []
    for side in ("old", "new"):
        there = found.work.filter(found.work[f"{side}_there"] == 1)
        own = {
            f"{one}_{name}": there[f"{one}_{name}"] if one == side else v.literal(0, "integer")
            for one in ("old", "new")
            for name in ("there", "minutes", "offered")
        }
        keys = ("institution_id", "manager_id", "kind", "code")
        parts.append(there.select(*keys, role=there[f"{side}_role"], **own))
    both = parts[0].union(parts[1])
    counted = both.group_by(["institution_id", "manager_id", "role", "kind", "code"]).aggregate(
        **{name: v.total(both[name]) for name in both.columns if name.startswith(("old_", "new_"))}
    )
    rows = counted.left_join(names, counted.institution_id == names["_institution"])
    return rows.select(
        as_of=as_of,
        institution_id=rows.institution_id,
        institution=rows["_name"],
        manager_id=rows.manager_id,
        role=rows.role,
        kind=rows.kind,
        code=rows.code,
        old_count=rows.old_there,
        new_count=rows.new_there,
        old_minutes=rows.old_minutes,
        new_minutes=rows.new_minutes,
        change_minutes=rows.new_minutes - rows.old_minutes,
        old_offered_minutes=rows.old_offered,
        new_offered_minutes=rows.new_offered,
    )


FILES: Mapping[str, Sequence[str]] = {
    "changed_loans": ("as_of", "customer_id", "loan_id"),
    "moves": ("as_of", "kind", "scheme_id", "to_scheme_id", "from", "to", "currency"),
    "work": ("as_of", "institution_id", "manager_id", "role", "kind", "code"),
}
"""The files by name, with what their rows are sorted by."""


def write(engine: Engine, folder: Path, tables: Mapping[str, Sequence[Table]]) -> list[Path]:
    """Write each table, the days of one after another, as `<name>.csv` into the folder; give the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, order in FILES.items():
        parts = [_guarded(part) for part in tables[name]]
        path = folder / f"{name}.csv"
        with path.open("wb") as file:
            file.write(_BOM)
            for block in canonical_csv(engine, reduce(lambda a, b: a.union(b), parts), order):
                file.write(block)
        paths.append(path)
    return paths


def _guarded(table: Table) -> Table:
    return table.mutate(
        **{name: guarded(table[name]) for name, kind in table.schema().items() if kind.is_string()}
    )
