"""Each fault of a delivery: what a person is told, and that nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from postloan.book import gate
from postloan.book.importing import ImportSummary, import_book
from postloan.book.sources import folder
from postloan.engine import Engine
from postloan.errors import BookError

Rows = Callable[[Path], list[dict[str, object]]]


def bring(source: Path) -> ImportSummary:
    return import_book("folder", source, source.parent / "book")


def quarantined(source: Path, rows: Rows, table: str) -> list[dict[str, object]]:
    return rows(source.parent / "book" / "quarantine" / f"{table}.parquet")


def add(source: Path, table: str, line: str) -> None:
    path = source / f"{table}.csv"
    path.write_text(path.read_text() + line + "\n")


def as_parquet(source: Path, table: str, columns: dict[str, object]) -> Path:
    (source / f"{table}.csv").unlink()
    path = source / f"{table}.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def test_truncated_parquet_names_the_file_and_leaves_the_book(source: Path, rows: Rows) -> None:
    bring(source)
    path = as_parquet(source, "payment", {"loan_id": ["L1"], "paid_on": ["2024-02-15"], "amount": ["1.00"]})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BookError, match=r"payment\.parquet is not a whole Parquet file") as error:
        bring(source)
    assert error.value.code == "truncated_file"
    assert "export the file again" in error.value.mend
    assert len(rows(source.parent / "book" / "payment.parquet")) == 2
    assert [path.name for path in source.parent.iterdir() if path.name.startswith(".")] == []


def test_damaged_pages_inside_a_parquet_file_stop_the_import(source: Path) -> None:
    bring(source)
    ids = [f"L{number}" for number in range(20_000)]
    path = as_parquet(source, "payment", {"loan_id": ids, "paid_on": ids, "amount": ids})
    data = bytearray(path.read_bytes())
    data[4:4000] = b"\xff" * 3996
    path.write_bytes(bytes(data))
    with pytest.raises(BookError) as error:
        bring(source)
    assert "payment.parquet" in str(error.value)
    assert (source.parent / "book" / "payment.parquet").exists()


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig"])
def test_chinese_files_in_any_usual_encoding(source: Path, rows: Rows, encoding: str) -> None:
    (source / "customer.csv").unlink()
    text = "客户编号,客户名称,客户类型\nC1,张三丰,farmer\nC2,李四,individual\n"
    (source / "客户.csv").write_bytes(text.encode(encoding))
    summary = bring(source)
    assert [row["name"] for row in rows(source.parent / "book" / "customer.parquet")] == ["张三丰", "李四"]
    told = [finding.code for finding in summary.findings]
    assert told == ([] if encoding == "utf-8-sig" else ["encoding_detected"])


def test_bytes_in_no_known_encoding_name_the_place(source: Path) -> None:
    (source / "customer.csv").write_bytes(b"customer_id,name,kind\nC1,\xff\xff,farmer\n")
    with pytest.raises(BookError, match=r"customer\.csv cannot be read as") as error:
        bring(source)
    assert "byte 25" in error.value.where


def test_full_width_digits_and_thousands_separators(source: Path, rows: Rows) -> None:
    header = (source / "loan.csv").read_text().splitlines()[0]
    (source / "loan.csv").write_text(
        f"{header}\n"
        "Ｌ１,K1,C1,loan,１０００．５０,CNY,２０２４－０１－１５,2025/1/15\n"
        'L2 ,K2,C2,loan," 1,234,567.89",CNY,20240116,2025年1月16日\n'
    )
    bring(source)
    loans = rows(source.parent / "book" / "loan.parquet")
    assert [(row["loan_id"], row["amount"]) for row in loans] == [
        ("L1", Decimal("1000.50")),
        ("L2", Decimal("1234567.89")),
    ]
    assert [(row["disbursed_on"], row["matures_on"]) for row in loans] == [
        (date(2024, 1, 15), date(2025, 1, 15)),
        (date(2024, 1, 16), date(2025, 1, 16)),
    ]


def test_a_name_keeps_its_full_width_letters(source: Path, rows: Rows) -> None:
    add(source, "customer", "C3,张（三）,farmer")
    bring(source)
    assert rows(source.parent / "book" / "customer.parquet")[2]["name"] == "张（三）"


def test_missing_required_column_names_file_column_and_remedy(source: Path) -> None:
    (source / "loan.csv").write_text("loan_id,contract_id,customer_id\nL1,K1,C1\n")
    with pytest.raises(BookError, match=r"loan\.csv lacks the required columns exposure_kind") as error:
        bring(source)
    assert error.value.code == "missing_column"
    assert "amount (金额)" in error.value.mend
    assert "loan_id, contract_id, customer_id" in error.value.where
    assert not (source.parent / "book").exists()


def test_missing_required_table(source: Path) -> None:
    (source / "loan.csv").unlink()
    with pytest.raises(BookError, match="required table loan") as error:
        bring(source)
    assert "loan.csv or loan.parquet" in error.value.mend


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("L1,2024-03-15,12x,0", "wrong_type", "principal is '12x', but must be an amount"),
        ("L1,15th March,1,0", "wrong_type", "due_on is '15th March', but must be a date"),
        ("L1,2024-02-30,1,0", "wrong_type", "due_on is '2024-02-30'"),
        ("L1,2024-03-15,NaN,0", "not_a_number", "principal is 'NaN'"),
        ("L1,2024-03-15,-0.01,0", "negative_amount", "principal is '-0.01', but must be 0 or more"),
        ("L1,2024-03-15,,0", "missing_value", "principal is empty"),
        ("L9,2024-03-15,1,0", "orphan", "loan_id 'L9' is not in table loan"),
        ("L1,9999-12-31,1,0", "implausible_date", "due_on is '9999-12-31'"),
        ("L1,1899-12-31,1,0", "implausible_date", "due_on is '1899-12-31'"),
        ("L1,2024-03-15,1", "malformed_row", "as many columns as the header: L1,2024-03-15,1"),
    ],
)
def test_a_bad_row_goes_to_quarantine_with_place_and_reason(
    source: Path, rows: Rows, line: str, code: str, words: str
) -> None:
    add(source, "due", line)
    summary = bring(source)
    assert summary.rows["due"] == 2
    assert summary.quarantined == {"due": {code: 1}}
    assert summary.exit_code == 0
    (row,) = quarantined(source, rows, "due")
    assert (row["source_file"], row["source_row"], row["quarantine_code"]) == ("due.csv", 4, code)
    assert words in str(row["quarantine_reason"])
    (finding,) = summary.findings
    assert "due.csv, row 4" in finding.message
    assert words in finding.message
    assert finding.mend


def test_the_row_number_counts_malformed_rows_and_quoted_line_ends(source: Path, rows: Rows) -> None:
    (source / "due.csv").write_text(
        "loan_id,due_on,principal,interest\nL1,2024-02-15,1,0\nL1\nL1,2024-02-16,bad,0\n"
        "L1,2024-02-17,1,0,7\nL1,2024-02-18,1,0\nL1,2024-02-19,worse,0\n"
    )
    bring(source)
    found = [(row["source_row"], row["quarantine_code"]) for row in quarantined(source, rows, "due")]
    assert found == [(3, "malformed_row"), (4, "wrong_type"), (5, "malformed_row"), (7, "wrong_type")]


def test_an_unknown_code_is_told_with_the_list_of_allowed_ones(source: Path, rows: Rows) -> None:
    add(source, "customer", "C3,Carl,fisherman")
    summary = bring(source)
    (row,) = quarantined(source, rows, "customer")
    assert row["quarantine_reason"] == "kind holds the unknown code 'fisherman'"
    assert row["quarantine_allowed"] == "corporate, small_business, farmer, individual"
    assert "allowed: corporate, small_business" in summary.findings[0].message
    assert "mapping" in summary.findings[0].mend


def test_rows_that_refer_to_a_quarantined_row_are_orphans_all_the_way_down(source: Path) -> None:
    text = (source / "customer.csv").read_text().replace("individual", "unknown")
    (source / "customer.csv").write_text(text)
    summary = bring(source)
    assert summary.quarantined == {
        "customer": {"unknown_code": 1},
        "contract": {"orphan": 1},
        "loan": {"orphan": 1},
        "due": {"orphan": 1},
        "payment": {"orphan": 1},
    }
    assert summary.rows["payment"] == 1


def test_dates_in_the_wrong_order(source: Path, rows: Rows) -> None:
    add(source, "loan", "L3,K1,C1,loan,1.00,CNY,2024-05-02,2024-05-01")
    bring(source)
    (row,) = quarantined(source, rows, "loan")
    assert row["quarantine_reason"] == "matures_on 2024-05-01 lies before disbursed_on 2024-05-02"


def test_dates_after_the_as_of_date(source: Path, engine: Engine, tmp_path: Path) -> None:
    for as_of, expected in [(date(2024, 2, 20), {}), (date(2024, 2, 19), {"payment": {"after_as_of": 1}})]:
        found = folder.read(engine, source)
        result = gate.check(engine, found, tmp_path / str(as_of), as_of=as_of)
        assert result.quarantined == expected
    assert "lies after 2024-02-19, the as-of date" in result.findings[0].message


def test_equal_rows_are_counted_once_and_different_ones_not_at_all(source: Path, rows: Rows) -> None:
    add(source, "loan", "L1,K1,C1,loan,1000.00,CNY,2024-01-15,2025-01-15")
    add(source, "loan", "L2,K2,C2,loan,9999.99,CNY,2024-01-16,2025-01-16")
    summary = bring(source)
    assert summary.quarantined["loan"] == {"duplicate_key": 2, "duplicate_row": 1}
    assert [row["loan_id"] for row in rows(source.parent / "book" / "loan.parquet")] == ["L1"]
    reasons = {str(row["quarantine_reason"]) for row in quarantined(source, rows, "loan")}
    assert reasons == {
        "the same row stands at loan.csv row 2, loan.csv row 4",
        "different rows have the same loan_id: loan.csv row 3, loan.csv row 5",
    }


def test_files_that_overlap_are_named_and_counted_once(source: Path) -> None:
    (source / "payment.csv").rename(source / "payment.1.csv")
    (source / "payment.2.csv").write_text(
        "loan_id,paid_on,amount\nL2,2024-02-20,210.00\nL1,2024-03-15,105.00\n"
    )
    summary = bring(source)
    assert summary.rows["payment"] == 3
    assert summary.quarantined == {"payment": {"duplicate_row": 1}}
    (overlap,) = [finding for finding in summary.findings if finding.code == "overlapping_files"]
    assert (overlap.file, overlap.rows) == ("payment.1.csv, payment.2.csv", 1)


def test_two_equal_payments_in_one_file_are_two_payments(source: Path) -> None:
    add(source, "payment", "L1,2024-02-15,105.00")
    summary = bring(source)
    assert (summary.rows["payment"], summary.quarantined) == (3, {})


def test_negative_amounts_only_in_a_reversal(source: Path) -> None:
    (source / "payment.csv").write_text(
        "payment_id,loan_id,paid_on,amount,reverses_id\n"
        "P1,L1,2024-02-15,105.00,\nP2,L1,2024-02-16,-105.00,P1\nP3,L1,2024-02-17,-1.00,\n"
    )
    summary = bring(source)
    assert summary.quarantined == {"payment": {"negative_amount": 1}}
    assert summary.rows["payment"] == 2


def test_nan_and_infinity_in_parquet(source: Path, rows: Rows) -> None:
    as_parquet(
        source,
        "payment",
        {
            "loan_id": ["L1", "L1", "L2"],
            "paid_on": [date(2024, 2, 1)] * 3,
            "amount": [float("nan"), 100.1 + 0.2, float("inf")],
        },
    )
    summary = bring(source)
    assert summary.quarantined == {"payment": {"not_a_number": 2}}
    assert [row["amount"] for row in rows(source.parent / "book" / "payment.parquet")] == [Decimal("100.30")]


def test_a_wrong_type_in_parquet_is_judged_row_by_row(source: Path) -> None:
    as_parquet(
        source,
        "payment",
        {"loan_id": ["L1", "L2"], "paid_on": ["2024-02-01", "soon"], "amount": [100, 200]},
    )
    assert bring(source).quarantined == {"payment": {"wrong_type": 1}}


def test_an_empty_file_is_passed_over_and_told(source: Path) -> None:
    (source / "payment.csv").write_text("")
    summary = bring(source)
    assert "payment" not in summary.rows
    (finding,) = summary.findings
    assert (finding.code, finding.file) == ("empty_file", "payment.csv")


def test_an_empty_required_file_stops(source: Path) -> None:
    (source / "loan.csv").write_text("")
    with pytest.raises(BookError, match="required table loan") as error:
        bring(source)
    assert error.value.where.endswith("passed over: loan.csv")


def test_a_header_without_rows_is_a_table_without_rows(source: Path) -> None:
    (source / "payment.csv").write_text("loan_id,paid_on,amount\n")
    summary = bring(source)
    assert summary.rows["payment"] == 0
    assert [finding.code for finding in summary.findings] == ["no_rows"]


def test_unknown_columns_and_files_are_kept_out_and_listed(source: Path, rows: Rows) -> None:
    (source / "payment.csv").write_text("loan_id,paid_on,amount,colour\nL1,2024-02-15,105.00,red\n")
    (source / "notes.csv").write_text("a\n1\n")
    summary = bring(source)
    told = {finding.code: finding.message for finding in summary.findings}
    assert "colour" in told["unknown_columns"]
    assert "notes.csv" in told["unknown_file"]
    assert "colour" not in rows(source.parent / "book" / "payment.parquet")[0]


def test_a_column_given_twice_is_refused(source: Path) -> None:
    (source / "payment.csv").write_text("loan_id,贷款编号,paid_on,amount\nL1,L1,2024-02-15,105.00\n")
    with pytest.raises(BookError, match=r"both stand for payment\.loan_id"):
        bring(source)


def test_an_optional_reference_that_finds_nothing_is_told_and_kept(source: Path) -> None:
    (source / "region.csv").write_text("region_id,name,kind\nR1,North,county\n")
    (source / "customer.csv").write_text(
        "customer_id,name,kind,region_id\nC1,Anna,farmer,R1\nC2,Bert,individual,R2\n"
    )
    summary = bring(source)
    assert (summary.rows["customer"], summary.quarantined) == (2, {})
    assert [finding.code for finding in summary.findings] == ["unresolved_reference"]


@pytest.mark.parametrize(("total", "holds"), [("3500.50", True), ("3500.49", False), ("3500.51", False)])
def test_a_control_total_is_exact_to_the_cent(source: Path, total: str, holds: bool) -> None:
    (source / "control.csv").write_text(f"table,column,count,sum\nloan,amount,2,{total}\n")
    summary = bring(source)
    assert summary.exit_code == (0 if holds else 1)
    if not holds:
        (finding,) = summary.findings
        assert finding.code == "control_total_failed"
        assert f"{total} stated, 3500.50 found" in finding.message
        assert "0.01" in finding.message


def test_a_control_total_counts_quarantined_rows_too(source: Path) -> None:
    add(source, "due", "L9,2024-03-15,1.00,0")
    (source / "control.yaml").write_text('- {table: due, column: principal, count: 3, sum: "301.00"}\n')
    summary = bring(source)
    assert summary.quarantined == {"due": {"orphan": 1}}
    assert summary.exit_code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("table,column,count,sum\nloan,colour,2,\n", r"no loan\.colour"),
        ("table,column,rows,total\nloan,amount,2,3500.50\n", "states neither count nor sum"),
    ],
)
def test_a_control_total_that_cannot_be_understood(source: Path, text: str, words: str) -> None:
    (source / "control.csv").write_text(text)
    with pytest.raises(BookError, match=words) as error:
        bring(source)
    assert error.value.where == "control.csv, line 2"


def test_more_than_two_places_are_rounded_and_told(source: Path, rows: Rows) -> None:
    add(source, "payment", "L1,2024-03-15,1.005")
    summary = bring(source)
    assert [finding.code for finding in summary.findings] == ["rounded_amounts"]
    amounts = [row["amount"] for row in rows(source.parent / "book" / "payment.parquet")]
    assert amounts == [Decimal("105.00"), Decimal("1.01"), Decimal("210.00")]


def test_clean_parquet_is_referred_to_in_place(source: Path, engine: Engine, tmp_path: Path) -> None:
    bring(source)
    book = tmp_path / "book"
    result = gate.check(engine, folder.read(engine, book), tmp_path / "clean", in_place=True)
    assert {path.parent for paths in result.paths.values() for path in paths} == {book}
    assert result.passed
    assert not (tmp_path / "clean").exists()


def test_a_bad_row_in_a_book_is_written_around(source: Path, engine: Engine, tmp_path: Path) -> None:
    bring(source)
    book = tmp_path / "book"
    table = pq.read_table(book / "payment.parquet")
    broken = table.set_column(1, table.schema.field(1), pa.array(["L1", "L9"]))
    pq.write_table(broken, book / "payment.parquet")
    result = gate.check(engine, folder.read(engine, book), tmp_path / "clean", in_place=True)
    assert result.paths["payment"] == (tmp_path / "clean" / "payment.parquet",)
    assert result.quarantined == {"payment": {"orphan": 1}}
    assert result.paths["loan"] == (book / "loan.parquet",)


def test_the_pack_replaces_the_list_of_event_kinds(source: Path) -> None:
    (source / "event.csv").write_text(
        "subject_kind,subject_id,kind,occurred_on\ncustomer,C1,flood,2024-01-01\ncustomer,C1,died,2024-01-01\n"
    )
    assert bring(source).quarantined == {"event": {"unknown_code": 1}}
    summary = import_book("folder", source, source.parent / "book", event_kinds=["flood", "died"])
    assert summary.quarantined == {}


def test_shuffled_rows_give_the_same_files(source: Path, rows: Rows) -> None:
    add(source, "payment", "L1,2024-02-15,105.00")
    bring(source)
    first = rows(source.parent / "book" / "payment.parquet")
    header, *lines = (source / "payment.csv").read_text().splitlines()
    (source / "payment.csv").write_text("\n".join([header, *reversed(lines)]) + "\n")
    shutil.rmtree(source.parent / "book")
    bring(source)
    assert rows(source.parent / "book" / "payment.parquet") == first


def test_a_quote_that_is_never_closed_does_not_lose_the_rows_before_it(source: Path, rows: Rows) -> None:
    with (source / "due.csv").open("a") as file:
        file.write('"L1,2024-03-15,1.00,0\nL1,2024-04-15,1.00,0\n')
    summary = bring(source)
    assert summary.rows["due"] == 2
    assert summary.quarantined == {"due": {"malformed_row": 1}}
    (row,) = quarantined(source, rows, "due")
    assert "L1,2024-04-15" in str(row["quarantine_reason"])
    assert "close every quote" in summary.findings[0].mend


def test_a_list_of_months(source: Path) -> None:
    (source / "customer.csv").write_text(
        "customer_id,name,kind,income_months\nC1,Anna,farmer,3;7\nC2,Bert,farmer,12\nC3,Carl,farmer,0;13\n"
    )
    summary = bring(source)
    assert summary.quarantined == {"customer": {"wrong_type": 1}}
    assert "months from 1 to 12" in summary.findings[0].message


def test_lists_and_timestamps_in_parquet_are_brought_into_shape(source: Path, rows: Rows) -> None:
    as_parquet(
        source,
        "customer",
        {
            "customer_id": ["C1", "C2"],
            "name": ["Anna", "Bert"],
            "kind": ["farmer", "farmer"],
            "income_months": [[3, 7], None],
            "born_on": pa.array([0, None], pa.timestamp("us")),
        },
    )
    assert bring(source).quarantined == {}
    anna, bert = rows(source.parent / "book" / "customer.parquet")
    assert (anna["income_months"], anna["born_on"]) == ("3;7", date(1970, 1, 1))
    assert (bert["income_months"], bert["born_on"]) == (None, None)


def test_an_event_on_nobody_is_an_orphan(source: Path, rows: Rows) -> None:
    (source / "event.csv").write_text(
        "subject_kind,subject_id,kind,occurred_on\n"
        "customer,C1,died,2024-01-01\ncustomer,L1,died,2024-01-01\nloan,L1,damaged,2024-01-01\n"
        "region,R9,disaster_red,2024-01-01\n"
    )
    summary = bring(source)
    assert (summary.rows["event"], summary.quarantined) == (3, {"event": {"orphan": 1}})
    (row,) = quarantined(source, rows, "event")
    assert row["quarantine_reason"] == "subject_id 'L1' is not in table customer"
