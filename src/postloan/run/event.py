"""Adds what happened to a book, runs the store's last day again, and tells what changed for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from postloan.book.importing import append_rows
from postloan.book.snapshot import Book
from postloan.engine import Engine, Table, open_engine
from postloan.engine import verbs as v
from postloan.errors import BookError, PolicyError, PostloanError, RunError
from postloan.policy import pack as packs
from postloan.run.daily import run_day
from postloan.run.delivery import deliver, touched_customers
from postloan.run.progress import Progress
from postloan.run.reading import Results, last_run, pack_of, results_of
from postloan.run.store import Store

_SHOWN = 50
"""Customers whose change is told one by one; more are counted among the others."""


@dataclass(frozen=True)
class Changes:
    """What an event came to.

    Args:
        store: the store's folder.
        as_of: the day that was run again.
        run_id: its new run; None where no row was added, so that nothing was run.
        replaced_run_id: the run whose result it replaces.
        policy_version: the policy of the new run.
        added: rows added by table.
        quarantined: rows that the gate kept out, by table and reason.
        findings: what somebody should look at.
        customers: for each customer that the rows touch `changed`, and `before` and `after`.
        others: how many other customers have another colour or class than before.
    """

    store: Path
    as_of: date
    run_id: str | None
    replaced_run_id: str
    policy_version: str | None
    added: Mapping[str, int]
    quarantined: Mapping[str, Mapping[str, int]]
    findings: tuple[Mapping[str, Any], ...]
    customers: tuple[Mapping[str, Any], ...]
    others: int

    def as_dict(self) -> dict[str, Any]:
        """Give the document that `event --json` prints."""
        return {
            "store": str(self.store),
            "as_of": self.as_of,
            "run_id": self.run_id,
            "replaced_run_id": self.replaced_run_id,
            "policy_version": self.policy_version,
            "added": dict(self.added),
            "quarantined": {name: dict(codes) for name, codes in self.quarantined.items()},
            "findings": list(self.findings),
            "customers": [
                {**one, "before": _listed(one["before"]), "after": _listed(one["after"])}
                for one in self.customers
            ],
            "others_changed": self.others,
        }


def _listed(side: Mapping[str, Any]) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, frozenset) else value for key, value in side.items()}


def add_event(
    store: Path,
    book: Path,
    file: Path,
    policy: str | None = None,
    *,
    threads: int | None = None,
    memory: str = "4GiB",
    progress: Progress | None = None,
) -> Changes:
    """Add the rows of a file to a book and run the store's last day again; the result before is kept.

    Args:
        store: a store with at least one result.
        book: the book's folder.
        file: JSON lines, each with `table`, or a CSV or Parquet file whose name is that of a table.
        policy: the pack; by default the one that the last run names.
        threads: how many threads to use.
        memory: the most memory to use.
        progress: whom to tell how far the run is.

    Raises RunError `no_run_yet`, and BookError where the rows cannot be read or would push out rows that
    stand; the book is then as it was. Rows that break the contract go to the book's quarantine.
    """
    if str(book).startswith("database:"):
        raise BookError(
            "book_not_a_folder",
            "rows are added to a book in a folder; this one is a database",
            where=str(book),
            mend="put the rows into the database and run the day again",
        )
    with open_engine(threads=threads, memory=memory) as engine:
        row = last_run(engine, store)
        _require_imported(book)
        name = policy or pack_of(row.policy_version)
        _require_pack(name)
        source = deliver(file, engine.scratch / "delivered")
        standing = _rows(engine, book, row.as_of)
        customers = touched_customers(engine, source, Book(book, engine, row.as_of))
        with Store(store).locked():  # a store at work stops the event before the book is changed
            summary = append_rows(book, source, threads=threads or 2, memory=memory)
        added = {
            table: count - standing.get(table, 0)
            for table, count in summary.rows.items()
            if count > standing.get(table, 0)
        }
        kept_out = {table: dict(codes) for table, codes in summary.quarantined.items()}
        told = tuple(finding.as_dict() for finding in summary.findings)
        if not added:
            version = row.policy_version
            return Changes(store, row.as_of, None, row.run_id, version, {}, kept_out, told, (), 0)
        customers |= touched_customers(engine, source, Book(book, engine, row.as_of))
        again = _run(book, row.as_of, store, name, threads=threads, memory=memory, progress=progress)
        before, after = results_of(engine, store, row), results_of(engine, store, again)
        shown = _compare(before, after, sorted(customers)[:_SHOWN])
        others = _others(before, after, [one["customer_id"] for one in shown])
    return Changes(
        store, row.as_of, again.run_id, row.run_id, again.policy_version, added, kept_out, told, shown, others
    )


def _require_pack(name: str) -> None:
    """Stop the event before the book is changed where the pack of the last run is not at hand."""
    try:
        packs.load(name)
    except PolicyError as error:
        if error.code != "unknown_pack":
            raise
        mend = "give the folder of the pack that the store is run with: --policy FOLDER"
        raise RunError(error.code, f"there is no pack {name} at hand", where=name, mend=mend) from error


def _require_imported(book: Path) -> None:
    """Refuse a folder of CSV: a run reads it as it stands, but rows are added to what the gate has passed."""
    if book.is_dir() and not any(book.glob("*.parquet")) and any(book.glob("*.csv")):
        raise BookError(
            "book_not_imported",
            "rows are added to a book that was imported; this folder holds CSV files",
            where=str(book),
            mend=f"import it first: postloan import folder {book} BOOK; then run and add to that book",
        )


def _run(book: Path, as_of: date, store: Path, name: str, **options: Any) -> Any:
    try:
        return run_day(book, as_of, store, name, **options).run
    except PostloanError as error:
        raise RunError(
            error.code,
            f"the rows are in the book, but the run failed: {error.message}",
            where=error.where,
            mend=error.mend or f"run {as_of.isoformat()} again when it is mended",
        ) from error


def _rows(engine: Engine, book: Path, as_of: date) -> dict[str, int]:
    """Count the rows of a book's tables, all versions; raises BookError where it is no book."""
    return {
        name: sum(
            int(row["n"])
            for path in paths
            for table in [engine.raw(path)]
            for row in engine.rows(table.aggregate(n=table.count()))
        )
        for name, paths in Book(book, engine, as_of).paths.items()
    }


