"""Sign-in by OpenID Connect, whole: a real console, a stand-in server of the bank, and how it fails."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.console import identity, served
from tests.console.identity import Identity
from tests.console.served import Served

LOGIN = "/account/login/"
START = "/account/oidc/bank/login/"


@pytest.fixture(scope="module")
def directory() -> Iterator[Identity]:
    with identity.serving() as found:
        yield found


@pytest.fixture(scope="module")
def console(directory: Identity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served.serving(
        tmp_path_factory.mktemp("openid"),
        POSTLOAN_OIDC_SERVER=directory.url,
        POSTLOAN_OIDC_CLIENT=identity.CLIENT,
        POSTLOAN_OIDC_SECRET=identity.SECRET,
    ) as found:
        yield found


@pytest.fixture(autouse=True)
def as_before(directory: Identity, console: Served) -> Iterator[None]:
    directory.token, directory.userinfo, directory.denies = {}, {}, False
    directory.person = {"sub": "u-1", "preferred_username": "MA1", "name": "员工 MA1"}
    yield
    console.ask("delete from socialaccount_socialaccount")
    console.ask("update people_staff set left_on = null, is_active = 1")


def arrive(console: Served, start: str = START) -> tuple[requests.Session, requests.Response]:
    """Press the button of the page of sign-in, and follow all the way."""
    session = requests.Session()
    session.headers["Accept-Language"] = "en"
    page = session.get(console.url + LOGIN).text
    assert f'action="{START}"' in page
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    sent = {"csrfmiddlewaretoken": token[1]}
    return session, session.post(console.url + start, data=sent, headers={"Referer": console.url + LOGIN})


def is_in(session: requests.Session, console: Served) -> bool:
    return session.get(console.url + "/", allow_redirects=False).status_code == 200


def last(console: Served, action: str) -> tuple[Any, ...]:
    actor, about, after = console.events(action)[-1]
    return actor, about, json.loads(after)


def test_a_member_of_staff_signs_in(console: Served) -> None:
    for _again in range(2):  # the second time by the link that the first one made
        session, end = arrive(console)
        assert (end.status_code, end.url) == (200, console.url + "/")
        assert "员工 MA1" in end.text
        assert is_in(session, console)
    assert last(console, "sign_in") == ("MA1", "MA1", {"by": "directory"})


@pytest.mark.parametrize("number", ["X99", "", None, "ma1", "MA1 ", ["MA1"], {"MA1": 1}, True])
def test_whom_nobody_here_knows_is_sent_back_in_words(
    console: Served, directory: Identity, number: object
) -> None:
    directory.person["preferred_username"] = number
    session, end = arrive(console)
    assert end.url == console.url + LOGIN
    assert "nobody here has that staff number" in end.text
    assert not is_in(session, console)
    assert last(console, "sign_in_failed") == ("system", "-", {"by": "directory", "why": "unknown_staff"})
    assert console.ask("select count(*) from people_staff where staff_id like 'X%'") == [(0,)]


@pytest.mark.parametrize("how", ["left_on", "is_active"])
@pytest.mark.parametrize("linked", [False, True])
def test_who_has_left_is_refused_even_where_the_directory_still_knows_them(
    console: Served, how: str, linked: bool
) -> None:
    if linked:
        assert is_in(arrive(console)[0], console)
    value = date.today().isoformat() if how == "left_on" else 0  # noqa: DTZ011 - any day that has come
    console.ask(f"update people_staff set {how} = ? where staff_id = 'MA1'", value)
    session, end = arrive(console)
    assert end.url == console.url + LOGIN
    assert "This account has ended" in end.text
    assert not is_in(session, console)
    assert last(console, "sign_in_failed")[2] == {"by": "directory", "why": "left"}


def test_a_session_of_the_directory_ends_with_the_next_click_of_who_has_left(console: Served) -> None:
    session, _end = arrive(console)
    assert is_in(session, console)
    console.ask("update people_staff set left_on = '2026-01-01' where staff_id = 'MA1'")
    assert not is_in(session, console)


@pytest.mark.parametrize(
    "token",
    [
        {"aud": "another application"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1_700_000_000},
    ],
    ids=["audience", "issuer", "expired"],
)
def test_a_token_for_somebody_else_or_some_other_time_opens_nothing(
    console: Served, directory: Identity, token: dict[str, Any]
) -> None:
    directory.token = token
    session, end = arrive(console)
    assert end.url == console.url + LOGIN
    assert "could not be used to sign in" in end.text
    assert not is_in(session, console)


def test_token_and_answer_about_two_people_open_nothing(console: Served, directory: Identity) -> None:
    directory.userinfo = {"sub": "u-2", "preferred_username": "H-operator"}
    session, _end = arrive(console)
    assert not is_in(session, console)
    assert last(console, "sign_in_failed")[2]["why"] == "two_people"


def test_the_signed_token_goes_before_the_answer(console: Served, directory: Identity) -> None:
    directory.userinfo = {"preferred_username": "H-operator"}
    _session, _end = arrive(console)
    assert last(console, "sign_in")[0] == "MA1"


def test_a_person_of_the_directory_stays_who_they_were(console: Served, directory: Identity) -> None:
    """A number that the directory gives to another of its people does not open the old one's account."""
    assert is_in(arrive(console)[0], console)
    directory.person["preferred_username"] = "H-operator"
    session, _end = arrive(console)
    assert not is_in(session, console)
    assert last(console, "sign_in_failed") == (
        "system",
        "H-operator",
        {"by": "directory", "why": "another_number"},
    )


