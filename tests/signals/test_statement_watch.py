"""The example pack that switches the signals on statements on, and decides nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from postloan.policy import pack

WATCH = Path(__file__).parents[2] / "docs" / "examples" / "statement_watch"
DAY = date(2012, 12, 31)


def test_it_differs_from_the_shipped_pack_in_what_is_on():
    shipped = {one.code: one for one in pack.load("cn_rural").as_of(DAY).signals}
    watched = {one.code: one for one in pack.load(WATCH).as_of(DAY).signals}
    assert set(shipped) == set(watched)
    changed = {code for code, one in watched.items() if one.enabled != shipped[code].enabled}
    assert changed == {code for code in shipped if code.startswith("FIN")}
    for code in changed:
        own, theirs = watched[code], shipped[code]
        same = replace(
            own,
            enabled=theirs.enabled,
            overrides=theirs.overrides,
            reference=theirs.reference,
            where=theirs.where,
        )
        assert same == theirs
        assert own.enabled
