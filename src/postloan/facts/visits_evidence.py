"""Visits whose evidence does not hold: places away from the site, photographs used before (family FRD)."""

from __future__ import annotations

from functools import reduce

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, everyone, last_days
from postloan.facts.distance import is_farther
from postloan.facts.registry import fact

_PLACE = (
    "visit.customer_id visit.visited_on visit.latitude visit.longitude customer.latitude customer.longitude "
    "collateral.latitude collateral.longitude collateral.contract_id contract.customer_id"
)
_PHOTO = "visit.customer_id visit.visited_on visit.photo_hash"

FACTS = (
    fact(
        "customer.off_site_visit_count_365d",
        "Visits to the customer in the last 365 days whose place lies more than site_metres from where the "
        "customer and each of his collaterals are; null where it is 0 and none of the visits could be "
        "measured.",
        zh="最近365天内定位与客户及其各押品所在地距离均超过参数米数的走访次数；若为0且无一可测，则为空。",
        needs="visit",
        keeps="calendar",
        sources=_PLACE,
    ),
    fact(
        "customer.reused_photo_count_365d",
        "Visits to the customer in the last 365 days whose photograph stands for another customer too, or "
        "for an earlier day; null where it is 0 and none of the visits has a photograph.",
        zh="最近365天内照片同时用于其他客户或更早日期的走访次数；若为0且均无照片，则为空。",
        needs="visit",
        keeps="calendar",
        sources=_PHOTO,
    ),
    fact(
        "customer.doubtful_visit_count_365d",
        "Visits of either kind; null where it is 0 and one of the visits has neither a place that could be "
        "measured nor a photograph.",
        zh="上述任一情形的走访次数；若为0且有走访既无可测定位又无照片，则为空。",
        needs="visit",
        keeps="calendar",
        sources=f"{_PLACE} visit.photo_hash",
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above, one row a customer."""
    if not context.book.has("visit"):
        return
    visits = context.book.table("visit")
    rows = context.keep("visits_checked", _checked(context, visits))
    sums = rows.group_by(_of="customer_id").aggregate(
        off=v.count_if(rows.is_off),
        reused=v.count_if(rows.is_reused),
        either=v.count_if(rows.is_off.fill_null(False) | rows.is_reused.fill_null(False)),
        placed=v.count_if(rows.is_off.notnull()),
        pictured=v.count_if(rows.is_reused.notnull()),
        unchecked=v.count_if(rows.is_off.isnull() & rows.is_reused.isnull()),
    )
    known = everyone(context, "customer")
    known = known.left_join(sums, known["id"] == sums["_of"])
    visited, none = known["_of"].notnull(), v.null("integer")
    blind = {
        "off": visited & (known.placed == 0),
        "reused": visited & (known.pictured == 0),
        "either": visited & (known.unchecked > 0),
    }
    counts = {
        name: ((known[name].fill_null(0) == 0) & unknown)
        .fill_null(False)
        .ifelse(none, known[name].fill_null(0))
        for name, unknown in blind.items()
    }
    context.tell(
        "customer",
        known.select(
            "id",
            off_site_visit_count_365d=counts["off"],
            reused_photo_count_365d=counts["reused"],
            doubtful_visit_count_365d=counts["either"],
        ),
    )


def _checked(context: Context, visits: Table) -> Table:
    """Give the visits of the last year with is_off and is_reused, null where there is nothing to check."""
    recent = visits.filter(last_days(visits.visited_on, context, 365))
    recent = recent.select("visit_id", "customer_id", "visited_on", "photo_hash", "latitude", "longitude")
    sites = _sites(context)
    near = recent.inner_join(sites, recent.customer_id == sites["_site_of"])
    metres = context.whole("site_metres")
    far = is_farther((near.latitude, near.longitude), (near["_north"], near["_east"]), metres)
    near = near.mutate(_far=far).filter(lambda t: t["_far"].notnull())
    # Away from every site is away from the nearest.
    places = near.group_by(_visit="visit_id").aggregate(is_off=near["_far"].min())
    rows = recent.left_join(places, recent.visit_id == places["_visit"])
    taken = visits.filter(visits.photo_hash.notnull())
    uses = taken.group_by(_photo="photo_hash").aggregate(
        _first=taken.visited_on.min(), _least=taken.customer_id.min(), _most=taken.customer_id.max()
    )
    rows = rows.left_join(uses, rows.photo_hash == uses["_photo"])
    return rows.select(
        "customer_id",
        "is_off",
        is_reused=(rows["_least"] != rows["_most"]) | (rows.visited_on > rows["_first"]),
    )


def _sites(context: Context) -> Table:
    """Give where each customer and what secures his contracts stand: columns _site_of, _north, _east."""
    customer, contract = context.book.table("customer"), context.book.table("contract")
    parts = [customer.select(_site_of="customer_id", _north="latitude", _east="longitude")]
    if context.book.has("collateral"):
        pledged = context.book.table("collateral").select("contract_id", _north="latitude", _east="longitude")
        owners = contract.select(_contract="contract_id", _site_of="customer_id")
        pledged = pledged.inner_join(owners, pledged.contract_id == owners["_contract"])
        parts.append(pledged.select("_site_of", "_north", "_east"))
    rows = reduce(lambda a, b: a.union(b), parts)
    return rows.filter(rows["_north"].notnull() & rows["_east"].notnull())
