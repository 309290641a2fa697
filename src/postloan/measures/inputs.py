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
from postloan.measures import changes, securities
from postloan.measures.done import done_by, visits_by
from postloan.measures.warned import with_warnings
from postloan.policy.pack import Policy
from postloan.results import Prior

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
    fact(
        "customer.watch_listed_days",
        "Days since the last entry on the watch list; null for who is not on it.",
        zh="最近一次列入关注名单以来的天数；不在名单上为空。",
    ),
    fact(
        "customer.days_since_warning_days",
        "Days since a warning of yellow or worse last stood; null where none is known.",
        zh="最近一次黄色及以上预警距今的天数；没有则为空。",
    ),
    fact(
        "loan.is_class_changed",
        "The final class changed on the day, or on an earlier one and M51 for it is still to be done.",
        zh="最终分类当日发生变化，或此前变化而相应的M51尚未完成。",
    ),
    *securities.DERIVED,
)
"""Facts that measures add to those of the stages before."""

ON_SITE = ("M03", "M04", "M05")
OFF_SITE = "M06"

_NOTHING_DONE: dict[str, Kind] = {
    "customer__is_watch_listed": "boolean",
    "customer__watch_listed_days": "integer",
    "on_site_on": "date",
    "off_site_on": "date",
    "_first": "integer",
    "_funds": "integer",
}

_ALWAYS = (
    "loan.amount_band",
    "loan.disbursed_on",
    "loan.matures_on",
    "loan.next_due_on",
    "loan.advance_days",
    "loan.claim_deadline_left_days",
    "loan.judgment_due_on",
    "loan.non_performing_since_on",
    "loan.is_entrusted",
    "customer.last_yellow_on",
    "customer.last_orange_on",
    "customer.last_red_on",
)


def measure_frame(
    engine: Engine,
    facts: Mapping[str, Table],
    loan_state: Table,
    warning: Table,
    signal: Table,
    policy: Policy,
    prior: Prior | None,
    book: Book,
    as_of: date,
    first_run_on: date,
    names: Iterable[str],
) -> Table:
    """Give one row a loan that is the bank's own risk, with the named facts and those derived here.

    Further columns: colour_since, watched_from (the later of payout and the store's first run), on_site_on
    and off_site_on (days of the last inspections, null without one), class_changed_on.
    """
    names = set(names)
    loans = with_colour(loan_frame(facts, {*names, *_ALWAYS}), warning)
    loans = loans.filter(~loans["loan__is_entrusted"].fill_null(False))
    loans = securities.with_security(with_warnings(loans, facts, signal, policy, book, as_of, names), facts)
    state = _classes(engine, loan_state, policy)
    loans = loans.left_join(state, loans.subject_id == state["_loan"]).drop("_loan")
    loans = changes.with_class_change(loans, prior, book, as_of)
    done, visits = done_by(book, as_of), visits_by(book, as_of)
    since = _customers(book, as_of)
    loans = loans.left_join(since, loans.customer_id == since["_customer"]).drop("_customer")
    if book.has("measure_done") or book.has("visit"):
        for part in (_watch_list(done, as_of), _inspections(policy, done, visits)):
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
        customer__days_since_warning_days=v.days_between(
            v.literal(as_of, "date"),
            v.greatest(*(loans[f"customer__last_{colour}_on"] for colour in ("yellow", "orange", "red"))),
        ),
        watched_from=v.greatest(paid_out, v.literal(first_run_on, "date")),
    )
    return engine.materialise(loans, "measure_inputs")


def _classes(engine: Engine, loan_state: Table, policy: Policy) -> Table:
    known = levels.read(engine, policy).all.select(_scheme="scheme_id", _code="level_code", _base="base_code")
    rows = loan_state.select("loan_id", "scheme_id", "class_previous", "class_final", "days_past_due")
    changed = (rows.class_previous != rows.class_final).fill_null(False)
    rows = rows.mutate(_changed=changed)
    rows = rows.left_join(known, [rows.scheme_id == known["_scheme"], rows.class_final == known["_code"]])
    return rows.select(
        _loan="loan_id",
        loan__class_level="_base",
        loan__claim_days="days_past_due",
        changed_today="_changed",
    )


def _customers(book: Book, as_of: date) -> Table:
    rows = book.table("customer")
    year_later = v.add_months(rows.since, 12)
    return rows.select(
        _customer=rows.customer_id, customer__is_first_year=year_later > v.literal(as_of, "date")
    )


def _watch_list(done: Table, as_of: date) -> Table:
    rows = done.group_by(_customer=done.customer_id).aggregate(
        _in=v.max_if(done.done_on, done.measure_code == "M34"),
        _out=v.max_if(done.done_on, done.measure_code == "M35"),
    )
    listed = rows["_in"].notnull() & (rows["_out"].isnull() | (rows["_out"] < rows["_in"]))
    days = v.days_between(v.literal(as_of, "date"), rows["_in"])
    return rows.select(
        "_customer",
        customer__is_watch_listed=listed,
        customer__watch_listed_days=v.when([(listed, days)], v.null("integer")),
    )


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
