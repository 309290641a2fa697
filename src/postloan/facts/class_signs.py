"""What the floors and the matrix ask of a loan and its debtor beside arrears and impairment (B2, B7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import standing, ties
from postloan.facts.context import Context, by_id, everyone, for_all, zero
from postloan.facts.registry import fact
from postloan.results import FIVE_LEVELS

_EVENT = "event.subject_kind event.subject_id event.kind event.occurred_on"
_G = "guarantee.contract_id guarantee.guarantor_customer_id"
_NPL = f"{standing.OWED} {standing.CLASS}"

FACTS = (
    fact(
        "loan.is_retail",
        "A personal, card, small or micro claim (parameter retail); of a corporate of unknown size it "
        "is not.",
        zh="是否零售债权：个人、信用卡、小微企业（参数retail）；规模不明的企业不算。",
        sources="customer.kind customer.is_small_micro contract.contract_type",
    ),
    fact(
        "loan.is_refinancing",
        "Whether it was granted to repay another debt: it names the loan that it refinances, or is a "
        "new loan for an old one or a renewal without repayment of principal.",
        zh="是否借新还旧：注明所还贷款，或为借新还旧、无还本续贷。",
        sources="loan.refinances_loan_id loan.renewal_kind",
    ),
    fact(
        "loan.is_renewal_qualified",
        "Whether the bank recorded that the renewal meets the conditions under which it may stay normal.",
        zh="续贷是否经认定符合可保持正常类的条件。",
        sources="loan.renewal_qualified",
    ),
    fact(
        "loan.is_use_changed",
        "Whether the use of the loan, its contract or all the debtor's loans was changed without consent.",
        zh="贷款（其合同或债务人全部贷款）是否未经同意改变用途。",
        needs="event",
        sources=_EVENT,
    ),
    fact(
        "customer.has_debt_evasion",
        "Whether evasion of bank debts was reported of the customer.",
        zh="客户是否被报告逃废银行债务。",
        needs="event",
        sources=_EVENT,
    ),
    fact(
        "customer.is_in_merger_period",
        "Whether a merger or takeover changed who pays, less than merger_months ago.",
        zh="还款主体是否因合并、收购而变更且未满规定月数（参数merger_months）。",
        needs="event",
        keeps="calendar",
        sources=_EVENT,
    ),
    fact(
        "customer.is_in_liquidation",
        "Whether the customer's bankruptcy liquidation was accepted by the court and is not closed.",
        zh="客户的破产清算是否已被法院受理且未结。",
        needs="proceeding",
        sources="proceeding.customer_id proceeding.role proceeding.kind proceeding.stage "
        "proceeding.closed_on",
    ),
    fact(
        "customer.external_rating_drop",
        "Places by which the last external rating is worse than the best one of the 12 months before it; "
        "null with a single rating.",
        zh="最近一次外部评级较其前12个月内最好评级下降的级数；仅一次评级的为空。",
        kind="integer",
        unit="places",
        needs="rating",
        sources="rating.subject_kind rating.subject_id rating.kind rating.rank rating.rated_on",
    ),
    fact(
        "customer.is_dead",
        "Whether the customer's death was reported.",
        zh="客户是否已死亡。",
        needs="event",
        sources=_EVENT,
    ),
    fact(
        "customer.estate_value",
        "What the estate of a customer who died is worth, as the event of the death says; null where it "
        "does not.",
        zh="已死亡客户的遗产价值（死亡事件所报数值）；未注明的为空。",
        kind="decimal",
        unit="reporting currency",
        needs="event",
        sources=f"{_EVENT} event.value",
    ),
    fact(
        "loan.has_liable_party",
        "Whether somebody beside the borrower answers for it: a guarantor, a co-borrower, or the owner of a "
        "security who is not the borrower.",
        zh="借款人之外是否另有责任人：保证人、共同借款人或非借款人的押品所有人。",
        needs="guarantee|relation|collateral",
        sources=f"{_G} relation.from_customer_id relation.to_customer_id relation.kind relation.until "
        "collateral.contract_id collateral.owner_customer_id",
    ),
    fact(
        "loan.guarantor_npl_count",
        "Guarantors of the contract who are non-performing: by days past due or class here, or by class "
        "in the "
        "last bureau report; null where none is known to be and one is not known.",
        zh="合同保证人中已不良的人数：按本行逾期天数、分类或最近征信报告分类；均未知不良而有不明的为空。",
        needs="guarantee",
        sources=f"{_G} {_NPL} bureau.worst_class",
    ),
    fact(
        "customer.circle_npl_count",
        "Other members of the customer's circle of guarantees who are non-performing; null where none is "
        "known to be and one who owes is not known.",
        zh="客户所在担保圈中其他已不良成员数；均未知不良而有借款成员不明的为空。",
        needs="guarantee",
        sources=f"{_G} guarantee.kind {_NPL}",
    ),
)

_ACCEPTED = ("bankruptcy", "judged", "enforcement")


def compute(context: Context) -> None:
    """Tell the facts above."""
    context.tell("loan", by_id({"use": _uses(context)}, _loans(context)))
    if context.book.has("event"):
        context.tell("customer", _events(context))
    if context.book.has("proceeding"):
        context.tell("customer", _liquidations(context))
    if context.book.has("rating"):
        context.tell("customer", _ratings(context))
    if context.book.has("guarantee"):
        context.tell("loan", _guarantors(context))
        context.tell("customer", _circles(context))
    if any(map(context.book.has, ("guarantee", "relation", "collateral"))):
        context.tell("loan", _liable(context))


def _loans(context: Context) -> Table:
    """Give what the loan itself and its debtor's kind say."""
    rule: Mapping[str, Sequence[Any]] = context.policy.parameter("retail")
    loans = context.made["loans"].select("id", "customer_id", "contract_type")
    customers = context.book.table("customer").select("kind", "is_small_micro", _who="customer_id")
    loans = loans.left_join(customers, loans.customer_id == customers["_who"])
    retail = loans.kind.isin(tuple(rule["customer_kinds"])).fill_null(False)
    retail = retail | loans.is_small_micro.fill_null(False)
    retail = retail | loans.contract_type.isin(tuple(rule["contract_types"])).fill_null(False)
    said = context.book.table("loan")
    told = any(context.book.has_column("loan", name) for name in ("refinances_loan_id", "renewal_kind"))
    new = said.refinances_loan_id.notnull() | said.renewal_kind.isin(
        ("new_for_old", "no_principal_renewal")
    ).fill_null(False)
    said = said.select(
        _of="loan_id",
        is_refinancing=new if told else v.null("boolean"),
        is_renewal_qualified=said.renewal_qualified.fill_null(False),
    )
    loans = loans.mutate(is_retail=retail).left_join(said, loans["id"] == said["_of"])
    return loans.select("id", "is_retail", "is_refinancing", "is_renewal_qualified")


