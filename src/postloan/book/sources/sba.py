"""Loans of small businesses in California real estate, guaranteed in part by the SBA, as a book.

The source (Li, Mickel and Taylor 2018) has one row a loan: who lent, what was approved, paid out and
guaranteed, the borrower's industry and place, and whether it was paid in full or charged off, and when. It
has nothing of what happened in between: no instalments, balances, days past due, accounts or statements.

What is not read, and why. The term of a loan tells its outcome: of the loans paid in full 94 % have whole
years, of those charged off 8 %, since theirs was cut to the life that they had. So Term is left out, with
what the authors made of it: daysterm, xx, Recession and RealEstate. DisbursementGross adds up what a line of
credit paid out over its whole life, so the amount is the approved one. NewExist, jobs, employees, franchise
and the like have no place in the contract.

Conventions: a loan without a day of disbursement was paid out when it was approved; each loan has a customer
of its own, since names are spelled freely; lenders are branches of one institution, the guarantor; a region
is the state and within it the first three digits of the postal code (the source names no county); an industry
is the NAICS code within its subsector, the first three digits. A charge-off closes the loan on its day and is
seen from then. When a loan was paid in full is not told, so it stays open at the approved amount.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from postloan.book.sources.writing import source_file, write_tables
from postloan.engine import Column, Engine, Field, Table, TableSchema
from postloan.engine import verbs as v

INSTITUTION = "B1"
GUARANTOR = "SBA"
EPOCH = date(1960, 1, 1)
"""The day from which the source counts."""

_KINDS = {
    "integer": "LoanNr_ChkDgt Zip NAICS ApprovalDate Default",
    "string": "Bank State RevLineCr",
    "money": "GrAppv SBA_Appv",
}
_SOURCE = TableSchema(
    "sbacase",
    tuple(Field(name, kind) for kind, names in _KINDS.items() for name in names.split()),  # type: ignore[arg-type]
    key=("LoanNr_ChkDgt",),
)
_DAYS = ("DisbursementDate", "ChgOffDate")
"""Days that are stored as floating numbers, since some are missing."""


def convert(path: Path, target: Path, engine: Engine) -> list[str]:
    """Write the source in `path` as tables of the contract into `target`; give their names.

    Raises BookError `missing_file` where the folder has no sbacase*.parquet.
    """
    source = _read(path, engine)
    tables = {
        "institution": _institutions(source, engine),
        "region": _regions(source),
        "industry": _industries(source),
        "customer": _customers(source, engine),
        "contract": _contracts(source),
        "loan": _loans(source),
        "guarantee": _guarantees(source),
    }
    return write_tables(tables, target, engine)


def outcomes(path: Path, target: Path, engine: Engine) -> int:
    """Write which loans were charged off and never paid, and when, to `target` for `evaluate`; give the rows.

    Eleven loans were charged off and paid in full all the same: the source counts them as good, and so they
    are left out.
    """
    source = _read(path, engine)
    bad = source.filter((source.defaulted == 1) & source.charged_off_on.notnull())
    table = bad.select(
        customer_id=bad.number,
        loan_id=bad.number,
        bad_on=bad.charged_off_on,
        dpd30_on=v.null("date"),
        cause=v.literal("charge_off", "string"),
        visible_from=v.null("date"),
    )
    return engine.write(table, target, order_by=["customer_id", "loan_id"])


def _read(path: Path, engine: Engine) -> Table:
    """Give one row a loan with the days as dates and places and industries as text."""
    file = path if path.is_file() else source_file(path, "sbacase*.parquet")
    rows, stored = engine.read(file, _SOURCE), engine.raw(file)
    days = {f"_{name}": v.exact(stored[name], "decimal") for name in _DAYS}
    days = stored.select(_loan="LoanNr_ChkDgt", **days)
    rows = rows.inner_join(days, rows.LoanNr_ChkDgt == days["_loan"])
    paid_out, charged_off = (v.convert(_number(1), rows[f"_{name}"]) for name in _DAYS)
    area, part = (
        v.integer_divide(rows[name], _number(size)) for name, size in (("Zip", 100), ("NAICS", 1000))
    )
    read = rows.select(
        number=v.text(rows.LoanNr_ChkDgt),
        lender=v.coalesce(rows.Bank, v.literal(INSTITUTION, "string")),
        state=rows.State,
        area=v.concat(rows.State, "-", v.text(area)),
        industry=v.text(rows.NAICS),
        subsector=v.text(part),
        signed_on=_day(rows.ApprovalDate),
        disbursed_on=_day(v.coalesce(paid_out, rows.ApprovalDate)),
        charged_off_on=_day(charged_off),
        defaulted=rows.Default,
        is_line=rows.RevLineCr == "Y",
        approved=rows.GrAppv,
        guaranteed=rows.SBA_Appv,
    )
    return engine.materialise(read, "sba")


def _number(value: int) -> Column:
    return v.literal(value, "integer")


def _day(count: Column) -> Column:
    return v.add_days(v.literal(EPOCH, "date"), count)


def _institutions(source: Table, engine: Engine) -> Table:
    head = engine.from_rows(
        [{"institution_id": INSTITUTION, "name": GUARANTOR, "parent_id": None, "kind": "head_office"}],
        [Field(name, "string") for name in ("institution_id", "name", "parent_id", "kind")],
        "institution",
    )
    lenders = source.filter(source.lender != INSTITUTION).select(institution_id="lender").distinct()
    lenders = lenders.select(
        "institution_id",
        name="institution_id",
        parent_id=v.literal(INSTITUTION, "string"),
        kind=v.literal("branch", "string"),
    )
    return head.union(lenders)


def _regions(source: Table) -> Table:
    states = source.select(region_id="state").distinct()
    states = states.select(
        "region_id",
        name="region_id",
        parent_id=v.null("string"),
        kind=v.literal("province", "string"),
    )
    areas = source.select(region_id="area", parent_id="state").distinct()
    areas = areas.select(
        "region_id", name="region_id", parent_id="parent_id", kind=v.literal("city", "string")
    )
    return states.union(areas)


def _industries(source: Table) -> Table:
    wide = source.select(industry_id="subsector").distinct()
    wide = wide.select("industry_id", name="industry_id", parent_id=v.null("string"))
    narrow = source.select(industry_id="industry", parent_id="subsector").distinct()
    return wide.union(narrow.select("industry_id", name="industry_id", parent_id="parent_id"))


def _customers(source: Table, engine: Engine) -> Table:
    borrowers = source.select(
        customer_id=source.number,
        name=source.number,
        kind=v.literal("small_business", "string"),
        region_id=source.area,
        industry_id=source.industry,
    )
    names = ("customer_id", "name", "kind", "region_id", "industry_id")
    guarantor = engine.from_rows(
        [dict(zip(names, (GUARANTOR, GUARANTOR, "corporate", None, None), strict=True))],
        [Field(name, "string") for name in names],
        "guarantor",
    )
    return borrowers.union(guarantor)


def _contracts(source: Table) -> Table:
    return source.select(
        contract_id=source.number,
        customer_id=source.number,
        institution_id=source.lender,
        contract_type=v.literal("working_capital", "string"),
        is_revolving=source.is_line,
        signed_on=source.signed_on,
        limit_amount=v.money(source.approved),
        guarantee_mode=v.literal("guarantor", "string"),
    )


def _loans(source: Table) -> Table:
    written_off = source.charged_off_on.notnull().ifelse(v.literal("written_off", "string"), v.null("string"))
    return source.select(
        loan_id=source.number,
        contract_id=source.number,
        customer_id=source.number,
        exposure_kind=v.literal("loan", "string"),
        amount=v.money(source.approved),
        currency=v.literal("USD", "string"),
        disbursed_on=source.disbursed_on,
        closed_on=source.charged_off_on,
        close_reason=written_off,
    )


def _guarantees(source: Table) -> Table:
    return source.select(
        guarantee_id=source.number,
        contract_id=source.number,
        guarantor_customer_id=v.literal(GUARANTOR, "string"),
        amount=v.money(source.guaranteed),
        kind=v.literal("company", "string"),
    )
