"""Reads of the desk: what waits for whom, one loan's case, and how classes moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum, Value
from django.db.models.functions import Concat

from postloan.console.desk import rules
from postloan.console.desk.models import Classification
from postloan.console.desk.states import NOTHING, OPEN, move
from postloan.console.people.rights import MANAGER, Scope
from postloan.console.publishing.models import CLASS_DIFFERS, Loan, LoanTally
from postloan.policy.in_force import Policy
from postloan.results import FIVE_LEVELS


def to_rate(scope: Scope, why: str = "") -> QuerySet[Loan]:
    """Give the loans whose class a person must look at, and that nobody has rated yet.

    Args:
        scope: whose desk it is; a customer manager sees their own loans.
        why: `differs` for a machine's class other than the last decided one, `due` for a review that is due;
            both without. The publication told which (`publishing.tables`).
    """
    found = Loan.objects.filter(scope.filter(), rate_rank__isnull=False, balance__isnull=False)
    if why == "differs":
        found = found.filter(rate_rank__gte=CLASS_DIFFERS)
    elif why == "due":
        found = found.exclude(rate_rank=CLASS_DIFFERS)
    return found.filter(~Exists(Classification.objects.filter(loan_id=OuterRef("pk"), state__in=OPEN)))


def waiting(scope: Scope, policy: Policy, state: str) -> QuerySet[Classification]:
    """Give the classifications in a state that this person may move on, by level and by person.

    The level is the highest that the person holds anywhere they see; whether it holds at the loan's own
    institution is judged when they act.
    """
    found = Classification.objects.filter(scope.filter(), state=state)
    if state == "returned":
        return found.filter(manager_id__in=scope.acting_for) if MANAGER in scope.roles else found
    if state not in ("rated", "determined"):
        return found
    level = rules.level_of(policy, scope.roles) if rules.has_authority(policy) else 0
    found = found.exclude(rated_by=scope.staff_id)
    if state == "rated":
        return found.filter(determination_level__lte=level)
    return found.exclude(determined_by=scope.staff_id).filter(approval_level__lte=level)


def open_one(loan_id: str) -> Classification | None:
    """Give the classification of a loan that is under way."""
    return Classification.objects.filter(loan_id=loan_id, state__in=OPEN).first()


def history(loan_id: str) -> QuerySet[Classification]:
    """Give every classification of a loan with its steps, the latest first."""
    return (
        Classification.objects.filter(loan_id=loan_id)
        .order_by("-opened_at", "-number")
        .prefetch_related("steps")
    )


def actions(made: Classification | None, scope: Scope, level: int, *, is_manager: bool) -> list[str]:
    """Give what a person may do with a loan's classification now.

    Args:
        made: the one under way, None without.
        scope: who asks.
        level: their organisational level at the loan's institution.
        is_manager: whether they are, or act for, the loan's customer manager.
    """
    state = made.state if made else NOTHING
    found = []
    for action in ("rate", "determine", "approve", "return", "withdraw"):
        way = move(state, action)
        if way is not None and _may(way.who, made, scope, level, is_manager=is_manager):
            found.append(action)
    return found


def _may(who: str, made: Classification | None, scope: Scope, level: int, *, is_manager: bool) -> bool:
    if who == "manager":
        return is_manager
    assert made is not None
    if who == "rater":
        return made.rated_by == scope.staff_id
    if scope.staff_id in (made.rated_by, made.determined_by):
        return False
    needed = made.determination_level if who == "determiner" else made.approval_level
    return level >= needed


@dataclass(frozen=True)
class Cell:
    """Loans that moved from one class to another, or stayed."""

    before: str
    after: str
    loans: int
    balance: int
    worse: int

    @property
    def direction(self) -> str:
        """Tell `worse`, `better` or `same`."""
        return "worse" if self.worse > 0 else "better" if self.worse < 0 else "same"


@dataclass(frozen=True)
class Matrix:
    """Moves of class, rows from, columns to; cells without loans are None."""

    codes: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]
    worse: int
    better: int
    same: int


def migration(scope: Scope, policy: Policy, by: str, scheme_id: str) -> Matrix:
    """Give how the classes of the last run's loans moved: from the class before it to the one that stands.

    Args:
        scope: whose loans.
        policy: gives the levels and their five-level classes.
        by: `five` for the five-level classes, else the levels of a scheme.
        scheme_id: the scheme, for the levels.
    """
    counted = _counted(scope)
    if by == "five":
        codes: tuple[str, ...] = FIVE_LEVELS
        of: dict[tuple[str | None, str], str] = {
            (one.id, level.level_code): level.five_level for one in policy.schemes for level in one.levels
        }
        moves = [(of.get((s, b), ""), of.get((s, a), ""), n, amount) for s, b, a, n, amount in counted]
    else:
        codes = tuple(level.level_code for level in rules.levels(policy, scheme_id))
        moves = [(b or "", a or "", n, amount) for s, b, a, n, amount in counted if s == scheme_id]
    return matrix_of(codes, moves)


def schemes_in_use(scope: Scope) -> list[str]:
    """Give the schemes by which a person's loans are classified."""
    return sorted({str(row[0]) for row in _counted(scope)})


