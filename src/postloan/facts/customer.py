"""The customer as the bank's debtor: exposure over all loans, worst arrears, and what earlier runs saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, by_id, nulls
from postloan.facts.registry import fact
from postloan.results import Prior

_OWED = "loan.customer_id position.balance loan.amount payment.amount fx.rate"

FACTS = (
    fact(
        "customer.kind",
        "Corporate, small business, farmer or individual.",
        zh="客户类型：企业、小企业、农户或个人。",
        kind="string",
        sources="customer.kind",
    ),
    fact(
        "customer.is_small_micro",
        "Whether the bank counts it as a small or micro business.",
        zh="本行是否认定为小微企业。",
        kind="boolean",
        sources="customer.is_small_micro",
    ),
    fact(
        "customer.region_id",
        "The customer's region.",
        zh="客户所在地区。",
        kind="string",
        sources="customer.region_id",
    ),
    fact(
        "customer.industry_id",
        "The customer's industry.",
        zh="客户所属行业。",
        kind="string",
        sources="customer.industry_id",
    ),
    fact(
        "customer.institution_id",
        "The institution of the largest open exposure.",
        zh="最大未结清敞口所在机构。",
        kind="string",
        sources=_OWED,
    ),
    fact(
        "customer.manager_id",
        "The manager of the largest open exposure.",
        zh="最大未结清敞口的客户经理。",
        kind="string",
        sources=_OWED,
    ),
    fact(
        "customer.has_open_loan",
        "Whether an exposure that is the bank's own risk is open.",
        zh="是否有本行承担风险的未结清敞口。",
        sources=_OWED,
    ),
    fact(
        "customer.open_loan_count",
        "Open exposures that are the bank's own risk.",
        zh="本行承担风险的未结清敞口笔数。",
        sources=_OWED,
    ),
    fact(
        "customer.total_exposure_amt",
        "Total exposure on and off the balance sheet.",
        zh="表内外总敞口。",
        keeps="touched",
        sources=_OWED,
    ),
    fact("customer.debt_amt", "Balances on the balance sheet.", zh="表内余额合计。", sources=_OWED),
    fact(
        "customer.amount_band",
        "Dimension A: the band of the total exposure, A1 to A5.",
        zh="维度A：总敞口所在的金额档，A1至A5。",
        kind="string",
        unit="band",
        sources=_OWED,
    ),
    fact(
        "customer.overdue_amt",
        "What is past due over all exposures, each in its own currency's rate.",
        zh="全部敞口的逾期金额，各按其币种汇率折算。",
        needs="due|position",
        sources="due.due_on due.principal due.interest payment.amount position.overdue_principal "
        "position.overdue_interest",
    ),
    fact(
        "customer.worst_dpd_days",
        "Days past due of the worst exposure; an advance not repaid is past due from its day.",
        zh="最差敞口的逾期天数；未归还的垫款自垫付日起算逾期。",
        needs="due|position",
        keeps="calendar",
        sources="due.due_on due.principal due.interest payment.amount position.days_past_due",
    ),
    fact(
        "customer.month_end_overdue_count_6m",
        "Month ends past due of the worst exposure.",
        zh="最差敞口的月末逾期次数。",
        needs="position",
        sources="position.on_date position.days_past_due",
    ),
    fact(
        "customer.late_1to7_count_6m",
        "Instalments met 1 to 7 days late in six months.",
        zh="六个月内迟还1至7天的期数。",
        needs="due payment",
        sources="due.due_on due.principal due.interest payment.paid_on payment.amount",
    ),
    fact(
        "customer.payment_share_1m",
        "Paid on revolving loans since the month end before over what was owed then; null where "
        "nothing was owed.",
        zh="循环贷款自上月末以来的还款与上月末欠款之比；上月末无欠款为空。",
        kind="decimal",
        unit="fraction",
        needs="position payment",
        sources="position.on_date position.balance payment.paid_on payment.amount",
    ),
    fact(
        "customer.utilisation_share",
        "Balances over limits of the revolving loans.",
        zh="循环贷款余额合计与额度合计之比。",
        needs="position",
        sources="position.balance position.limit_amount contract.limit_amount",
    ),
    fact(
        "customer.last_yellow_on",
        "The last day on which the warning was yellow.",
        zh="预警最近一次为黄色的日期。",
        needs="prior",
        sources="warning.colour facts_customer.last_yellow_on",
    ),
    fact(
        "customer.last_orange_on",
        "The last day on which the warning was orange.",
        zh="预警最近一次为橙色的日期。",
        needs="prior",
        sources="warning.colour facts_customer.last_orange_on",
    ),
    fact(
        "customer.last_red_on",
        "The last day on which the warning was red.",
        zh="预警最近一次为红色的日期。",
        needs="prior",
        sources="warning.colour facts_customer.last_red_on",
    ),
    fact(
        "customer.has_prior_yellow_12m",
        "Whether a warning of yellow or worse stood in the last 12 months; null where the store is younger.",
        zh="最近12个月内是否有过黄色及以上预警；运行历史不足为空。",
        needs="prior",
        sources="warning.colour facts_customer.last_yellow_on facts_customer.last_orange_on "
        "facts_customer.last_red_on",
    ),
    fact(
        "customer.has_prior_orange_6m",
        "Whether a warning of orange or worse stood in the last 6 months; null where the store is younger.",
        zh="最近6个月内是否有过橙色及以上预警；运行历史不足为空。",
        needs="prior",
        sources="warning.colour facts_customer.last_orange_on facts_customer.last_red_on",
    ),
)


def compute(context: Context) -> Table:
    """Give one row a customer of the book: column id, amounts in cents of the reporting currency."""
    table = context.book.table("customer")
    base = table.select("kind", "is_small_micro", "region_id", "industry_id", id="customer_id")
    loans = context.made["loans_known"]
    loans = loans.filter(~loans.is_entrusted)
    parts = {
        "debts": _debts(loans),
        "largest": _largest(loans),
        "seen": _seen(context),
        "accounts": context.made["account_facts"],
    }
    rows = by_id(parts, base)
    count = rows.open_loan_count.fill_null(0)
    exposure, debt = rows.total_exposure.fill_null(0), rows.debt.fill_null(0)
    rows = rows.mutate(open_loan_count=count, has_open_loan=count > 0, total_exposure=exposure, debt=debt)
    rows = rows.mutate(
        amount_band=_band(context, rows.total_exposure),
        balance_avg_90d_vs_debt=v.ratio(rows.credit_days_90d, rows.debt * 90),
        overdraft_grade_count=_overdraft_grade(rows),
    )
    return context.keep("customers", rows)


def _debts(loans: Table) -> Table:
    on_sheet = loans.on_off == "on"
    # A limit by contract serves all the contract's loans, so it counts once.
    shared = loans.record_limit.isnull()
    loans = loans.mutate(_uses=on_sheet & loans.is_revolving & (loans["limit"] > 0), _shared=shared)
    order = [(loans["id"], "asc")]
    parts = [loans.contract_id, loans["_uses"], loans["_shared"]]
    loans = loans.mutate(_turn=v.row_number(partition=parts, order=order))
    counts = loans["_uses"] & (~loans["_shared"] | (loans["_turn"] == 1))

    def converted(cents: Column) -> Column:
        return v.convert(cents, loans.rate)

    on_sheet = loans.on_off == "on"
    sums = loans.group_by(id=loans.customer_id).aggregate(
        open_loan_count=loans.count(),
        total_exposure=v.total(loans.reporting_balance),
        debt=v.total_if(loans.reporting_balance, on_sheet),
        overdue=v.total(converted(loans.overdue)),
        worst_dpd_days=v.greatest(loans.dpd_days, loans.advance_days.nullif(0)).max(),
        month_end_overdue_count_6m=loans.month_end_overdue_count_6m.max(),
        late_1to7_count_6m=v.total(loans.late_1to7_count_6m),
        _paid=v.total(converted(loans.paid_since)),
        _owed=v.total(converted(loans.owed_before)),
        _used=v.total_if(converted(loans.balance), loans["_uses"]),
        _limit=v.total_if(converted(loans["limit"]), counts),
    )
    return sums.mutate(
        payment_share_1m=v.ratio(sums["_paid"], sums["_owed"]),
        utilisation_share=v.ratio(sums["_used"], sums["_limit"]),
    ).drop("_paid", "_owed", "_used", "_limit")


def _largest(loans: Table) -> Table:
    order = [(loans.reporting_balance, "desc"), (loans["id"], "asc")]
    ranked = loans.mutate(_rank=v.row_number(partition=[loans.customer_id], order=order))
    first = ranked.filter(ranked["_rank"] == 1)
    return first.select(
        id=first.customer_id, institution_id=first.institution_id, manager_id=first.manager_id
    )


def _band(context: Context, exposure: Column) -> Column:
    """Give the band of an exposure in cents; each limit belongs to the lower band (contract, dimension A)."""
    limits: Mapping[str, Decimal] = context.policy.parameter("amount_bands")
    branches = [
        (exposure <= v.literal(int(limit * 100), "integer"), v.literal(band, "string"))
        for band, limit in sorted(limits.items(), key=lambda one: one[1])
    ]
    return v.when(branches, v.literal(f"A{len(limits) + 1}", "string"))


def _overdraft_grade(rows: Table) -> Column:
    recent = rows.has_overdraft_60d | (rows.penalty_interest_60d > 0)
    months = rows.overdraft_month_count_6m
    return recent.ifelse(v.greatest(months, v.literal(1, "integer")), months)


_COLOURS = ("yellow", "orange", "red")


def _seen(context: Context) -> Table:
    """Carry from the last run when each colour was last seen, and whether one stood in the months before."""
    names = [f"last_{colour}_on" for colour in _COLOURS]
    base = context.book.table("customer").select(id="customer_id")
    if context.prior is None:
        empty = {name: v.null("date") for name in names}
        unknown = {name: v.null("boolean") for name in ("has_prior_yellow_12m", "has_prior_orange_6m")}
        return base.mutate(**empty, **unknown)
    rows = by_id(
        {"carried": _carried(context.prior, base, names), "warning": _colours(context.prior, base)}, base
    )
    day = v.literal(context.prior.as_of, "date")
    rows = rows.mutate(
        **{
            f"last_{colour}_on": (rows.colour == colour)
            .fill_null(False)
            .ifelse(day, rows[f"last_{colour}_on"])
            for colour in _COLOURS
        }
    )
    worst = v.greatest(rows.last_orange_on, rows.last_red_on)
    return rows.mutate(
        has_prior_yellow_12m=_stood(context, v.greatest(worst, rows.last_yellow_on), 12),
        has_prior_orange_6m=_stood(context, worst, 6),
    ).drop("colour")


def _colours(prior: Prior, base: Table) -> Table:
    """Give each customer's colour of the last run."""
    if "warning" not in prior.tables:
        return nulls(base, {"colour": "string"})
    rows = prior.tables["warning"].filter(lambda t: t.subject_kind == "customer")
    return rows.select(id="subject_id", colour="colour")


def _carried(prior: Prior, base: Table, names: Sequence[str]) -> Table:
    """Give the dates as the last run knew them; null where it kept none."""
    if "facts_customer" not in prior.tables:
        return nulls(base, dict.fromkeys(names, "date"))
    rows = prior.tables["facts_customer"]
    return rows.select(
        "id", **{name: rows[name] if name in rows.columns else v.null("date") for name in names}
    )


def _stood(context: Context, last: Column, months: int) -> Column:
    assert context.prior is not None
    since = v.add_months(context.day, -months)
    known = v.literal(context.prior.first_run_on, "date") <= since
    return v.when(
        [
            ((last >= since).fill_null(False), v.literal(True, "boolean")),
            (known, v.literal(False, "boolean")),
        ],
        v.null("boolean"),
    )
