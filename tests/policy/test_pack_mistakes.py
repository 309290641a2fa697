"""Mistakes in a pack's files: each is told with its file, its entry and what to do, never as a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from postloan.policy.model import Output
from tests.policy.bank_pack import (
    BOMB,
    HEAD,
    LIMIT,
    MEASURE,
    SCHEME,
    SIGNAL,
    errors,
    table,
    write,
)


def test_a_sound_pack_has_no_errors(bank: Path) -> None:
    files: dict[str, str | bytes] = {
        "parameters.yaml": LIMIT,
        "signals/own.yaml": SIGNAL,
        "schemes/own.yaml": SCHEME,
        "measures.yaml": MEASURE,
        "tables/colour/2026-09-01.dmn": table(),
    }
    assert errors(write(bank, files)) == []


@pytest.mark.parametrize(
    ("name", "content", "code", "where", "word"),
    [
        # pack.yaml
        ("pack.yaml", "id: ''\n", "pack_entry", "bank/pack.yaml", "id"),
        ("pack.yaml", "id: a/b\n", "pack_entry", "bank/pack.yaml", "id"),
        ("pack.yaml", "- id: bank\n", "pack_entry", "bank/pack.yaml", "id"),
        ("pack.yaml", "id: base\nextends: base\n", "pack_entry", "bank/pack.yaml, id", "base"),
        ("pack.yaml", "id: bank\nextends: 5\n", "pack_entry", "bank/pack.yaml, extends", "cn_rural"),
        ("pack.yaml", "id: bank\nextends: [[base]]\n", "pack_entry", "bank/pack.yaml, extends", "list"),
        (
            "pack.yaml",
            "id: bank\nextends: " + 5000 * "a",
            "unknown_pack",
            "bank/pack.yaml, extends",
            "cn_rural",
        ),
        ("pack.yaml", HEAD + "precedence: 5\n", "pack_settings", "bank/pack.yaml, precedence", "list"),
        ("pack.yaml", HEAD + "precedence: [1]\n", "pack_settings", "bank/pack.yaml, precedence", "text"),
        ("pack.yaml", HEAD + "variables: [a]\n", "pack_settings", "bank/pack.yaml, variables", "mapping"),
        (
            "pack.yaml",
            HEAD + "variables: {5: number}\n",
            "pack_settings",
            "bank/pack.yaml, variables",
            "text",
        ),
        (
            "pack.yaml",
            HEAD + "segments: {all: {scheme: cn10b}}\n",
            "unknown_scheme",
            "bank/pack.yaml, segment all",
            "cn10a",
        ),
        (
            "pack.yaml",
            HEAD + "segments: {a: {scheme: cn10a, when: loan.dayz > 1}}\n",
            "unknown_name",
            "bank/pack.yaml, segment a",
            "loan.dayz",
        ),
        # YAML
        (
            "parameters.yaml",
            "- {name: a, value: 2026-02-30}\n",
            "yaml_syntax",
            "line 1, column 20",
            "2026-02-30",
        ),
        ("parameters.yaml", "- {name: a, value: 2026-02-03 10:00:00}\n", "yaml_syntax", "line 1", "time"),
        ("parameters.yaml", "- {[a]: 1}\n", "yaml_syntax", "line 1", "key"),
        ("parameters.yaml", f"- {{name: a, value: {5000 * '9'}}}\n", "yaml_syntax", "line 1", "whole number"),
        ("parameters.yaml", "- {name: a, value: !!int x}\n", "yaml_syntax", "line 1", "whole number"),
        ("parameters.yaml", "- {name: a, value: !!set {x}}\n", "yaml_syntax", "line 1", "!!set"),
        ("parameters.yaml", "- &a {name: a}\n- {<<: *a}\n", "yaml_syntax", "line 2, column 4", "whole"),
        ("parameters.yaml", "- name: a\n\tvalue: 1\n", "yaml_syntax", "line 2", "tabs"),
        (
            "parameters.yaml",
            "# 逾期\n".encode("gbk"),
            "yaml_unreadable",
            "bank/parameters.yaml, line 1",
            "UTF-8",
        ),
        ("events.yaml", BOMB, "yaml_too_large", "bank/events.yaml, line 6", "aliases"),
        ("parameters.yaml", "- &a [*a]\n", "yaml_too_large", "line 1", "inside itself"),
        ("parameters.yaml", f"- {3000 * '['}{3000 * ']'}\n", "yaml_too_large", "line 1", "50 levels"),
        # entries
        ("parameters.yaml", "entries: abc\n", "pack_entry", "bank/parameters.yaml", "entries"),
        ("parameters.yaml", "defaults: [a]\nentries: []\n", "pack_entry", "bank/parameters.yaml", "defaults"),
        ("parameters.yaml", "entrys: []\nentries: []\n", "pack_entry", "bank/parameters.yaml", "entrys"),
        ("parameters.yaml", LIMIT + "- \n", "pack_entry", "bank/parameters.yaml, entry 2", "mapping"),
        ("parameters.yaml", LIMIT + "- {value: 1}\n", "pack_entry", "bank/parameters.yaml, entry 2", "name"),
        (
            "parameters.yaml",
            "- {name: a b, value: 1}\n",
            "pack_entry",
            "bank/parameters.yaml, entry 1",
            "letters",
        ),
        (
            "parameters.yaml",
            LIMIT.replace("value", "valeu"),
            "pack_entry",
            "bank/parameters.yaml, parameter limit",
            "value",
        ),
        (
            "parameters.yaml",
            LIMIT.replace("2020-01-01", '"2020-01-01"'),
            "pack_entry",
            "bank/parameters.yaml, parameter limit",
            "without quotes",
        ),
        (
            "parameters.yaml",
            LIMIT.replace("value", "effective_until: 2019-12-31, value"),
            "pack_entry",
            "bank/parameters.yaml, parameter limit",
            "2019-12-31",
        ),
        (
            "parameters.yaml",
            LIMIT.replace("ours", "' '"),
            "override_unexplained",
            "bank/parameters.yaml, parameter limit",
            "overrides",
        ),
        # what replaces must do what the replaced did
        (
            "parameters.yaml",
            LIMIT.replace("3", '"3"'),
            "parameter_kind",
            "bank/parameters.yaml, parameter limit",
            "number",
        ),
        (
            "parameters.yaml",
            LIMIT.replace("3", "true"),
            "parameter_kind",
            "bank/parameters.yaml, parameter limit",
            "number",
        ),
        (
            "parameters.yaml",
            LIMIT.replace("limit", "bands").replace("3", "{A1: 1}"),
            "parameter_kind",
            "bank/parameters.yaml, parameter bands",
            "A2",
        ),
        (
            "parameters.yaml",
            LIMIT.replace("limit", "order").replace("3", "[fees, 3]"),
            "parameter_kind",
            "bank/parameters.yaml, parameter order",
            "a number",
        ),
        # signals
        ("signals/own.yaml", SIGNAL.replace("[due]", "[dew]"), "unknown_feed", "signal S1, needs", "due"),
        (
            "signals/own.yaml",
            SIGNAL.replace("loan.days\n", "loan.days + 1\n"),
            "pack_entry",
            "signal S1",
            "fact",
        ),
        ("signals/own.yaml", SIGNAL.replace('">= 60"', ""), "pack_entry", "signal S1", "red"),
        ("signals/own.yaml", SIGNAL.replace('">= 60"', "[60]"), "pack_entry", "signal S1", "text"),
        ("signals/own.yaml", SIGNAL.replace("en:", "english:"), "pack_entry", "signal S1", "english"),
        ("signals/own.yaml", SIGNAL + "  suppress_days: -1\n", "pack_entry", "signal S1", "negative"),
        (
            "signals/own.yaml",
            SIGNAL + "  peer: {side: low, quantile: 10, limit: 0.3}\n",
            "pack_entry",
            "signal S1, peer",
            "0.10",
        ),
        (
            "signals/own.yaml",
            SIGNAL + "  peer: {side: low, quantile: 0.1, limit: 0.3, limt: 1}\n",
            "pack_entry",
            "signal S1, peer",
            "limit",
        ),
        # schemes and measures
        ("schemes/own.yaml", SCHEME.replace("loss", "los"), "pack_entry", "scheme own, level 02", "loss"),
        ("schemes/own.yaml", SCHEME.replace("order: 2", "order: 1"), "pack_entry", "scheme own", "order"),
        (
            "schemes/own.yaml",
            SCHEME.replace("is_npl: true", "is_npl: true, is_nlp: true"),
            "pack_entry",
            "02",
            "is_npl",
        ),
        (
            "schemes/own.yaml",
            SCHEME.partition("levels")[0] + "levels: []\n",
            "pack_entry",
            "scheme own",
            "levels",
        ),
        ("schemes/own.yaml", SCHEME.replace('"2"}', '"9"}'), "unknown_level", "scheme own, level 02", "9"),
        (
            "measures.yaml",
            MEASURE.replace("legal", "legl"),
            "unknown_role",
            "measure M1, owner_role",
            "legal",
        ),
        # tables
        (
            "tables/colour/20260901.dmn",
            table(),
            "pack_entry",
            "bank/tables/colour/20260901.dmn",
            "2026-01-31.dmn",
        ),
        ("tables/colour/2026-02-30.dmn", table(), "pack_entry", "bank/tables/colour/2026-02-30.dmn", "date"),
        (
            "tables/colour/2026-09-01.dmn/x",
            "",
            "pack_unreadable",
            "bank/tables/colour/2026-09-01.dmn",
            "file",
        ),
        (
            "tables/colour/2026-09-01.dmn",
            table().replace(b"UTF-8", b"GBK"),
            "dmn_syntax",
            "bank/tables/colour/2026-09-01.dmn",
            "UTF-8",
        ),
        (
            "tables/colour/2026-09-01.dmn",
            table("F", "ours", Output("color", "string")),
            "table_differs",
            "bank/tables/colour/2026-09-01.dmn",
            "colour",
        ),
        (
            "tables/colour/2026-09-01.dmn",
            table("F", "ours", Output("colour", "number")),
            "table_differs",
            "bank/tables/colour/2026-09-01.dmn",
            "string",
        ),
        (
            "tables/colour/2026-09-01.dmn",
            table("C"),
            "table_differs",
            "bank/tables/colour/2026-09-01.dmn",
            "FIRST",
        ),
        # calendars and cases
        (
            "calendar/2027.yaml",
            "year: 2027\nholidays: 5\n",
            "calendar_entry",
            "bank/calendar/2027.yaml",
            "list",
        ),
        (
            "calendar/2027.yaml",
            "year: 2027\nholiday: []\n",
            "calendar_entry",
            "bank/calendar/2027.yaml",
            "holidays",
        ),
        ("calendar/99999.yaml", "year: 99999\n", "calendar_entry", "bank/calendar/99999.yaml", "year"),
        (
            "calendar/2027.yaml",
            "year: 2027\nholidays: [2027-01-02]\nextra_workdays: [2027-01-02]\n",  # a Saturday
            "calendar_entry",
            "bank/calendar/2027.yaml",
            "2027-01-02",
        ),
        (
            "calendar/2027.yaml",
            "year: 2027\nextra_workdays: [2027-01-04]\n",  # a Monday
            "calendar_entry",
            "bank/calendar/2027.yaml",
            "2027-01-04",
        ),
        (
            "cases/a.csv",
            "case,table\n" + 200_000 * "x" + ",colour\n",
            "case_malformed",
            "bank/cases/a.csv",
            "CSV",
        ),
    ],
)
def test_a_mistake_is_told_with_file_entry_and_what_to_do(
    bank: Path, name: str, content: str | bytes, code: str, where: str, word: str
) -> None:
    told = [one for one in errors(write(bank, {name: content})) if one.code == code]
    assert len(told) == 1
    assert where in told[0].where
    assert told[0].where.startswith("bank/")
    assert word in f"{told[0].message} {told[0].mend}"
    assert told[0].mend or code == "unknown_name"
    assert len(f"{told[0].message} {told[0].mend}") < 500


def test_a_link_that_leads_nowhere_is_an_error(bank: Path) -> None:
    write(bank, {"signals/own.yaml": SIGNAL})
    (bank / "signals" / "more.yaml").symlink_to("nowhere.yaml")
    assert [(one.code, one.where) for one in errors(bank)] == [("pack_unreadable", "bank/signals/more.yaml")]


def test_packs_that_extend_each_other_are_named(bank: Path) -> None:
    write(bank.parent / "group", {"pack.yaml": "id: group\nextends: bank\n"})
    write(bank, {"pack.yaml": "id: bank\nextends: group\n"})
    (told,) = errors(bank)
    assert (told.code, told.where) == ("pack_cycle", "group/pack.yaml, extends")
    assert "`bank` extends `group` extends `bank`" in told.message
