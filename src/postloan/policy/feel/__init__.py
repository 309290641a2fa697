"""FEEL, the expression language of DMN: parsed, type-checked, interpreted by row, compiled to columns."""

from postloan.policy.feel.bounds import bound
from postloan.policy.feel.check import check, check_unary
from postloan.policy.feel.interpreter import interpret, interpret_unary
from postloan.policy.feel.nodes import Node, UnaryTests, names
from postloan.policy.feel.parser import parse_expression, parse_unary

__all__ = [
    "Node",
    "UnaryTests",
    "bound",
    "check",
    "check_unary",
    "interpret",
    "interpret_unary",
    "names",
    "parse_expression",
    "parse_unary",
]
