"""Who may open what: every address, for everybody it is not for, and every object of another branch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from postloan import clock
from postloan.console.people.models import Staff, StaffRole
from tests.console.routes import ROUTES, Route
from tests.console.test_everywhere import finish

SignIn = Callable[[str], Client]

OPEN_BEFORE_SIGN_IN = {"alive", "choose_language"}


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one)
        else:
            yield one


def _ours() -> dict[str, URLPattern]:
    found = [one for one in _patterns(get_resolver()) if one.lookup_str.startswith("postloan.")]
    assert all(one.name for one in found), "every address of ours has a name"
    return {str(one.name): one for one in found}


def _ask(client: Client, route: Route, address: str) -> tuple[int, bytes]:
    answer = getattr(client, route.method)(address, dict(route.data))
    return answer.status_code, finish(answer)


def test_every_address_is_in_the_sweep_and_says_who_may_open_it() -> None:
    ours = _ours()
    assert set(ours) - OPEN_BEFORE_SIGN_IN == {route.name for route in ROUTES}
    unmarked = [name for name, one in ours.items() if not hasattr(one.callback, "allowed_roles")]
    assert set(unmarked) == OPEN_BEFORE_SIGN_IN


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method}-{route.name}")
def test_nobody_opens_what_is_not_for_them(route: Route, sign_in: SignIn, anonymous: Client) -> None:
    answer = getattr(anonymous, route.method)(route.own, dict(route.data))
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/account/login/")
    if route.wrong is not None:
        status, _ = _ask(sign_in(route.wrong), route, route.own)
        assert status == 404
    gone = sign_in(route.right)
    Staff.objects.filter(pk=route.right).update(left_on=clock.civil().date())
    answer = getattr(gone, route.method)(route.own, dict(route.data))
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/account/login/")
    Staff.objects.filter(pk=route.right).update(left_on=None)
    status, _ = _ask(sign_in(route.right), route, route.own)
    assert status in ((200,) if route.method == "get" else (200, 204, 302))


@pytest.mark.parametrize(
    "route", [one for one in ROUTES if one.other], ids=lambda route: f"{route.method}-{route.name}"
)
def test_another_branch_s_object_answers_like_an_absent_one(route: Route, sign_in: SignIn) -> None:
    client = sign_in(route.right)
    assert route.other is not None
    assert route.absent is not None
    other, absent = _ask(client, route, route.other), _ask(client, route, route.absent)
    assert other[0] == absent[0] == 404
    assert _nameless(other[1], route.other) == _nameless(absent[1], route.absent)


def _nameless(page: bytes, address: str) -> str:
    """Give a page without its own address and without the token that differs with each answer."""
    import re

    text = page.decode().replace(address, "")
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_a_right_that_ends_is_gone_with_the_next_click(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    assert client.get("/warnings/").status_code == 200
    StaffRole.objects.filter(staff_id="MA1").update(until=clock.civil().date())
    assert client.get("/warnings/").status_code == 404
    StaffRole.objects.filter(staff_id="MA1").update(until=clock.civil().date() + timedelta(days=1))
    assert client.get("/warnings/").status_code == 200
