"""The Polish firms: counts of data/README.md, and which items follow from which ratios."""

from datetime import date
from decimal import Decimal

import pytest

from postloan.book.importing import import_book
from postloan.book.sources import polish
from postloan.engine import Field, open_engine
from postloan.errors import BookError

ATTRIBUTES = tuple(f"Attr{n}" for n in polish._READ)
WHOLE = dict(
    zip(
        ATTRIBUTES,
        (
            "0.6",
            "0.1",
            "1.5",
            "0.4",
            "0.1",
            "0.06",
            "1.25",
            "0.08",
            "2",
            "1.3",
            "0.25",
            "1",
            "0.2",
            "0.3",
            "6",
        ),
        strict=True,
    )
)
NOTHING_SHORT = WHOLE | dict.fromkeys(("Attr4", "Attr40", "Attr46", "Attr63", "Attr21", "Attr27"))
ROWS = (
    WHOLE,
    NOTHING_SHORT | {"Attr51": "0", "Attr36": "0.5", "Attr11": "0.06"},
    WHOLE | {"Attr11": "0.06", "Attr21": "-1"},
    WHOLE | {"Attr27": "1.9"},
    WHOLE | {"Attr11": "0.02", "Attr27": "-2", "Attr56": "1.5"},
    dict.fromkeys(ATTRIBUTES),
)
NUMBERS = ("4001", "8002", "1490", "5491", "9492", "2980")  # 4001 times the row modulo 10513


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_engine("duckdb", threads=1, scratch=tmp_path_factory.mktemp("scratch")) as opened:
        yield opened


@pytest.fixture(scope="module")
def source(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("polish")
    rows = [
        {name: None if value is None else Decimal(value) for name, value in row.items()} | {"class": n == 5}
        for n, row in enumerate(ROWS)
    ]
    fields = [*(Field(name, "decimal") for name in ATTRIBUTES), Field("class", "integer")]
    engine.write(
        engine.from_rows([row | {"class": int(row["class"])} for row in rows], fields, "polish"),
        folder / "5year.parquet",
    )
    return folder


@pytest.fixture(scope="module")
def statements(engine, source, tmp_path_factory):
    book = tmp_path_factory.mktemp("book")
    polish.convert(source, book, engine)
    found = {number: {} for number in NUMBERS}
    for row in engine.rows(engine.raw(book / "statement.parquet")):
        found[row["customer_id"]][row["item"], row["period_end"].year] = int(row["value"])
    return [found[number] for number in NUMBERS]


def test_items_follow_from_ratios(statements):
    assert statements[0] == {
        ("total_assets", 2012): 1_000_000,
        ("total_liabilities", 2012): 600_000,
        ("equity", 2012): 400_000,
        ("current_liabilities", 2012): 200_000,
        ("current_assets", 2012): 300_000,
        ("inventory", 2012): 100_000,
        ("receivables", 2012): 150_000,
        ("cash", 2012): 50_000,
        ("revenue", 2012): 1_200_000,
        ("cost_of_sales", 2012): 840_000,
        ("profit_before_tax", 2012): 60_000,
        ("interest_expense", 2012): 40_000,
        ("ebit", 2012): 100_000,
        ("revenue", 2011): 960_000,
    }


def test_without_short_term_liabilities_revenue_is_total_sales(statements):
    found = statements[1]
    assert found["revenue", 2012] == 500_000
    assert found["current_assets", 2012] == 100_000
    assert not {("inventory", 2012), ("receivables", 2012), ("cash", 2012), ("revenue", 2011)} & set(found)


def test_interest_is_known_where_two_ways_agree(statements):
    told = [(one.get(("interest_expense", 2012)), one.get(("ebit", 2012))) for one in statements]
    assert told == [
        (40_000, 100_000),
        (0, 60_000),  # no expenses either way
        (None, None),  # A27 has some
        (None, None),  # 40,000 against 42,105
        (None, None),  # below zero
        (None, None),
    ]


def test_what_does_not_follow_makes_no_row(statements):
    assert ("revenue", 2011) not in statements[2]  # sales cannot have grown by -1
    assert statements[4]["cost_of_sales", 2012] == -600_000
    assert statements[5] == {}


def test_outcomes_are_dated_on_the_last_day_of_the_year_after(engine, source, tmp_path):
    assert polish.outcomes(source, tmp_path / "outcomes.parquet", engine) == 1
    (row,) = engine.rows(engine.raw(tmp_path / "outcomes.parquet"))
    assert (row["customer_id"], row["bad_on"], row["cause"]) == (NUMBERS[5], date(2013, 12, 31), "bankruptcy")


def test_a_folder_without_the_file_is_named(engine, tmp_path):
    with pytest.raises(BookError, match="year"):
        polish.convert(tmp_path, tmp_path / "out", engine)


@pytest.mark.real_data
def test_5910_firms_of_which_410_go_bankrupt(real_data, engine, tmp_path):
    folder = real_data / "polish_bankruptcy"
    summary = import_book("polish", folder, tmp_path / "book")
    assert not summary.quarantined
    assert {name: summary.rows[name] for name in ("customer", "contract", "loan")} == dict.fromkeys(
        ("customer", "contract", "loan"), 5_910
    )
    assert polish.outcomes(folder, tmp_path / "outcomes.parquet", engine) == 410
    held = [
        (row["customer_id"], row["item"], row["value"])
        for row in engine.rows(engine.raw(tmp_path / "book" / "statement.parquet"))
        if row["item"] in ("equity", "total_liabilities")
    ]
    source = engine.rows(engine.raw(folder / "5year.parquet"))
    assert sum(item == "equity" and value < 0 for _, item, value in held) == sum(
        row["Attr10"] is not None and row["Attr10"] < 0 for row in source
    )
    assert sum(item == "total_liabilities" and value >= 750_000 for _, item, value in held) == sum(
        row["Attr2"] is not None and row["Attr2"] >= 0.75 for row in source
    )


@pytest.mark.real_data
def test_the_book_says_nothing_of_the_outcome(real_data, engine, tmp_path):
    folder = real_data / "polish_bankruptcy"
    polish.convert(folder, tmp_path / "book", engine)
    polish.outcomes(folder, tmp_path / "outcomes.parquet", engine)
    bad = {row["customer_id"] for row in engine.rows(engine.raw(tmp_path / "outcomes.parquet"))}
    customers = engine.rows(engine.raw(tmp_path / "book" / "customer.parquet"))
    first = sorted(row["customer_id"] for row in customers)[:1_000]
    assert 30 < len(bad & set(first)) < 110  # 69 of a thousand by chance; by rows it would be none or all
