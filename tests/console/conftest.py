"""The database of the console's tests: SQLite, or PostgreSQL where POSTLOAN_TEST_DATABASE says so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client

from postloan.console.people.models import Staff
from tests.console import bank, bank_house


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the server, so that it is skipped by name where there is none."""
    if os.environ.get("POSTLOAN_TEST_DATABASE") == "postgresql":
        for item in items:
            if "tests/console" in item.nodeid:
                item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Choose the server before the test database is made."""
    told = connections.settings["default"]
    if os.environ.get("POSTLOAN_TEST_DATABASE") == "postgresql":
        found = dj_database_url.parse(request.getfixturevalue("postgres_url"))
        told.update({**found, "OPTIONS": {}, "TEST": {**told["TEST"], "NAME": "console"}})
        if hasattr(connections._connections, "default"):
            del connections["default"]
    else:
        told["TEST"]["NAME"] = str(tmp_path_factory.mktemp("console") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Add the table of the cache, which is not a model."""
    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)


@pytest.fixture(autouse=True)
def of_its_own(tmp_path: Path, settings: Any) -> None:
    """Give each test a store of its own, and fast passwords."""
    settings.STORE = tmp_path / "store"
    settings.BOOK = str(tmp_path / "book")
    bank_house.quarantine(tmp_path / "book")
    settings.EVIDENCE = tmp_path / "store" / "console" / "evidence"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(scope="session")
def a_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the ledger of one finished run."""
    return bank_house.ledger(tmp_path_factory.mktemp("ledger"))


@pytest.fixture
def a_bank(db: None, a_ledger: Path, settings: Any) -> None:
    """Fill the database with the small bank of `tests.console.bank`, and its store with a ledger."""
    bank.build()
    (settings.STORE / "ledger").mkdir(parents=True)
    shutil.copy(a_ledger, settings.STORE / "ledger" / a_ledger.name)


@pytest.fixture
def sign_in(a_bank: None) -> Callable[[str], Client]:
    """Give a browser in which a member of staff is signed in; errors of the server are answers."""

    def signed_in(staff_id: str) -> Client:
        client = Client(raise_request_exception=False, headers={"accept-language": "en"})
        client.force_login(Staff.objects.get(pk=staff_id), settings.AUTHENTICATION_BACKENDS[0])
        return client

    return signed_in


@pytest.fixture
def anonymous() -> Client:
    """Give a browser without a session."""
    return Client(raise_request_exception=False)
