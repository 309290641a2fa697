"""The worked example for authors of policy says what its commands print, and holds the table imported."""

from __future__ import annotations

import pytest

from tools.policy_example import differences


@pytest.mark.slow
def test_the_worked_example_is_what_the_commands_print():
    assert differences() == []
