"""`policy export-xlsx`: the decision tables of a pack as an Excel workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postloan.cli.base import Day, print_json, shared, unknown
from postloan.cli.policy._words_xlsx import Words
from postloan.cli.running import LANG
from postloan.errors import PolicyError

if TYPE_CHECKING:
    from postloan.policy.pack import Policy


@click.command(
    name="export-xlsx",
    epilog="""\b
Examples:
  postloan policy export-xlsx cn_rural tables.xlsx
  postloan policy export-xlsx packs/our_bank colour.xlsx --table colour --table score""",
)
@click.argument("pack")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--table", "names", multiple=True, help="A table by name; may be given again. By default all.")
@click.option("--as-of", type=Day(), help="The day on which they must be in force; by default the latest.")
@LANG
@shared
def export_xlsx(
    pack: str, file: Path, *, names: tuple[str, ...], as_of: date | None, lang: str | None, as_json: bool
) -> None:
    """Write the decision tables of PACK that are in force to the Excel workbook FILE, one sheet a table.

    Every cell is text, so that no condition can become a formula; `policy import-xlsx` reads it back.
    """
    from postloan.policy import pack as packs
    from postloan.policy.workbook import Source, write

    words = Words(lang)
    policy = packs.load(pack).as_of(as_of or date.max)
    chosen = _chosen(policy, names)
    sources = [Source(policy.table(name), _starts(policy, name)) for name in chosen]
    data = write(sources, policy.version)
    draft = file.with_name(f".{file.name}.new")
    try:
        draft.write_bytes(data)
    except FileNotFoundError as error:
        message, mend = f"There is no folder {file.parent}.", "Make it, or name another file."
        raise PolicyError("unknown_folder", message, where=str(file), mend=mend) from error
    draft.replace(file)
    told = {"file": str(file), "policy_version": policy.version, "tables": chosen, "bytes": len(data)}
    if as_json:
        print_json(told)
    else:
        click.echo(words("exported", len(chosen), policy.version, file))


def _chosen(policy: Policy, names: tuple[str, ...]) -> list[str]:
    for name in names:
        if name not in policy.tables:
            raise unknown("table", name, policy.tables, where=policy.version)
    if not policy.tables:
        message = f"No table is in force on {policy.as_of.isoformat()}."
        mend = "Give another --as-of."
        raise PolicyError("not_in_force", message, where=f"{policy.id}/tables", mend=mend)
    return list(dict.fromkeys(names)) or list(policy.tables)


def _starts(policy: Policy, name: str) -> date:
    return policy.in_force["table"][name].effective_from
