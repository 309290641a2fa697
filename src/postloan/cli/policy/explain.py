"""`policy explain`: why each table and signal said what it said of a loan, and what missed by how little."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.base import Day, print_json, shared, unknown
from postloan.cli.policy._words_why import Words
from postloan.cli.running import LANG

if TYPE_CHECKING:
    from postloan.policy.pack import Policy

_HELD = 8
"""How many rules that held are shown of a table that takes all of them."""


@click.command(
    epilog="""\b
Examples:
  postloan policy explain STORE --loan 5314
  postloan policy explain STORE --customer 1207 --table colour --as-of 2026-11-20 --json
  postloan policy explain packs/our_bank --table dunning --given loan.claim_days=87"""
)
@click.argument("place")
@click.option("--loan", help="A loan's number.")
@click.option("--customer", help="A customer's number.")
@click.option("--as-of", type=Day(), help="The day; by default the last with a result.")
@click.option("--table", "only", help="One table by name; by default all, and the signals.")
@click.option("--policy", help="The pack to ask; by default that of the run.")
@click.option("--given", multiple=True, help="NAME=VALUE in FEEL, or a YAML file: without a store.")
@click.option(
    "--nearest", type=click.IntRange(0), default=3, show_default=True, help="How many rules that missed."
)
@LANG
@shared
def explain(
    place: str,
    *,
    loan: str | None,
    customer: str | None,
    as_of: date | None,
    only: str | None,
    policy: str | None,
    given: tuple[str, ...],
    nearest: int,
    lang: str | None,
    as_json: bool,
) -> None:
    """Tell why the tables and signals of a policy say what they say of a loan or customer.

    PLACE is a store, or with --given a pack. For each table: the rule that held, each condition with the
    value it was held against, and the nearest rules that missed, with what each missed by.
    """
    words = Words(lang)
    if given:
        if loan or customer or policy or only is None:
            raise click.UsageError("--given takes a PACK and --table NAME, and no --loan or --customer")
        told = _given(place, only, given, as_of, words.lang, nearest)
    elif (loan is None) == (customer is None):
        raise click.UsageError("give either --loan ID or --customer ID, or values with --given")
    else:
        told = _stored(Path(place), loan, customer, as_of, policy, only, words.lang, nearest)
    if as_json:
        print_json(told)
    else:
        click.echo("\n".join(_lines(told, words)))


def _given(
    pack: str, only: str, given: tuple[str, ...], as_of: date | None, lang: str, nearest: int
) -> dict[str, Any]:
    from postloan import clock
    from postloan.cli.policy._reasons import checked_table, given_values, of_table
    from postloan.cli.policy._shared import kinds
    from postloan.policy import pack as packs
    from postloan.policy.checking import environment

    day = as_of or clock.now().date()
    loaded = packs.load(pack)
    policy = loaded.as_of(day)
    _require(policy, only)
    env = environment(loaded, kinds())
    checked = checked_table(policy, only, env)
    told = of_table(checked, given_values(given, env), day, lang, nearest)
    head = {"subject_kind": None, "subject_id": None, "as_of": day, "policy_version": policy.version}
    return {**head, "tables": [{**told, "loan_id": None}], "signals": []}


def _stored(
    store: Path,
    loan: str | None,
    customer: str | None,
    as_of: date | None,
    name: str | None,
    only: str | None,
    lang: str,
    nearest: int,
) -> dict[str, Any]:
    from postloan.cli.packs import policy_of
    from postloan.cli.policy._reasons import checked_table, of_signals, of_table
    from postloan.cli.policy._shared import kinds
    from postloan.engine import open_engine
    from postloan.errors import PolicyError
    from postloan.policy.checking import environment
    from postloan.run.reading import last_run
    from postloan.run.why import seen

    with open_engine(threads=1) as engine:
        row = last_run(engine, store, as_of)
        policy = policy_of(name, row.policy_version, row.as_of)
        if policy is None:
            raise PolicyError(
                "unknown_pack",
                f"The pack of the run, {row.policy_version}, is not at hand.",
                mend="Name its folder with --policy.",
            )
        if only is not None:
            _require(policy, only)
        found = seen(
            engine,
            store,
            "loan" if customer is None else "customer",
            (loan if customer is None else customer) or "",
            policy,
            row.as_of,
        )
    env = environment(policy.pack, kinds())
    tables = []
    for table in [only] if only else policy.tables:
        checked = checked_table(policy, table, env)
        for of, values in found.of_table(table).items():
            tables.append({**of_table(checked, values, row.as_of, lang, nearest), "loan_id": of})
    return {
        "subject_kind": "loan" if customer is None else "customer",
        "subject_id": loan if customer is None else customer,
        "customer_id": found.customer_id,
        "as_of": row.as_of,
        "policy_version": policy.version,
        "policy_of_run": found.policy_version,
        "tables": tables,
        "signals": [] if only else of_signals(policy, found, lang),
    }


def _require(policy: Policy, table: str) -> None:
    if table not in policy.tables:
        raise unknown("table", table, policy.tables, where=policy.version)


def _lines(told: Mapping[str, Any], words: Words) -> Iterator[str]:
    from postloan.cli.text import faint, heading

    kind = told["subject_kind"]
    title = words(f"of_{kind}", told["subject_id"]) if kind else words("given")
    yield f"{heading(title)}  {told['as_of']}  {told['policy_version']}"
    if told.get("policy_of_run", told["policy_version"]) != told["policy_version"]:
        yield faint(words("policy_moved", told["policy_version"], told["policy_of_run"]))
    for table in told["tables"]:
        yield ""
        loan = f"  {words('of_loan', table['loan_id'])}" if table["loan_id"] and kind == "customer" else ""
        yield f"{heading(table['name'])} ({table['table']}, {table['hit_policy']}){loan}"
        yield from (f"  {line}" for line in _table(table, words))
    if told["signals"]:
        yield ""
        yield heading(words("signals"))
        yield from (f"  {line}" for line in _signals(told["signals"], words))


def _table(table: Mapping[str, Any], words: Words) -> Iterator[str]:
    from postloan.cli.text import faint

    if table["missing"]:
        yield words("missing", words("comma").join(one["label"] for one in table["missing"]))
    if table["conflict"]:
        yield words("conflict", table["conflict"])
    for one in table["held"][:_HELD]:
        key = "held" if one["counts"] else "undecided" if table["missing"] else "aside"
        parts = [_condition(part, words) for part in one["conditions"]]
        yield words("named", words(key, one["rule_id"]), words("comma").join(parts) or "-")
    if len(table["held"]) > _HELD:
        yield faint(words("more", len(table["held"]) - _HELD))
    if not table["held"]:
        yield words("none_held")
    for row in table["answer"][:_HELD]:
        outputs = {
            key: value for key, value in row.items() if key not in ("rule_id", "rule_order", "rule_ids")
        }
        shown = words("comma").join(
            f"{name} {_shown(value, words)}" for name, value in outputs.items() if value not in (None, "")
        )
        if shown:
            yield words("answer", shown)
    for one in table["nearest"]:
        parts = [_missed(part, words) for part in one["missed"]]
        yield faint(words("missed", one["rule_id"], words("and").join(parts)))


def _condition(one: Mapping[str, Any], words: Words) -> str:
    return words("condition", one["label"], _shown(one["value"], words), one["test"])


def _missed(one: Mapping[str, Any], words: Words) -> str:
    needs = words("needs", one["label"], one["test"], _shown(one["value"], words))
    return _off(needs, one["by"], one["unit"], words)


def _off(text: str, by: Any, unit: str, words: Words) -> str:
    if by is None:
        return text
    if by == 0:
        return words("on_bound", text)
    return words("off_days" if unit == "days" else "off", text, _shown(by, words))


def _shown(value: object, words: Words) -> str:
    from postloan.cli.summary import plain_number

    if value is None:
        return words("not_known")
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else plain_number(str(value))


def _signals(rows: list[dict[str, Any]], words: Words) -> Iterator[str]:
    from postloan.cli.text import colour, faint, joined

    quiet = 0
    for row in sorted(rows, key=lambda one: one["severity"] is None):
        if row["state"] in ("not_measurable", "switched_off"):
            quiet += 1
            continue
        mark = colour(row["severity"], words) if row["severity"] else words("clear")
        value = f"{row['fact']} {_shown(row['value'], words)}"
        if row["threshold"] is not None:
            value = words("fired", value, row["threshold"])
        following = row["next"]
        after = ""
        if not row["guard_met"]:
            after = words("guard", row["when"])
        elif following:
            needs = _off(following["test"], following["by"], following["unit"], words)
            after = words("next", words(following["severity"]), needs)
        yield joined([f"{mark}  {row['code']} {row['name']}", value, after])
    if quiet:
        yield faint(words("off_signals", quiet))
