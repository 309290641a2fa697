"""Puts an impact together: opens the days, runs both packs, compares, sums up, and draws a sample."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from postloan.engine import Engine, Table, open_engine
from postloan.engine import verbs as v
from postloan.errors import PolicyError
from postloan.policy import pack as packs
from postloan.policy.checking import check_pack
from postloan.policy.pack import Pack
from postloan.run import files
from postloan.run.impact import export
from postloan.run.impact.compare import Differences, compare
from postloan.run.impact.days import PastDay, open_day
from postloan.run.impact.goodness import judge
from postloan.run.impact.ranks import Ranks
from postloan.run.impact.sample import drawn, touched
from postloan.run.impact.sides import Both, Pair
from postloan.run.impact.sums import CHANGES, Row, sums
from postloan.run.impact.told import in_units, together
from postloan.run.inputs import Inputs, admit
from postloan.run.progress import Progress, Silent
from postloan.run.reading import last_run, pack_of
from postloan.run.rules import environment


@dataclass(frozen=True)
class Request:
    """What is asked.

    Args:
        draft: the pack that is proposed: a folder, or a shipped pack's name.
        store: the store with the runs.
        against: the pack in force; that of the last of the days' runs when None.
        days: past days with a result; the store's last when empty.
        draft_as_of: the day as on which the draft's own entries stand, though they begin after the past day;
            when None the last day on which one of them begins.
        book: the book, from which facts are computed anew for both packs; stored facts are used when None.
        outcomes: what came of customers, as `run.evaluate` reads it.
        horizon_days: within how many days after an alert an outcome makes it right.
        min_colour: the mildest colour that counts as an alert.
        sample: how many customers to show for each day.
        out: a folder for the full lists as CSV.
        lang: the language of labels in conditions.
    """

    draft: str
    store: Path
    against: str | None = None
    days: tuple[date, ...] = ()
    draft_as_of: date | None = None
    book: str | None = None
    outcomes: Path | None = None
    horizon_days: int = 90
    min_colour: str = "orange"
    sample: int = 5
    out: Path | None = None
    lang: str = "en"


@dataclass
class _Made:
    """What the days came to."""

    sums: list[Row] = field(default_factory=list)
    days: list[Row] = field(default_factory=list)
    samples: list[list[Row]] = field(default_factory=list)
    lists: dict[str, list[Table]] = field(default_factory=lambda: {name: [] for name in export.FILES})


def impact(
    asked: Request, *, threads: int | None = None, memory: str = "4GiB", progress: Progress | None = None
) -> dict[str, Any]:
    """Run a draft over past days beside the pack in force.

    Returns:
        draft, against (pack ids), draft_as_of, draft_entries (own: dated entries of the draft itself;
        in_force: those of them that hold as it was tried; first_begins), nothing_changes, total (sums over
        all days), days (each with as_of, run_id, draft_version, against_version, proven, proven_customers
        (null for all), findings, shared, seconds, its own sums and a sample), evaluation (null without
        outcomes) and files.

    Raises PolicyError for a draft that cannot be loaded, is not sound or changes what stored facts were
    computed with; RunError for a day without a result, or one that the store does not hold enough of;
    BookError where book or outcomes cannot be read.
    """
    speaker = progress or Silent()
    try:
        with open_engine(threads=threads, memory=memory) as engine:
            return _Impact(engine, asked, speaker).tell()
    finally:
        speaker.end()


class _Impact:
    """One impact on one engine."""

    def __init__(self, engine: Engine, asked: Request, progress: Progress) -> None:
        self.engine, self.asked, self.progress = engine, asked, progress
        days: list[date | None] = [*sorted(set(asked.days))] or [None]
        rows = [last_run(engine, asked.store, day) for day in days]
        self.days = [row.as_of for row in rows]
        self.draft = packs.load(asked.draft)
        self.against = _in_force(asked.against, rows[-1].policy_version)
        self.standing = asked.draft_as_of or max(self.draft.last_begin(), self.days[-1])
        _require_sound(self.draft, self.standing)
        self.inputs = self._inputs()

    def _inputs(self) -> Inputs | None:
        if self.asked.book is None:
            return None
        folder = files.empty_folder(self.engine.scratch / "gate")
        return admit(self.engine, self.asked.book, self.against.as_of(self.days[-1]), folder)

    def tell(self) -> dict[str, Any]:
        """Run every day and give the document."""
        both = Both(self.engine, self.against, self.draft, self.progress, standing=self.standing)
        made = _Made()
        for number, day in enumerate(self.days, start=1):
            self.progress.day(day, number, len(self.days))
            self._day(both.run(open_day(self.engine, self.asked.store, day, self.inputs)), made)
        evaluation = self._evaluation(both)
        written = export.write(self.engine, self.asked.out, made.lists) if self.asked.out else []
        whole = together(made.sums)
        days = [
            {**head, **in_units(one), "sample": in_units(shown)}
            for head, one, shown in zip(made.days, made.sums, made.samples, strict=True)
        ]
        return {
            "draft": self.draft.id,
            "against": self.against.id,
            "draft_as_of": self.standing,
            "draft_entries": self._entries(both),
            "nothing_changes": not any(whole[name] for name in CHANGES),
            "total": {"days": len(days), **in_units(whole)},
            "days": days,
            "evaluation": evaluation,
            "files": written,
        }

    def _entries(self, both: Both) -> Row:
        """Tell how many entries are the draft's own, and how many of them hold as it is tried on the days."""
        own = self.draft.own()
        held = {id(entry) for day in self.days for entry in both.draft.policy(day).own()}
        first = min((entry.effective_from for entry in own), default=None)
        return {"own": len(own), "in_force": len(held), "first_begins": first}

    def _day(self, pair: Pair, made: _Made) -> None:
        found = compare(self.engine, pair)
        names = _institutions(pair.day)
        told = {str(row["_institution"]): row["_name"] for row in self.engine.rows(names)}
        one = sums(self.engine, found, told, Ranks(pair.against, pair.draft))
        changed = touched(self.engine, found)
        (counted,) = self.engine.rows(changed.aggregate(n=changed.count()))
        made.sums.append(one)
        made.samples.append(
            drawn(self.engine, pair, found, changed, self.asked.sample, self.asked.lang)
            if counted["n"] and self.asked.sample
            else []
        )
        made.days.append(_head(pair))
        if self.asked.out:
            self._list(pair, found, changed, one, names, made)

    def _list(
        self, pair: Pair, found: Differences, changed: Table, one: Row, names: Table, made: _Made
    ) -> None:
        day = v.literal(pair.day.as_of, "date")
        made.lists["changed_loans"].append(export.changed_loans(self.engine, found, changed, day, names))
        made.lists["moves"].append(export.moves(self.engine, one, pair.day.as_of))
        made.lists["work"].append(export.work(found, day, names))

    def _evaluation(self, both: Both) -> dict[str, Any] | None:
        if self.asked.outcomes is None:
            return None
        return judge(
            self.engine,
            (both.against, both.draft),
            self.days,
            self.asked.outcomes,
            horizon_days=self.asked.horizon_days,
            min_colour=self.asked.min_colour,
        )


