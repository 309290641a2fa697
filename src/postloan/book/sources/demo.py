"""A small generated book to look around in, and one of any size for the benchmark.

A county bank with two branches, four outlets and eight townships; farmers, salaried people and small
businesses; cards, consumer loans, mortgages, farm, working-capital and fixed-asset loans and acceptances.
Nothing in it is anybody's. Every value follows from the row's number and the seed by integer arithmetic over
columns, so a book of a million loans is made like one of five hundred. It is made for its variety: shares of
late payers and defaults are set by hand (`BEHAVIOURS`) and say nothing about any bank.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from postloan.book.sources import demo_accounts, demo_flows
from postloan.book.sources.writing import write_tables
from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v

MONTHS = 16
OUTLETS, TOWNSHIPS = 4, 8
_PRIME = 2_147_483_647
_BLOCK = 1000

_PRODUCT_FIELDS = [
    *(Field(name, "string") for name in ("product", "customer_kind", "contract_type", "repayment_method")),
    *(Field(name, "string") for name in ("mode_even", "mode_odd", "security")),
    *(
        Field(name, "integer")
        for name in ("from_percent", "to_percent", "base", "steps", "term", "basis_points")
    ),
    Field("top_percent", "integer"),
]
# Product, customer kind, contract type, repayment, two modes of security, collateral; the product's share of
# the kind in per cent, least amount in yuan, steps of it, months, yearly rate, highest loan to value.
_PRODUCTS = """
micro farmer farmer_micro seasonal credit joint_group - 0 60 10000 9 1 550 0
farm farmer farmer_business instalment mortgage guarantor land_use_right 60 100 50000 9 24 520 50
consumer individual personal_consumption instalment credit credit - 0 40 10000 19 24 680 0
card individual card revolving credit credit - 40 70 5000 19 0 0 0
home individual mortgage instalment mortgage mortgage house 70 100 200000 5 60 410 70
trade small_business working_capital interest_then_principal mortgage guarantor shop 0 45 300000 15 12 480 60
plant small_business fixed_asset instalment mortgage guarantor machinery 45 75 500000 23 36 500 40
bill small_business trade_finance bullet guarantor credit - 75 100 200000 14 0 0 0
"""

BEHAVIOURS = (
    # name, from this thousandth of the loans on, instalments missed
    ("punctual", 0, 0),
    ("small_delays", 700, 0),
    ("technical", 780, 0),
    ("partial", 810, 0),
    ("missed", 850, 1),
    ("missed", 890, 2),
    ("missed", 915, 3),
    ("missed", 935, 5),
    ("missed", 960, 9),
    ("never_paid", 985, 60),
)


def generate(target: Path, engine: Engine, as_of: date, *, loans: int = 500, seed: int = 1) -> list[str]:
    """Write a book of that many loans as it stands on `as_of` into `target`; give the names of its tables.

    The same arguments give the same rows. Customers are four fifths of the loans; entries and month ends
    go back 16 months.
    """
    plan = engine.materialise(_plan(engine, as_of, loans, seed), "plan")
    customers = engine.materialise(_customer_plan(plan), "customers")
    paid = engine.materialise(demo_flows.instalments(plan, engine, as_of), "instalments")
    positions = engine.materialise(demo_flows.positions(plan, engine, as_of, MONTHS), "positions")
    tables = {
        **_bank(engine, max(loans // 150, 8)),
        "customer": _customers(customers),
        "contract": _contracts(plan),
        "loan": demo_flows.loans(plan, as_of),
        "collateral": _collateral(plan),
        "guarantee": _guarantees(plan, max(loans * 4 // 5, 1)),
        "margin": demo_flows.margins(plan),
        "advance": demo_flows.advances(plan, as_of),
        "due": demo_flows.dues(paid),
        "payment": demo_flows.payments(paid, positions),
        "position": demo_flows.card_positions(positions),
        "account": demo_accounts.accounts(customers, as_of, MONTHS),
        "entry": demo_accounts.entries(customers, paid, engine, as_of, MONTHS),
        "visit": demo_flows.visits(plan, as_of),
    }
    return write_tables(tables, target, engine)


def _int(value: int) -> Column:
    return v.literal(value, "integer")


def _draw(number: Column, salt: int, seed: int, size: int) -> Column:
    """Give a number from 0 to size - 1 that follows from the row, the salt and the seed."""
    spread = v.modulo((number + _int(1 + seed * 7919)) * _int(pow(48271, salt + 1, _PRIME)), _int(_PRIME))
    high = v.integer_divide(spread, _int(65_536))
    mixed = v.modulo(spread + high * high, _int(_PRIME))
    return v.modulo(v.integer_divide(mixed, _int(1024)), _int(size))


def _numbers(engine: Engine, size: int) -> Table:
    low = engine.from_rows([{"low": n} for n in range(_BLOCK)], [Field("low", "integer")], "low")
    high = engine.from_rows(
        [{"high": n} for n in range(-(-size // _BLOCK))], [Field("high", "integer")], "high"
    )
    both = high.cross_join(low)
    both = both.select(number=both.high * _int(_BLOCK) + both.low)
    return both.filter(both.number < _int(size))


def _products(engine: Engine) -> Table:
    names = [field.name for field in _PRODUCT_FIELDS[:7]]
    sizes = [field.name for field in _PRODUCT_FIELDS[7:]]
    rows: list[dict[str, object]] = []
    for line in _PRODUCTS.strip().splitlines():
        words = line.split()
        texts: dict[str, object] = dict(zip(names, words[:7], strict=True))
        rows.append(texts | dict(zip(sizes, map(int, words[7:]), strict=True)))
    return engine.from_rows(rows, _PRODUCT_FIELDS, "product")


def _plan(engine: Engine, as_of: date, loans: int, seed: int) -> Table:
    """Give one row a loan with all that is drawn for it; amounts in cents."""
    owners = max(loans * 4 // 5, 1)
    base = _numbers(engine, loans)
    base = base.mutate(
        owner=v.modulo(base.number, _int(owners)),
        rank=v.integer_divide(base.number, _int(owners)),
    )
    tenth = _draw(base.owner, 1, seed, 10)
    base = base.mutate(
        customer_kind=v.when(
            [
                (tenth < _int(5), v.literal("farmer", "string")),
                (tenth < _int(8), v.literal("individual", "string")),
            ],
            v.literal("small_business", "string"),
        ),
        percent=_draw(base.number, 2, seed, 100),
        chance=_draw(base.number, 3, seed, 1000),
        township=_draw(base.owner, 4, seed, TOWNSHIPS),
        size=_draw(base.number, 5, seed, 1000),
        age=_draw(base.number, 6, seed, 440) + _int(20),
        spare=_draw(base.number, 7, seed, 1000),
    )
    products = _products(engine)
    plan = base.inner_join(products, "customer_kind")
    plan = plan.filter((plan.percent >= plan.from_percent) & (plan.percent < plan.to_percent))
    managers = max(loans // 150, 8) // OUTLETS
    outlet = v.modulo(plan.township, _int(OUTLETS))
    age = (plan.product == v.literal("bill", "string")).ifelse(v.modulo(plan.age, _int(240)), plan.age)
    old = (plan.product == v.literal("card", "string")).ifelse(_int(MONTHS * 31), age)
    return plan.mutate(
        loan_id=_id("L", plan.number),
        contract_id=_id("K", plan.number),
        customer_id=_id("C", plan.owner),
        account_id=_id("A", plan.owner),
        region_id=_id("T", plan.township),
        institution_id=v.concat("OU", v.text(outlet + _int(1))),
        manager_id=v.concat(
            "M", v.text(outlet + _int(1) + _int(OUTLETS) * v.modulo(plan.spare, _int(managers)))
        ),
        amount=plan.base * _int(100) * (v.modulo(plan.size, plan.steps) + _int(1)),
        disbursed_on=v.add_days(v.literal(as_of, "date"), _int(0) - old),
        behaviour=v.when(list(_behaviour(plan.chance)), v.literal("punctual", "string")),
        missed=v.when(list(_missed(plan.chance)), _int(0)),
        mode=(v.modulo(plan.spare, _int(2)) == _int(0)).ifelse(plan.mode_even, plan.mode_odd),
    )


def _behaviour(chance: Column) -> Iterator[tuple[Column, Column]]:
    return ((chance >= _int(least), v.literal(name, "string")) for name, least, _ in reversed(BEHAVIOURS))


def _missed(chance: Column) -> Iterator[tuple[Column, Column]]:
    return ((chance >= _int(least), _int(missed)) for _, least, missed in reversed(BEHAVIOURS))


def _id(letter: str, number: Column) -> Column:
    return v.concat(letter, v.text(number + _int(10_000_001)))


def _customer_plan(plan: Table) -> Table:
    """Give one row a customer: what the loans ask for a month in cents, and whether the money runs out."""
    months = v.greatest(plan.term, _int(12))
    monthly = plan.mutate(monthly=v.integer_divide(plan.amount, months))
    return monthly.group_by(
        "customer_id", "account_id", "owner", "customer_kind", "region_id", "institution_id"
    ).aggregate(monthly=v.total(monthly.monthly), missed=monthly.missed.max())


def _customers(customers: Table) -> Table:
    farmer = customers.customer_kind == v.literal("farmer", "string")
    return customers.select(
        customer_id=customers.customer_id,
        name=v.concat("Customer ", v.text(customers.owner + _int(1))),
        kind=customers.customer_kind,
        is_small_micro=customers.customer_kind == v.literal("small_business", "string"),
        region_id=customers.region_id,
        income_months=farmer.ifelse(v.literal("9;10;11", "string"), v.null("string")),
    )


def _contracts(plan: Table) -> Table:
    return plan.select(
        contract_id=plan.contract_id,
        customer_id=plan.customer_id,
        institution_id=plan.institution_id,
        manager_id=plan.manager_id,
        contract_type=plan.contract_type,
        is_revolving=plan.product == v.literal("card", "string"),
        signed_on=plan.disbursed_on,
        limit_amount=v.money(plan.amount),
        guarantee_mode=plan.mode,
        known_on=plan.disbursed_on,
    )


def _collateral(plan: Table) -> Table:
    """Give a security for every mortgage; four in a hundred have lost too much of their value."""
    secured = plan.filter(plan.mode == v.literal("mortgage", "string"))
    fallen = secured.spare >= _int(960)
    sound = secured.top_percent - _int(5) - v.modulo(secured.spare, _int(15))
    first = v.integer_divide(secured.amount * _int(100), sound)
    fell = v.integer_divide(secured.amount * _int(100), secured.top_percent + _int(35))
    return secured.select(
        collateral_id=_id("G", secured.number),
        contract_id=secured.contract_id,
        kind=secured.security,
        value=v.money(fallen.ifelse(fell, first)),
        valued_on=secured.disbursed_on,
        first_value=v.money(first),
        max_ltv=v.ratio(secured.top_percent, _int(100)),
        registered_on=secured.disbursed_on,
        owner_customer_id=secured.customer_id,
        known_on=secured.disbursed_on,
    )


def _guarantees(plan: Table, customers: int) -> Table:
    backed = plan.filter(plan.mode.isin(["guarantor", "joint_group"]))
    group = backed.mode == v.literal("joint_group", "string")
    return backed.select(
        guarantee_id=_id("S", backed.number),
        contract_id=backed.contract_id,
        guarantor_customer_id=_id("C", v.modulo(backed.owner + _int(1), _int(customers))),
        amount=v.money(backed.amount),
        kind=group.ifelse(v.literal("joint_group", "string"), v.literal("joint", "string")),
        known_on=backed.disbursed_on,
    )


def _bank(engine: Engine, managers: int) -> dict[str, Table]:
    """Give regions, institutions and staff; names are numbers, roles as the contract has them."""
    regions = [{"region_id": "COUNTY", "parent_id": None, "name": "County", "kind": "county"}]
    regions += [
        {
            "region_id": f"T{10_000_001 + n}",
            "parent_id": "COUNTY",
            "name": f"Township {n + 1}",
            "kind": "township",
        }
        for n in range(TOWNSHIPS)
    ]
    places: list[tuple[str, str | None, str, str]] = [("HO", None, "Head office", "head_office")]
    places += [(f"BR{n}", "HO", f"Branch {n}", "branch") for n in (1, 2)]
    places += [(f"OU{n}", f"BR{(n + 1) // 2}", f"Outlet {n}", "outlet") for n in range(1, OUTLETS + 1)]
    names = ("institution_id", "parent_id", "name", "kind")
    institutions = [dict(zip(names, place, strict=True)) for place in places]
    return {
        "region": engine.from_rows(regions, _strings("region_id", "parent_id", "name", "kind"), "region"),
        "institution": engine.from_rows(institutions, _strings(*names), "institution"),
        "staff": engine.from_rows(
            list(_staff(managers)), _strings("staff_id", "name", "institution_id", "role"), "staff"
        ),
    }


def _staff(managers: int) -> Iterator[dict[str, object]]:
    for n in range(1, managers // OUTLETS * OUTLETS + 1):
        yield _person(f"M{n}", f"Manager {n:02}", f"OU{(n - 1) % OUTLETS + 1}", "customer_manager")
    for n in (1, 2):
        yield _person(f"H{n}", f"Branch head {n:02}", f"BR{n}", "branch_head")
    offices = "credit_department risk_department audit asset_preservation legal finance compliance executive"
    for n, role in enumerate(f"{offices} trade_finance risk_committee".split(), start=1):
        yield _person(f"D{n}", role.replace("_", " ").capitalize(), "HO", role)


def _person(number: str, name: str, institution: str, role: str) -> dict[str, object]:
    return {"staff_id": number, "name": name, "institution_id": institution, "role": role}


def _strings(*names: str) -> list[Field]:
    return [Field(name, "string") for name in names]
