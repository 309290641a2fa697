"""The contract in words: `docs/contract.md` and what `postloan describe` shows, made from the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from postloan import results
from postloan.book.findings import MEND, WORDS
from postloan.book.schema import DATE_ORDER, TABLES
from postloan.engine import Field, TableSchema
from postloan.errors import BookError

KIND_WORDS = {
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "date": "date",
    "timestamp": "local date and time",
    "money": "amount, DECIMAL(18,2)",
    "decimal": "number, DECIMAL(18,6)",
    "json": "JSON text",
    "integer_list": "whole numbers parted by ;",
}

_HEAD = """# The contract

This page is made from the code by `python -m postloan.book.document`; a test keeps it in step.

## The book

A book is a folder with one table per name below, as Parquet or CSV: `loan.parquet`, `loan.2024-03.csv` or
`loan/*.csv`. Amounts are in the loan's currency, shares and rates are fractions (0.05 is 5 %). The rules:

1. A column marked *required* must be in the file and filled in every row. A missing optional column or table
   makes what depends on it not measurable, and nothing else.
2. Columns that are not listed are kept out and told. Lists of values are closed: a row with another value
   goes to quarantine, with the list.
3. Rows with one key are versions of each other. As of day D counts the one with the greatest `known_on` up to
   D, and `deleted` ends it. Where `known_on` is empty, the natural date stands for it; a table without one
   holds from the first day. Two rows with one key and one `known_on` are duplicates.
4. As of D, a date after D is read as empty, unless it is agreed beforehand (marked *may lie ahead*).
5. An identifier that the source lacks is made from the row. A reversal is a new row with `reverses_id`.
6. Identifiers are compared byte by byte after Unicode normalisation (NFKC) and trimming.
"""


def describe(name: str) -> dict[str, object]:
    """Give a table of the book or of the results as the document that `describe --json` prints.

    Raises BookError `unknown_table` naming the tables that there are.
    """
    schema = {**TABLES, **_results()}.get(name)
    if schema is None:
        raise BookError(
            "unknown_table",
            f"there is no table {name}",
            where=name,
            mend=f"the tables are {', '.join([*TABLES, *_results()])}",
        )
    return {
        "table": schema.name,
        "name_zh": schema.zh,
        "about": schema.doc,
        "required": schema.required,
        "key": list(schema.key),
        "natural_date": schema.natural_date,
        "columns": [_describe_field(schema, field) for field in schema.fields],
    }


def describe_text(name: str) -> str:
    """Give a table as text for people; raises BookError as `describe` does."""
    schema = {**TABLES, **_results()}.get(describe(name)["table"])  # type: ignore[call-overload]
    assert isinstance(schema, TableSchema)
    return "\n".join(_table(schema, heading="")) + "\n"


def overview() -> str:
    """Give one line a table, for `describe` without a name."""
    width = max(len(name) for name in [*TABLES, *_results()])
    book = [f"{name:<{width}}  {schema.doc}" for name, schema in TABLES.items()]
    made = [f"{name:<{width}}  {schema.doc}" for name, schema in _results().items()]
    return "\n".join(["The book:", *book, "", "Results:", *made]) + "\n"


def contract() -> str:
    """Give the whole page `docs/contract.md`."""
    parts = [_HEAD]
    parts.extend("\n".join(_table(schema, heading="### ")) + "\n" for schema in TABLES.values())
    parts.append("## What keeps a row out\n")
    parts.append("\n".join(_reasons()) + "\n")
    parts.append(
        "## Results\n\nA run writes one file a table under `<store>/runs/<as_of>/`, sorted by key.\n"
    )
    parts.extend("\n".join(_table(schema, heading="### ")) + "\n" for schema in _results().values())
    return "\n".join(parts)


def write(path: Path) -> None:
    """Write the page to a file."""
    path.write_text(contract(), encoding="utf-8")


def _results() -> dict[str, TableSchema]:
    found = [value for value in vars(results).values() if isinstance(value, TableSchema)]
    return {schema.name: schema for schema in found}


def _describe_field(schema: TableSchema, field: Field) -> dict[str, object]:
    return {
        "name": field.name,
        "name_zh": field.zh,
        "kind": field.kind,
        "required": field.required,
        "key": field.name in schema.key,
        "values": list(field.values) if field.values else None,
        "references": field.references,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "may_lie_ahead": field.ahead,
        "about": field.doc,
    }


def _table(schema: TableSchema, heading: str) -> Iterator[str]:
    yield f"{heading}{schema.name}" + (f" ({schema.zh})" if schema.zh else "")
    yield ""
    yield f"{_sentence(schema.doc)} Key: {', '.join(schema.key)}. {_known(schema)}".strip()
    yield ""
    yield "| column | Chinese | holds | about |"
    yield "|---|---|---|---|"
    for field in schema.fields:
        need = " (required)" if field.required else ""
        yield f"| {field.name}{need} | {field.zh} | {KIND_WORDS[field.kind]} | {_about(field)} |"
    orders = DATE_ORDER.get(schema.name, ())
    if orders and schema.name in TABLES:
        yield ""
        yield f"Order of dates: {'; '.join(f'{first} up to {second}' for first, second in orders)}."


def _known(schema: TableSchema) -> str:
    if schema.name not in TABLES:
        return ""
    needed = "The book cannot be without it. " if schema.required else ""
    if schema.natural_date is None:
        return f"{needed}No natural date."
    before = f"{schema.known_by}, else " if schema.known_by else ""
    return f"{needed}Natural date: {before}{schema.natural_date}."


def _about(field: Field) -> str:
    parts: list[str] = [field.doc] if field.doc else []
    if field.values:
        parts.append(f"one of: {', '.join(field.values)}")
    if field.references:
        parts.append(f"found in {field.references}")
    if field.minimum is not None or field.maximum is not None:
        parts.append(_range(field))
    if field.ahead:
        parts.append("may lie ahead")
    return "; ".join(parts)


def _range(field: Field) -> str:
    if field.maximum is None:
        return f"{field.minimum} or more"
    return f"{field.minimum} to {field.maximum}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def _reasons() -> Sequence[str]:
    rows = [f"| {code} | {words} | {MEND[code]} |" for code, words in WORDS.items()]
    return ["| reason | what it is | how to mend it |", "|---|---|---|", *rows]


if __name__ == "__main__":
    write(Path("docs/contract.md"))