def _compare(before: Results, after: Results, customers: Sequence[str]) -> tuple[dict[str, Any], ...]:
    old, new = _sides(before, customers), _sides(after, customers)
    told = [
        {"customer_id": one, "changed": old[one] != new[one], "before": old[one], "after": new[one]}
        for one in customers
    ]
    return tuple(sorted(told, key=lambda one: (not one["changed"], one["customer_id"])))


def _sides(results: Results, customers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Give for each customer colour, score, signals, classes by loan and measures."""
    sides: dict[str, dict[str, Any]] = {
        one: {"colour": None, "score": None, "signals": frozenset(), "classes": {}, "measures": frozenset()}
        for one in customers
    }
    for row in results.rows("warning", "customer_id", customers):
        sides[row["customer_id"]] |= {"colour": row["colour"], "score": row["score"]}
    for row in results.rows("signal", "customer_id", customers):
        sides[row["customer_id"]]["signals"] |= {f"{row['code']} {row['severity']}"}
    for row in results.rows("measure_due", "customer_id", customers):
        sides[row["customer_id"]]["measures"] |= {row["measure_code"]}
    wanted = ("scheme_id", "class_final", "five_level", "days_past_due", "overdue_amount")
    for row in results.rows("loan_state", "customer_id", customers):
        sides[row["customer_id"]]["classes"][row["loan_id"]] = {name: row[name] for name in wanted}
    return sides


def _others(before: Results, after: Results, told: Sequence[str]) -> int:
    """Count customers, but for those told of, whose colour or class of a loan is another than before."""
    items = _states(before).union(_states(after))
    counted = items.group_by(["customer_id", "state"]).aggregate(sides=items.count())
    differing = counted.filter(counted.sides == 1).select("customer_id").distinct()
    if told:
        differing = differing.filter(differing.customer_id.notin(tuple(told)))
    return int(after.engine.rows(differing.aggregate(n=differing.count()))[0]["n"])


def _states(results: Results) -> Table:
    """Give one row for each customer's colour and each loan's class, as text."""
    warning, loans = results.table("warning"), results.table("loan_state")
    warning = warning.filter(warning.subject_kind == "customer")
    colours = warning.select("customer_id", state=v.concat("colour:", warning.colour))
    level = v.coalesce(loans.class_final, v.literal("none", "string"))
    return colours.union(loans.select("customer_id", state=v.concat(loans.loan_id, ":", level)))
