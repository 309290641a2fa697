"""Pages of a draft: what it changes, how far it is, and the forms by which people take it further."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from postloan.console import words
from postloan.console.listing import whole
from postloan.console.people.models import Staff
from postloan.console.people.rights import POLICY_ROLES, allow, scope
from postloan.console.policies import (
    entry_views,
    forms,
    impact,
    reading,
    selectors,
    services,
    shown,
    spoken,
    states,
    steps,
)
from postloan.console.policies.gate import access_draft, roles_of
from postloan.errors import PostloanError

READERS = POLICY_ROLES | states.BRANCH | states.MANAGERS


@allow(states.AUTHOR)
def new(request: HttpRequest) -> HttpResponse:
    """Begin a draft."""
    form = forms.NewDraftForm(request.POST or None)
    told = None
    if request.method == "POST" and form.is_valid():
        try:
            draft = services.create(scope=scope(request), **form.cleaned_data)
        except PostloanError as error:
            told = [spoken.error(error)]
        else:
            return redirect("draft", draft.pk)
    title = _("Begin a draft")
    return render(request, "policies/form.html", {"form": form, "title": title, "errors": told})


@allow(READERS)
def detail(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show a draft: its state, what it changes, what was said, who approved, what happened."""
    held = scope(request)
    draft = access_draft(held, draft_id)
    roles = roles_of(held)
    makers = selectors.makers(draft)
    possible = [
        action
        for action in states.possible(draft.state, roles)
        if not (action in states.CHECKS and held.staff_id in makers)
    ]
    own = reading.own(selectors.of_draft(draft))
    waiting = list(selectors.outstanding(draft)) if draft.state in states.PROMULGATED else []
    context = {
        "draft": draft,
        "possible": possible,
        "may_change": "change" in possible,
        "is_maker": held.staff_id in makers,
        "makers": Staff.objects.filter(pk__in=makers),
        "steps": shown.way(draft),
        "own": own,
        "own_cases": sorted(path.name for path in (reading.home() / draft.pk / "cases").glob("*")),
        "warnings": [shown.finding(one) for one in draft.findings],
        "differences": shown.differences(draft),
        "is_base_in_force": draft.state not in states.OPEN or selectors.is_base_in_force(draft),
        "comments": draft.comments.select_related("by"),
        "silent": selectors.silent_branches(draft) if draft.state == states.CONSULTATION else [],
        "approvals": draft.approvals.select_related("by"),
        "impact": shown.report(draft),
        "questions": draft.questions.all(),
        "acknowledged": draft.acknowledgements.count(),
        "outstanding": waiting,
        "has_acknowledged": draft.acknowledgements.filter(by_id=held.staff_id).exists(),
        "events": shown.events(draft),
        "kinds": [(one, words.pick(spoken.MANY[one])) for one in entry_views.KINDS],
        "submit_form": forms.SubmitForm(),
        "file_form": forms.FileForm(),
        "day_form": forms.DayForm(),
        "reason_form": forms.ReasonForm(),
        "text_form": forms.TextForm(),
        "show_all": held.has(POLICY_ROLES),
    }
    return render(request, "policies/draft.html", context)


