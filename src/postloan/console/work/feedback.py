"""Brings what people did back into the book, as tables of its contract that the next run reads.

Each table gets one more part beside the book's own, `<table>.console.parquet`. It is written whole each
time, from work that is never deleted, so a second export of the same work gives the same file and touches
nothing. What changed later stands as a version with a later `known_on`, so that a run of an earlier day
still reads what was known then: a task as open before it was closed, a verdict as given before the case was
opened again.

Other parts of the console add their tables with `register`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from postloan.book.schema import TABLES, sort_order
from postloan.book.sources.database import beside
from postloan.console.audit.services import SYSTEM, record
from postloan.console.publishing.models import Loan
from postloan.console.work.models import Case, Closing, Evidence, Task
from postloan.console.work.rules import INSPECTIONS
from postloan.engine import Engine, open_engine
from postloan.errors import PostloanError

Row = dict[str, Any]
Maker = Callable[[], Iterable[Row]]

PART = "console"
"""The second word of the files' names."""

CASE_KIND, INSPECTION_KIND, MEASURE_KIND, OTHER_KIND = "warning", "inspection", "measure", "asked"
"""Kinds of task as the pack's parameters alert_task_kinds and inspection_task_kinds know them."""

_INSPECTING = frozenset(code for code, kind in INSPECTIONS.items() if kind in ("IN1", "IN2", "IN3", "IN4"))


def _verdicts() -> Iterator[Row]:
    """Give a verdict for each signal that a case was opened for; the amount stands with the first alone."""
    for closing in Closing.objects.exclude(case=None).select_related("case").order_by("pk").iterator():
        case = closing.case
        assert case is not None
        for place, reason in enumerate(case.reasons or []):
            kind, _, number = str(
                reason.get("subject") or f"{case.subject_kind}:{case.subject_id}"
            ).partition(":")
            row = {
                "subject_kind": kind,
                "subject_id": number,
                "code": reason["code"],
                "decided_on": closing.closed_at.date(),
                "result": closing.result,
                "cause": closing.cause or None,
                "amount_secured": _money(closing.amount_secured) if place == 0 else None,
                "staff_id": closing.closed_by,
                "known_on": closing.closed_at.date(),
            }
            yield row
            if closing.reopened_at is not None:
                open_again = {"result": "open", "cause": None, "amount_secured": None}
                yield row | open_again | {"known_on": closing.reopened_at.date()}


def _money(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)


def _visits() -> Iterator[Row]:
    photos: dict[tuple[int | None, int | None, date], str] = {}
    taken = Evidence.objects.filter(kind="photo").order_by("-pk")
    for photo in taken.values("case_id", "task_id", "happened_at", "sha256").iterator():
        photos[photo["case_id"], photo["task_id"], photo["happened_at"].date()] = photo["sha256"]
    for one in Evidence.objects.filter(kind="visit", customer_id__isnull=False).order_by("pk").iterator():
        day = one.happened_at.date()
        yield {
            "visit_id": f"console-{one.pk}",
            "customer_id": one.customer_id,
            "loan_id": one.loan_id,
            "kind": one.visit_kind,
            "visited_on": day,
            "staff_id": one.added_by,
            "second_staff_id": one.second_staff_id,
            "latitude": one.latitude,
            "longitude": one.longitude,
            "result": one.visit_result,
            "photo_hash": photos.get((one.case_id, one.task_id, day)),
            "report_hash": one.sha256 or None,
            "known_on": one.added_at.date(),
        }


def _contacts() -> Iterator[Row]:
    for one in Evidence.objects.filter(kind="call", customer_id__isnull=False).order_by("pk").iterator():
        yield {
            "customer_id": one.customer_id,
            "contacted_on": one.happened_at.date(),
            "kind": one.contact_kind,
            "reached": one.reached,
            "staff_id": one.added_by,
            "known_on": one.added_at.date(),
        }


def _notices() -> Iterator[Row]:
    for one in Evidence.objects.filter(kind="notice", loan_id__isnull=False).order_by("pk").iterator():
        yield {
            "notice_id": f"console-{one.pk}",
            "loan_id": one.loan_id,
            "to_customer_id": one.customer_id,
            "kind": one.notice_kind,
            "served_on": one.happened_at.date(),
            "method": one.method,
            "receipt": one.receipt or None,
            "document_ref": one.sha256 or None,
            "known_on": one.added_at.date(),
        }


def _measures_done() -> Iterator[Row]:
    """Give measures done; one of a customer stands with one of the customer's loans, as the contract asks."""
    done = Closing.objects.filter(result="done", task__measure_id__isnull=False).select_related("task")
    for closing in done.order_by("pk").iterator():
        task = closing.task
        assert task is not None
        loan = task.loan_id or task.proof_loan_id or _any_loan(task.customer_id)
        if loan is None:
            continue  # a customer without a loan has no measure that a run could still ask for
        row = {
            "measure_id": task.measure_id,
            "measure_code": task.measure_code,
            "loan_id": loan,
            "done_on": closing.done_on,
            "result": closing.result,
            "evidence_ref": f"task:{task.pk}",
            "known_on": closing.closed_at.date(),
        }
        yield row
        if closing.reopened_at is not None:
            yield row | {"known_on": closing.reopened_at.date(), "deleted": True}


def _any_loan(customer_id: str | None) -> str | None:
    loans = Loan.objects.filter(customer_id=customer_id or "").order_by("-balance", "loan_id")
    return loans.values_list("pk", flat=True).first()


