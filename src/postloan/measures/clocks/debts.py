"""Clocks of the debt itself: limitation, enforcement of a judgment, and the security that goes with it."""

from __future__ import annotations

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts import judgments, moving, periods
from postloan.facts import limitation as limits
from postloan.facts.periods import Ground
from postloan.measures.clocks import evidence
from postloan.measures.clocks.shape import any_missing, day_after, shaped

LIMITATION, ENFORCEMENT, SECURITY = "debt_limitation", "enforcement_application", "security_exercise"


def limitation(ground: Ground, loans: Table) -> Table:
    """Give the limitation of each loan whose debt is due, as the facts tell it.

    It is over with a judgment. Without what says whether something is owed, without notices, or where there
    are notices and no column for their proof, it cannot be counted.

    Args:
        ground: the book and the policy.
        loans: facts_loan.
    """
    clock = ground.clocks[LIMITATION]
    rows = loans.filter(~loans.is_entrusted.fill_null(False))
    unknown = rows.has_limitation_clock.isnull()
    rows = rows.filter(unknown | rows.has_limitation_clock)
    cases = moving.suits(ground)
    judged = cases.stage.isin(("judged", "enforcement")) | (cases.kind == "enforcement").fill_null(False)
    judged = cases.filter(judged & cases.is_debtor).select(_judged="id").distinct()
    rows = rows.left_join(judged, rows["id"] == judged["_judged"])
    rows = rows.select(
        "id",
        "customer_id",
        "limitation_ends_on",
        loan_id="id",
        person="customer_id",
        start_on="limitation_due_on",
        interrupted_on="limitation_interrupted_on",
        is_satisfied=rows["_judged"].notnull(),
        is_stopped="is_limitation_stopped",
        is_unknown=rows.has_limitation_clock.isnull(),
    )
    rows = ground.engine.materialise(rows, "limitation_rows")
    starts = rows.filter(rows.start_on.notnull()).select("id", "start_on")
    moved = periods.moments(
        ground, clock, starts, limits.causes(ground, clock), moving.obstacles(ground, clock)
    )
    papers = evidence.documents(ground, clock)
    rows = evidence.with_papers(rows, evidence.of_debt(clock, rows, papers, moved))
    rows = ground.ends(rows, "start_on", "_first_end", clock)
    told = ground.book.has("notice")
    known = ~rows.is_unknown
    no_notice = known & v.literal(not told, "boolean")
    no_proof = known & v.literal(told, "boolean") & rows.limitation_ends_on.isnull()
    missing = any_missing(
        (rows.is_unknown, "due"),
        (rows.is_unknown, "position.days_past_due"),
        (no_notice, "notice"),
        (no_proof, "notice.receipt"),
        (no_proof, "notice.document_ref"),
    )
    return shaped(
        rows,
        LIMITATION,
        part=rows.loan_id,
        starts_on=day_after(rows.start_on),
        ends_on=v.when([(rows.is_satisfied, v.null("date"))], rows.limitation_ends_on),
        missing=missing,
        not_before=v.when([(missing.notnull(), rows["_first_end"])], v.null("date")),
    )


def enforcement(ground: Ground) -> Table:
    """Give the time to apply for enforcement of each judgment, for each loan that it is about."""
    clock = ground.clocks[ENFORCEMENT]
    rows = judgments.application(ground)
    owners = ground.loans.select("customer_id", _loan="id")
    rows = rows.inner_join(owners, rows.loan_id == owners["_loan"]).drop("_loan")
    rows = rows.mutate(id=v.concat(rows.proceeding_id, ":", rows.loan_id), person=rows.against)
    rows = ground.engine.materialise(rows, "enforcement_rows")
    papers = evidence.documents(ground, clock)
    papers = evidence.of_debt(clock, rows, papers, judgments.moments(ground, clock))
    rows = evidence.with_papers(rows, papers)
    unknown = rows.start_on.isnull()
    return shaped(
        rows,
        ENFORCEMENT,
        part=rows["id"],
        starts_on=day_after(rows.start_on),
        is_satisfied=rows.is_begun,
        missing=any_missing((unknown, "proceeding.performance_due_on"), (unknown, "proceeding.effective_on")),
    )


def security(ground: Ground, limits: Table, applications: Table) -> Table:
    """Give until when each security can be exercised: it stands and falls with the debt, then the judgment.

    Args:
        ground: the book and the policy.
        limits: the limitation of the loans, in the shape of a clock.
        applications: the time to apply for enforcement, likewise; of several the first to end counts.
    """
    clock = ground.clocks[SECURITY]
    order = [(applications.ends_on, "asc"), (applications.part, "asc")]
    first = applications.mutate(_turn=v.row_number(partition=[applications.loan_id], order=order))
    first = first.filter(first["_turn"] == 1).drop("_turn")
    debts = limits.anti_join(first, limits.loan_id == first.loan_id).union(first)
    links = secured_loans(ground, clock.applies_to)
    rows = links.inner_join(debts, links["_loan"] == debts.loan_id)
    rows = rows.mutate(
        notes=v.concat(
            "[", v.json_object({"follows": v.json_text(v.concat(rows.kind, ":", rows.part))}), "]"
        ),
        part=v.concat(rows.collateral_id, ":", rows.loan_id),
    ).drop("kind")
    return shaped(rows, SECURITY)


def secured_loans(ground: Ground, kinds: tuple[str, ...] = ()) -> Table:
    """Give each security with each open loan that it secures, by its contract or a link.

    Columns: collateral_id, _loan, customer_id of the borrower as _borrower, registered_on, registered_until.
    """
    rows = ground.book.table("collateral")
    rows = rows.filter(rows.kind.isin(kinds)) if kinds else rows
    kept = rows.select("collateral_id", "registered_on", "registered_until", "contract_id")
    links = ground.book.table("collateral_link").select(_linked="collateral_id", _with="contract_id")
    more = kept.drop("contract_id").inner_join(links, kept.collateral_id == links["_linked"])
    more = more.select("collateral_id", "registered_on", "registered_until", contract_id="_with")
    both = kept.select("collateral_id", "registered_on", "registered_until", "contract_id").union(more)
    both = both.distinct()
    loans = ground.loans.select(_loan="id", _borrower="customer_id", _under="contract_id")
    return both.inner_join(loans, both.contract_id == loans["_under"]).drop("_under", "contract_id")
