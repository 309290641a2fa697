"""Groups, related parties and hidden control (family GRP)."""

from __future__ import annotations

from functools import reduce

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import standing, ties
from postloan.facts.context import Context, bank_figure, by_id, last_days, zero
from postloan.facts.registry import fact

_GROUP = "customer.group_id relation.kind relation.share relation.until"
_EXPOSURE = "position.balance loan.amount payment.amount fx.rate"
_CONTACT = "customer.phone_hash customer.address_hash relation.kind customer.household_id"

FACTS = (
    fact(
        "customer.group_member_count",
        "Members of the connected group: one group number, or held by shares of connected_shareholder_share "
        "or control of connected_controller_share and more, directly or through others; 0 for who is in "
        "none, null where the book has neither group numbers nor relations.",
        zh="关联集团成员数：同一集团编号，或持股、控制比例达到参数，直接或间接相连；不在集团的为0；既无集团编号又无关系表的为空。",
        sources=_GROUP,
    ),
    fact(
        "customer.group_worst_dpd_days",
        "The worst days past due among the other members of the connected group; 0 for who is in none.",
        zh="关联集团其他成员的最长逾期天数；不在集团的为0。",
        needs="due|position",
        keeps="calendar",
        sources=f"{_GROUP} {standing.OWED}",
    ),
    fact(
        "customer.has_npl_group_member",
        "Whether another member of the connected group is non-performing: class substandard or worse, or "
        "more than non_performing_days past due.",
        zh="关联集团其他成员是否已不良：分类为次级及以下，或逾期超过参数天数。",
        needs="due|position|prior|class_decision",
        keeps="calendar",
        sources=f"{_GROUP} {standing.OWED} {standing.CLASS}",
    ),
    fact(
        "customer.group_exposure_amt",
        "Total exposure of the connected group; the customer's own for who is in none.",
        zh="关联集团的敞口合计；不在集团的为本人敞口。",
        sources=f"{_GROUP} {_EXPOSURE}",
    ),
    fact(
        "customer.exposure_limit_used_share",
        "The larger of the customer's exposure over its limit and the connected group's over its own; limits "
        "are single_exposure_limit and group_exposure_limit of the bank's net capital.",
        zh="客户敞口占单一客户限额的比例与集团敞口占集团限额的比例，取大者；限额为资本净额乘以参数。",
        needs="bank_figure",
        sources=f"{_GROUP} {_EXPOSURE} bank_figure.item bank_figure.value",
    ),
    fact(
        "customer.affiliate_case_count_365d",
        "Events of other members of the connected group in the last 365 days: enforcement, dishonesty, "
        "spending limits, frozen equity, tax inspection; and cases of reorganisation, liquidation or "
        "bankruptcy of theirs that are open.",
        zh="关联集团其他成员最近365天内被执行、失信、限高、股权冻结、税务稽查的事件数，及其未结的重整、清算、破产案件数。",
        needs="event|proceeding",
        keeps="calendar",
        sources=f"{_GROUP} event.kind event.subject_id event.occurred_on proceeding.kind proceeding.stage "
        "proceeding.closed_on",
    ),
    fact(
        "customer.shared_contact_count",
        "Households of borrowers, the customer's own included, with one telephone, one address or one "
        "device, whichever is shared by most; 0 where none is shared, null where none is known.",
        zh="共用同一电话、地址或设备的借款人家庭数（含本家庭），取最大者；无共用的为0，均不知的为空。",
        sources=_CONTACT,
    ),
)

_TROUBLE = ("dishonest_debtor", "enforced_party", "equity_frozen", "spending_limited", "tax_inspection")
_INSOLVENCY = ("reorganisation", "liquidation")


def compute(context: Context) -> None:
    """Tell the facts above."""
    if not ties.can_tell(context):
        return
    context.tell("customer", by_id({"contacts": _contacts(context)}, _with_groups(context)))


