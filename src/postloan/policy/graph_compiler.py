"""Whole DMN models over columns: a decision with everything that it rests on, as expressions of one frame.

A decision that is a table over single values goes through the compiled form of tables, the one that is
promulgated; every other logic, and functions that are called, are put in their place as expressions. What
grows large is computed once and held.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from postloan.engine import Column, Engine, Table, exact
from postloan.engine import verbs as v
from postloan.errors import PolicyError, PostloanError
from postloan.policy.checked import CheckedTable
from postloan.policy.evaluation import Evaluation
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiling.conversion import converted
from postloan.policy.feel.compiling.core import Compiler
from postloan.policy.feel.compiling.numbers import Number
from postloan.policy.feel.compiling.tables import allowed
from postloan.policy.feel.compiling.values import (
    NULL,
    ContextValue,
    FunctionValue,
    ListValue,
    Scalar,
    Value,
)
from postloan.policy.feel.values import has_places
from postloan.policy.graph import Decision, Model, Service, accept, kinds_for, required
from postloan.policy.graph_columns import Leaves, changed, collected, columns, spread
from postloan.policy.graph_typing import Typing, inner_decisions, service_logic
from postloan.policy.graph_values import refuse_outside
from postloan.policy.names import column_name

_KEY = "graph_row"
_HOLD_FROM = 400
"""Parts from which a decision's answer is computed once and held, where there is an engine to do so."""

MOST = Decimal(10) ** 12
"""Where the numbers end that a table's outputs hold beside six decimal places."""

_RESERVED = re.compile(r"(decided|broken|input_missing|graph_row|(hit|word|out|rule|tested|holds|class)_.*)")
"""Names of columns that the compiled form of tables makes itself."""


def answer(model: Model, name: str, inputs: Mapping[str, object], as_of: date, engine: Engine) -> object:
    """Answer a decision, or a decision service, by columns on an engine.

    Args:
        model: the model.
        name: the decision's or service's name.
        inputs: values by the name of an input, or of a decision whose value is given, as for `accept`.
        as_of: the business date, which `today()` and `now()` give.
        engine: the session to run on.

    Returns:
        What `graph.decide` gives: Decimal, str, bool, date, list, dict and so on, or None. Quotients have 34
        digits; what comes from a power or another number that is not exact is rounded to 15.

    Raises:
        PolicyError: as `graph.decide`; also `feel_refused` naming what cannot be compiled to columns, and
            `out_of_range` for a number on the way that is too large for them.
    """
    try:
        return _answer(model, name, inputs, as_of, engine)
    except PostloanError as error:
        if error.code != "out_of_range":
            raise
        raise PolicyError(
            "out_of_range",
            f"A number that `{name}` needs on its way is too large for columns.",
            where=model.where,
            mend="Round its parts, or write them in a larger unit.",
        ) from error


def _answer(model: Model, name: str, inputs: Mapping[str, object], as_of: date, engine: Engine) -> object:
    values, kinds = accept(model, inputs), kinds_for(model, inputs)
    leaves = Leaves()
    shapes = {key: leaves.shape(value, kinds.get(key, "any")) for key, value in values.items()}
    leaves.leaf(1, "integer")
    frame = engine.from_rows([leaves.values], leaves.fields, "case")
    graph = _Graph(model, Typing(model, kinds), as_of, engine, frame)
    graph.values = {key: read(frame) for key, read in shapes.items()}
    graph.given = set(inputs)
    if name in model.services:
        return graph.collect(graph.service(model.services[name]))
    found = graph.collect(graph.decision(name))
    refuse_outside(name, model.decisions[name].allowed, found, model.decisions[name].where)
    return found


def compile_model(
    model: Model,
    name: str,
    frame: Table,
    as_of: date,
    engine: Engine | None = None,
    keys: Sequence[str] = (),
) -> Table:
    """Answer a decision for every row of a frame.

    Args:
        model: the model.
        name: the decision's name.
        frame: its columns are the model's inputs by `column_name`, each entry of a context one of its own:
            the entry `rate` of `loan` is `loan__rate`.
        as_of: the business date.
        engine: where given, tables go through their compiled form, and what is large is held.
        keys: the frame's columns that name a row; without them tables are written out as expressions.

    Returns:
        The frame with the answer: a column of the decision's name, or one for each entry of a context. Of a
        list there is a column for each item, numbered from 1, and one `…__present`. Numbers are whole,
        DECIMAL, or DOUBLE if they are quotients or powers.

    Raises:
        PolicyError: `unknown_input` for a column that is missing; `unique_conflict` or `any_conflict` naming
            the rules; else as `answer`.
    """
    needed = required(model, name)
    read = {one for decision in needed for one in model.decisions[decision].requires}
    kinds = {key: one.kind for key, one in model.inputs.items()}
    graph = _Graph(model, Typing(model, kinds), as_of, engine, frame, keys=tuple(keys))
    graph.values = {key: spread(frame, key, kinds[key], column_name) for key in kinds if key in read}
    found = graph.decision(name)
    named = dict(_named(column_name(name), found, Compiler(None, as_of, f"decision {name}", strict=False)))
    Compiler(None, as_of, f"decision {name}").within_size(list(named.values()))
    kept = {column: graph.table[column] for column in frame.columns}
    return graph.table.select(**kept, **named)


