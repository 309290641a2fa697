"""What customers earn a month: wages that are reported, and salaries on their accounts."""

from __future__ import annotations

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, standing


def monthly(context: Context) -> Table:
    """Give what each customer earned in each month in cents: wages reported, and salaries on accounts."""
    wages = context.book.table("customer_indicator").filter(lambda t: t.indicator == "wage_income")
    wages = wages.select(
        _who="customer_id",
        _month=v.month_index(wages.period),
        _cents=v.exact(wages["value"], "integer"),
        _is_wage=v.literal(True, "boolean"),
    )
    entry = standing(context.book.table("entry"), "entry_id")
    entry = entry.filter((entry.kind == "salary") & (entry.amount > 0))
    account = context.book.table("account").select(_account="account_id", _who="customer_id")
    entry = entry.inner_join(account, entry.account_id == account["_account"])
    salaries = entry.select(
        "_who",
        _month=v.month_index(entry.booked_on),
        _cents=entry.amount,
        _is_wage=v.literal(False, "boolean"),
    )
    both = wages.union(salaries)
    return both.group_by("_who", "_month", "_is_wage").aggregate(_cents=v.total(both["_cents"]))


def before(rows: Table, incomes: Table) -> Table:
    """Give the income of the three full months up to a day (`_at`): id, _income; null where none is known.

    Wages count where all three months are reported, and salaries where wages do not.
    """
    rows = rows.filter(rows["_at"].notnull())
    months = v.month_index(v.add_days(rows["_at"], 1)) - incomes["_month"]
    pairs = rows.inner_join(incomes, [rows["id"] == incomes["_who"], months >= 1, months <= 3])
    sums = pairs.group_by(id=pairs["id"]).aggregate(
        _wages=v.total_if(pairs["_cents"], pairs["_is_wage"]),
        _months=v.count_if(pairs["_is_wage"]),
        _salaries=v.total_if(pairs["_cents"], ~pairs["_is_wage"]),
    )
    income = (sums["_months"] == 3).ifelse(sums["_wages"], sums["_salaries"].nullif(0))
    return sums.select("id", _income=income)
