"""Arrears that count: past due by more than an amount and by more than a part of the exposure.

Limits are those of parameter `materiality`; a policy without it says nothing, and all facts here are null.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from postloan.engine import Column, Kind, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, by_id, nulls, zero
from postloan.facts.registry import fact

_PAID = "due.due_on due.principal due.interest due.fees payment.paid_on payment.amount"

FACTS = (
    fact(
        "loan.is_retail_exposure",
        "Whether the loan counts as retail by parameter materiality: of a kind of borrower named there, or "
        "of a small business whose whole exposure is within small_limit; null where the kind is not known.",
        zh="是否按参数（重大性）属零售敞口：借款人属所列类别，或小企业总敞口不超过限额；类别不明为空。",
        sources="customer.kind customer.is_small_micro position.balance loan.amount",
    ),
    fact(
        "loan.material_dpd_days",
        "Days in a row for which what is past due has been above both limits of materiality; 0 where it is "
        "not. Retail counts by loan, others by borrower. Held against the exposure of the day; from the "
        "schedule, or where the bank's record stands, its days past due if the amount is above the limits.",
        zh="逾期金额连续高于两项重大性标准的天数；未高于为0。零售按单笔，其他按借款人合计；与当日敞口相比；按还款计划计算，"
        "采用本行记录的，金额高于标准时取其逾期天数。",
        needs="due|position",
        keeps="calendar",
        sources=_PAID + " position.days_past_due position.overdue_principal position.balance customer.kind",
    ),
    fact(
        "loan.days_since_material_days",
        "Days since arrears were last material, by the schedule or the runs of this store; 0 while they are, "
        "null where they never were.",
        zh="距最近一次重大逾期的天数（按还款计划或历次运行）；当前重大为0，从未重大为空。",
        needs="due|position",
        keeps="calendar",
        sources=_PAID + " facts_loan.material_last_on",
    ),
    fact(
        "loan.material_last_on",
        "The last day on which arrears were material.",
        zh="最近一次逾期达到重大性标准的日期。",
        needs="due|position",
        keeps="calendar",
        sources=_PAID + " facts_loan.material_last_on",
    ),
    fact(
        "customer.material_overdue_share",
        "Part of the customer's exposures on the balance sheet whose arrears have been material for more "
        "than non_performing_days; where arrears are not known the exposure counts as not past due, and "
        "the loan names them as missing; null without an exposure on the sheet.",
        zh="客户表内敞口中重大逾期超过参数天数的部分所占比例；逾期情况不明的按未逾期计，并在该笔贷款列为缺失；无表内敞口为空。",
        needs="due|position",
        keeps="calendar",
        sources=_PAID + " position.days_past_due position.overdue_principal position.balance",
    ),
)

_OF_LOAN = tuple(one.column for one in FACTS if one.subject == "loan")

_SERIES: dict[str, Kind] = {"_since": "date", "_last": "date"}


def compute(context: Context) -> None:
    """Tell the facts above, and keep `materiality`, one row a loan with those of loans."""
    if "materiality" not in context.policy.parameters:
        return
    rows = context.keep("material_units", _units(context))
    sums = rows.group_by(_of="unit").aggregate(
        owed=v.total(rows.owed),
        overdue=v.total(rows.overdue),
        dpd_days=rows.dpd_days.max(),
        _recorded=v.count_if(rows.is_recorded),
    )
    rows = rows.select("id", "unit", "is_retail_exposure")
    rows = context.keep("unit_sums", rows.left_join(sums, rows.unit == sums["_of"]).drop("_of"))
    units = rows.select("unit", "is_retail_exposure", "owed").distinct()
    series = _series(context, units)
    rows = rows.left_join(series, rows.unit == series["_unit"]).drop("_unit")
    today = context.day
    above = _above(context, rows.overdue, rows)
    known = rows.dpd_days.notnull() & (rows.overdue.notnull() | (rows.dpd_days == 0))
    by_record = v.when([(~known, v.null("integer")), (above.fill_null(False), rows.dpd_days)], zero())
    by_schedule = v.days_between(today, rows["_since"]).fill_null(0) + rows["_since"].notnull().ifelse(
        v.literal(1, "integer"), zero()
    )
    days = (rows["_recorded"] > 0).ifelse(by_record, known.ifelse(by_schedule, v.null("integer")))
    rows = rows.mutate(material_dpd_days=days)
    rows = _with_last(context, rows)
    rows = context.keep("materiality", rows.select("id", *_OF_LOAN))
    context.tell("loan", rows)
    context.tell("customer", _late_shares(context, rows))


def _late_shares(context: Context, rows: Table) -> Table:
    """Give the late part of each customer's own exposures on the sheet: id, material_overdue_share."""
    loans = context.made["loans_known"].filter(lambda t: (t.on_off == "on") & ~t.is_entrusted)
    rows = rows.select("material_dpd_days", _of="id")
    loans = loans.inner_join(rows, loans["id"] == rows["_of"])
    late = (loans.material_dpd_days > context.whole("non_performing_days")).fill_null(False)
    sums = loans.group_by(id=loans.customer_id).aggregate(
        _late=v.total_if(loans.reporting_balance, late), _all=v.total(loans.reporting_balance)
    )
    return sums.select("id", material_overdue_share=v.ratio(sums["_late"], sums["_all"]))


