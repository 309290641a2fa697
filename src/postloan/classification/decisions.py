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

    Columns: subject_id, decided_order, decided_five.
    """
    rows = _last(book, as_of, _IN_FORCE)
    return _as_own(rows, loans, levels).rename(decided_order="level_order", decided_five="five_level")


def before(book: Book, prior: Prior | None, loans: Table, levels: Levels, as_of: date) -> Table:
    """Give each loan's class before the day: of the last run, else of the last decision of any kind.

    Columns: subject_id, class_previous (a code of the loan's own scheme).
    """
    decided = _as_own(_last(book, as_of, _STEPS), loans, levels)
    decided = _codes(decided, loans, levels).rename(_decided="subject_id", _decided_code="level_code")
    rows = loans.select("subject_id")
    rows = rows.left_join(decided, rows.subject_id == decided["_decided"])
    if prior is None or "loan_state" not in prior.tables:
        return rows.select("subject_id", class_previous=rows["_decided_code"])
    state = prior.tables["loan_state"]
    state = state.select(_loan=state.loan_id, dscheme=state.scheme_id, dcode=state.class_final)
    ran = _codes(_as_own(state, loans, levels), loans, levels).rename(
        _ran="subject_id", _ran_code="level_code"
    )
    rows = rows.left_join(ran, rows.subject_id == ran["_ran"])
    return rows.select("subject_id", class_previous=v.coalesce(rows["_ran_code"], rows["_decided_code"]))


def _last(book: Book, as_of: date, kinds: tuple[str, ...]) -> Table:
    """Give the last decision of these kinds of each loan; on one day the later step counts."""
    rows = book.table("class_decision")
    rows = rows.filter((rows.decided_on <= v.literal(as_of, "date")) & rows.kind.isin(kinds))
    steps = [(rows.kind == kind, v.literal(place, "integer")) for place, kind in enumerate(_STEPS)]
    rows = rows.mutate(_step=v.when(steps, v.null("integer")))
    order = [(rows.decided_on, "desc"), (rows["_step"], "desc")]
    rows = rows.mutate(_place=v.row_number(partition=[rows.loan_id], order=order))
    rows = rows.filter(rows["_place"] == 1)
    return rows.select(_loan=rows.loan_id, dscheme=rows.scheme_id, dcode=rows.level_code)


def _as_own(rows: Table, loans: Table, levels: Levels) -> Table:
    """Give the level of each row in the scheme of its loan: subject_id, level_order, five_level."""
    known = levels.all.rename(_scheme="scheme_id", _code="level_code", _order="level_order")
    rows = rows.inner_join(known, [rows.dscheme == known["_scheme"], rows.dcode == known["_code"]])
    rows = rows.inner_join(loans, rows["_loan"] == loans.subject_id)
    rows = rows.select("subject_id", "scheme_id", "dscheme", "_order", "five_level", "base_code")
    turned = levels.of_base.rename(_to="scheme_id", _base="base_code", _turned="level_order")
    rows = rows.left_join(turned, [rows.scheme_id == turned["_to"], rows.base_code == turned["_base"]])
    own = v.when([(rows.dscheme == rows.scheme_id, rows["_order"])], rows["_turned"])
    return rows.select("subject_id", "five_level", level_order=own)


def _codes(rows: Table, loans: Table, levels: Levels) -> Table:
    """Give the codes of orders in the loans' own schemes: subject_id, level_code."""
    rows = rows.select(_subject="subject_id", _order="level_order")
    rows = rows.inner_join(loans, rows["_subject"] == loans.subject_id).select(
        "subject_id", "scheme_id", "_order"
    )
    known = levels.all.select(_scheme="scheme_id", _known="level_order", level_code="level_code")
    rows = rows.inner_join(known, [rows.scheme_id == known["_scheme"], rows["_order"] == known["_known"]])
    return rows.select("subject_id", "level_code")
