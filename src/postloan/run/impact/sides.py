"""Both packs over one past day: the stages of a run, each once where the packs say the same.

Both sides start from one set of facts, one book and one result before, so that what differs is due to the
pack alone. Their results go into two stores in scratch, which look like any other store. Where the run used
the very pack in force, its stored result is that side's, proven on a sample of customers.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import postloan
from postloan.engine import Engine, Table
from postloan.policy.pack import Pack, Policy
from postloan.run import files
from postloan.run.hashes import result_hash
from postloan.run.impact.affected import differing, laid_over, only, united
from postloan.run.impact.days import PastDay, require_facts, require_same_facts
from postloan.run.impact.proof import not_reproduced, prove, sampled
from postloan.run.impact.watched import Watched, agree, watched
from postloan.run.ledger import Ledger
from postloan.run.progress import Progress
from postloan.run.reading import Results
from postloan.run.stages import FACTS, OF_THE_BOOK, STAGES, Context, Stage
from postloan.run.store import Store
from postloan.run.tables import read_table, write_table


@dataclass(frozen=True)
class Side:
    """One of the two packs, with the store in scratch that its results go to.

    Args:
        standing: the day whose entries of its own hold on every day, before they begin too.
    """

    pack: Pack
    store: Store
    standing: date | None = None

    def policy(self, as_of: date) -> Policy:
        """Give what of the pack is in force on the day."""
        return (
            self.pack.drafted(as_of, max(as_of, self.standing)) if self.standing else self.pack.as_of(as_of)
        )

    def results(self, engine: Engine, as_of: date) -> Results:
        """Give the side's results of a day, which hold no facts unless they were computed from the book."""
        return Results(engine, self.store.result(as_of))


@dataclass(frozen=True)
class Pair:
    """Both sides of one day.

    Args:
        day: the past day.
        against: the policy in force.
        draft: the policy that is proposed.
        old: results under the first; new: under the second.
        old_facts: tables of facts under the first; new_facts: under the second.
        shared: result tables that are one and the same under both.
        proven: whether the results under the policy in force are those that the run had stored; None where
            the run used another policy or version of the program.
        sample: of how many customers that was proven; None for all.
        seconds: what computing took.
    """

    day: PastDay
    against: Policy
    draft: Policy
    old: Results
    new: Results
    old_facts: Mapping[str, Table]
    new_facts: Mapping[str, Table]
    shared: frozenset[str]
    proven: bool | None
    sample: int | None
    seconds: float


FLOW = ("signal", "warning", "loan_state")
"""Results that later stages read; each has the customer it is about."""


@dataclass
class _Sides:
    """Both sides of a day at work.

    Args:
        old: what stages see under the pack in force, whose reading is noted in `notes`; new: the draft.
        shared: tables that are one and the same on both sides.
        changed: for a result that is not, the customers of whom it differs.
        sample: the customers of whom the stored result is proven; None where everybody is computed again.
    """

    old: Context
    new: Context
    notes: Watched
    shared: set[str]
    changed: dict[str, Table] = field(default_factory=dict)
    sample: Table | None = None