def _in_force(name: str | None, version: str | None) -> Pack:
    """Give the pack in force: as asked, else the one that the run names."""
    if name is not None:
        return packs.load(name)
    try:
        return packs.load(pack_of(version))
    except PolicyError as error:
        if error.code != "unknown_pack":
            raise
        raise PolicyError(
            "unknown_pack",
            f"The run used the pack `{pack_of(version)}`, which is not at hand.",
            where=version or "",
            mend="Give its folder with --against FOLDER.",
        ) from error


def _require_sound(draft: Pack, standing: date) -> None:
    """Refuse a draft with errors, naming the first of them."""
    wrong = [one for one in check_pack(draft, environment(), (standing, standing)) if one.severity == "error"]
    if wrong:
        first, more = wrong[0], len(wrong) - 1
        rest = f" (and {more} more: postloan policy check lists them)" if more else ""
        raise PolicyError(first.code, f"{first.message}{rest}", where=first.where, mend=first.mend)


def _institutions(day: PastDay) -> Table:
    return day.book.table("institution").select(_institution="institution_id", _name="name")


def _head(pair: Pair) -> Row:
    """Give what is told of a day beside its sums."""
    row = pair.day.row
    return {
        "as_of": pair.day.as_of,
        "run_id": row.run_id,
        "draft_version": pair.draft.version,
        "against_version": pair.against.version,
        "run_version": row.policy_version,
        "facts": "stored" if pair.day.facts else "book",
        "proven": pair.proven,
        "proven_customers": pair.sample,
        "findings": _findings(pair),
        "shared": sorted(pair.shared),
        "seconds": pair.seconds,
    }


def _findings(pair: Pair) -> list[Row]:
    """Tell where the side in force is not what the run of the day had computed."""
    row = pair.day.row
    if pair.proven is not None:
        return []
    used, now = f"{row.policy_version}, version {row.version}", pair.against.version
    return [
        {
            "code": "not_the_runs_policy",
            "message": f"run {row.run_id} used {used}; what is in force now is {now}: both sides were "
            "computed again, and neither can be held against the stored result",
            "used": row.policy_version,
            "now": now,
        }
    ]
