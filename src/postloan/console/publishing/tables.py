"""The tables of a finished run as the database holds them, prepared as Parquet files of one shape.

Each is the result of the run with what lists need beside it (names, institution, manager), so that a merge is
a comparison of two files. Amounts are integer cents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import models

from postloan.book.snapshot import Book
from postloan.console.desk.rules import review_cycles
from postloan.console.publishing import models as m
from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.engine.changes import digest
from postloan.policy.in_force import Policy
from postloan.results import CLASS_BASIS, CLOCK, LOAN_STATE, MEASURE_DUE, SIGNAL, SIGNAL_COVERAGE, WARNING


@dataclass(frozen=True)
class Source:
    """Where prepared tables come from.

    Args:
        engine: a DuckDB session.
        result: the folder of the run's result.
        book: the book as known on the day of the run.
        policy: the policy of the run, for the days after which classes are decided again.
    """

    engine: Engine
    result: Path
    book: Book
    policy: Policy

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
    """Write every published table into `folder` as `<table>.parquet`, sorted by key, and its hashes."""
    owned = source.engine.materialise(_customers(source), "customers")
    loans = source.engine.materialise(_loans(source), "loans")
    for model, make in _MAKERS.items():
        table = make(source, owned, loans)
        columns = model_fields(model)
        path = folder / f"{model._meta.model_name}.parquet"
        source.engine.write(table.select(*columns), path, order_by=columns[:1])
        digest(source.engine, path, columns[0])


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
    rows = _joined(_joined(state, basis, "loan_id", "basis_id"), facts, "loan_id", "facts_id")
    return with_reasons(rows, source.policy, source.book.as_of)


def with_reasons(loans: Table, policy: Policy, as_of: date) -> Table:
    """Add `rate_rank`, why the class of a loan is to be decided, and `class_moved`, where the run moved it.

    A loan is to be decided where the machine's class is not the last decided one or is not measurable any
    more, where nobody ever decided, and where the cycle of review of its level is over (domain B5); not where
    it has no scheme or no balance. Takes the columns of a loan state with `class_decided` and `decided_on`.
    """
    due = loans.decided_on.isnull()
    for (scheme, days), codes in review_cycles(policy).items():
        last = v.literal(as_of - timedelta(days=days), "date")
        of_scheme = loans.scheme_id == v.literal(scheme, "string")
        due = due | (of_scheme & loans.class_final.isin(codes) & (loans.decided_on <= last))
    other = loans.class_machine.isnull() | (loans.class_machine != loans.class_decided)
    differs = loans.class_decided.notnull() & other
    nothing = loans.scheme_id.isnull() | loans.balance.isnull()
    rank = v.when(
        [
            (nothing, v.null("integer")),
            (differs & due, v.literal(m.BOTH, "integer")),
            (differs, v.literal(m.CLASS_DIFFERS, "integer")),
            (due, v.literal(m.REVIEW_DUE, "integer")),
        ],
        v.null("integer"),
    )
    moved = v.when(
        [(loans.class_previous != loans.class_final, v.literal(True, "boolean"))],
        v.null("boolean"),
    )
    return loans.mutate(rate_rank=rank, class_moved=moved)


def loan_tallies(loans: Table) -> Table:
    """Count loans, and add their balances, by institution and what the book on one page shows of them."""
    band = v.null("integer")
    for place, (_name, first, last) in enumerate(m.BANDS):
        within = loans.days_past_due >= v.literal(first, "integer")
        if last is not None:
            within = within & (loans.days_past_due <= v.literal(last, "integer"))
        band = v.when([(within, v.literal(place, "integer"))], band)
    rows = loans.mutate(band=band)
    keys = ("institution_id", "currency", "scheme_id", "class_previous", "class_final", "five_level", "band")
    found = rows.group_by(*keys).aggregate(loans=rows.count(), balance=v.total(rows.balance))
    return _keyed(found, keys)


def customer_tallies(customers: Table) -> Table:
    """Count customers with an exposure, and add it and their arrears up, by institution and colour."""
    rows = customers.filter(customers.exposure.notnull())
    keys = ("institution_id", "colour")
    found = rows.group_by(*keys).aggregate(
        customers=rows.count(), exposure=v.total(rows.exposure), overdue=v.total(rows.overdue)
    )
    return _keyed(found, keys)


def _keyed(rows: Table, keys: Sequence[str]) -> Table:
    """Add `tally_id` made of what rows were grouped by."""
    nothing, parts = v.literal("-", "string"), list[Column | str]()
    for name in keys:
        column = rows[name] if name != "band" else v.text(rows[name])
        parts += [v.coalesce(column, nothing), ":"]
    return rows.mutate(tally_id=v.concat(*parts[:-1]))


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


_MAKERS: dict[type[models.Model], Callable[[Source, Table, Table], Table]] = {
    m.Customer: lambda _source, customers, _loans: customers,
    m.Loan: lambda _source, _customers, loans: loans,
    m.Warning: lambda source, customers, _loans: _warnings(source, customers),
    m.Signal: lambda source, _customers, _loans: _signals(source),
    m.Coverage: lambda source, _customers, _loans: _coverage(source),
    m.Measure: lambda source, customers, _loans: _measures(source, customers),
    m.LegalClock: lambda source, customers, _loans: _clocks(source, customers),
    m.LoanTally: lambda _source, _customers, loans: loan_tallies(loans),
    m.CustomerTally: lambda _source, customers, _loans: customer_tallies(customers),
}

PUBLISHED: Sequence[type[models.Model]] = tuple(_MAKERS)
"""The models that a publication writes."""
