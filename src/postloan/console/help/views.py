"""Help: a guide with its sections and the other guides beside it, open to everybody who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from postloan.console.help import places, rendering, sources
from postloan.console.people import rights
from postloan.console.words import is_chinese


@dataclass(frozen=True)
class Entry:
    """A line of the list of guides."""

    name: str
    title: str
    is_foreign: bool


@rights.allow(rights.EVERYBODY)
def index(request: HttpRequest) -> HttpResponse:
    """Show the guide to the console as a whole, or say that no guides are installed."""
    return _shown(request, places.CONSOLE) if sources.folder() else render(request, "help/page.html")


@rights.allow(rights.EVERYBODY)
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show a guide."""
    return _shown(request, name)


@rights.allow(rights.EVERYBODY)
def picture(request: HttpRequest, name: str) -> FileResponse:  # noqa: ARG001 - every view is given it
    """Send a picture of the guides; it is kept by the browser for a day."""
    path = sources.picture(name)
    if path is None:
        raise Http404
    answer = FileResponse(path.open("rb"), content_type="image/png")
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


def _shown(request: HttpRequest, name: str) -> HttpResponse:
    guide = rendering.guide(name, chinese=is_chinese())
    if guide is None:
        raise Http404
    return render(request, "help/page.html", {"guide": guide, "name": name, "groups": _groups(request)})


def _groups(request: HttpRequest) -> list[tuple[Any, list[Entry]]]:
    """Give the list of guides: those for the person first."""
    held = rights.scope(request).roles
    own = [name for name, roles in places.GUIDES.items() if not roles.isdisjoint(held)]
    named = (
        (_("For your roles"), [*own, places.CONSOLE]),
        (_("Explanations"), places.EXPLANATIONS),
        (_("For other roles"), [name for name in places.GUIDES if name not in own]),
        (_("For those who write policy or run the machine"), places.OTHERS),
    )
    return [(words, [_entry(name) for name in names]) for words, names in named if names]


def _entry(name: str) -> Entry:
    chinese = is_chinese()
    return Entry(name, rendering.title(name, chinese=chinese), rendering.is_foreign(name, chinese=chinese))
