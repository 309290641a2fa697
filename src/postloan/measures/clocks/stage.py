"""The stage of legal clocks: every clock that the pack has, counted for every open loan of the bank's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from postloan.book.snapshot import Book
from postloan.engine import Engine, Table
from postloan.facts.periods import Ground
from postloan.measures.clocks import court, debts, guarantors, holdings
from postloan.measures.clocks.shape import as_result, empty
from postloan.policy.pack import Policy


def compute(
    engine: Engine, facts: Mapping[str, Table], policy: Policy, book: Book, as_of: date
) -> dict[str, Table]:
    """Give `clock` in the contract's columns; no row where the pack has no clocks.

    Dates of limitation come from the facts; all others from the functions with which facts are computed.
    Entrusted loans have no clocks.
    """
    loans = facts["facts_loan"]
    own = loans.filter(~loans.is_entrusted.fill_null(False))
    ground = Ground(engine, book, policy, as_of, own.select("id", "customer_id", "contract_id", "matures_on"))
    parts = [*_of_debts(ground, loans), *_of_guarantors(ground, loans)]
    alone = _alone(loans, facts["facts_customer"])
    parts += [make(ground) for kind, make in alone.items() if kind in policy.clocks]
    if not parts:
        return {"clock": empty(ground)}
    return {"clock": as_result(ground, parts)}


def _of_debts(ground: Ground, loans: Table) -> list[Table]:
    """Give the clocks of the debt; a security follows the others, and has none where the pack lacks them."""
    known = ground.clocks
    parts = []
    if debts.LIMITATION in known:
        limits = ground.engine.materialise(debts.limitation(ground, loans), "clock_limitation")
        parts.append(limits)
    if debts.ENFORCEMENT in known and ground.book.has("proceeding"):
        applications = ground.engine.materialise(debts.enforcement(ground), "clock_enforcement")
        parts.append(applications)
    if debts.SECURITY in known and debts.LIMITATION in known and ground.book.has("collateral"):
        nothing = limits.filter(limits.part.isnull())
        parts.append(debts.security(ground, limits, parts[1] if len(parts) > 1 else nothing))
    return parts


def _of_guarantors(ground: Ground, loans: Table) -> list[Table]:
    known = {guarantors.PERIOD, guarantors.LIMITATION} & set(ground.clocks)
    if not known or not ground.book.has("guarantee"):
        return []
    rows = guarantors.bound(ground, loans)
    parts = [guarantors.period(ground, rows)] if guarantors.PERIOD in known else []
    if guarantors.LIMITATION in known:
        parts.append(guarantors.limitation(ground, rows))
    return parts


def _alone(loans: Table, customers: Table) -> dict[str, Callable[[Ground], Table]]:
    """Give what counts each kind of clock that stands for itself."""
    return {
        court.PRESERVATION: court.preservation,
        court.ORDER: court.payment_order,
        court.CLAIM: court.bankruptcy_claim,
        court.UNDONE_SECURITY: lambda ground: court.undone_security(ground, loans),
        court.UNDONE_PAYMENT: court.undone_payments,
        holdings.TAKEN: lambda ground: holdings.taken_over(ground, customers),
        holdings.REGISTERED: holdings.registrations,
        holdings.CONSENT: holdings.consents,
        holdings.RECORD: lambda ground: holdings.records(ground, loans),
    }
