"""Pages of customers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from postloan.console.customers.gate import access_customer
from postloan.console.listing import page
from postloan.console.people.rights import BOOK_ROLES, allow, scope
from postloan.console.publishing.models import Customer, Loan


@allow(BOOK_ROLES)
def index(request: HttpRequest) -> HttpResponse:
    """List the customers that a person sees."""
    rows = Customer.objects.filter(scope(request).filter(), exposure__isnull=False)
    found = page(rows, ("-exposure", "customer_id"), request.GET.get("after", ""))
    return render(request, "customers/index.html", {"page": found})


@allow(BOOK_ROLES)
def detail(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Show a customer."""
    customer = access_customer(scope(request), customer_id)
    loans = Loan.objects.filter(customer_id=customer.pk).order_by("-balance", "loan_id")
    return render(request, "customers/detail.html", {"customer": customer, "loans": loans})
