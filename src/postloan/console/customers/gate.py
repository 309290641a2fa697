"""The gate of customers: who may open which."""

from __future__ import annotations

from django.http import Http404

from postloan.console.people.rights import BOOK_ROLES, Scope
from postloan.console.publishing.models import Customer


def access_customer(scope: Scope, customer_id: str) -> Customer:
    """Give a customer to someone who may see them; raises Http404 alike for one absent or not theirs."""
    known = "\x00" not in customer_id  # which PostgreSQL does not take for a text
    customer = Customer.objects.filter(pk=customer_id).first() if known else None
    if customer is None or not scope.has(BOOK_ROLES):
        raise Http404
    if not scope.covers(customer.institution_id, customer.manager_id):
        raise Http404
    return customer
