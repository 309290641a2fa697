"""Two results of one day side by side, as columns: loans, customers, signals, and the work they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce

from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v
from postloan.run.impact.affected import differs
from postloan.run.impact.sides import Pair
from postloan.warnings.stage import MANAGER_ROLE

MONTH_DAYS = 30
"""Work due within so many days of the day counts as the coming month's."""

NONE = "none"
"""Stands for no colour."""


@dataclass(frozen=True)
class Differences:
    """One day's results side by side, materialised; `old_` is the pack in force, `new_` the draft.

    Args:
        loans: loan_id, customer_id, institution_id, manager_id, currency, cents, and of each side scheme,
            class, five (level), matrix, floors; is_changed where class or scheme differs.
        customers: customer_id, institution_id, manager_id, and of each side colour, score, rule, owner (the
            role that verifies); is_changed where the colour differs, is_handed where the colour stays and the
            owner does not. One row for each customer with a loan or a colour.
        signals: code, subject_kind, subject_id, customer_id, and of each side severity, told (0 or 1); one
            row for each that fires on either side.
        work: kind (measure, signal), code, level, subject_id, customer_id, loan_id, institution_id,
            manager_id, and of each side there (0 or 1), nature, role, holder (of the role), approver, group
            (of a choice), blocks, due_on, minutes, month (minutes due within a month), offered (minutes of
            options); is_moved where it stands on both and one of `ALTERED` differs; is_revalued where it does
            with other minutes. One row for each that stands on either side.
    """

    loans: Table
    customers: Table
    signals: Table
    work: Table


def compare(engine: Engine, pair: Pair) -> Differences:
    """Lay both results of a day side by side."""
    signals = engine.materialise(_signals(pair), "impact_signals")
    customers = engine.materialise(_customers(pair), "impact_customers")
    loans = engine.materialise(_loans(pair), "impact_loans")
    work = _measures(engine, pair).union(_looking(engine, pair, signals, customers))
    return Differences(loans, customers, signals, engine.materialise(_placed(pair, work), "impact_work"))


def _loans(pair: Pair) -> Table:
    named = {
        "scheme": "scheme_id",
        "class": "class_final",
        "five": "five_level",
        "matrix": "matrix_rule_id",
        "floors": "floor_rule_ids",
    }
    old, new = pair.old.table("loan_state"), pair.new.table("loan_state")
    left = old.select(
        "loan_id",
        "customer_id",
        "institution_id",
        "manager_id",
        "currency",
        cents=v.cents(old.balance),
        **{f"old_{name}": column for name, column in named.items()},
    )
    right = new.select(_loan="loan_id", **{f"new_{name}": column for name, column in named.items()})
    rows = left.inner_join(right, left.loan_id == right["_loan"]).drop("_loan")
    return rows.mutate(is_changed=_unlike(rows, ("scheme", "class", "five")))


def _unlike(rows: Table, names: Iterable[str]) -> Column:
    """Tell whether any of these columns differs between the sides."""
    return reduce(lambda a, b: a | b, [differs(rows[f"old_{one}"], rows[f"new_{one}"]) for one in names])


def _customers(pair: Pair) -> Table:
    known = pair.old_facts["facts_customer"].select(
        "institution_id", "manager_id", "has_open_loan", customer_id="id"
    )
    rows = known
    for side, results in (("old", pair.old), ("new", pair.new)):
        warned = results.table("warning")
        warned = warned.filter(warned.subject_kind == "customer").select(
            _customer="subject_id",
            **{f"{side}_colour": "colour", f"{side}_score": "score", f"{side}_rule": "rule_id"},
            **{f"{side}_owner": "owner_role"},
        )
        rows = rows.left_join(warned, rows.customer_id == warned["_customer"]).drop("_customer")
    rows = rows.filter(
        rows.has_open_loan.fill_null(False) | rows.old_colour.notnull() | rows.new_colour.notnull()
    )
    rows = rows.mutate(
        old_colour=rows.old_colour.fill_null(NONE),
        new_colour=rows.new_colour.fill_null(NONE),
        old_score=rows.old_score.fill_null(0),
        new_score=rows.new_score.fill_null(0),
    )
    stays = rows.old_colour == rows.new_colour
    return rows.mutate(is_changed=~stays, is_handed=stays & _unlike(rows, ("owner",)))


