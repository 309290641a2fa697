"""Addresses of customers."""

from __future__ import annotations

from django.urls import path

from postloan.console.customers import views

urlpatterns = [
    path("", views.index, name="customers"),
    path("<str:customer_id>/", views.detail, name="customer"),
    path("<str:customer_id>/timeline/", views.happenings, name="customer_timeline"),
    path("<str:customer_id>/files/", views.files, name="customer_files"),
    path("<str:customer_id>/notes/", views.add_note, name="customer_note"),
    path("<str:customer_id>/sensitive/", views.sensitive, name="customer_sensitive"),
]
