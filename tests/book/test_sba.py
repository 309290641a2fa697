"""Loans that the SBA guarantees: counts of data/README.md, and what is read and what is not."""

from datetime import date
from decimal import Decimal

import pytest

from postloan.book.importing import import_book
from postloan.book.snapshot import Book
from postloan.book.sources import sba
from postloan.engine import Field, open_engine
from postloan.errors import BookError

FIELDS = {
    "LoanNr_ChkDgt": "integer",
    "Bank": "string",
    "State": "string",
    "Zip": "integer",
    "NAICS": "integer",
    "ApprovalDate": "integer",
    "DisbursementDate": "decimal",
    "ChgOffDate": "decimal",
    "RevLineCr": "string",
    "Term": "integer",
    "GrAppv": "money",
    "SBA_Appv": "money",
    "Default": "integer",
}
PAID = {
    "LoanNr_ChkDgt": 7,
    "Bank": "ONE BANK",
    "State": "CA",
    "Zip": 92801,
    "NAICS": 532420,
    "ApprovalDate": 15074,  # 9 April 2001
    "DisbursementDate": Decimal(15095),
    "ChgOffDate": None,
    "RevLineCr": "Y",
    "Term": 36,
    "GrAppv": Decimal(30000),
    "SBA_Appv": Decimal(15000),
    "Default": 0,
}
LOST = PAID | {
    "LoanNr_ChkDgt": 8,
    "Bank": None,
    "NAICS": 531210,
    "DisbursementDate": None,
    "ChgOffDate": Decimal(17866),  # 30 November 2008
    "RevLineCr": "T",
    "Default": 1,
}
MENDED = LOST | {"LoanNr_ChkDgt": 9, "Default": 0}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_engine("duckdb", threads=1, scratch=tmp_path_factory.mktemp("scratch")) as opened:
        yield opened


@pytest.fixture(scope="module")
def source(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sba")
    fields = [Field(name, kind) for name, kind in FIELDS.items()]
    engine.write(engine.from_rows([PAID, LOST, MENDED], fields, "sba"), folder / "sbacase.parquet")
    return folder


@pytest.fixture(scope="module")
def book(engine, source, tmp_path_factory):
    target = tmp_path_factory.mktemp("book")
    names = sba.convert(source, target, engine)
    return {name: engine.rows(engine.raw(target / f"{name}.parquet")) for name in names}


def test_days_count_from_1960_and_lines_revolve(book):
    contract = {row["contract_id"]: row for row in book["contract"]}
    assert (contract["7"]["signed_on"], contract["7"]["is_revolving"]) == (date(2001, 4, 9), True)
    assert (contract["8"]["institution_id"], contract["8"]["is_revolving"]) == ("B1", False)
    loan = {row["loan_id"]: row for row in book["loan"]}
    assert (loan["7"]["disbursed_on"], loan["7"]["closed_on"]) == (date(2001, 4, 30), None)
    assert (loan["8"]["disbursed_on"], loan["8"]["closed_on"], loan["8"]["close_reason"]) == (
        date(2001, 4, 9),
        date(2008, 11, 30),
        "written_off",
    )
    assert (loan["7"]["amount"], book["guarantee"][0]["amount"]) == (Decimal(30000), Decimal(15000))


def test_the_term_is_not_read(book):
    assert all(
        "matures_on" not in row and "expires_on" not in row for row in (*book["loan"], *book["contract"])
    )


def test_places_industries_and_lenders_stand_within_wider_ones(book):
    region = {row["region_id"]: (row["parent_id"], row["kind"]) for row in book["region"]}
    assert region == {"CA": (None, "province"), "CA-928": ("CA", "city")}
    industry = {row["industry_id"]: row["parent_id"] for row in book["industry"]}
    assert industry == {"532": None, "531": None, "532420": "532", "531210": "531"}
    lenders = {row["institution_id"]: row["parent_id"] for row in book["institution"]}
    assert lenders == {"B1": None, "ONE BANK": "B1"}
    assert {row["customer_id"] for row in book["customer"]} == {"7", "8", "9", "SBA"}


def test_outcomes_are_charge_offs_that_the_source_counts_as_bad(engine, source, tmp_path):
    assert sba.outcomes(source, tmp_path / "outcomes.parquet", engine) == 1
    (row,) = engine.rows(engine.raw(tmp_path / "outcomes.parquet"))
    assert (row["loan_id"], row["bad_on"], row["cause"]) == ("8", date(2008, 11, 30), "charge_off")


def test_a_folder_without_the_file_is_named(engine, tmp_path):
    with pytest.raises(BookError, match="sbacase"):
        sba.convert(tmp_path, tmp_path / "out", engine)


@pytest.mark.real_data
def test_2101_loans_of_which_686_are_charged_off(real_data, engine, tmp_path):
    summary = import_book("sba", real_data / "sba_case", tmp_path / "book")
    assert not summary.quarantined
    assert (summary.rows["loan"], summary.rows["customer"]) == (2_101, 2_102)
    assert sba.outcomes(real_data / "sba_case", tmp_path / "outcomes.parquet", engine) == 686


@pytest.mark.real_data
def test_a_charge_off_is_seen_from_its_day_on(real_data, engine, tmp_path):
    import_book("sba", real_data / "sba_case", tmp_path / "book")
    bad = {
        row["LoanNr_ChkDgt"]: row["ChgOffDate"]
        for row in engine.rows(engine.raw(real_data / "sba_case" / "sbacase.parquet"))
        if row["ChgOffDate"] is not None
    }
    day = date(2007, 12, 31)
    loans = engine.rows(Book(tmp_path / "book", engine, day).table("loan"))
    closed = {int(row["loan_id"]) for row in loans if row["closed_on"] is not None or row["close_reason"]}
    assert closed == {name for name, count in bad.items() if count <= (day - sba.EPOCH).days}
    assert 50 < len(closed) < 100
