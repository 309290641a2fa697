from __future__ import annotations

import pytest

from postloan.engine import open_engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    with open_engine(threads=1, scratch=tmp_path_factory.mktemp("signals")) as opened:
        yield opened
