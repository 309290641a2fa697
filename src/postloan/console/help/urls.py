"""Addresses of help: a guide stands at its name in docs/, without its ending."""

from __future__ import annotations

from django.urls import path

from postloan.console.help import views

urlpatterns = [
    path("", views.index, name="help"),
    path("pictures/<str:name>", views.picture, name="help_picture"),
    path("<path:name>/", views.page, name="help_page"),
]
