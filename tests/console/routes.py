"""Every address of the console with examples: what the route sweep and the object sweep walk.

`own` is an address that belongs to branch A, outlet A1; `other` the same object in branch B; `absent` one
that does not exist. `right` is somebody who may open `own` and not `other`; `wrong` has a role that may not.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.console import bank_house


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
    Route("desk_proposals", "/desk/proposals/", "MA1", "H-operator"),
    Route(
        "desk_proposals", "/desk/proposals/", "MA1", "H-operator", method="post", data=(("loan", "LA1-1:06"),)
    ),
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

_JOB = f"/runs/jobs/{bank_house.JOB}/"
_QUARANTINE = "/runs/quarantine/customer/"

RUNS: tuple[Route, ...] = (
    Route("runs", "/runs/", "H-operator", "MA1"),
    Route("run", "/runs/2026-06-30-1/", "H-audit", "MA1"),
    Route(
        "run_start", "/runs/start/", "H-operator", "H-audit", method="post", data=(("as_of", "2026-06-30"),)
    ),
    Route("job", _JOB, "H-audit", "MA1", f"{_JOB[:-2]}x/", "/runs/jobs/nobody/"),
    Route("job_progress", f"{_JOB}progress/", "H-audit", "MA1"),
    Route(
        "job_abandon", f"{_JOB}abandon/", "H-operator", "H-audit", method="post", data=(("reason", "hangs"),)
    ),
    Route("quarantine", "/runs/quarantine/", "H-operator", "H-audit"),
    Route(
        "quarantine_table",
        _QUARANTINE,
        "H-operator",
        "H-audit",
        "/runs/quarantine/secret/",
        "/runs/quarantine/nothing/",
    ),
    Route("quarantine_download", f"{_QUARANTINE}download/", "H-operator", "H-audit"),
    Route("quarantine_mended", f"{_QUARANTINE}mended/", "H-operator", "H-audit", method="post"),
)

AUDIT: tuple[Route, ...] = (
    Route("audit", "/audit/", "H-audit", "MA1"),
    Route("audit_export", "/audit/export/?person=MA1", "H-compliance", "MA1"),
    Route("audit_verify", "/audit/verify/", "H-operator", "MA1"),
    Route("audit_verify", "/audit/verify/", "H-risk_department", "MA1", method="post"),
    Route("audit_object", "/audit/objects/loan/LA1-1/", "H-audit", "MA1"),
)


def _of_person(name: str, path: str, whose: str = "MA1", **data: str) -> Route:
    """Give an address of administration, with the same one of branch B and of nobody."""
    own, other, absent = (
        f"/administration/staff/{one}/{path}" for one in (whose, whose.replace("A", "B"), "nobody")
    )
    method = "post" if path else "get"
    return Route(name, own, "OPA", "MA1", other, absent, method, tuple(data.items()))


ADMINISTRATION: tuple[Route, ...] = (
    Route("administration", "/administration/", "OPA", "MA1"),
    Route("calendar", "/administration/calendar/", "H-human_resources", "MA1"),
    Route("calendar_year", "/administration/calendar/2026/", "OPA", "MA1"),
    Route("proposals", "/administration/proposals/", "OPA", "MA1"),
    *(
        Route(
            f"proposal_{action}",
            f"/administration/proposals/9001/{action}/",
            "OPA",
            "MA1",
            f"/administration/proposals/9002/{action}/",
            f"/administration/proposals/99/{action}/",
            "post",
            (("reason", "no need"),),
        )
        for action in ("confirm", "refuse")
    ),
    Route("second_factor", "/administration/second-factor/", "H-operator", "H-human_resources"),
    Route(
        "second_factor_demand",
        "/administration/second-factor/demand/",
        "H-operator",
        "OPA",
        method="post",
        data=(("role", "valuer"), ("reason", "circular 2026/3")),
    ),
    Route("staff", "/administration/staff/", "OPA", "MA1"),
    Route("roles", "/administration/roles/", "OPA", "MA1"),
    Route("deputies", "/administration/deputies/", "H-human_resources", "MA1"),
    Route(
        "staff_make",
        "/administration/staff/make/",
        "OPA",
        "MA1",
        method="post",
        data=(("staff_id", "new"), ("name", "员工 new"), ("institution_id", "A1")),
    ),
    _of_person("person", ""),
    _of_person("person_password", "password/"),
    _of_person("person_factor", "second-factor/", reason="lost the telephone"),
    _of_person("person_end", "end/", reason="left the bank"),
    _of_person("person_restore", "restore/", reason="came back"),
    _of_person("person_role", "roles/", role="customer_manager", institution_id="A1"),
    _of_person("person_role_end", "roles/end/", role="customer_manager", institution_id="A1", since=""),
    _of_person("person_leave", "leave/", deputy_id="MA2", starts_on="2099-01-01", ends_on="2099-01-02"),
    _of_person("person_leave_end", "leave/end/", "RDA", deputy_id="BHA", starts_on="2099-01-01"),
)


def _of(address: str) -> tuple[str, str, str, str, str]:
    """Give own, right, wrong, other and absent of an address with a number of the work in `bank_work`."""
    return address.format(9001), "MA1", "H-operator", address.format(9002), address.format(99)


ROUTES: tuple[Route, ...] = (
    *DESK,
    *RUNS,
    *AUDIT,
    *ADMINISTRATION,
    Route("home", "/", "MA1", None),
    Route("signed_in", "/account/signed-in/", "MA1", None),
    Route("book", "/book/", "BHA", "MA1"),
    Route("warnings", "/warnings/", "MA1", "H-operator"),
    Route(
        "warning",
        "/warnings/customer:CA1-1:2026-06-01/",
        "MA1",
        "H-operator",
        "/warnings/customer:CB1-1:2026-06-01/",
        "/warnings/customer:nobody:2026-06-01/",
    ),
    Route(
        "warning_signal",
        "/warnings/customer:CA1-1:2026-06-01/signals/loan:LA1-1:REP04/",
        "MA1",
        "H-operator",
        "/warnings/customer:CB1-1:2026-06-01/signals/loan:LB1-1:REP04/",
        "/warnings/customer:nobody:2026-06-01/signals/loan:LB1-1:REP04/",
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
    Route(
        "customer_timeline",
        "/customers/CA1-1/timeline/",
        "MA1",
        "H-operator",
        "/customers/CB1-1/timeline/",
        "/customers/nobody/timeline/",
    ),
    Route(
        "customer_files",
        "/customers/CA1-1/files/",
        "MA1",
        "H-operator",
        "/customers/CB1-1/files/",
        "/customers/nobody/files/",
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
    Route(
        "work_bulk",
        "/work/bulk/",
        "BHA",
        "H-operator",
        method="post",
        data=(("action", "snooze"), ("reason", "busy"), ("until", "2026-07-02")),
    ),
    Route("work_table", "/work/table/", "MA1", "H-operator"),
    Route("case", *_of("/work/cases/{}/")),
    Route("case_evidence", *_of("/work/cases/{}/evidence/visit/")),
    Route("case_evidence", *_of("/work/cases/{}/evidence/note/"), method="post", data=(("text", "seen"),)),
    Route("case_visit", *_of("/work/cases/{}/visit/?step=CM")),
    Route("case_visit", *_of("/work/cases/{}/visit/?step=told"), method="post", data=(("seen", "x"),)),
    Route("case_do", *_of("/work/cases/{}/do/claim/"), method="post"),
    Route("task", *_of("/work/tasks/{}/")),
    Route("task_evidence", *_of("/work/tasks/{}/evidence/photo/")),
    Route("task_evidence", *_of("/work/tasks/{}/evidence/note/"), method="post", data=(("text", "seen"),)),
    Route("task_visit", *_of("/work/tasks/{}/visit/")),
    Route("task_visit", *_of("/work/tasks/{}/visit/"), method="post", data=(("what", "discard"),)),
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
    Route("draft_entries", "/policies/drafts/small_v2/entries/", "H-policy_author", "MA1"),
    Route("draft_measure_new", "/policies/drafts/small_v2/measures/new/", "H-policy_author", "MA1"),
    Route("draft_table_edit", "/policies/drafts/small_v2/tables/colour/edit/", "H-policy_author", "MA1"),
    Route("draft_rule", "/policies/drafts/small_v2/tables/colour/rules/late/", "H-policy_author", "MA1"),
    Route("draft_file", "/policies/drafts/small_v2/files/calendar/2027.yaml", "H-policy_author", "MA1"),
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
    Route("help", "/help/", "H-valuer", None),
    Route("help_page", "/help/console/customer-manager/", "H-valuer", None),
    Route("help_picture", "/help/pictures/home-desktop-en.png", "H-valuer", None),
    Route("signals", "/signals/", "MA1", "H-operator"),
    Route("signal", "/signals/REP04/", "MA1", "H-operator", "/signals/REP05/", "/signals/REP99/"),
)
