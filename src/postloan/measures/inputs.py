"""What the tables of measures read: facts, the day's class and colour, and what was done before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from postloan.book.snapshot import Book
from postloan.classification import levels
from postloan.classification.inputs import loan_frame, with_colour
from postloan.engine import Engine, Kind, Table
from postloan.engine import verbs as v
from postloan.facts.registry import Fact, fact
from postloan.policy.pack import Policy

DERIVED: tuple[Fact, ...] = (
    fact(
        "loan.class_level",
        "Dimension L: the final class as a code of the base scheme, which is cn10a unless the pack names "
        "another; null if not classified.",
        zh="维度L：最终分类在基准方案中的代码（政策包未另定时为cn10a）；未分类为空。",
        kind="string",
    ),
    fact(
        "loan.is_new_payout",
        "Paid out after the store's first run, or up to new_payout_days before it.",
        zh="是否在首次运行之后放款，或在其前new_payout_days天以内放款。",
    ),
    fact(
        "loan.is_first_inspected",
        "A first inspection was made since payout.",
        zh="放款后是否已做首次检查。",
        needs="visit",
    ),
    fact(
        "loan.fund_use_check_count",
        "Days since payout on which the use of funds was checked.",
        zh="放款后检查过资金用途的天数。",
        needs="visit",
    ),
    fact(
        "customer.is_first_year",
        "A customer for less than a year; null where it is not known since when.",
        zh="是否成为客户不满一年；起始日不明为空。",
    ),
    fact(
        "customer.is_watch_listed",
        "Entered on the watch list (M34) and not taken off it since (M35).",
        zh="是否已列入关注名单（M34）且此后未移出（M35）。",
    ),
)
"""Facts that measures add to those of the stages before."""

ON_SITE = ("M03", "M04", "M05")
OFF_SITE = "M06"

_NOTHING_DONE: dict[str, Kind] = {
    "customer__is_watch_listed": "boolean",
    "on_site_on": "date",
    "off_site_on": "date",
    "_first": "integer",
    "_funds": "integer",
}

_ALWAYS = ("loan.disbursed_on", "loan.matures_on", "loan.is_entrusted")


def measure_frame(
    engine: Engine,
    facts: Mapping[str, Table],
    loan_state: Table,
    warning: Table,
    policy: Policy,
    book: Book,
    as_of: date,
    first_run_on: date,
    names: Iterable[str],
) -> Table:
    """Give one row a loan that is the bank's own risk, with the named facts and those derived here.

    Further columns: colour_since, watched_from (the later of payout and the store's first run), on_site_on
    and off_site_on (days of the last inspections, null without one).
    """
    loans = with_colour(loan_frame(facts, {*names, *_ALWAYS}), warning)
    loans = loans.filter(~loans["loan__is_entrusted"].fill_null(False))
    state = _classes(engine, loan_state, policy)
    loans = loans.left_join(state, loans.subject_id == state["_loan"]).drop("_loan")
    done, visits = done_by(book, as_of), visits_by(book, as_of)
    since = _customers(book, as_of)
    loans = loans.left_join(since, loans.customer_id == since["_customer"]).drop("_customer")
    if book.has("measure_done") or book.has("visit"):
        for part in (_watch_list(done), _inspections(policy, done, visits)):
            loans = loans.left_join(part, loans.customer_id == part["_customer"]).drop("_customer")
        checks = _since_payout(loans, done, visits)
        loans = loans.left_join(checks, loans.subject_id == checks["_loan"]).drop("_loan")
    else:
        loans = loans.mutate(**{name: v.null(kind) for name, kind in _NOTHING_DONE.items()})
    earliest = first_run_on - timedelta(days=int(policy.parameter("new_payout_days")))
    paid_out, zero = loans["loan__disbursed_on"], v.literal(0, "integer")
    loans = loans.mutate(
        loan__is_new_payout=paid_out >= v.literal(earliest, "date"),
        loan__is_first_inspected=loans["_first"].fill_null(0) > 0,
        loan__fund_use_check_count=v.coalesce(loans["_funds"], zero),
        customer__is_watch_listed=loans["customer__is_watch_listed"].fill_null(False),
        watched_from=v.greatest(paid_out, v.literal(first_run_on, "date")),
    )
    return engine.materialise(loans, "measure_inputs")


def done_by(book: Book, as_of: date) -> Table:
    """Give measures done up to the day: measure_id, measure_code, loan_id, customer_id, done_on."""
    rows = book.table("measure_done")
    rows = rows.filter(rows.done_on <= v.literal(as_of, "date"))
    owners = book.table("loan").select(_loan="loan_id", customer_id="customer_id")
    rows = rows.inner_join(owners, rows.loan_id == owners["_loan"])
    return rows.select("measure_id", "measure_code", "loan_id", "customer_id", "done_on")


def visits_by(book: Book, as_of: date) -> Table:
    """Give visits that took place up to the day: customer_id, loan_id, kind, visited_on."""
    rows = book.table("visit")
    happened = rows.result.isnull() | rows.result.isin(("ok", "finding", "closed"))
    rows = rows.filter(happened & (rows.visited_on <= v.literal(as_of, "date")))
    return rows.select("customer_id", "loan_id", "kind", "visited_on")


def _classes(engine: Engine, loan_state: Table, policy: Policy) -> Table:
    known = levels.read(engine, policy).all.select(_scheme="scheme_id", _code="level_code", _base="base_code")
    rows = loan_state.select("loan_id", "scheme_id", "class_final", "days_past_due")
    rows = rows.left_join(known, [rows.scheme_id == known["_scheme"], rows.class_final == known["_code"]])
    return rows.select(_loan="loan_id", loan__class_level="_base", loan__claim_days="days_past_due")


def _customers(book: Book, as_of: date) -> Table:
    rows = book.table("customer")
    year_later = v.add_months(rows.since, 12)
    return rows.select(
        _customer=rows.customer_id, customer__is_first_year=year_later > v.literal(as_of, "date")
    )


def _watch_list(done: Table) -> Table:
    rows = done.group_by(_customer=done.customer_id).aggregate(
        _in=v.max_if(done.done_on, done.measure_code == "M34"),
        _out=v.max_if(done.done_on, done.measure_code == "M35"),
    )
    listed = rows["_in"].notnull() & (rows["_out"].isnull() | (rows["_out"] < rows["_in"]))
    return rows.select("_customer", customer__is_watch_listed=listed)


def _inspections(policy: Policy, done: Table, visits: Table) -> Table:
    """Give the days of each customer's last inspections on and off site."""
    kinds = [str(kind) for kind in policy.parameter("inspection_visit_kinds")]
    seen = visits.filter(visits.kind.isin(kinds))
    seen = seen.select(_customer="customer_id", _on="visited_on", _off=v.null("date"))
    on = done.filter(done.measure_code.isin(ON_SITE))
    on = on.select(_customer="customer_id", _on="done_on", _off=v.null("date"))
    off = done.filter(done.measure_code == OFF_SITE)
    off = off.select(_customer="customer_id", _on=v.null("date"), _off="done_on")
    rows = seen.union(on).union(off)
    return rows.group_by("_customer").aggregate(on_site_on=rows["_on"].max(), off_site_on=rows["_off"].max())


def _since_payout(loans: Table, done: Table, visits: Table) -> Table:
    """Count, for each loan, the days since payout with a first inspection and with a check of the funds' use.

    A visit that names no loan counts for all the customer's loans; a visit and the measure it completes
    on one day count once.
    """
    mine = loans.select(_loan="subject_id", _owner="customer_id", _from="loan__disbursed_on")
    seen = visits.filter(visits.kind.isin(("IN1", "IN2")))
    seen = mine.inner_join(seen, mine["_owner"] == seen.customer_id)
    seen = seen.filter(seen.loan_id.isnull() | (seen.loan_id == seen["_loan"]))
    first = v.when([(seen.kind == "IN1", v.literal("M01", "string"))], v.literal("M02", "string"))
    seen = seen.select("_loan", "_from", _what=first, _on="visited_on")
    made = done.filter(done.measure_code.isin(("M01", "M02")))
    made = mine.inner_join(made, mine["_loan"] == made.loan_id)
    made = made.select("_loan", "_from", _what="measure_code", _on="done_on")
    rows = seen.union(made)
    rows = rows.filter(rows["_on"] >= rows["_from"]).select("_loan", "_what", "_on").distinct()
    return rows.group_by("_loan").aggregate(
        _first=v.count_if(rows["_what"] == "M01"), _funds=v.count_if(rows["_what"] == "M02")
    )
