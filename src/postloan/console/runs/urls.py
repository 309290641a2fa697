"""Addresses of runs and data."""

from __future__ import annotations

from django.urls import path

from postloan.console.runs import views

urlpatterns = [
    path("", views.index, name="runs"),
    path("start/", views.start, name="run_start"),
    path("jobs/<str:job_id>/", views.job, name="job"),
    path("jobs/<str:job_id>/progress/", views.progress, name="job_progress"),
    path("jobs/<str:job_id>/abandon/", views.abandon, name="job_abandon"),
    path("quarantine/", views.quarantine, name="quarantine"),
    path("quarantine/<str:table>/", views.held, name="quarantine_table"),
    path("quarantine/<str:table>/download/", views.download, name="quarantine_download"),
    path("quarantine/<str:table>/mended/", views.mended, name="quarantine_mended"),
    path("<str:run_id>/", views.run, name="run"),
]
