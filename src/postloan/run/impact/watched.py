"""What of a policy a stage reads, so that a stage runs once where two packs say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from postloan.errors import PolicyError
from postloan.policy.entries import Signal
from postloan.policy.pack import Policy

Read = tuple[str, str | None]
"""One thing read: the attribute, and what was asked of it: a key, or of the signals one of their fields."""

_ASKED = frozenset({"parameter", "table", "tables_with", "scheme", "setting"})

_SAYS_NOTHING = frozenset({"version", "id"})
"""Names of the policy itself: they stand in results and errors and decide nothing."""


class Watched:
    """A policy that notes what is read of it; of its signals, which fields."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.reads: set[Read] = set()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._policy, name)
        if name in _ASKED:
            return self._asking(name, found)
        if name == "signals":
            self.reads.add(("signals", "code"))
            return tuple(_WatchedSignal(one, self.reads) for one in found)
        if name not in _SAYS_NOTHING:
            self.reads.add((name, None))
        return found

    def _asking(self, name: str, question: Callable[[str], Any]) -> Callable[[str], Any]:
        def asked(key: str) -> Any:
            self.reads.add((name, key))
            return question(key)

        return asked


class _WatchedSignal:
    """A signal that notes which of its fields are read."""

    def __init__(self, signal: Signal, reads: set[Read]) -> None:
        self._signal, self._reads = signal, reads

    def __getattr__(self, name: str) -> Any:
        self._reads.add(("signals", name))
        return getattr(self._signal, name)


def watched(policy: Policy) -> tuple[Policy, Watched]:
    """Give a policy for a stage, and the notes of what the stage read of it."""
    notes = Watched(policy)
    return cast("Policy", notes), notes


def agree(reads: Iterable[Read], first: Policy, second: Policy) -> bool:
    """Tell whether two policies say the same wherever one was read."""
    return all(_said(first, read) == _said(second, read) for read in reads)


def _said(policy: Policy, read: Read) -> Any:
    name, key = read
    if name == "signals":
        return [(one.code, _field(one, key or "code")) for one in policy.signals]
    if key is None:
        return getattr(policy, name)
    try:
        return getattr(policy, name)(key)
    except PolicyError as error:
        return error.code


def _field(signal: Signal, name: str) -> Any:
    """Give a field of a signal; what it works out from its fields stands for the whole of it."""
    found = getattr(signal, name)
    return signal if callable(found) else found
