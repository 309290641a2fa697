"""Pages of packs: what is in force, its tables, parameters and measures; those of drafts alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext

from postloan.console import words
from postloan.console.lists import show
from postloan.console.people.rights import BOOK_ROLES, POLICY_ROLES, allow, scope
from postloan.console.policies import columns, reading, selectors, sheets, spoken
from postloan.console.policies.gate import access_draft, roles_of
from postloan.console.policies.models import Draft
from postloan.console.policies.reading import Named
from postloan.console.policies.states import AUTHOR, DRAFT, OPEN, PROMULGATED
from postloan.errors import PolicyError
from postloan.policy import dmn, workbook
from postloan.policy.findings import TableFinding
from postloan.policy.in_force import Dated, Pack
from postloan.reports import rule_texts

READERS = BOOK_ROLES | POLICY_ROLES
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allow(READERS)
def index(request: HttpRequest) -> HttpResponse | FileResponse:
    """Show the policy in force with what it holds, and the drafts on their way."""
    held = scope(request)
    named, day = selectors.in_force(), selectors.shown_on()
    pack = reading.opened(named)
    seen = list(selectors.drafts(held))
    ended = (*PROMULGATED, "withdrawn")
    tables = {
        "open": show(columns.DRAFTS, request, [one for one in seen if one.state not in ended]),
        "past": show(columns.PAST, request, [one for one in seen if one.state in ended]),
        "tables": show(columns.TABLES, request, _tables(pack, day)),
    }
    for one in tables.values():
        if isinstance(one, FileResponse):
            return one
    context = {
        **tables,
        "pack": pack,
        "version": pack.as_of(day).version,
        "day": day,
        "chain": selectors.chain(pack, day),
        "counts": {kind: len(keys) for kind, keys in pack.as_of(day).in_force.items()},
        "waiting": selectors.to_acknowledge(held.staff_id),
        "may_begin": not roles_of(held).isdisjoint(AUTHOR),
    }
    return render(request, "policies/index.html", context)


@dataclass(frozen=True)
class TableLine:
    """A table in a list: its versions by the day from which they hold, the one in force first."""

    name: str
    label: str
    in_force: Dated
    rules: int
    days: tuple[date, ...]


def _tables(pack: Pack, day: date) -> list[TableLine]:
    found = []
    for name, dated in sorted(pack.as_of(day).in_force.get("table", {}).items()):
        days = tuple(sorted({one.effective_from for one in pack.versions["table"][name]}, reverse=True))
        found.append(TableLine(name, sheets.label(dated.value), dated, len(dated.value.rules), days))
    return found


@allow(READERS)
def entries(request: HttpRequest, kind: str) -> HttpResponse | FileResponse:
    """List the parameters or the measures in force."""
    if kind not in ("parameters", "measures"):
        raise Http404
    named, day = selectors.in_force(), selectors.shown_on()
    pack = reading.opened(named)
    language = "zh" if words.is_chinese() else "en"
    say = rule_texts.of_parameter if kind == "parameters" else rule_texts.of_measure
    held = pack.as_of(day).in_force.get(kind.removesuffix("s"), {})
    rows = [(dated, say(dated.value)[language]) for _, dated in sorted(held.items())]
    text = request.GET.get("search", "").strip().lower()
    wanted = [row for row in rows if text in row[0].key.lower() or text in row[1].lower()]
    title = gettext("Parameters") if kind == "parameters" else gettext("Measures")
    table = show(columns.entries(kind, title), request, wanted)
    if isinstance(table, FileResponse):
        return table
    context = {"kind": kind, "table": table, "all": len(rows), "day": day, "search": text}
    return render(request, "policies/entries.html", context)


@allow(READERS)
def table(request: HttpRequest, name: str, draft_id: str = "") -> HttpResponse:
    """Show a decision table: as DMN, in words, with its problems and cases."""
    named, draft = _named(request, draft_id)
    dated, pack = _version(request, named, name, is_draft=draft is not None)
    findings: tuple[TableFinding, ...] = ()
    broken: PolicyError | None = None
    try:
        findings = reading.verified(named, name, dated.effective_from)
    except PolicyError as error:  # a table of a bank's own pack that cannot be used says so itself
        broken = error
    coverage = next(
        (
            one
            for one in reading.cases_of(named, "table", name).tables
            if (one.name, one.effective_from) == (name, dated.effective_from)
        ),
        None,
    )
    lines = reading.case_lines(named, "table", name)
    is_author = not roles_of(scope(request)).isdisjoint(AUTHOR)
    context = {
        "draft": draft,
        "may_change": is_author and draft is not None and draft.state in OPEN,
        "drafts": Draft.objects.filter(state=DRAFT) if is_author and draft is None else [],
        "dated": dated,
        "label": sheets.label(dated.value),
        "sheet": sheets.sheet(dated.value, findings),
        "broken": spoken.error(broken) if broken else None,
        "cases": lines,
        "failed": sum(not one.passed for one in lines),
        "coverage": coverage,
        "versions": sorted({one.effective_from for one in pack.versions["table"][name]}, reverse=True),
        "query": f"?from={dated.effective_from.isoformat()}",
    }
    return render(request, "policies/table.html", context)


@allow(READERS)
def table_xml(request: HttpRequest, name: str, draft_id: str = "") -> HttpResponse:
    """Give a decision table as DMN, for the viewer of the page and for a modelling tool."""
    dated, _ = _version(request, _named(request, draft_id)[0], name, is_draft=bool(draft_id))
    data = dmn.write([dated.value], name)
    return _file(data, "application/xml", f"{name}-{dated.effective_from}.dmn")


@allow(READERS)
def table_xlsx(request: HttpRequest, name: str, draft_id: str = "") -> HttpResponse:
    """Give a decision table as a workbook, to be changed and brought back into a draft."""
    dated, pack = _version(request, _named(request, draft_id)[0], name, is_draft=bool(draft_id))
    data = workbook.write([workbook.Source(dated.value, dated.effective_from)], pack.id)
    return _file(data, _XLSX, f"{name}-{dated.effective_from}.xlsx")


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _named(request: HttpRequest, draft_id: str) -> tuple[Named, Draft | None]:
    """Give the pack that a page is about: that in force, or that of a draft that the person may see."""
    if not draft_id:
        return selectors.in_force(), None
    draft = access_draft(scope(request), draft_id)
    return selectors.of_draft(draft), draft


def _version(request: HttpRequest, named: Named, name: str, *, is_draft: bool) -> tuple[Dated, Pack]:
    """Give the version of a table asked for by `from`, else that in force, or a draft's own."""
    pack = reading.opened(named)
    versions = pack.versions.get("table", {}).get(name, ())
    asked: Any = None
    try:
        asked = parse_date(request.GET.get("from", ""))
    except ValueError:
        raise Http404 from None
    chosen = [one for one in versions if asked is None or one.effective_from == asked]
    if not chosen:
        raise Http404
    own = [one for one in chosen if one.pack == pack.id]
    held = pack.in_force(tuple(chosen), selectors.shown_on()) if asked is None and not is_draft else None
    return held or max(own or chosen, key=lambda one: one.effective_from), pack