def _named(name: str, value: Value, compiler: Compiler) -> Iterable[tuple[str, Column]]:
    """Give the columns of an answer with their names."""
    if isinstance(value, ContextValue):
        for key, entry in value.entries.items():
            yield from _named(f"{name}__{key}", entry, compiler)
    elif isinstance(value, ListValue):
        for position, item in enumerate(value.items, 1):
            there = v.literal(True, "boolean") if item.present is None else item.present
            yield from _named(f"{name}__{position}", item.value, compiler)
            yield f"{name}__{position}__present", there if value.absent is None else there & ~value.absent
    elif isinstance(value, Scalar) and value.kind in ("days", "months"):
        yield name, compiler.raw(value)
    else:
        yield name, compiler.column(value)


class _Graph:
    """One decision of one model over one table, which grows by what is held."""

    def __init__(
        self,
        model: Model,
        typing: Typing,
        as_of: date,
        engine: Engine | None,
        table: Table,
        keys: tuple[str, ...] | None = None,
    ) -> None:
        self.model = model
        self.typing = typing
        self.as_of = as_of
        self.engine = engine
        self.table = table
        self.frame = table
        self.keys = keys
        self.values: dict[str, Value] = {}
        self.given: set[str] = set()
        self.sizes: dict[object, int] = {}
        self.held = itertools.count()

    # Decisions ----------------------------------------------------------------------------------------

    def decision(self, name: str) -> Value:
        """Give a decision's answer, with what it rests on worked out first."""
        for one in required(self.model, name, dict.fromkeys(self.given)):
            if one not in self.values:
                self.values[one] = self.answer(one)
                self.hold_if_large(one)
        return self.values[name]

    def service(self, service: Service) -> Value:
        """Give the answer of a service from what it may be given."""
        inner_decisions(self.model, service)
        taken = {*service.inputs, *service.input_decisions}
        outside = sorted(self.given - taken)
        if outside:
            raise PolicyError(
                "unknown_input",
                f"The service does not take {', '.join(outside)}.",
                where=service.where,
                mend=f"It takes: {', '.join(sorted(taken))}.",
            )
        for name in service.input_decisions:
            self.values.setdefault(name, NULL)
            self.typing.kinds.setdefault(name, self.model.decisions[name].kind)
        self.given |= set(service.input_decisions)
        found = {name: self.decision(name) for name in service.outputs}
        found = {name: self.values[name] for name in found}  # a later one may have moved the table
        answer = next(iter(found.values())) if len(found) == 1 else ContextValue(found)
        return converted(Compiler(None, self.as_of, service.where), answer, service.result)

    def answer(self, name: str) -> Value:
        """Compile one decision, after its check."""
        decision = self.model.decisions[name]
        self.typing.decision(name)
        logic = decision.logic
        assert logic is not None
        compiler = Compiler(None, self.as_of, decision.where, strict=False)
        if isinstance(logic, n.Table) and isinstance(logic.checked, CheckedTable):
            found = self.promulgated(logic.checked, decision.requires)
            if found is not None:
                met = allowed(compiler, logic.checked, self.scope(decision))
                return converted(compiler, compiler.where_met(met, found), decision.kind)
        found = converted(compiler, compiler.value(logic, self.scope(decision)), decision.kind)
        compiler.within_size(columns(found))
        return found

    def scope(self, decision: Decision) -> dict[str, Value]:
        """Give what a decision reads and calls, as it stands now."""
        values: dict[str, Value] = {needed: self.values[needed] for needed in decision.requires}
        return values | {known: self.function(known) for known in decision.knows}

    def function(self, name: str) -> FunctionValue:
        """Give a business knowledge model or service as a function with what it calls."""
        if name in self.model.knowledge:
            known = self.model.knowledge[name]
            self.typing.knowledge(name)
            return FunctionValue(known.logic, {one: self.function(one) for one in known.knows}, name)
        service = self.model.services[name]
        self.typing.service(service)
        inside = (self.model.decisions[one] for one in inner_decisions(self.model, service))
        calls = {known for one in inside for known in one.knows}
        return FunctionValue(
            service_logic(self.model, service), {one: self.function(one) for one in calls}, name
        )

    # Tables in their compiled form ----------------------------------------------------------------------

    def promulgated(self, checked: CheckedTable, requires: Sequence[str]) -> Value | None:
        """Give the answer of a table by its compiled form; None where that does not take it."""
        listed = checked.table.hit_policy in "CRO" and not checked.table.aggregation
        if (
            self.engine is None
            or self.keys == ()
            or listed
            or checked.table.aggregation == "#"
            or (len(checked.outputs) > 1 and any(item.default is None for item in checked.outputs))
        ):
            return None
        frame = self.flat(requires)
        if frame is None or not all(_is_held(item.cells, item.default) for item in checked.outputs):
            return None
        keys = list(self.keys or (_KEY,))
        try:
            found = Evaluation(checked, self.engine, frame, keys, self.as_of).run()
        except PolicyError as error:
            if error.code in ("unique_conflict", "any_conflict") and self.keys is None:
                return NULL  # as the standard has it for one case; over a book it stops the run
            if error.code in ("feel_refused", "table_malformed", "feel_too_large"):
                return None
            raise
        return self.joined(found, [item.name for item in checked.outputs], keys)

    def flat(self, requires: Sequence[str]) -> Table | None:
        """Give what a table reads as plain columns by their names; None where it reads anything else."""
        found: dict[str, Column] = {}
        compiler = Compiler(None, self.as_of, "", strict=False)
        waiting = [(name, self.values[name]) for name in requires]
        while waiting:
            name, value = waiting.pop()
            if isinstance(value, ContextValue) and value.absent is None:
                waiting += [(f"{name}.{key}", entry) for key, entry in value.entries.items()]
                continue
            if not isinstance(value, Scalar) or value.kind not in ("number", "string", "boolean", "date"):
                return None
            if value.number is not None and not _is_plain(value.number):
                return None
            found[column_name(name)] = compiler.column(value)
        lowered = [name.lower() for name in found]
        if len(set(lowered)) < len(lowered) or any(_RESERVED.fullmatch(name) for name in lowered):
            return None
        if not found or '"' in "".join(found) or "`" in "".join(found):
            return None
        keys = {key: self.table[key] for key in self.keys or ()} or {_KEY: v.literal(1, "integer")}
        return None if set(keys) & set(found) else self.table.select(**keys, **found)

    def joined(self, found: Table, names: Sequence[str], keys: Sequence[str]) -> Value:
        """Join a table's answers to the rows, and give them as a value."""
        assert self.engine is not None
        numbered = {f"answer_{i}": found[name] for i, name in enumerate(names)}
        right = found.select(**{f"right_{key}": found[key] for key in keys}, **numbered)
        left = self.settled({} if self.keys else {_KEY: v.literal(1, "integer")})
        rows = left.left_join(right, [left[key] == right[f"right_{key}"] for key in keys])
        fresh = f"held_{next(self.held)}"
        outputs = {f"{fresh}_{name}": rows[name] for name in numbered}
        own = {column: rows[column] for column in left.columns if self.keys or column != _KEY}
        self.replace(self.engine.materialise(rows.select(**own, **outputs), "graph"))
        compiler = Compiler(None, self.as_of, "", strict=False)
        values = [compiler.of_column(self.table[column]) for column in outputs]
        return values[0] if len(values) == 1 else ContextValue(dict(zip(names, values, strict=True)))

    # Holding --------------------------------------------------------------------------------------------

    def hold_if_large(self, name: str) -> None:
        """Compute what is known so far where a decision's answer has grown large."""
        if self.engine is None:
            return
        parts = sum(exact.size(column, self.sizes) for column in columns(self.values[name]))
        if parts > _HOLD_FROM:
            self.replace(self.engine.materialise(self.settled({}), "graph"))

    def settled(self, extra: Mapping[str, Column]) -> Table:
        """Give the frame's own columns, with every column that a value stands on beside them."""
        everything = [column for value in self.values.values() for column in columns(value)]
        own = {column: self.table[column] for column in self.frame.columns}
        numbered = {f"value_{i}": column for i, column in enumerate(everything)}
        return self.table.select(**own, **numbered, **extra)

    def replace(self, table: Table) -> None:
        """Go on with a table that holds every column of the values."""
        order = itertools.count()
        self.table = table
        self.values = {
            name: changed(value, lambda _: table[f"value_{next(order)}"])
            for name, value in self.values.items()
        }

    def collect(self, value: Value) -> object:
        """Run the one row and give the answer as Python has it."""
        assert self.engine is not None
        found = columns(value)
        Compiler(None, self.as_of, "").within_size(found)
        names = [f"value_{i}" for i in range(len(found))]
        row: Mapping[str, object] = {}
        if found:
            (row,) = self.engine.rows(self.table.select(**dict(zip(names, found, strict=True))))
        order = iter(names)
        return collected(value, row, lambda: next(order))


def _is_plain(quantity: object) -> bool:
    return isinstance(quantity, Number) and quantity.places <= 6 and quantity.constant is None


def _is_held(cells: Sequence[n.Node], default: object) -> bool:
    """Tell whether the constants among a table's outputs fit the columns of its compiled form."""
    found = [cell.value for cell in cells if isinstance(cell, n.Literal)] + [default]
    return all(
        isinstance(one, str | bool | date | None)
        or (isinstance(one, Decimal) and has_places(one, 6) and abs(one) < MOST)
        for one in found
    )
