"""Errors that a person can act on: what happened, where, and how to mend it."""

from __future__ import annotations


class PostloanError(Exception):
    """An error that is shown to a user without a traceback.

    Args:
        code: a stable identifier in snake_case, such as `missing_column`.
        message: one sentence that says what happened.
        where: the file, table, row, rule or date it happened at.
        mend: what the reader can do about it.
    """

    exit_code = 2

    def __init__(self, code: str, message: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where
        self.mend = mend

    def as_dict(self) -> dict[str, str]:
        """Give the error as the object that `--json` prints under `error`."""
        return {"code": self.code, "message": self.message, "where": self.where, "mend": self.mend}

    def __str__(self) -> str:
        lines = [self.message]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.mend:
            lines.append(f"  mend:  {self.mend}")
        return "\n".join(lines)


class PolicyError(PostloanError):
    """A pack, table, expression or parameter that cannot be used as it is written."""


class BookError(PostloanError):
    """A book that cannot be read, or a table in it that fails its contract."""


class RunError(PostloanError):
    """A run that must stop; `code` is the typed reason that the ledger keeps."""
