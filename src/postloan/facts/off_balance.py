"""Acceptances, letters of credit and of guarantee, commitments (family OBS)."""

from __future__ import annotations

from datetime import timedelta

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts import classes
from postloan.facts.context import Context, for_all, last_days, zero
from postloan.facts.registry import fact

_BILL = "loan.exposure_kind loan.amount loan.matures_on"
_MARGIN = "margin.loan_id margin.on_date margin.required margin.deposited"
_EVENT = "event.subject_kind event.subject_id event.kind event.occurred_on"
_CLASS = "loan_state.five_level class_decision.five_level class_decision.decided_on class_decision.level_code"

FACTS = (
    fact(
        "loan.bill_funded_share",
        "Of an acceptance: the margin deposited and what the customer's free balances leave once the bills "
        "that mature before it are met, over its face.",
        zh="银行承兑汇票：已缴保证金，加上客户可用存款扣除先到期各票缺口后的余额，与票面金额之比。",
        needs="margin account entry",
        sources=f"{_BILL} {_MARGIN} account.kind account.frozen_on account.frozen_until account.closed_on "
        "entry.booked_on entry.sequence entry.balance_after fx.rate",
    ),
    fact(
        "loan.margin_required_amt",
        "The margin agreed, by the last record; 0 where there is no record of the exposure.",
        zh="最近记录的应缴保证金；无记录为0。",
        needs="margin",
        sources=_MARGIN,
    ),
    fact(
        "loan.margin_deposited_share",
        "The margin deposited over the margin agreed, by the last record.",
        zh="最近记录的已缴保证金与应缴保证金之比。",
        needs="margin",
        sources=_MARGIN,
    ),
    fact(
        "loan.doubtful_trade_count_365d",
        "Events of the exposure or its contract in the last 365 days that put the trade in doubt: a voucher "
        "used twice, a forged document, money put to another use.",
        zh="最近365天内该敞口或其合同使贸易背景存疑的事件数：凭证重复、资料造假、擅自改变用途。",
        needs="event",
        keeps="calendar",
        sources=_EVENT,
    ),
    fact(
        "loan.lc_discrepancy_open_days",
        "Days since the first discrepancy under the letter of credit in the last 180 days; an event that is "
        "settled is taken back; 0 where there is none.",
        zh="最近180天内信用证首个不符点距今的天数；已解决的事件应撤销；没有则为0。",
        needs="event",
        keeps="calendar",
        sources=_EVENT,
    ),
    fact(
        "loan.commitment_drawn_share_15d",
        "Of a commitment: how much of what was undrawn 15 days ago has been drawn since; 0 where nothing was "
        "undrawn or it became more.",
        zh="贷款承诺：15天前未提用额度中此后已提用的占比；当时无未用额度或额度增加的为0。",
        needs="position",
        sources="loan.exposure_kind position.on_date position.balance",
    ),
    fact(
        "customer.bill_cycle_count",
        "Months within the last bill_roll_months in which acceptances of the customer's matured.",
        zh="最近若干个月（参数）内客户有承兑汇票到期的月份数。",
        keeps="calendar",
        sources=_BILL,
    ),
    fact(
        "customer.rolled_bill_share_last3",
        "Over the last three months in which acceptances matured, the least of the ratios of new ones, "
        "issued within bill_roll_days of a maturity, to those that matured.",
        zh="最近三个有承兑汇票到期的月份中，到期日前后数日内（参数）新签发金额与到期金额之比的最小值。",
        keeps="calendar",
        sources=f"{_BILL} loan.disbursed_on loan.currency fx.rate",
    ),
    fact(
        "customer.on_sheet_count",
        "Open exposures on the balance sheet that are the bank's own risk.",
        zh="本行承担风险的表内未结清敞口数。",
        sources="loan.customer_id loan.exposure_kind loan.closed_on",
    ),
    fact(
        "customer.off_sheet_count",
        "Open exposures off the balance sheet that are the bank's own risk.",
        zh="本行承担风险的表外未结清敞口数。",
        sources="loan.customer_id loan.exposure_kind loan.closed_on",
    ),
    fact(
        "customer.off_sheet_class_gap",
        "Five-level classes by which the best of the customer's exposures off the sheet stands above the "
        "worst on it, by the last run or else as decided; below 0 where it stands under it.",
        zh="客户表外敞口最好五级分类优于表内最差分类的级数（按上次运行或认定结果）；劣于表内为负。",
        kind="integer",
        unit="levels",
        needs="prior|class_decision",
        sources=_CLASS,
    ),
)

