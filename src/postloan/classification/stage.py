"""Classes of all exposures on one day (domain: classification.md, B2 and B7).

First step: floors, and the matrix over the loan's own inputs. Second step: floors that look at the debtor's
other claims, over the first step's levels. The result is the more severe of both, and of a decision in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from postloan.book.snapshot import Book
from postloan.classification import decisions, levels, missing
from postloan.classification.inputs import OFF_BALANCE, class_frame, environment, names_read
from postloan.classification.levels import Levels
from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.policy import table as tables
from postloan.policy.pack import Policy
from postloan.results import FIVE_LEVELS, LOAN_STATE, Prior

TABLES = ("floors", "floors_debtor", "matrix_worst", "matrix_best")
"""Decision tables of the pack that the stage reads."""

_KEY = ["subject_id"]


@dataclass(frozen=True)
class _Tables:
    """Runs the pack's tables on one day."""

    engine: Engine
    policy: Policy
    as_of: date

    def run(self, name: str, loans: Table) -> Table:
        compiled = tables.compile(self.policy.table(name), environment(), self.as_of)
        return compiled.evaluate(self.engine, loans, _KEY)


def classify(
    engine: Engine,
    facts: Mapping[str, Table],
    warnings: Table,
    policy: Policy,
    prior: Prior | None,
    book: Book,
    as_of: date,
) -> dict[str, Table]:
    """Give `loan_state`: one row for each row of `facts_loan`, in the contract's columns.

    An exposure whose days past due are not measurable and for which no other row of the matrix or floor
    holds is `not_measurable`; an entrusted one has no class. Names of what was not measurable stand in
    `missing`. `upgrade_proposed` is the level of a decision that is better than the machine's.

    Raises PolicyError where a table, scheme or segment of the pack cannot be used.
    """
    names = names_read(policy.table(name) for name in TABLES) | levels.segment_names(policy)
    loans = class_frame(engine, facts, warnings, book, as_of, names)
    entrusted = loans["loan__is_entrusted"].fill_null(False)
    loans = loans.mutate(scheme_id=levels.scheme_of(policy, loans, as_of), entrusted=entrusted)
    known, run = levels.read(engine, policy), _Tables(engine, policy, as_of)
    own = loans.filter(~loans.entrusted)
    first = run.run("floors", own).select("subject_id", "row", "five_level")
    matrix = _matrix(run, own)
    worst = _worst_on_balance(policy, own, _floors(first), matrix)
    own = own.left_join(worst, own.customer_id == worst["_customer"]).drop("_customer")
    second = run.run("floors_debtor", own).select("subject_id", "row", "five_level")
    floors = engine.materialise(_floors(first.union(second)), "class_floors")
    state = engine.materialise(_machine(loans, matrix, floors, known), "class_machine")
    named = missing.named(engine, state)
    state = _decided(state, book, prior, known, as_of)
    state = state.inner_join(named, state.subject_id == named.subject_id)
    return {"loan_state": _columns(state, facts, book, policy, as_of)}


def _matrix(run: _Tables, loans: Table) -> Table:
    """Give each loan's matrix level: subject_id, matrix_base (a code of the base scheme), matrix_row.

    Of the collected rows the worst wins, at one level the first; only without any is the other table read.
    """
    hits = run.run("matrix_worst", loans)
    hits = hits.mutate(_worse=levels.base_order(run.policy, hits["level"]))
    hits = hits.filter(hits["_worse"].notnull())
    order = [(hits["_worse"], "desc"), (hits.rule_order, "asc")]
    hits = hits.mutate(_place=v.row_number(partition=[hits.subject_id], order=order))
    hits = hits.filter(hits["_place"] == 1).select(_hit="subject_id", worst_level="level", worst_row="row")
    best = run.run("matrix_best", loans).select("subject_id", best_level="level", best_row="row")
    rows = best.left_join(hits, best.subject_id == hits["_hit"])
    rows = rows.select(
        "subject_id",
        matrix_base=v.coalesce(rows.worst_level, rows.best_level),
        matrix_row=v.coalesce(rows.worst_row, rows.best_row),
    )
    return run.engine.materialise(rows, "class_matrix")


def _floors(hits: Table) -> Table:
    """Give each loan's worst floor: subject_id, floor_rank (1 normal to 5 loss), floor_rows (a JSON list)."""
    hits = hits.filter(hits.five_level.notnull())
    hits = hits.mutate(_rank=five_rank(hits.five_level))
    each = hits.group_by(["subject_id", "row"]).aggregate(_rank=hits["_rank"].max())
    return each.group_by("subject_id").aggregate(
        floor_rank=each["_rank"].max(), floor_rows=v.json_list(v.json_text(each["row"]))
    )


def five_rank(five_level: Column) -> Column:
    """Give a five-level class as a number, 1 normal to 5 loss; null for any other value."""
    ranks = [(five_level == name, v.literal(rank, "integer")) for rank, name in enumerate(FIVE_LEVELS, 1)]
    return v.when(ranks, v.null("integer"))


def five_name(rank: Column) -> Column:
    """Give the five-level class of a number."""
    names = [(rank == number, v.literal(name, "string")) for number, name in enumerate(FIVE_LEVELS, 1)]
    return v.when(names, v.null("string"))