@allow(POLICY_ROLES)
def impact_part(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show how far the impact report is: the part of the page that is asked for again and again."""
    held = scope(request)
    draft = access_draft(held, draft_id)
    possible = states.possible(draft.state, roles_of(held))
    return render(
        request,
        "policies/_impact.html",
        {"draft": draft, "impact": shown.report(draft), "possible": possible},
    )


@require_POST
@allow(READERS)
def step(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Take one step of the way, named by `action`."""
    action = request.POST.get("action", "")
    held = scope(request)
    access_draft(held, draft_id, for_=action)
    return _done(request, draft_id, lambda: _take(request, draft_id, action))


def _take(request: HttpRequest, draft_id: str, action: str) -> object:
    told: dict[str, Any] = {"scope": scope(request), "draft_id": draft_id}
    content = request.POST.get("content", "")
    text = request.POST.get("text", "") or request.POST.get("reason", "")
    if action in states.APPROVALS:
        return steps.approve(**told, action=action, content=content, note=text)
    match action:
        case "submit":
            form = _valid(forms.SubmitForm(request.POST))
            return steps.submit(**told, comments_until=form["comments_until"])
        case "comment":
            return steps.comment(**told, text=text)
        case "end_consultation":
            return steps.end_consultation(**told)
        case "return":
            return steps.give_back(**told, reason=text)
        case "withdraw":
            return steps.withdraw(**told, reason=text)
        case "promulgate":
            return steps.promulgate(**told, content=content)
        case "lock":
            return steps.lock(**told)
        case "review":
            return steps.review(**told, text=text)
        case "ask_impact":
            return impact.ask(**told)
        case "cancel_impact":
            return impact.cancel(**told)
    raise Http404


def _valid(form: django_forms.Form) -> dict[str, Any]:
    """Give what a form holds; raises PostloanError with the first thing that is wrong with it."""
    if not form.is_valid():
        field, wrong = next(iter(form.errors.items()))
        label = form.fields[field].label if field in form.fields else ""
        raise PostloanError("wrong_form", f"{label}: {wrong[0]}")
    return form.cleaned_data


def _done(request: HttpRequest, draft_id: str, action: Callable[[], object]) -> HttpResponse:
    """Do something to a draft and go back to its page, which says what came of it."""
    try:
        action()
    except PostloanError as error:
        for told in spoken.errors(error):
            place = f" ({told['where']})" if told["where"] else ""
            messages.error(request, f"{told['message']}{place} {told['mend']}".strip())
    else:
        messages.success(request, _("Done."))
    return redirect("draft", draft_id)


@require_POST
@allow(states.AUTHOR)
def change(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Take a change that is named by `what`: a file, another day, another base, or one taken back."""
    access_draft(scope(request), draft_id, for_="change")
    return _done(request, draft_id, lambda: _change(request, draft_id))


def _change(request: HttpRequest, draft_id: str) -> object:
    told: dict[str, Any] = {"scope": scope(request), "draft_id": draft_id}
    match request.POST.get("what", ""):
        case "file":
            said = _valid(forms.FileForm(request.POST, request.FILES))
            file = said["file"]
            put = services.put_cases if file.name.lower().endswith((".csv", ".yaml")) else services.put_tables
            return put(**told, file=file.name, data=file.read(), reason=said["reason"])
        case "day":
            said = _valid(forms.DayForm(request.POST))
            return services.set_day(**told, day=said["day"], reason=said["reason"])
        case "base":
            return services.rebase(**told, reason=_valid(forms.ReasonForm(request.POST))["reason"])
        case "back":
            said = _valid(forms.ReasonForm(request.POST))
            kind, _mark, key = request.POST.get("entry", "").partition(":")
            return services.take_back(**told, kind=kind, key=key, reason=said["reason"])
    raise Http404


@allow(states.AUTHOR)
def questions(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show and take the questions for customer managers."""
    held = scope(request)
    draft = access_draft(held, draft_id, for_="set_questions")
    initial = {"questions": forms.questions_text(draft.questions.all())}
    form = forms.QuestionsForm(request.POST or None, initial=initial)
    told = None
    if request.method == "POST" and form.is_valid():
        try:
            services.set_questions(scope=held, draft_id=draft_id, questions=form.cleaned_data["questions"])
        except PostloanError as error:
            told = [spoken.error(error)]
        else:
            return redirect("draft", draft_id)
    title = _("Questions for customer managers")
    context = {"form": form, "title": title, "draft": draft, "errors": told}
    return render(request, "policies/form.html", context)


@allow(states.MANAGERS)
def acknowledge(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show what changes with its questions, and take a customer manager's answers."""
    held = scope(request)
    draft = access_draft(held, draft_id, for_="acknowledge")
    asked = list(draft.questions.all())
    told = None
    if request.method == "POST":
        told_of = (whole(request.POST.get(f"q{q.pk}", ""), 1000) for q in asked)
        answers = [-1 if one is None else one for one in told_of]
        try:
            steps.acknowledge(scope=held, draft_id=draft_id, answers=answers)
        except PostloanError as error:
            told = [spoken.error(error)]
        else:
            messages.success(request, _("You have acknowledged this version."))
            return redirect("draft", draft_id)
    context = {
        "draft": draft,
        "questions": [
            (one, list(enumerate(one.answers)), request.POST.get(f"q{one.pk}", "")) for one in asked
        ],
        "differences": shown.differences(draft),
        "errors": told,
    }
    return render(request, "policies/acknowledge.html", context)
