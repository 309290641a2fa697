"""What the tables of classification read: facts of the loan, and what follows from warnings and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from postloan.book.snapshot import Book
from postloan.classification.derived import DERIVED
from postloan.engine import Column, Engine, Kind, Table
from postloan.engine import verbs as v
from postloan.facts import FACTS
from postloan.facts.frame import frame
from postloan.facts.registry import Fact
from postloan.policy import feel
from postloan.policy.pack import Policy
from postloan.policy.table import DecisionTable

UNRATED = "unrated"
"""The grade of a customer without one."""

OFF_BALANCE = ("off_ba", "off_lc", "off_lg", "off_uc")

_BY_FEED: dict[str, dict[str, Kind]] = {
    "verdict": {"customer__is_warning_confirmed": "boolean", "customer__is_warning_dismissed": "boolean"},
    "rating": {"customer__rating_rank": "integer", "customer__credit_grade": "string"},
    "statement": {"customer__debt_service_cover": "decimal"},
}

_ALWAYS = (
    "loan.on_off",
    "loan.dpd_days",
    "loan.advance_days",
    "loan.guarantee_mode",
    "loan.cover_share",
    "loan.is_entrusted",
    "loan.stage",
    "loan.ecl_share",
    "loan.suit_status",
    "customer.has_prior_yellow_12m",
    "customer.has_prior_orange_6m",
    "customer.kind",
    "customer.is_in_merger_period",
    "customer.has_debt_evasion",
    "customer.is_in_liquidation",
    "customer.bureau_overdue90_share",
    "customer.bureau_other_class",
    "customer.circle_npl_count",
    "customer.estate_value",
    "customer.is_dead",
    "loan.amount_band",
    "loan.balance_amt",
    "loan.observation_starts_on",
    "loan.arrears_cleared_on",
    "loan.guarantor_npl_count",
    "loan.has_season_relief",
    "loan.is_refinancing",
    "loan.is_retail",
    "loan.is_use_changed",
    "loan.last_downgraded_on",
    "loan.last_worsened_on",
    "loan.observation_ends_on",
    "loan.observation_missed_count",
    "loan.overdue_amt",
    "loan.paid_normally_since_on",
    "loan.reporting_balance_amt",
    "loan.restructuring_state",
    "loan.upgrade_from_on",
)


def environment(*derived: Iterable[Fact]) -> dict[str, str]:
    """Give the FEEL type of every fact, with what stages derive."""
    types = {name: item.feel_type for name, item in FACTS.items()}
    for items in (DERIVED, *derived):
        types |= {item.name: item.feel_type for item in items}
    return types


def names_read(tables: Iterable[DecisionTable]) -> set[str]:
    """Give the names that inputs, tests and entries of the tables read."""
    found: set[str] = set()
    for table in tables:
        for item in table.inputs:
            found |= feel.names(feel.parse_expression(item.expression))
        for rule in table.rules:
            found = found.union(*(feel.names(feel.parse_unary(test)) for test in rule.tests))
            found = found.union(
                *(feel.names(feel.parse_expression(entry or "null")) for entry in rule.entries)
            )
    return found


def loan_frame(facts: Mapping[str, Table], names: Iterable[str]) -> Table:
    """Give one row a loan with those of the named facts that the facts stage computes."""
    return frame(facts, "loan", [name for name in names if name in FACTS])


def class_frame(
    engine: Engine,
    facts: Mapping[str, Table],
    warning: Table,
    book: Book,
    policy: Policy,
    as_of: date,
    names: Iterable[str],
) -> Table:
    """Give one row a loan with the named facts and what is derived here before the first step."""
    loans = with_colour(loan_frame(facts, {*names, *_ALWAYS}), warning)
    for table, columns in _BY_FEED.items():
        if not book.has(table):
            loans = loans.mutate(**{name: v.null(kind) for name, kind in columns.items()})
            continue
        part = _part(table, facts, warning, book, policy, as_of)
        loans = loans.left_join(part, loans.customer_id == part["_customer"]).drop("_customer")
    confirmed, dismissed = loans["customer__is_warning_confirmed"], loans["customer__is_warning_dismissed"]
    cash = loans["loan__guarantee_mode"].fill_null("") == "cash_equivalent"
    loans = loans.mutate(
        loan__claim_days=_claim_days(loans, has_advances=book.has("advance")),
        loan__is_full_cash_pledge=cash
        & (loans["loan__cover_share"] >= v.literal(1, "decimal")).fill_null(False),
        customer__is_warning_confirmed=confirmed.fill_null(False) if book.has("verdict") else confirmed,
        customer__is_warning_dismissed=dismissed.fill_null(False),
        customer__credit_grade=loans["customer__credit_grade"].fill_null(UNRATED),
    )
    return engine.materialise(loans, "class_inputs")


def with_colour(loans: Table, warning: Table) -> Table:
    """Add the colour of the customer's warning, `none` without one, and the day it took that colour."""
    rows = warning.filter(warning.subject_kind == "customer")
    rows = rows.select(_warned=rows.subject_id, customer__colour=rows.colour, colour_since=rows.colour_since)
    joined = loans.left_join(rows, loans.customer_id == rows["_warned"]).drop("_warned")
    return joined.mutate(customer__colour=joined["customer__colour"].fill_null("none"))


