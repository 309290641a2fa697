"""Every table of the book: columns, keys, closed lists, references and dates, as the contract states them.

Money is DECIMAL(18,2) in files and integer cents inside a run. A date marked `ahead` is agreed beforehand
and stays readable before it comes; any other date after the day of a run is read as null (rule 4).
"""

from __future__ import annotations

from postloan.book.tables.bank import BANK
from postloan.book.tables.credit import CREDIT
from postloan.book.tables.party import PARTY
from postloan.book.tables.security import SECURITY
from postloan.book.tables.work import WORK
from postloan.engine.schema import Field, TableSchema

TABLES: dict[str, TableSchema] = {
    schema.name: schema for schema in (*BANK, *PARTY, *CREDIT, *SECURITY, *WORK)
}
"""Tables by name."""

REQUIRED_TABLES = tuple(name for name, schema in TABLES.items() if schema.required)
"""Tables without which a book is refused: institution, customer, contract, loan."""


def made_field(schema: TableSchema) -> Field | None:
    """Give the identifier that is made from the row where the source has none, if the table has one."""
    return next((field for field in schema.fields if field.made), None)


def parents_first() -> tuple[str, ...]:
    """Give the tables in an order in which every table stands after those it refers to.

    References of a table to itself are left out of account; optional references order tables too.
    """
    ordered: list[str] = []
    waiting = dict(TABLES)
    while waiting:
        ready = [name for name, schema in waiting.items() if not _refers(schema) & set(waiting)]
        if not ready:
            raise ValueError(f"references run in a circle: {', '.join(waiting)}")
        ordered.extend(ready)
        for name in ready:
            del waiting[name]
    return tuple(ordered)


def _refers(schema: TableSchema) -> set[str]:
    names = {field.references.split(".")[0] for field in schema.fields if field.references}
    return names - {schema.name}
