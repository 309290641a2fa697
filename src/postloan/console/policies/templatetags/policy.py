"""Filters of pages of policies and signals: names of states and actions, shares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString

from postloan.console import words
from postloan.console.policies import folders, spoken
from postloan.console.templatetags.console import missing

register = template.Library()


@register.filter
def state(code: str) -> str:
    """Show the name of a state of a draft."""
    return words.pick(spoken.STATES[code])


@register.filter
def stage(code: str) -> str:
    """Show the name of a stage of a run."""
    return words.pick(spoken.STAGES[code]) if code in spoken.STAGES else code


@register.filter
def action(code: str) -> str:
    """Show the name of an action, as in the table of states or in the audit."""
    short = code.removeprefix("policy_")
    return words.pick(spoken.ACTIONS[short]) if short in spoken.ACTIONS else short


@register.filter
def kind(code: str) -> str:
    """Show the name of a kind of entry of a pack."""
    return words.pick(spoken.KINDS[code]) if code in spoken.KINDS else code


@register.filter
def percent(share: Decimal | None) -> str | SafeString:
    """Show a share from 0 to 1 as a percentage with one place."""
    return missing() if share is None else f"{number_format(share * 100, decimal_pos=1)} %"


@register.filter
def decimals(value: Decimal | None) -> str | SafeString:
    """Show a small number with two places."""
    return missing() if value is None else number_format(value, decimal_pos=2)


@register.filter
def as_pack(value: Any) -> str:
    """Show a value as packs write it."""
    return folders.as_text(value)


@register.filter
def year_file(year: int) -> str:
    """Give the name of the file that holds the calendar of a year."""
    return f"calendar/{year}.yaml"


@register.filter
def sureness(status: str) -> str | SafeString:
    """Show how sure the source of an entry is."""
    return words.pick(spoken.STATUSES[status]) if status in spoken.STATUSES else missing()


@register.filter
def short(content: str) -> str:
    """Show the beginning of a hash, by which people compare it."""
    return content[:12]
