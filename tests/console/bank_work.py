"""Work in the small bank: for A1 and B1 a case, a task, evidence, an effect check, a watched customer.

Numbers are 9001 for A1 and 9002 for B1, so that addresses can name them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings

from postloan import clock
from postloan.console.publishing.models import Measure
from postloan.console.publishing.models import Warning as Alert
from postloan.console.work.files import keep
from postloan.console.work.models import Case, EffectCheck, Evidence, Task, TimelineEntry, WatchEntry

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 24
OPENED = datetime(2026, 7, 1, 6, 0)  # noqa: DTZ001 - the bank's civil time
NUMBERS = {"A1": 9001, "B1": 9002}


def clock_columns(due: datetime) -> dict[str, datetime]:
    """Give a clock that runs from the opening."""
    return {"clock_from": OPENED, "half_at": OPENED + (due - OPENED) / 2, "due_at": due}


def build() -> None:
    """Fill the tables of work."""
    for outlet, number in NUMBERS.items():
        alert = Alert.objects.get(customer_id=f"C{outlet}-1")
        owner = {
            "customer_id": alert.customer_id,
            "customer_name": alert.customer_name,
            "institution_id": outlet,
            "manager_id": f"M{outlet}",
        }
        later = clock.civil() + timedelta(days=3)
        case = Case.objects.create(
            pk=number,
            subject_kind="customer",
            subject_id=alert.subject_id,
            episode_id=alert.episode_id,
            colour="red",
            colour_rank=4,
            colour_now="red",
            exposure=alert.exposure,
            reasons=alert.reasons,
            owner_id=f"M{outlet}",
            owner_role="customer_manager",
            decider_role="risk_department",
            opened_at=OPENED,
            opened_by="system",
            plan_due_at=later,
            **clock_columns(later),
            **owner,
        )
        measure = Measure.objects.get(customer_id=f"C{outlet}-1")
        task = Task.objects.create(
            pk=number,
            case=case,
            kind="measure",
            measure_id=measure.measure_id,
            measure_code="M21",
            loan_id=measure.loan_id,
            proof_loan_id=measure.loan_id,
            owner_id=f"M{outlet}",
            owner_role="customer_manager",
            decider_role="branch_head",
            due_on=date(2026, 7, 3),
            needs=["breach evidence", "served notice"],
            opened_at=OPENED,
            opened_by="system",
            **clock_columns(datetime(2026, 7, 3, 17, 30)),  # noqa: DTZ001
            **owner,
        )
        kept = keep([PNG, outlet.encode()], settings.EVIDENCE, ["image/png"])
        Evidence.objects.create(
            pk=number,
            task=task,
            kind="document",
            proves="breach evidence",
            customer_id=alert.customer_id,
            happened_at=OPENED,
            sha256=kept.sha256,
            media_type=kept.media_type,
            size=kept.size,
            added_by=f"M{outlet}",
            added_at=OPENED,
        )
        TimelineEntry.objects.create(case=case, at=OPENED, actor="system", action="open")
        EffectCheck.objects.create(pk=number, case=case, days=30, due_on=date(2026, 7, 31))
        WatchEntry.objects.create(
            pk=number,
            state="proposed",
            owner_id=f"M{outlet}",
            entry_criterion="orange_or_worse",
            entry_reason="逾期 95 天",
            action_plan="每月走访",
            proposed_by=f"M{outlet}",
            proposed_at=OPENED,
            **owner,
        )
