"""The parameters that facts are said to be computed with are those that the sources ask for."""

from __future__ import annotations

import ast

from postloan.facts import PARAMETERS
from tests.architecture.sources import modules


def test_every_parameter_that_a_fact_reads_is_listed():
    asked = {
        node.args[0].value
        for module in modules()
        if module.stage == "facts"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("parameter", "whole", "limit")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert asked == set(PARAMETERS)
