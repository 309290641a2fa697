"""Addresses of the bank's directory, which must not be spoken to in the clear."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def safe(variable: str, scheme: str, address: str) -> str:
    """Give an address that is empty, encrypted or on this machine; raises ImproperlyConfigured for others.

    Args:
        variable: the variable of the environment that holds it, for the message.
        scheme: the encrypted scheme, `https` or `ldaps`.
        address: where the directory answers.
    """
    told = urlsplit(address)
    if address and told.scheme != scheme and told.hostname not in _LOOPBACK:
        raise ImproperlyConfigured(
            f"{variable} is {address}: passwords and tokens would cross the network in the clear; "
            f"give an address that begins with {scheme}://"
        )
    return address


def origin(address: str) -> str:
    """Give scheme, host and port of an address, empty for an empty one."""
    told = urlsplit(address)
    return f"{told.scheme}://{told.netloc}" if address else ""
