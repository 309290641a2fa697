"""Until when each guarantor is bound for each loan, and what the bank did to keep him bound.

Civil Code art. 692 and 693: the period is what was agreed; where nothing was, where the text is unclear, or
where it would end before the debt is due, it is that of the pack, from the day on which the whole debt fell
due. It is neither stopped nor prolonged.
"""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import moving
from postloan.facts.limitation import called_in
from postloan.facts.periods import Ground

_LIGHTER = ("rate_cut", "principal_relief")
_LONGER = ("extension", "schedule", "grace")
"""Changes that move the day on which the debt is due, not so for a guarantor who did not agree to them."""


def guaranteed(ground: Ground) -> Table:
    """Give each guarantee with each open loan of its contract.

    Columns: guarantee_id, loan_id, contract_id, customer_id, guarantor_id, kind (general where it is not
    stated), matures_on, agreed_until, period_text_unclear, consent_to_change_on.
    """
    loans = ground.loans.select("customer_id", "matures_on", loan_id="id", _contract="contract_id")
    rows = ground.book.table("guarantee")
    rows = rows.inner_join(loans, rows.contract_id == loans["_contract"])
    return rows.select(
        "guarantee_id",
        "loan_id",
        "contract_id",
        "customer_id",
        "matures_on",
        "period_text_unclear",
        "consent_to_change_on",
        guarantor_id="guarantor_customer_id",
        kind=v.coalesce(rows.kind, v.literal("general", "string")),
        agreed_until="period_ends_on",
    )


def bound(ground: Ground) -> Table:
    """Give the guarantee period of each guarantee and loan.

    Columns: those of `guaranteed`, and due_on (the day on which the whole debt fell or falls due), is_agreed,
    is_longer (a change of the due date without the guarantor's consent leaves the period unknown), ends_on
    (null where it is not known), and kept_on, the first act in the period that keeps the guarantor bound.
    """
    rows = guaranteed(ground)
    clock = ground.clocks.get("guarantee_period")
    if clock is None:
        nothing, no = v.null("date"), v.literal(False, "boolean")
        return rows.mutate(due_on=nothing, is_agreed=no, is_longer=no, ends_on=nothing, kept_on=nothing)
    called = called_in(ground, clock)
    rows = rows.left_join(called, rows.loan_id == called["_called_loan"])
    rows = rows.mutate(due_on=v.least(rows.matures_on, rows["_called_on"])).drop("_called_loan", "_called_on")
    clear = ~rows.period_text_unclear.fill_null(False) & rows.agreed_until.notnull()
    agreed = clear & (rows.matures_on.isnull() | (rows.agreed_until > rows.matures_on)).fill_null(False)
    rows = ground.ends(rows.mutate(is_agreed=agreed), "due_on", "_by_law", clock)
    longer = changes(ground)
    longer = longer.filter(longer.kind.isin(_LONGER) & ~longer.is_agreed_to)
    longer = longer.select(_longer="guarantee_id", _longer_loan="loan_id").distinct()
    rows = rows.left_join(
        longer, [rows.guarantee_id == longer["_longer"], rows.loan_id == longer["_longer_loan"]]
    )
    unknown = ~rows.is_agreed & rows["_longer"].notnull()
    ends = v.when([(rows.is_agreed, rows.agreed_until), (unknown, v.null("date"))], rows["_by_law"])
    rows = rows.mutate(is_longer=unknown, ends_on=ends).drop("_by_law", "_longer", "_longer_loan")
    rows = ground.engine.materialise(rows, "guarantee_periods")
    acts = acts_of(ground, rows)
    kept = acts.group_by(_kept=acts.guarantee_id, _kept_loan=acts.loan_id).aggregate(kept_on=acts.on.min())
    rows = rows.left_join(kept, [rows.guarantee_id == kept["_kept"], rows.loan_id == kept["_kept_loan"]])
    return rows.drop("_kept", "_kept_loan")


def acts_of(ground: Ground, rows: Table) -> Table:
    """Give what the bank did in time to keep each guarantor bound: guarantee_id, loan_id, on, source.

    A general guarantor is kept by a suit against the borrower, any other by a claim that reaches himself or a
    suit against himself; a claim counts from the day on which the debt is due. Only what the clock's proof
    supports counts.
    """
    acts = _acts(ground)
    pairs = rows.inner_join(acts, rows.loan_id == acts["_loan"])
    in_time = pairs.ends_on.isnull() | (pairs["_on"] <= pairs.ends_on)
    due = pairs["_is_suit"] | pairs.due_on.isnull() | (pairs["_on"] >= pairs.due_on)
    himself = pairs["_to"].isnull() | (pairs["_to"] == pairs.guarantor_id)
    borrower = pairs["_is_suit"] & (pairs["_to"].isnull() | (pairs["_to"] == pairs.customer_id))
    counts = (pairs.kind == "general").ifelse(borrower, himself)
    pairs = pairs.filter(in_time & due & counts)
    return pairs.select("guarantee_id", "loan_id", on="_on", source="_source")


def _acts(ground: Ground) -> Table:
    """Give what the bank did about each loan: _loan, _on, _to (null: not said), _source and _is_suit."""
    clock = ground.clocks["guarantee_period"]
    notices = ground.book.table("notice")
    notices = notices.filter(
        notices.kind.isin(("claim_on_guarantor", "suit")) & ground.proven(notices, clock)
    )
    served = notices.select(
        _loan="loan_id",
        _on="served_on",
        _to="to_customer_id",
        _source="notice_id",
        _is_suit=notices.kind == "suit",
    )
    filed = moving.suits(ground).select(
        _loan="id",
        _on="filed_on",
        _to="against",
        _source="proceeding_id",
        _is_suit=v.literal(True, "boolean"),
    )
    return served.union(filed)


def changes(ground: Ground) -> Table:
    """Give changes of terms of guaranteed loans, rate cuts and relief left out, and who agreed to them.

    Columns: guarantee_id, loan_id, on, kind (of the restructuring, or terms_changed_without_consent), and
    is_agreed_to: the guarantor's consent dates from `consent_lead_days` before the change or later.
    """
    rows = guaranteed(ground).select("guarantee_id", "loan_id", "contract_id", "consent_to_change_on")
    made = ground.book.table("restructuring")
    made = made.filter(made.kind.notin(_LIGHTER)).select(_loan="loan_id", on="changed_on", kind="kind")
    events = ground.book.table("event")
    events = events.filter(events.kind == "terms_changed_without_consent")
    told = events.filter(events.subject_kind == "loan")
    told = told.select(_loan="subject_id", on="occurred_on", kind="kind")
    both = made.union(told).distinct()
    pairs = rows.inner_join(both, rows.loan_id == both["_loan"]).drop("_loan")
    of_contract = events.filter(events.subject_kind == "contract")
    of_contract = of_contract.select(_contract="subject_id", on="occurred_on", kind="kind").distinct()
    whole = rows.inner_join(of_contract, rows.contract_id == of_contract["_contract"]).drop("_contract")
    pairs = pairs.union(whole)
    lead = int(str(ground.policy.parameter("consent_lead_days")))
    agreed: Column = pairs.consent_to_change_on >= v.add_days(pairs.on, -lead)
    return pairs.select("guarantee_id", "loan_id", "on", "kind", is_agreed_to=agreed.fill_null(False))
