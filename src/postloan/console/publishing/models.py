"""The last published run as tables of the database: what lists and pages are drawn from.

Amounts are integer cents. Rows are written by `publishing.merge` alone; people's work lives in other tables
and points here by number, so that a customer who has left the book leaves the work on them in place.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

RANKS = {"red": 4, "orange": 3, "yellow": 2, "blue": 1}
"""Order of colours, worst highest; 0 is none."""

REVIEW_DUE, CLASS_DIFFERS, BOTH = 1, 2, 3
"""Why the class of a loan is to be decided, the most urgent highest; null for nothing."""

BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("0", 0, 0),
    ("1–30", 1, 30),
    ("31–90", 31, 90),
    ("91–180", 91, 180),
    ("181–270", 181, 270),
    ("271–360", 271, 360),
    ("> 360", 361, None),
)
"""Days past due from and to; the bounds are those of the regulatory floors (domain B2)."""


class Publication(models.Model):
    """A run that was brought into the database; the one with the latest `published_at` is shown."""

    run_id = models.CharField(primary_key=True, max_length=40)
    as_of = models.DateField()
    policy_version = models.CharField(max_length=100)
    result_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    counts = models.JSONField()

    class Meta:
        ordering: ClassVar = ["-published_at"]

    def __str__(self) -> str:
        return self.run_id


class Owned(models.Model):
    """What every row that a person may or may not see carries."""

    institution_id = models.CharField(max_length=64, null=True)
    manager_id = models.CharField(max_length=64, null=True)

    class Meta:
        abstract = True


class Customer(Owned):
    """A customer with exposure, arrears and colour on the day of the run."""

    customer_id = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    region_id = models.CharField(max_length=64, null=True)
    region = models.CharField(max_length=200, null=True)
    industry_id = models.CharField(max_length=64, null=True)
    industry = models.CharField(max_length=200, null=True)
    group_id = models.CharField(max_length=64, null=True)
    household_id = models.CharField(max_length=64, null=True)
    since = models.DateField(null=True)
    exposure = models.BigIntegerField(null=True)
    overdue = models.BigIntegerField(null=True)
    worst_dpd = models.BigIntegerField(null=True)
    open_loans = models.BigIntegerField(null=True)
    colour = models.CharField(max_length=10, null=True)
    colour_rank = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["institution_id", "-exposure", "customer_id"], name="customer_of_institution"
            ),
            models.Index(fields=["manager_id", "-exposure", "customer_id"], name="customer_of_manager"),
            models.Index(fields=["-exposure", "customer_id"], name="customer_by_exposure"),
            models.Index(fields=["colour_rank", "-exposure", "customer_id"], name="customer_of_colour"),
            # Peers are counted by colour from the index itself.
            models.Index(fields=["region_id", "colour_rank", "open_loans"], name="customer_of_region"),
            models.Index(fields=["industry_id", "colour_rank", "open_loans"], name="customer_of_industry"),
            models.Index(
                fields=["name", "customer_id"],
                name="customer_by_name",
                opclasses=["varchar_pattern_ops", "varchar_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Loan(Owned):
    """An exposure on or off the balance sheet with its classes on the day of the run.

    `rate_rank` tells why its class is to be decided, `class_moved` is true where the run moved it, else null.
    """

    loan_id = models.CharField(primary_key=True, max_length=64)
    customer_id = models.CharField(max_length=64, db_index=True)
    contract_id = models.CharField(max_length=64, null=True)
    contract_type = models.CharField(max_length=40, null=True)
    guarantee_mode = models.CharField(max_length=20, null=True)
    repayment_method = models.CharField(max_length=30, null=True)
    exposure_kind = models.CharField(max_length=30)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(null=True)
    balance = models.BigIntegerField(null=True)
    overdue_amount = models.BigIntegerField(null=True)
    days_past_due = models.BigIntegerField(null=True)
    dpd_source = models.CharField(max_length=20, null=True)
    disbursed_on = models.DateField(null=True)
    matures_on = models.DateField(null=True)
    scheme_id = models.CharField(max_length=20, null=True)
    class_previous = models.CharField(max_length=10, null=True)
    class_matrix = models.CharField(max_length=10, null=True)
    class_floor = models.CharField(max_length=10, null=True)
    class_machine = models.CharField(max_length=10, null=True)
    class_final = models.CharField(max_length=10, null=True)
    five_level = models.CharField(max_length=20, null=True)
    matrix_rule_id = models.CharField(max_length=40, null=True)
    floor_rule_ids = models.JSONField(null=True)
    missing = models.JSONField(null=True)
    upgrade_proposed = models.CharField(max_length=10, null=True)
    class_decided = models.CharField(max_length=10, null=True)
    decided_on = models.DateField(null=True)
    suit_status = models.CharField(max_length=20, null=True)
    amount_band = models.CharField(max_length=5, null=True)
    on_off = models.CharField(max_length=10, null=True)
    observation_ends_on = models.DateField(null=True)
    provision = models.BigIntegerField(null=True)
    rate_rank = models.BigIntegerField(null=True)
    class_moved = models.BooleanField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["institution_id", "-balance", "loan_id"], name="loan_of_institution"),
            models.Index(fields=["manager_id", "-balance", "loan_id"], name="loan_of_manager"),
            models.Index(fields=["class_final", "customer_id"], name="loan_by_final_class"),
            models.Index(fields=["-balance", "loan_id"], name="loan_by_balance"),
            models.Index(
                fields=["-rate_rank", "-balance", "loan_id"],
                name="loan_to_rate",
                condition=models.Q(rate_rank__isnull=False),
            ),
            models.Index(
                fields=["institution_id", "-rate_rank", "-balance", "loan_id"],
                name="loan_to_rate_of_inst",
                condition=models.Q(rate_rank__isnull=False),
            ),
            models.Index(
                # What a cell of the migration matrix asks for is read from the index itself.
                fields=[
                    *("-balance", "loan_id", "institution_id", "manager_id"),
                    *("scheme_id", "class_previous", "class_final"),
                ],
                name="loan_that_moved",
                condition=models.Q(class_moved__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.loan_id


class Warning(Owned):  # noqa: A001 - the field's own word
    """A colour that stands; one row a subject."""

    episode_id = models.CharField(primary_key=True, max_length=150)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=64)
    customer_id = models.CharField(max_length=64, null=True, db_index=True)
    customer_name = models.CharField(max_length=200, null=True)
    customer_kind = models.CharField(max_length=20, null=True)
    exposure = models.BigIntegerField(null=True)
    colour = models.CharField(max_length=10)
    colour_rank = models.BigIntegerField()
    score = models.BigIntegerField()
    opened_on = models.DateField()
    colour_since = models.DateField(null=True)
    reasons = models.JSONField()
    new_kinds = models.JSONField(null=True)
    rule_id = models.CharField(max_length=60, null=True)
    owner_role = models.CharField(max_length=30, null=True)
    owner_id = models.CharField(max_length=64, null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["institution_id", "-colour_rank", "-score", "episode_id"], name="warning_of_inst"
            ),
            models.Index(
                fields=["manager_id", "-colour_rank", "-score", "episode_id"], name="warning_of_manager"
            ),
            models.Index(fields=["-colour_rank", "-score", "episode_id"], name="warning_by_worry"),
            models.Index(fields=["subject_kind", "subject_id"], name="warning_of_subject"),
            models.Index(fields=["-exposure", "episode_id"], name="warning_by_exposure"),
            models.Index(fields=["opened_on", "episode_id"], name="warning_by_age"),
            models.Index(
                fields=["owner_id", "-colour_rank", "-score", "episode_id"], name="warning_of_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.episode_id


class Signal(models.Model):
    """A signal that fired, for whom and with which values."""

    signal_id = models.CharField(primary_key=True, max_length=150)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=64)
    code = models.CharField(max_length=10)
    customer_id = models.CharField(max_length=64, null=True, db_index=True)
    state = models.CharField(max_length=12)
    suppressed_by = models.CharField(max_length=40, null=True)
    severity = models.CharField(max_length=10)
    value = models.CharField(max_length=200, null=True)
    threshold_fixed = models.CharField(max_length=200, null=True)
    threshold_applied = models.CharField(max_length=200, null=True)
    opened_on = models.DateField(null=True)
    evidence = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["code", "customer_id"], name="signal_of_code")]

    def __str__(self) -> str:
        return self.signal_id


class Coverage(models.Model):
    """How many subjects of a signal fired, were clear or could not be measured."""

    code = models.CharField(primary_key=True, max_length=10)
    subjects = models.BigIntegerField()
    fired = models.BigIntegerField()
    suppressed = models.BigIntegerField()
    clear = models.BigIntegerField()
    not_measurable = models.BigIntegerField()
    missing = models.JSONField(null=True)

    def __str__(self) -> str:
        return self.code


class Measure(Owned):
    """A measure that is due, offered or on guard."""

    measure_id = models.CharField(primary_key=True, max_length=200)
    measure_code = models.CharField(max_length=10)
    level = models.CharField(max_length=10)
    loan_id = models.CharField(max_length=64, null=True, db_index=True)
    customer_id = models.CharField(max_length=64, null=True, db_index=True)
    customer_name = models.CharField(max_length=200, null=True)
    nature = models.CharField(max_length=10)
    choice_group = models.CharField(max_length=60, null=True)
    owner_role = models.CharField(max_length=30, null=True)
    owner_id = models.CharField(max_length=64, null=True)
    approver_role = models.CharField(max_length=30, null=True)
    opened_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    hard_stop_on = models.DateField(null=True)
    clock_id = models.CharField(max_length=150, null=True)
    blocks = models.JSONField(null=True)
    rule_ids = models.JSONField(null=True)
    because = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner_id", "due_on", "measure_id"], name="measure_of_owner"),
            models.Index(fields=["institution_id", "due_on", "measure_id"], name="measure_of_institution"),
            models.Index(fields=["due_on", "measure_id"], name="measure_by_due"),
        ]

    def __str__(self) -> str:
        return self.measure_id


class LegalClock(Owned):
    """A legal clock of a loan or customer; days left follow from `ends_on`."""

    clock_id = models.CharField(primary_key=True, max_length=150)
    kind = models.CharField(max_length=40)
    loan_id = models.CharField(max_length=64, null=True, db_index=True)
    customer_id = models.CharField(max_length=64, null=True, db_index=True)
    starts_on = models.DateField(null=True)
    interrupted_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    state = models.CharField(max_length=20)
    evidence = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "ends_on"], name="clock_by_end")]

    def __str__(self) -> str:
        return self.clock_id


class LoanTally(models.Model):
    """Loans of an institution that agree in what the book in one page counts: how many, and their balance.

    `band` is the place of their days past due among `BANDS`; null where they are not measurable.
    """

    tally_id = models.CharField(primary_key=True, max_length=250)
    institution_id = models.CharField(max_length=64, null=True, db_index=True)
    currency = models.CharField(max_length=3)
    scheme_id = models.CharField(max_length=20, null=True)
    class_previous = models.CharField(max_length=10, null=True)
    class_final = models.CharField(max_length=10, null=True)
    five_level = models.CharField(max_length=20, null=True)
    band = models.BigIntegerField(null=True)
    loans = models.BigIntegerField()
    balance = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.tally_id


class CustomerTally(models.Model):
    """Customers with an exposure of an institution and colour: how many, their exposure and arrears."""

    tally_id = models.CharField(primary_key=True, max_length=100)
    institution_id = models.CharField(max_length=64, null=True, db_index=True)
    colour = models.CharField(max_length=10, null=True)
    customers = models.BigIntegerField()
    exposure = models.BigIntegerField()
    overdue = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.tally_id


class ClassChange(models.Model):
    """That the class of a loan changed between two publications."""

    loan_id = models.CharField(max_length=64, db_index=True)
    as_of = models.DateField()
    before = models.CharField(max_length=10, null=True)
    after = models.CharField(max_length=10, null=True)

    def __str__(self) -> str:
        return f"{self.loan_id} {self.before} {self.after}"


class ColourChange(models.Model):
    """That the colour of a customer changed between two publications."""

    customer_id = models.CharField(max_length=64, db_index=True)
    as_of = models.DateField()
    before = models.CharField(max_length=10, null=True)
    after = models.CharField(max_length=10, null=True)

    def __str__(self) -> str:
        return f"{self.customer_id} {self.before} {self.after}"
