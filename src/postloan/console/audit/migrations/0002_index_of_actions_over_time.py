"""An index by which events of an action are found within a span of time."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="auditevent",
            name="audit_by_action",
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["action", "seq", "at"], name="audit_by_action"),
        ),
    ]
