"""Indexes of the desk by institution and by manager."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                fields=["institution_id", "state", "moved_at", "number"], name="classification_of_place"
            ),
        ),
        migrations.AddIndex(
            model_name="classification",
            index=models.Index(
                fields=["manager_id", "state", "moved_at", "number"], name="classification_of_manager"
            ),
        ),
    ]