_DOUBTFUL = ("voucher_duplicate", "document_forged", "use_changed_without_consent")


def compute(context: Context) -> None:
    """Tell the facts above."""
    loans = context.made["loans_known"].filter(lambda t: ~t.is_entrusted)
    if context.book.has("margin"):
        margins = context.engine.materialise(_margins(context), "margins")
        context.tell("loan", margins.drop("deposited"))
        if context.book.has("account") and context.book.has("entry"):
            context.tell("loan", _funded(context, loans, margins))
    if context.book.has("event"):
        context.tell("loan", _events(context))
    if context.book.has("position"):
        context.tell("loan", _drawn(context, loans))
    context.tell("customer", _rolled(context))
    context.tell("customer", _sides(context, loans))


def _margins(context: Context) -> Table:
    """Give the last margin of each exposure: id, margin_required, deposited, margin_deposited_share."""
    rows = context.book.table("margin")
    rows = rows.mutate(_rank=v.row_number(partition=[rows.loan_id], order=[(rows.on_date, "desc")]))
    last = rows.filter(rows["_rank"] == 1)
    share = v.ratio(last.deposited, last.required)
    last = last.select(
        id="loan_id", margin_required="required", deposited="deposited", margin_deposited_share=share
    )
    return for_all(context, "loan", last, but=("margin_deposited_share",))


def _funded(context: Context, loans: Table, margins: Table) -> Table:
    """Let the free balances of a customer meet his bills in the order in which they mature."""
    bills = loans.filter((loans.exposure_kind == "acceptance") & (loans.days_to_maturity_days >= 0))
    deposits = margins.select(_of="id", _deposited="deposited")
    bills = bills.select("id", "customer_id", "matures_on", "rate", "balance")
    bills = bills.inner_join(deposits, bills["id"] == deposits["_of"])
    face = v.convert(bills.balance, bills.rate)
    margin = v.convert(bills["_deposited"], bills.rate)
    bills = bills.mutate(_face=face, _margin=margin, _gap=v.greatest(face - margin, zero()))
    order = [(bills.matures_on, "asc"), (bills["id"], "asc")]
    through = v.running_sum(bills["_gap"], partition=[bills.customer_id], order=order)
    bills = bills.mutate(_before=through - bills["_gap"])
    funds = context.made["available_funds"]
    bills = bills.left_join(funds, bills.customer_id == funds["_funds_of"])
    left = v.greatest(bills.available - bills["_before"], zero())
    # A margin that covers the face needs no balance, known or not; greatest would pass over a null.
    left = bills.available.isnull().ifelse(v.null("integer"), left)
    left = (bills["_gap"] == 0).ifelse(left.fill_null(zero()), left)
    return bills.select("id", bill_funded_share=v.ratio(bills["_margin"] + left, bills["_face"]))


def _events(context: Context) -> Table:
    rows = context.made["events"]
    rows = rows.filter(rows.subject_kind == "loan")
    discrepancy = (rows.kind == "lc_discrepancy") & last_days(rows.occurred_on, context, 180)
    sums = rows.group_by(id=rows.subject_id).aggregate(
        doubtful_trade_count_365d=v.count_if(
            rows.kind.isin(_DOUBTFUL) & last_days(rows.occurred_on, context, 365)
        ),
        lc_discrepancy_open_days=v.days_between(context.day, v.min_if(rows.occurred_on, discrepancy)),
    )
    return for_all(context, "loan", sums)


