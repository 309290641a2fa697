"""The tables of a finished run as the database holds them, prepared as Parquet files of one shape.

Each is the result of the run with what lists need beside it (names, institution, manager), so that a merge is
a comparison of two files. Amounts are integer cents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import models

from postloan.book.snapshot import Book
from postloan.console.publishing import models as m
from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.results import CLASS_BASIS, CLOCK, LOAN_STATE, MEASURE_DUE, SIGNAL, SIGNAL_COVERAGE, WARNING


@dataclass(frozen=True)
class Source:
    """Where prepared tables come from.

    Args:
        engine: a DuckDB session.
        result: the folder of the run's result.
        book: the book as known on the day of the run.
    """

    engine: Engine
    result: Path
    book: Book

    def facts(self, subject: str) -> Table:
        """Give the facts of a subject, with money as DECIMAL(18,2)."""
        return self.engine.raw(self.result / f"facts_{subject}.parquet")


def model_fields(model: type[models.Model]) -> tuple[str, ...]:
    """Give the columns of a published table, the key first."""
    key = _key(model)
    return (key, *(str(field.column) for field in model._meta.concrete_fields if field.column != key))


def _key(model: type[models.Model]) -> str:
    field = model._meta.pk
    assert field is not None
    return str(field.column)


def prepare(source: Source, folder: Path) -> None:
    """Write every published table into `folder` as `<table>.parquet`, sorted by key."""
    owned = source.engine.materialise(_customers(source), "customers")
    for model, make in _MAKERS.items():
        table = owned if model is m.Customer else make(source, owned)
        columns = model_fields(model)
        source.engine.write(
            table.select(*columns),
            folder / f"{model._meta.model_name}.parquet",
            order_by=columns[:1],
        )


def _customers(source: Source) -> Table:
    book, facts = source.book, source.facts("customer")
    customers = book.table("customer").select(
        "customer_id", "name", "kind", "region_id", "industry_id", "group_id", "household_id", "since"
    )
    regions = book.table("region").select("region_id", "name").rename(region="name")
    industries = book.table("industry").select("industry_id", "name").rename(industry="name")
    known = facts.select(
        facts.id.name("facts_id"),
        facts.institution_id,
        facts.manager_id,
        v.cents(facts.total_exposure_amt).name("exposure"),
        v.cents(facts.overdue_amt).name("overdue"),
        facts.worst_dpd_days.name("worst_dpd"),
        facts.open_loan_count.name("open_loans"),
    )
    warned = source.engine.read(source.result / "warning.parquet", WARNING)
    warned = warned.filter(warned.subject_kind == v.literal("customer", "string")).select(
        warned.subject_id.name("warned_id"), warned.colour
    )
    rows = _joined(customers, known, "customer_id", "facts_id")
    rows = _joined(rows, warned, "customer_id", "warned_id")
    rows = _named(_named(rows, regions, "region_id"), industries, "industry_id")
    return rows.mutate(colour_rank=_rank(rows.colour))


def _rank(colour: Column) -> Column:
    worse = [
        (colour == v.literal(name, "string"), v.literal(rank, "integer")) for name, rank in m.RANKS.items()
    ]
    return v.when(worse, v.literal(0, "integer"))


def _joined(rows: Table, more: Table, left: str, right: str) -> Table:
    return rows.left_join(more, rows[left] == more[right]).drop(right)


def _named(rows: Table, names: Table, key: str) -> Table:
    other = names.rename({f"named_{key}": key})
    return _joined(rows, other, key, f"named_{key}")


def _loans(source: Source) -> Table:
    state = source.engine.read(source.result / "loan_state.parquet", LOAN_STATE)
    basis = source.engine.read(source.result / "class_basis.parquet", CLASS_BASIS)
    basis = basis.select(
        basis.loan_id.name("basis_id"),
        basis.class_decided,
        basis.decided_on,
        basis.provision_after.name("provision"),
    )
    facts = source.facts("loan")
    facts = facts.select(
        facts.id.name("facts_id"),
        facts.contract_id,
        facts.contract_type,
        facts.guarantee_mode,
        facts.repayment_method,
        facts.disbursed_on,
        facts.matures_on,
        v.cents(facts.amount_amt).name("amount"),
    )
    return _joined(_joined(state, basis, "loan_id", "basis_id"), facts, "loan_id", "facts_id")


def _owner(customers: Table, *more: str) -> Table:
    return customers.select(customers.customer_id.name("owned_id"), "institution_id", "manager_id", *more)


def _warnings(source: Source, customers: Table) -> Table:
    rows = source.engine.read(source.result / "warning.parquet", WARNING)
    owner = _owner(customers, "name", "kind", "exposure").rename(customer_name="name", customer_kind="kind")
    rows = _joined(rows, owner, "customer_id", "owned_id")
    of_place = rows.subject_kind == v.literal("institution", "string")
    return rows.mutate(
        colour_rank=_rank(rows.colour),
        institution_id=v.when([(of_place, rows.subject_id)], rows.institution_id),
    )


def _signals(source: Source) -> Table:
    rows = source.engine.read(source.result / "signal.parquet", SIGNAL)
    return rows.mutate(signal_id=v.concat(rows.subject_kind, ":", rows.subject_id, ":", rows.code))


def _coverage(source: Source) -> Table:
    return source.engine.read(source.result / "signal_coverage.parquet", SIGNAL_COVERAGE)


def _measures(source: Source, customers: Table) -> Table:
    rows = source.engine.read(source.result / "measure_due.parquet", MEASURE_DUE)
    owner = _owner(customers, "name").rename(customer_name="name")
    return _joined(rows, owner, "customer_id", "owned_id")


def _clocks(source: Source, customers: Table) -> Table:
    rows = source.engine.read(source.result / "clock.parquet", CLOCK)
    loans = source.facts("loan")
    loans = loans.select(loans.id.name("loan_key"), loans.customer_id.name("borrower_id"))
    rows = _joined(rows, loans, "loan_id", "loan_key")
    rows = rows.mutate(customer_id=v.coalesce(rows.customer_id, rows.borrower_id)).drop("borrower_id")
    return _joined(rows, _owner(customers), "customer_id", "owned_id")


_MAKERS: dict[type[models.Model], Callable[[Source, Table], Table]] = {
    m.Customer: lambda _source, customers: customers,
    m.Loan: lambda source, _customers: _loans(source),
    m.Warning: _warnings,
    m.Signal: lambda source, _customers: _signals(source),
    m.Coverage: lambda source, _customers: _coverage(source),
    m.Measure: _measures,
    m.LegalClock: _clocks,
}

PUBLISHED: Sequence[type[models.Model]] = tuple(_MAKERS)
"""The models that a publication writes."""
