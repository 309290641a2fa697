"""What holds of every address: nothing that is sent breaks it, and its queries are few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.console import bank
from tests.console.routes import ROUTES, Route

SignIn = Callable[[str], Client]

MOST_QUERIES = 40
ODD = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "9" * 30, "null", "[]", "' or 1=1 --", "../../etc", "\x00", "客户", "2026-02-30"]
    ),
    st.text(max_size=30),
)
NAMES = st.sampled_from(
    [
        "after",
        "age",
        "colour",
        "day",
        "from",
        "id",
        "least",
        "next",
        "owner",
        "page",
        "place",
        "q",
        "reason",
        "search",
    ]
)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method}-{route.name}")
def test_nothing_that_is_sent_breaks_an_address(route: Route, sign_in: SignIn) -> None:
    client = sign_in(route.right)
    known = [name for name, _ in route.data]

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.one_of(NAMES, st.sampled_from(known or ["after"])), ODD, max_size=4))
    def sent(odd: dict[str, str]) -> None:
        answer = getattr(client, route.method)(route.own, {**dict(route.data), **odd})
        finish(answer)
        assert answer.status_code < 500, f"{odd}: {answer.status_code}"

    sent()


@pytest.mark.parametrize(
    "route", [one for one in ROUTES if one.method == "get"], ids=lambda route: route.name
)
def test_a_page_asks_few_queries_however_many_rows_there_are(route: Route, sign_in: SignIn) -> None:
    client = sign_in(route.right)
    finish(client.get(route.own))  # what a process asks once is not the page's
    few = _queries(client, route.own)
    bank.more(40)
    many = _queries(client, route.own)
    assert many <= few + 2
    assert many <= MOST_QUERIES


def finish(answer: Any) -> bytes:
    """Read an answer to its end and close the file behind it; the test's connection stays open."""
    if not answer.streaming:
        return bytes(answer.content)
    told = b"".join(answer)
    if getattr(answer, "file_to_stream", None) is not None:
        answer.file_to_stream.close()
    return told


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(address)
        finish(answer)
    return len(asked)


@pytest.mark.django_db
def test_the_steps_of_the_database_are_up_to_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_example_leads_to_the_address_it_names() -> None:
    for route in ROUTES:
        assert resolve(urlsplit(route.own).path).url_name == route.name, route.own
