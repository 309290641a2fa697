"""Seconds, rows and peak memory of flows between parties: transfers, circles, the tracing of payouts.

    python -m bench.flows --edges 1000000

The transfers are those of half a year in a bank whose customers are a tenth as many: most go to a few
neighbours, some to shops that are paid by thousands, some to parties outside; some chains lead back within
days. A third of the customers have a loan, paid out in that half year.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from postloan.book.snapshot import Book
from postloan.engine import Engine, Table, open_engine
from postloan.facts import (
    account,
    circular,
    collateral,
    currency,
    customer,
    exposure,
    flows,
    fund_use,
    loans,
    positions,
    repayment,
    transfers,
)
from postloan.facts.context import Context
from postloan.policy import pack

_DAY = date(2026, 9, 30)


def main() -> None:
    """Measure each step on a made network and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m bench.flows", description=__doc__.splitlines()[0])
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    parser.add_argument("--threads", type=int)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="postloan-bench-") as made:
        folder = Path(made)
        with open_engine("duckdb", scratch=folder / "maker") as maker:
            entries = _made(maker, told.edges, folder / "book")
        with open_engine(told.engine, threads=told.threads, scratch=folder / "run") as engine:
            _measure(engine, folder / "book", told.edges, entries)


def _measure(engine: Engine, book: Path, edges: int, entries: int) -> None:
    context = Context(engine, Book(book, engine, _DAY), pack.load("cn_rural").as_of(_DAY), None, _DAY)
    print(f"{edges:,} transfers in {entries:,} entries, engine {engine.kind}; memory is the process's so far")
    loans.compute(context)
    context.made["rates"] = currency.rates(context, "CNY")
    for before in (repayment, positions, account, exposure, customer, collateral):
        before.compute(context)
    _told(context, "transfers", transfers.compute, "transfers")
    _told(context, "flows", flows.compute, "borrower_transfers")
    _told(context, "circles", circular.compute, "circles_closed")
    _told(context, "fund use", fund_use.compute, "fund_use")


def _told(context: Context, name: str, compute: Callable[[Context], object], kept: str) -> None:
    started, worked = time.perf_counter(), time.process_time()
    compute(context)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    table: Table = context.made[kept]
    (found,) = context.engine.rows(table.aggregate(n=table.count()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {name:<12}{seconds:>8.2f} s{worked:>8.2f} s of work{found['n']:>12,} rows{peak:>10,.0f} MiB")


def _made(engine: Engine, edges: int, folder: Path) -> int:
    customers = max(edges // 10, 100)
    ids = f"FROM range({customers}) t(n)"
    named = "printf('C%08d', n)"
    # Who pays whom: a shop, someone outside, the next of a ring of three, or a neighbour.
    moves = (
        f"SELECT n, (hash(n) % {customers})::BIGINT AS a, (hash(n * 7 + 1) % 180)::INT AS back, "
        f"hash(n * 3 + 2) % 100 AS draw, (hash(n * 5 + 3) % 900 + 100)::BIGINT * 100 AS amount "
        f"FROM range({edges}) t(n)"
    )
    ends = (
        f"SELECT n, a, amount, back, CASE WHEN draw < 10 THEN (hash(n * 11 + 4) % 50)::BIGINT "
        f"WHEN draw < 15 THEN a - a % 3 + (a + 1) % 3 "
        f"ELSE (a + 1 + (hash(n * 13 + 5) % 12)::BIGINT) % {customers} END AS b, "
        f"draw >= 90 AS outside FROM ({moves})"
    )
    day = f"(DATE '{_DAY}' - back)"
    leg = (
        "SELECT printf('{leg}%09d', n) AS entry_id, printf('A%08d', {own}) AS account_id, "
        f"{day} AS booked_on, CAST({day} AS TIMESTAMP) + to_seconds((hash(n) % 86400)::INT) AS booked_at, "
        "({sign} amount)::DECIMAL(18,2) AS amount, 'transfer' AS kind, "
        "printf('{named}%08d', {other}) AS counterparty_account, NULL::VARCHAR AS reverses_id "
        f"FROM ({ends}) WHERE a <> b"
    )
    texts = {
        "institution": "SELECT 'B' AS institution_id, 'Bank' AS name, 'branch' AS kind",
        "customer": f"SELECT {named} AS customer_id, {named} AS name, 'farmer' AS kind, "
        f"printf('H%08d', n // 3) AS household_id {ids}",
        "account": f"SELECT printf('A%08d', n) AS account_id, {named} AS customer_id, "
        f"'current' AS kind {ids}",
        "contract": f"SELECT printf('K%08d', n) AS contract_id, {named} AS customer_id, "
        f"'B' AS institution_id, 'farmer_business' AS contract_type, "
        f"DATE '{_DAY}' - 200 AS signed_on, 'credit' AS guarantee_mode, "
        f"50000.00::DECIMAL(18,2) AS self_payment_limit {ids} WHERE n % 3 = 0",
        "loan": f"SELECT printf('L%08d', n) AS loan_id, printf('K%08d', n) AS contract_id, "
        f"{named} AS customer_id, 'loan' AS exposure_kind, 200000.00::DECIMAL(18,2) AS amount, "
        f"'CNY' AS currency, DATE '{_DAY}' - (hash(n) % 180)::INT AS disbursed_on {ids} WHERE n % 3 = 0",
        "entry": " UNION ALL ".join(
            (
                leg.format(leg="P", own="a", sign="-", named="A", other="b") + " AND NOT outside",
                leg.format(leg="G", own="b", sign="", named="A", other="a") + " AND NOT outside",
                leg.format(leg="O", own="a", sign="-", named="X", other="b") + " AND outside",
            )
        ),
    }
    return [engine.write(engine.view(text), folder / f"{name}.parquet") for name, text in texts.items()][-1]


if __name__ == "__main__":
    main()
