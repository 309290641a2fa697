"""What people decided on a loan's class, and the class that it had before."""

from __future__ import annotations

from datetime import date

from postloan.book.snapshot import Book
from postloan.classification.levels import Levels
from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.results import Prior

_IN_FORCE = ("determination", "approval")
_STEPS = ("initial", "determination", "approval")


def in_force(book: Book, loans: Table, levels: Levels, as_of: date) -> Table:
    """Give the last determination or approval of each loan, as a level of the loan's own scheme.

    Args:
        loans: subject_id, scheme_id.

    Columns: subject_id, decided_order, decided_five, decided_npl, decided_on, decider and approver (staff;
    null where nobody is named), before_order (the last other level decided before), upgraded_on (the day of
    that level, where it was itself better than the one before it).
    """
    rows = _as_own(_rows(book, as_of), loans, levels)
    held = rows.filter(rows.kind.isin(_IN_FORCE))
    last = _first(held)
    decider = _settled(held, last).select(_determined="subject_id", _by="decided_by", _began="turn")
    last = last.left_join(decider, last.subject_id == decider["_determined"]).drop("_determined")
    is_approval = last.kind == "approval"
    nobody = v.null("string")
    named = last.approved_by.notnull()
    last = last.select(
        "subject_id",
        "decided_on",
        decided_order="order",
        decided_five="five_level",
        decided_npl="is_npl",
        # An approval and what it settles are one matter: before it is what was before both.
        _turn=is_approval.ifelse(v.coalesce(last["_began"], last.turn), last.turn),
        # An approval without a second name is the approver's own; who determined stands in that step's row.
        approver=v.coalesce(last.approved_by, is_approval.ifelse(last.decided_by, nobody)),
        decider=v.when([(named, last.decided_by), (is_approval, last["_by"])], last.decided_by),
    )
    before = _other_before(held, last.select("subject_id", "_turn", _other="decided_order"))
    earlier = _other_before(held, before.select("subject_id", _turn="turn", _other="order"))
    before = before.select(_b="subject_id", before_order="order", before_on="decided_on")
    earlier = earlier.select(_e="subject_id", earlier_order="order")
    last = last.left_join(before, last.subject_id == before["_b"]).drop("_b", "_turn")
    last = last.left_join(earlier, last.subject_id == earlier["_e"]).drop("_e")
    upgraded = (last.before_order < last.earlier_order).fill_null(False)
    return last.mutate(upgraded_on=upgraded.ifelse(last.before_on, v.null("date"))).drop(
        "before_on", "earlier_order"
    )


def assessed(book: Book, loans: Table, levels: Levels, as_of: date) -> Table:
    """Give the last first rating of each loan: subject_id, assessed_on, assessed_npl."""
    rows = _as_own(_rows(book, as_of), loans, levels)
    rows = _first(rows.filter(rows.kind == "initial"))
    return rows.select("subject_id", assessed_on="decided_on", assessed_npl="is_npl")


def before(book: Book, prior: Prior | None, loans: Table, levels: Levels, as_of: date) -> Table:
    """Give the order of each loan's class in the last run, else what a first rating alone said.

    Columns: subject_id, ran_order (final class of the last run), ran_machine_order (its machine class),
    rated_order (the last decision of any kind); null where there is none.
    """
    rated = _first(_as_own(_rows(book, as_of), loans, levels)).select(
        _rated="subject_id", rated_order="order"
    )
    rows = loans.select("subject_id")
    rows = rows.left_join(rated, rows.subject_id == rated["_rated"]).drop("_rated")
    if prior is None or "loan_state" not in prior.tables:
        return rows.mutate(ran_order=v.null("integer"), ran_machine_order=v.null("integer"))
    for name, column in (("ran_order", "class_final"), ("ran_machine_order", "class_machine")):
        state = prior.tables["loan_state"]
        state = state.select(_loan=state.loan_id, dscheme=state.scheme_id, dcode=state[column])
        own = _as_own(state, loans, levels).select(_own="subject_id", **{name: "order"})
        rows = rows.left_join(own, rows.subject_id == own["_own"]).drop("_own")
    return rows


def _rows(book: Book, as_of: date) -> Table:
    """Give all decisions up to the day with `turn`, larger for later ones and on one day for later steps."""
    rows = book.table("class_decision")
    rows = rows.filter(rows.decided_on <= v.literal(as_of, "date"))
    steps = [(rows.kind == kind, v.literal(place, "integer")) for place, kind in enumerate(_STEPS)]
    rows = rows.mutate(_step=v.when(steps, v.null("integer")))
    order = [(rows.decided_on, "asc"), (rows["_step"], "asc")]
    return rows.select(
        "kind",
        "decided_on",
        "decided_by",
        "approved_by",
        turn=v.row_number(partition=[rows.loan_id], order=order),
        _loan="loan_id",
        dscheme="scheme_id",
        dcode="level_code",
    )


def _first(rows: Table) -> Table:
    """Give the row of the last turn of each loan."""
    rows = rows.mutate(_place=v.row_number(partition=[rows.subject_id], order=[(rows.turn, "desc")]))
    return rows.filter(rows["_place"] == 1).drop("_place")


def _settled(rows: Table, last: Table) -> Table:
    """Give the determination that each last row settles, where that is an approval.

    One for a worse level, or one that was approved before, is another matter.
    """
    ends = last.select(_last="subject_id", _end="turn", _ended_on="decided_on", _to="order")
    pairs = rows.inner_join(ends, rows.subject_id == ends["_last"])
    pairs = pairs.filter(pairs.turn < pairs["_end"])
    approved = pairs.approved_by.notnull() & (pairs.decided_on < pairs["_ended_on"])
    closed = pairs.filter((pairs.kind == "approval") | approved)
    closed = closed.group_by(_of=closed.subject_id).aggregate(_closed=closed.turn.max())
    pairs = pairs.filter((pairs.kind == "determination") & (pairs.order <= pairs["_to"]))
    pairs = pairs.left_join(closed, pairs.subject_id == closed["_of"])
    return _first(pairs.filter((pairs.turn > pairs["_closed"]).fill_null(True)))


def _other_before(rows: Table, than: Table) -> Table:
    """Give the last row before a turn whose level is another one.

    Args:
        than: subject_id, _turn, _other (the level's order).
    """
    than = than.rename(_than="subject_id")
    pairs = rows.inner_join(than, rows.subject_id == than["_than"])
    pairs = pairs.filter((pairs.turn < pairs["_turn"]) & (pairs.order != pairs["_other"]))
    return _first(pairs)


def _as_own(rows: Table, loans: Table, levels: Levels) -> Table:
    """Turn levels into those of the loan's scheme: subject_id, order, five_level, is_npl, and all else."""
    rest = [name for name in rows.columns if name not in ("_loan", "dcode")]
    known = levels.all.select(
        "five_level", "base_code", "is_npl", _scheme="scheme_id", _code="level_code", _order="level_order"
    )
    rows = rows.inner_join(known, [rows.dscheme == known["_scheme"], rows.dcode == known["_code"]])
    loans = loans.select("subject_id", "scheme_id")
    rows = rows.inner_join(loans, rows["_loan"] == loans.subject_id)
    turned = levels.of_base.rename(_to="scheme_id", _base="base_code", _turned="level_order")
    rows = rows.left_join(turned, [rows.scheme_id == turned["_to"], rows.base_code == turned["_base"]])
    own = v.when([(rows.dscheme == rows.scheme_id, rows["_order"])], rows["_turned"])
    kept = [name for name in rest if name != "dscheme"]
    return rows.select("subject_id", "five_level", "is_npl", *kept, order=own)
