"""A case: a query that both engines must answer alike.

A case is a function of the tables; what it covers is read from its own code, so that a verb without a
case is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType

from postloan.engine import Table

Build = Callable[[Table, Table], Table]


@dataclass(frozen=True)
class Case:
    """A query over one adversarial file; `other` is the file `groups`, for joins."""

    name: str
    file: str
    build: Build

    def names(self) -> set[str]:
        """Give every attribute that the query's code calls or reads."""
        return set(_names(self.build.__code__))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


CASES: dict[str, Case] = {}


def case(file: str) -> Callable[[Build], Build]:
    """Register a query over that file under its function's name."""

    def register(build: Build) -> Build:
        assert build.__name__ not in CASES
        CASES[build.__name__] = Case(build.__name__, file, build)
        return build

    return register
