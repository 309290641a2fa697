"""The story of one loan or customer on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import click

from postloan.cli.packs import Names
from postloan.cli.summary import plain_number
from postloan.cli.text import amount, colour, cut, faint, heading, joined, pad, screen_width
from postloan.cli.words import Words

_POINTS, _MISSING = 3, 4
"""How many parts of a score and signals that could not be measured are named; the rest is counted."""

_LINES = 45

_ROOM = ((2, 7, 8, 3), (2, 6, 6, 2), (2, 5, 4, 1), (1, 5, 4, 1), (1, 4, 3, 1), (1, 3, 2, 0))
"""How many loans, signals, measures and rows of a table stand on the screen; the first that fits is taken."""

_FIVE = {"normal": "green", "special_mention": "yellow"}


def say_story(told: Mapping[str, Any], words: Words, names: Names) -> None:
    """Print the story in at most 45 lines of 100 columns."""
    screens = (list(_Screen(told, words, names, room).lines()) for room in _ROOM)
    lines: list[str] = []
    for lines in screens:
        if len(lines) <= _LINES:
            break
    click.echo("\n".join(lines))


class _Screen:
    """The lines of one story."""

    def __init__(
        self, told: Mapping[str, Any], words: Words, names: Names, room: tuple[int, int, int, int]
    ) -> None:
        self.told, self.words, self.names = told, words, names
        self.loans, self.signals, self.measures, self.rows = room
        self.width = screen_width()

    def lines(self) -> Iterator[str]:
        """Give every line in order."""
        yield from self._head()
        for loan in self.told["loans"][: self.loans]:
            yield from self._loan(loan)
        yield from self._rest(len(self.told["loans"]) - self.loans)
        yield from self._signals()
        yield from self._colour()
        yield from self._classes()
        yield from self._measures()
        yield from self._sources()

    def _rest(self, count: int) -> Iterator[str]:
        if count > 0:
            yield faint(f"  {self.words('more', count)}")

    def _line(self, text: str, indent: int = 2) -> str:
        return " " * indent + cut(text, self.width - indent)

    def _head(self) -> Iterator[str]:
        told, words = self.told, self.words
        warning = told["warning"] or {}
        title = f"{words(told['subject_kind'])} {told['subject_id']}"
        since = words("since", warning["colour_since"]) if warning else ""
        score = f"{words('score')} {warning['score']}" if warning else ""
        mark = joined([colour(warning.get("colour"), words), since, score])
        yield f"{heading(title)}  {told['as_of']}  {mark}"
        customer, loan = told["customer"], (told["loans"] or [{}])[0]
        exposure = customer.get("total_exposure_amt")
        parts = [
            f"{words('customer')} {told['customer_id']}",
            words(customer["kind"]) if customer.get("kind") else "",
            words("region", customer["region_id"]) if customer.get("region_id") else "",
            words("institution", loan["institution_id"]) if loan.get("institution_id") else "",
            words("manager", loan.get("manager_id") or words("unknown")),
            words("exposure", amount(exposure, words)) if exposure is not None else "",
        ]
        yield self._line(joined(parts))
        if told["policy_shown"] is not None and told["policy_shown"] != told["policy_version"]:
            yield faint(self._line(words("policy_moved", told["policy_shown"], told["policy_version"])))

    def _loan(self, loan: Mapping[str, Any]) -> Iterator[str]:
        words, facts = self.words, loan["facts"]
        identity = [
            f"{words('loan')} {loan['loan_id']}",
            words("balance", amount(loan["balance"], words), loan["currency"]),
            words("granted", facts["disbursed_on"]) if facts.get("disbursed_on") else "",
            words("matures", facts["matures_on"]) if facts.get("matures_on") else "",
        ]
        yield ""
        yield self._line(joined(identity), 0)
        dimensions = [
            f"A {loan['amount_band'] or '-'}",
            f"O {loan['on_off']}",
            f"S {loan['suit_status']}",
            f"L {loan['class_final'] or '-'}",
            f"G {facts.get('guarantee_mode') or '-'}",
            f"C {facts.get('contract_type') or '-'}",
        ]
        yield self._line(f"{words('dimensions')}: {joined(dimensions, '  ')}")
        yield self._line(f"{words('schedule')}: {joined(self._schedule(loan, facts))}")

    def _schedule(self, loan: Mapping[str, Any], facts: Mapping[str, Any]) -> list[str]:
        words, days = self.words, loan["days_past_due"]
        if days is None:
            return [words("dpd_unknown")]
        source = words(f"dpd_{loan['dpd_source']}")
        if not days:
            return [words("not_past_due", source)]
        oldest = facts.get("oldest_unpaid_on")
        return [
            words("days_past_due", days, source),
            words("oldest_unpaid", oldest) if oldest else "",
            words("overdue_amount", amount(loan["overdue_amount"], words)),
        ]

    def _signals(self) -> Iterator[str]:
        words, fired = self.words, self.told["signals"]
        yield ""
        yield heading(words("signals")) + ("" if fired else f"  {words('no_signal')}")
        for row in fired[: self.signals]:
            mark = pad(colour(row["severity"], words), 12)
            yield f"  {mark}{cut(self._signal(row), self.width - 14)}"
        yield from self._rest(len(fired) - self.signals)
        yield from self._states()

    def _signal(self, row: Mapping[str, Any]) -> str:
        words, fixed, used = self.words, row["threshold_fixed"], row["threshold_applied"]
        value = plain_number(str(row["value"])) if row["value"] is not None else self._evidence(row)
        limit = words("threshold", plain_number(fixed)) if fixed is not None else ""
        if used is not None and used != fixed and Decimal(used) != Decimal(fixed or used):
            limit = f"{limit}, {words('applied', plain_number(used))}"
        where = f"{words(row['subject_kind'])} {row['subject_id']}"
        elsewhere = where if row["subject_id"] != self.told["subject_id"] else ""
        silenced = words("suppressed", row["suppressed_by"]) if row["suppressed_by"] else ""
        name = f"{row['code']} {self.names.signal(row['code'])}".strip()
        return joined([f"{name}: {value}", limit, words("since", row["opened_on"]), elsewhere, silenced])

    def _evidence(self, row: Mapping[str, Any]) -> str:
        """Give the counts and amounts that a signal rests on where its own fact is not known."""
        found = [
            f"{name} {value}"
            for name, value in (row["evidence"] or {}).items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        ]
        return ", ".join(found) or self.words("unknown")

    def _states(self) -> Iterator[str]:
        words, states = self.words, self.told["states"]
        if states is None:
            yield faint(f"  {words('facts_gone')}")
            return
        clear = sum(one["state"] == "clear" for one in states)
        unknown = [one for one in states if one["state"] == "not_measurable"]
        text = words("clear_signals", clear)
        if unknown:
            shown = [
                words("for_lack_of", one["code"], ", ".join(one["missing"])) for one in unknown[:_MISSING]
            ]
            more = [words("and_more", len(unknown) - _MISSING)] if len(unknown) > _MISSING else []
            text += f"; {words('not_measured', len(unknown), '; '.join([*shown, *more]))}"
        yield faint(self._line(text))

    def _colour(self) -> Iterator[str]:
        words, warning = self.words, self.told["warning"]
        yield ""
        if not warning:
            yield f"{heading(words('colour'))}  {words('none')}"
            return
        rule = warning["rule"] or {"rule_id": warning["rule_id"], "conditions": [], "reference": ""}
        mark = colour(warning["colour"], words)
        head = f"{heading(words('colour'))}  {mark}  "
        yield head + cut(self._rule(rule, words("rule", rule["rule_id"])), self.width - 28)
        points = warning["points"]
        shown = [f"{one['points']} {self._conditions(one)}" for one in points[:_POINTS]]
        more = [words("and_more", len(points) - _POINTS)] if len(points) > _POINTS else []
        yield self._line(f"{words('score')} {warning['score']}: {joined([*shown, *more], ' + ') or '-'}")

    def _rule(self, rule: Mapping[str, Any], name: str) -> str:
        held = self._conditions(rule)
        why = rule["reference"].removeprefix(f"{rule.get('row')}").lstrip(": ")
        return joined([f"{name}: {held}" if held else name, why])

    def _conditions(self, rule: Mapping[str, Any]) -> str:
        return ", ".join(
            f"{one['label']} {_shown(one['value'], self.words)} ({one['test']})" for one in rule["conditions"]
        )

    def _classes(self) -> Iterator[str]:
        words = self.words
        yield ""
        for loan in self.told["loans"][: self.loans]:
            five = click.style(
                words(loan["five_level"] or "not_measurable"), fg=_FIVE.get(loan["five_level"], "red")
            )
            levels = [
                f"{words(part)} {self.names.level(loan['scheme_id'], loan[f'class_{part}']) or '-'}"
                for part in ("final", "machine", "floor", "matrix", "previous")
            ]
            yield f"{heading(words('class'))}  {words('loan')} {loan['loan_id']}: {five}  {joined(levels)}"
            for kind in ("floor", "matrix"):
                for rule in loan["rules"][kind]:
                    yield self._line(f"{words(kind)} {self._rule(rule, rule['row'])}")
            if loan["missing"]:
                yield faint(self._line(words("missing_inputs", ", ".join(loan["missing"]))))

    def _measures(self) -> Iterator[str]:
        words, rows = self.words, self.told["measures"]
        yield ""
        yield heading(words("measures")) + ("" if rows else f"  {words('no_measure')}")
        for row in rows[: self.measures]:
            name = f"{row['measure_code']} {self.names.measure(row['measure_code'])}".strip()
            due = words("due_on", row["due_on"]) if row["due_on"] else words("no_deadline")
            owner = f"{words(row['owner_role'])}: {row['owner_id'] or words('nobody')}"
            rule = words("rule", ", ".join(row["rule_ids"] or []))
            blocks = words("blocks", ", ".join(row["blocks"])) if row["blocks"] else ""
            text = f"{pad(due, 15)} {pad(cut(name, 34), 34)} {joined([owner, blocks, rule])}"
            yield self._line(text)
        yield from self._rest(len(rows) - self.measures)

    def _sources(self) -> Iterator[str]:
        words, sources = self.words, self.told["sources"]
        yield ""
        if sources is None:
            yield faint(words("sources_how"))
            return
        yield heading(words("sources"))
        for table, rows in sources.items():
            for row in rows[: self.rows]:
                yield self._line(f"{pad(table, 8)} {_row(row)}")


def _row(row: Mapping[str, Any]) -> str:
    first = ("due_on", "paid_on", "booked_on", "amount", "principal", "interest", "kind", "balance_after")
    hidden = ("known_on", "deleted", "sequence", "payer_customer_id", "counterparty_account")
    keys: Sequence[str] = [key for key in first if key in row]
    keys = [*keys, *(key for key in row if key not in first and key not in hidden)]
    return "  ".join(f"{key} {row[key]}" for key in keys)


def _shown(value: object, words: Words) -> str:
    if value is None:
        return words("unknown")
    return str(value).lower() if isinstance(value, bool) else plain_number(str(value))
