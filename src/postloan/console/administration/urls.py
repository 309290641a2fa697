"""Addresses of administration."""

from __future__ import annotations

from django.urls import path

from postloan.console.administration import views

urlpatterns = [
    path("", views.index, name="administration"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/<int:year>/", views.calendar, name="calendar_year"),
    path("roles/", views.roles, name="roles"),
    path("deputies/", views.deputies, name="deputies"),
    path("staff/", views.staff, name="staff"),
    path("staff/make/", views.make, name="staff_make"),
    path("staff/<str:staff_id>/", views.person, name="person"),
    path("staff/<str:staff_id>/password/", views.password, name="person_password"),
    path("staff/<str:staff_id>/end/", views.end, name="person_end"),
    path("staff/<str:staff_id>/restore/", views.restore, name="person_restore"),
    path("staff/<str:staff_id>/roles/", views.give_role, name="person_role"),
    path("staff/<str:staff_id>/roles/end/", views.end_role, name="person_role_end"),
    path("staff/<str:staff_id>/leave/", views.set_leave, name="person_leave"),
    path("staff/<str:staff_id>/leave/end/", views.end_leave, name="person_leave_end"),
]