def _with_groups(context: Context) -> Table:
    """Give what each customer's group comes to; null throughout where nothing can tell groups."""
    own = standing.rows(context).select("exposure", "dpd", "is_npl", _of="id")
    cases, members = _cases(context), ties.layer(context, "group")
    members = members.left_join(own, members["id"] == own["_of"])
    members = members.left_join(cases, members["id"] == cases["_case_of"])
    members = members.mutate(
        cases=members.cases.fill_null(zero()),
        _bad=members.is_npl.ifelse(v.literal(1, "integer"), zero()).fill_null(zero()),
        _open=members.is_npl.isnull().ifelse(v.literal(1, "integer"), zero()),
    )
    sums = members.group_by(_weak=members.weak).aggregate(
        _exposure=v.total(members.exposure),
        _cases=v.total(members.cases),
        _bads=v.total(members["_bad"]),
        _opens=v.total(members["_open"]),
    )
    worst = ties.worst_of_others(members, members.dpd).select(_worst_of="id", worst="worst")
    members = members.inner_join(sums, members.weak == sums["_weak"])
    members = members.inner_join(worst, members["id"] == worst["_worst_of"])
    bads, opens = members["_bads"] - members["_bad"], members["_opens"] - members["_open"]
    members = members.select(
        _member="id",
        _size="weak_size",
        _worst="worst",
        _npl=v.when(
            [(bads > 0, v.literal(True, "boolean")), (opens == 0, v.literal(False, "boolean"))],
            v.null("boolean"),
        ),
        _exposure=members["_exposure"],
        _others=members["_cases"] - members.cases,
    )
    rows = standing.rows(context).select("id", "exposure")
    rows = rows.left_join(members, rows["id"] == members["_member"])
    alone = rows["_member"].isnull()
    known = v.literal(_can_tell(context), "boolean")
    has_cases = v.literal(context.book.has("event") or context.book.has("proceeding"), "boolean")
    exposure = v.coalesce(rows["_exposure"], rows.exposure)
    return rows.select(
        "id",
        group_member_count=_if(known, alone.ifelse(zero(), rows["_size"])),
        group_worst_dpd_days=_if(known, alone.ifelse(zero(), rows["_worst"])),
        has_npl_group_member=_if(known, alone.ifelse(v.literal(False, "boolean"), rows["_npl"])),
        group_exposure=_if(known, exposure),
        affiliate_case_count_365d=_if(known & has_cases, alone.ifelse(zero(), rows["_others"])),
        exposure_limit_used_share=_limit_used(context, rows.exposure, exposure),
    )


def _can_tell(context: Context) -> bool:
    return context.book.has("relation") or context.book.has_column("customer", "group_id")


def _if(known: Column, column: Column) -> Column:
    return known.ifelse(column, column.nullif(column))


def _limit_used(context: Context, single: Column, group: Column) -> Column:
    capital = bank_figure(context, "net_capital")

    def used(exposure: Column, limit: str) -> Column:
        return v.ratio(exposure, v.convert(capital, v.literal(context.limit(limit), "decimal")))

    return v.greatest(used(single, "single_exposure_limit"), used(group, "group_exposure_limit"))


def _cases(context: Context) -> Table:
    """Count the troubles of each customer that say something of those who are connected with him."""
    events = context.book.table("event")
    grave = (events.subject_kind == "customer") & events.kind.isin(_TROUBLE)
    events = events.filter(grave & last_days(events.occurred_on, context, 365))
    suits = context.book.table("proceeding")
    insolvent = suits.kind.isin(_INSOLVENCY).fill_null(False) | (suits.stage == "bankruptcy")
    suits = suits.filter(insolvent & (suits.closed_on.isnull() | (suits.closed_on > context.day)))
    both = events.select("event_id", of="subject_id").union(
        suits.select(event_id="proceeding_id", of="customer_id")
    )
    return both.group_by(_case_of=both.of).aggregate(cases=both.count())


def _contacts(context: Context) -> Table:
    """Count the households of borrowers behind each shared telephone, address or device."""
    borrowers = context.made["customers"].filter(lambda t: t.has_open_loan).select(_borrower="id")
    shared = ties.rows(context).filter(lambda t: t.layer.isin(ties.CONTACTS))
    owing = shared.semi_join(borrowers, shared["id"] == borrowers["_borrower"])
    owing = ties.with_household(context, owing).select("layer", "weak", "household").distinct()
    counts = owing.group_by(_layer=owing.layer, _weak=owing.weak).aggregate(_count=owing.count())
    rows = shared.inner_join(counts, (shared.layer == counts["_layer"]) & (shared.weak == counts["_weak"]))
    most = rows.group_by(_of=rows["id"]).aggregate(_most=rows["_count"].max())
    customers = context.book.table("customer")
    known = [customers.phone_hash.notnull(), customers.address_hash.notnull()]
    if context.book.has("relation"):
        known.append(v.literal(True, "boolean"))
    rows = customers.select(id="customer_id", known=reduce(lambda a, b: a | b, known))
    rows = rows.left_join(most, rows["id"] == most["_of"])
    nothing = rows.known.ifelse(zero(), v.null("integer"))
    return rows.select("id", shared_contact_count=v.coalesce(rows["_most"], nothing))