def _uses(context: Context) -> Table:
    """Give the loans whose use was changed, by an event of the loan, its contract or its debtor."""
    loans = context.made["loans"].select("id", "customer_id")
    if not context.book.has("event"):
        return loans.select("id", is_use_changed=v.null("boolean"))
    events = context.made["events"]
    events = events.filter(events.kind == "use_changed_without_consent")
    own = events.filter(events.subject_kind == "loan").select(_own="subject_id").distinct()
    # An event of one loan counts for its debtor too, but not for his other loans: those are left out here.
    book = context.book.table("event")
    whole = book.filter((book.kind == "use_changed_without_consent") & (book.subject_kind == "customer"))
    whole = whole.select(_whole="subject_id").distinct()
    loans = loans.left_join(own, loans["id"] == own["_own"])
    loans = loans.left_join(whole, loans.customer_id == whole["_whole"])
    return loans.select("id", is_use_changed=loans["_own"].notnull() | loans["_whole"].notnull())


def _events(context: Context) -> Table:
    rows = context.made["events"]
    rows = rows.filter(rows.subject_kind == "customer")
    dead = rows.kind == "died"
    since = v.add_months(context.day, -context.whole("merger_months"))
    sums = rows.group_by(id=rows.subject_id).aggregate(
        _evasions=v.count_if(rows.kind == "debt_evasion"),
        _merged=v.max_if(rows.occurred_on, rows.kind == "debtor_merged"),
        _deaths=v.count_if(dead),
        estate_value=v.max_if(rows.value, dead),
    )
    merged = (sums["_merged"] > since).fill_null(False)
    sums = sums.select(
        "id",
        has_debt_evasion=sums["_evasions"] > 0,
        is_in_merger_period=merged,
        is_dead=sums["_deaths"] > 0,
        estate_value="estate_value",
    )
    return for_all(context, "customer", sums, but=("estate_value",))


def _liquidations(context: Context) -> Table:
    rows = context.book.table("proceeding")
    is_open = rows.closed_on.isnull() | (rows.closed_on > context.day)
    debtor = rows.role.isnull() | (rows.role == "defendant")
    rows = rows.filter(is_open & debtor & (rows.kind == "liquidation") & rows.stage.isin(_ACCEPTED))
    rows = rows.select(id="customer_id").distinct().mutate(is_in_liquidation=v.literal(True, "boolean"))
    return for_all(context, "customer", rows)


