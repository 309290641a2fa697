"""One attempt at one day: from the gate to the result in its place, with the ledger kept in step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import postloan
from postloan import clock
from postloan.book.findings import Finding
from postloan.engine import Engine
from postloan.errors import PostloanError, RunError
from postloan.policy.pack import Policy
from postloan.run import failure, files, findings, kept
from postloan.run.counts import counts
from postloan.run.flowback import load_prior
from postloan.run.hashes import input_hash, result_hash
from postloan.run.inputs import Inputs, admit, plain_bands, unknown_levels
from postloan.run.ledger import UNFINISHED, Ledger, RunRow, write_row
from postloan.run.progress import Progress
from postloan.run.publish import publish
from postloan.run.stages import STAGES, Context
from postloan.run.store import Store
from postloan.run.work import Record, Work

_BESIDE = 3  # the gate and the inputs before the stages, the results after them


class Attempt:
    """Runs or verifies one day; afterwards tells its counts, findings and quarantined rows."""

    def __init__(
        self,
        store: Store,
        ledger: Ledger,
        books: Engine,
        engine: Engine,
        progress: Progress,
        policy: Policy,
        as_of: date,
    ) -> None:
        self.counts: dict[str, Any] = {}
        self.findings: list[Finding] = []
        self.quarantined = 0
        self.controls_hold = True
        self.verified: bool | None = None
        self._store, self._ledger = store, ledger
        self._books, self._engine = books, engine
        self._progress, self._policy, self._as_of = progress, policy, as_of
        self._prior_row = ledger.prior(as_of)
        self._first_run_on = ledger.first_run_on(as_of)
        self._first_records: list[Record] = []

    def run(self, book: str) -> RunRow:
        """Run the day, or take up an unfinished run with the same inputs; put the result in place."""
        self._row = self._begin()
        with self._failing():
            inputs, hashed = self._admit(book, self._store.folder / "work" / "gate")
            self._row = self._with_inputs(hashed)
            work = self._work(self._store.work(self._row.run_id))
            result = self._compute(inputs, work)
            done = self._done(work, result)
            write_row(self._books, done, work.folder / "results" / "run.parquet")
            self._tell(inputs, work.folder / "results")
            self.findings += self._later_days(result)
            publish(self._store, self._ledger, done, work.folder / "results")
        files.remove(self._store.folder / "work" / "gate")
        return done

    def verify(self, book: str) -> RunRow:
        """Compute the day once more in scratch, and compare the hash with that of the result in place.

        Raises RunError `nothing_to_verify` where the day has no result, `inputs_changed` where the book or
        the results before are no longer those that the stored run read, and `policy_changed` likewise.
        """
        stored = self._ledger.row_in(self._store.result(self._as_of))
        if stored is None:
            raise RunError(
                "nothing_to_verify",
                f"{self._as_of.isoformat()} has no result",
                where=str(self._store.folder),
                mend="run the day first",
            )
        inputs, hashed = self._admit(book, self._store.scratch / "verify" / "gate")
        self._require_same(stored, "inputs_changed", "book or results before", stored.input_hash, hashed)
        self._require_same(stored, "policy_changed", "policy", stored.policy_version, self._policy.version)
        work = self._work(self._store.scratch / "verify")
        result = self._compute(inputs, work)
        self._tell(inputs, work.folder / "results")
        self.verified = result == stored.result_hash
        files.remove(work.folder)
        return stored

    def _require_same(self, stored: RunRow, code: str, what: str, then: str | None, now: str) -> None:
        if then != now:
            raise RunError(
                code,
                f"the {what} changed since run {stored.run_id}, so its result cannot be verified",
                where=f"{then} then, {now} now",
                mend="run the day again; the result before is kept under superseded/",
            )

    def _begin(self) -> RunRow:
        """Write a new row into the ledger, or take up the day's last unfinished one if it agrees."""
        fresh = RunRow(
            run_id=self._ledger.new_id(self._as_of),
            as_of=self._as_of,
            mode="full",
            input_hash=None,
            prior_run_id=self._prior_row.run_id if self._prior_row else None,
            policy_version=self._policy.version,
            engine=self._engine.kind,
            version=postloan.__version__,
            started=clock.now(),
        )
        unfinished = [
            row for row in self._ledger.rows() if row.as_of == self._as_of and row.state in UNFINISHED
        ]
        last = unfinished[-1] if unfinished else None
        taken_up = last is not None and _kind(last) == _kind(fresh)
        for row in unfinished[:-1] if taken_up else unfinished:
            files.remove(self._store.work(row.run_id))
        if last is not None and taken_up:
            fresh = replace(last, state="running", reason=None, ended=None)
        return self._ledger.put(fresh)

    def _admit(self, book: str, folder: Path) -> tuple[Inputs, str]:
        """Take the book through the gate, and hash what the run reads."""
        self._progress.stage("gate", 1, len(STAGES) + _BESIDE)
        inputs = admit(self._books, book, self._policy, files.empty_folder(folder))
        self._first_records = [inputs.record]
        began = time.perf_counter()
        prior = load_prior(self._books, self._store, self._prior_row, self._first_run_on)
        tables = inputs.hashed(self._books, self._as_of)
        hashed = input_hash(self._books, tables, prior, self._as_of)
        seconds = round(time.perf_counter() - began, 3)
        self._first_records.append({**inputs.record, "stage": "inputs", "seconds": seconds})
        return inputs, hashed

    def _with_inputs(self, hashed: str) -> RunRow:
        """Write the input hash into the row; a run that had read something else stays failed."""
        row = self._row
        if row.input_hash not in (None, hashed):
            reason = "inputs_changed: the book or the results before changed, so a new run was begun"
            self._ledger.put(replace(row, state="failed", reason=reason, ended=clock.now()))
            files.remove(self._store.work(row.run_id))
            row = replace(row, run_id=self._ledger.new_id(self._as_of), started=clock.now(), stages="[]")
        return self._ledger.put(replace(row, input_hash=hashed))

    def _work(self, folder: Path) -> Work:
        folder.mkdir(parents=True, exist_ok=True)
        return Work(folder, self._progress, len(STAGES) + _BESIDE)

    def _compute(self, inputs: Inputs, work: Work) -> str:
        """Do what is missing of the stages and the results; give the result hash."""
        for record in self._first_records:
            work.note(record)
        book = inputs.book(self._engine, self._as_of)
        self.findings += inputs.passed.findings
        for look in (plain_bands, unknown_levels):
            self.findings += look(self._engine, book, self._policy)
        prior = load_prior(self._engine, self._store, self._prior_row, self._first_run_on)
        context = Context(self._engine, book, self._policy, prior, self._as_of, self._first_run_on)
        made = {"book": inputs.files}
        for stage in STAGES:
            work.compute(stage, context, [path for name in stage.reads for path in made[name]])
            made |= {name: [work.path(stage.name, name)] for name in stage.writes}
        tables = [path for stage in STAGES for name in stage.writes for path in made[name]]

        def gather(folder: Path) -> Record:
            for path in tables:
                files.link_or_copy(path, folder / path.name)
            for path in inputs.passed.quarantine.values():
                (folder / "quarantine").mkdir(exist_ok=True)
                files.link_or_copy(path, folder / "quarantine" / path.name)
            kept.keep(self._books, inputs.book(self._books, self._as_of), folder / kept.FOLDER)
            return {"rows": 0, "result_hash": result_hash(self._books, folder)}

        return str(work.step("results", tables, gather)["result_hash"])

    def _done(self, work: Work, result: str) -> RunRow:
        kept = [
            {key: record[key] for key in ("stage", "seconds", "rows", "bytes_read")}
            for record in work.records
        ]
        row = replace(self._row, state="done", ended=clock.now(), result_hash=result)
        return row.with_stages(kept)

    def _later_days(self, result: str) -> list[Finding]:
        """Tell of later days whose results were computed from another result of this day, or without one."""
        later = [day.isoformat() for day in self._store.days() if day > self._as_of]
        standing = self._ledger.row_in(self._store.result(self._as_of))
        if not later or (standing is not None and standing.result_hash == result):
            return []
        return [findings.later_days(later)]

    def _tell(self, inputs: Inputs, folder: Path) -> None:
        self.counts = counts(self._books, folder)
        self.findings += findings.of_result(self._books, folder)
        if self._prior_row is not None:
            self.findings += findings.of_prior(self._store.result(self._prior_row.as_of))
        self.quarantined = inputs.quarantined
        self.controls_hold = inputs.controls_hold

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Write a failure into the ledger with its typed reason, and pass it on with that type."""
        try:
            yield
        except Exception as error:
            told: PostloanError = failure.typed(error, f"run {self._row.run_id}")
            row = replace(self._row, state="failed", reason=failure.reason(told), ended=clock.now())
            self._ledger.put(row)
            if told is error:
                raise
            raise told from error


def _kind(row: RunRow) -> tuple[object, ...]:
    """Give what must agree for a run to be taken up again, apart from the input hash."""
    return (row.mode, row.prior_run_id, row.policy_version, row.engine, row.version)
