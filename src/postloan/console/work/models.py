"""Cases, tasks, what happened to them, what proves them, and the watch list.

Amounts are integer cents. People, customers and loans are named by number: a customer who leaves the book
leaves the work on them in place.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from postloan.console.work import states

_STATES = [(state, state) for state in states.STATES]
_OPEN = models.Q(closed_at__isnull=True)


class Work(models.Model):
    """What cases and tasks share: whose they are, where they stand, and which clock runs.

    `clock_from` to `due_at` is the span of the state in which the work is; `half_at` its working half.
    `doers` are the people who ever did any of it, none of whom may close it, whoever has it now.
    """

    customer_id = models.CharField(max_length=64, null=True)
    customer_name = models.CharField(max_length=200, blank=True)
    institution_id = models.CharField(max_length=64, null=True)
    manager_id = models.CharField(max_length=64, null=True)
    state = models.CharField(max_length=12, choices=_STATES, default=states.NEW)
    owner_id = models.CharField(max_length=64, null=True)
    owner_role = models.CharField(max_length=30, blank=True)
    decider_role = models.CharField(max_length=30, blank=True)
    doers = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)
    claimed_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.CharField(max_length=64, null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, null=True)
    clock_from = models.DateTimeField()
    half_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalation_level = models.SmallIntegerField(default=0)
    raised_to = models.CharField(max_length=30, blank=True)
    snoozed_until = models.DateField(null=True)
    waiting_for = models.CharField(max_length=500, blank=True)
    finding = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def subject_name(self) -> str:
        """Give whom or what the work is about: the customer's name, else the number of the subject."""
        return self.customer_name or str(getattr(self, "subject_id", "") or self.customer_id or "")


def _indexes(name: str) -> list[models.Index]:
    """Give the indexes of open work: closed work of years is looked for by customer alone.

    The last columns of some are there to be read from the index itself: institutions of a branch, and for the
    load by person on SQLite, `closed_at`, which it would otherwise look up in each row.
    """
    return [
        models.Index(fields=["owner_id", "due_at", "closed_at"], name=f"{name}_of_owner", condition=_OPEN),
        models.Index(fields=["institution_id", "due_at", "id"], name=f"{name}_of_place", condition=_OPEN),
        models.Index(
            fields=["institution_id", "owner_id", "due_at", "closed_at"],
            name=f"{name}_of_owner_at_place",
            condition=_OPEN,
        ),
        models.Index(fields=["manager_id", "due_at", "id"], name=f"{name}_of_manager", condition=_OPEN),
        models.Index(fields=["due_at", "id"], name=f"{name}_by_due", condition=_OPEN),
        models.Index(fields=["escalation_level", "half_at"], name=f"{name}_by_half", condition=_OPEN),
        models.Index(
            fields=["decider_role", "state", "due_at", "id", "institution_id"],
            name=f"{name}_to_decide",
            condition=_OPEN,
        ),
        models.Index(
            fields=["raised_to", "due_at", "id", "institution_id"],
            name=f"{name}_of_raised",
            condition=_OPEN,
        ),
        models.Index(fields=["customer_id", "-opened_at"], name=f"{name}_of_customer"),
        models.Index(fields=["opened_at"], name=f"{name}_by_opening"),
    ]


class Case(Work):
    """A warning as work: one open case a subject, from its opening to its effect checks.

    `colour` is the worst since the case was opened; `colour_now` the last published one, empty where the
    warning no longer stands.
    """

    subject_kind = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=64)
    episode_id = models.CharField(max_length=150, db_index=True)
    colour = models.CharField(max_length=10)
    colour_rank = models.SmallIntegerField()
    colour_now = models.CharField(max_length=10, blank=True)
    exposure = models.BigIntegerField(null=True)
    reasons = models.JSONField(default=list)
    plan = models.TextField(blank=True)
    planned_at = models.DateTimeField(null=True)
    plan_due_at = models.DateTimeField()
    plan_until = models.DateField(null=True)
    label = models.CharField(max_length=12, blank=True)
    cause = models.CharField(max_length=40, blank=True)
    amount_secured = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar = _indexes("case")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"], condition=_OPEN, name="one_open_case_a_subject"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | ~models.Q(label=""), name="no_case_closes_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"

    kind_of_work = "case"


class Task(Work):
    """One thing to do: a measure that a run asks for or that somebody chose, or what somebody asked for."""

    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=10)  # measure or made
    title = models.CharField(max_length=200, blank=True)
    measure_id = models.CharField(max_length=200, null=True, unique=True)
    measure_code = models.CharField(max_length=10, blank=True)
    loan_id = models.CharField(max_length=64, null=True)
    proof_loan_id = models.CharField(max_length=64, null=True)
    due_on = models.DateField()
    needs = models.JSONField(default=list)
    is_asked = models.BooleanField(default=True)
    result = models.CharField(max_length=12, blank=True)

    class Meta:
        indexes: ClassVar = _indexes("task")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | ~models.Q(finding=""),
                name="no_task_closes_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"task {self.pk}"

    kind_of_work = "task"


