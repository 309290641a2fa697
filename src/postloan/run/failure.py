"""Gives every failure of a run a type, since the ledger keeps the reason and a person acts on it."""

from __future__ import annotations

import errno

from postloan.errors import PostloanError, RunError

_SIGNS = (
    (("no space left on device", "disk quota exceeded"), "disk_full"),
    (("out of memory", "cannot allocate memory"), "out_of_memory"),
)

_MEND = {
    "disk_full": "free some space and run again: finished stages are kept",
    "out_of_memory": "give more with --memory, or run where there is more",
    "internal_error": "run again with --debug and report what it prints; the results before stand untouched",
}

_WORDS = {
    "disk_full": "the disk is full",
    "out_of_memory": "there was not enough memory",
    "internal_error": "the run met a defect of the program",
}


def typed(error: Exception, where: str) -> PostloanError:
    """Give the error as one with a code: itself if it has one, else by what the engine said.

    Codes made here: `disk_full`, `out_of_memory`, `internal_error`.
    """
    if isinstance(error, PostloanError):
        return error
    code = _sign(error) or "internal_error"
    said = " ".join(str(error).split())[:300]
    return RunError(code, f"{_WORDS[code]} ({type(error).__name__}: {said})", where=where, mend=_MEND[code])


def _sign(error: BaseException | None) -> str | None:
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return "disk_full"
        if isinstance(error, MemoryError):
            return "out_of_memory"
        text = str(error).lower()
        for signs, code in _SIGNS:
            if any(sign in text for sign in signs):
                return code
        error = error.__cause__
    return None


def reason(error: PostloanError) -> str:
    """Give the ledger's reason: the code, the message and the place on one line."""
    place = f" ({error.where})" if error.where else ""
    return f"{error.code}: {error.message}{place}"
