"""Levels of classification schemes as look-ups: codes of the pack's base scheme to those of a segment's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v
from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.entries import Level, Scheme
from postloan.policy.feel.compiler import compile_expression
from postloan.policy.pack import Policy
from postloan.results import FIVE_LEVELS


@dataclass(frozen=True)
class Levels:
    """Look-up tables of the schemes in force.

    Args:
        all: scheme_id, level_code, level_order, five_level, base_code (the equivalent in the base scheme),
            is_npl, provision_factor (a fraction of the balance, null where the pack sets none).
        of_base: scheme_id, base_code, level_order: the scheme's level for each code of the base scheme.
        of_five: scheme_id, five_level, level_order: the best level of each five-level class.
        marks: scheme_id, npl_order (the best non-performing level), short_order (the worst short of loss).
    """

    all: Table
    of_base: Table
    of_five: Table
    marks: Table


def read(engine: Engine, policy: Policy) -> Levels:
    """Give the look-ups of all schemes in force."""
    schemes = policy.schemes
    base = policy.base_scheme
    rows = [_row(level, base) for scheme in schemes for level in scheme.levels]
    of_base = [
        {"scheme_id": scheme.id, "base_code": level.level_code, "level_order": _own(scheme, level).order}
        for scheme in schemes
        for level in base.levels
    ]
    of_five = [
        {"scheme_id": scheme.id, "five_level": five, "level_order": _of_class(scheme, five)[0].order}
        for scheme in schemes
        for five in FIVE_LEVELS
    ]
    marks = [
        {
            "scheme_id": scheme.id,
            "npl_order": min(level.order for level in scheme.levels if level.is_npl),
            "short_order": max(level.order for level in scheme.levels if level.five_level != "loss"),
        }
        for scheme in schemes
    ]
    key, order = Field("scheme_id", "string"), Field("level_order", "integer")
    code, five_level = Field("level_code", "string"), Field("five_level", "string")
    base_code = Field("base_code", "string")
    npl, factor = Field("is_npl", "boolean"), Field("provision_factor", "decimal")
    return Levels(
        engine.from_rows(rows, [key, code, order, five_level, base_code, npl, factor], "levels"),
        engine.from_rows(of_base, [key, base_code, order], "levels_of_base"),
        engine.from_rows(of_five, [key, five_level, order], "levels_of_five"),
        engine.from_rows(
            marks, [key, Field("npl_order", "integer"), Field("short_order", "integer")], "levels_marks"
        ),
    )


def _row(level: Level, base: Scheme) -> dict[str, Any]:
    return {
        "scheme_id": level.scheme_id,
        "level_code": level.level_code,
        "level_order": level.order,
        "five_level": level.five_level,
        "base_code": _own(base, level).level_code,
        "is_npl": level.is_npl,
        "provision_factor": level.provision_factor,
    }


def _of_class(scheme: Scheme, five_level: str) -> list[Level]:
    found = [level for level in scheme.levels if level.five_level == five_level]
    if not found:
        raise PolicyError(
            "scheme_incomplete",
            f"Scheme {scheme.id} has no level for the class {five_level}.",
            where=scheme.where,
            mend="Give each of the five classes at least one level.",
        )
    return found


def _own(scheme: Scheme, level: Level) -> Level:
    """Give the scheme's mildest level of the same class that is no milder than a level of another scheme.

    Levels of two schemes are held against each other by their equivalents in `cn10a`.
    """
    if scheme.id == level.scheme_id:
        return level
    same = _of_class(scheme, level.five_level)
    fitting = [own for own in same if (own.cn10a_equivalent or "") >= (level.cn10a_equivalent or "")]
    return fitting[0] if fitting else same[-1]


def own_level(policy: Policy, scheme_id: str | None, base_code: str) -> Level:
    """Give the level of a scheme, without one of the base, that stands for a code of the base scheme."""
    base = policy.base_scheme
    return _own(policy.scheme(scheme_id) if scheme_id else base, base.level(base_code))


def best_of(policy: Policy, five_level: str) -> str:
    """Give the code of the base scheme of the best level of a five-level class."""
    return _of_class(policy.base_scheme, five_level)[0].level_code


def base_class(policy: Policy, code: Column) -> Column:
    """Give the five-level class of a code of the base scheme."""
    names = [
        (code == level.level_code, v.literal(level.five_level, "string"))
        for level in policy.base_scheme.levels
    ]
    return v.when(names, v.null("string"))


def base_order(policy: Policy, code: Column) -> Column:
    """Give the place of a code of the base scheme, 1 best."""
    places = [
        (code == level.level_code, v.literal(level.order, "integer")) for level in policy.base_scheme.levels
    ]
    return v.when(places, v.null("integer"))


def scheme_of(policy: Policy, loans: Table, as_of: date) -> Column:
    """Give each loan's scheme: that of the first segment in pack.yaml that holds, else the base."""
    found = _by_segment(policy, loans, as_of, "scheme")
    for scheme in _named(policy, "scheme"):
        policy.scheme(scheme)
    return found.fill_null(policy.base_scheme.id)


def reference_of(policy: Policy, loans: Table, as_of: date) -> Column:
    """Give the former matrix that a loan's segment shows beside its class; null without one."""
    return _by_segment(policy, loans, as_of, "reference")


def references(policy: Policy) -> list[str]:
    """Give the tables that segments name as former matrices, each once, in the order of their names."""
    return sorted(_named(policy, "reference"))


def _named(policy: Policy, key: str) -> set[str]:
    return {found for segment in dict(policy.segments).values() if (found := _part(segment, key))}


def _by_segment(policy: Policy, loans: Table, as_of: date, key: str) -> Column:
    branches: list[tuple[Column, Column]] = []
    otherwise: Column = v.null("string")
    for name, segment in dict(policy.segments).items():
        place = f"pack.yaml, segment {name}"
        text, when = _part(segment, key), _part(segment, "when")
        given = v.literal(text, "string") if text else v.null("string")
        if not when:
            otherwise = given
            break
        node = feel.parse_expression(when, where=place)
        branches.append((compile_expression(node, loans, as_of, place), given))
    return v.when(branches, otherwise)


def segment_names(policy: Policy) -> set[str]:
    """Give the facts that conditions of segments read."""
    found: set[str] = set()
    for when in _named(policy, "when"):
        found |= feel.names(feel.parse_expression(when))
    return found


def _part(segment: Any, key: str) -> str:
    """Give what a segment says under a key; a bare text is its scheme."""
    if isinstance(segment, Mapping):
        return str(segment.get(key) or "")
    return str(segment) if key == "scheme" else ""