class Belonging(models.Model):
    """What belongs to a case, a task or both."""

    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class TimelineEntry(Belonging):
    """One line of what happened; `details` holds codes and numbers that the page words."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    action = models.CharField(max_length=30)
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["case", "at", "id"], name="timeline_of_case"),
            models.Index(fields=["task", "at", "id"], name="timeline_of_task"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.action}"


class Evidence(Belonging):
    """What proves that something was done: a photo, a document, a visit, a call, a notice and more.

    `proves` is the need of the measure that it answers, in the pack's words. `happened_at` is when the
    photo was taken, the visit made, the call held, the notice served.
    """

    kind = models.CharField(max_length=10)
    proves = models.CharField(max_length=100, blank=True)
    customer_id = models.CharField(max_length=64, null=True)
    loan_id = models.CharField(max_length=64, null=True)
    happened_at = models.DateTimeField()
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    text = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    media_type = models.CharField(max_length=40, blank=True)
    size = models.BigIntegerField(default=0)
    reached = models.BooleanField(null=True)
    contact_kind = models.CharField(max_length=10, blank=True)
    visit_kind = models.CharField(max_length=5, blank=True)
    visit_result = models.CharField(max_length=10, blank=True)
    second_staff_id = models.CharField(max_length=64, null=True)
    notice_kind = models.CharField(max_length=20, blank=True)
    method = models.CharField(max_length=10, blank=True)
    receipt = models.CharField(max_length=200, blank=True)
    answers = models.JSONField(default=list)  # of a visit's checklist: code, answer, note
    added_by = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["case", "id"], name="evidence_of_case"),
            models.Index(fields=["task", "id"], name="evidence_of_task"),
            models.Index(
                fields=["customer_id", "-happened_at", "-id"],
                name="files_of_customer",
                condition=~models.Q(sha256=""),
            ),
        ]

    def __str__(self) -> str:
        return f"evidence {self.pk}"


class VisitDraft(Belonging):
    """What somebody has set down of a visit and not filed yet: theirs alone until it is evidence.

    `fields` holds what was typed, by the names of the form.
    """

    doer_id = models.CharField(max_length=64)
    proves = models.CharField(max_length=100, blank=True)
    fields = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "doer_id"],
                condition=models.Q(task__isnull=True),
                name="one_visit_draft_a_case",
            ),
            models.UniqueConstraint(
                fields=["task", "doer_id"],
                condition=models.Q(case__isnull=True),
                name="one_visit_draft_a_task",
            ),
        ]

    def __str__(self) -> str:
        return f"visit of {self.doer_id}"


class Closing(Belonging):
    """That a case or task was closed, with what was found; kept when it is opened again."""

    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=64)
    result = models.CharField(max_length=12)
    cause = models.CharField(max_length=40, blank=True)
    amount_secured = models.BigIntegerField(null=True)
    done_on = models.DateField()
    owner_id = models.CharField(max_length=64, null=True)
    has_evidence = models.BooleanField()
    reopened_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["closed_at"], name="closing_by_day")]

    def __str__(self) -> str:
        return f"{self.case_id or self.task_id} {self.result}"


class EffectCheck(models.Model):
    """A look at what became of a closed case after so many days."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="effect_checks")
    owner_id = models.CharField(max_length=64, null=True)
    days = models.SmallIntegerField()
    due_on = models.DateField()
    exposure_before = models.BigIntegerField(null=True)
    overdue_before = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=64, null=True)
    result = models.CharField(max_length=10, blank=True)
    text = models.TextField(blank=True)
    exposure_after = models.BigIntegerField(null=True)
    overdue_after = models.BigIntegerField(null=True)
    colour_after = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering: ClassVar = ["days"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "due_on"], name="one_effect_check_a_day")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owner_id", "due_on"],
                name="effect_of_owner",
                condition=models.Q(done_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} +{self.days}"


class Snooze(Belonging):
    """That somebody put work off, until when and why."""

    until = models.DateField()
    reason = models.TextField()
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"until {self.until}"


class WatchEntry(models.Model):
    """A customer's stay on the watch list, with why they came and why they left."""

    customer_id = models.CharField(max_length=64, db_index=True)
    customer_name = models.CharField(max_length=200)
    institution_id = models.CharField(max_length=64, null=True)
    manager_id = models.CharField(max_length=64, null=True)
    state = models.CharField(max_length=10, choices=[(one, one) for one in states.WATCH_STATES])
    owner_id = models.CharField(max_length=64)
    entry_criterion = models.CharField(max_length=30)
    entry_reason = models.TextField()
    action_plan = models.TextField()
    proposed_by = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    entered_on = models.DateField(null=True)
    confirmed_by = models.CharField(max_length=64, null=True)
    exit_reason = models.TextField(blank=True)
    exit_proposed_by = models.CharField(max_length=64, null=True)
    left_on = models.DateField(null=True)
    released_by = models.CharField(max_length=64, null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "customer_name", "id"], name="watch_by_name"),
            models.Index(fields=["institution_id", "state"], name="watch_of_place"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer_id"], condition=~models.Q(state=states.LEFT), name="once_on_the_watch_list"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_name} {self.state}"


class Opening(models.Model):
    """That the work of a published run was opened, so that it is done once."""

    run_id = models.CharField(max_length=40)
    result_hash = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    counts: Any = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run_id", "result_hash"], name="work_of_a_run_opened_once")
        ]

    def __str__(self) -> str:
        return self.run_id
