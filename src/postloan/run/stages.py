"""The stages of a run in order: what each reads, what each writes, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from postloan import classification, facts, measures, signals, warnings
from postloan.book.snapshot import Book
from postloan.engine import Engine, Table
from postloan.facts.registry import SUBJECTS
from postloan.measures import clocks
from postloan.policy.pack import Policy
from postloan.results import Prior

FACTS = tuple(f"facts_{subject}" for subject in SUBJECTS)
"""Tables of facts; they are kept with the result, for `explain` and for the next run."""


@dataclass
class Context:
    """What a stage may read: the book as of the day, the policy in force, what flows back, earlier stages."""

    engine: Engine
    book: Book
    policy: Policy
    prior: Prior | None
    as_of: date
    first_run_on: date
    tables: dict[str, Table] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Table]:
        """Give the tables of facts by name."""
        return {name: self.tables[name] for name in FACTS if name in self.tables}


@dataclass(frozen=True)
class Stage:
    """One stage.

    Args:
        name: its name in the ledger and its folder in the store's work.
        reads: tables of earlier stages that it reads; `book` stands for the book.
        writes: tables that it gives.
        compute: the stage itself, a pure function of the context.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    compute: Callable[[Context], Mapping[str, Table]]


def _facts(c: Context) -> Mapping[str, Table]:
    return facts.compute(c.engine, c.book, c.policy, c.prior, c.as_of)


def _signals(c: Context) -> Mapping[str, Table]:
    return signals.evaluate(c.engine, c.facts, c.policy, c.prior, c.as_of, c.book.feeds)


def _warnings(c: Context) -> Mapping[str, Table]:
    return warnings.evaluate(c.engine, c.facts, c.tables, c.policy, c.prior, c.as_of)


def _classification(c: Context) -> Mapping[str, Table]:
    warned = c.tables["warning"]
    return classification.classify(c.engine, c.facts, warned, c.policy, c.prior, c.book, c.as_of)


def _clocks(c: Context) -> Mapping[str, Table]:
    return clocks.compute(c.engine, c.facts, c.policy, c.book, c.as_of)


def _measures(c: Context) -> Mapping[str, Table]:
    loans, warned = c.tables["loan_state"], c.tables["warning"]
    return measures.decide(
        c.engine,
        c.facts,
        loans,
        warned,
        c.policy,
        c.prior,
        c.book,
        c.as_of,
        c.first_run_on,
        c.tables["signal"],
        c.tables["clock"],
    )


STAGES: tuple[Stage, ...] = (
    Stage("facts", ("book",), FACTS, _facts),
    Stage("signals", FACTS, ("signal", "signal_coverage"), _signals),
    Stage("warnings", (*FACTS, "signal"), ("warning",), _warnings),
    Stage("classification", ("book", *FACTS, "warning"), ("loan_state", "class_basis"), _classification),
    Stage("clocks", ("book", *FACTS), ("clock",), _clocks),
    Stage(
        "measures", ("book", *FACTS, "signal", "loan_state", "warning", "clock"), ("measure_due",), _measures
    ),
)
"""Stages between the quality gate, which comes first, and the results, which come last."""

OF_THE_BOOK = ("facts", "clocks")
"""Stages that read the whole book; what they gave holds for each policy that changes nothing they ask for."""
