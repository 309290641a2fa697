"""Follows the money of payouts from the borrower's accounts, over those who pass it on, to where it went."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import reduce

from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.facts.transfers import later


def trace(
    engine: Engine,
    payouts: Table,
    rows: Table,
    places: Table,
    with_ties: Callable[[Table, str, str], Table],
    *,
    days: int,
    steps: int,
    least: Decimal,
) -> Table:
    """Give the parts of payouts that transfers carried, at most once for each payout and transfer.

    A payout goes out with the first transfers from the borrower from its day, in their order, up to its
    amount. What a party got of it goes on in the same way with that party's first transfers from the first
    receipt, up to what the party got in all. It goes no further than to the borrower, to those tied to him,
    to those of a class (brokers, lenders and so on), to market places, to parties not named, and to those
    who passed on some of it before.

    Args:
        engine: the engine that holds the tables.
        payouts: columns loan, borrower, payout (cents), paid_on.
        rows: transfers as `transfers.compute` keeps them.
        places: market places, column party.
        with_ties: adds `is_tied` to rows of which it is given the columns of two parties.
        days: how many days after the payout it is followed.
        steps: over how many transfers at most.
        least: share of the payout below which what a party got is not followed further.

    Columns: loan, borrower, payout, paid_on, payer, payee, on, part (cents), kind, payee_class, step; ends:
    `borrower`, `tied`, `class`, or null.
    """
    first = payouts.select(
        *("loan", "borrower", "payout", "paid_on"),
        holder="borrower",
        held="payout",
        since_on="paid_on",
        since_moment=v.null("integer"),
    )
    holders, passed, found = first, [], []
    for step in range(1, steps + 1):
        passed.append(holders.select("loan", "holder"))
        parts = with_ties(_parts(holders, rows, days), "borrower", "payee")
        parts = engine.materialise(_ended(parts, step), f"parts_{step}")
        found.append(parts.drop("moment"))
        if step < steps:
            holders = _next(parts, places, passed, least)
            holders = engine.materialise(holders, f"holders_{step}")
    return reduce(lambda a, b: a.union(b), found)


def _parts(holders: Table, rows: Table, days: int) -> Table:
    """Give what of each holder's money left with which transfer."""
    rows = rows.rename(_kind="kind").drop("payer_class")
    out = holders.inner_join(
        rows,
        [
            holders.holder == rows.payer,
            rows.on >= holders.since_on,
            v.days_between(rows.on, holders.paid_on) <= days,
            later(rows.on, rows.moment, holders.since_on, holders.since_moment),
        ],
    )
    order = [(out.on, "asc"), (out.moment, "asc"), (out.sequence, "asc"), (out.entry_id, "asc")]
    out = out.mutate(_sum=v.running_sum(out.amount, partition=[out.loan, out.holder], order=order))
    out = out.filter(out["_sum"] - out.amount < out.held)
    return out.select(
        *("loan", "borrower", "payout", "paid_on", "payer", "payee", "on", "moment", "payee_class"),
        kind="_kind",
        part=v.least(out["_sum"], out.held) - (out["_sum"] - out.amount),
    )


def _ended(parts: Table, step: int) -> Table:
    # The entry tells what the payee is to the payer, so only the borrower's own tells his relations.
    said = parts.payee_class == "related"
    tied = parts.is_tied | said.fill_null(False) if step == 1 else parts.is_tied
    ends = v.when(
        [
            ((parts.payee == parts.borrower).fill_null(False), v.literal("borrower", "string")),
            (tied, v.literal("tied", "string")),
            ((parts.payee_class.notnull() & ~said).fill_null(False), v.literal("class", "string")),
        ],
        v.null("string"),
    )
    return parts.mutate(ends=ends, step=v.literal(step, "integer")).drop("is_tied")


def _next(parts: Table, places: Table, passed: list[Table], least: Decimal) -> Table:
    """Give who got how much of each payout and may pass it on."""
    onward = parts.filter(parts.ends.isnull() & parts.payee.notnull())
    onward = onward.anti_join(places, onward.payee == places.party)
    for before in passed:
        onward = onward.anti_join(before, [onward.loan == before.loan, onward.payee == before.holder])
    got = onward.group_by("loan", "borrower", "payout", "paid_on", holder="payee").aggregate(
        held=v.total(onward.part),
        since_on=onward.on.min(),
        _moment=onward.moment.min(),
        _untimed=v.count_if(onward.moment.isnull()),
    )
    got = got.filter(got.held >= v.convert(got.payout, v.literal(least, "decimal")))
    since = (got["_untimed"] == 0).ifelse(got["_moment"], v.null("integer"))
    return got.mutate(since_moment=since).drop("_moment", "_untimed")
