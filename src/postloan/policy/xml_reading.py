"""Small steps through the XML of DMN, by local name, so that every version reads alike."""

from __future__ import annotations

from xml.etree import ElementTree as ET


def local(element: ET.Element) -> str:
    """Give an element's name without its namespace."""
    return element.tag.rsplit("}", 1)[-1]


def children(element: ET.Element, name: str) -> list[ET.Element]:
    """Give the children of a name, in order."""
    return [one for one in element if local(one) == name]


def child(element: ET.Element | None, name: str) -> ET.Element | None:
    """Give the first child of a name."""
    return None if element is None else next(iter(children(element, name)), None)


def text_of(element: ET.Element | None) -> str:
    """Give the content of the `text` element below, trimmed; empty if there is none."""
    found = child(element, "text")
    return "" if found is None else (found.text or "").strip()


def targets(element: ET.Element, name: str) -> list[str]:
    """Give what the children of a name refer to: the part of their `href` behind the `#`."""
    return [one.get("href", "") for one in children(element, name)]
