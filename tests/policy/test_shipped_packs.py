"""Shipped packs: they load, their tables are in canonical form, and the view beside each table is its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import postloan
from postloan.policy import dmn
from postloan.policy.pack import load

PACKS = Path(postloan.__file__).parent / "packs"
NAMES = sorted(path.parent.name for path in PACKS.glob("*/pack.yaml"))
TABLES = sorted(PACKS.glob("*/tables/*/*.dmn"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("day", [date(1995, 1, 2), date(2024, 6, 30), date(2027, 12, 31)])
def test_loads_and_resolves_on_past_and_coming_dates(name: str, day: date) -> None:
    policy = load(name).as_of(day)
    assert policy.version.startswith(f"{name}-")
    assert policy.currency
    for kind, keys in policy.pack.versions.items():
        assert set(policy.in_force[kind]) == set(keys), kind


@pytest.mark.parametrize("path", TABLES, ids=lambda path: f"{path.parts[-4]}-{path.parts[-2]}")
def test_a_table_is_canonical_and_its_view_is_current(path: Path) -> None:
    data = path.read_bytes()
    (table,) = dmn.read(data, path.name)
    assert dmn.write([table]) == data or dmn.write([table], table.id) == data
    assert path.with_suffix(".md").read_text(encoding="utf-8") == dmn.markdown(table)
