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


def _of(address: str) -> tuple[str, str, str, str, str]:
    """Give own, right, wrong, other and absent of an address with a number of the work in `bank_work`."""
    return address.format(9001), "MA1", "H-operator", address.format(9002), address.format(99)


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
    Route("work", "/work/", "MA1", "H-operator"),
    Route("work_list", "/work/list/", "MA1", "H-operator"),
    Route("work_team", "/work/team/", "BHA", "MA1"),
    Route(
        "work_reassign",
        "/work/reassign/",
        "BHA",
        "MA1",
        method="post",
        data=(("colleague", "MA1"), ("staff", "MA2"), ("reason", "leave")),
    ),
    Route("work_table", "/work/table/", "MA1", "H-operator"),
    Route("case", *_of("/work/cases/{}/")),
    Route("case_evidence", *_of("/work/cases/{}/evidence/visit/")),
    Route("case_evidence", *_of("/work/cases/{}/evidence/note/"), method="post", data=(("text", "seen"),)),
    Route("case_do", *_of("/work/cases/{}/do/claim/"), method="post"),
    Route("task", *_of("/work/tasks/{}/")),
    Route("task_evidence", *_of("/work/tasks/{}/evidence/photo/")),
    Route("task_evidence", *_of("/work/tasks/{}/evidence/note/"), method="post", data=(("text", "seen"),)),
    Route("task_do", *_of("/work/tasks/{}/do/claim/"), method="post"),
    Route("evidence_file", *_of("/work/evidence/{}/")),
    Route("effect_check", *_of("/work/effect/{}/"), method="post", data=(("result", "same"), ("text", "no"))),
    Route(
        "take_up",
        "/work/options/",
        "MA1",
        "H-operator",
        method="post",
        data=(("measure", "M21:loan:LA1-1:2026-06-01"), ("until", "2099-01-01")),
    ),
    Route("work_ask", "/work/ask/CA1-1/", "MA1", "H-operator", "/work/ask/CB1-1/", "/work/ask/nobody/"),
    Route("watch_list", "/work/watch/", "MA1", "H-operator"),
    Route("watch_entry", *_of("/work/watch/{}/")),
    Route("watch_do", *_of("/work/watch/{}/do/keep/"), method="post", data=(("reason", "x"),)),
    Route(
        "watch_propose",
        "/work/watch/propose/CA1-2/",
        "MA1",
        "H-legal",
        "/work/watch/propose/CB1-2/",
        "/work/watch/propose/nobody/",
    ),
)
