"""Columns are chosen in the address: those that people kept become a saved filter, and orders get new names."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations
from django.http import QueryDict

_NAME = "我的列 / My columns"
_MOST_FILTERS = 50
_ORDERS = {"oldest": "opened_on", "newest": "-opened_on", "worry": ""}


def _move(apps: Any, _schema: Any) -> None:
    filters = apps.get_model("warnings", "SavedFilter")
    for kept in filters.objects.filter(query__contains="sort="):
        query = QueryDict(kept.query, mutable=True)
        order = query.get("sort", "")
        if order in _ORDERS:
            query["sort"] = _ORDERS[order]
            if not query["sort"]:
                del query["sort"]
            kept.query = query.urlencode()
            kept.save()
    for chosen in apps.get_model("warnings", "ListColumns").objects.filter(list_name="warnings"):
        own = filters.objects.filter(staff_id=chosen.staff_id)
        if own.count() < _MOST_FILTERS and not own.filter(name=_NAME).exists():
            query = QueryDict(mutable=True)
            query["columns"] = ",".join(chosen.columns)
            filters.objects.create(staff_id=chosen.staff_id, name=_NAME, query=query.urlencode())


class Migration(migrations.Migration):
    dependencies: ClassVar = [("warnings", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(_move, migrations.RunPython.noop)]
