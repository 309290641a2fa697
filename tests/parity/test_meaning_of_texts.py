"""What the verbs on texts and JSON mean, by hand, on both engines."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from postloan.engine import Engine, Kind
from postloan.engine import verbs as v
from tests.parity.by_hand import LEAST, LIMIT, MOST, check, day, table

ODD_TEXTS = [
    *("", " ", "\u3000", "plain", "张三", "\U0001f600", "\u2028", "é", "/", "'", "${x}"),
    *('a"b', "a\\b", "\\n", '\\"', "line\nend\r\n\t", "\b\f", "\x00", "a\x01b\x1fc\x7f", '\x1e"\\\n'),
    *map(chr, range(32)),
]


def test_json_text_is_what_python_writes(engine: Engine) -> None:
    cases = [((text,), json.dumps(text, ensure_ascii=False)) for text in ODD_TEXTS]
    check(engine, v.json_text, ["string"], [*cases, ((None,), None)])


def test_a_json_object_sorts_its_keys_and_escapes_them(engine: Engine) -> None:
    def built(text: Any, number: Any) -> Any:
        return v.json_object({"z": v.text(number), 'a"\\': v.json_text(text), "中": v.null("string")})

    cases = []
    for text in [*ODD_TEXTS, None]:
        values = {'a"\\': text, "z": 7, "中": None}
        cases.append(((text, 7), json.dumps(values, ensure_ascii=False, separators=(",", ":"))))
    check(engine, built, ["string", "integer"], cases)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (
            "decimal",
            {
                Decimal("0"): "0.000000",
                Decimal("-0.000001"): "-0.000001",
                Decimal("0.1"): "0.100000",
                LIMIT: str(LIMIT),
            },
        ),
        (
            "money",
            {
                Decimal("0"): "0.00",
                Decimal("-0.05"): "-0.05",
                Decimal("9999999999999999.99"): "9999999999999999.99",
            },
        ),
        ("boolean", {True: "true", False: "false", None: None}),
        ("integer", {0: "0", LEAST: "-9223372036854775808", MOST: "9223372036854775807", None: None}),
        (
            "date",
            {
                day("1899-12-31"): "1899-12-31",
                day("0001-01-01"): "0001-01-01",
                day("9999-12-31"): "9999-12-31",
            },
        ),
    ],
)
def test_text_is_canonical(engine: Engine, kind: Kind, values: dict[object, object]) -> None:
    check(engine, v.text, [kind], [((value,), text) for value, text in values.items()])


def test_texts_are_ordered_by_their_bytes(engine: Engine) -> None:
    texts = ["Z", "a", "é", "\uffee", "\U0001f600"]  # in UTF-16 the last would stand before \uffee
    t = table(engine, ["string"], [(text,) for text in reversed(texts)])
    assert [row["a"] for row in engine.rows(t.order_by("a"))] == texts
    joined = t.aggregate(x=v.join_text(t.a), low=t.a.min(), high=t.a.max())
    assert engine.rows(joined) == [{"x": ",".join(texts), "low": "Z", "high": "\U0001f600"}]


def test_ranks_order_joined_texts(engine: Engine) -> None:
    rows = [
        (10**13, "e"),
        (-1, "b"),
        (-12, "a"),
        (None, "f"),
        (0, "d"),
        (0, "c"),
        (5, None),
        (LEAST, ""),
        (MOST, "z"),
    ]
    t = table(engine, ["integer", "string"], rows)
    found = t.aggregate(
        ranked=v.join_text(t.b, "|", rank=t.a),
        listed=v.json_list(v.json_text(t.b), rank=t.a),
        sorted=v.join_text(t.b, ""),
    )
    assert engine.rows(found) == [
        {"ranked": "|a|b|c|d|e|z|f", "listed": '["","a","b","c","d","e","z","f"]', "sorted": "abcdefz"}
    ]
