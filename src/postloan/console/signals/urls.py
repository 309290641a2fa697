"""Addresses of signals."""

from __future__ import annotations

from django.urls import path

from postloan.console.signals import views

urlpatterns = [
    path("", views.index, name="signals"),
    path("<str:code>/", views.detail, name="signal"),
]
