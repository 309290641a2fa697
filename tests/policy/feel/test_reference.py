"""`docs/feel.md` is what the code says, and every function has an example for each of its forms."""

from __future__ import annotations

from pathlib import Path

from postloan.engine import Engine
from postloan.policy.feel import reference
from postloan.policy.feel.builtins import FORMS
from postloan.policy.feel.reference_examples import FUNCTIONS

ROOT = Path(__file__).parents[3]


def test_the_reference_in_docs_is_the_one_in_the_code(engine: Engine) -> None:
    written = (ROOT / "docs" / "feel.md").read_text(encoding="utf-8")
    assert written == reference.page(engine), "write it again: python -m postloan.policy.feel.reference"


def test_every_form_of_every_function_has_an_example() -> None:
    assert {name: len(found) for name, found in FUNCTIONS.items()} == {
        name: len(forms) for name, forms in FORMS.items()
    }
