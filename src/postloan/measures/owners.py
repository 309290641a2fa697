"""Who holds a role: looked for at the loan's institution, then at each parent (contract.md, Roles)."""

from __future__ import annotations

from datetime import date

from postloan.book.snapshot import Book
from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.policy.pack import Policy


def holders(engine: Engine, policy: Policy, book: Book, as_of: date) -> Table:
    """Give who answers for each role at each institution: at_institution, role, holder_id.

    The nearest institution upwards where somebody holds the role counts, there the first number of an
    employee in byte order. Roles that nobody holds up to `role_search_levels` institutions are absent.
    """
    held = _held(book, as_of)
    chain = _chain(book, int(policy.parameter("role_search_levels")))
    rows = chain.inner_join(held, chain["_at"] == held.institution_id)
    order = [(rows["_depth"], "asc"), (rows.staff_id, "asc")]
    rows = rows.mutate(_place=v.row_number(partition=[rows.at_institution, rows.role], order=order))
    rows = rows.filter(rows["_place"] == 1)
    found = rows.select(at_institution="at_institution", role="role", holder_id="staff_id")
    return engine.materialise(found, "holders")


def _held(book: Book, as_of: date) -> Table:
    """Give every role that a person in service holds on the day: staff_id, role, institution_id."""
    day = v.literal(as_of, "date")
    staff = book.table("staff")
    hired = staff.hired_on.isnull() | (staff.hired_on <= day)
    here = staff.filter(hired & (staff.left_on.isnull() | (staff.left_on >= day)))
    main = here.select("staff_id", "role", "institution_id")
    more = book.table("staff_role")
    begun = more.since.isnull() | (more.since <= day)
    more = more.filter(begun & (more.until.isnull() | (more.until >= day)))
    more = more.semi_join(here, more.staff_id == here.staff_id).select("staff_id", "role", "institution_id")
    return main.union(more).distinct()


def _chain(book: Book, levels: int) -> Table:
    """Give each institution with itself and those above it: at_institution, _at, _depth."""
    every = book.table("institution").select(_child="institution_id", _parent="parent_id")
    step = every.select(at_institution="_child", _at="_child", _depth=v.literal(0, "integer"))
    chain = step
    for depth in range(1, levels):
        above = step.inner_join(every, step["_at"] == every["_child"])
        above = above.filter(above["_parent"].notnull())
        step = above.select("at_institution", _at="_parent", _depth=v.literal(depth, "integer"))
        chain = chain.union(step)
    return chain
