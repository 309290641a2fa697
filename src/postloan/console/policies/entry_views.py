"""Pages on which authors change a draft's parameters, signals, measures, schemes, clocks and calendars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from postloan.console import words
from postloan.console.people.rights import allow, scope
from postloan.console.policies import (
    editing,
    entry_forms,
    folders,
    forms,
    lines,
    reading,
    selectors,
    services,
    spoken,
    states,
)
from postloan.console.policies.changing import RefusedError
from postloan.console.policies.gate import access_draft
from postloan.console.policies.models import Draft
from postloan.errors import PostloanError
from postloan.policy.in_force import Dated, Pack
from postloan.reports import rule_texts

KINDS = ("parameter", "measure", "scheme", "clock", "table", "file")
"""What the page lists to be changed, in this order; signals have their own catalogue."""

_SAYS: dict[str, Any] = {
    "parameter": rule_texts.of_parameter,
    "measure": rule_texts.of_measure,
    "scheme": rule_texts.of_scheme,
}


@dataclass(frozen=True)
class Row:
    """Something of a draft that can be changed: what it says, and where that is done."""

    key: str
    says: str
    source: str
    pack: str
    is_own: bool
    url: str


@allow(states.AUTHOR)
def index(request: HttpRequest, draft_id: str) -> HttpResponse:
    """List what of a kind the draft holds, to choose what is to change."""
    draft = access_draft(scope(request), draft_id, for_="change")
    kind = request.GET.get("kind", "parameter")
    if kind not in KINDS:
        raise Http404
    pack = reading.opened(selectors.of_draft(draft))
    rows = list(_files(draft, pack) if kind == "file" else _entries(draft, pack, kind))
    kinds = [(one, words.pick(spoken.MANY[one])) for one in KINDS]
    context = {"draft": draft, "kind": kind, "kinds": kinds, "rows": rows}
    if kind == "file":
        context["next_year"] = max(pack.calendar.years, default=draft.effective_from.year - 1) + 1
    return render(request, "policies/draft_entries.html", context)


def _entries(draft: Draft, pack: Pack, kind: str) -> Iterator[Row]:
    for key, versions in sorted(pack.versions.get(kind, {}).items()):
        dated = versions[-1]
        name = "draft_table_edit" if kind == "table" else "draft_entry"
        url = reverse(name, args=[draft.pk, key] if kind == "table" else [draft.pk, kind, key])
        source = f"{dated.value.reference} {dated.value.status}".strip()
        yield Row(key, _says(dated), source, dated.pack, dated.pack == draft.pk, url)


def _says(dated: Dated) -> str:
    language = "zh" if words.is_chinese() else "en"
    if dated.kind in _SAYS:
        return str(_SAYS[dated.kind](dated.value)[language])
    if dated.kind == "table":
        return str(dated.value.labels.get(language) or dated.value.name)
    within = dated.value.within
    name = str(dated.value.name.get(language) or dated.key)
    return f"{name}: {within.words(language)}" if within else name


def _files(draft: Draft, pack: Pack) -> Iterator[Row]:
    own = set(folders.documents(pack.folders[pack.id]))
    language = "zh" if words.is_chinese() else "en"
    years = {f"calendar/{year}.yaml": known for year, known in pack.calendar.years.items()}
    for name in sorted(editing.document_names(pack), reverse=True):
        known = years.get(name)
        says = rule_texts.of_year(known)[language] if known else ""
        source = f"{known.source} {known.status}".strip() if known else ""
        url = reverse("draft_file", args=[draft.pk, name])
        holder = next(one for one in reversed(pack.chain) if (pack.folders[one] / name).is_file())
        yield Row(name, says, source, holder, name in own, url)


@allow(states.AUTHOR)
def change(request: HttpRequest, draft_id: str, kind: str, key: str) -> HttpResponse:
    """Show and take the form for an entry of a draft."""
    draft = access_draft(scope(request), draft_id, for_="change")
    pack = reading.opened(selectors.of_draft(draft))
    if kind not in folders.FILES or key not in pack.versions.get(kind, {}):
        raise Http404
    dated = pack.versions[kind][key][-1]
    as_text = kind in ("scheme", "clock") or (kind == "measure" and "text" in request.GET)
    form = _form(request, pack, dated, as_text=as_text)
    context: dict[str, Any] = {
        "form": form,
        "draft": draft,
        "entry": dated.value,
        "kind": kind,
        "dated": dated,
    }
    if request.method == "POST" and form.is_valid():
        try:
            _keep(request, draft, dated, form)
        except PostloanError as error:
            context["errors"] = spoken.errors(error)
            if as_text:
                context["lines"] = _lines(form.cleaned_data["text"], error)
        else:
            messages.success(request, _("Done."))
            return redirect("draft", draft_id)
    context["title"] = f"{words.pick(spoken.KINDS[kind])} {key}"
    context["base_text"] = _below(draft, kind, key)
    context["by_text"] = kind == "measure" and not as_text
    return render(request, "policies/form.html", context)


def _form(request: HttpRequest, pack: Pack, dated: Dated, *, as_text: bool) -> django_forms.Form:
    data = request.POST or None
    if as_text:
        text = editing.entry_text(pack, dated.kind, dated.key)
        return entry_forms.TextForm(data, initial={"text": text})
    if dated.kind == "parameter":
        return entry_forms.ValueForm(data, parameter=dated.value)
    if dated.kind == "measure":
        return entry_forms.MeasureForm(data, measure=dated.value)
    signal = dated.value
    colours = (
        {}
        if signal.waits_for
        else {one: words.word("colour", one) for one in ("red", "orange", "yellow", "blue")}
    )
    held = {one.colour: one.text for one in signal.grades}
    return forms.SignalForm(data, colours=colours, initial={"enabled": signal.enabled, **held})


def _keep(request: HttpRequest, draft: Draft, dated: Dated, form: django_forms.Form) -> None:
    said = dict(form.cleaned_data)
    told: dict[str, Any] = {"scope": scope(request), "draft_id": draft.pk, "reason": said.pop("reason")}
    if isinstance(form, entry_forms.ValueForm):
        services.set_parameter(**told, name=dated.key, value=form.value())
    elif isinstance(form, forms.SignalForm):
        services.set_signal(**told, code=dated.key, enabled=said.pop("enabled"), grades=said)
    else:
        raw = {name: value for name, value in dated.raw.items() if name not in editing.ABOUT}
        text = form.text(raw) if isinstance(form, entry_forms.MeasureForm) else said["text"]
        editing.set_entry(**told, kind=dated.kind, key=dated.key, text=text)


def _below(draft: Draft, kind: str, key: str) -> str:
    """Give an entry as the policy in force has it, to compare with."""
    base = reading.opened(selectors.base_of(draft))
    if kind not in editing.ENTRIES or key not in base.versions.get(kind, {}):
        return ""
    return editing.entry_text(base, kind, key)


def _lines(text: str, error: PostloanError) -> list[lines.Line]:
    """Lay the text out with each problem at its line; nothing where none has a line."""
    findings: list[Any] = error.findings[:20] if isinstance(error, RefusedError) else [error]
    problems = [
        (one.where, one.message, told) for one, told in zip(findings, spoken.errors(error), strict=True)
    ]
    laid = lines.laid_out(text, problems)
    return laid if any(one.problems for one in laid) else []


@allow(states.AUTHOR)
def new_measure(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show and take the text of a measure that the pack has not yet."""
    draft = access_draft(scope(request), draft_id, for_="change")
    form = entry_forms.TextForm(request.POST or None, initial={"text": editing.NEW_MEASURE})
    context: dict[str, Any] = {"form": form, "draft": draft, "kind": "measure", "title": _("A new measure")}
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            editing.add_measure(
                scope=scope(request), draft_id=draft_id, text=said["text"], reason=said["reason"]
            )
        except PostloanError as error:
            context["errors"] = spoken.errors(error)
            context["lines"] = _lines(said["text"], error)
        else:
            messages.success(request, _("Done."))
            return redirect("draft", draft_id)
    return render(request, "policies/form.html", context)