class Both:
    """Runs both packs over past days; with `whole` the draft over everybody, affected or not.

    With `standing` the draft's own entries hold as on that day.
    """

    def __init__(
        self,
        engine: Engine,
        against: Pack,
        draft: Pack,
        progress: Progress,
        *,
        standing: date | None = None,
        whole: bool = False,
    ) -> None:
        self._engine, self._progress, self._whole = engine, progress, whole
        scratch = engine.scratch / "impact"
        self.against = Side(against, Store(scratch / "against").made())
        self.draft = Side(draft, Store(scratch / "draft").made(), standing)

    def run(self, day: PastDay) -> Pair:
        """Compute a day under both packs.

        Raises PolicyError `facts_would_change`, RunError `facts_not_kept` or `not_reproduced`, and what the
        stages raise of a pack that cannot be used.
        """
        began = time.perf_counter()
        against, draft = self.against.policy(day.as_of), self.draft.policy(day.as_of)
        require_same_facts(day, against, draft)
        require_facts(day, (against, draft))
        old, notes = self._context(day, against)
        new, _ = self._context(day, draft)
        sides = _Sides(old, new, notes, set(day.facts))
        if day.facts and _is_of_the_run(day, against):
            warned = read_table(self._engine, day.folder / "warning.parquet")
            sides.sample = sampled(self._engine, day, warned)
        stages: Sequence[Stage] = STAGES
        if day.facts:  # with them stands what else was computed from the book
            stages = [stage for stage in STAGES if stage.name not in OF_THE_BOOK]
            self._keep(sides, day)
        for number, stage in enumerate(stages, start=1):
            self._progress.stage(stage.name, number, len(stages))
            self._stage(stage, sides, day)
        proven = self._proven(day, against, whole=sides.sample is None)
        for side in (self.against, self.draft):
            Ledger(side.store, self._engine).put(
                replace(day.row, policy_version=side.policy(day.as_of).version)
            )
        return Pair(
            day,
            against,
            draft,
            self.against.results(self._engine, day.as_of),
            self.draft.results(self._engine, day.as_of),
            old.facts,
            new.facts,
            frozenset(sides.shared - set(FACTS)),
            proven,
            _counted(self._engine, sides.sample),
            round(time.perf_counter() - began, 3),
        )

    def _keep(self, sides: _Sides, day: PastDay) -> None:
        """Give both sides the clocks that the run stored; a draft that changes them was refused."""
        for name in (name for stage in STAGES if stage.name in OF_THE_BOOK[1:] for name in stage.writes):
            source = day.folder / f"{name}.parquet"
            for side, context in ((self.against, sides.old), (self.draft, sides.new)):
                files.link_or_copy(source, self._path(side, day.as_of, name))
                context.tables[name] = read_table(self._engine, source)
            sides.shared.add(name)

    def _context(self, day: PastDay, policy: Policy) -> tuple[Context, Watched]:
        seen, notes = watched(policy)
        context = Context(self._engine, day.book, seen, day.prior, day.as_of, day.first_run_on)
        context.tables.update(day.facts)
        return context, notes

    def _stage(self, stage: Stage, sides: _Sides, day: PastDay) -> None:
        """Take or compute a stage for the pack in force, and compute it for the draft where it can differ."""
        began = time.perf_counter()
        old, new = sides.old, sides.new
        sides.notes.reads.clear()
        if sides.sample is None:
            rows = self._compute(stage, old, self.against)
        else:
            rows = self._take(stage, old, day, sides.sample)
        alike = agree(sides.notes.reads, self.against.policy(old.as_of), self.draft.policy(old.as_of))
        reads = [name for name in stage.reads if name != "book"]
        if alike and set(reads) <= sides.shared:
            sides.shared |= set(stage.writes)
            for name in stage.writes:
                source = self._path(self.against, old.as_of, name)
                files.link_or_copy(source, self._path(self.draft, old.as_of, name))
                new.tables[name] = read_table(self._engine, source)
        else:
            customers = self._affected(reads, sides) if alike and not self._whole else None
            rows += self._compute(stage, new, self.draft, customers, old.tables)
            for name in stage.writes:
                if name in FLOW:
                    sides.changed[name] = differing(self._engine, name, old.tables[name], new.tables[name])
        self._progress.done(stage.name, rows, time.perf_counter() - began, resumed=False)

    def _take(self, stage: Stage, context: Context, day: PastDay, sample: Table) -> int:
        """Take a stage from what the run stored, and compute it again for the sample; gives no rows."""
        again = Path(self._engine.scratch) / "impact" / "again" / stage.name
        again.mkdir(parents=True, exist_ok=True)
        made = stage.compute(replace(context, tables=only(context.tables, sample)))
        computed = {}
        for name in stage.writes:
            write_table(self._engine, name, made[name], again, stage.name)
            computed[name] = read_table(self._engine, again / f"{name}.parquet")
            path = self._path(self.against, context.as_of, name)
            files.link_or_copy(day.folder / path.name, path)
            context.tables[name] = read_table(self._engine, path)
        prove(self._engine, day, sample, {name: context.tables[name] for name in stage.writes}, computed)
        return 0

    def _affected(self, reads: Sequence[str], sides: _Sides) -> Table | None:
        """Give the customers of whom something that a stage reads differs; None where that is not known."""
        unlike = [name for name in reads if name not in sides.shared]
        if any(name not in sides.changed for name in unlike):
            return None
        return united(self._engine, [sides.changed[name] for name in unlike])

    def _compute(
        self,
        stage: Stage,
        context: Context,
        side: Side,
        customers: Table | None = None,
        others: Mapping[str, Table] | None = None,
    ) -> int:
        """Compute a stage, of some customers alone where they are given; `others` holds everybody's rows."""
        seen = context if customers is None else replace(context, tables=only(context.tables, customers))
        made, rows = stage.compute(seen), 0
        version = side.policy(context.as_of).version
        for name in stage.writes:
            table = made[name]
            if customers is not None and others is not None:
                table = laid_over(others[name], table, customers, version)
            path = self._path(side, context.as_of, name)
            rows += write_table(self._engine, name, table, path.parent, stage.name)
            context.tables[name] = read_table(self._engine, path)
        return rows

    def _path(self, side: Side, as_of: date, name: str) -> Path:
        folder = side.store.result(as_of)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.parquet"

    def _proven(self, day: PastDay, against: Policy, *, whole: bool) -> bool | None:
        """Tell whether the results under the pack in force are those of the run; by their hash if `whole`."""
        if not _is_of_the_run(day, against):
            return None
        found = self.against.store.result(day.as_of)
        if whole and result_hash(self._engine, found) != day.row.result_hash:
            raise not_reproduced(day)
        return True


def _is_of_the_run(day: PastDay, against: Policy) -> bool:
    """Tell whether the run used the policy in force and this version of the program."""
    return (day.row.policy_version, day.row.version) == (against.version, postloan.__version__)


def _counted(engine: Engine, sample: Table | None) -> int | None:
    if sample is None:
        return None
    (row,) = engine.rows(sample.aggregate(n=sample.count()))
    return int(row["n"])
