"""Seconds and peak memory of graphs: components, circles, and contagion within two steps.

    python -m bench.graph --edges 1000000

The edges stand for guarantees of a bank whose customers are half as many: most between neighbours, a few
guarantors who stand for thousands, and one circle of a tenth of all.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from postloan.engine import Engine, Table, graph, open_engine
from postloan.engine import verbs as v


def main() -> None:
    """Measure each verb on a made graph and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m bench.graph", description=__doc__.splitlines()[0])
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    parser.add_argument("--threads", type=int)
    told = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="postloan-bench-") as made,
        open_engine("duckdb", scratch=Path(made)) as maker,
        open_engine(told.engine, threads=told.threads, scratch=Path(made)) as engine,
    ):
        edges = engine.raw(_made(maker, told.edges, Path(made) / "edges.parquet"))
        print(f"{told.edges:,} edges, engine {told.engine}; peak memory is that of the whole process so far")
        both = _measured("components", lambda: graph.components(engine, edges, "components"))
        circles = both.filter(both.strong_size > 1)
        _measured("circles", lambda: engine.materialise(_sizes(circles), "circles"))
        starts = both.filter(both.member.startswith("C00000")).select("layer", "member")
        _measured("contagion", lambda: graph.hops(engine, edges, starts, "contagion", at_most=2))
        print(_told(engine, both, circles))


def _made(engine: Engine, count: int, path: Path) -> Path:
    text = (
        f"SELECT 'guarantee' AS layer, printf('C%09d', a) AS source, printf('C%09d', b) AS target FROM ("
        f" SELECT CASE WHEN n % 50 = 0 THEN hash(n) % 20 ELSE n // 2 END AS a,"
        f" CASE WHEN n % 10 = 1 THEN (n // 2 + 5) % {count // 2} WHEN n % 50 = 0 THEN n // 2"
        f" ELSE n // 2 + hash(n) % 4 END AS b FROM range({count}) t(n))"
    )
    engine.write(engine.view(text), path)
    return path


def _measured(name: str, compute: Callable[[], Table]) -> Table:
    started = time.perf_counter()
    found = compute()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {name:<12}{time.perf_counter() - started:>8.2f} s{peak:>10,.0f} MiB")
    return found


def _sizes(circles: Table) -> Table:
    return circles.group_by("strong").aggregate(members=v.count_if(circles.strong_size > 0))


def _told(engine: Engine, both: Table, circles: Table) -> str:
    (row,) = engine.rows(both.aggregate(n=both.count(), largest=both.weak_size.max()))
    (ring,) = engine.rows(circles.aggregate(n=circles.count(), largest=circles.strong_size.max()))
    return (
        f"{row['n']:,} members, the largest component of {row['largest']:,}; "
        f"{ring['n']:,} members of circles, the largest of {ring['largest'] or 0:,}"
    )


if __name__ == "__main__":
    main()