def _units(context: Context) -> Table:
    """Give each loan with the unit by which it counts, and its amounts in the reporting currency."""
    loans = context.made["loans_known"]
    rule: Mapping[str, object] = context.policy.parameter("materiality")
    kinds = tuple(str(kind) for kind in _list(rule["retail_kinds"]))
    small_limit = v.literal(int(Decimal(str(rule["small_limit"])) * 100), "integer")
    people = context.book.table("customer")
    people = people.select(_person="customer_id", _kind="kind", _small="is_small_micro")
    whole = loans.group_by(_borrower=loans.customer_id).aggregate(_whole=v.total(loans.reporting_balance))
    rows = loans.left_join(people, loans.customer_id == people["_person"])
    rows = rows.left_join(whole, rows.customer_id == whole["_borrower"])
    small = (rows["_kind"] == "small_business") | rows["_small"].fill_null(False)
    is_retail_exposure = rows["_kind"].isin(kinds) | (small & (rows["_whole"] <= small_limit))
    recorded = rows.dpd_source.isin(("position", "carried")).fill_null(False)
    return rows.select(
        "id",
        "dpd_days",
        is_retail_exposure=is_retail_exposure,
        unit=v.when(
            [(is_retail_exposure.fill_null(False), v.concat("loan:", rows["id"]))],
            v.concat("customer:", rows.customer_id),
        ),
        owed=rows.reporting_balance,
        overdue=v.convert(rows.overdue, rows.rate),
        is_recorded=recorded,
    )


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _above(context: Context, amount: Column, rows: Table) -> Column:
    """Tell whether an amount past due lies above both limits for the row's kind and exposure."""
    rule: Mapping[str, Mapping[str, object]] = context.policy.parameter("materiality")

    def limits(name: str) -> Column:
        least = v.literal(int(Decimal(str(rule[name]["amount"])) * 100), "integer")
        share = v.literal(Decimal(str(rule[name]["share"])), "decimal")
        # Without an exposure any amount is more than a part of it.
        return (amount > least) & (v.ratio(amount, rows.owed) > share).fill_null(True)

    return v.when([(rows.is_retail_exposure.fill_null(False), limits("retail"))], limits("other"))


def _series(context: Context, units: Table) -> Table:
    """Give for each unit the day since which arrears are material, and the last day on which they were.

    Columns: _unit, _since (null where they are not material on the day), _last (null where they never were).
    """
    if not context.book.has("due"):
        return nulls(units.select(_unit="unit"), _SERIES)
    steps = _steps(context)
    steps = steps.inner_join(units, steps["_unit"] == units.unit)
    order = [(steps["_on"], "asc")]
    arrears = v.running_sum(steps["_change"], partition=[steps["_unit"]], order=order)
    steps = steps.mutate(_arrears=arrears)
    steps = steps.mutate(_is=_above(context, steps["_arrears"], steps).fill_null(False))
    partition, order = [steps["_unit"]], [(steps["_on"], "asc")]
    tomorrow = v.literal(context.as_of + timedelta(days=1), "date")
    until = v.coalesce(v.lead(steps["_on"], partition=partition, order=order), tomorrow)
    steps = context.keep("material_steps", steps.mutate(_until=until))
    ends = steps.group_by(_unit=steps["_unit"]).aggregate(
        _clear_until=v.max_if(steps["_until"], ~steps["_is"]),
        _material_until=v.max_if(steps["_until"], steps["_is"]),
        _first=v.min_if(steps["_on"], steps["_is"]),
    )
    now = ends["_material_until"] == tomorrow
    # Before the first step nothing was past due, so the first material day is a step's or the end of a pause.
    since = v.coalesce(v.greatest(ends["_clear_until"], ends["_first"]), ends["_first"])
    return ends.select(
        "_unit",
        _since=v.when([(now, since)], v.null("date")),
        _last=v.add_days(ends["_material_until"], -1),
    )


def _steps(context: Context) -> Table:
    """Give the days on which what is past due of a unit changed, and by how much: _unit, _on, _change.

    An instalment is past due from the day after its due date. Money paid ahead waits for what falls due.
    """
    units = context.made["material_units"].select("unit", _member="id")
    rate = context.made["loans_known"].select(_loan="id", _rate="rate")
    due = context.made["instalments"]
    due = due.filter(due.due_on < context.day)
    owed = due.select(_loan="loan_id", _on=v.add_days(due.due_on, 1), _amount=due.due)
    paid = context.made["payments"]
    money = paid.select(_loan="loan_id", _on="paid_on", _amount=zero() - paid.amount)
    both = owed.union(money)
    days = both.group_by(["_loan", "_on"]).aggregate(_amount=v.total(both["_amount"]))
    so_far = v.running_sum(days["_amount"], partition=[days["_loan"]], order=[(days["_on"], "asc")])
    days = days.mutate(_left=v.greatest(so_far, zero()))
    before = v.lag(days["_left"], partition=[days["_loan"]], order=[(days["_on"], "asc")])
    days = days.mutate(_moved=days["_left"] - before.fill_null(0)).rename(_for="_loan")
    days = days.inner_join(rate, days["_for"] == rate["_loan"])
    days = days.inner_join(units, days["_for"] == units["_member"])
    days = days.mutate(_moved=v.convert(days["_moved"], days["_rate"]))
    return days.group_by(_unit=days.unit, _on=days["_on"]).aggregate(_change=v.total(days["_moved"]))


def _with_last(context: Context, rows: Table) -> Table:
    """Add the last material day: today, that of the schedule, or the one that the last run knew."""
    now = (rows.material_dpd_days > 0).fill_null(False)
    parts: dict[str, Table] = {}
    prior = context.prior.tables.get("facts_loan") if context.prior else None
    if prior is not None and "material_last_on" in prior.columns:
        parts["prior"] = prior.select("id", _before="material_last_on")
    rows = by_id(parts, rows) if parts else rows.mutate(_before=v.null("date"))
    last = now.ifelse(context.day, v.greatest(rows["_last"], rows["_before"]))
    rows = rows.mutate(material_last_on=last)
    return rows.mutate(days_since_material_days=v.days_between(context.day, rows.material_last_on))
