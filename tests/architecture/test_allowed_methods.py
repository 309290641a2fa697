"""Outside engine/, tables and columns are used through the methods that mean the same on both engines.

Two nets, since the sources do not tell types: this one reads them and flags calls by name; the guard in
`engine_guard.py`, on during every test, stops a forbidden call or operator on a real Ibis object.
"""

from __future__ import annotations

import ast
import collections
import datetime
import decimal
import hashlib
import inspect
import io
import logging
import pathlib
import re
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import lark
import pytest

from postloan.engine import Engine
from postloan.engine import verbs as v
from postloan.engine.allowed import ALLOWED
from tests.architecture.sources import PACKAGE, Module, imports, modules

# A name that one of these has too is left to the guard: a call of it says nothing by itself.
PLAIN_TYPES = (
    *(str, bytes, int, list, dict, set, frozenset, tuple, io.TextIOWrapper, io.BytesIO),
    *(decimal.Decimal, datetime.date, datetime.datetime, datetime.timedelta, pathlib.Path),
    *(re.Pattern, re.Match, collections.Counter, collections.deque, logging.Logger, type(hashlib.sha256())),
    *(sqlite3.Connection, sqlite3.Cursor, ET.Element, lark.Transformer, lark.Tree),
)


def _callables(kind: type) -> set[str]:
    return {
        name for name, member in inspect.getmembers(kind) if not name.startswith("_") and callable(member)
    }


def _engine_methods() -> set[str]:
    kinds = [
        kind for _, kind in inspect.getmembers(ir, inspect.isclass) if kind.__module__.startswith("ibis.")
    ]
    return set().union(*map(_callables, kinds))


def _own_names() -> set[str]:
    return {
        node.name
        for module in modules()
        if module.stage != "engine"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef)
    } | {name for name, _ in inspect.getmembers(Engine) if not name.startswith("_")}


SUSPECT = _engine_methods() - ALLOWED - set().union(*map(_callables, PLAIN_TYPES)) - _own_names()


def _imported_names(tree: ast.Module) -> set[str]:
    return {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def _forbidden_calls(module: Module) -> Iterator[str]:
    imported = _imported_names(module.tree)
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        receiver = node.func.value
        of_a_module = isinstance(receiver, ast.Name) and receiver.id in imported
        if node.func.attr in SUSPECT and not of_a_module:
            yield f"{module.place(node)}: .{node.func.attr}()"


def _stages() -> list[Module]:
    return [
        module
        for module in modules()
        if module.stage != "engine" and not module.is_simulated and not _is_web_alone(module)
    ]


def _is_web_alone(module: Module) -> bool:
    """Tell of a module of the console that never sees a table of the engine: its methods are Django's."""
    uses = [name for name, _ in imports(module) if name.startswith("postloan.engine")]
    return module.stage == "console" and not uses


def test_stages_call_only_the_allowed_methods() -> None:
    found = [call for module in _stages() for call in _forbidden_calls(module)]
    assert not found, (
        "not in postloan.engine.allowed, so the engines may differ; use a verb of postloan.engine.verbs:\n"
        + "\n".join(found)
    )


def test_a_forbidden_call_is_seen() -> None:
    tree = ast.parse("def made_up(table):\n    return table.amount.cast('int64').median()\n")
    module = Module(PACKAGE / "facts" / "made_up.py", "postloan.facts.made_up", tree)
    assert sorted(_forbidden_calls(module)) == [
        "src/postloan/facts/made_up.py:2: .cast()",
        "src/postloan/facts/made_up.py:2: .median()",
    ]


def test_every_allowed_method_exists() -> None:
    members = {name for _, kind in inspect.getmembers(ir, inspect.isclass) for name in dir(kind)}
    assert members >= ALLOWED


# What a stage could write, run as if it stood in a stage's file.
@pytest.mark.parametrize(
    "expression",
    [
        "table.amount / table.count_of",
        "table.amount % 2",
        "table.amount.cast('string')",
        "table.name.upper()",
        "table.join(table.view(), 'amount')",
        "table.to_pandas()",
        "table.amount.mean()",
    ],
)
def test_the_guard_stops_what_the_engines_do_not_agree_on(expression: str) -> None:
    table = ibis.table({"amount": "int64", "count_of": "int64", "name": "string"}, name="loans")
    code = compile(expression, str(PACKAGE / "facts" / "made_up.py"), "eval")
    with pytest.raises(AssertionError, match="may differ between the engines"):
        eval(code, {"table": table})


@pytest.mark.parametrize(
    "expression", ["table.amount + 1", "table.filter(table.amount > 3)", "table.amount.max()"]
)
def test_the_guard_lets_allowed_ones_pass(expression: str) -> None:
    table = ibis.table({"amount": "int64"}, name="loans")
    eval(compile(expression, str(PACKAGE / "facts" / "made_up.py"), "eval"), {"table": table})


def test_verbs_may_use_whatever_they_need() -> None:
    table = ibis.table({"amount": "int64"}, name="loans")
    assert v.text(table.amount) is not None
