"""`policy check`: what in a pack a run would stumble over."""

from __future__ import annotations

import difflib
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import click

from postloan.cli.base import Day, leave, print_json, shared
from postloan.cli.policy._shared import PACK, kinds
from postloan.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postloan.policy.findings import Finding


@click.command(epilog="\b\nExample:\n  postloan policy check packs/our_bank")
@PACK
@click.option(
    "--from",
    "from_date",
    type=Day(),
    help="First date that must resolve; by default of the calendar's first year.",
)
@click.option("--to", "to_date", type=Day(), help="Last date that must resolve; by default of its last year.")
@shared
def check(pack: str, *, from_date: date | None, to_date: date | None, as_json: bool) -> None:
    """Check a shipped PACK or a pack's folder ahead of the run that would stumble over it.

    Exit 1 where there is an error, also one for which the pack cannot be loaded; warnings are listed.
    """
    from postloan.policy import pack as packs
    from postloan.policy.checking import check_pack
    from postloan.policy.findings import Finding

    try:
        loaded = packs.load(pack)
    except PolicyError as error:
        if error.code == "unknown_pack" and not error.where:
            raise
        wrong = _say_check(pack, [Finding("error", **error.as_dict())], as_json=as_json)
    else:
        years = sorted(loaded.calendar.years) or [(from_date or to_date or date(2000, 1, 1)).year]
        span = (from_date or date(years[0], 1, 1), to_date or date(years[-1], 12, 31))
        wrong = _say_check(loaded.id, check_pack(loaded, kinds(), span), as_json=as_json)
    leave(1 if wrong else 0)


def _say_check(name: str, findings: Sequence[Finding], *, as_json: bool) -> int:
    """Print the findings of a check and give how many are errors."""
    from dataclasses import asdict

    wrong = sum(finding.severity == "error" for finding in findings)
    if as_json:
        print_json({"pack": name, "errors": wrong, "findings": [asdict(one) for one in findings]})
        return wrong
    from postloan.cli.text import counted

    own = [one for one in findings if one.severity == "error" or one.where.startswith(f"{name}/")]
    for finding in sorted(own, key=lambda one: one.severity != "error"):
        mark = click.style(finding.severity, bold=finding.severity == "error")
        click.echo(f"{mark} {finding.code}: {finding.message}\n  where: {finding.where}")
        mend = _near(finding) or finding.mend
        if mend:
            click.echo(f"  mend: {mend}")
    below = Counter(one.where.partition("/")[0] for one in findings if one not in own)
    for base, count in below.items():
        click.echo(f"{counted(count, 'warning')} on {base}, which it extends: postloan policy check {base}")
    listed = len(findings) - wrong - sum(below.values())
    click.echo(f"{name}: {counted(wrong, 'error')}, {counted(listed, 'warning')}")
    return wrong


def _near(finding: Finding) -> str:
    """Give the facts whose names come near one that is not known."""
    if finding.code != "unknown_name":
        return ""
    close = difflib.get_close_matches(finding.message.split("`")[1], kinds(), n=3)
    return f"did you mean {' or '.join(close)}? `postloan describe facts` lists them" if close else ""
