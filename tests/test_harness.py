"""The harness itself: no network, components that are there when they are said to be, and work done once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

from tests.once import made_once


def test_a_test_reaches_loopback() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_a_test_reaches_no_other_address() -> None:
    # 127.0.0.2 stands for the world: not on the list of allowed hosts, and harmless if the guard were gone.
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("127.0.0.2", 9), timeout=1)


@pytest.mark.postgres
def test_the_postgres_server_of_the_run_answers(postgres_url: str) -> None:
    import psycopg

    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("select 1 + 1").fetchone() == (2,)


@pytest.mark.real_data
def test_the_real_data_tells_what_it_is(real_data: Path) -> None:
    assert (real_data / "README.md").is_file()


@pytest.mark.parametrize(
    ("required", "code", "outcome"),
    [
        ("0", 0, "1 skipped"),
        ("1", 1, "missing component: real data (set POSTLOAN_REAL_DATA to its folder)"),
    ],
)
def test_a_missing_component_is_named_and_can_be_demanded(required: str, code: int, outcome: str) -> None:
    wanted = f"{__file__}::test_the_real_data_tells_what_it_is"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", wanted],
        cwd=Path(__file__).parents[1],
        env=os.environ | {"POSTLOAN_REAL_DATA": "", "POSTLOAN_REQUIRE_COMPONENTS": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, outcome in done.stdout) == (code, True), done.stdout


def test_what_is_made_once_is_made_again_only_after_a_failure(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made: list[bool] = []

    def make(folder: Path) -> None:
        made.append(folder.exists())
        folder.mkdir()
        (folder / "half").touch()
        if len(made) == 1:
            raise OSError

    name = f"made_by_{os.getpid()}"
    with pytest.raises(OSError):  # noqa: PT011 - the one that is raised above
        made_once(tmp_path_factory, name, make)
    folders = {made_once(tmp_path_factory, name, make) for _ in range(2)}
    assert (made, [folder.name for folder in folders]) == ([False, False], [name])
