"""The stage: counts, colour and score by the pack's tables, then episodes and owners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.facts import FACTS
from postloan.facts.frame import frame
from postloan.policy import column_name, feel, table
from postloan.policy.model import DecisionTable
from postloan.policy.pack import Policy
from postloan.results import WARNING, Prior
from postloan.warnings.counts import DERIVED, counts, kinds
from postloan.warnings.reasons import new_kinds, reasons

MANAGER_ROLE = "customer_manager"
"""Its holder is the manager of the customer's largest exposure; other roles have no holder here."""


def environment() -> dict[str, str]:
    """Give the FEEL kinds of the names that the tables `colour` and `score` may use."""
    return {one.name: one.feel_type for one in (*FACTS.values(), *DERIVED)}


def evaluate(
    engine: Engine,
    facts: Mapping[str, Table],
    signals: Mapping[str, Table],
    policy: Policy,
    prior: Prior | None,
    as_of: date,
) -> dict[str, Table]:
    """Give the warnings of the day.

    Args:
        engine: computes.
        facts: `facts_<subject>`.
        signals: the results of the signals stage, materialised.
        policy: what is in force on the day; tables `colour` (one row hit) and `score` (COLLECT SUM).
        prior: the last good run, for episodes and new kinds.
        as_of: the business date.

    Returns:
        `warning`: one row for each customer with a colour. Three yellow combine as of today; two orange
        combine within the window, as far back as notices are carried from run to run.
    """
    signal = signals["signal"]
    today = engine.materialise(kinds(signal), "kinds")
    window = int(policy.parameter("combination_window_days"))
    counted = counts(today, facts["facts_customer"], policy.signals, as_of, window)
    colours = _table(policy, "colour", as_of).evaluate(engine, counted, ["customer_id"])
    rows = engine.materialise(colours.filter(colours.colour.notnull()), "colours")
    rows = _with(rows, _scores(engine, facts, counted, policy, rows, as_of))
    rows = _with(rows, reasons(signal, policy.signals, policy.precedence))
    rows = _with(rows, new_kinds(today, prior))
    rows = _with(rows, _managers(facts["facts_customer"]))
    rows = _with_episode(rows, prior, as_of)
    result = rows.mutate(
        as_of=v.literal(as_of, "date"),
        subject_kind=v.literal("customer", "string"),
        subject_id=rows.customer_id,
        score=rows.score.fill_null(0),
        new_kinds=rows.new_kinds.fill_null("[]"),
        owner_id=(rows.owner_role == MANAGER_ROLE).ifelse(rows.manager, v.null("string")),
        policy_version=v.literal(policy.version, "string"),
    )
    return {"warning": engine.materialise(result.select(*WARNING.columns), "warning")}


def _table(policy: Policy, name: str, as_of: date) -> table.CompiledTable:
    return table.compile(policy.table(name), environment(), as_of)


def _scores(
    engine: Engine,
    facts: Mapping[str, Table],
    counted: Table,
    policy: Policy,
    customers: Table,
    as_of: date,
) -> Table:
    """Give the points of each warned customer, from 0 to the pack's limit: customer_id, score."""
    names = _names(policy.table("score"))
    subjects = frame(facts, "customer", names & FACTS.keys())
    derived = [column_name(one.name) for one in DERIVED if one.name in names]
    own = counted.select(*derived, _counted_for="customer_id")
    subjects = subjects.left_join(own, subjects.customer_id == own["_counted_for"]).drop("_counted_for")
    warned = subjects.semi_join(customers, subjects.customer_id == customers.customer_id)
    found = _table(policy, "score", as_of).evaluate(engine, warned, ["customer_id"])
    return found.select("customer_id", score=_held(found.score, int(policy.parameter("score_limit"))))


def _held(points: Column, limit: int) -> Column:
    known = points.fill_null(0)
    return v.least(v.greatest(known, v.literal(0, "integer")), v.literal(limit, "integer"))


def _names(decision: DecisionTable) -> set[str]:
    expressions: Iterable[str] = (item.expression for item in decision.inputs)
    found = set().union(
        *(feel.names(feel.parse_expression(text, where=decision.where)) for text in expressions)
    )
    for rule in decision.rules:
        found |= set().union(
            *(feel.names(feel.parse_unary(test, where=decision.where)) for test in rule.tests)
        )
    return found


def _managers(customers: Table) -> Table:
    return customers.select(customer_id=customers["id"], manager=customers.manager_id)


def _with(rows: Table, other: Table) -> Table:
    """Join a table with one row a customer to the rows."""
    right = other.rename(_customer="customer_id")
    return rows.left_join(right, rows.customer_id == right["_customer"]).drop("_customer")


def _with_episode(rows: Table, prior: Prior | None, as_of: date) -> Table:
    """Add opened_on, colour_since and episode_id; an episode starts when an unbroken warning did."""
    today = v.literal(as_of, "date")
    opened, since = today, today
    if prior is not None and "warning" in prior.tables:
        before = prior.tables["warning"]
        before = before.filter(before.subject_kind == "customer")
        before = before.select(
            customer_id=before.subject_id,
            before_opened=before.opened_on,
            before_colour=before.colour,
            before_since=before.colour_since,
        )
        rows = _with(rows, before)
        opened = v.coalesce(rows.before_opened, today)
        same = (rows.before_colour == rows.colour).fill_null(False)
        since = v.when([(same, rows.before_since)], today)
    return rows.mutate(
        opened_on=opened,
        colour_since=since,
        episode_id=v.concat("customer:", rows.customer_id, ":", v.text(opened)),
    )
