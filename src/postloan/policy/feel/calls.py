"""Kinds of calls: of built-in functions by their signatures, of others by checking their bodies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from postloan.errors import PolicyError
from postloan.policy.feel import kinds as k
from postloan.policy.feel import nodes as n
from postloan.policy.feel.builtins import FORMS, is_builtin, refuse_unknown
from postloan.policy.feel.builtins.registry import Form, Parameter, settled, unify
from postloan.policy.feel.conversion import fitted, lacking
from postloan.policy.feel.kinds import Kind, same

Env = Mapping[str, Kind]

MAX_DEPTH = 40
"""Functions whose bodies may be checked within each other."""


class Calls(ABC):
    """The part of the checker that looks at calls."""

    where: str
    depth: int

    @abstractmethod
    def kind(self, node: n.Node, env: Env) -> Kind:
        """Give the kind of an expression; the checker does."""

    def error(self, message: str, mend: str = "") -> PolicyError:
        """Give an error at the place that is checked."""
        return PolicyError("ill_typed", message, where=self.where, mend=mend)

    def call(self, node: n.Call, env: Env) -> Kind:
        """Give the kind of a call by name."""
        known = env.get(node.function)
        if known == k.FUNCTION or (known == "any" and not is_builtin(node.function)):
            return self.apply(known, node.arguments, env, f"`{node.function}`")
        if not is_builtin(node.function):
            if known is not None:
                raise self.error(f"`{node.function}` is a {known}, not a function.")
            raise refuse_unknown(node.function, self.where)
        return self.builtin(node, env)

    # Functions of the author's own --------------------------------------------------------------------

    def apply(self, function: Kind, arguments: Sequence[n.Node], env: Env, what: str) -> Kind:
        """Give the kind of what a function of the author gives for arguments."""
        names = [one.name for one in arguments if isinstance(one, n.Argument)]
        kinds = [self.kind(one.value if isinstance(one, n.Argument) else one, env) for one in arguments]
        if not isinstance(function, k.FunctionKind):
            if function not in (k.FUNCTION, "any"):
                raise self.error(f"{what} is called but is a {function}.")
            return "any"
        wanted = [one.name for one in function.function.parameters]
        if function.named_only and not names:
            raise self.error(f"{what} takes inputs and decisions, so its arguments are given by name.")
        if len(kinds) != len(wanted) or (names and sorted(names) != sorted(wanted)):
            given_text = _listed(names) if names else f"{len(kinds)} arguments"
            raise self.error(f"{what} takes {_listed(wanted)}, not {given_text}.")
        given = dict(zip(names or wanted, kinds, strict=True))
        for one in function.function.parameters:
            kind = fitted(given[one.name], one.kind)
            if kind is None:
                raise self.error(
                    f"{what} takes a {one.kind} as `{one.name}`, not a {given[one.name]}.",
                    lacking(given[one.name], one.kind),
                )
            given[one.name] = kind
        return self.body(function, [given[name] for name in wanted])

    def body(self, function: k.FunctionKind, kinds: Sequence[Kind]) -> Kind:
        """Check a function's body for arguments of such kinds."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise PolicyError(
                "feel_too_large", "A function calls itself, or functions each other.", where=self.where
            )
        bound = {
            one.name: one.kind if kind in ("any", "null") else kind
            for one, kind in zip(function.function.parameters, kinds, strict=True)
        }
        found = self.kind(function.function.body, {**function.env, **bound})
        self.depth -= 1
        return found

    # Built-in functions -------------------------------------------------------------------------------

    def builtin(self, node: n.Call, env: Env) -> Kind:
        """Give the kind of what a built-in function gives."""
        name = node.function
        names = [one.name for one in node.arguments if isinstance(one, n.Argument)]
        parts = [one.value if isinstance(one, n.Argument) else one for one in node.arguments]
        if name == "flatten" and len(parts) == 1:
            return k.list_of(self.leaf(parts[0], env))
        kinds = [self.kind(part, env) for part in parts]
        for form in FORMS[name]:
            places = form.places(len(kinds), names)
            bound: dict[str, Kind] = {}
            if places is not None and all(
                unify(place.kind, kind, bound) for place, kind in zip(places, kinds, strict=True)
            ):
                self.functions(form, places, kinds, bound)
                return self.member(name, parts, kinds) or settled(form.result, bound)
        raise self.misfit(name, names, kinds)

    def functions(
        self, form: Form, places: Sequence[Parameter], kinds: Sequence[Kind], bound: Mapping[str, Kind]
    ) -> None:
        """Check the functions among the arguments for what they will be given."""
        for place, kind in zip(places, kinds, strict=True):
            if not place.kind.startswith("function<") or not isinstance(kind, k.FunctionKind):
                continue
            count = place.kind.count("T")
            if len(kind.function.parameters) != count:
                raise self.error(f"`{place.name}` of `{form.function}` is a function of {count} items.")
            found = self.body(kind, [settled("T", bound)] * count)
            if not same(found, "boolean"):
                raise self.error(f"`{place.name}` of `{form.function}` must be true or false, not a {found}.")

    def member(self, name: str, parts: Sequence[n.Node], kinds: Sequence[Kind]) -> Kind | None:
        """Give the kind of `get value` with a constant key of a context whose entries are known."""
        if name != "get value" or len(parts) < 2 or not isinstance(parts[1], n.Literal):
            return None
        members = k.members_of(kinds[0])
        return None if members is None else members.get(str(parts[1].value), "null")

    def leaf(self, node: n.Node, env: Env) -> Kind:
        """Give the kind of what `flatten` leaves of a list, however its lists nest."""
        if isinstance(node, n.ListOf):
            found: Kind = "null"
            for item in node.items:
                kind = self.leaf(item, env)
                if not same(found, kind):
                    raise self.error(f"`flatten` mixes {found} and {kind}.")
                found = k.joined(found, kind)
            return found
        kind = self.kind(node, env)
        while k.is_list(kind):
            kind = k.item_of(kind)
        return kind

    def misfit(self, name: str, names: Sequence[str], kinds: Sequence[Kind]) -> PolicyError:
        """Give the error for arguments that no form of a function takes."""
        forms = FORMS[name]
        fitting = [form for form in forms if form.places(len(kinds), names) is not None]
        signatures = "; ".join(form.signature for form in forms)
        if not fitting and not names and len(forms) == 1 and not any(p.optional for p in forms[0].parameters):
            wanted = len(forms[0].parameters)
            return self.error(f"`{name}` takes {wanted} arguments, not {len(kinds)}.", signatures)
        if len(fitting) == 1:
            places = fitting[0].places(len(kinds), names) or []
            bound: dict[str, Kind] = {}
            for position, (place, kind) in enumerate(zip(places, kinds, strict=True), 1):
                if not unify(place.kind, kind, bound):
                    wanted_kind = bound.get(place.kind, place.kind)
                    text = f"Argument {position} of `{name}` is a {kind}, not a {wanted_kind}."
                    return self.error(text, signatures)
        return self.error(f"`{name}` cannot take {_listed(names or kinds)}.", signatures)


def _listed(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)})"
