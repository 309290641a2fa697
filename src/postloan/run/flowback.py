"""What of the last good run the next one may read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from postloan.engine import Engine
from postloan.errors import RunError
from postloan.results import FLOWS_BACK, Prior
from postloan.run.ledger import Ledger, RunRow
from postloan.run.store import Store
from postloan.run.tables import read_table


def load_prior(
    engine: Engine, store: Store, row: RunRow | None, first_run_on: date, folder: Path | None = None
) -> Prior | None:
    """Give the results of that run as tables with money in cents; None where there is no such run.

    Facts keep the types that they have within a run. `folder` holds the result where it is not the one that
    stands on its day. Raises RunError `result_missing` where the ledger names a run whose result is gone.
    """
    if row is None:
        return None
    folder = folder or store.result(row.as_of)
    paths = {name: folder / f"{name}.parquet" for name in FLOWS_BACK}
    if not paths["loan_state"].exists():
        raise RunError(
            "result_missing",
            f"the result of run {row.run_id} is gone, and the next run reads it",
            where=str(folder),
            mend="put the folder back, or run that day again",
        )
    tables = {name: read_table(engine, path, cents=True) for name, path in paths.items() if path.exists()}
    fingerprint = f"{row.result_hash} {row.input_hash} {row.policy_version} {row.version}"
    return Prior(row.run_id, row.as_of, first_run_on, tables, fingerprint)


def gap(ledger: Ledger, as_of: date, business_days: list[date]) -> list[date]:
    """Give the business days between the last good run before the day and the day itself."""
    last = ledger.prior(as_of)
    return [day for day in business_days if last is not None and last.as_of < day < as_of]
