"""Pages of the audit."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from postloan.console.audit import selectors, uses, words
from postloan.console.audit.columns import EVENTS, tell
from postloan.console.lists import show
from postloan.console.people.rights import AUDIT_READERS, allow, scope


def _asked(request: HttpRequest) -> dict[str, str]:
    return {key: str(value) for key, value in request.GET.items()}


@allow(AUDIT_READERS)
def index(request: HttpRequest) -> HttpResponse | FileResponse:
    """Search the events."""
    asked, held = _asked(request), scope(request)
    table = show(EVENTS, request, selectors.events(held, asked), tell, selectors.parts(held))
    if isinstance(table, FileResponse):
        return table
    actions, kinds = selectors.choices()
    context = {
        "table": table,
        "page": table.page,
        "asked": asked,
        "actions": [(code, words.action(code)) for code in actions],
        "kinds": [(code, words.kind(code)) for code in kinds],
    }
    return render(request, "audit/index.html", context)


@allow(AUDIT_READERS)
def history(request: HttpRequest, kind: str, object_id: str) -> HttpResponse | FileResponse:
    """Show everything that happened to one object."""
    found = selectors.events(scope(request), {"kind": kind, "id": object_id})
    table = show(EVENTS, request, found, tell)
    if isinstance(table, FileResponse):
        return table
    context = {"table": table, "kind": words.kind(kind), "object_id": object_id}
    return render(request, "audit/history.html", context)


class _Echo:
    """Gives the CSV writer's line back instead of keeping it."""

    def write(self, line: str) -> bytes:
        return line.encode()


@allow(AUDIT_READERS)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Give the events found as CSV, the latest first, up to a limit."""
    asked = _asked(request)
    found = selectors.events(scope(request), asked).order_by(*selectors.ORDER)[: selectors.EXPORTED]
    uses.note_export(actor=scope(request), asked=asked, rows=found.count())
    writer = csv.writer(_Echo())

    def told() -> Iterator[bytes]:
        yield codecs.BOM_UTF8
        yield writer.writerow(selectors.COLUMNS)
        for line in selectors.lines(found.iterator(chunk_size=2000)):
            yield writer.writerow(line)

    answer = StreamingHttpResponse(told(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


@allow(AUDIT_READERS)
def verify(request: HttpRequest) -> HttpResponse:
    """Offer to walk the chain; once asked, say whether it holds and where it breaks."""
    verdict = None
    if request.method == "POST":
        verdict = uses.check_chain(actor=scope(request), head=request.POST.get("head", ""))
    return render(request, "audit/verify.html", {"verdict": verdict})