def _drawn(context: Context, loans: Table) -> Table:
    rows = context.made["records"]
    before = v.literal(context.as_of - timedelta(days=15), "date")
    then = (rows.on_date <= before) & (rows.until > before)
    now = rows.until > context.day
    sums = rows.group_by(_of=rows.loan_id).aggregate(
        _then=v.max_if(rows.balance, then), _now=v.max_if(rows.balance, now)
    )
    commitments = loans.filter(loans.exposure_kind == "undrawn_commitment").select("id")
    sums = commitments.inner_join(sums, commitments["id"] == sums["_of"])
    # greatest would pass over a null, so a record must stand on both days.
    known = sums["_then"].notnull() & sums["_now"].notnull()
    drawn = v.greatest(sums["_then"] - sums["_now"], zero())
    share = (sums["_then"] > 0).ifelse(v.ratio(drawn, sums["_then"]), v.literal(0, "decimal"))
    return sums.select("id", commitment_drawn_share_15d=known.ifelse(share, v.null("decimal")))


def _rolled(context: Context) -> Table:
    """Relate new acceptances to those that matured, month of maturity by month."""
    loan, rate = context.book.table("loan"), context.made["rates"]
    bills = loan.filter((loan.exposure_kind == "acceptance") & (loan.disbursed_on <= context.day))
    bills = bills.left_join(rate, bills.currency == rate["_currency"])
    bills = bills.select(
        "customer_id", "disbursed_on", "matures_on", cents=v.convert(bills.amount, bills["_rate"])
    )
    since = v.add_months(context.day, -context.whole("bill_roll_months"))
    gone = bills.filter((bills.matures_on <= context.day) & (bills.matures_on > since))
    cycles = gone.group_by("customer_id", month=v.month_index(gone.matures_on)).aggregate(
        first=gone.matures_on.min(), last=gone.matures_on.max(), matured=v.total(gone.cents)
    )
    order = [(cycles.month, "desc")]
    cycles = cycles.mutate(_rank=v.row_number(partition=[cycles.customer_id], order=order))
    days = context.whole("bill_roll_days")
    fresh = bills.select(_of="customer_id", _on="disbursed_on", _ends="matures_on", _new="cents")
    pairs = cycles.left_join(
        fresh,
        [
            cycles.customer_id == fresh["_of"],
            fresh["_on"] >= v.add_days(cycles.first, -days),
            fresh["_on"] <= v.add_days(cycles.last, days),
            fresh["_ends"] > cycles.last,
        ],
    )
    each = pairs.group_by("customer_id", "_rank", "matured").aggregate(_new=v.total(pairs["_new"]))
    share = v.ratio(each["_new"].fill_null(zero()), each.matured)
    each = each.mutate(_share=share)
    sums = each.group_by(id=each.customer_id).aggregate(
        bill_cycle_count=each.count(),
        rolled_bill_share_last3=v.min_if(each["_share"], each["_rank"] <= 3),
    )
    few = sums.bill_cycle_count < 3
    sums = sums.mutate(rolled_bill_share_last3=few.ifelse(v.null("decimal"), sums.rolled_bill_share_last3))
    return for_all(context, "customer", sums, but=("rolled_bill_share_last3",))


def _sides(context: Context, loans: Table) -> Table:
    """Compare the classes of a customer's exposures on and off the sheet."""
    rows = loans.select("id", "customer_id", is_on=loans.on_off == "on")
    known = classes.current(context)
    if known is None:
        rows = rows.mutate(_place=v.null("integer"))
    else:
        known = known.select(_of="loan_id", _place=classes.rank(known.five))
        rows = rows.left_join(known, rows["id"] == known["_of"])
    sums = rows.group_by(id=rows.customer_id).aggregate(
        on_sheet_count=v.count_if(rows.is_on),
        off_sheet_count=v.count_if(~rows.is_on),
        _on=v.max_if(rows["_place"], rows.is_on),
        _off=v.min_if(rows["_place"], ~rows.is_on),
    )
    sums = sums.mutate(off_sheet_class_gap=sums["_on"] - sums["_off"]).drop("_on", "_off")
    return for_all(context, "customer", sums, but=("off_sheet_class_gap",))
