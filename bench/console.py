"""How fast the console's pages answer with a large bank in the database: lists and details, by role.

python -m bench.console                     1,000,000 loans, 300,000 open warnings, SQLite
DATABASE_URL=postgresql://… python -m bench.console      the same on that server (an empty database)

Every address is asked for several times by a customer manager, a branch head and the risk department; the
table gives the median and the 95th percentile beside the limit of 200 ms.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb

from bench.publishing import LOANS

LIMIT_MS = 200
OUTLETS, PER_BRANCH = 400, 8
DAY = date(2026, 6, 30)

_CUSTOMERS = """
COPY (
  SELECT 'C' || lpad(i::VARCHAR, 9, '0') AS customer_id,
         'B' || lpad((i % {outlets})::VARCHAR, 4, '0') AS institution_id,
         'S' || lpad((i % {managers})::VARCHAR, 5, '0') AS manager_id,
         '客户 ' || lpad(i::VARCHAR, 9, '0') AS name,
         ['farmer', 'individual', 'small_business', 'corporate'][1 + i % 4] AS kind,
         'R' || (i % 90) AS region_id, '乡镇 ' || (i % 90) AS region,
         'I' || (i % 20) AS industry_id, '行业 ' || (i % 20) AS industry,
         NULL::VARCHAR AS group_id, NULL::VARCHAR AS household_id, DATE '2020-01-01' AS since,
         10000000 + i * 13 % 9000000 AS exposure, 0 AS overdue, 0 AS worst_dpd, 1 AS open_loans,
         CASE WHEN i < {warnings}
              THEN ['red', 'orange', 'yellow', 'blue'][1 + i % 4] END AS colour,
         CASE WHEN i < {warnings} THEN 4 - i % 4 ELSE 0 END AS colour_rank
  FROM range({customers}) AS numbers(i)
) TO '{path}' (FORMAT PARQUET)
"""
_WARNINGS = """
COPY (
  SELECT 'customer:' || customer_id || ':2026-06-01' AS episode_id,
         institution_id, manager_id, 'customer' AS subject_kind, customer_id AS subject_id, customer_id,
         name AS customer_name, kind AS customer_kind, exposure, colour, colour_rank,
         hash(customer_id) % 900 AS score,
         DATE '2026-06-01' - (hash(customer_id) % 200)::INTEGER AS opened_on,
         DATE '2026-06-01' AS colour_since,
         '[{{"code":"ACC02","severity":"orange"}},{{"code":"REP02","severity":"yellow"}}]' AS reasons,
         '[]' AS new_kinds, 'orange' AS rule_id, 'customer_manager' AS owner_role, manager_id AS owner_id
  FROM read_parquet('{customers}') WHERE colour IS NOT NULL
) TO '{path}' (FORMAT PARQUET)
"""
_SIGNALS = """
COPY (
  SELECT 'customer:' || customer_id || ':' || code AS signal_id, 'customer' AS subject_kind,
         customer_id AS subject_id, code, customer_id, 'fired' AS state, NULL::VARCHAR AS suppressed_by,
         severity, '0.42' AS value, '0.50' AS threshold_fixed, '0.50' AS threshold_applied,
         DATE '2026-06-01' AS opened_on, '{{}}' AS evidence
  FROM read_parquet('{customers}'),
       (VALUES ('ACC02', 'orange'), ('REP02', 'yellow')) AS codes(code, severity)
  WHERE colour IS NOT NULL
) TO '{path}' (FORMAT PARQUET)
"""


def main() -> None:
    """Fill a database and time the pages."""
    told = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m bench.console", description=told)
    parser.add_argument("--loans", type=int, default=1_000_000)
    parser.add_argument("--warnings", type=int, default=300_000)
    parser.add_argument("--times", type=int, default=20, help="how often each address is asked for")
    parser.add_argument("--store", type=Path, help="keep the store here, and use it again where it is there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="postloan-bench-") as place:
        _measure(asked.store or Path(place) / "store", asked.loans, asked.warnings, asked.times)


def _measure(store: Path, loans: int, warnings: int, times: int) -> None:
    from postloan.console import serving

    serving.configure(store, "", "", os.environ.get("DATABASE_URL"))
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from postloan.console.people.models import Staff
    from postloan.console.publishing.models import Publication

    settings.ALLOWED_HOSTS.append("testserver")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    if not Publication.objects.exists():
        _fill(store, loans, warnings)
    print(f"{connection.vendor}, {loans:,} loans, {warnings:,} open warnings; {times} times each")
    print(f"{'address':<44}{'who':<18}{'median':>8}{'p95':>8}  ms")
    for staff_id, step, first in (("S00001", 4000, 1), ("BH0001", OUTLETS, 9), ("RD0001", 7919, 5)):
        client = Client()
        client.force_login(Staff.objects.get(pk=staff_id), settings.AUTHENTICATION_BACKENDS[0])
        for name, addresses in _addresses(warnings, step, first).items():
            spent = [_ask(client, address) for address in addresses[:times]]
            middle, worst = statistics.median(spent), sorted(spent)[int(len(spent) * 0.95) - 1]
            over = "  over the limit" if worst > LIMIT_MS else ""
            print(f"{name:<44}{staff_id:<18}{middle:>8.0f}{worst:>8.0f}{over}")


def _ask(client: object, address: str) -> float:
    started = time.perf_counter()
    answer = client.get(address)  # type: ignore[attr-defined]
    spent = (time.perf_counter() - started) * 1000
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return spent


def _addresses(warnings: int, step: int, first: int) -> dict[str, list[str]]:
    """Give twenty addresses of each kind, of customers whom a person may see: every `step`-th of the bank."""
    draw = random.Random(1)
    customers = [f"C{draw.randrange(first, warnings, step):09d}" for _ in range(20)]
    return {
        "/": ["/"] * 20,
        "/warnings/": ["/warnings/"] * 20,
        "/warnings/?colour=red": ["/warnings/?colour=red"] * 20,
        "/warnings/?owner=me": ["/warnings/?owner=me"] * 20,
        "/warnings/?search=": [f"/warnings/?search={one}" for one in customers],
        "/warnings/…/": [f"/warnings/customer:{one}:2026-06-01/" for one in customers],
        "/customers/": ["/customers/"] * 20,
        "/customers/…/": [f"/customers/{one}/" for one in customers],
    }


def _fill(store: Path, loans: int, warnings: int) -> None:
    from django.db import transaction

    from postloan.console.publishing import models as m
    from postloan.console.publishing.merge import merge
    from postloan.engine import open_engine

    started = time.perf_counter()
    _people()
    folder = store / "made"
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.parquet" for name in ("customer", "loan", "warning", "signal")}
    sizes = {"customers": loans * 7 // 10, "warnings": warnings, "outlets": OUTLETS, "managers": OUTLETS * 10}
    with duckdb.connect() as base:
        base.execute(_CUSTOMERS.format(path=paths["customer"], **sizes))
        base.execute(_WARNINGS.format(path=paths["warning"], customers=paths["customer"]))
        base.execute(_SIGNALS.format(path=paths["signal"], customers=paths["customer"]))
        base.execute(LOANS.format(path=paths["loan"], loans=loans, changes="i % 20 = 0", number=1))
    with open_engine(threads=2) as engine, transaction.atomic():
        for model, path in zip((m.Customer, m.Loan, m.Warning, m.Signal), paths.values(), strict=True):
            merge(engine, model, path, None)
    m.Publication.objects.create(
        run_id="2026-06-30-1",
        as_of=DAY,
        policy_version="cn_rural-0",
        result_hash="",
        published_at=datetime(2026, 7, 1),  # noqa: DTZ001 - the bank's civil time
        counts={},
    )
    print(f"filled in {time.perf_counter() - started:.0f} s")


def _people() -> None:
    from postloan.console.people.models import Institution, Staff, StaffRole

    def places() -> Iterator[Institution]:
        yield Institution(institution_id="H", name="总行", kind="head_office", path="/H/")
        for number in range(OUTLETS // PER_BRANCH):
            yield Institution(
                institution_id=f"A{number:04d}",
                name=f"支行 {number}",
                parent_id="H",
                kind="branch",
                path=f"/H/A{number:04d}/",
            )
        for number in range(OUTLETS):
            branch = f"A{number // PER_BRANCH:04d}"
            yield Institution(
                institution_id=f"B{number:04d}",
                name=f"网点 {number}",
                parent_id=branch,
                kind="outlet",
                path=f"/H/{branch}/B{number:04d}/",
            )

    Institution.objects.bulk_create(places())
    people = [
        *(
            (f"S{number:05d}", f"B{number % OUTLETS:04d}", "customer_manager")
            for number in range(OUTLETS * 10)
        ),
        *((f"BH{number:04d}", f"A{number:04d}", "branch_head") for number in range(OUTLETS // PER_BRANCH)),
        ("RD0001", "H", "risk_department"),
    ]
    Staff.objects.bulk_create(
        Staff(staff_id=who, name=f"员工 {who}", institution_id=place, password="!")
        for who, place, _ in people
    )
    StaffRole.objects.bulk_create(
        StaffRole(staff_id=who, institution_id=place, role=role) for who, place, role in people
    )


if __name__ == "__main__":
    main()
