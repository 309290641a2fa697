"""Difference of two tables by rule: what was added, removed, changed and moved, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import SequenceMatcher

from postloan.policy.model import PROVENANCE, DecisionTable, Input, Output, Rule


@dataclass(frozen=True)
class Change:
    """A text that changed; empty before or after where there was or is nothing."""

    what: str
    old: str
    new: str


@dataclass(frozen=True)
class RuleChange:
    """One rule that differs.

    Args:
        what: `added`, `removed`, `changed` or `moved`.
        id: the rule, by its id in the newer table, or in the older one if it was removed.
        old_place: its place in the older table from 1; 0 if it is not there.
        new_place: its place in the newer table from 1; 0 if it is not there.
        cells: cells that changed, by input, output or annotation; all of them of an added or removed rule.
    """

    what: str
    id: str
    old_place: int
    new_place: int
    cells: tuple[Change, ...] = ()


@dataclass(frozen=True)
class TableChange:
    """What differs between two tables as they are written; nothing if both are empty."""

    head: tuple[Change, ...] = ()
    rules: tuple[RuleChange, ...] = field(default=())

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.head or self.rules)


def compare(old: DecisionTable, new: DecisionTable) -> TableChange:
    """Compare two tables as they are written; rules are matched by id, then by what they say."""
    pairs = _matched(old, new)
    stayed = _in_order([pair for pair in pairs if None not in pair])
    found = (_rule(old, new, pair, stayed=pair in stayed) for pair in pairs)
    return TableChange(_head(old, new), tuple(one for one in found if one is not None))


def _rule(old: DecisionTable, new: DecisionTable, pair: Pair, *, stayed: bool) -> RuleChange | None:
    """Compare one rule with its counterpart; None if it is the same at the same place."""
    before = None if pair[0] is None else old.rules[pair[0]]
    after = None if pair[1] is None else new.rules[pair[1]]
    places = (0 if pair[0] is None else pair[0] + 1, 0 if pair[1] is None else pair[1] + 1)
    cells = _cells(old, new, before, after)
    if before is None or after is None:
        known = after or before
        assert known is not None
        return RuleChange("added" if before is None else "removed", known.id, *places, cells)
    if before.id != after.id:
        cells = (Change("id", before.id, after.id), *cells)
    if cells:
        return RuleChange("changed", after.id, *places, cells)
    return None if stayed else RuleChange("moved", after.id, *places)


Pair = tuple[int | None, int | None]


def _matched(old: DecisionTable, new: DecisionTable) -> list[Pair]:
    """Pair rules, in the newer order, with those that were removed where they stood."""
    by_id = {rule.id: at for at, rule in enumerate(old.rules)}
    said: dict[object, list[int]] = {}
    kept = {rule.id for rule in new.rules}
    for at, rule in enumerate(old.rules):
        if rule.id not in kept:
            said.setdefault(_said(old, rule), []).append(at)
    pairs: list[Pair] = []
    for to, rule in enumerate(new.rules):
        same = said.get(_said(new, rule))
        pairs.append((by_id.get(rule.id, same.pop(0) if same and rule.id not in by_id else None), to))
    taken = {at for at, _ in pairs}
    for gone in (at for at in range(len(old.rules)) if at not in taken):
        before = [place for place, (other, _) in enumerate(pairs) if other is not None and other < gone]
        pairs.insert(before[-1] + 1 if before else 0, (gone, None))
    return pairs


def _said(table: DecisionTable, rule: Rule) -> object:
    return tuple(sorted(_row(table, rule).items()))


def _in_order(pairs: Sequence[Pair]) -> set[Pair]:
    """Give the pairs that kept their order among each other, as many as can be."""
    before = sorted(at for at, _ in pairs if at is not None)
    after = [at for at, _ in pairs]
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {pairs[block.b + i] for block in blocks for i in range(block.size)}


def _row(table: DecisionTable, rule: Rule) -> dict[str, str]:
    """Give a rule's cells by column; a second column of one name counts up."""
    names = [item.expression for item in table.inputs]
    names += [item.name for item in table.outputs]
    names += table.annotations
    texts = (*rule.tests, *rule.entries, *rule.annotations)
    row: dict[str, str] = {}
    for name, text in zip(names, texts, strict=False):
        row[_free(name, row)] = text.strip()
    return row


def _free(name: str, taken: Mapping[str, object]) -> str:
    count, found = 1, name
    while found in taken:
        count += 1
        found = f"{name} ({count})"
    return found


def _cells(
    old: DecisionTable, new: DecisionTable, before: Rule | None, after: Rule | None
) -> tuple[Change, ...]:
    one = _row(old, before) if before else {}
    other = _row(new, after) if after else {}
    empty = ("", "-")
    return tuple(
        Change(name, one.get(name, ""), other.get(name, ""))
        for name in dict.fromkeys((*other, *one))
        if one.get(name, "") != other.get(name, "")
        and not (one.get(name, "") in empty and other.get(name, "") in empty)
    )


def _head(old: DecisionTable, new: DecisionTable) -> tuple[Change, ...]:
    """Compare all but the rules."""
    changes = [
        Change("name", old.name, new.name),
        Change("hit policy", old.hit_policy + old.aggregation, new.hit_policy + new.aggregation),
        *(
            Change(name.replace("_", " "), str(getattr(old, name) or ""), str(getattr(new, name) or ""))
            for name in PROVENANCE
        ),
        Change("annotations", ", ".join(old.annotations), ", ".join(new.annotations)),
        *_texts("label", old.labels, new.labels),
        *_columns("input", old.inputs, new.inputs),
        *_columns("output", old.outputs, new.outputs),
    ]
    return tuple(change for change in changes if change.old != change.new)


def _columns(kind: str, old: Sequence[Input | Output], new: Sequence[Input | Output]) -> list[Change]:
    one, other = _by_name(old), _by_name(new)
    changes = []
    for name in dict.fromkeys((*one, *other)):
        if name not in one or name not in other:
            changes.append(Change(kind, name if name in one else "", name if name in other else ""))
            continue
        for part in fields(one[name]):
            values = [getattr(item[name], part.name) for item in (one, other)]
            what = f"{kind} {name}, {part.name}"
            if isinstance(values[0], Mapping):
                changes += _texts(what, *values)
            else:
                changes.append(Change(what, *(_plain(value) for value in values)))
    kept = [name for name in one if name in other]
    if kept != [name for name in other if name in one]:
        changes.append(Change(f"order of {kind}s", ", ".join(one), ", ".join(other)))
    return changes


def _by_name(columns: Sequence[Input | Output]) -> dict[str, Input | Output]:
    found: dict[str, Input | Output] = {}
    for item in columns:
        found[_free(item.expression if isinstance(item, Input) else item.name, found)] = item
    return found


def _texts(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    return [
        Change(f"{what} {key}", old.get(key, ""), new.get(key, "")) for key in dict.fromkeys((*old, *new))
    ]


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
