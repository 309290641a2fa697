"""The columns of the catalogue of signals."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postloan.console import words
from postloan.console.cells import Column
from postloan.console.lists import Listing
from postloan.console.signals.selectors import Line, family
from postloan.console.templatetags.console import colour


def _state(line: Line, _told: Any) -> str:
    if line.signal.waits_for:
        return gettext("waiting for a feed")
    if not line.signal.enabled:
        return gettext("switched off")
    return gettext("never measurable") if line.measured == 0 else gettext("switched on")


def _state_shown(line: Line, told: Any) -> Any:
    text = _state(line, told)
    is_bad = line.is_on and line.measured == 0
    return format_html("<strong>{}</strong>", text) if is_bad else text


def _thresholds(line: Line, _told: Any) -> str:
    return "; ".join(f"{words.word('colour', one.colour)} {one.text}" for one in line.signal.grades)


def _thresholds_shown(line: Line, _told: Any) -> Any:
    tests = ((colour(one.colour), one.text) for one in line.signal.grades)
    return format_html(
        '<div class="tests"><div>{}</div></div>',
        format_html_join("", "<div>{} <code>{}</code></div>", tests),
    )


def _noise(line: Line, _told: Any) -> Any:
    return format_html("<strong>{}</strong>", gettext("fires on too many")) if line.is_noisy else ""


SIGNALS = Listing(
    name="signals",
    title=_("Signals"),
    columns=(
        Column(
            "signal",
            _("Signal"),
            lambda line, _told: line.name,
            link=lambda line, _told: reverse("signal", args=[line.signal.code]),
            small=lambda line, _told: line.signal.code,
            beside=("code",),
        ),
        Column("code", _("Code"), lambda line, _told: line.signal.code),
        Column("family", _("Family"), lambda line, _told: family(line.signal.family)),
        Column("thresholds", _("Thresholds"), _thresholds, show=_thresholds_shown, is_sortable=False),
        Column("state", _("State"), _state, show=_state_shown),
        Column("rate", _("Firing rate"), lambda line, _told: line.rate, "share", small=_noise),
        Column("measurable", _("Measurable"), lambda line, _told: line.measurable, "share"),
        Column("alerts", _("Alerts a manager and week"), lambda line, _told: line.alerts, "decimal"),
        Column("precision", _("Precision"), lambda line, _told: line.precision, "share"),
        Column(
            "lead",
            _("Lead time, days"),
            lambda line, _told: line.lead_days,
            "number",
            small=lambda line, _told: str(line.led) if line.led else "",
        ),
        Column("measured", _("Subjects measured"), lambda line, _told: line.measured, "number"),
        Column("reasons", _("Lacks"), lambda line, _told: ", ".join(line.reasons), is_sortable=False),
    ),
    usual=("signal", "family", "thresholds", "state", "rate", "measurable", "alerts", "precision", "lead"),
    leads="signal",
    filters=("family", "state", "search"),
    key=lambda line: line.signal.code,
    size=100,
)
"""The catalogue, by family and code."""
