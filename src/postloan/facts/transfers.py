"""Money that moved between two parties, each transfer once: what flows, circles and fund use are built on.

A party is a customer by his number, else someone outside by account or by name. Numbers are trimmed, so the
blank in front of an outside party's key keeps it apart from them.
"""

from __future__ import annotations

from datetime import timedelta

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, standing, zero
from postloan.facts.registry import Fact

FACTS: tuple[Fact, ...] = ()

FLOW = (
    "account.customer_id entry.account_id entry.booked_on entry.booked_at entry.amount entry.kind "
    "entry.counterparty_id entry.counterparty_account entry.counterparty_name entry.reverses_id"
)
"""Columns that every fact of transfers is computed from."""

WINDOW_DAYS = 180
"""How far back transfers are read at least; as far as payouts are followed where that is longer."""

OF_THE_BANK = ("fee", "interest", "loan_repayment", "penalty_interest", "returned_debit")
"""Entries between a customer and the bank itself: no flow between parties."""

_NAMES = ("counterparty_id", "counterparty_account", "counterparty_name")


def compute(context: Context) -> None:
    """Keep `transfers`, `market_places` and `borrower_transfers`, where entries name their counterparties.

    `transfers`, one row each: entry_id, payer, payee (null where not named; the same where money went between
    accounts of one customer here and elsewhere), amount in cents, on, moment (microseconds; null without a
    time), sequence, kind, payer_class, payee_class. A transfer between two accounts of the book is booked
    on both and taken from the payer's; one between two accounts of one customer here is none.

    `market_places`: column party, those with more than flow_hub_partners counterparties in the window.

    `borrower_transfers`, one row for each end that is a customer with an open loan, the bank's own entries
    left out: id, other, is_in, is_related, and the columns of the transfer.
    """
    book = context.book
    named = any(book.has_column("entry", name) for name in _NAMES)
    if not (book.has("account") and book.has("entry") and named):
        return
    rows = context.keep("transfers", _transfers(context))
    context.keep("market_places", _market_places(context, rows))
    context.keep("borrower_transfers", _of_borrowers(context, rows))


def first_day(context: Context) -> Column:
    """Give the first day of the window as a constant column."""
    days = max(WINDOW_DAYS, context.whole("fund_use_days"))
    return v.literal(context.as_of - timedelta(days=days - 1), "date")


def borrowers(context: Context) -> Table:
    """Give the customers who have an open loan of the bank's own risk and an account: column id."""
    owing = context.made["customers"].filter(lambda t: t.has_open_loan)
    accounts = context.book.table("account")
    return owing.semi_join(accounts, owing["id"] == accounts.customer_id).select("id")


def without_market_places(context: Context, rows: Table, *parties: str) -> Table:
    """Leave out rows of which one of those parties is a market place."""
    places = context.made["market_places"]
    for party in parties:
        named = places.select(**{f"_{party}": "party"})
        rows = rows.anti_join(named, rows[party] == named[f"_{party}"])
    return rows


def with_ties(context: Context, rows: Table, one: str, other: str) -> Table:
    """Add `is_tied`: whether the two are of one group or household, or related in one of related_kinds."""
    relation, customer = context.book.table("relation"), context.book.table("customer")
    in_force = relation.until.isnull() | (relation.until >= context.day)
    relation = relation.filter(relation.kind.isin(context.policy.parameter("related_kinds")) & in_force)
    pairs = relation.select(_one="from_customer_id", _other="to_customer_id").union(
        relation.select(_one="to_customer_id", _other="from_customer_id")
    )
    pairs = pairs.distinct()
    rows = rows.left_join(pairs, [rows[one] == pairs["_one"], rows[other] == pairs["_other"]])
    rows = rows.mutate(_pair=rows["_one"].notnull()).drop("_one", "_other")
    for place, party in enumerate((one, other)):
        own = customer.select(
            **{
                f"_party_{place}": "customer_id",
                f"_group_{place}": "group_id",
                f"_home_{place}": "household_id",
            }
        )
        rows = rows.left_join(own, rows[party] == own[f"_party_{place}"])
    same = (rows["_group_0"] == rows["_group_1"]).fill_null(False) | (
        rows["_home_0"] == rows["_home_1"]
    ).fill_null(False)
    helpers = [f"_{name}_{place}" for name in ("party", "group", "home") for place in (0, 1)]
    return rows.mutate(is_tied=rows["_pair"] | same).drop("_pair", *helpers)