def _signals(pair: Pair) -> Table:
    one, zero = v.literal(1, "integer"), v.literal(0, "integer")
    parts = []
    for side, results in (("old", pair.old), ("new", pair.new)):
        rows = results.table("signal")
        told = (rows.state == "fired").ifelse(one, zero)
        columns = {"old_severity": v.null("string"), "old_told": zero}
        columns |= {"new_severity": v.null("string"), "new_told": zero}
        columns |= {f"{side}_severity": rows.severity, f"{side}_told": told}
        parts.append(rows.select("code", "subject_kind", "subject_id", "customer_id", **columns))
    both = parts[0].union(parts[1])
    return both.group_by(["code", "subject_kind", "subject_id"]).aggregate(
        customer_id=both.customer_id.max(),
        old_severity=both.old_severity.max(),
        new_severity=both.new_severity.max(),
        old_told=both.old_told.max(),
        new_told=both.new_told.max(),
    )


_SIDES = ("old", "new")
_MINUTES = ("minutes", "month", "offered")
_TEXTS = ("nature", "role", "holder", "approver", "group", "blocks")
_OF_SIDE = ("there", *_TEXTS, "due_on", *_MINUTES)

ALTERED = ("due_on", *_TEXTS)
"""What alters a measure that stands on both sides."""


def _measures(engine: Engine, pair: Pair) -> Table:
    """Give every measure that stands on either side, with its minutes by the pack of that side."""
    parts = []
    for side, results, policy in (("old", pair.old, pair.against), ("new", pair.new, pair.draft)):
        effort = _effort(engine, {code: one.effort_minutes for code, one in policy.measures.items()}, side)
        rows = results.table("measure_due")
        rows = rows.left_join(effort, rows.measure_code == effort.effort_code)
        minutes, zero = rows.effort_minutes.fill_null(0), v.literal(0, "integer")
        is_option = rows.nature == "option"
        soon = rows.due_on <= v.literal(pair.day.as_of + timedelta(days=MONTH_DAYS), "date")
        own = {
            "there": v.literal(1, "integer"),
            "nature": rows.nature,
            "role": rows.owner_role,
            "holder": rows.owner_id,
            "approver": rows.approver_role,
            "group": rows.choice_group,
            "blocks": rows["blocks"],
            "due_on": rows.due_on,
            "minutes": is_option.ifelse(zero, minutes),
            "month": (~is_option & soon.fill_null(False)).ifelse(minutes, zero),
            "offered": is_option.ifelse(minutes, zero),
        }
        keys = {
            "kind": v.literal("measure", "string"),
            "code": rows.measure_code,
            "level": rows.level,
            "subject_id": v.when([(rows.level == "customer", rows.customer_id)], rows.loan_id),
            "customer_id": rows.customer_id,
            "loan_id": rows.loan_id,
        }
        parts.append(rows.select(**keys, **_beside(side, own)))
    both = parts[0].union(parts[1])
    return both.group_by(["kind", "code", "level", "subject_id", "customer_id", "loan_id"]).aggregate(
        **{f"{side}_{name}": both[f"{side}_{name}"].max() for side in _SIDES for name in _OF_SIDE}
    )


def _beside(side: str, own: Mapping[str, Column]) -> dict[str, Column]:
    """Give the columns of both sides, those of the other one empty."""
    zero = v.literal(0, "integer")
    empty: dict[str, Column] = dict.fromkeys(("there", *_MINUTES), zero)
    empty |= dict.fromkeys(_TEXTS, v.null("string")) | {"due_on": v.null("date")}
    return {f"{one}_{name}": own[name] if one == side else empty[name] for one in _SIDES for name in _OF_SIDE}


