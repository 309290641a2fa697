"""`policy rules`: every rule of a pack with its source and status, for a bank's legal department."""

from __future__ import annotations

from pathlib import Path

import click

from postloan.cli.base import print_json, shared
from postloan.cli.policy._shared import PACK
from postloan.cli.running import LANG
from postloan.cli.words import LANGUAGES, language


@click.command(
    epilog="""\b
Examples:
  postloan policy rules cn_rural --lang zh --out rules.xlsx
  postloan policy rules packs/our_bank --out docs/rules      # a page in each language
  postloan policy rules cn_rural --format html > rules.html"""
)
@PACK
@click.option(
    "--out", type=click.Path(path_type=Path), help="A file, or a folder that takes one in each language."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "html", "xlsx", "json"]),
    help="By default that of the file's name, else md.",
)
@LANG
@shared
def rules(pack: str, *, out: Path | None, form: str | None, lang: str | None, as_json: bool) -> None:
    """Write every rule of PACK with its source, status, dates and owner, for a bank's legal department.

    What must be confirmed (status K and V*) comes first, then what names no source, then all by chapter.
    """
    from postloan.cli.writing import chosen_format, emit, is_folder, write
    from postloan.policy import pack as packs
    from postloan.reports.rulebook import rulebook

    loaded = packs.load(pack)
    if out is None:
        emit(rulebook(loaded, language(lang)), chosen_format(form, None, as_json=as_json), language(lang))
        return
    form = chosen_format(form, out, as_json=False)
    folder = is_folder(out)
    languages = LANGUAGES if folder and lang is None else (language(lang),)
    named = {one: out / f"{loaded.id}.{one}.{form}" if folder else out for one in languages}
    for one, path in named.items():
        write(rulebook(loaded, one), path, form, one)
    if as_json:
        print_json({"files": [str(path) for path in named.values()]})
    else:
        for path in named.values():
            click.echo(str(path))
