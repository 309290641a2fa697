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


_REASON = (("level_code", "06"), ("reason", "looked at the papers"))
_OWN, _OTHER, _ABSENT = (f"/desk/classifications/{one}/" for one in ("LA1-1.1", "LB1-1.1", "nobody.1"))

DESK: tuple[Route, ...] = (
    Route("desk", "/desk/", "MA1", "H-operator"),
    Route("desk_states", "/desk/states/", "MA1", "H-operator"),
    Route("migration", "/desk/migration/", "MA1", "H-operator"),
    Route(
        "migration_loans", "/desk/migration/loans/?by=five&from=normal&to=substandard", "MA1", "H-operator"
    ),
    Route(
        "desk_loan", "/desk/loans/LA1-1/", "MA1", "H-operator", "/desk/loans/LB1-1/", "/desk/loans/nobody/"
    ),
    Route(
        "desk_rate",
        "/desk/loans/LA1-1/rate/",
        "MA1",
        "H-operator",
        "/desk/loans/LB1-1/rate/",
        "/desk/loans/nobody/rate/",
        "post",
        _REASON,
    ),
    *(
        Route(
            f"desk_{action}",
            f"{_OWN}{action}/",
            "BHA",
            "H-operator",
            f"{_OTHER}{action}/",
            f"{_ABSENT}{action}/",
            "post",
            _REASON,
        )
        for action in ("determine", "approve", "return", "withdraw")
    ),
)

ROUTES: tuple[Route, ...] = (
    *DESK,
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
