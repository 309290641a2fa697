"""Why a loan has its class, and what a better one would need: rows, conditions, people, provisions."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from postloan.classification import levels, steps
from postloan.policy import table as tables
from postloan.policy.pack import Policy
from postloan.results import FIVE_LEVELS
from postloan.run.reading import Results
from postloan.run.rules import Rules, environment

_NAMES = {
    "first_class": "loan",
    "worst_on_balance_class": "customer",
    "other_npl_claim_count": "loan",
    "debtor_npl_share": "loan",
    "is_full_cash_pledge": "loan",
    "is_warning_confirmed": "customer",
    "is_warning_dismissed": "customer",
    "rating_rank": "customer",
    "debt_service_cover": "customer",
    "credit_grade": "customer",
}
"""Facts that classification derives and `class_basis` keeps, with their subjects."""

_CIRCLE = "circle"
"""The modifier that makes a level worse."""

CONDITIONS = ("u1", "u2", "u3", "u4", "u5")


def class_bases(results: Results, kind: str, subject_id: str) -> dict[str, dict[str, Any]]:
    """Give the rows of `class_basis` of a loan or a customer by loan; none from an older result."""
    if not results.has("class_basis"):
        return {}
    column = "loan_id" if kind == "loan" else "customer_id"
    return {row["loan_id"]: row for row in results.rows("class_basis", column, [subject_id])}


def known_values(basis: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give what the tables of classification saw beside the stored facts, by FEEL name."""
    return {f"{subject}.{name}": basis[name] for name, subject in _NAMES.items()} if basis else {}


def floor_behind(policy: Policy, floors: Iterable[str], matrix_row: str | None, as_of: date) -> str | None:
    """Give the floor that calls for a row of the matrix; None where the row stands by itself."""
    if steps.MAPPING not in policy.tables:
        return None
    table = tables.compile(policy.table(steps.MAPPING), environment(), as_of)
    for floor in floors:
        if any(hit["row"] == matrix_row for hit in table.decide({"loan.floor_row": floor})):
            return floor
    return None


def class_of(
    policy: Policy | None,
    loan: Mapping[str, Any],
    basis: Mapping[str, Any] | None,
    values: Mapping[str, Any],
    as_of: date,
    lang: str = "en",
) -> dict[str, Any] | None:
    """Tell what the class of a loan rests on; None where the result keeps no basis or the loan has no class.

    Keys: holding (rules that keep the machine's class where it is), next (the nearest better level:
    level_code, five_level), needs (conditions that it lacks, such as fewer days past due; where there are
    none, the level is reached once what holds is gone), people (the decision, what stands against it, and the
    conditions of an upgrade), restructuring, modifiers, reference, provision.
    The first three are empty where not the machine but people, or a hold, make the class.
    """
    if basis is None or loan["scheme_id"] is None:
        return None
    told: dict[str, Any] = {
        "holding": [],
        "next": None,
        "needs": [],
        "people": _people(loan, basis),
        "restructuring": _part(
            basis, ("restructuring_state", "observation_starts_on", "observation_missed_count")
        ),
        "modifiers": json.loads(basis["modifiers"] or "[]"),
        "reference": _part(basis, ("reference_table", "reference_row", "reference_class")),
        "provision": _part(basis, ("provision_before", "provision_after")),
    }
    if policy is not None and loan["class_machine"] is not None and not _is_set_by_people(loan):
        told |= _Better(policy, values, as_of, lang).tell(loan, told["modifiers"])
    return told


def _part(basis: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: basis[name] for name in names}


def _is_npl(five_level: str | None) -> bool:
    return five_level in FIVE_LEVELS[steps.NPL_RANK - 1 :]


def _is_set_by_people(loan: Mapping[str, Any]) -> bool:
    return bool(loan["class_final"] != loan["class_machine"])


def _people(loan: Mapping[str, Any], basis: Mapping[str, Any]) -> dict[str, Any]:
    decided = basis["class_decided"]
    return {
        "decided": decided,
        # A decision that says what the machine says makes nothing.
        "is_decisive": decided is not None and decided == loan["class_final"] and _is_set_by_people(loan),
        "decided_on": basis["decided_on"],
        "refused": json.loads(basis["refused"] or "[]"),
        "held": json.loads(basis["held"] or "[]"),
        "conditions": {name: basis[name] for name in CONDITIONS} if basis["u1"] is not None else None,
        "paid_normally_since_on": basis["paid_normally_since_on"],
        "upgrade_from_on": basis["upgrade_from_on"],
    }


@dataclass(frozen=True)
class _Hit:
    """A rule that holds, with the place of its level in the base scheme."""

    table: str
    rule_id: str
    row: str
    order: int

    @property
    def rule(self) -> tuple[str, str]:
        """Give what tells the rule from others."""
        return self.table, self.rule_id


