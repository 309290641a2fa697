"""The small bank behind a real server, in a process of its own: what a sign-in by a directory is tried on.

`python -m tests.console.served STORE` makes the database in the store, builds the bank, prints the port and
serves until it is ended. The directory is that of the environment, as for `postloan serve`.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.architecture.sources import ROOT


@dataclass(frozen=True)
class Served:
    """A console that serves: its address, and its database."""

    url: str
    database: Path

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask or change the database beside the server."""
        with closing(sqlite3.connect(self.database, timeout=20)) as held, held:
            return held.execute(query, values).fetchall()

    def events(self, action: str) -> list[tuple[Any, ...]]:
        """Give actor, object and what is told of the events of a kind."""
        return self.ask(
            "select actor, object_id, after from audit_auditevent where action = ? order by seq", action
        )


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Served]:
    """Serve the bank with a directory until the block ends."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_URL", "POSTLOAN_"))
    }
    path = [str(ROOT / "src"), str(ROOT), *filter(None, [kept.get("PYTHONPATH", "")])]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.console.served", str(folder)],
        env=kept | environment | {"PYTHONPATH": os.pathsep.join(path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline().strip()
            assert told, "the console did not start"
            yield Served(f"http://127.0.0.1:{told}", folder / "console" / "console.sqlite3")
        finally:
            process.terminate()


def main(store: Path) -> None:
    """Build and serve."""
    from postloan.console import serving as console

    console.configure(store, str(store / "book"), "")
    from django.core.management import call_command
    from waitress.server import create_server

    from postloan.console.wsgi import application
    from tests.console import bank

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    bank.build()
    server = create_server(application, host="127.0.0.1", port=0, threads=4, ident="postloan")
    print(server.effective_port, flush=True)
    server.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
