"""A sample to read: customers whom the draft changes, the largest first, with what changed and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from postloan.classification import steps
from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.measures.hits import TABLES as MEASURE_TABLES
from postloan.policy.pack import Policy
from postloan.run.class_story import floor_behind
from postloan.run.impact.affected import differs
from postloan.run.impact.compare import Differences
from postloan.run.impact.sides import Pair
from postloan.run.reading import Results, is_one_of
from postloan.run.rules import Rules
from postloan.warnings.counts import counts, kinds

Row = dict[str, Any]

_FLOORS = (*steps.FLOORS, steps.DEBTOR)
_MATRIX = (*steps.WORST, steps.MAPPING, steps.BEST)


def touched(engine: Engine, found: Differences) -> Table:
    """Give the customers whom the draft changes: customer_id, cents (what they owe), is_deep.

    Deep is a change of colour, class or measures; of the others only a signal changed, or whether it is told,
    or who verifies.
    """
    work, signals = found.work, found.signals
    changed = work.filter((work.kind == "measure") & ((work.old_there != work.new_there) | work.is_moved))
    regraded = differs(signals.old_severity, signals.new_severity)
    deep, light = v.literal(1, "integer"), v.literal(0, "integer")
    parts = [
        found.customers.filter(found.customers.is_changed).select("customer_id", deep=deep),
        found.loans.filter(found.loans.is_changed).select("customer_id", deep=deep),
        changed.select("customer_id", deep=deep),
        found.customers.filter(found.customers.is_handed).select("customer_id", deep=light),
        signals.filter(regraded | (signals.old_told != signals.new_told)).select("customer_id", deep=light),
    ]
    both = reduce(lambda a, b: a.union(b), parts)
    both = both.filter(both.customer_id.notnull())
    ids = both.group_by("customer_id").aggregate(is_deep=both.deep.max())
    owed = found.loans.group_by(_customer=found.loans.customer_id).aggregate(cents=v.total(found.loans.cents))
    rows = ids.left_join(owed, ids.customer_id == owed["_customer"]).drop("_customer")
    return engine.materialise(rows.mutate(cents=rows.cents.fill_null(0)), "impact_touched")


def drawn(engine: Engine, pair: Pair, found: Differences, changed: Table, size: int, lang: str) -> list[Row]:
    """Give so many of the changed customers: deep changes first, then who owes most, then by number."""
    order = [(changed.is_deep, "desc"), (changed.cents, "desc"), (changed.customer_id, "asc")]
    place = v.row_number(order=order)
    ranked = changed.mutate(place=place)
    rows = sorted(engine.rows(ranked.filter(ranked.place <= size)), key=lambda row: row["place"])
    ids = [str(row["customer_id"]) for row in rows]
    if not ids:
        return []
    old = _Half(engine, pair, pair.old, pair.against, pair.old_facts, lang).read(ids)
    new = _Half(engine, pair, pair.new, pair.draft, pair.new_facts, lang).read(ids)
    own = {name: _of(engine, getattr(found, name), ids) for name in ("customers", "loans", "signals", "work")}
    return [_told(row, own, old, new) for row in rows]


def _of(engine: Engine, table: Table, ids: Sequence[str]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {name: [] for name in ids}
    for row in engine.rows(table.filter(is_one_of(table.customer_id, ids))):
        grouped[row["customer_id"]].append(row)
    return grouped


@dataclass
class _Half:
    """What one side says of the sampled customers."""

    engine: Engine
    pair: Pair
    results: Results
    policy: Policy
    facts: Mapping[str, Table]
    lang: str

    def read(self, ids: Sequence[str]) -> _Half:
        """Fetch the rows of these customers."""
        self.customers = {row["id"]: row for row in self._rows(self.facts["facts_customer"], "id", ids)}
        self.loans = {row["id"]: row for row in self._rows(self.facts["facts_loan"], "customer_id", ids)}
        self.states = {row["loan_id"]: row for row in self.results.rows("loan_state", "customer_id", ids)}
        fired = self.results.rows("signal", "customer_id", ids)
        self.fired = {(row["code"], row["subject_kind"], row["subject_id"]): row for row in fired}
        due = self.results.rows("measure_due", "customer_id", ids)
        self.due = {
            (row["measure_code"], row["level"], row["loan_id"] or row["customer_id"]): row for row in due
        }
        self.counted = {row["customer_id"]: row for row in self._counts(ids)}
        self.warned = {row["subject_id"]: row for row in self.results.rows("warning", "subject_id", ids)}
        return self

    def _rows(self, table: Table, column: str, ids: Sequence[str]) -> list[Row]:
        return self.engine.rows(table.filter(is_one_of(table[column], ids)))

    def _counts(self, ids: Sequence[str]) -> list[Row]:
        signal, customers = self.results.table("signal"), self.facts["facts_customer"]
        own = kinds(signal.filter(is_one_of(signal.customer_id, ids)))
        known = customers.filter(is_one_of(customers["id"], ids))
        window = int(self.policy.parameter("combination_window_days"))
        return self.engine.rows(counts(own, known, self.policy.signals, self.pair.day.as_of, window))

    def rules(self, customer: str, loan: str | None = None) -> Rules:
        """Give what explains this side's rules for a customer or one of his loans."""
        values = {f"customer.{name}": value for name, value in self.customers.get(customer, {}).items()}
        values |= {name.replace("__", "."): value for name, value in self.counted.get(customer, {}).items()}
        values["customer.colour"] = self.warned.get(customer, {}).get("colour", "none")
        state = self.states.get(loan or "", {})
        values |= {f"loan.{name}": value for name, value in self.loans.get(loan or "", {}).items()}
        values |= {
            "loan.claim_days": state.get("days_past_due"),
            "loan.class_level": state.get("class_final"),
        }
        floors, row = json.loads(state.get("floor_rule_ids") or "[]"), state.get("matrix_rule_id")
        values["loan.floor_row"] = floor_behind(self.policy, floors, row, self.pair.day.as_of)
        return Rules(self.policy, values, self.pair.day.as_of, self.lang)

    def colour_rule(self, customer: str) -> Row | None:
        """Give the rule behind the customer's colour."""
        return self.rules(customer).of_rule("colour", self.warned.get(customer, {}).get("rule_id"))

    def class_rules(self, customer: str, loan: str) -> list[Row]:
        """Give the rules behind a loan's class: of the floors, else of the matrix."""
        state, rules = self.states.get(loan, {}), self.rules(customer, loan)
        floors = rules.of_rows(_FLOORS, json.loads(state.get("floor_rule_ids") or "[]"))
        row = state.get("matrix_rule_id")
        return [*floors, *(rules.of_rows(_MATRIX, [row]) if row else [])]

    def measure_rules(self, key: tuple[str, str, str], customer: str) -> list[Row]:
        """Give the rules behind a measure."""
        due = self.due.get(key, {})
        loan = due.get("loan_id") or json.loads(due.get("because") or "{}").get("loan_id")
        ids = json.loads(due.get("rule_ids") or "[]")
        return self.rules(customer, loan).of_rows(MEASURE_TABLES, ids)


