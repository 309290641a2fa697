"""The harness itself: no network, and components that are really there when they are said to be."""

from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


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
