"""The two steps of the machine's class: the loan's own floors and rows, then those of its debtor's claims.

The first step reads floors and matrix over the loan alone. The second reads what the debtor's claims came to
in the first, never in the second, so that it is no loop (domain: classification.md, B7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from postloan.classification import levels
from postloan.classification.inputs import environment
from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.policy import table as tables
from postloan.policy.pack import Policy
from postloan.results import FIVE_LEVELS

FLOORS = ("floors", "floors_signs")
"""Floors over the loan and its debtor."""

DEBTOR = "floors_debtor"
"""Floors over the debtor's other claims."""

WORST = ("matrix_worst", "matrix_signs")
"""Rows of the matrix of which the worst is taken."""

BEST = "matrix_best"
"""Rows of the matrix that are read where none of the others holds."""

MAPPING, MODIFIER = "matrix_floors", "matrix_modifier"

NPL_RANK = FIVE_LEVELS.index("substandard") + 1
"""The place of the best non-performing class, 1 normal to 5 loss."""

NOT_A_CLAIM = ("off_uc",)
"""Exposures of which nothing is owed or promised to a third party: commitments not drawn."""

_KEY = ["subject_id"]


@dataclass(frozen=True)
class Runner:
    """Runs the pack's tables on one day; one that a pack has not is left out."""

    engine: Engine
    policy: Policy
    as_of: date

    def run(self, name: str, loans: Table, keys: list[str] | None = None) -> Table:
        """Evaluate a table over the loans."""
        compiled = tables.compile(self.policy.table(name), environment(), self.as_of)
        return compiled.evaluate(self.engine, loans, keys or _KEY)

    def has(self, name: str) -> bool:
        """Tell whether the pack has the table."""
        return name in self.policy.tables


@dataclass(frozen=True)
class Machine:
    """What both steps found.

    Args:
        loans: the frame with what the first step tells of the debtor: see `debtor_claims`.
        matrix: subject_id, matrix_base (a code of the base scheme), matrix_row.
        floors: subject_id, floor_rank (1 normal to 5 loss), floor_rows (a JSON list).
        modifiers: subject_id, modifiers (a JSON list of rows).
    """

    loans: Table
    matrix: Table
    floors: Table
    modifiers: Table


def machine(run: Runner, loans: Table, said: Table) -> Machine:
    """Do both steps for loans that are the bank's own risk.

    Args:
        said: what people and the last run say, see `final.people`.
    """
    own = run.engine.materialise(_floor_hits(run, FLOORS, loans), "class_floors_own")
    rows = run.engine.materialise(_own_rows(run, loans, own), "class_rows_own")
    best = run.run(BEST, loans).select("subject_id", best_level="level", best_row="row")
    best = run.engine.materialise(best, "class_rows_best")
    steps = run.engine.materialise(_modifiers(run, loans), "class_modifiers")
    first = _matrix(run, rows, best, steps, "class_matrix_first")
    told = debtor_claims(run, loans, _floors(own), first, said)
    told = run.engine.materialise(told, "class_second_step")
    later = run.engine.materialise(_floor_hits(run, (DEBTOR,), told), "class_floors_debtor")
    floors = run.engine.materialise(_floors(own.union(later)), "class_floors")
    if not run.has(MAPPING):
        return Machine(told, first, floors, steps)
    matrix = _matrix(run, rows.union(_mapped(run, later)), best, steps, "class_matrix")
    return Machine(told, matrix, floors, steps)


def _floor_hits(run: Runner, names: tuple[str, ...], loans: Table) -> Table:
    """Give the floors that hold: subject_id, row, five_level."""
    parts = [
        run.run(name, loans).select("subject_id", "row", "five_level") for name in names if run.has(name)
    ]
    hits = parts[0]
    for part in parts[1:]:
        hits = hits.union(part)
    return hits.filter(hits.five_level.notnull())