def _told(row: Row, own: Mapping[str, Mapping[str, list[Row]]], old: _Half, new: _Half) -> Row:
    customer = str(row["customer_id"])
    (found,) = own["customers"][customer] or [{}]
    colour = {side: found.get(f"{side}_colour", "none") for side in ("old", "new")}
    moved = colour["old"] != colour["new"]
    loans = sorted(own["loans"][customer], key=lambda one: (-(one["cents"] or 0), one["loan_id"]))
    return {
        "customer_id": customer,
        "institution_id": found.get("institution_id"),
        "manager_id": found.get("manager_id"),
        "cents": row["cents"],
        "colour": colour,
        "score": {side: found.get(f"{side}_score", 0) for side in ("old", "new")},
        "owner_role": {side: found.get(f"{side}_owner") for side in ("old", "new")},
        "colour_rules": {"old": old.colour_rule(customer), "new": new.colour_rule(customer)}
        if moved or found.get("is_handed")
        else None,
        "signals": _signals(own["signals"][customer], old, new),
        "loans": [_loan(loan, customer, old, new) for loan in loans],
        "measures": _measures(own["work"][customer], customer, old, new),
    }


def _signals(rows: Sequence[Row], old: _Half, new: _Half) -> list[Row]:
    told = []
    for row in sorted(rows, key=lambda one: (one["code"], one["subject_id"])):
        if row["old_severity"] == row["new_severity"] and row["old_told"] == row["new_told"]:
            continue
        key = (row["code"], row["subject_kind"], row["subject_id"])
        before, after = old.fired.get(key, {}), new.fired.get(key, {})
        told.append(
            {
                **{name: row[name] for name in ("code", "subject_kind", "subject_id")},
                "severity": {"old": row["old_severity"], "new": row["new_severity"]},
                "is_told": {"old": row["old_told"] == 1, "new": row["new_told"] == 1},
                "value": (after or before).get("value"),
                "threshold": {
                    "old": before.get("threshold_applied"),
                    "new": after.get("threshold_applied"),
                },
            }
        )
    return told


def _loan(row: Row, customer: str, old: _Half, new: _Half) -> Row:
    rules = None
    if row["is_changed"]:
        rules = {
            side: half.class_rules(customer, row["loan_id"]) for side, half in (("old", old), ("new", new))
        }
    return {
        "loan_id": row["loan_id"],
        "currency": row["currency"],
        "balance_cents": row["cents"],
        "scheme_id": row["old_scheme"],
        "to_scheme_id": row["new_scheme"],
        "class": {"old": row["old_class"], "new": row["new_class"]},
        "class_rules": rules,
    }


def _measures(rows: Sequence[Row], customer: str, old: _Half, new: _Half) -> dict[str, list[Row]]:
    told: dict[str, list[Row]] = {"gained": [], "lost": [], "moved": []}
    measures = (row for row in rows if row["kind"] == "measure")
    for row in sorted(measures, key=lambda one: (one["code"], one["subject_id"])):
        side = "new" if row["new_there"] else "old"
        key = (row["code"], row["level"], row["subject_id"])
        if row["old_there"] != row["new_there"]:
            which, half = ("gained", new) if side == "new" else ("lost", old)
        elif row["is_moved"]:
            which, half = "moved", new
        else:
            continue
        told[which].append(
            {
                **{name: row[name] for name in ("code", "level", "subject_id")},
                "nature": row[f"{side}_nature"],
                "owner_role": row[f"{side}_role"],
                "due_on": {"old": row["old_due_on"], "new": row["new_due_on"]},
                "changed": _changed(row) if which == "moved" else {},
                "minutes": row[f"{side}_minutes"] + row[f"{side}_offered"],
                "rules": half.measure_rules(key, customer),
            }
        )
    return told


_ALTERED = {
    "owner_role": "role",
    "owner_id": "holder",
    "approver_role": "approver",
    "nature": "nature",
    "choice_group": "group",
    "blocks": "blocks",
}
"""What else than the deadline of a measure may differ: names in `measure_due`, and in `compare.ALTERED`."""


def _changed(row: Row) -> Row:
    """Give what else of a measure differs, old and new."""
    sides = {name: {"old": row[f"old_{key}"], "new": row[f"new_{key}"]} for name, key in _ALTERED.items()}
    return {name: both for name, both in sides.items() if both["old"] != both["new"]}
