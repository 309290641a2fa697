"""Which of two classes is worse: within a scheme by its order, between two by what their levels stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from postloan.policy.entries import Level
from postloan.policy.pack import Policy
from postloan.results import FIVE_LEVELS

Move = Mapping[str, Any]


@dataclass(frozen=True)
class Ranks:
    """Ranks the classes of the pack in force (`old`) and of the draft (`new`)."""

    old: Policy
    new: Policy

    def is_worse(self, move: Move) -> bool:
        """Tell whether a move (scheme_id, from, to_scheme_id, to) ends in a worse class; none is neither."""
        return self._change(move) > 0

    def is_better(self, move: Move) -> bool:
        """Tell whether a move ends in a better class."""
        return self._change(move) < 0

    def _change(self, move: Move) -> int:
        old = _level(self.old, move["scheme_id"], move["from"])
        new = _level(self.new, move["to_scheme_id"], move["to"])
        if old is None or new is None:
            return 0
        same = self.old.scheme(old.scheme_id).levels == self._levels(new.scheme_id)
        first, second = (_within(old), _within(new)) if same else (_between(old), _between(new))
        return (second > first) - (second < first)

    def _levels(self, scheme: str) -> tuple[Level, ...]:
        return self.new.scheme(scheme).levels


def _level(policy: Policy, scheme: str | None, code: str | None) -> Level | None:
    return None if scheme is None or code is None else policy.scheme(scheme).level(code)


def _within(level: Level) -> tuple[int, str]:
    return level.order, ""


def _between(level: Level) -> tuple[int, str]:
    """Rank a level by the regulatory class, then by the level of `cn10a` that it stands for."""
    return FIVE_LEVELS.index(level.five_level), level.cn10a_equivalent or ""
