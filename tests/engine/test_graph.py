"""Components and steps against a brute force, and alike on both engines."""

from __future__ import annotations

import itertools
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.engine import Engine, Field, graph, open_engine
from postloan.errors import PostloanError

FIELDS = [Field("layer", "string"), Field("source", "string"), Field("target", "string")]
NAMES = ("a", "A", "b", "c", "ab", "é", "家", "\U0001f600", "z", "")
EDGES = st.lists(
    st.tuples(st.sampled_from(["x", "y"]), st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=14
)


@pytest.fixture(scope="module")
def duckdb(tmp_path_factory):
    with open_engine(threads=2, scratch=tmp_path_factory.mktemp("duckdb")) as engine:
        yield engine


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    with open_engine("spark", threads=2, memory="1GiB", scratch=tmp_path_factory.mktemp("spark")) as engine:
        yield engine


def table(engine: Engine, edges):
    rows = [dict(zip(("layer", "source", "target"), edge, strict=True)) for edge in edges]
    return engine.from_rows(rows, FIELDS, "edges")


def found(engine: Engine, edges):
    rows = engine.rows(graph.components(engine, table(engine, edges), "components"))
    assert len({(row["layer"], row["member"]) for row in rows}) == len(rows)
    return {
        (row["layer"], row["member"]): (row["weak"], row["weak_size"], row["strong"], row["strong_size"])
        for row in rows
    }


def reach(edges, start, *, both=False, at_most=99):
    """Give whom one reaches and in how many steps, by looking at every edge again and again."""
    steps = {start: 0}
    for step in range(1, at_most + 1):
        for source, target in edges:
            for one, other in ((source, target), (target, source))[: 2 if both else 1]:
                if steps.get(one, 99) < step and other not in steps:
                    steps[other] = step
    return steps


def by_brute_force(edges):
    layers = defaultdict(set)
    for layer, source, target in edges:
        layers[layer].add((source, target))
    told = {}
    for layer, own in layers.items():
        members = {end for edge in own for end in edge}
        reached = {member: set(reach(own, member)) for member in members}
        for member in members:
            weak = set(reach(own, member, both=True))
            strong = {other for other in reached[member] if member in reached[other]}
            first = [min(part, key=str.encode) for part in (weak, strong)]
            told[layer, member] = (first[0], len(weak), first[1], len(strong))
    return told


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=EDGES)
def test_components_are_those_of_a_brute_force(duckdb, edges):
    assert found(duckdb, edges) == by_brute_force(edges)
    duckdb.forget()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=EDGES, starts=st.sets(st.sampled_from(NAMES), max_size=3), at_most=st.integers(0, 4))
def test_steps_are_those_of_a_brute_force(duckdb, edges, starts, at_most):
    fields = [Field("layer", "string"), Field("member", "string")]
    told = duckdb.from_rows([{"layer": "x", "member": one} for one in starts], fields, "starts")
    rows = duckdb.rows(graph.hops(duckdb, table(duckdb, edges), told, "hops", at_most=at_most))
    assert all(row["layer"] == "x" for row in rows)
    expected = {}
    for start in starts:
        for member, steps in reach(
            [edge[1:] for edge in edges if edge[0] == "x"], start, at_most=at_most
        ).items():
            expected[member] = min(steps, expected.get(member, 99))
    assert sorted((row["member"], row["hops"]) for row in rows) == sorted(expected.items())
    duckdb.forget()


def test_no_edges_and_edges_without_an_end(duckdb):
    assert found(duckdb, []) == {}
    odd = [("x", None, "a"), ("x", "a", None), (None, "a", "b"), ("x", "c", "c"), ("x", "c", "c")]
    assert found(duckdb, odd) == {("x", "c"): ("c", 1, "c", 1)}


def test_a_graph_beyond_the_limit_is_refused(duckdb, monkeypatch):
    monkeypatch.setattr(graph, "EDGES_AT_MOST", 1)
    with pytest.raises(PostloanError) as refused:
        found(duckdb, [("x", "a", "b"), ("x", "b", "c")])
    assert refused.value.code == "graph_too_large"


def test_many_edges_between_the_same_members_and_a_long_chain(duckdb):
    chain = [("x", f"{n:05}", f"{n + 1:05}") for n in range(3000)]
    rows = found(duckdb, [*chain, ("x", "03000", "00000"), *[("y", "a", "b")] * 300])
    assert rows["x", "01500"] == ("00000", 3001, "00000", 3001)
    assert rows["y", "b"] == ("a", 2, "b", 1)


@pytest.mark.spark
def test_both_engines_find_the_same(duckdb, spark):
    ends = ["a", "家", "\U0001f600", "～", "b", "B", "c"]
    edges = [("x", one, other) for one, other in itertools.pairwise(ends)]
    edges += [("x", "c", "B"), ("y", "c", "a"), ("y", "q", "q"), ("y", None, "q")]
    assert found(spark, edges) == found(duckdb, edges) == by_brute_force(edges[:-1])
    assert found(spark, []) == {}
    starts = [{"layer": "x", "member": "a"}, {"layer": "y", "member": "q"}]
    told = []
    for engine in (duckdb, spark):
        first = engine.from_rows(starts, [Field("layer", "string"), Field("member", "string")], "starts")
        rows = engine.rows(graph.hops(engine, table(engine, edges), first, "hops", at_most=2))
        told.append(sorted((row["member"], row["hops"]) for row in rows))
    assert told[0] == told[1]
