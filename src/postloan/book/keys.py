"""What rows must meet together: identifiers made where there are none, keys, duplicates, references."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from postloan.book.checks import REASON
from postloan.book.schema import made_field, natural_dates
from postloan.engine import Column, Engine, Table, TableSchema, casting, raw
from postloan.engine import verbs as v

PLACE = (raw.SOURCE_FILE, raw.SOURCE_ROW)
_FIRST_DAY = date(1, 1, 1)
ROUNDED = "row_rounded"
"""Whether an amount of the row was rounded to whole cents."""


def with_made_id(table: Table, schema: TableSchema) -> Table:
    """Fill the identifier where the source has none (rule 5).

    It is SHA-256 over the row as canonical CSV, without the id, known_on and deleted, and over its ordinal
    among equal rows of one file. So the same row in two files that overlap has one id, and a version or a
    deletion of a row has the id of the row.
    """
    made = made_field(schema)
    if made is None:
        return table
    versions = ("known_on", "deleted")
    content = [table[name] for name in schema.columns if name != made.name and name not in versions]
    lines = table.mutate(row_line=casting.canonical_row(content))
    ordinal = v.row_number(
        partition=[lines[raw.SOURCE_FILE], lines["row_line"], *(lines[name] for name in versions)],
        order=[(lines[raw.SOURCE_ROW], "asc")],
    )
    numbered = lines.mutate(row_ordinal=ordinal)
    made_id = casting.sha256(v.concat(numbered["row_line"], "\n", v.text(numbered["row_ordinal"])))
    return numbered.mutate(**{made.name: v.coalesce(numbered[made.name], made_id)}).drop(
        "row_line", "row_ordinal"
    )


class BadRows:
    """The rows of one table that go to quarantine, gathered check by check.

    Args:
        engine: the engine.
        judged: typed rows with place and the reason of their own, null for good rows.
        schema: the table.
    """

    def __init__(self, engine: Engine, judged: Table, schema: TableSchema) -> None:
        self.engine, self.schema = engine, schema
        self._parts: list[Table] = []
        self._judged = judged
        (row,) = engine.rows(
            judged.aggregate(
                total=judged.count(),
                bad=v.count_if(judged.quarantine_code.notnull()),
                rounded=v.count_if(judged[ROUNDED]),
            )
        )
        self.total, self.count, self.rounded = (int(row[name]) for name in ("total", "bad", "rounded"))
        self.versions = False
        if self.count:
            own = judged.filter(judged.quarantine_code.notnull()).select(*PLACE, *REASON)
            self._parts.append(engine.materialise(own, f"bad-{schema.name}"))

    def keys_and_reasons(self) -> list[Table]:
        """Give tables of file, row and reason; together they name each bad row once."""
        return list(self._parts)

    def without(self, table: Table) -> Table:
        """Give the rows of the table that are not bad so far."""
        if not self.count:
            return table
        return table.anti_join(raw.unite(self._parts).select(*PLACE), list(PLACE))

    def add_duplicates(self, overlap: Callable[[str, int], None]) -> None:
        """Add rows with one key and one `known_on`: equal rows but the first, different rows all of them.

        `overlap` is told the files and the number of equal rows that stand in more than one file.
        """
        good = self.without(self._judged)
        known = [v.coalesce(*(good[name] for name in natural_dates(self.schema)), _first_day())]
        good = good.mutate(row_known=known[0])
        several, deleted = self._several(good)
        self.versions = several or deleted
        if not several:
            return
        key = [*self.schema.key, "row_known"]
        groups = good.group_by(key).aggregate(row_count=good.count())
        alike = self.engine.materialise(groups.filter(groups.row_count > 1), f"several-{self.schema.name}")
        if not self._count(alike):
            return
        rows = good.semi_join(alike, key)
        rows = rows.mutate(row_line=casting.canonical_row([rows[name] for name in self.schema.columns]))
        rows = self.engine.materialise(rows, f"alike-{self.schema.name}")
        self._add(self._judge_alike(rows, key, overlap))

    def _several(self, good: Table) -> tuple[bool, bool]:
        """Tell whether any key stands more than once, and whether any row is deleted."""
        groups = good.group_by(list(self.schema.key)).aggregate(
            row_count=good.count(), row_gone=v.count_if(good.deleted)
        )
        (row,) = self.engine.rows(
            groups.aggregate(several=v.count_if(groups.row_count > 1), gone=v.count_if(groups.row_gone > 0))
        )
        return bool(row["several"]), bool(row["gone"])

    def _judge_alike(self, rows: Table, key: Sequence[str], overlap: Callable[[str, int], None]) -> Table:
        place = v.concat(rows[raw.SOURCE_FILE], " row ", v.text(rows[raw.SOURCE_ROW]))
        groups = rows.group_by(list(key)).aggregate(
            least=rows.row_line.min(),
            most=rows.row_line.max(),
            files_least=rows[raw.SOURCE_FILE].min(),
            files_most=rows[raw.SOURCE_FILE].max(),
            places=v.join_text(place, ", "),
            row_count=rows.count(),
        )
        groups = self.engine.materialise(groups, f"groups-{self.schema.name}")
        self._tell_overlap(groups, overlap)
        ordinal = v.row_number(
            partition=[rows[name] for name in key],
            order=[(rows[raw.SOURCE_FILE], "asc"), (rows[raw.SOURCE_ROW], "asc")],
        )
        joined = rows.mutate(row_ordinal=ordinal).left_join(groups, list(key))
        differs = joined.least != joined.most
        bad = joined.filter(differs | (joined.row_ordinal > 1))
        differs = bad.least != bad.most
        named = ", ".join(self.schema.key)
        return bad.select(
            *PLACE,
            quarantine_code=v.when(
                [(differs, v.literal("duplicate_key", "string"))], v.literal("duplicate_row", "string")
            ),
            quarantine_reason=v.when(
                [(differs, v.concat(f"different rows have the same {named}: ", bad.places))],
                v.concat("the same row stands at ", bad.places),
            ),
            quarantine_allowed=v.null("string"),
        )

    def _tell_overlap(self, groups: Table, overlap: Callable[[str, int], None]) -> None:
        across = groups.filter(groups.files_least != groups.files_most)
        pairs = across.group_by(["files_least", "files_most"]).aggregate(n=v.total(across.row_count - 1))
        for row in self.engine.rows(pairs.order_by(["files_least", "files_most"])):
            overlap(f"{row['files_least']}, {row['files_most']}", int(row["n"]))

    def add_orphans(
        self, name: str, ids: Table, column: str, parent: str, *, only: str | None = None
    ) -> None:
        """Add rows whose reference `name` is not among the clean `ids` of the parent.

        With `only`, rows of that `subject_kind` alone are looked at.
        """
        lost = self._unmatched(name, ids, column, only)
        if not self._count(lost):
            return
        reason = v.concat(f"{name} '", lost[name], f"' is not in table {parent}")
        self._add(
            lost.select(
                *PLACE,
                quarantine_code=v.literal("orphan", "string"),
                quarantine_reason=reason,
                quarantine_allowed=v.null("string"),
            )
        )

    def unresolved(self, name: str, ids: Table, column: str) -> int:
        """Count the rows whose optional reference finds nothing."""
        return self._count(self._unmatched(name, ids, column))

    def _unmatched(self, name: str, ids: Table, column: str, only: str | None = None) -> Table:
        good = self.without(self._judged)
        if only is not None:
            good = good.filter(good.subject_kind == v.literal(only, "string"))
        good = good.filter(good[name].notnull()).select(*PLACE, name)
        return good.anti_join(ids, [good[name] == ids[column]])

    def _add(self, bad: Table) -> None:
        part = self.engine.materialise(bad, f"bad-{self.schema.name}")
        self._parts.append(part)
        self.count += self._count(part)

    def _count(self, table: Table) -> int:
        return int(self.engine.rows(table.aggregate(n=table.count()))[0]["n"])


def _first_day() -> Column:
    return v.literal(_FIRST_DAY, "date")
