"""The 77 Czech districts of Berka's bank as regions, with unemployment, crime and wages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from postloan.book.sources.writing import source_file
from postloan.engine import Engine, Field, Table

_MISSING = "?"
_SIX_PLACES = Decimal("0.000001")


def districts(path: Path, engine: Engine) -> Table:
    """Give one region of kind county a district."""
    rows = [
        {"region_id": str(row["A1"]), "name": row["A2"].strip(), "kind": "county"}
        for row in _rows(path, engine)
    ]
    return engine.from_rows(rows, [Field(name, "string") for name in ("region_id", "name", "kind")], "region")


def indicators(path: Path, engine: Engine) -> Table:
    """Give the districts' figures, known from the end of the year that they describe.

    unemployment_rate is a fraction (A12 of 1995 and A13 of 1996 in per cent), crime_rate crimes per
    inhabitant (A15 and A16 over A4), wage_average crowns a month (A11).
    """
    rows = [
        {"region_id": str(row["A1"]), "indicator": name, "period": period, "value": _rounded(value)}
        for row in _rows(path, engine)
        for name, period, value in _figures(row)
        if value is not None
    ]
    fields = [
        Field("region_id", "string"),
        Field("indicator", "string"),
        Field("period", "date"),
        Field("value", "decimal"),
    ]
    return engine.from_rows(rows, fields, "region_indicator")


def _rows(path: Path, engine: Engine) -> list[dict[str, Any]]:
    return engine.rows(engine.raw(source_file(path, "district.parquet")))


def _figures(row: dict[str, Any]) -> Iterator[tuple[str, date, Decimal | None]]:
    inhabitants = _number(row["A4"])
    for year, unemployed, crimes in ((1995, row["A12"], row["A15"]), (1996, row["A13"], row["A16"])):
        end = date(year, 12, 31)
        rate, count = _number(unemployed), _number(crimes)
        yield "unemployment_rate", end, None if rate is None else rate / 100
        yield "crime_rate", end, None if count is None or not inhabitants else count / inhabitants
    yield "wage_average", date(1996, 12, 31), _number(row["A11"])


def _number(value: object) -> Decimal | None:
    return None if value is None or value == _MISSING else Decimal(str(value))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_SIX_PLACES, rounding=ROUND_HALF_UP)
