"""Commands that look at results: the story of one loan or customer, and how good the warnings were."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
