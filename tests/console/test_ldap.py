"""Sign-in by LDAP against a server that speaks the protocol, in the clear on loopback and under TLS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import requests

from tests.console import ldap_directory, served
from tests.console.ldap_directory import Directory
from tests.console.served import Served

pytest.importorskip("ldap", reason="needs the extra `ldap`")

LOGIN = "/account/login/"
RIGHT = "the directory's password"
USER_DN = "uid=%(user)s,ou=staff,dc=bank"


@pytest.fixture(scope="module", params=["ldap", "ldaps"])
def directory(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Directory]:
    kept = ldap_directory.certificate(tmp_path_factory.mktemp("tls")) if request.param == "ldaps" else None
    with ldap_directory.serving(kept) as found:
        found.certificate = str(kept or "")  # type: ignore[attr-defined]
        yield found


@pytest.fixture(scope="module")
def console(directory: Directory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served.serving(
        tmp_path_factory.mktemp("ldap"),
        POSTLOAN_LDAP_SERVER=directory.url,
        POSTLOAN_LDAP_USER_DN=USER_DN,
        LDAPTLS_CACERT=directory.certificate,  # type: ignore[attr-defined]
    ) as found:
        yield found


@pytest.fixture(autouse=True)
def as_before(directory: Directory, console: Served) -> None:
    directory.asked.clear()
    directory.passwords = {USER_DN % {"user": one}: RIGHT for one in ("MA1", "ma1", "MB1", "X99", "BHA")}
    console.ask("update people_staff set left_on = null, is_active = 1")
    console.ask("delete from console_cache")  # where tries are counted


def sign_in(console: Served, number: str, password: str) -> requests.Session:
    session = requests.Session()
    session.headers["Accept-Language"] = "en"
    page = session.get(console.url + LOGIN).text
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    sent = {"login": number, "password": password, "csrfmiddlewaretoken": token[1]}
    session.post(console.url + LOGIN, data=sent, headers={"Referer": console.url + LOGIN})
    return session


def is_in(session: requests.Session, console: Served) -> bool:
    return session.get(console.url + "/", allow_redirects=False).status_code == 200


def test_a_member_of_staff_signs_in_by_the_directory_s_password(
    console: Served, directory: Directory
) -> None:
    assert is_in(sign_in(console, "MA1", RIGHT), console)
    assert directory.asked == ["uid=MA1,ou=staff,dc=bank"]
    actor, about, told = console.events("sign_in")[-1]
    assert (actor, about, json.loads(told)) == ("MA1", "MA1", {"by": "directory"})


def test_a_number_in_another_case_is_the_same_person(console: Served) -> None:
    session = sign_in(console, "ma1", RIGHT)
    assert is_in(session, console)
    assert console.events("sign_in")[-1][0] == "MA1"


@pytest.mark.parametrize(
    ("number", "password"),
    [
        ("MA1", "wrong"),
        ("MA1", ""),  # which the server answers with success
        ("X99", RIGHT),  # whom the directory knows and nobody here
        ("x,uid=MA1", RIGHT),
        ("MA1,ou=staff", RIGHT),
        ("*", RIGHT),
    ],
)
def test_what_the_directory_does_not_vouch_for_opens_nothing(
    console: Served, number: str, password: str
) -> None:
    assert not is_in(sign_in(console, number, password), console)
    assert console.ask("select count(*) from people_staff where staff_id like 'X%'") == [(0,)]
    assert password == "" or RIGHT not in str(console.events("sign_in_failed"))


@pytest.mark.parametrize("how", ["left_on = '2026-01-01'", "is_active = 0"])
def test_who_has_left_is_refused_and_out_with_the_next_click(console: Served, how: str) -> None:
    session = sign_in(console, "BHA", RIGHT)
    assert is_in(session, console)
    console.ask(f"update people_staff set {how} where staff_id = 'BHA'")
    assert not is_in(session, console)
    assert not is_in(sign_in(console, "BHA", RIGHT), console)


def test_guessing_is_locked_out_before_the_directory_is_asked_again(
    console: Served, directory: Directory
) -> None:
    for _ in range(5):
        sign_in(console, "MB1", "wrong")
    assert not is_in(sign_in(console, "MB1", RIGHT), console)
    assert len(directory.asked) == 5
    assert console.events("sign_in_locked")[-1][1] == "MB1"


def test_a_console_does_not_send_passwords_to_a_server_whose_certificate_it_does_not_trust(
    directory: Directory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if not directory.certificate:  # type: ignore[attr-defined]
        return  # in the clear there is none
    with served.serving(
        tmp_path_factory.mktemp("stranger"),
        POSTLOAN_LDAP_SERVER=directory.url,
        POSTLOAN_LDAP_USER_DN=USER_DN,
    ) as console:
        assert not is_in(sign_in(console, "MA1", RIGHT), console)
    assert directory.asked == []
