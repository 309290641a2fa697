"""What every page needs: who is here, the run that is shown, and the parts of the console open to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, lazystr
from django.utils.translation import gettext_lazy as _

from postloan.console.help import places
from postloan.console.people import rights
from postloan.console.publishing.selectors import current
from postloan.console.work.due import BADGE, due_count


@dataclass(frozen=True)
class Part:
    """An entry of the navigation: its words, the name of its first page, and who may open it."""

    label: Any
    route: str
    roles: frozenset[str]

    @property
    def address(self) -> str:
        """Give the address of its first page."""
        return reverse(self.route)


PARTS: tuple[Part, ...] = (
    Part(_("Today"), "home", rights.EVERYBODY),
    Part(_("Warnings"), "warnings", rights.BOOK_ROLES),
    Part(_("Work"), "work", rights.BOOK_ROLES),
    Part(_("Customers"), "customers", rights.BOOK_ROLES),
    Part(_("Classification"), "desk", rights.BOOK_ROLES),
    Part(_("Watch list"), "watch_list", rights.BOOK_ROLES),
    Part(_("Signals"), "signals", rights.BOOK_ROLES | rights.POLICY_ROLES),
    Part(_("Policies"), "policies", rights.BOOK_ROLES | rights.POLICY_ROLES),
    Part(_("Runs and data"), "runs", rights.RUN_READERS),
    Part(_("Audit"), "audit", rights.AUDIT_READERS),
    Part(_("Administration"), "administration", rights.ADMINISTRATORS),
)
"""The navigation, in its order."""


def _due(held: rights.Scope) -> str:
    """Give what is late or due today as the navigation shows it; nothing where there is none."""
    if not held.has(rights.BOOK_ROLES):
        return ""
    count = due_count(held)
    return f"{BADGE}+" if count > BADGE else str(count or "")


def console(request: HttpRequest) -> dict[str, Any]:
    """Give `run`, `parts`, `here`, `scope`, `due` (counted when shown) and the address of `help`."""
    if not request.user.is_authenticated:
        oidc = reverse("openid_connect_login", args=["bank"]) if settings.HAS_OIDC else ""
        return {"run": None, "parts": (), "here": "", "oidc": oidc}
    held = rights.scope(request)
    match = request.resolver_match
    return {
        "run": current(),
        "scope": held,
        "parts": [part for part in PARTS if held.has(part.roles)],
        "due": SimpleLazyObject(lambda: _due(held)),
        "here": (match.view_name if match else "") or lazystr(""),
        "help": places.address(match, held.roles),
    }
