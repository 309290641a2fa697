"""Which customers a draft can touch: those of whom something that a later stage reads differs.

Stages after the signals look at one customer at a time, with his loans and collateral. So where both packs
say the same to a stage, the draft's result is that of the pack in force but for the customers affected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from postloan.engine import Column, Engine, Table
from postloan.engine import verbs as v
from postloan.run.tables import SCHEMAS

_SAYS_NOTHING = frozenset({"policy_version"})
_EVERYBODYS = frozenset({"facts_region"})


def differs(old: Column, new: Column) -> Column:
    """Tell whether two values differ, null being a value like any other."""
    return (old != new).fill_null(False) | (old.isnull() & new.notnull()) | (old.notnull() & new.isnull())


def differing(engine: Engine, name: str, old: Table, new: Table) -> Table:
    """Give the customers of whom a result table differs: affected (a customer's number), each once."""
    key = SCHEMAS[name].key
    others = [column for column in old.columns if column not in key and column not in _SAYS_NOTHING]
    right = new.select(**{f"new_{column}": column for column in (*key, *others)})
    same = [old[column] == right[f"new_{column}"] for column in key]
    both = old.inner_join(right, same)
    changed = both.filter(_any([differs(both[column], both[f"new_{column}"]) for column in others]))
    gone = old.anti_join(right, same)
    come = new.anti_join(old, [new[column] == old[column] for column in key])
    ids = [part.select(affected="customer_id") for part in (changed, gone, come)]
    found = reduce(lambda a, b: a.union(b), ids)
    return engine.materialise(found.filter(found.affected.notnull()).distinct(), f"affected_{name}")


def _any(conditions: Sequence[Column]) -> Column:
    return reduce(lambda a, b: a | b, conditions, v.literal(False, "boolean"))


def united(engine: Engine, parts: Sequence[Table]) -> Table:
    """Give the customers of any of the lists."""
    found = reduce(lambda a, b: a.union(b), parts).distinct()
    return engine.materialise(found, "affected")


def only(tables: Mapping[str, Table], customers: Table) -> dict[str, Table]:
    """Keep of each table what is of these customers; what is nobody's own stays whole."""
    kept = {}
    for name, table in tables.items():
        owner = "id" if name == "facts_customer" else "customer_id"
        if name in _EVERYBODYS or owner not in table.columns:
            kept[name] = table
        else:
            kept[name] = table.semi_join(customers, table[owner] == customers.affected)
    return kept


def laid_over(old: Table, new: Table, customers: Table, version: str) -> Table:
    """Give the rows of the affected customers as they are now, and those of all others as they were."""
    rest = old.anti_join(customers, old.customer_id == customers.affected)
    if "policy_version" in old.columns:
        rest = rest.mutate(policy_version=v.literal(version, "string"))
    return rest.select(*old.columns).union(new.select(*old.columns))
