"""The walk over an expression: names, constants, choices, and what hands over to the other parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from postloan.engine import Column, Table, exact
from postloan.engine import verbs as v
from postloan.engine.schema import Kind
from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiling import logic
from postloan.policy.feel.compiling import numbers as num
from postloan.policy.feel.compiling import quantities as qty
from postloan.policy.feel.compiling.conversion import converted
from postloan.policy.feel.compiling.values import (
    NULL,
    ContextValue,
    FunctionValue,
    Item,
    ListValue,
    NotConstantError,
    RangeValue,
    Scalar,
    Value,
    constant,
    describe,
    is_null_constant,
    number,
    of_constant,
    truth,
)
from postloan.policy.feel.interpreter import interpret
from postloan.policy.names import column_name

Scope = Mapping[str, Value]

COLUMN_KINDS = {"string": "string", "boolean": "boolean", "date": "date"}
"""Kinds whose values are columns of their own type."""

MOST_PARTS = 30_000
"""Parts of one compiled expression; a larger one would take an engine minutes to plan."""

MOST_CALLS = 40
"""Calls of functions within each other; deeper ones are a recursion, or might be."""

MOST_ITEMS = 1_000
"""Items of a list that is written out."""

MEND = "Make it a fact, or write it with the operators and functions that tables support."


class Compiler:
    """Compiles expressions over one frame on one date.

    Args:
        frame: the frame; None where every name is in the scope.
        as_of: the business date.
        where: the place that errors name.
        strict: refuse what is null on every row, which in a policy is a mistake.
    """

    def __init__(self, frame: Table | None, as_of: date, where: str, *, strict: bool = True) -> None:
        self.frame = frame
        self.as_of = as_of
        self.where = where
        self.strict = strict
        self.calls = 0

    def refuse(self, construct: str, mend: str = MEND) -> PolicyError:
        """Give the error for what columns cannot do."""
        message = f"{construct} cannot be compiled to columns."
        return PolicyError("feel_refused", message, where=self.where, mend=mend)

    def ill_typed(self, message: str) -> PolicyError:
        """Give the error for a value of the wrong kind."""
        return PolicyError("ill_typed", message, where=self.where)

    # Names --------------------------------------------------------------------------------------------

    def of_column(self, column: Column) -> Scalar:
        """Give a column of the frame as a value."""
        spelt = str(column.type()).lstrip("!").partition("(")[0]
        if spelt in COLUMN_KINDS:
            return Scalar(COLUMN_KINDS[spelt], column)
        return number(num.of_column(column, self.where))

    def find(self, text: str, scope: Scope) -> Value | None:
        """Give what a name stands for; None if it is not known."""
        if text in scope:
            return scope[text]
        if self.frame is not None and column_name(text) in self.frame.columns:
            return self.of_column(self.frame[column_name(text)])
        base, _, last = text.rpartition(".")
        found = self.find(base, scope) if base else None
        return None if found is None else self.property(found, last)

    def name(self, text: str, scope: Scope) -> Value:
        """Give what a name stands for; raises PolicyError if it is not known."""
        found = self.find(text, scope)
        if found is None:
            raise PolicyError("unknown_name", f"`{text}` is not known here.", where=self.where)
        return found

    def property(self, base: Value, name: str) -> Value:
        """Give what stands behind a dot."""
        from postloan.policy.feel.compiling import dates

        if isinstance(base, ContextValue):
            return base.entries.get(name, NULL)
        if isinstance(base, ListValue):
            items = tuple(Item(self.property(item.value, name), item.present) for item in base.items)
            return ListValue(items, base.absent)
        if is_null_constant(base) and not self.strict:
            return NULL
        return dates.property_of(self, base, name)

    # Expressions --------------------------------------------------------------------------------------

    def value(self, node: n.Node, scope: Scope) -> Value:
        """Compile a node; what reads no row is evaluated once, here."""
        if not isinstance(node, n.Literal | n.Name):
            found = self.folded(node, scope)
            if found is not None:
                return found
        match node:
            case n.Literal(value):
                return of_constant(value, self.where)
            case n.Name(text):
                return self.name(text, scope)
            case n.Question():
                return self.name("?", scope)
            case n.ListOf(items):
                return ListValue(tuple(Item(self.value(item, scope)) for item in items))
            case n.Range(low, high, low_closed, high_closed):
                return RangeValue(self.value(low, scope), self.value(high, scope), low_closed, high_closed)
            case n.Context(entries):
                return self.context(entries, scope)
            case n.Function():
                return FunctionValue(node, dict(scope))
            case n.If(condition, yes, no):
                return self.choice_of(condition, yes, no, scope)
            case n.Property(base, name):
                return self.property(self.value(base, scope), name)
        from postloan.policy.feel.compiling.parts import compile_part

        return compile_part(self, node, scope)

    def folded(self, node: n.Node, scope: Scope) -> Value | None:
        """Give a constant where the node reads no row and calls no function of the scope."""
        values: dict[str, Any] = {}
        names = n.names(node)
        if n.has_question(node):
            names = names | {"?"}
        try:
            for name in names:
                found = self.find(name, scope)
                if found is None:
                    return None
                values[name] = constant(found)
        except NotConstantError:
            return None
        for part in n.walk(node):
            if isinstance(part, n.Table | n.Function | n.Invoke):
                return None
            if isinstance(part, n.Call) and (part.function in scope or part.function == "is defined"):
                return None
        result = interpret(node, values, self.as_of)
        if result is None and self.strict:
            raise self.refuse(
                "A constant expression that is always null", "Write null, or mend the expression."
            )
        return of_constant(result, self.where)

    def context(self, entries: Sequence[n.Entry], scope: Scope) -> Value:
        """Compile a context, or what its last entry without a name says."""
        inner, found = dict(scope), {}
        for entry in entries:
            value = converted(self, self.value(entry.value, inner), entry.kind)
            if not entry.name:
                return value
            inner[entry.name] = found[entry.name] = value
        return ContextValue(found)

    def choice_of(self, condition: n.Node, yes: n.Node, no: n.Node, scope: Scope) -> Value:
        """Compile an `if`; of one whose condition is constant only the side that is taken."""
        met = self.truth(self.value(condition, scope), "`if`")
        if met.is_constant:
            return self.value(yes if met.constant is True else no, scope)
        return self.choice(met.column, self.value(yes, scope), self.value(no, scope))

    # Values as columns ----------------------------------------------------------------------------------

    def truth(self, value: Value, what: str) -> Scalar:
        """Give a value as a truth value; raises PolicyError where it is none."""
        if isinstance(value, Scalar) and value.kind in ("boolean", "null"):
            return value
        raise self.ill_typed(f"{what} takes a boolean, not {describe(value)}.")

    def scalar(self, value: Value, what: str) -> Scalar:
        """Give a value as a single value; raises PolicyError where it is none."""
        if isinstance(value, Scalar):
            return value
        raise self.refuse(f"{describe(value).capitalize()} in {what}")

    def column(self, value: Value, kind: str | None = None) -> Column:
        """Give a single value as a column of an answer; a null takes the kind that is asked for."""
        if not isinstance(value, Scalar):
            raise self.refuse(f"{describe(value).capitalize()} as a value")
        if value.number is not None:
            return qty.answer(value.number, self.where)
        if value.is_constant and value.constant is None:
            return v.null(_engine_kind(kind or "boolean"))
        if value.kind not in COLUMN_KINDS:
            raise self.refuse(
                f"A {value.kind} duration as a value"
                if value.kind in ("days", "months")
                else f"A {value.kind} as a value"
            )
        return self.raw(value)

    def raw(self, value: Scalar) -> Column:
        """Give a single value that is no number as a column, a duration as whole days or months."""
        if not value.is_constant:
            return value.column
        kind: Kind = "integer" if value.kind in ("days", "months") else _engine_kind(value.kind)
        return v.literal(self.plain(value), kind)

    def plain(self, value: Scalar) -> Any:
        """Give a constant as columns hold it."""
        found = value.constant
        if isinstance(found, timedelta):
            if found.seconds or found.microseconds:
                raise self.refuse("A duration with hours beside a column", "Write whole days.")
            return found.days
        if isinstance(found, n.Months):
            return found.count
        if value.kind in ("time", "datetime"):
            raise self.refuse(f"A {value.kind} beside a column", "Compare dates.")
        return found

    @staticmethod
    def null_of(kind: str) -> Column:
        """Give a null column of a kind that is no number."""
        return v.null("integer" if kind in ("days", "months") else _engine_kind(kind))

    def is_null(self, value: Value) -> Scalar:
        """Tell whether a value is null."""
        if is_null_constant(value):
            return logic.TRUE
        if isinstance(value, ContextValue | ListValue):
            return logic.FALSE if value.absent is None else truth(value.absent)
        if isinstance(value, Scalar) and not value.is_constant:
            if value.number is not None:
                return truth(qty.is_null(value.number))
            return truth(value.column.isnull())
        return logic.FALSE

    # Choices --------------------------------------------------------------------------------------------

    def choice(self, condition: Column, yes: Value, no: Value) -> Value:
        """Give the first value where the condition is true, else the second."""
        if yes is no or (is_null_constant(yes) and is_null_constant(no)):
            return yes
        if is_null_constant(yes):
            return self.only_if(~condition.fill_null(False), no)
        if is_null_constant(no):
            return self.only_if(condition, yes)
        if isinstance(yes, Scalar) and isinstance(no, Scalar):
            return self._choice_of_scalars(condition, yes, no)
        if (
            isinstance(yes, ContextValue)
            and isinstance(no, ContextValue)
            and set(yes.entries) == set(no.entries)
        ):
            entries = {
                name: self.choice(condition, yes.entries[name], no.entries[name]) for name in yes.entries
            }
            return ContextValue(entries, self._absent(condition, yes.absent, no.absent))
        if isinstance(yes, ListValue) and isinstance(no, ListValue):
            return self._choice_of_lists(condition, yes, no)
        if isinstance(yes, RangeValue) and isinstance(no, RangeValue) and _same_brackets(yes, no):
            low, high = self.choice(condition, yes.low, no.low), self.choice(condition, yes.high, no.high)
            return RangeValue(low, high, yes.low_closed, yes.high_closed)
        raise self.refuse(f"A choice between {describe(yes)} and {describe(no)} that differ in shape")

    def _choice_of_scalars(self, condition: Column, yes: Scalar, no: Scalar) -> Scalar:
        if yes.kind != no.kind:
            raise self.ill_typed(f"A choice between {describe(yes)} and {describe(no)}.")
        if yes.number is not None and no.number is not None:
            return number(qty.choose(condition, yes.number, no.number))
        return Scalar(yes.kind, v.when([(condition, self.raw(yes))], self.raw(no)))

    def _choice_of_lists(self, condition: Column, yes: ListValue, no: ListValue) -> ListValue:
        absent = self._absent(condition, yes.absent, no.absent)
        if yes.is_fixed and no.is_fixed and len(yes.items) == len(no.items):
            pairs = zip(yes.items, no.items, strict=True)
            return ListValue(tuple(Item(self.choice(condition, a.value, b.value)) for a, b in pairs))
        chosen = condition.fill_null(False)
        items = [Item(item.value, logic.both(item.present, chosen)) for item in yes.items]
        items += [Item(item.value, logic.both(item.present, ~chosen)) for item in no.items]
        return ListValue(tuple(items), absent)

    def _absent(self, condition: Column, yes: Column | None, no: Column | None) -> Column | None:
        if yes is None and no is None:
            return None
        never = v.literal(False, "boolean")
        return v.when([(condition, never if yes is None else yes)], never if no is None else no)

    def only_if(self, condition: Column, value: Value) -> Value:
        """Give the value where the condition is true, else null."""
        if is_null_constant(value):
            return NULL
        met = condition.fill_null(False)
        if isinstance(value, Scalar):
            if value.number is not None:
                return number(qty.or_null(condition, value.number))
            return Scalar(value.kind, v.when([(condition, self.raw(value))], self.null_of(value.kind)))
        if isinstance(value, ContextValue):
            entries = {name: self.only_if(condition, entry) for name, entry in value.entries.items()}
            return ContextValue(entries, self._or(~met, value.absent))
        if isinstance(value, ListValue):
            items = tuple(Item(item.value, logic.both(item.present, met)) for item in value.items)
            return ListValue(items, self._or(~met, value.absent))
        raise self.refuse(f"A choice between {describe(value)} and null")

    def where_met(self, met: Scalar, value: Value) -> Value:
        """Give the value where a truth value is true, else null."""
        if met.is_constant:
            return value if met.constant is True else NULL
        return self.only_if(met.column, value)

    @staticmethod
    def _or(a: Column, b: Column | None) -> Column:
        return a if b is None else a | b

    def within_size(self, columns: Sequence[Column]) -> None:
        """Refuse an expression that has become too large to run."""
        known: dict[Any, int] = {}
        if sum(exact.size(column, known) for column in columns) > MOST_PARTS:
            raise PolicyError(
                "feel_too_large",
                f"The expression has more than {MOST_PARTS:,} parts once it is written out for columns.",
                where=self.where,
                mend="Split it into decisions or facts, each of which is computed once.",
            )


def _same_brackets(a: RangeValue, b: RangeValue) -> bool:
    return (a.low_closed, a.high_closed) == (b.low_closed, b.high_closed)


def _engine_kind(kind: str) -> Kind:
    kinds: dict[str, Kind] = {"number": "decimal", "string": "string", "boolean": "boolean", "date": "date"}
    return kinds.get(kind, "string")
