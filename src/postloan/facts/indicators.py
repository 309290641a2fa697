"""What outside feeds say of a customer month by month: last values, and sums of months against last year's.

Other families read what is kept here as `indicators`; the facts of an indicator stand with the family that it
belongs to.
"""

from __future__ import annotations

from postloan.book.tables.party import CUSTOMER_INDICATORS
from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, within
from postloan.facts.registry import Fact

FACTS: tuple[Fact, ...] = ()

SUMMED = ("kwh", "water_m3", "vat_sales", "vat_red_invoices", "wage_income")
"""Indicators of flows, one value a month; the others are states."""


def compute(context: Context) -> None:
    """Keep `indicators`, one row a customer with any, where the book has them.

    Columns: id; of each indicator `last_<name>` (decimal) and `last_<name>_on`, the last value and the end of
    its period; of flows `<name>_3m` and `<name>_3m_ly`, integer hundredths of the last three full months and
    of the same months last year, null where any of the three months has no value.
    """
    if not context.book.has("customer_indicator"):
        return
    rows = context.book.table("customer_indicator").filter(lambda t: t.period <= context.day)
    order = [(rows.period, "desc")]
    rows = rows.mutate(_rank=v.row_number(partition=[rows.customer_id, rows.indicator], order=order))
    context.keep("indicators", _wide(context, rows))


def _wide(context: Context, rows: Table) -> Table:
    last = rows["_rank"] == 1
    hundredths = v.exact(rows["value"], "integer")
    months = v.month_index(rows.period)
    columns, filled = {}, {}
    for name in CUSTOMER_INDICATORS.split():
        own = rows.indicator == name
        columns[f"last_{name}"] = v.max_if(rows["value"], own & last)
        columns[f"last_{name}_on"] = v.max_if(rows.period, own & last)
    for name in SUMMED:
        own = rows.indicator == name
        for ending, back in (("3m", 0), ("3m_ly", 12)):
            window = own & within(rows.period, context.months(3, back=back))
            columns[f"{name}_{ending}"] = v.total_if(hundredths, window)
            first = v.month_index(v.literal(context.months(3, back=back)[0], "date"))
            for place in range(3):
                columns[f"_{name}_{ending}_{place}"] = v.count_if(window & (months == first + place))
    sums = rows.group_by(id=rows.customer_id).aggregate(**columns)
    for name in SUMMED:
        for ending in ("3m", "3m_ly"):
            known = (
                (sums[f"_{name}_{ending}_0"] > 0)
                & (sums[f"_{name}_{ending}_1"] > 0)
                & (sums[f"_{name}_{ending}_2"] > 0)
            )
            filled[f"{name}_{ending}"] = known.ifelse(sums[f"{name}_{ending}"], v.null("integer"))
    kept = [name for name in sums.columns if not name.startswith("_")]
    return sums.mutate(**filled).select(*kept)
