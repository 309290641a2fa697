"""What the checks of a pack report."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

_LISTED = 40


def near(name: object, known: Collection[object]) -> str:
    """Ask whether a name that comes near was meant; where none does, tell which there are."""
    names = [str(one) for one in known]
    close = difflib.get_close_matches(str(name), names, n=2)
    listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    return f"Did you mean {' or '.join(close)}?" if close else f"There are: {listed or 'none'}."


@dataclass(frozen=True)
class Finding:
    """Something to mend; an `error` makes the check fail, a `warning` is listed."""

    severity: str
    code: str
    message: str
    where: str
    mend: str = ""


@dataclass(frozen=True)
class TableFinding(Finding):
    """Something found in a decision table.

    Args:
        rules: ids of the rules that it is about, the one to mend first.
        example: a value for each input, by the input's expression, where an example shows it.
        box: the inputs that it holds for: a unary test by the input's expression; an input that is
            not named may have any value.
        reason: what keeps the search from an end, or which kind of finding was cut off.
    """

    rules: tuple[str, ...] = ()
    example: Mapping[str, object] = field(default_factory=dict)
    box: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
