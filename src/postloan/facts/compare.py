"""How a subject stands among its peers: quantiles of groups, and distances in standard deviations."""

from __future__ import annotations

from collections.abc import Sequence

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import zero


def quantile(rows: Table, value: str, percent: int, keys: Sequence[str]) -> Table:
    """Give the value at rank ceil(n * percent / 100) of each group of rows whose value is known.

    Args:
        rows: column id tells equal values apart.
        value: the column that is ranked, the least first.
        percent: 1 to 100.
        keys: columns that make the groups.

    Columns: the keys, peers (how many), quantile.
    """
    known = rows.filter(rows[value].notnull())
    groups = [known[key] for key in keys]
    order = [(known[value], "asc"), (known["id"], "asc")]
    ranked = known.mutate(
        _rank=v.row_number(partition=groups, order=order), peers=v.count_over(partition=groups)
    )
    at = v.integer_divide(ranked.peers * percent + 99, v.literal(100, "integer"))
    return ranked.filter(ranked["_rank"] == at).select(*keys, "peers", quantile=value)


BEYOND = 1_000_000
"""Stands for the distance from peers who do not differ at all."""


def squared_distance(rows: Table, value: str, group: str, least_peers: int) -> Column:
    """Give how far a row lies above the other rows of its group: squared, in their standard deviations.

    A root is not exact and its square is: beyond two standard deviations is beyond 4. With n rows of sum S
    and sum of squares Q, the n - 1 others of a row x have the mean (S - x) / (n - 1), and both the row's
    distance from it and their deviation have n - 1 below the line, which falls out:
    (n x - S)^2 over (n - 1)(Q - x^2) - (S - x)^2.

    Args:
        rows: one row a subject.
        value: integers of at most 10,000 either way, null where not known.
        group: the column of whose equals a row is one.
        least_peers: other rows known, fewer than which tell nothing.

    The column is a DECIMAL(18,6): 0 where the row lies at or below the others' mean, `BEYOND` where it lies
    above others who are all alike, null where it is not known or has too few peers.
    """
    x = rows[value]
    is_known = x.notnull()
    part = [rows[group]]
    n = v.sum_over(is_known.ifelse(v.literal(1, "integer"), zero()), partition=part)
    total = v.sum_over(is_known.ifelse(x, zero()), partition=part)
    squares = v.sum_over(is_known.ifelse(x * x, zero()), partition=part)
    above = n * x - total
    spread = (n - 1) * (squares - x * x) - (total - x) * (total - x)
    return v.when(
        [
            (~is_known | (n - 1 < least_peers), v.null("decimal")),
            (above <= 0, v.literal(0, "decimal")),
            (spread == 0, v.literal(BEYOND, "decimal")),
        ],
        v.ratio(above * above, spread),
    )
