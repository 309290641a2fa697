"""The final class: the machine's, what people decided, and a non-performing class that is held (B3)."""

from __future__ import annotations

from postloan.book.snapshot import Book
from postloan.classification import decisions, upgrades
from postloan.classification.levels import Levels
from postloan.classification.steps import Runner
from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.results import Prior


def people(run: Runner, loans: Table, book: Book, prior: Prior | None, known: Levels) -> Table:
    """Give what people and the last run say of each loan of the bank's own risk, before any table is read.

    Args:
        loans: subject_id, scheme_id.

    Columns: subject_id; those of `decisions.in_force`, `assessed` and `before`; npl_order and short_order,
    the best non-performing level and the worst one short of loss; base_order, from which an upgrade sets out;
    previous_order; is_held, whether an upgrade out of the non-performing classes is in question; was_npl,
    whether the last run left the loan non-performing and only people may upgrade it.
    """
    rows = loans.select("subject_id", "scheme_id")
    parts = (
        decisions.in_force(book, rows, known, run.as_of),
        decisions.assessed(book, rows, known, run.as_of),
        decisions.before(book, prior, rows, known, run.as_of),
    )
    for number, part in enumerate(parts):
        right = run.engine.materialise(part, f"class_people_{number}").rename(_part="subject_id")
        rows = rows.left_join(right, rows.subject_id == right["_part"]).drop("_part")
    marks = known.marks.rename(_scheme="scheme_id")
    rows = rows.left_join(marks, rows.scheme_id == marks["_scheme"]).drop("_scheme", "scheme_id")
    # Where no run tells the last class, the worse of the last two decided levels is what an upgrade sets out
    # from.
    base = v.coalesce(rows.ran_order, v.greatest(rows.before_order, rows.decided_order))
    # Where a pack gives nobody the authority to upgrade, its tables say when a loan performs again.
    by_people = v.literal(run.has(upgrades.AUTHORITY), "boolean")
    rows = rows.mutate(
        base_order=base,
        previous_order=v.coalesce(rows.ran_order, rows.before_order, rows.decided_order, rows.rated_order),
        is_held=(base >= rows.npl_order).fill_null(False) & by_people,
        was_npl=(rows.ran_order >= rows.npl_order).fill_null(False) & by_people,
    )
    return run.engine.materialise(rows, "class_people")


def decide(run: Runner, state: Table, said: Table, book: Book) -> Table:
    """Add the final level, the proposed one and the previous class, with what they rest on.

    A decision that is no better than the last class and the machine's counts as it stands. A better one
    counts where nothing of `upgrades.REASONS` stands against it, and never beyond a floor. Without such a
    decision a loan that was non-performing stays so, at the best non-performing level at best. A decision on
    a loan that could not be measured counts unless it says normal.

    A decision that it is a loss, where neither the machine nor the last class says so, counts where it was
    approved (U6); until then the loan stands at the worst level short of loss at best.

    Args:
        said: see `people`.

    Columns added: those of `said`, final_order, proposed_order, u1 to u5, refused (JSON, null without a
    decision) and held (JSON: npl, merger, loss).
    """
    whole = state
    state = whole.select(
        "subject_id",
        "customer_id",
        "scheme_id",
        "as_of",
        "_entrusted",
        "machine_order",
        "floor_order",
        *_READ,
    )
    said = said.rename(_said="subject_id")
    state = state.left_join(said, state.subject_id == said["_said"]).drop("_said")
    state = state.mutate(is_held=state.is_held.fill_null(False))
    claims = upgrades.impaired(state.filter(~state["_entrusted"]))
    state = state.left_join(claims, state.customer_id == claims["_customer"]).drop("_customer")
    state = state.mutate(**upgrades.conditions(state, book, run.policy))
    decided = state.decided_order
    better = (decided < state.base_order).fill_null(False) | (decided < state.machine_order).fill_null(False)
    loss = (state.decided_five == "loss").fill_null(False)
    earlier = v.coalesce(v.greatest(state.machine_order, state.ran_order), state.before_order)
    by_people = v.literal(run.has(upgrades.AUTHORITY), "boolean")
    state = state.mutate(
        is_upgrade=better,
        is_new_loss=loss & (earlier < decided).fill_null(True) & by_people,
        is_crossing=state.is_held & (decided < state.npl_order).fill_null(False),
        loan__is_decision_upgrade=better,
        loan__is_decision_loss=loss,
    )
    state = run.engine.materialise(state, "class_decided")
    refused = upgrades.refusals(run, state, book)
    state = state.left_join(refused, state.subject_id == refused["_asked"]).drop("_asked")
    found = _with_final(state)
    new = [name for name in found.columns if name not in whole.columns]
    found = run.engine.materialise(found.select("subject_id", *new), "class_decisions").rename(
        _found="subject_id"
    )
    return whole.left_join(found, whole.subject_id == found["_found"]).drop("_found")


_READ = (
    "customer__is_in_merger_period",
    "customer__kind",
    "loan__amount_band",
    "loan__claim_days",
    "loan__is_retail",
    "loan__last_worsened_on",
    "loan__overdue_amt",
    "loan__paid_normally_since_on",
    "loan__stage",
    "loan__upgrade_from_on",
)


def _with_final(state: Table) -> Table:
    machine, floor = state.machine_order, state.floor_order
    nothing = v.null("integer")
    counts = (state.refused == "[]").fill_null(False)
    waits = state.is_new_loss & ~counts
    decided = waits.ifelse(state.short_order, state.decided_order)
    unmeasured = machine.isnull() & (state.decided_five == "normal").fill_null(False)
    lower = v.when([(unmeasured, nothing)], v.greatest(machine, decided))
    upgraded = v.greatest(floor, decided)
    base, npl = state.base_order, state.npl_order
    # What is better than the last class alone is still worse than the machine's, and then the worse one
    # counts.
    refused = machine.isnull().ifelse(v.coalesce(base, lower), lower)
    plain = v.when([(~state.is_upgrade, lower), (counts & machine.notnull(), upgraded)], refused)
    crossed = state.is_crossing & counts
    stays = state.is_held & ~crossed & (plain.isnull() | (plain < npl))
    held = stays.ifelse(v.when([(plain.isnull(), base)], npl), plain)
    merging = state["customer__is_in_merger_period"].fill_null(False)
    merging = merging & (state["loan__is_retail"] == False).fill_null(False)  # noqa: E712
    kept = merging & (held < base).fill_null(False)
    final = kept.ifelse(base, held)
    state = state.mutate(
        final_order=final,
        held=v.json_parts(_part(stays, "npl"), _part(kept, "merger"), _part(waits, "loss")),
    )
    return state.mutate(proposed_order=_proposed(state, waits))


def _part(condition: Column, name: str) -> Column:
    return condition.fill_null(False).ifelse(v.literal(f',"{name}"', "string"), v.literal("", "string"))


def _proposed(state: Table, waits: Column) -> Column:
    """Give a decision's better level, else for a held loan one step up where nothing is against it.

    Args:
        waits: whether a loss waits for its approval.
    """
    decided, final = state.decided_order, state.final_order
    waiting = (decided < final).fill_null(False)
    days_only = (state.u5 == "holds").fill_null(False)
    ready = (state.u1 == "holds") & ((state.u2 == "holds") | days_only) & (state.u4 == "holds")
    stays = state.is_held & (final >= state.npl_order) & (state.machine_order < final) & ready
    stays = stays.fill_null(False) & (state.held != '["merger"]') & ~waits
    one_up = v.greatest(state.machine_order, final - 1)
    return v.when([(waiting, decided), (stays & (one_up < final), one_up)], v.null("integer"))
