"""The legal clocks of one loan or customer, told with what the law says of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from postloan.policy.pack import Policy
from postloan.run.reading import Results

_ORDER = ("expired", "not_measurable", "running", "suspended", "satisfied")


def clocks_of(
    results: Results,
    policy: Policy | None,
    kind: Literal["loan", "customer"],
    subject_id: str,
    customer: str,
    lang: str,
) -> list[dict[str, Any]]:
    """Give rows of `clock`, the most urgent first, each with its evidence read and the pack's words.

    A loan has its own clocks and those of its customer that are of no loan. Added keys: name, consequence,
    reference, status and length, null without the pack, and hard_stop_on, the last day on which the right can
    still be kept: that of a clock that runs.
    """
    rows = results.rows("clock", "customer_id", [customer])
    if kind == "loan":
        rows = [row for row in rows if row["loan_id"] in (subject_id, None)]
    told = [_told(row, policy, lang) for row in rows]
    return sorted(
        told, key=lambda row: (_ORDER.index(row["state"]), row["ends_on"] or date.max, row["clock_id"])
    )


def _told(row: Mapping[str, Any], policy: Policy | None, lang: str) -> dict[str, Any]:
    clock = policy.clocks.get(row["kind"]) if policy else None
    said: dict[str, Any] = dict.fromkeys(("name", "consequence", "reference", "status", "length"))
    if clock is not None:
        said = {
            "name": clock.name.get(lang) or clock.name["en"],
            "consequence": clock.consequence.get(lang) or clock.consequence["en"],
            "reference": clock.reference,
            "status": clock.status,
            "length": clock.within.words(lang) if clock.within else None,
        }
    stop = row["ends_on"] if row["state"] == "running" else None
    return {**row, "evidence": json.loads(row["evidence"]), "hard_stop_on": stop, **said}
