"""Addresses of administration."""

from __future__ import annotations

from django.urls import path

from postloan.console.administration import deciding, views

urlpatterns = [
    path("", views.index, name="administration"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/<int:year>/", views.calendar, name="calendar_year"),
    path("roles/", views.roles, name="roles"),
    path("deputies/", views.deputies, name="deputies"),
    path("proposals/", deciding.proposals, name="proposals"),
    path("proposals/<int:proposal_id>/confirm/", deciding.confirm, name="proposal_confirm"),
    path("proposals/<int:proposal_id>/refuse/", deciding.refuse, name="proposal_refuse"),
    path("second-factor/", deciding.second_factor, name="second_factor"),
    path("second-factor/demand/", deciding.demand, name="second_factor_demand"),
    path("staff/", views.staff, name="staff"),
    path("staff/make/", views.make, name="staff_make"),
    path("staff/<str:staff_id>/", views.person, name="person"),
    path("staff/<str:staff_id>/password/", views.password, name="person_password"),
    path("staff/<str:staff_id>/second-factor/", deciding.lost_factor, name="person_factor"),
    path("staff/<str:staff_id>/end/", views.end, name="person_end"),
    path("staff/<str:staff_id>/restore/", views.restore, name="person_restore"),
    path("staff/<str:staff_id>/roles/", views.give_role, name="person_role"),
    path("staff/<str:staff_id>/roles/end/", views.end_role, name="person_role_end"),
    path("staff/<str:staff_id>/leave/", views.set_leave, name="person_leave"),
    path("staff/<str:staff_id>/leave/end/", views.end_leave, name="person_leave_end"),
]
