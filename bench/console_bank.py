"""The bank that `bench.console` asks about: its people, a published run, and three years of work on it.

Rows are made as columns and written in bulk. What a row does not tell is empty, as its model has it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, models, transaction

from bench.console_rows import AUDIT, PUBLISHED, WORK
from bench.publishing import LOANS
from postloan import clock
from postloan.console.audit.models import AuditEvent, AuditHead
from postloan.console.desk.models import Classification, Step
from postloan.console.people.models import Institution, Staff, StaffRole
from postloan.console.publishing import models as m
from postloan.console.publishing.merge import merge
from postloan.console.publishing.tables import model_fields
from postloan.console.work import models as w
from postloan.engine import Engine, open_engine
from postloan.results import RUN

OUTLETS, PER_BRANCH, MANAGERS = 400, 8, 4000
DAY = date(2026, 6, 30)
RUN_ID = f"{DAY}-1"


@dataclass(frozen=True)
class Size:
    """How large the bank is.

    Args:
        loans: open loans.
        warnings: open warnings, each with an open case.
        closed: cases closed in three years.
    """

    loans: int
    warnings: int
    closed: int

    @property
    def customers(self) -> int:
        """Give the customers, of whom three in ten have two loans or more."""
        return self.loans * 7 // 10


def fill(store: Path, size: Size) -> None:
    """Fill an empty database and the store's ledger."""
    started = time.perf_counter()
    _people()
    folder = store / "made"
    folder.mkdir(parents=True, exist_ok=True)
    given = {
        "customers": size.customers,
        "warnings": size.warnings,
        "closed": size.closed,
        "outlets": OUTLETS,
        "managers": MANAGERS,
        "now": f"TIMESTAMP '{clock.civil():%Y-%m-%d %H:%M:%S}'",
    }
    tables = {
        m.Customer: PUBLISHED["customer"],
        m.Warning: PUBLISHED["warning"],
        m.Signal: PUBLISHED["signal"],
        m.Coverage: PUBLISHED["coverage"],
        m.Measure: PUBLISHED["measure"],
        m.LegalClock: PUBLISHED["clock"],
        m.ColourChange: PUBLISHED["colour_change"],
        m.LoanTally: PUBLISHED["loan_tally"],
        m.CustomerTally: PUBLISHED["customer_tally"],
        w.Case: WORK["case"],
        w.Task: WORK["task"],
        w.TimelineEntry: WORK["timeline"],
        w.Evidence: WORK["evidence"],
        w.Closing: WORK["closing"],
        w.EffectCheck: WORK["effect"],
        w.WatchEntry: WORK["watch"],
        Classification: WORK["classification"],
        Step: WORK["step"],
        AuditEvent: AUDIT,
    }
    loans = folder / "loan.parquet"
    with duckdb.connect() as base, open_engine(threads=2) as engine:
        changes = "i % 20 = 0"
        base.execute(LOANS.format(path=loans, loans=size.loans, changes=changes, moves=changes, number=1))
        base.execute(f"CREATE VIEW loan AS FROM read_parquet('{loans}')")
        base.execute("CREATE MACRO chance(x) AS CAST(hash(x) >> 2 AS BIGINT)")
        with transaction.atomic():
            merge(engine, m.Loan, loans, None)
        for model, told in tables.items():
            _made(base, engine, model, told.format(**given), folder)
    _finish(store)
    print(f"filled in {time.perf_counter() - started:.0f} s", flush=True)


def _made(
    base: duckdb.DuckDBPyConnection, engine: Engine, model: type[models.Model], told: str, folder: Path
) -> None:
    """Write the rows of a statement into the table of a model; later statements read them by its name."""
    name = model.__name__.lower()
    path = folder / f"{name}.parquet"
    base.execute(f"CREATE VIEW told_{name} AS {told}")
    held = {row[0] for row in base.execute(f"DESCRIBE told_{name}").fetchall()}
    columns = ", ".join(
        f'"{one}"' if one in held else f'{_empty(model, one)} AS "{one}"' for one in model_fields(model)
    )
    base.execute(f"COPY (SELECT {columns} FROM told_{name}) TO '{path}' (FORMAT PARQUET)")
    base.execute(f"CREATE VIEW \"{name}\" AS FROM read_parquet('{path}')")
    with transaction.atomic():
        merge(engine, model, path, None)


