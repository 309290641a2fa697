"""What a service refuses to do, said to the person who asked."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - it is no defect but an answer
    """A request that a rule forbids; nothing was changed.

    Args:
        code: a stable identifier in snake_case.
        message: what happened and what to do, in the language of the person.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
