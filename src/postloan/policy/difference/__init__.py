"""Differences of two versions of policy: by rule, by meaning, and of whole packs."""

from __future__ import annotations

from postloan.policy.difference.meaning import Meaning, Outcome, OutcomeChange
from postloan.policy.difference.packs import EntryChange, TableDifference, compare_packs, compare_tables
from postloan.policy.difference.rules import Change, RuleChange, TableChange

__all__ = [
    "Change",
    "EntryChange",
    "Meaning",
    "Outcome",
    "OutcomeChange",
    "RuleChange",
    "TableChange",
    "TableDifference",
    "compare_packs",
    "compare_tables",
]