def _own_rows(run: Runner, loans: Table, floors: Table) -> Table:
    """Give the matrix rows of the first step: subject_id, row, level."""
    parts = [run.run(name, loans).select("subject_id", "row", "level") for name in WORST if run.has(name)]
    if run.has(MAPPING):
        parts.append(_mapped(run, floors))
    hits = parts[0]
    for part in parts[1:]:
        hits = hits.union(part)
    return hits.filter(hits["level"].notnull())


def _mapped(run: Runner, floors: Table) -> Table:
    """Give the matrix rows that floors call for."""
    rows = floors.select("subject_id", loan__floor_row="row").distinct()
    hits = run.run(MAPPING, rows, ["subject_id", "loan__floor_row"]).select("subject_id", "row", "level")
    return hits.filter(hits["level"].notnull())


def _matrix(run: Runner, rows: Table, best: Table, steps: Table, name: str) -> Table:
    """Give each loan's level: of the rows the worst, at one level the first; without any the best table's.

    Modifiers make it so many levels worse, down to the last.
    """
    hits = rows.distinct()
    order = [(levels.base_order(run.policy, hits["level"]), "desc"), (hits["row"], "asc")]
    hits = hits.mutate(_place=v.row_number(partition=[hits.subject_id], order=order))
    hits = hits.filter(hits["_place"] == 1).select(_hit="subject_id", worst_level="level", worst_row="row")
    found = best.left_join(hits, best.subject_id == hits["_hit"])
    found = found.select(
        "subject_id",
        _base=v.coalesce(found.worst_level, found.best_level),
        matrix_row=v.coalesce(found.worst_row, found.best_row),
    )
    moved = steps.select("steps", _moved="subject_id")
    found = found.left_join(moved, found.subject_id == moved["_moved"])
    base = _worse(run.policy, found["_base"], found.steps)
    return run.engine.materialise(found.select("subject_id", "matrix_row", matrix_base=base), name)


def _worse(policy: Policy, code: Column, steps: Column) -> Column:
    """Give the code of the base scheme so many levels worse, the last at most."""
    found = list(policy.base_scheme.levels)
    place = v.when(
        [(code == level.level_code, v.literal(number, "integer")) for number, level in enumerate(found)],
        v.null("integer"),
    )
    moved = v.least(place + steps.fill_null(0), v.literal(len(found) - 1, "integer"))
    codes = [(moved == number, v.literal(level.level_code, "string")) for number, level in enumerate(found)]
    return place.isnull().ifelse(v.null("string"), v.when(codes, v.null("string")))


def _modifiers(run: Runner, loans: Table) -> Table:
    """Give the modifiers of each loan that has any: subject_id, steps (levels worse), modifiers."""
    if not run.has(MODIFIER):
        none = loans.filter(loans.subject_id.isnull())
        return none.select("subject_id", steps=v.null("integer"), modifiers=v.null("string"))
    hits = run.run(MODIFIER, loans)
    hits = hits.filter(hits["row"].notnull()).select("subject_id", "row", "steps")
    return hits.group_by("subject_id").aggregate(
        steps=v.total(hits.steps), modifiers=v.json_list(v.json_text(hits["row"]))
    )


def _floors(hits: Table) -> Table:
    """Give each loan's worst floor: subject_id, floor_rank, floor_rows."""
    hits = hits.mutate(_rank=five_rank(hits.five_level))
    each = hits.group_by(["subject_id", "row"]).aggregate(_rank=hits["_rank"].max())
    return each.group_by("subject_id").aggregate(
        floor_rank=each["_rank"].max(), floor_rows=v.json_list(v.json_text(each["row"]))
    )


