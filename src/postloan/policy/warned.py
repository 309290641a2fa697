"""Names by which decision tables ask whether a warning stands: of a signal, of a family, confirmed or not.

`signal.GUA08` is true where that signal stands for the loan or its customer, `family.fraud` where any of the
family does, `confirmed.fraud` where a verdict since it opened says that one of them is real. They are never
null: what could not be measured does not stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from postloan.policy.in_force import Dated, Pack

PREFIXES = ("signal", "family", "confirmed")


def is_of_warnings(name: str) -> bool:
    """Tell whether a FEEL name asks for a signal or family."""
    return name.partition(".")[0] in PREFIXES


def warned_names(families: Mapping[str, str]) -> dict[str, str]:
    """Give the FEEL kind of each such name, for the family of each signal by its code."""
    names = [f"signal.{code}" for code in families]
    names += [f"{prefix}.{family}" for prefix in PREFIXES[1:] for family in families.values()]
    return dict.fromkeys(names, "boolean")


def warned_in(pack: Pack) -> dict[str, str]:
    """Give the FEEL kind of each such name that a pack's tables may use, whatever the date."""
    return warned_names({one.key: one.value.family for one in _signals(pack)})


def _signals(pack: Pack) -> Iterable[Dated]:
    return (one for versions in pack.versions.get("signal", {}).values() for one in versions)
