"""Pages on which authors change a decision table of a draft: in the browser's editor, or rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from postloan.console.people.rights import allow, scope
from postloan.console.policies import editing, reading, selectors, sheets, spoken, states, table_forms
from postloan.console.policies.changing import RefusedError
from postloan.console.policies.gate import access_draft
from postloan.console.policies.models import Draft
from postloan.errors import PostloanError
from postloan.policy.findings import Finding, TableFinding
from postloan.policy.model import DecisionTable, Rule


@allow(states.AUTHOR)
def edit(request: HttpRequest, draft_id: str, name: str) -> HttpResponse:
    """Show a table in the editor, and take what was made of it; what is refused stays in the editor."""
    draft, table = _opened(request, draft_id, name)
    form = table_forms.TableForm(request.POST or None)
    context: dict[str, Any] = {"draft": draft, "name": name, "form": form, "xml": ""}
    shown: DecisionTable = table
    found: Sequence[TableFinding] = ()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["xml"].encode()
        context["xml"] = form.cleaned_data["xml"]
        try:
            editing.set_table(
                scope=scope(request),
                draft_id=draft_id,
                name=name,
                data=data,
                reason=form.cleaned_data["reason"],
            )
        except PostloanError as error:
            context["errors"] = spoken.errors(error)
            shown, found = _shown(table, name, data, error)
        else:
            messages.success(request, _("Done."))
            return redirect("draft_table", draft_id, name)
    context |= {"sheet": sheets.sheet(shown, found), "label": sheets.label(shown), "table": shown}
    return render(request, "policies/table_edit.html", context)


def _opened(request: HttpRequest, draft_id: str, name: str) -> tuple[Draft, DecisionTable]:
    draft = access_draft(scope(request), draft_id, for_="change")
    try:
        return draft, editing.table_of(reading.opened(selectors.of_draft(draft)), name)
    except KeyError:
        raise Http404 from None


def _shown(
    table: DecisionTable, name: str, data: bytes, error: PostloanError
) -> tuple[DecisionTable, Sequence[TableFinding]]:
    """Give the table as it was sent with what was found in it; the one that stands if it cannot be read."""
    try:
        sent = editing.read_table(name, data)
    except PostloanError:
        return table, ()
    first = error.findings[0].where if isinstance(error, RefusedError) else error.where
    sent = replace(sent, where=first.split(", ")[0])
    return sent, located(sent, error)


def located(table: DecisionTable, error: PostloanError) -> list[TableFinding]:
    """Put each problem at the rule and the column that its place names, to be shown beside the cell."""
    findings = error.findings if isinstance(error, RefusedError) else [error]
    return [_at_cell(table, one) for one in findings if one.where]


def _at_cell(table: DecisionTable, found: Finding | PostloanError) -> TableFinding:
    severity = getattr(found, "severity", "error")
    rules = tuple(getattr(found, "rules", ()))
    box = dict(getattr(found, "box", {}))
    parts = [part.partition(" ") for part in found.where.split(", ")]
    told = {word: rest for word, _blank, rest in parts}
    if not rules and told.get("rule") in {one.id for one in table.rules}:
        rules = (told["rule"],)
    column = told.get("input") or told.get("output")
    if column:
        box[column] = ""
    example = getattr(found, "example", {})
    # Only what verification found has words of its own by table, looked up by where the table was read.
    where = table.where if isinstance(found, TableFinding) else ""
    return TableFinding(
        severity,
        found.code,
        found.message,
        where,
        found.mend,
        rules=rules,
        box=box,
        example=example or {},
    )


@allow(states.AUTHOR)
def rule(request: HttpRequest, draft_id: str, name: str, rule_id: str) -> HttpResponse:
    """Show and take the form for one rule: its cells; another one below; away with it; up and down."""
    draft, table = _opened(request, draft_id, name)
    held = next((one for one in table.rules if one.id == rule_id), None)
    if held is None:
        raise Http404
    action = request.POST.get("action", "change")
    form = table_forms.RuleForm(request.POST or None, table=table, rule=held)
    context: dict[str, Any] = {"draft": draft, "name": name, "form": form, "rule_id": rule_id}
    if request.method == "POST" and form.is_valid():
        try:
            _keep(request, draft_id, name, rule_id, action, form)
        except PostloanError as error:
            context["errors"] = spoken.errors(error)
            shown = _with(table, rule_id, action, form)
            _say_beside(form, shown, rule_id, error)
        else:
            messages.success(request, _("Done."))
            return redirect("draft_table", draft_id, name)
    at = table.rules.index(held)
    context |= {"label": sheets.label(table), "is_first": at == 0, "is_last": at == len(table.rules) - 1}
    context["sentence"] = sheets.sheet(table, ()).rows[at].says
    return render(request, "policies/rule.html", context)


def _keep(
    request: HttpRequest, draft_id: str, name: str, rule_id: str, action: str, form: table_forms.RuleForm
) -> None:
    editing.set_rule(
        scope=scope(request),
        draft_id=draft_id,
        name=name,
        rule_id=rule_id,
        action=action,
        reason=form.cleaned_data["reason"],
        rule=form.rule(is_new=action == "add") if action in ("change", "add") else None,
    )


def _with(table: DecisionTable, rule_id: str, action: str, form: table_forms.RuleForm) -> DecisionTable:
    """Give the table as it would be, to find the cells that problems are about."""
    made: Rule | None = form.rule(is_new=action == "add") if action in ("change", "add") else None
    try:
        return replace(table, rules=tuple(editing.changed_rules(table, rule_id, action, made)))
    except PostloanError:
        return table


def _say_beside(form: table_forms.RuleForm, table: DecisionTable, rule_id: str, error: PostloanError) -> None:
    """Say each problem of the rule beside the cell that it is about."""
    ours = {rule_id, form.cleaned_data.get("rule_id", rule_id)}
    for found in located(table, error):
        if ours.isdisjoint(found.rules):
            continue
        for field in form.cells():
            if form.columns[field] in found.box:
                form.add_error(field, django_forms.ValidationError(spoken.found(found, {})["message"]))