def debtor_claims(run: Runner, loans: Table, floors: Table, matrix: Table, said: Table) -> Table:
    """Add what the first step came to: of the loan itself, and of all claims of its debtor.

    People's decisions in force and classes of the last run count for the debtor's other claims, never for the
    loan itself: a decision must not become a floor under its own successor. Into the share of F09 no class of
    the last run goes, because that may itself come of F09: two claims would hold each other for ever.

    Args:
        said: subject_id, decided_five, was_npl, see `final.people`.

    Columns: those of the loans, loan__first_class, customer__worst_on_balance_class (off the sheet also by
    decisions; loss by decision alone counts as doubtful, as it needs an approval of its own),
    loan__other_npl_claim_count, loan__debtor_npl_share, unclassed (claims of the debtor without a class).
    """
    floors = floors.select("floor_rank", _floored="subject_id")
    matrix = matrix.select("matrix_base", _placed="subject_id")
    doubtful = v.literal("doubtful", "string")
    decided = (said.decided_five == "loss").fill_null(False).ifelse(doubtful, said.decided_five)
    said = said.select(_said="subject_id", _decided=five_rank(decided), _was_npl="was_npl")
    rows = loans.left_join(floors, loans.subject_id == floors["_floored"]).drop("_floored")
    rows = rows.left_join(matrix, rows.subject_id == matrix["_placed"]).drop("_placed")
    rows = rows.left_join(said, rows.subject_id == said["_said"]).drop("_said")
    base = five_rank(levels.base_class(run.policy, rows.matrix_base))
    rows = rows.mutate(_rank=v.greatest(rows.floor_rank, base)).drop("floor_rank", "matrix_base")
    owed = v.cents(rows["loan__reporting_balance_amt"]).fill_null(0)
    npl = (rows["_rank"] >= NPL_RANK).fill_null(False)
    by_decision = (rows["_decided"] >= NPL_RANK).fill_null(False)
    rows = rows.mutate(
        _owed=rows["loan__on_off"].notin(NOT_A_CLAIM).fill_null(False).ifelse(owed, v.literal(0, "integer")),
        _only_decided=by_decision & ~npl,
        _npl=npl | by_decision,
        _bad=npl | by_decision | rows["_was_npl"],
    )
    is_on = rows["loan__on_off"] == "on"
    sums = rows.group_by(_customer=rows.customer_id).aggregate(
        _worst=v.max_if(rows["_rank"], is_on),
        _worst_decided=v.max_if(rows["_decided"], is_on),
        _known=v.count_if(rows["_rank"].notnull() | rows["_bad"]),
        _all_bad=v.count_if(rows["_bad"]),
        _npl_owed=v.total_if(rows["_owed"], rows["_npl"]),
        _all_owed=v.total(rows["_owed"]),
        unclassed=v.count_if(rows["_rank"].isnull()),
    )
    rows = rows.left_join(sums, rows.customer_id == sums["_customer"])
    nothing, none = v.literal(0, "integer"), v.null("integer")
    others = rows["_all_bad"] - rows["_bad"].ifelse(v.literal(1, "integer"), nothing)
    npl_owed = rows["_npl_owed"] - rows["_only_decided"].ifelse(rows["_owed"], nothing)
    worst = (rows["loan__on_off"] == "on").ifelse(
        rows["_worst"], v.greatest(rows["_worst"], rows["_worst_decided"])
    )
    rows = rows.mutate(
        loan__first_class=five_name(rows["_rank"]),
        customer__worst_on_balance_class=five_name(worst),
        loan__other_npl_claim_count=(rows["_known"] > 0).ifelse(others, none),
        loan__debtor_npl_share=v.ratio(npl_owed, rows["_all_owed"]),
    )
    return rows.drop(*(name for name in rows.columns if name.startswith("_")))


def five_rank(five_level: Column) -> Column:
    """Give a five-level class as a number, 1 normal to 5 loss; null for any other value."""
    ranks = [(five_level == name, v.literal(rank, "integer")) for rank, name in enumerate(FIVE_LEVELS, 1)]
    return v.when(ranks, v.null("integer"))


def five_name(rank: Column) -> Column:
    """Give the five-level class of a number."""
    names = [(rank == number, v.literal(name, "string")) for number, name in enumerate(FIVE_LEVELS, 1)]
    return v.when(names, v.null("string"))
