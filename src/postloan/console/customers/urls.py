"""Addresses of customers."""

from __future__ import annotations

from django.urls import path

from postloan.console.customers import views

urlpatterns = [
    path("", views.index, name="customers"),
    path("<str:customer_id>/", views.detail, name="customer"),
]