def _worst_on_balance(policy: Policy, loans: Table, floors: Table, matrix: Table) -> Table:
    """Give each customer's worst first-step class on the sheet, as the fact of that name."""
    rows = loans.filter(loans["loan__on_off"] == "on").select("subject_id", "customer_id")
    floors = floors.select(_floored="subject_id", floor_rank="floor_rank")
    matrix = matrix.select(_placed="subject_id", matrix_base="matrix_base")
    rows = rows.left_join(floors, rows.subject_id == floors["_floored"])
    rows = rows.left_join(matrix, rows.subject_id == matrix["_placed"])
    rows = rows.mutate(
        _rank=v.greatest(rows.floor_rank, five_rank(levels.base_class(policy, rows.matrix_base)))
    )
    worst = rows.group_by(_customer=rows.customer_id).aggregate(_rank=rows["_rank"].max())
    return worst.select("_customer", customer__worst_on_balance_class=five_name(worst["_rank"]))


def _machine(loans: Table, matrix: Table, floors: Table, known: Levels) -> Table:
    """Add the levels of matrix, floor and machine as orders of the loan's own scheme, 1 best."""
    rows = loans.rename(_entrusted="entrusted")
    matrix = matrix.rename(_placed="subject_id")
    rows = rows.left_join(matrix, rows.subject_id == matrix["_placed"]).drop("_placed")
    floors = floors.rename(_floored="subject_id")
    rows = rows.left_join(floors, rows.subject_id == floors["_floored"]).drop("_floored")
    rows = rows.mutate(_floor_five=five_name(rows.floor_rank))
    base = known.of_base.rename(_scheme="scheme_id", matrix_order="level_order")
    rows = rows.left_join(
        base, [rows.scheme_id == base["_scheme"], rows.matrix_base == base["base_code"]]
    ).drop("_scheme", "base_code")
    five = known.of_five.rename(_scheme="scheme_id", floor_order="level_order", _five="five_level")
    rows = rows.left_join(five, [rows.scheme_id == five["_scheme"], rows["_floor_five"] == five["_five"]])
    rows = rows.drop("_scheme", "_five", "_floor_five")
    return rows.mutate(machine_order=v.greatest(rows.matrix_order, rows.floor_order))


def _decided(state: Table, book: Book, prior: Prior | None, known: Levels, as_of: date) -> Table:
    """Add final level, proposed upgrade and previous class, and give orders as codes.

    A decision in force counts where it is worse than the machine; one on a loan that could not be measured
    counts unless it says normal.
    """
    own = state.filter(~state["_entrusted"]).select("subject_id", "scheme_id")
    decided = decisions.in_force(book, own, known, as_of).rename(_decided="subject_id")
    state = state.left_join(decided, state.subject_id == decided["_decided"]).drop("_decided")
    before = decisions.before(book, prior, own, known, as_of).rename(_before="subject_id")
    state = state.left_join(before, state.subject_id == before["_before"]).drop("_before")
    machine, decision = state.machine_order, state.decided_order
    unmeasured = machine.isnull() & (state.decided_five == "normal").fill_null(False)
    final = v.when([(unmeasured, v.null("integer"))], v.greatest(machine, decision))
    better = v.when([(decision < machine, decision)], v.null("integer"))
    state = state.mutate(final_order=final, better_order=better)
    for name in ("matrix", "floor", "machine", "final", "better"):
        code = known.all.select(
            _scheme="scheme_id",
            _order="level_order",
            **{f"{name}_code": "level_code", f"{name}_five": "five_level"},
        )
        state = state.left_join(
            code, [state.scheme_id == code["_scheme"], state[f"{name}_order"] == code["_order"]]
        ).drop("_scheme", "_order")
    return state


def _columns(state: Table, facts: Mapping[str, Table], book: Book, policy: Policy, as_of: date) -> Table:
    """Give the contract's columns in their order."""
    loan = facts["facts_loan"].select(
        _id="id",
        institution_id="institution_id",
        manager_id="manager_id",
        exposure_kind="exposure_kind",
        currency="currency",
        balance="balance_amt",
        overdue_amount=_overdue(facts["facts_loan"]),
        dpd_source="dpd_source",
        amount_band="amount_band",
    )
    seen = _observed(book, as_of)
    rows = state.inner_join(loan, state.subject_id == loan["_id"])
    rows = rows.left_join(seen, rows.subject_id == seen["_observed"])
    unknown = v.literal("not_measurable", "string")
    values = {
        "loan_id": rows.subject_id,
        "as_of": v.literal(as_of, "date"),
        "days_past_due": rows["loan__claim_days"],
        "scheme_id": v.when([(rows["_entrusted"], v.null("string"))], rows.scheme_id),
        "class_matrix": rows.matrix_code,
        "class_floor": rows.floor_code,
        "class_machine": rows.machine_code,
        "class_final": rows.final_code,
        "five_level": v.when([(rows["_entrusted"], v.null("string"))], v.coalesce(rows.final_five, unknown)),
        "matrix_rule_id": rows.matrix_row,
        "floor_rule_ids": v.coalesce(rows.floor_rows, v.literal("[]", "string")),
        "upgrade_proposed": rows.better_code,
        "suit_status": rows["loan__suit_status"],
        "on_off": rows["loan__on_off"],
        "policy_version": v.literal(policy.version, "string"),
    }
    return rows.select(
        **{name: values[name] if name in values else rows[name] for name in LOAN_STATE.columns}
    )


def _overdue(loans: Table) -> Column:
    """Give what is past due; off the sheet that is at least what was advanced and not repaid (F20)."""
    off = loans.on_off.isin(OFF_BALANCE)
    return v.when([(off, v.greatest(loans.overdue_amt, loans.advance_amt))], loans.overdue_amt)


def _observed(book: Book, as_of: date) -> Table:
    """Give loans under observation after a restructuring: _observed, observation_ends_on."""
    rows = book.table("restructuring")
    day = v.literal(as_of, "date")
    rows = rows.filter((rows.changed_on <= day) & (rows.observation_ends_on >= day))
    return rows.group_by(_observed=rows.loan_id).aggregate(observation_ends_on=rows.observation_ends_on.max())
