"""Every fact says what it is: name, unit, how it is kept, and columns that exist."""

from __future__ import annotations

import pytest

from postloan import measures, results, warnings
from postloan.book.schema import TABLES
from postloan.classification import derived
from postloan.facts import FACTS, fact
from postloan.facts.registry import SUBJECTS

RESULTS = {schema.name: schema for schema in results.HASHED}
TOLD = [*FACTS.values(), *warnings.DERIVED, *derived.DERIVED, *measures.DERIVED]
"""Facts of the day with those that later stages derive."""


@pytest.mark.parametrize("name", sorted(FACTS))
def test_sources_are_columns_of_the_book_or_of_the_last_run(name):
    one = FACTS[name]
    assert one.subject in SUBJECTS
    assert one.sources
    for source in one.sources:
        table, _, column = source.partition(".")
        if table.startswith("facts_"):
            assert f"{table.removeprefix('facts_')}.{column}" in FACTS
        else:
            assert column in {**TABLES, **RESULTS}[table].columns


@pytest.mark.parametrize("one", TOLD, ids=lambda one: one.name)
def test_a_fact_is_defined_in_english_and_chinese(one):
    assert one.doc.isascii()
    assert one.doc.endswith(".")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in one.zh)
    assert one.zh.endswith("。")


@pytest.mark.parametrize("name", sorted(FACTS))
def test_what_a_fact_needs_is_a_table_or_the_last_run(name):
    needed = {part for need in FACTS[name].needs for part in need.split("|")}
    assert needed <= {*TABLES, "prior"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("loan.x_days", "integer"),
        ("loan.x_amt", "money"),
        ("loan.x_share_1m", "decimal"),
        ("loan.is_x", "boolean"),
    ],
)
def test_the_name_says_the_kind(name, kind):
    assert fact(name, "Something.", sources="loan.loan_id").kind == kind


def test_a_name_that_says_nothing_is_refused():
    with pytest.raises(ValueError, match=r"loan\.colourful"):
        fact("loan.colourful", "Something.", sources="loan.loan_id")


def test_what_later_stages_derive_has_names_of_its_own():
    names = [one.name for one in TOLD]
    assert len(set(names)) == len(names)
