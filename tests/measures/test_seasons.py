"""Inspections of farmers are brought into a season of their crop, never later, never before the last one."""

from __future__ import annotations

from datetime import date, timedelta

from postloan.engine import Engine, Field
from postloan.measures import seasons
from tests.classification.made import DAY, policy_on

# Rice is sown in June, grows to September and is harvested in September and October; winter wheat is sown in
# October, grows from March to May and is harvested in June. Without a crop: 4, 5, 7, 8, 9 and 10.
CASES = {
    "rice after harvest": ("A0111", date(2023, 11, 10), 365, 1, 356),  # 9 November 2024 becomes 31 October
    "no crop after harvest": ("C13", date(2023, 11, 10), 365, 1, 356),
    "no industry after harvest": (None, date(2023, 11, 10), 365, 1, 356),
    "rice while it is sown": ("A0111", date(2023, 7, 1), 365, 1, 365),  # 30 June 2024
    "no crop in June": ("C13", date(2023, 7, 1), 365, 1, 335),  # 31 May
    "wheat in September": ("A0112", date(2024, 3, 1), 198, 1, 121),  # 15 September becomes 30 June
    "wheat of a longer code": ("A01121", date(2024, 3, 1), 198, 1, 121),
    "rice in winter, looked at in winter": ("A0111", date(2024, 1, 10), 30, 1, 30),  # the last lies before
    "the last of October is not after the last inspection": ("A0111", date(2023, 10, 31), 20, 1, 20),
    "a day before the last of October": ("A0111", date(2023, 10, 30), 20, 1, 1),
    "not a farmer": ("A0111", date(2023, 11, 10), 365, 0, 365),
    "nothing known of seasons": ("A0111", date(2023, 11, 10), 365, None, 365),
}
FIELDS = [
    Field("name", "string"),
    Field("industry_id", "string"),
    Field("_base", "date"),
    Field("_days", "integer"),
    Field("_seasons", "integer"),
]


def test_a_day_between_two_seasons_becomes_the_last_of_the_one_before(engine: Engine) -> None:
    rows = [
        {"name": name, "industry_id": industry, "_base": base, "_days": days, "_seasons": asked}
        for name, (industry, base, days, asked, _) in CASES.items()
    ]
    frame = engine.from_rows(rows, FIELDS, "seasonal")
    found = engine.rows(seasons.aligned(engine, policy_on(DAY), frame).select("name", days="_days"))
    assert {row["name"]: row["days"] for row in found} == {name: case[-1] for name, case in CASES.items()}


def test_it_is_never_later_and_never_on_the_day_of_the_last(engine: Engine) -> None:
    start = date(2023, 1, 1)
    rows = [
        {
            "name": f"{n}",
            "industry_id": "A0111",
            "_base": start + timedelta(days=n),
            "_days": days,
            "_seasons": 1,
        }
        for n in range(0, 366, 5)
        for days in (1, 30, 180, 365)
    ]
    frame = engine.from_rows(rows, FIELDS, "all_year")
    moved = seasons.aligned(engine, policy_on(DAY), frame.mutate(_asked=frame["_days"]))
    for row in engine.rows(moved.select(base="_base", days="_days", asked="_asked")):
        assert 0 < row["days"] <= row["asked"]
        due = row["base"] + timedelta(days=row["days"])
        assert row["days"] == row["asked"] or due.month == 10
