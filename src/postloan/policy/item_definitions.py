"""Item definitions of a DMN model: the kinds that it names, and the values that they allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from postloan.errors import PolicyError
from postloan.policy.dmn import KINDS
from postloan.policy.feel import kinds as k
from postloan.policy.xml_reading import child, children, text_of


@dataclass(frozen=True)
class Allowed:
    """Unary tests that the values at a path within a kind must meet.

    Lists on the way are gone into, at its end too unless the tests are about the list as a whole.
    """

    path: tuple[str, ...]
    tests: str
    whole: bool = False


@dataclass(frozen=True)
class ItemKind:
    """What an item definition stands for; `result` is what a function gives."""

    kind: k.Kind
    allowed: tuple[Allowed, ...] = ()
    result: k.Kind = "any"

    @property
    def answer(self) -> k.Kind:
        """Give the kind of what is called: of a function what it gives, of anything else itself."""
        return self.result if self.kind == k.FUNCTION else self.kind


class ItemKinds:
    """The item definitions of one model, by name."""

    def __init__(self, root: ET.Element, where: str = "") -> None:
        """Take the definitions of a model's root element, and the file's name for errors."""
        self._where = where
        self._elements = {item.get("name", ""): item for item in children(root, "itemDefinition")}
        self._known: dict[str, ItemKind] = {}

    def kinds(self) -> Mapping[str, k.Kind]:
        """Give the kind of each definition."""
        return {name: self.of(name).kind for name in self._elements}

    def of(self, type_ref: str | None) -> ItemKind:
        """Give what a type's name stands for; `any` where there is none, or none such."""
        if not type_ref:
            return ItemKind("any")
        name = type_ref.strip().rsplit("}", 1)[-1]
        bare = name if name in self._elements else name.rsplit(":", 1)[-1]
        if bare in self._elements:
            if bare not in self._known:
                self._known[bare] = ItemKind("any")  # what a definition that holds itself sees of itself
                self._known[bare] = self._guarded(bare)
            return self._known[bare]
        return ItemKind(KINDS.get(bare.lower(), "any"))

    def _guarded(self, name: str) -> ItemKind:
        try:
            return self._read(self._elements[name])
        except RecursionError as error:
            raise PolicyError(
                "feel_too_large", f"The type `{name}` nests too deep.", where=self._where
            ) from error

    def _read(self, element: ET.Element) -> ItemKind:
        components = children(element, "itemComponent")
        function = child(element, "functionItem")
        if function is not None:
            found = ItemKind(k.FUNCTION, result=self.of(function.get("outputTypeRef")).kind)
        elif components:
            parts = {part.get("name", ""): self._read(part) for part in components}
            allowed = tuple(
                Allowed((name, *rule.path), rule.tests, rule.whole)
                for name, part in parts.items()
                for rule in part.allowed
            )
            found = ItemKind(k.context_of({name: part.kind for name, part in parts.items()}), allowed)
        else:
            reference = child(element, "typeRef")
            found = self.of(None if reference is None else reference.text)
        listed = element.get("isCollection", "false") == "true"
        tests = text_of(child(element, "allowedValues")), text_of(child(element, "typeConstraint"))
        rules = (Allowed((), tests[0]), Allowed((), tests[1], whole=listed))
        own = (*found.allowed, *(rule for rule in rules if rule.tests))
        return ItemKind(k.list_of(found.kind) if listed else found.kind, own, found.result)
