"""Guarantees and circles (family GUA): who stands for whom, how far, and what spreads along them."""

from __future__ import annotations

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts.context import Context
from postloan.facts.registry import fact

FACTS = (
    fact(
        "guarantor.customer_id",
        "The borrower whose contract the guarantee stands for.",
        zh="被担保的借款人。",
        kind="string",
        needs="guarantee",
        sources="guarantee.contract_id contract.customer_id",
    ),
    fact(
        "guarantor.guarantor_id",
        "The customer who gave the guarantee.",
        zh="提供保证的客户。",
        kind="string",
        needs="guarantee",
        sources="guarantee.guarantor_customer_id",
    ),
    fact(
        "guarantor.region_id",
        "The borrower's region.",
        zh="借款人所在地区。",
        kind="string",
        needs="guarantee",
        sources="customer.region_id",
    ),
)


def compute(context: Context) -> None:
    """Keep `guarantors`, one row for each guarantee of a contract with an open loan, and tell the facts above."""
    context.keep("guarantors", _guarantees(context))


def _guarantees(context: Context) -> Table:
    loans = context.made["loans_known"].filter(lambda t: ~t.is_entrusted)
    borrowers = loans.group_by(_contract=loans.contract_id).aggregate(
        customer_id=loans.customer_id.min(), region_id=loans.region_id.min()
    )
    table = context.book.table("guarantee")
    rows = table.inner_join(borrowers, table.contract_id == borrowers["_contract"])
    return rows.select(
        "customer_id",
        "region_id",
        "contract_id",
        "amount",
        id=rows.guarantee_id,
        guarantor_id=rows.guarantor_customer_id,
        kind=v.coalesce(rows.kind, v.literal("general", "string")),
    )
