"""The sample of an impact: customers one by one, what changes for each, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from postloan.cli.packs import Names
from postloan.cli.policy._words_impact import ImpactWords
from postloan.cli.summary import plain_number
from postloan.cli.text import amount, colour, cut, faint, heading, joined, screen_width

Row = Mapping[str, Any]

_LOANS = 3
_MEASURES = 6


def say_sample(day: Row, words: ImpactWords, names: Names) -> None:
    """Print the sampled customers of a day."""
    if not day["sample"]:
        return
    title = words("bracket", words("sample", words("on", day["as_of"])), words("sample_of"))
    click.echo(f"\n{heading(title)}")
    for one in day["sample"]:
        for line in _Customer(one, words, names).lines():
            click.echo(line)


def _plain(value: str | None) -> str:
    """Give a number, a code or a JSON list of codes as people write it."""
    return (value or "").strip("[]").replace('"', "").replace(",", " ") or "-"


class _Customer:
    """One customer of the sample."""

    def __init__(self, told: Row, words: ImpactWords, names: Names) -> None:
        self.told, self.words, self.names = told, words, names

    def lines(self) -> Iterator[str]:
        """Give the lines to print."""
        told, words = self.told, self.words
        owed = words("owes", amount(told["owed"], words))
        at = words("institution", told["institution_id"]) if told["institution_id"] else ""
        by = words("manager", told["manager_id"]) if told["manager_id"] else ""
        yield ""
        yield f"  {heading(joined([words('customer') + ' ' + told['customer_id'], at, by, owed]))}"
        if told["colour_rules"]:
            yield f"    {self._warning()}"
            yield from self._why(told["colour_rules"]["old"], told["colour_rules"]["new"])
        for signal in told["signals"]:
            yield f"    {self._signal(signal)}"
        for loan in [one for one in told["loans"] if one["class_rules"]][:_LOANS]:
            yield from self._loan(loan)
        yield from self._measures()

    def _warning(self) -> str:
        """Tell how the colour changes, or who verifies where it stays."""
        told, words = self.told, self.words
        if told["colour"]["old"] != told["colour"]["new"]:
            return self._arrow(told["colour"], lambda one: colour(one, words))
        return words("verified_by", self._arrow(told["owner_role"], lambda role: words(role or "nobody")))

    def _arrow(self, sides: Row, spelt: Any) -> str:
        return f"{spelt(sides['old'])} → {spelt(sides['new'])}"

    def _why(self, old: Row | None, new: Row | None) -> Iterator[str]:
        for name, rule in (("because", new), ("before", old)):
            if rule is not None:
                yield self._cut(f"      {self.words('named', self.words(name), self._rule(rule))}")

    def _rule(self, rule: Row) -> str:
        held = ", ".join(
            f"{one['label']} {self._value(one['value'])} ({one['test']})" for one in rule["conditions"]
        )
        return self.words("named", rule["rule_id"], held) if held else str(rule["rule_id"])

    def _value(self, value: object) -> str:
        if value is None or isinstance(value, bool):
            return self.words("unknown") if value is None else self.words(str(value).lower())
        return plain_number(str(value))

    def _signal(self, signal: Row) -> str:
        old, new = signal["severity"]["old"], signal["severity"]["new"]
        mark = "+" if old is None else "−" if new is None else "~"
        grade = (
            self.words(new or old)
            if None in (old, new) or old == new
            else self._arrow(signal["severity"], self.words)
        )
        if old == new:
            grade += self.words("comma") + self.words("told" if signal["is_told"]["new"] else "silent")
        bound = signal["threshold"]["new"] or signal["threshold"]["old"]
        value = plain_number(str(signal["value"])) if signal["value"] is not None else self.words("unknown")
        named = joined([signal["code"], self.names.signal(signal["code"])], " ")
        if bound is not None:
            value = self.words("bracket", value, self.words("threshold", plain_number(str(bound))))
        told = self.words("named", named, f"{value}{self.words('comma')}{grade}")
        return self._cut(f"{mark} {told}")

    def _loan(self, loan: Row) -> Iterator[str]:
        schemes = {"old": loan["scheme_id"], "new": loan["to_scheme_id"]}
        levels = {side: self.names.level(schemes[side], loan["class"][side]) or "-" for side in schemes}
        if schemes["old"] != schemes["new"]:
            levels = {side: joined([levels[side], schemes[side]], " ") for side in schemes}
        moved = self._arrow(levels, str)
        worth = f"{amount(loan['balance'], self.words)} {loan['currency']}"
        named = f"{self.words('loan')} {loan['loan_id']}{self.words('comma')}{worth}"
        yield f"    {self.words('named', named, moved)}"
        rules = loan["class_rules"]
        for name, side in (("because", "new"), ("before", "old")):
            for rule in rules[side][:2]:
                yield self._cut(f"      {self.words('named', self.words(name), self._rule(rule))}")

    def _measures(self) -> Iterator[str]:
        measures = self.told["measures"]
        listed = [("+", one) for one in measures["gained"]] + [("−", one) for one in measures["lost"]]
        listed += [("~", one) for one in measures["moved"]]
        for mark, one in listed[:_MEASURES]:
            yield self._cut(f"    {mark} {self._measure(one)}")
        if len(listed) > _MEASURES:
            yield faint(f"    {self.words('more', len(listed) - _MEASURES)}")

    def _measure(self, one: Row) -> str:
        words, due = self.words, one["due_on"]
        named = joined([one["code"], self.names.measure(one["code"])], " ")
        when = words("option") if one["nature"] == "option" else ""
        if due["old"] and due["new"] and due["old"] != due["new"]:
            when = words("was", words("due", due["new"]), due["old"])
        elif due["new"] or due["old"]:
            when = words("due", due["new"] or due["old"])
        rules = ", ".join(rule["rule_id"] for rule in one["rules"])
        owner, changed = words(one["owner_role"] or "nobody"), one["changed"]
        if "owner_role" in changed:
            owner = self._arrow(changed["owner_role"], lambda role: words(role or "nobody"))
        if "approver_role" in changed:
            approver = self._arrow(changed["approver_role"], lambda role: words(role or "nobody"))
            owner += words("comma") + words("approved_by", approver)
        for name in ("owner_id", "choice_group", "blocks"):
            if name in changed:
                owner += words("comma") + words(name, self._arrow(changed[name], _plain))
        loan = f"{words('loan')} {one['subject_id']}" if one["level"] == "loan" else ""
        parts = [loan, owner, when, words("effort", one["hours"]), rules]
        return words("named", named, joined(parts, words("comma")))

    def _cut(self, text: str) -> str:
        return cut(text, screen_width(120))
