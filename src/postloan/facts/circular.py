"""Money that comes back to where it started within three steps and a few days (family ACC)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import reduce

from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.facts import transfers
from postloan.facts.context import Context
from postloan.facts.registry import fact

FACTS = (
    fact(
        "customer.circular_flow_count_30d",
        "Payments in circles that the customer took part in and that closed in the last 30 days. Transfers "
        "between the same two parties on one day are one payment of at least circular_flow.least_amount. A "
        "circle is a chain of two or three payments from a party back to itself, over parties that are no "
        "market places (flow_hub_partners), each later than the one before (not on an earlier day where a "
        "time is missing), within circular_flow.days days, each later one of at least the lower share of "
        "circular_flow.returns of the first and the last of at most the higher. It is counted by its first "
        "payment.",
        zh="最近30天内闭合、客户参与其中的资金回流笔数：同日同双方的转账合为一笔；"
        "两至三笔首尾相接、依次在后、参数天数内回到起点，"
        "后续各笔不低于首笔的参数比例，末笔不高于上限比例；对手过多的集市类主体不计；按首笔计数。",
        needs="account entry",
        keeps="additive",
        sources=f"{transfers.FLOW} loan.customer_id",
    ),
)

_WINDOW = 30


@dataclass(frozen=True)
class Circle:
    """What makes a circle: the most days, and the least and most of the first payment that come back."""

    days: int
    least: Decimal
    most: Decimal


def compute(context: Context) -> None:
    """Tell the fact above."""
    if "transfers" not in context.made:
        return
    policy: Mapping[str, object] = context.policy.parameter("circular_flow")
    least, most = (Decimal(str(share)) for share in policy["returns"])  # type: ignore[attr-defined]
    circle = Circle(int(str(policy["days"])), least, most)
    rows = context.made["transfers"]
    since = context.as_of - timedelta(days=_WINDOW - 1 + circle.days)
    rows = rows.filter((rows.on >= v.literal(since, "date")) & rows.kind.notin(transfers.OF_THE_BANK))
    paid = payments(rows, int(Decimal(str(policy["least_amount"])) * 100))
    paid = transfers.without_market_places(context, paid, "payer", "payee")
    found = circles(context.engine, paid, circle)
    closed = found.filter(found.closed_on >= v.literal(context.as_of - timedelta(days=_WINDOW - 1), "date"))
    took = context.keep("circles_closed", closed.select("member", "first").distinct())
    counts = took.group_by(_of="member").aggregate(count=took.count())
    known = transfers.borrowers(context)
    known = known.left_join(counts, known["id"] == counts["_of"])
    context.tell("customer", known.select("id", circular_flow_count_30d=known["count"].fill_null(0)))


def payments(rows: Table, least: int) -> Table:
    """Give transfers between the same two parties on one day as one payment, of `least` cents and more.

    Columns: payer, payee, on, amount; earliest and latest, their times, null where one of them is missing.
    """
    rows = rows.filter((rows.payer != rows.payee).fill_null(False))
    days = rows.group_by("payer", "payee", "on").aggregate(
        amount=v.total(rows.amount),
        _first=rows.moment.min(),
        _last=rows.moment.max(),
        _untimed=v.count_if(rows.moment.isnull()),
    )
    timed = days["_untimed"] == 0
    none = v.null("integer")
    days = days.filter(days.amount >= least)
    return days.select(
        *("payer", "payee", "on", "amount"),
        earliest=timed.ifelse(days["_first"], none),
        latest=timed.ifelse(days["_last"], none),
    )


def circles(engine: Engine, rows: Table, circle: Circle) -> Table:
    """Give who took part in which circle: columns member, first (its first payment), closed_on.

    Args:
        engine: the engine that holds the payments.
        rows: payments as `payments` gives them.
        circle: what makes a circle.
    """
    rows = _through(engine, rows)
    order = [(rows.payer, "asc"), (rows.payee, "asc"), (rows.on, "asc")]
    rows = engine.materialise(rows.mutate(number=v.row_number(order=order)), "payments")
    two = _next(rows, rows, circle, "a", "b")
    pairs = two.filter(two.b_payee == two.a_payer)
    three = _next(two.filter(two.b_payee != two.a_payer), rows, circle, "b", "c")
    rings = three.filter(three.c_payee == three.a_payer)
    ends = [("a_payer", "b_payer"), ("a_payer", "b_payer", "c_payer")]
    parts = []
    for found, last, members in ((pairs, "b", ends[0]), (rings, "c", ends[1])):
        fits = found[f"{last}_amount"] <= _part(found.a_amount, circle.most)
        closed = found.filter(fits).select(*members, first="a_number", closed_on=f"{last}_on")
        closed = engine.materialise(closed, "closed")
        parts += [closed.select("first", "closed_on", member=name) for name in members]
    return reduce(lambda a, b: a.union(b), parts)


def _part(amount: Column, share: Decimal) -> Column:
    return v.convert(amount, v.literal(share, "decimal"))


def _through(engine: Engine, rows: Table) -> Table:
    """Keep payments between parties that both paid and were paid; twice, as the first leaves others alone."""
    for _ in range(2):
        rows = engine.materialise(rows, "payments")
        payers, payees = rows.select(_by="payer").distinct(), rows.select(_to="payee").distinct()
        rows = rows.semi_join(payers, rows.payee == payers["_by"])
        rows = rows.semi_join(payees, rows.payer == payees["_to"])
    return rows


def _next(chains: Table, rows: Table, circle: Circle, last: str, name: str) -> Table:
    """Lengthen chains by a payment of whoever was paid last; columns of the payments get `<name>_`."""
    if last == "a":
        chains = chains.rename(**{f"a_{column}": column for column in chains.columns})
    step = rows.rename(**{f"{name}_{column}": column for column in rows.columns})
    timed = step[f"{name}_latest"].notnull() & chains[f"{last}_earliest"].notnull()
    not_before = step[f"{name}_on"] >= chains[f"{last}_on"]
    after = timed.ifelse(step[f"{name}_latest"] > chains[f"{last}_earliest"], not_before)
    return chains.inner_join(
        step,
        [
            chains[f"{last}_payee"] == step[f"{name}_payer"],
            not_before & after,
            v.days_between(step[f"{name}_on"], chains.a_on) <= circle.days,
            step[f"{name}_amount"] >= _part(chains.a_amount, circle.least),
        ],
    )
