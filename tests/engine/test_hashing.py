"""The canonical CSV that hashes are taken over: quotes, nulls, order, empty tables."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from postloan.engine import Engine, Field, Table, open_engine
from postloan.engine.hashing import canonical_csv, digest

FIELDS = [
    Field("id", "string"),
    Field("n", "integer"),
    Field("on", "date"),
    Field("yes", "boolean"),
    Field("amount", "money"),
    Field("share", "decimal"),
]
ROWS: list[tuple[object, ...]] = [
    ("b", -1, dt.date(1899, 12, 31), True, Decimal("0"), Decimal("0.5")),
    ("a", None, None, None, None, None),
    ("", 2**63 - 1, dt.date(2024, 2, 29), False, Decimal("-9999999999999999.99"), Decimal("0.000001")),
    (None, 0, dt.date(9999, 12, 31), True, Decimal("0.10"), Decimal("-1")),
    ('say "no"', 1, None, None, None, None),
    ("a,b", 1, None, None, None, None),
    ("a\nb", 1, None, None, None, None),
    ("a\rb", 1, None, None, None, None),
    ("\uff21 张三 \U0001f600", 1, None, None, None, None),
]
EXPECTED = '''id,n,on,yes,amount,share
"",9223372036854775807,2024-02-29,false,-9999999999999999.99,0.000001
a,,,,,
"a\nb",1,,,,
"a\rb",1,,,,
"a,b",1,,,,
b,-1,1899-12-31,true,0.00,0.500000
"say ""no""",1,,,,
\uff21 张三 \U0001f600,1,,,,
,0,9999-12-31,true,0.10,-1.000000
'''


@pytest.fixture(params=[1, 2])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with open_engine("duckdb", threads=request.param, scratch=tmp_path) as opened:
        yield opened


def _table(engine: Engine, rows: list[tuple[object, ...]]) -> Table:
    names = [field.name for field in FIELDS]
    return engine.from_rows([dict(zip(names, row, strict=True)) for row in rows], FIELDS, "hashed")


def test_the_csv_is_canonical(engine: Engine) -> None:
    blocks = [bytes(block) for block in canonical_csv(engine, _table(engine, ROWS), ["id"])]
    assert b"".join(blocks).decode() == EXPECTED


def test_the_digest_is_over_head_and_csv(engine: Engine) -> None:
    expected = hashlib.sha256(("1994-03-31\n" + EXPECTED).encode()).hexdigest()
    assert digest(engine, [(_table(engine, ROWS), ["id"])], head="1994-03-31\n") == expected


def test_the_order_of_rows_does_not_count(engine: Engine) -> None:
    known = digest(engine, [(_table(engine, ROWS), ["n"])])
    for seed in range(5):
        shuffled = random.Random(seed).sample(ROWS, len(ROWS))
        assert digest(engine, [(_table(engine, shuffled), ["n"])]) == known


def test_many_rows_make_many_blocks_of_one_text(engine: Engine) -> None:
    rows = [(f"id-{n:06}", n, None, None, None, None) for n in range(150_000)]
    table = _table(engine, list(reversed(rows))).select("id", "n")
    text = "id,n\n" + "".join(f"{row[0]},{row[1]}\n" for row in rows)
    assert digest(engine, [(table, ["id"])]) == hashlib.sha256(text.encode()).hexdigest()


def test_an_empty_table_is_its_header(engine: Engine) -> None:
    empty = _table(engine, [])
    assert b"".join(bytes(block) for block in canonical_csv(engine, empty, ["id"])) == (
        b"id,n,on,yes,amount,share\n"
    )
    assert digest(engine, []) == hashlib.sha256(b"").hexdigest()


def test_null_and_the_empty_text_differ(engine: Engine) -> None:
    null, blank = ([(value, 1, None, None, None, None)] for value in (None, ""))
    assert digest(engine, [(_table(engine, null), [])]) != digest(engine, [(_table(engine, blank), [])])


def test_every_value_counts(engine: Engine) -> None:
    known = digest(engine, [(_table(engine, ROWS), ["id"])])
    changed = [(*ROWS[0][:4], Decimal("0.01"), ROWS[0][5]), *ROWS[1:]]
    assert digest(engine, [(_table(engine, changed), ["id"])]) != known
    assert digest(engine, [(_table(engine, ROWS[1:]), ["id"])]) != known
