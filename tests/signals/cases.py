"""The cases of the shipped pack on its signals, as rows for the column path."""

from __future__ import annotations

from functools import cache

from postloan.cli.policy._shared import kinds
from postloan.policy import cases, pack


@cache
def of_pack():
    """Give the pack's cases by signal, those of dates on which it is not in force left out."""
    found, findings = cases.load(cases.Library(pack.load("cn_rural"), kinds()), None)
    assert findings == []
    by_code = {}
    for case in found:
        if case.kind == "signal" and case.expect != cases.NOT_IN_FORCE:
            by_code.setdefault(case.key, []).append(case)
    return by_code


def rows(code):
    """Give the cases on a signal: facts by name, feeds that the book lacks, and the state that they give."""
    return [(case.given, frozenset(case.without), case.expect) for case in of_pack()[code]]
