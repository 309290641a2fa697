"""Persons and households (family PER): contact, conduct, what one household owes, age, village rating."""

from __future__ import annotations

from datetime import timedelta

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import ties
from postloan.facts.context import Context, by_id, everyone, for_all, last_days, zero
from postloan.facts.registry import fact

_CONTACT = "contact.customer_id contact.contacted_on contact.kind contact.reached"
_VISIT = "visit.customer_id visit.visited_on visit.result"
_EVENT = "event.subject_id event.kind event.occurred_on event.source event.verified_by"
_HOUSEHOLD = "customer.household_id relation.kind relation.until"
_OWED = "position.balance loan.amount payment.amount fx.rate"

FACTS = (
    fact(
        "customer.unreachable_days",
        "Days for which the customer has counted as unreachable, the first included: since he was last "
        "reached, calls failed on so many days and visits failed within so many days (unreachable); 0 where "
        "he does not, null where the outcome of an attempt since then is not known.",
        zh="客户失联持续天数（含首日）：自最近一次联系上后，在规定天数内有规定天数的电话未通且走访未遇（参数）；未失联为0，其间有结果未知的为空。",
        needs="contact visit",
        keeps="calendar",
        sources=f"{_CONTACT} {_VISIT}",
    ),
    fact(
        "customer.visit_refused_count_180d",
        "Visits of the last 180 days that the customer refused; null where no visit says how it ended.",
        zh="最近180天内客户拒绝检查的走访次数；走访均未记录结果的为空。",
        needs="visit",
        keeps="calendar",
        sources=_VISIT,
    ),
    fact(
        "customer.is_bad_habit_confirmed",
        "Whether bad habits reported in the last 365 days were verified by somebody other than who reported "
        "them, or come from two sources.",
        zh="最近365天内反映的不良嗜好是否经反映人以外的人核实，或有两个来源。",
        needs="event",
        keeps="calendar",
        sources=_EVENT,
    ),
    fact(
        "customer.is_conduct_change_confirmed",
        "Whether a change of conduct reported in the last 365 days was verified by somebody other than who "
        "reported it, or comes from two sources.",
        zh="最近365天内反映的品行变化是否经反映人以外的人核实，或有两个来源。",
        needs="event",
        keeps="calendar",
        sources=_EVENT,
    ),
    fact(
        "customer.asset_sold_share_365d",
        "Share of the declared assets sold in the last 365 days, all sales added; null where no sale says "
        "how much.",
        zh="最近365天内变卖资产占申报资产的比例合计；变卖均未注明比例的为空。",
        needs="event",
        keeps="calendar",
        sources="event.subject_id event.kind event.occurred_on event.value",
    ),
    fact(
        "customer.household_borrower_count",
        "Members of the customer's household with an open loan, the customer included; null where the book "
        "has neither household numbers nor relations.",
        zh="客户所在家庭有未结清贷款的成员数（含本人）；既无家庭编号又无关系表的为空。",
        sources=f"{_HOUSEHOLD} {_OWED}",
    ),
    fact(
        "customer.household_limit_used_share",
        "Total exposure of the customer's household over household_limit; null as above.",
        zh="客户所在家庭的敞口合计占家庭限额（参数）的比例；为空条件同上。",
        sources=f"{_HOUSEHOLD} {_OWED}",
    ),
    fact(
        "loan.age_at_maturity",
        "The borrower's age in full years on the day the loan matures.",
        zh="贷款到期日借款人的周岁年龄。",
        kind="integer",
        unit="years",
        sources="customer.born_on loan.matures_on",
    ),
    fact(
        "customer.has_co_borrower",
        "Whether somebody borrows together with the customer.",
        zh="客户是否有共同借款人。",
        needs="relation",
        sources="relation.from_customer_id relation.to_customer_id relation.kind relation.until",
    ),
    fact(
        "customer.village_rank_chg_12m",
        "Place of the last village rating less that of the one that stood 365 days before the day, or of the "
        "first since; above 0 is worse, null with a single rating.",
        zh="最近一次村级信用评级的等级序号与365天前有效评级（没有则为其后首次）之差，大于0为下降；仅一次评级的为空。",
        kind="integer",
        unit="places",
        needs="rating",
        keeps="calendar",
        sources="rating.subject_kind rating.subject_id rating.kind rating.rank rating.rated_on",
    ),
)

