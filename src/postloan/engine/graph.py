"""Graphs over tables of edges: components, and what is reached within a few steps.

Members are numbered in the engine, in byte order of their names. Only the numbers of both ends of each edge
leave it, as two Arrow columns of 32 bits, and only the numbers of components come back; names never do. That
takes some 60 bytes an edge while components are looked for, so a graph has a greatest size. Steps are joins,
which the engine moves to its scratch where they do not fit into memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from postloan.engine import verbs as v
from postloan.engine.schema import Field
from postloan.engine.session import Engine
from postloan.engine.types import Table
from postloan.errors import PostloanError

EDGES_AT_MOST = 50_000_000
"""The most edges of one graph: some three gigabytes beside the engine's own memory."""

_Numbers = npt.NDArray[np.int64]

_FOUND = ("weak", "weak_size", "strong", "strong_size")


def components(engine: Engine, edges: Table, name: str) -> Table:
    """Give each member of a graph its weakly and its strongly connected component.

    Args:
        engine: the engine that holds the edges.
        edges: columns source, target and layer, all texts; members of different layers never meet. An edge
            from a member to itself only makes it a member; an edge without layer or an end is left out.
        name: a name for what is kept in scratch.

    Columns: layer, member; weak and strong, the component as the smallest of its members; weak_size and
    strong_size, the number of its members. Strongly connected are those who reach each other along edges.

    Raises PostloanError `graph_too_large` beyond `EDGES_AT_MOST` edges.
    """
    edges = edges.select("layer", "source", "target")
    known = edges.layer.notnull() & edges.source.notnull() & edges.target.notnull()
    edges = engine.hold(edges.filter(known).distinct(), f"{name}_edges")
    members = engine.hold(_numbered(edges), f"{name}_members")
    found = _found(engine, _components(*_ends(engine, edges, members)))
    rows = members.inner_join(found, members["_number"] == found["_of"])
    for kind in ("weak", "strong"):
        first = members.select(**{f"_{kind}": "_number", f"{kind}_member": "member"})
        rows = rows.inner_join(first, rows[kind] == first[f"_{kind}"])
    rows = rows.select(
        "layer", "member", "weak_size", "strong_size", weak=rows.weak_member, strong=rows.strong_member
    )
    return engine.materialise(rows, name)


def hops(engine: Engine, edges: Table, starts: Table, name: str, *, at_most: int) -> Table:
    """Give each member that is reached from any start along edges, and in how few steps.

    Args:
        engine: the engine that holds the edges.
        edges: columns layer, source and target; a step goes from the one to the other, within a layer.
        starts: columns layer and member; they are reached in 0 steps.
        name: a name for what is kept in scratch.
        at_most: the most steps.

    Columns: layer, member, hops.
    """
    first = starts.select("layer", "member", hops=v.literal(0, "integer")).distinct()
    reached = engine.hold(first, name)
    for step in range(at_most):
        last = reached.filter(reached.hops == step)
        ahead = edges.semi_join(last, (edges.layer == last.layer) & (edges.source == last.member))
        ahead = ahead.select("layer", member="target").distinct()
        new = ahead.anti_join(reached, ["layer", "member"])
        new = new.mutate(hops=v.literal(step + 1, "integer"))
        reached = engine.hold(reached.union(new), f"{name}_{step + 1}")
    return reached


def _numbered(edges: Table) -> Table:
    ends = [edges.select("layer", member=end) for end in ("source", "target")]
    members = ends[0].union(ends[1]).distinct()
    number = v.row_number(order=[(members.layer, "asc"), (members.member, "asc")]) - 1
    return members.mutate(_number=number)


def _ends(engine: Engine, edges: Table, members: Table) -> tuple[_Numbers, _Numbers]:
    """Give the numbers of both ends of each edge."""
    rows = edges.limit(EDGES_AT_MOST + 1)
    for end in ("source", "target"):
        own = members.select(_layer="layer", **{f"_{end}": "member", f"{end}_number": "_number"})
        rows = rows.inner_join(own, (rows.layer == own["_layer"]) & (rows[end] == own[f"_{end}"]))
        rows = rows.drop("_layer", f"_{end}")
    codes = rows.select(*(rows[f"{end}_number"].cast("int32").name(end) for end in ("source", "target")))
    table = engine._arrow(codes)
    if table.num_rows > EDGES_AT_MOST:
        raise PostloanError(
            "graph_too_large",
            f"a graph has more than the {EDGES_AT_MOST} edges that are allowed",
            mend="look for a contact, group or guarantor that stands for nearly every customer",
        )
    return table["source"].to_numpy(), table["target"].to_numpy()


def _components(sources: _Numbers, targets: _Numbers) -> list[_Numbers]:
    """Give the columns of `_FOUND` as numbers, by the number of each member; each member has an edge."""
    if len(sources) == 0:
        return [np.empty(0, np.int64)] * len(_FOUND)
    size = int(max(sources.max(), targets.max())) + 1
    matrix = coo_matrix((np.ones(len(sources), np.int8), (sources, targets)), shape=(size, size)).tocsr()
    columns: list[_Numbers] = []
    for kind in ("weak", "strong"):
        count, labels = connected_components(matrix, directed=True, connection=kind)
        first = np.empty(count, np.int64)
        first[labels[::-1]] = np.arange(size - 1, -1, -1)  # the last to be written is the smallest
        columns += [first[labels], np.bincount(labels, minlength=count)[labels]]
    return columns


def _found(engine: Engine, columns: Sequence[_Numbers]) -> Table:
    fields = [Field("_of", "integer"), *(Field(name, "integer") for name in _FOUND)]
    held: list[Any] = [np.arange(len(columns[0])), *columns]
    found: Table = engine.backend.table(engine.small(fields, held))
    return found
