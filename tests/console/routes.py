"""Every address of the console with examples: what the route sweep and the object sweep walk.

`own` is an address that belongs to branch A, outlet A1; `other` the same object in branch B; `absent` one
that does not exist. `right` is somebody who may open `own` and not `other`; `wrong` has a role that may not.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """An address with those who may and may not open it."""

    name: str
    own: str
    right: str
    wrong: str | None
    other: str | None = None
    absent: str | None = None
    method: str = "get"
    data: tuple[tuple[str, str], ...] = ()


ROUTES: tuple[Route, ...] = (
    Route("home", "/", "MA1", None),
    Route("warnings", "/warnings/", "MA1", "H-operator"),
    Route(
        "warning",
        "/warnings/customer:CA1-1:2026-06-01/",
        "MA1",
        "H-operator",
        "/warnings/customer:CB1-1:2026-06-01/",
        "/warnings/customer:nobody:2026-06-01/",
    ),
    Route("warnings_export", "/warnings/export/", "MA1", "H-operator"),
    Route(
        "warning_signal",
        "/warnings/customer:CA1-1:2026-06-01/signals/loan:LA1-1:REP04/",
        "MA1",
        "H-operator",
        "/warnings/customer:CB1-1:2026-06-01/signals/loan:LB1-1:REP04/",
        "/warnings/customer:nobody:2026-06-01/signals/loan:LB1-1:REP04/",
    ),
    Route(
        "warnings_columns",
        "/warnings/columns/",
        "MA1",
        "H-operator",
        method="post",
        data=(("column", "score"),),
    ),
    Route(
        "warnings_filter",
        "/warnings/filters/",
        "MA1",
        "H-operator",
        method="post",
        data=(("name", "worst"), ("query", "colour=red")),
    ),
    Route(
        "warnings_filter_delete",
        "/warnings/filters/9001/delete/",
        "MA1",
        "H-operator",
        "/warnings/filters/9002/delete/",
        "/warnings/filters/9999/delete/",
        method="post",
    ),
    Route("customers", "/customers/", "MA1", "H-operator"),
    Route("customers_export", "/customers/export/", "MA1", "H-operator"),
    Route(
        "customer_timeline",
        "/customers/CA1-1/timeline/",
        "MA1",
        "H-operator",
        "/customers/CB1-1/timeline/",
        "/customers/nobody/timeline/",
    ),
    Route(
        "customer_note",
        "/customers/CA1-1/notes/",
        "MA1",
        "H-operator",
        "/customers/CB1-1/notes/",
        "/customers/nobody/notes/",
        method="post",
        data=(("text", "观察"),),
    ),
    Route(
        "customer_sensitive",
        "/customers/CA1-1/sensitive/",
        "MA1",
        "H-operator",
        "/customers/CB1-1/sensitive/",
        "/customers/nobody/sensitive/",
        method="post",
        data=(("reason", "贷后检查"),),
    ),
    Route("customer", "/customers/CA1-1/", "MA1", "H-operator", "/customers/CB1-1/", "/customers/nobody/"),
)
