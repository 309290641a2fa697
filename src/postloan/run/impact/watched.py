"""What of a policy a stage reads, so that a stage runs once where two packs say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from postloan.errors import PolicyError
from postloan.policy.pack import Policy

Read = tuple[str, str | None]
"""One thing read: the attribute, and what was asked of it where it is a question (`parameter`, `table`)."""

_ASKED = frozenset({"parameter", "table", "scheme", "setting"})

_SAYS_NOTHING = frozenset({"version", "id"})
"""Names of the policy itself: they stand in results and errors and decide nothing."""


class Watched:
    """A policy that notes what is read of it."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.reads: set[Read] = set()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._policy, name)
        if name in _ASKED:
            return self._asking(name, found)
        if name not in _SAYS_NOTHING:
            self.reads.add((name, None))
        return found

    def _asking(self, name: str, question: Callable[[str], Any]) -> Callable[[str], Any]:
        def asked(key: str) -> Any:
            self.reads.add((name, key))
            return question(key)

        return asked


def watched(policy: Policy) -> tuple[Policy, Watched]:
    """Give a policy for a stage, and the notes of what the stage read of it."""
    notes = Watched(policy)
    return cast("Policy", notes), notes


def agree(reads: Iterable[Read], first: Policy, second: Policy, *, codes_alone: bool = False) -> bool:
    """Tell whether two policies say the same wherever one was read.

    `codes_alone` compares signals by their codes, which is all that facts look at.
    """
    return all(
        _said(first, read, codes_alone=codes_alone) == _said(second, read, codes_alone=codes_alone)
        for read in reads
    )


def _said(policy: Policy, read: Read, *, codes_alone: bool) -> Any:
    name, key = read
    if name == "signals" and codes_alone:
        return [signal.code for signal in policy.signals]
    if key is None:
        return getattr(policy, name)
    try:
        return getattr(policy, name)(key)
    except PolicyError as error:
        return error.code
