"""The page `docs/measures.md`: every measure with its owner, approver, and the rows that ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from postloan.measures.inputs import OFF_SITE
from postloan.measures.page_words import HEAD
from postloan.measures.rules import INTERVAL, table_names
from postloan.policy.entries import Measure
from postloan.policy.model import DecisionTable, Rule
from postloan.policy.pack import Policy, load

_NATURES = {"duty": "duty · 义务", "option": "option · 可选", "guard": "guard · 约束"}
_KINDS = {'"calendar"': "d", '"working"': "wd"}


def page(policy: Policy) -> str:
    """Give the page for the measures of a pack in force."""
    lines = [HEAD]
    tables = [policy.table(name) for name in table_names(policy)]
    for measure in policy.measures.values():
        lines += [*_measure(measure, tables), ""]
    return "\n".join(lines).rstrip() + "\n"


def _measure(measure: Measure, tables: list[DecisionTable]) -> Iterator[str]:
    yield f"## {measure.code} {measure.name['en']} · {measure.name['zh']}"
    yield ""
    yield ", ".join(filter(None, _facts(measure))) + "."
    if measure.evidence:
        yield ""
        yield f"Evidence · 证明材料: {'; '.join(measure.evidence)}."
    rows = list(_rows(measure.code, tables))
    if rows:
        yield ""
        yield "| row · 规则 | table · 表 | deadline · 期限 | note |"
        yield "|---|---|---|---|"
        yield from rows


def _facts(measure: Measure) -> Iterator[str]:
    yield _NATURES[measure.nature]
    yield f"of a {measure.level}"
    yield f"owner · 责任人 `{measure.owner_role}`"
    bands = [f"{band} {role or '—'}" for band, role in measure.approver_by_band.items()]
    bands += [f"{rule} {role or '—'}" for rule, role in measure.approver_by_rule.items()]
    shown = f" ({', '.join(bands)})" if bands else ""
    yield f"approver · 审批 `{measure.approver_role or '—'}`{shown}"
    yield f"choice · 择一 {measure.choice_group.replace('_or_', ', ')}" if measure.choice_group else ""
    yield f"{measure.effort_minutes} min" if measure.effort_minutes else ""


def _rows(code: str, tables: list[DecisionTable]) -> Iterator[str]:
    for table in tables:
        places = {item.name: place for place, item in enumerate(table.outputs)}
        if "measure" not in places:
            continue
        asking = [rule for rule in table.rules if rule.entries[places["measure"]] == f'"{code}"']
        if table.id == INTERVAL:
            if asking or code == OFF_SITE:
                yield f"| D2a | {_title(table)} | its interval · 按间隔 | by class and amount |"
            continue
        for rule in asking:
            note = rule.annotations[0] if rule.annotations else ""
            yield f"| {rule.id} | {_title(table)} | {_deadline(rule, places)} | {note} |"


def _title(table: DecisionTable) -> str:
    return f"{table.name} · {table.labels.get('zh', table.name)}"


def _deadline(rule: Rule, places: dict[str, int]) -> str:
    days, kind, base = (rule.entries[places[name]] for name in ("days", "day_kind", "from_date"))
    named = base.strip('"')
    return f"{days} {_KINDS.get(kind, kind)} from `{named}`"


if __name__ == "__main__":
    in_force = load("cn_rural").as_of(date(2026, 11, 1))
    Path("docs/measures.md").write_text(page(in_force), encoding="utf-8")
