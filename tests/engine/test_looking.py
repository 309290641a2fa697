"""Point queries: the rows asked for, in their order, from many threads at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from postloan.engine import Engine, Field, open_engine
from postloan.engine.looking import Lookups

FIELDS = (Field("owner", "string"), Field("day", "date"), Field("key", "string"), Field("amount", "integer"))
ROWS = [
    ("a", 3, "k1", 5),
    ("a", 3, "k2", -7),
    ("a", 1, "k3", 11),
    ("b", 2, "k4", 13),
    ("a", None, "k5", None),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine(threads=1) as found:
        yield found


@pytest.fixture(scope="module")
def lookups(engine: Engine) -> Lookups:
    rows = [
        {"owner": owner, "day": date(2026, 6, day) if day else None, "key": key, "amount": amount}
        for owner, day, key, amount in ROWS
    ]
    made = Lookups(engine)
    table = engine.from_rows(rows, FIELDS, "rows", cents=True)
    made.prepare("seen", table)
    made.prepare("held", table, held=True)
    return made


@pytest.mark.parametrize("name", ["seen", "held"])
@pytest.mark.parametrize(
    ("owners", "more", "keys"),
    [
        ([], {}, []),
        (["c"], {}, []),
        (["a"], {"order": ("-day", "-key")}, ["k2", "k1", "k3", "k5"]),  # nulls last either way
        (["a"], {"order": ("day", "key")}, ["k3", "k1", "k2", "k5"]),
        (["a", "b"], {"order": ("key",), "limit": 2}, ["k1", "k2"]),
        (["a"], {"order": ("key",), "bounds": [("amount", ">", 5)]}, ["k3"]),
        (["a"], {"order": ("key",), "bounds": [("amount", ">=", 5)]}, ["k1", "k3"]),
        (["a"], {"order": ("key",), "below": [("day", date(2026, 6, 3)), ("key", "k2")]}, ["k1", "k3"]),
        (["a"], {"order": ("key",), "below": [("day", date(2026, 6, 3)), ("key", "k1")]}, ["k3"]),
        (["a' OR '1'='1"], {}, []),
    ],
)
def test_rows_are_those_asked_for(
    lookups: Lookups, name: str, owners: list[str], more: dict[str, Any], keys: list[str]
) -> None:
    assert [row["key"] for row in lookups.rows(name, "owner", owners, **more)] == keys


def test_columns_and_signs_that_there_are_not_are_refused(lookups: Lookups) -> None:
    with pytest.raises(KeyError):
        lookups.rows("seen", 'owner" = "owner" --', ["a"])
    with pytest.raises(KeyError):
        lookups.rows("seen", "owner", ["a"], order=("nothing",))
    with pytest.raises(ValueError, match="LIKE"):
        lookups.rows("seen", "owner", ["a"], bounds=[("key", "LIKE", "%")])


def test_amounts_are_added_by_month_and_by_direction(lookups: Lookups) -> None:
    told = lookups.sums("seen", "owner", ["a"], "amount", "day", [("day", ">=", date(2026, 1, 1))])
    assert told == [{"month": date(2026, 6, 1), "came_in": 16, "went_out": 7}]


def test_values_over_days_come_from_the_files_that_have_them(
    engine: Engine, lookups: Lookups, tmp_path: Path
) -> None:
    fields = (Field("as_of", "date"), Field("id", "string"), Field("dpd_days", "integer"))
    files = []
    for day, value in ((2, 20), (1, 10)):
        rows = [{"as_of": date(2026, 6, day), "id": "L1", "dpd_days": value}]
        files.append(tmp_path / f"{day}.parquet")
        engine.write(engine.from_rows(rows, fields, "facts"), files[-1])
    rows = [{"as_of": date(2026, 6, 3), "id": "L1"}]
    files.append(tmp_path / "3.parquet")
    engine.write(engine.from_rows(rows, fields[:2], "facts"), files[-1])
    told = lookups.over_days(files, "id", "L1", "dpd_days")
    assert [(row["as_of"].day, row["value"]) for row in told] == [(1, 10), (2, 20), (3, None)]
    assert lookups.over_days(files, "id", "L2", "dpd_days") == []
    assert lookups.over_days(files, "id", "L1", "nothing") == []
    assert lookups.over_days([], "id", "L1", "dpd_days") == []


def test_many_threads_ask_at_once(lookups: Lookups) -> None:
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda owner: len(lookups.rows("seen", "owner", [owner])), ["a", "b"] * 40))
    assert told == [4, 1] * 40
