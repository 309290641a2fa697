"""A stand-in for a bank's OpenID Connect server on loopback: discovery, sign-in, token, keys, user info.

It signs its tokens with a key of its own and checks what a real one does: client, secret, address to go back
to, and the proof of the code (PKCE, S256). What it says of whom is set by the test.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "postloan", "a secret of the test"


@dataclass
class Identity:
    """What the server answers, and what it was asked.

    Args:
        url: its address.
        person: claims of who signs in there; `sub` and `preferred_username` at least.
        token: claims of the signed token that are to differ.
        userinfo: claims of the answer about the person that are to differ.
        denies: whether the person breaks off.
        codes: codes given, with what was asked for.
    """

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    denies: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def signed(self, asked: dict[str, str]) -> str:
        """Give the signed token for what was asked."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, **self.person}
        if "nonce" in asked:
            claims["nonce"] = asked["nonce"]
        return jwt.encode({**claims, **self.token}, self.key, algorithm="RS256", headers={"kid": "one"})

    def configuration(self) -> dict[str, Any]:
        """Give what discovery tells."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Sign the person in and give the address to go back to."""
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        told = {"state": asked["state"]}
        if self.denies:
            told["error"] = "access_denied"
        else:
            told["code"] = secrets.token_urlsafe(8)
            self.codes[told["code"]] = asked
        return f"{asked['redirect_uri']}?{urlencode(told)}"

    def exchange(self, sent: dict[str, str]) -> dict[str, Any] | None:
        """Give tokens for a code, once; None where anything about it is wrong."""
        asked = self.codes.pop(sent.get("code", ""), None)
        if asked is None or (sent.get("client_id"), sent.get("client_secret")) != (CLIENT, SECRET):
            return None
        proof = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if proof.decode().rstrip("=") != asked["code_challenge"]:
            return None
        if sent.get("redirect_uri") != asked["redirect_uri"]:
            return None
        return {
            "access_token": "at",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.signed(asked),
        }


class _Handler(BaseHTTPRequestHandler):
    identity: Identity

    def do_GET(self) -> None:
        at, query = urlsplit(self.path).path, urlsplit(self.path).query
        if at == "/.well-known/openid-configuration":
            self._tell(self.identity.configuration())
        elif at == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.identity.key.public_key()))
            self._tell({"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]})
        elif at == "/userinfo" and self.headers.get("Authorization") == "Bearer at":
            self._tell({**self.identity.person, **self.identity.userinfo})
        elif at == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.identity.authorize(_first(query)))
            self.end_headers()
        else:
            self._tell({"error": "invalid_request"}, 401)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        given = self.identity.exchange(_first(sent)) if self.path == "/token" else None
        self._tell(given or {"error": "invalid_grant"}, 200 if given else 400)

    def _tell(self, what: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


def _first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def serving() -> Iterator[Identity]:
    """Serve on loopback until the block ends."""
    identity = Identity()
    handler = type("Handler", (_Handler,), {"identity": identity})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    identity.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield identity
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