def matrix_of(codes: tuple[str, ...], moves: list[tuple[str, str, int, int]]) -> Matrix:
    """Lay moves (from, to, loans, balance) out as a matrix of codes, best first."""
    place = {code: number for number, code in enumerate(codes)}
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for before, after, loans, balance in moves:
        if before in place and after in place:
            was = sums.get((before, after), (0, 0))
            sums[before, after] = was[0] + loans, was[1] + balance
    cells = {(b, a): Cell(b, a, *found, place[a] - place[b]) for (b, a), found in sums.items()}
    rows = tuple((before, tuple(cells.get((before, after)) for after in codes)) for before in codes)
    total = {one: sum(cell.loans for cell in cells.values() if cell.direction == one) for one in _DIRECTIONS}
    return Matrix(codes, rows, *(total[one] for one in _DIRECTIONS))


_DIRECTIONS = ("worse", "better", "same")


def _counted(scope: Scope) -> list[tuple[str | None, str, str, int, int]]:
    """Give the moves of a person's loans: scheme, class before and after, loans and balance.

    What institutions have was counted with the publication; a manager's own loans are few and counted now.
    """
    columns = ("scheme_id", "class_previous", "class_final")
    given = {"class_previous__isnull": False, "class_final__isnull": False}
    told: QuerySet[Any] = LoanTally.objects.filter(scope.tallies(), **given)
    sums = list(told.order_by().values(*columns).annotate(n=Sum("loans"), sum=Sum("balance")))
    own = scope.untallied()
    if own is not None:
        rows = Loan.objects.filter(own, **given).order_by().values(*columns)
        sums += rows.annotate(n=Count("pk"), sum=Sum("balance"))
    return [(*(row[name] for name in columns), row["n"], row["sum"] or 0) for row in sums]


def moved(scope: Scope, policy: Policy, by: str, scheme_id: str, before: str, after: str) -> QuerySet[Loan]:
    """Give the loans behind a cell of the matrix."""
    found = Loan.objects.filter(scope.filter(), balance__isnull=False)
    if before != after:  # no class stands for two of the five, so a loan that stayed is in no such cell
        found = found.filter(class_moved__isnull=False)
    if by != "five":
        wanted = [_move(scheme_id, before, after)]
    else:
        wanted = [
            _move(scheme.id, was.level_code, now.level_code)
            for scheme in policy.schemes
            for was in scheme.levels
            for now in scheme.levels
            if (was.five_level, now.five_level) == (before, after)
        ]
    # One text and no conditions on columns, which would draw the database away from the order of balances.
    told = Concat("scheme_id", Value(":"), "class_previous", Value(">"), "class_final")
    return found.alias(move=told).filter(move__in=wanted)


def _move(scheme_id: str, before: str, after: str) -> str:
    return f"{scheme_id}:{before}>{after}"


def reviewed_until(policy: Policy, loan: Loan) -> date | None:
    """Give the day by which a loan's class is to be decided again."""
    return rules.review_due_on(policy, str(loan.scheme_id), loan.class_final, loan.decided_on)
