"""What is done at once to the warnings that somebody marked: their cases are given away or put off."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from postloan import clock
from postloan.console.people.rights import BOOK_ROLES, OVERSEERS, Scope, allow, scope
from postloan.console.warnings.gate import access_warning
from postloan.console.work import acting, gate
from postloan.console.work.guards import Refused
from postloan.console.work.models import Case
from postloan.console.work.services import assigning, moving

_AT_ONCE = 500


@allow(BOOK_ROLES)
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Give the open cases of marked warnings to somebody (heads alone), or put them off until a day."""
    held, action = scope(request), acting.text(request.POST, "action")
    reason = acting.text(request.POST, "reason")
    cases = _cases(held, request.POST.getlist("episode")[:_AT_ONCE])
    if not reason:
        messages.error(request, gettext("Say in a few words why; nothing was changed."))
    elif not cases:
        messages.error(request, gettext("None of the marked warnings has an open case."))
    elif action == "assign" and held.has(OVERSEERS):
        staff = gate.access_colleague(held, acting.text(request.POST, "to"))
        moved, left = assigning.work_assign_many(
            by=held, works=cases, staff=staff, reason=reason, now=clock.civil()
        )
        _say(request, moved, left)
    elif action == "snooze":
        _say(request, *_put_off(held, cases, acting.day(request.POST, "until"), reason))
    else:
        raise Http404
    return HttpResponseRedirect(_back(request))


def _cases(held: Scope, episodes: list[str]) -> list[Case]:
    """Give the open cases of warnings that the person sees; one that is not theirs answers as absent."""
    for one in episodes:
        access_warning(held, one)
    return list(Case.objects.filter(episode_id__in=episodes, closed_at=None).order_by("pk"))


def _put_off(held: Scope, cases: list[Case], until: date | None, reason: str) -> tuple[int, int]:
    moved = 0
    for case in cases:
        try:
            moving.work_snooze(by=held, work=case, reason=reason, until=until, now=clock.civil())
        except Refused:
            continue
        moved += 1
    return moved, len(cases) - moved


def _say(request: HttpRequest, moved: int, left: int) -> None:
    done = ngettext("%(count)s case was changed", "%(count)s cases were changed", moved)
    said = done % {"count": moved}
    if left:
        stays = ngettext("%(count)s stays where it is", "%(count)s stay where they are", left)
        said = f"{said}; {stays % {'count': left}}"
    messages.success(request, said)


def _back(request: HttpRequest) -> str:
    following = acting.text(request.POST, "next") or "/warnings/"
    fits = url_has_allowed_host_and_scheme(following, {request.get_host()}, request.is_secure())
    return following if fits else "/warnings/"
