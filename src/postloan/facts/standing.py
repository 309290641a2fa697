"""How each customer stands, as a guarantor or as one of several who are tied: arrears, class, net worth."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import classes
from postloan.facts.context import Context, by_id, nulls, zero
from postloan.results import FIVE_LEVELS

OWED = "due.due_on due.principal due.interest payment.amount position.days_past_due"
CLASS = "loan_state.five_level class_decision.five_level class_decision.decided_on class_decision.level_code"
BUREAU = "bureau.worst_days_past_due bureau.overdue_debt"
WORTH = "customer_indicator.indicator customer_indicator.value statement.item statement.value"


def rows(context: Context) -> Table:
    """Give one row a customer, computed once, amounts in cents of the reporting currency.

    Columns: id; exposure; dpd, days past due here (0 without a loan); bureau_dpd, those of the last report;
    class_rank and bureau_class, the place in `FIVE_LEVELS` of the worst class here and in the last report;
    is_npl, null where a borrower has neither days past due nor class; net_worth, the indicator or else the
    equity of the last statement; guaranteed, what other sources say was guaranteed in all.
    """
    if "standing" in context.made:
        return context.made["standing"]
    customers = context.made["customers"]
    base = customers.select(
        "id",
        exposure="total_exposure",
        dpd=customers.has_open_loan.ifelse(customers.worst_dpd_days, zero()),
        own_dpd="worst_dpd_days",
        has_open_loan="has_open_loan",
    )
    parts = {
        "class": _classes(context),
        "bureau": _bureau(context),
        "worth": _worth(context),
    }
    both = by_id(parts, base)
    days = context.whole("non_performing_days")
    bad = (both.class_rank >= FIVE_LEVELS.index("substandard")).fill_null(False)
    bad = bad | (both.dpd > days).fill_null(False)
    known = both.dpd.notnull() | both.class_rank.notnull()
    is_npl = v.when([(bad | known, bad)], v.null("boolean"))
    reported = v.greatest(both.bureau_guaranteed, both.stated_guaranteed)
    both = both.mutate(
        is_npl=is_npl, guaranteed=reported, net_worth=v.coalesce(both.stated_worth, both.equity)
    )
    return context.keep("standing", both)


def level_name(rank: Column) -> Column:
    """Give the five-level class of a place in `FIVE_LEVELS`."""
    names = [(rank == place, v.literal(name, "string")) for place, name in enumerate(FIVE_LEVELS)]
    return v.when(names, v.null("string"))


def _classes(context: Context) -> Table:
    """Give the worst class of a customer's open loans: see `classes.current`."""
    loans = context.made["loans_known"].filter(lambda t: ~t.is_entrusted)
    known = classes.current(context)
    if known is None:
        rows = loans.mutate(_rank=v.null("integer"))
    else:
        known = known.select(_of="loan_id", _rank=classes.rank(known.five))
        rows = loans.left_join(known, loans["id"] == known["_of"])
    return rows.group_by(id=rows.customer_id).aggregate(class_rank=rows["_rank"].max())


def _bureau(context: Context) -> Table:
    rows = context.book.table("bureau")
    order = [(rows.pulled_on, "desc")]
    rows = rows.mutate(_turn=v.row_number(partition=[rows.customer_id], order=order))
    rows = rows.filter(rows["_turn"] == 1)
    # What is overdue has been so for a day at least, where the report does not say for how long.
    a_day = (rows.overdue_debt > 0).ifelse(v.literal(1, "integer"), zero())
    return rows.select(
        id="customer_id",
        bureau_dpd=v.greatest(rows.worst_days_past_due, a_day),
        bureau_class=classes.rank(rows.worst_class),
        bureau_guaranteed="guaranteed_amount",
    )


def _worth(context: Context) -> Table:
    rows = context.book.table("statement")
    rows = rows.filter((rows.item == "equity") & rows["value"].notnull())
    rows = rows.mutate(_turn=v.row_number(partition=[rows.customer_id], order=[(rows.period_end, "desc")]))
    equity = rows.filter(rows["_turn"] == 1).select(id="customer_id", equity="value")
    customers = context.made["customers"].select("id")
    stated = ("stated_worth", "stated_guaranteed")
    if "indicators" not in context.made:
        return by_id({"equity": equity}, nulls(customers, dict.fromkeys(stated, "integer")))
    known = context.made["indicators"]
    known = known.select(
        "id",
        stated_worth=v.exact(known.last_net_worth, "integer"),
        stated_guaranteed=v.exact(known.last_guaranteed_amount, "integer"),
    )
    return by_id({"equity": equity, "known": known}, customers)
