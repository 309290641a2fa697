"""Conformance to DMN: the kit's cases through the interpreter and through columns, counted by folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from postloan.errors import PolicyError
from postloan.policy import graph
from postloan.policy.conformance_files import Case, CaseFile, Untyped, folders, typed
from postloan.policy.feel.values import CONTEXT, equal, text, written

if TYPE_CHECKING:
    from postloan.engine import Engine

AS_OF = date(2026, 1, 1)
"""The business date of all cases; none of the kit's depends on it."""

CLOSE = Decimal("1e-8")
"""How far numbers may differ, as the kit allows."""

OUTCOMES = ("passed", "failed", "refused")
PATHS = ("compiled", "interpreted")

Ask = Callable[[graph.Model, str, Mapping[str, Any]], object]


@dataclass
class Folder:
    """The counts of one folder: of cases, and of each path by itself."""

    folder: str
    cases: Counter[str] = field(default_factory=Counter)
    paths: dict[str, Counter[str]] = field(default_factory=lambda: {path: Counter() for path in PATHS})
    failures: list[dict[str, str]] = field(default_factory=list)
    refusals: list[dict[str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Give the folder as `policy tck --json` prints it."""
        return {
            "folder": self.folder,
            **_counts(self.cases),
            **{path: _counts(counts) for path, counts in self.paths.items()},
            "failures": self.failures,
            "refusals": self.refusals,
        }


@dataclass
class Report:
    """The folders of one run, and all of them together."""

    folders: list[Folder]

    def totals(self) -> dict[str, Any]:
        """Give the sums over all folders."""
        cases = sum((one.cases for one in self.folders), Counter[str]())
        paths = {path: sum((one.paths[path] for one in self.folders), Counter[str]()) for path in PATHS}
        return {**_counts(cases), **{path: _counts(counts) for path, counts in paths.items()}}

    def as_dict(self) -> dict[str, Any]:
        """Give the report as `policy tck --json` prints it."""
        return {"folders": [one.as_dict() for one in self.folders], "totals": self.totals()}


def _counts(counts: Counter[str]) -> dict[str, int]:
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def run(
    folder: Path, engine: Engine | None, step: Callable[[str, int, int], object] = lambda *_: None
) -> Report:
    """Run the cases of the kit in a folder and below.

    Args:
        folder: the kit's folder of test cases, or one below it.
        engine: the session that the compiled path runs on; without one that path is refused.
        step: told the folder that is begun, how many are done, and how many there are.

    Returns:
        For each folder how many cases passed (both paths give what is expected), failed (a path gives
        another value) or are refused (a path raises an error that names the construct).

    Raises:
        PolicyError: `no_conformance_cases`.
    """
    found = folders(folder)
    asks: dict[str, Ask] = {"compiled": partial(_compiled, engine), "interpreted": _interpreted}
    report = Report([])
    for done, (name, files) in enumerate(found.items()):
        step(name, done, len(found))
        counted = Folder(name)
        for file in files:
            _run_file(file, asks, counted)
        report.folders.append(counted)
    return report


def _run_file(file: CaseFile, asks: Mapping[str, Ask], counted: Folder) -> None:
    try:
        model = graph.read_model(file.model.read_bytes(), file.model.name)
    except (PolicyError, OSError) as error:
        for case in file.cases:
            counted.cases["refused"] += 1
            for path in PATHS:
                counted.paths[path]["refused"] += 1
            counted.refusals.append({"case": case.id, "node": "", "path": "", "why": str(error)})
        return
    for case in file.cases:
        outcomes = [_run_case(model, case, path, ask, counted) for path, ask in asks.items()]
        for path, outcome in zip(asks, outcomes, strict=True):
            counted.paths[path][outcome] += 1
        worst = next(one for one in ("failed", "refused", "passed") if one in outcomes)
        counted.cases[worst] += 1


def _run_case(model: graph.Model, case: Case, path: str, ask: Ask, counted: Folder) -> str:
    outcome = "passed"
    for expected in case.expected:
        place = {"case": case.id, "node": expected.node, "path": path}
        try:
            found = _answer(model, case, expected.node, ask)
        except PolicyError as error:
            counted.refusals.append({**place, "why": f"{error.code}: {error.message}"})
            outcome = "refused" if outcome == "passed" else outcome
            continue
        except Exception as error:  # noqa: BLE001 - a fault of this program is a case that failed, not the end of the run
            counted.failures.append(
                {**place, "expected": _shown(expected.value), "got": f"{type(error).__name__}: {error}"}
            )
            outcome = "failed"
            continue
        if not same(found, expected.value):
            counted.failures.append({**place, "expected": _shown(expected.value), "got": _shown(found)})
            outcome = "failed"
    return outcome


def _answer(model: graph.Model, case: Case, node: str, ask: Ask) -> object:
    declared = {**{name: one.kind for name, one in model.inputs.items()}}
    declared |= {name: one.kind for name, one in model.decisions.items()}
    inputs = {name: typed(value, declared.get(name, "any")) for name, value in case.inputs.items()}
    if case.kind == "bkm":
        raise PolicyError("tck_refused", "A business knowledge model is called by a decision, not by itself.")
    if case.kind == "decisionService":
        return _of_service(model, case.asks, inputs, node, ask)
    known = {name: value for name, value in inputs.items() if name in model.inputs or name in model.decisions}
    return ask(model, node, known)


def _of_service(model: graph.Model, name: str, inputs: Mapping[str, Any], node: str, ask: Ask) -> object:
    """Ask a decision service: for one of its decisions by name, or for all under its own name."""
    if name not in model.services:
        raise PolicyError("tck_refused", f"The model has no decision service `{name}`.", where=model.where)
    service = model.services[name]
    allowed = {*service.inputs, *service.input_decisions}
    given = {**dict.fromkeys(service.input_decisions), **{k: v for k, v in inputs.items() if k in allowed}}
    if node in service.outputs:
        return ask(model, node, given)
    return ask(model, name, given)


def _interpreted(model: graph.Model, name: str, inputs: Mapping[str, Any]) -> object:
    return graph.decide(model, name, inputs, AS_OF)


def _compiled(engine: Engine | None, model: graph.Model, name: str, inputs: Mapping[str, Any]) -> object:
    from postloan.policy import graph_compiler

    if engine is None:
        raise PolicyError("tck_refused", "There is no engine to run columns on.")
    return graph_compiler.answer(model, name, inputs, AS_OF, engine)


def same(found: object, expected: object) -> bool:
    """Compare as the kit does: numbers to eight places, everything else exactly."""
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return expected.is_finite() and abs(CONTEXT.subtract(found, expected)) < CLOSE
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, Mapping) and isinstance(expected, Mapping):
        return set(found) == set(expected) and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, Untyped) and not isinstance(found, str):
        return text(found) == expected
    return equal(found, expected) is True


def _shown(value: object) -> str:
    return written(str(value) if isinstance(value, Untyped) else value)
