from __future__ import annotations

from pathlib import Path

import pytest

from postloan.book import document
from postloan.book.schema import TABLES, parents_first
from postloan.errors import BookError

ROOT = Path(__file__).parents[2]


def test_the_contract_in_docs_is_the_one_in_the_code() -> None:
    written = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
    assert written == document.contract(), "write it again: python -m postloan.book.document"


def test_describe_tells_what_a_loan_needs() -> None:
    told = document.describe("loan")
    assert told["key"] == ["loan_id"]
    assert told["required"] is True
    columns = {str(column["name"]): column for column in told["columns"]}  # type: ignore[attr-defined]
    assert columns["amount"]["required"] is True
    assert columns["amount"]["kind"] == "money"
    assert columns["contract_id"]["references"] == "contract.contract_id"
    assert columns["matures_on"]["may_lie_ahead"] is True
    assert columns["closed_on"]["may_lie_ahead"] is False
    assert "贷款编号" in document.describe_text("loan")


def test_describe_knows_the_results_too() -> None:
    assert document.describe("loan_state")["key"]
    assert "loan_state" in document.overview()


def test_an_unknown_table_is_told_the_known_ones() -> None:
    with pytest.raises(BookError, match="no table lone") as error:
        document.describe("lone")
    assert "customer" in error.value.mend


def test_every_table_stands_after_those_it_refers_to() -> None:
    order = parents_first()
    assert sorted(order) == sorted(TABLES)
    for name, schema in TABLES.items():
        for field in schema.fields:
            parent = (field.references or f"{name}.").split(".")[0]
            assert parent == name or order.index(parent) < order.index(name)


def test_every_reference_and_key_is_a_column() -> None:
    for schema in TABLES.values():
        assert set(schema.key) <= set(schema.columns)
        assert schema.natural_date is None or schema.natural_date in schema.columns
        assert all(field.zh and field.doc for field in schema.fields)
        assert len({field.zh for field in schema.fields}) == len(schema.fields)
        for field in schema.fields:
            if field.references:
                table, column = field.references.split(".")
                assert TABLES[table].key == (column,)
