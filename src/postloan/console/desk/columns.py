"""The columns of the lists of the desk: loans to rate, classes on their way, loans behind a move of class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from postloan.console import words
from postloan.console.cells import Column
from postloan.console.desk import selectors
from postloan.console.desk.models import Classification
from postloan.console.lists import Listing, Names, Tell
from postloan.console.people.models import Institution, Staff
from postloan.console.publishing.models import CLASS_DIFFERS, Customer, Loan, Publication
from postloan.policy.in_force import Policy


@dataclass(frozen=True)
class Told:
    """What some rows need: names by number, the loans of classifications, and the policy of the run."""

    run: Publication
    policy: Policy
    customers: Names
    people: Names
    places: Names
    loans: Mapping[str, Loan]


def tell(run: Publication, policy: Policy) -> Tell:
    """Give what looks up what some loans or classifications need."""

    def told(rows: Sequence[Any]) -> Told:
        made = [one.loan_id for one in rows if isinstance(one, Classification)]
        return Told(
            run,
            policy,
            Names(Customer, (one.customer_id for one in rows)),
            Names(Staff, (one.manager_id for one in rows)),
            Names(Institution, (one.institution_id for one in rows)),
            Loan.objects.in_bulk(made) if made else {},
        )

    return told


def _level(name: str, label: Any, field: str, without: str = "") -> Column:
    """Give the column of a level; `without` says that there is none."""

    def value(row: Any, told: Told) -> str:
        code = getattr(row, field)
        return f"{code} {words.name('level', f'{row.scheme_id}:{code}', told.run)}" if code else ""

    def show(row: Any, told: Told) -> Any:
        code = getattr(row, field)
        if not code:
            return format_html('<span class="missing">{}</span>', gettext(without) if without else "")
        level = words.name("level", f"{row.scheme_id}:{code}", told.run)
        return format_html('<span>{} <small class="code">{}</small></span>', level, code)

    return Column(name, label, value, show=show)


def _by_name(known: str, field: str) -> Callable[[Any, Told], str | None]:
    def value(row: Any, told: Told) -> str | None:
        code: str | None = getattr(row, field)
        return getattr(told, known).get(code) or code

    return value


_CUSTOMER = Column("customer", _("Customer"), _by_name("customers", "customer_id"))
_NUMBER = Column("number", _("Customer number"), lambda row, _told: row.customer_id)
_MANAGER = Column("manager", _("Manager"), _by_name("people", "manager_id"))
_PLACE = Column("place", _("Institution"), _by_name("places", "institution_id"))
_LOAN = Column(
    "loan",
    _("Loan"),
    lambda loan, _told: loan.loan_id,
    order=("loan_id",),
    link=lambda loan, _told: reverse("desk_loan", args=[loan.loan_id]),
)
_BALANCE = Column(
    "balance", _("Balance"), lambda loan, _told: loan.balance, "amount", order=("-balance", "loan_id")
)
_LATE = Column("days_past_due", _("Days past due"), lambda loan, _told: loan.days_past_due, "number")
_STANDS = _level("stands", _("Stands at"), "class_final")


def _decided(loan: Loan, told: Told) -> Any:
    if not loan.class_decided:
        return format_html('<span class="missing">{}</span>', gettext("never"))
    level = words.name("level", f"{loan.scheme_id}:{loan.class_decided}", told.run)
    day = loan.decided_on.isoformat() if loan.decided_on else ""
    return format_html(
        '<span>{} <small class="code">{}</small><small>{}</small></span>', level, loan.class_decided, day
    )


def _review(loan: Loan, told: Told) -> Any:
    return selectors.reviewed_until(told.policy, loan)


def _review_shown(loan: Loan, told: Told) -> Any:
    due = _review(loan, told)
    if due:
        return due.isoformat()
    if loan.decided_on:
        return format_html('<span class="missing">{}</span>', gettext("no cycle"))
    return gettext("now")


def _missing(loan: Loan, _told: Told) -> Any:
    none = format_html('<span class="missing">{}</span>', gettext("none"))
    return str(len(loan.missing)) if loan.missing else none


_UNMEASURED = gettext_noop("not measurable")


def _reason(loan: Loan, _told: Told) -> str:
    """Say why a person must look at the class of a loan."""
    differs = loan.rate_rank is not None and loan.rate_rank >= CLASS_DIFFERS
    due = loan.rate_rank is not None and loan.rate_rank != CLASS_DIFFERS
    told = ((differs, gettext("the machine says another class")), (due, gettext("the review is due")))
    return "; ".join(text for holds, text in told if holds)


RATE = Listing(
    name="classes_to_rate",
    title=_("Loans to rate"),
    columns=(
        _LOAN,
        _CUSTOMER,
        _NUMBER,
        Column("reason", _("Reason"), _reason, order=("-rate_rank", "-balance", "loan_id")),
        _BALANCE,
        _LATE,
        Column(
            "decided",
            _("Last decided"),
            _level("decided", "", "class_decided").value,
            show=_decided,
        ),
        Column("decided_on", _("Decided on"), lambda loan, _told: loan.decided_on, "day"),
        _level("machine", _("Machine's proposal"), "class_machine", _UNMEASURED),
        _level("floor", _("Floor"), "class_floor", gettext_noop("no floor")),
        _STANDS,
        Column("review", _("Class review due"), _review, "day", show=_review_shown),
        Column(
            "missing",
            _("Missing inputs"),
            lambda loan, _told: len(loan.missing or ()),
            "number",
            show=_missing,
        ),
        _MANAGER,
        _PLACE,
    ),
    usual=("loan", "customer", "balance", "decided", "machine", "floor", "review", "missing"),
    leads="loan",
    first="reason",
    filters=("why", "place"),
)
"""Loans whose class a person must look at: what the machine sees otherwise first, then what is due."""

MOVED = Listing(
    name="classes_moved",
    title=_("Migration of classes"),
    columns=(
        _LOAN,
        _CUSTOMER,
        _NUMBER,
        _BALANCE,
        _LATE,
        _level("before", _("Class before"), "class_previous"),
        _STANDS,
        _level("machine", _("Machine's proposal"), "class_machine", _UNMEASURED),
        _MANAGER,
        _PLACE,
    ),
    usual=("loan", "customer", "balance", "days_past_due", "before", "stands"),
    leads="loan",
    first="balance",
)
"""Loans behind a cell of the migration matrix."""


def _of_loan(made: Classification, told: Told) -> str:
    return reverse("desk_loan", args=[made.loan_id]) if made.loan_id in told.loans else ""


def _balance(made: Classification, told: Told) -> int | None:
    loan = told.loans.get(made.loan_id)
    return loan.balance if loan else None


_ASKED = _level("asked", _("Asked for"), "level_code")


def _asked(made: Classification, told: Told) -> Any:
    assert _ASKED.show is not None
    better = gettext("better than the last or the machine's") if made.is_upgrade else ""
    text = _ASKED.show(made, told)
    return format_html("<span>{}<small>{}</small></span>", text, better) if better else text


WAITING = Listing(
    name="classes_on_their_way",
    title=_("Classes on their way"),
    columns=(
        Column("loan", _("Loan"), lambda made, _told: made.loan_id, link=_of_loan),
        _CUSTOMER,
        _NUMBER,
        Column("balance", _("Balance"), _balance, "amount"),
        _level("stands", _("Stands at"), "standing", gettext_noop("none")),
        _level("machine", _("Machine's proposal"), "machine", _UNMEASURED),
        Column("asked", _("Asked for"), _ASKED.value, show=_asked),
        Column(
            "since",
            _("Waiting since"),
            lambda made, _told: made.moved_at,
            "moment",
            order=("moved_at", "number"),
            show=lambda made, _told: made.moved_at.date().isoformat(),
        ),
        _MANAGER,
        _PLACE,
    ),
    usual=("loan", "customer", "balance", "stands", "machine", "asked", "since"),
    leads="loan",
    first="since",
    filters=("place",),
)
"""Classes that wait for a determination or an approval, were sent back, or are in force."""
