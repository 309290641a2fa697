"""Adds what is counted and decided with a publication, and works it out for the run that is shown.

The next publication writes all of it anew, by the policy of its run.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import migrations, models
from django.db.models import Case, Count, F, Q, Sum, Value, When

from postloan.console.desk.rules import review_cycles
from postloan.console.words import policy_of
from postloan.errors import PostloanError

BANDS = ((0, 0), (1, 30), (31, 90), (91, 180), (181, 270), (271, 360), (361, 2**62))


def work_out(apps: Any, _editor: object) -> None:
    """Fill the new columns and tables from the rows that were published last."""
    run = apps.get_model("publishing", "Publication").objects.order_by("-published_at").first()
    if run is None:
        return
    loan = apps.get_model("publishing", "Loan").objects
    loan.exclude(class_previous=F("class_final")).exclude(class_previous=None).exclude(
        class_final=None
    ).update(class_moved=True)
    _to_rate(loan, run)
    _tally_loans(loan, apps.get_model("publishing", "LoanTally"))
    _tally_customers(apps.get_model("publishing", "Customer"), apps.get_model("publishing", "CustomerTally"))


def _to_rate(loan: Any, run: Any) -> None:
    due = Q(decided_on__isnull=True)
    try:
        policy = policy_of(run.policy_version, run.as_of)
    except PostloanError:
        return  # a pack that is no longer there: the queue is empty until the next run is published
    for (scheme, days), codes in review_cycles(policy).items():
        last = run.as_of - timedelta(days=days)
        due |= Q(scheme_id=scheme, class_final__in=codes, decided_on__lte=last)
    differs = Q(class_decided__isnull=False) & (
        Q(class_machine__isnull=True) | ~Q(class_machine=F("class_decided"))
    )
    rows = loan.filter(scheme_id__isnull=False, balance__isnull=False)
    rows.filter(due | differs).update(
        rate_rank=Case(When(due & differs, then=Value(3)), When(differs, then=Value(2)), default=Value(1))
    )


def _tally_loans(loan: Any, tally: Any) -> None:
    band = Case(
        *(When(days_past_due__range=bounds, then=Value(place)) for place, bounds in enumerate(BANDS)),
        output_field=models.BigIntegerField(null=True),
    )
    keys = ("institution_id", "currency", "scheme_id", "class_previous", "class_final", "five_level", "band")
    rows = loan.annotate(band=band).order_by().values(*keys)
    tally.objects.bulk_create(
        (
            tally(tally_id=_key(row, keys), loans=row.pop("n"), balance=row.pop("amount"), **row)
            for row in rows.annotate(n=Count("loan_id"), amount=Sum("balance"))
        ),
        batch_size=500,
    )


def _tally_customers(customer: Any, tally: Any) -> None:
    keys = ("institution_id", "colour")
    rows = customer.objects.filter(exposure__isnull=False).order_by().values(*keys)
    counted = rows.annotate(n=Count("customer_id"), amount=Sum("exposure"), late=Sum("overdue"))
    tally.objects.bulk_create(
        (
            tally(
                tally_id=_key(row, keys),
                customers=row.pop("n"),
                exposure=row.pop("amount"),
                overdue=row.pop("late"),
                **row,
            )
            for row in counted
        ),
        batch_size=500,
    )


def _key(row: dict[str, Any], keys: tuple[str, ...]) -> str:
    return ":".join("-" if row[name] is None else str(row[name]) for name in keys)


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerTally",
            fields=[
                ("tally_id", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("institution_id", models.CharField(db_index=True, max_length=64, null=True)),
                ("colour", models.CharField(max_length=10, null=True)),
                ("customers", models.BigIntegerField()),
                ("exposure", models.BigIntegerField()),
                ("overdue", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LoanTally",
            fields=[
                ("tally_id", models.CharField(max_length=250, primary_key=True, serialize=False)),
                ("institution_id", models.CharField(db_index=True, max_length=64, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("scheme_id", models.CharField(max_length=20, null=True)),
                ("class_previous", models.CharField(max_length=10, null=True)),
                ("class_final", models.CharField(max_length=10, null=True)),
                ("five_level", models.CharField(max_length=20, null=True)),
                ("band", models.BigIntegerField(null=True)),
                ("loans", models.BigIntegerField()),
                ("balance", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="loan",
            name="loan_of_class",
        ),
        migrations.AddField(
            model_name="loan",
            name="class_moved",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="loan",
            name="rate_rank",
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunPython(work_out, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("rate_rank__isnull", False)),
                fields=["-rate_rank", "-balance", "loan_id"],
                name="loan_to_rate",
            ),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("rate_rank__isnull", False)),
                fields=["institution_id", "-rate_rank", "-balance", "loan_id"],
                name="loan_to_rate_of_inst",
            ),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("class_moved__isnull", False)),
                fields=[
                    "-balance",
                    "loan_id",
                    "institution_id",
                    "manager_id",
                    "scheme_id",
                    "class_previous",
                    "class_final",
                ],
                name="loan_that_moved",
            ),
        ),
    ]
