"""What the small bank has on its classification desk: a rating in each branch, to be determined."""

from __future__ import annotations

from datetime import date, datetime

from postloan.console.desk.models import Classification


def build() -> None:
    """Add a rating by the customer manager for the first loan of A1 and of B1."""
    for outlet in ("A1", "B1"):
        made = Classification.objects.create(
            number=f"L{outlet}-1.1",
            loan_id=f"L{outlet}-1",
            customer_id=f"C{outlet}-1",
            institution_id=outlet,
            manager_id=f"M{outlet}",
            state="rated",
            scheme_id="cn10a",
            level_code="06",
            five_level="substandard",
            standing="06",
            machine="06",
            floor="06",
            is_upgrade=False,
            is_loss=False,
            determination_level=2,
            approval_level=2,
            rule_id="person.small",
            rated_by=f"M{outlet}",
            opened_at=datetime(2026, 7, 1, 9, 0),  # noqa: DTZ001 - the bank's civil time
            moved_at=datetime(2026, 7, 1, 9, 0),  # noqa: DTZ001 - the bank's civil time
            policy_version="cn_rural-0123456789ab",
            as_of=date(2026, 6, 30),
        )
        made.steps.create(
            action="rate",
            level_code="06",
            five_level="substandard",
            by=f"M{outlet}",
            at=made.opened_at,
            reason="",
        )
