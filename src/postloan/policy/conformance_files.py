"""Files of the DMN Technology Compatibility Kit: test cases with their inputs and expected values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from postloan.errors import PolicyError
from postloan.policy.dmn import parse_xml
from postloan.policy.feel import kinds as k
from postloan.policy.feel.literals import read_date, read_duration, read_moment, read_time
from postloan.policy.xml_reading import child, children, local

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

_NUMBERS = ("decimal", "double", "float", "integer", "int", "long", "short")

_TIMES = {
    "date": read_date,
    "time": read_time,
    "dateTime": read_moment,
    "duration": read_duration,
    "dayTimeDuration": read_duration,
    "yearMonthDuration": read_duration,
}


class Untyped(str):
    """A value whose type the file does not tell."""

    __slots__ = ()


@dataclass(frozen=True)
class Expected:
    """What is expected of one decision, or of what else the case asks."""

    node: str
    value: Any


@dataclass(frozen=True)
class Case:
    """One test case: its inputs, and the values expected of decisions.

    `kind` is decision, decisionService or bkm; of the latter two `asks` names the one that is called.
    """

    id: str
    inputs: Mapping[str, Any]
    expected: tuple[Expected, ...]
    kind: str = "decision"
    asks: str = ""


@dataclass(frozen=True)
class CaseFile:
    """A file of cases, and the model that they are about."""

    path: Path
    model: Path
    cases: tuple[Case, ...] = field(default=())


def folders(folder: Path) -> dict[str, list[CaseFile]]:
    """Give the files of cases in a folder and below, by the folder that they lie in.

    Raises:
        PolicyError: `no_conformance_cases` if there are none.
    """
    found: dict[str, list[CaseFile]] = {}
    for path in sorted(folder.rglob("*.xml")):
        try:
            root = parse_xml(path.read_bytes(), str(path))
            if local(root) != "testCases":
                continue
            file = _file(path, root)
        except PolicyError:
            file = CaseFile(
                path, path, (Case(path.name, {}, ()),)
            )  # read as a model, it is refused with its fault
        name = path.parent.relative_to(folder).as_posix()
        found.setdefault(path.parent.name if name == "." else name, []).append(file)
    if not found:
        raise PolicyError(
            "no_conformance_cases",
            "There are no test cases of the conformance kit here.",
            where=str(folder),
            mend="Give the folder `TestCases` of the kit, or one below it.",
        )
    return found


def _file(path: Path, root: ET.Element) -> CaseFile:
    named = child(root, "modelName")
    model = path.parent / ((named.text or "").strip() if named is not None else "")
    if not model.is_file():
        model = path.with_name(path.name.rpartition("-test")[0] + ".dmn")
    return CaseFile(path, model, tuple(_case(one) for one in children(root, "testCase")))


def _case(element: ET.Element) -> Case:
    inputs = {node.get("name", ""): _value(node) for node in children(element, "inputNode")}
    expected = tuple(
        Expected(node.get("name", ""), _expected(node)) for node in children(element, "resultNode")
    )
    return Case(
        element.get("id", ""),
        inputs,
        expected,
        element.get("type", "decision"),
        element.get("invocableName", ""),
    )


def _expected(node: ET.Element) -> Any:
    found = child(node, "expected")
    return None if found is None else _value(found)


def _value(element: ET.Element) -> Any:
    """Read a value, a list or a context; what is marked nil or empty is null."""
    if element.get(f"{_XSI}nil") == "true":
        return None
    parts = {part.get("name", ""): _value(part) for part in children(element, "component")}
    if parts:
        return parts
    for one in element:
        if local(one) == "value":
            return _scalar(one)
        if local(one) == "list":
            return (
                None if one.get(f"{_XSI}nil") == "true" else [_value(item) for item in children(one, "item")]
            )
    return None


def _scalar(element: ET.Element) -> Any:
    text = element.text or ""
    kind = element.get(f"{_XSI}type", "").split(":")[-1]
    if element.get(f"{_XSI}nil") == "true":
        return None
    if kind in _NUMBERS:
        return _number(text)
    if kind == "boolean":
        return text.strip() in ("true", "1")
    if kind in _TIMES:
        found = _TIMES[kind](text.strip())
        return Untyped(text) if found is None else found
    return text if kind == "string" else Untyped(text)


def _number(text: str) -> Decimal | Untyped:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return Untyped(text)


def typed(value: Any, kind: k.Kind) -> Any:
    """Give a value whose type the file does not tell as what the model declares.

    Raises:
        PolicyError: `tck_refused` for one that is none such.
    """
    if isinstance(value, list):
        return [typed(item, k.item_of(kind)) for item in value]
    if isinstance(value, dict):
        members = k.members_of(kind) or {}
        return {name: typed(item, members.get(name, "any")) for name, item in value.items()}
    if not isinstance(value, Untyped):
        return value
    readers: Mapping[k.Kind, Callable[[str], object]] = {
        "number": _number,
        "boolean": {"true": True, "1": True, "false": False, "0": False}.get,
        "date": read_date,
        "time": read_time,
        "datetime": read_moment,
        "days": read_duration,
        "months": read_duration,
    }
    if kind not in readers:
        return str(value)
    found = readers[kind](value.strip())
    if found is None or isinstance(found, Untyped):
        raise PolicyError("tck_refused", f"The case gives {str(value)!r} where a {kind} is declared.")
    return found
