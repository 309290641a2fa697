"""When the class of a loan last became worse, and when non-performing: by earlier runs, else by decisions."""

from __future__ import annotations

from postloan.engine import Field, Table
from postloan.engine import verbs as v
from postloan.facts import classes
from postloan.facts.context import Context
from postloan.results import FIVE_LEVELS


def fell(context: Context, loans: Table) -> Table:
    """Give when each loan last became worse, and when non-performing: by earlier runs, else by decisions."""
    decided = _decided_falls(context)
    rows = loans.left_join(decided, loans["id"] == decided["_of"]).drop("_of")
    if context.prior is None or "loan_state" not in context.prior.tables:
        return rows.select("id", last_worsened_on="_worse_on", last_downgraded_on="_npl_on")
    ran = _ran_falls(context)
    rows = rows.left_join(ran, rows["id"] == ran["_ran"])
    return rows.select(
        "id",
        last_worsened_on=v.greatest(rows["_worse_on"], rows["_ran_worse_on"]),
        last_downgraded_on=v.greatest(rows["_npl_on"], rows["_ran_npl_on"]),
    )


def _levels(context: Context) -> Table:
    rows = [
        {"_scheme": scheme.id, "_code": level.level_code, "_order": level.order, "_npl": level.is_npl}
        for scheme in context.policy.schemes
        for level in scheme.levels
    ]
    kinds = {"_scheme": "string", "_code": "string", "_order": "integer", "_npl": "boolean"}
    return context.engine.from_rows(rows, [Field(name, kind) for name, kind in kinds.items()], "fall_levels")  # type: ignore[arg-type]


def _ran_falls(context: Context) -> Table:
    """Carry the days from run to run: the last run's day where its class was worse than the one before."""
    assert context.prior is not None
    state, day = context.prior.tables["loan_state"], v.literal(context.prior.as_of, "date")
    known = _levels(context)
    for name in ("class_previous", "class_final"):
        level = known.select(
            **{
                f"_s_{name}": "_scheme",
                f"_c_{name}": "_code",
                f"order_{name}": "_order",
                f"npl_{name}": "_npl",
            }
        )
        same = [state.scheme_id == level[f"_s_{name}"], state[name] == level[f"_c_{name}"]]
        state = state.left_join(level, same).drop(f"_s_{name}", f"_c_{name}")
    worse = (state.order_class_final > state.order_class_previous).fill_null(False)
    npl = state.npl_class_final.fill_null(False) & ~state.npl_class_previous.fill_null(False)
    rows = state.select(
        _ran="loan_id",
        _now_worse=(worse | npl).ifelse(day, v.null("date")),
        _now_npl=npl.ifelse(day, v.null("date")),
    )
    carried = context.prior.tables.get("facts_loan")
    names = ("last_worsened_on", "last_downgraded_on")
    if carried is None or not set(names) <= set(carried.columns):
        return rows.select("_ran", _ran_worse_on="_now_worse", _ran_npl_on="_now_npl")
    carried = carried.select(*names, _kept="id")
    rows = rows.left_join(carried, rows["_ran"] == carried["_kept"])
    return rows.select(
        "_ran",
        _ran_worse_on=v.greatest(rows["_now_worse"], rows.last_worsened_on),
        _ran_npl_on=v.greatest(rows["_now_npl"], rows.last_downgraded_on),
    )


def _decided_falls(context: Context) -> Table:
    """Give the last decisions in force that were worse than the one before: _of, _worse_on, _npl_on."""
    rows = context.book.table("class_decision")
    rows = rows.filter((rows.decided_on <= context.day) & (rows.kind != "initial"))
    rows = classes.five_levels(context, rows)
    known = _levels(context)
    same = [rows.scheme_id == known["_scheme"], rows.level_code == known["_code"]]
    rows = rows.left_join(known, same)
    order = [(rows.decided_on, "asc"), (rows.kind, "desc")]  # of one day the approval comes last
    part = [rows.loan_id]
    rows = rows.mutate(_place=classes.rank(rows.five))
    rows = rows.mutate(
        _was=v.lag(rows["_order"], partition=part, order=order),
        _was_in=v.lag(rows.scheme_id, partition=part, order=order),
        _before=v.lag(rows["_place"], partition=part, order=order),
    )
    first_bad = v.literal(FIVE_LEVELS.index(classes.NON_PERFORMING[0]), "integer")
    npl = (rows["_place"] >= first_bad) & (rows["_before"] < first_bad).fill_null(True)
    # Orders of two schemes count different levels; between them only the five classes compare.
    one_scheme = (rows.scheme_id == rows["_was_in"]) & rows["_order"].notnull() & rows["_was"].notnull()
    worse = one_scheme.ifelse(rows["_order"] > rows["_was"], rows["_place"] > rows["_before"]) | npl
    return rows.group_by(_of=rows.loan_id).aggregate(
        _worse_on=v.max_if(rows.decided_on, worse.fill_null(False)),
        _npl_on=v.max_if(rows.decided_on, npl.fill_null(False)),
    )
