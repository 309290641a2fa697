"""Rates into the reporting currency: from table fx, or 1 where the book has a single currency (contract)."""

from __future__ import annotations

from decimal import Decimal

from postloan.engine import Field, Table
from postloan.engine import verbs as v
from postloan.errors import RunError
from postloan.facts.context import Context

_FIELDS = (Field("_currency", "string"), Field("_rate", "decimal"))


def rates(context: Context, reporting: str) -> Table:
    """Give the rate of each currency of the open loans: columns _currency, _rate.

    Raises RunError `no_rates` where the book has several currencies and table fx lacks one of them.
    """
    loans = context.made["loans"]
    used = sorted(row["currency"] for row in context.engine.rows(loans.select("currency").distinct()))
    known = _known(context) if context.book.has("fx") else {}
    if not known and len(used) <= 1:
        known = dict.fromkeys(used, "1")
    known.setdefault(reporting, "1")
    missing = [currency for currency in used if currency not in known]
    if missing:
        raise RunError(
            "no_rates",
            f"loans in {', '.join(missing)} cannot be brought to {reporting}: the book has no rate for them",
            where=f"table fx, on or before {context.as_of}",
            mend="add a row to fx: currency, on_date, rate (units of the reporting currency)",
        )
    rows = [{"_currency": name, "_rate": Decimal(rate)} for name, rate in sorted(known.items())]
    return context.engine.from_rows(rows, _FIELDS, "rates")


def _known(context: Context) -> dict[str, str]:
    table = context.book.table("fx")
    table = table.filter(table.on_date <= context.day)
    ranked = table.mutate(_rank=v.row_number(partition=[table.currency], order=[(table.on_date, "desc")]))
    return {row["currency"]: row["rate"] for row in context.engine.rows(ranked.filter(ranked["_rank"] == 1))}
