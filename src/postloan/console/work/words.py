"""The words of work in the language of the person: codes, clocks, and lines of the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from postloan.console import words as terms
from postloan.console.work.models import Case
from postloan.console.work.needs import NEEDS
from postloan.console.work.sla import WorkTime

STATES: Mapping[str, Any] = {
    "new": _("new"),
    "claimed": _("taken on"),
    "in_progress": _("in progress"),
    "waiting": _("waiting"),
    "submitted": _("submitted"),
    "closed": _("closed"),
    "proposed": _("proposed"),
    "listed": _("on the list"),
    "leaving": _("leaving proposed"),
    "left": _("left"),
}
ACTIONS: Mapping[str, Any] = {
    "open": _("Opened"),
    "claim": _("Take on"),
    "assign": _("Assign"),
    "start": _("Begin work"),
    "plan": _("Set the plan"),
    "wait": _("Wait for somebody"),
    "resume": _("Go on"),
    "submit": _("Submit"),
    "finish": _("Finish"),
    "withdraw": _("Take back"),
    "send_back": _("Send back"),
    "close": _("Close"),
    "reopen": _("Open again"),
    "drop": _("Lay down"),
    "snooze": _("Put off"),
    "wake": _("Put off no longer"),
    "release": _("Put back"),
    "unassign": _("Take the assignment back"),
    "escalate": _("Raise"),
    "note": _("Add a note"),
    "add_evidence": _("Add evidence"),
    "check_effect": _("Check the effect"),
    "confirm_entry": _("Confirm the entry"),
    "reject_entry": _("Refuse the entry"),
    "propose_exit": _("Propose to leave"),
    "confirm_exit": _("Confirm the leaving"),
    "keep": _("Keep on the list"),
}
ROLES: Mapping[str, Any] = {
    "owner": _("owner or deputy"),
    "colleague": _("colleague of the same role"),
    "decider": _("who decides"),
    "head": _("head"),
    "system": _("the system"),
    "proposer": _("business line or risk department"),
    "watcher": _("risk department"),
}
GUARDS: Mapping[str, Any] = {
    "not_taken": _("nobody has taken it on"),
    "can_do_it": _("the person holds the role that the work asks for, is here, and is not its owner"),
    "reason_given": _("a reason is given"),
    "text_given": _("something is written"),
    "finding_is_told": _("what was found is written"),
    "wait_has_an_end": _("a later day is named"),
    "plan_is_told": _("the plan says what will be done and until when"),
    "not_the_doer": _("a person who did none of the work"),
    "snooze_is_short": _("not beyond the deadline and not for too long"),
    "time_is_up": _("half or all of the time has gone"),
    "label_is_told": _("label and cause are given, and the amount secured unless it was a false alarm"),
    "evidence_is_there": _("evidence of a kind that the colour asks for is filed"),
    "evidence_is_complete": _("everything that the measure asks for is proved"),
    "effect_is_due": _("the day of the check has come and it is not made yet"),
    "somebody_decides": _("the measure has an approver"),
    "owner_decides": _("the owner decides by the catalogue"),
    "no_longer_asked": _("the last run no longer asks for it"),
    "is_put_off": _("it is put off"),
    "just_taken": _("the same person took it on within ten minutes, and nothing has happened since"),
    "just_given": _("the same person assigned it within ten minutes, and nothing has happened since"),
    "not_the_proposer": _("a person other than the proposer"),
    "three_months_clean": _("three months on the list without orange or red"),
}
REFUSALS: Mapping[str, Any] = {
    "not_in_this_state": _(
        "It has moved on meanwhile, and this can no longer be done. Look at where it stands now."
    ),
    "not_your_part": _("This is for somebody else to do."),
    "taken": _("Somebody else was faster. Nothing was changed."),
    "not_taken": _("Somebody else was faster. Nothing was changed."),
    "can_do_it": _("Choose somebody else who holds the role that the work asks for."),
    "another_is_open": _("Another piece of work on the same subject is open. Go on with that one."),
    "reason_given": _("Give a reason."),
    "text_given": _("Write something first."),
    "finding_is_told": _("Write what you found."),
    "wait_has_an_end": _("Name a day after today."),
    "plan_is_told": _("Write the plan, and name a day after today until which it runs."),
    "not_the_doer": _("Somebody who took no part in the work has to decide."),
    "snooze_is_short": _("Name a day before the deadline, at most two weeks ahead, and a reason."),
    "time_is_up": _("Its time is not up yet."),
    "label_is_told": _("Choose label and cause, and give the amount secured unless it was a false alarm."),
    "evidence_is_there": _(
        "Evidence is missing: red and orange need a visit or a photo, all others some proof."
    ),
    "evidence_is_complete": _("Something that the measure asks for is not proved yet."),
    "effect_is_due": _("Choose a result; the check is made once, from its day on."),
    "somebody_decides": _("Nobody has to approve this. Finish it."),
    "owner_decides": _("This has an approver. Submit it."),
    "no_longer_asked": _("The last run still asks for it."),
    "is_put_off": _("It is not put off."),
    "just_taken": _("It can be put back for ten minutes, as long as nothing has happened to it."),
    "just_given": _(
        "An assignment can be taken back for ten minutes, as long as nothing has happened to it."
    ),
    "not_the_proposer": _("Somebody other than the proposer has to confirm."),
    "three_months_clean": _("The customer has not been three months on the list without orange or red."),
    "criterion_unknown": _("Choose a criterion."),
    "plan_missing": _("Write the action plan."),
    "already_listed": _("The customer is on the list already."),
    "kind_unknown": _("Choose a kind of evidence."),
    "kind_unfit": _("This kind of evidence does not prove that."),
    "need_unknown": _("The measure does not ask for that."),
    "time_missing": _("Say when it was."),
    "time_ahead": _("The time lies ahead of now."),
    "place_missing": _(
        "The place is missing. Allow the phone to tell it, or fill in latitude and longitude."
    ),
    "photo_old": _("The photo is older than a week. Take a new one."),
    "photo_used": _("This very photo was filed before. Take a new one."),
    "voice_old": _("The recording is older than a week. Make a new one."),
    "voice_used": _("This very recording was filed before. Make a new one."),
    "file_missing": _("Choose a file."),
    "file_empty": _("The file is empty."),
    "file_too_large": _("The file is larger than 12 MB."),
    "file_wrong_kind": _("This is neither a picture (JPEG, PNG, WebP, HEIC) nor, for documents, a PDF."),
    "file_no_sound": _("This is no recording that a browser plays (WebM, M4A, MP3, Ogg, AAC, WAV)."),
    "text_missing": _("Write what you saw, heard or found."),
    "result_missing": _("Choose what the visit came to."),
    "second_person": _("Name the second person who was there."),
    "draft_gone": _("There is no visit of yours that was set down here."),
    "contact_missing": _("Say how, and whether the customer was reached."),
    "notice_missing": _("Choose what the notice does and how it was served."),
    "receipt_missing": _("Give the number of the receipt, or a picture of it."),
    "loan_missing": _(
        "Choose the loan for which the notice was served: it interrupts the limits of that one."
    ),
    "loan_absent": _(
        "This customer has no loan in the book for which a notice could count. File it as a document."
    ),
}
KINDS: Mapping[str, Any] = {
    "photo": _("Photo"),
    "voice": _("Voice note"),
    "document": _("Document"),
    "visit": _("Visit"),
    "call": _("Call"),
    "notice": _("Notice"),
    "note": _("Statement"),
}
LABELS: Mapping[str, Any] = {
    "real": _("real"),
    "false_alarm": _("false alarm"),
    "too_late": _("too late"),
    "done": _("done"),
    "not_needed": _("no longer needed"),
}
CAUSES: Mapping[str, Any] = {
    "lost_buyer": _("buyer lost"),
    "illness": _("illness"),
    "divorce": _("divorce or split household"),
    "price_fall": _("fall of prices"),
    "disaster": _("disaster or disease"),
    "over_investment": _("too much invested"),
    "other_debts": _("debts elsewhere"),
    "guarantee": _("called on as guarantor"),
    "diversion": _("money used for something else"),
    "fraud": _("fraud"),
    "mismanagement": _("bad management"),
    "forgot": _("forgot to pay"),
    "bank_error": _("error of the bank or its data"),
    "other": _("other, as told"),
}
CRITERIA: Mapping[str, Any] = {
    "orange_or_worse": _("orange or red"),
    "special_mention_or_worse": _("special mention or worse"),
    "arrears": _("arrears"),
    "group_or_guarantor": _("trouble in the group or of the guarantor"),
    "judgement": _("judgement of the risk department"),
}
CONTACTS: Mapping[str, Any] = {"call": _("phone call"), "sms": _("text message"), "letter": _("letter")}
VISIT_RESULTS: Mapping[str, Any] = {
    "ok": _("all in order"),
    "finding": _("something found"),
    "refused": _("refused"),
    "absent": _("nobody there"),
    "closed": _("closed down"),
}
ANSWERS: Mapping[str, Any] = {
    "yes": _("yes"),
    "no": _("no"),
    "na": _("does not apply"),
    "not_checked": _("not checked"),
}
NOTICES: Mapping[str, Any] = {
    "demand": _("demand"),
    "acknowledgement": _("acknowledgement of debt"),
    "claim_on_guarantor": _("claim on the guarantor"),
    "suit": _("suit"),
    "acceleration": _("early repayment"),
}
METHODS: Mapping[str, Any] = {
    "signed": _("signed on receipt"),
    "ems": _("EMS"),
    "notary": _("notary"),
    "court": _("court"),
}
EFFECTS: Mapping[str, Any] = {"better": _("better"), "same": _("the same"), "worse": _("worse")}

TABLES: Mapping[str, Mapping[str, Any]] = {
    "state": STATES,
    "action": ACTIONS,
    "towards": ROLES,
    "guard": GUARDS,
    "refusal": REFUSALS,
    "kind": KINDS,
    "need": NEEDS,
    "label": LABELS,
    "cause": CAUSES,
    "criterion": CRITERIA,
    "contact": CONTACTS,
    "visit_result": VISIT_RESULTS,
    "answer": ANSWERS,
    "notice": NOTICES,
    "method": METHODS,
    "effect": EFFECTS,
}


def word(kind: str, code: str | None) -> str:
    """Give the word of a code of a kind; the code itself where it has none."""
    return str(TABLES[kind].get(code or "", code or ""))


def clock(due: datetime, now: datetime, time: WorkTime) -> tuple[str, str]:
    """Give a clock in words, and `late`, `soon` or `calm`.

    Up to the end of today it speaks of working hours, beyond that of working days; what is late likewise.
    """
    if due < now:
        days = time.days_between(due, now)
        if days:
            return ngettext("%(days)s working day late", "%(days)s working days late", days) % {
                "days": days
            }, "late"
        hours = time.worked(due, now) // 60
        if hours:
            return ngettext("%(hours)s working hour late", "%(hours)s working hours late", hours) % {
                "hours": hours
            }, "late"
        return gettext("just late"), "late"
    if due.date() == now.date():
        minutes = time.worked(now, due)
        if minutes >= 60:
            hours = minutes // 60
            return ngettext("%(hours)s working hour left", "%(hours)s working hours left", hours) % {
                "hours": hours
            }, "soon"
        return ngettext("%(minutes)s minute left", "%(minutes)s minutes left", minutes) % {
            "minutes": minutes
        }, "soon"
    days = time.days_between(now, due)
    if not days:
        return gettext("due on %(day)s, a day off") % {"day": due.date().isoformat()}, "soon"
    return ngettext("%(days)s working day left", "%(days)s working days left", days) % {
        "days": days
    }, "soon" if days == 1 else "calm"


def told(action: str, details: Mapping[str, Any], people: Mapping[str, Any]) -> str:
    """Give a line of the timeline as a sentence without its actor."""
    makers = {
        "open": lambda: gettext("opened"),
        "claim": lambda: gettext("took it on"),
        "assign": lambda: gettext("gave it to %(name)s") % {"name": _name(people, details.get("after"))},
        "start": lambda: gettext("began"),
        "plan": lambda: gettext("set the plan, until %(day)s") % {"day": details.get("until")},
        "wait": lambda: gettext("waits until %(day)s") % {"day": details.get("until")},
        "resume": lambda: gettext("went on"),
        "submit": lambda: gettext("handed it in"),
        "finish": lambda: gettext("finished"),
        "withdraw": lambda: gettext("took it back"),
        "send_back": lambda: gettext("sent it back"),
        "close": lambda: _closed(details),
        "reopen": lambda: gettext("opened it again"),
        "drop": lambda: gettext("laid it down as no longer needed"),
        "snooze": lambda: gettext("put it off until %(day)s") % {"day": details.get("until")},
        "wake": lambda: gettext("puts it off no longer"),
        "release": lambda: gettext("put it back"),
        "unassign": lambda: gettext("took the assignment back"),
        "escalate": lambda: _raised(details),
        "note": lambda: gettext("noted"),
        "add_evidence": lambda: (
            gettext("filed evidence: %(kind)s") % {"kind": word("kind", details.get("kind"))}
        ),
        "check_effect": lambda: (
            gettext("checked the effect after %(days)s days: %(result)s")
            % {"days": details.get("days"), "result": word("effect", details.get("result"))}
        ),
        "colour": lambda: _coloured(details),
        "asked": lambda: (
            gettext("the run asks for it again")
            if details.get("stands")
            else gettext("the run no longer asks for it")
        ),
        "moved": lambda: (
            gettext("deadline moved from %(before)s to %(after)s")
            % {"before": details.get("before"), "after": details.get("after")}
        ),
    }
    maker = makers.get(action)
    return maker() if maker else action


def _name(people: Mapping[str, Any], number: str | None) -> str:
    found = people.get(number or "")
    return str(found) if found else (number or "")


def _closed(details: Mapping[str, Any]) -> str:
    if not details.get("label"):
        return gettext("accepted and closed it")
    return gettext("closed it: %(label)s, %(cause)s") % {
        "label": word("label", details["label"]),
        "cause": word("cause", details.get("cause")),
    }


def _raised(details: Mapping[str, Any]) -> str:
    role = terms.word("role", details.get("role"))
    if details.get("level") == 1:
        return gettext("raised to %(role)s: half of the time has gone") % {"role": role}
    return gettext("raised to %(role)s: the time has gone") % {"role": role}


def _coloured(details: Mapping[str, Any]) -> str:
    return gettext("colour went from %(before)s to %(after)s") % {
        "before": terms.word("colour", details.get("before") or "none"),
        "after": terms.word("colour", details.get("after") or "none"),
    }


def title(work: Any, run: Any) -> str:
    """Give the name of a piece of work: the warning, the measure, or what was asked."""
    if isinstance(work, Case):
        return gettext("Warning")
    if work.kind == "measure":
        return terms.name("measure", work.measure_code, run)
    return str(work.title)
