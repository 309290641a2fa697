"""The guarantee circle of a customer: who stands for whom, as far as three steps lead."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from postloan.console.customers.rows import BookRows
from postloan.console.people.rights import Scope
from postloan.console.publishing.models import Customer
from postloan.console.words import word

STEPS = 3
MOST = 60
"""The most customers drawn; a larger circle is cut, and the page says so."""

# The colours of risk on white, as console.css has them; ECharts reads no style sheet.
_PAINT = {"red": "#b42318", "orange": "#b54708", "yellow": "#7a5c00", "blue": "#175cd3", None: "#8a93a3"}
_SHAPE = {"red": "diamond", "orange": "triangle", "yellow": "rect", "blue": "circle", None: "emptyCircle"}


@dataclass(frozen=True)
class Member:
    """A customer of the circle; `name` is empty where the person may not know it."""

    customer_id: str
    name: str
    colour: str | None
    exposure: int | None
    overdue: int | None
    is_open: bool
    steps: int


@dataclass(frozen=True)
class Circle:
    """The members, nearest first, who stands for whom, and whether the circle was cut."""

    members: Sequence[Member]
    edges: Sequence[Mapping[str, Any]]
    is_cut: bool


def circle(rows: BookRows, scope: Scope, customer_id: str) -> Circle | None:
    """Give the circle of a customer; None where nobody stands for them and they stand for nobody.

    The guarantors and debtors of the customer's own guarantees are named. Those further off whose branch the
    person does not see are drawn with their colour and without name and number.
    """
    if not rows.has("guarantee"):
        return None
    steps, edges, is_cut = {customer_id: 0}, {}, False
    front = [customer_id]
    for step in range(1, STEPS + 1):
        for edge in rows.edges(front):
            edges[edge["guarantee_id"]] = edge
        ends = [
            end for edge in edges.values() for end in (edge["guarantor_customer_id"], edge["customer_id"])
        ]
        front = [end for end in dict.fromkeys(ends) if end not in steps]
        is_cut = is_cut or len(steps) + len(front) > MOST
        front = front[: MOST - len(steps)]
        steps |= dict.fromkeys(front, step)
        if not front:
            break
    if not edges:
        return None
    known = Customer.objects.in_bulk(list(steps))
    members = [_member(scope, one, step, known.get(one)) for one, step in steps.items()]
    kept = [
        one for one in edges.values() if {one["guarantor_customer_id"], one["customer_id"]} <= steps.keys()
    ]
    return Circle(members, _parallel(kept), is_cut)


def _member(scope: Scope, customer_id: str, steps: int, known: Customer | None) -> Member:
    if known is None:
        return Member(customer_id, customer_id if steps < 2 else "", None, None, None, False, steps)
    is_open = scope.covers(known.institution_id, known.manager_id)
    name = known.name if is_open or steps < 2 else ""
    exposure, overdue = (known.exposure, known.overdue) if is_open else (None, None)
    return Member(customer_id, name, known.colour, exposure, overdue, is_open, steps)


def _parallel(edges: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put guarantees between the same two customers together, with their amounts added."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for edge in edges:
        ends = edge["guarantor_customer_id"], edge["customer_id"]
        told = found.setdefault(
            ends, {"guarantor": ends[0], "debtor": ends[1], "kind": edge["kind"], "amount": None}
        )
        if edge["amount"] is not None:
            told["amount"] = (told["amount"] or 0) + edge["amount"]
    return list(found.values())


def _caption(one: Member) -> str:
    name = one.name or gettext("another customer")
    return f"{name} · {word('colour', one.colour or 'none')}"


def _spots(members: Sequence[Member]) -> dict[str, tuple[float, float]]:
    """Give each member a place on the ring of its steps, the customer in the middle; the same every time."""
    rings: dict[int, list[str]] = {}
    for one in members:
        rings.setdefault(one.steps, []).append(one.customer_id)
    spots = {}
    for steps, ring in rings.items():
        for number, key in enumerate(ring):
            angle = 2 * math.pi * number / len(ring) + 0.7 * steps  # so that rings do not line up
            spots[key] = (round(220 * steps * math.cos(angle), 1), round(100 * steps * math.sin(angle), 1))
    return spots


def option(drawn: Circle) -> dict[str, Any]:
    """Give the graph for ECharts; an arrow leads from who stands in to whom they stand in for.

    Numbers of members that the person may not know do not leave the server: nodes carry places instead.
    """
    place = {one.customer_id: str(number) for number, one in enumerate(drawn.members)}
    spots = _spots(drawn.members)
    nodes = [
        {
            "id": place[one.customer_id],
            "x": spots[one.customer_id][0],
            "y": spots[one.customer_id][1],
            "name": _caption(one),
            "symbol": _SHAPE[one.colour],
            "symbolSize": 28 if one.steps == 0 else 18,
            "itemStyle": {"color": _PAINT[one.colour]},
            "label": {"show": True, "position": "bottom", "fontSize": 12},
        }
        for one in drawn.members
    ]
    links = [{"source": place[one["guarantor"]], "target": place[one["debtor"]]} for one in drawn.edges]
    return {
        "series": [
            {
                "type": "graph",
                "layout": "none",
                "roam": False,
                "data": nodes,
                "links": links,
                "edgeSymbol": ["none", "arrow"],
                "lineStyle": {"color": "#8a93a3"},
            }
        ]
    }
