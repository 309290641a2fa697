"""A folder of Parquet or CSV as a source: `loan.csv`, `loan.2024-03.parquet` or `loan/*.csv`."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from pathlib import Path

from postloan.book.checks import REASON
from postloan.book.controls import FILES, read_controls
from postloan.book.findings import Finding
from postloan.book.mapping import Mapping
from postloan.book.schema import FREE_TEXT, REQUIRED_TABLES, TABLES
from postloan.book.sources.base import SourceBook, SourceTable
from postloan.engine import Column, Engine, Table, casting, raw
from postloan.engine import verbs as v
from postloan.errors import BookError

ENDINGS = (".parquet", ".csv", ".txt", ".tsv")
WAS = tuple(f"was_{name}" for name in (raw.SOURCE_FILE, raw.SOURCE_ROW))
NOT_TABLES = ("quarantine", *FILES)


def read(engine: Engine, path: Path, mapping: Mapping | None = None, *, complete: bool = True) -> SourceBook:
    """Read a folder as the contract's tables, without judging any row.

    Raises BookError: `missing_folder`, `missing_table` (with `complete`), `missing_column`,
    `truncated_file`, `wrong_encoding`, `doubled_column`, each naming the file and what to add.
    """
    casting.install(engine)
    if not path.is_dir():
        raise BookError(
            "missing_folder", f"there is no folder {path}", where=str(path), mend="give the source's folder"
        )
    mapping = mapping or Mapping()
    findings: list[Finding] = []
    files = _by_table(path, mapping, findings)
    tables = {}
    for name, found in files.items():
        reader = _Reader(engine, name, mapping, findings)
        for shown, file in found.items():
            with raw.guarded(shown):
                reader.add(shown, file)
        if reader.parts:
            tables[name] = reader.table()
    missing = [name for name in REQUIRED_TABLES if name not in tables]
    if missing and complete:
        passed_over = [one.file for one in findings if one.code in ("unknown_file", "empty_file")]
        raise BookError(
            "missing_table",
            f"the source lacks the required table{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
            where="; passed over: ".join([str(path), *([", ".join(passed_over)] if passed_over else [])]),
            mend=f"add {', '.join(f'{name}.csv or {name}.parquet' for name in missing)}, "
            "or name your own files in the mapping: tables: {file: table}",
        )
    return SourceBook(tables, read_controls(path), tuple(findings))


def read_quarantine(engine: Engine, path: Path, mapping: Mapping) -> SourceBook:
    """Read mended quarantine files: reasons are dropped, `first_place` keeps where a row came from."""
    casting.install(engine)
    findings: list[Finding] = []
    tables = {}
    for name, found in _by_table(path, mapping, findings).items():
        reader = _Reader(engine, name, mapping, findings, mended=True)
        for shown, file in found.items():
            with raw.guarded(shown):
                reader.add(shown, file)
        if reader.parts:
            tables[name] = reader.table()
    return SourceBook(tables, (), tuple(findings))


def columns_of(path: Path) -> tuple[str, ...]:
    """Give the column names of a Parquet or CSV file."""
    if path.suffix == ".parquet":
        return raw.check_parquet(path)
    return raw.header(path, raw.detect_encoding(path))[0]


def _by_table(path: Path, mapping: Mapping, findings: list[Finding]) -> dict[str, dict[str, Path]]:
    files: dict[str, dict[str, Path]] = {}
    for entry in sorted(path.iterdir()):
        if entry.name in NOT_TABLES or entry.name.startswith((".", "_")):
            continue
        inside = sorted(entry.iterdir()) if entry.is_dir() else [entry]
        usable = [file for file in inside if file.suffix.lower() in ENDINGS and file.is_file()]
        name = mapping.table(entry.name if entry.is_dir() else entry.name.split(".")[0])
        name = name or mapping.table(entry.stem)
        if usable and name is None:
            findings.append(_unknown_file(entry.name))
        elif name is not None:
            for file in usable:
                files.setdefault(name, {})[file.relative_to(path).as_posix()] = file
    return files


def _unknown_file(name: str) -> Finding:
    return Finding(
        "unknown_file",
        "",
        name,
        0,
        f"{name} is no table of the contract and was kept out",
        "name its table in the mapping: tables: {file: table}; `postloan describe` lists them",
    )


def _first_place(rows: Table) -> Column:
    was = v.concat(casting.as_text(rows[WAS[0]]), " row ", casting.as_text(rows[WAS[1]]))
    return v.coalesce(rows.first_place, was) if "first_place" in rows.columns else was


class _Reader:
    """Gathers the files of one table."""

    def __init__(
        self,
        engine: Engine,
        name: str,
        mapping: Mapping,
        findings: list[Finding],
        *,
        mended: bool = False,
    ) -> None:
        self.mended = mended
        self.engine, self.name, self.mapping, self.findings = engine, name, mapping, findings
        self.parts: list[Table] = []
        self.files: dict[str, Path] = {}
        self.malformed: list[tuple[str, int, str]] = []
        self.plain = True

    def add(self, shown: str, path: Path) -> None:
        """Add one file; an empty one is a finding, one without a required column an error."""
        if path.stat().st_size == 0:
            self._empty(shown)
        elif path.suffix.lower() == ".parquet":
            self._add_parquet(shown, path)
        else:
            self._add_text(shown, path)

    def _add_parquet(self, shown: str, path: Path) -> None:
        names = self._resolve(shown, raw.check_parquet(path))
        rows = raw.parquet(self.engine, {shown: path})
        texts = [
            rows[source]
            for source, target in names.items()
            if target not in FREE_TEXT and rows[source].type().is_string()
        ]
        if self._unnormal(rows, texts):
            normal = self.engine.scratch / f"normal-{self.name}-{len(self.parts)}.parquet"
            raw.normalise_parquet(path, normal, [name for name, to in names.items() if to in FREE_TEXT])
            rows = raw.parquet(self.engine, {shown: normal})
            self.plain = False
        self.plain &= all(source == target for source, target in names.items())
        self._add_rows(shown, path, rows, names)

    def _unnormal(self, rows: Table, texts: Sequence[Column]) -> bool:
        if not texts:
            return False
        some = casting.unnormal(texts[0])
        for text in texts[1:]:
            some = some | casting.unnormal(text)
        return bool(self.engine.rows(rows.aggregate(n=v.count_if(some)))[0]["n"])

    def _add_text(self, shown: str, path: Path) -> None:
        encoding = raw.detect_encoding(path, self.mapping.encoding(shown))
        if encoding == "gb18030" and not self.mapping.encoding(shown):
            self._note_encoding(shown)
        header, _ = raw.header(path, encoding)
        if not header:
            self._empty(shown)
            return
        names = self._resolve(shown, header)
        keep = [name for name in header if names.get(name, "name") in FREE_TEXT]
        into = self.engine.scratch / f"source-{self.name}-{len(self.parts)}.parquet"
        found = raw.read_delimited(path, into, shown=shown, encoding=encoding, keep=keep)
        self.malformed.extend((shown, number, text) for number, text in found.malformed)
        self.plain = False
        self._add_rows(shown, path, self.engine.raw(into), names)

    def _resolve(self, shown: str, header: Sequence[str]) -> dict[str, str]:
        """Give the contract's column for each header that has one; refuse the file where one is missing."""
        names: dict[str, str] = {}
        unknown = []
        for source in header:
            target = self.mapping.column(self.name, source)
            if target is None:
                unknown.append(source)
            elif target in names.values():
                other = next(key for key, value in names.items() if value == target)
                raise BookError(
                    "doubled_column",
                    f"{shown}: columns {other!r} and {source!r} both stand for {self.name}.{target}",
                    where=shown,
                    mend="leave one of them out, or map it to another column",
                )
            else:
                names[source] = target
        self._refuse_missing(shown, names, header)
        if unknown and not self.mended:
            self._note_unknown(shown, unknown)
        return names

    def _refuse_missing(self, shown: str, names: MappingType[str, str], header: Sequence[str]) -> None:
        given = {*names.values(), *self.mapping.constants.get(self.name, {})}
        missing = [one for one in TABLES[self.name].fields if one.required and one.name not in given]
        if missing:
            wanted = ", ".join(f"{one.name} ({one.zh})" for one in missing)
            raise BookError(
                "missing_column",
                f"{shown} lacks the required column{'s' if len(missing) > 1 else ''} {wanted}",
                where=f"{shown}, whose columns are: {', '.join(header)}",
                mend=f"add {wanted} to {shown}, or name your own column in the mapping: "
                f"columns: {{{self.name}: {{your name: {missing[0].name}}}}}",
            )

    def _add_rows(self, shown: str, path: Path, rows: Table, names: MappingType[str, str]) -> None:
        dropped = (*REASON, *WAS) if self.mended else ()
        columns = {
            names.get(name, name): self._value(rows, name, names.get(name))
            for name in rows.columns
            if name not in dropped
        }
        if self.mended:
            columns["first_place"] = _first_place(rows)
        for column, value in self.mapping.constants.get(self.name, {}).items():
            columns[column] = v.literal(value, "string")
            self.plain = False
        if self.mapping.values.get(self.name):
            self.plain = False
        self.parts.append(rows.select(**columns))
        self.files[shown] = path

    def _value(self, rows: Table, source: str, target: str | None) -> Column:
        column = rows[source]
        if target is None or not column.type().is_string():
            return column
        codes = self.mapping.values.get(self.name, {}).get(target, {})
        branches = [(column.isin(self.mapping.empty), v.null("string"))]
        branches += [
            (column == v.literal(code, "string"), v.literal(to, "string")) for code, to in codes.items()
        ]
        return v.when(branches, column)

    def table(self) -> SourceTable:
        """Give the rows of all files; different columns and types are brought together."""
        return SourceTable(
            self.name,
            raw.unite(self.parts),
            self.files,
            in_place=self.plain,
            formats=self.mapping.formats(self.name),
            malformed=tuple(self.malformed),
        )

    def _find(self, code: str, shown: str, message: str, mend: str) -> None:
        self.findings.append(Finding(code, self.name, shown, 0, message, mend))

    def _empty(self, shown: str) -> None:
        self._find(
            "empty_file",
            shown,
            f"{shown} is empty, without even a header; it was passed over",
            "see whether the export stopped; a table without rows still has a header",
        )

    def _note_encoding(self, shown: str) -> None:
        self._find(
            "encoding_detected",
            shown,
            f"{shown} is not UTF-8 and was read as GB18030 (GBK)",
            "if names look wrong, set the encoding in the mapping: encodings: {file: encoding}",
        )

    def _note_unknown(self, shown: str, unknown: Sequence[str]) -> None:
        self._find(
            "unknown_columns",
            shown,
            f"{shown} has columns that the contract does not know; they were kept out: {', '.join(unknown)}",
            f"map them if they are needed; `postloan describe {self.name}` lists the columns",
        )
