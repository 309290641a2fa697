"""The levels of classes in order, with their names, as results and policies give them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from postloan.policy.entries import Level
from postloan.policy.pack import Policy
from postloan.results import FIVE_LEVELS

NOT_MEASURABLE, UNCLASSIFIED = "not_measurable", "unclassified"
"""What could not be classified; and what has no class by its nature, as entrusted loans."""

NEW, CLOSED, OTHER = "new", "closed", "other_scheme"
"""Rows and columns of loans that the one day has and the other has not, or has in another scheme."""

STATES = (*FIVE_LEVELS, NOT_MEASURABLE, UNCLASSIFIED)
"""Where a loan can stand on the five levels, best first."""


@dataclass
class Levels:
    """Levels by scheme; a code that no policy at hand knows stands last, by its text."""

    known: dict[tuple[str, str], Level] = field(default_factory=dict)

    @classmethod
    def of(cls, policies: Iterable[Policy | None]) -> Levels:
        """Give the levels of all schemes in force; the last policy that has a level names it."""
        known: dict[tuple[str, str], Level] = {}
        for policy in policies:
            for scheme in policy.schemes if policy else ():
                known |= {(scheme.id, level.level_code): level for level in scheme.levels}
        return cls(known)

    def ordered(self, scheme: str, codes: Iterable[str]) -> list[str]:
        """Give all levels of a scheme, best first, and codes beside them."""
        own = [level for (name, _), level in self.known.items() if name == scheme]
        listed = [level.level_code for level in sorted(own, key=lambda level: level.order)]
        return [*listed, *sorted(set(codes) - set(listed))]

    def names(self, scheme: str, codes: Sequence[str], lang: str) -> dict[str, str]:
        """Give code and name of each level; a code that is not known stands alone."""
        found = {}
        for code in codes:
            level = self.known.get((scheme, code))
            name = (level.name_zh if lang == "zh" else level.name_en) if level else ""
            found[code] = f"{code} {name}".strip()
        return found

    def rank(self, scheme: str, code: str) -> tuple[int, str]:
        """Give a level's place in its scheme, greater where it is worse."""
        level = self.known.get((scheme, code))
        return (level.order if level else 0, code)


def state_of(five_level: str | None) -> str:
    """Give where a loan stands on the five levels; what has none is unclassified."""
    return five_level or UNCLASSIFIED
