"""Addresses of work."""

from __future__ import annotations

from django.urls import path

from postloan.console.work import bulk, views, visit_views, watch_views

urlpatterns = [
    path("", views.index, name="work"),
    path("list/", views.listed, name="work_list"),
    path("team/", views.team, name="work_team"),
    path("reassign/", views.reassign, name="work_reassign"),
    path("bulk/", bulk.bulk, name="work_bulk"),
    path("table/", views.table, name="work_table"),
    path("cases/<int:number>/", views.case, name="case"),
    path("cases/<int:number>/evidence/<str:kind>/", views.case_evidence, name="case_evidence"),
    path("cases/<int:number>/visit/", visit_views.case_visit, name="case_visit"),
    path("cases/<int:number>/do/<str:action>/", views.case_do, name="case_do"),
    path("tasks/<int:number>/", views.task, name="task"),
    path("tasks/<int:number>/evidence/<str:kind>/", views.task_evidence, name="task_evidence"),
    path("tasks/<int:number>/visit/", visit_views.task_visit, name="task_visit"),
    path("tasks/<int:number>/do/<str:action>/", views.task_do, name="task_do"),
    path("evidence/<int:number>/", views.evidence, name="evidence_file"),
    path("effect/<int:number>/", views.effect, name="effect_check"),
    path("options/", views.take_up, name="take_up"),
    path("ask/<str:customer_id>/", views.ask, name="work_ask"),
    path("watch/", watch_views.watch, name="watch_list"),
    path("watch/<int:number>/", watch_views.entry, name="watch_entry"),
    path("watch/<int:number>/do/<str:action>/", watch_views.watch_do, name="watch_do"),
    path("watch/propose/<str:customer_id>/", watch_views.propose, name="watch_propose"),
]
