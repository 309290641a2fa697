"""What the checks of a pack report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something to mend; an `error` makes the check fail, a `warning` is listed."""

    severity: str
    code: str
    message: str
    where: str
    mend: str = ""
