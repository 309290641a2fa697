"""The address of the first page, and of the book on one page."""

from __future__ import annotations

from django.urls import path

from postloan.console.home import views

urlpatterns = [path("", views.index, name="home"), path("book/", views.book, name="book")]
