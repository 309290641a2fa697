"""Cases of aggregates, windows and the methods of tables."""

from __future__ import annotations

from postloan.engine import Table
from postloan.engine import verbs as v
from tests.parity.case import case


@case("groups")
def aggregates(t: Table, o: Table) -> Table:
    return t.group_by("g").aggregate(
        n=t.count(),
        filled=t.s.count(),
        total=v.total(t.n),
        positive=v.total_if(t.n, t.n > 0),
        never=v.total_if(t.n, t.n > 2**62),
        true=v.count_if(t.b),
        ties=v.count_if(t.s == "a"),
        top=t.n.max(),
        bottom=t.n.min(),
        last_day=t.d.max(),
        first_day=t.d.min(),
        last_text=t.s.max(),
        first_text=t.s.min(),
        most=t.m.max(),
        least=t.m.min(),
        max_if=v.max_if(t.d, t.b),
        min_if=v.min_if(t.s, t.n >= 0),
    )


@case("groups")
def aggregates_over_all(t: Table, o: Table) -> Table:
    return t.aggregate(
        n=t.count(),
        filled=t.n.count(),
        total=v.total(t.r),
        sums=v.total_if(t.r, t.g == "none"),
        counts=v.count_if(t.g == "none"),
        texts=v.join_text(t.g),
        list=v.json_list(v.json_text(t.g)),
        last=t.s.max(),
        nothing=v.max_if(t.n, t.g == "none"),
    )


@case("groups")
def texts_of_groups(t: Table, o: Table) -> Table:
    return t.group_by("g").aggregate(
        plain=v.join_text(t.s),
        apart=v.join_text(t.s, ", "),
        ranked=v.join_text(t.s, "|", rank=t.n),
        list=v.json_list(v.json_text(t.s)),
        ranked_list=v.json_list(v.json_text(t.s), rank=t.n),
    )


@case("texts_and_counts")
def texts_by_any_rank(t: Table, o: Table) -> Table:
    return t.aggregate(one=v.join_text(t.x, "\u3000", rank=t.n), other=v.join_text(t.x, ""))


@case("groups")
def windows(t: Table, o: Table) -> Table:
    order = [(t.s, "asc"), (t.k, "desc")]
    return t.select(
        "k",
        row=v.row_number(partition=[t.g], order=order),
        over_all=v.row_number(order=[(t.d, "desc"), (t.s, "desc"), (t.k, "asc")]),
        running=v.running_sum(t.r, partition=[t.g], order=order),
        running_all=v.running_sum(t.r, order=[(t.k, "asc")]),
        sum=v.sum_over(t.r, partition=[t.g]),
        sum_with_nulls=v.sum_over(t.n, partition=[t.g, t.r]),
        count=v.count_over(partition=[t.g]),
        count_pairs=v.count_over(partition=[t.n, t.b]),
        before=v.lag(t.s, partition=[t.g], order=order),
        after=v.lead(t.d, partition=[t.g], order=order),
        before_all=v.lag(t.m, order=[(t.k, "asc")]),
        after_all=v.lead(t.b, order=[(t.k, "asc")]),
        least=v.least_from_here(t.n, partition=[t.g], order=order),
        least_all=v.least_from_here(t.d, order=[(t.k, "asc")]),
    )


@case("groups")
def rows_chosen(t: Table, o: Table) -> Table:
    return (
        t.filter((t.n > 0) | t.b, t.g != "ties").drop("m").rename(group="g").mutate(m=v.literal(1, "integer"))
    )


@case("groups")
def rows_that_differ(t: Table, o: Table) -> Table:
    return t.select("g", "n", "b", "m").distinct()


@case("groups")
def rows_in_order(t: Table, o: Table) -> Table:
    return t.order_by([t.g, "s", t.k]).limit(20).select("k", "g")


@case("groups")
def rows_united(t: Table, o: Table) -> Table:
    return t.select("k", "g", "n").union(o.select("n", "g", "k"))


@case("groups")
def rows_united_once(t: Table, o: Table) -> Table:
    return t.select("g", "n").union(o.select("n", "g"), distinct=True)


@case("groups")
def joins(t: Table, o: Table) -> Table:
    sums = o.group_by("g").aggregate(sum=v.total(o.r), some=o.count())
    return t.left_join(sums, "g").select(t.k, t.g, sums.sum, sums.some)


@case("groups")
def inner_joins(t: Table, o: Table) -> Table:
    right = o.select("k", other="n", text="s")
    return t.inner_join(right, [t.n == right.other, t.s == right.text]).select(t.k, there=right.k)


@case("groups")
def semi_and_anti_joins(t: Table, o: Table) -> Table:
    some = o.filter(o.n > 0).select("g")
    return t.semi_join(some, "g").select("k").union(t.anti_join(some, "g").select("k"))


@case("groups")
def anti_joins(t: Table, o: Table) -> Table:
    return t.anti_join(o.filter(o.n > 0), "g").select("k", "g")


@case("truth")
def cross_joins(t: Table, o: Table) -> Table:
    return t.cross_join(o.select(other="k", text="s")).select("k", "other", "text")


@case("groups")
def a_table_with_itself(t: Table, o: Table) -> Table:
    same = t.view()
    return t.inner_join(same, [t.r == same.r, t.k < same.k]).select(t.k, there=same.k)


@case("groups")
def shapes(t: Table, o: Table) -> Table:
    kinds = v.literal(", ".join(f"{name} {kind}" for name, kind in t.schema().items()), "string")
    named = v.literal(",".join(t.columns), "string")
    return t.select(t.k.name("key"), kinds=kinds, named=named, kind=v.literal(str(t.n.type()), "string"))
