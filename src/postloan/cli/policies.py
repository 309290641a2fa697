"""Commands on policy packs."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.base import Application, Day, leave, print_json, shared
from postloan.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postloan.policy.checking import Finding
    from postloan.policy.entries import Signal
    from postloan.policy.pack import Policy

_PACK = click.argument("pack", default="cn_rural")


class _Tools(Application, click.Group):
    """A group within the group; the outer one alone turns errors into words."""

    main = click.Group.main


@click.group(
    cls=_Tools,
    epilog="\b\nExamples:\n  postloan policy check packs/our_bank\n  postloan policy signals --json",
)
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

    Exit 1 where there is an error, also one for which the pack cannot be loaded; warnings are listed.
    """
    from postloan.policy import pack as packs
    from postloan.policy.checking import Finding, check_pack

    try:
        loaded = packs.load(pack)
    except PolicyError as error:
        if error.code == "unknown_pack":
            raise
        wrong = _say_check(pack, [Finding("error", **error.as_dict())], as_json=as_json)
    else:
        years = sorted(loaded.calendar.years) or [(from_date or to_date or date(2000, 1, 1)).year]
        span = (from_date or date(years[0], 1, 1), to_date or date(years[-1], 12, 31))
        wrong = _say_check(loaded.id, check_pack(loaded, _kinds(), span), as_json=as_json)
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
    close = difflib.get_close_matches(finding.message.split("`")[1], _kinds(), n=3)
    return f"did you mean {' or '.join(close)}? `postloan describe facts` lists them" if close else ""


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
