"""The Taiwan bank's card customers (UCI, doi 10.24432/C55S3H) as a book of six month ends in 2005.

The source has one row a customer: a limit, and for April to September 2005 a statement (BILL_AMT), what
was paid in the month (PAY_AMT) and the repayment status at the month's end (PAY). Suffix 6 is April and
suffix 1 September, except that September's status is called PAY_0. PAY_AMT of a month pays the statement
of the month before: amounts equal to it are six times as frequent as to any other.

Conventions, where the source is silent: contract and loan are dated 2005-03-31, the day before the first
month that it covers; payments are dated on the end of their month; a status of k months is 30 k days past
due and -2, -1 and 0 are none. A payment of 0 is no payment and makes no row. Sex, education, marriage and
age are not read. Whether the customer defaulted in October is an outcome and never enters the book.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from postloan.book.sources.writing import source_file, write_tables
from postloan.engine import Column, Engine, Field, Table, TableSchema
from postloan.engine import verbs as v

GRANTED_ON = date(2005, 3, 31)
BAD_ON = date(2005, 10, 31)
INSTITUTION = "B1"

_MONTH_ENDS = (
    (date(2005, 4, 30), "PAY_6", "6"),
    (date(2005, 5, 31), "PAY_5", "5"),
    (date(2005, 6, 30), "PAY_4", "4"),
    (date(2005, 7, 31), "PAY_3", "3"),
    (date(2005, 8, 31), "PAY_2", "2"),
    (date(2005, 9, 30), "PAY_0", "1"),
)
_OUTCOME = "default.payment.next.month"
_WHOLE = ("ID", *(status for _, status, _ in _MONTH_ENDS), _OUTCOME)
_AMOUNTS = ("LIMIT_BAL", *(f"{name}{n}" for _, _, n in _MONTH_ENDS for name in ("BILL_AMT", "PAY_AMT")))
_SOURCE = TableSchema(
    "taiwan_credit",
    (*(Field(name, "integer") for name in _WHOLE), *(Field(name, "money") for name in _AMOUNTS)),
    key=("ID",),
)


def convert(path: Path, target: Path, engine: Engine) -> list[str]:
    """Write the source in `path` as tables of the contract into `target`; give their names.

    Raises BookError `missing_file` where the folder has no taiwan_credit*.parquet.
    """
    source = _read(path, engine)
    tables = {
        "institution": engine.from_rows(
            [{"institution_id": INSTITUTION, "name": INSTITUTION, "kind": "head_office"}],
            [Field("institution_id", "string"), Field("name", "string"), Field("kind", "string")],
            "institution",
        ),
        "customer": _customers(source),
        "contract": _contracts(source),
        "loan": _loans(source),
        "position": _positions(source),
        "payment": _payments(source),
    }
    return write_tables(tables, target, engine)


def outcomes(path: Path, target: Path, engine: Engine) -> int:
    """Write who defaulted in October 2005 to the Parquet file `target`, for `evaluate`; give the rows.

    The month is known and the day is not, so `bad_on` is its last day.
    """
    source = _read(path, engine)
    defaulted = source.filter(source[_OUTCOME] == v.literal(1, "integer"))
    table = defaulted.select(
        customer_id=v.text(defaulted.ID),
        loan_id=v.text(defaulted.ID),
        bad_on=v.literal(BAD_ON, "date"),
        dpd30_on=v.null("date"),
        cause=v.literal("default", "string"),
        visible_from=v.null("date"),
    )
    return engine.write(table, target, order_by=["customer_id", "loan_id"])


def _read(path: Path, engine: Engine) -> Table:
    file = path if path.is_file() else source_file(path, "taiwan_credit*.parquet")
    return engine.read(file, _SOURCE)


def _customers(source: Table) -> Table:
    number = v.text(source.ID)
    return source.select(customer_id=number, name=number, kind=v.literal("individual", "string"))


def _contracts(source: Table) -> Table:
    number = v.text(source.ID)
    return source.select(
        contract_id=number,
        customer_id=number,
        institution_id=v.literal(INSTITUTION, "string"),
        contract_type=v.literal("card", "string"),
        is_revolving=v.literal(True, "boolean"),
        signed_on=v.literal(GRANTED_ON, "date"),
        limit_amount=v.money(source.LIMIT_BAL),
        guarantee_mode=v.literal("credit", "string"),
    )


def _loans(source: Table) -> Table:
    number = v.text(source.ID)
    return source.select(
        loan_id=number,
        contract_id=number,
        customer_id=number,
        exposure_kind=v.literal("loan", "string"),
        amount=v.money(source.LIMIT_BAL),
        currency=v.literal("TWD", "string"),
        disbursed_on=v.literal(GRANTED_ON, "date"),
        repayment_method=v.literal("revolving", "string"),
    )


def _positions(source: Table) -> Table:
    parts = [
        source.select(
            loan_id=v.text(source.ID),
            on_date=v.literal(on_date, "date"),
            balance=v.money(source[f"BILL_AMT{suffix}"]),
            limit_amount=v.money(source.LIMIT_BAL),
            days_past_due=_days_past_due(source[status]),
        )
        for on_date, status, suffix in _MONTH_ENDS
    ]
    return parts[0].union(*parts[1:])


def _days_past_due(status: Column) -> Column:
    return v.greatest(status, v.literal(0, "integer")) * v.literal(30, "integer")


def _payments(source: Table) -> Table:
    parts = []
    for paid_on, _, suffix in _MONTH_ENDS:
        paid = source.filter(source[f"PAY_AMT{suffix}"] > v.literal(0, "integer"))
        parts.append(
            paid.select(
                payment_id=v.concat(v.text(paid.ID), f"-{paid_on:%Y-%m}"),
                loan_id=v.text(paid.ID),
                paid_on=v.literal(paid_on, "date"),
                amount=v.money(paid[f"PAY_AMT{suffix}"]),
            )
        )
    return parts[0].union(*parts[1:])
