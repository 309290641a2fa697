"""Conduct of staff (family OPS): caseload, arrears, handovers, and classes that people raised."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import classes, compare
from postloan.facts.context import Context, everyone, for_all, last_days, zero
from postloan.facts.registry import fact
from postloan.results import FIVE_LEVELS

_MANAGED = "assignment.staff_id assignment.since assignment.until contract.manager_id"
_LATE = (
    f"{_MANAGED} due.due_on payment.amount position.days_past_due contract.contract_type "
    "contract.guarantee_mode"
)
_LOAD = (
    f"{_MANAGED} loan_state.five_level class_decision.five_level customer.kind position.balance loan.amount"
)
_DECIDED = (
    "class_decision.decided_by class_decision.decided_on class_decision.kind class_decision.five_level "
    "class_decision.level_code"
)

FACTS = (
    fact(
        "staff.loan_count",
        "Open exposures that the person manages, with known days past due.",
        zh="其管户、逾期天数已知的未结清敞口笔数。",
        keeps="population",
        needs="due|position",
        sources=_LATE,
    ),
    fact(
        "staff.dpd30_share",
        "Share of those more than 30 days past due.",
        zh="其中逾期超过30天的占比。",
        keeps="population",
        needs="due|position",
        sources=_LATE,
    ),
    fact(
        "staff.dpd30_vs_peers",
        "How far that share, less the one that the book's rates by contract type and guarantee mode would "
        "give, in ten-thousandths, lies above those of the others who manage area_minimum exposures: "
        "squared, in their standard deviations, so that 4 is two of them; 0 where it does not lie above "
        "their mean, null with fewer than area_peers of them.",
        zh="扣除业务结构影响后，该占比高于其他客户经理均值的程度，以标准差计并取平方（4即两个标准差）；不高于均值为0。",
        kind="decimal",
        unit="squared standard deviations",
        keeps="population",
        needs="due|position",
        sources=_LATE,
    ),
    fact(
        "staff.caseload",
        "Customers that the person manages, each weighted by the worst class of his exposures, the amount "
        "band and, for farmers of band A1, as looked at off site (caseload_weights).",
        zh="管户客户数，按最差分类、金额档次加权，A1档农户按非现场权重计。",
        kind="decimal",
        unit="weighted customers",
        keeps="population",
        sources=_LOAD,
    ),
    fact(
        "staff.caseload_vs_cap",
        "caseload over the cap of the person's level (caseload_caps); null without a level that has one.",
        zh="加权管户数与其级别上限之比；级别未知或无上限则为空。",
        kind="decimal",
        unit="ratio",
        needs="staff",
        keeps="population",
        sources=_LOAD + " staff.level",
    ),
    fact(
        "staff.unsigned_handover_days",
        "Days since the earliest takeover in force of a contract with an open exposure whose handover is not "
        "signed; 0 without one. A takeover follows another's assignment, or is marked as inherited.",
        zh="现管合同中交接未签字的最早接管至今天数；没有则为0。",
        needs="assignment",
        keeps="calendar",
        sources="assignment.contract_id assignment.staff_id assignment.since assignment.until "
        "assignment.handover_signed_on assignment.inherited",
    ),
    fact(
        "staff.decision_count_365d",
        "Classes that the person decided in the last 365 days on loans that had one before.",
        zh="近365天内对已有分类的贷款作出的分类认定次数。",
        needs="class_decision",
        keeps="calendar",
        sources=_DECIDED,
    ),
    fact(
        "staff.upgrade_share_365d",
        "Share of those that are better than the class decided before.",
        zh="其中优于前次分类的占比。",
        needs="class_decision",
        keeps="calendar",
        sources=_DECIDED,
    ),
    fact(
        "staff.upgrade_share_365d_peer_p95",
        "The 95th percentile of upgrade_share_365d among those who decided area_minimum classes; null with "
        "fewer than area_peers of them.",
        zh="认定次数足够者上调占比的第95百分位；人数不足则为空。",
        needs="class_decision",
        keeps="population",
        sources=_DECIDED,
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above, one row a person."""
    if not context.book.has("staff"):
        return
    loans = context.made["loans_known"]
    loans = loans.filter(~loans.is_entrusted & loans.manager_id.notnull())
    if context.book.has("due") or context.book.has("position"):
        context.tell("staff", _arrears(context, loans))
    context.tell("staff", _caseload(context, loans))
    if context.book.has_column("assignment", "handover_signed_on"):
        context.tell("staff", _handovers(context, loans))
    if context.book.has("class_decision"):
        context.tell("staff", _upgrades(context))


def _arrears(context: Context, loans: Table) -> Table:
    known = loans.filter(loans.dpd_days.notnull())
    rows = known.select(
        manager="manager_id",
        type=known.contract_type.fill_null(""),
        mode=known.guarantee_mode.fill_null(""),
        late=known.dpd_days > 30,
    )
    cells = rows.group_by(_type=rows.type, _mode=rows.mode).aggregate(
        _rate=_part(v.count_if(rows.late), rows.count(), 1_000_000)
    )
    rows = rows.inner_join(cells, [rows.type == cells["_type"], rows.mode == cells["_mode"]])
    sums = rows.group_by(_of=rows.manager).aggregate(
        loan_count=rows.count(), _late=v.count_if(rows.late), _expected=v.total(rows["_rate"])
    )
    people = everyone(context, "staff").mutate(_group=v.literal("all", "string"))
    rows = people.left_join(sums, people["id"] == sums["_of"])
    enough = rows.loan_count >= context.whole("area_minimum")
    # Both parts of the difference are millionths of an exposure, so a hundred of them are a ten-thousandth.
    excess = v.integer_divide(rows["_late"] * 1_000_000 - rows["_expected"], rows.loan_count * 100)
    rows = rows.mutate(_excess=enough.fill_null(False).ifelse(excess, v.null("integer")))
    return rows.select(
        "id",
        loan_count=rows.loan_count.fill_null(0),
        dpd30_share=v.ratio(rows["_late"], rows.loan_count),
        dpd30_vs_peers=compare.squared_distance(rows, "_excess", "_group", context.whole("area_peers")),
    )


