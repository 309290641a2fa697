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
        known = self._as_in_force(old, new)
        if known is not None:
            return known.order - old.order
        first, second = _between(old), _between(new)
        return (second > first) - (second < first)

    def _as_in_force(self, old: Level, new: Level) -> Level | None:
        """Give the draft's level as it is in force, where it is in the same scheme and means the same."""
        if new.scheme_id != old.scheme_id:
            return None
        levels = self.old.scheme(old.scheme_id).levels
        return next((one for one in levels if _meaning(one) == _meaning(new)), None)


def _level(policy: Policy, scheme: str | None, code: str | None) -> Level | None:
    return None if scheme is None or code is None else policy.scheme(scheme).level(code)


def _meaning(level: Level) -> tuple[str, str, str | None]:
    return level.level_code, level.five_level, level.cn10a_equivalent


def _between(level: Level) -> tuple[int, str]:
    """Rank a level by the regulatory class, then by the level of `cn10a` that it stands for."""
    return FIVE_LEVELS.index(level.five_level), level.cn10a_equivalent or ""
