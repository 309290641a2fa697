"""What the small bank has for those who run it: an administrator of branch A, a leave, and a finished job."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

from postloan.console.administration.models import Proposal
from postloan.console.people.models import Leave, Staff, StaffRole
from postloan.console.runs.models import Job
from postloan.engine import open_engine
from postloan.results import RUN

JOB = "0123456789ab"


def build() -> None:
    """Add them; OPA administers branch A alone."""
    made = Staff(staff_id="OPA", name="员工 OPA", institution_id="A")
    made.set_unusable_password()
    made.save()
    StaffRole.objects.create(staff=made, role="operator", institution_id="A")
    for branch in "AB":
        Leave.objects.create(
            staff_id=f"RD{branch}",
            deputy_id=f"BH{branch}",
            starts_on=date(2099, 1, 1),
            ends_on=date(2099, 1, 9),
        )
    # A role in each branch waits for a second person; numbers so that addresses can name them.
    for key, branch in ((9001, "A"), (9002, "B")):
        Proposal.objects.create(
            pk=key,
            kind="role",
            staff_id=f"M{branch}1",
            role="asset_preservation",
            institution_id=f"{branch}1",
            proposed_by_id="H-operator",
            proposed_at=datetime(2026, 7, 1, 9, 0),  # noqa: DTZ001 - the bank's civil time
        )
    Job.objects.create(
        job_id=JOB,
        kind="run",
        as_of=date(2026, 6, 30),
        state="done",
        asked_by="H-operator",
        asked_at=datetime(2026, 7, 1, 5, 0),  # noqa: DTZ001 - the bank's civil time
        ended_at=datetime(2026, 7, 1, 5, 1),  # noqa: DTZ001 - the bank's civil time
        exit_code=0,
        run_id="2026-06-30-1",
        log=["stage 1 9 gate"],
    )


def ledger(folder: Path) -> Path:
    """Write the ledger of one finished run into a folder; give the file."""
    stages = [
        {"stage": "facts", "seconds": 3.0, "rows": 8, "bytes_read": 1},
        {"stage": "results", "seconds": 1.0, "rows": 8, "bytes_read": 1},
    ]
    row = {
        "run_id": "2026-06-30-1",
        "as_of": date(2026, 6, 30),
        "mode": "full",
        "policy_version": "cn_rural-0123456789ab",
        "engine": "duckdb",
        "version": "0.1.0",
        "started": datetime(2026, 7, 1, 4, 0),  # noqa: DTZ001 - the ledger's UTC
        "ended": datetime(2026, 7, 1, 4, 0, 5),  # noqa: DTZ001 - the ledger's UTC
        "state": "done",
        "stages": json.dumps(stages),
    }
    path = folder / "2026-06-30-1.parquet"
    with open_engine(threads=1, memory="256MiB") as engine:
        engine.write(engine.from_rows([row], RUN.fields, "run"), path)
    return path


def quarantine(book: Path) -> None:
    """Set two customers of a book aside, as the quality gate does."""
    folder = book / "quarantine"
    folder.mkdir(parents=True)
    head = "source_file,source_row,quarantine_code,quarantine_reason,quarantine_allowed,customer_id,name,kind"
    rows = (
        "customer.csv,2,unknown_value,kind: person,corporate farmer,C1,客户 C1,person",
        "customer.csv,9,unknown_value,kind: shop,corporate farmer,C2,客户 C2,shop",
    )
    (folder / "customer.csv").write_text("\ufeff" + "\n".join((head, *rows)) + "\n", encoding="utf-8")
