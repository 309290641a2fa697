"""Commands of the console: serve it, show a run, take feedback, make an operator, prove the audit chain."""

from __future__ import annotations

from pathlib import Path

import click

from postloan.cli.base import print_json, shared
from postloan.cli.running import STORE
from postloan.errors import PostloanError

_BOOK = click.option("--book", default="", help="The book that the store's runs were made from.")
_POLICY = click.option("--policy", default="", help="The pack for names; by default that of the run.")


def _say(text: str) -> None:
    click.echo(text, err=True)


@click.command(
    epilog="""\b
Examples:
  postloan serve --store STORE --book BOOK --port 8000
  DATABASE_URL=postgresql://console@localhost/console postloan serve --store STORE --book BOOK --port 8000"""
)
@click.option("--store", type=STORE, required=True, help="The store whose runs are shown.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@_BOOK
@_POLICY
@click.option(
    "--try-out", is_flag=True, help="Print one sign-in a role with a fresh password; loopback only."
)
@shared
def serve(store: Path, port: int, host: str, book: str, policy: str, *, try_out: bool, as_json: bool) -> None:
    """Serve the console on this machine; the database is DATABASE_URL, else a file in the store.

    With --json it answers with the address once all is ready, and goes on serving.
    """
    from postloan.console import serving

    if try_out and host not in ("127.0.0.1", "localhost", "::1"):
        raise click.UsageError("--try-out gives passwords away, so it listens on 127.0.0.1 only")
    serving.require_bundle()
    serving.configure(store, book, policy)
    serving.prepare(_say)
    if try_out:
        serving.hand_out_sign_ins(_say)
    if as_json:
        print_json({"address": f"http://{host}:{port}/", "store": store})
    serving.serve(host, port, _say)


@click.command(
    epilog="""\b
Examples:
  postloan feedback --store STORE --book BOOK && postloan run BOOK --as-of 2026-11-20 --store STORE
  postloan feedback --store STORE --book 'database:postgresql://reader@host/core#FOLDER' --json"""
)
@click.option("--store", type=STORE, required=True, help="The store of the console.")
@click.option("--book", required=True, help="The book's folder, or database:URL#FOLDER.")
@shared
def feedback(store: Path, *, book: str, as_json: bool) -> None:
    """Write what people did in the console into the book, for the next run to read.

    A book that is a database is never written to: what people did goes into the folder that its address
    names behind #, and whoever is given that address reads both.
    """
    from postloan.console import serving

    serving.configure(store, book, "")
    serving.require_database()
    from postloan.console.work.feedback import feedback_export

    counts = feedback_export(book=book)
    if as_json:
        print_json({"rows": counts})
    else:
        told = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
        click.echo(f"written into the book: {told or 'nothing, since nobody did anything yet'}")


@click.command(
    epilog="""\b
Examples:
  postloan publish --store STORE --book BOOK
  postloan publish --store STORE --book BOOK --json"""
)
@click.option("--store", type=STORE, required=True, help="The store whose last run is to be shown.")
@click.option("--book", required=True, help="The book that it was made from.")
@shared
def publish(store: Path, *, book: str, as_json: bool) -> None:
    """Show the store's last run in the console, as a whole and at once; work is opened for what is new."""
    from postloan.console import serving

    serving.configure(store, book, "")
    serving.require_database()
    from postloan.console.publishing.services import publish as bring

    done = bring(store, book)
    if as_json:
        run = {"run_id": done.publication.run_id, "as_of": done.publication.as_of, "again": done.again}
        print_json({**run, "written": done.written, "removed": done.removed})
    elif done.again:
        click.echo(f"the run of {done.publication.as_of} is shown already")
    else:
        rows = sum(done.written.values()) + sum(done.removed.values())
        click.echo(f"the console shows the run of {done.publication.as_of}; {rows} rows changed")


@click.command(
    epilog="""\b
Examples:
  postloan operator S00001 --store STORE"""
)
@click.argument("staff_id")
@click.option("--store", type=STORE, required=True, help="The store of the console.")
@shared
def operator(staff_id: str, store: Path, *, as_json: bool) -> None:
    """Make a person of the book an operator of the whole bank, with a one-time password.

    This is for the first two. From then on one administrator proposes a role and another confirms it.
    """
    from postloan.console import serving

    serving.configure(store, "", "")
    serving.require_database()
    from postloan.console.administration import first, services

    told = first.make_operator(staff_id)
    if as_json:
        print_json({"staff_id": staff_id, "password": told, "valid_days": services.VALID_DAYS})
    else:
        click.echo(f"{staff_id} signs in with {told} within {services.VALID_DAYS} days, and changes it then")


@click.group()
def audit() -> None:
    """Prove that nothing was changed in what the console keeps of people's work."""


@audit.command(
    epilog="""\b
Examples:
  postloan audit verify --store STORE
  postloan audit verify --store STORE --head head.json"""
)
@click.option("--store", type=STORE, required=True, help="The store of the console.")
@click.option(
    "--head", type=click.Path(path_type=Path), help="A head that was exported: it must lie in the chain."
)
@click.option("--export", type=click.Path(path_type=Path), help="Write the present head to this file.")
@shared
def verify(store: Path, *, head: Path | None, export: Path | None, as_json: bool) -> None:
    """Walk the chain of audit events and name the first link that does not hold (exit 1)."""
    import json

    from postloan.console import serving

    serving.configure(store, "", "")
    serving.require_database()
    from postloan.console.audit import services

    expected = None
    if head is not None:
        try:
            expected = str(json.loads(head.read_text(encoding="utf-8"))["head"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PostloanError(
                "not_a_head",
                "the file holds no exported head",
                where=str(head),
                mend="give a file that --export wrote",
            ) from error
    found = services.verify(expected)
    told = {"events": found.events, "broken_at": found.broken_at, "why": found.why, "head": found.head}
    if export is not None and found.broken_at is None:
        export.write_text(json.dumps({"events": found.events, "head": found.head}) + "\n", encoding="utf-8")
    if as_json:
        print_json(told)
    elif found.broken_at is None:
        click.echo(f"{found.events} events, all in place; head {found.head or '-'}")
    else:
        click.echo(
            f"the chain breaks at event {found.broken_at}: {found.why}; {found.events} events before it hold"
        )
    raise click.exceptions.Exit(0 if found.broken_at is None else 1)


COMMANDS = (serve, publish, feedback, operator, audit)
