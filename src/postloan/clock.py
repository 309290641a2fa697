"""The only reader of the wall clock; business dates are arguments everywhere else."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Give the present moment in UTC, to the second; for the ledger's `started` and `ended` only."""
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None)


def civil() -> datetime:
    """Give the present moment as the bank's own clock shows it, to the second; for people's work."""
    return datetime.now().replace(microsecond=0)  # noqa: DTZ005 - the book's times are local civil time
