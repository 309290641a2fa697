"""Files of evidence: what they really are, how large they may be, and where they are kept. No Django here.

A file is judged by its first bytes and not by its name. It is kept once under the hash of its content, so
that the same picture handed in a second time is seen to be the same. It is never served as a page: the
answer names one of the types below and asks the browser to save anything but a picture or a recording.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 12 << 20
"""Largest file that is taken, in bytes."""

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/heic")
DOCUMENTS = ("application/pdf", *PICTURES)
SOUNDS = ("audio/webm", "audio/mp4", "audio/ogg", "audio/mpeg", "audio/aac", "audio/wav")
_HEAD = 4096
"""First bytes that are looked at; a film names its tracks there."""


class Unfit(ValueError):  # noqa: N818 - it is an answer about a file
    """A file that is not taken; `code` is `too_large`, `empty` or `wrong_kind`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Kept:
    """A file that was kept: SHA-256 of its content, its type and its size in bytes."""

    sha256: str
    media_type: str
    size: int


def media_type(head: bytes) -> str | None:
    """Give the type that the first bytes of a file say, None for any that is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"heim"):
        return "image/heic"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    return _sound(head)


def _sound(head: bytes) -> str | None:
    """Give the type of a recording; a film that says so in its first bytes is none."""
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return None if b"V_VP" in head or b"V_AV1" in head else "audio/webm"
    if head[4:8] == b"ftyp" and head[8:12] in (b"M4A ", b"isom", b"iso5", b"iso6", b"mp41", b"mp42", b"3gp4"):
        return None if b"vide" in head else "audio/mp4"
    if head.startswith(b"OggS"):
        return None if b"theora" in head else "audio/ogg"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:2] in (b"\xff\xf1", b"\xff\xf9"):
        return "audio/aac"
    if head.startswith(b"ID3") or head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"):
        return "audio/mpeg"
    return None


def keep(chunks: Iterable[bytes], folder: Path, accepted: Iterable[str]) -> Kept:
    """Keep a file under its hash, written in full before it has its name.

    Raises Unfit where it is empty, larger than MOST_BYTES, or not of an accepted type.
    """
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{secrets.token_hex(8)}"
    digest, size, head = hashlib.sha256(), 0, b""
    try:
        with temporary.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise Unfit("too_large")
                head = (head + chunk)[:_HEAD] if len(head) < _HEAD else head
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if size == 0:
            raise Unfit("empty")
        kind = media_type(head)
        if kind is None or kind not in set(accepted):
            raise Unfit("wrong_kind")
        target = path_of(folder, digest.hexdigest())
        target.parent.mkdir(exist_ok=True)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return Kept(digest.hexdigest(), kind, size)


def path_of(folder: Path, sha256: str) -> Path:
    """Give where the file with that hash is kept."""
    return folder / sha256[:2] / sha256
