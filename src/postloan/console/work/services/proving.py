"""Evidence: what it must say by its kind, and that a picture is not handed in twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from postloan.console.people.rights import Scope
from postloan.console.publishing.models import Loan
from postloan.console.work.core import audit, lock, rules_in_force, tell, with_doer, write
from postloan.console.work.files import DOCUMENTS, PICTURES, SOUNDS, Kept, Unfit, keep
from postloan.console.work.guards import Attempt, Piece, Refused, allowed
from postloan.console.work.models import Evidence, Task, VisitDraft
from postloan.console.work.rules import INSPECTIONS, KINDS

CONTACTS = ("call", "sms", "letter")
VISIT_RESULTS = ("ok", "finding", "refused", "absent", "closed")
NOTICE_KINDS = ("demand", "acknowledgement", "claim_on_guarantor", "suit", "acceleration")
METHODS = ("signed", "ems", "notary", "court")
_LOANS = 200
OLDEST_PHOTO = timedelta(days=7)
"""How long before it is handed in a photo or a voice note may have been made."""

MADE_THERE = ("photo", "voice")
"""Kinds whose file is made on the spot: with place and time, fresh, and handed in once."""

_ACCEPTED = {"photo": PICTURES, "voice": SOUNDS}


@dataclass(frozen=True)
class Told:
    """What was filled in about a piece of evidence; which fields count depends on its kind.

    Args:
        kind: photo, voice, document, visit, call, notice or note.
        proves: the need of the measure that it answers; empty where it answers none.
        happened_at: when it was taken, made, held or served.
        text: what was seen, said or found.
        latitude: degrees north.
        longitude: degrees east.
        reached: whether the customer was reached.
        contact_kind: call, sms or letter.
        visit_result: what the visit came to.
        second_staff_id: who went along.
        notice_kind: what the notice does.
        method: how the notice was served.
        receipt: number of the proof of receipt.
        loan_id: for which loan a notice was served; counts where the work itself names none.
        answers: points of the checklist of a visit, with answer and note.
        draft: the draft that a visit was set down in, which ends when it is filed.
    """

    kind: str
    happened_at: datetime | None
    proves: str = ""
    text: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    reached: bool | None = None
    contact_kind: str = "call"
    visit_result: str = ""
    second_staff_id: str | None = None
    notice_kind: str = ""
    method: str = ""
    receipt: str = ""
    loan_id: str = ""
    answers: Sequence[Mapping[str, str]] = ()
    draft: VisitDraft | None = None


def _require(condition: object, code: str) -> None:
    if not condition:
        raise Refused(code)


def _check(told: Told, work: Piece, by: Scope, now: datetime, *, has_file: bool) -> Told:
    """Raise Refused with what a piece of evidence lacks for its kind."""
    _require(told.kind in KINDS, "kind_unknown")
    if told.kind in ("note", "document"):
        told = replace(told, happened_at=told.happened_at or now)
    moment = told.happened_at
    _require(moment is not None, "time_missing")
    assert moment is not None
    _require(moment <= now + timedelta(minutes=5), "time_ahead")
    if told.kind in ("photo", "voice", "visit"):
        _require(told.latitude is not None and told.longitude is not None, "place_missing")
        assert told.latitude is not None
        assert told.longitude is not None
        _require(abs(told.latitude) <= 90 and abs(told.longitude) <= 180, "place_missing")
    if told.kind in MADE_THERE:
        _require(moment >= now - OLDEST_PHOTO, f"{told.kind}_old")
    if told.kind in (*MADE_THERE, "document"):
        _require(has_file, "file_missing")
    if told.kind in ("visit", "call", "note"):
        _require(told.text.strip(), "text_missing")
    if told.kind == "visit":
        _require(told.visit_result in VISIT_RESULTS, "result_missing")
        _require(told.second_staff_id != by.staff_id, "second_person")
        of_two = "two persons" in told.proves or (isinstance(work, Task) and work.measure_code == "M07")
        _require(told.second_staff_id or not of_two, "second_person")
    if told.kind == "call":
        _require(told.contact_kind in CONTACTS and told.reached is not None, "contact_missing")
    if told.kind == "notice":
        _require(told.notice_kind in NOTICE_KINDS and told.method in METHODS, "notice_missing")
        _require(told.receipt.strip() or has_file, "receipt_missing")
    return told


def loan_of(work: Piece) -> str | None:
    """Give the loan that a piece of work is about; None for a case, and for a task of a customer."""
    return work.loan_id or work.proof_loan_id if isinstance(work, Task) else None


def loans_to_name(work: Piece) -> list[Loan]:
    """Give the loans of which a notice may be filed with work that names none, the largest first."""
    if loan_of(work) is not None or not work.customer_id:
        return []
    return list(Loan.objects.filter(customer_id=work.customer_id).order_by("-balance", "loan_id")[:_LOANS])


def _loan(work: Piece, told: Told) -> str | None:
    """Give the loan of a piece of evidence; a notice without one is refused, since no run could read it."""
    own = loan_of(work)
    if own is not None or told.kind != "notice":
        return own
    known = [one.pk for one in loans_to_name(work)]
    _require(known, "loan_absent")
    _require(told.loan_id in known, "loan_missing")
    return told.loan_id


def _file(kind: str, chunks: Iterable[bytes]) -> Kept:
    try:
        return keep(chunks, settings.EVIDENCE, _ACCEPTED.get(kind, DOCUMENTS))
    except Unfit as found:
        is_no_sound = kind == "voice" and found.code == "wrong_kind"
        raise Refused("file_no_sound" if is_no_sound else f"file_{found.code}") from found


@transaction.atomic
def evidence_add(
    *, by: Scope, work: Piece, told: Told, now: datetime, chunks: Iterable[bytes] | None = None
) -> Evidence:
    """File a piece of evidence with a case or task; whoever does so is a doer of the work.

    A file is judged and kept before the row is written; one that the transaction then leaves without a row
    stays under its hash and harms nobody. Raises Refused with the code of what is missing, and `photo_used`
    (`voice_used`) for one whose content was filed before (catalogue, G1: photos of before the loan handed in
    again).
    """
    work = lock(work)
    rules = rules_in_force()
    row = allowed(Attempt(work, "add_evidence", by, now, rules))
    told = _check(told, work, by, now, has_file=chunks is not None)
    needs = work.needs if isinstance(work, Task) else []
    _require(not told.proves or told.proves in needs, "need_unknown")
    _require(not told.proves or told.kind in rules.proofs(told.proves), "kind_unfit")
    loan_id = _loan(work, told)
    kept = _file(told.kind, chunks) if chunks is not None else None
    if kept is not None and told.kind in MADE_THERE:
        is_used = Evidence.objects.filter(sha256=kept.sha256, kind=told.kind).exists()
        _require(not is_used, f"{told.kind}_used")
    moment = told.happened_at
    assert moment is not None
    made = Evidence.objects.create(
        **{work.kind_of_work: work},
        kind=told.kind,
        proves=told.proves,
        customer_id=work.customer_id,
        loan_id=loan_id,
        happened_at=moment,
        latitude=told.latitude,
        longitude=told.longitude,
        text=told.text.strip(),
        sha256=kept.sha256 if kept else "",
        media_type=kept.media_type if kept else "",
        size=kept.size if kept else 0,
        reached=told.reached if told.kind == "call" else None,
        contact_kind=told.contact_kind if told.kind == "call" else "",
        visit_kind=INSPECTIONS.get(getattr(work, "measure_code", ""), "IN3") if told.kind == "visit" else "",
        visit_result=told.visit_result if told.kind == "visit" else "",
        second_staff_id=told.second_staff_id or None if told.kind == "visit" else None,
        notice_kind=told.notice_kind if told.kind == "notice" else "",
        method=told.method if told.kind == "notice" else "",
        receipt=told.receipt.strip() if told.kind == "notice" else "",
        answers=list(told.answers) if told.kind == "visit" else [],
        added_by=by.staff_id,
        added_at=now,
    )
    if told.draft is not None:
        told.draft.delete()
    write(work, row, doers=with_doer(work, by))
    tell(work, by, "add_evidence", now, made.text, kind=made.kind, evidence=made.pk, proves=made.proves)
    audit(
        work,
        by,
        "evidence_add",
        {},
        {"evidence": made.pk, "kind": made.kind, "proves": made.proves, "sha256": made.sha256},
    )
    return made