def test_a_number_that_goes_to_another_person_opens_no_account_of_the_first(
    console: Served, directory: Identity
) -> None:
    """Another subject comes with the number of somebody who is bound: numbers come back, subjects not."""
    assert is_in(arrive(console)[0], console)
    directory.person["sub"] = "u-2"
    session, _end = arrive(console)
    assert not is_in(session, console)
    refused = ("system", "MA1", {"by": "directory", "why": "another_person"})
    assert last(console, "sign_in_failed") == refused
    assert console.ask("select uid from socialaccount_socialaccount") == [("u-1",)]


def test_whose_account_of_the_directory_was_made_anew_is_bound_again_by_administration(
    console: Served, directory: Identity
) -> None:
    directory.person["preferred_username"] = "H-operator"
    assert is_in(arrive(console)[0], console)
    directory.person["sub"] = "u-2"
    assert not is_in(arrive(console)[0], console)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DATABASE_URL")}
    subprocess.run(
        [sys.executable, "-m", "postloan", "operator", "H-operator", "--store", console.database.parents[1]],
        env=kept | {"POSTLOAN_OIDC_SERVER": directory.url},
        check=True,
    )
    assert console.events("unbind_directory")[-1][:2] == ("system", "H-operator")
    assert is_in(arrive(console)[0], console)
    assert console.ask("select uid from socialaccount_socialaccount") == [("u-2",)]


def test_breaking_off_and_a_forged_return_are_said_in_words(console: Served, directory: Identity) -> None:
    directory.denies = True
    session, end = arrive(console)
    assert (end.url, "was cancelled" in end.text) == (console.url + LOGIN, True)
    directory.denies = False
    forged = session.get(console.url + START + "callback/?code=x&state=y", headers={"Accept-Language": "en"})
    assert forged.url == console.url + LOGIN
    assert not is_in(session, console)


def test_a_code_that_the_server_refuses_opens_nothing(console: Served, directory: Identity) -> None:
    exchange, directory.exchange = directory.exchange, lambda _sent: None  # type: ignore[method-assign]
    try:
        session, end = arrive(console)
    finally:
        directory.exchange = exchange  # type: ignore[method-assign]
    assert end.url == console.url + LOGIN
    assert not is_in(session, console)


def test_a_server_that_is_down_is_said_in_words(console: Served, directory: Identity) -> None:
    told, directory.configuration = directory.configuration, lambda: 1 / 0  # type: ignore[assignment, method-assign, return-value]
    try:
        _session, end = arrive(console)
    finally:
        directory.configuration = told  # type: ignore[method-assign]
    assert (end.status_code, end.url) == (200, console.url + LOGIN)
    assert "could not be used to sign in" in end.text


@pytest.mark.parametrize("path", ["/account/signup/", "/account/social/signup/", "/account/3rdparty/"])
def test_nobody_signs_up(console: Served, path: str) -> None:
    session, _end = arrive(console)
    assert requests.get(console.url + path, allow_redirects=False, timeout=20).status_code in (302, 404)
    assert session.get(console.url + path, allow_redirects=False).status_code == 404


def test_no_other_account_is_linked_to_one_s_own(console: Served, directory: Identity) -> None:
    """`process=connect` would put the directory's account of another onto the account that is signed in."""
    directory.person.update(sub="u-7", preferred_username="MB1")
    for start in (START + "?process=connect", START + "?process=redirect"):
        session, _end = arrive(console, start)
        assert not is_in(session, console)
    assert console.ask("select count(*) from socialaccount_socialaccount") == [(0,)]
    assert last(console, "sign_in_failed")[2]["why"] == "not_a_sign_in"


def test_whom_the_directory_vouches_for_keeps_no_password_here(console: Served) -> None:
    """The directory that locks somebody out must not leave a second way in."""
    console.ask(
        "update people_staff set password = 'argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdHNhbHQ$eA' "
        "where staff_id = 'MA1'"
    )
    session, _end = arrive(console)
    assert is_in(session, console), "and the session goes on"
    ((kept,),) = console.ask("select password from people_staff where staff_id = 'MA1'")
    assert kept.startswith("!")
    assert console.events("end_password")[-1][:2] == ("system", "MA1")
    page = session.get(console.url + "/account/password/set/")
    assert (page.status_code, "kept by the bank's directory" in page.text.replace("&#x27;", "'")) == (
        403,
        True,
    )


def test_a_second_factor_is_asked_for_after_the_directory_too(console: Served) -> None:
    console.ask(
        "insert into mfa_authenticator (user_id, type, data, created_at) values ('MA1', 'totp', '{}', ?)",
        "2026-01-01 00:00:00",
    )
    try:
        session, end = arrive(console)
        assert end.url == console.url + "/account/2fa/authenticate/"
        assert not is_in(session, console)
    finally:
        console.ask("delete from mfa_authenticator")


@pytest.mark.parametrize(
    ("variable", "address", "starts"),
    [
        ("POSTLOAN_OIDC_SERVER", "http://sso.bank.example", False),
        ("POSTLOAN_OIDC_SERVER", "https://sso.bank.example", True),
        ("POSTLOAN_OIDC_SERVER", "http://127.0.0.1:9", True),
    ],
)
def test_no_console_starts_that_would_speak_to_the_directory_in_the_clear(
    tmp_path: Path, variable: str, address: str, starts: bool
) -> None:
    from django.core.exceptions import ImproperlyConfigured

    from postloan.console.directories import safe

    if starts:
        assert safe(variable, "https", address) == address
        return
    with pytest.raises(ImproperlyConfigured, match=variable):
        safe(variable, "https", address)
