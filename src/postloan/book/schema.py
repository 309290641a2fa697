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
    return (names | set(SUBJECTS.get(schema.name, ()))) - {schema.name}


SUBJECTS: dict[str, tuple[str, ...]] = {
    "event": ("customer", "loan", "contract", "collateral", "account", "region", "industry", "institution")
}
"""Tables whose `subject_id` is found in the table that `subject_kind` names, by that table's key."""


DATE_ORDER: dict[str, tuple[tuple[str, str], ...]] = {
    "staff": (("hired_on", "left_on"),),
    "staff_role": (("since", "until"),),
    "assignment": (("since", "until"),),
    "task": (("opened_on", "due_on"), ("opened_on", "closed_on")),
    "relation": (("since", "until"),),
    "statement": (("period_end", "received_on"),),
    "contract": (("signed_on", "expires_on"),),
    "loan": (("disbursed_on", "matures_on"), ("disbursed_on", "closed_on")),
    "advance": (("advanced_on", "repaid_on"),),
    "restructuring": (("changed_on", "observation_ends_on"),),
    "account": (("opened_on", "closed_on"), ("frozen_on", "frozen_until")),
    "collateral": (("registered_on", "registered_until"),),
    "proceeding": (("filed_on", "closed_on"), ("filed_on", "stage_on")),
}
"""Pairs of dates of which the first may not lie after the second."""

FOLLOWS: dict[str, dict[str, str]] = {
    "loan": {"close_reason": "closed_on"},
    "collateral": {"value": "valued_on"},
    "advance": {"became_loan_id": "repaid_on"},
}
"""Columns that say nothing before the date beside them: read as null where that date is (rule 4)."""

SIGNED_IN_REVERSAL = {"payment": "amount"}
"""Amounts that may be below zero where the row has `reverses_id`."""

FREE_TEXT = frozenset(
    {
        "name",
        "memo",
        "purpose",
        "reason",
        "opinion",
        "cause",
        "agency",
        "counterparty_name",
        "receipt",
        "approved_by",
    }
)
"""Columns kept as they were written; all other text is normalised to NFKC, as rule 6 asks for ids."""

SORTED_BY: dict[str, tuple[str, ...]] = {
    "entry": ("account_id", "booked_on", "sequence", "entry_id"),
    "payment": ("loan_id", "paid_on", "payment_id"),
}
"""How clean files are sorted where it is not by key: by whom the rows are read for."""


def sort_order(schema: TableSchema) -> tuple[str, ...]:
    """Give the columns by which a clean file of the table is sorted; versions of a row stand together."""
    return (*SORTED_BY.get(schema.name, schema.key), "known_on")


def natural_dates(schema: TableSchema) -> tuple[str, ...]:
    """Give the columns that tell when a row became known, the first that is filled being the one."""
    chain = ("known_on", schema.known_by, schema.natural_date)
    return tuple(name for name in chain if name)
