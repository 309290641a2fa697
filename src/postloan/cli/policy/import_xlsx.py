"""`policy import-xlsx`: decision tables from an Excel workbook into a pack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.base import Day, leave, print_json, shared
from postloan.cli.policy._shared import kinds
from postloan.cli.policy._words_xlsx import Words
from postloan.cli.running import LANG

if TYPE_CHECKING:
    from postloan.policy.findings import Finding
    from postloan.policy.pack import Pack
    from postloan.policy.workbook import Sheet

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(
    name="import-xlsx",
    epilog="""\b
Examples:
  postloan policy import-xlsx tables.xlsx --into packs/our_bank --effective-from 2027-01-01
  postloan policy import-xlsx tables.xlsx drafts --policy cn_rural""",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=_FOLDER, required=False)
@click.option("--into", type=_FOLDER, help="A pack's folder: tables go to its tables/NAME/DATE.dmn.")
@click.option("--effective-from", type=Day(), help="The day they hold from; by default as each sheet says.")
@click.option("--policy", default="cn_rural", show_default=True, help="The pack whose names tables may use.")
@click.option("--replace", is_flag=True, help="Also write where that version of a table stands already.")
@click.option("--dry-run", is_flag=True, help="Check only, and tell what would be written.")
@LANG
@shared
def import_xlsx(
    file: Path,
    folder: Path | None,
    *,
    into: Path | None,
    effective_from: date | None,
    policy: str,
    replace: bool,
    dry_run: bool,
    lang: str | None,
    as_json: bool,
) -> None:
    """Read decision tables from the workbook FILE and write them to FOLDER/NAME/DATE.dmn, or into a pack.

    Beside each .dmn, in canonical form, stands a Markdown view of it. Every mistake is told by sheet and
    cell; while there is one, nothing is written (exit 2).
    """
    if (folder is None) == (into is None):
        raise click.UsageError("give either FOLDER or --into PACK")
    from postloan.policy import pack as packs
    from postloan.policy.checking import environment
    from postloan.policy.workbook import problems, read

    words = Words(lang)
    pack = packs.load(policy if into is None else into)
    sheets, findings = read(file.read_bytes(), file.name)
    env = environment(pack, kinds())
    for sheet in sheets:
        findings += problems(sheet, env)
    target = folder if into is None else into / "tables"
    assert target is not None
    plan = [_Planned(sheet, target, effective_from) for sheet in sheets]
    for one in plan:
        findings += one.problems(pack if into is not None else None, replace=replace)
    wrong = [finding for finding in findings if finding.severity == "error"]
    if wrong:
        _refuse(findings, wrong, file, words, as_json=as_json)
        return
    told = [one.write(dry_run=dry_run) for one in plan]
    if as_json:
        rows = [asdict(finding) for finding in findings]
        print_json({"file": str(file), "written": not dry_run, "tables": told, "findings": rows})
        return
    _say(findings, words)
    for row in told:
        click.echo(words("line", row["path"], row["sheet"], words(row["state"])))
    click.echo(words("would") if dry_run else words("next", into or policy))


@dataclass
class _Planned:
    """A sheet and where its table goes."""

    sheet: Sheet
    folder: Path
    day: date | None

    @property
    def path(self) -> Path:
        starts = self.day or self.sheet.effective_from
        return self.folder / self.sheet.table.id / f"{starts.isoformat() if starts else ''}.dmn"

    def problems(self, pack: Pack | None, *, replace: bool) -> list[Finding]:
        """Give what keeps the table from its place; with a pack, also what the pack lacks."""
        table = self.sheet.table
        if not re.fullmatch(r"[^\W_][\w-]{0,63}", table.id):
            mend = "Use letters, digits, _ and - only, at most 64; it becomes the name of a folder."
            return [self.wrong("xlsx_table_name", f"`{table.id[:80]}` cannot name a table.", "table", mend)]
        if self.day is None and self.sheet.effective_from is None:
            if not self.sheet.sound:  # the cell may hold a day that was refused
                return []
            mend = "Write it as 2027-01-01, or give --effective-from."
            return [self.wrong("xlsx_no_date", "The day it holds from is missing.", "effective from", mend)]
        found = []
        if pack is not None and not table.overrides and self.below(pack):
            message = f"The table replaces that of `{self.below(pack)}` without a reason."
            mend = "Write the reason under `overrides`."
            found.append(self.wrong("override_unexplained", message, "overrides", mend))
        if self.path.parent.exists() and not self.path.parent.is_dir():
            message, mend = f"{self.path.parent} is a file, and no folder for a table.", "Move it away."
            return [*found, self.wrong("xlsx_no_folder", message, "table", mend)]
        if not replace and self.state() == "changed":
            message = f"{self.path} stands there already and says something else."
            mend = "Give a later --effective-from, or --replace if that version was never in force."
            found.append(self.wrong("xlsx_stands_already", message, "effective from", mend))
        return found

    def below(self, pack: Pack) -> str:
        """Give the pack below that holds a table of this name; empty if none does."""
        versions = pack.versions.get("table", {}).get(self.sheet.table.id, ())
        return next((one.pack for one in versions if one.pack != pack.id), "")

    def wrong(self, code: str, message: str, place: str, mend: str) -> Finding:
        from postloan.policy.findings import Finding

        cell = self.sheet.places.get(f", {place}", "A1")
        return Finding("error", code, message, f"{self.sheet.where}, cell {cell}", mend)

    def state(self) -> str:
        """Tell whether the file is new, changed, or says the same already."""
        from postloan.policy.canonical import content

        if not self.path.is_file():
            return "new"
        data = content(self.sheet.table, self.sheet.table.id)[".dmn"]
        return "same" if self.path.read_bytes() == data else "changed"

    def write(self, *, dry_run: bool) -> dict[str, Any]:
        """Write the table unless it is only tried; tell what came of it."""
        from postloan.policy.canonical import put

        state = self.state()
        if not dry_run:
            put(self.path, self.sheet.table, self.sheet.table.id)
        table = self.sheet.table.id
        return {"table": table, "sheet": self.sheet.name, "path": str(self.path), "state": state}


def _refuse(
    findings: Sequence[Finding], wrong: Sequence[Finding], file: Path, words: Words, *, as_json: bool
) -> None:
    message, mend = words("refused", len(wrong)), words("refused_mend", file)
    if as_json:
        error = {"code": "xlsx_refused", "message": message, "where": str(file), "mend": mend}
        print_json({"error": error, "findings": [asdict(finding) for finding in findings]})
    else:
        _say(findings, words, err=True)
        click.echo(message, err=True)
        click.echo(f"  {words('mend')}: {mend}", err=True)
    leave(2)


def _say(findings: Sequence[Finding], words: Words, *, err: bool = False) -> None:
    for finding in sorted(findings, key=lambda one: one.severity != "error"):
        mark = click.style(words(finding.severity), bold=finding.severity == "error")
        click.echo(f"{mark} {finding.code}: {finding.message}", err=err)
        click.echo(f"  {words('where')}: {finding.where}", err=err)
        if finding.mend:
            click.echo(f"  {words('mend')}: {finding.mend}", err=err)