def _tasks() -> Iterator[Row]:
    """Give cases and tasks that somebody owns; those of nobody can be held against nobody."""
    closings: dict[tuple[str, int], list[Closing]] = {}
    for closing in Closing.objects.order_by("pk").iterator():
        key = ("case", closing.case_id) if closing.case_id else ("task", closing.task_id or 0)
        closings.setdefault((key[0], key[1] or 0), []).append(closing)
    for case in Case.objects.exclude(owner_id=None).order_by("pk").iterator():
        subject = {"kind": CASE_KIND, "subject_kind": case.subject_kind, "subject_id": case.subject_id}
        row = subject | {"task_id": f"console-case-{case.pk}", "due_on": case.plan_due_at.date()}
        yield from _versions(case, row, closings.get(("case", case.pk), []))
    for task in Task.objects.exclude(owner_id=None).order_by("pk").iterator():
        kind = "loan" if task.loan_id else "customer"
        row = {"kind": _kind(task), "subject_kind": kind, "subject_id": task.loan_id or task.customer_id}
        row |= {"task_id": f"console-task-{task.pk}", "due_on": task.due_on}
        yield from _versions(task, row, closings.get(("task", task.pk), []))


def _kind(task: Task) -> str:
    if task.kind != "measure":
        return OTHER_KIND
    return INSPECTION_KIND if task.measure_code in _INSPECTING else MEASURE_KIND


def _versions(work: Case | Task, row: Row, closings: list[Closing]) -> Iterator[Row]:
    opened = work.opened_at.date()
    # A deadline before the opening is that of a duty that was late when it reached the console.
    row |= {"owner_id": work.owner_id, "opened_on": opened, "due_on": max(row["due_on"], opened)}
    yield row | {"closed_on": None, "has_evidence": None, "known_on": opened}
    for closing in closings:
        closed = closing.closed_at.date()
        told = {"closed_on": closed, "has_evidence": closing.has_evidence, "known_on": closed}
        yield row | told | {"owner_id": closing.owner_id or work.owner_id}
        if closing.reopened_at is not None:
            again = closing.reopened_at.date()
            yield row | {"closed_on": None, "has_evidence": None, "known_on": again}


_MAKERS: dict[str, Maker] = {
    "verdict": _verdicts,
    "visit": _visits,
    "contact": _contacts,
    "notice": _notices,
    "measure_done": _measures_done,
    "task": _tasks,
}


def register(table: str, maker: Maker) -> None:
    """Have a table of the book exported too, such as `class_decision` from the desk.

    Args:
        table: a table of the book's contract that no other part exports.
        maker: gives its rows as mappings of the contract's columns; money as Decimal, `known_on` filled;
            among rows of one key and `known_on` the last one counts.
    """
    if table not in TABLES or _MAKERS.get(table, maker) is not maker:
        raise ValueError(f"{table} is no table of the book, or is exported already")
    _MAKERS[table] = maker


def takes_feedback(book: str) -> bool:
    """Tell whether what people did is to be written before a run; not for a database without a folder."""
    return not book.startswith("database:") or beside(book)[1] is not None


def folder_of(book: str) -> Path:
    """Give the folder that takes what people did: the book's own, or the one beside its database.

    Raises PostloanError `feedback_needs_folder` where there is none: a database is read and never written to.
    """
    if book.startswith("database:"):
        _address, folder = beside(book)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            return folder
        mend = "name a folder beside it: --book 'database:URL#FOLDER', for feedback, run and publish alike"
    else:
        if book and Path(book).is_dir():
            return Path(book)
        mend = "name the folder: postloan serve --store STORE --book BOOK"
    raise PostloanError(
        "feedback_needs_folder",
        "what people did can only be written into a folder: the book's own, or one beside its database",
        where=re.sub(r"(://[^:/@]*):[^@]*@", r"\1:…@", book),
        mend=mend,
    )


def feedback_export(*, book: Path | str | None = None) -> dict[str, int]:
    """Write the feedback tables into the book's folder, or beside its database; give the rows of each table.

    A table without rows is not written, since an empty one would say that the bank keeps it. Raises
    PostloanError `feedback_needs_folder` where there is no such folder.
    """
    target = folder_of(str(book or settings.BOOK))
    counts: dict[str, int] = {}
    with open_engine(threads=2, memory="1GiB") as engine:
        for table, maker in _MAKERS.items():
            rows = _last_versions(table, maker())
            if rows:
                counts[table] = _write(engine, table, rows, target)
    record(actor=SYSTEM, action="feedback_export", object_kind="book", object_id=PART, after=counts)
    return counts


def _last_versions(table: str, rows: Iterable[Row]) -> list[Row]:
    """Keep the last of the rows that share key and day of knowledge: what happened within one day."""
    key = TABLES[table].key
    kept: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        kept[(*(row[name] for name in key), row["known_on"])] = row
    return list(kept.values())


def _write(engine: Engine, table: str, rows: list[Row], folder: Path) -> int:
    schema = TABLES[table]
    made = engine.from_rows(rows, schema.fields, f"feedback-{table}")
    target = folder / f"{table}.{PART}.parquet"
    fresh = engine.scratch / target.name
    count = engine.write(made, fresh, order_by=sort_order(schema))
    # An unchanged file keeps its time, so that a book that passed the gate need not be judged again.
    if not target.exists() or target.read_bytes() != fresh.read_bytes():
        beside = folder / f".{target.name}"
        beside.write_bytes(fresh.read_bytes())
        beside.replace(target)
    return count
