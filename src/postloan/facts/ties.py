"""What ties customers together, as one graph in layers: guarantees, groups, households, shared contacts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from postloan.engine import Column, Field, Table, graph
from postloan.engine import verbs as v
from postloan.facts.context import Context

CONTACTS = ("phone", "address", "device")
"""Layers of customers who can be reached in the same way."""

_HASHED = ("phone", "address")
_KIN = ("spouse", "same_household")
_EDGES = ("layer", "source", "target")


_TELLS = ("group_id", "household_id", "phone_hash", "address_hash")


def can_tell(context: Context) -> bool:
    """Tell whether anything in the book can tie customers together, or limits what they owe together."""
    book = context.book
    tables = ("guarantee", "relation", "bank_figure")
    return any(map(book.has, tables)) or any(book.has_column("customer", name) for name in _TELLS)


def rows(context: Context) -> Table:
    """Give one row for each customer in each layer, computed once: the component, its first member, its size.

    Columns: layer, id, weak, weak_size, strong, strong_size (see `graph.components`). Layers: `guarantee`
    (guarantor to borrower, companies that guarantee by trade left out), `joint` (guarantees within joint
    groups), `group` (one group number, or shares that give control), `household`, and `CONTACTS`.
    """
    if "ties" in context.made:
        return context.made["ties"]
    parts = [*_guarantees(context), *_by_customer(context)]
    if context.book.has("relation"):
        parts += _relations(context)
    fields = [Field(name, "string") for name in _EDGES]
    edges = reduce(lambda a, b: a.union(b), parts, context.engine.from_rows([], fields, "no_ties"))
    found = graph.components(context.engine, edges, "ties")
    return context.give("ties", found.rename(id="member"))


def layer(context: Context, name: str) -> Table:
    """Give one layer of `ties`."""
    tied = rows(context)
    return tied.filter(tied.layer == name).drop("layer")


def with_household(context: Context, rows: Table) -> Table:
    """Add `household` to rows with a column id: the first member of the household, else the customer."""
    own = layer(context, "household").select(_of="id", _household="weak")
    rows = rows.left_join(own, rows["id"] == own["_of"])
    return rows.mutate(household=v.coalesce(rows["_household"], rows["id"])).drop("_of", "_household")


def worst_of_others(rows: Table, value: Column) -> Table:
    """Give the greatest value among the other members of a component: columns id and worst.

    Args:
        rows: one layer, so that each id stands in one component.
        value: an integer from 0; null where it is not known, and then none is where all known ones are 0.
    """
    rows = rows.select("id", "weak", value=value)
    order = [(rows["value"], "desc"), (rows["id"], "asc")]
    rows = rows.mutate(_rank=v.row_number(partition=[rows.weak], order=order))
    sums = rows.group_by(_weak=rows.weak).aggregate(
        _first=v.max_if(rows["value"], rows["_rank"] == 1),
        _second=v.max_if(rows["value"], rows["_rank"] == 2),
        _unknown=v.count_if(rows["value"].isnull()),
    )
    rows = rows.inner_join(sums, rows.weak == sums["_weak"])
    worst = (rows["_rank"] == 1).ifelse(rows["_second"], rows["_first"])
    unknown = rows["_unknown"] - rows["value"].isnull().ifelse(
        v.literal(1, "integer"), v.literal(0, "integer")
    )
    doubtful = (unknown > 0) & (worst == 0)
    return rows.select("id", worst=doubtful.ifelse(v.null("integer"), worst))


def _guarantees(context: Context) -> Iterable[Table]:
    rows = context.made["guarantors"]
    rows = rows.filter(rows.guarantor_id != rows.customer_id)
    yield _edges("guarantee", rows.filter(rows.kind != "company"), "guarantor_id", "customer_id")
    yield _edges("joint", rows.filter(rows.is_joint_group), "guarantor_id", "customer_id")


def _by_customer(context: Context) -> Iterable[Table]:
    customer = context.book.table("customer")
    yield _alike("group", customer, "group_id")
    yield _alike("household", customer, "household_id")
    borrowers = context.made["customers"].filter(lambda t: t.has_open_loan).select(_borrower="id")
    own = customer.semi_join(borrowers, customer.customer_id == borrowers["_borrower"])
    for name in _HASHED:
        yield _alike(name, own, f"{name}_hash")


def _alike(name: str, customers: Table, column: str) -> Table:
    """Tie all who have the same value to the first of them; a value of one customer alone ties nobody."""
    known = customers.filter(customers[column].notnull())
    firsts = known.group_by(_value=known[column]).aggregate(
        _first=known.customer_id.min(), _count=known.count()
    )
    firsts = firsts.filter(firsts["_count"] > 1)
    return _edges(name, known.inner_join(firsts, known[column] == firsts["_value"]), "_first", "customer_id")


def _relations(context: Context) -> Iterable[Table]:
    rows = context.book.table("relation")
    rows = rows.filter(rows.until.isnull() | (rows.until >= context.day))
    ends = ("from_customer_id", "to_customer_id")
    held = v.literal(context.limit("connected_shareholder_share"), "decimal")
    control = v.literal(context.limit("connected_controller_share"), "decimal")
    holds = (rows.kind == "shareholder") & (rows.share >= held)
    # Who is said to control needs no share for it; one that is stated must suffice.
    controls = (rows.kind == "controller") & (rows.share.isnull() | (rows.share >= control))
    yield _edges("group", rows.filter(holds.fill_null(False) | controls), *ends)
    yield _edges("household", rows.filter(rows.kind.isin(_KIN)), *ends)
    for name in CONTACTS:
        yield _edges(name, rows.filter(rows.kind == f"same_{name}"), *ends)


def _edges(name: str, rows: Table, source: str, target: str) -> Table:
    return rows.select(layer=v.literal(name, "string"), source=rows[source], target=rows[target])