_MISSED = ("absent", "closed")
_MET = ("ok", "finding", "refused")


def compute(context: Context) -> None:
    """Tell the facts above."""
    book = context.book
    if book.has_column("contact", "reached") and book.has_column("visit", "result"):
        context.tell("customer", _unreachable(context))
    if book.has_column("visit", "result"):
        context.tell("customer", _refusals(context))
    if book.has("event"):
        context.tell("customer", _reports(context))
    if book.has_column("customer", "household_id") or book.has("relation"):
        context.tell("customer", _household(context))
    context.tell("loan", _ages(context))
    if book.has("relation"):
        context.tell("customer", _co_borrowers(context))
    if book.has("rating"):
        context.tell("customer", _village(context))


def _attempts(context: Context) -> Table:
    """Give each attempt to meet or call: id, day, is_call, met; met is null where that is not known."""
    contact, visit = context.book.table("contact"), context.book.table("visit")
    one = contact.select(
        id="customer_id",
        day="contacted_on",
        is_call=contact.kind == "call",
        tries=contact.kind.isin(("call", "visit")),
        met=contact.reached,
    )
    met = v.when(
        [
            (visit.result.isin(_MET), v.literal(True, "boolean")),
            (visit.result.isin(_MISSED), v.literal(False, "boolean")),
        ],
        v.null("boolean"),
    )
    other = visit.select(
        id="customer_id",
        day="visited_on",
        is_call=v.literal(False, "boolean"),
        tries=v.literal(True, "boolean"),
        met=met,
    )
    return one.union(other)


def _unreachable(context: Context) -> Table:
    rule = context.policy.parameter("unreachable")
    rows = _attempts(context)
    met = rows.filter(rows.met)
    met = met.group_by(_of=met.id).aggregate(last_met=met.day.max())
    since = rows.left_join(met, rows.id == met["_of"])
    # A letter or message without an answer says nothing.
    since = since.filter(since.tries & (since.last_met.isnull() | (since.day > since.last_met)))
    open_ends = since.group_by(id=since.id).aggregate(_unknown=v.count_if(since.met.isnull()))
    failed = since.filter(~since.met)
    days = failed.group_by("id", "day").aggregate(
        calls=v.count_if(failed.is_call), visits=v.count_if(~failed.is_call)
    )
    days = context.engine.materialise(days, "failed_contacts")
    before = days.rename(_id="id", _day="day", _calls="calls", _visits="visits")
    first = v.add_days(days.day, 1 - int(rule["within_days"]))
    pairs = days.inner_join(
        before, [days.id == before["_id"], before["_day"] <= days.day, before["_day"] >= first]
    )
    windows = pairs.group_by("id", "day").aggregate(
        call_days=v.count_if(pairs["_calls"] > 0), visits=v.total(pairs["_visits"])
    )
    full = windows.filter(
        (windows.call_days >= int(rule["call_days"])) & (windows.visits >= int(rule["visits"]))
    )
    lost = full.group_by(id=full.id).aggregate(_since=full.day.min())
    rows = by_id({"open": open_ends, "lost": lost}, everyone(context, "customer"))
    lasted = v.days_between(context.day, rows["_since"]) + 1
    nothing = (rows["_unknown"] > 0).fill_null(False).ifelse(v.null("integer"), zero())
    return rows.select("id", unreachable_days=v.coalesce(lasted, nothing))


def _refusals(context: Context) -> Table:
    rows = context.book.table("visit")
    rows = rows.filter(last_days(rows.visited_on, context, 180))
    sums = rows.group_by(id=rows.customer_id).aggregate(
        _known=v.count_if(rows.result.notnull()), _refused=v.count_if(rows.result == "refused")
    )
    rows = by_id({"sums": sums}, everyone(context, "customer"))
    nothing = rows["_known"].isnull().ifelse(zero(), v.null("integer"))
    refused = (rows["_known"] > 0).ifelse(rows["_refused"], v.null("integer"))
    return rows.select("id", visit_refused_count_180d=v.coalesce(refused, nothing))


