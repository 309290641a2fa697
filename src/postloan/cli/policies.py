"""Commands on policy packs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.base import Application, Day, leave, print_json, shared

if TYPE_CHECKING:
    from postloan.policy.entries import Signal
    from postloan.policy.pack import Policy

_PACK = click.argument("pack", default="cn_rural")


class _Tools(Application, click.Group):
    """A group within the group; the outer one alone turns errors into words."""

    main = click.Group.main


@click.group(cls=_Tools)
def policy() -> None:
    """Tools for policy packs."""


@policy.command(epilog="\b\nExample:\n  postloan policy check packs/our_bank")
@_PACK
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

    Exit 1 where there is an error; warnings are listed.
    """
    from dataclasses import asdict

    from postloan.policy import pack as packs
    from postloan.policy.checking import check_pack

    loaded = packs.load(pack)
    years = sorted(loaded.calendar.years) or [(from_date or to_date or date(2000, 1, 1)).year]
    span = (from_date or date(years[0], 1, 1), to_date or date(years[-1], 12, 31))
    findings = check_pack(loaded, _kinds(), span)
    wrong = sum(finding.severity == "error" for finding in findings)
    if as_json:
        print_json({"pack": loaded.id, "errors": wrong, "findings": [asdict(one) for one in findings]})
    else:
        for finding in findings:
            mark = click.style(finding.severity, bold=finding.severity == "error")
            click.echo(f"{mark} {finding.code}: {finding.message}\n  where: {finding.where}")
            if finding.mend:
                click.echo(f"  mend: {finding.mend}")
        click.echo(f"{loaded.id}: {wrong} errors, {len(findings) - wrong} warnings")
    leave(1 if wrong else 0)


def _kinds() -> dict[str, str]:
    """Give the kind of every fact, those that later stages derive among them."""
    from postloan import measures, warnings
    from postloan.classification import inputs
    from postloan.facts import FACTS

    derived = (*warnings.DERIVED, *inputs.DERIVED, *getattr(measures, "DERIVED", ()))
    return {fact.name: fact.kind for fact in (*FACTS.values(), *derived)}


@policy.command(epilog="\b\nExample:\n  postloan policy signals cn_rural --json")
@_PACK
@click.option("--as-of", type=Day(), help="The date on which they must be in force; by default the latest.")
@shared
def signals(pack: str, *, as_of: date | None, as_json: bool) -> None:
    """List the signals of PACK: what each needs, and whether it can be computed."""
    from postloan.policy import pack as packs

    in_force = packs.load(pack).as_of(as_of or date.max)
    listed = [_signal(one) for one in in_force.signals]
    if as_json:
        print_json(listed)
        return
    _say_signals(in_force, listed)


def _signal(one: Signal) -> dict[str, Any]:
    from postloan.facts import FACTS

    return {
        "code": one.code,
        "family": one.family,
        "computable": all(name in FACTS for name in one.inputs()),
        "on": one.enabled,
        "needs": list(one.needs),
        "status": one.status,
        "name": dict(one.name),
        "subject": one.subject,
        "fact": one.fact,
        "grades": {grade.colour: grade.text for grade in one.grades},
    }


def _say_signals(in_force: Policy, listed: list[dict[str, Any]]) -> None:
    from postloan.cli.text import heading, pad

    family = None
    for row in listed:
        if row["family"] != family:
            family = row["family"]
            click.echo(heading(f"\n{family}"))
        grades: Mapping[str, str] = row["grades"]
        tests = "; ".join(f"{colour} {text}" for colour, text in grades.items())
        state = "" if row["on"] else " (off)"
        state += "" if row["computable"] else " (its facts are not computed yet)"
        name = row["name"].get("en", "")
        click.echo(f"  {row['code']}  {pad(name, 30)} {row['fact']}: {tests}{state}")
        if row["needs"]:
            click.echo(f"         needs {', '.join(row['needs'])}")
    click.echo(f"\n{len(listed)} signals, policy {in_force.version}")
