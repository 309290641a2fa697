"""Polish firms and their bankruptcy within a year (UCI, doi 10.24432/C5F600, 5year) as a book of statements.

The source has one row a firm: 64 ratios of its last statement, and whether it went bankrupt in the year
after. It has no amounts, dates, names, industries or loans that could be used, so these are conventions:
total assets of each firm are 1,000,000.00 (no signal on statements reads the size); the statement ends and is
known on 2012-12-31, a year that the study covers; each firm has one loan of 100,000.00, paid out on the first
day of that year. The file has the bankrupt firms last, so a firm's number is its row, from 1, scattered by
4001 modulo the prime 10513: orders by number, which break ties, must not tell the outcome.

Items follow from the ratios; A is the attribute, T total assets, S short-term liabilities, A51 T:

- total_assets T, total_liabilities A2 T, equity A10 T, current_liabilities S;
- current_assets (A3 + A51) T, since A3 is working capital;
- inventory (A4 - A46) S, receivables (A46 - A40) S, cash (with short-term securities) A40 S, since A4, A46
  and A40 are what is left of current assets over S after each;
- revenue A63 S, the sales that A19, A44 and A62 are of, or A36 T without short-term liabilities (A9, by its
  name the same, differs from A36 for two firms in five and is not read);
- cost_of_sales (1 - A56) revenue;
- profit_before_tax A18 T: what the source calls gross profit is profit before tax;
- interest_expense (A11 - A18) T, financial expenses with extraordinary items, where A22 / A27 says the same
  to a hundredth, or both say that there are none; else it is not known, as for two firms in five of which
  A11 leaves them out. The EBIT of A7 is A18 throughout, so ebit is profit_before_tax + interest_expense;
- of the year before, revenue alone: revenue / A21.

Not known: debt service, short-term and long-term debt, cash flow, capital expenditure, ages of receivables,
related parties, forecasts, auditors, and all else of the year before. Whether the firm went bankrupt is an
outcome and never enters the book.
"""

from __future__ import annotations

from datetime import date
from functools import reduce
from pathlib import Path

from postloan.book.sources.writing import source_file, write_tables
from postloan.engine import Column, Engine, Field, Table, raw
from postloan.engine import verbs as v

PERIOD_END = date(2012, 12, 31)
YEAR_BEFORE = date(2011, 12, 31)
GRANTED_ON = date(2012, 1, 1)
BAD_ON = date(2013, 12, 31)
INSTITUTION = "B1"

_ASSETS = 100_000_000
"""Total assets of every firm in cents."""
_LOAN = "100000.00"
_SCATTER, _PRIME = 4001, 10_513
_READ = (2, 3, 4, 10, 11, 18, 21, 22, 27, 36, 40, 46, 51, 56, 63)


