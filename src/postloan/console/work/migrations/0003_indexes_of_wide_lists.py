"""Indexes of wide lists: what is raised, waits for a decision, and what each person has open."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0002_voice_notes_visits_and_files"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="case",
            name="case_of_owner",
        ),
        migrations.RemoveIndex(
            model_name="case",
            name="case_to_decide",
        ),
        migrations.RemoveIndex(
            model_name="case",
            name="case_of_raised",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="task_of_owner",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="task_to_decide",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="task_of_raised",
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["owner_id", "due_at", "closed_at"],
                name="case_of_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["institution_id", "owner_id", "due_at", "closed_at"],
                name="case_of_owner_at_place",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["decider_role", "state", "due_at", "id", "institution_id"],
                name="case_to_decide",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["raised_to", "due_at", "id", "institution_id"],
                name="case_of_raised",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["owner_id", "due_at", "closed_at"],
                name="task_of_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["institution_id", "owner_id", "due_at", "closed_at"],
                name="task_of_owner_at_place",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["decider_role", "state", "due_at", "id", "institution_id"],
                name="task_to_decide",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["raised_to", "due_at", "id", "institution_id"],
                name="task_of_raised",
            ),
        ),
    ]
