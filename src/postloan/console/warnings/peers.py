"""How many peers of a customer have which colour: those of the same region, and of the same industry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from postloan.console.publishing.models import RANKS, Customer


@dataclass(frozen=True)
class Share:
    """How many peers have a colour, None for none."""

    colour: str | None
    count: int
    share: float


@dataclass(frozen=True)
class Peers:
    """The borrowers of a region or an industry by colour, the worst first."""

    name: str
    kind: str
    count: int
    shares: Sequence[Share]

    @property
    def warned(self) -> float:
        """Give the share with a red or orange colour, in per cent."""
        return sum(one.share for one in self.shares if one.colour in ("red", "orange"))


def peers_of(customer: Customer) -> list[Peers]:
    """Give the peers of a customer, themselves among them; figures of the whole bank, without names."""
    found = []
    for kind, column in (("region", "region_id"), ("industry", "industry_id")):
        key = getattr(customer, column)
        if not key:
            continue
        rows = Customer.objects.filter(**{column: key}, open_loans__gt=0)
        counts = dict(rows.values_list("colour_rank").annotate(n=Count("*")).order_by())
        total = sum(counts.values())
        if total:
            shares = [
                Share(colour, counts.get(rank, 0), 100 * counts.get(rank, 0) / total)
                for colour, rank in (*RANKS.items(), (None, 0))
            ]
            found.append(Peers(getattr(customer, kind) or key, kind, total, shares))
    return found