def _part(
    table: str, facts: Mapping[str, Table], warning: Table, book: Book, policy: Policy, as_of: date
) -> Table:
    """Give what one feed adds to each customer."""
    if table == "verdict":
        return _verdicts(facts, warning, book, as_of)
    return _ratings(book, policy, as_of) if table == "rating" else _covers(book, as_of)


def _claim_days(loans: Table, *, has_advances: bool) -> Column:
    """Give the days that floors and matrix count.

    Off the sheet the customer owes nothing until the bank pays for him: without an advance the days are 0,
    as long as the book would show one.
    """
    dpd, advance = loans["loan__dpd_days"], loans["loan__advance_days"]
    off = loans["loan__on_off"].isin(OFF_BALANCE)
    counted = v.greatest(dpd, advance)
    nothing_due = v.coalesce(counted, v.literal(0, "integer")) if has_advances else counted
    return v.when([(off, nothing_due)], dpd)


def _verdicts(facts: Mapping[str, Table], warning: Table, book: Book, as_of: date) -> Table:
    """Give for each warned customer whether verdicts since the opening confirm or dismiss the warning."""
    verdict = book.table("verdict")
    verdict = verdict.filter(verdict.decided_on <= v.literal(as_of, "date"))
    loans = facts["facts_loan"].select(_loan="id", _owner="customer_id")
    of_loan = verdict.filter(verdict.subject_kind == "loan")
    of_loan = of_loan.inner_join(loans, of_loan.subject_id == loans["_loan"])
    of_customer = verdict.filter(verdict.subject_kind == "customer")
    rows = of_customer.select(_about="subject_id", _result="result", _on="decided_on").union(
        of_loan.select(_about="_owner", _result="result", _on="decided_on")
    )
    opened = warning.filter(warning.subject_kind == "customer").select(
        _warned="subject_id", _opened="opened_on"
    )
    rows = rows.inner_join(opened, rows["_about"] == opened["_warned"])
    rows = rows.filter(rows["_on"] >= rows["_opened"])
    real, false = v.count_if(rows["_result"] == "real"), v.count_if(rows["_result"] == "false_alarm")
    counted = rows.group_by(_customer=rows["_about"]).aggregate(_real=real, _false=false)
    return counted.select(
        "_customer",
        customer__is_warning_confirmed=counted["_real"] > 0,
        customer__is_warning_dismissed=(counted["_real"] == 0) & (counted["_false"] > 0),
    )


def _ratings(book: Book, policy: Policy, as_of: date) -> Table:
    """Give rank of the last internal rating and the grade of the last one by the village, else internal."""
    rows = book.table("rating")
    rows = rows.filter((rows.subject_kind == "customer") & (rows.rated_on <= v.literal(as_of, "date")))
    rows = rows.filter(rows.kind.isin(("internal", "village")))
    order = [(rows.rated_on, "desc"), (rows["rank"], "desc"), (rows.grade, "asc")]
    rows = rows.mutate(_place=v.row_number(partition=[rows.subject_id, rows.kind], order=order))
    rows = rows.filter(rows["_place"] == 1)
    internal = rows.kind == "internal"
    last = rows.group_by(_customer=rows.subject_id).aggregate(
        customer__rating_rank=v.max_if(rows["rank"], internal),
        _internal=v.max_if(rows.grade, internal),
        _village=v.max_if(rows.grade, ~internal),
    )
    grade = v.coalesce(last["_village"], last["_internal"])
    words: Mapping[str, str] = (
        policy.parameter("credit_grades") if "credit_grades" in policy.parameters else {}
    )
    known = [(grade == said, v.literal(meant, "string")) for said, meant in sorted(words.items())]
    return last.select("_customer", "customer__rating_rank", customer__credit_grade=v.when(known, grade))


def _covers(book: Book, as_of: date) -> Table:
    rows = book.table("statement")
    rows = rows.filter(rows.period_end <= v.literal(as_of, "date"))
    sums = rows.group_by([rows.customer_id, rows.period_end]).aggregate(
        _flow=v.max_if(rows.value, rows["item"] == "operating_cash_flow"),
        _service=v.max_if(rows.value, rows["item"] == "debt_service"),
    )
    both = sums.filter(sums["_flow"].notnull() & (sums["_service"] > 0))
    both = both.mutate(_place=v.row_number(partition=[both.customer_id], order=[(both.period_end, "desc")]))
    last = both.filter(both["_place"] == 1)
    return last.select(
        _customer=last.customer_id, customer__debt_service_cover=v.ratio(last["_flow"], last["_service"])
    )
