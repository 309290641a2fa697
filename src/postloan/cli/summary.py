"""What people read after a run, of a store, and of an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.packs import Names
from postloan.cli.text import (
    amount,
    colour,
    counted,
    cut,
    faint,
    heading,
    joined,
    pad,
    screen_width,
    width,
)
from postloan.cli.words import COLOUR_MARKS, Words

if TYPE_CHECKING:
    from postloan.book.findings import Finding
    from postloan.run.daily import RunResult
    from postloan.run.event import Changes
    from postloan.run.status import Status

_FINDINGS_SHOWN = 3
_RUNS_SHOWN = 30


def policy_option(name: str | None) -> str:
    """Give the option that names a bank's own pack; a shipped one need not be named."""
    return f" --policy {name}" if name is not None and (Path(name) / "pack.yaml").is_file() else ""


def say_overview(
    result: RunResult,
    told: Mapping[str, Any],
    store: Path,
    words: Words,
    names: Names,
    policy: str | None = None,
) -> None:
    """Print one screen that answers who needs somebody today."""
    warned = told["warnings"]
    line = words("customers_need_you", warned["red"] + warned["orange"])
    click.echo(f"\n{heading(words('run_of', result.run.as_of.isoformat()))}  {heading(line)}")
    if not told["loans"]:
        click.echo(f"  {words('no_open_loan')}")
        _say_findings(result, words)
        click.echo(f"\n{words('next')}: postloan status {store}")
        return
    balances = joined(
        [f"{amount(one['balance'], words)} {one['currency']}" for one in told["amounts"]], " + "
    )
    sizes = f"{told['loans']:,}", f"{told['customers']:,}"
    off = told["off_balance"]
    if off:
        click.echo(f"  {words('exposures_and_balance', *sizes, balances, f'{off:,}')}")
    else:
        click.echo(f"  {words('loans_and_balance', *sizes, balances)}")
    overdue = joined([f"{amount(one['overdue'], words)} {one['currency']}" for one in told["amounts"]], " + ")
    past_due = f"{told['overdue_loans']:,}"
    click.echo(f"  {words('overdue_loans', past_due, overdue)}")
    _say_colours(warned, words)
    _say_classes(told["classes"], words, names)
    _say_measures(told["measures"], words)
    _say_first(told["first"], words, names)
    _say_findings(result, words)
    first = told["first"]
    if first:
        which = f"--customer {first[0]['customer_id']}{policy_option(policy)}"
        command = words("named", words("next"), f"postloan explain {store} {which}")
        click.echo(f"\n{command}    {faint(words('why'))}")
    else:
        click.echo(f"\n{words('next')}: postloan status {store}")


def _say_colours(warned: Mapping[str, int], words: Words) -> None:
    parts = [f"{colour(name, words)} {count:,}" for name, count in warned.items()]
    click.echo(f"\n{heading(words('warnings'))}\n  {'    '.join(parts)}")