def _empty(model: type[models.Model], column: str) -> str:
    """Give how a column stands that a row says nothing of."""
    field = model._meta.get_field(column.removesuffix("_id") if column in ("case_id", "task_id") else column)  # noqa: SLF001 - Django's way
    if field.null:
        return "NULL::VARCHAR"
    if isinstance(field, models.JSONField):
        return f"'{json.dumps(field.get_default())}'"
    if isinstance(field, models.CharField | models.TextField):
        return "''"
    return "0"


def _finish(store: Path) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(
            _no_style(), [w.Case, w.Task, w.TimelineEntry, w.Evidence, w.Closing, w.EffectCheck, w.WatchEntry]
        ):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")  # as autovacuum does by itself in time
        else:
            cursor.execute("PRAGMA analysis_limit = 1000")  # as a publication ends with
            cursor.execute("ANALYZE")
    last = AuditEvent.objects.order_by("-seq").first()
    AuditHead.objects.create(pk=1, seq=last.seq if last else 0, hash=last.hash if last else "")
    _ledger(store / "ledger")
    m.Publication.objects.create(
        run_id=RUN_ID,
        as_of=DAY,
        policy_version="cn_rural-0",
        result_hash="",
        published_at=datetime(2026, 7, 1),  # noqa: DTZ001 - the bank's civil time
        counts={},
    )


def _no_style() -> Any:
    from django.core.management.color import no_style

    return no_style()


def _ledger(folder: Path) -> None:
    """Write the ledger of three years of days."""
    folder.mkdir(parents=True, exist_ok=True)
    stages = json.dumps([{"stage": "facts", "seconds": 30.0, "rows": 8, "bytes_read": 1}])
    with open_engine(threads=1, memory="256MiB") as engine:
        for number in range(750):
            day = DAY - timedelta(days=number)
            row = {
                "run_id": f"{day}-1",
                "as_of": day,
                "mode": "full",
                "policy_version": "cn_rural-0",
                "engine": "duckdb",
                "version": "0",
                "started": datetime(day.year, day.month, day.day, 4),  # noqa: DTZ001 - the ledger's UTC
                "ended": datetime(day.year, day.month, day.day, 5),  # noqa: DTZ001 - the ledger's UTC
                "state": "done",
                "stages": stages,
            }
            engine.write(engine.from_rows([row], RUN.fields, f"run_{number}"), folder / f"{day}-1.parquet")


def quarantine(book: Path, rows: int = 20_000) -> None:
    """Set customers of an otherwise empty book aside, as the quality gate does."""
    folder = book / "quarantine"
    folder.mkdir(parents=True, exist_ok=True)
    head = "source_file,source_row,quarantine_code,quarantine_reason,quarantine_allowed,customer_id,name,kind"
    lines = (
        f"customer.csv,{one},unknown_value,kind: person,corporate farmer,C{one},客户 C{one},person"
        for one in range(rows)
    )
    (folder / "customer.csv").write_text("\ufeff" + "\n".join((head, *lines)) + "\n", encoding="utf-8")


def _people() -> None:
    Institution.objects.bulk_create(_places())
    branches = range(OUTLETS // PER_BRANCH)
    people = [
        *((f"S{one:05d}", f"B{one % OUTLETS:04d}", "customer_manager") for one in range(MANAGERS)),
        *((f"BH{one:04d}", f"A{one:04d}", "branch_head") for one in branches),
        *((f"RB{one:04d}", f"A{one:04d}", "risk_department") for one in branches),
        *((f"{name}0001", "H", role) for name, role in AT_HEAD_OFFICE),
    ]
    Staff.objects.bulk_create(
        Staff(staff_id=who, name=f"员工 {who}", institution_id=place, password="!")
        for who, place, _ in people
    )
    StaffRole.objects.bulk_create(
        StaffRole(staff_id=who, institution_id=place, role=role) for who, place, role in people
    )


AT_HEAD_OFFICE = (
    ("RD", "risk_department"),
    ("CD", "credit_department"),
    ("EX", "executive"),
    ("OP", "operator"),
)


def _places() -> Iterator[Institution]:
    yield Institution(institution_id="H", name="总行", kind="head_office", path="/H/")
    for number in range(OUTLETS // PER_BRANCH):
        place = f"A{number:04d}"
        yield Institution(
            institution_id=place, name=f"支行 {number}", parent_id="H", kind="branch", path=f"/H/{place}/"
        )
    for number in range(OUTLETS):
        place, branch = f"B{number:04d}", f"A{number // PER_BRANCH:04d}"
        yield Institution(
            institution_id=place,
            name=f"网点 {number}",
            parent_id=branch,
            kind="outlet",
            path=f"/H/{branch}/{place}/",
        )