def convert(path: Path, target: Path, engine: Engine) -> list[str]:
    """Write the source in `path` as tables of the contract into `target`; give their names.

    Raises BookError `missing_file` where the folder has no *year.parquet.
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
        "statement": _statements(source),
    }
    return write_tables(tables, target, engine)


def outcomes(path: Path, target: Path, engine: Engine) -> int:
    """Write who went bankrupt in the year after to the Parquet file `target`, for `evaluate`; give the rows.

    The year is known and the day is not, so `bad_on` is its last day.
    """
    source = _read(path, engine)
    failed = source.filter(source.failed == v.literal(1, "integer"))
    table = failed.select(
        customer_id=failed.number,
        loan_id=failed.number,
        bad_on=v.literal(BAD_ON, "date"),
        dpd30_on=v.null("date"),
        cause=v.literal("bankruptcy", "string"),
        visible_from=v.null("date"),
    )
    return engine.write(table, target, order_by=["customer_id", "loan_id"])


def _read(path: Path, engine: Engine) -> Table:
    """Give number, failed, and the attributes that are read as DECIMAL(18,6)."""
    file = path if path.is_file() else source_file(path, "*year.parquet")
    rows = raw.parquet(engine, {file.name: file})
    attributes = {f"a{n}": v.exact(rows[f"Attr{n}"], "decimal") for n in _READ}
    number = v.modulo(rows[raw.SOURCE_ROW] * _SCATTER, v.literal(_PRIME, "integer"))
    read = rows.select(number=v.text(number), failed=rows["class"], **attributes)
    return engine.materialise(read, "polish")


def _customers(source: Table) -> Table:
    return source.select(customer_id=source.number, name=source.number, kind=v.literal("corporate", "string"))


def _contracts(source: Table) -> Table:
    return source.select(
        contract_id=source.number,
        customer_id=source.number,
        institution_id=v.literal(INSTITUTION, "string"),
        contract_type=v.literal("working_capital", "string"),
        signed_on=v.literal(GRANTED_ON, "date"),
        limit_amount=v.literal(_LOAN, "money"),
        guarantee_mode=v.literal("credit", "string"),
    )


def _loans(source: Table) -> Table:
    return source.select(
        loan_id=source.number,
        contract_id=source.number,
        customer_id=source.number,
        exposure_kind=v.literal("loan", "string"),
        amount=v.literal(_LOAN, "money"),
        currency=v.literal("PLN", "string"),
        disbursed_on=v.literal(GRANTED_ON, "date"),
    )


def _statements(source: Table) -> Table:
    items = {(name, PERIOD_END): amount for name, amount in _items(source).items()}
    items["revenue", YEAR_BEFORE] = _last_revenue(source)
    parts = [
        source.select(
            customer_id=source.number,
            period_end=v.literal(period_end, "date"),
            item=v.literal(name, "string"),
            value=v.money(amount),
        )
        for (name, period_end), amount in items.items()
    ]
    rows = reduce(lambda a, b: a.union(b), parts)
    return rows.filter(rows["value"].notnull())


def _items(source: Table) -> dict[str, Column]:
    """Give the items of the last statement in cents, null where they do not follow."""

    def of(share: Column) -> Column:
        return v.convert(v.literal(_ASSETS, "integer"), share)

    def of_short(ratio: Column) -> Column:
        return of(v.product(ratio, source.a51))

    revenue, profit, interest = _revenue(source), of(source.a18), _interest(source)
    return {
        "total_assets": of(_ones(source.a2)),
        "total_liabilities": of(source.a2),
        "equity": of(source.a10),
        "current_liabilities": of(source.a51),
        "current_assets": of(source.a3) + of(source.a51),
        "inventory": of_short(v.difference(source.a4, source.a46)),
        "receivables": of_short(v.difference(source.a46, source.a40)),
        "cash": of_short(source.a40),
        "revenue": revenue,
        "cost_of_sales": revenue - v.convert(revenue, source.a56),
        "profit_before_tax": profit,
        "interest_expense": interest,
        "ebit": profit + interest,
    }


def _ones(known: Column) -> Column:
    return known.isnull().ifelse(v.null("decimal"), v.literal(1, "decimal"))


def _revenue(source: Table) -> Column:
    assets = v.literal(_ASSETS, "integer")
    return v.coalesce(v.convert(assets, v.product(source.a63, source.a51)), v.convert(assets, source.a36))


def _interest(source: Table) -> Column:
    """Give financial expenses where two ways to them agree."""
    expense = v.convert(v.literal(_ASSETS, "integer"), v.difference(source.a11, source.a18))
    operating = v.convert(v.literal(_ASSETS, "integer"), source.a22)
    other = v.convert(operating, v.ratio(v.literal(1_000_000, "integer"), _millionths(source.a27)))
    apart = v.greatest(expense - other, other - expense)
    agree = (expense > 0) & (apart * 100 <= expense)
    none = (expense == 0) & source.a27.isnull()
    return (agree.fill_null(False) | none).ifelse(expense, v.null("integer"))


def _last_revenue(source: Table) -> Column:
    grew = (source.a21 > 0).ifelse(source.a21, v.null("decimal"))
    return v.convert(_revenue(source), v.ratio(v.literal(1_000_000, "integer"), _millionths(grew)))


def _millionths(ratio: Column) -> Column:
    return v.convert(v.literal(1_000_000, "integer"), ratio)
