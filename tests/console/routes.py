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
    Route("policies", "/policies/", "MA1", "H-operator"),
    Route("policy_table", "/policies/tables/colour/", "MA1", "H-operator"),
    Route("policy_table_xml", "/policies/tables/colour/dmn/", "MA1", "H-operator"),
    Route("policy_table_xlsx", "/policies/tables/colour/xlsx/", "MA1", "H-operator"),
    Route("policy_entries", "/policies/entries/parameters/", "MA1", "H-operator"),
    Route("draft_new", "/policies/drafts/new/", "H-policy_author", "MA1"),
    *(
        Route(
            name,
            f"/policies/drafts/small_v1/{path}",
            "MA1",
            "H-operator",
            f"/policies/drafts/small_v2/{path}",
            f"/policies/drafts/nobody/{path}",
        )
        for name, path in (
            ("draft", ""),
            ("draft_table", "tables/colour/"),
            ("draft_table_xml", "tables/colour/dmn/"),
            ("draft_table_xlsx", "tables/colour/xlsx/"),
            ("draft_acknowledge", "acknowledge/"),
        )
    ),
    Route("draft_parameters", "/policies/drafts/small_v2/entries/", "H-policy_author", "MA1"),
    Route(
        "draft_entry",
        "/policies/drafts/small_v2/entries/parameter/position_max_age/",
        "H-policy_author",
        "MA1",
    ),
    Route("draft_questions", "/policies/drafts/small_v2/questions/", "H-policy_author", "MA1"),
    Route("draft_impact", "/policies/drafts/small_v2/impact/", "H-legal", "MA1"),
    Route(
        "draft_change",
        "/policies/drafts/small_v2/change/",
        "H-policy_author",
        "MA1",
        method="post",
        data=(("what", "back"), ("entry", "parameter:position_max_age"), ("reason", "不需要")),
    ),
    Route(
        "draft_step",
        "/policies/drafts/small_v3/step/",
        "BHA",
        "H-operator",
        "/policies/drafts/small_v2/step/",
        "/policies/drafts/nobody/step/",
        method="post",
        data=(("action", "comment"), ("text", "同意")),
    ),
    Route("signals", "/signals/", "MA1", "H-operator"),
    Route("signal", "/signals/REP04/", "MA1", "H-operator", "/signals/REP05/", "/signals/REP99/"),
)
