"""Addresses of policies."""

from __future__ import annotations

from django.urls import path

from postloan.console.policies import draft_views, entry_views, pack_views, table_views

urlpatterns = [
    path("", pack_views.index, name="policies"),
    path("tables/<str:name>/", pack_views.table, name="policy_table"),
    path("tables/<str:name>/dmn/", pack_views.table_xml, name="policy_table_xml"),
    path("tables/<str:name>/xlsx/", pack_views.table_xlsx, name="policy_table_xlsx"),
    path("entries/<str:kind>/", pack_views.entries, name="policy_entries"),
    path("drafts/new/", draft_views.new, name="draft_new"),
    path("drafts/<str:draft_id>/", draft_views.detail, name="draft"),
    path("drafts/<str:draft_id>/tables/<str:name>/", pack_views.table, name="draft_table"),
    path("drafts/<str:draft_id>/tables/<str:name>/dmn/", pack_views.table_xml, name="draft_table_xml"),
    path("drafts/<str:draft_id>/tables/<str:name>/xlsx/", pack_views.table_xlsx, name="draft_table_xlsx"),
    path("drafts/<str:draft_id>/tables/<str:name>/edit/", table_views.edit, name="draft_table_edit"),
    path("drafts/<str:draft_id>/tables/<str:name>/rules/<str:rule_id>/", table_views.rule, name="draft_rule"),
    path("drafts/<str:draft_id>/entries/<str:kind>/<str:key>/", entry_views.change, name="draft_entry"),
    path("drafts/<str:draft_id>/measures/new/", entry_views.new_measure, name="draft_measure_new"),
    path("drafts/<str:draft_id>/entries/", entry_views.index, name="draft_entries"),
    path("drafts/<str:draft_id>/files/<path:name>", entry_views.file, name="draft_file"),
    path("drafts/<str:draft_id>/change/", draft_views.change, name="draft_change"),
    path("drafts/<str:draft_id>/step/", draft_views.step, name="draft_step"),
    path("drafts/<str:draft_id>/impact/", draft_views.impact_part, name="draft_impact"),
    path("drafts/<str:draft_id>/questions/", draft_views.questions, name="draft_questions"),
    path("drafts/<str:draft_id>/acknowledge/", draft_views.acknowledge, name="draft_acknowledge"),
]
