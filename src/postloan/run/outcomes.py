"""Reads what came of customers: who went bad, and when."""

from __future__ import annotations

from pathlib import Path

from postloan.engine import Column, Engine, Field, Table, TableSchema, casting, raw
from postloan.engine import verbs as v
from postloan.errors import BookError

OUTCOMES = TableSchema(
    "outcomes",
    (
        Field("customer_id", "string", required=True),
        Field("loan_id", "string"),
        Field("bad_on", "date", required=True),
        Field("dpd30_on", "date"),
        Field("amount", "money"),
        Field("cause", "string"),
        Field("visible_from", "date"),
    ),
    key=("customer_id", "loan_id", "bad_on"),
    doc="Customers or loans that went bad, with the day.",
)


def read_outcomes(engine: Engine, path: Path) -> Table:
    """Give the outcomes: outcome (a number) and the columns of `OUTCOMES`, the amount in cents.

    Rows that stand twice count once, rows without customer or day not at all; other columns are passed
    over. Raises BookError `missing_file`, `missing_column`, or `wrong_type` where a date or amount is none.
    """
    if not path.is_file():
        raise BookError(
            "missing_file",
            f"there is no file {path}",
            where=str(path),
            mend="give a Parquet or CSV file with customer_id and bad_on",
        )
    casting.install(engine)
    with raw.guarded(str(path)):
        rows = _typed(engine, path)
        rows = rows.filter(rows.customer_id.notnull() & rows.bad_on.notnull()).distinct()
        names = dict.fromkeys(("customer_id", "bad_on", *(one.name for one in OUTCOMES.fields)))
        order = [(rows[name], "asc") for name in names]
        return engine.materialise(rows.mutate(outcome=v.row_number(order=order)), "outcomes_read")


def _typed(engine: Engine, path: Path) -> Table:
    if path.suffix.lower() == ".parquet":
        _require(path, raw.check_parquet(path))
        table = engine.raw(path)
    else:
        encoding = raw.detect_encoding(path)
        _require(path, raw.header(path, encoding)[0])
        into = engine.scratch / "outcomes-source.parquet"
        raw.read_delimited(path, into, shown=path.name, encoding=encoding, keep=())
        table = engine.raw(into)
    given = [one for one in OUTCOMES.fields if one.name in table.columns]
    for one in given:
        _require_readable(engine, path, table[one.name], one, table)
    typed = {one.name: v.null(one.kind) for one in OUTCOMES.fields}
    rows = table.select(**(typed | {one.name: casting.try_cast(table[one.name], one) for one in given}))
    return rows.mutate(amount=v.cents(rows.amount))


def _require(path: Path, columns: tuple[str, ...]) -> None:
    missing = [one.name for one in OUTCOMES.fields if one.required and one.name not in columns]
    if missing:
        raise BookError(
            "missing_column",
            f"{path.name} lacks {', '.join(missing)}",
            where=f"{path}, whose columns are: {', '.join(columns)}",
            mend="name the columns customer_id and bad_on; loan_id, dpd30_on and amount may be there too",
        )


def _require_readable(engine: Engine, path: Path, column: Column, field: Field, table: Table) -> None:
    """Refuse a column with values of another kind: passed over, they would make warnings look better."""
    text = casting.as_text(column)
    bad = text.notnull() & ~casting.not_a_number(column) & casting.try_cast(column, field).isnull()
    found = engine.rows(table.filter(bad).select(text=text).limit(1))
    if found:
        raise BookError(
            "wrong_type",
            f"{path.name}: {field.name} holds {found[0]['text']!r}, which is no {field.kind}",
            where=f"{path}, column {field.name}",
            mend="write dates as 2024-03-05 and amounts as 1234.56; leave empty what is not known",
        )
