"""DMN files: read by local name, written as DMN 1.3, shown as Markdown; entities refused."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postloan.errors import PolicyError
from postloan.policy import dmn
from postloan.policy.model import DecisionTable, Input, Output, Rule

TEXT = """<?xml version="1.0" encoding="UTF-8"?>
<dmn:definitions xmlns:dmn="{namespace}" xmlns:postloan="urn:postloan:dmn" name="colours" namespace="x">
  <dmn:itemDefinition name="tColour"><dmn:typeRef>string</dmn:typeRef></dmn:itemDefinition>
  <dmn:inputData name="amount_band"><dmn:variable name="amount_band" typeRef="string"/></dmn:inputData>
  <dmn:decision id="colour" name="Colour" postloan:label-zh="颜色">
    <dmn:decisionTable hitPolicy="{policy}">
      <dmn:input label="Days past due" postloan:label-zh="逾期天数" postloan:required="true">
        <dmn:inputExpression typeRef="feel:number"><dmn:text>loan.dpd_days</dmn:text></dmn:inputExpression>
      </dmn:input>
      <dmn:output name="colour" typeRef="tColour">
        <dmn:outputValues><dmn:text>"red", "blue"</dmn:text></dmn:outputValues>
        <dmn:defaultOutputEntry><dmn:text>"blue"</dmn:text></dmn:defaultOutputEntry>
      </dmn:output>
      <dmn:annotation name="Basis"/>
      <dmn:rule id="C1">
        <dmn:inputEntry><dmn:text>&gt; 90</dmn:text></dmn:inputEntry>
        <dmn:outputEntry><dmn:text>"red"</dmn:text></dmn:outputEntry>
        <dmn:annotationEntry><dmn:text>2023 Measures</dmn:text></dmn:annotationEntry>
      </dmn:rule>
    </dmn:decisionTable>
  </dmn:decision>
</dmn:definitions>
"""

NAMESPACES = [
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
]


def file(namespace: str = NAMESPACES[2], policy: str = "PRIORITY") -> bytes:
    return TEXT.format(namespace=namespace, policy=policy).encode()


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_reads_every_version(namespace: str) -> None:
    data = file(namespace)
    (table,) = dmn.read(data, "colour.dmn")
    assert (table.id, table.name, table.hit_policy) == ("colour", "Colour", "P")
    assert table.inputs == (
        Input("loan.dpd_days", "number", "Days past due", {"zh": "逾期天数"}, required=True),
    )
    assert table.outputs == (Output("colour", "string", values='"red", "blue"', default='"blue"'),)
    assert table.rules == (Rule("C1", ("> 90",), ('"red"',), ("2023 Measures",)),)
    assert table.annotations == ("Basis",)
    assert table.variables == {"amount_band": "string"}
    assert table.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("spelt", "letter"),
    [
        ("UNIQUE", "U"),
        ("ANY", "A"),
        ("FIRST", "F"),
        ("RULE ORDER", "R"),
        ("OUTPUT ORDER", "O"),
        ("COLLECT", "C"),
    ],
)
def test_hit_policies(spelt: str, letter: str) -> None:
    assert dmn.read(file(policy=spelt))[0].hit_policy == letter


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><definitions/>', "dmn_entities"),
        (b"<definitions", "dmn_syntax"),
        (b"<html/>", "dmn_syntax"),
        (file(policy="SOMETIMES"), "dmn_syntax"),
        (file().replace(b"<dmn:inputEntry><dmn:text>&gt; 90</dmn:text></dmn:inputEntry>", b""), "dmn_syntax"),
    ],
)
def test_refuses_what_is_no_table(data: bytes, code: str) -> None:
    with pytest.raises(PolicyError) as caught:
        dmn.read(data, "colour.dmn")
    assert caught.value.code == code
    assert caught.value.where.startswith("colour.dmn")


def test_markdown_shows_both_languages() -> None:
    text = dmn.markdown(dmn.read(file())[0])
    assert "# Colour · 颜色" in text
    assert "| P / rule | Days past due<br>逾期天数<br>`loan.dpd_days` | **colour** | Basis |" in text
    assert '| C1 | > 90 | "red" | 2023 Measures |' in text
    assert 'If no rule is met: colour = `"blue"`.' in text
    assert "Not measurable without: `loan.dpd_days`." in text


_CELL = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
    .map(lambda text: text.strip() or "x")
    .filter(lambda text: "￾" not in text and "￿" not in text)
)


@given(
    policy=st.sampled_from(["U", "A", "P", "F", "R", "O", "C", "C+", "C<", "C>", "C#"]),
    cells=st.lists(st.tuples(_CELL, _CELL, _CELL), max_size=4),
    required=st.booleans(),
)
def test_nothing_is_lost_on_the_way_there_and_back(
    policy: str, cells: list[tuple[str, str, str]], required: bool
) -> None:
    table = DecisionTable(
        id="t",
        name="Tabelle 表",
        hit_policy=policy[0],
        inputs=(Input("loan.days", "number", "Days", {"zh": "天"}, "[0..999]", required),),
        outputs=(Output("n", "number", "N", {"zh": "数"}, "1, 2", "1"),),
        rules=tuple(Rule(f"R{i}", (a,), (b,), (c,)) for i, (a, b, c) in enumerate(cells)),
        aggregation=policy[1:],
        annotations=("why",),
        variables={"band": "string"},
        labels={"zh": "表"},
        overrides="our own appetite",
        reference="resolution 7",
        owner="risk_department",
        reviewed_on=date(2026, 2, 28),
        status="P",
    )
    data = dmn.write([table])
    (back,) = dmn.read(data)
    assert replace(back, sha256="", where="") == table
    assert dmn.write([back]) == data


def test_where_a_table_is_from_is_shown_and_its_review_is_a_date() -> None:
    made = DecisionTable(
        "t", "t", "F", (), (Output("n", "number"),), (Rule("R1", (), ("1",)),),
        reference="resolution 7", owner="risk_department", reviewed_on=date(2026, 2, 28),
    )  # fmt: skip
    assert dmn.markdown(made).endswith(
        "\n- Reference: resolution 7\n- Owner: risk_department\n- Reviewed on: 2026-02-28\n"
    )
    with pytest.raises(PolicyError) as caught:
        dmn.read(dmn.write([made]).replace(b"2026-02-28", b"2026-02-30"), "our.dmn")
    assert (caught.value.code, caught.value.where) == ("dmn_syntax", "our.dmn, table t")
    assert "2026-02-30" in caught.value.message
