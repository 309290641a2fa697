"""A negation keeps its brackets, whatever stands behind it."""

from __future__ import annotations

from postloan.engine import Field, open_engine


def test_a_negation_is_compared_as_a_whole(tmp_path):
    rows = [{"a": True, "b": True}, {"a": False, "b": True}, {"a": None, "b": True}]
    with open_engine(threads=1, scratch=tmp_path) as engine:
        table = engine.from_rows(rows, [Field("a", "boolean"), Field("b", "boolean")], "flags")
        found = engine.rows(
            table.select(
                unknown=(~table.a).isnull(),
                known=(~table.a).notnull(),
                same=(~table.a) == table.b,
                turned=table.b == (~table.a),
            )
        )
    assert found == [
        {"unknown": False, "known": True, "same": False, "turned": False},
        {"unknown": False, "known": True, "same": True, "turned": True},
        {"unknown": True, "known": False, "same": None, "turned": None},
    ]