def _title(name: str) -> str:
    """Give what people call a file: the calendar of a year, the kinds of event."""
    stem = name.removesuffix(".yaml")
    kind, _slash, year = stem.partition("/")
    return f"{words.pick(spoken.KINDS[kind])} {year}".strip() if kind in spoken.KINDS else name


@allow(states.AUTHOR)
def file(request: HttpRequest, draft_id: str, name: str) -> HttpResponse:
    """Show and take a file of a draft that holds no dated entries: a calendar by its days, else as text."""
    draft = access_draft(scope(request), draft_id, for_="change")
    if not folders.DOCUMENT.fullmatch(name):
        raise Http404
    pack = reading.opened(selectors.of_draft(draft))
    held = editing.document_text(pack, name)
    year = re.match(r"calendar/(\d{4})", name)
    if not held and not year:
        raise Http404
    form: django_forms.Form
    if year:
        number = int(year[1])
        known = pack.calendar.years.get(number)
        form = entry_forms.CalendarForm(request.POST or None, year=number, known=known)
    else:
        form = entry_forms.TextForm(request.POST or None, initial={"text": held})
    context: dict[str, Any] = {"form": form, "draft": draft, "kind": "file", "title": _title(name)}
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        text = form.text() if isinstance(form, entry_forms.CalendarForm) else said["text"]
        try:
            editing.set_document(
                scope=scope(request), draft_id=draft_id, name=name, text=text, reason=said["reason"]
            )
        except PostloanError as error:
            context["errors"] = spoken.errors(error)
            context["lines"] = [] if year else _lines(text, error)
        else:
            messages.success(request, _("Done."))
            return redirect("draft", draft_id)
    base = reading.opened(selectors.base_of(draft))
    context["base_text"] = "" if year else editing.document_text(base, name)
    return render(request, "policies/form.html", context)
