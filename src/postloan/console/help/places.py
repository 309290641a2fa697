"""Which section of which guide explains a page of the console to a person, by their roles."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.urls import ResolverMatch, reverse

from postloan.console.people import rights

CONSOLE, GLOSSARY = "console/index", "console/glossary"
MANAGER, HEAD, DEPARTMENTS = "console/customer-manager", "console/branch-head", "console/departments"
AUDIT, PRESERVATION = "console/audit", "console/asset-preservation"
EXECUTIVES, POLICY, OPERATOR = "console/executives", "console/policy", "console/operator"

GUIDES: Mapping[str, frozenset[str]] = {
    MANAGER: frozenset({rights.MANAGER}),
    HEAD: frozenset({"branch_head"}),
    DEPARTMENTS: frozenset({"credit_department", "risk_department"}),
    AUDIT: frozenset({"audit", "compliance"}),
    PRESERVATION: frozenset({"asset_preservation", "legal", "trade_finance", "finance"}),
    EXECUTIVES: frozenset({"executive", "risk_committee"}),
    POLICY: frozenset({"policy_author", "policy_approver"}),
    OPERATOR: rights.ADMINISTRATORS,
}
"""The guides and the roles that each is written for."""

EXPLANATIONS = (
    GLOSSARY,
    "classification",
    "legal-clocks",
    "measures",
    "work-states",
    "signals/index",
    "bank-staff",
)
"""What people of every role look up."""

OTHERS = ("reports", "evaluation", "policy-authors", "feel", "operators", "contract")
"""What those read who write policy, judge it or run the machine."""

_FIRST_PAGE = "the-first-page"
_DAY = "the-way-of-a-day"

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "home": {**dict.fromkeys(GUIDES, _FIRST_PAGE), AUDIT: "", CONSOLE: "every-day"},
    "book": {EXECUTIVES: _FIRST_PAGE, GLOSSARY: "figures"},
    "warnings": {DEPARTMENTS: _DAY, HEAD: _DAY, MANAGER: "a-case-step-by-step", GLOSSARY: "warnings"},
    "warning": {DEPARTMENTS: "one-warning", MANAGER: "a-case-step-by-step", GLOSSARY: "warnings"},
    "customers": {PRESERVATION: "legal-clocks", CONSOLE: "how-rights-work"},
    "work": {
        MANAGER: "a-case-step-by-step",
        HEAD: _DAY,
        DEPARTMENTS: _DAY,
        PRESERVATION: _DAY,
        EXECUTIVES: "what-you-decide",
        AUDIT: "where-to-look",
        GLOSSARY: "work",
    },
    "evidence": {
        MANAGER: "what-must-be-there-before-it-closes",
        PRESERVATION: "what-must-be-given",
        HEAD: "what-must-be-given",
        GLOSSARY: "work",
    },
    "watch": {DEPARTMENTS: _DAY, HEAD: "what-must-be-given", EXECUTIVES: "what-you-decide", GLOSSARY: "work"},
    "desk": {
        MANAGER: "ratings",
        HEAD: "classes",
        DEPARTMENTS: "one-class",
        EXECUTIVES: "what-you-decide",
        GLOSSARY: "classes",
    },
    "signals": {DEPARTMENTS: "signals", POLICY: "authors-step-by-step", GLOSSARY: "signals"},
    "policies": {
        POLICY: _FIRST_PAGE,
        DEPARTMENTS: "policy-and-runs",
        HEAD: "policy",
        AUDIT: "compliance-the-legal-check",
        PRESERVATION: "legal-drafts-of-policy",
        GLOSSARY: "policy",
    },
    "draft": {
        HEAD: "policy",
        AUDIT: "compliance-the-legal-check",
        PRESERVATION: "legal-drafts-of-policy",
        POLICY: "authors-step-by-step",
    },
    "acknowledge": {POLICY: "afterwards"},
    "help": {CONSOLE: ""},
    "runs": {
        OPERATOR: "runs-and-data-operators",
        DEPARTMENTS: "policy-and-runs",
        AUDIT: "where-to-look",
        GLOSSARY: "runs-and-data",
    },
    "audit": {OPERATOR: "audit-operators", AUDIT: "the-way-of-a-check"},
    "administration": {OPERATOR: "administration"},
    "account": {CONSOLE: "every-day"},
}
"""The sections that explain each subject: the first written for a role of the person, else the last."""

_SUBJECTS = {
    "book": "book",
    "warning": "warning",
    "warning_signal": "warning",
    "migration": "desk",
    "case_evidence": "evidence",
    "task_evidence": "evidence",
    "watch_list": "watch",
    "watch_entry": "watch",
    "watch_propose": "watch",
    "draft_acknowledge": "acknowledge",
}
"""Pages whose subject is not told by the part of the console that they stand in."""


def subject(match: ResolverMatch) -> str:
    """Give the subject of a page: by its name, else by its part of the console; nothing where it has none."""
    name = match.url_name or ""
    if name in _SUBJECTS:
        return _SUBJECTS[name]
    if name.startswith("draft"):
        return "draft"
    module = match.func.__module__
    if module.startswith("allauth."):
        return "account"
    part = module.removeprefix("postloan.console.").partition(".")[0]
    return part if part in SECTIONS else ""


def section(of: str, roles: Collection[str]) -> tuple[str, str]:
    """Give guide and anchor for a subject and the roles of a person; their own guide without a subject."""
    written = SECTIONS.get(of, {})
    for guide, anchor in written.items():
        if not GUIDES.get(guide, frozenset()).isdisjoint(roles):
            return guide, anchor
    if written:
        return list(written.items())[-1]
    return next((guide for guide, for_ in GUIDES.items() if not for_.isdisjoint(roles)), CONSOLE), ""


def address(match: ResolverMatch | None, roles: Collection[str]) -> str:
    """Give the address of help for a page and the roles of a person."""
    guide, anchor = section(subject(match) if match else "", roles)
    return reverse("help_page", args=[guide]) + (f"#{anchor}" if anchor else "")