def _ratings(context: Context) -> Table:
    rows = context.book.table("rating")
    external = (rows.subject_kind == "customer") & (rows.kind == "external")
    rows = rows.filter(external & rows["rank"].notnull())
    order = [(rows.rated_on, "desc"), (rows["rank"], "desc"), (rows.grade, "asc"), (rows.agency, "asc")]
    rows = rows.mutate(_turn=v.row_number(partition=[rows.subject_id], order=order))
    last = rows.filter(rows["_turn"] == 1)
    last = last.select(_of="subject_id", _rank="rank", _on="rated_on")
    both = rows.filter(rows["_turn"] > 1).inner_join(last, rows.subject_id == last["_of"])
    both = both.filter(both.rated_on >= v.add_months(both["_on"], -12))
    best = both.group_by(id=both["_of"]).aggregate(_best=both["rank"].min(), _last=both["_rank"].max())
    return best.select("id", external_rating_drop=best["_last"] - best["_best"])


def _guarantors(context: Context) -> Table:
    """Count for each loan the guarantors of its contract who are known to be non-performing."""
    own = standing.rows(context).select("is_npl", "bureau_class", _of="id")
    rows = context.made["guarantors"].select("contract_id", "guarantor_id").distinct()
    rows = rows.left_join(own, rows.guarantor_id == own["_of"])
    elsewhere = rows.bureau_class >= v.literal(FIVE_LEVELS.index("substandard"), "integer")
    is_npl = rows.is_npl.fill_null(False) | elsewhere.fill_null(False)
    # A guarantor who owes nothing here and of whom nothing is reported is not known to fail, which is known.
    unknown = ~is_npl & rows.is_npl.isnull() & rows["_of"].notnull() & rows.bureau_class.isnull()
    borrowers = context.made["loans_known"].select(_owner="customer_id").distinct()
    rows = rows.mutate(_npl=is_npl, _unknown=unknown)
    rows = rows.left_join(borrowers, rows.guarantor_id == borrowers["_owner"])
    sums = rows.group_by(_contract=rows.contract_id).aggregate(
        _npl=v.count_if(rows["_npl"]), _unknown=v.count_if(rows["_unknown"] & rows["_owner"].notnull())
    )
    loans = context.made["loans"].select("id", "contract_id")
    loans = loans.left_join(sums, loans.contract_id == sums["_contract"])
    return loans.select("id", guarantor_npl_count=_counted(loans["_npl"], loans["_unknown"]))


def _circles(context: Context) -> Table:
    """Count for each member of a circle the other members who are known to be non-performing."""
    own = standing.rows(context).select("is_npl", "exposure", _of="id")
    rows = ties.layer(context, "guarantee").select("id", "weak")
    rows = rows.left_join(own, rows["id"] == own["_of"])
    npl = rows.is_npl.fill_null(False)
    unknown = rows.is_npl.isnull() & (rows.exposure > 0)
    rows = rows.mutate(
        _npl=npl.ifelse(v.literal(1, "integer"), zero()),
        _unknown=unknown.fill_null(False).ifelse(v.literal(1, "integer"), zero()),
    )
    others = rows.mutate(
        _others=v.sum_over(rows["_npl"], partition=[rows.weak]) - rows["_npl"],
        _open=v.sum_over(rows["_unknown"], partition=[rows.weak]) - rows["_unknown"],
    )
    others = others.select(_member="id", _others="_others", _open="_open")
    everybody = everyone(context, "customer")
    everybody = everybody.left_join(others, everybody["id"] == others["_member"])
    return everybody.select("id", circle_npl_count=_counted(everybody["_others"], everybody["_open"]))


def _counted(count: Column, unknown: Column) -> Column:
    """Give a count; null where it is 0 and something that would count is not known."""
    found = count.fill_null(zero())
    return v.when([((found == 0) & (unknown.fill_null(zero()) > 0), v.null("integer"))], found)


def _liable(context: Context) -> Table:
    loans = context.made["loans"].select("id", "contract_id", "customer_id")
    found: list[Table] = []
    if context.book.has("guarantee"):
        rows = context.book.table("guarantee").select(_by="contract_id").distinct()
        found.append(loans.semi_join(rows, loans.contract_id == rows["_by"]).select("id"))
    if context.book.has("collateral"):
        rows = context.book.table("collateral").select(_by="contract_id", _owner="owner_customer_id")
        joined = loans.inner_join(rows, loans.contract_id == rows["_by"])
        found.append(joined.filter(joined["_owner"] != joined.customer_id).select("id"))
    if context.book.has("relation"):
        rows = context.book.table("relation")
        stands = rows.until.isnull() | (rows.until > context.day)
        rows = rows.filter((rows.kind == "co_borrower") & stands)
        both = rows.select(_by="from_customer_id").union(rows.select(_by="to_customer_id")).distinct()
        found.append(loans.semi_join(both, loans.customer_id == both["_by"]).select("id"))
    yes = found[0]
    for part in found[1:]:
        yes = yes.union(part)
    yes = yes.distinct().select(_yes="id")
    loans = loans.left_join(yes, loans["id"] == yes["_yes"])
    return loans.select("id", has_liable_party=loans["_yes"].notnull())
