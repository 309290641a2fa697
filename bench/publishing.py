"""How long the console takes to bring a run of a large book into its database, by share of changed rows.

python -m bench.publishing                        1,000,000 loan states of which 5 % changed, SQLite
DATABASE_URL=postgresql://… python -m bench.publishing      the same on that server (an empty database)
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import duckdb

LOANS = """
COPY (
  SELECT 'L' || lpad(i::VARCHAR, 9, '0') AS loan_id,
         'B' || lpad((i * 7 // 10 % 400)::VARCHAR, 4, '0') AS institution_id,
         'S' || lpad((i * 7 // 10 % 4000)::VARCHAR, 5, '0') AS manager_id,
         'C' || lpad((i * 7 // 10)::VARCHAR, 9, '0') AS customer_id,
         'K' || lpad(i::VARCHAR, 9, '0') AS contract_id,
         ['farmer_business', 'mortgage', 'working_capital', 'card'][1 + i % 4] AS contract_type,
         ['credit', 'guarantor', 'mortgage'][1 + i % 3] AS guarantee_mode,
         'instalment' AS repayment_method,
         'loan' AS exposure_kind,
         'CNY' AS currency,
         20000000 + i AS amount,
         (10000000 + i * 13 % 9000000
          - CASE WHEN {changes} THEN {number} * 5000 ELSE 0 END)::BIGINT AS balance,
         CASE WHEN i % 37 = 0 THEN 120000 ELSE 0 END AS overdue_amount,
         CASE WHEN i % 37 = 0 THEN i % 200 ELSE 0 END AS days_past_due,
         'schedule' AS dpd_source,
         DATE '2025-01-01' + (i % 500)::INTEGER AS disbursed_on,
         DATE '2027-01-01' + (i % 900)::INTEGER AS matures_on,
         'cn10a' AS scheme_id,
         '02' AS class_previous,
         '02' AS class_matrix,
         NULL::VARCHAR AS class_floor,
         CASE WHEN {moves} THEN '05' ELSE '02' END AS class_machine,
         CASE WHEN {moves} THEN '05' ELSE '02' END AS class_final,
         CASE WHEN {moves} THEN 'special_mention' ELSE 'normal' END AS five_level,
         'MX02' AS matrix_rule_id,
         '[]' AS floor_rule_ids,
         '[]' AS missing,
         NULL::VARCHAR AS upgrade_proposed,
         '02' AS class_decided,
         DATE '2026-06-30' - (i * 31 % 100)::INTEGER AS decided_on,
         'none' AS suit_status,
         'A2' AS amount_band,
         'on' AS on_off,
         NULL::DATE AS observation_ends_on,
         100000 AS provision,
         CASE WHEN {moves} THEN 2 WHEN i * 31 % 100 >= 90 THEN 1 END::BIGINT AS rate_rank,
         CASE WHEN {moves} THEN TRUE END AS class_moved
  FROM range({loans}) AS numbers(i)
) TO '{path}' (FORMAT PARQUET, COMPRESSION ZSTD)
"""


def main() -> None:
    """Make two days of loan states, publish the first, and time the second."""
    told = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m bench.publishing", description=told)
    parser.add_argument("--loans", type=int, default=1_000_000)
    parser.add_argument("--percent", type=int, default=5, help="how many of a hundred changed")
    parser.add_argument("--moved", type=int, default=10, help="how many of a hundred of those changed class")
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="postloan-bench-") as place:
        _measure(Path(place), asked)


def _measure(folder: Path, asked: argparse.Namespace) -> None:
    from postloan.console import serving

    serving.configure(folder / "store", "", "", os.environ.get("DATABASE_URL"))
    from django.core.management import call_command
    from django.db import connection, transaction

    from postloan.console.publishing.merge import merge
    from postloan.console.publishing.models import Loan
    from postloan.engine import open_engine
    from postloan.engine.changes import digest

    call_command("migrate", verbosity=0)
    days = [folder / f"{number}.parquet" for number in range(asked.times + 1)]
    with duckdb.connect() as base:
        for number, path in enumerate(days):
            changes = f"i % 100 < {asked.percent}"
            moves = f"({changes} AND (i // 100 + {number}) % 100 < {asked.moved})"
            base.execute(
                LOANS.format(loans=asked.loans, path=path, changes=changes, moves=moves, number=number)
            )
    print(f"{connection.vendor}, {asked.loans:,} loan states, {asked.percent} % changed, ", end="")
    print(f"{asked.moved} % of these in class; load of the machine {os.getloadavg()[0]:.1f}")
    with open_engine(threads=2) as engine:
        for number, path in enumerate(days):
            before = days[number - 1] if number else None
            started = time.perf_counter()
            digest(engine, path, "loan_id")  # with the preparing of the tables, before the transaction
            prepared, worked = time.perf_counter(), time.process_time()
            with transaction.atomic():
                written, gone = merge(engine, Loan, path, before)
            seconds, busy = time.perf_counter() - prepared, time.process_time() - worked
            what = "all rows" if before is None else "changed rows"
            print(f"{what}: {written:,} written, {gone} gone, {seconds:.2f} s ", end="")
            print(f"(this process worked {busy:.2f} s; hashes beforehand {prepared - started:.2f} s)")


if __name__ == "__main__":
    main()
