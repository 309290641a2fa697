"""Addresses of warnings."""

from __future__ import annotations

from django.urls import path

from postloan.console.warnings import views

urlpatterns = [
    path("", views.index, name="warnings"),
    path("<str:episode_id>/", views.detail, name="warning"),
]