def later(later_on: Column, later_moment: Column, on: Column, moment: Column) -> Column:
    """Tell whether one is not before the other: by time where both have one, else by day."""
    timed = later_moment.notnull() & moment.notnull()
    return timed.ifelse(later_moment >= moment, later_on >= on)


def _transfers(context: Context) -> Table:
    entry, account = context.book.table("entry"), context.book.table("account")
    entry = entry.filter((entry.booked_on >= first_day(context)) & (entry.booked_on <= context.day))
    entry = standing(entry, "entry_id")
    owners = account.select(_account="account_id", customer="customer_id")
    theirs = account.select(_their_account="account_id", _their_owner="customer_id")
    rows = entry.inner_join(owners, entry.account_id == owners["_account"])
    rows = rows.left_join(theirs, rows.counterparty_account == theirs["_their_account"])
    other = v.coalesce(
        rows.counterparty_id,
        rows["_their_owner"],
        v.concat(" account ", rows.counterparty_account),
        v.concat(" name ", rows.counterparty_name),
    )
    # One's own account that is not in the book is at another bank.
    is_here = rows.counterparty_account.isnull() | rows["_their_owner"].notnull()
    inside = ((other == rows.customer) & is_here).fill_null(False)
    rows = rows.mutate(other=other, moment=v.moment(rows.booked_at)).filter(~inside)
    plain = ("entry_id", "moment", "sequence", "kind")
    paid, got = rows.filter(rows.amount < 0), rows.filter(rows.amount > 0)
    out = paid.select(
        *plain,
        payer="customer",
        payee="other",
        on="booked_on",
        amount=zero() - paid.amount,
        payer_class=v.null("string"),
        payee_class="counterparty_class",
    )
    into = got.select(
        *plain,
        payer="other",
        payee="customer",
        on="booked_on",
        amount="amount",
        payer_class="counterparty_class",
        payee_class=v.null("string"),
    )
    mirror = out.select(_payer="payer", _payee="payee", _on="on", _amount="amount")
    alike = [into[name] == mirror[f"_{name}"] for name in ("payer", "payee", "on", "amount")]
    into = into.anti_join(mirror, alike)
    return out.union(into.select(*out.columns))


def _market_places(context: Context, rows: Table) -> Table:
    rows = rows.filter(rows.payer.notnull() & rows.payee.notnull() & (rows.payer != rows.payee))
    both = rows.select(party="payer", other="payee").union(rows.select(party="payee", other="payer"))
    both = both.distinct()
    counts = both.group_by("party").aggregate(partners=both.count())
    return counts.filter(counts.partners > context.whole("flow_hub_partners")).select("party")


def _of_borrowers(context: Context, rows: Table) -> Table:
    rows = rows.filter(rows.kind.notin(OF_THE_BANK))
    own = borrowers(context).rename(_own="id")
    kept = ("amount", "on", "moment", "entry_id", "kind")
    ends = []
    for end, other in (("payer", "payee"), ("payee", "payer")):
        side = rows.semi_join(own, rows[end] == own["_own"])
        ends.append(
            side.select(
                *kept,
                id=side[end],
                other=side[other],
                is_in=v.literal(end == "payee", "boolean"),
                _said=((side.payer_class == "related") | (side.payee_class == "related")).fill_null(False),
            )
        )
    both = with_ties(context, ends[0].union(ends[1]), "id", "other")
    return both.mutate(is_related=both.is_tied | both["_said"]).drop("is_tied", "_said")
