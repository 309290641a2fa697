"""The one table of states: which action leads whom from where to where, and under which conditions.

The services move along it and nowhere else; the page and the documentation show it. It needs no Django.
People take part in a piece of work in a role towards it, which follows from who they are:

owner      whose work it is, or who deputises for that person
colleague  holds the role that the work asks for, at the place of the customer or above
decider    holds the role that decides on it, or one to which that role's work is raised
head       holds a role to which the owner's work is raised
system     the console itself, on time or after a publication

Guards are conditions beyond state and role, by name; `rules.GUARDS` says what each one asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NEW, CLAIMED, IN_PROGRESS = "new", "claimed", "in_progress"
WAITING, SUBMITTED, CLOSED = "waiting", "submitted", "closed"
STATES = (NEW, CLAIMED, IN_PROGRESS, WAITING, SUBMITTED, CLOSED)
"""States of a case or task, in the order in which work goes."""

OPEN = STATES[:-1]
OWNER, COLLEAGUE, DECIDER, HEAD, SYSTEM = "owner", "colleague", "decider", "head", "system"
ROLES = (OWNER, COLLEAGUE, DECIDER, HEAD, SYSTEM)
"""Roles towards a piece of work."""


@dataclass(frozen=True)
class Move:
    """A row of the table.

    Args:
        state: where the work stands.
        action: what is done.
        roles: who may do it, any of them.
        following: where the work stands afterwards; the same state where it does not move.
        guards: conditions that must all hold.
    """

    state: str
    action: str
    roles: tuple[str, ...]
    following: str
    guards: tuple[str, ...] = ()


def _stay(states: Iterable[str], action: str, roles: tuple[str, ...], *guards: str) -> Iterator[Move]:
    for state in states:
        yield Move(state, action, roles, state, guards)


def _to(
    states: Iterable[str], action: str, roles: tuple[str, ...], following: str, *guards: str
) -> Iterator[Move]:
    for state in states:
        yield Move(state, action, roles, following, guards)


_AT_WORK = (CLAIMED, IN_PROGRESS, WAITING)
_ANYBODY = (OWNER, COLLEAGUE, DECIDER, HEAD)


def _common() -> Iterator[Move]:
    yield from _to((NEW,), "claim", (OWNER, COLLEAGUE, HEAD), CLAIMED, "not_taken")
    yield from _to((NEW, *_AT_WORK), "assign", (HEAD,), NEW, "can_do_it")
    yield from _to((IN_PROGRESS,), "wait", (OWNER,), WAITING, "reason_given", "wait_has_an_end")
    yield from _to((WAITING,), "resume", (OWNER,), IN_PROGRESS)
    yield from _to((SUBMITTED,), "withdraw", (OWNER,), IN_PROGRESS)
    yield from _to((SUBMITTED,), "send_back", (DECIDER,), IN_PROGRESS, "not_the_doer", "reason_given")
    yield from _to((CLOSED,), "reopen", (DECIDER, HEAD), IN_PROGRESS, "reason_given")
    yield from _stay((NEW, *_AT_WORK), "snooze", (OWNER,), "reason_given", "snooze_is_short")
    yield from _stay((NEW, *_AT_WORK), "wake", (OWNER,), "is_put_off")
    yield from _to((CLAIMED,), "release", (OWNER,), NEW, "just_taken")
    yield from _stay((NEW,), "unassign", (HEAD,), "just_given")
    yield from _stay((NEW, *_AT_WORK, SUBMITTED), "escalate", (SYSTEM,), "time_is_up")
    yield from _stay(STATES, "note", _ANYBODY, "text_given")


def _of_cases() -> Iterator[Move]:
    yield from _common()
    yield from _to((CLAIMED,), "plan", (OWNER,), IN_PROGRESS, "plan_is_told")
    yield from _stay((IN_PROGRESS, WAITING), "plan", (OWNER,), "plan_is_told")
    yield from _to(
        (IN_PROGRESS, WAITING), "submit", (OWNER,), SUBMITTED, "finding_is_told", "evidence_is_there"
    )
    yield from _to(
        (SUBMITTED,),
        "close",
        (DECIDER,),
        CLOSED,
        "not_the_doer",
        "label_is_told",
        "evidence_is_there",
    )
    yield from _stay(_AT_WORK, "add_evidence", (OWNER, COLLEAGUE, HEAD))
    yield from _stay((CLOSED,), "check_effect", (OWNER, DECIDER, HEAD), "effect_is_due", "text_given")


def _of_tasks() -> Iterator[Move]:
    yield from _common()
    yield from _to((CLAIMED,), "start", (OWNER,), IN_PROGRESS)
    yield from _to(
        (CLAIMED, IN_PROGRESS, WAITING),
        "submit",
        (OWNER,),
        SUBMITTED,
        "somebody_decides",
        "finding_is_told",
        "evidence_is_complete",
    )
    yield from _to(
        (CLAIMED, IN_PROGRESS, WAITING),
        "finish",
        (OWNER,),
        CLOSED,
        "owner_decides",
        "finding_is_told",
        "evidence_is_complete",
    )
    yield from _to((SUBMITTED,), "close", (DECIDER,), CLOSED, "not_the_doer", "evidence_is_complete")
    yield from _to(OPEN, "drop", (OWNER, DECIDER, HEAD), CLOSED, "no_longer_asked", "reason_given")
    yield from _stay(_AT_WORK, "add_evidence", (OWNER, COLLEAGUE, HEAD))


CASE: tuple[Move, ...] = tuple(_of_cases())
"""The table of cases."""

TASK: tuple[Move, ...] = tuple(_of_tasks())
"""The table of tasks."""

PROPOSED, LISTED, LEAVING, LEFT = "proposed", "listed", "leaving", "left"
WATCH_STATES = (PROPOSED, LISTED, LEAVING, LEFT)
PROPOSER, WATCHER = "proposer", "watcher"
WATCH_ROLES = (PROPOSER, WATCHER)
WATCH: tuple[Move, ...] = (
    Move(PROPOSED, "confirm_entry", (WATCHER,), LISTED, ("not_the_proposer",)),
    Move(PROPOSED, "reject_entry", (WATCHER,), LEFT, ("not_the_proposer", "reason_given")),
    Move(LISTED, "propose_exit", (PROPOSER, WATCHER), LEAVING, ("reason_given", "three_months_clean")),
    Move(LEAVING, "confirm_exit", (WATCHER,), LEFT, ("not_the_proposer", "three_months_clean")),
    Move(LEAVING, "keep", (WATCHER,), LISTED, ("reason_given",)),
)
"""The table of the watch list: who proposes and who confirms are two people (catalogue, M34 and M35)."""

UNDOING = ("release", "unassign", "wake")
"""Actions that take the last step back while nobody has built on it."""

TABLES = {"case": CASE, "task": TASK, "watch": WATCH}


def find(table: tuple[Move, ...], state: str, action: str) -> Move | None:
    """Give the row of a state and action, None where the table has none."""
    return next((row for row in table if (row.state, row.action) == (state, action)), None)


def actions(table: tuple[Move, ...]) -> tuple[str, ...]:
    """Give the actions of a table in the order in which they first stand."""
    return tuple(dict.fromkeys(row.action for row in table))


def open_to(table: tuple[Move, ...], state: str, roles: Iterable[str]) -> list[Move]:
    """Give the rows that people in those roles may take from a state, before any guard."""
    held = set(roles)
    return [row for row in table if row.state == state and held & set(row.roles)]
