"""Takes institutions, staff and roles from the book; what administration added stays.

The book is the bank's record of who works where. A role or person that only administration knows is left
alone; one that the book ends is ended here too, and holds from the next request on.
"""

from __future__ import annotations

from typing import Any

from postloan.book.snapshot import Book
from postloan.console.people.models import Institution, Staff, StaffRole
from postloan.engine import Engine


def take(engine: Engine, book: Book) -> None:
    """Make institutions, staff and roles those of the book, within the caller's transaction."""
    _institutions(engine.rows(book.table("institution")))
    staff = engine.rows(book.table("staff"))
    _staff(staff)
    _roles(staff, engine.rows(book.table("staff_role")))


def _institutions(rows: list[dict[str, Any]]) -> None:
    parents = {row["institution_id"]: row["parent_id"] for row in rows}
    made = [
        Institution(
            institution_id=row["institution_id"],
            name=row["name"],
            parent_id=row["parent_id"] if row["parent_id"] in parents else None,
            kind=row["kind"],
            path=_path(row["institution_id"], parents),
        )
        for row in rows
    ]
    made.sort(key=lambda one: one.path.count("/"))  # parents before their children
    Institution.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["institution_id"],
        update_fields=["name", "parent", "kind", "path"],
    )


def _path(place: str, parents: dict[str, str | None]) -> str:
    chain: list[str] = []
    at: str | None = place
    while at is not None and at in parents and at not in chain:
        chain.append(at)
        at = parents[at]
    return "/" + "/".join(reversed(chain)) + "/"


def _staff(rows: list[dict[str, Any]]) -> None:
    known = {one.pk: one for one in Staff.objects.all()}
    fresh = []
    for row in rows:
        told = {
            "name": row["name"],
            "institution_id": row["institution_id"],
            "level": row["level"] or "",
            "hired_on": row["hired_on"],
            "left_on": row["left_on"],
        }
        one = known.get(row["staff_id"])
        if one is None:
            one = Staff(staff_id=row["staff_id"], **told)
            one.set_unusable_password()
            fresh.append(one)
        elif any(getattr(one, name) != value for name, value in told.items()):
            Staff.objects.filter(pk=one.pk).update(**told)
    Staff.objects.bulk_create(fresh)


def _roles(staff: list[dict[str, Any]], more: list[dict[str, Any]]) -> None:
    """Make the roles that come from the book those that it names now; others of its roles end at once."""
    named = {
        (row["staff_id"], row["role"], row["institution_id"], row.get("since")): row.get("until")
        for row in [*staff, *more]
        if row["role"]
    }
    for held in StaffRole.objects.filter(from_book=True):
        key = (held.staff_id, held.role, held.institution_id, held.since)
        if key not in named or named[key] != held.until:
            held.delete()
        else:
            named.pop(key)
    StaffRole.objects.bulk_create(
        StaffRole(staff_id=who, role=role, institution_id=place, since=since, until=until, from_book=True)
        for (who, role, place, since), until in named.items()
    )