def _part(count: Column, of: Column, scale: int) -> Column:
    """Give count / of in whole parts of one over `scale`."""
    return v.convert(v.literal(scale, "integer"), v.ratio(count, of))


def _caseload(context: Context, loans: Table) -> Table:
    weights: Mapping[str, object] = context.policy.parameter("caseload_weights")
    now = classes.current(context)
    worst = zero()
    if now is not None:
        loans = loans.left_join(now.rename(_classed="loan_id"), loans["id"] == now.loan_id)
        worst = classes.rank(loans.five).fill_null(0)
    loans = loans.mutate(_worst=worst)
    pairs = loans.group_by("manager_id", "customer_id").aggregate(_worst=loans["_worst"].max())
    customer = context.made["customers"].select(_customer="id", _kind="kind", _band="amount_band")
    pairs = pairs.left_join(customer, pairs.customer_id == customer["_customer"])
    off_site = (pairs["_kind"] == "farmer") & (pairs["_band"] == "A1")
    branches = []
    for place, five in enumerate(FIVE_LEVELS):
        for factor, applies in (("A5", pairs["_band"] == "A5"), ("farmer_A1", off_site), ("", None)):
            weight = Decimal(str(weights[five])) * Decimal(str(weights[factor] if factor else 1))
            is_class = pairs["_worst"] == place
            holds = is_class if applies is None else is_class & applies
            branches.append((holds, v.literal(int(weight * 1000), "integer")))
    pairs = pairs.mutate(_weight=v.when(branches, zero()))
    sums = pairs.group_by(_of=pairs.manager_id).aggregate(_load=v.total(pairs["_weight"]))
    people = context.book.table("staff").select("level", id="staff_id")
    rows = people.left_join(sums, people["id"] == sums["_of"])
    load = rows["_load"].fill_null(0)
    caps: Mapping[str, object] = context.policy.parameter("caseload_caps")
    cap = v.when(
        [
            (rows.level == level, v.literal(int(str(most)) * 1000, "integer"))
            for level, most in sorted(caps.items())
        ],
        v.null("integer"),
    )
    return rows.select(
        "id", caseload=v.ratio(load, v.literal(1000, "integer")), caseload_vs_cap=v.ratio(load, cap)
    )


def _handovers(context: Context, loans: Table) -> Table:
    table = context.book.table("assignment")
    order = [(table.since, "asc"), (table.staff_id, "asc")]
    before = v.lag(table.staff_id, partition=[table.contract_id], order=order)
    table = table.mutate(
        _follows=(before != table.staff_id).fill_null(False) | table.inherited.fill_null(False)
    )
    is_open = table.until.isnull() | (table.until > context.day)
    open_ones = table.filter(is_open & table["_follows"] & table.handover_signed_on.isnull())
    open_ones = open_ones.semi_join(loans, open_ones.contract_id == loans.contract_id)
    waits = v.days_between(context.day, open_ones.since)
    sums = open_ones.group_by(id=open_ones.staff_id).aggregate(unsigned_handover_days=waits.max())
    return for_all(context, "staff", sums)


def _upgrades(context: Context) -> Table:
    rows = classes.five_levels(context, context.book.table("class_decision"))
    step = v.when(
        [(rows.kind == "initial", zero()), (rows.kind == "determination", v.literal(1, "integer"))],
        v.literal(2, "integer"),
    )
    rows = rows.mutate(_place=classes.rank(rows.five), _step=step)
    rows = rows.filter(rows["_place"].notnull())
    order = [(rows.decided_on, "asc"), (rows["_step"], "asc")]
    rows = rows.mutate(_before=v.lag(rows["_place"], partition=[rows.loan_id], order=order))
    recent = rows.filter(rows["_before"].notnull() & last_days(rows.decided_on, context, 365))
    sums = recent.group_by(_of=recent.decided_by).aggregate(
        _all=recent.count(), _better=v.count_if(recent["_place"] < recent["_before"])
    )
    people = everyone(context, "staff").mutate(_group=v.literal("all", "string"))
    rows = people.left_join(sums, people["id"] == sums["_of"])
    share = v.ratio(rows["_better"], rows["_all"])
    enough = (rows["_all"] >= context.whole("area_minimum")).fill_null(False)
    rows = rows.mutate(upgrade_share_365d=share, _told=enough.ifelse(share, v.null("decimal")))
    peers = compare.quantile(rows, "_told", 95, ["_group"])
    peers = peers.filter(peers.peers >= context.whole("area_peers"))
    rows = rows.left_join(peers.select(_peers="_group", _usual="quantile"), rows["_group"] == peers["_group"])
    return rows.select(
        "id",
        "upgrade_share_365d",
        decision_count_365d=rows["_all"].fill_null(0),
        upgrade_share_365d_peer_p95="_usual",
    )
