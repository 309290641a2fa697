"""Addresses of the audit."""

from __future__ import annotations

from django.urls import path

from postloan.console.audit import views

urlpatterns = [
    path("", views.index, name="audit"),
    path("export/", views.export, name="audit_export"),
    path("verify/", views.verify, name="audit_verify"),
    path("objects/<str:kind>/<path:object_id>/", views.history, name="audit_object"),
]
