"""What all commands share: answers on stdout, errors that a person can act on, and exit codes."""

from __future__ import annotations

import difflib
import errno
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from postloan.errors import PostloanError

Command = TypeVar("Command", bound=Callable[..., Any])

_INTERRUPTED = 130
_LISTED = 60
_EXACT = "\ue000"
_MARKED = re.compile(f'"{_EXACT}(-?[0-9.]+){_EXACT}"')


_FULL = ("disk_full", "the disk is full", "free some space and run again: what was in place before stands")
_CLOSED = (
    "not_permitted",
    "the system does not permit it",
    "see that you may read and write there, and that it is not mounted read-only",
)
_REFUSED = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _CLOSED,
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
}
"""What the system refuses, in words: code, message and what to do."""


class Application(click.Group):
    """The group of all commands: it alone turns errors into words and exit codes."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        """Run a command and leave with its exit code; no error reaches a person as a traceback."""
        given = list(sys.argv[1:] if args is None else args)
        extra |= {"standalone_mode": False, "prog_name": "postloan"}
        if os.environ.get("NO_COLOR"):
            extra["color"] = False
        try:
            code = super().main(given, *rest, **extra)
        except click.exceptions.Exit as end:
            code = end.exit_code
        except click.exceptions.NoArgsIsHelpError as bare:
            click.echo(bare.format_message(), err=True)
            code = 2
        except (click.Abort, KeyboardInterrupt):
            mend = "start it again; what was in place before stands untouched"
            _tell(PostloanError("interrupted", "stopped", mend=mend), given)
            code = _INTERRUPTED
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 0
        except Exception as error:  # noqa: BLE001 - a person gets words, whatever went wrong
            code = _tell(error, given)
        sys.exit(code if isinstance(code, int) else 0)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is answered with those that come near, or with all."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            raise unknown("command", name, self.list_commands(ctx), where=ctx.command_path)
        return super().resolve_command(ctx, args)


def unknown(what: str, name: str, known: Sequence[str], *, where: str = "") -> PostloanError:
    """Give the error for a name that does not exist: it tells which come near, else which there are."""
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    listed = ", ".join(list(known)[:_LISTED]) + (", …" if len(known) > _LISTED else "")
    mend = f"did you mean {' or '.join(close)}?" if close else f"there are: {listed or 'none'}"
    return PostloanError(f"unknown_{what}", f"there is no {what} {name}", where=where, mend=mend)


def _tell(error: Exception, given: Sequence[str]) -> int:
    """Say what happened: as JSON where that was asked for, else in words on stderr."""
    told, code = _as_known(error)
    if "--debug" in given:
        traceback.print_exception(error)
    if "--json" in given:
        click.echo(json.dumps({"error": told}, ensure_ascii=False))
        return code
    mark = "error:" if os.environ.get("NO_COLOR") else click.style("error:", fg="red", bold=True)
    click.echo(f"{mark} {told['message']}", err=True)
    for name in ("where", "mend"):
        if told[name]:
            click.echo(f"  {name}: {told[name]}", err=True)
    return code


def _as_known(error: Exception) -> tuple[dict[str, str], int]:
    if isinstance(error, PostloanError):
        return error.as_dict(), error.exit_code
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "postloan"
        told = {"code": "usage", "message": error.format_message().rstrip("."), "where": path}
        return {**told, "mend": f"see {path} --help"}, 2
    if isinstance(error, OSError) and error.errno in _REFUSED:
        code, message, mend = _REFUSED[error.errno]
        return {"code": code, "message": message, "where": str(error.filename or ""), "mend": mend}, 2
    said = " ".join(str(error).split())[:300]
    told = {"code": "internal_error", "message": f"a defect of the program: {type(error).__name__}: {said}"}
    mend = "run again with --debug and report what it prints; what was in place before stands untouched"
    return {**told, "where": "", "mend": mend}, 2


class Day(click.ParamType):  # type: ignore[type-arg]  # not generic in every click 8
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the date; whatever is none is said to be none."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2026-11-20", param, ctx)


class Size(click.ParamType):  # type: ignore[type-arg]  # not generic in every click 8
    """A size of memory as 4GiB or 500MB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the size; whatever is none is said to be none."""
        if not re.fullmatch(r"[1-9][0-9]*(KiB|MiB|GiB|TiB|KB|MB|GB|TB)", str(value), re.IGNORECASE):
            self.fail(f"{value!r} is no size of memory; write it as 4GiB", param, ctx)
        return str(value)


def shared(function: Command) -> Command:
    """Add the options that every command has."""
    function = click.option(
        "--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."
    )(function)
    return click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")(function)


def engine_options(function: Command) -> Command:
    """Add the options of commands that compute."""
    function = click.option(
        "--memory", type=Size(), default="4GiB", show_default=True, help="The most memory to use."
    )(function)
    return click.option("--threads", type=click.IntRange(1), help="Threads to use; all cores by default.")(
        function
    )


def print_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print one JSON document: dates as ISO text, money and shares as exact numbers."""
    click.echo(json_text(document))


def json_text(document: Mapping[str, Any] | Sequence[Any]) -> str:
    """Give one JSON document as text: dates as ISO text, money and shares as exact numbers."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=_plain)
    return _MARKED.sub(r"\1", text)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{_EXACT}{value:f}{_EXACT}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def leave(code: int) -> None:
    """End the command with an exit code other than 0."""
    if code:
        raise click.exceptions.Exit(code)
