"""The story of one loan or customer on one screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import click

from postloan.book.schema import TABLES
from postloan.cli.class_lines import class_lines
from postloan.cli.clock_lines import ClockLines
from postloan.cli.duty_lines import DutyLines
from postloan.cli.packs import Names
from postloan.cli.summary import plain_number
from postloan.cli.text import (
    amount,
    colour,
    cut,
    faint,
    folded,
    has_chinese,
    heading,
    joined,
    pad,
    screen_width,
    width,
)
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
        yield from self._clocks()
        yield from self._measures()
        yield from self._sources()

    def _rest(self, count: int) -> Iterator[str]:
        if count > 0:
            yield faint(f"  {self.words('more', count)}")

    def _line(self, text: str, indent: int = 2) -> str:
        return " " * indent + cut(text, self.width - indent)

    def _lines(self, parts: Sequence[str], indent: int = 2) -> Iterator[str]:
        """Give parts side by side, on two lines where the screen is too narrow for one."""
        first, *rest = folded(parts, self.width - indent)
        yield " " * indent + first
        yield from (self._line(row, indent + 2) for row in rest)

    def _named(self, name: str, text: str) -> str:
        return self.words("named", name, text)

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
        yield from self._lines(parts)
        if told["policy_shown"] is None:
            yield self._line(words("pack_missing", told["policy_version"]))
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
        yield from self._lines(identity, 0)
        dimensions = [
            words("amount_band", loan["amount_band"]) if loan["amount_band"] else "",
            words(loan["on_off"] or ""),
            words.code(loan["suit_status"] or "", "suit_status"),
            self.names.level(loan["scheme_id"], loan["class_final"]),
            words(facts.get("guarantee_mode") or ""),
            words.code(facts.get("contract_type") or "", "contract_type"),
        ]
        first, *rest = filter(None, dimensions)
        yield from self._lines([self._named(words("dimensions"), first), *rest])
        first, *rest = filter(None, self._schedule(loan, facts))
        yield from self._lines([self._named(words("schedule"), first), *rest])

    def _schedule(self, loan: Mapping[str, Any], facts: Mapping[str, Any]) -> list[str]:
        words, days = self.words, loan["days_past_due"]
        if days is None:
            return [words("dpd_unknown")]
        # Off the balance sheet the days may be those of an advance, which no schedule and no record tells.
        told = loan["dpd_source"] if facts.get("dpd_days", days) == days else None
        source = words(f"dpd_{told or 'advance'}")
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
            for number, part in enumerate(folded(self._signal(row), self.width - 14)):
                yield f"  {' ' * 12 if number else mark}{part}"
        yield from self._rest(len(fired) - self.signals)
        yield from self._states()

    def _signal(self, row: Mapping[str, Any]) -> list[str]:
        words, fixed, used = self.words, row["threshold_fixed"], row["threshold_applied"]
        value = plain_number(str(row["value"])) if row["value"] is not None else self._evidence(row)
        limit = words("threshold", plain_number(fixed)) if fixed is not None else ""
        if used is not None and used != fixed and Decimal(used) != Decimal(fixed or used):
            limit = joined([limit, words("applied", plain_number(used))], ", ")
        where = f"{words(row['subject_kind'])} {row['subject_id']}"
        only = row["subject_kind"] == "loan" and len(self.told["loans"]) == 1
        elsewhere = "" if only or row["subject_id"] == self.told["subject_id"] else where
        by, _, day = (row["suppressed_by"] or "").partition(":")
        silenced = words("held" if by == "day_cap" else "suppressed", day) if by else ""
        name = f"{row['code']} {self.names.signal(row['code'])}".strip()
        return [self._named(name, value), limit, words("since", row["opened_on"]), elsewhere, silenced]

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
            if not self.told["customer"]:
                yield faint(f"  {words('facts_gone')}")
            return
        clear = sum(one["state"] == "clear" for one in states)
        unknown = [one for one in states if one["state"] == "not_measurable"]
        text = words("clear_signals", clear)
        if unknown:
            shown = [
                words("for_lack_of", one["code"], self._inputs(one["missing"])) for one in unknown[:_MISSING]
            ]
            more = [words("and_more", len(unknown) - _MISSING)] if len(unknown) > _MISSING else []
            gap = words("listed")
            text += gap + words("not_measured", len(unknown), gap.join([*shown, *more]))
        yield faint(self._line(text))

    def _inputs(self, names: Sequence[str]) -> str:
        """Name facts and tables, each once."""
        return ", ".join(dict.fromkeys(self.names.input(name) for name in names))

    def _colour(self) -> Iterator[str]:
        words, warning = self.words, self.told["warning"]
        yield ""
        if not warning:
            yield f"{heading(words('colour'))}  {words('none')}"
            return
        rule = warning["rule"] or {"rule_id": warning["rule_id"], "conditions": [], "reference": ""}
        mark = colour(warning["colour"], words)
        head = f"{heading(words('colour'))}  {mark}  "
        yield head + cut(self._rule(rule, words("rule", rule["rule_id"])), self.width - width(head))
        points = warning["points"]
        shown = [f"{one['points']} {self._conditions(one)}" for one in points[:_POINTS]]
        more = [words("and_more", len(points) - _POINTS)] if len(points) > _POINTS else []
        sums = joined([*shown, *more], " + ")
        score = f"{words('score')} {warning['score']}"
        yield self._line(self._named(score, sums) if sums else score)

    def _rule(self, rule: Mapping[str, Any], name: str) -> str:
        held = self._conditions(rule)
        why = rule["reference"].removeprefix(f"{rule.get('row')}").lstrip(": ")
        if self.words.lang == "zh" and not has_chinese(why):
            why = ""  # a note that only the authors of the pack can read
        return joined([self._named(name, held) if held else name, why])

    def _conditions(self, rule: Mapping[str, Any]) -> str:
        return ", ".join(self._condition(one) for one in rule["conditions"])

    def _condition(self, one: Mapping[str, Any]) -> str:
        told = f"{one['label']} {_shown(one['value'], self.words, one['input'])}"
        test = re.sub(r'"(\w+)"', lambda code: self.words.code(code[1], one["input"]), one["test"])
        return told if one["test"] == _literal(one["value"]) else f"{told} ({test})"

    def _classes(self) -> Iterator[str]:
        words = self.words
        yield ""
        for loan in self.told["loans"][: self.loans]:
            five = click.style(
                words(loan["five_level"] or "not_measurable"), fg=_FIVE.get(loan["five_level"], "red")
            )
            levels = [
                f"{words(part)} {self.names.level(loan['scheme_id'], loan[f'class_{part}'])}"
                for part in ("final", "machine", "floor", "matrix", "previous")
                if loan[f"class_{part}"]
            ]
            place = self._named(f"{words('loan')} {loan['loan_id']}", five)
            head = joined([f"{heading(words('class'))}  {place}", *levels[:1]], "  ")
            yield from self._lines([head, *levels[1:]], 0)
            for kind in ("floor", "matrix"):
                for rule in loan["rules"][kind]:
                    yield self._line(f"{words(kind)} {self._rule(rule, rule['row'])}")
            for parts in class_lines(loan, words, self.names, self._condition):
                yield from self._lines(parts)
            if loan["missing"]:
                yield faint(self._line(words("missing_inputs", self._inputs(loan["missing"]))))

    def _clocks(self) -> Iterator[str]:
        """Give the most urgent clocks; nothing where none runs."""
        clocks = self.told["clocks"]
        if not clocks:
            return
        told = ClockLines(self.words.lang)
        yield ""
        yield heading(told.heading())
        for parts in told.lines(clocks[: self.measures]):
            yield from self._lines(parts)
        yield from self._rest(len(clocks) - self.measures)

    def _measures(self) -> Iterator[str]:
        words, rows = self.words, self.told["measures"]
        yield ""
        yield heading(words("measures")) + ("" if rows else f"  {words('no_measure')}")
        of_customer = self.told["subject_kind"] == "customer"
        lines = DutyLines(words, self.names, self.width, of_customer=of_customer)
        if of_customer:
            rows = lines.together(rows)
        for row in rows[: self.measures]:
            yield from (self._line(text) for text in lines.measure(row))
        yield from self._rest(len(rows) - self.measures)
        yield from (self._line(text) for text in lines.blocked(self.told["blocked"]))

    def _sources(self) -> Iterator[str]:
        words, sources = self.words, self.told["sources"]
        yield ""
        if sources is None:
            yield faint(words("sources_how"))
            return
        yield heading(words("sources"))
        for table, rows in sources.items():
            for row in rows[: self.rows]:
                yield self._line(f"{pad(self._table(table), 8)} {self._row(table, row)}")

    def _table(self, name: str) -> str:
        return TABLES[name].zh if self.words.lang == "zh" else name

    def _row(self, table: str, row: Mapping[str, Any]) -> str:
        """Give the columns of one row, those first that a reader looks for; made numbers say nothing."""
        first = (
            "due_on", "paid_on", "booked_on", "amount", "principal", "interest", "kind", "balance_after",
        )  # fmt: skip
        hidden = ("known_on", "deleted", "sequence", "payer_customer_id", "counterparty_account")
        keys = [key for key in first if key in row]
        keys += [key for key in row if key not in first and key not in hidden]
        shown = {key: str(row[key]) for key in keys if not _MADE.fullmatch(str(row[key]))}
        if table == "entry" and "kind" in shown:
            shown["kind"] = self.words(f"entry_{shown['kind']}")
        if self.words.lang == "zh":
            shown = {TABLES[table].field(key).zh: value for key, value in shown.items()}
        return "  ".join(f"{key} {value}" for key, value in shown.items())


_MADE = re.compile("[0-9a-f]{40,64}")
"""A number that the import made from the row, as the source has none."""


def _literal(value: object) -> str:
    """Give a value as FEEL writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else plain_number(str(value))


def _shown(value: object, words: Words, name: str) -> str:
    if value is None:
        return words("unknown")
    if isinstance(value, bool):
        return words(str(value).lower())
    if isinstance(value, str):
        return words.code(value, name)
    return plain_number(str(value))
