"""What the web server believes of a proxy before it."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import pytest
from waitress.server import create_server

from postloan.console.serving import proxied

CLAIMED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.2.3"}


def _told(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['wsgi.url_scheme']} {environ['REMOTE_ADDR']}".encode()]


def _until_closed(server: Any) -> None:
    with suppress(OSError):  # its socket is gone once it is closed
        server.run()


@pytest.mark.parametrize(
    ("secure", "proxy", "answer"),
    [
        (True, "127.0.0.1", "https 10.1.2.3"),  # the proxy is believed
        (True, "10.9.9.9", "http 127.0.0.1"),  # somebody else who claims the same is not
        (False, "127.0.0.1", "http 127.0.0.1"),  # without TLS there is no proxy to believe
    ],
)
def test_only_the_proxy_is_believed(secure: bool, proxy: str, answer: str, settings: Any) -> None:
    settings.SECURE, settings.PROXY = secure, proxy
    server = create_server(_told, host="127.0.0.1", port=0, **proxied())
    thread = threading.Thread(target=_until_closed, args=(server,))
    thread.start()
    asked = urllib.request.Request(f"http://127.0.0.1:{server.effective_port}/", headers=CLAIMED)
    try:
        with urllib.request.urlopen(asked, timeout=10) as got:
            assert got.read().decode() == answer
    finally:
        server.close()
        thread.join(timeout=10)
