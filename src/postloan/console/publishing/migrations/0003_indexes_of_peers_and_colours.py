"""Indexes from which peers are counted and customers of a colour are listed."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0002_tallies_and_reasons_to_rate"),
    ]

    operations = [
        migrations.AlterField(
            model_name="customer",
            name="industry_id",
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AlterField(
            model_name="customer",
            name="region_id",
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["colour_rank", "-exposure", "customer_id"], name="customer_of_colour"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["region_id", "colour_rank", "open_loans"], name="customer_of_region"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                fields=["industry_id", "colour_rank", "open_loans"], name="customer_of_industry"
            ),
        ),
    ]
