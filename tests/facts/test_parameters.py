"""The parameters that facts are said to be computed with are those that the sources ask for."""

from __future__ import annotations

import ast

from postloan.facts import PARAMETERS
from tests.architecture.sources import modules

SOURCES = [one.tree for one in modules() if one.stage == "facts" and one.path.name != "compute.py"]


def test_every_parameter_that_a_fact_asks_for_is_listed():
    asked = {
        node.args[0].value
        for tree in SOURCES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("parameter", "whole", "limit")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert asked <= set(PARAMETERS)


def test_every_parameter_listed_is_named_by_a_fact():
    named = {
        node.value
        for tree in SOURCES
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(PARAMETERS) <= named
