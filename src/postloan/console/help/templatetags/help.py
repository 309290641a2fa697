"""A quiet question mark beside a term, which leads to its entry in the glossary and shows it on pointing."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from postloan.console.help import places, rendering
from postloan.console.words import is_chinese

register = template.Library()


@register.simple_tag
def about(anchor: str) -> str | SafeString:
    """Show the question mark of a term, by its anchor in the glossary; nothing without an entry."""
    said = rendering.explained(places.GLOSSARY, anchor, chinese=is_chinese())
    if not said:
        return ""
    return format_html(
        '<a class="about" href="{}#{}" title="{}"><span aria-hidden="true">?</span>'
        '<span class="unseen">{}</span></a>',
        reverse("help_page", args=[places.GLOSSARY]),
        anchor,
        said,
        gettext("What does this mean?"),
    )
