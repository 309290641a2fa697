"""How values are shown: colours, amounts, dates, names of codes, and in words what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from postloan import clock, terms
from postloan.console import words

register = template.Library()


@register.simple_tag
def colour(code: str | None) -> SafeString:
    """Show a colour by shape, letter and word."""
    if not code:
        return format_html('<span class="mark none">{}</span>', words.word("colour", "none"))
    letter, shape = terms.COLOUR_MARKS[code]
    return format_html(
        '<span class="mark {}"><i aria-hidden="true">{}</i><b aria-hidden="true">{}</b> {}</span>',
        code,
        shape,
        letter,
        words.word("colour", code),
    )


@register.filter
def term(code: str | None, kind: str) -> str:
    """Show the name of a code of a kind: `{{ role|term:"role" }}`."""
    return words.word(kind, code)


@register.simple_tag(takes_context=True)
def named(context: template.Context, kind: str, code: str | None) -> str:
    """Show the pack's name of a signal, measure, clock or level."""
    return words.name(kind, code, context.get("run"))


@register.simple_tag(takes_context=True)
def class_name(context: template.Context, scheme: str | None, level: str | None) -> str | SafeString:
    """Show the name of a level of a scheme with its code; in grey words where there is none."""
    if not level:
        return missing()
    told = words.name("level", f"{scheme}:{level}", context.get("run"))
    return f"{level} {told}" if told != level else level


@register.simple_tag(takes_context=True)
def left(context: template.Context, ends_on: date) -> str:
    """Say how many days are left to a day, counted from the day of the run; or since when it is over."""
    run = context.get("run")
    days = (ends_on - (run.as_of if run else clock.civil().date())).days
    if days == 0:
        return gettext("last day today")
    text = (
        ngettext("%(days)s day left", "%(days)s days left", days)
        if days > 0
        else ngettext("%(days)s day late", "%(days)s days late", -days)
    )
    return text % {"days": number_format(abs(days), force_grouping=True)}


@register.filter
def amount(cents: int | None) -> str | SafeString:
    """Show an amount of cents: in ten thousands with two places in Chinese, whole units in English."""
    if cents is None:
        return missing()
    if words.is_chinese():
        return number_format(round(cents / 10_000) / 100, decimal_pos=2, force_grouping=True)
    return number_format(round(cents / 100), decimal_pos=0, force_grouping=True)


@register.filter
def exact_amount(cents: int | None) -> str | SafeString:
    """Show an amount of cents to the cent."""
    if cents is None:
        return missing()
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{number_format(whole, force_grouping=True)}.{rest:02d}"


@register.simple_tag(takes_context=True)
def amount_unit(context: template.Context) -> str:
    """Show the unit of amounts, for headers."""
    return words.amount_unit(context.get("run"))


@register.filter
def count(value: int | None) -> str | SafeString:
    """Show a whole number with its groups."""
    return missing() if value is None else number_format(value, force_grouping=True)


@register.filter
def percent(share: float | None) -> str | SafeString:
    """Show a share of 0 to 1 as a percentage with one place."""
    return missing() if share is None else f"{number_format(share * 100, decimal_pos=1)} %"


@register.filter
def at(table: Mapping[str, Any], key: str | None) -> Any:
    """Look a key up; None where the table has none."""
    return table.get(key) if key else None


@register.filter
def day(value: date | None) -> str | SafeString:
    """Show a day as in tables."""
    return missing() if value is None else value.isoformat()[:10]


@register.filter
def known(value: Any) -> Any:
    """Show a value, or in grey words that it is missing."""
    return missing() if value in (None, "") else value


@register.filter
def as_written(value: Any) -> str | SafeString:
    """Show a text of a pack or of an error as it was written, marked where it is in English alone.

    A finding may begin with a sentence in Chinese and go on in English; then the rest is marked.
    """
    if value in (None, ""):
        return ""
    text = str(value)
    if not _is_chinese(text):
        return format_html('<span lang="en">{}</span>', text)
    head, stop, rest = text.partition("。")
    if not rest.strip() or _is_chinese(rest):
        return text
    return format_html('{}<span lang="en">{}</span>', head + stop, rest)


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= one <= "\u9fff" for one in text)


@register.filter
def ago(value: date | None) -> str | SafeString:
    """Show how many days ago a day was."""
    if value is None:
        return missing()
    days = (clock.civil().date() - value).days
    if days <= 0:
        return gettext("today")
    return ngettext("%(days)s day", "%(days)s days", days) % {
        "days": number_format(days, force_grouping=True)
    }


def missing() -> SafeString:
    """Say in grey that a value is not known."""
    return format_html('<span class="missing">{}</span>', gettext("not known"))


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Give the page's query with some parameters changed; one set to nothing is left out."""
    kept = context["request"].GET.copy()
    for key, value in changes.items():
        kept.pop(key, None)
        if value not in (None, ""):
            kept[key] = str(value)
    return f"?{kept.urlencode()}"
