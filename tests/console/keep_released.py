"""Writes down the console's database as the released steps make it, with rows in every table.

`python -m tests.console.keep_released` runs with the program of a release, before a later step is added to
any part, and writes `released.json`: what a bank that installed the release has. `test_migrations` brings it
forward. With the next release it is run again, and `released.RELEASED` names the steps of that release.
"""

from __future__ import annotations

import json
import os
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

AT = datetime(2026, 7, 1, 9, 0)  # noqa: DTZ001 - the bank's civil time
HERE = Path(__file__).parent


def keep() -> None:
    """Fill a new database and write its rows."""
    from django.core import serializers
    from django.core.management import call_command

    from tests.console import bank, released

    for part, step in released.RELEASED.items():
        call_command("migrate", part, step, verbosity=0)
    call_command("migrate", verbosity=0)
    bank.build()
    _events()
    _work()
    _policies()
    _others()
    rows = [one for model in released.tables() for one in model._default_manager.order_by("pk")]
    told = json.loads(serializers.serialize("json", rows))
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in told)
    (HERE / "released.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _events() -> None:
    from postloan.console.audit.services import record

    record(actor="system", action="publish", object_kind="run", object_id="2026-06-30-1", after={"rows": 41})
    record(actor="MA1", action="sign_in", object_kind="staff", object_id="MA1")
    record(actor="OPA", action="give_role", object_kind="staff", object_id="MA1", reason="替岗")


def _work() -> None:
    from postloan.console.work.models import Case, Closing, Evidence, Opening, Snooze

    Opening.objects.create(run_id="2026-06-30-1", result_hash="0" * 64, opened_at=AT, counts={"case": 2})
    Snooze.objects.create(task_id=9001, until=date(2026, 7, 9), reason="等待法院", by="MA1", at=AT)
    closed = Case.objects.get(pk=9002)
    closed.pk = 9003
    closed.state, closed.label, closed.cause, closed.finding = "closed", "real", "sector", "已核实"
    closed.doers, closed.submitted_by, closed.submitted_at = ["MA1"], "MA1", AT
    closed.closed_by, closed.closed_at, closed.amount_secured = "RDA", AT + timedelta(hours=1), 1_234_567
    closed.owner_id, closed.institution_id, closed.manager_id, closed.customer_id = (
        "MA1",
        "A1",
        "MA1",
        "CA1-1",
    )
    closed.save(force_insert=True)
    Closing.objects.create(
        case=closed,
        closed_at=closed.closed_at,
        closed_by="RDA",
        result="real",
        cause="sector",
        amount_secured=1_234_567,
        done_on=date(2026, 7, 1),
        owner_id="MA1",
        has_evidence=True,
    )
    Evidence.objects.create(
        case=closed,
        kind="visit",
        customer_id="CA1-1",
        happened_at=AT,
        latitude="30.123456",
        longitude="104.654321",
        text="已走访",
        visit_kind="f",
        visit_result="ok",
        added_by="MA1",
        added_at=AT,
    )


def _policies() -> None:
    from postloan.console.policies.models import Acknowledgement, Approval, Change, Comment, Draft, Impact

    first, third = Draft.objects.get(pk="small_v1"), Draft.objects.get(pk="small_v3")
    said = {"content": first.content, "at": AT}
    Acknowledgement.objects.create(draft=first, by_id="MA1", **said)
    for action, by in (("legal_check", "H-legal"), ("sign_risk", "H-risk_department")):
        Approval.objects.create(draft=first, action=action, by_id=by, note="同意", **said)
    Change.objects.create(
        draft=first,
        by_id="H-policy_author",
        kind="parameter",
        key="position_max_age",
        what={"value": 30},
        reason="决议",
        **said,
    )
    Comment.objects.create(
        draft=third, by_id="BHA", institution_id="A", text="同意", content=third.content, at=AT
    )
    Impact.objects.create(
        draft=third,
        content=third.content,
        state="failed",
        asked_by_id="H-policy_author",
        asked_at=AT,
        ended_at=AT,
        error={"code": "no_book", "message": "there is no book"},
    )


def _others() -> None:
    from postloan.console.administration.models import OneTimePassword
    from postloan.console.customers.models import CustomerNote
    from postloan.console.publishing.models import ClassChange, ColourChange
    from postloan.console.warnings.models import ListColumns

    ClassChange.objects.create(loan_id="LA1-1", as_of=date(2026, 6, 30), before="03", after="06")
    ColourChange.objects.create(customer_id="CA1-1", as_of=date(2026, 6, 30), before=None, after="red")
    CustomerNote.objects.create(customer_id="CA1-1", text="按月走访", author_id="MA1", written_at=AT)
    ListColumns.objects.create(staff_id="MA1", list_name="warnings", columns=["colour", "customer_name"])
    OneTimePassword.objects.create(
        staff_id="MB2", given_by="H-operator", given_at=AT, valid_until=AT + timedelta(days=3)
    )


if __name__ == "__main__":
    from postloan.console import serving

    os.environ.pop("DATABASE_URL", None)
    place = Path(tempfile.mkdtemp())
    serving.configure(place / "store", str(place / "book"), "")
    keep()
