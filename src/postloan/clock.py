"""The only reader of the wall clock; business dates are arguments everywhere else."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Give the present moment in UTC, to the second; for the ledger's `started` and `ended` only."""
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None)
