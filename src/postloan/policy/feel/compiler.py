"""FEEL compiled to columns: the same answer as the interpreter on every row, or a refusal.

What is known when an expression is compiled (constants, functions, contexts, lists of a bounded length) is
worked out then; what is left over the rows are single values: columns. The parts are in `compiling/`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from postloan.engine import Column, Table
from postloan.policy.feel import nodes as n
from postloan.policy.feel.check import PROPERTIES, check, check_unary
from postloan.policy.feel.compiling import comparing, logic
from postloan.policy.feel.compiling.core import Compiler
from postloan.policy.names import column_name

if TYPE_CHECKING:
    from postloan.policy.feel.compiling.values import Scalar


def compile_expression(node: n.Node, frame: Table, as_of: date, where: str = "") -> Column:
    """Compile an expression to a column of the frame.

    Args:
        node: the parsed expression; its names are columns of the frame by `column_name`.
        frame: one row a subject.
        as_of: the business date, which `today()` and `now()` give.
        where: the place that an error names.

    Returns:
        A column: numbers as whole number, DECIMAL(18,2) or DECIMAL(18,6), as a wider decimal where they
        have more places, and as DOUBLE where they are a quotient or a power; null as FEEL has it.

    Raises:
        PolicyError: `ill_typed`, `unknown_name`, or `feel_refused` naming the construct.
    """
    compiler = Compiler(frame, as_of, where)
    check(node, kinds_of(compiler, frame, node), where)
    found = compiler.column(compiler.value(node, {}))
    compiler.within_size([found])
    return found


def compile_unary(
    tests: n.UnaryTests,
    value: Column,
    frame: Table,
    as_of: date,
    bound: Column | None = None,
    *,
    better: str = "low",
    where: str = "",
) -> Column:
    """Compile the tests of a cell to a truth column that is never null.

    Args:
        tests: the parsed cell.
        value: the column that is tested.
        frame: the table the column and the cell's names are of.
        as_of: the business date.
        bound: takes the place of the constant bound, as when a threshold follows the peers.
        better: the side of a range that `bound` replaces: its `low` or its `high` end.
        where: the place that an error names.

    Raises:
        PolicyError: as `compile_expression`; also where there is not one constant bound to replace.
    """
    compiler = Compiler(frame, as_of, where)
    tested = compiler.of_column(value)
    check_unary(tests, tested.kind, kinds_of(compiler, frame, tests), where)
    if bound is not None:
        found = comparing.moved(compiler, tests, tested, compiler.of_column(bound), better, {"?": tested})
    else:
        met: Scalar = comparing.unary(compiler, tests, tested, {})
        found = logic.column(met)
    compiler.within_size([found])
    return found.fill_null(False)


def compile_test(node: n.Node, tests: n.UnaryTests, frame: Table, as_of: date, where: str = "") -> Column:
    """Compile the tests of a cell against an expression, to a truth column that is never null.

    A quotient is compared as such, exactly, where a column of its values would be inexact.

    Raises:
        PolicyError: as `compile_expression`.
    """
    compiler = Compiler(frame, as_of, where)
    kind = check(node, kinds_of(compiler, frame, node), where)
    check_unary(tests, kind, kinds_of(compiler, frame, tests), where)
    found = logic.column(comparing.unary(compiler, tests, compiler.value(node, {}), {}))
    compiler.within_size([found])
    return found.fill_null(False)


def kinds_of(compiler: Compiler, frame: Table, node: n.Node) -> dict[str, str]:
    """Give the kinds of the names that a node reads, from the frame's columns."""
    kinds = {}
    for name in n.names(node):
        base, _, last = name.rpartition(".")
        of_date = column_name(name) not in frame.columns and last in PROPERTIES
        known = base if of_date else name
        if column_name(known) in frame.columns:
            kinds[known] = compiler.of_column(frame[column_name(known)]).kind
    return kinds
