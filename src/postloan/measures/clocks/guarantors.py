"""Clocks of the guarantors: the guarantee period, and the limitation of the claim on who was kept bound."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import guarantee_periods, moving, periods
from postloan.facts.limitation import called_in
from postloan.facts.periods import Ground
from postloan.measures.clocks import evidence
from postloan.measures.clocks.shape import any_missing, day_after, shaped

PERIOD, LIMITATION = "guarantee_period", "guarantee_limitation"
_GENERAL = "general"


def bound(ground: Ground, loans: Table) -> Table:
    """Give the guarantees of loans whose whole debt is due, with what `guarantee_periods.bound` says of them.

    Further columns: part, is_general. Under a law without a guarantee period a guarantor is bound from the
    day on which the debt is due, whatever the bank does.

    Args:
        ground: the book and the policy.
        loans: facts_loan.
    """
    rows = guarantee_periods.bound(ground) if PERIOD in ground.clocks else _always_bound(ground)
    owed = loans.select(_loan="id", _owed="has_limitation_clock")
    owed = owed.filter(owed["_owed"].fill_null(True))
    rows = rows.inner_join(owed, rows.loan_id == owed["_loan"])
    undated = rows.due_on.isnull() & rows["_owed"].fill_null(False)
    rows = rows.filter((rows.due_on < ground.day).fill_null(False) | undated)
    rows = rows.mutate(part=v.concat(rows.guarantee_id, ":", rows.loan_id), is_general=rows.kind == _GENERAL)
    return ground.engine.materialise(rows.drop("_loan", "_owed"), "guarantees_due")


def _always_bound(ground: Ground) -> Table:
    """Give each guarantee in the shape of `guarantee_periods.bound`, kept bound from when the debt is due."""
    rows = guarantee_periods.guaranteed(ground)
    called = called_in(ground, ground.clocks[LIMITATION])
    rows = rows.left_join(called, rows.loan_id == called["_called_loan"])
    due = v.least(rows.matures_on, rows["_called_on"])
    no = v.literal(False, "boolean")
    rows = rows.mutate(due_on=due, kept_on=due, is_agreed=no, is_longer=no, ends_on=v.null("date"))
    return rows.drop("_called_loan", "_called_on")


def period(ground: Ground, rows: Table) -> Table:
    """Give the guarantee period of each; it is satisfied by what keeps the guarantor bound.

    Where the book has nowhere to tell of such acts it cannot be counted, though its end may be known.
    """
    clock = ground.clocks[PERIOD]
    rows = evidence.with_papers(rows, _papers(ground, rows), "part")
    changes = _changes(ground)
    rows = rows.left_join(changes, rows.part == changes["_changed"]).drop("_changed")
    told, filed = ground.book.has("notice"), ground.book.has("proceeding")
    kept = rows.kept_on.notnull()
    claims = ~kept & ~rows.is_general
    suits = ~kept & rows.is_general
    no_proof = told and not ground.proof_is_kept(clock)
    undated = rows.due_on.isnull() & ~rows.is_agreed
    missing = any_missing(
        (claims & _constant(not told), "notice"),
        (claims & _constant(no_proof), "notice.receipt"),
        (claims & _constant(no_proof), "notice.document_ref"),
        (suits & _constant(not filed), "proceeding"),
        (~kept & undated, "loan.matures_on"),
        (~kept & rows.is_longer, "guarantee.consent_to_change_on"),
    )
    return shaped(
        rows,
        PERIOD,
        starts_on=day_after(rows.due_on),
        interrupted_on=v.null("date"),
        is_satisfied=kept,
        missing=missing,
    )


def _constant(value: bool) -> Column:
    return v.literal(value, "boolean")


def _papers(ground: Ground, rows: Table) -> Table:
    """Give what kept each guarantor bound, and what was meant to and did not."""
    clock = ground.clocks[PERIOD]
    acts = guarantee_periods.acts_of(ground, rows).select(
        _act="guarantee_id", _act_loan="loan_id", _act_source="source"
    )
    papers = evidence.documents(ground, clock)
    papers = papers.filter(papers.kind.isin(("claim_on_guarantor", "suit")))
    pairs = rows.select(
        "part", "guarantee_id", "guarantor_id", "is_general", "due_on", "ends_on", _loan="loan_id"
    )
    pairs = pairs.inner_join(papers, pairs["_loan"] == papers.loan_id)
    to_him = pairs.to.isnull() | (pairs.to == pairs.guarantor_id)
    pairs = pairs.filter(to_him | (pairs.kind == "suit"))
    pairs = pairs.left_join(
        acts,
        [
            pairs.guarantee_id == acts["_act"],
            pairs.loan_id == acts["_act_loan"],
            pairs.source == acts["_act_source"],
        ],
    )
    failed = pairs["_act"].isnull()
    is_suit = pairs.kind == "suit"
    on_himself = ~is_suit | (pairs.to == pairs.guarantor_id).fill_null(False)
    named = pairs.mutate(
        _key=pairs.part,
        _shown=_constant(True),
        _why=evidence.why(
            (failed & ~pairs.is_proven, evidence.NO_PROOF),
            (failed & pairs.is_general & on_himself, evidence.OTHER_ACT),
            (failed & (pairs.on > pairs.ends_on).fill_null(False), evidence.TOO_LATE),
            (failed & ~is_suit & (pairs.on < pairs.due_on).fill_null(False), evidence.TOO_EARLY),
            (failed, evidence.OTHER_PERSON),
        ),
    )
    return evidence.split(named)


def _changes(ground: Ground) -> Table:
    """Give the changes that each guarantor did not agree to, as notes: _changed, notes (art. 695)."""
    rows = guarantee_periods.changes(ground)
    rows = rows.filter(~rows.is_agreed_to)
    note = v.json_object(
        {
            "kind": v.json_text(rows.kind),
            "on": v.json_text(v.text(rows.on)),
            "without_consent": v.literal("true", "string"),
        }
    )
    rows = rows.select("on", _key=v.concat(rows.guarantee_id, ":", rows.loan_id), _note=note).distinct()
    return rows.group_by(_changed=rows["_key"]).aggregate(notes=evidence.listed(rows["_note"], rows.on))


def limitation(ground: Ground, rows: Table) -> Table:
    """Give the limitation of the claim on each guarantor who was kept bound (art. 694).

    It runs from the claim on him; on a general guarantor from when enforcement against the borrower ended
    without success. What the pack names moves it, of notices and payments those that concern himself. A suit
    against himself stops it, and satisfies it once judged.
    """
    clock = ground.clocks[LIMITATION]
    kept = rows.filter(rows.kept_on.notnull())
    ended = moving.suits(ground)
    ended = ended.filter((ended.stage == "terminated") & ended.is_debtor)
    ended = ended.group_by(_ended_loan=ended["id"]).aggregate(_ended=ended.over_on.min())
    kept = kept.left_join(ended, kept.loan_id == ended["_ended_loan"])
    if PERIOD in ground.clocks:
        kept = kept.mutate(start_on=kept.is_general.ifelse(kept["_ended"], kept.kept_on))
    else:
        kept = kept.mutate(start_on=kept.kept_on)
    kept = kept.filter(kept.start_on.notnull())
    kept = kept.select("part", "loan_id", "customer_id", "guarantor_id", "start_on", id="part")
    kept = ground.engine.materialise(kept, "guarantors_bound")
    suits = _suits(ground, kept)
    papers = _own_papers(ground, kept)
    causes = papers.filter(papers.is_proven).select("id", "on", "until", "kind")
    causes = causes.union(suits.select("id", "on", "until", kind=v.literal("suit", "string")))
    starts = kept.select("id", "start_on")
    found = periods.run(ground, clock, starts, causes)
    moved = periods.moments(ground, clock, starts, causes).select(_of="id", _on="on")
    state = suits.group_by(_sued="id").aggregate(_judged=suits.is_judged.max(), _open=suits.is_open.max())
    found = found.select("interrupted_on", "ends_on", _run="id")
    out = kept.inner_join(found, kept["id"] == found["_run"])
    out = out.left_join(state, out["id"] == state["_sued"])
    begun = out.select("start_on", _key="id")
    pairs = begun.inner_join(papers, begun["_key"] == papers["id"])
    pairs = pairs.filter(pairs.on >= pairs.start_on)
    named = pairs.left_join(moved, [pairs["_key"] == moved["_of"], pairs.on == moved["_on"]])
    late = named["_of"].isnull()
    reason = evidence.why((~named.is_proven, evidence.NO_PROOF), (late, evidence.TOO_LATE))
    out = evidence.with_papers(out, evidence.split(named.mutate(_shown=~late, _why=reason)))
    return shaped(
        out,
        LIMITATION,
        starts_on=day_after(out.start_on),
        is_satisfied=out["_judged"],
        is_stopped=out["_open"] & (out.ends_on >= ground.day),
    )


def _own_papers(ground: Ground, kept: Table) -> Table:
    """Give the notices to each guarantor and his payments that the pack names: the documents, by id.

    A claim that names nobody counts as one on every guarantor of the loan.
    """
    clock = ground.clocks[LIMITATION]
    papers = evidence.documents(ground, clock)
    papers = papers.filter(papers.kind.isin(clock.restarts) & (papers.kind != "suit"))
    pairs = kept.select("id", "guarantor_id", _of="loan_id")
    pairs = pairs.inner_join(papers, pairs["_of"] == papers.loan_id)
    nobody = pairs.to.isnull() & (pairs.kind == "claim_on_guarantor")
    return pairs.filter(nobody | (pairs.to == pairs.guarantor_id).fill_null(False))


def _suits(ground: Ground, kept: Table) -> Table:
    """Give the bank's suits against each guarantor himself: id, on, until, is_open, is_judged."""
    rows = ground.book.table("proceeding")
    rows = rows.filter(rows.our_role == "creditor")
    given_up = v.when(
        [(rows.stage == "terminated", v.coalesce(rows.stage_on, rows.filed_on))], v.null("date")
    )
    rows = rows.select(
        _sued="customer_id",
        _about="loan_id",
        on="filed_on",
        _over=v.coalesce(rows.closed_on, given_up),
        is_judged=rows.stage.isin(("judged", "enforcement")),
    )
    pairs = kept.select("id", "guarantor_id", "loan_id").inner_join(rows, kept.guarantor_id == rows["_sued"])
    pairs = pairs.filter(pairs["_about"].isnull() | (pairs["_about"] == pairs.loan_id))
    until = v.greatest(v.coalesce(pairs["_over"], ground.day), pairs.on)
    return pairs.select("id", "on", until=until, is_open=pairs["_over"].isnull(), is_judged="is_judged")
