"""What the branches share: the bank, its regions and industries, prices, rates and figures."""

from __future__ import annotations

import numpy as np

from postloan.book.sources.simulated.calendar import number
from postloan.book.sources.simulated.draws import Floats, Ints
from postloan.book.sources.simulated.ids import HEAD_OFFICE, PROVINCE, WORDS, Ids, constant, one_of
from postloan.book.sources.simulated.parties import places
from postloan.book.sources.simulated.people import Branch
from postloan.book.sources.simulated.world import World
from postloan.book.sources.simulated.writing import ALWAYS, BookWriter
from postloan.engine.columns import NOTHING, Chosen, Numbered


def write_county(world: World, writer: BookWriter) -> None:
    """Write the tables that no branch owns; `writer` says which days."""
    _places(world, writer)
    _industries(world, writer)
    _figures(world, writer)
    for branch in range(world.branches):
        _township_figures(Branch(world, branch), writer)


def _language(world: World, name: str) -> str:
    return WORDS[name][world.constants.economy["names"] == "zh"]


def _months(world: World, writer: BookWriter) -> Ints:
    last = min(world.calendar.index_of(writer.until), world.months - 1)
    first = 0 if writer.after is None else max(0, world.calendar.index_of(writer.after) - 3)
    return np.arange(first, last + 1)


def _places(world: World, writer: BookWriter) -> None:
    economy = world.constants.economy
    one = np.zeros(1, np.int64)
    writer.add(
        "region", ALWAYS, region_id=constant(PROVINCE, 1), name=constant(_language(world, "province"), 1),
        kind=constant("province", 1), latitude=np.array([34.0]), longitude=np.array([113.5]),
    )  # fmt: skip
    writer.add(
        "institution", ALWAYS, institution_id=constant(HEAD_OFFICE, 1),
        name=constant(_language(world, "head"), 1), kind=constant("head_office", 1),
        region_id=constant(PROVINCE, 1), latitude=np.array([34.0]), longitude=np.array([113.5]),
    )  # fmt: skip
    roles = (
        "risk_department",
        "executive",
        "risk_committee",
        "audit",
        "credit_department",
        "legal",
        "finance",
        "operator",
        "policy_author",
        "policy_approver",
        "human_resources",
        "valuer",
    )
    writer.add(
        "staff", ALWAYS, staff_id=Numbered(("S", (np.arange(1, len(roles) + 1), 5))),
        name=Numbered((_language(world, "staff"), (np.arange(1, len(roles) + 1), 3))),
        institution_id=constant(HEAD_OFFICE, len(roles)), role=one_of(roles, np.arange(len(roles))),
        hired_on=np.full(len(roles), world.opening_day - 4000),
    )  # fmt: skip
    for number_ in range(world.branches):
        branch = Branch(world, number_)
        ids = Ids(branch)
        latitude, longitude = places(number_, one, one + 0.5, one + 0.5)
        shown = Numbered((_language(world, "county"), (one + number_ + 1, 2)))
        writer.add(
            "region", ALWAYS, region_id=constant(ids.county, 1), name=shown, parent_id=constant(PROVINCE, 1),
            kind=constant("county", 1), latitude=latitude, longitude=longitude,
        )  # fmt: skip
        writer.add(
            "institution", ALWAYS, institution_id=constant(ids.branch, 1),
            name=Numbered((_language(world, "branch"), (one + number_ + 1, 2))),
            parent_id=constant(HEAD_OFFICE, 1), kind=constant("branch", 1), region_id=constant(ids.county, 1),
            latitude=latitude, longitude=longitude,
        )  # fmt: skip
        town = np.arange(economy["townships"])
        latitude, longitude = places(number_, town, town * 0 + 0.5, town * 0 + 0.5)
        writer.add(
            "region", ALWAYS, region_id=ids.town(town),
            name=Numbered((_language(world, "town"), (town * 0 + number_ + 1, 2), "-", (town + 1, 2))),
            parent_id=constant(ids.county, len(town)), kind=constant("township", len(town)),
            latitude=latitude, longitude=longitude,
        )  # fmt: skip
        outlet = np.arange(economy["outlets"])
        at = outlet * economy["townships"] // economy["outlets"]
        writer.add(
            "institution", ALWAYS, institution_id=ids.outlet(outlet),
            name=Numbered((_language(world, "outlet"), (outlet * 0 + number_ + 1, 2), "-", (outlet + 1, 1))),
            parent_id=constant(ids.branch, len(outlet)), kind=constant("outlet", len(outlet)),
            region_id=ids.town(at), latitude=latitude[at], longitude=longitude[at],
        )  # fmt: skip


