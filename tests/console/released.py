"""The console's database as a release left it, brought forward to this program: run in a process of its own.

`python -m tests.console.released STORE BOOK` builds the database that DATABASE_URL names, or one in the
store, by the steps of the release, fills it with `released.json`, brings it up to date, and tells on stdout,
in JSON, what was found on the way.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

RELEASED = {
    "audit": "0001_initial",
    "people": "0001_initial",
    "publishing": "0001_initial",
    "work": "0001_initial",
    "desk": "0001_initial",
    "policies": "0001_initial",
    "warnings": "0001_initial",
    "customers": "0001_initial",
    "runs": "0001_initial",
    "administration": "0001_initial",
}
"""The last step of each part in the release."""

OF_LATER_TABLES: frozenset[str] = frozenset()
"""Pages of one object of a table that the release did not have."""

EMPTIED = ("warnings.listcolumns",)
"""Tables whose rows a migration made rows of another of: the columns of a list became a saved filter."""

MOVED: frozenset[tuple[str, str]] = frozenset()
"""Columns, by table, whose values a later step changes on purpose; that step has a test of its own."""

ROWS = Path(__file__).parent / "released.json"


def tables() -> list[Any]:
    """Give the models of the console's parts, in the order of their parts."""
    from django.apps import apps

    parts = [one for one in apps.get_app_configs() if one.name.startswith("postloan.")]
    return [model for part in parts for model in part.get_models()]


def build() -> Any:
    """Make the tables of the release; give its historical models."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    for part, step in RELEASED.items():
        call_command("migrate", part, step, verbosity=0)
    nodes: list[tuple[str, str | None]] = list(RELEASED.items())
    return MigrationExecutor(connection).loader.project_state(nodes).apps


def fill(past: Any) -> Counter[str]:
    """Put the rows of the release into its tables; give how many each took."""
    from django.db import transaction

    told = json.loads(ROWS.read_text(encoding="utf-8"))
    taken: Counter[str] = Counter()
    with transaction.atomic():  # keys between tables are looked at when it ends
        for one in told:
            model = past.get_model(one["model"])
            values = {model._meta.pk.attname: one["pk"]}
            for name, value in one["fields"].items():
                field = model._meta.get_field(name)
                values[field.attname] = (
                    field.target_field.to_python(value) if field.is_relation else (field.to_python(value))
                )
            model(**values).save(force_insert=True)
            taken[one["model"]] += 1
    _move_sequences(past)
    return taken


def _move_sequences(past: Any) -> None:
    """Let numbers go on after those of the rows, as they do where the database gave them."""
    from django.core.management.color import no_style
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(past.get_models())):
            cursor.execute(statement)


def rows(models: Any) -> dict[str, dict[str, dict[str, str]]]:
    """Give what stands in the tables, by table, key and column."""
    return {
        model._meta.label_lower: {
            str(one[model._meta.pk.attname]): {name: str(value) for name, value in one.items()}
            for one in model._default_manager.values()
        }
        for model in models
    }


def lost(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Name each table, row and value that was there and is there no more."""
    kept = {table: keys for table, keys in before.items() if table not in EMPTIED}
    found = [f"table {table}" for table in kept if table not in after]
    for table, keys in kept.items():
        for key, values in keys.items():
            now = after.get(table, {}).get(key)
            if now is None:
                found.append(f"row {table} {key}")
                continue
            found += [
                f"{table} {key} {name}: {value} became {now.get(name)}"
                for name, value in values.items()
                if now.get(name) != value and (table, name) not in MOVED
            ]
    return found


def _files(store: Path, book: Path) -> None:
    """Put beside the database what a bank keeps in files: packs of drafts, evidence, ledger, quarantine."""
    from django.conf import settings

    from postloan.console.policies import folders, reading
    from postloan.console.work.files import keep
    from tests.console import bank, bank_house, bank_work, small_policy

    home = reading.home()
    small_policy.write(home / "small")
    for name, base in (("small_v1", "small"), ("small_v2", "small_v1"), ("small_v3", "small_v1")):
        folders.create(home / name, home / base if base != "small" else "small", f"草案 {name}")
        entry = {"name": "position_max_age", "value": 30, "unit": "days", "overrides": "决议"}
        folders.put_entry(home / name, "parameter", {**entry, "effective_from": bank.DRAFTS_FROM})
    for outlet in bank_work.NUMBERS:
        keep([bank_work.PNG, outlet.encode()], settings.EVIDENCE, ["image/png"])
    (store / "ledger").mkdir(parents=True)
    bank_house.ledger(store / "ledger")
    bank_house.quarantine(book)


def shut_pages() -> list[str]:
    """Open every page as who may open it; name those that do not open."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tests.console.routes import ROUTES

    found = []
    for route in (one for one in ROUTES if one.method == "get" and one.name not in OF_LATER_TABLES):
        client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
        client.force_login(get_user_model().objects.get(pk=route.right))
        answer = client.get(route.own)
        if answer.status_code != 200:
            found.append(f"{route.name} {route.own}: {answer.status_code}")
    return found


def main(store: Path, book: Path) -> dict[str, Any]:
    """Build, fill, bring forward and look; give what was found."""
    from django.core.management import call_command

    past = build()
    parts = [model for model in past.get_models() if model._meta.app_label in RELEASED]
    fill(past)
    before = rows(parts)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    after = rows(tables())
    _files(store, book)
    from postloan.console.audit.services import record, verify

    holds = verify().broken_at is None
    pages = shut_pages()
    record(actor="system", action="publish", object_kind="run", object_id="next")
    return {
        "empty": [table for table, keys in before.items() if not keys],
        "rows": sum(len(keys) for keys in before.values()),
        "lost": lost(before, after),
        "shut": pages,
        "chain": holds and verify().broken_at is None,
    }


if __name__ == "__main__":
    from postloan.console import serving

    at = Path(sys.argv[1])
    serving.configure(at, sys.argv[2], "")
    print(json.dumps(main(at, Path(sys.argv[2])), ensure_ascii=False))
