"""What a legal clock asks for ahead of its end: the table `clock_duties`, in the shape of `hits`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from postloan.classification import environment
from postloan.classification.inputs import names_read
from postloan.engine import Engine, Field, Kind, Table
from postloan.engine import verbs as v
from postloan.facts.registry import Fact, fact
from postloan.measures import hits as rows_of_measures
from postloan.measures.clocks.guarantors import PERIOD
from postloan.measures.clocks.shape import NOT_MEASURABLE, RUNNING
from postloan.measures.inputs import DERIVED
from postloan.policy import table as tables
from postloan.policy.feel import nodes as n
from postloan.policy.pack import Policy
from postloan.policy.table import CompiledTable

_AHEAD = (RUNNING, NOT_MEASURABLE)
"""States of a clock whose last day, where it is known, is still one by which a right can be kept."""

TABLE = "clock_duties"
"""The pack's table of what clocks ask for; a pack without it asks for nothing."""

OF_CLOCK: tuple[Fact, ...] = (
    fact("clock.kind", "The kind of the legal clock.", zh="法律时限的种类。", kind="string"),
    fact(
        "clock.state",
        "Its state: running, suspended, satisfied, expired or not_measurable.",
        zh="时限状态：running（进行）、suspended（停止）、satisfied（已满足）、expired（已届满）或not_measurable（无法计量）。",
        kind="string",
    ),
    fact(
        "clock.left_days",
        "Days to its last day, 0 on it, below 0 after it; null where there is none.",
        zh="距届满日的天数，当日为0，已届满为负；没有届满日的为空。",
    ),
    fact(
        "clock.guarantee_kind",
        "Of a guarantee period, the kind of guarantee; none for any other clock.",
        zh="保证期间所属的保证方式；其他时限为none。",
        kind="string",
    ),
)
"""What the table may ask of a clock, beside the facts of the loan."""


def compiled(policy: Policy, as_of: date) -> CompiledTable | None:
    """Compile the table; None where the pack has none in force."""
    if TABLE not in policy.tables:
        return None
    return tables.compile(policy.table(TABLE), environment(DERIVED, OF_CLOCK), as_of)


def names(policy: Policy) -> set[str]:
    """Give the facts of a loan or customer that the table reads."""
    if TABLE not in policy.tables:
        return set()
    return names_read([policy.table(TABLE)]) - {one.name for one in OF_CLOCK}


def codes(policy: Policy, as_of: date) -> set[str]:
    """Give every code of a measure that the table asks for."""
    table = compiled(policy, as_of)
    if table is None:
        return set()
    (measure,) = [one for one in table.checked.outputs if one.name == "measure"]
    return {str(cell.value) for cell in measure.cells if isinstance(cell, n.Literal) and cell.value}


def hits(
    engine: Engine,
    facts: Mapping[str, Table],
    policy: Policy,
    loans: Table,
    clock: Table,
    as_of: date,
) -> Table:
    """Give what the clocks of the loans ask for, with the clock and the day on which a right is lost.

    A deadline counts from `from_date`: `ends_on`, the clock's last day; `event_on`, the day that started or
    last moved it; `opened_on`, the day on which the measure opens. What was reported done completes it for
    `proof_days`: by then the proof must be in the book, as it alone moves the clock. A clock of a customer
    asks of each of his loans.

    Args:
        engine: the engine that computes.
        facts: the tables of facts, of which those of guarantors are read.
        policy: the policy in force.
        loans: the frame of measures, with the names that `names` gives.
        clock: table `clock` of the day.
        as_of: the business date.
    """
    table = compiled(policy, as_of)
    if table is None:
        return _nothing(engine)
    rows = engine.materialise(_frame(facts, loans, clock), "clock_frame")
    found = table.evaluate(engine, rows, ["hit_key"])
    found = found.filter(found.measure.notnull())
    wanted = ("measure", "rule_id", "days", "day_kind", "from_date", "proof_days")
    found = found.select(_hit="hit_key", **{name: name for name in wanted})
    found = found.inner_join(rows, found["_hit"] == rows.hit_key)
    day = v.literal(as_of, "date")
    moved = v.coalesce(found.interrupted_on, v.add_days(found.clock_starts_on, -1))
    base = v.when(
        [(found.from_date == "ends_on", found.clock_ends_on), (found.from_date == "event_on", moved)],
        v.null("date"),
    )
    return rows_of_measures.shaped(
        found,
        {
            "base_on": base,
            "cap_base_on": v.null("date"),
            "cap_days": v.null("integer"),
            "starts_on": v.add_days(day, 0 - found.proof_days),
            "last_on": v.null("date"),
            "visit": v.literal("", "string"),
            "holds": v.literal(False, "boolean"),
            "kind": v.literal(rows_of_measures.STEP, "string"),
            "facts": rows_of_measures.facts_tested(table, found),
            "hard_stop_on": v.when([(found.clock__state.isin(_AHEAD), found.clock_ends_on)], v.null("date")),
            "clock_id": found.clock_id,
        },
    )


def _frame(facts: Mapping[str, Table], loans: Table, clock: Table) -> Table:
    """Give each clock with each loan that it is about: the frame's columns and those of the clock.

    Further columns: hit_key, clock_id, clock__<what>, interrupted_on, clock_starts_on, clock_ends_on.
    """
    clocks = clock.select(
        "clock_id",
        "interrupted_on",
        _of_loan="loan_id",
        _of_customer="customer_id",
        clock__kind="kind",
        clock__state="state",
        clock__left_days="days_left",
        clock_starts_on="starts_on",
        clock_ends_on="ends_on",
    )
    own = clocks.filter(clocks["_of_loan"].notnull())
    own = own.inner_join(loans, own["_of_loan"] == loans.subject_id)
    whole = clocks.filter(clocks["_of_loan"].isnull())
    whole = whole.inner_join(loans, whole["_of_customer"] == loans.customer_id)
    both = own.union(whole)
    givers = facts["facts_guarantor"].select("kind", _guarantee="id", _borrower="customer_id")
    owed = loans.select("subject_id", _owner="customer_id")
    pairs = owed.inner_join(givers, owed["_owner"] == givers["_borrower"])
    bound = pairs.select(
        _bound=v.concat(PERIOD, ":", pairs["_guarantee"], ":", pairs.subject_id), _guarantee_kind="kind"
    )
    both = both.left_join(bound, both.clock_id == bound["_bound"])
    return both.mutate(
        hit_key=v.concat(both.clock_id, "|", both.subject_id),
        loan_id=both.subject_id,
        clock__guarantee_kind=v.coalesce(both["_guarantee_kind"], v.literal("none", "string")),
    ).drop("_of_loan", "_of_customer", "_bound", "_guarantee_kind")


def _nothing(engine: Engine) -> Table:
    dates = ("base_on", "cap_base_on", "starts_on", "last_on", "hard_stop_on")
    kinds: dict[str, Kind] = {"days": "integer", "cap_days": "integer", "holds": "boolean"}
    kinds |= dict.fromkeys(dates, "date")
    fields = [Field(name, kinds.get(name, "string")) for name in rows_of_measures.COLUMNS]
    return engine.from_rows([], fields, "clock_hits")
