"""An index by which the events of a few people are found by action."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_index_of_actions_over_time"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["actor", "action", "seq"], name="audit_by_actor"),
        ),
    ]
