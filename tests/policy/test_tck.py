"""The DMN conformance cases, by the interpreter: never a wrong value; what is not supported is refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from postloan.errors import PolicyError
from tests.policy.tck_models import Model, cases, same

PASSED_AT_LEAST = {"compliance-level-2": 113, "compliance-level-3": 63}
"""What passed when the cases were last counted; the rest is refused, until the language is complete."""


@pytest.mark.tck
@pytest.mark.parametrize("level", sorted(PASSED_AT_LEAST))
def test_never_a_wrong_value(tck: Path, level: str, capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    wrong, refused = [], Counter[str]()
    for model_path in sorted((tck / level).glob("*/*.dmn")):
        for test_path in sorted(model_path.parent.glob("*-test-*.xml")):
            for case in cases(test_path):
                outcome, note = _outcome(model_path, case.inputs, case.expected)
                counts[outcome] += 1
                refused[model_path.stem] += outcome == "refused"
                if outcome == "wrong":
                    wrong.append(f"{model_path.stem} {case.id}: {note}")
    with capsys.disabled():
        print(f"\n{level}: {dict(counts)}; refused in {dict(+refused)}")
    assert wrong == []
    assert counts["passed"] >= PASSED_AT_LEAST[level]


def _outcome(path: Path, inputs: object, expected: object) -> tuple[str, str]:
    assert isinstance(inputs, dict)
    assert isinstance(expected, dict)
    try:
        model = Model(path)
        for name, value in expected.items():
            found = model.answer(name, inputs)
            if not same(found, value):
                return "wrong", f"{name} is {found!r}, expected {value!r}"
    except PolicyError as error:
        return "refused", error.message
    return "passed", ""
