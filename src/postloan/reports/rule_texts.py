"""What a rule says, in words: made from the pack, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from postloan.policy.calendar import CalendarYear
from postloan.policy.entries import Level, Measure, Parameter, Scheme, Signal
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.terms import CLASSES, ROLES, Term

Says = dict[str, str]
"""A text by language."""

_COLOURS = {"red": "红色", "orange": "橙色", "yellow": "黄色", "blue": "蓝色"}
_NATURES = {
    "duty": ("a duty with a deadline", "必办事项"),
    "option": ("an option, never due by itself", "备选措施，不自动到期"),
    "guard": ("always on, blocks", "常设限制"),
}
_ABOUT = frozenset(
    {"code", "kind", "indicator", "id", "name", "reference", "source", "status", "owner", "reviewed_on"}
    | {"overrides", "where", "effective_from", "effective_until", "legal_from"}
)
"""Fields of an entry that have columns of their own."""


def of_rule(table: DecisionTable, rule: Rule) -> Says:
    """Give a row of a table as one sentence: where its conditions hold, its conclusions."""
    tests = [(one, cell) for one, cell in zip(table.inputs, rule.tests, strict=True) if cell.strip() != "-"]
    ends = [(one, cell) for one, cell in zip(table.outputs, rule.entries, strict=True) if cell.strip()]
    english = " and ".join(f"{_label(one, 'en')} {_test(cell)}" for one, cell in tests)
    chinese = "，且".join(f"{_label(one, 'zh')} {_test(cell)}" for one, cell in tests)
    told = [_told(ends, "en", ", "), _told(ends, "zh", "，")]
    return {
        "en": f"Where {english}: {told[0]}" if tests else f"In every case: {told[0]}",
        "zh": f"当 {chinese}：{told[1]}" if tests else f"任何情形：{told[1]}",
    }


def _label(one: Input | Output, lang: str) -> str:
    technical = one.expression if isinstance(one, Input) else one.name
    return one.labels.get(lang) or one.label or technical


def _test(cell: str) -> str:
    """Give a unary test as it reads behind a name: a bare value or list of them with an equals sign."""
    text = cell.strip()
    return text if text[0] in "<>([!" or text.startswith(("not", "=")) else f"= {text}"


def _told(ends: list[tuple[Output, str]], lang: str, between: str) -> str:
    if all(cell.strip() in ("null", '""') for _, cell in ends):
        return {"en": "nothing follows", "zh": "不产生结论"}[lang]
    kept = ((one, cell) for one, cell in ends if cell.strip() not in ("null", '""'))
    return between.join(f"{_label(one, lang)} {cell}" for one, cell in kept)


def of_signal(signal: Signal) -> Says:
    """Give a signal: its name, what it means, and the test behind it."""
    found = {}
    for lang, stop in (("en", ". "), ("zh", "。")):
        name = _in(signal.name, lang)
        meaning = _in(signal.meaning, lang)
        parts = [name, meaning, *_signal_test(signal, lang)]
        found[lang] = "".join(_ended(part, stop) for part in parts if part).strip()
    return found


def _signal_test(signal: Signal, lang: str) -> Iterator[str]:
    english = lang == "en"
    if signal.waits_for:
        feeds = ", ".join(signal.waits_for)
        yield f"Not computed: waits for {feeds}" if english else f"尚未计算，等待数据：{feeds}"
    else:
        tests = "; ".join(
            f"{grade.colour if english else _COLOURS[grade.colour]} {grade.text}" for grade in signal.grades
        )
        yield f"Test: {signal.fact} {tests}" if english else f"条件：{signal.fact} {tests}"
    if signal.when_text:
        yield f"Only where {signal.when_text}" if english else f"仅当 {signal.when_text}"
    if not signal.enabled:
        yield "Switched off" if english else "停用"


def of_measure(measure: Measure) -> Says:
    """Give a measure: its name, nature, owner, approver, evidence and effort."""
    found = {}
    for place, lang in enumerate(("en", "zh")):
        english = lang == "en"
        parts = [_in(measure.name, lang), _NATURES[measure.nature][place]]
        parts.append(f"{'owner' if english else '责任人'} {_role(measure.owner_role, place)}")
        if measure.approver_role:
            parts.append(f"{'approved by' if english else '审批'} {_role(measure.approver_role, place)}")
        for rule, role in measure.approver_by_rule.items():
            parts.append(
                f"approved by {_role(role, place)} where {rule} asks"
                if english
                else f"由 {rule} 触发的须经{_role(role, place)}审批"
            )
        if measure.choice_group:
            parts.append(
                f"one choice with {measure.choice_group}"
                if english
                else f"与 {measure.choice_group} 择一办理"
            )
        if measure.evidence:
            evidence = ", ".join(measure.evidence)
            parts.append(f"evidence: {evidence}" if english else f"证明材料：{evidence}")
        minutes = measure.effort_minutes
        parts.append(f"{minutes} minutes" if english else f"用时 {minutes} 分钟")
        found[lang] = ("; " if english else "；").join(parts)
    return found


def _role(role: str, place: int) -> str:
    return ROLES[role][place] if role in ROLES else role


def of_parameter(parameter: Parameter) -> Says:
    """Give a parameter: its value and unit."""
    value, unit = written(parameter.value), parameter.unit
    return {"en": f"{value} ({unit})" if unit else value, "zh": f"{value}（{unit}）" if unit else value}


def of_scheme(scheme: Scheme) -> Says:
    """Give a scheme: its name and how many levels it has."""
    return {
        "en": f"{_in(scheme.name, 'en')}: {len(scheme.levels)} levels",
        "zh": f"{_in(scheme.name, 'zh')}：共 {len(scheme.levels)} 级",
    }


def of_level(level: Level) -> Says:
    """Give a level: its name, five-level class, review interval, provision factor and equivalent."""
    five = CLASSES[level.five_level]
    english = [f"{level.name_en} is {five[0]}"]
    chinese = [f"{level.name_zh or level.name_en}，五级分类为{five[1]}"]
    if level.is_npl:
        english.append("non-performing")
        chinese.append("不良")
    if level.min_review_freq_days is not None:
        english.append(f"reviewed every {level.min_review_freq_days} days at least")
        chinese.append(f"至少每 {level.min_review_freq_days} 天重新分类")
    factor = level.provision_factor
    english.append("no provision factor set" if factor is None else f"provision factor {factor:f}")
    chinese.append("未设拨备系数" if factor is None else f"拨备系数 {factor:f}")
    if level.cn10a_equivalent and level.scheme_id != "cn10a":
        english.append(f"as {level.cn10a_equivalent} of cn10a")
        chinese.append(f"对应 cn10a 的 {level.cn10a_equivalent}")
    return {"en": "; ".join(english), "zh": "；".join(chinese)}


def of_year(year: CalendarYear) -> Says:
    """Give a year of a calendar: its days off in a row as spans, and the weekend days that are worked."""
    off, worked = sorted(year.holidays), sorted(year.extra_workdays)
    english = (_days(days, " to ", ", ") or "none" for days in (off, worked))
    chinese = (_days(days, "至", "、") or "无" for days in (off, worked))
    return {
        "en": "days off: {}; weekend days worked: {}".format(*english),
        "zh": "放假：{}；调休上班：{}".format(*chinese),
    }


def _days(days: list[date], until: str, between: str) -> str:
    spans: list[list[date]] = []
    for day in days:
        if spans and (day - spans[-1][-1]).days == 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    ends = ((f"{span[0]:%m-%d}", f"{span[-1]:%m-%d}") for span in spans)
    return between.join(first if first == last else f"{first}{until}{last}" for first, last in ends)


def of_settings(settings: Mapping[str, Any]) -> Iterator[tuple[str, Says]]:
    """Give what pack.yaml decides: the currency, the scheme of each segment, the order of families."""
    if "currency" in settings:
        currency = str(settings["currency"])
        yield "currency", {"en": f"the pack's currency is {currency}", "zh": f"策略包币种为 {currency}"}
    for name, segment in dict(settings.get("segments") or {}).items():
        given = segment if isinstance(segment, Mapping) else {"scheme": segment}
        scheme, when = str(given.get("scheme", "")), str(given.get("when") or "")
        english = f"{f'loans where {when}' if when else 'all other loans'} take scheme {scheme}"
        chinese = f"{f'满足 {when} 的贷款' if when else '其余贷款'}适用方案 {scheme}"
        yield f"segment {name}", {"en": english, "zh": chinese}
    if settings.get("precedence"):
        order = ", ".join(map(str, settings["precedence"]))
        yield "precedence", {"en": f"order of families of signals: {order}", "zh": f"信号类别次序：{order}"}


def of_raw(raw: Mapping[str, Any]) -> Says:
    """Give an entry of any other kind: its name, and each of its fields as written."""
    kept = {key: value for key, value in raw.items() if key not in _ABOUT and value is not None}
    found = {}
    for place, (lang, colon, between) in enumerate((("en", ": ", "; "), ("zh", "：", "；"))):
        fields = [
            f"{_FIELDS[key][place] if key in _FIELDS else key}{colon}{_in_language(value, lang)}"
            for key, value in kept.items()
        ]
        own = _in_language(raw.get("name") or "", lang)
        found[lang] = colon.join(filter(None, (own, between.join(fields))))
    return found


_FIELDS: dict[str, Term] = {
    "within": ("period", "期间"),
    "last_day": ("last day", "届满日"),
    "counts_from": ("counted from", "起算"),
    "restarts": ("runs anew on", "重新计算事由"),
    "revives": ("revived by", "恢复事由"),
    "proof": ("proof", "证明"),
    "at_most": ("at most", "最长"),
    "suspended": ("suspended", "中止"),
    "applies_to": ("for", "适用于"),
    "after": ("after", "期间之后"),
    "consequence": ("consequence", "后果"),
}
"""Fields of clocks in words; of any other field the name stands."""


_TERMS: dict[str, Term] = {
    "as_is": ("as it stands", "不顺延"),
    "next_working_day": ("moves to the next working day", "顺延至下一工作日"),
    "last_instalment": ("the last instalment", "最后一期"),
    "oldest_unpaid": ("the oldest unpaid instalment", "最早一期未还款项"),
    "demand": ("demand", "催收"),
    "acknowledgement": ("acknowledgement", "债务确认"),
    "acceleration": ("acceleration", "宣布提前到期"),
    "suit": ("suit", "起诉"),
    "claim_on_guarantor": ("claim on the guarantor", "向保证人主张"),
    "payment": ("payment", "还款"),
    "receipt": ("receipt", "回执"),
    "document_ref": ("number of the document", "文书编号"),
}
"""Values of clocks in words."""

_SPANS: dict[str, Term] = {"years": ("year", "年"), "months": ("month", "个月"), "days": ("day", "日")}


def _in_language(value: Any, lang: str) -> str:
    """Give a value of a pack as text: in that language where it has several, spans and codes in words."""
    place = ("en", "zh").index(lang)
    if isinstance(value, Mapping) and set(value) <= {"en", "zh"}:
        return _in(value, lang)
    if isinstance(value, Mapping) and value and set(value) <= set(_SPANS):
        return _span(value, place)
    if isinstance(value, list | tuple):
        return (", ", "、")[place].join(_in_language(one, lang) for one in value)
    if isinstance(value, str) and value in _TERMS:
        return _TERMS[value][place]
    return written(value)


def _span(value: Mapping[str, Any], place: int) -> str:
    if place:
        return "".join(f"{count}{_SPANS[unit][1]}" for unit, count in value.items())
    return " ".join(f"{count} {_SPANS[unit][0]}{'' if count == 1 else 's'}" for unit, count in value.items())


def items(document: Any) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
    """Give the entries of a document without dates, and the defaults that hold for all of them."""
    if isinstance(document, Mapping) and isinstance(document.get("entries"), list):
        listed, shared = document["entries"], document.get("defaults") or {}
    elif isinstance(document, Mapping):
        listed, shared = [{"code": key, **_fields(value)} for key, value in document.items()], {}
    else:
        listed, shared = list(document or ()), {}
    return [one if isinstance(one, Mapping) else {"code": one} for one in listed], shared


def _fields(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {"value": value}


def written(value: Any) -> str:
    """Give a value of a pack as text: numbers in plain digits, lists and mappings spelt out."""
    match value:
        case bool():
            return str(value).lower()
        case Decimal():
            return f"{value:f}"
        case Mapping():
            return ", ".join(f"{key} {written(one)}" for key, one in value.items())
        case list() | tuple():
            return ", ".join(written(one) for one in value)
    return str(value)


def _in(names: Mapping[str, str], lang: str) -> str:
    return names.get(lang) or names.get("en") or next(iter(names.values()), "")


def _ended(text: str, stop: str) -> str:
    return re.sub(r"[.。;；\s]+$", "", text) + stop
