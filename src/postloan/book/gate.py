"""The quality gate: bad rows go to quarantine with the reason, all others become clean typed Parquet.

Tables pass parents first, so a row that refers to a quarantined row is an orphan too. A table whose Parquet
files are clean and typed as they stand is referred to in place. Everything runs in columns on DuckDB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from postloan.book import keys
from postloan.book.checks import RAW, REASON, problem, reasons, row_checks
from postloan.book.controls import ControlResult, compare
from postloan.book.findings import MEND, WORDS, Finding
from postloan.book.keys import PLACE
from postloan.book.schema import SUBJECTS, TABLES, parents_first, sort_order
from postloan.book.sources.base import SourceBook, SourceTable
from postloan.engine import Column, Engine, Field, Table, TableSchema, casting, raw
from postloan.engine import verbs as v

_SHOWN = 300
"""The most letters of a reason that a finding repeats; the quarantine file holds it whole."""

_PLACE_FIELDS = (Field(raw.SOURCE_FILE, "string"), Field(raw.SOURCE_ROW, "integer"))
_REASON_FIELDS = tuple(Field(name, "string") for name in REASON)


@dataclass(frozen=True)
class GateResult:
    """A clean book and what did not get into it.

    Args:
        paths: the clean Parquet files of each table.
        rows: rows of each clean table.
        quarantine: the file of each table that has quarantined rows.
        quarantined: rows by table and reason.
        versioned: tables in which a key stands more than once or a row is deleted.
        controls: control totals, as stated and as found.
        findings: what somebody should look at.
    """

    paths: Mapping[str, tuple[Path, ...]]
    rows: Mapping[str, int]
    quarantine: Mapping[str, Path]
    quarantined: Mapping[str, Mapping[str, int]]
    versioned: frozenset[str]
    controls: tuple[ControlResult, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """Whether nothing was quarantined and every control total holds."""
        return not self.quarantined and all(control.holds for control in self.controls)


def check(
    engine: Engine,
    source: SourceBook,
    target: Path,
    *,
    as_of: date | None = None,
    event_kinds: Sequence[str] | None = None,
    in_place: bool = False,
    progress: Callable[[str], None] | None = None,
) -> GateResult:
    """Take a source through the gate; clean tables and `quarantine/` are written under `target`.

    With `in_place`, Parquet that is clean and typed already is not written again but referred to. `as_of`
    sends rows whose natural date lies after it to quarantine; a run leaves it out, since rows of later days
    are merely not visible yet. `event_kinds` replaces the closed list of `event.kind` by the pack's. Raises
    BookError where files cannot be read or the disk is full.
    """
    casting.install(engine)
    lists = {"event.kind": tuple(event_kinds)} if event_kinds is not None else {}
    passing = _Passing(engine, source, target, as_of, lists, in_place)
    for name in parents_first():
        if name in source.tables:
            if progress:
                progress(name)
            with raw.guarded(f"table {name} ({', '.join(source.tables[name].files)})"):
                passing.take(source.tables[name])
    return passing.result()


def _any(conditions: Sequence[Column | None]) -> Column:
    some = v.literal(value=False, kind="boolean")
    for condition in conditions:
        some = some if condition is None else some | condition
    return some


class _Passing:
    """The state of one passage: what is clean so far, and what was found."""

    def __init__(
        self,
        engine: Engine,
        source: SourceBook,
        target: Path,
        as_of: date | None,
        lists: Mapping[str, Sequence[str]],
        in_place: bool,
    ) -> None:
        self.engine, self.source, self.target = engine, source, target
        self.as_of, self.lists, self.in_place = as_of, lists, in_place
        self.paths: dict[str, tuple[Path, ...]] = {}
        self.rows: dict[str, int] = {}
        self.quarantine: dict[str, Path] = {}
        self.quarantined: dict[str, dict[str, int]] = {}
        self.versioned: set[str] = set()
        self.controls: list[ControlResult] = []
        self.findings = list(source.findings)

    def take(self, source: SourceTable) -> None:
        """Take one table through every check and write what passes."""
        schema = TABLES[source.name]
        exact = self.in_place and source.in_place and self._is_exact(source, schema)
        judged = self._judged(source, schema)
        if not exact:
            judged = self.engine.materialise(judged, f"judged-{schema.name}")
        self.controls.extend(compare(self.engine, judged, source, self.source.controls))
        bad = self._bad_rows(judged, schema)
        if bad.count + len(source.malformed):
            self._quarantine(source, schema, [*bad.keys_and_reasons(), self._malformed(source)])
        if bad.rounded:
            self._note_rounded(source, bad.rounded)
        if exact and not bad.count:
            self.paths[schema.name] = tuple(source.files.values())
            self.rows[schema.name] = bad.total
        else:
            self._write(judged, source, schema, bad)
        if not self.rows[schema.name]:
            self._note_empty(source)

    def _is_exact(self, source: SourceTable, schema: TableSchema) -> bool:
        """Whether the source's columns are those of a clean file, with nothing to normalise."""
        fields = [one for one in schema.fields if one.name in source.rows.columns]
        if any(one.made and one.name not in source.rows.columns for one in schema.fields):
            return False
        return all(casting.is_exact(source.rows[one.name], one) for one in fields)

    def _judged(self, source: SourceTable, schema: TableSchema) -> Table:
        """Give typed columns beside the reason that each row fails for, if it does."""
        present = [one.name for one in schema.fields if one.name in source.rows.columns]
        typed = {
            one.name: (
                casting.try_cast(source.rows[one.name], one, source.formats)
                if one.name in present
                else casting.nothing(one)
            )
            for one in schema.fields
        }
        originals = {RAW + name: source.rows[name] for name in present}
        places = {name: source.rows[name] for name in PLACE}
        rounded = [casting.round_places(source.rows[name], schema.field(name)) for name in present]
        table = source.rows.select(**typed, **originals, **places, **{keys.ROUNDED: _any(rounded)})
        checks = row_checks(schema, present, self.as_of, self.lists)
        counted = raw.view(
            self.engine, table.mutate(problem=problem(table, checks)), f"problem_{schema.name}"
        )
        judged = counted.mutate(**reasons(counted, checks))
        judged = keys.with_made_id(judged, schema)
        return judged.select(*schema.columns, *PLACE, *REASON, keys.ROUNDED)

    def _note_rounded(self, source: SourceTable, count: int) -> None:
        self._find(
            "rounded_amounts",
            source,
            count,
            f"{count} rows of {source.name} have amounts with more than two places, which were rounded",
            "deliver amounts in whole cents",
        )

    def _bad_rows(self, judged: Table, schema: TableSchema) -> keys.BadRows:
        bad = keys.BadRows(self.engine, judged, schema)
        bad.add_duplicates(self._find_overlap(schema))
        for one in schema.fields:
            if one.references:
                self._check_reference(bad, schema, one)
        for parent in SUBJECTS.get(schema.name, ()):
            if parent in self.paths:
                (column,) = TABLES[parent].key
                ids = self.engine.raw(self.paths[parent]).select(column)
                bad.add_orphans("subject_id", ids, column, parent, only=parent)
        if bad.versions:
            self.versioned.add(schema.name)
        return bad

    def _check_reference(self, bad: keys.BadRows, schema: TableSchema, one: Field) -> None:
        parent, column = str(one.references).split(".")
        if parent not in self.paths:
            if parent != schema.name and one.required:
                self._find_absent(bad, schema, one, parent)
            return
        ids = self.engine.raw(self.paths[parent]).select(column)
        if one.required:
            bad.add_orphans(one.name, ids, column, parent)
            return
        missing = bad.unresolved(one.name, ids, column)
        if missing:
            self.findings.append(
                Finding(
                    "unresolved_reference",
                    schema.name,
                    "",
                    missing,
                    f"{missing} rows of {schema.name} name a {one.name} that {parent} does not have; "
                    "the rows were kept",
                    f"deliver the rows of {parent}, or correct {one.name}",
                )
            )

    def _find_absent(self, bad: keys.BadRows, schema: TableSchema, one: Field, parent: str) -> None:
        self.findings.append(
            Finding(
                "reference_not_checked",
                schema.name,
                "",
                bad.total,
                f"{schema.name}.{one.name} could not be checked, since the book has no table {parent}",
                f"deliver {parent}",
            )
        )

    def _find_overlap(self, schema: TableSchema) -> Callable[[str, int], None]:
        def found(files: str, rows: int) -> None:
            self.findings.append(
                Finding(
                    "overlapping_files",
                    schema.name,
                    files,
                    rows,
                    f"files of {schema.name} overlap: {rows} rows stand in more than one of {files}; "
                    "they were counted once",
                    "deliver each row in one file only",
                )
            )

        return found

    def _malformed(self, source: SourceTable) -> Table:
        rows = [
            {
                raw.SOURCE_FILE: file,
                raw.SOURCE_ROW: row,
                "quarantine_code": "malformed_row",
                "quarantine_reason": f"the row does not have as many columns as the header: {text.strip()}",
                "quarantine_allowed": None,
            }
            for file, row, text in source.malformed
        ]
        return self.engine.from_rows(rows, (*_PLACE_FIELDS, *_REASON_FIELDS), f"malformed-{source.name}")

    def _quarantine(self, source: SourceTable, schema: TableSchema, failed: Sequence[Table]) -> None:
        why = self.engine.materialise(raw.unite(failed), f"reasons-{schema.name}")
        texts = {
            name: casting.as_text(source.rows[name]) for name in source.rows.columns if name not in PLACE
        }
        rows = source.rows.select(**{name: source.rows[name] for name in PLACE}, **texts)
        joined = why.left_join(rows, list(PLACE)).select(*PLACE, *REASON, *texts)
        path = self.target / "quarantine" / f"{schema.name}.parquet"
        self.engine.write(joined, path, order_by=PLACE)
        self.quarantine[schema.name] = path
        counted = why.group_by(["quarantine_code"]).aggregate(n=why.count())
        by_code = {str(row["quarantine_code"]): int(row["n"]) for row in self.engine.rows(counted)}
        self.quarantined[schema.name] = dict(sorted(by_code.items()))
        for code, count in self.quarantined[schema.name].items():
            self._note_quarantined(source, why, code, count)

    def _note_quarantined(self, source: SourceTable, why: Table, code: str, count: int) -> None:
        of_code = why.filter(why.quarantine_code == v.literal(code, "string"))
        first = self.engine.rows(of_code.order_by(list(PLACE)).limit(1))[0]
        place = f"{first[raw.SOURCE_FILE]}, row {first[raw.SOURCE_ROW]}"
        reason, listed = str(first["quarantine_reason"])[:_SHOWN], first["quarantine_allowed"]
        allowed = f" (allowed: {listed})" if listed and str(listed) not in reason else ""
        self.findings.append(
            Finding(
                code,
                source.name,
                str(first[raw.SOURCE_FILE]),
                count,
                f"{source.name}: {WORDS[code]}, {count} to quarantine; the first at {place}: "
                f"{reason}{allowed}",
                MEND[code],
            )
        )

    def _write(self, judged: Table, source: SourceTable, schema: TableSchema, bad: keys.BadRows) -> None:
        """Write the clean rows; a column that the source lacks stays lacking, so that it can be told."""
        path = self.target / f"{schema.name}.parquet"
        kept = [one.name for one in schema.fields if one.made or one.name in source.rows.columns]
        order = [name for name in sort_order(schema) if name in kept]
        self.rows[schema.name] = self.engine.write(bad.without(judged).select(*kept), path, order_by=order)
        self.paths[schema.name] = (path,)

    def _note_empty(self, source: SourceTable) -> None:
        self._find(
            "no_rows",
            source,
            0,
            f"{source.name} has no rows that can be used",
            "see that the export did not stop; an empty table means that there is nothing of the kind",
        )

    def _find(self, code: str, source: SourceTable, rows: int, message: str, mend: str) -> None:
        files = ", ".join(source.files)
        self.findings.append(Finding(code, source.name, files, rows, message, mend))

    def result(self) -> GateResult:
        """Give what the passage came to."""
        self.findings.extend(control.finding() for control in self.controls if not control.holds)
        return GateResult(
            self.paths,
            self.rows,
            self.quarantine,
            self.quarantined,
            frozenset(self.versioned),
            tuple(self.controls),
            tuple(self.findings),
        )
