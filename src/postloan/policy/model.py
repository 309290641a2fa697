"""A decision table as written: cells are text, exactly as the author gave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

PROVENANCE = ("overrides", "reference", "owner", "reviewed_on", "status")
"""What a table says of itself, as every entry of a pack does."""

HIT_POLICIES = {
    "U": "UNIQUE",
    "A": "ANY",
    "P": "PRIORITY",
    "F": "FIRST",
    "R": "RULE ORDER",
    "O": "OUTPUT ORDER",
    "C": "COLLECT",
}
"""Hit policies by letter, as DMN spells them."""

AGGREGATIONS = {"+": "SUM", "<": "MIN", ">": "MAX", "#": "COUNT"}
"""What a COLLECT table may do with its one output, by sign."""

SINGLE_HIT = frozenset("UAPF")
MULTI_HIT = frozenset("CRO")


@dataclass(frozen=True)
class Input:
    """A column of conditions.

    Args:
        expression: the FEEL expression that the cells test, usually a fact's name.
        kind: number, string, boolean or date.
        label: what people read; `labels` holds it by language where given.
        allowed: unary tests that every value meets, empty if open.
        required: a null value makes the table's answer not measurable instead of being tested.
    """

    expression: str
    kind: str
    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    allowed: str = ""
    required: bool = False


@dataclass(frozen=True)
class Output:
    """A column of conclusions; `values` is in order of priority, highest first."""

    name: str
    kind: str
    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    values: str = ""
    default: str = ""


@dataclass(frozen=True)
class Rule:
    """One row: a test for each input, an expression for each output, and its annotations."""

    id: str
    tests: tuple[str, ...]
    entries: tuple[str, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True)
class DecisionTable:
    """A decision table as it stands in its file.

    Args:
        id: the table's name in a pack; in a file the id of its decision.
        hit_policy: one of U A P F R O C.
        aggregation: one of + < > # for COLLECT, or empty.
        annotations: names of the annotation columns.
        variables: kinds of names that its expressions may use, where the file declares them.
        sha256: hash of the bytes it was read from, hex; empty if it was not read.
        where: the file it was read from.
        overrides: why it replaces the table of that name in the pack below.
        reference, owner, reviewed_on, status: where it comes from, who answers for it, when somebody last
            looked, and how sure it is, as for every entry of a pack.
    """

    id: str
    name: str
    hit_policy: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    aggregation: str = ""
    annotations: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    where: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    overrides: str = ""
    reference: str = ""
    owner: str = ""
    reviewed_on: date | None = None
    status: str = ""
