"""A stand-in for a bank's LDAP server on loopback: it speaks BER, answers simple binds, and notes them.

An empty password is answered with success, as RFC 4513 (5.1.2) lets a server do: a client that takes that
for a sign-in lets everybody in.
"""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

SUCCESS, INVALID_CREDENTIALS, UNWILLING = 0, 49, 53
BIND, UNBIND = 0x60, 0x42


@dataclass
class Directory:
    """Who signs in with what, by distinguished name, and the names that tried."""

    passwords: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def bind(self, name: str, password: str) -> int:
        """Give the code of the answer to a simple bind."""
        self.asked.append(name)
        if not password:
            return SUCCESS
        return SUCCESS if self.passwords.get(name) == password else INVALID_CREDENTIALS


def _read(stream: object) -> tuple[int, bytes] | None:
    """Read one element: its tag and its content; None at the end."""
    head = stream.read(2)  # type: ignore[attr-defined]
    if len(head) < 2:
        return None
    tag, length = head
    if length & 0x80:
        length = int.from_bytes(stream.read(length & 0x7F), "big")  # type: ignore[attr-defined]
    return tag, stream.read(length)  # type: ignore[attr-defined]


def _split(content: bytes) -> list[tuple[int, bytes]]:
    from io import BytesIO

    stream, found = BytesIO(content), []
    while (element := _read(stream)) is not None:
        found.append(element)
    return found


def _put(tag: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([tag, len(content)]) + content


class _Handler(socketserver.StreamRequestHandler):
    directory: Directory

    def handle(self) -> None:
        """Answer messages until the client goes."""
        while (message := _read(self.rfile)) is not None:
            (_, number), (operation, content) = _split(message[1])[:2]
            if operation == UNBIND:
                return
            code = self._bind(content) if operation == BIND else UNWILLING
            result = _put(0x0A, bytes([code])) + _put(0x04, b"") + _put(0x04, b"")
            self.wfile.write(_put(0x30, _put(0x02, number) + _put(operation + 1, result)))

    def _bind(self, content: bytes) -> int:
        (_, version), (_, name), (method, password) = _split(content)
        assert version == b"\x03"
        assert method == 0x80, "a simple bind"
        return self.directory.bind(name.decode(), password.decode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True

    def handle_error(self, *_args: object) -> None:
        """Say nothing of a client that breaks off, as one does that does not trust the certificate."""


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Directory]:
    """Serve on loopback until the block ends, under TLS where there is a certificate with its key."""
    directory = Directory()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"directory": directory}))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    directory.url = f"{'ldaps' if certificate else 'ldap'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield directory
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> Path:
    """Write a certificate of 127.0.0.1, signed by itself, with its key into one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "directory.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
