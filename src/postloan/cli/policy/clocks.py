"""`policy clocks`: the legal clocks of a pack, and the page that tells of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.base import Day, print_json, shared
from postloan.cli.policy._shared import PACK
from postloan.cli.running import LANG
from postloan.cli.words import language

if TYPE_CHECKING:
    from postloan.policy.clock_entries import Clock

_WORDS = {
    "en": {"written": "page written: {}", "sum": "{} clocks, policy {}", "book": "as the book states"},
    "zh": {"written": "已写入：{}", "sum": "时限 {} 类，策略 {}", "book": "以账簿记载为准"},
}


@click.command(
    epilog="""\b
Examples:
  postloan policy clocks cn_rural --json
  postloan policy clocks cn_rural --page docs/legal-clocks.md"""
)
@PACK
@click.option("--as-of", type=Day(), help="The date on which they must be in force; by default the latest.")
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page for the legal department, in English and Chinese, into this file instead.",
)
@LANG
@shared
def clocks(pack: str, *, as_of: date | None, page: Path | None, lang: str | None, as_json: bool) -> None:
    """List the legal clocks of PACK: how long each runs, by which article, and what is lost."""
    from postloan.measures.clocks.page import page as text_of
    from postloan.measures.clocks.page_words import NO_CLOCKS
    from postloan.policy import pack as packs

    in_force = packs.load(pack).as_of(as_of or date.max)
    words = _WORDS[language(lang)]
    if page is not None:
        page.write_text(text_of(in_force), encoding="utf-8")
        if as_json:
            print_json({"file": page, "clocks": len(in_force.clocks)})
        else:
            click.echo(words["written"].format(page))
        return
    if as_json:
        print_json([_clock(one) for one in in_force.clocks.values()])
        return
    _say(list(in_force.clocks.values()), words, language(lang))
    if not in_force.clocks:
        click.echo(NO_CLOCKS[("en", "zh").index(language(lang))])
    click.echo("\n" + words["sum"].format(len(in_force.clocks), in_force.version))


def _clock(one: Clock) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": dict(one.name),
        "consequence": dict(one.consequence),
        "within": one.within.words() if one.within else None,
        "at_most": one.at_most.words() if one.at_most else None,
        "last_day": one.last_day,
        "counts_from": one.counts_from,
        "after": one.after.words() if one.after else None,
        "restarts": list(one.restarts),
        "reference": one.reference,
        "legal_from": one.legal_from,
        "status": one.status,
    }


def _say(listed: list[Clock], words: dict[str, str], lang: str) -> None:
    from postloan.cli.text import pad

    for one in listed:
        length = one.within.words(lang) if one.within else words["book"]
        click.echo(f"{pad(one.name[lang], 44)} {pad(length, 19)} {one.reference} ({one.status})")
        click.echo(f"  {one.consequence[lang]}")
