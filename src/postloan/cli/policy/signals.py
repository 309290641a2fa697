"""`policy signals`: the signals of a pack, and what each needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.base import Day, print_json, shared
from postloan.cli.policy._shared import PACK
from postloan.cli.running import LANG
from postloan.cli.words import language
from postloan.errors import PolicyError

if TYPE_CHECKING:
    from postloan.policy.entries import Signal
    from postloan.policy.pack import Policy


@click.command(
    epilog="""\b
Examples:
  postloan policy signals cn_rural --json
  postloan policy signals packs/our_bank --pages signals"""
)
@PACK
@click.option("--as-of", type=Day(), help="The date on which they must be in force; by default the latest.")
@click.option(
    "--pages",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a page a signal, in English and Chinese, into this folder instead.",
)
@LANG
@shared
def signals(pack: str, *, as_of: date | None, pages: Path | None, lang: str | None, as_json: bool) -> None:
    """List the signals of PACK: what each needs, and whether it can be computed."""
    from postloan.policy import pack as packs

    loaded = packs.load(pack)
    in_force = loaded.as_of(as_of or date.max)
    if not in_force.signals and loaded.versions.get("signal"):
        first = min(one.effective_from for dated in loaded.versions["signal"].values() for one in dated)
        raise PolicyError(
            "not_in_force",
            f"No signal is in force on {in_force.as_of.isoformat()}.",
            where=f"{loaded.id}/signals, {in_force.as_of.isoformat()}",
            mend=f"Its versions start on {first.isoformat()}.",
        )
    if pages is not None:
        _write(in_force, pages, language(lang), as_json=as_json)
        return
    listed = [_signal(one) for one in in_force.signals]
    if as_json:
        print_json(listed)
        return
    _say_signals(in_force, listed, language(lang))


def _write(in_force: Policy, folder: Path, lang: str, *, as_json: bool) -> None:
    from postloan.signals.pages import write

    files = write(in_force, folder)
    if as_json:
        print_json({"folder": folder, "files": len(files)})
    else:
        click.echo(_WORDS[lang]["written"].format(len(files), folder))


def _signal(one: Signal) -> dict[str, Any]:
    from postloan.facts import FACTS

    return {
        "code": one.code,
        "family": one.family,
        "computable": not one.waits_for and all(name in FACTS for name in one.inputs()),
        "on": one.enabled,
        "needs": [*one.needs, *one.waits_for],
        "status": one.status,
        "name": dict(one.name),
        "subject": one.subject,
        "fact": one.fact,
        "grades": {grade.colour: grade.text for grade in one.grades},
    }


_WORDS = {
    "en": {
        "off": " (off)",
        "later": " (waits for its feed)",
        "needs": "needs {}",
        "written": "{} pages in {}",
        "sum": "{} signals, policy {}",
    },
    "zh": {
        "off": "（停用）",
        "later": "（等待数据）",
        "needs": "需要数据：{}",
        "written": "已写入 {} 页：{}",
        "sum": "信号 {} 个，策略 {}",
    },
}


def _say_signals(in_force: Policy, listed: list[dict[str, Any]], lang: str) -> None:
    from postloan.cli.text import heading, pad

    words, family = _WORDS[lang], None
    for row in listed:
        if row["family"] != family:
            family = row["family"]
            click.echo(heading(f"\n{family}"))
        grades: Mapping[str, str] = row["grades"]
        tests = "; ".join(f"{colour} {text}" for colour, text in grades.items())
        state = "" if row["on"] else words["off"]
        state += "" if row["computable"] else words["later"]
        name = row["name"].get(lang) or next(iter(row["name"].values()), "")
        click.echo(f"  {row['code']}  {pad(name, 30)} {row['fact']}: {tests}{state}")
        if row["needs"]:
            click.echo(f"         {words['needs'].format(', '.join(row['needs']))}")
    click.echo("\n" + words["sum"].format(len(listed), in_force.version))
