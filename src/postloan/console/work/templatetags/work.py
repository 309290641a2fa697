"""How work is shown: its words, its clock, its title, its next step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from postloan import clock
from postloan.console.words import is_chinese
from postloan.console.work import words
from postloan.console.work.core import rules_in_force
from postloan.console.work.models import Case
from postloan.console.work.rules import WorkRules

register = template.Library()


@register.filter
def workword(code: str | None, kind: str) -> str:
    """Show the word of a code of work: `{{ case.state|workword:"state" }}`."""
    return words.word(kind, code)


@register.simple_tag(takes_context=True)
def clock_of(context: template.Context, work: Any) -> SafeString:
    """Show the clock of open work in words, the moment itself behind them."""
    if work.state == "closed":
        return SafeString("")
    return clock_at(work, context.get("now") or clock.civil(), context.get("work_rules") or rules_in_force())


def clock_at(work: Any, now: datetime, rules: WorkRules) -> SafeString:
    """Show the clock of open work at a moment."""
    text, tone = words.clock(work.due_at, now, rules.time)
    return format_html(
        '<time class="clock {}" datetime="{}" title="{}">{}</time>',
        tone,
        work.due_at.isoformat(),
        f"{work.due_at:%Y-%m-%d %H:%M}",
        text,
    )


@register.simple_tag(takes_context=True)
def title_of(context: template.Context, work: Any) -> str:
    """Show the name of a piece of work."""
    return words.title(work, context.get("run"))


@register.simple_tag
def address_of(work: Any) -> str:
    """Give the address of a piece of work."""
    return reverse("case" if isinstance(work, Case) else "task", args=[work.pk])


@register.simple_tag
def proof_address(work: Any, kind: str) -> str:
    """Give the address of the form for a kind of evidence; a visit is set down step by step."""
    if kind == "visit":
        return reverse(f"{work.kind_of_work}_visit", args=[work.pk])
    return reverse(f"{work.kind_of_work}_evidence", args=[work.pk, kind])


@register.filter
def point(code: str) -> str:
    """Show a point of the checklist by its code, in the person's language; the code where it has no name."""
    names = rules_in_force().checklist.get(code) or {}
    return names.get("zh" if is_chinese() else "en") or code


@register.simple_tag(takes_context=True)
def line_of(context: template.Context, entry: Any) -> str:
    """Show a line of the timeline as a sentence."""
    return words.told(entry.action, entry.details, context.get("people") or {})


@register.filter
def moment(value: datetime | None) -> str:
    """Show a moment to the minute."""
    return f"{value:%Y-%m-%d %H:%M}" if value else ""


_NEXT_OF_OWNER = {"new": "claim", "waiting": "resume", "in_progress": "submit"}


@register.filter
def next_step(work: Any) -> str:
    """Give the next step of work in a list by its state alone; what may be done stands on its own page."""
    if work.state == "submitted":
        return "close"
    if work.state == "claimed":
        return "plan" if isinstance(work, Case) else "submit" if work.decider_role else "finish"
    if work.state == "in_progress" and not isinstance(work, Case) and not work.decider_role:
        return "finish"
    return _NEXT_OF_OWNER.get(work.state, "")


@register.simple_tag
def cases_of(customer_id: str | None) -> list[Case]:
    """Give the last cases of a customer, the newest first."""
    return list(Case.objects.filter(customer_id=customer_id or "").order_by("-pk")[:20])
