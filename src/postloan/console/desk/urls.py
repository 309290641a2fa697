"""Addresses of the classification desk."""

from __future__ import annotations

from django.urls import path

from postloan.console.desk import many_views, views

urlpatterns = [
    path("", views.index, name="desk"),
    path("proposals/", many_views.proposals, name="desk_proposals"),
    path("states/", views.states, name="desk_states"),
    path("migration/", views.migration, name="migration"),
    path("migration/loans/", views.moved, name="migration_loans"),
    path("loans/<str:loan_id>/", views.loan, name="desk_loan"),
    path("loans/<str:loan_id>/rate/", views.rate, name="desk_rate"),
    path("classifications/<str:number>/determine/", views.determine, name="desk_determine"),
    path("classifications/<str:number>/approve/", views.approve, name="desk_approve"),
    path("classifications/<str:number>/return/", views.send_back, name="desk_return"),
    path("classifications/<str:number>/withdraw/", views.withdraw, name="desk_withdraw"),
]