_Holding = dict[tuple[str, str], _Hit]


class _Better:
    """Holds the tables of classification against the values of one loan."""

    def __init__(self, policy: Policy, values: Mapping[str, Any], as_of: date, lang: str) -> None:
        self.policy, self.as_of = policy, as_of
        self.env = environment()
        self.values = {name: values.get(name) for name in self.env}
        self.rules = Rules(policy, values, as_of, lang)
        self.base = policy.base_scheme

    def tell(self, loan: Mapping[str, Any], modifiers: Sequence[str]) -> dict[str, Any]:
        """Give holding, next and needs: the nearest better level, and what stands between."""
        floors, rows = self._floors(), self._rows()
        if _CIRCLE in modifiers and (found := self._tightened(loan, floors, rows)):
            return found
        hits = [*floors, *rows]
        if not hits:
            return self._among_best(loan)
        worst = max(hit.order for hit in hits)
        holding: _Holding = {hit.rule: hit for hit in hits if hit.order == worst}
        stay = self._stay(holding)
        # Some rules, such as F09, hold only for a loan that performs by itself: they come up now.
        while more := {hit.rule: hit for hit in stay if hit.order >= worst}:
            holding |= more
            stay = self._stay(holding)
        order = max((hit.order for hit in stay), default=self._best_order())
        told: dict[str, Any] = {"holding": [self._told(hit) for hit in holding.values()], "needs": []}
        told["next"] = self._level(loan, order) if order else None
        nearer = self._by_fewer_days(told["holding"], worst)
        if order and nearer and nearer[0] >= order:
            told |= {"next": self._level(loan, nearer[0]), "needs": nearer[1]}
        return told

    def _tightened(
        self, loan: Mapping[str, Any], floors: Sequence[_Hit], rows: Sequence[_Hit]
    ) -> dict[str, Any] | None:
        """Tell for a loan that the circle makes worse: without it it stands where its rows put it."""
        (best,) = self._decided(steps.BEST)
        found = [hit.order for hit in rows] or [self.base.level(best["level"]).order if best["level"] else 0]
        order = max(found)
        if not order or any(hit.order > order for hit in floors) or order == self.base.levels[-1].order:
            return None
        holding = self.rules.of_rows((steps.MODIFIER,), [_CIRCLE])
        return {"holding": holding, "next": self._level(loan, order), "needs": []}

    def _by_fewer_days(
        self, holding: Iterable[Mapping[str, Any]], worst: int
    ) -> tuple[int, list[dict[str, Any]]] | None:
        """Give the level of the nearest band of fewer days and what it asks; None where days alone do not do.

        Args:
            holding: rules with their conditions, as `_told` gives them.
            worst: the place of the level that they hold.
        """
        asked = [one for rule in holding for one in rule.get("conditions", ())]
        days = {one["input"]: one for one in asked if one["input"].endswith("_days")}
        told = {name: int(value) for name in days if (value := self.values.get(name)) is not None}
        most = max(told.values(), default=0)
        for limit in sorted((bound for bound in self._bounds(told) if bound < most), reverse=True):
            fewer = {name: min(value, limit) for name, value in told.items()}
            order = _Better(self.policy, {**self.values, **fewer}, self.as_of, self.rules.lang).order()
            if order and order < worst:
                needs = [
                    {**days[name], "test": f"<= {limit}", "value": value}
                    for name, value in told.items()
                    if value > limit
                ]
                return order, needs
        return None

    def _bounds(self, names: Iterable[str]) -> set[int]:
        """Give the days at which tests over these inputs turn, and those before them."""
        found: set[int] = set()
        for name in {*steps.FLOORS, steps.DEBTOR, *steps.WORST} & set(self.policy.tables):
            table = self.policy.table(name)
            places = [place for place, item in enumerate(table.inputs) if item.expression in names]
            tests = (rule.tests[place] for rule in table.rules for place in places)
            found |= {int(text) for test in tests for text in re.findall(r"\d+", test)}
        return found | {bound - 1 for bound in found if bound}

    def order(self) -> int | None:
        """Give the place of the level that these values come to; None where they come to none."""
        return max((hit.order for hit in self._stay(())), default=self._best_order())

    def _stay(self, gone: Container[tuple[str, str]]) -> list[_Hit]:
        """Give the rules that hold when some are gone.

        The second step reads the first class by the rules which stay; a loan that would perform by them is no
        longer one of its debtor's non-performing claims.
        """
        first = [*self._floors(steps.FLOORS), *self._rows(steps.FLOORS)]
        stay = [hit for hit in first if hit.rule not in gone]
        order = max((hit.order for hit in stay), default=self._best_order())
        level = next((level for level in self.base.levels if level.order == order), None)
        more = self._performing(level.five_level if level else None)
        later = [*self._floors((steps.DEBTOR,), more), *self._rows((steps.DEBTOR,), (), more)]
        return stay + [hit for hit in later if hit.rule not in gone]

    def _performing(self, five_level: str | None) -> dict[str, Any]:
        """Give what the second step would read if the first class of the loan were this one."""
        more: dict[str, Any] = {"loan.first_class": five_level}
        alone = self.values["loan.other_npl_claim_count"] == 0
        if alone and _is_npl(self.values["loan.first_class"]) and not _is_npl(five_level):
            more["loan.debtor_npl_share"] = 0
        return more

    def _floors(
        self, names: Sequence[str] = (*steps.FLOORS, steps.DEBTOR), more: Mapping[str, Any] | None = None
    ) -> list[_Hit]:
        found = []
        for name in names:
            for hit in self._decided(name, more):
                if hit["five_level"] in FIVE_LEVELS:
                    code = levels.best_of(self.policy, hit["five_level"])
                    found.append(_Hit(name, hit["rule_id"], hit["row"], self.base.level(code).order))
        return found

    def _rows(
        self,
        floors: Sequence[str] = (*steps.FLOORS, steps.DEBTOR),
        worst: Sequence[str] = steps.WORST,
        values: Mapping[str, Any] | None = None,
    ) -> list[_Hit]:
        asked: list[tuple[str, Mapping[str, Any], _Hit | None]] = [(name, {}, None) for name in worst]
        held = self._floors(floors, values)
        asked += [(steps.MAPPING, {"loan.floor_row": floor.row}, floor) for floor in held]
        found = []
        for name, more, floor in asked:
            for hit in self._decided(name, more):
                if hit["level"] is not None:
                    place = self.base.level(hit["level"]).order
                    # What people look for behind a row that a floor calls for is the floor.
                    table, rule = (floor.table, floor.rule_id) if floor else (name, hit["rule_id"])
                    found.append(_Hit(table, rule, hit["row"], place))
        return found

    def _decided(self, name: str, more: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        if name not in self.policy.tables:
            return []
        table = tables.compile(self.policy.table(name), self.env, self.as_of)
        return table.decide({**self.values, **(more or {})})

    def _best_order(self) -> int | None:
        """Give the level of the best table for a loan that is not past due; None where it gives none."""
        (hit,) = self._decided(steps.BEST, {"loan.claim_days": 0})
        return self.base.level(hit["level"]).order if hit["level"] else None

    def _among_best(self, loan: Mapping[str, Any]) -> dict[str, Any]:
        """Tell for a loan of the best table what its next better row lacks."""
        (hit,) = self._decided(steps.BEST)
        found: dict[str, Any] = {"holding": [], "next": None, "needs": []}
        if hit["level"] is None:
            return found
        found["holding"] = [one for one in [self.rules.of_rule(steps.BEST, hit["rule_id"])] if one]
        table = tables.compile(self.policy.table(steps.BEST), self.env, self.as_of)
        codes = {rule.id: rule.entries[1].strip('"') for rule in table.table.rules}
        orders = {
            rule: self.base.level(code).order for rule, code in codes.items() if code not in ("null", "")
        }
        better = [
            (sum(not one.met for one in trace.conditions), trace, orders[trace.rule_id])
            for trace in table.explain(self.values)
            if trace.rule_id in orders and orders[trace.rule_id] < self.base.level(hit["level"]).order
        ]
        if not better:
            return found
        # The next better level first, and of its rows the one that lacks the least.
        nearest = max(order for _, _, order in better)
        _, trace, order = min((one for one in better if one[2] == nearest), key=lambda one: one[0])
        found["next"] = self._level(loan, order)
        labels = {item.expression: item for item in table.table.inputs}
        found["needs"] = [
            {
                "input": expression,
                "label": labels[expression].labels.get(self.rules.lang) or labels[expression].label,
                "test": condition.test,
                "value": condition.value,
            }
            for expression, condition in zip(labels, trace.conditions, strict=True)
            if not condition.met
        ]
        return found

    def _level(self, loan: Mapping[str, Any], order: int) -> dict[str, Any]:
        code = next(level.level_code for level in self.base.levels if level.order == order)
        own = levels.own_level(self.policy, loan["scheme_id"], code)
        return {"level_code": own.level_code, "five_level": own.five_level}

    def _told(self, hit: _Hit) -> dict[str, Any]:
        told = self.rules.of_rule(hit.table, hit.rule_id) or {"table": hit.table, "rule_id": hit.rule_id}
        return {"row": hit.row, **told}
