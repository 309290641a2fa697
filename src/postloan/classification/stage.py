"""Classes of all exposures on one day (domain: classification.md, B2, B3 and B7).

The machine's class is the more severe of floor and matrix (`steps`). What people decided, and a
non-performing class that nobody has upgraded, make the final class of it (`final`). Beside the state of each
loan stands what the class rests on (`basis`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from postloan.book.snapshot import Book
from postloan.classification import basis, final, levels, missing, steps
from postloan.classification.inputs import OFF_BALANCE, class_frame, names_read
from postloan.classification.levels import Levels
from postloan.classification.steps import Machine, Runner, five_name
from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.policy.pack import Policy
from postloan.results import LOAN_STATE, Prior

TABLES = (*steps.FLOORS, steps.DEBTOR, *steps.WORST, steps.BEST, steps.MAPPING, steps.MODIFIER)
"""Decision tables of the pack that give the machine's class."""


def names_asked(policy: Policy) -> set[str]:
    """Give the facts that the pack's tables of classification and its segments read."""
    asked = [name for name in (*TABLES, *levels.references(policy)) if name in policy.tables]
    return names_read(policy.table(name) for name in asked) | levels.segment_names(policy)


def classify(
    engine: Engine,
    facts: Mapping[str, Table],
    warnings: Table,
    policy: Policy,
    prior: Prior | None,
    book: Book,
    as_of: date,
) -> dict[str, Table]:
    """Give `loan_state` and `class_basis`: one row for each row of `facts_loan`, in the contract's columns.

    An exposure whose days past due are not measurable and for which no other row of the matrix or floor
    holds is `not_measurable`; an entrusted one has no class. Names of what was not measurable stand in
    `missing`. `upgrade_proposed` is the level of a decision that is better than the final class, else the
    level that a held loan may be upgraded to.

    Raises PolicyError where a table, scheme or segment of the pack cannot be used.
    """
    run, known = Runner(engine, policy, as_of), levels.read(engine, policy)
    state = state_of(run, facts, warnings, prior, book, known=known)
    named = missing.named(engine, state)
    state = basis.with_codes(engine, state, known)
    state = engine.materialise(state.inner_join(named, state.subject_id == named.subject_id), "class_named")
    return {
        "loan_state": _columns(state, facts, policy, as_of),
        "class_basis": basis.columns(run, state, known),
    }


def state_of(
    run: Runner,
    facts: Mapping[str, Table],
    warnings: Table,
    prior: Prior | None,
    book: Book,
    *,
    known: Levels | None = None,
    more: Iterable[str] = (),
) -> Table:
    """Give one row a loan with everything that its class rests on, levels as orders of its own scheme.

    Args:
        run: engine, policy and day.
        more: facts beside those that classification reads, as columns.
    """
    policy, as_of = run.policy, run.as_of
    known = known or levels.read(run.engine, policy)
    names = names_asked(policy) | set(more)
    loans = class_frame(run.engine, facts, warnings, book, policy, as_of, names)
    loans = loans.mutate(
        scheme_id=levels.scheme_of(policy, loans, as_of),
        reference_table=levels.reference_of(policy, loans, as_of),
        entrusted=loans["loan__is_entrusted"].fill_null(False),
        as_of=v.literal(as_of, "date"),
    )
    own = loans.filter(~loans.entrusted)
    said = final.people(run, own, book, prior, known)
    found = steps.machine(run, own, said)
    state = run.engine.materialise(_machine(loans, found, known), "class_machine")
    return final.decide(run, state, said, book)


def _machine(loans: Table, found: Machine, known: Levels) -> Table:
    """Add what both steps found, with levels of matrix, floor and machine as orders of the own scheme."""
    told = found.loans.select(
        "unclassed", _told="subject_id", **{name: name for name in found.loans.columns if name in _STEP}
    )
    rows = (
        loans.left_join(told, loans.subject_id == told["_told"]).drop("_told").rename(_entrusted="entrusted")
    )
    for table in (found.matrix, found.floors, found.modifiers):
        part = table.rename(_part="subject_id")
        rows = rows.left_join(part, rows.subject_id == part["_part"]).drop("_part")
    rows = rows.mutate(_floor_five=five_name(rows.floor_rank))
    base = known.of_base.rename(_scheme="scheme_id", matrix_order="level_order")
    rows = rows.left_join(
        base, [rows.scheme_id == base["_scheme"], rows.matrix_base == base["base_code"]]
    ).drop("_scheme", "base_code")
    five = known.of_five.rename(_scheme="scheme_id", floor_order="level_order", _five="five_level")
    rows = rows.left_join(five, [rows.scheme_id == five["_scheme"], rows["_floor_five"] == five["_five"]])
    rows = rows.drop("_scheme", "_five", "_floor_five")
    return rows.mutate(machine_order=v.greatest(rows.matrix_order, rows.floor_order))


_STEP = (
    "loan__first_class",
    "customer__worst_on_balance_class",
    "loan__other_npl_claim_count",
    "loan__debtor_npl_share",
)


def _columns(state: Table, facts: Mapping[str, Table], policy: Policy, as_of: date) -> Table:
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
    rows = state.inner_join(loan, state.subject_id == loan["_id"])
    unknown = v.literal("not_measurable", "string")
    observed = (rows["loan__restructuring_state"] == "observed").fill_null(False)
    values = {
        "loan_id": rows.subject_id,
        "as_of": v.literal(as_of, "date"),
        "days_past_due": rows["loan__claim_days"],
        "scheme_id": v.when([(rows["_entrusted"], v.null("string"))], rows.scheme_id),
        "class_previous": rows.previous_code,
        "class_matrix": rows.matrix_code,
        "class_floor": rows.floor_code,
        "class_machine": rows.machine_code,
        "class_final": rows.final_code,
        "five_level": v.when([(rows["_entrusted"], v.null("string"))], v.coalesce(rows.final_five, unknown)),
        "matrix_rule_id": rows.matrix_row,
        "floor_rule_ids": v.coalesce(rows.floor_rows, v.literal("[]", "string")),
        "upgrade_proposed": rows.proposed_code,
        "suit_status": rows["loan__suit_status"],
        "on_off": rows["loan__on_off"],
        "observation_ends_on": observed.ifelse(rows["loan__observation_ends_on"], v.null("date")),
        "policy_version": v.literal(policy.version, "string"),
    }
    return rows.select(
        **{name: values[name] if name in values else rows[name] for name in LOAN_STATE.columns}
    )


def _overdue(loans: Table) -> Column:
    """Give what is past due; off the sheet that is at least what was advanced and not repaid (F20)."""
    off = loans.on_off.isin(OFF_BALANCE)
    return v.when([(off, v.greatest(loans.overdue_amt, loans.advance_amt))], loans.overdue_amt)
