"""Addresses of a person's own settings."""

from __future__ import annotations

from django.urls import path

from postloan.console.people import views

urlpatterns = [
    path("language/", views.choose_language, name="choose_language"),
    path("alive/", views.alive, name="alive"),
    path("signed-in/", views.signed_in, name="signed_in"),
]
