"""The legal clocks of a story: each with the days that are left and what proves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from postloan.cli.words import LANGUAGES

_WORDS: dict[str, tuple[str, str]] = {
    "named": ("{0}: {1}", "{0}：{1}"),
    "clocks": ("Legal clocks", "法律时限"),
    "running": ("{0} days left, to {1}", "剩余 {0} 天，至 {1}"),
    "last_day": ("last day today, {1}", "今日（{1}）届满"),
    "expired": ("over since {1}", "已于 {1} 届满"),
    "lost": ("come about", "后果已发生"),
    "suspended": ("stands still, not before {2}", "已停止，不早于 {2}"),
    "satisfied": ("satisfied", "已满足"),
    "not_measurable": ("NOT MEASURABLE without {3}", "无法计量，缺 {3}"),
    "ends_known": (", at the latest kept by {1}", "，最迟 {1} 前主张"),
    "not_before": (", not before {2}", "，不早于 {2}"),
    "since": ("from {0}", "{0} 起算"),
    "moved_by": ("moved by {0}", "依据 {0}"),
    "nothing": ("nothing moved it", "无中断依据"),
    "not_counted": ("not counted: {0}", "未计入：{0}"),
    "without_consent": ("changed without consent on {0}", "{0} 未经同意变更"),
    "follows": ("follows {0}", "随 {0}"),
    "provisional": ("holidays of that year not known", "该年节假日未公布"),
    "otherwise": ("else: {0}", "逾期后果：{0}"),
    "no_proof": ("no proof", "无凭证"),
    "why": ("{0}, {1}", "{0}，{1}"),
    "too_late": ("came too late", "逾期无效"),
    "too_early": ("came before the debt was due", "早于债务到期"),
    "other_person": ("about another person", "涉及他人"),
    "other_act": ("only a suit against the debtor keeps this guarantor bound", "一般保证须起诉债务人"),
    "demand": ("demand", "催收"),
    "acknowledgement": ("acknowledgement", "债务确认"),
    "acceleration": ("acceleration", "提前到期"),
    "suit": ("suit", "起诉"),
    "sued": ("suit", "起诉"),
    "judged": ("judgment", "判决"),
    "enforcement": ("enforcement", "执行"),
    "bankruptcy": ("bankruptcy", "破产受理"),
    "claim_on_guarantor": ("claim on the guarantor", "向保证人主张"),
    "payment": ("payment", "还款"),
    "asset_disposed": ("disposal", "处置"),
    "payment_order_objected": ("objection", "异议"),
}

_SERVED = ("demand", "acknowledgement", "acceleration", "claim_on_guarantor")
"""Kinds of item that need a proof."""

_SHOWN = 2
"""How many items of evidence stand on a line; the newest say the most."""


class ClockLines:
    """Tells clocks in one language."""

    def __init__(self, lang: str) -> None:
        self._place = LANGUAGES.index(lang)
        self._gap = "；" if lang == "zh" else "; "

    def heading(self) -> str:
        """Give the heading of the section."""
        return self._say("clocks")

    def lines(self, clocks: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
        """Give the parts of each clock's line: name with state, start, evidence, what is lost otherwise."""
        for clock in clocks:
            name = f"{clock['name'] or clock['kind']} {clock['clock_id'].partition(':')[2]}"
            yield [self._say("named", name, self._state(clock)), *self._evidence(clock)]

    def _state(self, clock: Mapping[str, Any]) -> str:
        evidence, state = clock["evidence"], clock["state"]
        missing = ", ".join(evidence["missing"])
        values = (clock["days_left"], clock["ends_on"], evidence["not_before"], missing)
        key = state
        if state == "running" and clock["days_left"] == 0:
            key = "last_day"
        if state == "expired" and clock["days_left"] is None:
            key = "lost"
        said = self._say(key, *values)
        if state == "not_measurable" and clock["ends_on"]:
            said += self._say("ends_known", *values)
        elif state == "not_measurable" and evidence["not_before"]:
            said += self._say("not_before", *values)
        return said

    def _evidence(self, clock: Mapping[str, Any]) -> Iterator[str]:
        evidence = clock["evidence"]
        if clock["starts_on"]:
            yield self._say("since", clock["starts_on"])
        if evidence["moved_by"]:
            yield self._say("moved_by", self._items(evidence["moved_by"]))
        if evidence["not_counted"]:
            yield self._say("not_counted", self._items(evidence["not_counted"]))
        for note in evidence["notes"]:
            if "follows" in note:
                yield self._say("follows", note["follows"])
            if note.get("without_consent"):
                yield self._say("without_consent", note["on"])
        if evidence["provisional"]:
            yield self._say("provisional")
        if clock["state"] in ("running", "not_measurable") and clock["consequence"]:
            yield self._say("otherwise", clock["consequence"])

    def _items(self, items: Sequence[Mapping[str, Any]]) -> str:
        """Name the newest items: what, when, its number, and where its proof is."""
        shown = [self._item(item) for item in items[-_SHOWN:]]
        more = len(items) - len(shown)
        return self._gap.join(shown) + (f" +{more}" if more else "")

    def _item(self, item: Mapping[str, Any]) -> str:
        """Name one item, with the reason where it did not count; want of proof is told already."""
        text = f"{self._say(item['kind'])} {item['on']} {item['id']}"
        if item["kind"] in _SERVED:
            text += f" ({item['proof'] or self._say('no_proof')})"
        why = item.get("why")
        return text if why in (None, "no_proof") else self._say("why", text, self._say(why))

    def _say(self, key: str, *values: object) -> str:
        found = _WORDS.get(key)
        text = found[self._place] if found else key
        return text.format(*values) if values else text
