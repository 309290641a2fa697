"""Commands on policy packs: each module is the command of its name, loaded when it is asked for."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import click

from postloan.cli.base import Application


class _Tools(Application, click.Group):
    """A group within the group; the outer one alone turns errors into words."""

    main = click.Group.main

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """Give the names of the modules beside this one, without those that are shared."""
        found = (module.name for module in pkgutil.iter_modules(__path__))
        return sorted(name.replace("_", "-") for name in found if not name.startswith("_"))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Give the command of a module by its own name; None where there is no such module."""
        if name not in self.list_commands(ctx):
            return None
        module = name.replace("-", "_")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), module)
        return command


@click.group(
    cls=_Tools,
    epilog="\b\nExamples:\n  postloan policy check packs/our_bank\n  postloan policy signals --json",
)
def policy() -> None:
    """Tools for policy packs."""
