"""Parts of a file: phones play a recording only from a server that answers with the bytes they ask for."""

from __future__ import annotations

import re
from pathlib import Path

from django.http import HttpResponse

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def span_of(told: str, size: int) -> tuple[int, int] | None:
    """Give the first and last byte that a Range header asks for.

    None where it asks for nothing, for several parts or in another unit: the whole file is an answer too
    (RFC 9110, 14.2). Raises ValueError for a part that the file does not have.
    """
    found = _ONE.fullmatch(told.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        if int(last) == 0:
            raise ValueError(told)
        return max(size - int(last), 0), size - 1
    begin, end = int(first), min(int(last), size - 1) if last else size - 1
    if begin >= size:
        raise ValueError(told)
    return (begin, end) if begin <= end else None


def part_of(path: Path, told: str, media_type: str) -> HttpResponse | None:
    """Give the answer to a Range header; None where the whole file is to be given.

    A part is held in memory, which the size of evidence allows.
    """
    size = path.stat().st_size
    try:
        span = span_of(told, size)
    except ValueError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if span is None:
        return None
    begin, end = span
    with path.open("rb") as file:
        file.seek(begin)
        content = file.read(end - begin + 1)
    headers = {"Content-Range": f"bytes {begin}-{end}/{size}"}
    return HttpResponse(content, status=206, content_type=media_type, headers=headers)
