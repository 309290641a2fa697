"""The figures that stand as measured in `published.yaml` are what the report says of the real books."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from postloan.book.snapshot import Book
from postloan.policy.pack import load
from postloan.reports.portrait.portrait import portrait
from postloan.reports.portrait.published import published
from postloan.reports.portrait.view import last_day

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.mark.parametrize(
    ("source", "day", "figures"), [("berka", date(1994, 3, 31), 4), ("taiwan_book", date(2005, 9, 30), 3)]
)
def test_measured_figures_are_those_of_the_report(request, engine, source, day, figures):
    found = request.getfixturevalue(source)
    folder = getattr(found, "imported", found).book
    assert last_day(Book(folder, engine, date.max)) == day
    document = portrait(engine, Book(folder, engine, day), load("cn_rural").as_of(day), "en")
    own = {row["figure"]: row["value"] for row in document.tidy.records()}
    command = f"postloan report {source.removesuffix('_book')} book"
    stated = [
        one
        for section in published().figures.values()
        for one in section
        if one["source"][0].startswith(command)
    ]
    assert len(stated) == figures
    for one in stated:
        assert one["status"] == "M"
        assert abs(own[one["beside"]] - Decimal(one["value"])) <= Decimal("0.00005"), one["beside"]