def _industries(world: World, writer: BookWriter) -> None:
    names = world.constants.industries
    every = np.arange(len(names))
    writer.add("industry", ALWAYS, industry_id=one_of(names, every), name=one_of(names, every))
    months = _months(world, writer)
    price = world.prices[months]
    noise = np.exp(0.01 * world.draws(-1).normal("reported price", months[-1] + 1, len(names))[months])
    items = [f"price.{one['item']}" for one in world.constants.economy["industries"].values()]
    cost = np.roll(price, 1, axis=1) ** 0.5
    growth = np.vstack([price[1:] / price[:-1] - 1, np.zeros((1, len(names)))]) * 0 + 0.03
    for name, values in (
        ("output_price_index", price * noise * 100),
        ("input_price_index", cost * 100),
        ("output_growth", growth + (price - 1) * 0.2),
    ):
        _indicator(
            world, writer, "industry", one_of(names, np.tile(every, len(months))), months, name, values
        )
    month, industry = np.divmod(np.arange(len(months) * len(names)), len(names))
    end = world.calendar.end(months[month])
    writer.add(
        "industry_indicator", end + 9, industry_id=one_of(names, industry), indicator=one_of(items, industry),
        period=end, value=np.round((price * noise)[month, industry], 4),
    )  # fmt: skip


def _indicator(
    world: World,
    writer: BookWriter,
    what: str,
    subject: Chosen | Numbered,
    months: Ints,
    name: str,
    values: Floats,
) -> None:
    end = np.repeat(world.calendar.end(months), values.shape[1])
    writer.add(
        f"{what}_indicator",
        end + 10,
        **{f"{what}_id": subject},
        indicator=constant(name, len(end)),
        period=end,
        value=np.round(values.ravel(), 4),
    )


def _township_figures(branch: Branch, writer: BookWriter) -> None:
    """Write what the statistics office says of townships: quarterly, and schools and wages in June."""
    world = branch.world
    months = _months(world, writer)
    economy = world.township_economy(branch.number)[months]
    towns = np.tile(np.arange(economy.shape[1]), len(months))
    noise = branch.draws.normal("statistics", months[-1] + 1, economy.shape[1])[months]
    quarter = np.flatnonzero(world.calendar.of_year(months) % 3 == 2)
    trend = months[:, None] / 12
    for name, values in (
        ("house_price_index", 100 * economy**1.5 * (1 - 0.02 * trend) * (1 + 0.004 * noise)),
        ("unemployment_rate", np.clip(0.05 - 0.15 * (economy - 1) + 0.002 * noise, 0.01, 0.2)),
        ("gdp_growth", np.clip(0.05 + 0.3 * (economy - 1) + 0.004 * noise, -0.1, 0.2)),
        ("wage_average", 4500 * economy * (1 + 0.04 * trend)),
        ("crime_rate", np.clip(0.004 - 0.01 * (economy - 1), 0.001, 0.02)),
        ("migrant_share", np.clip(0.22 - 0.3 * (economy - 1), 0.05, 0.6)),
        ("school_roll", 1200 * (1 - 0.03 * trend) * economy**0.5),
        ("auction_failure_share", np.clip(0.35 - 1.2 * (economy - 1) + 0.05 * noise, 0.05, 0.9)),
    ):
        rows = (quarter[:, None] * economy.shape[1] + np.arange(economy.shape[1])).ravel()
        subject = Ids(branch).town(towns[rows])
        _indicator(world, writer, "region", subject, months[quarter], name, values[quarter])


def _figures(world: World, writer: BookWriter) -> None:
    """Write the bank's own figures at quarter ends, and exchange rates at month ends."""
    months = _months(world, writer)
    total = world.loans * 42_000_000 * (1 + 0.006 * months)  # about the mean of what is lent, in cents
    quarter = np.flatnonzero(world.calendar.of_year(months) % 3 == 2)
    end = world.calendar.end(months[quarter])
    for item, share in (("net_capital", 0.11), ("tier1_capital", 0.095), ("total_loans", 1.0)):
        writer.add(
            "bank_figure", end + 12, item=constant(item, len(end)), period=end,
            value=(total[quarter] * share).astype(np.int64) // 100 * 100,
        )  # fmt: skip
    noise = np.cumsum(world.draws(-1).normal("fx", world.months, 2), axis=0)[months] * 0.006
    every = world.calendar.end(months)
    writer.add(
        "fx",
        ALWAYS,
        currency=constant("CNY", 1),
        on_date=np.array([world.opening_day - 900]),
        rate=np.array([1.0]),
    )
    for place, (currency, rate) in enumerate((("USD", 7.1), ("EUR", 7.7))):
        writer.add(
            "fx", every, currency=constant(currency, len(every)), on_date=every,
            rate=np.round(rate * np.exp(noise[:, place]), 4),
        )  # fmt: skip


__all__ = ["NOTHING", "number", "write_county"]
