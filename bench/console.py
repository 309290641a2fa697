"""How fast the console's pages answer with a large bank in the database: every list and detail, by role.

python -m bench.console                     1,000,000 loans, 300,000 open warnings, 3 years of work; SQLite
DATABASE_URL=postgresql://… python -m bench.console      the same on that server (an empty database)

A server of one's own: initdb -D DIR -U postloan --auth=trust -E UTF8 --locale=C, then
pg_ctl -D DIR -o "-p PORT -c shared_buffers=1GB" start, and postgresql://postloan@127.0.0.1:PORT/postgres.

Every address is asked for several times by a customer manager, a branch head, the risk departments of a
branch and of the head office, and an operator. `first` is how long the first reader after a publication
waits, before anything of it was counted; the median and the 95th percentile stand beside the limit of 200 ms.
`cpu` is what the process itself worked in the median: where others use the machine too, the clock tells of
them as well; the work of a PostgreSQL server is not in it.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

LIMIT_MS = 200
Addresses = dict[str, list[str]]


def main() -> None:
    """Fill a database and time the pages."""
    told = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m bench.console", description=told)
    parser.add_argument("--loans", type=int, default=1_000_000)
    parser.add_argument("--warnings", type=int, default=300_000)
    parser.add_argument("--closed", type=int, default=600_000, help="cases closed in three years")
    parser.add_argument("--times", type=int, default=20, help="how often each address is asked for")
    parser.add_argument("--only", default="", help="ask only for addresses that hold this text")
    parser.add_argument("--who", default="", help="ask only as this person")
    parser.add_argument("--store", type=Path, help="keep the store here, and use it again where it is there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="postloan-bench-") as place:
        _measure(asked.store or Path(place) / "store", asked)


def _measure(store: Path, asked: argparse.Namespace) -> None:
    from postloan.console import serving

    serving.configure(store, str(store / "book"), "", os.environ.get("DATABASE_URL"))
    from django.conf import settings
    from django.core.cache import cache
    from django.core.management import call_command
    from django.db import connection

    from bench import console_bank as bank
    from postloan.console.publishing.models import Publication

    settings.ALLOWED_HOSTS.append("testserver")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    if not Publication.objects.exists():
        bank.quarantine(store / "book")
        bank.fill(store, bank.Size(asked.loans, asked.warnings, asked.closed))
    cache.clear()
    load = os.getloadavg()[0]
    print(f"{connection.vendor}, {asked.loans:,} loans, {asked.warnings:,} open warnings, ", end="")
    print(f"{asked.closed:,} closed cases; {asked.times} times each; load of the machine {load:.1f}")
    print(f"{'address':<62}{'who':<10}{'first':>8}{'median':>8}{'p95':>8}{'cpu':>8}  ms")
    serving.settle()
    over = 0
    for staff_id, addresses in _asked(asked.warnings):
        if asked.who in ("", staff_id):
            over += _time(staff_id, {k: v for k, v in addresses.items() if asked.only in k}, asked.times)
    print(f"{over} over the limit; load of the machine {os.getloadavg()[0]:.1f}")


def _time(staff_id: str, addresses: Addresses, times: int) -> int:
    from django.conf import settings
    from django.test import Client

    from postloan.console.people.models import Staff

    client, over = Client(), 0
    client.force_login(Staff.objects.get(pk=staff_id), settings.AUTHENTICATION_BACKENDS[0])
    client.get("/work/table/")  # the process reads templates and packs once
    for name, every in addresses.items():
        if not every:
            print(f"{name:<62}{staff_id:<10} no such row")
            continue
        asked = [_ask(client, every[number % len(every)]) for number in range(times + 1)]
        first, spent = asked[0][0], [one for one, _ in asked[1:]]
        middle, worst = statistics.median(spent), sorted(spent)[math.ceil(len(spent) * 0.95) - 1]
        busy = statistics.median(one for _, one in asked[1:])
        over += worst > LIMIT_MS
        note = "  over the limit" if worst > LIMIT_MS else ""
        print(
            f"{name:<62}{staff_id:<10}{first:>8.0f}{middle:>8.0f}{worst:>8.0f}{busy:>8.0f}{note}", flush=True
        )
    return over


def _ask(client: Any, address: str) -> tuple[float, float]:
    """Ask once; give the milliseconds that went by, and those that this process worked."""
    started, worked = time.perf_counter(), time.process_time()
    answer = client.get(address)
    spent = (time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return spent


def _asked(warnings: int) -> list[tuple[str, Addresses]]:
    """Give who asks for what; each asks for customers, cases and loans of their own part of the bank."""
    return [
        ("S00001", {**_lists("B0001"), **_details(warnings, 4000, 1)}),
        ("BH0001", {**_lists("B0009"), **_heads(), **_details(warnings, 400, 9)}),
        ("RD0001", {**_lists("B0009"), **_heads(), **_details(warnings, 7919, 5), **_machine(), **_audit()}),
        ("RB0001", _audit()),
        ("EX0001", {"/": ["/"], "/book/": ["/book/"]}),
        ("OP0001", {"/": ["/"], **_operator(), **_machine(), **_audit()}),
    ]


def _lists(place: str) -> Addresses:
    told = [
        "/",
        "/warnings/",
        "/warnings/?colour=red",
        "/warnings/?colour=red,blue",
        "/warnings/?owner=me",
        "/warnings/?owner=S00009",
        f"/warnings/?place={place}",
        "/warnings/?age=30",
        "/warnings/?age=new",
        "/warnings/?least=150000",
        "/warnings/?signal=ACC02",
        "/warnings/?sort=exposure",
        "/warnings/?sort=oldest",
        "/warnings/?sort=newest",
        "/warnings/?colour=yellow&sort=exposure&age=60",
        "/customers/",
        "/customers/?kind=farmer",
        "/customers/?colour=red",
        "/customers/?colour=none",
        "/customers/?level=05",
        f"/customers/?place={place}",
        "/customers/?search=客户 00000",
        "/customers/?search=000123",
        "/customers/?search=C0000",
        "/work/",
        "/work/list/",
        "/work/list/?kind=task",
        "/work/list/?owner=me",
        "/work/list/?owner=nobody",
        "/work/list/?when=late",
        "/work/list/?when=today&kind=task",
        "/work/list/?state=submitted",
        "/work/watch/",
        "/work/watch/?left=1",
        "/work/table/",
        "/desk/",
        "/desk/?tab=rate",
        "/desk/?tab=rate&why=differs",
        "/desk/?tab=rate&why=due",
        "/desk/?tab=rated",
        "/desk/?tab=determined",
        "/desk/?tab=returned",
        "/desk/?tab=settled",
        "/desk/states/",
        "/desk/migration/",
        "/desk/migration/?by=level",
        "/desk/migration/loans/?by=five&from=normal&to=normal",
        "/desk/migration/loans/?by=level&scheme=cn10a&from=02&to=05",
        "/policies/",
        "/policies/tables/colour/",
        "/policies/entries/parameters/",
        "/signals/",
        "/signals/ACC02/",
    ]
    return {one: [one] for one in told}


def _heads() -> Addresses:
    return {one: [one] for one in ("/book/", "/work/team/")}


def _audit() -> Addresses:
    told = (
        "/audit/",
        "/audit/?person=S00009",
        "/audit/?action=close",
        "/audit/?kind=case&action=open",
        "/audit/?from=2025-01-01&to=2025-02-01",
        "/audit/?from=2025-01-01&to=2025-02-01&action=claim",
        "/audit/objects/case/10/",
        "/audit/verify/",
    )
    return {one: [one] for one in told}


def _machine() -> Addresses:
    return {one: [one] for one in ("/runs/", "/runs/2026-06-30-1/")}


def _operator() -> Addresses:
    told = (
        "/runs/quarantine/",
        "/runs/quarantine/customer/",
        "/administration/",
        "/administration/calendar/",
        "/administration/staff/",
        "/administration/staff/?search=S001",
        "/administration/staff/?place=A0001",
        "/administration/staff/S00001/",
    )
    return {one: [one] for one in told}


def _details(warnings: int, step: int, first: int) -> Addresses:
    """Give twenty addresses of each kind, of customers whom a person may see: every `step`-th of the bank."""
    from postloan.console.desk.models import Classification
    from postloan.console.publishing.models import Loan
    from postloan.console.work.models import Case, Task, WatchEntry

    draw = random.Random(1)
    told = {f"C{draw.randrange(first, warnings, step):09d}" for _ in range(20)}
    every = [f"C{one:09d}" for one in range(first, 2 * warnings, step)]
    seen = Loan.objects.filter(customer_id__in=told).values_list("pk", flat=True)
    decided = Classification.objects.filter(customer_id__in=every[:200]).values_list("loan_id", flat=True)
    return {
        "/warnings/?search=": [f"/warnings/?search={one}" for one in told],
        "/warnings/…/": [f"/warnings/customer:{one}:2026-06-01/" for one in told],
        "/warnings/…/signals/…/": [
            f"/warnings/customer:{one}:2026-06-01/signals/customer:{one}:ACC02/" for one in told
        ],
        "/customers/…/": [f"/customers/{one}/" for one in told],
        "/customers/…/timeline/": [f"/customers/{one}/timeline/" for one in told],
        "/desk/loans/…/": [f"/desk/loans/{one}/" for one in [*seen, *decided[:20]]],
        "/work/cases/…/": [f"/work/cases/{one}/" for one in _keys(Case, told)],
        "/work/tasks/…/": [f"/work/tasks/{one}/" for one in _keys(Task, told)],
        "/work/cases/…/evidence/visit/": [f"/work/cases/{one}/evidence/visit/" for one in _keys(Case, told)],
        "/work/watch/…/": [f"/work/watch/{one}/" for one in _keys(WatchEntry, every[:3000])],
        "/work/ask/…/": [f"/work/ask/{one}/" for one in told],
    }


def _keys(model: Any, customers: Any) -> list[int]:
    return list(model.objects.filter(customer_id__in=customers).values_list("pk", flat=True)[:20])


if __name__ == "__main__":
    main()
