from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from postloan.book.importing import import_book
from postloan.book.mapping import read_mapping
from postloan.errors import BookError


def test_a_banks_own_names_codes_dates_and_blanks(source: Path, tmp_path: Path, rows) -> None:
    (source / "loan.csv").unlink()
    (source / "台账.csv").write_bytes(
        "借据号;合同编号;客户号;金额;发放日;到期日期;结清日期\n"
        "L1;K1;C1;1,000.00;15.01.2024;20250115;9999-12-31\n".encode("gbk")
    )
    text = (source / "contract.csv").read_text().replace("credit", "信用")
    (source / "contract.csv").write_text(text)
    mapping = tmp_path / "bank.yaml"
    mapping.write_text(
        "tables: {台账: loan}\n"
        "columns: {loan: {借据号: loan_id, 客户号: customer_id, 发放日: disbursed_on}}\n"
        "constants: {loan: {exposure_kind: loan, currency: CNY}}\n"
        "values: {contract: {guarantee_mode: {信用: credit}}}\n"
        "encodings: {台账.csv: gbk}\n"
        "dates: {loan: ['%d.%m.%Y']}\n"
        "empty: ['9999-12-31']\n",
        encoding="utf-8",
    )
    for name in ("due", "payment"):
        (source / f"{name}.csv").unlink()
    summary = import_book("folder", source, tmp_path / "book", mapping)
    assert (summary.quarantined, summary.findings) == ({}, ())
    (loan,) = rows(tmp_path / "book" / "loan.parquet")
    assert (loan["loan_id"], loan["amount"], loan["currency"]) == ("L1", Decimal("1000.00"), "CNY")
    assert (str(loan["disbursed_on"]), str(loan["matures_on"])) == ("2024-01-15", "2025-01-15")
    assert loan["closed_on"] is None
    assert rows(tmp_path / "book" / "contract.parquet")[0]["guarantee_mode"] == "credit"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wishes: {}", "no part wishes"),
        ("tables: {x: lone}", "no table lone"),
        ("columns: {loan: {x: amuont}}", "no column loan.amuont"),
        ("values: {loan: {kind: {a: b}}}", "no column loan.kind"),
        ("constants: {loan: {kind: a}}", "no column loan.kind"),
        ("columns: [loan]", "columns must be a list of"),
        ("tables: {", "cannot be read as YAML"),
    ],
)
def test_a_mistake_in_the_mapping_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bank.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BookError, match=words) as error:
        read_mapping(path)
    assert error.value.where == str(path)
    assert error.value.mend


def test_a_mapping_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BookError, match=r"no mapping file .*nowhere\.yaml") as error:
        read_mapping(tmp_path / "nowhere.yaml")
    assert error.value.code == "missing_file"