def _say_classes(classes: Sequence[Mapping[str, Any]], words: Words, names: Names) -> None:
    click.echo(f"\n{heading(words('classes'))}")
    most = max([row["loans"] for row in classes], default=1)
    levels = [names.level(names.base_scheme, row["level_code"]) or "-" for row in classes]
    wide = max([8, *map(width, levels)]) + 2
    for row, level in zip(classes, levels, strict=True):
        five = words(row["five_level"] or "not_measurable")
        bar = "▇" * max(1, row["loans"] * 30 // most)
        click.echo(f"  {pad(level, wide)}{pad(five, 17)}{row['loans']:>10,}  {faint(bar)}")


def _say_measures(measures: Sequence[Mapping[str, Any]], words: Words) -> None:
    if not measures:
        return
    click.echo(f"\n{heading(words('measures'))}")
    for row in measures[:6]:
        due = words("first_due", row["first_due_on"]) if row["first_due_on"] else words("no_deadline")
        click.echo(f"  {pad(words(row['owner_role'] or 'unknown'), 24)}{row['measures']:>10,}  {faint(due)}")


def _say_first(first: Sequence[Mapping[str, Any]], words: Words, names: Names) -> None:
    if not first:
        return
    click.echo(f"\n{heading(words('first_customers'))}")
    ids = max(width(row["customer_id"]) for row in first)
    for row in first:
        mark = pad(colour(row["colour"], words), 13)
        head = f"  {mark}{pad(row['customer_id'], ids)}  {words('score')} {row['score']:>4}  "
        click.echo(head + cut(reason_in_words(row["reasons"], names, words), screen_width() - width(head)))


def reason_in_words(reasons: Sequence[Mapping[str, Any]], names: Names, words: Words) -> str:
    """Give the first reason in words, and how many more there are."""
    if not reasons:
        return ""
    first = reasons[0]
    code = str(first["code"])
    text = f"{code} {names.signal(code)}".strip()
    if first.get("value") is not None:
        text = words("named", text, plain_number(str(first["value"])))
        if first.get("threshold") is not None:
            text += f" ({words('threshold', plain_number(str(first['threshold'])))})"
    return text + (f" +{len(reasons) - 1}" if len(reasons) > 1 else "")


def plain_number(text: str) -> str:
    """Give a decimal without the zeros at its end; other texts as they are."""
    whole, point, places = text.partition(".")
    if not point or not places.isdigit():
        return text
    kept = places.rstrip("0")
    return f"{whole}.{kept}" if kept else whole


def _say_findings(result: RunResult, words: Words) -> None:
    if result.quarantined:
        click.echo(f"\n{words('quarantined', f'{result.quarantined:,}')}")
    if result.findings:
        click.echo(f"\n{heading(words('findings'))}")
    for finding in result.findings[:_FINDINGS_SHOWN]:
        click.echo(f"  {cut(_finding(finding, words), screen_width() - 2)}")
    if len(result.findings) > _FINDINGS_SHOWN:
        click.echo(faint(f"  {words('more', len(result.findings) - _FINDINGS_SHOWN)}"))


def _finding(finding: Finding, words: Words) -> str:
    """Give a finding in words; what is said often, in the reader's own."""
    if finding.code == "clock_not_measurable":
        lacks = finding.message.partition(" for want of ")[2].partition(":")[0]
        return words(finding.code, finding.file, f"{finding.rows:,}", lacks)
    if finding.code == "bands_as_plain_numbers":
        book, _, rest = finding.message.removeprefix("amounts are in ").partition(", thresholds in ")
        return words(finding.code, book, rest.partition(",")[0])
    if finding.code != "owner_not_found":
        return finding.message
    role = finding.message.partition(" fall to role ")[2].partition(",")[0]
    return words(f"owner_not_found_{finding.table}", words(role), f"{finding.rows:,}")


def say_status(found: Status) -> None:
    """Print the ledger, newest last, then what needs somebody."""
    if not found.runs:
        click.echo(
            f"{found.store} has no runs yet\n\nnext: postloan run BOOK --as-of DATE --store {found.store}"
        )
        return
    colours = "".join(f"{name:>8}" for name in COLOUR_MARKS)
    click.echo(heading(f"{'day':<11}{'run':<15}{'state':<12}{'seconds':>8}{'exposures':>12}{colours}"))
    hidden = len(found.runs) - _RUNS_SHOWN
    if hidden > 0:
        click.echo(faint(f"… {hidden} earlier runs; --json shows all"))
    for row in found.runs[-_RUNS_SHOWN:]:
        click.echo(_status_line(row))
    _say_hashes(found.runs)
    if found.at_work:
        click.echo(
            f"\na run is under way: process {found.at_work['process']} since {found.at_work['since']} UTC"
        )
    if found.gaps:
        days = ", ".join(day.isoformat() for day in found.gaps[:5])
        rest = f" and {len(found.gaps) - 5} more" if len(found.gaps) > 5 else ""
        note = " (weekends only: the calendar does not know the year)" if found.provisional else ""
        click.echo(f"\n{counted(len(found.gaps), 'business day')} without a result: {days}{rest}{note}")
        last = found.runs[-1]["as_of"]
        click.echo(f"next: postloan run BOOK --from {found.gaps[0]} --as-of {last} --store {found.store}")
    for row in found.failed:
        click.echo(f"\n{row['run_id']} failed: {row['reason']}")
    if found.failed:
        click.echo("next: mend what it says and run the day again; finished stages are kept")


def _say_hashes(runs: Sequence[Mapping[str, Any]]) -> None:
    """Print what tells one result from another: policy, input and result of the last good run."""
    good = [row for row in runs if row["state"] == "done"]
    if good:
        last = good[-1]
        click.echo(f"\n{last['run_id']}: policy {last['policy_version']}, {last['mode']} on {last['engine']}")
        click.echo(faint(f"  input {last['input_hash']}\n  result {last['result_hash']}"))


def _status_line(row: Mapping[str, Any]) -> str:
    seconds = "" if row["seconds"] is None else f"{row['seconds']:.1f}"
    line = f"{row['as_of']!s:<11}{row['run_id']:<15}{row['state']:<12}{seconds:>8}"
    if row["loans"] is None:
        return line
    return line + f"{row['loans']:>12,}" + "".join(f"{count:>8,}" for count in row["warnings"].values())


def say_changes(told: Changes, words: Words, names: Names) -> None:
    """Print what an event changed, customer by customer."""
    added = ", ".join(
        words("rows_of", f"{count:,}", _table(name, words)) for name, count in told.added.items()
    )
    again = words("run_again", told.as_of.isoformat(), told.run_id) if told.run_id else words("nothing_run")
    click.echo(heading(words("rows_added", added or words("no_rows")) + words("listed") + again))
    for finding in told.findings:
        click.echo(f"  {finding['message']}")
        if finding["mend"]:
            click.echo(f"    mend: {finding['mend']}")
    for change in told.customers:
        _say_change(change, words, names)
    if told.run_id and not told.customers:
        click.echo(words("no_customer_touched"))
    if told.others:
        others = counted(told.others, "other customer") if words.lang == "en" else f"{told.others:,}"
        click.echo(f"\n{words('others_changed', others)}")
    if told.customers:
        which = told.customers[0]["customer_id"]
        click.echo("\n" + words("named", words("next"), f"postloan explain {told.store} --customer {which}"))


def _table(name: str, words: Words) -> str:
    from postloan.book.schema import TABLES

    return TABLES[name].zh if words.lang == "zh" and name in TABLES else name


def _say_change(change: Mapping[str, Any], words: Words, names: Names) -> None:
    before, after = change["before"], change["after"]
    click.echo(
        f"\n{words('customer')} {heading(change['customer_id'])}"
        + ("" if change["changed"] else words("unchanged"))
    )
    if not change["changed"]:
        return
    click.echo(
        f"  {pad(words('colour'), 10)}{colour(before['colour'], words)} → {colour(after['colour'], words)}"
    )
    if before["score"] != after["score"]:
        click.echo(f"  {pad(words('score'), 10)}{before['score'] or 0} → {after['score'] or 0}")
    for loan in sorted({*before["classes"], *after["classes"]}):
        old, new = (side["classes"].get(loan, {}) for side in (before, after))
        if old != new:
            levels = [names.level(one.get("scheme_id"), one.get("class_final")) or "-" for one in (old, new)]
            days = [str(one.get("days_past_due", "-")) for one in (old, new)]
            moved = words("class_moved", f"{levels[0]} → {levels[1]}", f"{days[0]} → {days[1]}")
            click.echo("  " + words("named", f"{words('loan')} {loan}", moved))
    for kind, name in (("signals", names.signal), ("measures", names.measure)):
        for sign, codes in (("+", after[kind] - before[kind]), ("-", before[kind] - after[kind])):
            for code in sorted(codes):
                click.echo(f"  {sign} {code} {name(code.split(' ')[0])}".rstrip())
