"""Since when a loan has been non-performing or has performed again: by runs, decisions and days past due."""

from __future__ import annotations

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts.classes import NON_PERFORMING, five_levels
from postloan.facts.context import Context, by_id, nulls
from postloan.facts.registry import fact

_RUNS = "loan_state.five_level facts_loan.non_performing_since_on"
_DECIDED = "class_decision.decided_on class_decision.five_level class_decision.level_code"

FACTS = (
    fact(
        "loan.is_prior_non_performing",
        "Whether the last run, else the last decision, put the loan into substandard or worse; null without "
        "either.",
        zh="上次运行（没有的按最近认定）是否将该笔贷款列为次级及以下；均无为空。",
        needs="prior|class_decision",
        sources=f"{_RUNS} {_DECIDED}",
    ),
    fact(
        "loan.non_performing_since_on",
        "The first day from which the runs and decisions before the day put the loan into substandard or "
        "worse without a break; null where the last of them did not.",
        zh="此前历次运行和认定连续将该笔贷款列为次级及以下的首日；最近一次不是的为空。",
        needs="prior|class_decision",
        keeps="calendar",
        sources=f"{_RUNS} {_DECIDED}",
    ),
    fact(
        "loan.performing_since_on",
        "The day of the run that first put the loan into a better class again after it had been "
        "non-performing in this store; null where it never was, or is.",
        zh="曾列为不良后，首次恢复为较好分类的运行日；从未列为不良或仍为不良的为空。",
        needs="prior",
        keeps="calendar",
        sources=_RUNS,
    ),
    fact(
        "loan.has_recovered",
        "Whether the loan performs again after it had been non-performing in this store; null without an "
        "earlier run.",
        zh="是否曾列为不良后又恢复；没有此前运行为空。",
        needs="prior",
        sources=_RUNS,
    ),
    fact(
        "loan.non_performing_months_count",
        "Whole months, counted to the day before, since non_performing_since_on or, where that is earlier, "
        "since the loan was more than non_performing_days past due, a crop loan since its seasons were over; "
        "null where none of these holds.",
        zh="截至前一日的不良持续整月数：自non_performing_since_on起，或更早的逾期超过参数天数之日（作物贷款为规定作物季结束之日）起；均不成立为空。",
        needs="due|position|prior|class_decision",
        keeps="calendar",
        sources=f"{_RUNS} {_DECIDED} due.due_on payment.amount position.days_past_due",
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above, and keep `standing`: id, non_performing_since_on, performing_since_on."""
    rows = _by_runs(context, context.made["loans_known"].select("id", "dpd_days"))
    decided = _by_decisions(context)
    rows = by_id({"decided": decided}, rows)
    unseen = rows["_ran"].isnull()
    is_bad = unseen.ifelse(rows["_decided_bad"], rows["_ran"])
    since = v.least(rows["_ran_since"], rows["_decided_since"])
    rows = rows.mutate(
        is_prior_non_performing=is_bad,
        non_performing_since_on=is_bad.fill_null(False).ifelse(since, v.null("date")),
        performing_since_on=rows["_again"],
        has_recovered=v.when([(rows["_ran"].isnull(), v.null("boolean"))], rows["_again"].notnull()),
    )
    rows = _with_months(context, rows)
    names = [one.column for one in FACTS]
    context.tell("loan", context.keep("standing", rows.select("id", *names)))


def _by_runs(context: Context, loans: Table) -> Table:
    """Add what the last run says: _ran (non-performing or not), _ran_since, _again."""
    if context.prior is None or "loan_state" not in context.prior.tables:
        return nulls(loans, {"_ran": "boolean", "_ran_since": "date", "_again": "date"})
    then = v.literal(context.prior.as_of, "date")
    state = context.prior.tables["loan_state"]
    state = state.select(id="loan_id", _ran=state.five_level.isin(NON_PERFORMING))
    before = context.prior.tables.get("facts_loan")
    known = {"non_performing_since_on", "performing_since_on"}
    if before is None or not known <= set(before.columns):
        loans = nulls(by_id({"state": state}, loans), {"_since": "date", "_performed": "date"})
    else:
        before = before.select("id", _since="non_performing_since_on", _performed="performing_since_on")
        loans = by_id({"state": state, "before": before}, loans)
    bad = loans["_ran"].fill_null(False)
    turned = v.when([(loans["_since"].notnull(), then)], loans["_performed"])
    return loans.mutate(
        _ran_since=bad.ifelse(v.coalesce(loans["_since"], then), v.null("date")),
        _again=v.when([(bad, v.null("date"))], turned),
    ).drop("_since", "_performed")


def _by_decisions(context: Context) -> Table:
    """Give what decisions say: id, _decided_bad (the last), _decided_since (the first of them)."""
    rows = context.book.table("class_decision")
    rows = five_levels(context, rows.filter((rows.decided_on <= context.day) & (rows.kind != "initial")))
    rows = rows.filter(rows.five.notnull())
    rows = rows.mutate(_bad=rows.five.isin(NON_PERFORMING))
    good = rows.group_by(_good=rows.loan_id).aggregate(_good_on=v.max_if(rows.decided_on, ~rows["_bad"]))
    rows = rows.left_join(good, rows.loan_id == good["_good"])
    # A better class of the same day is an approval that came after.
    unbroken = rows["_bad"] & (rows["_good_on"].isnull() | (rows.decided_on > rows["_good_on"]))
    sums = rows.group_by(id=rows.loan_id).aggregate(_decided_since=v.min_if(rows.decided_on, unbroken))
    return sums.mutate(_decided_bad=sums["_decided_since"].notnull())


def _with_months(context: Context, rows: Table) -> Table:
    limit = context.whole("non_performing_days")
    if "crops" in context.made:
        crops = context.made["crops"].select("id", "crop_duration", "crop_npl_on")
        rows = by_id({"crops": crops}, rows)
    else:
        rows = nulls(rows, {"crop_duration": "string", "crop_npl_on": "date"})
    by_season = rows.crop_duration.isin(("short", "long")).fill_null(False)
    turned = v.add_days(context.day, v.literal(limit + 1, "integer") - rows.dpd_days)
    by_days = (~by_season & (rows.dpd_days > limit)).fill_null(False)
    first = v.least(
        rows.non_performing_since_on, v.when([(by_days, turned)], v.null("date")), rows.crop_npl_on
    )
    yesterday = v.add_days(context.day, -1)
    months = v.greatest(v.months_between(yesterday, first), v.literal(0, "integer"))
    return rows.mutate(non_performing_months_count=first.isnull().ifelse(v.null("integer"), months))
