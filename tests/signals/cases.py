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


def with_all_feeds(code):
    """Give the cases on a signal whose book lacks no feed: facts by column, and the state they must give."""
    return [(_columns(case), case.expect) for case in of_pack()[code] if not case.without]


def without_a_feed(code):
    """Give the cases on a signal whose book lacks a feed: facts by column, and the feeds."""
    return [(_columns(case), case.without) for case in of_pack()[code] if case.without]


def _columns(case):
    return {name.partition(".")[2]: value for name, value in case.given.items()}
