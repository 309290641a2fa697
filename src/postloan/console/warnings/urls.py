"""Addresses of warnings."""

from __future__ import annotations

from django.urls import path

from postloan.console.warnings import views

urlpatterns = [
    path("", views.index, name="warnings"),
    path("filters/", views.save_filter, name="warnings_filter"),
    path("filters/<int:filter_id>/delete/", views.delete_filter, name="warnings_filter_delete"),
    path("<str:episode_id>/", views.detail, name="warning"),
    path("<str:episode_id>/signals/<str:signal_id>/", views.signal, name="warning_signal"),
]
