"""What a class rests on beside floor and matrix: the second step, people, former matrices, and provisions."""

from __future__ import annotations

from postloan.classification.levels import Levels, references
from postloan.classification.steps import Runner
from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.results import CLASS_BASIS

_ORDERS = {
    "matrix": "matrix_order",
    "floor": "floor_order",
    "machine": "machine_order",
    "final": "final_order",
    "previous": "previous_order",
    "proposed": "proposed_order",
    "decided": "decided_order",
}


def with_codes(engine: Engine, state: Table, known: Levels) -> Table:
    """Add the code and five-level class of each order, in the loan's own scheme: <name>_code, <name>_five."""
    found = None
    for name, order in _ORDERS.items():
        part = state.select("subject_id", "scheme_id", name=v.literal(name, "string"), place=state[order])
        found = part if found is None else found.union(part)
    assert found is not None
    level = known.all.select("level_code", "five_level", _scheme="scheme_id", _order="level_order")
    found = found.inner_join(level, [found.scheme_id == level["_scheme"], found.place == level["_order"]])
    wide = found.group_by(_coded=found.subject_id).aggregate(
        **{f"{name}_code": v.max_if(found.level_code, found["name"] == name) for name in _ORDERS},
        **{f"{name}_five": v.max_if(found.five_level, found["name"] == name) for name in _ORDERS},
    )
    wide = engine.materialise(wide, "class_codes")
    return state.left_join(wide, state.subject_id == wide["_coded"]).drop("_coded")


def columns(run: Runner, state: Table, known: Levels) -> Table:
    """Give `class_basis` in its columns.

    The provision is the balance times the factor of the level's scheme, in cents, halves away from zero:
    before by the previous class, after by the final one; null without a class or a factor.
    """
    state = _with_provisions(state, known)
    reference = _references(run, state)
    state = state.left_join(reference, state.subject_id == reference["_refers"])
    empty = v.literal("[]", "string")
    values = {
        "loan_id": state.subject_id,
        "as_of": v.literal(run.as_of, "date"),
        "class_decided": state.decided_code,
        "held": v.coalesce(state.held, empty),
        "modifiers": v.coalesce(state.modifiers, empty),
        "policy_version": v.literal(run.policy.version, "string"),
    }
    return state.select(**{name: _value(state, values, name) for name in CLASS_BASIS.columns})


def _value(state: Table, values: dict[str, Column], name: str) -> Column:
    if name in values:
        return values[name]
    for prefix in ("loan__", "customer__"):
        if f"{prefix}{name}" in state.columns:
            return state[f"{prefix}{name}"]
    return state[name]


def _with_provisions(state: Table, known: Levels) -> Table:
    for name, code in (("before", "previous_code"), ("after", "final_code")):
        factor = known.all.select("provision_factor", _scheme="scheme_id", _code="level_code")
        same = [state.scheme_id == factor["_scheme"], state[code] == factor["_code"]]
        state = state.left_join(factor, same).drop("_scheme", "_code")
        owed = v.greatest(v.cents(state["loan__balance_amt"]), v.literal(0, "integer"))
        amount = v.money(v.convert(owed, state.provision_factor))
        state = state.mutate(**{f"provision_{name}": amount}).drop("provision_factor")
    return state


def _references(run: Runner, state: Table) -> Table:
    """Give what a segment's former matrix would have said: _refers, reference_row, reference_class."""
    found = None
    for name in references(run.policy):
        asked = state.filter(~state["_entrusted"] & (state.reference_table == name).fill_null(False))
        rows = run.run(name, asked)
        rows = rows.select(_refers="subject_id", reference_row="row", reference_class="five_level")
        rows = run.engine.materialise(rows, f"class_{name}")
        found = rows if found is None else found.union(rows)
    if found is not None:
        return found
    nobody = state.filter(state.subject_id.isnull())
    return nobody.select(
        _refers="subject_id", reference_row=v.null("string"), reference_class=v.null("string")
    )
