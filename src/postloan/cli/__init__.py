"""The command line; heavy libraries are loaded inside the command that needs them, so help comes at once."""

from __future__ import annotations

import click

import postloan
from postloan.cli import books, looking, reporting, running, serving, simulating
from postloan.cli.base import Application
from postloan.cli.policy import policy

_EXAMPLE = """\b
Example:
  postloan import folder EXPORT BOOK --mapping mapping.yaml
  postloan run BOOK --as-of 2026-11-20 --store STORE
  postloan explain STORE --customer 1207
"""


@click.group(
    cls=Application,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EXAMPLE,
)
@click.version_option(postloan.__version__, prog_name="postloan", message="%(prog)s %(version)s")
@click.option(
    "--debug", is_flag=True, help="Show the traceback of an error; may stand behind the command too."
)
def main(*, debug: bool) -> None:
    """Watch a bank's loan book after the money is paid out.

    Early warnings, ten-level classes and the measures due, each with its reasons.
    """


_COMMANDS = (books, simulating, running, looking, reporting, serving)
for _command in (*(one for module in _COMMANDS for one in module.COMMANDS), policy):
    main.add_command(_command)