def _effort(engine: Engine, minutes: Mapping[str, int], side: str) -> Table:
    rows = [{"effort_code": code, "effort_minutes": count} for code, count in sorted(minutes.items())]
    fields = [Field("effort_code", "string"), Field("effort_minutes", "integer")]
    return engine.from_rows(rows, fields, f"effort_{side}")


def _looking(engine: Engine, pair: Pair, signals: Table, customers: Table) -> Table:
    """Give the work of looking into what is told: of signals of a customer, by whom the warning names.

    What is suppressed is not told, so nobody looks into it. Everything told is due within the month.
    """
    rows = signals.filter(signals.customer_id.notnull() & ((signals.old_told == 1) | (signals.new_told == 1)))
    for side, policy in (("old", pair.against), ("new", pair.draft)):
        effort = _effort(engine, {one.code: one.effort_minutes for one in policy.signals}, f"signals_{side}")
        effort = effort.rename({f"_{side}_code": "effort_code", f"_{side}_minutes": "effort_minutes"})
        rows = rows.left_join(effort, rows.code == effort[f"_{side}_code"]).drop(f"_{side}_code")
    owners = customers.select(_owned="customer_id", _old_owner="old_owner", _new_owner="new_owner")
    rows = rows.left_join(owners, rows.customer_id == owners["_owned"])
    own: dict[str, Column] = {}
    zero = v.literal(0, "integer")
    for side in _SIDES:
        told = rows[f"{side}_told"]
        minutes = (told == 1).ifelse(rows[f"_{side}_minutes"].fill_null(0), zero)
        owner = v.coalesce(rows[f"_{side}_owner"], v.literal(MANAGER_ROLE, "string"))
        texts = dict.fromkeys(_TEXTS, v.null("string"))
        texts |= {"nature": v.literal("duty", "string"), "role": owner}
        own |= {
            f"{side}_{name}": v.when([(told == 1, text)], v.null("string")) for name, text in texts.items()
        }
        own |= {f"{side}_there": told, f"{side}_due_on": v.null("date"), f"{side}_offered": zero}
        own |= {f"{side}_minutes": minutes, f"{side}_month": minutes}
    keys = {
        "kind": v.literal("signal", "string"),
        "code": rows.code,
        "level": rows.subject_kind,
        "subject_id": rows.subject_id,
        "customer_id": rows.customer_id,
        "loan_id": v.when([(rows.subject_kind == "loan", rows.subject_id)], v.null("string")),
    }
    return rows.select(
        **keys, **{f"{side}_{name}": own[f"{side}_{name}"] for side in _SIDES for name in _OF_SIDE}
    )


def _placed(pair: Pair, work: Table) -> Table:
    """Add what differs, and institution and manager: of the loan, else of the customer's largest exposure."""
    loan = pair.old_facts["facts_loan"].select(_loan="id", _loan_at="institution_id", _loan_by="manager_id")
    customer = pair.old_facts["facts_customer"].select(_customer="id", _at="institution_id", _by="manager_id")
    rows = work.left_join(loan, work.loan_id == loan["_loan"])
    rows = rows.left_join(customer, rows.customer_id == customer["_customer"])
    rows = rows.mutate(
        institution_id=v.coalesce(rows["_loan_at"], rows["_at"]),
        manager_id=v.coalesce(rows["_loan_by"], rows["_by"]),
    )
    stays = (rows.old_there == 1) & (rows.new_there == 1)
    rows = rows.mutate(
        is_moved=stays & _unlike(rows, ALTERED),
        is_revalued=stays & (_at_any_time(rows, "old") != _at_any_time(rows, "new")),
    )
    return rows.drop("_loan", "_loan_at", "_loan_by", "_customer", "_at", "_by")


def _at_any_time(rows: Table, side: str) -> Column:
    return rows[f"{side}_minutes"] + rows[f"{side}_offered"]
