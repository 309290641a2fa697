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
    Route("customers", "/customers/", "MA1", "H-operator"),
    Route("customer", "/customers/CA1-1/", "MA1", "H-operator", "/customers/CB1-1/", "/customers/nobody/"),
)
