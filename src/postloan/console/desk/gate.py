"""The gate of the desk: who may open which loan and which classification."""

from __future__ import annotations

from django.http import Http404

from postloan.console.desk.models import Classification
from postloan.console.people.rights import BOOK_ROLES, Scope
from postloan.console.publishing.models import Loan


def access_loan(scope: Scope, loan_id: str) -> Loan:
    """Give a loan to someone who may see it; raises Http404 alike for one that is absent or not theirs."""
    loan = Loan.objects.filter(pk=loan_id).first()
    if loan is None or not scope.has(BOOK_ROLES) or not scope.covers(loan.institution_id, loan.manager_id):
        raise Http404
    return loan


def access_classification(scope: Scope, number: str) -> Classification:
    """Give a classification to someone who may see its loan, or its last place where the loan is gone."""
    made = Classification.objects.filter(pk=number).first()
    if made is None or not scope.has(BOOK_ROLES):
        raise Http404
    loan = Loan.objects.filter(pk=made.loan_id).only("institution_id", "manager_id").first()
    if not scope.covers(*_place(loan or made)):
        raise Http404
    return made


def _place(where: Loan | Classification) -> tuple[str | None, str | None]:
    return where.institution_id, where.manager_id
