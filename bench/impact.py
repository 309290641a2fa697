"""Seconds that an impact takes on a simulated bank: a threshold lowered, a row of measures, the same pack.

    python -m bench.impact --loans 100000
    python -m bench.impact --store STORE          # a store that is there, its last day

The first draft touches signals, colours, classes and measures, the second all but signals, the third
measures alone. The store must be of the pack and version at hand, else the side in force is computed anew.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from importlib import resources
from pathlib import Path

from bench.__main__ import SIMULATED_ON, _simulated
from postloan.run.daily import run_day
from postloan.run.impact import Request, impact

PACK = "id: a_draft\nextends: cn_rural\ncurrency: CNY\n"
SIGNAL = """
- code: REP05
  name: {en: 46 days past due and beyond}
  family: repayment
  subject: loan
  fact: loan.dpd_days
  when: not(loan.is_entrusted)
  grades: {red: ">= 46"}
  suppress_days: 30
  effort_minutes: 60
  overrides: a trial
"""


def main() -> None:
    """Make or take a store, and print what each draft takes."""
    parser = argparse.ArgumentParser(prog="python -m bench.impact", description=__doc__.splitlines()[0])
    parser.add_argument("--loans", type=int, default=100_000, help="size of the simulated bank")
    parser.add_argument("--store", type=Path, help="a store that is there")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--memory", default="8GiB")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="postloan-bench-") as made:
        store = told.store or _store(told, Path(made))
        for name, draft in _drafts(Path(made)):
            _measure(name, draft, store, told)


def _store(told: argparse.Namespace, made: Path) -> Path:
    case, started = _simulated(told.loans, made), time.perf_counter()
    run_day(case.book, SIMULATED_ON, made / "store", threads=told.threads, memory=told.memory)
    print(f"ran the day in {time.perf_counter() - started:.1f} s\n")
    return made / "store"


def _drafts(made: Path) -> list[tuple[str, str]]:
    lower = made / "lower"
    (lower / "signals").mkdir(parents=True)
    (lower / "pack.yaml").write_text(PACK, encoding="utf-8")
    (lower / "signals" / "own.yaml").write_text(SIGNAL, encoding="utf-8")
    return [
        ("a threshold lowered", str(lower)),
        ("a rule of the colours", _table(made, "colour", "3", "2")),
        ("a row of measures", _table(made, "dunning", "15", "45")),
        ("the same pack", "cn_rural"),
    ]


def _table(made: Path, name: str, old: str, new: str) -> str:
    """Write a draft with one bound of a shipped table changed."""
    folder = made / f"draft_{name}"
    (folder / "tables" / name).mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    shipped = resources.files("postloan") / "packs" / "cn_rural" / "tables" / name / "1900-01-01.dmn"
    text = shipped.read_text(encoding="utf-8").replace(
        f"<text>&gt;= {old}</text>", f"<text>&gt;= {new}</text>"
    )
    text = text.replace(f'<decision id="{name}"', f'<decision id="{name}" postloan:overrides="a trial"')
    (folder / "tables" / name / "1900-01-01.dmn").write_text(text, encoding="utf-8")
    return str(folder)


def _measure(name: str, draft: str, store: Path, told: argparse.Namespace) -> None:
    started = time.perf_counter()
    found = impact(Request(draft, store), threads=told.threads, memory=told.memory)
    seconds = time.perf_counter() - started
    total, day = found["total"], found["days"][0]
    shared = ", ".join(day["shared"]) or "nothing"
    print(f"{name}: {total['loans']:,} loans, {total['changed_customers']:,} customers change colour")
    print(f"  {seconds:.1f} s, of which {day['seconds']:.1f} s both packs; shared: {shared}")


if __name__ == "__main__":
    main()