def _reports(context: Context) -> Table:
    rows = context.made["events"]
    rows = rows.filter((rows.subject_kind == "customer") & last_days(rows.occurred_on, context, 365))
    sold = rows.kind == "asset_sold"
    shares = v.convert(v.literal(1_000_000, "integer"), rows["value"])
    columns: dict[str, Column] = {
        "_sales": v.count_if(sold),
        "_told": v.count_if(sold & rows["value"].notnull()),
        "_share": v.total_if(shares.fill_null(zero()), sold),
    }
    for kind in ("bad_habit", "conduct_changed"):
        own = rows.kind == kind
        checked = rows.verified_by.notnull() & (rows.source.isnull() | (rows.source != rows.verified_by))
        columns[f"_{kind}_checked"] = v.count_if(own & checked)
        columns[f"_{kind}_first"] = v.min_if(rows.source, own)
        columns[f"_{kind}_last"] = v.max_if(rows.source, own)
    sums = rows.group_by(id=rows.subject_id).aggregate(**columns)
    share = v.ratio(sums["_share"], v.literal(1_000_000, "integer"))
    silent = (sums["_sales"] > 0) & (sums["_told"] == 0)
    flags = {
        kind: (sums[f"_{kind}_checked"] > 0)
        | (sums[f"_{kind}_first"] != sums[f"_{kind}_last"]).fill_null(False)
        for kind in ("bad_habit", "conduct_changed")
    }
    told = sums.select(
        "id",
        is_bad_habit_confirmed=flags["bad_habit"],
        is_conduct_change_confirmed=flags["conduct_changed"],
        asset_sold_share_365d=share,
        _silent=silent,
    )
    told = for_all(context, "customer", told)
    known = told["_silent"].ifelse(v.null("decimal"), told.asset_sold_share_365d)
    return told.mutate(asset_sold_share_365d=known).drop("_silent")


def _household(context: Context) -> Table:
    customers = context.made["customers"]
    rows = ties.with_household(context, customers.select("id", "has_open_loan", "total_exposure"))
    sums = rows.group_by(_home=rows.household).aggregate(
        borrowers=v.count_if(rows.has_open_loan), exposure=v.total(rows.total_exposure)
    )
    rows = rows.inner_join(sums, rows.household == sums["_home"])
    limit = v.literal(int(context.limit("household_limit") * 100), "integer")
    return rows.select(
        "id",
        household_borrower_count=rows.borrowers,
        household_limit_used_share=v.ratio(rows.exposure, limit),
    )


def _ages(context: Context) -> Table:
    customer = context.book.table("customer").select("born_on", _customer="customer_id")
    rows = context.made["loans_known"].select("id", "customer_id", "matures_on")
    rows = rows.inner_join(customer, rows.customer_id == customer["_customer"])
    age = v.integer_divide(v.months_between(rows.matures_on, rows.born_on), v.literal(12, "integer"))
    return rows.select("id", age_at_maturity=age)


def _co_borrowers(context: Context) -> Table:
    rows = context.book.table("relation")
    held = rows.until.isnull() | (rows.until >= context.day)
    rows = rows.filter((rows.kind == "co_borrower") & held)
    ends = rows.select(id="from_customer_id").union(rows.select(id="to_customer_id")).distinct()
    return for_all(context, "customer", ends.mutate(has_co_borrower=v.literal(True, "boolean")))


def _village(context: Context) -> Table:
    rows = context.book.table("rating")
    rows = rows.filter((rows.subject_kind == "customer") & (rows.kind == "village"))
    then = v.literal(context.as_of - timedelta(days=365), "date")
    order = [(rows.rated_on, "desc")]
    rows = rows.mutate(
        _turn=v.row_number(partition=[rows.subject_id], order=order), _old=rows.rated_on <= then
    )
    sums = rows.group_by(id=rows.subject_id).aggregate(
        _count=rows.count(),
        _last=v.max_if(rows["rank"], rows["_turn"] == 1),
        _stood=v.min_if(rows["_turn"], rows["_old"]),
    )
    # The rating that stood a year ago is the newest of the old ones, else the oldest of all.
    sums = sums.mutate(_from=v.coalesce(sums["_stood"], sums["_count"]))
    right = sums.rename(_of="id")
    rows = rows.inner_join(right, rows.subject_id == right["_of"])
    base = rows.filter(rows["_turn"] == rows["_from"])
    change = base["_last"] - base["rank"]
    many = base["_count"] > 1
    return base.select(id="subject_id", village_rank_chg_12m=many.ifelse(change, v.null("integer")))
