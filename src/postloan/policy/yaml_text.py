"""YAML as packs use it: decimals stay exact, only true and false are truth values, keys are unique."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import yaml

from postloan.errors import PolicyError

MOST_NODES = 1_000_000
"""How much a file may hold once its aliases are written out; a few of them can stand for billions."""

MOST_DEPTH = 50

_TAG = "tag:yaml.org,2002:"
_KNOWN = ("null", "str", "seq", "map", "bool", "int", "float", "timestamp")


class _Loader(yaml.CSafeLoader):
    """The safe loader with exact decimals, plain truth values, dates without a time and unique keys."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith((":bool", ":float", ":int"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(f"{_TAG}bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"^-?(0|[1-9][0-9]*)$"), list("-0123456789"))
_Loader.add_implicit_resolver(f"{_TAG}float", re.compile(r"^-?[0-9]+\.[0-9]+$"), list("-0123456789"))
_Loader.yaml_constructors = {
    f"{_TAG}{name}": yaml.SafeLoader.yaml_constructors[f"{_TAG}{name}"] for name in _KNOWN
}


def _wrong(node: yaml.Node, problem: str) -> NoReturn:
    raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _scalar(loader: _Loader, node: yaml.ScalarNode, pattern: str, wanted: str) -> str:
    text = str(loader.construct_scalar(node))
    if not re.fullmatch(pattern, text):
        _wrong(node, f"`{text[:40]}` is no {wanted}")
    return text


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(_scalar(loader, node, r"-?[0-9]{1,400}(\.[0-9]{1,400})?", "decimal number"))


def _integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(_scalar(loader, node, r"-?[0-9]{1,400}", "whole number"))


def _truth(loader: _Loader, node: yaml.ScalarNode) -> bool:
    return _scalar(loader, node, "true|false", "truth value") == "true"


def _day(loader: _Loader, node: yaml.ScalarNode) -> date:
    text = str(loader.construct_scalar(node))
    try:
        found = loader.construct_yaml_timestamp(node)
    except (ValueError, AttributeError):
        _wrong(node, f"`{text[:40]}` is no date")
    if isinstance(found, datetime):
        _wrong(node, f"`{text[:40]}` is a date with a time; write the date alone, or put it in quotes")
    assert isinstance(found, date)
    return found


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: set[Hashable] = set()
    for key_node, _ in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            _wrong(key_node, "a key is a list or a mapping, not a word")
        key = loader.construct_object(key_node)
        if key in seen:
            _wrong(key_node, f"the key {key!r} stands twice")
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


def _unknown(loader: _Loader, node: yaml.Node) -> NoReturn:  # noqa: ARG001 - as YAML calls it
    if node.tag == f"{_TAG}merge":
        _wrong(node, "`<<` would merge entries; write each out whole")
    _wrong(node, f"the tag {str(node.tag).replace(_TAG, '!!')} is not provided")


_Loader.yaml_implicit_resolvers.pop("=", None)  # a lone = is text like any other
_Loader.add_constructor(f"{_TAG}float", _decimal)
_Loader.add_constructor(f"{_TAG}int", _integer)
_Loader.add_constructor(f"{_TAG}bool", _truth)
_Loader.add_constructor(f"{_TAG}timestamp", _day)
_Loader.add_constructor(f"{_TAG}map", _mapping)
_Loader.add_constructor(None, _unknown)


def load(path: Path, where: str) -> Any:
    """Read one YAML file.

    Numbers with a point become Decimal; `01` and `on` stay text; aliases are allowed, tags are not.

    Raises:
        PolicyError: `yaml_syntax`, with line and column; `yaml_unreadable`; `yaml_too_large`.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        _bound(text, where)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        message = f"The file is not YAML as packs use it: {problem}."
        raise PolicyError("yaml_syntax", message, where=where + at, mend=_mend(error, problem)) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message, mend = "The file is not UTF-8 text.", "Save it with the encoding UTF-8."
        raise PolicyError("yaml_unreadable", message, where=f"{where}, line {line}", mend=mend) from error
    except OSError as error:
        message = f"The file cannot be read: {error.strerror}."
        mend = "See that it is a file, that its link leads somewhere, and that you may read it."
        raise PolicyError("yaml_unreadable", message, where=where, mend=mend) from error


def _mend(error: yaml.YAMLError, problem: str) -> str:
    if isinstance(error, yaml.constructor.ConstructorError):
        return "Write days as 2026-01-31, and put in quotes what is meant as text."
    if "tab character" in problem or "start any token" in problem:
        return "Indent with blanks, not with tabs, and put texts that begin with a sign in quotes."
    return "Look at that line and the one above: indent alike, and put texts with `: ` or ` #` in quotes."


def _bound(text: str, where: str) -> None:
    """Refuse what would grow without bound once its aliases are written out, or is nested too deeply."""
    sizes, anchors, names = [0], dict[str, int](), [""]
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            sizes.append(1)
            names.append(event.anchor or "")
        elif isinstance(event, yaml.CollectionEndEvent):
            size = sizes.pop()
            anchors[names.pop()] = size
            sizes[-1] += size
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor in names:
                raise _too_large("an entry stands inside itself", event, where)
            sizes[-1] += anchors.get(event.anchor or "", 1)
        elif isinstance(event, yaml.ScalarEvent):
            sizes[-1] += 1
            anchors[event.anchor or ""] = 1
        if sizes[-1] > MOST_NODES:
            raise _too_large(f"its aliases stand for more than {MOST_NODES:,} values", event, where)
        if len(sizes) > MOST_DEPTH:
            raise _too_large(f"it is nested more than {MOST_DEPTH} levels deep", event, where)


def _too_large(what: str, event: yaml.Event, where: str) -> PolicyError:
    mark = event.start_mark
    place = f"{where}, line {mark.line + 1}, column {mark.column + 1}" if mark else where
    mend = "Write the values out, in a list or a mapping."
    return PolicyError("yaml_too_large", f"The file cannot be used: {what}.", where=place, mend=mend)
