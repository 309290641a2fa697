"""Starts the console on one machine: settings, database, publication, background work and the web server."""

from __future__ import annotations

import atexit
import gc
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from postloan.errors import PostloanError

Say = Callable[[str], None]


def configure(store: Path, book: str, policy: str, database: str | None = None) -> None:
    """Set the environment that the settings read, and load Django; call it once a process."""
    folder = store / "console"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["POSTLOAN_STORE"] = str(store.absolute())
    if book:
        os.environ["POSTLOAN_BOOK"] = book if ":" in book else str(Path(book).absolute())
    if policy:
        os.environ["POSTLOAN_POLICY"] = policy
    if database:
        os.environ["DATABASE_URL"] = database
    os.environ.setdefault("POSTLOAN_SECRET_KEY", _secret(folder / "secret"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postloan.console.settings")

    import django

    from postloan.console.texts import compile_texts

    compile_texts()
    django.setup()


def _secret(path: Path) -> str:
    if not path.is_file():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


def prepare(say: Say) -> None:
    """Bring the database up to the program's version and publish the store's last run where there is one."""
    from django.conf import settings
    from django.core.management import call_command

    from postloan.console.publishing.services import latest_day, publish

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    if latest_day(settings.STORE) is None:
        say("the store has no result yet: postloan run BOOK --as-of DATE --store STORE")
    elif not settings.BOOK:
        raise PostloanError(
            "no_book",
            "the console shows names and rows from the book, and does not know where it is",
            mend="name it: postloan serve --store STORE --book BOOK",
        )
    else:
        done = publish(settings.STORE, settings.BOOK)
        say(f"shows the run of {done.publication.as_of}")


def require_database() -> None:
    """Raise PostloanError `no_database` where the database is not there, or not of this version."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise PostloanError(
            "no_database",
            "the console's database is not made yet, or is of an earlier version",
            mend="start the console once, which brings it up: postloan serve --store STORE --book BOOK",
        )


def hand_out_sign_ins(say: Say) -> None:
    """Give one member of staff of each role a fresh password and say it, for trying the console out.

    The person with the most customers is chosen where several hold a role.
    """
    from django.db.models import Count

    from postloan.console.audit.services import SYSTEM, record
    from postloan.console.people.models import Staff, StaffRole
    from postloan.console.publishing.models import Warning as Alert
    from postloan.terms import ROLES

    password = secrets.token_urlsafe(9)
    busy = dict(Alert.objects.values_list("owner_id").annotate(Count("pk")))
    say(f"sign in with one of these numbers and the password {password}")
    for role, (english, chinese) in ROLES.items():
        held = sorted(
            StaffRole.objects.filter(role=role, staff__left_on=None).select_related("staff", "institution"),
            key=lambda one: (-busy.get(one.staff_id, 0), one.institution.path.count("/"), one.staff_id),
        )
        if not held:
            continue
        staff: Staff = held[0].staff
        staff.set_password(password)
        staff.save(update_fields=["password"])
        record(
            actor=SYSTEM,
            action="reset_password",
            object_kind="staff",
            object_id=staff.pk,
            reason="--try-out",
        )
        say(f"  {staff.pk:<10} {english} ({chinese}), {held[0].institution.name}")


def require_bundle() -> None:
    """Raise PostloanError `no_bundle` where scripts and styles have not been built."""
    if not (Path(__file__).parent / "static" / "console.js").is_file():
        raise PostloanError(
            "no_bundle", "the console's scripts and styles are not built", mend="run: make web"
        )


def proxied() -> dict[str, Any]:
    """Give what the web server is to believe of the proxy before it; nothing where it stands alone.

    Without it the server drops what a proxy says: links would be made for HTTP, and too many wrong passwords
    from one desk would shut out the whole bank, as everybody would come from the proxy's address.
    """
    from django.conf import settings

    if not settings.SECURE:
        return {}
    return {
        "trusted_proxy": settings.PROXY,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-proto", "x-forwarded-for"},
    }


def settle() -> None:
    """Read what every page needs, and leave it out of the search for garbage.

    A pack and the console itself are some hundred thousand objects that live as long as the process; looking
    through them for garbage holds a page up for more than a tenth of a second.
    """
    from django.urls import get_resolver

    from postloan.console.publishing.selectors import current
    from postloan.console.words import policy_of

    get_resolver()._populate()
    run = current()
    if run is not None:
        policy_of(run.policy_version, run.as_of)
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # else libraries complain at the end of what nobody has taken away


def _warm(say: Say) -> None:
    """Make the pack, and the rows of the book, ready beside the first requests."""
    from django.db import connections

    from postloan.console.customers.rows import warm
    from postloan.console.publishing.selectors import current

    try:
        settle()
        warm(current())
    except PostloanError as error:
        say(f"pages show no rows of the book: {error.message}")
    finally:
        connections.close_all()


def serve(host: str, port: int, say: Say) -> None:
    """Serve until interrupted, with one process for background work that ends with this one."""
    from waitress.server import create_server

    from postloan.console.work.jobs import start_raising
    from postloan.console.wsgi import application

    require_bundle()
    start_raising()
    server = create_server(application, host=host, port=port, threads=8, ident="postloan", **proxied())
    worker = subprocess.Popen(
        [sys.executable, "-m", "django", "db_worker", "--queue-name", "*", "--no-startup-delay"],
        env=dict(os.environ),
        start_new_session=True,  # so that what it started can be ended with it
    )
    warming = threading.Thread(target=_warm, args=(say,), daemon=True)
    warming.start()
    ended = threading.Event()

    def stop(*_signal: object) -> None:
        if not ended.is_set():
            ended.set()
            server.close()

    signal.signal(signal.SIGTERM, stop)
    say(f"open http://{host}:{port}/ — Ctrl+C stops it")
    try:
        server.run()
    except (KeyboardInterrupt, OSError):
        if not ended.is_set():
            say("stopping")
    finally:
        server.close()
        _end(worker)
        warming.join(timeout=60)  # to end while the book is read would abort the process


def _end(worker: subprocess.Popen[bytes]) -> None:
    """End background work with all that it started; what is stopped half-way can be asked for again."""
    worker.terminate()
    try:
        worker.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
